"""The sheets beside the calculation: the first page, the equations with their places in the publication, rulings with tonnes, findings, people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from engine.audit.report import AuditReport
from engine.documents.workbook.book import Book
from engine.documents.workbook.calculation_sheets import CalculationSheets
from engine.documents.workbook.project_rows import InputRow
from engine.documents.workbook.redaction import NO_TEXT, Redaction
from engine.documents.workbook.spots import SheetSpot, Spots
from engine.project.sheet_layouts import Layout
from engine.run.run import Run, total_cells
from engine.run.sheet_text import END, START
from equations.notation.plain import plain_text

READ_ME, RULINGS, FINDINGS = "Read me", "Rulings", "Findings"
_LEGEND = (
    ("sample", "an input of the project: may be changed, everything else is locked (without a password)"),
    ("number", "a live formula; before anything is recalculated it shows the number of the run, to the last digit"),
    ("fixed", "a number that no spreadsheet formula gives; it turns into #N/A, and what follows from it too, once what it rests on has changed"),
    ("left_out", "left out by the methodology: counts as zero"),
)
_HOW = (
    "Recalculated, every formula agrees with the run to 12 digits: spreadsheet programs add in another order and know 15 digits.",
    "Members, years, relations, choices and readings are those of the run and stand fixed in the formulas: for others make the workbook anew.",
    "What this workbook says can be run again: mrvgraph run SPEC this-file.xlsx reads its inputs as a project file.",
)  # fmt: skip


class FirstPage:
    """What was run, its results and hashes, and how to read the workbook."""

    def __init__(self, book: Book, run: Run, version: str) -> None:
        self.book, self.run, self.version = book, run, version
        self.sheet = book.add(READ_ME, widths=(34, 90), landscape=False)
        self.at = 0

    def days(self) -> None:
        """Write the first rows, with the cells of the first and the last day, which formulas name."""
        methodology, setting = self.run.methodology, self.run.setting
        self.line(f"{methodology.reference}  {methodology.title}", style="title")
        self.line(f"Project: {self.run.project.name}", style="title")
        self.at += 1
        for name, day, text in ((START, setting.start, "first day of operation"), (END, setting.end, "last day of operation")):
            spot = SheetSpot(self.sheet, self.at, 1)
            self.book.text(SheetSpot(self.sheet, self.at, 0), text, "line")
            self.book.day(spot, date.fromisoformat(day))
            self.book.name(name, spot)
            self.at += 1

    def line(self, text: str, value: str = "", style: str = "line") -> None:
        """Write one row."""
        self.book.text(SheetSpot(self.sheet, self.at, 0), text, style)
        if value:
            self.book.text(SheetSpot(self.sheet, self.at, 1), value, "text")
        self.at += 1

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what was run and what it rests on."""
        run, methodology, setting = self.run, self.run.methodology, self.run.setting
        yield "status of the spec", " ".join(filter(None, (methodology.status, methodology.status_note)))
        yield "publication", methodology.document
        yield from ((key, text) for key, text in run.project.identity.items() if key != "name")
        yield "monitoring periods", ", ".join(f"{p.id} ({p.start} to {p.end})" for p in run.project.periods)
        yield "choices", ", ".join(f"{id_} = {value}" for id_, value in setting.choices.items())
        changed = [f"{r.id} = {setting.readings[r.id]}" for r in methodology.rulings if setting.readings[r.id] != r.default]
        yield "readings other than the default", ", ".join(changed)
        yield "datasets", ", ".join(run.project.dataset_texts())
        yield "made by", f"mrvgraph {self.version}"
        yield "SHA-256 of what the spec says", methodology.hash
        yield "SHA-256 of the project file", run.project.sha256
        yield from ((f"SHA-256 of {name}", sha) for name, sha in sorted(run.inputs.files))

    def write(self, sheets: CalculationSheets, hidden: Sequence[InputRow]) -> None:
        """Write what follows the first rows; the places of the results are known by now."""
        for text, value in self.facts():
            if value:
                self.line(text, value)
        self.results(sheets)
        self.at += 1
        self.line("How to read it", style="title")
        for style, text in _LEGEND:
            self.book.text(SheetSpot(self.sheet, self.at, 0), "", style)
            self.book.text(SheetSpot(self.sheet, self.at, 1), text, "text")
            self.at += 1
        for text in _HOW:
            self.line("", text)
        if hidden:
            self.hidden(hidden)
        if sheets.notes:
            self.at += 1
            self.line("Numbers that are no formulas", style="title")
            for spot, text in sheets.notes[:200]:
                self.book.link(SheetSpot(self.sheet, self.at, 0), spot, f"{spot.sheet} {spot.address.replace('$', '')}")
                self.book.text(SheetSpot(self.sheet, self.at, 1), text, "text")
                self.at += 1
            if len(sheets.notes) > 200:
                self.line("", f"and {len(sheets.notes) - 200} more, each with a note on its cell")

    def results(self, sheets: CalculationSheets) -> None:
        """Write each result as a formula of its cells."""
        self.at += 1
        self.line("Results", style="title")
        for id_, headline in self.run.results.items():
            quantity, there = self.run.methodology.quantity[id_], sheets.spots.of
            cells = [tuple(map(int, at)) for at in np.argwhere(total_cells(self.run, id_))] if headline.is_total else []
            spots = [there[id_, cell] for cell in cells if (id_, cell) in there]
            if not headline.is_total or not spots or len(spots) > 200:
                self.line(f"{headline.label} ({quantity.unit})", repr(headline.value))
                continue
            texts = [sheets.spots.text(spot, self.sheet) for spot in spots]
            self.book.text(SheetSpot(self.sheet, self.at, 0), f"{headline.label} ({quantity.unit}): {quantity.meaning}", "text")
            self.book.formula(SheetSpot(self.sheet, self.at, 1), "+".join(texts), headline.value, "result")
            self.at += 1

    def hidden(self, rows: Sequence[InputRow]) -> None:
        """Say what is not shown, with one hash over all of it."""
        texts = sorted(f"{row.quantity}[{', '.join(row.labels)}] = {row.text} {row.unit}".strip() for row in rows)
        self.at += 1
        self.line("Not shown in this copy", style="title")
        self.line("quantities", ", ".join(sorted({row.quantity for row in rows})))
        self.line("SHA-256 of these numbers", hashlib.sha256("\n".join(texts).encode()).hexdigest())
        self.line("", "over lines such as FC[diesel, 2019] = 12.5 t, sorted; what follows from them is XXX too, but for the results")


