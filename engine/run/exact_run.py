"""A run in fractions, made only where the last digits of a float would decide a whole tonne.

The same plan, the same formulas and the same evaluator as :mod:`engine.run.evaluate`, on numbers as they were written. What roots, powers and
logarithms enter stays a float, and is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from engine.plan.plan import Plan
from engine.project.written_numbers import conversion
from engine.run.arithmetic.rational import Rational
from engine.run.evaluate import StepEvaluator
from engine.run.formula import ROW, Array, FormulaEvaluator, Scope, Valued, aligned
from engine.run.functions import FUNCTIONS
from engine.run.inputs import Inputs
from equations.formula.syntax import Binary, Node, Number, Ratio
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.spec.block import read_number


class FractionEvaluator(FormulaEvaluator):
    """Evaluates formulas on arrays of :class:`~engine.run.arithmetic.rational.Rational`."""

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return the value of a node along its letters; a number is what is written, not the float next to it."""
        if isinstance(node, Number):
            return _single(Rational(Fraction(node.text))), ()
        if isinstance(node, Ratio):
            return _single(Rational(Fraction(node.over, node.under))), ()
        return super().value(node, scope)

    def binary(self, node: Binary, scope: Scope) -> Valued:
        """Return the value of an operation; a division by zero is no number, as it is in floats."""
        if node.op not in _UNSAFE:
            return super().binary(node, scope)
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.op == "^" and ROW in left[1]:
            return self.matrix_power(left, right, scope)
        axes = scope.order({*left[1], *right[1]})
        return _UNSAFE[node.op](aligned(left, axes), aligned(right, axes)), axes

    def matrix_power(self, base: Valued, exponent: Valued, scope: Scope) -> Valued:
        """Return a power of matrices, as floats."""
        return super().matrix_power(_floats(base), _floats(exponent), scope)

    def rounded(self, name: str, node: Node, array: Array, scope: Scope) -> Array:
        """Return values rounded down or up, each exactly where it is a fraction."""
        return _each(lambda x: _rounded(name, x), array)


class FractionSteps(StepEvaluator):
    """Fills arrays of fractions step by step."""

    def empty(self, shape: tuple[int, ...]) -> Array:
        """Return the array in which a quantity's cells are stored."""
        return np.full(shape, np.nan, object)

    def is_finite(self, array: Array) -> Array:
        """Whether each cell is a number."""
        return np.asarray(np.isfinite(np.asarray(array, float)), bool)

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        """Solve an implicit equation, as floats."""
        exact = self.formulas
        self.formulas = FormulaEvaluator(
            self.methodology, self.setting, {id_: np.asarray(held, float) for id_, held in self.arrays.items()}
        )
        try:
            return super().solved(equation, scope)
        finally:
            self.formulas = exact


@dataclass
class ExactRun:
    """The numbers of a run as fractions, computed when they are first asked for."""

    methodology: Methodology
    plan: Plan
    inputs: Inputs

    @cached_property
    def formulas(self) -> FractionEvaluator:
        """The evaluator with every quantity of the plan."""
        given = {id_: self.given(self.methodology.quantity[id_], array) for id_, array in self.inputs.values.items()}
        run = FractionSteps(self.plan, FractionEvaluator(self.methodology, self.plan.setting, given), dict(self.inputs.states))
        with np.errstate(all="ignore"):
            for stage in self.plan.stages:
                run.stage(stage)
        return FractionEvaluator(self.methodology, self.plan.setting, run.arrays)

    def given(self, quantity: Quantity, array: Array) -> Array:
        """Return the inputs of a quantity as they were written, in the quantity's unit."""
        exact = np.array([float(x) for x in array.ravel()], object).reshape(array.shape)
        axis = quantity.indices.index(quantity.alternatives.by) if quantity.alternatives is not None else -1
        for cell, origin in self.inputs.origins.get(quantity.id, {}).items():
            number = read_number(origin.written)
            if number is None or origin.unit not in self.inputs.units:
                continue
            alternative = ""
            if quantity.alternatives is not None:
                member = self.plan.setting.members[quantity.alternatives.by][cell[axis]]
                alternative = self.inputs.alternatives.get(quantity.alternatives.group, {}).get(member, "")
            exact[cell] = Rational(number * conversion(quantity, self.inputs.units[origin.unit], alternative))
        return exact

    def of(self, node: Node, scope: Scope) -> Valued:
        """Return the value of a part of a formula in fractions."""
        with np.errstate(all="ignore"):
            return self.formulas.value(node, scope)

    def cell(self, quantity: str, cell: tuple[int, ...]) -> Fraction | None:
        """Return one cell as a fraction, ``None`` where it is only known as a float."""
        found = Rational.of(self.formulas.arrays[quantity][cell])
        return None if found is None else found.fraction


#: Operations that Python refuses for some floats; each element is made one that does not.
_UNSAFE = {
    "/": np.frompyfunc(lambda a, b: _number(a) / _number(b), 2, 1),
    "^": np.frompyfunc(lambda a, b: _number(a) ** _number(b), 2, 1),
}


def _number(value: object) -> Rational:
    number = Rational.of(value)
    assert number is not None
    return number


def _single(value: Rational) -> Array:
    array = np.empty((), object)
    array[()] = value
    return array


def _each(function: Any, array: Array) -> Array:
    result = np.empty(np.shape(array), object)
    for cell in np.ndindex(*np.shape(array)):
        result[cell] = function(np.asarray(array, object)[cell])
    return result


def _floats(value: Valued) -> Valued:
    return np.asarray(value[0], float), value[1]


def _rounded(name: str, value: object) -> Rational:
    number, meaning = _number(value), FUNCTIONS[name]
    if number.fraction is not None and meaning.exactly is not None:
        return Rational(Fraction(meaning.exactly(number.fraction)))
    return Rational(None, float(meaning.number(np.array(float(number)))))
