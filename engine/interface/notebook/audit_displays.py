"""An audit: what was asked and found, and what each reading of the text would move."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audit.report import AuditReport, questions_grid, readings_grid
from engine.audit.rulings_table import ReadingLine
from engine.documents.model import Block, Fold, Paragraph
from engine.interface.notebook.display import Display, findings_blocks, grid_blocks, lines_block
from engine.interface.notebook.long_table import NUMBER, TEXT, TRUTH, LongTable, columns_of
from engine.interface.notebook.run_displays import result_blocks, run_picture
from engine.interface.notebook.run_numbers import about_run
from engine.output.markup import Html
from engine.output.text_grid import TextGrid
from engine.report.run_report import head_lines
from engine.typesetting.pictures.rows import Bar, PictureRow, rows_picture
from engine.typesetting.pictures.shapes import BLUE

_KINDS = {"ruling": TEXT, "reading": TEXT, "meaning": TEXT, "taken": TRUTH, "default": TRUTH, "quantity": TEXT, "result": NUMBER,
          "difference": NUMBER, "unit": TEXT, "state": TEXT}  # fmt: skip
_NOT_ASKED = "not asked for under these choices"
_MOST_ROWS = 40


class AuditDisplay(Display[AuditReport]):
    """An audit; its numbers are the results under each reading, those of the run are the run's."""

    def blocks(self) -> Iterator[Block]:
        report = self.shown
        run, readings = report.run, readings_grid(report.rulings)
        yield lines_block(head_lines(run), strong=f"{run.methodology.reference}  {run.methodology.title}")
        yield from result_blocks(run)
        yield from grid_blocks(questions_grid(report))
        yield from findings_blocks(report.findings)
        if readings.rows:
            yield Fold((readings.title,), tuple(grid_blocks(TextGrid(readings.head, readings.rows, readings.right, once=readings.once))))
        if report.rulings.settled:
            yield Paragraph((f"decisions without an alternative: {', '.join(report.rulings.settled)}",), "soft")

    def grid(self) -> TextGrid:
        return questions_grid(self.shown)

    def numbers(self) -> LongTable:
        return LongTable(columns_of(_KINDS, list(self._lines())), about_run(self.shown.run))

    def _lines(self) -> Iterator[list[object]]:
        rulings = self.shown.rulings
        results = [(rulings.quantity, rulings.unit), *((one.quantity, one.unit) for one in rulings.others)]
        for line in rulings.lines:
            numbers = [(line.result, line.difference), *(line.others or ((None, None),) * len(rulings.others))]
            state = _NOT_ASKED if not line.applies else f"does not run: {line.error}" if line.error else ""
            for (quantity, unit), (result, difference) in zip(results, numbers, strict=True):
                why = state or ("" if result is not None else "no total")
                yield [line.ruling, line.reading, line.meaning, line.taken, line.default, quantity, result, difference, unit, why]

    def picture(self) -> tuple[Html, str]:
        rulings, run = self.shown.rulings, self.shown.run
        rows = [_row(line, line.result, rulings.total) for line in rulings.lines if line.difference and line.result is not None][:_MOST_ROWS]
        if not rows:
            return run_picture(run)
        title = f"{rulings.quantity} under other readings of the text"
        about = f"{run.project.name}, {run.methodology.reference}; the upright line is the run, {rulings.total:,.1f} {rulings.unit}"
        return rows_picture(title, about, rulings.unit, rows, cut_axis=True, at=rulings.total), title


def _row(line: ReadingLine, result: float, total: float) -> PictureRow:
    moved = f"{result - total:+,.1f}".replace("-", "−")
    return PictureRow(f"{line.ruling}: {line.reading}", moved, (Bar(total, result, BLUE),), line.meaning)
