"""Values that break with their neighbours: other years of the same series, and what a computed quantity can be at all."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from engine.audit.ranges import outside_ranges
from engine.audit.roles import serving_result
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.run.calendar_days import days_in_year, operating_days
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.quantity import Quantity

#: A value this many times the median of the other years of its series, or this part of it.
SLIP, STEP = 100.0, 10.0


def audit_plausibility(run: Run) -> tuple[Finding, ...]:
    """Compare each year of a supplied series with the others, and computed values with their declared range.

    Ranges and usual values of inputs are looked at where they are read.

    Returns
    -------
    tuple of Finding
        A712: a warning for a value a hundred times its neighbours (a slip of a unit), a note for ten times or a lone zero; A702 for
        a computed value outside its declared range (error) or outside what is usual (warning).
    """
    findings: list[Finding] = []
    for quantity in serving_result(run):
        if quantity.id in run.values.steps:
            findings += outside_ranges(run, quantity)
        elif quantity.type == "number" and run.methodology.year_set in quantity.indices:
            findings += _series(run, quantity)
    return tuple(findings)


def _series(run: Run, quantity: Quantity) -> Iterator[Finding]:
    axis = quantity.indices.index(run.methodology.year_set)
    origins = run.inputs.origins.get(quantity.id, {})
    series: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for cell, origin in origins.items():
        if origin.kind == "project":
            series.setdefault(cell[:axis] + cell[axis + 1 :], []).append(cell)
    slips, steps, zeros = [], [], []
    for cells in series.values():
        values = {cell: float(run.values.arrays[quantity.id][cell]) for cell in cells}
        for cell, value in values.items():
            others = [other for at, other in values.items() if at != cell and other != 0]
            if not others:
                continue
            usual = median(others)
            text = f"{cell_name(quantity, run.setting, cell)} = {number(value)}; other years {number(usual)}"
            if value == 0:
                zeros.append(text)
                continue
            times = _times(run, value, usual, cell[axis])
            if times >= SLIP:
                slips.append(f"{text} ({value / usual:.3g} times)")
            elif times >= STEP:
                steps.append(f"{text} ({value / usual:.3g} times)")
    place = next(iter(origins.values())).place if origins else None
    for texts, severity, what, remedy in (
        (
            slips,
            "warning",
            "breaks with the other years of its series",
            "check the unit (kg for t? a factor of 1000?) and the number",
        ),
        (steps, "note", "changes much between years", "see that there is a reason"),
        (zeros, "note", "is zero in some years only", "see that nothing was left out"),
    ):
        if texts:
            yield Finding(
                "A712", severity, quantity.id, f"{quantity.id} {what}", listed_texts(texts), remedy, source=str(quantity.source),
                place=place,
            )  # fmt: skip


def _times(run: Run, value: float, usual: float, year: int) -> float:
    """Return by what factor two values differ; a partial year may be as much smaller as it is shorter."""
    label = int(run.setting.members[run.methodology.year_set][year])
    share = operating_days(label, run.setting) / days_in_year(label) or 1.0
    ratio = abs(value / usual)
    return min(max(ratio, 1 / ratio), max(ratio / share, share / ratio))
