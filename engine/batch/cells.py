"""The arithmetic of a batch: cells of a program in place of numbers. What a run would do, is written down.

The same walk (:mod:`engine.run.formula`) asks for the same operations in the same order, so that both give the same numbers to the bit. What
members and switches decide stays plain bool; a condition of numbers is a cell of 1 or 0, which cannot be undecided: what would make it so is asked
for apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.batch.program import Builder, Cells
from engine.run.functions import ELEMENTWISE, REDUCTIONS
from engine.run.letters import Array, Scope, Valued, aligned
from engine.run.numbers import COMPARISON, Numbers


@dataclass
class CellArithmetic(Numbers):
    """Writes operations on cells into a builder.

    Attributes
    ----------
    defining
        What the cells are part of, for the reader.
    partial
        Cells that can come out as infinite or as no number, outside of cases.
    guarded
        Whether a case of the equation at hand can: then the cells of its result are asked for.
    """

    builder: Builder = field(default_factory=Builder)
    defining: str = ""
    partial: list[Cells] = field(default_factory=list)
    guarded: bool = False
    asks_apart = True
    _branches: int = 0

    @property
    def zero(self) -> int:
        """The cell of zero."""
        return self.builder.constant(0.0)

    @property
    def missing(self) -> int:
        """The cell that stands for one that is not there."""
        return self.builder.constant(np.nan)

    def empty(self, shape: tuple[int, ...]) -> Cells:
        """Return cells that hold no number, to be filled case by case."""
        return np.full(shape, self.missing, np.int64)

    def constants(self, numbers: Array) -> Cells:
        """Return a cell for each number, so that what the setting decides can stand among what draws decide."""
        return np.asarray(self.builder.constants(np.asarray(numbers, np.float64)))

    def apply(self, op: str, *operands: Array) -> Cells:
        """Write down an operation, and whether its result has to be asked for."""
        cells = self.builder.apply(op, *(np.asarray(part, np.int64) for part in operands), name=self.defining)
        return self.asked_for(cells) if ELEMENTWISE[op].partial else cells

    def asked_for(self, array: Array) -> Cells:
        """Note that cells may be no number; within a case only the result of the equation counts, as the branch not taken may be infinite."""
        if self._branches:
            self.guarded = True
        else:
            self.partial.append(np.ravel(array))
        return array

    def reduce(self, kind: str, array: Array, axis: int) -> Cells:
        """Write down a reduction along one axis, in the order of the members."""
        moved = np.moveaxis(np.asarray(array, np.int64), axis, -1)
        count, shape = moved.shape[-1], moved.shape[:-1]
        # Over no members there is nothing to write down.
        if count == 0:
            return np.full(shape, self.builder.constant(REDUCTIONS[kind].neutral), np.int64)
        runs = int(np.prod(shape, dtype=np.int64))
        # All runs are of one length here; later transformations leave members out.
        starts = np.arange(runs + 1, dtype=np.int64) * count
        return self.builder.reduce(kind, moved.ravel(), starts, self.defining).reshape(shape)

    def matrix_power(self, bases: Array, exponents: Array) -> Cells:
        """Write down powers of whole matrices."""
        return self.matrices("matrix_power", bases, exponents, np.broadcast_shapes(bases.shape, exponents.shape))

    def matrices(self, op: str, bases: Array, exponents: Array, shape: tuple[int, ...], labels: tuple[str, ...] = ()) -> Cells:
        """Write down an operation on each of some matrices, with one exponent each."""
        # An exponent is one number, whichever element of its matrix is looked at.
        powers = np.broadcast_to(exponents, shape)[..., 0, 0].ravel()
        operands = (np.asarray(np.broadcast_to(bases, shape).ravel(), np.int64), np.asarray(powers, np.int64))
        names = labels or ("",) * len(powers)
        return self.builder.add(op, int(np.prod(shape)), operands, name=self.defining, labels=names).reshape(shape)

    def where(self, mask: Array, there: Array, otherwise: Any) -> Cells:
        """Return cells of which some give way to a number."""
        return self.choose(mask, there, np.asarray(otherwise, np.int64))

    def choose(self, condition: Array, there: Array, otherwise: Array) -> Cells:
        """Write down a choice; one that members decide is made here, and costs no draw anything."""
        return np.where(condition, there, otherwise) if condition.dtype == bool else self.apply("where", condition, there, otherwise)

    @contextmanager
    def in_branch(self) -> Iterator[None]:
        """Count the cases around: a quotient in a case that no draw takes may be infinite."""
        self._branches += 1
        yield
        self._branches -= 1

    # -- conditions and masks: as bool where members decide, as cells of 1 and 0 where numbers do

    def sure(self, holds: Array) -> Array:
        """Return what is known to hold: here all that holds."""
        return holds

    def is_surely(self, condition: Array, wanted: bool) -> bool:
        """Whether a condition is decided already, so that the walk can leave out a branch."""
        return condition.dtype == bool and bool(condition) is wanted

    def compared(self, op: str, left: Array, right: Array) -> Cells:
        """Write down a comparison of numbers."""
        return self.apply(COMPARISON[op], left, right)

    def joined(self, op: str, parts: list[Valued], scope: Scope) -> Valued:
        """Join conditions by ``or`` or ``and``, in written order."""
        first, *rest = parts
        for part in rest:
            axes = scope.order({*first[1], *part[1]})
            first = self._pair(op, aligned(first, axes), aligned(part, axes)), axes
        return first

    def _pair(self, op: str, one: Array, other: Array) -> Array:
        if one.dtype == bool and other.dtype == bool:
            return np.logical_and(one, other) if op == "and" else np.logical_or(one, other)
        return self.apply(op, self.as_number(one), self.as_number(other))

    def quantified(self, kind: str, condition: Array, masks: list[Array], axes: list[int]) -> Cells:
        """Write down a condition on all or on any members."""
        cells = self.as_number(condition)
        # Members that take no part count as the neutral element, so that no draw needs to know of them.
        for mask in masks:
            cells = self.where(mask, cells, self.builder.constant(REDUCTIONS[kind].neutral))
        left = list(range(cells.ndim))
        # The innermost first, as the run does.
        for axis in axes:
            cells = self.reduce(kind, cells, left.index(axis))
            left.remove(axis)
        return cells

    def as_number(self, condition: Array) -> Cells:
        """Return a condition as cells of 1 and 0."""
        return self.constants(condition) if condition.dtype == bool else condition

    def counted(self, numbers: Array) -> Cells:
        """Write down numbers for conditions: a program keeps these as yes or no, of which two add up to one yes."""
        return self.apply("where", numbers, self.constants(np.array(1.0)), self.constants(np.array(0.0)))

    def negated(self, condition: Array) -> Array:
        """Return where a condition does not hold."""
        return np.logical_not(condition) if condition.dtype == bool else self.apply("not", condition)

    def failing(self, condition: Array) -> Array:
        """Return where a condition is known not to hold: here all that is left."""
        return self.negated(condition)

    def holding(self, condition: Array) -> Array:
        """Return the condition itself: what it cannot decide is asked for apart."""
        return condition

    def either(self, one: Valued, other: Valued, scope: Scope) -> Valued:
        """Return where one of two conditions holds."""
        return self.joined("or", [one, other], scope)

    def everywhere(self, mask: Array, axis: int) -> Array:
        """Return where a condition holds all along an axis."""
        return np.asarray(mask.all(axis=axis)) if mask.dtype == bool else self.reduce("All", mask, axis)
