"""A run in fractions, made only where the last digits of a float would decide a whole tonne.

The same plan, the same formulas and the same evaluator as :mod:`engine.run.evaluate`, on numbers as they were written. What roots, powers and
logarithms enter stays a float, and is not decided here.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from engine.plan.plan import Plan
from engine.project.written_numbers import conversion
from engine.run.arithmetic.rational import Rational
from engine.run.arithmetic.whole_numbers import near_whole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import Array, FormulaEvaluator, Scope, Valued
from engine.run.functions import FUNCTIONS
from engine.run.inputs import Inputs
from engine.run.numbers import Numbers
from equations.formula.syntax import Node, Number, Ratio
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record


class Fractions(Numbers):
    """Arrays of :class:`~engine.run.arithmetic.rational.Rational`."""

    def empty(self, shape: tuple[int, ...]) -> Array:
        return np.full(shape, np.nan, object)

    def literal(self, node: Number | Ratio) -> Array:
        """Return what is written, not the float next to it."""
        array = np.empty((), object)
        array[()] = Rational(Fraction(node.over, node.under) if isinstance(node, Ratio) else Fraction(node.text))
        return array

    def apply(self, op: str, *operands: Array) -> Array:
        if op in _UNSAFE:
            return np.asarray(_UNSAFE[op](*operands))
        if op in FUNCTIONS and FUNCTIONS[op].exactly is not None:
            return _each(lambda x: _rounded(op, x), operands[0])
        return np.asarray(super().apply(op, *operands))  # of arrays without an axis Python's numbers come back

    def matrix_power(self, bases: Array, exponents: Array) -> Array:
        """Return powers of matrices, as floats."""
        return super().matrix_power(np.asarray(bases, float), np.asarray(exponents, float))


class FractionSteps(StepEvaluator):
    """Fills arrays of fractions step by step."""

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


@record(frozen=False)
class ExactRun:
    """The numbers of a run as fractions, computed when they are first asked for."""

    methodology: Methodology
    plan: Plan
    inputs: Inputs

    @cached_property
    def formulas(self) -> FormulaEvaluator:
        """The evaluator with every quantity of the plan."""
        given = {id_: self.given(self.methodology.quantity[id_], array) for id_, array in self.inputs.values.items()}
        formulas = FormulaEvaluator(self.methodology, self.plan.setting, given, arithmetic=Fractions())
        run = FractionSteps(self.plan, formulas, dict(self.inputs.states))
        with np.errstate(all="ignore"):
            for stage in self.plan.stages:
                run.stage(stage)
        return formulas

    def given(self, quantity: Quantity, array: Array) -> Array:
        """Return the inputs of a quantity as they were written, in the quantity's unit."""
        exact = np.array([float(x) for x in array.ravel()], object).reshape(array.shape)
        axis = quantity.indices.index(quantity.alternatives.by) if quantity.alternatives is not None else -1
        for cell, origin in self.inputs.origins.get(quantity.id, {}).items():
            number = origin.number
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
    "div": np.frompyfunc(lambda a, b: _number(a) / _number(b), 2, 1),
    "power": np.frompyfunc(lambda a, b: _number(a) ** _number(b), 2, 1),
    "sqrt": np.frompyfunc(lambda a: _number(a).sqrt(), 1, 1),
    "exp": np.frompyfunc(lambda a: _number(a).exp(), 1, 1),
    "ln": np.frompyfunc(lambda a: _number(a).log(), 1, 1),
    "log10": np.frompyfunc(lambda a: _number(a).log10(), 1, 1),
}


def _number(value: object) -> Rational:
    number = Rational.of(value)
    assert number is not None
    return number


def _each(function: Any, array: Array) -> Array:
    result = np.empty(np.shape(array), object)
    for cell in np.ndindex(*np.shape(array)):
        result[cell] = function(np.asarray(array, object)[cell])
    return result


def _rounded(name: str, value: object) -> Rational:
    number, meaning = _number(value), FUNCTIONS[name]
    if number.fraction is not None and meaning.exactly is not None:
        return Rational(Fraction(meaning.exactly(number.fraction)))
    at = float(number)
    whole = float(meaning.number(np.array(at)))
    if not np.isfinite(whole) or near_whole(np.array(at - meaning.jumps)):
        return Rational(None, whole)
    return Rational(Fraction(whole))  # away from a jump the last digits decide nothing, and what is rounded is known again
