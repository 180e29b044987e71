"""The charts of a run by role: what stands against what, the way to the credits, and where the emissions come from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.documents.model import Picture
from engine.documents.report.accounting import SMALL_SHARE, balance_steps, by_year, emission_sources, of_role, years_of
from engine.run.run import Run
from engine.typesetting.pictures.charts import Series, against, bars, in_words, stacked
from engine.typesetting.pictures.rows import WaterfallStep, waterfall
from engine.typesetting.pictures.shapes import BLUE, GREEN, PALETTE, VERMILION
from equations.model.quantity import Quantity


def flow_charts(run: Run) -> Iterator[Picture]:
    """Yield the charts that a run has quantities for; none where its methodology gives no roles."""
    years = years_of(run)
    level, emissions, credits = (of_role(run, role) for role in ("baseline", "project", "credits"))
    if level is not None and emissions is not None and years:
        yield _against(run, level, emissions)
    steps = balance_steps(run)
    if steps and level is not None:
        units = " and ".join(dict.fromkeys(str(q.unit) for q in (level, emissions, credits) if q is not None))
        words = "; ".join(f"{name} {value:,.0f}" for name, value, _ in steps)
        title = f"From {steps[0][0]} to {steps[-1][0]}, all years"
        drawn = waterfall(title, run.project.name, units, [WaterfallStep(name, value, total) for name, value, total in steps])
        yield Picture(drawn, words, kind="chart", live="balance")
    if credits is not None and years:
        yield _bars(run, f"{credits.title}, by year", [credits], (GREEN,), "credits")
    if emissions is not None:
        yield from _breakdown(run, emissions)


def _against(run: Run, level: Quantity, emissions: Quantity) -> Picture:
    """Return two flows against each other, as a baseline and the emissions with the project: two courses, or bars where a course has gaps."""
    years, colours, title = years_of(run), (BLUE, VERMILION), f"{level.title} against {emissions.title}"
    if len(years) < 2 or any(math.isnan(v) for q in (level, emissions) for v in by_year(run, q)):
        return _bars(run, f"{title}, by year", [level, emissions], colours, "pair")
    one, two = (Series(q.title, by_year(run, q), c, str(q.unit)) for q, c in zip((level, emissions), colours, strict=True))
    unit = " and ".join(dict.fromkeys((one.unit, two.unit)))
    svg = against(f"{title}, by year", unit, years, (one, two), "what lies between them", run.project.name)
    return Picture(svg, in_words(title, years, [one, two]), kind="chart", live="pair")


def _bars(run: Run, title: str, quantities: list[Quantity], colours: tuple[str, ...], live: str) -> Picture:
    years = years_of(run)
    series = [Series(q.title, by_year(run, q), colour, str(q.unit)) for q, colour in zip(quantities, colours, strict=True)]
    unit = " and ".join(dict.fromkeys(s.unit for s in series))
    return Picture(bars(title, unit, years, series, run.project.name), in_words(title, years, series), kind="chart", live=live)


def _breakdown(run: Run, emissions: Quantity) -> Iterator[Picture]:
    """Yield the emissions with the project source by source; what is too small to be seen has a chart of its own."""
    years, unit, sources = years_of(run), str(emissions.unit), emission_sources(run)
    if len(sources) < 2:
        return
    series = [Series(s.name, s.values, PALETTE[at % len(PALETTE)]) for at, s in enumerate(sources)]
    drawn = stacked(f"{emissions.title} by source", unit, years, series, run.project.name)
    words = f"{emissions.title} by source and year; the table below holds the numbers"
    yield Picture(drawn, words, kind="chart", live="sources")
    for at, small in enumerate(_ever_smaller(series)):
        title = f"The {len(small)} smallest sources, enlarged" if len(small) > 1 else "The smallest source, enlarged"
        words = title + "; the table below holds the numbers"
        yield Picture(stacked(title, unit, years, small, run.project.name), words, kind="chart", live=f"sources:{at}")


def _ever_smaller(series: list[Series]) -> Iterator[list[Series]]:
    """Yield the series that cannot be seen beside the others, then those that cannot be seen beside these, and so on."""
    while True:
        whole = math.fsum(abs(s.total) for s in series)
        small = [s for s in series if 0 < abs(s.total) < SMALL_SHARE * whole]
        if not small or len(small) == len(series):
            return
        yield small
        series = small
