"""Where each number of a run stands in a workbook, and how a formula names it: by its name, by a range, or by its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from equations.cell_address import column_letters
from equations.records import record

Cell = tuple[int, ...]


@record(frozen=True)
class SheetSpot:
    """A cell of a sheet; row and column are counted from 0."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """``$F$12``."""
        return f"${column_letters(self.column + 1)}${self.row + 1}"


def sheet_prefix(sheet: str) -> str:
    """Return a sheet as it stands before an address."""
    return "'" + sheet.replace("'", "''") + "'!"


@dataclass
class Spots:
    """The places of all numbers of a workbook.

    Attributes
    ----------
    of
        Quantity and cell -> its spot.
    names
        SheetSpot -> its name, where it has one.
    columns
        Sheet, column, first and last row -> the name of that range.
    """

    of: dict[tuple[str, Cell], SheetSpot] = field(default_factory=dict)
    names: dict[SheetSpot, str] = field(default_factory=dict)
    columns: dict[tuple[str, int, int, int], str] = field(default_factory=dict)

    def text(self, spot: SheetSpot, home: str) -> str:
        """Return how a formula on the sheet ``home`` names a spot."""
        name = self.names.get(spot)
        return name if name else (spot.address if spot.sheet == home else sheet_prefix(spot.sheet) + spot.address)

    def range_text(self, spots: Sequence[SheetSpot], home: str) -> str:
        """Return how a formula names neighbours, the first to the last."""
        first, last = spots[0], spots[-1]
        if first.column == last.column:
            name = self.columns.get((first.sheet, first.column, first.row, last.row))
            if name:
                return name
        prefix = "" if first.sheet == home else sheet_prefix(first.sheet)
        return f"{prefix}{first.address}:{last.address}"


def lie_in_line(spots: Sequence[SheetSpot]) -> str:
    """Return ``down`` or ``across`` where spots are neighbours in order, else an empty text."""
    first = spots[0]
    if all(spot == SheetSpot(first.sheet, first.row + at, first.column) for at, spot in enumerate(spots)):
        return "down"
    return "across" if all(spot == SheetSpot(first.sheet, first.row, first.column + at) for at, spot in enumerate(spots)) else ""
