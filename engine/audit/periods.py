"""Time: partial years, whether the baseline knows of them, and years that no monitoring period counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from engine.audit.roles import with_role
from engine.finding import Finding
from engine.plan.time_axes import common, run_of
from engine.run.calendar_days import days_in_year, operating_days
from engine.run.run import Run
from equations.errors import listed_texts
from equations.formula.syntax import Call, Element, MatrixRef, walk


def audit_periods(run: Run) -> tuple[Finding, ...]:
    """Look at the years of a run.

    Returns
    -------
    tuple of Finding
        A708: a note for partial years; a warning where the baseline of a partial year does not depend on operating days, so
        that part of a year of monitoring is set against a whole year of baseline; a note for days outside every period.
    """
    years = run.setting.members.get(run.methodology.year_set, ())
    partial = {year: operating_days(int(year), run.setting) for year in years}
    partial = {year: days for year, days in partial.items() if days < days_in_year(int(year))}
    return (*_partial(run, partial), *_outside(run), *_events(run))


def _partial(run: Run, partial: dict[str, int]) -> Iterator[Finding]:
    if not partial:
        return
    shown = [f"{year}: {days} of {days_in_year(int(year))} days" for year, days in partial.items()]
    yield Finding(
        "A708",
        "note",
        run.methodology.year_set,
        f"{', '.join(partial)} {'is a partial year' if len(partial) == 1 else 'are partial years'}",
        listed_texts(shown),
        "see that what was monitored belongs to these days only",
    )
    for quantity, _ in with_role(run, "baseline"):
        if not _knows_days(run, quantity.id):
            yield Finding(
                "A708",
                "warning",
                quantity.id,
                f"{quantity.id} of {', '.join(partial)} is that of a whole year",
                f"{listed_texts(shown)}; no equation behind {quantity.id} uses the operating days under these choices and readings",
                "compare the rulings on operating days; the table of rulings shows their tonnes",
                source=str(quantity.source),
            )


def _knows_days(run: Run, target: str) -> bool:
    """Whether anything that a quantity follows from, in this run, is a number of operating days."""
    queue, seen = [target], {target}
    while queue:
        quantity = queue.pop()
        equations = [run.methodology.equation[step.equation] for step in run.values.steps.get(quantity, ())]
        declared = run.methodology.definitions.get(quantity, ()) if quantity in run.inputs.values else ()
        for equation in (*equations, *declared):
            nodes = list(walk(equation.as_written))  # that periods share a year by its days says nothing of its amount
            if any(isinstance(node, Call) and node.name == "operating_days" for node in nodes):
                return True
            if equation not in declared:
                used = {node.quantity for node in nodes if isinstance(node, Element | MatrixRef)} - seen
                seen |= used
                queue += sorted(used)
    return False


def _outside(run: Run) -> Iterator[Finding]:
    day = timedelta(days=1)
    periods = sorted(run.project.periods, key=lambda period: period.start)
    gaps = []
    if periods[0].start > run.project.start:
        gaps.append(f"{run.project.start} to {periods[0].start - day}")
    for earlier, later in pairwise(periods):
        if later.start > earlier.end + day:
            gaps.append(f"{earlier.end + day} to {later.start - day}")
    if periods[-1].end < run.project.end:
        gaps.append(f"{periods[-1].end + day} to {run.project.end}")
    if gaps:
        yield Finding(
            "A708",
            "note",
            "monitoring_periods",
            "days of operation belong to no monitoring period",
            listed_texts(gaps),
            "what was reduced on these days is counted in no period",
            place=run.project.periods[0].place,
        )


def _events(run: Run) -> Iterator[Finding]:
    """Name the dated members that lie in no monitoring period: they fall into a year, and no period counts them.

    Those before the first day of operation, which only years before the start reach (``history:``), may be meant to count in none.
    """
    periods = [run_of(period.start.isoformat(), period.end.isoformat()) for period in run.project.periods]
    for own in (s for s in run.methodology.index_sets if s.dated):
        dated = zip(run.setting.members[own.id], run.setting.dates[own.id], strict=True)
        outside = [(member, day) for member, (day, _) in dated if not any(common(run_of(day, day), period) for period in periods)]
        for severity, early in (("warning", False), ("note", True)):
            named = [f"{member} ({day})" for member, day in outside if (day < run.setting.start) is early]
            if named:
                what = f"{listed_texts(named)} of {own.id} {'lies' if len(named) == 1 else 'lie'} in no monitoring period"
                yield Finding("A708", severity, own.id, what,
                              "a sum over the members of a period passes over it", "correct the dates or the periods, if it should count",
                              place=run.project.members[own.id].place if own.id in run.project.members else own.place)  # fmt: skip
