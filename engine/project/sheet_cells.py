"""Cells of a workbook as texts, each read by one rule and never guessed: what a person may see otherwise than a program is told.

A number is taken as it is stored. A text in the place of a number is refused, whatever it looks like (``1,5``, ``52.400``, ``5%``, ``610``
with a blank behind it): only a person knows what was meant. An error (``#REF!``) and a formula that was never calculated are refused; of a
formula its stored value is taken, and the formula told.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from engine.finding import Finding
from engine.project.number_formats import shown_otherwise
from equations.cell_address import column_letters, column_number
from equations.errors import WORKBOOK_SHEET, Place
from equations.files.csv_table import FaultTaker
from equations.files.excel_packages import reading
from equations.records import record

#: Rows and columns that are looked at, and bytes that a workbook may have once it is unpacked.
MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 200_000, 2_000, 500_000_000
#: Cells that merged ranges may cover; the library makes each of them.
MOST_MERGED = 1_000_000
#: Findings of one kind on one sheet.
MOST_TOLD = 10
#: What may stand as a text where a number, a date or an answer is meant.
_ALLOWED = re.compile(r"(NA|____|yes|no|true|false|[0-9]{4}-[0-9]{2}-[0-9]{2})?\Z", re.IGNORECASE)
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']\$?([A-Za-z]+)\$?([0-9]+):\$?([A-Za-z]+)\$?([0-9]+)""")


@record(frozen=True)
class SheetCell:
    """One cell.

    Attributes
    ----------
    text
        What it says; of a number its shortest digits.
    kind
        ``number``, ``text``, ``date``, ``blank`` or ``wrong``, which was reported.
    percent
        Whether it is shown in percent.
    formula
        Its formula, where it has one.
    """

    text: str
    kind: str
    place: Place
    percent: bool = False
    formula: str = ""
    merged: bool = False


