"""Whether an audit had anything to look at: an answer without a question is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.audit.careful_side import careful_claims
from engine.audit.roles import by_year, serving_result, with_role
from engine.audit.states import why_no_states
from engine.audit.transfers import FROM, taken_from
from engine.run.rules import IDLE
from engine.run.run import Run
from engine.run.sample_inputs import sampled


def why_not_asked(run: Run, audit: str) -> str:
    """Return why the question of an audit was not asked of a run, or an empty text where it was.

    Parameters
    ----------
    audit
        Its id; one that is not known here is always asked.
    """
    return _REASONS[audit](run) if audit in _REASONS else ""


def _rules(run: Run) -> str:
    if any(verdict.state != IDLE for verdict in run.verdicts) or any(q.range for q in serving_result(run)):
        return ""
    return "no rule applies, and no quantity has a range" if run.verdicts else "the methodology has no rules, and no quantity has a range"


def _completeness(run: Run) -> str:
    return "" if any(quantity.id in run.inputs.origins for quantity in serving_result(run)) else "the run takes no input"


def _sources(run: Run) -> str:
    given = any(origin.kind == "project" for cells in run.inputs.origins.values() for origin in cells.values())
    return "" if given else "the project gives no number"


def _careful_side(run: Run) -> str:
    given = any(True for _ in careful_claims(run))
    return "" if given else "no number is called conservative or replaces another"


def _plausibility(run: Run) -> str:
    ranges = any(q.id in run.values.steps and (q.range or q.plausible) for q in serving_result(run))
    year_set = run.methodology.year_set
    series = any(
        q.id not in run.values.steps and year_set in q.indices and len({c[q.indices.index(year_set)] for c in _given(run, q.id)}) > 1
        for q in serving_result(run)
    )
    return "" if ranges or series else "no number is given for several years, and no computed quantity has a range"


def _given(run: Run, quantity: str) -> list[tuple[int, ...]]:
    return [cell for cell, origin in run.inputs.origins.get(quantity, {}).items() if origin.kind == "project"]


def _balance(run: Run) -> str:
    places = {quantity.part_of for quantity, _ in with_role(run, "initial_area")}
    areas = any(q.part_of in places for role in ("projected_area", "monitored_conversion") for q, _ in with_role(run, role))
    rows = any(quantity.rows_sum_to is not None for quantity in serving_result(run))
    return "" if areas or rows else "no area is projected or monitored beside one at inception, and no rows declare what they add up to"


def _conversions(run: Run) -> str:
    places = {quantity.part_of for quantity, _ in with_role(run, "initial_area")}
    monitored = [q for q, array in with_role(run, "monitored_conversion") if q.id in run.inputs.values and np.isfinite(array).any()]
    if not monitored:
        return "no conversion is monitored"
    return "" if any(quantity.part_of in places for quantity in monitored) else "no area at inception belongs to what is monitored"


def _rates(run: Run) -> str:
    monitored = [q for q, _ in with_role(run, "monitored_conversion") if q.indices[-1:] == (run.methodology.year_set,)]
    if not monitored:
        return "no conversion is monitored by year"
    places = {q.part_of for role in ("projected_conversion", "projected_area") for q, _ in with_role(run, role)}
    return "" if any(quantity.part_of in places for quantity in monitored) else "nothing is projected for what is monitored"


def _periods(run: Run) -> str:
    return "" if run.methodology.year_set else "the methodology has no years"


def _reductions(run: Run) -> str:
    by_years = any(True for _ in by_year(run, "reductions"))
    others = any(quantity.indices != (run.methodology.year_set,) for quantity, _ in with_role(run, "credits"))
    return "" if by_years or others else "no quantity has the role `reductions` or `credits`"


def _displacement(run: Run) -> str:
    return "" if any(True for _ in by_year(run, "leakage")) else "no quantity by year has the role `leakage`"


def _transfers(run: Run) -> str:
    if next(taken_from(run), None) is not None:
        return ""
    there = next((role for role in FROM if any(True for _ in with_role(run, role))), "")
    if not there:
        return "no quantity has the role `transferred` or `buffer`"
    return f"no quantity, or more than one, is what the role `{there}` is taken from"


def _samples(run: Run) -> str:
    return "" if next(sampled(run.inputs.origins), None) is not None else "no number is given by a sample"


def _instruments(run: Run) -> str:
    return "" if run.project.instruments else "the project names no instrument"


def _recompute(run: Run) -> str:
    return "" if run.values.steps else "nothing is computed"


def _documents(run: Run) -> str:
    return "" if run.project.documents else "the project names no document"


def _design(run: Run) -> str:
    return "" if any(document.registered for document in run.project.documents) else "no document of the project holds its registered design"


def _cross_checks(run: Run) -> str:
    return "" if run.project.cross_checks or run.methodology.cross_checks else "neither the methodology nor the project states a cross-check"


_REASONS: Mapping[str, Callable[[Run], str]] = {
    "rules": _rules, "completeness": _completeness, "states": why_no_states,
    "sources": _sources, "defaults": _completeness, "careful_side": _careful_side, "plausibility": _plausibility,
    "balance": _balance, "conversions": _conversions, "rates": _rates, "periods": _periods, "reductions": _reductions,
    "displacement": _displacement, "transfers": _transfers, "samples": _samples, "instruments": _instruments,
    "recompute": _recompute, "documents": _documents, "design": _design, "cross_checks": _cross_checks,
}  # fmt: skip
