"""A picture of how a difference comes about: from the result before, edit by edit, to the result after (SVG)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.comparison.effect import Contribution, Effect
from engine.output.markup import Html, tag
from engine.typesetting.pictures.shapes import (
    GREEN,
    INK,
    RULE,
    SKY,
    SOFT,
    VERMILION,
    bar,
    hint,
    label,
    picture_of_its_own,
    round_step,
    stroke,
)
from engine.typesetting.pictures.svg_text import cut, wrapped

_LABELS, _BARS, _NUMBERS, _EDGE = 330, 460, 150, 24
_ROW, _BAR, _TOP, _LINE = 46, 24, 92, 15
#: Room for a label beside the bars.
_ROOM = _LABELS - 18
_WIDTH = _EDGE * 2 + _LABELS + _BARS + _NUMBERS


def waterfall_svg(
    effect: Effect, title: str, said: Mapping[str, str] | None = None, *, names: tuple[str, str] = ("before", "after")
) -> str:
    """Return the attribution of a difference as a picture.

    Parameters
    ----------
    title
        What is compared.
    said
        Equation id -> what changed in it, shown under the name of the edit.
    names
        Names of the two sides.

    Returns
    -------
    str
        SVG; contributions without an order where there are such, in the stated order otherwise.
    """
    parts = effect.shapley or effect.in_order
    heights = [effect.before]
    for part in parts:
        heights.append(heights[-1] + part.difference)
    scale = _Scale([*heights, effect.after])
    rows = _rows(effect, parts, said or {}, names, scale, heights)
    height = _TOP + len(rows) * _ROW + 44
    how = "mean over all orders of the edits (Shapley)" if effect.shapley else "edits switched on in this order"
    body = [
        label(cut(title, 17, _WIDTH - 2 * _EDGE), (_EDGE, 32), 17, font_weight="bold", fill=INK),
        label(f"{effect.result} in {effect.unit}; {how}", (_EDGE, 54), 13, fill=SOFT),
        *_axis(scale, len(rows)),
    ]
    for at, row in enumerate(rows):
        body.append(row.drawn(scale, _TOP + at * _ROW, last=at == len(rows) - 1))
    if scale.cut:
        body.append(label("The axis does not begin at zero.", (_EDGE + _LABELS, height - 14), 11, fill=SOFT))
    return picture_of_its_own((_WIDTH, height), title, body)


@dataclass(frozen=True)
class _Row:
    """One bar: a total, or a contribution between two heights."""

    name: str
    note: str
    start: float
    end: float
    shown: str
    colour: str
    is_total: bool

    def drawn(self, scale: _Scale, y: float, *, last: bool) -> Html:
        """Return the row as one group."""
        left, right = sorted((scale.x(self.start), scale.x(self.end)))
        middle, weight = y + _ROW / 2, "bold" if self.is_total else None
        names = wrapped(self.name, 13, _ROOM, 1 if self.note else 2) or [""]
        lines = [*((name, INK, weight) for name in names), *([(cut(self.note, 13, _ROOM), SOFT, None)] if self.note else [])]
        first = middle - _LINE * (len(lines) - 1) / 2 + 4
        parts = [
            label(text, (_EDGE, first + at * _LINE), 13, fill=colour, font_weight=weight if not at else None)
            for at, (text, colour, weight) in enumerate(lines)
        ]
        parts.append(bar(left, middle - _BAR / 2, max(1.5, right - left), _BAR, fill=self.colour, stroke=INK, stroke_width=0.6))
        if not last:
            x = scale.x(self.end)
            parts.append(stroke(f"M{x:.2f},{middle + _BAR / 2:.1f} v{_ROW - _BAR}", SOFT, stroke_dasharray="3 3"))
        parts.append(label(self.shown, (_WIDTH - _EDGE, middle + 4), 13, text_anchor="end", fill=INK, font_weight=weight))
        return tag("g", None, hint(f"{self.name}: {self.shown}"), parts)


class _Scale:
    """From amounts to places on the page; begins at zero unless the bars would then not be seen."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = min(values), max(values)
        spread = high - low or abs(high) or 1.0
        self.cut = (low > 0 and spread < high / 2) or (high < 0 and spread < -low / 2)
        low, high = (low - spread / 8, high + spread / 8) if self.cut else (min(low, 0.0), max(high, 0.0))
        self.step = round_step((high - low) / 4)
        self.low = math.floor(low / self.step) * self.step
        self.high = math.ceil(high / self.step) * self.step
        if self.high == self.low:
            self.high = self.low + self.step

    def x(self, value: float) -> float:
        """Return the place of an amount."""
        return _EDGE + _LABELS + _BARS * (value - self.low) / (self.high - self.low)

    @property
    def base(self) -> float:
        """Where bars of totals begin."""
        return self.low if self.low > 0 else self.high if self.high < 0 else 0.0

    def ticks(self) -> list[float]:
        """Return the amounts at which lines are drawn."""
        count = round((self.high - self.low) / self.step)
        return [self.low + at * self.step for at in range(count + 1)]


def _rows(
    effect: Effect,
    parts: Sequence[Contribution],
    said: Mapping[str, str],
    names: tuple[str, str],
    scale: _Scale,
    heights: Sequence[float],
) -> list[_Row]:
    def total(name: str, value: float) -> _Row:
        return _Row(name=name, note="", start=scale.base, end=value, shown=f"{value:,.1f}", colour=SKY, is_total=True)

    rows = [total(names[0], effect.before)]
    for part, start, end in zip(parts, heights, heights[1:], strict=False):
        note = "; ".join(said[name] for kind, name in part.edits if kind == "equations" and name in said)
        colour, shown = GREEN if part.difference >= 0 else VERMILION, f"{part.difference:+,.1f}"
        rows.append(_Row(name=part.label, note=note, start=start, end=end, shown=shown, colour=colour, is_total=False))
    return [*rows, total(names[1], effect.after)]


def _axis(scale: _Scale, rows: int) -> list[Html]:
    found = []
    for value in scale.ticks():
        x, is_zero = scale.x(value), abs(value) < scale.step / 1000
        shown = f"{value:,.0f}" if abs(value) >= 10_000 else f"{0 if is_zero else value:,.4g}"
        found.append(stroke(f"M{x:.2f},{_TOP - 4} V{_TOP + rows * _ROW}", SOFT if is_zero else RULE))
        found.append(label(shown, (x, _TOP - 10), 11, text_anchor="middle", fill=SOFT))
    return found
