"""The head of a picture: its title, what it is about, and a legend in as many rows as are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.output.markup import Html
from engine.typesetting.pictures.shapes import INK, SOFT, WHITE, bar, label, shape, stroke
from engine.typesetting.pictures.svg_text import cut, width, wrapped

_TITLE, _ABOUT, _NAME = 15.0, 12.0, 12.0
_LINE, _ROW = 19.0, 19.0


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a legend: a name with its colour; ``look`` is ``bar``, ``hatched``, ``line``, ``dashed`` or ``dot``."""

    name: str
    colour: str
    look: str = "bar"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a picture; it ends at ``height``."""

    drawn: tuple[Html, ...]
    height: float


def head(title: str, about: str, keys: Sequence[Key], left: float, wide: float) -> Head:
    """Return the head of a picture.

    Parameters
    ----------
    about
        Project, methodology, unit: whatever a reader needs who has only the picture.
    left, wide
        Where it starts, and how wide it may be.
    """
    found: list[Html] = []
    y = 6.0
    for line in wrapped(title, _TITLE, wide, 2):
        y += _LINE
        found.append(label(line, (left, y - 4), _TITLE, font_weight="bold", fill=INK))
    for line in wrapped(about, _ABOUT, wide, 2) if about else ():
        y += _LINE - 3
        found.append(label(line, (left, y - 3), _ABOUT, fill=SOFT))
    places = list(_places(keys, wide))
    for key, (x, row) in zip(keys, places, strict=True):
        found += _drawn(key, left + x, y + 5 + row * _ROW, wide)
    rows = max((row for _, row in places), default=-1) + 1
    return Head(tuple(found), y + rows * _ROW + (8 if rows else 2))


def _places(keys: Sequence[Key], wide: float) -> Iterator[tuple[float, int]]:
    """Yield where each name stands: from left to right, in as many rows as are needed."""
    x, row = 0.0, 0
    for key in keys:
        room = 38 + width(key.name, _NAME)
        if x and x + room > wide:
            x, row = 0.0, row + 1
        yield x, row
        x += room


def _drawn(key: Key, x: float, y: float, wide: float) -> list[Html]:
    match key.look:
        case "line" | "dashed":
            mark = [stroke(f"M{x:g},{y + 7:g} h16", key.colour, stroke_width=2.4, stroke_dasharray="5 3" if key.look == "dashed" else None)]
        case "dot":
            mark = [shape("circle", cx=x + 8, cy=y + 7, r=4, fill=key.colour)]
        case "hatched":
            mark = [bar(x, y, 14, 14, fill=key.colour), *hatching(x, y, 14, 14)]
        case _:
            mark = [bar(x, y, 14, 14, fill=key.colour)]
    return [*mark, label(cut(key.name, _NAME, wide - 30), (x + 20, y + 11.5), _NAME, fill=INK)]


def hatching(x: float, y: float, wide: float, high: float, apart: float = 6.0) -> list[Html]:
    """Return white strokes over a rectangle, so that it is told from others without its colour."""
    lines, at = [], apart
    while at < wide + high:
        x1, y1 = (x + at, y) if at <= wide else (x + wide, y + at - wide)
        x2, y2 = (x, y + at) if at <= high else (x + at - high, y + high)
        lines.append(f"M{x1:.1f},{y1:.1f} L{x2:.1f},{y2:.1f}")
        at += apart
    return [stroke(" ".join(lines), WHITE, stroke_width=1.8, stroke_opacity=0.6)] if lines else []
