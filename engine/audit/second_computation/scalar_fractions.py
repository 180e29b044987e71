"""The second way in fractions, for what the last digits of a float would decide: whole tonnes.

The walk is that of :mod:`engine.audit.second_computation.scalar_path`, which has carried the units already; here numbers are what was
written, and nothing is rounded. It shares nothing with :mod:`engine.run.exact_run`, by which the run decides the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from engine.audit.second_computation.scalar_functions import SCALAR_FUNCTIONS, ScalarFunction
from engine.audit.second_computation.scalar_path import Labels, ScalarPath
from engine.audit.second_computation.scalar_scope import OutsideRelationError, Scope
from engine.audit.second_computation.scalar_units import CarriedUnits, PathError, Value
from engine.plan.cells import EXCLUDED
from engine.run.run import Run
from equations.formula.syntax import Binary, Call, Index, IndexGroup, IndexLetter, Node, Number, Ratio, Reduce
from equations.model.equation import Equation
from equations.model.quantity import Quantity
from equations.units.unit import Unit


class InexactError(Exception):
    """A number that is no fraction: a root, a power or a logarithm enters it."""


class UnitlessFractions(CarriedUnits):
    """Arithmetic on fractions; units were carried before."""

    def exact(self, value: Value) -> Fraction:
        """Return a number as a fraction; whole floats are counts of days and zeros."""
        if isinstance(value, float) and not value.is_integer():
            raise InexactError
        return Fraction(value)

    def of(self, number: float, text: str) -> Value:
        """Return a number."""
        return self.exact(number)

    def in_unit(self, value: Value, unit: Unit, where: str) -> Value:
        """Return the number as it is."""
        return self.exact(value)

    def joined(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Return two numbers that are added or compared."""
        return self.exact(left), self.exact(right)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return ``left op right``."""
        a, b = self.exact(left), self.exact(right)
        if op == "^":
            if b.denominator != 1 or (a == 0 and b < 0):
                raise InexactError
            return a ** int(b)
        if op == "/":
            if b == 0:
                raise PathError("a division by zero")
            return a / b
        return a + b if op == "+" else a - b if op == "-" else a * b

    def plain(self, value: Value) -> Value:
        """Return a plain number."""
        return self.exact(value)

    def folded(self, kind: str, values: list[Value]) -> Value:
        """Return the sum, product, greatest or least of numbers."""
        numbers: Sequence[Fraction] = [self.exact(value) for value in values]
        if kind in ("Max", "Min"):
            if not numbers:
                raise PathError("there is nothing to choose from")
            return max(numbers) if kind == "Max" else min(numbers)
        return sum(numbers, Fraction(0)) if kind == "Sum" else math.prod(numbers, start=Fraction(1))


class ScalarFractions(ScalarPath):
    """Recomputes cells in fractions."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.units = self.fractions_only = UnitlessFractions(self.units.substances)

    def exactly(self, node: Node, scope: Scope) -> Fraction | None:
        """Return what a formula is worth as a fraction, ``None`` where it is none."""
        try:
            return self.fractions_only.exact(self.value(node, scope))
        except (InexactError, PathError, OutsideRelationError):
            return None

    def value(self, node: Node, scope: Scope) -> Value:
        """Return what a formula is worth."""
        if isinstance(node, Number):
            return Fraction(node.text)
        return Fraction(node.over, node.under) if isinstance(node, Ratio) else super().value(node, scope)

    def used(self, quantity: str, labels: Labels, indices: tuple[Index, ...]) -> Value:
        """Return a cell; with which unit it counts matters no more."""
        letters = frozenset(x.letter for x in indices if isinstance(x, IndexLetter | IndexGroup))
        self.check_exists(self.methodology.quantity[quantity], labels, letters)
        return self.cell(quantity, labels)

    def given(self, quantity: Quantity, labels: Labels) -> Value:
        """Return a number as it was written, in the unit of its quantity."""
        place = self.place(quantity, labels)
        if int(self.run.inputs.states[quantity.id][place]) == EXCLUDED:
            return Fraction(0)
        if quantity.type != "number":
            return self.units.of(float(self.run.inputs.values[quantity.id][place]), "1")
        return self.written(quantity, labels)

    def call(self, node: Call, scope: Scope) -> Value:
        """Return the value of a function that keeps fractions."""
        if node.name in SCALAR_FUNCTIONS and not SCALAR_FUNCTIONS[node.name].exact:
            raise InexactError
        return super().call(node, scope)

    def reduction(self, node: Reduce, scope: Scope) -> Value:
        """Return what a reduction is worth; a deviation is a root, and no fraction."""
        if node.kind in ("StdDev", "StdErr"):
            raise InexactError
        return super().reduction(node, scope)

    def whole(self, function: ScalarFunction, value: Value, node: Node, scope: Scope) -> Value:
        """Return a fraction rounded."""
        assert function.whole is not None
        return Fraction(function.whole(value))

    def element(self, node: Node, scope: Scope, row: str, column: str) -> Value:
        """Return one element of a matrix; a power of one is computed with so many digits, and is no fraction."""
        if isinstance(node, Binary) and node.op == "^":
            raise InexactError
        return super().element(node, scope, row, column)

    def power(self, base: Node, exponent: Decimal, scope: Scope, row: str, column: str) -> float:
        """Powers of matrices are computed with so many digits, and are no fractions."""
        raise InexactError

    def root(self, equation: Equation, scope: Scope, labels: Labels) -> float:
        """Roots of matrices neither."""
        raise InexactError

