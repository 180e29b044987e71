"""A simulation as text, plain data and CSV."""

from __future__ import annotations

from math import isfinite

from engine.output.escapes import csv_text
from engine.output.terminal import bold, number
from engine.output.text_grid import TextGrid, text_grid
from engine.simulate.draw_counts import few_draws
from engine.simulate.propagation import PARTING, parting
from engine.simulate.sensitivity_report import warning_lines
from engine.simulate.simulation import Simulation
from engine.simulate.statistics import Summary
from equations.units.unit import with_unit

FORMAT = "mrvgraph-simulation/1"
_MOST_ROWS = 40


def simulation_record(simulation: Simulation) -> dict[str, object]:
    """Return everything but the draws as plain data."""
    run = simulation.run
    return {
        "format": FORMAT,
        "methodology": {"id": run.methodology.id, "version": run.methodology.version, "hash": run.methodology.hash},
        "project": {"file": run.project.path.name, "sha256": run.project.sha256},
        "draws": simulation.count, "seed": simulation.seed, "stopped_early": simulation.stopped_early,
        "result": run.methodology.result,
        **({"results": list(run.methodology.result_ids)} if len(run.methodology.results) > 1 else {}),
        "uncertain": [
            {"quantity": v.quantity, "distribution": v.kind, "cells": [*v.names, *(twin.name for twin in v.twins)]}
            for v in simulation.uncertainty.variables
        ],
        "outside": {"policy": simulation.uncertainty.outside, "shares": dict(simulation.moved), "computed": dict(simulation.beyond)},
        "quantities": [summary_record(summary) for summary in simulation.summaries.values()],
        "approach_1": [_propagated_record(simulation, name) for name in simulation.propagated],
        "deductions": [
            {"rule": d.rule, "of": d.of, f"relative_half_width_{d.level * 100:g}": d.relative, "share": d.share, "amount": d.amount,
             "centre": d.centre, "after": d.after, "source": d.source,
             "verified": d.verified} for d in simulation.deductions
        ],
        "warnings": [finding.as_record() for finding in simulation.findings],
        **({"remarks": said} if (said := [text for text in map(few_draws, simulation.results) if text]) else {}),
    }  # fmt: skip


def _propagated_record(simulation: Simulation, name: str) -> dict[str, object]:
    found, summary = simulation.propagated[name], simulation.summaries.get(name)
    levels = [interval.level for interval in simulation.result.intervals]
    record: dict[str, object] = {
        "name": name,
        "value": found.value,
        "standard_error": found.se if isfinite(found.se) else None,
        "shares_of_variance": dict(found.shares),
    }
    if not isfinite(found.se):
        return record
    record["half_widths"] = [{"level": level, "half_width": found.half_width(level)} for level in levels]
    if summary is not None:
        record["half_width_against_approach_2"] = parting(found, summary, levels[0])
    return record


def _approaches_text(simulation: Simulation) -> list[str]:
    """Return both approaches side by side, with a warning where they part."""
    level = simulation.result.intervals[0].level
    rows: list[list[str]] = []
    warnings: list[str] = []
    for name, found in simulation.propagated.items():
        summary = simulation.summaries.get(name)
        if summary is None:
            continue
        apart, half = parting(found, summary, level), summary.interval(level).half_width
        linear = [number(found.se), number(found.half_width(level))] if isfinite(found.se) else ["none", "none"]
        shown = "" if apart is None else f"{apart * 100:+.1f} %"
        rows.append([name, linear[0], number(summary.se), linear[1], number(half), shown])
        if apart is not None and abs(apart) > PARTING:
            warnings.append(
                f"warning: the approaches part by {apart * 100:+.0f} % for {name}; take Approach 2 (skew {summary.skew:.2f})"
            )
    head = [
        "number",
        "se, Approach 1",
        "se, Approach 2",
        f"half of {level * 100:g} %, 1",
        f"half of {level * 100:g} %, 2",
        "1 against 2",
    ]
    return [
        "",
        "Propagation of error (IPCC Approach 1) beside the draws (Approach 2)",
        text_grid(head, rows, [1, 2, 3, 4, 5]).text,
        *warnings,
    ]


