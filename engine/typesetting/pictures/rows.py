"""A picture of rows: in each a name with its number, and under it bars along one axis that all rows share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.output.markup import Html, tag
from engine.typesetting.pictures.axis import Axis
from engine.typesetting.pictures.head import Key, hatching, head
from engine.typesetting.pictures.shapes import BLUE, GREEN, INK, RULE, SOFT, VERMILION, bar, hint, label, picture, stroke
from engine.typesetting.pictures.svg_text import cut, width, wrapped

WIDE, EDGE = 560.0, 16.0
_NAME, _NOTE, _BAR = 13.0, 11.5, 15.0
_LINE, _APART, _AXIS = 16.0, 11.0, 26.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from one amount, or from where the axis begins, to another; ``hatched`` tells it from others of its colour."""

    start: float | None
    end: float
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A line: its name, the number that is shown at its end, a remark, and its bars."""

    name: str
    shown: str
    bars: tuple[Bar, ...]
    note: str = ""
    strong: bool = False


def rows_picture(
    title: str, about: str, unit: str, rows: Sequence[PictureRow], keys: Sequence[Key] = (), *, cut_axis: bool = False, at: float | None = None
) -> Html:
    """Return the picture.

    Parameters
    ----------
    about
        What stands under the title, such as the project.
    cut_axis
        Whether the axis may begin elsewhere than at zero where differences would else not be seen; the picture then says so.
    at
        An amount that is marked in every row, such as the result of the run.
    """
    top = head(title, about, keys, EDGE, WIDE - 2 * EDGE)
    values = [end for row in rows for one in row.bars for end in (one.start, one.end) if end is not None]
    axis = Axis.over(values if at is None else [*values, at], (EDGE + 6, WIDE - EDGE - 6), steps=4, cut=cut_axis)
    y = top.height + _AXIS
    body: list[Html] = [*top.drawn, *_labels(axis, unit, y)]
    for row in rows:
        drawn, y = _row(row, axis, y, at)
        body.append(drawn)
    if axis.is_cut:
        body.append(label("The axis does not begin at zero.", (EDGE, y + 16), _NOTE, fill=SOFT))
        y += 18
    return picture((WIDE, round(y + 10)), title, body)


def _labels(axis: Axis, unit: str, y: float) -> Iterator[Html]:
    """Yield the numbers of the axis, and its unit above them."""
    for value, text in axis.ticks():
        x, half = axis.at(value), width(text, _NOTE) / 2
        x = min(max(x, half + 2), WIDE - half - 2)
        yield label(text, (x, y - 4), _NOTE, text_anchor="middle", fill=SOFT)
    yield label(axis.unit(unit), (EDGE, y - 19), _NOTE, fill=SOFT)


def _row(row: PictureRow, axis: Axis, y: float, at: float | None) -> tuple[Html, float]:
    weight = "bold" if row.strong else None
    room = WIDE - 2 * EDGE - width(row.shown, _NAME) * (1.08 if row.strong else 1.0) - 14
    names = wrapped(row.name, _NAME, room / (1.08 if row.strong else 1.0), 2) or [""]
    y += _APART
    parts: list[Html] = []
    for line, name in enumerate(names):
        y += _LINE
        parts.append(label(name, (EDGE, y - 4), _NAME, fill=INK, font_weight=weight))
        if not line:
            parts.append(label(row.shown, (WIDE - EDGE, y - 4), _NAME, text_anchor="end", fill=INK, font_weight=weight))
    if row.note:
        y += _LINE - 1
        parts.append(label(cut(row.note, _NOTE, WIDE - 2 * EDGE), (EDGE, y - 4), _NOTE, fill=SOFT))
    parts += [stroke(f"M{axis.at(value):.2f},{y:g} v{_BAR + 4:g}", RULE if value else SOFT) for value, _ in axis.ticks()]
    for one in row.bars:
        left, right = sorted((axis.at(axis.zero if one.start is None else one.start), axis.at(one.end)))
        box = left, y + 2, max(1.5, right - left), _BAR
        parts.append(bar(*box, fill=one.colour))
        parts += hatching(*box) if one.hatched else []
    if at is not None:
        parts.append(stroke(f"M{axis.at(at):.2f},{y:g} v{_BAR + 4:g}", INK, stroke_width=1.6))
    said = f"{row.name}: {row.shown}" + (f"; {row.note}" if row.note else "")
    return tag("g", None, hint(said), parts), y + _BAR + 4


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """A line of a way from one total to another: a total, or what is added to it or taken from it."""

    name: str
    value: float
    total: bool = False
    note: str = ""


def waterfall(title: str, about: str, unit: str, steps: Sequence[WaterfallStep], *, digits: int = 0, cut_axis: bool = False) -> Html:
    """Return the way from one total to another, line by line."""
    rows, level = [], 0.0
    for step in steps:
        start, end = (None, step.value) if step.total else (level, level + step.value)
        level = end
        colour = BLUE if step.total else GREEN if step.value >= 0 else VERMILION
        shown = f"{step.value:,.{digits}f}" if step.total else f"{step.value:+,.{digits}f}"
        one = Bar(start, end, colour, hatched=not step.total and step.value < 0)
        rows.append(PictureRow(step.name, shown.replace("-", "−"), (one,), step.note, step.total))
    keys = [Key("amount", BLUE), Key("adds", GREEN), Key("takes away", VERMILION, "hatched")]
    return rows_picture(title, about, unit, rows, keys, cut_axis=cut_axis)
