"""Charts of a run as SVG: bars by year, bars that are made up of parts, and the way from one amount to another.

Every second series is hatched as well, and each chart stands beside the table that holds its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.output.markup import Html, tag
from engine.typesetting.pictures.shapes import (
    BLUE,
    GREEN,
    INK,
    RULE,
    SOFT,
    VERMILION,
    WHITE,
    bar,
    hint,
    label,
    picture,
    round_step,
    shape,
    stroke,
)
from engine.typesetting.pictures.svg_text import cut, width

_WIDE, _HIGH, _LEFT, _RIGHT, _BOTTOM, _LEGEND_ROW = 520, 310, 62, 8, 30, 18
#: Of a waterfall: room for the names, and the height of a line.
_NAMES, _STEP = 196, 34


@dataclass(frozen=True, slots=True)
class Series:
    """A name with one value for each year, and its colour."""

    name: str
    values: tuple[float, ...]
    colour: str
    unit: str = ""


def bars(title: str, unit: str, years: Sequence[str], series: Sequence[Series]) -> str:
    """Return bars side by side for each year."""
    axis = _Axis.over([v for s in series for v in s.values], unit, series)
    body: list[Html] = [*_legend(title, series), *axis.lines()]
    wide = min(70.0, _step_of(years) * 0.8 / max(1, len(series)))
    for at, year in enumerate(years):
        for which, one in enumerate(series):
            x = _middle_of(years, at) + (which - len(series) / 2) * wide
            value, base, top = one.values[at], axis.y(0), axis.y(one.values[at])
            said = hint(f"{one.name}, {year}: {value:,.1f} {one.unit or unit}")
            body.append(bar(x + 2, min(base, top), wide - 4, abs(top - base), said, fill=_fill(title, which, one)))
            shown = axis.short(value)
            if width(shown, 11) <= wide + 6:
                body.append(label(shown, (x + wide / 2, min(base, top) - 5), 11, text_anchor="middle", fill=INK))
    return picture((_WIDE, _HIGH), title, _hatches(title, series), body, _years(years))


def stacked(title: str, unit: str, years: Sequence[str], series: Sequence[Series]) -> str:
    """Return one bar for each year, made up of parts; negative parts hang below zero."""
    ups = [sum(max(0.0, s.values[at]) for s in series) for at in range(len(years))]
    downs = [sum(min(0.0, s.values[at]) for s in series) for at in range(len(years))]
    axis = _Axis.over([*ups, *downs], unit, series)
    body: list[Html] = [*_legend(title, series), *axis.lines()]
    wide = min(110.0, _step_of(years) * 0.6)
    for at, year in enumerate(years):
        middle, above, below = _middle_of(years, at), 0.0, 0.0
        for which, one in enumerate(series):
            value = one.values[at]
            start = above if value >= 0 else below
            first, last = axis.y(start), axis.y(start + value)
            said = hint(f"{one.name}, {year}: {value:,.1f} {unit}")
            body.append(bar(middle - wide / 2, min(first, last), wide, abs(last - first), said, fill=_fill(title, which, one)))
            above, below = (above + value, below) if value >= 0 else (above, below + value)
        shown = axis.short(above + below)
        if width(shown, 11) <= _step_of(years):
            body.append(label(shown, (middle, axis.y(above) - 5), 11, text_anchor="middle", fill=INK))
    return picture((_WIDE, _HIGH), title, _hatches(title, series), body, _years(years))


def _step_of(years: Sequence[str]) -> float:
    return (_WIDE - _LEFT - _RIGHT) / max(1, len(years))


def _middle_of(years: Sequence[str], at: int) -> float:
    return _LEFT + _step_of(years) * (at + 0.5)


def _years(years: Sequence[str]) -> list[Html]:
    """Return the names under the upright axis; of many, every second or third, so that none lies over another."""
    apart = max(1, math.ceil(max((width(year, 12) + 6 for year in years), default=0) / _step_of(years)))
    return [
        label(year, (_middle_of(years, at), _HIGH - 10), 12, text_anchor="middle", fill=INK)
        for at, year in enumerate(years)
        if at % apart == 0
    ]


def waterfall(title: str, unit: str, steps: Sequence[tuple[str, float, bool]]) -> str:
    """Return the way from one total to another, line by line.

    Parameters
    ----------
    steps
        Name, value, and whether it is a total (else a change).
    """
    levels: list[tuple[float, float]] = []
    for _, value, total in steps:
        before = levels[-1][1] if levels and not total else 0.0
        levels.append((before, value if total else before + value))
    least, most = min(0.0, *(min(pair) for pair in levels)), max(0.0, *(max(pair) for pair in levels)) or 1.0

    def x(value: float) -> float:
        return _NAMES + (value - least) / (most - least) * (_WIDE - _NAMES - 90)

    body = [label(title, (0, 16), 14, font_weight="bold", fill=INK), label(unit, (0, 34), 11, fill=SOFT)]
    for at, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        body += _step(step, 50 + at * _STEP, x(start), x(end), unit)
        if at + 1 < len(steps):
            body.append(stroke(f"M{x(end):.1f},{50 + at * _STEP + _STEP - 12} v12", SOFT, stroke_width=1))
    return picture((_WIDE, 54 + len(steps) * _STEP), title, body)


def _step(step: tuple[str, float, bool], y: float, start: float, end: float, unit: str) -> list[Html]:
    """Draw one line of a waterfall."""
    name, value, total = step
    colour = BLUE if total else GREEN if value >= 0 else VERMILION
    left, right = sorted((start, end))
    shown = f"{value:,.0f}" if total else f"{value:+,.0f}".replace("-", "−")
    weight = "bold" if total else "normal"
    return [
        bar(left, y, max(1.0, right - left), _STEP - 12, hint(f"{name}: {value:,.1f} {unit}"), fill=colour),
        label(cut(name, 12, _NAMES - 14), (_NAMES - 8, y + 15), 12, text_anchor="end", fill=INK, font_weight=weight),
        label(shown, (right + 6, y + 15), 12, fill=INK, font_weight=weight),
    ]


@dataclass(frozen=True, slots=True)
class _Axis:
    """The upright axis: its limits, the step of its lines, and the power of a thousand in which it counts."""

    least: float
    most: float
    step: float
    unit: str
    top: float

    @classmethod
    def over(cls, values: Sequence[float], unit: str, series: Sequence[Series]) -> _Axis:
        least, most = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
        step = round_step(((most - least) or 1.0) / 5)
        rows = max((row for _, row in _legend_places(series)), default=0)
        top = 66.0 + _LEGEND_ROW * rows
        return cls(math.floor(least / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step or step, step, unit, top)

    @property
    def factor(self) -> tuple[float, str]:
        largest = max(abs(self.least), abs(self.most))
        if largest >= 2e6:
            return 1e6, "million "
        return (1e3, "thousand ") if largest >= 2e4 else (1.0, "")

    def short(self, value: float) -> str:
        factor, _ = self.factor
        digits = 2 if factor == 1e6 else 0 if abs(value / factor) >= 100 else 1
        return f"{value / factor:,.{digits}f}".replace("-", "−")

    def y(self, value: float) -> float:
        return self.top + (self.most - value) / (self.most - self.least) * (_HIGH - self.top - _BOTTOM)

    def lines(self) -> list[Html]:
        factor, word = self.factor
        found = [label(f"{word}{self.unit}", (0, self.top - 10), 11, fill=SOFT)]
        count = round((self.most - self.least) / self.step)
        digits = max(0, -math.floor(math.log10(self.step / factor))) if self.step / factor < 1 else 0
        digits += 1 if self.step / factor < 10 and (self.step / factor) % 1 else 0
        for at in range(count + 1):
            value = self.least + at * self.step
            y, shown = self.y(value), f"{value / factor:,.{min(digits, 6)}f}".replace("-", "−")
            found.append(stroke(f"M{_LEFT},{y:.1f} H{_WIDE - _RIGHT}", INK if abs(value) < self.step / 2 else RULE))
            found.append(label(shown, (_LEFT - 8, y + 4), 11, text_anchor="end", fill=SOFT))
        return found


def _slug(title: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())


def _hatches(title: str, series: Sequence[Series]) -> Html:
    """Return a hatching for every second series."""
    about = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return tag("defs", None, [
        shape("pattern", bar(0, 0, 7, 7, fill=one.colour), stroke("M0,0 V7", WHITE, stroke_width=2.4, stroke_opacity=0.55),
              id=f"{_slug(title)}-{at}", width=7, height=7, **about)
        for at, one in enumerate(series) if at % 2
    ])  # fmt: skip


def _fill(title: str, at: int, one: Series) -> str:
    return f"url(#{_slug(title)}-{at})" if at % 2 else one.colour


def _legend(title: str, series: Sequence[Series]) -> list[Html]:
    found: list[Html] = [label(cut(title, 14, _WIDE), (0, 16), 14, font_weight="bold", fill=INK)]
    for at, (one, (x, row)) in enumerate(zip(series, _legend_places(series), strict=True)):
        y = 27 + row * _LEGEND_ROW
        found.append(bar(x, y, 13, 13, fill=_fill(title, at, one)))
        found.append(label(cut(one.name, 12, _WIDE - 30), (x + 18, y + 11), 12, fill=INK))
    return found


def _legend_places(series: Sequence[Series]) -> list[tuple[float, int]]:
    """Return where each name stands: from left to right, in as many rows as are needed."""
    x, row, found = 0.0, 0, []
    for one in series:
        wide = 34 + width(one.name, 12)
        if x and x + wide > _WIDE:
            x, row = 0.0, row + 1
        found.append((x, row))
        x += wide
    return found
