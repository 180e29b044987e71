"""From the text of a unit to a :class:`~equations.units.Unit`, by the one pint registry of the project.

The registry is closed (only ``carbon_units.txt`` and the declared substances) and is built when the first unit is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from equations.errors import Place, UnitError, near
from equations.units import BASE_NAMES, BASE_SCALES, Unit

if TYPE_CHECKING:
    import pint

#: Substances that every methodology may use: masses that are never added to each other. Name -> what it is.
SUBSTANCES: dict[str, str] = {
    "C": "carbon", "CO2": "carbon dioxide", "CO2e": "carbon dioxide equivalent", "CH4": "methane", "N": "nitrogen",
    "N2O": "nitrous oxide", "N2O-N": "nitrogen in nitrous oxide",
    "Nvol": "nitrogen volatilised as ammonia and nitrogen oxides", "Nleach": "nitrogen leached or run off",
    "dm": "dry matter",
}  # fmt: skip
#: Other ways in which publications print a unit; the right side is ours.
SPELLINGS: dict[str, str] = {
    "CO2-eq": "CO2e", "CO2eq": "CO2e", "CO2-e": "CO2e", "CO2_e": "CO2e", "CO2_eq": "CO2e",
    "d.m.": "dm", "N-input": "N", "N2O_N": "N2O-N", "NH3-N+NOx-N": "Nvol",
}  # fmt: skip
_MASS = r"(?P<mass>[kMGTPmu]?(?:g|t)|tonne|gram)"
_GLUED = re.compile(rf"{_MASS}_?(?P<substance>[A-Z][A-Za-z0-9]*(?:[-_+][A-Za-z0-9]+)*)$")
_JOINED = re.compile(rf"{_MASS}_(?P<substance>[A-Za-z][A-Za-z0-9.+-]*)$")
_SPACED = re.compile(rf"(?<![A-Za-z_]){_MASS}\s+(?P<substance>d\.m\.|[A-Z][A-Za-z0-9]*(?:-[A-Za-z]+)*)(?![A-Za-z0-9_])")
_WORD = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<word>%|[A-Za-z_](?:[A-Za-z0-9_.]|\+(?=[A-Za-z])|-(?=[A-Za-z]))*)
      | (?P<power>(?:\^|\*\*)?-?[0-9]+)
      | (?P<op>[*/()·^-])
      | (?P<other>.)""",
    re.VERBOSE,
)
_MOST_CHARACTERS, _MOST_BRACKETS, _MOST_POWER, _MOST_DIGITS, _MOST_EXPONENT = 120, 4, 12, 20, 30
_GREATEST = Fraction(10**60)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
    lines = (Path(__file__).parent / "carbon_units.txt").read_text(encoding="utf-8").splitlines()
    registry.load_definitions([line for line in lines if line.strip() and not line.startswith("#")])
    return registry


@lru_cache(maxsize=512)
def _substance_unit(mass: str, substance: str) -> str:
    """Make sure that the mass unit of a substance is known to pint; return pint's name for it."""
    safe = "of_" + re.sub(r"[^A-Za-z0-9]", "_", substance)
    registry = _registry()
    if f"gram_{safe}" not in registry:
        registry.define(f"gram_{safe} = [{safe}]")
        BASE_NAMES[f"[{safe}]"] = f"t{substance}" if substance in SUBSTANCES and substance != "dm" else f"t_{substance}"
        BASE_SCALES[f"[{safe}]"] = Fraction(10**6)
    name = f"{mass}_{safe}"
    if name not in registry:
        factor = registry.parse_units(mass)
        scale = registry.Quantity(Fraction(1), factor).to_root_units().magnitude
        registry.define(f"{name} = {scale} * gram_{safe}")
    return name


def _pint_word(word: str, declared: frozenset[str]) -> str | None:
    """Return pint's name for one word of a unit, or None if there is no such unit."""
    if word in ("%", "percent", "pct"):
        return "percent"
    for pattern in (_GLUED, _JOINED):
        match = pattern.match(word)
        if match:
            substance = SPELLINGS.get(match["substance"], match["substance"])
            if substance in SUBSTANCES or substance in declared:
                return _substance_unit(match["mass"], substance)
    if not word.isidentifier() or "_of_" in word or word.startswith(("delta_", "_")):
        return None
    return word if _registry().parse_unit_name(word) else None


