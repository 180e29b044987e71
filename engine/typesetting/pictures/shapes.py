"""What every picture is drawn with: colours, lines of text, bars and strokes, and the round steps of an axis."""

from __future__ import annotations

import math
import re

from engine.output.markup import Child, Html, joined, tag
from engine.typesetting.fonts.bundled import FONT

#: Colours that remain apart for colour-blind readers. Source: M. Okabe, K. Ito, Color Universal Design (2008); the yellow of PALETTE
#: is darker than theirs, so that a bar of it is seen on white.
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, "#B8A800", "#707070")
#: Of texts: strong and soft. Of strokes: those that lead somewhere, and those of a grid.
INK, SOFT, STROKE, RULE = "#1b2733", "#4d5b67", "#48545d", "#d3dbe1"
#: The size of a picture, in its first tag.
_SIZE = re.compile(r'<svg[^>]* width="([0-9.]+)" height="([0-9.]+)"')
WHITE, STRIPE, GREY = "#ffffff", "#f6f8f9", "#9aa5ad"
#: Pale tones, to write on.
PALE_ORANGE, PALE_SKY, PALE_PURPLE, PALE_YELLOW = "#fbe3b5", "#d3ebf9", "#f0dbe7", "#fbf7cf"


def shape(name: str, *children: Child, **attributes: str | float | None) -> Html:
    """Return an element; ``_`` in the name of an attribute stands for ``-``, one at its end keeps it from being a word of Python.

    Examples
    --------
    >>> shape("rect", x=1.234, rx=5, stroke_width=None, class_="box")
    '<rect x="1.23" rx="5" class="box"></rect>'
    """
    return tag(name, {key.rstrip("_").replace("_", "-"): _written(value) for key, value in attributes.items()}, *children)


def _written(value: str | float | None) -> str | None:
    # No trailing zeros, and never in powers of ten: an axis may be long.
    return value if value is None or isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def bar(x: float, y: float, wide: float, high: float, *children: Child, **attributes: str | float | None) -> Html:
    """Return a rectangle from its upper left corner."""
    return shape("rect", *children, x=x, y=y, width=wide, height=high, **attributes)


def stroke(path: str, colour: str, **attributes: str | float | None) -> Html:
    """Return a line along a path."""
    return shape("path", d=path, fill="none", stroke=colour, **attributes)


def label(text: str, at: tuple[float, float], size: float, **attributes: str | float | None) -> Html:
    """Return a line of text at a point."""
    return shape("text", text, x=at[0], y=at[1], font_size=size, **attributes)


def hint(text: str) -> Html:
    """Return what a reader sees who rests the pointer on the element around it."""
    return tag("title", None, text)


def picture(size: tuple[float, float], title: str, *children: Child, **attributes: str | float | None) -> Html:
    """Return an SVG picture with a title for those who do not see it."""
    about = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size[0]:g} {size[1]:g}"}
    return shape(
        "svg", hint(title), joined(*children), **about, width=size[0], height=size[1], role="img", font_family=FONT, **attributes
    )


def size_of(drawn: str) -> tuple[float, float]:
    """Return width and height of a picture that :func:`picture` made."""
    found = _SIZE.search(drawn)
    assert found is not None, "a picture says its size"
    return float(found[1]), float(found[2])


def below(title: str, *pictures: Html) -> Html:
    """Return pictures one below the other as one; a single one stays what it is."""
    if len(pictures) == 1:
        return pictures[0]
    parts, wide, high = [], 0.0, 0.0
    for one in pictures:
        size = size_of(one)
        parts.append(Html(one.replace("<svg ", f'<svg y="{high:g}" ', 1)))
        wide, high = max(wide, size[0]), high + size[1]
    return picture((wide, high), title, *parts)


def round_step(rough: float) -> float:
    """Return the step of an axis: 1, 2, 2.5 or 5 times a power of ten, at least about so large.

    Examples
    --------
    >>> round_step(0.3), round_step(21.0)
    (0.5, 25.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * 0.999)
