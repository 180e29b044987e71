"""What a unit measures, in words, and what turns one kind of number into another."""

from __future__ import annotations

from fractions import Fraction

from equations.units.unit import SUBSTANCE_DIMENSION, Powers, Unit, base_name

_BASES: dict[str, str] = {
    "[mass]": "a mass", "[energy]": "an energy", "[time]": "a time", "[year]": "a number of years", "[vehicle]": "a number of vehicles",
    "[item]": "a number of items", "[person]": "a number of persons", "[currency]": "an amount of money", "[temperature]": "a temperature",
}  # fmt: skip
_LENGTHS = {Fraction(1): "a length", Fraction(2): "an area", Fraction(3): "a volume"}
#: Kinds of numbers that are told apart most often, with what lies between: given, wanted, what to do.
_BRIDGES: tuple[tuple[str, str, str], ...] = (
    ("a volume", "a mass", "multiply by the density (as in kg/L)"),
    ("a mass", "a volume", "divide by the density (as in kg/L)"),
    ("a mass", "an energy", "multiply by the net calorific value (as in GJ/t)"),
    ("an energy", "a mass", "divide by the net calorific value (as in GJ/t)"),
    ("a volume", "an energy", "multiply by the net calorific value by volume (as in GJ/m3)"),
    ("an energy", "a volume", "divide by the net calorific value by volume (as in GJ/m3)"),
    ("a power", "an energy", "multiply by the time of operation"),
    ("an energy", "a power", "divide by the time of operation"),
    ("a time", "a number of years", "divide by the days of the year in question"),
    ("a number of years", "a time", "multiply by the days of the years in question"),
)


def kind_of(unit: Unit) -> str:
    """Return what a unit measures; empty where there is no single word for it.

    Examples
    --------
    >>> from equations.units.registry import parse_unit
    >>> [kind_of(parse_unit(text)) for text in ("L", "t", "tCO2", "ha", "km", "MW", "%", "tC/ha")]
    ['a volume', 'a mass', 'a mass of CO2', 'an area', 'a length', 'a power', 'a plain number', '']
    """
    return _kind(unit.powers)


def _kind(powers: Powers) -> str:
    if not powers:
        return "a plain number"
    if powers == (("[energy]", Fraction(1)), ("[time]", Fraction(-1))):
        return "a power"
    if len(powers) > 1:
        return ""
    ((name, power),) = powers
    if name == "[length]":
        return _LENGTHS.get(power, "")
    if power != 1:
        return ""
    return f"a mass of {base_name(name)[1:].removeprefix('_')}" if name.startswith(SUBSTANCE_DIMENSION) else _BASES.get(name, "")


def between(given: Unit, wanted: Unit) -> str:
    """Return what turns a number of one unit into one of another, empty where no usual factor does.

    Units that have more in common (kg per year for L per year) are compared by what is different.

    Examples
    --------
    >>> from equations.units.registry import parse_unit
    >>> between(parse_unit("L"), parse_unit("t")), between(parse_unit("m3/year"), parse_unit("kg/year"))
    ('multiply by the density (as in kg/L)', 'multiply by the density (as in kg/L)')
    >>> between(parse_unit("t"), parse_unit("ha"))
    ''
    """
    for one, other, remedy in _BRIDGES:
        if given.powers and wanted.powers and (given / wanted).powers == _gap(one, other):
            return remedy
    return ""


def _gap(given: str, wanted: str) -> Powers:
    return (_UNITS[given] / _UNITS[wanted]).powers


def told_apart(given: Unit, wanted: Unit) -> str:
    """Return in words that two units measure different things: ``L is a volume and t a mass``.

    Examples
    --------
    >>> from equations.units.registry import parse_unit
    >>> told_apart(parse_unit("L"), parse_unit("t")), told_apart(parse_unit("tCO2/ha"), parse_unit("tC/ha"))
    ('L is a volume and t a mass', 'tCO2 / ha is another thing than tC / ha')
    """
    first, second = kind_of(given), kind_of(wanted)
    if first and second:
        return f"{given.in_words()} is {first} and {wanted.in_words()} {second}"
    return f"{given.in_words()} is another thing than {wanted.in_words()}"


def _base(*powers: tuple[str, int]) -> Unit:
    return Unit(tuple((name, Fraction(power)) for name, power in sorted(powers)))


_UNITS: dict[str, Unit] = {
    "a volume": _base(("[length]", 3)), "a mass": _base(("[mass]", 1)), "an energy": _base(("[energy]", 1)),
    "a power": _base(("[energy]", 1), ("[time]", -1)), "a time": _base(("[time]", 1)), "a number of years": _base(("[year]", 1)),
}  # fmt: skip
