"""How large the numbers were that went into a cell of the second computation, one cell at a time: what cancelled in it.

Two ways to one number may part by the rounding of what cancelled. The walk is that of :mod:`engine.audit.second_computation.scalar_path`
with sizes in place of values: what is subtracted is added.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from engine.audit.second_computation.scalar_functions import SCALAR_FUNCTIONS, ScalarFunction
from engine.audit.second_computation.scalar_path import Labels, ScalarPath
from engine.audit.second_computation.scalar_scope import Scope
from engine.audit.second_computation.scalar_units import Value, magnitude
from equations.formula.syntax import Binary, Call, Compare, Negative, Node, Points, Reduce
from equations.model.equation import BRACKET, Equation
from equations.model.quantity import Quantity


class ScalarSize(ScalarPath):
    """Finds sizes of cells; conditions are decided, and divisors taken, as the path that it follows does."""

    def __init__(self, path: ScalarPath) -> None:
        super().__init__(path.run)
        self.path, self.units = path, path.units  # equivalences in force are those of one equation at a time

    def entered(self, quantity: str, labels: Labels) -> float:
        """Return the size of what went into a cell, in the unit of its quantity."""
        return magnitude(self.cell(quantity, labels))

    def given(self, quantity: Quantity, labels: Labels) -> Value:
        """Return the size of a number as it was written."""
        return abs(super().given(quantity, labels))

    def right_side(self, equation: Equation, quantity: Quantity, labels: Labels, scope: Scope) -> Value:
        """Return the size of what an equation gives."""
        return abs(super().right_side(equation, quantity, labels, scope))

    def holds(self, node: Node, scope: Scope) -> bool:
        """Decide a condition by values."""
        return self.path.holds(node, scope)

    def value(self, node: Node, scope: Scope) -> Value:
        """Return the size of a formula."""
        match node:
            case Negative(operand=operand):
                return self.value(operand, scope)
            case Binary(op="-"):
                return super().value(Binary("+", node.left, node.right, span=node.span), scope)
            case Binary(op="/", left=left, right=right):
                return self.units.binary("/", self.value(left, scope), abs(self.path.value(right, scope)))
            case Binary(op="^", left=left, right=right):
                exponent = self.path.value(right, scope)
                size = self.value(left, scope) if magnitude(exponent) >= 0 else abs(self.path.value(left, scope))
                return self.units.binary("^", size, exponent)
        return super().value(node, scope)

    def call(self, node: Call, scope: Scope) -> Value:
        """Return the size of a function: of a logarithm or an exponential that of its slope, too."""
        function = SCALAR_FUNCTIONS.get(node.name, ScalarFunction())
        if function.slope is not None:
            inner, worth = self.value(node.arguments[0], scope), abs(self.path.value(node, scope))
            own = abs(magnitude(self.path.value(node.arguments[0], scope)))
            return worth + magnitude(inner) * function.slope(magnitude(worth), own)
        return super().call(replace(node, name=function.as_size or node.name), scope)

    def root(self, equation: Equation, scope: Scope, labels: Labels) -> float:
        """Return the size of a root; of one number that of what entered its equation, as far as it reaches the root."""
        if equation.solver != BRACKET:
            return super().root(equation, scope, labels)
        at, (least, most) = magnitude(self.path.cell(equation.quantity, labels)), self.path.searched(equation)
        step = 1e-6 * (most - least)
        before, after = (self.path.gap(equation, scope, labels, number) for number in (max(at - step, least), min(at + step, most)))
        rise = abs(after - before) / (min(at + step, most) - max(at - step, least))
        return 10 * abs(at) + (self.both_sides(equation, scope, labels, abs(at)) / rise if rise else 0.0)

    def both_sides(self, equation: Equation, scope: Scope, labels: Labels, unknown: float) -> float:
        """Return the size of both sides of an equation with a number in place of its unknown."""
        relation, place = equation.formula, (equation.quantity, labels)
        assert isinstance(relation, Compare)
        self.known[place] = self.units.of(unknown, str(self.methodology.quantity[equation.quantity].unit))
        try:
            return magnitude(self.units.binary("+", *self.units.joined(self.value(relation.left, scope), self.value(relation.right, scope))))
        finally:
            self.known.pop(place, None)

    def reduction(self, node: Reduce, scope: Scope) -> Value:
        """Return the size of a reduction: of a deviation and of a table that of the largest value."""
        if isinstance(node.body, Points):
            values = [value for _, value in self.points(node, node.body, scope)]
            return self.units.binary("*", self.nearness(node, node.body, scope), self.units.folded("Max", values))
        if node.kind == "Count":
            return self.path.reduction(node, scope)
        return super().reduction(replace(node, kind="Max") if node.kind in ("StdDev", "StdErr") else node, scope)

    def nearness(self, node: Reduce, points: Points, scope: Scope) -> float:
        """Return how much of the rounding of the numbers of a table reaches its value: the more, the nearer two points are."""
        if node.kind != "Interpolate":
            return 1.0
        numbers = [number for number, _ in self.path.points(node, points, scope)]
        gaps = [abs(self.path.units.binary("-", after, before)) for before, after in itertools.pairwise(numbers)]
        sizes = [abs(number) for number in numbers if magnitude(number)]
        shares = [self.units.plain(self.units.binary("/", size, gap)) for gap in gaps for size in sizes if magnitude(gap)]
        return 1.0 + 2.0 * max(shares, default=0.0)

    def element(self, node: Node, scope: Scope, row: str, column: str) -> Value:
        """Return the size of one element of a matrix."""
        if isinstance(node, Negative):
            return self.element(node.operand, scope, row, column)
        if isinstance(node, Binary) and node.op == "-":
            node = Binary("+", node.left, node.right, span=node.span)
        return super().element(node, scope, row, column)