def known_unit_words(declared: Iterable[str] = ()) -> list[str]:
    """Return words that can stand in a unit, for hints."""
    plain = ["t", "kg", "g", "Gg", "ha", "km2", "m2", "km", "m", "L", "m3", "J", "MJ", "GJ", "TJ", "kWh", "MWh",
             "day", "hour", "year", "month", "vehicle", "item", "person", "USD", "%", "hectare", "tonne", "litre"]  # fmt: skip
    return plain + [f"t{s}" for s in SUBSTANCES if s != "dm"] + ["t_dm"] + [f"t_{s}" for s in declared]


def parse_unit(text: str, place: Place | None = None, substances: Iterable[str] = ()) -> Unit:
    """Read the text of a unit.

    Parameters
    ----------
    text
        Such as ``tC/ha``, ``tC ha-1``, ``GJ kg^-1``, ``t_dm (ha year)^-1``, ``1``.
    place
        Where it stands, for messages.
    substances
        Ids of substances declared by the spec, beside :data:`SUBSTANCES`.

    Returns
    -------
    Unit
        Exact dimension and scale.

    Raises
    ------
    UnitError
        U301, naming the word that is not known.

    Examples
    --------
    >>> str(parse_unit("tCO2/tC").in_base_units())
    'tCO2 / tC'
    >>> parse_unit("TJ/Gg").scale / parse_unit("GJ/kg").scale
    Fraction(1, 1000)
    """
    return _parse(text.strip(), place, frozenset(substances))


