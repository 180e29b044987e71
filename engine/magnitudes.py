"""How large the numbers were that went into another: what rounding may have moved it by, and no more.

A difference of large numbers that cancel is known to the digits of the large ones. So -6e-15 is no negative probability where
probabilities near 1 were added and taken away, and -6e-15 tonnes is one where nothing larger entered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.conditions import ConditionEvaluator
from engine.evaluate import StepEvaluator
from engine.formula import ROW, FormulaEvaluator, Scope, Valued, aligned
from engine.plan import Plan
from equations.equation import Equation
from equations.methodology import Methodology
from equations.syntax import Binary, Call, MatrixRef, Negative, Node, Reduce

#: Share of the magnitudes that went into a number by which rounding may have moved it: the last digits of sixteen.
NOISE = 1e-12
Arrays = dict[str, NDArray[np.float64]]


def magnitudes(methodology: Methodology, plan: Plan, arrays: Arrays) -> FormulaEvaluator:
    """Return an evaluator that gives, for each formula, the magnitudes that entered; its ``arrays`` hold those of every quantity.

    Parameters
    ----------
    arrays
        The numbers of a run, or of its beginning.
    """
    real = FormulaEvaluator(methodology, plan.setting, arrays)
    inputs: Arrays = {name: np.abs(array) for name, array in arrays.items() if name in plan.inputs}
    formulas = MagnitudeFormulas(methodology, plan.setting, inputs, real=real)
    steps = MagnitudeSteps(replace(plan, optional=frozenset(plan.needs)), formulas, {})
    with np.errstate(all="ignore"):
        for stage in plan.stages:
            if all(quantity in arrays for quantity in stage.quantities):
                steps.stage(stage)
    return formulas


def entered_in(methodology: Methodology, plan: Plan, arrays: Arrays) -> Callable[[], tuple[float, ConditionEvaluator]]:
    """Return what gives, on demand and once, the share of rounding and who tells what entered a formula."""
    found: list[FormulaEvaluator] = []

    def given() -> tuple[float, ConditionEvaluator]:
        if not found:
            found.append(magnitudes(methodology, plan, arrays))
        return NOISE, found[0]

    return given


@dataclass
class MagnitudeSteps(StepEvaluator):
    """Fills arrays with magnitudes, step by step."""

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        """Return the largest element of a root for each of its elements: rounding is that of the whole matrix."""
        assert isinstance(self.formulas, MagnitudeFormulas) and isinstance(equation.defines, MatrixRef)
        array, letters = self.formulas.real.matrix(equation.defines, scope)
        axes = scope.order({*letters})
        size = array.shape[-1]
        return np.abs(aligned((array, letters), axes)).max(axis=(-2, -1), keepdims=True) * np.full((size, size), float(size)), axes


@dataclass
class MagnitudeFormulas(FormulaEvaluator):
    """Evaluates formulas on magnitudes: a difference is as large as a sum; conditions are decided by the real numbers."""

    real: FormulaEvaluator = field(kw_only=True)

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return the magnitudes that enter a node along its letters."""
        match node:
            case Negative(operand=operand):
                return self.value(operand, scope)
            case Reduce(kind="Min"):
                return super().value(replace(node, kind="Max"), scope)
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
            return np.maximum(np.power(np.maximum(m, a), b), 1.0) * np.maximum(b, 1.0), axes
        return m * b + a * n, axes

    def call(self, node: Call, scope: Scope) -> Valued:
        """Return what enters a function."""
        if node.name in ("max", "min"):
            return self.along(np.maximum, tuple(self.value(argument, scope) for argument in node.arguments), scope)
        if node.name in ("pos", "abs"):
            return self.value(node.arguments[0], scope)
        if node.name in ("sqrt", "exp", "ln", "log10"):
            entered, own = self.value(node.arguments[0], scope), self.size(node.arguments[0], scope)
            array, letters = self.real.call(node, scope)
            slope = {"sqrt": 1 / np.maximum(np.abs(array), 1e-150), "exp": np.abs(array)}.get(node.name, 1 / own[0])
            return np.abs(array) + slope * entered[0], letters
        if node.name in ("floor", "ceil"):
            return self.real.call(node, scope)
        return super().call(node, scope)

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
