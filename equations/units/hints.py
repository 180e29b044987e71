"""What was probably meant by a word that is no unit, or that different trades take for different units.

A suggestion never has another size than what was written can have: where several sizes are possible, each is named with its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction

from equations.errors import near
from equations.units.unit import Powers
from equations.units.words import SPELLINGS, SUBSTANCES, mass_words, substance_of, substance_word, unit_words

#: Gives what a known word measures and its size in base units.
Sizes = Callable[[str], tuple[Powers, Fraction]]

_METRIC = "t (metric ton, 1000 kg)", "t"
_SHORT, _LONG = ("short_ton (US, 907.18474 kg)", "short_ton"), ("long_ton (UK, 1016.0469088 kg)", "long_ton")
_KILO, _MEGA = ("kt (thousand metric tons)", "kt"), ("Mt (million metric tons)", "Mt")
_GIGA = "Gt (thousand million metric tons)", "Gt"
_ANY_TON = "it is written for metric tons, for thousands and for millions of them; SI would read a milli-tonne or a mega-tesla"
_MILLION = "a prefix before it counts thousands or millions of one of these tons"
#: Words for a mass that are taken for several, or for another than SI would read: why, and what can be meant.
_MASSES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    **dict.fromkeys(("mt", "mT", "MT"), (_ANY_TON, (_METRIC, _KILO, _MEGA))),
    **dict.fromkeys(("MMT", "MMt", "mmt", "mmT", "Mmt"), ("it is written for million metric tons", (_MEGA,))),
    **dict.fromkeys(("ton", "tons", "Ton", "Tons", "TON", "TONS"), ("a ton is metric, short or long", (_METRIC, _SHORT, _LONG))),
    **dict.fromkeys(("kton", "ktons", "kiloton", "kilotons", "Kton"), (f"a ton is metric, short or long; {_MILLION}", (_KILO,))),
    **dict.fromkeys(("Mton", "Mtons", "megaton", "megatons"), (f"a ton is metric, short or long; {_MILLION}", (_MEGA,))),
    **dict.fromkeys(("Gton", "Gtons", "gigaton", "gigatons"), (f"a ton is metric, short or long; {_MILLION}", (_GIGA,))),
    "T": ("T is no unit of mass; a prefix (tera) is written like it", (_METRIC,)),
    "mts": ("it is written for metric tons and for metres", (_METRIC, ("m (metre)", "m"))),
    "MTs": ("it is written for metric tons and for millions of them", (_METRIC, _MEGA)),
}  # fmt: skip
_PRESSURE = "it is a pressure, for which there is no unit here"
_PRESSURE_REMEDY = "convert it yourself, and declare the factor with its source"
_YEARS = "year (a and yr are the same) takes no prefix", "write the number of years with the unit year"
_STANDARD = ("it is a volume at standard conditions, which differ between trades",
             "write m3 or ft3, and state temperature and pressure in the meaning or the source")  # fmt: skip
_GALLON = "a gallon is of the US or imperial", "write US_gallon (3.785 L) or imperial_gallon (4.546 L)"
_BTU = "M is a thousand in this trade and a million in SI", "write kBtu (a thousand Btu) or MMBtu (a million Btu)"
_DEGREE = ("temperatures are kept in degC alone, since converting one needs an offset and converting a difference does not",
           "write degC: a difference of 1 K is 1 degC (kJ/kg/K is kJ/kg/degC); subtract 273.15 from a temperature in K")  # fmt: skip
_FAHRENHEIT = _DEGREE[0], "convert it to degC yourself: (F - 32) * 5/9, a difference times 5/9"
_CUBIC = "M before m3 is a million cubic metres in this trade, and a cube of megametres in SI"
#: Other words that are not taken: why, and what to write.
_OTHERS: dict[str, tuple[str, str]] = {
    "Pa": ("Pa is a pressure (pascal), for which there is no unit here, and no multiple of a year (a)",
           f"{_PRESSURE_REMEDY}; for years write year, a or yr"),
    **dict.fromkeys(("kPa", "MPa", "hPa", "mPa", "GPa", "bar", "mbar", "atm", "psi", "mmHg", "Torr"), (_PRESSURE, _PRESSURE_REMEDY)),
    **dict.fromkeys(("ka", "Ma", "Ga", "ma", "kyr", "Myr", "Gyr", "kiloyear", "megayear"), _YEARS),
    **dict.fromkeys(("Nm3", "Sm3", "Ncm", "scm", "SCM", "scf", "SCF", "Mscf", "MMscf", "Mcf", "MMcf"), _STANDARD),
    **dict.fromkeys(("gal", "gals", "gallon", "gallons", "Gallon", "Gallons"), _GALLON),
    **dict.fromkeys(("MBtu", "MBTU", "mBtu", "mBTU", "mbtu", "Mbtu"), _BTU),
    **dict.fromkeys(("K", "degK", "kelvin", "Kelvin", "delta_K"), _DEGREE),
    **dict.fromkeys(("F", "degF", "fahrenheit", "Fahrenheit", "delta_degF", "degR"), _FAHRENHEIT),
    **dict.fromkeys(("Mm3", "MMm3", "mcm", "MCM", "Mm2"), (_CUBIC, "write 1e6 m3 (a million cubic metres), or 1e6 m2")),
    **dict.fromkeys(("bcm", "BCM", "Bcm"), ("it is written for a thousand million cubic metres, of gas or of earth", "write 1e9 m3")),
    "dm": ("dm is dry matter, a substance, and a decimetre elsewhere", "write t_dm for dry matter; dm2 and dm3 are read"),
}  # fmt: skip
#: Short forms with one meaning, and the unit that they mean.
_SHORT_FORMS: dict[str, str] = {
    "y": "year", "yrs": "years", "d": "day", "hr": "hour", "hrs": "hours", "mins": "minutes", "sec": "second", "secs": "seconds",
    "mo": "month", "wk": "week", "kgs": "kg", "gms": "g", "sqm": "m2", "sq_m": "m2", "sqkm": "km2", "sq_km": "km2", "cbm": "m3",
    "cu_m": "m3", "ltr": "litre", "ltrs": "litres", "kms": "km", "ac": "acre", "pcs": "items", "unit": "item", "units": "items",
    "deg_C": "degC", "dollars": "USD",
}  # fmt: skip
_MOST_SIZES, _IN_FULL = 4, 4


def refused(word: str, declared: Iterable[str] = ()) -> tuple[str, str] | None:
    """Return why a word is not taken although trades use it, and what to write; ``None`` for any other word.

    Examples
    --------
    >>> refused("mtCO2e")[1]
    'write tCO2e (metric ton, 1000 kg), ktCO2e (thousand metric tons) or MtCO2e (million metric tons)'
    >>> refused("MtCO2e") is None
    True
    """
    if word in _OTHERS:
        return _OTHERS[word]
    mass, substance = _parted(word, declared)
    if mass not in _MASSES:
        return None
    why, meant = _MASSES[mass]
    texts = [f"{substance_word(unit, substance)}{text[len(unit) :]}" if substance else text for text, unit in meant]
    return why, "write " + " or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def why_not_a_unit(name: str, substances: Iterable[str]) -> tuple[str, str, str, str] | None:
    """Return why a spec cannot declare a unit of a name: code, fact, reason and remedy; ``None`` where it can.

    Examples
    --------
    >>> why_not_a_unit("bag", ()) is None, why_not_a_unit("ton", ())[0], why_not_a_unit("mwh", ())[0], why_not_a_unit("bbl", ())[0]
    (True, 'U307', 'U307', 'S106')
    """
    other = "take a name that no trade takes for anything else, such as drum_of_200_L"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return "S105", f"{name!r} cannot be the name of a unit", "a name has letters, digits and underscores, a letter first", other
    if name in unit_words():
        return "S106", f"the unit {name!r} is built in", "one word has one size in every methodology", "remove the declaration"
    meant = refused(name, substances)
    if meant is not None:
        return "U307", f"the unit {name!r} is not taken", meant[0], f"{meant[1]}, or {other}"
    if name in (*SUBSTANCES, *SPELLINGS, *substances) or substance_of(name, frozenset(substances)):
        return "S106", f"{name!r} is a substance, or a mass of one", "it would have two meanings in a unit", other
    taken = [_SHORT_FORMS[name]] if name in _SHORT_FORMS else _of_another_case(name, unit_words())
    if taken:
        return "U307", f"the unit {name!r} would be taken for {taken[0]}", "readers know it under that meaning", f"write {taken[0]}, or {other}"
    return None


def suggestion(word: str, declared: Iterable[str], size: Sizes) -> str:
    """Return ``did you mean ...?`` for a word that is no unit, or an empty text.

    Parameters
    ----------
    size
        What a known word measures, and its size; names that are offered beside each other and differ in it carry their size.
    """
    substances = (*SUBSTANCES, *declared)
    if word in substances:
        return f"{word} is a substance: write its mass, as in {substance_word('t', word)}"
    if word in _SHORT_FORMS:
        return f"did you mean {_SHORT_FORMS[word]}?"
    mass, substance = _parted(word, declared)
    masses = _of_another_case(mass, mass_words()) if substance else []
    if masses:
        return _asked(word, [(substance_word(known, substance), size(known)) for known in masses])
    same = _of_another_case(word, unit_words())
    if same:
        return _asked(word, [(known, size(known)) for known in same])
    return _of_another_substance(word, substances) or _in_full(word, size)


def _of_another_substance(word: str, substances: Iterable[str]) -> str:
    """Return the same mass of a substance that is spelt like the one in a word."""
    for mass in sorted(mass_words(), key=len, reverse=True):
        rest = word.removeprefix(mass)
        if rest != word and (rest[:1] == "_" or rest[:1].isupper()):
            close = _close(rest.removeprefix("_"), [*substances, *SPELLINGS])
            if close:
                found = dict.fromkeys(substance_word(mass, SPELLINGS.get(name, name)) for name in close)
                return "did you mean " + " or ".join(found) + "?"
    return ""


def _close(name: str, known: Iterable[str]) -> list[str]:
    meant = near(name, known)
    return meant.removeprefix("did you mean ").rstrip("?").split(" or ") if meant else []


def _parted(word: str, declared: Iterable[str]) -> tuple[str, str]:
    """Return the mass and the substance of a word that ends with a substance, and the word itself where it does not."""
    for text in sorted((*SUBSTANCES, *SPELLINGS, *declared), key=len, reverse=True):
        mass = word.removesuffix(text)
        if mass != word and re.fullmatch(r"[A-Za-z]+(?:_[A-Za-z]+)?_?", mass) and (mass.endswith("_") or text[0].isupper()):
            return mass.rstrip("_"), SPELLINGS.get(text, text)
    return word, ""


def _of_another_case(word: str, known: Iterable[str]) -> list[str]:
    return [name for name in known if name.lower() == word.lower()]


def _asked(word: str, found: list[tuple[str, tuple[Powers, Fraction]]]) -> str:
    """Ask for one of some units; their sizes stand beside them where they differ, or where m was written for M."""
    if not found:
        return ""
    if len({size for _, size in found}) == 1:
        (name, size), *_ = found
        capital = word[0] == "m" and name[0] == "M"
        return f"did you mean {name} ({_sized(size)}; m would be a thousandth)?" if capital else f"did you mean {name}?"
    return "did you mean " + " or ".join(f"{name} ({_sized(size)})" for name, size in found[:_MOST_SIZES]) + "?"


def _sized(size: tuple[Powers, Fraction]) -> str:
    powers, scale = size
    unit, one = {"[mass]": ("kg", Fraction(1000)), "[energy]": ("MJ", Fraction(10**6)), "[length]": ("m", Fraction(1))}.get(
        powers[0][0] if powers else "", ("base units", Fraction(1))
    )
    power = f"^{powers[0][1]}" if powers and powers[0][1] != 1 else ""
    return f"{float(scale / one):g} {unit}{power}"


def _in_full(word: str, size: Sizes) -> str:
    """Return the written-out unit that a misspelt word is most like; shorter symbols are too alike to guess from, and so is another first letter."""
    if len(word) < _IN_FULL or "_" in word:
        return ""
    known = [name for name in unit_words() if len(name) >= _IN_FULL and name[0].lower() == word[0].lower()]
    return _asked(word, [(name, size(name)) for name in _close(word, known)])
