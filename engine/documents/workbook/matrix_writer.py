"""Formulas of single elements of matrices. A product whose sides are computed themselves, and a power, get a block of cells for their elements.

A power to a whole number is written as squares and products; its cells give no number once the exponent has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.documents.workbook.formula_writer import FormulaWriter, UnwritableError
from engine.documents.workbook.piece import ONE, SUM, ZERO, Piece, joined, number_piece
from engine.documents.workbook.spots import SheetSpot
from engine.run.formula import Scope
from engine.run.letters import aligned
from equations.formula.syntax import (
    Binary,
    Diagonal,
    Identity,
    MatrixRef,
    Negative,
    Node,
    Number,
    Reduce,
    Transpose,
    children,
    walk,
)

#: Powers beyond it stand as numbers.
MOST_POWER = 100_000
Block: TypeAlias = dict[tuple[int, int], SheetSpot]
_MATRICES = (MatrixRef, Identity, Diagonal)


class MatrixWriter:
    """Writes elements of matrices into the workbook of a writer of formulas."""

    def __init__(self, writer: FormulaWriter) -> None:
        self.writer = writer
        self.run, self.context = writer.run, writer.context

    def element(self, node: Node, scope: Scope, row: int, column: int) -> Piece:
        """Return one element; what is zero by its place is :data:`ZERO`."""
        match node:
            case MatrixRef():
                return self.of_quantity(node, scope, row, column)
            case Identity():
                return ONE if row == column else ZERO
            case Diagonal(letter=letter, set=set_id, body=body):
                inner = scope.bound(letter, set_id, np.array([row], np.intp))
                return self.writer.number(body, inner) if row == column else ZERO
            case Transpose(operand=operand):
                return self.element(operand, scope, column, row)
            case Negative(operand=operand):
                found = self.element(operand, scope, row, column)
                return found if found == ZERO else Piece(f"(-{found.atom})")
            case Binary(op="@") | Binary(op="^"):
                return self.in_block(node, scope, row, column) if node.op == "^" else self.product(node, scope, row, column)
            case Binary():
                return self.operation(node, scope, row, column)
            case Reduce(kind="Sum", body=body):
                return _added([self.element(body, one, row, column) for one in self.writer.terms(node, scope)])
        raise UnwritableError(f"a {type(node).__name__} of matrices has no formula in spreadsheet programs")

    def of_quantity(self, node: MatrixRef, scope: Scope, row: int, column: int) -> Piece:
        if node.diagonal and row != column:
            return ZERO
        axes = self.run.methodology.quantity[node.quantity].indices
        behind = self.writer.cells.place(node.quantity, node.indices, scope, axes[node.whole :])
        return self.writer.cell(node.quantity, ((row,) if node.diagonal else (row, column)) + behind)

    def operation(self, node: Binary, scope: Scope, row: int, column: int) -> Piece:
        """Return what is done element by element, or with a number."""
        op = "*" if node.op == ".*" else node.op
        left, right = (self.side(side, scope, row, column) for side in (node.left, node.right))
        if op == "*" and ZERO in (left, right):
            return ZERO
        if op in "+-" and right == ZERO:
            return left
        return right if op == "+" and left == ZERO else joined(op, left, right)

    def side(self, node: Node, scope: Scope, row: int, column: int) -> Piece:
        return self.element(node, scope, row, column) if is_matrix(node) else self.writer.number(node, scope)

    def product(self, node: Binary, scope: Scope, row: int, column: int) -> Piece:
        inner = len(self.run.setting.members[self.sets(node.left)[1]])
        left, right = (self.elements_of(side, scope) for side in (node.left, node.right))
        pairs = [(left(row, at), right(at, column)) for at in range(inner)]
        return _added([joined("*", a, b) for a, b in pairs if ZERO not in (a, b)])

    def elements_of(self, node: Node, scope: Scope) -> Callable[[int, int], Piece]:
        """Return what gives the elements of one side of a product; one that is itself computed gets cells of its own."""
        if any(isinstance(part, Binary) and part.op in ("@", "^") for part in walk(node)):
            return lambda row, column: self.in_block(node, scope, row, column)
        return lambda row, column: self.element(node, scope, row, column)

    # -- blocks of cells

    def in_block(self, node: Node, scope: Scope, row: int, column: int) -> Piece:
        key = (id(node), _key(node, scope))
        if key not in self.context.blocks:
            with self.writer.among_parts():
                block = self.power(node, scope) if isinstance(node, Binary) and node.op == "^" else self.block(node, scope)
                self.context.blocks[key] = block
        return Piece(self.context.spots.text(self.context.blocks[key][row, column], self.context.home))

    def block(self, node: Node, scope: Scope) -> Block:
        """Give each element of a matrix a cell."""
        values = self.worth(node, scope)
        texts = {at: self.element(node, scope, *at).text for at in np.ndindex(*values.shape)}
        return self.cells(texts, values)

    def cells(self, texts: dict[tuple[int, ...], str], values: NDArray[np.float64]) -> Block:
        return {(at[0], at[1]): self.writer.part(text, float(values[at])) for at, text in texts.items()}

    def worth(self, node: Node, scope: Scope) -> NDArray[np.float64]:
        """Return what a matrix is in the run. Shape: rows, columns."""
        sizes = [len(self.run.setting.members[set_id]) for set_id in self.sets(node)]
        with np.errstate(all="ignore"):
            array, letters = self.writer.evaluator.value(node, scope)
        return np.broadcast_to(np.reshape(aligned((array, letters), letters), np.shape(array)[-2:]), sizes)

    def power(self, node: Binary, scope: Scope) -> Block:
        """Give each element of a power of a matrix a cell: squares, and their product."""
        exponent = self.writer.worth(node.right, scope)
        if exponent != int(exponent) or not 0 <= exponent <= MOST_POWER:
            raise UnwritableError("spreadsheet programs have no power of a matrix to such a number")
        base, size = self.worth(node.left, scope), len(self.run.setting.members[self.sets(node.left)[0]])
        square = {at: self.element(node.left, scope, *at) for at in np.ndindex(size, size)}
        found: dict[tuple[int, ...], Piece] = {(a, b): ONE if a == b else ZERO for a, b in np.ndindex(size, size)}
        worth, left = np.eye(size), int(exponent)
        while left:
            if left % 2:
                found, worth = self.multiplied(found, square, worth, base)
            left //= 2
            if left:
                square, base = self.multiplied(square, square, base, base)
        guarded = {at: self.guarded(node.right, scope, exponent, piece) for at, piece in found.items()}
        return self.cells(guarded, self.worth(node, scope))

    def guarded(self, exponent: Node, scope: Scope, written: float, piece: Piece) -> str:
        """Return an element that is a number only while the exponent is the one for which it was written."""
        if isinstance(exponent, Number):
            return piece.text
        return f"IF(ABS({self.writer.number(exponent, scope).atom}-{number_piece(written).text})<0.000000001,{piece.text},NA())"

    def multiplied(
        self, left: dict[tuple[int, ...], Piece], right: dict[tuple[int, ...], Piece], a: NDArray[np.float64], b: NDArray[np.float64]
    ) -> tuple[dict[tuple[int, ...], Piece], NDArray[np.float64]]:
        """Give each element of a product a cell; a product with what is one or zero by its place needs none."""
        size, worth = len(a), np.einsum("ik,kj->ij", a, b)
        found: dict[tuple[int, ...], Piece] = {}
        for at in np.ndindex(size, size):
            pairs = [(left[at[0], k], right[k, at[1]]) for k in range(size)]
            text = _added([y if x == ONE else joined("*", x, y) for x, y in pairs if ZERO not in (x, y)])
            spot = None if text.binds > SUM and "*" not in text.text else self.writer.part(text.text, float(worth[at]))
            found[at] = text if spot is None else Piece(self.context.spots.text(spot, self.context.home))
        return found, worth

    def sets(self, node: Node) -> tuple[str, str]:
        """Return the index sets of the rows and the columns of a matrix."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal):
                axes = self.run.methodology.quantity[quantity].indices
                return (axes[0], axes[0]) if diagonal else (axes[0], axes[1])
            case Binary(op="@", left=left, right=right):
                return self.sets(left)[0], self.sets(right)[1]
            case Transpose(operand=operand):
                rows, columns = self.sets(operand)
                return columns, rows
            case Identity(set=set_id) | Diagonal(set=set_id):
                return set_id, set_id
        return next(self.sets(child) for child in children(node) if is_matrix(child))


def is_matrix(node: Node) -> bool:
    """Whether a formula is a matrix."""
    return any(isinstance(part, _MATRICES) for part in walk(node))


def _added(pieces: list[Piece]) -> Piece:
    there = [piece for piece in pieces if piece != ZERO]
    if len(there) < 2:
        return there[0] if there else ZERO
    return Piece("+".join(piece.text if piece.binds > SUM else piece.atom for piece in there), SUM)


def _key(node: Node, scope: Scope) -> tuple[object, ...]:
    """Return what the letters that a formula uses stand for."""
    used = {getattr(part, "letter", "") for part in walk(node)}
    return tuple((letter, set_id, tuple(places)) for letter, (set_id, places) in scope.letters.items() if letter in used)
