"""Quantities by what they are in the accounting, so that audits never name one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.pipeline import Run
from equations.quantity import Quantity


def with_role(run: Run, role: str) -> Iterator[tuple[Quantity, NDArray[np.float64]]]:
    """Yield the quantities of a role that are part of a run, with their values. Shape: one axis per index, in declared order."""
    for quantity in run.methodology.quantities:
        if quantity.role == role and quantity.id in run.values.arrays:
            yield quantity, run.values.arrays[quantity.id]


def serving_result(run: Run) -> list[Quantity]:
    """Return the quantities from which the result of a run follows; what only rules ask for is left out."""
    needed = run.plan.required or run.plan.needs
    return [q for q in run.methodology.quantities if q.id in needed and q.id in run.values.arrays]


def by_year(run: Run, role: str) -> Iterator[tuple[Quantity, dict[str, float]]]:
    """Yield the quantities of a role that have one value a year: year -> value, for the years that were computed."""
    year_set = run.methodology.year_set
    for quantity, values in with_role(run, role):
        if quantity.indices == (year_set,):
            years = run.setting.members[year_set]
            yield quantity, {year: float(value) for year, value in zip(years, values, strict=True) if np.isfinite(value)}


def named(run: Run, quantity: Quantity, cell: tuple[int, ...]) -> str:
    """Return ``A[E, 2018]``."""
    labels = ", ".join(run.setting.members[axis][at] for axis, at in zip(quantity.indices, cell, strict=True))
    return f"{quantity.id}[{labels}]" if labels else quantity.id


def listed(items: list[str], most: int = 6) -> str:
    """Return items as text, the first ``most`` of them."""
    return "; ".join(items[:most]) + (f"; and {len(items) - most} more" if len(items) > most else "")
