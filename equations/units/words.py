"""The words that may stand in a unit, from the table of units: which prefixes each takes, its plural, its powers.

No library is needed to know them; :mod:`equations.units.registry` knows their sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from equations.patterns import pattern
from equations.records import record

#: Substances that every methodology may use: masses that are never added to each other. Name -> what it is.
SUBSTANCES: dict[str, str] = {
    "C": "carbon", "CO2": "carbon dioxide", "CO2e": "carbon dioxide equivalent", "CH4": "methane", "N": "nitrogen",
    "N2O": "nitrous oxide", "N2O-N": "nitrogen in nitrous oxide",
    "Nvol": "nitrogen volatilised as ammonia and nitrogen oxides", "Nleach": "nitrogen leached or run off",
    "dm": "dry matter",
}  # fmt: skip
#: Other ways in which publications print a substance; the right side is ours.
SPELLINGS: dict[str, str] = {
    "CO2-eq": "CO2e", "CO2eq": "CO2e", "CO2-e": "CO2e", "CO2_e": "CO2e", "CO2_eq": "CO2e",
    "d.m.": "dm", "N-input": "N", "N2O_N": "N2O-N", "NH3-N+NOx-N": "Nvol",
}  # fmt: skip
#: Between the name and the size of a spec's own unit.
IS = " = "
_TABLE = Path(__file__).parent / "carbon_units.txt"
_DEFINITION = pattern(r"(?P<name>\w+) = (?P<rest>.*?)\s*(?:# prefixes: (?P<prefixes>.*))?$")
_LONG = 4
_POWERS, _POWER_PREFIXES = ("2", "3"), ("", "c", "d", "h", "k", "m")
#: Definitions of these are masses, so that a substance can stand behind them.
_MASSES = ("gram", "tonne", "pound", "short_ton", "long_ton")


@record(frozen=True)
class UnitName:
    """A word that may stand in a unit.

    Attributes
    ----------
    name
        The full name, with its prefix: ``kilogram``.
    power
        2 for ``m2``, 3 for ``m3``, else 1.
    shown
        How the unit is shown in products: ``m`` for ``m2``.
    """

    name: str
    power: int = 1
    shown: str = ""


@lru_cache(maxsize=1)
def table_lines() -> tuple[str, ...]:
    """Return the definitions of the table, without remarks."""
    lines = (line.partition("#")[0].strip() for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line)


@lru_cache(maxsize=1)
def unit_words() -> dict[str, UnitName]:
    """Return every word that may stand in a unit, except those with a substance.

    Examples
    --------
    >>> unit_words()["MWh"].name, unit_words()["hectares"].name, unit_words()["cm2"].power
    ('megawatt_hour', 'hectare', 2)
    >>> [word for word in ("Pa", "mt", "ton", "mha") if word in unit_words()]
    []
    """
    found = {"%": UnitName("percent", shown="%")}
    short, prefixes = _prefixes(), dict(_prefixes())
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        match = _DEFINITION.match(line)
        if match is None or line.startswith("#"):
            continue
        aliases = match["rest"].split(" = ")[1:]
        for prefix in ("", *(match["prefixes"] or "").split()):
            full = prefixes[prefix] + match["name"]
            for alias in (match["name"], *aliases):
                for written in _written(alias, prefix, prefixes):
                    found[written] = UnitName(full, shown=written)
    for prefix in _POWER_PREFIXES:
        for power in _POWERS:
            found[f"{prefix}m{power}"] = UnitName(f"{dict(short)[prefix]}metre", int(power), f"{prefix}m")
    for power in _POWERS:
        found[f"ft{power}"] = UnitName("foot", int(power), "ft")
    return found


def _prefixes() -> tuple[tuple[str, str], ...]:
    """Return the short prefixes with their full names; none stands for itself."""
    pairs = (line.replace("-", "").split(" = ") for line in table_lines() if line.split(" = ")[0].endswith("-"))
    return ("", ""), *((short, full) for full, _, short in pairs)


def _written(alias: str, prefix: str, prefixes: dict[str, str]) -> Iterator[str]:
    """Yield the ways in which a name is written with a prefix: a symbol with its letter, a name with its full name and plural."""
    if len(alias) < _LONG or alias.endswith("Btu"):
        yield prefix + alias
        return
    yield prefixes[prefix] + alias
    if not alias.endswith("s"):
        yield prefixes[prefix] + alias + "s"


@lru_cache(maxsize=1)
def mass_words() -> dict[str, UnitName]:
    """Return the words for a mass, behind which a substance may stand."""
    return {text: word for text, word in unit_words().items() if word.name.endswith(_MASSES)}


@lru_cache(maxsize=1)
def mass_symbols() -> dict[str, str]:
    """Return the symbol of each mass by its full name: ``kilogram`` -> ``kg``."""
    found: dict[str, str] = {}
    for text, word in mass_words().items():
        if word.name not in found or len(text) < len(found[word.name]):
            found[word.name] = text
    return found


def definition(name: str, size: str) -> str:
    """Return a unit of a spec as one text, to be handed on with the ids of its substances.

    Examples
    --------
    >>> definition("bag", "50 kg")
    'bag = 50 kg'
    """
    return f"{name}{IS}{size}"


def substance_word(mass: str, substance: str) -> str:
    """Return how the mass of a substance is written.

    Examples
    --------
    >>> substance_word("kg", "CO2"), substance_word("t", "dm"), substance_word("short_ton", "CO2"), substance_word("t", "urea")
    ('kgCO2', 't_dm', 'short_ton_CO2', 't_urea')
    """
    glued = substance in SUBSTANCES and substance != "dm" and len(mass) < _LONG
    return f"{mass}{substance}" if glued else f"{mass}_{substance}"


def substance_of(word: str, declared: frozenset[str]) -> tuple[str, str] | None:
    """Return the mass and the substance of a word such as ``kgCO2`` or ``t_urea``, ``None`` where it is none.

    Examples
    --------
    >>> substance_of("kgCO2eq", frozenset()), substance_of("short_ton_C", frozenset()), substance_of("kgX", frozenset())
    (('kg', 'CO2e'), ('short_ton', 'C'), None)
    """
    for mass in mass_words():
        if word.startswith(mass) and len(word) > len(mass):
            rest = word[len(mass) :]
            joined = rest.startswith("_")
            rest = SPELLINGS.get(rest.removeprefix("_"), rest.removeprefix("_"))
            if (rest in SUBSTANCES or rest in declared) and (joined or (len(mass) < _LONG and rest[0].isupper())):
                return mass, rest
    return None