@dataclass
class SheetReader:
    """One sheet of a workbook.

    Attributes
    ----------
    sheet, formulas
        The sheet with the stored values, and with the formulas.
    filled
        Row and column of every cell that holds something or is merged.
    """

    name: str
    sheet: Any
    formulas: Any
    fault: FaultTaker
    findings: list[Finding]
    book: Workbook
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    filled: frozenset[tuple[int, int]] = frozenset()
    told: dict[str, int] = field(default_factory=dict)
    #: How many rows and columns it has, as far as they are read.
    rows: int = 0
    columns: int = 0

    def __post_init__(self) -> None:
        for area in self.sheet.merged_cells.ranges:
            for row in range(area.min_row, area.max_row + 1):
                for column in range(area.min_col, area.max_col + 1):
                    self.merged[row, column] = area.min_row, area.min_col
        # looked up where cells are kept: to walk along rows would make a cell of every blank
        self.filled = frozenset(at for at, cell in self.formulas._cells.items() if cell.value is not None) | self.merged.keys()
        self.rows = min(max((row for row, _ in self.filled), default=0), MOST_ROWS)
        self.columns = min(max((column for _, column in self.filled), default=0), MOST_COLUMNS)

    def beyond(self) -> None:
        """Report a filled cell that is too far out to be read: what stands there would be missing in silence."""
        far = min((at for at in self.filled if at[0] > MOST_ROWS or at[1] > MOST_COLUMNS), default=None)
        if far is not None:
            self.fault("I506", "a cell stands too far out to be read", self.place(*far),
                       f"up to {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns are read",
                       "take it out, or name the `range:` of the table; many numbers stand in a CSV file")  # fmt: skip

    def place(self, row: int, column: int = 0) -> Place:
        """Return the place of a cell, counted from 1."""
        return Place(self.book.file_of(self.name), row, column)

    def label(self, row: int, column: int) -> str:
        """Return a text, a label or a head: without blanks around it, a whole number without point; a merged one stands for all its cells."""
        if self.sheet.cell(row, column).value is None and (row, column) in self.merged:
            row, column = self.merged[row, column]
        return self.cell(row, column, is_label=True).text.strip()

    def shown(self, row: int, column: int) -> str:
        """Return a cell as a label, without telling what is wrong with it."""
        told, self.fault = self.fault, lambda *_: None
        try:
            return self.label(row, column) or str(self.formulas.cell(row, column).value or "")
        finally:
            self.fault = told

    def value(self, row: int, column: int) -> SheetCell:
        """Return a number, a date or an answer; a text that is none of these is reported."""
        found = self.cell(row, column)
        if found.kind == "text" and not _ALLOWED.match(found.text):
            self.fault("I505", f"the cell holds the text {found.text!r}, not a number", found.place, *why_no_number(found.text))
            return SheetCell("", "wrong", found.place)
        if found.merged and found.kind != "blank":
            self.fault("I506", "a number stands in merged cells", found.place, "which of them it is meant for is not known",
                       "take the cells apart, and write each number in a cell of its own")  # fmt: skip
        self.tell(found, row, column)
        return found

    def cell(self, row: int, column: int, *, is_label: bool = False) -> SheetCell:
        """Return a cell as it is stored."""
        stored, written = self.sheet.cell(row, column), self.formulas.cell(row, column)
        place, merged = self.place(row, column), (row, column) in self.merged
        formula = _formula(written.value) if written.data_type == "f" else ""
        value = stored.value
        if stored.data_type == "e":
            self.fault("I505", f"the cell shows the error {value}", place, "its formula has no result", "mend the formula, or write the number")
            return SheetCell("", "wrong", place)
        if value is None:
            if formula:
                self.fault("I505", "the cell holds a formula whose value is not stored", place, "the workbook was never calculated",
                           "open it in a spreadsheet program, save it, and try again")  # fmt: skip
                return SheetCell("", "wrong", place)
            return SheetCell("", "blank", place, merged=merged)
        if isinstance(value, bool):
            return SheetCell("yes" if value else "no", "text", place, formula=formula, merged=merged)
        if isinstance(value, datetime | date | time):
            return SheetCell(_day(value), "date", place, formula=formula, merged=merged)
        if isinstance(value, int | float):
            shown = str(stored.number_format or "")
            text = str(int(value)) if float(value).is_integer() and (is_label or abs(value) < 1e15) else repr(float(value))
            return SheetCell(text, "number", place, "%" in shown, formula, merged)
        text = str(value)
        return SheetCell(text if text.strip() else "", "text" if text.strip() else "blank", place, formula=formula, merged=merged)

    # -- what a person may see otherwise

    def tell(self, found: SheetCell, row: int, column: int) -> None:
        """Tell what is hidden, shown rounded, or the value of a formula."""
        if found.kind == "blank":
            return
        self.tell_hidden(found, row, column)
        shown = shown_otherwise(found.text, self.format_of(row, column)) if found.kind == "number" else ""
        if shown:
            self.remark(f"the cell shows {shown}, and {found.text} is read", found.place, "show all its digits, or write the rounded number",
                        kind="shown")
        if found.formula:
            stale = "" if self.book.was_calculated else "; the workbook was written by a program that does not calculate"
            self.remark(f"{found.text} is the stored value of a formula", found.place, "look whether it is current", evidence=found.formula + stale,
                        kind="formula")

    def format_of(self, row: int, column: int) -> str:
        """Return the format of a cell as a number."""
        return str(self.sheet.cell(row, column).number_format or "")

    def tell_hidden(self, found: SheetCell, row: int, column: int) -> None:
        """Tell that a cell is not seen by whoever opens the workbook."""
        letters = column_letters(column)
        hidden = (
            (self.sheet.sheet_state != "visible", "sheet"),
            (self.sheet.row_dimensions[row].hidden, f"row {row}"),
            (letters in self.sheet.column_dimensions and self.sheet.column_dimensions[letters].hidden, f"column {letters}"),
        )
        for what in (what for is_hidden, what in hidden if is_hidden):
            self.remark(f"{what} of {self.name} is hidden, and its numbers are read", found.place, "show it, or take the numbers out", what)

    def remark(self, what: str, place: Place, remedy: str, once: str = "", evidence: str = "", kind: str = "") -> None:
        """Add a finding; of what is alike only the first, of a kind the first ones."""
        turn = self.told[once or kind] = self.told.get(once or kind, 0) + 1
        if turn > (1 if once else MOST_TOLD):
            return
        if turn == MOST_TOLD:
            what += "; more cells of this sheet are alike"
        self.findings.append(Finding("A748", "warning" if once else "note", self.book.path.name, what, evidence, remedy, place=place))


