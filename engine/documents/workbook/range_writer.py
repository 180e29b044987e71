"""Sums over ranges of cells: where the numbers that the terms of a reduction read are neighbours on a sheet, one range stands for all of them.

Whether they are is looked up for each term, so that a window, a relation or a subset is never taken for a whole row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.documents.workbook.piece import Piece, joined, number_piece
from engine.documents.workbook.spots import lie_in_line
from engine.run.formula import Scope
from engine.run.functions import FUNCTIONS
from engine.run.sheet_text import compared
from equations.formula.syntax import Binary, Call, Cases, Compare, Element, Excluded, Negative, Node, Number, Ratio, walk

if TYPE_CHECKING:
    from engine.documents.workbook.formula_writer import FormulaWriter


class RangeWriter:
    """Writes formulas along ranges."""

    def __init__(self, writer: FormulaWriter) -> None:
        self.writer = writer

    def plain(self, body: Node, terms: list[Scope]) -> str:
        """Return the range of what the terms of a reduction are, where each is a number of the run; else an empty text."""
        if not isinstance(body, Element) or len(terms) < 2:
            return ""
        found = self.of_element(body, terms)
        return found[0].text if found is not None and found[1] else ""

    def along(self, body: Node, terms: list[Scope]) -> str:
        """Return a formula along ranges for terms that are put together from numbers of the run; else an empty text."""
        found = self.piece(body, terms) if len(terms) > 1 else None
        return found[0].text if found is not None and found[1] else ""

    def piece(self, node: Node, terms: list[Scope]) -> tuple[Piece, str] | None:
        """Return a formula and the direction of its ranges, empty where it has none; ``None`` where it cannot stand over ranges."""
        match node:
            case Number(text=text):
                return number_piece(float(text)), ""
            case Ratio(over=over, under=under):
                return Piece(f"({over}/{under})"), ""
            case Element():
                return self.of_element(node, terms)
            case Negative(operand=operand):
                found = self.piece(operand, terms)
                return None if found is None else (Piece(f"(-{found[0].atom})"), found[1])
            case Binary(op=op, left=left, right=right) if op in "+-*/^":
                sides = self.piece(left, terms), self.piece(right, terms)
                if sides[0] is None or sides[1] is None or not _fit(sides[0][1], sides[1][1]):
                    return None
                return joined(op, sides[0][0], sides[1][0]), sides[0][1] or sides[1][1]
            case Call(name=name, arguments=(argument,)) if FUNCTIONS[name].sheet_along is not None:
                found, along = self.piece(argument, terms), FUNCTIONS[name].sheet_along
                assert along is not None
                return None if found is None else (Piece(along(found[0].atom)), found[1])
            case Cases():
                return self.cases(node, terms)
        return None

    def cases(self, node: Cases, terms: list[Scope]) -> tuple[Piece, str] | None:
        """Return cases as products with conditions, which are 1 or 0 along ranges; ``None`` where more than one is decided by numbers."""
        assert node.otherwise is not None
        for at, (condition, value) in enumerate(node.branches):
            held = {self.settled(condition, one) for one in terms} if not isinstance(condition, Compare) else {None}
            if held == {True}:
                return self.piece(value, terms)
            if held != {False}:
                is_last = at == len(node.branches) - 1
                return self.by_number(condition, value, node.otherwise, terms) if is_last and isinstance(condition, Compare) else None
        return self.piece(node.otherwise, terms)

    def settled(self, condition: Node, one: Scope) -> bool | None:
        """Return whether a condition holds for one term, or ``None`` where numbers decide."""
        held = self.writer.condition(condition, one)
        return held if isinstance(held, bool) else None

    def by_number(self, condition: Compare, value: Node, otherwise: Node, terms: list[Scope]) -> tuple[Piece, str] | None:
        """Return ``(condition) * value``, where everything else is zero and nothing is divided."""
        if any(isinstance(part, Binary) and part.op == "/" for part in walk(condition)) or not _is_zero(otherwise):
            return None
        sides = [self.piece(side, terms) for side in (condition.left, condition.right, value)]
        found = [side for side in sides if side is not None]
        directions = {side[1] for side in found if side[1]}
        if len(found) < 3 or len(directions) != 1:
            return None
        if any(self.writer.is_tied(condition, one) for one in terms):
            return None
        held = Piece(f"({compared(condition.op, found[0][0].atom, found[1][0].atom)})")
        return joined("*", held, found[2][0]), directions.pop()

    def of_element(self, node: Element, terms: list[Scope]) -> tuple[Piece, str] | None:
        writer, spots = self.writer, self.writer.context.spots
        places = [writer.cells.place(node.quantity, node.indices, one) for one in terms]
        found = [spots.of.get((node.quantity, place)) for place in places]
        there = [spot for spot in found if spot is not None]
        if len(there) != len(found):
            return None
        if len(set(there)) == 1:
            return Piece(spots.text(there[0], writer.context.home)), ""
        direction = lie_in_line(there)
        return (Piece(spots.range_text(there, writer.context.home)), direction) if direction else None


def _is_zero(node: Node) -> bool:
    return isinstance(node, Excluded) or (isinstance(node, Number) and float(node.text) == 0)


def _fit(one: str, other: str) -> bool:
    return not one or not other or one == other
