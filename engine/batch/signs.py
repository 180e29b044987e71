"""Which cells cannot be below zero: by the declared ranges of inputs, which are checked, and by arithmetic from there on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.batch.program import MATRIX, Builder, Group, Program, finish
from engine.run.functions import ELEMENTWISE, REDUCTIONS
from equations.model.quantity import Quantity

Marks = NDArray[np.bool_]
#: When a result cannot be below zero (:attr:`~engine.run.functions.Operation.sign`) -> whether it is so, by the marks of its operands.
_SIGNS: dict[str, Callable[[list[Marks]], Marks | bool]] = {
    "always": lambda parts: True,
    "all": np.logical_and.reduce,
    "any": np.logical_or.reduce,
    "first": lambda parts: parts[0],
    "": lambda parts: False,
}


class Signs:
    """Follows a builder.

    Attributes
    ----------
    proven
        Cells that are zero or above, or not a number. Shape: (cells,).
    likely
        Cells that are so if inputs lie where they usually do (their plausible range); worth relying on if it is then checked.
    """

    def __init__(self, builder: Builder, quantities: Mapping[str, Quantity]) -> None:
        self.builder = builder
        self.quantities = quantities
        self.proven: Marks = np.zeros(0, bool)
        self.likely: Marks = np.zeros(0, bool)
        self._done = 0

    def follow(self) -> None:
        """Look at the groups that were added since."""
        more = self.builder.count - len(self.proven)
        self.proven = np.concatenate([self.proven, np.zeros(more, bool)])
        self.likely = np.concatenate([self.likely, np.zeros(more, bool)])
        # a builder grows while it is followed; what was found of earlier cells stays
        for group in self.builder.groups[self._done :]:
            cells = slice(group.first, group.first + group.size)
            self.proven[cells] = self._marks(group, self.proven, likely=False)
            self.likely[cells] = self._marks(group, self.likely, likely=True)
        self._done = len(self.builder.groups)

    def _marks(self, group: Group, marks: Marks, *, likely: bool) -> Marks | bool:
        if group.op == "const":
            assert group.values is not None
            # not `>= 0`: what is no number is not below zero either
            return ~(group.values < 0.0)
        if group.op == "input":
            return starts_at_zero(self.quantities[group.name], likely=likely)
        if group.op in REDUCTIONS:
            assert group.starts is not None
            sign = ELEMENTWISE[REDUCTIONS[group.op].join].sign
            # of a sum every part must be at zero or above, of a greatest one of them
            reduce = np.logical_or if sign == "any" else np.logical_and
            found: Marks = reduce.reduceat(marks[group.operands[0]], group.starts[:-1])
            return found | (sign == "always")
        if group.op in MATRIX:  # mostly shares, and nothing here proves it
            return likely
        parts = [marks[cells] for cells in group.operands]
        if group.op == "where":  # what decides has no part in the result
            return parts[1] & parts[2]
        return _SIGNS[ELEMENTWISE[group.op].sign](parts)


def drop_proven(program: Program, quantities: Mapping[str, Quantity]) -> Program:
    """Leave out the conditions that the known numbers of a batch prove."""
    builder = Builder()
    for group in program.groups:
        builder.copy(group, group.operands)
    signs = Signs(builder, quantities)
    signs.follow()
    open_ones = program.nonnegative[~signs.proven[program.nonnegative]]
    return Program(program.groups, program.outputs, open_ones, program.finite)


def drop_positive_parts(program: Program, quantities: Mapping[str, Quantity]) -> Program:
    """Leave out positive parts of what cannot be below zero."""
    builder = Builder()
    signs = Signs(builder, quantities)
    moved = np.full(program.size, -1, np.int64)
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        if group.op != "pos":
            moved[group.cells] = builder.copy(group, operands)
            continue
        signs.follow()
        kept = ~signs.proven[operands[0]]
        cells = operands[0].copy()
        cells[kept] = builder.add("pos", int(kept.sum()), (operands[0][kept],), name=group.name)
        moved[group.cells] = cells
    return finish(builder, program, moved)


def starts_at_zero(quantity: Quantity, *, likely: bool) -> bool:
    """Whether a quantity's range (or, for ``likely``, what is usual for it) has nothing below zero."""
    ranges = (quantity.range, quantity.plausible) if likely else (quantity.range,)
    return any(r is not None and r.least is not None and r.least >= 0 for r in ranges)
