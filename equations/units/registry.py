"""From the text of a unit to a :class:`~equations.units.unit.Unit`, by the one pint registry of the project.

The registry is closed (only ``carbon_units.txt`` and the declared substances) and is built when the first unit is read (conventions §6).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from equations.errors import Place, UnitError, near
from equations.patterns import pattern
from equations.units.hints import refused, suggestion
from equations.units.unit import Powers, Unit, UnitWord, substance_dimension
from equations.units.words import (
    IS,
    SPELLINGS,
    SUBSTANCES,
    UnitName,
    definition,
    mass_symbols,
    mass_words,
    substance_of,
    substance_word,
    table_lines,
    unit_words,
)

if TYPE_CHECKING:
    import pint

_WORD = pattern(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<word>%|[A-Za-z_](?:[A-Za-z0-9_.]|\+(?=[A-Za-z])|-(?=[A-Za-z]))*)
      | (?P<power>(?:\^|\*\*)?-?[0-9]+)
      | (?P<op>[*/()·^-])
      | (?P<other>.)""",
    re.VERBOSE,
)
_SPACED = pattern(r"(?<![A-Za-z_])(?P<mass>[A-Za-z_]+)\s+(?P<substance>d\.m\.|[A-Z][A-Za-z0-9]*(?:-[A-Za-z]+)*)(?![A-Za-z0-9_])")
_SPACED_TON = pattern(r"(?<![A-Za-z_])(short|long|metric) (tons?)(?![A-Za-z0-9])")
#: Lengths that are read only as areas and volumes.
_CUBED = pattern(r"(?<![A-Za-z_])([dh]m)\^([23])(?![0-9])")
_MOST_CHARACTERS, _MOST_BRACKETS, _MOST_POWER, _MOST_DIGITS, _MOST_EXPONENT = 120, 4, 12, 20, 30
_GREATEST = Fraction(10**60)
#: Before the name of a spec's own unit in pint's registry.
_OWN = "own__"
_SIGNS = str.maketrans({**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)), "µ": "u", "μ": "u"})


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
    # A line of the table holds the words of a unit behind its definition, which pint would read as aliases of its own.
    registry.load_definitions([" = ".join(line.split(" = ")[:2]) for line in table_lines()])
    return registry


@lru_cache(maxsize=512)
def _substance_unit(mass: str, substance: str) -> UnitName:
    """Make sure that the mass unit of a substance is known to pint; return pint's name for it and ours."""
    dimension = substance_dimension(substance)
    # tCO2 is no multiple of a tonne: each substance is a dimension of its own, and its masses are that of grams times the same
    # sizes as plain masses. So tC + tCO2 is an error of units, and 44/12 must be written with a unit.
    safe = dimension.strip("[]")
    registry = _registry()
    if f"gram__{safe}" not in registry:
        registry.define(f"gram__{safe} = {dimension}")
    name = f"{mass}__{safe}"
    if name not in registry:
        registry.define(f"{name} = {_size(mass)[1]} * gram__{safe}")
    return UnitName(name, shown=substance_word(mass_symbols()[mass], substance))


@lru_cache(maxsize=512)
def _size(name: str) -> tuple[Powers, Fraction]:
    """Return what one unit of pint measures, and how large it is in base units."""
    registry = _registry()
    root = registry.Quantity(Fraction(1), registry.parse_units(name)).to_root_units()
    powers = registry.get_dimensionality(root.units).items()
    dimension = tuple(sorted((name, Fraction(cast(int, power)).limit_denominator(1000)) for name, power in powers))
    return dimension, root.magnitude


@lru_cache(maxsize=64)
def _own_words(declared: frozenset[str]) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return a spec's own substances, and the sizes of its own units."""
    units = dict(text.split(IS, 1) for text in declared if IS in text)
    return frozenset(text for text in declared if IS not in text), units


@lru_cache(maxsize=512)
def _own_unit(name: str, size: str, declared: frozenset[str]) -> UnitName:
    """Make sure that a unit of a spec is known to pint, under a name that no other spec's unit of that name has."""
    pieces, _ = _pieces(size, declared - {definition(name, size)})
    expression = "".join(pieces)
    # The registry is one for all specs of a process, and two specs may call two things by one name.
    full = f"{_OWN}{name}__{hashlib.sha256(expression.encode()).hexdigest()[:12]}"
    registry = _registry()
    if full not in registry:
        registry.define(f"{full} = {expression}")
    return UnitName(full, shown=name)


