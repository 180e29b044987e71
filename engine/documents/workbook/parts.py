"""Parts of formulas that have cells of their own: terms of a long sum, elements of a product of matrices, what guards a fixed number.

Each is a row of the sheet of parts, with what it belongs to, its formula and its value as the run has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.documents.workbook.spots import SheetSpot
from equations.records import record


@record(frozen=True)
class Part:
    """One row.

    Attributes
    ----------
    formula
        Without the sign of equality; empty for a number.
    """

    belongs_to: str
    what: str
    formula: str
    value: float


@dataclass
class Parts:
    """The rows of the sheet of parts, as they are asked for."""

    sheet: str
    #: Rows above the first part, and the column in which the numbers stand.
    head: int = 3
    column: int = 2
    rows: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> SheetSpot:
        """Add a row; return the spot of its number."""
        self.rows.append(part)
        return SheetSpot(self.sheet, self.head + len(self.rows) - 1, self.column)
