"""How large the numbers were that went into another: what rounding may have moved it by, and no more.

A difference of large numbers that cancel is known to the digits of the large ones. So -6e-15 is no negative probability where
probabilities near 1 were added and taken away, and -6e-15 tonnes is one where nothing larger entered.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

import numpy as np

from engine.run.formula import ROW, Array, FormulaEvaluator, Scope, Valued, aligned
from engine.run.functions import FUNCTIONS
from engine.run.tables import evaluated_table
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.syntax import Binary, Call, Negative, Node, Points, Reduce
from equations.records import record

#: Share of the magnitudes that went into a number by which rounding may have moved it: the last digits of sixteen.
NOISE = 1e-12


@record(frozen=False)
class MagnitudeFormulas(FormulaEvaluator):
    """Evaluates formulas on magnitudes: a difference is as large as a sum; conditions are decided by the real numbers."""

    real: FormulaEvaluator = field(kw_only=True)

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return the magnitudes that enter a node along its letters."""
        match node:
            case Negative(operand=operand):
                return self.value(operand, scope)
            case Reduce(kind="Min" | "StdDev" | "StdErr"):  # what lies beside the mean is known to the digits of the largest
                return super().value(replace(node, kind="Max"), scope)
            case Reduce(body=Points() as points):
                return self.of_table(node, points, super().value(replace(node, kind="Max", body=points.values), scope), scope)
        array, letters = super().value(node, scope)
        return np.abs(array), letters

    def decided(self, node: Node, scope: Scope) -> Valued:
        """Return where a condition holds for the real numbers."""
        return self.real.decided(node, scope)

    def binary(self, node: Binary, scope: Scope) -> Valued:
        """Return what enters an operation: of a product each factor's share with the other as it is."""
        values = self.value(node.left, scope), self.value(node.right, scope)
        if node.op in "+-":
            return self.along(np.add, values, scope)
        left, right = self.size(node.left, scope), self.size(node.right, scope)
        if node.op == "@":
            parts = self.matrix_product(values[0], right, scope), self.matrix_product(left, values[1], scope)
            return self.along(np.add, parts, scope)
        if node.op == "^" and ROW in left[1]:
            power, axes = self.matrix_power(values[0], self.real.value(node.right, scope), scope)
            return np.abs(power), axes
        axes = scope.order({*left[1], *right[1]})
        a, b, m, n = (aligned(value, axes) for value in (left, right, *values))
        if node.op == "/":
            return m / b + a * n / (b * b), axes
        if node.op == "^":
            return of_power(a, aligned(self.real.value(node.right, scope), axes), m, n), axes
        return m * b + a * n, axes

    def call(self, node: Call, scope: Scope) -> Valued:
        """Return what enters a function."""
        result = self.real.call(node, scope)
        if LANGUAGE[node.name].rule == "calendar":
            return result
        parts = [[part(argument, scope) for argument in node.arguments] for part in (self.size, self.value)]
        axes = scope.order({x for _, letters in (result, *parts[0], *parts[1]) for x in letters})
        sizes, entered = ([aligned(value, axes) for value in values] for values in parts)
        return FUNCTIONS[node.name].entered(aligned(result, axes), sizes, entered), axes

    def of_table(self, node: Reduce, points: Points, values: Valued, scope: Scope) -> Valued:
        """Return what enters a value between points: the largest, and more of it the nearer two points are for what enters their numbers."""
        if node.kind != "Interpolate":
            return values
        numbers = [point.number for point in evaluated_table(self.real, node, points, scope).points]
        gaps = [np.abs(after - before) for before, after in itertools.pairwise(numbers)]
        least = min((float(np.min(gap[np.isfinite(gap) & (gap > 0)], initial=np.inf)) for gap in gaps), default=np.inf)
        entered = self.along(np.add, (self.value(points.at, scope), super().value(replace(node, kind="Max", body=points.numbers), scope)), scope)
        return self.along(lambda y, x: y * (1 + x / least), (values, entered), scope)

    def size(self, node: Node, scope: Scope) -> Valued:
        """Return the real numbers of a node without their signs."""
        array, letters = self.real.value(node, scope)
        return np.abs(array), letters

    def along(self, join: Callable[..., Any], values: tuple[Valued, ...], scope: Scope) -> Valued:
        """Join arrays along the letters of all of them."""
        axes = scope.order({x for _, letters in values for x in letters})
        result = aligned(values[0], axes)
        for value in values[1:]:
            result = join(result, aligned(value, axes))
        return result, axes


def of_power(base: Array, exponent: Array, of_base: Array, of_exponent: Array) -> Array:
    """Return what enters a power: itself, and what enters its base and its exponent, each times the slope.

    Parameters
    ----------
    base, exponent
        The numbers themselves, the base without its sign.
    of_base, of_exponent
        What enters them.

    Examples
    --------
    >>> f"{of_power(np.array(1e-7), np.array(2.0), np.array(1e-7), np.array(0.0)):.1e}"  # a small number with all of its digits
    '3.0e-14'
    """
    # The slope of a root grows without bound towards zero: it is taken no nearer than rounding leaves the base.
    near = np.maximum(np.maximum(base, NOISE * of_base), np.finfo(float).tiny)
    moved = np.where(of_base > 0, np.abs(exponent) * of_base * near ** (exponent - 1), 0.0)
    entered: Array = near**exponent * (1 + np.abs(np.log(near)) * of_exponent) + moved
    return entered