class Workbook:
    """A workbook that was opened.

    Parameters
    ----------
    data
        What the file holds.
    """

    def __init__(self, data: bytes, path: Path, place: Place | None, fault: FaultTaker, findings: list[Finding]) -> None:
        self.path, self.fault, self.findings = path, fault, findings
        self.stored: Any = None
        self.was_calculated = False
        library = reading()
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                    raise ValueError(f"it has more than {MOST_BYTES // 10**6} MB once it is unpacked")
                if sum(map(_merged_cells, (parts.read(name) for name in parts.namelist() if name.endswith(".xml")))) > MOST_MERGED:
                    raise ValueError(f"it merges more than {MOST_MERGED:,} cells")
                self.was_calculated = any(name.endswith("calcChain.xml") for name in parts.namelist())
            self.stored = library.load_workbook(io.BytesIO(data), data_only=True)
            self.formulas = library.load_workbook(io.BytesIO(data))
        except Exception as cause:  # the library raises whatever its parts raise: a file from anywhere must not end in a traceback
            fault("I509", f"the workbook cannot be read: {type(cause).__name__}", place or Place(str(path)), str(cause)[:200],
                  "open it in a spreadsheet program and save it as .xlsx")  # fmt: skip

    def file_of(self, sheet: str) -> str:
        """Return the file of places on a sheet."""
        return f"{self.path.with_suffix('').as_posix()}{WORKBOOK_SHEET}{sheet}"

    def sheets(self) -> Iterator[SheetReader]:
        """Yield every sheet with cells."""
        for name in self.stored.sheetnames if self.stored is not None else ():
            if hasattr(self.stored[name], "merged_cells"):
                yield self.sheet(name)

    def sheet(self, name: str) -> SheetReader:
        """Return a sheet that the workbook has."""
        return SheetReader(name, self.stored[name], self.formulas[name], self.fault, self.findings, self)


def twice_percent(cell: SheetCell, unit: str) -> tuple[str, Place, str, str]:
    """Return what to tell of a cell that is shown in percent beside a unit that says percent too."""
    why = f"it is {cell.text}, which can be meant as a share or as so many percent"
    return f"the cell is formatted in percent and its unit is {unit!r}", cell.place, why, "format it as a number, or take % from the unit"


def _merged_cells(part: bytes) -> int:
    """Return how many cells the merged ranges of a part of a workbook cover."""
    ends = ((column_number(a.decode()), int(top), column_number(b.decode()), int(bottom)) for a, top, b, bottom in _MERGED.findall(part))
    return sum((abs(right - left) + 1) * (abs(bottom - top) + 1) for left, top, right, bottom in ends)


def _day(value: datetime | date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat()


def why_no_number(text: str) -> tuple[str, str]:
    """Return why a text is no number, and what to do; where it can be read in two ways both are named."""
    plain = text.strip()
    turn = "turn the cell into a number (format it as a number and type it again)"
    if re.match(r"[-+−]?[0-9]+[.,][0-9]+\Z", plain):
        whole, _, rest = plain.replace(",", ".").partition(".")
        thousands = f" or {whole}{rest}" if len(rest) == 3 and not whole.lstrip("-+−").startswith("0") else ""
        return f"it can mean {whole}.{rest}{thousands}", turn
    if plain.endswith("%"):
        return "it can mean a share or a number of percent", "write the number, and % as its unit"
    if plain in ("-", "n/a", "N/A", "#N/A", "none"):
        return "what is not known is no number", "leave the cell empty, or write NA where the methodology leaves the cell out"
    return "a text is not taken for a number, whatever it looks like", turn


def _formula(value: Any) -> str:
    """Return a formula; one of a range of cells is an object of the library, which has its text or none."""
    if isinstance(value, int | float):
        return ""
    return value if isinstance(value, str) else str(getattr(value, "text", None) or "a formula of a range of cells")
