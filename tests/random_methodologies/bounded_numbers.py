"""Numbers with a bound of what rounding can do to them: a fraction where it is known, and by how much a float may miss it.

So a comparison with the engine needs no tolerance by feeling, and a comparison within a formula that only the last digits would decide
is told (:class:`Edge`) instead of taken by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

#: A few times the rounding of one operation.
ROUNDING = 1e-15
_LARGEST, _MOST_DIGITS = 1e60, 4000


class Edge(Exception):
    """Something hangs on the last digits: the example says nothing."""


@dataclass(frozen=True)
class Bounded:
    """A value (a fraction, or a float where a root or a logarithm entered) and how far a computation in floats may be from it."""

    value: Fraction | float
    error: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.value, Fraction) and self.value.denominator.bit_length() + self.value.numerator.bit_length() > _MOST_DIGITS:
            object.__setattr__(self, "value", float(self.value))
        if not abs(self.value) < _LARGEST or not self.error < _LARGEST:
            raise Edge

    @property
    def size(self) -> float:
        return abs(float(self.value))

    def holds(self, found: float) -> bool:
        """Whether a computation in floats may have given this."""
        return abs(float(self.value) - found) <= 4 * self.error + ROUNDING * self.size

    def __neg__(self) -> Bounded:
        return Bounded(-self.value, self.error)

    def __add__(self, other: Bounded) -> Bounded:
        total = self.value + other.value
        return Bounded(total, self.error + other.error + ROUNDING * max(self.size, other.size))

    def __sub__(self, other: Bounded) -> Bounded:
        return self + -other

    def __mul__(self, other: Bounded) -> Bounded:
        error = self.size * other.error + other.size * self.error + self.error * other.error
        return Bounded(self.value * other.value, error + ROUNDING * self.size * other.size)

    def __truediv__(self, other: Bounded) -> Bounded:
        if other.size <= 2 * other.error:
            raise Edge
        quotient = self.value / other.value
        size = abs(float(quotient))
        return Bounded(quotient, 2 * (self.error + size * other.error) / other.size + ROUNDING * size)

    def below(self, other: Bounded) -> bool:
        """Whether the one is less than the other; never by the last digits."""
        if self.value == other.value and not self.error and not other.error:
            return False
        if abs(float(self.value - other.value)) <= 4 * (self.error + other.error) + ROUNDING * (self.size + other.size):
            raise Edge
        return bool(self.value < other.value)


def exact(number: str | int | Fraction) -> Bounded:
    """Return a number as it is written; the float next to it may miss it by a rounding."""
    value = Fraction(number)
    return Bounded(value, 0.0 if value.denominator & (value.denominator - 1) == 0 else ROUNDING * abs(float(value)))


def larger(a: Bounded, b: Bounded) -> Bounded:
    """Return the larger of two."""
    return Bounded(max(a.value, b.value), max(a.error, b.error))


def smaller(a: Bounded, b: Bounded) -> Bounded:
    """Return the smaller of two."""
    return -larger(-a, -b)


def absolute(a: Bounded) -> Bounded:
    """Return the absolute value."""
    return Bounded(abs(a.value), a.error)


def whole(name: str, a: Bounded, step: Fraction = Fraction(1)) -> Bounded:
    """Return a number rounded to steps; where it is no fraction, a value near where the function jumps has no answer here."""
    half = Fraction(1, 2) if name in ("round", "round_half_even", "round_half_down") else Fraction(0)
    count, error, size = Fraction(a.value) / step, a.error / float(step), a.size / float(step)
    gap = abs(float(count - half - round(count - half)))
    if not isinstance(a.value, Fraction) and gap <= 4 * error + 1e-8 * max(1.0, size):
        raise Edge
    if isinstance(a.value, Fraction) and gap and gap <= 4 * error + 1e-12 * max(1.0, size):
        raise Edge
    found = Bounded(ROUNDINGS[name](count) * step)
    return Bounded(found.value, ROUNDING * found.size)


#: Functions that round, in plain Python.
ROUNDINGS = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round_down": math.trunc,
    "round_up": lambda x: math.ceil(x) if x > 0 else math.floor(x),
    "round_half_even": round,
    "round": lambda x: math.floor(x + Fraction(1, 2)) if x > 0 else math.ceil(x - Fraction(1, 2)),
    "round_half_down": lambda x: math.ceil(x - Fraction(1, 2)) if x > 0 else math.floor(x + Fraction(1, 2)),
}


def root_of(a: Bounded) -> Bounded:
    """Return the square root of a number that is not negative."""
    found = math.sqrt(a.value)
    error = math.sqrt(a.error) if found == 0 or a.error > a.size / 2 else a.error / found
    return Bounded(found, error + ROUNDING * found)


def exponential(a: Bounded) -> Bounded:
    """Return e to the power of a number."""
    if a.size > 50:
        raise Edge
    found = math.exp(a.value)
    return Bounded(found, found * (2 * a.error + ROUNDING))


def logarithm(name: str, a: Bounded) -> Bounded:
    """Return ``ln`` or ``log10`` of a number of 1 or more."""
    found = (math.log if name == "ln" else math.log10)(a.value)
    return Bounded(found, 2 * a.error / a.size + ROUNDING * max(1.0, abs(found)))


def power(a: Bounded, b: Bounded) -> Bounded:
    """Return a positive number raised to any power."""
    if a.size <= 2 * a.error or a.size > 1e6 or b.size > 20:
        raise Edge
    if isinstance(b.value, Fraction) and b.value.denominator == 1 and isinstance(a.value, Fraction):
        found: Fraction | float = a.value ** int(b.value)
    else:
        found = float(a.value) ** float(b.value)
    size = abs(float(found))
    spread = b.size * a.error / a.size + abs(math.log(a.size)) * b.error
    return Bounded(found, size * (2 * spread + 4 * ROUNDING * (1 + b.size)))


def rising_root(cubed: float, a: Bounded) -> Bounded:
    """Return the number which, with a share of its cube added, gives another one between -5 and 5: by halves."""
    low, high, wanted = -6.0, 6.0, float(a.value)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if middle + cubed * middle**3 > wanted else (middle, high)
    return Bounded(low, a.error + 1e-13)
