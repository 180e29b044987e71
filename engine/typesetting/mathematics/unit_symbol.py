"""Units as they are printed: upright, the numbers of a formula of a substance below the line, powers above it, no stroke."""

from __future__ import annotations

import re

from equations.notation.symbols import escaped, unit_latex

_PART = re.compile(r"\s*(?:(?P<name>[^\W\d][\w.%\-]*|%)|(?P<number>\d+(?:\.\d+)?(?:e[-+]?\d+)?)|(?P<sign>\*\*|[*/()^]))\s*")
#: A length with its power in its name, as ``m2`` and ``km2``.
_LENGTH = re.compile(r"([kcdm]?m)([23])")
_POWER = re.compile(r"\s*(?:\^|\*\*)\s*\(?\s*([-+]?\d+)\s*\)?")


def unit_symbol(text: str) -> str:
    r"""Return a unit as LaTeX; what is no product of names and numbers stands as it is written.

    Examples
    --------
    >>> unit_symbol("tCO2e"), unit_symbol("tC/ha"), unit_symbol("kg / (ha year)")
    ('\\mathrm{tCO}_{2}\\mathrm{e}', '\\mathrm{tC}\\,\\mathrm{ha}^{-1}', '\\mathrm{kg}\\,\\mathrm{ha}^{-1}\\,\\mathrm{year}^{-1}')
    """
    factors = _factors(text)
    if factors is None:
        return unit_latex(text)
    shown = [raised(name, power) for name, power in factors if name != "1" or len(factors) == 1]
    return r"\,".join(shown)


def raised(name: str, power: int) -> str:
    """Return one factor with its power."""
    length = _LENGTH.fullmatch(name)
    if length:
        name, power = length[1], power * int(length[2])
    base = _named(name)
    if power == 1:
        return base
    return f"{base}^{{{power}}}" if "_" not in base or base.endswith("}}") else f"{{{base}}}^{{{power}}}"


def _named(name: str) -> str:
    """Return a name upright, with what follows its first underscore and the numbers of substances below the line."""
    head, _, below = name.partition("_")
    pieces = re.findall(r"\d+(?:\.\d+)?|[^\d]+", head) if not re.fullmatch(r"\d.*", head) else [head]
    shown = "".join(f"_{{{piece}}}" if at and piece[0].isdigit() else _upright(piece) for at, piece in enumerate(pieces))
    if not below:
        return shown
    return f"{{{shown}}}_{{{_upright(below)}}}" if "_" in shown else f"{shown}_{{{_upright(below)}}}"


def _upright(piece: str) -> str:
    if piece[0].isdigit():
        return piece
    return rf"\mathrm{{{piece}}}" if re.fullmatch(r"[A-Za-z]+", piece) else rf"\text{{{escaped(piece)}}}"


def _factors(text: str) -> list[tuple[str, int]] | None:
    """Return names and numbers with their powers in written order, or ``None`` for what is no such product."""
    found: list[tuple[str, int]] = []
    signs, sign, at = [1], 1, 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        at = part.end()
        if part["sign"] == "/":
            sign = -1
        elif part["sign"] == "(":
            signs.append(signs[-1] * sign)
            sign = 1
        elif part["sign"] == ")":
            if len(signs) == 1:
                return None
            signs.pop()
            sign = 1
        elif part["sign"] == "*":
            sign = 1
        elif part["sign"]:
            return None
        else:
            power = _POWER.match(text, at)
            at = power.end() if power else at
            found.append((part["name"] or part["number"], signs[-1] * sign * (int(power[1]) if power else 1)))
            sign = 1
    return found if found and len(signs) == 1 else None
