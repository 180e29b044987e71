"""Tables by number: a value between two points, or that of the class in which a number lies.

Put together from comparisons and products, point after point, so that runs, fractions and batches compute them alike, with slopes. Outside the table,
and where its numbers do not ascend, there is no value, which is told as of any other formula without one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.run.letters import Array, Scope, Valued, aligned
from equations.formula.syntax import Points, Reduce
from equations.records import record

if TYPE_CHECKING:
    from engine.run.formula import FormulaEvaluator


@record(frozen=True)
class Point:
    """A point of a table along the letters that are left: whether it is there (a condition), its number and its value."""

    there: Array
    number: Array
    value: Array


@record(frozen=True)
class NumberTable:
    """A table whose points were evaluated.

    Attributes
    ----------
    axes
        The letters that are left.
    at
        The number that is looked up, along ``axes``.
    """

    walk: FormulaEvaluator
    scope: Scope
    axes: tuple[str, ...]
    points: tuple[Point, ...]
    at: Array

    def all(self, *conditions: Array) -> Array:
        """Return where all of some conditions hold."""
        return self.walk.arithmetic.joined("and", [(one, self.axes) for one in conditions], self.scope)[0]

    def compared(self, op: str, left: Array, right: Array) -> Array:
        """Compare two numbers."""
        return self.walk.arithmetic.compared(op, left, right)

    @property
    def nothing(self) -> Array:
        """What stands where a table gives no value."""
        return np.asarray(self.walk.arithmetic.missing)

    def last(self, before: Point, point: Point) -> Point:
        """Return the later of two points, where it is there."""
        there = self.walk.arithmetic.joined("or", [(before.there, self.axes), (point.there, self.axes)], self.scope)[0]
        number, value = (
            self.choose(point.there, own, other) for own, other in ((point.number, before.number), (point.value, before.value))
        )
        return Point(there, number, value)

    def choose(self, condition: Array, there: Array, otherwise: Array) -> Array:
        """Return a number where a condition holds, and another one elsewhere."""
        return self.walk.arithmetic.choose(condition, there, otherwise)

    def do(self, op: str, left: Array, right: Array) -> Array:
        """Return the result of an operation."""
        return self.walk.arithmetic.apply(op, left, right)


def looked_up(walk: FormulaEvaluator, node: Reduce, points: Points, scope: Scope) -> Valued:
    """Return what a table gives for a number; where it gives none, no number, which a batch asks for."""
    table = evaluated_table(walk, node, points, scope)
    pairs = _neighbours(table)
    with walk.arithmetic.in_branch():
        found = _between(table, pairs) if node.kind == "Interpolate" else _of_class(table)
        for before, point in pairs:
            falls = table.all(before.there, point.there, walk.arithmetic.negated(table.compared("<", before.number, point.number)))
            found = table.choose(falls, table.nothing, found)
    return walk.arithmetic.asked_for(found), table.axes


def _between(table: NumberTable, pairs: list[tuple[Point, Point]]) -> Array:
    """Return the value on the straight line between the points around a number."""
    found = table.nothing
    for before, point in reversed(pairs):
        inside = table.all(before.there, point.there, table.compared("<=", before.number, table.at), table.compared("<=", table.at, point.number))
        beyond, rise, run = (table.do("sub", *sides) for sides in (
            (table.at, before.number), (point.value, before.value), (point.number, before.number)))  # fmt: skip
        found = table.choose(inside, table.do("add", before.value, table.do("div", table.do("mul", beyond, rise), run)), found)
    return found


def _of_class(table: NumberTable) -> Array:
    """Return the value of the last class that begins at a number or below it."""
    found = table.nothing
    for point in table.points:
        found = table.choose(table.all(point.there, table.compared("<=", point.number, table.at)), point.value, found)
    return found


def evaluated_table(walk: FormulaEvaluator, node: Reduce, points: Points, scope: Scope) -> NumberTable:
    """Evaluate the points of a table and the number that is looked up."""
    sides = [walk.terms(replace(node, body=part), scope, walk.value) for part in (points.numbers, points.values)]
    for terms in sides:
        walk.pass_on(walk.read_in_sum(hole, terms) for hole in terms.around)
    at, (letter,), inner = walk.value(points.at, scope), sides[0].bound, sides[0].inner
    masks = [mask for terms in sides for mask in terms.masks]
    axes = inner.order({x for _, letters in (*((terms.array, terms.axes) for terms in sides), at, *masks) for x in letters})
    along, size = axes.index(letter), len(inner.letters[letter][1])

    def slices(value: Valued) -> list[Array]:
        array = aligned(value, axes)
        full = np.broadcast_to(array, [size if k == along else n for k, n in enumerate(array.shape)])
        return [np.take(full, k, axis=along) for k in range(size)]

    left = axes[:along] + axes[along + 1 :]
    table = NumberTable(walk, inner, left, (), aligned(at, left))
    always = walk.arithmetic.sure(np.ones([1] * len(left), bool))
    masked = [[walk.arithmetic.sure(part) for part in slices(mask)] for mask in masks]
    there = [table.all(always, *(mask[k] for mask in masked)) for k in range(size)]
    numbers, values = (slices((terms.array, terms.axes)) for terms in sides)
    return replace(table, points=tuple(map(Point, there, numbers, values)))


def _neighbours(table: NumberTable) -> list[tuple[Point, Point]]:
    """Return each point but the first with the one before it that is there."""
    found, before = [], None
    for point in table.points:
        if before is not None:
            found.append((before, point))
        before = point if before is None else table.last(before, point)
    return found
