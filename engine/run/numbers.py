"""The arithmetic of a run: what the walk over a formula asks for, and how arrays of float64 answer.

The walk (:mod:`engine.run.formula`) binds letters, finds positions and follows cases once. What stands in the arrays is left to an arithmetic:
numbers here, fractions in :mod:`engine.run.exact_run`, and cells of a program in :mod:`engine.batch.cells`. So all of them do the same operations in
the same order.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from engine.run.arithmetic.matrix_powers import powers
from engine.run.functions import OPERATIONS, REDUCTIONS
from engine.run.letters import Array, Scope, Valued, aligned
from engine.run.truth import FALSE, OPEN, TRUE, decided, joined, negated, quantified
from equations.formula.syntax import Number, Ratio

#: Operators of a formula -> operations.
OPERATION = {"+": "add", "-": "sub", "*": "mul", ".*": "mul", "/": "div", "^": "power"}
#: Comparisons of a formula -> operations.
COMPARISON = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class Numbers:
    """An arithmetic, and the one of a run: arrays of float64, operands that can be broadcast.

    A *condition* is what decides cases, kept as :mod:`engine.run.truth`; a *mask* tells which terms or cells are there, as bool. Another
    arithmetic overrides what it does otherwise, and may keep both in its own way.

    Attributes
    ----------
    asks_apart
        Whether a condition cannot say of itself that it is undecided, so that it must be asked for apart.
    """

    asks_apart = False

    @property
    def zero(self) -> Any:
        """What stands for zero in an array."""
        return 0.0

    @property
    def missing(self) -> Any:
        """What is read where a cell is not there."""
        return np.nan

    def empty(self, shape: tuple[int, ...]) -> Array:
        """Return the array in which a quantity's cells are stored; nothing stands in it."""
        return np.full(shape, self.missing)

    def literal(self, node: Number | Ratio) -> Array:
        """Return a written number."""
        return self.constants(np.array(node.over / node.under if isinstance(node, Ratio) else float(node.text)))

    def constants(self, numbers: Array) -> Array:
        """Return numbers that no input moves."""
        return numbers

    def apply(self, op: str, *operands: Array) -> Array:
        """Return the result of an operation of :data:`~engine.run.functions.OPERATIONS`."""
        result: Array = OPERATIONS[op].number(*operands)
        return result

    def reduce(self, kind: str, array: Array, axis: int) -> Array:
        """Reduce along an axis, one member after the other."""
        if kind == "Sum" and array.shape[axis] == 0:
            return np.zeros(array.shape[:axis] + array.shape[axis + 1 :])
        if kind == "Sum":  # not np.sum, which adds in pairs: a sum is the same however many members stand beside it
            total: Array = np.take(np.add.accumulate(array, axis=axis), -1, axis=axis)
            return total
        join: Any = OPERATIONS[REDUCTIONS[kind].join].number
        result: Array = join.reduce(array, axis=axis, initial=REDUCTIONS[kind].neutral)
        return result

    def matrix_power(self, bases: Array, exponents: Array) -> Array:
        """Return powers of the matrices of the last two axes."""
        shape = np.broadcast_shapes(bases.shape, exponents.shape)
        stack = np.broadcast_to(bases, shape).reshape(-1, *shape[-2:])
        found = powers(np.moveaxis(stack, 0, -1), np.broadcast_to(exponents, shape)[..., 0, 0].ravel())
        return np.moveaxis(found.values, -1, 0).reshape(shape)

    def where(self, mask: Array, there: Array, otherwise: Any) -> Array:
        """Return ``there`` where a mask lets it, elsewhere something else."""
        return np.where(mask, there, otherwise)

    def choose(self, condition: Array, there: Array, otherwise: Array) -> Array:
        """Return what a case gives where its condition holds, elsewhere what is left, and no number where it is undecided."""
        rest = condition != TRUE
        result, undecided = np.where(rest, otherwise, there), rest & (condition != FALSE)
        return np.where(undecided, np.nan, result) if undecided.any() else result

    def asked_for(self, array: Array) -> Array:
        """Return what must be a number although its operands are; a run finds out by itself."""
        return array

    def in_branch(self) -> AbstractContextManager[None]:
        """Return a context in which what is done counts only where a case is taken."""
        return nullcontext()

    # -- conditions and masks

    def sure(self, holds: Array) -> Array:
        """Return a condition that members or switches decide."""
        return decided(holds)

    def is_surely(self, condition: Array, wanted: bool) -> bool:
        """Whether a condition without letters is decided so, whatever the numbers are."""
        return bool(condition == (TRUE if wanted else FALSE))

    def compared(self, op: str, left: Array, right: Array) -> Array:
        """Return the condition of a comparison of numbers."""
        a, b = np.asarray(left, float), np.asarray(right, float)  # of fractions the nearest floats, which say the same
        held = OPERATIONS[COMPARISON[op]].number(a, b)
        known = np.isfinite(a) & np.isfinite(b)
        return np.where(known, decided(held), np.uint8(OPEN))

    def joined(self, op: str, parts: list[Valued], scope: Scope) -> Valued:
        """Join conditions by ``and`` or ``or``."""
        axes = scope.order({x for _, letters in parts for x in letters})
        return joined([aligned(part, axes) for part in parts], op), axes

    def quantified(self, kind: str, condition: Array, masks: list[Array], axes: list[int]) -> Array:
        """Return ``All`` or ``Any`` along some axes (the innermost first), of the terms that every mask lets take part."""
        return quantified(behind(condition, axes), behind(every(masks, condition.shape), axes), -1, kind)

    def as_number(self, condition: Array) -> Array:
        """Return a condition as 1 or 0, and as no number where it is undecided."""
        return np.where(condition == TRUE, 1.0, np.where(condition == FALSE, 0.0, np.nan))

    def counted(self, numbers: Array) -> Array:
        """Return conditions that are kept as 1 and 0 as numbers that can be added."""
        return numbers

    def negated(self, condition: Array) -> Array:
        """Return ``not``, a condition."""
        return negated(condition)

    def failing(self, condition: Array) -> Array:
        """Return the mask of where a condition, or a mask, is decided and does not hold."""
        return np.asarray(np.logical_not(condition) if condition.dtype == bool else condition == FALSE)

    def holding(self, condition: Array) -> Array:
        """Return the mask of where a condition is decided and holds."""
        return np.asarray(condition == TRUE)

    def either(self, one: Valued, other: Valued, scope: Scope) -> Valued:
        """Return the mask of where one of two masks lets something through."""
        axes = scope.order({*one[1], *other[1]})
        return aligned(one, axes) | aligned(other, axes), axes

    def everywhere(self, mask: Array, axis: int) -> Array:
        """Return where a mask lets all along an axis through."""
        return np.asarray(mask.all(axis=axis))


def every(masks: list[Array], shape: tuple[int, ...]) -> Array:
    """Return what every one of some masks lets through."""
    there = np.ones(shape, bool)
    for mask in masks:
        there = there & mask
    return there


def behind(array: Array, axes: list[int]) -> Array:
    """Return an array whose last axis runs through all combinations of some of its axes."""
    free = [at for at in range(array.ndim) if at not in axes]
    joined_size = int(np.prod([array.shape[at] for at in axes], dtype=np.int64))
    return array.transpose([*free, *axes]).reshape(*(array.shape[at] for at in free), joined_size)
