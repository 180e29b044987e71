"""What a number must be that converts: within one dimension (10000 m2/ha), or from one substance to another (44/12 tCO2/tC)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from equations.model.quantity import Quantity
from equations.records import record
from equations.units.molar_masses import MolarRatio, Molecule, molar_ratios
from equations.units.unit import SUBSTANCE_DIMENSION, Unit, base_name

#: Shares by which a ratio of molar masses may be off as a rounded number, and as one of unrounded molar masses.
_ROUNDED, _CLOSE = Fraction(1, 100), Fraction(2, 1000)
#: Digits from which a conversion whose decimals never end may be cut off.
_DIGITS = 7
_LONGEST = 17


@record(frozen=True)
class Expected:
    """The exact number of a unit that converts.

    Attributes
    ----------
    value
        The number.
    text
        As one would write it: ``10000``, ``44/12``.
    why
        What it follows from.
    slips
        Numbers that a known slip gives, with the slip in words.
    molar
        Whether it is a ratio between substances.
    """

    value: Fraction
    text: str
    why: str
    slips: tuple[tuple[Fraction, str], ...]
    molar: bool = False


def expected_of(unit: Unit, molecules: Mapping[str, Molecule]) -> tuple[Expected, ...]:
    """Return what a number with a unit can be; several where two substances share several elements, none where it may be anything.

    Examples
    --------
    >>> from equations.units.molar_masses import MOLECULES
    >>> from equations.units.registry import parse_unit
    >>> [expected_of(parse_unit(text), MOLECULES)[0].text for text in ("m2/ha", "GJ/MWh", "tN/tN2O", "kgCO2/tC")]
    ['10000', '3.6', '28/44', '44000/12']
    >>> expected_of(parse_unit("tC/ha"), MOLECULES), expected_of(parse_unit("tN2O-N/tN"), MOLECULES), expected_of(parse_unit("%"), MOLECULES)
    ((), (), ())
    """
    if unit.is_conversion:
        return (conversion_of(unit),)
    parts = dict(unit.powers)
    # Only one substance over one other: nothing else has a ratio that follows from weights of atoms.
    if len(parts) != 2 or set(parts.values()) != {1, -1} or not all(name in molecules for name in parts):
        return ()
    over, under = sorted(parts, key=lambda name: -parts[name])
    return tuple(_molar(ratio, over, under, unit, molecules) for ratio in molar_ratios(molecules[over], molecules[under]))


def conversion_of(unit: Unit) -> Expected:
    """Return the exact number of a unit without dimension."""
    value = 1 / unit.scale
    shown = exact_text(value)
    inverse = ((unit.scale, f"it is upside down: {shown} goes with {unit}"),) if value != 1 else ()
    return Expected(value, shown, f"{shown} {unit} is 1, by the unit registry", inverse)


def _molar(ratio: MolarRatio, over: str, under: str, unit: Unit, molecules: Mapping[str, Molecule]) -> Expected:
    element, factor = ratio.element, 1 / unit.scale
    held = {name: dict(molecules[name].atoms)[element] for name in (over, under)}
    text = ratio.times(factor)
    why = " and ".join(_weighed(name, molecules[name], element) for name in (over, under))
    plain = molecules[over].mass / molecules[under].mass
    slips = [(1 / ratio.value, f"it is upside down: {text} goes with {unit}")]
    if held[over] != held[under]:
        many = over if held[over] > held[under] else under
        words = f"it counts {held[over if many == under else under]} {element} where {_name(many)} holds {held[many]}"
        slips += [(plain, words), (1 / plain, f"{words}, and is upside down")]
    return Expected(ratio.value * factor, text, why, tuple((slip * factor, words) for slip, words in slips), molar=True)


def _weighed(dimension: str, molecule: Molecule, element: str) -> str:
    alone = molecule.atoms == ((element, Fraction(1)),)
    return f"{_name(dimension)} weighs {exact_text(molecule.mass)}" + ("" if alone else f" with {dict(molecule.atoms)[element]} {element}")


def _name(dimension: str) -> str:
    return base_name(dimension).removeprefix("t").removeprefix("_") if dimension.startswith(SUBSTANCE_DIMENSION) else dimension


@record(frozen=True)
class RatioVerdict:
    """How a written number stands to the exact one.

    Attributes
    ----------
    kind
        ``exact``, ``rounded`` or ``wrong``.
    expected
        The exact one to which it is nearest.
    slip
        The slip that gives the number, where one is known.
    """

    kind: str
    expected: Expected
    slip: str = ""

    def gap(self, number: Fraction) -> str:
        """Return by how much a number is off: ``0.09 % more``."""
        share = number / self.expected.value - 1
        return f"{abs(float(share)) * 100:.2g} % {'more' if share > 0 else 'less'}"


def verdict(number: Fraction, text: str, candidates: tuple[Expected, ...]) -> RatioVerdict | None:
    """Hold a number against what it can be.

    Parameters
    ----------
    number
        Not 0.
    text
        As written; digits behind a decimal point tell a rounded number from a wrong one.

    Returns
    -------
    Verdict or None
        ``None`` where the number may be anything.

    Examples
    --------
    >>> from equations.units.molar_masses import MOLECULES
    >>> from equations.units.registry import parse_unit
    >>> ratio = expected_of(parse_unit("tCO2/tC"), MOLECULES)
    >>> [verdict(Fraction(n), n, ratio).kind for n in ("11/3", "3.67", "3.7", "3.664", "4", "12/44")]
    ['exact', 'rounded', 'rounded', 'rounded', 'wrong', 'wrong']
    >>> area = expected_of(parse_unit("m2/ha"), MOLECULES)
    >>> verdict(Fraction(1000), "1000", area).slip
    'it is too small by 10'
    """
    if not candidates or number == 0:
        return None
    # Two substances may share two elements (carbon and nitrogen): the ratio that was meant is the one to which the number comes
    # nearest.
    nearest = min(candidates, key=lambda one: abs(number / one.value - 1))
    if number == nearest.value:
        return RatioVerdict("exact", nearest)
    if _is_rounded(number, text, nearest):
        return RatioVerdict("rounded", nearest)
    return RatioVerdict("wrong", nearest, _slip(number, text, nearest))


def taken_for_ratio(
    quantity: Quantity, number: Fraction, text: str, unit: Unit, molecules: Mapping[str, Molecule]
) -> RatioVerdict | None:
    """Hold the number of a quantity against the exact ratio, where it can be taken for one.

    A quantity in m2/ha may be a basal area and one in GJ/MWh a heat rate, so only a number that a known slip of the exact ratio gives,
    or that is within one hundredth of it, is judged; and only of a quantity without indices.

    Parameters
    ----------
    number, text, unit
        As written, in a unit of the quantity's dimension.

    Returns
    -------
    Verdict or None
        ``None`` where nothing is to be said.
    """
    if quantity.indices or quantity.type != "number" or quantity.alternatives is not None or number == 0:
        return None
    if not expected_of(unit, molecules):
        number, text, unit = number * unit.scale / quantity.unit.scale, "", quantity.unit
    said = verdict(number, text, expected_of(unit, molecules))
    if said is None or said.kind != "wrong" or said.slip:
        return said
    return RatioVerdict("rounded", said.expected) if abs(number / said.expected.value - 1) <= _ROUNDED else None


def _is_rounded(number: Fraction, text: str, expected: Expected) -> bool:
    share = abs(number / expected.value - 1)
    # Within a dimension the number is exact, and a rounded one is a mistake unless its decimals never end.
    if not expected.molar:
        return not _ends(expected.value) and _cut(number, text, expected.value) >= _DIGITS
    return share <= _CLOSE or (share <= _ROUNDED and _cut(number, text, expected.value) >= 2)


def _slip(number: Fraction, text: str, expected: Expected) -> str:
    for value, words in expected.slips:
        if number == value or abs(number / value - 1) <= _CLOSE or _cut(number, text, value) >= 2:
            return words
    factor = number / expected.value
    if not expected.molar and _is_power_of_ten(factor):
        return f"it is too {'large' if factor > 1 else 'small'} by {exact_text(max(factor, 1 / factor))}"
    return ""


def _is_power_of_ten(number: Fraction) -> bool:
    one, other = sorted((abs(number.numerator), number.denominator))
    return one == 1 and str(other).strip("0") == "1" and other > 1


def _ends(value: Fraction) -> bool:
    """Whether a number can be written in decimals that fit in a float."""
    return exact_text(value).replace(".", "").replace("-", "").isdigit()


def _cut(number: Fraction, text: str, exact: Fraction) -> int:
    """Return the digits to which a decimal number is the exact one, rounded; 0 where it is not."""
    try:
        written = Decimal(text)
    except ArithmeticError:
        return 0
    digits = len(str(written.normalize()).lstrip("-0.").replace(".", "").split("E")[0]) if "." in text else 0
    places = Decimal(1).scaleb(int(written.as_tuple().exponent))
    rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(places, ROUND_HALF_UP) if digits else Decimal(0)
    return digits if Fraction(rounded) == number else 0


def exact_text(number: Fraction) -> str:
    """Return a number in decimals where they end, else as a fraction.

    Examples
    --------
    >>> exact_text(Fraction(36, 10)), exact_text(Fraction(10000)), exact_text(Fraction(1, 1000)), exact_text(Fraction(1, 3))
    ('3.6', '10000', '0.001', '1/3')
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _LONGEST:
        return f"{number}" if len(str(number)) <= _LONGEST else f"{float(number):.10g}..."
    whole = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    text = f"{whole[:-places]}.{whole[-places:]}" if places else whole
    return f"-{text}" if number < 0 else text
