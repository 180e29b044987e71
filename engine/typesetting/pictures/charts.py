"""Charts over years: bars side by side, bars that are made up of parts, and two courses with what lies between them (SVG).

Every second series is hatched as well, and in documents each chart stands beside the table that holds its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.output.markup import Html, tag
from engine.typesetting.pictures.frame import Frame
from engine.typesetting.pictures.head import Key, hatching
from engine.typesetting.pictures.shapes import INK, PALE_SKY, WHITE, bar, hint, label, shape, stroke
from engine.typesetting.pictures.svg_text import width

_SIZE = 11.5


@dataclass(frozen=True, slots=True)
class Series:
    """A name with one value for each year, and its colour."""

    name: str
    values: tuple[float, ...]
    colour: str
    unit: str = ""

    @property
    def total(self) -> float:
        """The sum of its numbers."""
        return math.fsum(v for v in self.values if not math.isnan(v))


def in_words(title: str, years: Sequence[str], series: Sequence[Series]) -> str:
    """Return what a chart by year shows, for those who do not see it."""
    said = (f"{s.name} " + ", ".join(f"{year} {_amount(v)}" for year, v in zip(years, s.values, strict=True)) for s in series)
    return f"{title}: {'; '.join(said)}"


def _amount(value: float) -> str:
    return "no number" if math.isnan(value) else f"{value:,.0f}"


def bars(title: str, unit: str, years: Sequence[str], series: Sequence[Series], about: str = "") -> Html:
    """Return bars side by side for each year; where a series has no number (NaN) there is no bar, which is not one of nothing."""
    frame = Frame.over([v for s in series for v in s.values], title, about, unit, _keys(series))
    wide = min(70.0, frame.step(len(years)) * 0.8 / max(1, len(series)))
    body: list[Html] = []
    for at, year in enumerate(years):
        for which, one in enumerate(series):
            if math.isnan(value := one.values[at]):
                continue
            x = frame.middle(at, len(years)) + (which - len(series) / 2) * wide
            base, top = frame.up.at(0), frame.up.at(value)
            said = hint(f"{one.name}, {year}: {value:,.1f} {one.unit or unit}")
            box = x + 2, min(base, top), wide - 4, abs(top - base)
            body += _bar(box, said, one, which)
            shown = frame.up.short(value)
            if width(shown, _SIZE) <= wide + 2:
                body.append(_above(shown, x + wide / 2, base, top, value))
    return frame.drawn(body, names=years)


def stacked(title: str, unit: str, years: Sequence[str], series: Sequence[Series], about: str = "") -> Html:
    """Return one bar for each year, made up of parts; negative parts hang below zero, a part without a number (NaN) is left out."""
    ups = [sum(max(0.0, s.values[at]) for s in series if not math.isnan(s.values[at])) for at in range(len(years))]
    downs = [sum(min(0.0, s.values[at]) for s in series if not math.isnan(s.values[at])) for at in range(len(years))]
    frame = Frame.over([*ups, *downs], title, about, unit, _keys(series))
    wide = min(110.0, frame.step(len(years)) * 0.6)
    body: list[Html] = []
    for at, year in enumerate(years):
        middle, above, below = frame.middle(at, len(years)), 0.0, 0.0
        for which, one in enumerate(series):
            if math.isnan(value := one.values[at]):
                continue
            start = above if value >= 0 else below
            first, last = frame.up.at(start), frame.up.at(start + value)
            said = hint(f"{one.name}, {year}: {value:,.1f} {unit}")
            body += _bar((middle - wide / 2, min(first, last), wide, abs(last - first)), said, one, which)
            above, below = (above + value, below) if value >= 0 else (above, below + value)
        shown = frame.up.short(above + below)
        if width(shown, _SIZE) <= frame.step(len(years)) - 2 and not any(math.isnan(one.values[at]) for one in series):
            body.append(_above(shown, middle, frame.up.at(0), frame.up.at(above), 0.0))
    return frame.drawn(body, names=years)


def against(title: str, unit: str, years: Sequence[str], pair: tuple[Series, Series], between: str, about: str = "") -> Html:
    """Return two courses over the years, their ends labelled, with what lies between them shaded.

    Parameters
    ----------
    between
        What lies between them.
    """
    keys = [Key(pair[0].name, pair[0].colour, "line"), Key(pair[1].name, pair[1].colour, "dashed"), Key(between, PALE_SKY)]
    frame = Frame.over([v for s in pair for v in s.values], title, about, unit, keys)
    places = [[(frame.middle(at, len(years)), frame.up.at(v)) for at, v in enumerate(s.values)] for s in pair]
    outline = " ".join(f"{x:.2f},{y:.2f}" for x, y in [*places[0], *reversed(places[1])])
    body: list[Html] = [shape("polygon", points=outline, fill=PALE_SKY)]
    for one, course, dash in zip(pair, places, (None, "7 4"), strict=True):
        body.append(stroke("M" + " ".join(f"{x:.2f},{y:.2f}" for x, y in course), one.colour, stroke_width=2.6, stroke_dasharray=dash))
        for (x, y), value, year in zip(course, one.values, years, strict=True):
            body.append(shape("circle", hint(f"{one.name}, {year}: {value:,.1f} {one.unit or unit}"), cx=x, cy=y, r=3.6, fill=one.colour))
    body += _ends(frame, pair, places)
    return frame.drawn(body, names=years)


def _ends(frame: Frame, pair: tuple[Series, Series], places: list[list[tuple[float, float]]]) -> list[Html]:
    """Return the amounts at the first and the last year: over the upper course, under the lower one."""
    found = []
    for at in dict.fromkeys((0, len(places[0]) - 1)):
        upper = 0 if places[0][at][1] <= places[1][at][1] else 1
        for which, one in enumerate(pair):
            x, y = places[which][at]
            text = frame.up.short(one.values[at])
            found.append(label(text, (x, y - 9 if which == upper else y + 18), _SIZE, text_anchor="middle", fill=INK, font_weight="bold"))
    return found


def _keys(series: Sequence[Series]) -> list[Key]:
    return [Key(one.name, one.colour, "hatched" if at % 2 else "bar") for at, one in enumerate(series)]


def _bar(box: tuple[float, float, float, float], said: Html, one: Series, which: int) -> list[Html]:
    drawn = bar(*box, said, fill=one.colour)
    return [drawn, tag("g", {"pointer-events": "none"}, hatching(*box))] if which % 2 else [drawn]


def _above(text: str, x: float, base: float, top: float, value: float) -> Html:
    """Return the number of a bar: over it, or under one that hangs below zero."""
    y = min(base, top) - 5 if value >= 0 else max(base, top) + 13
    return label(text, (x, y), _SIZE, text_anchor="middle", fill=INK, stroke=WHITE, stroke_width=3, paint_order="stroke")
