"""A unit as exact data: powers of base dimensions and a scale. No library is needed to compare or combine units.

Reading the text of a unit is the work of :mod:`equations.units.registry`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from equations.records import record

Powers = tuple[tuple[str, Fraction], ...]
_MOST_POWER, _MOST_BITS = 60, 4000


@record(frozen=True)
class UnitWord:
    """One word of a unit, as it was written.

    Attributes
    ----------
    shown
        The word: ``MWh``.
    powers, scale
        What it measures and how large it is, as of a :class:`Unit`.
    power
        The power with which it stands in the unit.
    """

    shown: str
    powers: Powers
    scale: Fraction
    power: Fraction = Fraction(1)


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
    words
        The units that its author named, which are those in which it is shown; takes no part in comparison.
    """

    powers: Powers = ()
    scale: Fraction = Fraction(1)
    text: str = ""
    words: tuple[UnitWord, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unit) and self.powers == other.powers and self.scale == other.scale

    def __hash__(self) -> int:
        return hash((self.powers, self.scale))

    def __str__(self) -> str:
        return self.text or self.in_words()

    @property
    def is_plain(self) -> bool:
        """True if the unit has no dimension (its scale may differ from one, as in percent)."""
        return not self.powers

    @property
    def is_conversion(self) -> bool:
        """True if the unit is that of a number which converts within one dimension, as ``m2/ha`` is; percent is not."""
        return not self.powers and any(word.powers for word in self.words)

    def same_dimension(self, other: Unit) -> bool:
        """Whether both measure the same thing."""
        return self.powers == other.powers

    def __mul__(self, other: Unit) -> Unit:
        words = _merged(self.words, other.words, 1)
        return Unit(_joined(self.powers, other.powers, 1), self.scale * other.scale, words=words)

    def __truediv__(self, other: Unit) -> Unit:
        words = _merged(self.words, other.words, -1)
        return Unit(_joined(self.powers, other.powers, -1), self.scale / other.scale, words=words)

    def __pow__(self, exponent: Fraction) -> Unit:
        powers = tuple((name, power * exponent) for name, power in self.powers if exponent)
        words = tuple(UnitWord(w.shown, w.powers, w.scale, w.power * exponent) for w in self.words if exponent)
        return Unit(powers, _raised(self.scale, exponent), words=words)

    def can_be_raised_to(self, exponent: Fraction) -> bool:
        """Whether a power stays within what a unit can be."""
        bits = max(self.scale.numerator.bit_length(), self.scale.denominator.bit_length())
        within = all(abs(power * exponent) <= _MOST_POWER for _, power in self.powers)
        return within and abs(exponent) * bits <= _MOST_BITS

    def in_words(self) -> str:
        """Return the unit for reading, in the words in which it or its factors were declared: ``tCO2 / MWh``.

        What no author named is shown in base units. A factor stands in front where the words do not have the size of the unit.
        """
        words = self.words if _dimension_of(self.words) == self.powers else _base_words(self.powers)
        over = [_power(word.shown, word.power) for word in words if word.power > 0]
        under = [_power(word.shown, -word.power) for word in words if word.power < 0]
        # Of words that do not have the size of the unit, as after kg / t, the factor is told, or a reader would be out by a
        # thousand.
        text = " ".join(over) or "1"
        if under:
            text += " / " + (" ".join(under) if len(under) == 1 else "(" + " ".join(under) + ")")
        factor = self.scale
        for word in words:
            factor /= _raised(word.scale, word.power)
        if factor != 1:
            shown = factor_text(factor)
            text = shown if text == "1" else f"{shown} {text}"
        return text


PLAIN = Unit(text="1")

#: The unit in which a base dimension is shown, and its scale in base units; masses are shown in tonnes.
BASE_NAMES: dict[str, str] = {
    "[mass]": "t", "[length]": "m", "[energy]": "GJ", "[time]": "day", "[of_N2O_N]": "tN2O-N", "[year]": "year",
    "[vehicle]": "vehicle", "[item]": "item", "[person]": "person", "[currency]": "USD", "[temperature]": "degC",
}  # fmt: skip
BASE_SCALES: dict[str, Fraction] = {"[mass]": Fraction(10**6), "[energy]": Fraction(10**9)}
#: What the dimension of a substance is called.
SUBSTANCE_DIMENSION = "[of_"


