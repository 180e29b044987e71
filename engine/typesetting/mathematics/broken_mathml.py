"""Mathematics that may be broken over lines where it is narrow: before operators, in a cell between words and factors too."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from engine.output.markup import Html, tag
from engine.typesetting.mathematics.from_latex import mathematics
from engine.typesetting.mathematics.mathml import inline_mathml, pieces, row_mathml
from engine.typesetting.mathematics.tree import Gap, Identifier, Mathematics, Row, Words


@lru_cache(maxsize=4096)
def broken_mathml(latex: str) -> Html:
    """Return a formula in pieces: each goes to the next line as a whole, and is broken in its brackets only where a line is too short for it."""
    shown = []
    for at, piece in enumerate(pieces(mathematics(latex))):
        inner = [_piece(part, at + deep > 0, displaystyle="true") for deep, part in enumerate(pieces(piece, everywhere=True))]
        shown.append(inner[0] if len(inner) == 1 else tag("span", {"class": "piece"}, Html(" ".join(inner))))
    return Html(" ".join(shown))


@lru_cache(maxsize=8192)
def narrow_mathml(latex: str) -> Html:
    """Return mathematics within a cell: broken before any operator, at gaps, and between words."""
    parts = [part for piece in pieces(mathematics(latex), everywhere=True) for part in _at_gaps(piece)]
    if len(parts) == 1:
        return inline_mathml(latex)
    return Html(" ".join(_piece(part, at > 0) for at, part in enumerate(parts)))


def _piece(part: Row, follows: bool, **attributes: str) -> Html:
    """Return one piece; a sign at the start of one that follows stands between two things, and the space before it is that of the line."""
    made = tag("math", attributes, row_mathml(part))
    return Html(made.replace("<mo>", '<mo form="infix" lspace="0" rspace="0.24em">', 1)) if follows else made


def _at_gaps(piece: Row) -> list[Row]:
    found: list[list[Mathematics]] = [[]]
    for item in piece.items:
        if isinstance(item, Gap):
            found.append([])
        elif isinstance(item, Words | Identifier) and len(words := item.text.split()) > 1:
            found[-1].append(replace(item, text=words[0]))
            found += [[replace(item, text=word)] for word in words[1:]]
        else:
            found[-1].append(item)
    return [Row(tuple(items)) for items in found if items] or [piece]
