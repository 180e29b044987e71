"""A picture of how a difference comes about: from the result before, edit by edit, to the result after (SVG)."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from html import escape

from engine.comparison.effect import Contribution, Effect
from engine.typesetting.fonts.bundled import FONT
from engine.typesetting.fonts.glyph_check import picture_file

#: Colours that remain apart for colour-blind readers (Okabe and Ito); signs are written as well.
_UP, _DOWN, _TOTAL = "#009E73", "#D55E00", "#56B4E9"
_LABELS, _BARS, _NUMBERS, _EDGE = 330, 460, 150, 24
_ROW, _BAR, _TOP, _LINE = 46, 24, 92, 15
_LETTERS = 46
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
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'font-family="{FONT}" font-size="13"><title>{escape(title)}</title>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_EDGE}" y="32" font-size="17" font-weight="bold">{escape(_cut(title, 92))}</text>',
        f'<text x="{_EDGE}" y="54" fill="#444">{escape(f"{effect.result} in {effect.unit}; {how}")}</text>',
        *_axis(scale, len(rows)),
    ]
    for at, row in enumerate(rows):
        out += row.drawn(scale, _TOP + at * _ROW, last=at == len(rows) - 1)
    if scale.cut:
        out.append(
            f'<text x="{_EDGE + _LABELS}" y="{height - 14}" font-size="11" fill="#666">The axis does not begin at zero.</text>'
        )
    return picture_file("\n".join([*out, "</svg>"]) + "\n")


class _Row:
    """One bar: a total, or a contribution between two heights."""

    def __init__(self, label: str, note: str, start: float, end: float, shown: str, colour: str, *, total: bool) -> None:
        self.label, self.note, self.start, self.end = label, note, start, end
        self.shown, self.colour, self.total = shown, colour, total

    def drawn(self, scale: _Scale, y: float, *, last: bool) -> list[str]:
        """Return the elements of the row."""
        left, right = sorted((scale.x(self.start), scale.x(self.end)))
        middle, weight = y + _ROW / 2, ' font-weight="bold"' if self.total else ""
        lines = self.lines()
        first = middle - _LINE * (len(lines) - 1) / 2 + 4
        out = ["<g>", f"<title>{escape(f'{self.label}: {self.shown}')}</title>"]
        for at, (text, colour) in enumerate(lines):
            out.append(
                f'<text x="{_EDGE}" y="{first + at * _LINE:.1f}" fill="{colour}"{weight if not at else ""}>{escape(text)}</text>'
            )
        out.append(
            f'<rect x="{left:.2f}" y="{middle - _BAR / 2:.1f}" width="{max(1.5, right - left):.2f}" height="{_BAR}" '
            f'fill="{self.colour}" stroke="#222" stroke-width="0.6"/>'
        )
        if not last:
            x = scale.x(self.end)
            out.append(
                f'<line x1="{x:.2f}" y1="{middle + _BAR / 2:.1f}" x2="{x:.2f}" y2="{middle + _ROW - _BAR / 2:.1f}" '
                'stroke="#555" stroke-dasharray="3 3"/>'
            )
        out.append(f'<text x="{_WIDTH - _EDGE}" y="{middle + 4:.1f}" text-anchor="end"{weight}>{escape(self.shown)}</text>')
        return [*out, "</g>"]

    def lines(self) -> list[tuple[str, str]]:
        label = textwrap.wrap(self.label, _LETTERS)[: 1 if self.note else 2] or [""]
        if len(textwrap.wrap(self.label, _LETTERS)) > len(label):
            label[-1] = _cut(label[-1] + " ...", _LETTERS)
        note = [(_cut(self.note, _LETTERS + 4), "#555")] if self.note else []
        return [(text, "#000") for text in label] + note


class _Scale:
    """From amounts to places on the page; begins at zero unless the bars would then not be seen."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = min(values), max(values)
        spread = high - low or abs(high) or 1.0
        self.cut = (low > 0 and spread < high / 2) or (high < 0 and spread < -low / 2)
        low, high = (low - spread / 8, high + spread / 8) if self.cut else (min(low, 0.0), max(high, 0.0))
        self.step = _round_step((high - low) / 4)
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
    rows = [_Row(names[0], "", scale.base, effect.before, f"{effect.before:,.1f}", _TOTAL, total=True)]
    for part, start, end in zip(parts, heights, heights[1:], strict=False):
        note = "; ".join(said[name] for kind, name in part.edits if kind == "equations" and name in said)
        colour = _UP if part.difference >= 0 else _DOWN
        rows.append(_Row(part.label, note, start, end, f"{part.difference:+,.1f}", colour, total=False))
    rows.append(_Row(names[1], "", scale.base, effect.after, f"{effect.after:,.1f}", _TOTAL, total=True))
    return rows


def _axis(scale: _Scale, rows: int) -> list[str]:
    out, bottom = [], _TOP + rows * _ROW
    for value in scale.ticks():
        x = scale.x(value)
        zero = abs(value) < scale.step / 1000
        out.append(f'<line x1="{x:.2f}" y1="{_TOP - 4}" x2="{x:.2f}" y2="{bottom}" stroke="{"#888" if zero else "#ddd"}"/>')
        out.append(
            f'<text x="{x:.2f}" y="{_TOP - 10}" text-anchor="middle" font-size="11" fill="#555">{0 if zero else value:,.4g}</text>'
            if abs(value) < 10_000
            else f'<text x="{x:.2f}" y="{_TOP - 10}" text-anchor="middle" font-size="11" fill="#555">{value:,.0f}</text>'
        )
    return out


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 4].rstrip() + " ..."
