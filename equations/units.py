"""A unit as exact data: powers of base dimensions and a scale. No library is needed to compare or combine units.

Reading the text of a unit is the work of :mod:`equations.unit_registry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Powers = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement.

    Attributes
    ----------
    text
        As an author wrote it; takes no part in comparison.
    powers
        Base dimensions with their powers, sorted by name. Every substance is a base dimension.
    scale
        How many base units one of this unit is, exactly.
    """

    powers: Powers = ()
    scale: Fraction = Fraction(1)
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unit) and self.powers == other.powers and self.scale == other.scale

    def __hash__(self) -> int:
        return hash((self.powers, self.scale))

    def __str__(self) -> str:
        return self.text or self.in_base_units()

    @property
    def is_plain(self) -> bool:
        """True if the unit has no dimension (its scale may differ from one, as in percent)."""
        return not self.powers

    def same_dimension(self, other: Unit) -> bool:
        """Whether both measure the same thing."""
        return self.powers == other.powers

    def __mul__(self, other: Unit) -> Unit:
        return Unit(_joined(self.powers, other.powers, 1), self.scale * other.scale)

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(_joined(self.powers, other.powers, -1), self.scale / other.scale)

    def __pow__(self, exponent: Fraction) -> Unit:
        powers = tuple((name, power * exponent) for name, power in self.powers if exponent)
        if exponent.denominator == 1:
            return Unit(powers, self.scale**exponent.numerator)
        root = Fraction(float(self.scale) ** float(exponent)).limit_denominator(10**12)
        return Unit(powers, root)

    def in_base_units(self) -> str:
        """Return the unit in base dimensions, readable: ``tC / ha``."""
        over = [_power(BASE_NAMES.get(n, n), p) for n, p in self.powers if p > 0]
        under = [_power(BASE_NAMES.get(n, n), -p) for n, p in self.powers if p < 0]
        text = " ".join(over) or "1"
        if under:
            text += " / " + (" ".join(under) if len(under) == 1 else "(" + " ".join(under) + ")")
        factor = self.scale
        for name, power in self.powers:
            if power.denominator == 1:
                factor /= BASE_SCALES.get(name, Fraction(1)) ** power.numerator
        if factor != 1:
            text = f"{factor if factor.denominator == 1 else format(float(factor), 'g')} {text}"
        return text.strip()


PLAIN = Unit(text="1")

#: The unit in which a base dimension is shown, and its scale in base units; masses are shown in tonnes.
BASE_NAMES: dict[str, str] = {
    "[mass]": "t", "[land]": "ha", "[length]": "m", "[volume]": "L", "[energy]": "GJ", "[time]": "day",
    "[year]": "year", "[vehicle]": "vehicle", "[item]": "item", "[person]": "person", "[currency]": "USD",
}  # fmt: skip
BASE_SCALES: dict[str, Fraction] = {"[mass]": Fraction(10**6), "[energy]": Fraction(10**9)}


def _joined(left: Powers, right: Powers, sign: int) -> Powers:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, Fraction(0)) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}"


def with_unit(value: object, unit: Unit) -> str:
    """Return a value with its unit for reading; a plain number has none.

    Examples
    --------
    >>> with_unit(0.5, PLAIN)
    '0.5'
    """
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return shown if unit == PLAIN else f"{shown} {unit}"


def conversion(given: Unit, wanted: Unit) -> Fraction:
    """Return the exact factor that turns a number of ``given`` into a number of ``wanted``.

    Raises
    ------
    ValueError
        If the two measure different things; callers say where.
    """
    if given.powers != wanted.powers:
        raise ValueError(f"{given} is not {wanted}")
    return given.scale / wanted.scale
