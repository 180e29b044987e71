"""A number that stays a fraction as long as arithmetic allows, and is a float from where a root, a power or a logarithm enters.

NumPy computes with it in arrays of objects, so that formulas are evaluated in fractions by the evaluator that evaluates them in floats.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Powers beyond this are computed as floats; a fraction would fill the memory.
_MOST_POWER = 1000


class Rational:
    """A number that mixes with those of Python and of NumPy; operations with an array are left to the array.

    Attributes
    ----------
    fraction
        The number, or ``None`` where it is only known as a float.
    """

    __slots__ = ("fraction", "rough")

    def __init__(self, fraction: Fraction | None, rough: float = math.nan) -> None:
        self.fraction = fraction
        self.rough = rough

    @classmethod
    def of(cls, value: object) -> Rational | None:
        """Return any number as one of these, ``None`` for what is no number.

        A whole float is exact: it is a count of days, a zero beside a diagonal, the start of a sum.
        """
        if isinstance(value, Rational):
            return value
        if isinstance(value, int):
            return cls(Fraction(value))
        if isinstance(value, float):
            return cls(Fraction(int(value))) if value.is_integer() else cls(None, float(value))
        return None

    def __float__(self) -> float:
        return self.rough if self.fraction is None else float(self.fraction)

    def __repr__(self) -> str:
        return f"Rational({self.rough!r})" if self.fraction is None else f"Rational({self.fraction})"

    def __hash__(self) -> int:
        return hash(self.rough if self.fraction is None else self.fraction)

    def __add__(self, other: object) -> Rational:
        right = Rational.of(other)
        return NotImplemented if right is None else _joined(self, right, operator.add)

    def __radd__(self, other: object) -> Rational:
        left = Rational.of(other)
        return NotImplemented if left is None else _joined(left, self, operator.add)

    def __sub__(self, other: object) -> Rational:
        right = Rational.of(other)
        return NotImplemented if right is None else _joined(self, right, operator.sub)

    def __rsub__(self, other: object) -> Rational:
        left = Rational.of(other)
        return NotImplemented if left is None else _joined(left, self, operator.sub)

    def __mul__(self, other: object) -> Rational:
        right = Rational.of(other)
        return NotImplemented if right is None else _joined(self, right, operator.mul)

    def __rmul__(self, other: object) -> Rational:
        left = Rational.of(other)
        return NotImplemented if left is None else _joined(left, self, operator.mul)

    def __truediv__(self, other: object) -> Rational:
        right = Rational.of(other)
        return NotImplemented if right is None else _quotient(self, right)

    def __rtruediv__(self, other: object) -> Rational:
        left = Rational.of(other)
        return NotImplemented if left is None else _quotient(left, self)

    def __pow__(self, other: object) -> Rational:
        right = Rational.of(other)
        return NotImplemented if right is None else _power(self, right)

    def __rpow__(self, other: object) -> Rational:
        left = Rational.of(other)
        return NotImplemented if left is None else _power(left, self)

    def __neg__(self) -> Rational:
        return Rational(None, -self.rough) if self.fraction is None else Rational(-self.fraction)

    def __abs__(self) -> Rational:
        return Rational(None, abs(self.rough)) if self.fraction is None else Rational(abs(self.fraction))

    def __bool__(self) -> bool:
        return bool(float(self)) if self.fraction is None else bool(self.fraction)

    def __eq__(self, other: object) -> bool:
        right = Rational.of(other)
        return NotImplemented if right is None else _compared(self, right, operator.eq)

    def __lt__(self, other: object) -> bool:
        right = Rational.of(other)
        return NotImplemented if right is None else _compared(self, right, operator.lt)

    def __le__(self, other: object) -> bool:
        right = Rational.of(other)
        return NotImplemented if right is None else _compared(self, right, operator.le)

    def __gt__(self, other: object) -> bool:
        right = Rational.of(other)
        return NotImplemented if right is None else _compared(self, right, operator.gt)

    def __ge__(self, other: object) -> bool:
        right = Rational.of(other)
        return NotImplemented if right is None else _compared(self, right, operator.ge)

    # NumPy calls these by name for the functions of the same name

    def sqrt(self) -> Rational:
        """Return the square root, a fraction where it is one."""
        if self.fraction is not None and self.fraction >= 0:
            over, under = math.isqrt(self.fraction.numerator), math.isqrt(self.fraction.denominator)
            if Fraction(over, under) ** 2 == self.fraction:
                return Rational(Fraction(over, under))
        return Rational(None, _safely(math.sqrt, float(self)))

    def exp(self) -> Rational:
        """Return the exponential."""
        return Rational(None, _safely(math.exp, float(self)))

    def log(self) -> Rational:
        """Return the natural logarithm."""
        return Rational(None, _safely(math.log, float(self)))

    def log10(self) -> Rational:
        """Return the logarithm to the base of ten."""
        return Rational(None, _safely(math.log10, float(self)))


def rounded_exactly(
    rounded: NDArray[np.float64], near: NDArray[np.bool_], exact: NDArray[Any], exactly: Callable[[Fraction], int]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return rounded values, where they were near a step by the fractions that they are.

    Parameters
    ----------
    rounded
        As floats round them.
    near
        Which values were near a step. Shape: as ``rounded``.
    exact
        The values as :class:`Rational`. Shape: one that broadcasts to that of ``rounded``.
    exactly
        What the function makes of a fraction.

    Returns
    -------
    tuple of arrays
        The rounded values, and which of them count as the step because no fraction is known. Shapes: as ``rounded``.
    """
    result, unknown = np.array(rounded), np.zeros(np.shape(rounded), bool)
    fractions = np.broadcast_to(exact, np.shape(rounded))
    for cell in map(tuple, np.argwhere(near)):
        number = Rational.of(fractions[cell])
        if number is None or number.fraction is None or abs(number.fraction - Fraction(float(rounded[cell]))) > 1:  # a case went another way
            unknown[cell] = True
        else:
            result[cell] = exactly(number.fraction)
    return result, unknown


def _joined(left: Rational, right: Rational, way: Callable[[Any, Any], Any]) -> Rational:
    if left.fraction is None or right.fraction is None:
        return Rational(None, way(float(left), float(right)))
    return Rational(way(left.fraction, right.fraction))


def _compared(left: Rational, right: Rational, way: Callable[[Any, Any], Any]) -> bool:
    if left.fraction is None or right.fraction is None:
        return bool(way(float(left), float(right)))
    return bool(way(left.fraction, right.fraction))


def _quotient(left: Rational, right: Rational) -> Rational:
    """Divide; a division by zero is no number, and no error as long as nothing needs it."""
    if float(right) == 0:
        return Rational(None, math.nan)
    return _joined(left, right, operator.truediv)


def _power(base: Rational, exponent: Rational) -> Rational:
    times = exponent.fraction
    if base.fraction is None or times is None or times.denominator != 1 or abs(times) > _MOST_POWER or (base == 0 and times < 0):
        return Rational(None, _safely(math.pow, float(base), float(exponent)))
    return Rational(base.fraction ** int(times))


def _safely(function: Callable[..., float], *operands: float) -> float:
    """Return the value of a function, nothing where it has none: the run in floats has found and told it."""
    try:
        return function(*operands)
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan
