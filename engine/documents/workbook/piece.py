"""Pieces of a formula in a spreadsheet, with how tightly their outermost operator binds: brackets stand where order counts, and no more.

The order of operations is kept: ``a * (b / c)`` keeps its brackets. A minus before a number binds more tightly than a power in spreadsheet
programs, and powers there are taken from the left; both always get brackets.
"""

from __future__ import annotations

from equations.records import record

#: How tightly operators bind.
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER}


@record(frozen=True)
class Piece:
    """A text and how tightly it binds."""

    text: str
    binds: int = ATOM

    @property
    def atom(self) -> str:
        """The text as it can stand beside any operator."""
        return self.text if self.binds == ATOM else f"({self.text})"


ZERO, ONE, NOTHING = Piece("0"), Piece("1"), Piece("NA()")


def number_piece(value: float) -> Piece:
    """Return a number with the digits that give the same 64 bits."""
    if value == int(value) and abs(value) < 1e15:
        return Piece(str(int(value))) if value >= 0 else Piece(f"({int(value)})")
    text = repr(float(value)).replace("e", "E").replace("E+", "E")
    return Piece(text if value >= 0 else f"({text})")


def joined(op: str, left: Piece, right: Piece) -> Piece:
    """Return two pieces with an operator between them, evaluated in written order."""
    own = BINDING[op]
    keeps_left = left.binds > own or (left.binds == own and op != "^")
    return Piece(f"{left.text if keeps_left else left.atom}{op}{right.text if right.binds > own else right.atom}", own)
