"""An implicit equation with one unknown: the one number within the range of the quantity for which both sides are equal.

The difference of the sides is looked at in equal steps through the range. Where it changes its sign once, the step is divided in the same way again
and again, and the place then moved by Newton's method, whose slope is that across the place: so a change of what the equation reads moves the
root as the theorem on implicit functions says. All of it is put together from operations of the walk, so that runs, batches and slopes do the same to
the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.run.letters import Array, Scope, aligned
from equations.errors import SpecError
from equations.formula.syntax import Compare, Element, IndexLetter, walk
from equations.model.equation import Equation
from equations.model.quantity import Quantity
from equations.records import record

if TYPE_CHECKING:
    from engine.run.formula import FormulaEvaluator

#: Steps in which a change of sign is looked for, how often the one that is found is divided, steps of Newton's method behind that, and the width over
#: which a slope is taken, as a share of the range. 64 ^ 5 steps leave a billionth of the range, of which two steps leave the last digits.
STEPS, DIVISIONS, POLISHED, WIDTH = 64, 4, 2, 2.0**-20
#: The letter along which places are tried side by side.
_PLACE = "#place"
#: Share of the difference at the ends of the range that may be left at the root: more is left by a jump or a pole.
LEFT = 1e-9


@record(frozen=True)
class FoundRoot:
    """A root that was found, for reading.

    Attributes
    ----------
    residual
        What is left of the difference of the two sides.
    """

    equation: str
    where: str
    value: float
    residual: float
    ends: tuple[float, float]

    def __str__(self) -> str:
        return f"{self.value:.6g} within {self.ends[0]:g} to {self.ends[1]:g}, residual {self.residual:.2g}"


def ends_of(quantity: Quantity) -> tuple[float, float]:
    """Return the range in which a root is looked for."""
    assert quantity.range is not None and quantity.range.least is not None and quantity.range.most is not None
    return float(quantity.range.least), float(quantity.range.most)


def bracket_fault(equation: Equation, quantity: Quantity) -> SpecError | None:
    """Return what keeps an equation from being solved in this way: S105."""
    relation, left = equation.formula, equation.defines
    own = [node for node in walk(relation) if isinstance(node, Element) and node.quantity == quantity.id]
    ends = quantity.range
    what, remedy = "", "write the relation in that form"
    if not isinstance(relation, Compare) or relation.op != "==" or not isinstance(left, Element):
        what = "it is no equality of two numbers"
    elif not all(isinstance(index, IndexLetter) for index in left.indices) or any(node.indices != left.indices for node in own) or not own:
        what, remedy = f"{quantity.id} stands in it not at all, or with other indices than on the left side", "name it as on the left side"
    elif ends is None or ends.least is None or ends.most is None or not ends.least < ends.most:
        what, remedy = f"{quantity.id} has no range with both ends", "declare `range: {min: ..., max: ...}`: the root is looked for within"
    elif quantity.alternatives is not None:
        what, remedy = f"{quantity.id} has unit alternatives", "declare it in one unit"
    return SpecError("S105", f"{equation.id} cannot be solved by bracket: {what}", equation.place,
                     why="bracket finds the one number within the range of the quantity for which both sides are equal",
                     remedy=remedy) if what else None  # fmt: skip


@record(frozen=True)
class Bracketed:
    """What was found.

    Attributes
    ----------
    root
        No number where there is not exactly one root.
    changes
        How often the sides are seen to be equal: where the difference changes its sign, and where it is zero at a place that is looked at.
    ends
        The difference at both ends.
    left, slope
        What is left of it at the root, and how fast it changes there.
    """

    root: Array
    changes: Array
    ends: tuple[Array, Array]
    left: Array
    slope: Array
    axes: tuple[str, ...]


def bracketed(walk_: FormulaEvaluator, equation: Equation, scope: Scope) -> Bracketed:
    """Solve an equation for every cell of its left side."""
    return _Search(walk_, equation, scope).found()


@record(frozen=True)
class _Search:
    """One equation at work. ``walk_`` does what is to be done."""

    walk_: FormulaEvaluator
    equation: Equation
    scope: Scope

    @property
    def axes(self) -> tuple[str, ...]:
        return tuple(self.scope.letters)

    def constant(self, number: float) -> Array:
        shape = [len(positions) for _, positions in self.scope.letters.values()]
        return self.walk_.arithmetic.constants(np.full(shape, number))

    def do(self, op: str, *operands: Array) -> Array:
        return self.walk_.arithmetic.apply(op, *operands)

    def choose(self, condition: Array, there: Array, otherwise: Array) -> Array:
        return self.walk_.arithmetic.choose(condition, there, otherwise)

    def compared(self, op: str, left: Array, right: Array) -> Array:
        return self.walk_.arithmetic.compared(op, left, right)

    def gap(self, at: Array) -> Array:
        """Return the left side less the right side with a number in place of the unknown; ``at`` may hold places along one more axis."""
        relation, scope = self.equation.formula, self.scope
        assert isinstance(relation, Compare)
        if at.ndim > len(self.axes):
            scope = scope.bound(_PLACE, _PLACE, np.arange(at.shape[-1], dtype=np.intp))
        axes = tuple(scope.letters)
        self.walk_.unknown[self.equation.quantity] = at, axes
        try:
            sides = [np.broadcast_to(aligned(self.walk_.value(node, scope), axes), at.shape) for node in (relation.left, relation.right)]
        finally:
            del self.walk_.unknown[self.equation.quantity]
        return self.do("sub", *sides)

    def above(self, gap: Array) -> Array:
        """Return 1 where a difference is above zero, else 0."""
        arithmetic = self.walk_.arithmetic
        return arithmetic.counted(arithmetic.as_number(self.compared(">", gap, arithmetic.constants(np.zeros(gap.shape)))))

    def found(self) -> Bracketed:
        low, high = ends_of(self.walk_.methodology.quantity[self.equation.quantity])
        # Only the first division looks through the whole range and counts the roots; the later ones know where it is. No step hangs
        # on what a draw holds, so a program can write all of it down.
        a, b, signs, gaps = self.divided(self.constant(low), self.constant(high))
        turns = self.walk_.arithmetic.reduce("Sum", self.do("abs", self.do("sub", signs[..., 1:], signs[..., :-1])), signs.ndim - 1)
        changes = self.do("max", turns, self.equal_places(signs, gaps))
        for _ in range(DIVISIONS):
            a, b, _, _ = self.divided(a, b)
        # The middle of what is left, from where two steps of Newton's method reach the last digits.
        place = self.at_an_end(self.do("mul", self.do("add", a, b), self.constant(0.5)), turns, gaps[..., -1], (low, high))
        for _ in range(POLISHED):
            place, slope = self.polished(place, low, high)
        if low <= 0 <= high:
            place = self.at_zero(place, (high - low) * WIDTH)
        left, size = self.gap(place), self.do("max", self.do("abs", gaps[..., 0]), self.do("abs", gaps[..., -1]))
        # A change of sign may also be a jump or a pole, at which the sides are not equal: what is left over there is no small share
        # of the difference at the ends.
        ok = self.compared("<=", self.do("abs", left), self.do("mul", size, self.constant(LEFT)))
        one = self.compared("<=", changes, self.constant(1.0))
        nothing = np.asarray(self.walk_.arithmetic.missing)
        with self.walk_.arithmetic.in_branch():
            root = self.walk_.arithmetic.asked_for(self.choose(one, self.choose(ok, place, nothing), nothing))
        return Bracketed(root, changes, (gaps[..., 0], gaps[..., -1]), left, slope, self.axes)

    def divided(self, a: Array, b: Array) -> tuple[Array, Array, Array, Array]:
        """Return the step within which the sign changes; the signs, and the differences, at the ends of all steps. Shape: (..., place)."""
        shares = self.walk_.arithmetic.constants(np.arange(STEPS + 1) / STEPS)
        places = self.do("add", self.do("mul", a[..., None], self.do("sub", self.walk_.arithmetic.constants(np.ones(STEPS + 1)), shares)),
                         self.do("mul", b[..., None], shares))  # fmt: skip
        gaps = self.gap(places)
        signs = self.above(gaps)
        # Marked are the places with the sign of the first. The step begins at the last of these and ends at the first of the
        # others; where the sign never changes it is the last step, and `changes` says so.
        first = self.compared("==", signs, np.broadcast_to(signs[..., :1], signs.shape))
        before = self.choose(first, places, np.broadcast_to(a[..., None], places.shape))
        behind = self.choose(first, np.broadcast_to(b[..., None], places.shape), places)
        last = places.ndim - 1
        return self.walk_.arithmetic.reduce("Max", before, last), self.walk_.arithmetic.reduce("Min", behind, last), signs, gaps

    def equal_places(self, signs: Array, gaps: Array) -> Array:
        """Return how often the sides are equal: places without a difference, and steps from a difference below zero to one above, or back.

        An end of the range at which they are equal, or a stretch of it, is no change of sign and a root all the same.
        """
        arithmetic = self.walk_.arithmetic
        nothing = arithmetic.counted(arithmetic.as_number(self.compared("==", gaps, arithmetic.constants(np.zeros(gaps.shape)))))
        below = self.do("sub", self.do("sub", arithmetic.constants(np.ones(gaps.shape)), signs), nothing)
        steps = (self.do("mul", signs[..., 1:], below[..., :-1]), self.do("mul", below[..., 1:], signs[..., :-1]))
        last = gaps.ndim - 1
        return self.do("add", arithmetic.reduce("Sum", nothing, last), arithmetic.reduce("Sum", self.do("add", *steps), last))

    def at_an_end(self, place: Array, turns: Array, last: Array, ends: tuple[float, float]) -> Array:
        """Return a place; where the sign never changes an end: the sides may be equal there."""
        end = self.choose(self.compared("==", last, self.constant(0.0)), self.constant(ends[1]), self.constant(ends[0]))
        return self.choose(self.compared("<", turns, self.constant(0.5)), end, place)

    def at_zero(self, place: Array, width: float) -> Array:
        """Return a place; one that is hardly another than zero is zero where the sides are equal there, for nothing else has a sign by noise."""
        zero = self.constant(0.0)
        near = self.compared("<=", self.do("abs", place), self.constant(width))
        return self.choose(near, self.choose(self.compared("==", self.gap(zero), zero), zero, place), place)

    def polished(self, place: Array, low: float, high: float) -> tuple[Array, Array]:
        """Return a place after one step along the slope across it, kept within the range, and that slope."""
        width = self.constant((high - low) * WIDTH)
        before = self.do("max", self.do("sub", place, width), self.constant(low))
        behind = self.do("min", self.do("add", place, width), self.constant(high))
        slope = self.do("div", self.do("sub", self.gap(behind), self.gap(before)), self.do("sub", behind, before))
        moved = self.do("sub", place, self.do("div", self.gap(place), slope))
        return self.do("min", self.do("max", moved, self.constant(low)), self.constant(high)), slope