def _word_of(text: str, declared: frozenset[str]) -> UnitName | None:
    """Return what one word of a unit stands for, or None if there is no such unit."""
    substances, units = _own_words(declared)
    if text in units:
        return _own_unit(text, units[text], declared)
    found = substance_of(text, substances)
    return _substance_unit(mass_words()[found[0]].name, found[1]) if found else unit_words().get(text)


def known_unit_words(declared: Iterable[str] = ()) -> list[str]:
    """Return words that can stand in a unit."""
    substances, units = _own_words(frozenset(declared))
    return [*unit_words(), *units, *(substance_word("t", s) for s in (*SUBSTANCES, *substances))]


def parse_unit(text: str, place: Place | None = None, substances: Iterable[str] = ()) -> Unit:
    """Read the text of a unit.

    Parameters
    ----------
    text
        Such as ``tC/ha``, ``tC ha-1``, ``GJ kg^-1``, ``t_dm (ha year)^-1``, ``1``.
    place
        Where it stands, for messages.
    substances
        Words of the spec's own beside the registry's: ids of substances, and units as :func:`~equations.units.words.definition` writes them.

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
    >>> parse_unit("tCO2/tC").in_words()
    'tCO2 / tC'
    >>> parse_unit("TJ/Gg").scale / parse_unit("GJ/kg").scale
    Fraction(1, 1000)
    """
    try:
        return _parse(text.strip(), frozenset(substances))
    except UnitError as error:
        raise UnitError(error.code, error.what, place, why=error.why, remedy=error.remedy, subject=error.subject) from error.__cause__


