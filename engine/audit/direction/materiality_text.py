"""The verification plan for a terminal, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from engine.audit.direction.materiality import MOST, PlannedInput, Tolerance, VerificationPlan
from engine.output.escapes import markdown_text
from engine.output.terminal import bold, number, table, wrapped
from equations.errors import listed

_HEADS = ["input", "as it rises", "all its numbers", "one number", "error", "in its unit", "known by"]


def plan_text(plan: VerificationPlan) -> str:
    """Return a plan for reading in a terminal; each input with the source that is to be looked at."""
    deciding = plan.deciding
    rows = [_row(one) for one in deciding]
    parts = [bold(_title(plan)), table(_HEADS, rows, right=(2, 4, 5))] if rows else [bold(_title(plan))]
    parts += [wrapped(f"  {one.direction.quantity}: {_rests_on(one.whole)}", "    ") for one in deciding]
    parts += [wrapped(line, "  ") for line in _rest(plan)]
    return "\n".join(parts)


def plan_markdown(plan: VerificationPlan) -> Iterator[str]:
    """Yield a plan as lines of Markdown."""
    yield f"{_title(plan)}."
    yield ""
    yield "| " + " | ".join([*_HEADS, "source"]) + " |"
    yield "|---|---|---:|---|---:|---:|---|---|"
    for one in plan.deciding:
        yield "| " + " | ".join(markdown_text(cell) for cell in (*_row(one), _rests_on(one.whole))) + " |"
    for line in _rest(plan):
        yield ""
        yield markdown_text(line)


def plan_record(plan: VerificationPlan) -> dict[str, object]:
    """Return a plan as plain data; an error that nobody can make within the range is null."""
    return {
        "quantity": plan.target, "unit": plan.unit, "value": plan.value, "threshold": plan.threshold, "amount": plan.amount,
        "inputs": [
            {"quantity": one.direction.quantity, "direction": one.direction.way, "known": one.direction.known, "why": one.direction.why,
             "all_numbers": _tolerance_record(one.whole), "numbers": [_tolerance_record(number_of) for number_of in one.numbers]}
            for one in plan.inputs
        ],
    }  # fmt: skip


def _title(plan: VerificationPlan) -> str:
    return (f"verification plan: the smallest error of each input that moves {plan.target} by {100 * plan.threshold:g} % "
            f"({number(plan.amount)} {plan.unit}), the smallest first")  # fmt: skip


def _row(one: PlannedInput) -> list[str]:
    first = one.numbers[0]
    return [one.direction.quantity, one.direction.text, _share(one.whole.share) if one.whole.cells > 1 else "", first.name,
            _share(first.share), f"{first.amount:+,.4g} {first.unit}" if isfinite(first.amount) else "none", first.evidence]  # fmt: skip


def _rests_on(one: Tolerance) -> str:
    return "; ".join(part for part in (one.method, one.source or "no source") if part)


def _share(share: float) -> str:
    return f"{100 * share:+.3g} %" if isfinite(share) else "none"


def _rest(plan: VerificationPlan) -> Iterator[str]:
    rest = [one.direction.quantity for one in plan.inputs if not one.can_decide]
    if rest:
        yield f"no error up to {MOST:g} times a number, within its range, does so: {listed(rest, len(rest))}"
    if any(one.direction.text.endswith("?") for one in plan.deciding):
        yield "?: at the numbers that were tried; not proven over the whole range"


def _tolerance_record(one: Tolerance) -> dict[str, object]:
    return {
        "name": one.name, "cells": one.cells, "unit": one.unit, "value": _finite(one.value), "error": _finite(one.share),
        "amount": _finite(one.amount), "evidence": one.evidence, "method": one.method, "source": one.source,
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
