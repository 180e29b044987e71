"""A run as a workbook of live formulas, and a project file as a workbook to be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.audit.report import AuditReport
from engine.documents.workbook.book import Book
from engine.documents.workbook.calculation_sheets import EQUATIONS, CalculationSheets
from engine.documents.workbook.input_sheets import InputSheet, write_fields
from engine.documents.workbook.project_rows import OTHERWISE, InputRow, field_rows, project_rows
from engine.documents.workbook.redaction import Redaction
from engine.documents.workbook.register_sheets import (
    FirstPage,
    write_equations,
    write_findings,
    write_results,
    write_rulings,
    write_structure,
)
from engine.documents.workbook.spots import SheetSpot
from engine.project.project_file import ProjectData
from engine.project.project_tree import project_tree
from engine.project.sheet_layouts import GENERAL, layout_for
from engine.project.values import UnitReader
from engine.run.run import Run
from equations.errors import InputError, near_or_all
from equations.files.strict_yaml import Mapping
from equations.model.methodology import Methodology

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Wanted:
    """How a workbook is wanted.

    Attributes
    ----------
    planned
        Sheets of a plan, before monitoring, where the programme has such.
    hidden
        Quantities whose numbers are not shown.
    """

    planned: bool = False
    hidden: frozenset[str] = frozenset()


def run_workbook(report: AuditReport, read_unit: UnitReader, version: str, wanted: Wanted | None = None) -> bytes:
    """Return an audited run as a workbook.

    Raises
    ------
    InputError
        I502 for a quantity that is to be hidden and is not given by the project, I514 without XlsxWriter.
    """
    wanted, run = wanted or Wanted(), report.run
    rows = [*project_rows(run.methodology, run.project, read_unit), *_dataset_rows(run)]
    check_hidden(wanted.hidden, rows)
    redaction = Redaction.of(run, wanted.hidden)
    rows = redaction.rows(rows)
    methodology, layout = run.methodology, layout_for(run.methodology.programme, planned=wanted.planned)
    book = Book(f"{methodology.reference} {run.project.name}")
    page = FirstPage(book, run, version)
    page.days()
    inputs = InputSheet(book, methodology, layout, wanted.hidden)
    heads = [head.format(methodology=methodology.reference, reference=run.project.identity.get("reference", "")) for head in layout.heads]
    inputs.write(rows, heads, f"{run.setting.start} to {run.setting.end}")
    write_fields(book, redaction.fields(field_rows(project_tree(run.project.path))))
    sheets = CalculationSheets(book, run, entered_cells(run, rows, inputs), redaction.follows, redaction.shown, layout.calculation)
    sheets.lay_out()
    used = dict.fromkeys(step.equation for steps in run.values.steps.values() for step in steps)
    order = [equation.id for equation in methodology.equations if equation.id in used]
    equations = book.sheet_name(EQUATIONS)
    sheets.equation_row = {id_: SheetSpot(equations, at, 0) for at, id_ in enumerate(order, 2)}
    sheets.write()
    if layout.results:
        write_results(book, inputs.end, layout.results, run, sheets.spots)
    book.add(equations, widths=(12, 16, 34, 90, 30, 44, 20), freeze=(2, 1))
    write_equations(book, run, sheets.equation_row, sheets.first_of, equations)
    write_rulings(book, report, redaction)
    write_findings(book, report, redaction)
    write_structure(book, layout, heads)
    page.write(sheets, [row for row in rows if row.quantity in wanted.hidden])
    return book.content()


def project_workbook(methodology: Methodology, data: ProjectData, tree: Mapping, read_unit: UnitReader) -> bytes:
    """Return a project file, or a template of one, as a workbook: its fields and its numbers, and nothing computed."""
    rows = project_rows(methodology, data, read_unit)
    book, layout = Book(f"{methodology.reference} {data.name}"), layout_for(GENERAL)
    write_fields(book, field_rows(tree))
    InputSheet(book, methodology, layout).write(rows, (), f"{data.start} to {data.end}")
    return book.content()


def check_hidden(hidden: frozenset[str], rows: Sequence[InputRow]) -> None:
    """Refuse to hide what the project does not give."""
    given = {row.quantity for row in rows if row.given_by == "project"}
    for id_ in sorted(hidden - given):
        raise InputError("I502", f"the project gives no {id_!r} that could be left out of a copy", remedy=near_or_all(id_, given, "it gives"))


def _dataset_rows(run: Run) -> list[InputRow]:
    """Return the numbers of a run that datasets give."""
    found = []
    for id_, origins in run.inputs.origins.items():
        for cell, origin in origins.items():
            if origin.kind != "project":
                labels = run.setting.labels(run.methodology.quantity[id_].indices, cell)
                said = (("source", origin.source),) if origin.source else ()
                found.append(InputRow(id_, tuple(labels), origin.written, origin.unit, said, given_by=origin.name))
    return found


def entered_cells(run: Run, rows: Sequence[InputRow], inputs: InputSheet) -> dict[tuple[str, Cell], SheetSpot]:
    """Return where each input of a run was entered: in a row of its own, or in the narrowest row for members that are not listed."""
    exact = {(row.quantity, row.labels, row.given_by == "project"): row for row in rows}
    blankets: dict[str, list[InputRow]] = {}
    for row in rows:
        if OTHERWISE in row.labels:
            blankets.setdefault(row.quantity, []).append(row)
    found = {}
    for id_, origins in run.inputs.origins.items():
        for cell, origin in origins.items():
            labels = tuple(run.setting.labels(run.methodology.quantity[id_].indices, cell))
            own = exact.get((id_, labels, origin.kind == "project")) or _narrowest(blankets.get(id_, []), labels)
            if own is not None and own.text == origin.written:
                found[id_, cell] = inputs.spots[id(own)]
    return found


def _narrowest(rows: Sequence[InputRow], labels: tuple[str, ...]) -> InputRow | None:
    covering = [row for row in rows if all(own in (OTHERWISE, label) for own, label in zip(row.labels, labels, strict=True))]
    return max(covering, key=lambda row: sum(own != OTHERWISE for own in row.labels), default=None)
