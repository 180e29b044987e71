"""Charts of a run as SVG: bars by year, bars that are made up of parts, and the way from the reference level to the credits.

Colours remain apart for colour-blind readers (Okabe and Ito), every second series is hatched as well, and each chart stands
beside the table that holds its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.output.markup import Html, tag
from engine.typesetting.pictures.svg_text import cut, label, picture, width

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#707070")
_INK, _SOFT, _RULE = "#1b2733", "#4d5b67", "#d3dbe1"
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
    step = (_WIDE - _LEFT - _RIGHT) / max(1, len(years))
    wide = min(70.0, step * 0.8 / max(1, len(series)))
    for at, year in enumerate(years):
        middle = _LEFT + step * (at + 0.5)
        for which, one in enumerate(series):
            x = middle + (which - len(series) / 2) * wide
            body.append(
                _bar(
                    title,
                    which,
                    one,
                    (x + 2, wide - 4),
                    axis.y(0),
                    axis.y(one.values[at]),
                    f"{one.name}, {year}: {one.values[at]:,.1f} {one.unit or unit}",
                )
            )
            shown = axis.short(one.values[at])
            if width(shown, 11) <= wide + 6:
                top = min(axis.y(0), axis.y(one.values[at]))
                body.append(label(shown, (x + wide / 2, top - 5), 11, text_anchor="middle", fill=_INK))
    return picture((_WIDE, _HIGH), title, _hatches(title, series), body, _years(years))


def stacked(title: str, unit: str, years: Sequence[str], series: Sequence[Series]) -> str:
    """Return one bar for each year, made up of parts; negative parts hang below zero."""
    ups = [sum(max(0.0, s.values[at]) for s in series) for at in range(len(years))]
    downs = [sum(min(0.0, s.values[at]) for s in series) for at in range(len(years))]
    axis = _Axis.over([*ups, *downs], unit, series)
    body: list[Html] = [*_legend(title, series), *axis.lines()]
    step = (_WIDE - _LEFT - _RIGHT) / max(1, len(years))
    wide = min(110.0, step * 0.6)
    for at, year in enumerate(years):
        middle, above, below = _LEFT + step * (at + 0.5), 0.0, 0.0
        for which, one in enumerate(series):
            value = one.values[at]
            start = above if value >= 0 else below
            body.append(
                _bar(
                    title,
                    which,
                    one,
                    (middle - wide / 2, wide),
                    axis.y(start),
                    axis.y(start + value),
                    f"{one.name}, {year}: {value:,.1f} {unit}",
                )
            )
            above, below = (above + value, below) if value >= 0 else (above, below + value)
        shown = axis.short(above + below)
        if width(shown, 11) <= step:
            body.append(label(shown, (middle, axis.y(above) - 5), 11, text_anchor="middle", fill=_INK))
    return picture((_WIDE, _HIGH), title, _hatches(title, series), body, _years(years))


def _years(years: Sequence[str]) -> list[Html]:
    """Return the names under the upright axis; of many, every second or third, so that none lies over another."""
    step = (_WIDE - _LEFT - _RIGHT) / max(1, len(years))
    apart = max(1, math.ceil(max((width(year, 12) + 6 for year in years), default=0) / step))
    return [
        label(year, (_LEFT + step * (at + 0.5), _HIGH - 10), 12, text_anchor="middle", fill=_INK)
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

    body: list[Html] = [
        label(title, (0, 16), 14, font_weight="bold", fill=_INK),
        label(unit, (0, 34), 11, fill=_SOFT),
    ]
    for at, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        body += _step(step, 50 + at * _STEP, x(start), x(end), unit, last=at + 1 == len(steps))
    return picture((_WIDE, 54 + len(steps) * _STEP), title, body)


def _step(step: tuple[str, float, bool], y: float, start: float, end: float, unit: str, *, last: bool) -> list[Html]:
    """Draw one line of a waterfall and the stroke that leads to the next."""
    name, value, total = step
    colour = "#0072B2" if total else "#009E73" if value >= 0 else "#D55E00"
    left, right = sorted((start, end))
    frame = {"x": f"{left:.1f}", "y": f"{y:g}", "width": f"{max(1.0, right - left):.1f}", "height": f"{_STEP - 12}", "fill": colour}
    shown = f"{value:,.0f}" if total else f"{value:+,.0f}".replace("-", "−")
    weight = "bold" if total else "normal"
    found = [
        tag("rect", frame, tag("title", None, f"{name}: {value:,.1f} {unit}")),
        label(cut(name, 12, _NAMES - 14), (_NAMES - 8, y + 15), 12, text_anchor="end", fill=_INK, font_weight=weight),
        label(shown, (right + 6, y + 15), 12, fill=_INK, font_weight=weight),
    ]
    if not last:
        found.append(tag("path", {"d": f"M{end:.1f},{y + _STEP - 12:g} v12", "stroke": _SOFT, "stroke-width": "1", "fill": "none"}))
    return found


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
        span = (most - least) or 1.0
        raw = span / 5
        rows = max((row for _, row in _legend_places(series)), default=0)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw * 0.999)
        return cls(
            math.floor(least / step + 1e-9) * step,
            math.ceil(most / step - 1e-9) * step or step,
            step,
            unit,
            66.0 + _LEGEND_ROW * rows,
        )

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
        found = [label(f"{word}{self.unit}", (0, self.top - 10), 11, fill=_SOFT)]
        count = round((self.most - self.least) / self.step)
        digits = max(0, -math.floor(math.log10(self.step / factor))) if self.step / factor < 1 else 0
        digits += 1 if self.step / factor < 10 and (self.step / factor) % 1 else 0
        for at in range(count + 1):
            value = self.least + at * self.step
            y = self.y(value)
            found.append(
                tag(
                    "path",
                    {
                        "d": f"M{_LEFT},{y:.1f} H{_WIDE - _RIGHT}",
                        "stroke": _INK if abs(value) < self.step / 2 else _RULE,
                        "fill": "none",
                    },
                )
            )
            found.append(
                label(
                    f"{value / factor:,.{min(digits, 6)}f}".replace("-", "−"), (_LEFT - 8, y + 4), 11, text_anchor="end", fill=_SOFT
                )
            )
        return found


def _slug(title: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())


def _hatches(title: str, series: Sequence[Series]) -> Html:
    """Return a hatching for every second series."""
    return tag(
        "defs",
        None,
        [
            tag(
                "pattern",
                {
                    "id": f"{_slug(title)}-{at}",
                    "width": "7",
                    "height": "7",
                    "patternUnits": "userSpaceOnUse",
                    "patternTransform": "rotate(45)",
                },
                tag("rect", {"width": "7", "height": "7", "fill": one.colour}),
                tag("path", {"d": "M0,0 V7", "stroke": "#ffffff", "stroke-width": "2.4", "stroke-opacity": "0.55"}),
            )
            for at, one in enumerate(series)
            if at % 2
        ],
    )


def _fill(title: str, at: int, one: Series) -> str:
    return f"url(#{_slug(title)}-{at})" if at % 2 else one.colour


def _bar(title: str, at: int, one: Series, across: tuple[float, float], y1: float, y2: float, words: str) -> Html:
    x, wide = across
    return tag(
        "rect",
        {
            "x": f"{x:.1f}",
            "y": f"{min(y1, y2):.1f}",
            "width": f"{wide:.1f}",
            "height": f"{abs(y2 - y1):.1f}",
            "fill": _fill(title, at, one),
        },
        tag("title", None, words),
    )


def _legend(title: str, series: Sequence[Series]) -> list[Html]:
    found: list[Html] = [label(cut(title, 14, _WIDE), (0, 16), 14, font_weight="bold", fill=_INK)]
    for at, (one, (x, row)) in enumerate(zip(series, _legend_places(series), strict=True)):
        y = 27 + row * _LEGEND_ROW
        found += [
            tag("rect", {"x": f"{x:.1f}", "y": f"{y:g}", "width": "13", "height": "13", "fill": _fill(title, at, one)}),
            label(cut(one.name, 12, _WIDE - 30), (x + 18, y + 11), 12, fill=_INK),
        ]
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