def substance_dimension(substance: str) -> str:
    """Return the base dimension of a substance.

    Examples
    --------
    >>> substance_dimension("N2O-N")
    '[of_N2O_N]'
    """
    return f"{SUBSTANCE_DIMENSION}{re.sub('[^A-Za-z0-9]', '_', substance)}]"


def base_name(dimension: str) -> str:
    """Return the unit in which a base dimension is shown where nobody named another.

    Examples
    --------
    >>> base_name("[energy]"), base_name("[of_CO2]"), base_name("[of_urea]")
    ('GJ', 'tCO2', 't_urea')
    """
    if dimension in BASE_NAMES or not dimension.startswith(SUBSTANCE_DIMENSION):
        return BASE_NAMES.get(dimension, dimension)
    substance = dimension.removeprefix(SUBSTANCE_DIMENSION).rstrip("]")
    return f"t{substance}" if substance[0].isupper() else f"t_{substance}"


def _base_words(powers: Powers) -> tuple[UnitWord, ...]:
    found = []
    for dimension, power in powers:
        scale = Fraction(10**6) if dimension.startswith(SUBSTANCE_DIMENSION) else BASE_SCALES.get(dimension, Fraction(1))
        found.append(UnitWord(base_name(dimension), ((dimension, Fraction(1)),), scale, power))
    return tuple(found)


def _dimension_of(words: tuple[UnitWord, ...]) -> Powers:
    powers: Powers = ()
    for word in words:
        powers = _joined(powers, tuple((name, power * word.power) for name, power in word.powers), 1)
    return powers


# Powers and scale are the unit; words are only how it is shown. They are carried along so that a product is shown in the words of
# its authors and not in base units, and may be dropped at any time: `in_words` notices when they no longer measure what the powers
# say.
def _merged(left: tuple[UnitWord, ...], right: tuple[UnitWord, ...], sign: int) -> tuple[UnitWord, ...]:
    """Return the words of a product: equal ones joined, and those left out that measure one thing and cancel (kg / t)."""
    found: dict[tuple[Powers, Fraction], UnitWord] = {}
    for word, times in (*((w, 1) for w in left), *((w, sign) for w in right)):
        key = (word.powers, word.scale)
        before = found.get(key)
        power = word.power * times + (before.power if before else 0)
        found[key] = UnitWord(before.shown if before else word.shown, word.powers, word.scale, power)
    words = [word for word in found.values() if word.power and word.powers]
    totals: dict[str, Fraction] = {}
    for word in words:
        # Only words of one dimension can cancel each other where they differ in size, as kg and t do; the factor between them stays
        # in the scale of the unit.
        if len(word.powers) == 1:
            name, power = word.powers[0]
            totals[name] = totals.get(name, Fraction(0)) + power * word.power
    return tuple(word for word in words if len(word.powers) != 1 or totals[word.powers[0][0]])


def _raised(scale: Fraction, exponent: Fraction) -> Fraction:
    """Return a power of a scale; exactly, where it is a fraction."""
    if exponent.denominator == 1:
        return Fraction(scale**exponent.numerator)
    root = exponent.denominator
    over, under = _whole_root(scale.numerator, root), _whole_root(scale.denominator, root)
    if over is not None and under is not None:
        return Fraction(Fraction(over, under) ** exponent.numerator)
    # The root of a scale that is no fraction, as of ha^(1/3): the one place where a scale is not exact, and only on the way, as
    # quantities are declared in units with whole powers.
    return Fraction(float(scale) ** float(exponent)).limit_denominator(10**12)


def _whole_root(number: int, root: int) -> int | None:
    # A float root of a large whole number is off by less than one here, and beyond 10^300 it would overflow; what is found is
    # proven by raising it.
    near = round(number ** (1 / root)) if number < 10**300 else 0
    return next((whole for whole in (near - 1, near, near + 1) if whole > 0 and whole**root == number), None)


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
