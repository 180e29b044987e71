"""The sheets that a person fills in: one number a row with its unit, source and method, and the fields of the project file beside them.

What a program reads again stands in the last columns: quantity, members, block, who gives the number, and how it was written. Cells of the
project are unlocked and coloured; what a dataset gives is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.documents.workbook.book import Book
from engine.documents.workbook.project_rows import OTHERWISE, FieldRow, InputRow
from engine.documents.workbook.redaction import NOT_SHOWN
from engine.documents.workbook.spots import SheetSpot
from engine.project.cell_states import FIELD
from engine.project.project_file import GAP
from engine.project.sheet_layouts import LABEL, MACHINE, Layout, LayoutTable
from engine.project.written_numbers import STATEMENTS
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.spec.block import read_number

#: The sheet of the fields of a project file.
PROJECT = "Project"
_WIDTHS = {"period": 18, "point": 11, "parameter": 22, "description": 46, "value": 16, "unit": 14, "option": 11, "source": 40, "method": 30,
           "frequency": 14, "comments": 30}  # fmt: skip
_OPTIONS = ["A", "B", "C"]


@dataclass
class InputSheet:
    """Writes rows of numbers on one sheet.

    Attributes
    ----------
    spots
        Where each row's number stands.
    hidden
        Quantities whose numbers are not shown.
    """

    book: Book
    methodology: Methodology
    layout: Layout
    hidden: frozenset[str] = frozenset()
    spots: dict[int, SheetSpot] = field(default_factory=dict)
    #: The sheet, and the row behind all tables.
    end: tuple[str, int] = ("", 0)

    def write(self, rows: Sequence[InputRow], heads: Sequence[str], period: str) -> str:
        """Write all tables; return the name of the sheet."""
        widths = [_WIDTHS.get(role, 16) for role, _ in max((t.columns for t in self.layout.tables), key=len)]
        most = max((len(row.labels) for row in rows), default=0)
        sheet = self.book.add(self.layout.inputs, widths=(*widths, *([14] * (len(MACHINE) + most))), freeze=(0, 0))
        at = 0
        for head in heads:
            self.book.text(SheetSpot(sheet, at, 0), head, "title")
            at += 1
        for table in self.layout.tables:
            own = [row for row in rows if self.quantity(row).kind in table.kinds]
            if own:
                at = self.table(sheet, at + 1, table, own, period)
        self.end = sheet, at
        return sheet

    def quantity(self, row: InputRow) -> Quantity:
        found = self.methodology.declared(row.quantity)
        assert found is not None
        return found

    def table(self, sheet: str, top: int, table: LayoutTable, rows: Sequence[InputRow], period: str) -> int:
        """Write one table; return the row behind it."""
        most = max(len(row.labels) for row in rows)
        roles = [role for role, _ in table.columns]
        labels = tuple(f"{LABEL}{at}" for at in range(1, most + 1))
        self.book.text(SheetSpot(sheet, top, 0), table.title, "title")
        with_states = any(dict(row.said).get(FIELD) for row in rows)
        behind_all = (*MACHINE[1:], *((FIELD,) if with_states else ()))
        self.book.heads(sheet, top + 1, (*(head for _, head in table.columns), MACHINE[0], *labels, *behind_all))
        for turn, row in enumerate(rows, 1):
            at = top + 1 + turn
            for column, role in enumerate(roles):
                self.cell(SheetSpot(sheet, at, column), role, row, period, turn)
            behind = (row.quantity, *row.labels, *([""] * (most - len(row.labels))), self.where(row), row.block, row.given_by, self.written(row))
            behind += (dict(row.said).get(FIELD, ""),) if with_states else ()
            for column, text in enumerate(behind, len(roles)):
                self.book.text(SheetSpot(sheet, at, column), text, "small")
        return top + 2 + len(rows)

    def where(self, row: InputRow) -> str:
        """Return the members for which a statement for the rest is made, each with its index."""
        if OTHERWISE not in row.labels:
            return ""
        names = self.quantity(row).axis_names
        return "; ".join(f"{name} = {label}" for name, label in zip(names, row.labels, strict=True) if label != OTHERWISE)

    def written(self, row: InputRow) -> str:
        return "" if row.quantity in self.hidden or row.text == GAP else row.text

    def cell(self, at: SheetSpot, role: str, row: InputRow, period: str, turn: int) -> None:
        said, own = dict(row.said), row.given_by == "project"
        match role:
            case "value":
                self.spots[id(row)] = at
                self.value(at, row, own)
                return
            case "option":
                self.book.text(at, said.get("monitoring_option", ""), "input_text" if own else "text")
                if own:
                    self.book.sheets[at.sheet].data_validation(at.row, at.column, at.row, at.column, {"validate": "list", "source": _OPTIONS})
                return
        quantity = self.quantity(row)
        fixed = {"period": period, "point": f"({turn})", "parameter": _shown(row), "description": quantity.meaning}
        if role in fixed:
            self.book.text(at, fixed[role], "text")
            return
        text = row.unit if role == "unit" else said.get(role, "" if own or role != "source" else f"dataset {row.given_by}")
        self.book.text(at, "" if text == GAP else text, "input_text" if own else "text")

    def value(self, at: SheetSpot, row: InputRow, own: bool) -> None:
        """Write a number as a number, a date as a date, and everything else as a text."""
        quantity, text = self.quantity(row), row.text.strip()
        if row.quantity in self.hidden:
            self.book.text(at, NOT_SHOWN, "text")
            return
        number = read_number(text)
        if quantity.type == "number" and number is not None:
            self.book.number(at, float(number), "input" if own else "given")
        elif quantity.type == "date" and (day := _day(text)) is not None:
            self.book.day(at, day, "input_date" if own else "date")
        else:
            self.book.text(at, "" if text == GAP else text, "input" if own else "given")
        if own:
            self.check(at, quantity, row)

    def check(self, at: SheetSpot, quantity: Quantity, row: InputRow) -> None:
        """Let a spreadsheet program refuse what a run would refuse."""
        sheet = self.book.sheets[at.sheet]
        if quantity.type == "yes_no":
            listed = list(dict.fromkeys(["yes", "no", *([row.text.lower()] if row.text.lower() in STATEMENTS else [])]))
            sheet.data_validation(at.row, at.column, at.row, at.column, {"validate": "list", "source": listed})
        elif quantity.type == "number" and quantity.range is not None and row.unit == str(quantity.unit) and row.text != "NA":
            least, most = quantity.range.least, quantity.range.most
            between = {"criteria": "between", "minimum": float(least or 0), "maximum": float(most or 0)}
            above = {"criteria": ">=", "value": float(least or 0)}
            below = {"criteria": "<=", "value": float(most or 0)}
            rule = between if least is not None and most is not None else above if least is not None else below
            told = {"error_title": "out of range", "error_message": f"{quantity.id} is within {quantity.range} {quantity.unit}"[:250]}
            sheet.data_validation(at.row, at.column, at.row, at.column, {"validate": "decimal", **rule, **told})


def _shown(row: InputRow) -> str:
    return written_cell(row.quantity, row.labels)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= 1901 else None


def write_fields(book: Book, rows: Iterable[FieldRow]) -> str:
    """Write the fields of a project file beside its numbers; return the name of the sheet."""
    found = list(rows)
    deep = max((len(row.path) for row in found), default=1)
    sheet = book.add(PROJECT, widths=(*([18] * deep), 60), freeze=(3, 0))
    book.text(SheetSpot(sheet, 0, 0), "Project file: everything beside its numbers", "title")
    book.heads(sheet, 2, (*(f"field {at}" for at in range(1, deep + 1)), "value"))
    for at, row in enumerate(found, 3):
        for column in range(deep):
            book.text(SheetSpot(sheet, at, column), row.path[column] if column < len(row.path) else "", "line")
        book.text(SheetSpot(sheet, at, deep), "" if row.text == GAP else row.text, "input_text")
    return sheet