@lru_cache(maxsize=4096)
def _parse(text: str, declared: frozenset[str]) -> Unit:
    """Read a unit; one object for one text, wherever it stands, so that a spec in the cache holds it once."""
    if text in ("1", "dimensionless", ""):
        return Unit(text="1")
    registry = _registry()
    pieces, shown = _pieces(text, declared)
    try:
        quantity = registry.Quantity(Fraction(1), registry.parse_units("dimensionless")) * registry.parse_expression("".join(pieces))
        root = quantity.to_root_units()
    except Exception as cause:
        raise UnitError("U301", f"the unit {text!r} cannot be read",
                        why="it divides by zero" if isinstance(cause, ZeroDivisionError) else str(cause) or type(cause).__name__,
                        remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN") from cause  # fmt: skip
    scale = cast(Fraction, root.magnitude)
    if not 1 / _GREATEST < scale < _GREATEST:
        raise UnitError("U301", f"the unit {text!r} has no usable size", why="it is zero, negative or out of all bounds",
                        remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN")  # fmt: skip
    powers = registry.get_dimensionality(root.units).items()
    dimension = tuple(sorted((name, Fraction(cast(int, power)).limit_denominator(1000)) for name, power in powers))
    words = tuple(UnitWord(shown[name], *_size(name), Fraction(cast(int, power)).limit_denominator(1000))
                  for name, power in quantity.unit_items())  # fmt: skip
    return Unit(dimension, scale, text, words)


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
    return cast("pint.Quantity[Any]", one * registry.parse_expression("".join(_pieces(text, substances)[0])))


def _pieces(text: str, declared: frozenset[str]) -> tuple[list[str], dict[str, str]]:  # noqa: C901 - one arm for each kind of word
    """Turn the author's spelling into pint's: names exchanged, juxtaposition made a product, powers made explicit.

    Returns
    -------
    tuple of list and dict
        The pieces, and how each of pint's names is shown.
    """
    pieces: list[str] = []
    shown: dict[str, str] = {}
    previous = ""
    if len(text) > _MOST_CHARACTERS or text.count("(") > _MOST_BRACKETS:
        raise UnitError("U301", f"a unit of {len(text)} characters and {text.count('(')} brackets",
                        why=f"units are read up to {_MOST_CHARACTERS} characters and {_MOST_BRACKETS} brackets",
                        remedy="look for a typing error")  # fmt: skip
    if text.count("(") != text.count(")"):
        raise UnitError("U301", f"a bracket of the unit {text!r} is not closed", remedy="write it as in t (ha year)^-1")
    for match in _WORD.finditer(_spelled(text, declared)):
        kind, piece = match.lastgroup, match.group()
        if kind == "space":
            continue
        if kind == "other" or (piece in ("*", "/", "·") and previous in ("", "op")):
            raise UnitError("U301", f"unexpected {piece!r} in the unit {text!r}", remedy="write it as in tC/ha, GJ/kg or tN2O-N/tN")
        if kind == "power":
            _check_power(piece, previous, text)
        elif kind == "number":
            _check_number(piece, previous, text)
        operand_before = previous in ("word", "close", "power", "number")
        if kind == "power" and previous in ("word", "close"):
            pieces.append("**(" + piece.lstrip("^*") + ")")
            previous = "power"
            continue
        if kind == "word":
            word = _known(piece, text, declared)
            shown[word.name] = word.shown
            # Words such as m2 are a unit and a power in one.
            piece = word.name if word.power == 1 else f"({word.name}**{word.power})"
        # Side by side means times, as in `t ha^-1`.
        if operand_before and (kind in ("word", "number") or piece == "("):
            pieces.append("*")
        if piece in ("^", "-"):
            raise UnitError("U301", f"a power without a number in the unit {text!r}", remedy="write it as in ha^-1")
        pieces.append("*" if piece == "·" else piece)
        previous = "close" if piece == ")" else str(kind)
    if previous == "op":
        raise UnitError("U301", f"the unit {text!r} ends with {pieces[-1]!r}", remedy="write it as in tC/ha or GJ/kg")
    return pieces, shown


def _known(piece: str, text: str, declared: frozenset[str]) -> UnitName:
    """Return what one word of a unit stands for.

    Raises
    ------
    UnitError
        U307 for a word that is taken for several units, U301 for one that is no unit.
    """
    written = piece if piece in text else piece.replace("_", " ")
    where = f" (in {text!r})" if written != text else ""
    substances, units = _own_words(declared)
    meant = refused(piece, substances)
    if meant is not None:
        raise UnitError("U307", f"the unit {written!r}{where} is not taken", why=meant[0], remedy=meant[1])
    word = _word_of(piece, declared)
    if word is None:
        meant_word = near(piece, units) or suggestion(piece, substances, lambda known: _size(unit_words()[known].name))
        raise UnitError("U301", f"there is no unit {written!r}{where}",
                        why="only the units of the closed registry and the declared substances are read", remedy=meant_word or
                        "declare a substance under `substances:` or a unit under `units:`, or use one of equations/units/carbon_units.txt; "
                        "what is counted is an item, device, household, ...",
                        subject="" if meant_word else "substance")  # fmt: skip
    return word


def _spelled(text: str, declared: frozenset[str]) -> str:
    """Return the text of a unit with signs made plain and words joined: ``t N2O-N`` and ``short tons`` are one each; ``t ha-1`` is not."""
    declared, _ = _own_words(declared)

    def joined(match: re.Match[str]) -> str:
        substance = SPELLINGS.get(match["substance"], match["substance"])
        mass = match["mass"] in mass_words() or refused(match["mass"], declared) is not None
        return f"{match['mass']}_{substance}" if mass and (substance in SUBSTANCES or substance in declared) else match.group()

    plain = _CUBED.sub(r"\1\2", text.translate(_SIGNS).replace("°C", "degC"))
    return _SPACED.sub(joined, _SPACED_TON.sub(r"\1_\2", plain))


def _check_power(piece: str, previous: str, text: str) -> None:
    if previous not in ("word", "close", "number") or (previous == "number" and piece[0] == "-"):
        raise UnitError("U301", f"the power {piece} of nothing in the unit {text!r}",
                        remedy="write a power behind a unit, as in ha^-1")  # fmt: skip
    digits = piece.lstrip("^*-")
    if not digits.isdigit() or len(digits) > 2 or int(digits) > _MOST_POWER:
        raise UnitError("U301", f"the power {piece} in the unit {text!r}",
                        why=f"a power is a whole number up to {_MOST_POWER}", remedy="look for a typing error")  # fmt: skip


def _check_number(piece: str, previous: str, text: str) -> None:
    if previous in ("word", "close", "power"):
        raise UnitError("U301", f"the number {piece[:_MOST_DIGITS]} behind a unit in {text!r}",
                        remedy="write a power with ^, as in m^3, and a factor in front")  # fmt: skip
    _, _, exponent = piece.lower().partition("e")
    if len(piece) > _MOST_DIGITS or (exponent and abs(int(exponent)) > _MOST_EXPONENT):
        raise UnitError("U301", f"the number {piece[:_MOST_DIGITS]} in the unit {text!r}",
                        why=f"a factor of a unit is below 1e{_MOST_EXPONENT}", remedy="look for a typing error")  # fmt: skip
