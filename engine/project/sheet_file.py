"""A sheet of a workbook in the place of a CSV file: the same tables, each number read by the rules of :mod:`engine.project.sheet_cells`."""

from __future__ import annotations

import re
from dataclasses import field
from pathlib import Path

from engine.finding import Finding
from engine.project.sheet_cells import MOST_COLUMNS, MOST_ROWS, SheetReader, Workbook, twice_percent
from equations.cell_address import column_number
from equations.errors import Place, listed, near
from equations.files.csv_table import CsvTable, FaultTaker
from equations.files.strict_yaml import Scalar
from equations.records import record

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")


@record(frozen=True)
class SheetWish:
    """The sheet and the range that a project names; ``None`` for the first sheet, and for all that is filled."""

    sheet: Scalar | None = None
    range: Scalar | None = None


@record(frozen=True)
class SheetTable(CsvTable):
    """The cells of a range as a table; lines are rows of the sheet.

    Attributes
    ----------
    first
        The column of the sheet in which the table begins, from 1.
    """

    reader: SheetReader | None = field(default=None, compare=False)
    first: int = 1

    def cell(self, line: int, at: int) -> Place:
        """Return where a cell stands."""
        return Place(self.name, line, self.first + self.position(at))

    @property
    def is_typed(self) -> bool:
        """Whether its cells are more than texts: they are."""
        return True

    def number(self, line: int, at: int, unit: str, fault: FaultTaker) -> Scalar:
        """Return a number, read by the rules of cells; in percent only where its unit does not say percent too."""
        assert self.reader is not None
        column = self.first + self.position(at)
        found = self.reader.value(line, column)
        if found.percent and "%" in unit:
            fault("I503", *twice_percent(found, unit))
        return Scalar(found.text, self.name, line, column)


def sheet_table(data: bytes, path: Path, place: Place, wish: SheetWish, fault: FaultTaker, findings: list[Finding]) -> SheetTable | None:
    """Return the cells of a workbook that a project names, or ``None`` after a fault.

    Parameters
    ----------
    place
        Where the file is named.
    findings
        Takes what a person may see otherwise.
    """
    book = Workbook(data, path, place, fault, findings)
    readers = {sheet.name: sheet for sheet in book.sheets()}
    if book.stored is None:
        return None
    name = wish.sheet.text if wish.sheet is not None else next(iter(readers), "")
    if name not in readers:
        where = wish.sheet.place if wish.sheet is not None else place
        fault("I502", f"the workbook has no sheet {name!r}", where, f"its sheets are {listed(list(readers), 12)}",
              near(name, readers) or "name one of them")  # fmt: skip
        return None
    reader = readers[name]
    box = _box(reader, wish.range, fault)
    if box is None:
        return None
    top, left, bottom, right = box
    rows = [(row, [reader.shown(row, column) for column in range(left, right + 1)]) for row in sorted({row for row, _ in reader.filled})
            if top <= row <= bottom]  # fmt: skip
    rows = [(row, cells) for row, cells in rows if any(cells)]
    if not rows:
        fault("I509", f"the sheet {name!r} has no filled cells there", place, "", "look whether it is the right sheet and range")
        return None
    wide = max(at for at, text in enumerate(rows[0][1], 1) if text)
    for row, cells in rows[1:]:
        behind = next((at for at, text in enumerate(cells) if text and at >= wide), None)
        if behind is not None:
            fault("I506", "a cell stands behind the last head of its table", reader.place(row, left + behind), "",
                  "give the column a head, or name the `range:` of the table")  # fmt: skip
            return None
    return SheetTable(book.file_of(name), [(row, cells[:wide]) for row, cells in rows], reader=reader, first=left)


def _box(reader: SheetReader, wanted: Scalar | None, fault: FaultTaker) -> tuple[int, int, int, int] | None:
    """Return the first and the last row and column that are read."""
    if wanted is None:
        reader.beyond()
        return 1, 1, max(reader.rows, 1), max(reader.columns, 1)
    match = _RANGE.match(wanted.text.strip())
    ends = (int(match[2]), column_number(match[1]), int(match[4]), column_number(match[3])) if match else (0, 0, 0, 0)
    if not 1 <= ends[0] <= ends[2] <= MOST_ROWS or not 1 <= ends[1] <= ends[3] <= MOST_COLUMNS:
        fault("I506", f"{wanted.text!r} is no range of cells", wanted.place, f"up to {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns are read",
              "write the first and the last cell, as B3:F20")  # fmt: skip
        return None
    return ends
