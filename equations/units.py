"""A unit as exact data: powers of base dimensions and a scale. No library is needed to compare or combine units.

Reading the text of a unit is the work of :mod:`equations.unit_registry`.
"""

from __future__ import annotations

from fractions import Fraction

from equations.records import record

Powers = tuple[tuple[str, Fraction], ...]
_MOST_POWER, _MOST_BITS = 60, 4000


@record(frozen=True)
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

    def can_be_raised_to(self, exponent: Fraction) -> bool:
        """Whether a power stays within what a unit can be."""
        bits = max(self.scale.numerator.bit_length(), self.scale.denominator.bit_length())
        within = all(abs(power * exponent) <= _MOST_POWER for _, power in self.powers)
        return within and abs(exponent) * bits <= _MOST_BITS

    def in_base_units(self) -> str:
        """Return the unit in base dimensions, readable: ``tC / ha``."""
        over = [_power(_base(n)[0], p) for n, p in self.powers if p > 0]
        under = [_power(_base(n)[0], -p) for n, p in self.powers if p < 0]
        text = " ".join(over) or "1"
        if under:
            text += " / " + (" ".join(under) if len(under) == 1 else "(" + " ".join(under) + ")")
        factor = self.scale
        for name, power in self.powers:
            if power.denominator == 1:
                factor /= _base(name)[1] ** power.numerator
        if factor != 1:
            shown = factor_text(factor)
            text = shown if text == "1" else f"{shown} {text}"
        return text.strip()


PLAIN = Unit(text="1")

#: The unit in which a base dimension is shown, and its scale in base units; masses are shown in tonnes.
BASE_NAMES: dict[str, str] = {
    "[mass]": "t", "[land]": "ha", "[length]": "m", "[volume]": "L", "[energy]": "GJ", "[time]": "day",
    "[of_N2O_N]": "tN2O-N", "[year]": "year", "[vehicle]": "vehicle", "[item]": "item", "[person]": "person", "[currency]": "USD",
}  # fmt: skip
BASE_SCALES: dict[str, Fraction] = {"[mass]": Fraction(10**6), "[energy]": Fraction(10**9)}
#: What the dimension of a substance is called; units that were read in another process are shown by it.
SUBSTANCE_DIMENSION = "[of_"


def _base(dimension: str) -> tuple[str, Fraction]:
    """Return the unit in which a base dimension is shown, and its scale."""
    if dimension.startswith(SUBSTANCE_DIMENSION):
        substance = dimension.removeprefix(SUBSTANCE_DIMENSION).rstrip("]")
        return BASE_NAMES.get(dimension, f"t{substance}" if substance[0].isupper() else f"t_{substance}"), Fraction(10**6)
    return BASE_NAMES.get(dimension, dimension), BASE_SCALES.get(dimension, Fraction(1))


def factor_text(factor: Fraction) -> str:
    """Return a factor for reading.

    Examples
    --------
    >>> factor_text(Fraction(1000)), factor_text(Fraction(1, 1000)), factor_text(Fraction(44, 12)), factor_text(Fraction(10**999))
    ('1000', '1/1000', '3.66667', 'more than 1e+300')
    """
    whole, inverse = factor.denominator == 1, factor.numerator == 1
    if max(factor.numerator, factor.denominator) < 10**15 and (whole or inverse):
        return str(factor)
    if not Fraction(1, 10**300) < factor < 10**300:
        return "more than 1e+300" if factor > 1 else "less than 1e-300"
    return format(float(factor), "g")


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
