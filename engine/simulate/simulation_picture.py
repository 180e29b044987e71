"""A simulation as a picture: the histogram of the result and the convergence of its interval, as SVG."""

from __future__ import annotations

import numpy as np

from engine.output.markup import Html
from engine.output.terminal import number
from engine.plan.cells import counted, members_counted
from engine.run.totals import spoken_of
from engine.simulate.simulation import Simulation
from engine.typesetting.pictures.shapes import BLUE, INK, RULE, SKY, VERMILION, WHITE, bar, label, picture_of_its_own, shape, stroke

_WIDE, _HIGH, _LEFT, _TOP = 640, 220, 60, 40
_BINS = 60


def simulation_svg(simulation: Simulation) -> str:
    """Return both pictures, one above the other. The same bytes for the same simulation."""
    title = f"{simulation.run.methodology.reference}: {simulation.result.name}"
    return picture_of_its_own((_WIDE + 100, 2 * _HIGH + 160), title, _histogram(simulation), _convergence(simulation))


def _histogram(simulation: Simulation) -> list[Html]:
    summary = simulation.result
    run = simulation.run
    declared = run.methodology.quantity[run.methodology.result]
    cells = spoken_of(run.methodology, run.setting, declared, counted(declared, run.plan, run.methodology)).cells
    totals = members_counted(simulation.draws[declared.id], cells).sum(axis=1)
    counts, edges = np.histogram(totals, bins=_BINS)
    span, most = float(edges[-1] - edges[0]) or 1.0, int(counts.max()) or 1

    def across(value: float) -> float:
        return _LEFT + (value - float(edges[0])) / span * _WIDE

    title = f"{summary.name} ({summary.unit}), {summary.draws:,} draws"
    found = [label(title, (_LEFT, 24), 12, font_weight="bold", fill=INK)]
    for count, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        tall = count / most * _HIGH
        box = across(low), _TOP + _HIGH - tall, across(high) - across(low), tall
        found.append(bar(*box, fill=SKY, stroke=WHITE, stroke_width=0.5))
    first = summary.intervals[0]
    for value, colour, text in (
        (first.low, VERMILION, number(first.low)),
        (summary.median, INK, f"median {number(summary.median)}"),
        (first.high, VERMILION, number(first.high)),
    ):
        found.append(stroke(f"M{across(value):.2f},{_TOP} v{_HIGH}", colour, stroke_dasharray="4 3"))
        found.append(label(text, (across(value), _TOP + _HIGH + 16), 12, text_anchor="middle", fill=colour))
    return found


def _convergence(simulation: Simulation) -> list[Html]:
    summary, top = simulation.result, _TOP + _HIGH + 60
    points = summary.convergence
    title = f"Half-width of the {summary.intervals[0].level * 100:g} % interval, by number of draws"
    found = [label(title, (_LEFT, top - 8), 12, font_weight="bold", fill=INK)]
    if not points:
        return found
    most = max(half for _, half in points) or 1.0
    first, last = np.log(points[0][0]), np.log(points[-1][0])
    places = [
        (_LEFT + (float(np.log(n)) - first) / ((last - first) or 1.0) * _WIDE, top + _HIGH * (1 - half / most / 1.1))
        for n, half in points
    ]
    found.append(stroke(f"M{_LEFT},{top + _HIGH} h{_WIDE}", RULE))
    found.append(stroke("M" + " ".join(f"{x:.2f},{y:.2f}" for x, y in places), BLUE, stroke_width=2))
    for (x, y), (count, half) in zip(places, points, strict=True):
        found.append(shape("circle", cx=x, cy=y, r=3, fill=BLUE))
        found.append(label(number(half), (x, y - 8), 12, text_anchor="middle", fill=INK))
        found.append(label(f"{count:,}", (x, top + _HIGH + 16), 12, text_anchor="middle", fill=INK))
    return found
