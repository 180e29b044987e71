"""A simulation as a picture: the histogram of the result and the convergence of its interval, as SVG."""

from __future__ import annotations

from html import escape

import numpy as np

from engine.output.terminal import number
from engine.plan.cells import counted, members_counted
from engine.run.totals import spoken_of
from engine.simulate.simulation import Simulation
from engine.typesetting.fonts.bundled import FONT
from engine.typesetting.fonts.glyph_check import picture_file

_WIDE, _HIGH, _LEFT, _TOP = 640, 220, 60, 40
_BINS = 60


def simulation_svg(simulation: Simulation) -> str:
    """Return both pictures, one above the other. The same bytes for the same simulation."""
    run = simulation.run
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE + 100}" height="{2 * _HIGH + 160}" ',
        f'font-family="{FONT}" font-size="12">',
        f"<title>{escape(run.methodology.reference)}: {escape(simulation.result.name)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        *_histogram(simulation), *_convergence(simulation), "</svg>",
    ]  # fmt: skip
    return picture_file("\n".join(parts) + "\n")


def _histogram(simulation: Simulation) -> list[str]:
    summary = simulation.result
    run = simulation.run
    declared = run.methodology.quantity[run.methodology.result]
    cells = spoken_of(run.methodology, run.setting, declared, counted(declared, run.plan, run.methodology)).cells
    totals = members_counted(simulation.draws[declared.id], cells).sum(axis=1)
    counts, edges = np.histogram(totals, bins=_BINS)
    span, most = float(edges[-1] - edges[0]) or 1.0, int(counts.max()) or 1

    title = f"{summary.name} ({summary.unit}), {summary.draws:,} draws"

    def across(value: float) -> float:
        return _LEFT + (value - float(edges[0])) / span * _WIDE

    found = [f'<text x="{_LEFT}" y="24" font-weight="bold">{escape(title)}</text>']
    for count, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        tall = count / most * _HIGH
        found.append(
            f'<rect x="{across(low):.2f}" y="{_TOP + _HIGH - tall:.2f}" width="{across(high) - across(low):.2f}" '
            f'height="{tall:.2f}" fill="#56B4E9" stroke="white" stroke-width="0.5"/>'
        )
    first = summary.intervals[0]
    for value, colour, text in (
        (first.low, "#D55E00", number(first.low)),
        (summary.median, "black", f"median {number(summary.median)}"),
        (first.high, "#D55E00", number(first.high)),
    ):
        x = across(value)
        found += [
            f'<line x1="{x:.2f}" y1="{_TOP}" x2="{x:.2f}" y2="{_TOP + _HIGH}" stroke="{colour}" stroke-dasharray="4 3"/>',
            f'<text x="{x:.2f}" y="{_TOP + _HIGH + 16}" text-anchor="middle" fill="{colour}">{escape(text)}</text>',
        ]
    return found


def _convergence(simulation: Simulation) -> list[str]:
    summary, top = simulation.result, _TOP + _HIGH + 60
    points = summary.convergence
    level = f"{summary.intervals[0].level * 100:g}"
    found = [f'<text x="{_LEFT}" y="{top - 8}" font-weight="bold">Half-width of the {level} % interval, by number of draws</text>']
    if not points:
        return found
    most = max(half for _, half in points) or 1.0
    first, last = np.log(points[0][0]), np.log(points[-1][0])
    places = [
        (_LEFT + (float(np.log(n)) - first) / ((last - first) or 1.0) * _WIDE, top + _HIGH * (1 - half / most / 1.1))
        for n, half in points
    ]
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    found.append(f'<polyline points="{path}" fill="none" stroke="#0072B2" stroke-width="2"/>')
    for (x, y), (count, half) in zip(places, points, strict=True):
        found += [
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="3" fill="#0072B2"/>',
            f'<text x="{x:.2f}" y="{y - 8:.2f}" text-anchor="middle">{escape(number(half))}</text>',
            f'<text x="{x:.2f}" y="{top + _HIGH + 16}" text-anchor="middle">{count:,}</text>',
        ]
    return found
