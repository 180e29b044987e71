"""A sensitivity analysis as a tornado plot, as SVG."""

from __future__ import annotations

from math import isfinite

from engine.output.terminal import number
from engine.simulate.sensitivity import Sensitivity
from engine.typesetting.pictures.shapes import BLUE, INK, VERMILION, bar, label, picture_of_its_own, stroke
from engine.typesetting.pictures.svg_text import cut

_MOST_BARS = 20
_WIDE, _LEFT, _ROW = 420, 240, 22


def tornado_svg(found: Sensitivity) -> str:
    """Return the tornado plot: one bar for each input, the longest first."""
    effects = found.effects[:_MOST_BARS]
    ends = [x for e in effects for x in (e.low, e.high) if isfinite(x)] + [found.value]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def across(value: float) -> float:
        return _LEFT + (value - low) / span * _WIDE

    title = f"{found.target} ({found.unit})"
    body = [label(title, (_LEFT, 24), 12, font_weight="bold", fill=INK)]
    for at, effect in enumerate(effects):
        y = 40 + at * _ROW
        body.append(label(cut(effect.name, 12, _LEFT - 16), (_LEFT - 8, y + 14), 12, text_anchor="end", fill=INK))
        for end, colour in ((effect.low, BLUE), (effect.high, VERMILION)):
            if isfinite(end):
                a, b = sorted((across(found.value), across(end)))
                body.append(bar(a, y + 2, max(b - a, 0.5), _ROW - 6, fill=colour))
    x, bottom = across(found.value), 40 + len(effects) * _ROW
    body += [
        stroke(f"M{x:.2f},36 V{bottom}", INK),
        label(number(found.value), (x, bottom + 16), 12, text_anchor="middle", fill=INK),
        label("input moved down", (_LEFT, bottom + 36), 12, fill=BLUE),
        label("input moved up", (_LEFT + 140, bottom + 36), 12, fill=VERMILION),
    ]
    return picture_of_its_own((_LEFT + _WIDE + 120, bottom + 50), title, body)
