"""Numbers that no formula of a spreadsheet gives: solved equations, powers of matrices to any number, formulas that are too long.

Each stands as the number of the run, and only while every number from which it was found is as it was: beside it the workbook keeps those
numbers and compares, and where one has moved the cell gives ``#N/A``, and so does all that follows from it. It is never a stale number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.documents.workbook.formula_writer import FormulaWriter
from engine.documents.workbook.parts import Part
from engine.documents.workbook.piece import Piece, number_piece
from engine.documents.workbook.spots import SheetSpot
from engine.run.cell_reads import Cell
from engine.run.formula import Scope
from engine.run.single_terms import SingleTerms, single_scopes
from equations.formula.syntax import Diagonal, Element, IndexGroup, IndexLetter, MatrixRef, Node, Reduce, children

#: Share of a number by which it may differ from what it was when the workbook was written: what recalculating moves.
UNCHANGED = "0.000000001"
#: Share of all of them together below which a difference is the rounding of floats, as of a number that is zero but for its last digits.
NOISE = "1E-15"


class FixedNumbers:
    """Writes numbers with what guards them."""

    def __init__(self, writer: FormulaWriter) -> None:
        self.writer = writer
        self.guards: dict[object, SheetSpot] = {}

    def text(self, formula: Node, scope: Scope, value: float, but: str, key: object) -> str:
        """Return the formula of a fixed number.

        Parameters
        ----------
        but
            The quantity that is found itself; what the formula reads of it is not kept.
        key
            What is alike for the cells that share their guard.
        """
        if key not in self.guards:
            self.guards[key] = self.guard([one for one in dict.fromkeys(self.reads(formula, scope)) if one[0] != but])
        guard = self.writer.context.spots.text(self.guards[key], self.writer.context.home)
        return f"IF({guard}=0,{number_piece(value).text},NA())"

    def guard(self, reads: list[tuple[str, Cell]]) -> SheetSpot:
        """Keep the numbers that were read; return the cell that counts those that have moved."""
        writer, live = self.writer, []
        there = [(quantity, place) for quantity, place in reads if (quantity, place) in writer.context.spots.of]
        values = [float(writer.run.values.arrays[quantity][place]) for quantity, place in there]
        belongs = writer.context.belongs_to
        for (quantity, place), value in zip(there, values, strict=True):
            live.append(writer.context.parts.add(Part(belongs, "read", self.own_text(quantity, place), value)))
        kept = [writer.context.parts.add(Part(belongs, "read when this workbook was written", "", value)) for value in values]
        if not there:
            return writer.context.parts.add(Part(belongs, "numbers that have moved since", "0", 0.0))
        now, then = (writer.context.spots.range_text(spots, writer.context.parts.sheet) for spots in (live, kept))
        text = f"SUMPRODUCT((ABS({now}-{then})>{UNCHANGED}*ABS({then})+{NOISE}*SUMPRODUCT(ABS({then})))*1)"
        return writer.context.parts.add(Part(belongs, "numbers that have moved since", text, 0.0))

    def own_text(self, quantity: str, place: Cell) -> str:
        context = self.writer.context
        return Piece(context.spots.text(context.spots.of[quantity, place], context.parts.sheet)).text

    def reads(self, node: Node, scope: Scope) -> Iterator[tuple[str, Cell]]:
        """Yield every cell that a formula may read for the letters of its left side, whichever case is taken."""
        writer = self.writer
        match node:
            case Element():
                for one in single_scopes(scope, [i.letter for i in node.indices if isinstance(i, IndexLetter | IndexGroup)]):
                    yield node.quantity, writer.cells.place(node.quantity, node.indices, one)
            case MatrixRef():
                yield from self.of_matrix(node, scope)
            case Reduce():
                yield from self.of_terms(node, scope)
            case Diagonal():
                yield from self.reads(node.body, writer.evaluator.bound_to_all(node.letter, node.set, scope))
            case _:
                for child in children(node):
                    yield from self.reads(child, scope)

    def of_matrix(self, node: MatrixRef, scope: Scope) -> Iterator[tuple[str, Cell]]:
        axes, members = self.writer.run.methodology.quantity[node.quantity].indices, self.writer.run.setting.members
        for one in single_scopes(scope, [i.letter for i in node.indices if isinstance(i, IndexLetter | IndexGroup)]):
            behind = self.writer.cells.place(node.quantity, node.indices, one, axes[node.whole :])
            for front in np.ndindex(*(len(members[axis]) for axis in axes[: node.whole])):
                yield node.quantity, (*front, *behind)

    def of_terms(self, node: Reduce, scope: Scope) -> Iterator[tuple[str, Cell]]:
        for one in SingleTerms.bound(self.writer.evaluator, node.binders, scope).scopes:
            yield from self.reads(node.body, one)
