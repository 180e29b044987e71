"""Which sign of decimals the numbers of a CSV file have: found where only one reading fits, never guessed.

A comma is a decimal sign where a number can be read no other way (``12,5``, ``0,125``). A sign between groups of three digits may divide
thousands or be the decimal sign: ``52.400`` is left to whoever knows (``decimal:``, ``thousands:``). Numbers come out with a point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from equations.records import record

#: Signs by the words with which a file is described.
DECIMALS = {"point": ".", "comma": ","}
THOUSANDS = {"point": ".", "comma": ",", "space": " ", "apostrophe": "'"}
#: Blanks and apostrophes of all programs, as one.
_ALIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
_POWER = r"([eE][-+]?[0-9]+)?"
_WRITTEN = re.compile(rf"[-+]?[0-9., ']*[0-9][0-9., ']*{_POWER}\Z")
#: A sign that can be nothing but the decimal one: once, and not before exactly three digits, or behind more than three, none or a zero.
_CERTAIN = {sign: re.compile(rf"[-+]?([0-9]*\{sign}([0-9]{{1,2}}|[0-9]{{4,}})?|([0-9]{{4,}}|0[0-9]*|)\{sign}[0-9]{{3}}){_POWER}\Z") for sign in ".,"}
_DOUBTFUL = {sign: re.compile(rf"[-+]?[1-9][0-9]{{0,2}}\{sign}[0-9]{{3}}{_POWER}\Z") for sign in ".,"}
_OTHER = {".": ",", ",": "."}


@record(frozen=True)
class NumberSigns:
    """The signs in the numbers of a file.

    Attributes
    ----------
    decimal
        ``.`` or ``,``.
    thousands
        What divides thousands, as the project says; an empty text where nothing may.
    stated
        Whether the project says how numbers are written: then each that is written otherwise is a fault.
    doubt
        A number that can be read in two ways although nothing forbids the usual one.
    """

    decimal: str = "."
    thousands: str = ""
    stated: bool = False
    doubt: str = ""

    def plain(self, text: str) -> str | None:
        """Return a number with a decimal point; another text as it is, ``None`` for a number that is written otherwise than the project says."""
        same = text.translate(_ALIKE)
        if not _WRITTEN.match(same):
            return text
        if not self.stated:
            return same.replace(",", ".") if self.decimal == "," and _is_decimal(same, ",") else text
        mark = re.escape(self.thousands)
        whole = rf"([0-9]{{1,3}}({mark}[0-9]{{3}})+|[0-9]+)" if self.thousands else "[0-9]+"
        if not re.match(rf"[-+]?({whole})?(\{self.decimal}[0-9]*)?{_POWER}\Z", same):
            return None
        return (same.replace(self.thousands, "") if self.thousands else same).replace(self.decimal, ".")


class UncertainSignsError(ValueError):
    """Numbers of a file that can be read in two ways; ``text`` is one of them, ``why`` the two ways."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(text, why)
        self.text, self.why = text, why


def stated_signs(decimal: str, thousands: str) -> NumberSigns:
    """Return the signs that a project states, by their words; the decimal sign is that which the thousands leave.

    Raises
    ------
    ValueError
        If both are the same sign.
    """
    sign, mark = DECIMALS.get(decimal, ""), THOUSANDS.get(thousands, "")
    sign = sign or _OTHER.get(mark, ".")
    if sign == mark:
        raise ValueError(f"{decimal or 'the decimal sign'} cannot divide thousands and be the decimal sign")
    return NumberSigns(sign, mark, stated=True)


def signs_beside(thousands: str, decimal: str, texts: Sequence[str], separator: str) -> NumberSigns:
    """Return the signs that a project states, by their words, with those that it leaves open found in the numbers.

    Raises
    ------
    UncertainSignsError
        Where numbers can be read in two ways.
    ValueError
        Where one sign is said to be both.
    """
    mark = THOUSANDS.get(thousands, "")
    if decimal or mark in DECIMALS.values():
        return stated_signs(decimal, thousands)
    if not mark:
        return signs_of(texts, separator)
    found = signs_of([text.translate(_ALIKE).replace(mark, "") for text in texts], separator)
    return NumberSigns(found.decimal, mark, stated=True)


def signs_of(texts: Iterable[str], separator: str) -> NumberSigns:
    """Return the signs in the numbers of a file.

    Parameters
    ----------
    texts
        Its numbers, among them texts that are none.
    separator
        What divides its cells. Where it is a comma, numbers have a point.

    Raises
    ------
    UncertainSignsError
        Where numbers can be read in two ways.
    """
    written = [same for text in texts if _WRITTEN.match(same := text.translate(_ALIKE))]
    found = {sign: next((text for text in written if _CERTAIN[sign].match(text)), "") for sign in ".,"}
    doubtful = {sign: next((text for text in written if _DOUBTFUL[sign].match(text)), "") for sign in ".,"}
    if separator == ",":
        return NumberSigns(doubt="" if found["."] else doubtful["."])
    if found["."] and found[","]:
        raise UncertainSignsError(found[","], f"{found['.']} of the same file has a decimal point, and {found[',']} a decimal comma")
    sign = "," if found[","] else "."
    doubt = doubtful[_OTHER[sign]] or ("" if found[sign] else doubtful[sign])
    if doubt:
        mark = "," if "," in doubt else "."
        raise UncertainSignsError(doubt, f"it can mean {doubt.replace(mark, '.')} or {doubt.replace(mark, '')}")
    return NumberSigns(sign)


def _is_decimal(text: str, sign: str) -> bool:
    return bool(_CERTAIN[sign].match(text) or _DOUBTFUL[sign].match(text))
