"""A simulation as pictures: the histogram of the result with its interval, and how the interval settles as draws are added."""

from __future__ import annotations

import numpy as np

from engine.output.markup import Html
from engine.output.terminal import number
from engine.plan.cells import counted, members_counted
from engine.run.totals import spoken_of
from engine.simulate.draw_counts import few_draws
from engine.simulate.normal import Numbers
from engine.simulate.simulation import Simulation
from engine.simulate.statistics import Summary
from engine.typesetting.pictures.axis import Axis
from engine.typesetting.pictures.frame import Frame
from engine.typesetting.pictures.head import Key
from engine.typesetting.pictures.shapes import (
    BLUE,
    GREEN,
    INK,
    PALE_ORANGE,
    SKY,
    VERMILION,
    WHITE,
    bar,
    below,
    hint,
    label,
    shape,
    stroke,
)

_LEAST_BINS, _MOST_BINS = 5, 60
_SIZE = 11.5


def pictured(simulation: Simulation) -> list[str]:
    """Return the results of which there are draws, in the order of the spec."""
    return [id_ for id_, spoken in simulation.run.results.items() if spoken.label in simulation.summaries]


def simulation_picture(simulation: Simulation) -> Html:
    """Return histogram and convergence of each result, one above the other."""
    title = f"{simulation.run.methodology.reference}: {simulation.result.name}"
    return below(title, *(draw(simulation, id_) for id_ in pictured(simulation) for draw in (histogram, convergence)))


def histogram(simulation: Simulation, result: str = "") -> Html:
    """Return how often which number was drawn of a result (of the first by default), with the first interval, the median and the single run."""
    summary = summary_of(simulation, result)
    counts, edges = np.histogram(totals_of(simulation, result), bins=_bins(summary.draws))
    first = summary.intervals[0]
    keys = [
        Key("draws", SKY),
        Key(f"{first.level * 100:g} % interval: {number(first.low)} to {number(first.high)}", PALE_ORANGE),
        Key(f"median: {number(summary.median)}", INK, "line"),
        Key(f"single run: {number(summary.single)}", GREEN, "dashed"),
    ]
    title = f"{summary.name}: {summary.draws:,} draws"
    frame = Frame.over([*counts.tolist(), 0.0], title, about(simulation), "draws", keys)
    marks = (first.low, first.high, summary.median, summary.single)
    across = Axis.over([float(edges[0]), float(edges[-1]), *marks], (frame.left + 6, frame.right - 6), cut=True)
    left, right = across.at(first.low), across.at(first.high)
    tall = frame.up.start - frame.up.end
    body: list[Html] = [bar(left, frame.up.end, max(right - left, 1.0), tall, fill=PALE_ORANGE)]
    for count, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        y = frame.up.at(count)
        box = across.at(low), y, max(across.at(high) - across.at(low), 1.0), frame.up.start - y
        said = hint(f"{number(low)} to {number(high)} {summary.unit}: {count:,} draws")
        body.append(bar(*box, said, fill=SKY, stroke=WHITE, stroke_width=0.5))
    body += [stroke(f"M{x:.2f},{frame.up.end:.1f} v{tall:.1f}", VERMILION, stroke_width=1.4) for x in (left, right)]
    body.append(stroke(f"M{across.at(summary.median):.2f},{frame.up.end:.1f} v{tall:.1f}", INK, stroke_width=2))
    body.append(stroke(f"M{across.at(summary.single):.2f},{frame.up.end:.1f} v{tall:.1f}", GREEN, stroke_width=2, stroke_dasharray="5 3"))
    ticks = [(across.at(value), text) for value, text in across.ticks()]
    return frame.drawn(body, across=ticks, across_unit=across.unit(summary.unit), remark=few_draws(summary))


def convergence(simulation: Simulation, result: str = "") -> Html:
    """Return the half-width of the first interval of a result (of the first by default) over the first so many draws."""
    summary = summary_of(simulation, result)
    points, level = summary.convergence, f"{summary.intervals[0].level * 100:g} %"
    title = f"Half-width of the {level} interval of {summary.name}, by number of draws"
    keys = [Key(f"half-width; the last is {number(summary.intervals[0].half_width)} {summary.unit}", BLUE, "line")]
    frame = Frame.over([half for _, half in points] or [1.0], title, about(simulation), summary.unit, keys)
    if not points:
        return frame.drawn((), remark="Too few draws to follow it: fewer than 100.")
    first, last = np.log(points[0][0]), np.log(points[-1][0])

    def across(count: int) -> float:
        share = (float(np.log(count)) - first) / (last - first) if last > first else 0.5
        return float(frame.left + 30 + share * (frame.right - frame.left - 60))

    places = [(across(count), frame.up.at(half)) for count, half in points]
    body: list[Html] = [stroke("M" + " ".join(f"{x:.2f},{y:.2f}" for x, y in places), BLUE, stroke_width=2.4)]
    for (x, y), (count, half) in zip(places, points, strict=True):
        body.append(shape("circle", hint(f"{count:,} draws: {number(half)} {summary.unit}"), cx=x, cy=y, r=3.6, fill=BLUE))
    for at in dict.fromkeys((0, len(points) - 1)):
        x, y = places[at]
        body.append(label(frame.up.short(points[at][1]), (x, y - 9), _SIZE, text_anchor="middle", fill=INK, font_weight="bold"))
    ticks = [(across(count), f"{count:,}") for count, _ in points]
    return frame.drawn(body, across=ticks, across_unit="draws", remark=few_draws(summary))


def about(simulation: Simulation) -> str:
    """Return what the pictures are about: project, methodology, seed."""
    run = simulation.run
    return f"{run.project.name}, {run.methodology.reference}; seed {simulation.seed}"


def summary_of(simulation: Simulation, result: str = "") -> Summary:
    """Return the statistics of a result, of the first by default."""
    return simulation.summaries[simulation.run.headline_of(result).label] if result else simulation.result


def totals_of(simulation: Simulation, result: str = "") -> Numbers:
    """Return a result of each draw (the first by default), over all its members. Shape: (draw,)."""
    run = simulation.run
    declared = run.methodology.quantity[result or run.methodology.result]
    cells = spoken_of(run.methodology, run.setting, declared, counted(declared, run.plan, run.methodology)).cells
    totals: Numbers = members_counted(simulation.draws[declared.id], cells).sum(axis=1)
    return totals


def _bins(draws: int) -> int:
    """Return how many bars show so many draws (the rule of Rice: twice the cube root)."""
    return min(max(int(2 * float(draws) ** (1 / 3)), _LEAST_BINS), _MOST_BINS)
