"""Text in pictures: how wide it is, how it is cut or wrapped to fit, and symbols with their indices."""

from __future__ import annotations

from engine.output.markup import Html
from engine.typesetting.mathematics.from_latex import mathematics
from engine.typesetting.mathematics.tree import (
    Accent,
    Fence,
    Gap,
    Identifier,
    Mathematics,
    Numeral,
    Row,
    Scripts,
    Sign,
    Tinted,
    Words,
)
from engine.typesetting.pictures.shapes import shape

#: Widths of the letters of FONT, in thousandths of the size; anything else counts as wide.
_WIDTHS = dict.fromkeys("abdeghnopqu0123456789_#$+<=>?^~", 556) | dict.fromkeys("csvxyzkJ", 500) | dict.fromkeys("ijl|'", 222)
_WIDTHS |= (
    dict.fromkeys(' ft.,:;/\\I!()[]-`"*r{}', 333)
    | dict.fromkeys("mM%", 860)
    | dict.fromkeys("wCDHNRUGOQ", 760)
    | {"W": 944, "@": 1015}
)
_WIDTHS |= dict.fromkeys("ABEKPSVXYFTLZ&", 667)
_SMALL = 0.72


def width(text: str, size: float) -> float:
    """Return about how wide a text is, rather too wide than too narrow."""
    return sum(_WIDTHS.get(character, 700) for character in text) * size / 1000 * 1.04


def cut(text: str, size: float, room: float) -> str:
    """Return a text that fits, ended by an ellipsis where it was cut.

    Examples
    --------
    >>> cut("Area", 10, 60)
    'Area'
    """
    if width(text, size) <= room:
        return text
    while text and width(text.rstrip() + "…", size) > room:
        text = text[:-1]
    return text.rstrip(" ,;:") + "…"


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Return a text in lines that fit, at most so many; the last one is cut."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = [words.pop(0)]
        while words and width(" ".join([*line, words[0]]), size) <= room:
            line.append(words.pop(0))
        if len(lines) == most - 1 and words:
            line += words
        lines.append(cut(" ".join(line), size, room))
    return lines


def symbol_runs(latex: str) -> tuple[tuple[str, int, bool], ...]:
    """Return a symbol as runs of text with their level (0 on the line, -1 below, 1 above) and whether they slant."""
    return tuple(_runs(mathematics(latex), 0))


def symbol_width(latex: str, size: float) -> float:
    """Return about how wide a symbol is."""
    return sum(width(text, size * (_SMALL if level else 1)) for text, level, _ in symbol_runs(latex)) + 2


def symbol_text(latex: str, size: float, at: tuple[float, float], **attributes: str | float | None) -> Html:
    """Return a symbol as an SVG text that starts at a point."""
    spans, before = [], 0
    for text, level, slanted in symbol_runs(latex):
        small, style = (f"{size * _SMALL:.1f}" if level else None), "italic" if slanted else None
        shift = (before - level) * size * 0.3
        spans.append(shape("tspan", text, dy=f"{shift:.1f}" if shift else None, font_size=small, font_style=style))
        before = level
    return shape("text", spans, x=at[0], y=at[1], font_size=size, **attributes)


def symbol_words(latex: str) -> str:
    """Return a symbol in one line of plain characters: ``ΔCS_ref y``."""
    parts, before = [], 0
    for text, level, _ in symbol_runs(latex):
        if level and level != before:
            parts.append("_" if level < 0 else "^")
        parts.append(text)
        before = level
    return "".join(parts).replace("\N{THIN SPACE}", " ").strip()


def _runs(node: Mathematics, level: int) -> list[tuple[str, int, bool]]:
    match node:
        case Identifier(text=text, style=style):
            return [(text, level, style != "upright")]
        case Numeral(text=text) | Words(text=text):
            return [(text, level, False)]
        case Sign(text=text):
            return [(text + (" " if len(text) > 1 else ""), level, False)]
        case Gap(width=wide):
            return [("\N{THIN SPACE}", level, False)] if wide > 0 else []
        case Row(items=items):
            return [run for item in items for run in _runs(item, level)]
        case Scripts(base=base, below=below, above=above):
            found = _runs(base, level)
            found += _runs(above, level + 1 if level < 1 else 1) if above is not None else []
            return found + (_runs(below, level - 1 if level > -1 else -1) if below is not None else [])
        case Fence(left=left, right=right, body=body):
            return [(left, level, False), *_runs(body, level), (right, level, False)]
        case Accent(base=inner) | Tinted(body=inner):
            return _runs(inner, level)
    return [("…", level, False)]