def summary_record(summary: Summary) -> dict[str, object]:
    """Return the statistics of one number as plain data."""
    return {
        "name": summary.name, "unit": summary.unit, "single_run": summary.single, "mean": summary.mean, "median": summary.median,
        "standard_error": summary.se, "skew": summary.skew, "mean_monte_carlo_error": summary.mean_error,
        "intervals": [
            {"level": i.level, "low": i.low, "high": i.high, "low_monte_carlo_error": i.low_error,
             "high_monte_carlo_error": i.high_error}
            for i in summary.intervals
        ],
        "convergence": [{"draws": count, "half_width": half} for count, half in summary.convergence],
    }  # fmt: skip


def simulation_text(simulation: Simulation) -> str:
    """Return a simulation for a terminal."""
    run = simulation.run
    cells = sum(len(variable.names) for variable in simulation.uncertainty.variables)
    lines = [
        bold(f"{run.methodology.reference}  {run.project.name}"),
        f"{simulation.count:,} draws of {cells} uncertain numbers, seed {simulation.seed}"
        + (" (stopped: the interval is sure enough)" if simulation.stopped_early else ""),
        "",
    ]
    lines += [summaries_grid(simulation, _MOST_ROWS).text, ""]
    for summary in simulation.results:
        first = summary.intervals[0]
        lines.append(
            f"Half-width of the {first.level * 100:g} % interval of {summary.name}: {number(first.half_width)}, "
            f"Monte Carlo error {summary.relative_error * 100:.2g} % of it"
        )
        lines += [f"  after {count:>12,} draws: {number(half)}" for count, half in summary.convergence]
        lines += [f"  note: {said}" for said in (few_draws(summary),) if said]
    lines += _approaches_text(simulation)
    return "\n".join([*lines, *warning_lines(simulation.findings), *simulation_remarks(simulation)]) + "\n"


def simulation_remarks(simulation: Simulation) -> list[str]:
    """Return what is to be said of draws outside ranges, and each deduction."""
    lines = []
    for name, share in simulation.moved.items():
        policy = "drawn again" if simulation.uncertainty.outside == "reject" else "moved to the limit"
        lines.append(f"{share * 100:.3g} % of the draws of {name} fell outside its range and were {policy}")
    for name, share in simulation.beyond.items():
        quantity = simulation.run.methodology.quantity[name]
        shown = with_unit(quantity.range, quantity.unit)
        lines.append(f"warning: in {share * 100:.3g} % of the draws {name} is computed outside the range in which it can be ({shown})")
    for d in simulation.deductions:
        lines.append(
            f"Deduction {d.rule} of {d.of}: {d.share * 100:.2f} % of the {d.centre} = {number(d.amount)}, leaving {number(d.after)} "
            f"({d.source}{'' if d.verified else '; not verified against its publication'})"
        )
    return lines


def summaries_grid(simulation: Simulation, most: int | None = None) -> TextGrid:
    """Return the statistics of each number, or of so many, as a table."""
    head = ["number", "unit", "single run", "mean", "median", "standard error"]
    levels = [interval.level for interval in simulation.result.intervals]
    head += [f"{level * 100:g} % interval" for level in levels] + ["skew"]
    return text_grid(head, [_row(summary) for summary in list(simulation.summaries.values())[:most]], range(2, len(head)))


def _row(summary: Summary) -> list[str]:
    shown = [summary.name, summary.unit, *(number(x) for x in (summary.single, summary.mean, summary.median, summary.se))]
    return [*shown, *(f"{number(i.low)} to {number(i.high)}" for i in summary.intervals), f"{summary.skew:.3f}"]


def simulation_csv(simulation: Simulation) -> str:
    """Return the statistics as CSV, one line for each number."""
    levels = [interval.level for interval in simulation.result.intervals]
    ends = [f"{end}_{level * 100:g}" for level in levels for end in ("low", "high")]
    head = ["name", "unit", "draws", "single_run", "mean", "median", "standard_error", "skew", "mean_monte_carlo_error", *ends]
    rows: list[list[object]] = [[*head]]
    for s in simulation.summaries.values():
        numbers = [x for i in s.intervals for x in (i.low, i.high)]
        row = [s.single, s.mean, s.median, s.se, s.skew, s.mean_error, *numbers]
        rows.append([s.name, s.unit, s.draws, *(repr(float(x)) for x in row)])
    return csv_text(rows)
