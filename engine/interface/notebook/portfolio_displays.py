"""Many projects: the result of each, or why it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.commands.portfolio import outcomes_grid
from engine.documents.model import Badge, Block, Bullets, Fold, Paragraph, Soft, Strong
from engine.interface.notebook.display import Display, grid_blocks
from engine.interface.notebook.long_table import NUMBER, TEXT, TRUTH, LongTable, columns_of
from engine.output.markup import Html
from engine.output.terminal import number
from engine.output.text_grid import TextGrid
from engine.portfolio.outcomes import Outcome, Outcomes
from engine.typesetting.pictures.rows import Bar, PictureRow, rows_picture
from engine.typesetting.pictures.shapes import BLUE
from equations.errors import InputError

_KINDS = {"project": TEXT, "quantity": TEXT, "labels": TEXT, "is_total": TRUTH, "value": NUMBER, "unit": TEXT, "state": TEXT}
_MOST_ROWS = 40


class OutcomesDisplay(Display[Outcomes]):
    """A portfolio."""

    def blocks(self) -> Iterator[Block]:
        found = self.shown
        failed = [outcome for outcome in found if outcome.errors]
        yield Paragraph((Strong((found.methodology.reference,)), f"  {len(found):,} projects, {len(failed):,} with an error"))
        yield from grid_blocks(self.grid())
        for outcome in failed[:_MOST_ROWS]:
            said = tuple((Badge(str(e["code"]), "error"), f" {e['what']}", Soft((f" {e['why']}",))) for e in outcome.errors)
            yield Fold((outcome.name,), (Bullets(said),))

    def grid(self) -> TextGrid:
        return outcomes_grid(self.shown)

    def numbers(self) -> LongTable:
        lines = [line for outcome in self.shown for line in self._lines(outcome)]
        return LongTable(columns_of(_KINDS, lines), {"methodology": self.shown.methodology.reference})

    def _lines(self, outcome: Outcome) -> Iterator[list[object]]:
        first = self.shown.methodology.result
        yield from _result_lines(outcome, first, {"result": outcome.result, "unit": outcome.unit, "numbers": outcome.numbers})
        for id_, one in outcome.others.items():
            yield from _result_lines(outcome, id_, one)

    def picture(self) -> tuple[Html, str]:
        found, m = self.shown, self.shown.methodology
        if all(outcome.result is None for outcome in found):
            raise InputError("I508", "there is no number to draw", why="no project has a result", remedy="mend the errors that `table()` names")
        rows = [
            PictureRow(o.name, number(o.result), (Bar(None, o.result, BLUE),)) if o.result is not None else PictureRow(o.name, _codes(o), ())
            for o in found[:_MOST_ROWS]
        ]
        quantity = m.quantity[m.result]
        more = f"; {len(found) - _MOST_ROWS:,} further projects are left out" if len(found) > _MOST_ROWS else ""
        title = f"{m.called(m.result)} ({m.result}) of each project"
        return rows_picture(title, m.reference + more, str(quantity.unit), rows), title


def _codes(outcome: Outcome) -> str:
    return "no result: " + ", ".join(dict.fromkeys(str(error["code"]) for error in outcome.errors))


def _result_lines(outcome: Outcome, quantity: str, one: Mapping[str, object]) -> Iterator[list[object]]:
    """Yield the total of a result and each of its cells."""
    unit, total, numbers = str(one["unit"]), one["result"], one["numbers"]
    state = "" if total is not None else _codes(outcome) if outcome.errors else "no total"
    yield [outcome.name, quantity, None, True, total, unit, state]
    for labels, value in numbers.items() if isinstance(numbers, Mapping) else ():
        yield [outcome.name, quantity, labels, False, value, unit, ""]