@lru_cache(maxsize=4096)
def _parse(text: str, place: Place | None, declared: frozenset[str]) -> Unit:
    if text in ("1", "dimensionless", ""):
        return Unit(text="1")
    registry = _registry()
    pieces = _pieces(text, place, declared)
    try:
        quantity = registry.Quantity(Fraction(1), registry.parse_units("dimensionless")) * registry.parse_expression(
            "".join(pieces)
        )
        root = quantity.to_root_units()
    except Exception as cause:
        raise UnitError("U301", f"the unit {text!r} cannot be read", place,
                        why="it divides by zero" if isinstance(cause, ZeroDivisionError) else str(cause) or type(cause).__name__,
                        remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN") from cause  # fmt: skip
    scale = cast(Fraction, root.magnitude)
    if not 1 / _GREATEST < scale < _GREATEST:
        raise UnitError("U301", f"the unit {text!r} has no usable size", place, why="it is zero, negative or out of all bounds",
                        remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN")  # fmt: skip
    powers = tuple(
        sorted(
            (dimension, Fraction(cast(int, power)).limit_denominator(1000))
            for dimension, power in registry.get_dimensionality(root.units).items()
        )
    )
    return Unit(powers, scale, text)


@lru_cache(maxsize=1024)
def pint_quantity(text: str, substances: frozenset[str] = frozenset()) -> pint.Quantity[Any]:
    """Return one of a unit as pint's own quantity, its magnitude an exact fraction; for recomputing with units carried along.

    Raises
    ------
    UnitError
        U301, naming the word that is not known.

    Examples
    --------
    >>> str(pint_quantity("TJ/Gg").to(pint_quantity("GJ/kg").units).magnitude)
    '1/1000'
    """
    registry = _registry()
    one = registry.Quantity(Fraction(1), registry.parse_units("dimensionless"))
    if text in ("1", "dimensionless", ""):
        return one
    return cast("pint.Quantity[Any]", one * registry.parse_expression("".join(_pieces(text, None, substances))))


def _pieces(text: str, place: Place | None, declared: frozenset[str]) -> list[str]:  # noqa: C901, PLR0912 - one arm for each kind of word
    """Turn the author's spelling into pint's: names exchanged, juxtaposition made a product, powers made explicit."""
    pieces: list[str] = []
    previous = ""
    if len(text) > _MOST_CHARACTERS or text.count("(") > _MOST_BRACKETS:
        raise UnitError("U301", f"a unit of {len(text)} characters and {text.count('(')} brackets", place,
                        why=f"units are read up to {_MOST_CHARACTERS} characters and {_MOST_BRACKETS} brackets",
                        remedy="look for a typing error")  # fmt: skip
    if text.count("(") != text.count(")"):
        raise UnitError("U301", f"a bracket of the unit {text!r} is not closed", place, remedy="write it as in t (ha year)^-1")
    for match in _WORD.finditer(_SPACED.sub(_join_spaced, text.translate(_SUPERSCRIPT))):
        kind, piece = match.lastgroup, match.group()
        if kind == "space":
            continue
        if kind == "other" or (piece in ("*", "/", "·") and previous in ("", "op")):
            raise UnitError("U301", f"unexpected {piece!r} in the unit {text!r}", place,
                            remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN")  # fmt: skip
        if kind == "power":
            _check_power(piece, previous, text, place)
        elif kind == "number":
            _check_number(piece, previous, text, place)
        operand_before = previous in ("word", "close", "power", "number")
        if kind == "power" and previous in ("word", "close"):
            pieces.append("**(" + piece.lstrip("^*") + ")")
            previous = "power"
            continue
        if kind == "word":
            name = _pint_word(piece, declared)
            if name is None:
                hint = near(piece, known_unit_words(sorted(declared)))
                raise UnitError("U301", f"there is no unit {piece!r}" + (f" (in {text!r})" if piece != text else ""), place,
                                why="only the units of the closed registry and the declared substances are read",
                                remedy=hint or "declare a substance under `substances:`, or use a unit of "
                                "equations/carbon_units.txt")  # fmt: skip
            piece = name
        if operand_before and (kind in ("word", "number") or piece == "("):
            pieces.append("*")
        if piece in ("^", "-"):
            raise UnitError("U301", f"a power without a number in the unit {text!r}", place, remedy="write it as in ha^-1")
        pieces.append("*" if piece == "·" else piece)
        previous = "close" if piece == ")" else str(kind)
    if previous == "op":
        raise UnitError("U301", f"the unit {text!r} ends with {pieces[-1]!r}", place, remedy="write it as in tC/ha or GJ/kg")
    return pieces


def _check_power(piece: str, previous: str, text: str, place: Place | None) -> None:
    if previous not in ("word", "close", "number") or (previous == "number" and piece[0] == "-"):
        raise UnitError("U301", f"the power {piece} of nothing in the unit {text!r}", place,
                        remedy="write a power behind a unit, as in ha^-1")  # fmt: skip
    digits = piece.lstrip("^*-")
    if not digits.isdigit() or len(digits) > 2 or int(digits) > _MOST_POWER:
        raise UnitError("U301", f"the power {piece} in the unit {text!r}", place,
                        why=f"a power is a whole number up to {_MOST_POWER}", remedy="look for a typing error")  # fmt: skip


def _check_number(piece: str, previous: str, text: str, place: Place | None) -> None:
    if previous in ("word", "close", "power"):
        raise UnitError("U301", f"the number {piece[:_MOST_DIGITS]} behind a unit in {text!r}", place,
                        remedy="write a power with ^, as in m^3, and a factor in front")  # fmt: skip
    _, _, exponent = piece.lower().partition("e")
    if len(piece) > _MOST_DIGITS or (exponent and abs(int(exponent)) > _MOST_EXPONENT):
        raise UnitError("U301", f"the number {piece[:_MOST_DIGITS]} in the unit {text!r}", place,
                        why=f"a factor of a unit is below 1e{_MOST_EXPONENT}", remedy="look for a typing error")  # fmt: skip


def _join_spaced(match: re.Match[str]) -> str:
    """``t N2O-N`` and ``t d.m.`` are one word each; ``t ha-1`` is not."""
    substance = SPELLINGS.get(match["substance"], match["substance"])
    return f"{match['mass']}_{substance}" if substance in SUBSTANCES else match.group()
