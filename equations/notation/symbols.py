r"""LaTeX of what stands alone in a formula: symbols with their indices, letters, labels and units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from equations.model.quantity import Quantity

_GREEK = frozenset(
    {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho"}
    | {"sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"}
)
_HYPHEN = r"\\text{-}"
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def symbol_latex(quantity: Quantity, index_texts: Sequence[str]) -> str:
    r"""Fill the places ``<...>`` of a quantity's symbol, in order.

    Parameters
    ----------
    index_texts
        LaTeX of each index. Two that stand next to each other are parted unless both are single letters or figures.

    Examples
    --------
    >>> symbol_latex(Quantity("EF", r"EF_{<i><j>}", ""), ["i", "j"])
    'EF_{ij}'
    >>> symbol_latex(Quantity("EF", r"EF_{<i><j>}", ""), ["i", r"\mathrm{NF}"])
    'EF_{i\\,\\mathrm{NF}}'
    """
    return filled(quantity.symbol, index_texts)


def filled(symbol: str, index_texts: Sequence[str]) -> str:
    """Fill the places of a symbol; an index without a place is put below it."""
    texts, found, pieces, beside = list(index_texts), 0, [], ""
    for piece in re.split(r"(<[^<>]*>)", symbol):
        if not re.fullmatch(r"<[^<>]*>", piece):
            pieces.append(piece)
            beside = "" if piece else beside
            continue
        text = texts[found] if found < len(texts) else ""
        found += 1
        pieces.append(rf"\,{text}" if beside and text and len(beside + text) > 2 else text)
        beside = text
    rest = r"\,".join(texts[found:])
    return f"{{{''.join(pieces)}}}_{{{rest}}}" if rest else "".join(pieces)


def letter_latex(letter: str) -> str:
    r"""Return an index letter: ``i``, ``\beta``, ``i_{1}``, ``\mathrm{start}``."""
    if letter in _GREEK:
        return rf"\{letter}"
    numbered = re.fullmatch(r"([A-Za-z])(\d+)", letter)
    if numbered:
        return f"{numbered[1]}_{{{numbered[2]}}}"
    return letter if len(letter) == 1 else word_latex(letter)


def word_latex(word: str) -> str:
    r"""Return a label or name upright: a number as it is, letters in ``\mathrm``, anything else in ``\text``."""
    if re.fullmatch(r"[0-9]+", word):
        return word
    return rf"\mathrm{{{word}}}" if re.fullmatch(r"[A-Za-z0-9]+", word) else rf"\text{{{escaped(word)}}}"


def escaped(text: str) -> str:
    r"""Return plain text as it stands inside ``\text``."""
    return re.sub(r"[\\{}~^_%&#$]", lambda match: _SPECIAL.get(match[0], "\\" + match[0]), text)


def unit_latex(text: str) -> str:
    """Return a unit upright; powers are kept as powers."""
    text = re.sub(r"[_%&#$]", r"\\\g<0>", " ".join(text.split())).replace("*", r"\cdot ").replace(" ", r"\ ")
    text = re.sub(r"\^\(?([-+]?\d+)\)?", r"^{\1}", text)
    return rf"\mathrm{{{re.sub('(?<=[A-Za-z])-(?=[A-Za-z])', _HYPHEN, text)}}}"