def write_equations(book: Book, run: Run, rows: Mapping[str, SheetSpot], first_of: Mapping[str, SheetSpot], sheet: str) -> None:
    """Write the equations: number, first cell, text, section, source."""
    book.text(SheetSpot(sheet, 0, 0), f"Equations of {run.methodology.reference} that this run used", "title")
    book.heads(sheet, 1, ("equation", "first number", "title", "as the spec writes it", "section", "place in the publication", "id"))
    titles = {section.id: section.title for section in run.methodology.sections}
    for id_, spot in rows.items():
        equation = run.methodology.equation[id_]
        book.text(SheetSpot(sheet, spot.row, 0), equation.label, "line")
        if id_ in first_of:
            book.link(SheetSpot(sheet, spot.row, 1), first_of[id_], equation.quantity)
        when = f"   where {plain_text(equation.when)}" if equation.when is not None else ""
        relation = equation.formula if equation.solver else None
        text = plain_text(relation) if relation is not None else f"{plain_text(equation.defines)} = {plain_text(equation.formula)}"
        section = f"{equation.section} {titles.get(equation.section, '')}".strip()
        for column, said in ((2, equation.title), (3, text + when), (4, section), (5, str(equation.source)), (6, id_)):
            book.text(SheetSpot(sheet, spot.row, column), said, "text")


def write_results(book: Book, end: tuple[str, int], title: str, run: Run, spots: Spots) -> None:
    """Write what is reported, cell by cell, below the tables of inputs."""
    sheet, at = end
    book.text(SheetSpot(sheet, at + 1, 0), title, "title")
    book.heads(sheet, at + 2, ("for", "quantity", "number", "unit"))
    at += 3
    for id_ in run.methodology.result_ids:
        quantity = run.methodology.quantity[id_]
        for (name, cell), spot in spots.of.items():
            if name == id_:
                labels = run.setting.labels(quantity.indices, cell)
                for column, text in ((0, ", ".join(labels)), (1, id_), (3, str(quantity.unit))):
                    book.text(SheetSpot(sheet, at, column), text, "line")
                value = float(run.values.arrays[id_][cell])
                book.formula(SheetSpot(sheet, at, 2), spots.text(spot, sheet), value, "result")
                at += 1


def write_rulings(book: Book, report: AuditReport, redaction: Redaction) -> None:
    """Write what hangs on each reading, in the unit of the result."""
    table, sheet = report.rulings, book.add(RULINGS, widths=(26, 22, 70, 12, 12, 18, 18), freeze=(2, 0))
    book.text(SheetSpot(sheet, 0, 0), f"What hangs on the readings of the text: {table.quantity}, {table.unit}", "title")
    book.heads(sheet, 1, ("ruling", "reading", "meaning", "taken", "default", "result", "difference"))
    for at, line in enumerate(table.lines, 2):
        texts = (line.ruling, line.reading, line.meaning, "yes" if line.taken else "", "yes" if line.default else "")
        for column, text in enumerate(texts):
            book.text(SheetSpot(sheet, at, column), text, "text")
        for column, value in ((5, line.result), (6, line.difference)):
            if value is not None:
                book.number(SheetSpot(sheet, at, column), value)
        if line.error or not line.applies:
            error = NO_TEXT if redaction.names(line.error) else line.error
            book.text(SheetSpot(sheet, at, 5), error or "does not apply", "small")


def write_findings(book: Book, report: AuditReport, redaction: Redaction) -> None:
    """Write the findings of the audit; of a quantity that is not shown only that there is one."""
    sheet = book.add(FINDINGS, widths=(10, 10, 22, 60, 60, 44), freeze=(2, 0))
    book.text(SheetSpot(sheet, 0, 0), "Findings of the audit", "title")
    book.heads(sheet, 1, ("code", "severity", "about", "what", "evidence", "remedy"))
    for at, finding in enumerate(report.findings, 2):
        told = (NO_TEXT, "", "") if redaction.hides(finding) else (finding.what, finding.evidence, finding.remedy)
        for column, text in enumerate((finding.code, finding.severity, finding.subject, *told)):
            book.text(SheetSpot(sheet, at, column), text, "text")


def write_structure(book: Book, layout: Layout, heads: Sequence[str]) -> None:
    """Write the sheet on which a programme has the people named who monitor; it is filled in by hand."""
    if not layout.structure:
        return
    sheet = book.add(layout.structure, widths=(40, 80))
    for at, head in enumerate((*heads[:2], layout.structure_title)):
        book.text(SheetSpot(sheet, at, 0), head, "title")
    top = len(heads[:2]) + 2
    book.heads(sheet, top, layout.structure_columns)
    for row in range(top + 1, top + 9):
        for column in range(len(layout.structure_columns)):
            book.text(SheetSpot(sheet, row, column), "", "input_text")
