"""Arithmetic on single numbers with their units carried along by pint; for recomputing a run a second way.

A value is a pint quantity, or a plain float where there is no unit; a plain ``0.0`` goes with any unit, as it does in formulas, and what
it is multiplied with or divided by leaves it one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from equations.model.methodology import Equivalence
from equations.units.registry import pint_quantity
from equations.units.unit import Unit

#: A pint quantity or a float.
Value = Any

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


#: Share of the larger of two numbers within which they are equal: twelve digits.
_SAME = 1e-12


def compared(op: str, left: Value, right: Value) -> bool:
    """Compare two numbers of one dimension; those that agree to twelve digits are equal."""
    if not isinstance(left, float | Fraction):
        right = right.to(left.units)
    a, b = magnitude(left), magnitude(right)
    if abs(a - b) <= _SAME * max(abs(a), abs(b)):
        return op in ("==", "<=", ">=")
    return bool(COMPARE[op](a, b))


class PathError(Exception):
    """The second way fails where the first did not: units, cases or arithmetic."""


def magnitude(value: Value) -> float:
    """Return the number of a value, without its unit."""
    return float(value) if isinstance(value, float | Fraction) else float(value.magnitude)


@dataclass
class CarriedUnits:
    """Operations on values under the equivalences that the equation being evaluated names."""

    substances: frozenset[str]
    allowed: tuple[Equivalence, ...] = ()

    def of(self, number: float, text: str) -> Value:
        """Return a number of a unit."""
        one = pint_quantity(text, self.substances)
        return type(one)(number * float(one.magnitude), one.units)

    def in_unit(self, value: Value, unit: Unit, where: str) -> Value:
        """Return the value of a formula in the unit of its left side.

        Raises
        ------
        PathError
            If it has another dimension.
        """
        wanted = pint_quantity(str(unit), self.substances)
        if isinstance(value, float):
            value = self.of(value, str(unit) if value == 0 else "1")
        for candidate in (value, *(self.counted(value, equivalence) for equivalence in self.allowed)):
            if candidate.units == wanted.units:
                return candidate
            if candidate.dimensionality == wanted.dimensionality:
                return candidate.to(wanted.units)
        raise PathError(f"{where} comes out in {value.units:~P} and not in {unit}")

    def counted(self, value: Value, equivalence: Equivalence) -> Value:
        """Return a value with the source of an equivalence counted as its target."""
        source = self.of(1.0, str(equivalence.source_unit))
        if isinstance(value, float) or len(source.dimensionality) != 1:
            return value
        name, power = next(iter(source.dimensionality.items()))
        held = value.dimensionality.get(name, 0)
        return value * (self.of(1.0, str(equivalence.target_unit)) / source) ** (held / power) if held else value

    def joined(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Return two values that are added or compared in one dimension.

        Raises
        ------
        PathError
            If they differ and no equivalence that the equation names joins them.
        """
        if isinstance(left, float) and isinstance(right, float):
            return left, right
        if isinstance(left, float):
            left = type(right)(0.0, right.units) if left == 0 else self.of(left, "1")
        elif isinstance(right, float):
            right = type(left)(0.0, left.units) if right == 0 else self.of(right, "1")
        if left.dimensionality == right.dimensionality:
            return left, right
        for equivalence in self.allowed:
            a, b = self.counted(left, equivalence), self.counted(right, equivalence)
            if a.dimensionality == b.dimensionality:
                return a, b
        raise PathError(f"{left.units:~P} meets {right.units:~P}")

    def binary(self, op: str, left: Value, right: Value) -> Value:
        """Return ``left op right``."""
        if op in ("+", "-"):
            left, right = self.joined(left, right)
            return left + right if op == "+" else left - right
        if op == "^":
            return left ** self.plain(right)
        if op == "/":
            if magnitude(right) == 0:
                raise PathError("a division by zero")
            return 0.0 if isinstance(left, float) and left == 0 else left / right
        return 0.0 if (isinstance(left, float) and left == 0) or (isinstance(right, float) and right == 0) else left * right

    def plain(self, value: Value) -> float:
        """Return the number of a plain value; an equivalence helps where the equation names one."""
        if isinstance(value, float):
            return value
        for candidate in (value, *(self.counted(value, equivalence) for equivalence in self.allowed)):
            if not candidate.dimensionality:
                return float(candidate.to("dimensionless").magnitude)
        raise PathError(f"{value.units:~P} where a plain number is meant")

    def folded(self, kind: str, values: list[Value]) -> Value:
        """Return the sum, product, greatest or least of values, one after the other."""
        if not values:
            if kind in ("Max", "Min"):
                raise PathError("there is nothing to choose from")
            return 0.0 if kind == "Sum" else 1.0
        result = values[0]
        for value in values[1:]:
            if kind in ("Sum", "Product"):
                result = self.binary("+" if kind == "Sum" else "*", result, value)
            else:
                a, b = self.joined(result, value)
                result = b if COMPARE[">" if kind == "Max" else "<"](b, a) else a
        return result
