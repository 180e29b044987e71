"""What a spreadsheet program shows of a number by the format of its cell: how many digits, of which size, in percent or not."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from equations.records import record

#: Texts in a format of numbers, colours and blanks; then, without signs, digits, decimals, commas for thousands left out, powers, percent.
_CONDITION = re.compile(r"\[[<>=]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].|\[[^\]]*\]')
_DECIMALS = re.compile(r"([#0?,]*[#0?][#0?,]*)(?:\.([0#?]*))?(,*)(E0+)?(%?)\Z")
_SEEN = 1e-6
#: Digits that are stated by a cell that shows all of its number: programs agree no further.
_ALL_DIGITS = 12
_EXACT = Context(prec=400)


@record(frozen=True)
class NumberFormat:
    """One section of the format of a cell, as far as it says which digits are shown.

    Attributes
    ----------
    decimals
        Digits behind the point.
    thousands
        By which power of a thousand what is shown is smaller.
    power
        Whether it is shown as a power of ten.
    is_plain
        Whether the sign is not shown, the format of negative numbers being another.
    """

    decimals: int
    thousands: int
    power: bool
    percent: bool
    is_plain: bool


def format_of(value: float, number_format: str) -> NumberFormat | str | None:
    """Return the section of a format that is for a number, ``nothing`` where it shows none, ``None`` for a format that is not read."""
    if _CONDITION.search(number_format):  # which section is for a number it says itself
        return None
    parts = _LITERAL.sub(lambda found: "-" if {"-", "("} & set(found[1] or found[2] or "") else "", number_format).split(";")
    at = 1 if value < 0 and len(parts) > 1 else 2 if value == 0 and len(parts) > 2 else 0
    own = re.sub(r"[-+() $€£¥\u00a0]", "", parts[at])
    if not own and len(parts) > 1 and value:
        return "nothing"
    match = _DECIMALS.match(own)
    if match is None:
        return None
    whole, decimals, behind, power, percent = match.groups()
    thousands = len(whole) - len(whole.rstrip(",")) + len(behind)
    return NumberFormat(len(decimals or ""), thousands, bool(power), bool(percent), at == 1 and not {"-", "("} & set(parts[1]))


def shown_otherwise(text: str, number_format: str) -> str:
    """Return what a person sees of a number, where its format shows another one by more than a millionth; else an empty text."""
    value = float(text)
    found = format_of(value, number_format)
    if not isinstance(found, NumberFormat):
        return found or ""
    seen = (abs(value) if found.is_plain else value) * (100 if found.percent else 1) / 1000**found.thousands
    seen = float(f"{seen:.{found.decimals}e}") if found.power else round(seen, found.decimals)
    gap = abs(seen / (100 if found.percent else 1) - value)
    return f"{seen:g}{'%' if found.percent else ''}" if gap > _SEEN * abs(value) else ""


def printed_digits(text: str, number_format: str) -> str:
    """Return a number with the digits that its cell shows, half a digit rounded up as spreadsheet programs do.

    Of a cell that shows all its digits those on which programs agree; in percent and in thousands the number itself.

    Examples
    --------
    >>> [printed_digits("1005752.46", one) for one in ("#,##0", "0.0", "General", "0,", "0.00E+00")]
    ['1005752', '1005752.5', '1005752.46', '1006E+3', '1.01e+06']
    >>> printed_digits("0.12345", "0.0%")
    '0.123'
    """
    value, exact = float(text), Decimal(text)
    found = format_of(value, number_format)
    if not isinstance(found, NumberFormat):
        return text if value.is_integer() else f"{_EXACT.plus(Decimal(f'{value:.{_ALL_DIGITS - 1}e}')).normalize():f}"
    if found.power:
        return f"{value:.{found.decimals}e}"
    last = 3 * found.thousands - found.decimals - (2 if found.percent else 0)
    kept = exact.scaleb(-last, _EXACT).quantize(Decimal(1), ROUND_HALF_UP, _EXACT)
    return f"{kept}E+{last}" if last > 0 else f"{kept.scaleb(last, _EXACT):f}"
