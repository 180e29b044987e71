"""Quantities by what they are in the accounting, so that audits never name one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import NOT_APPLICABLE
from engine.run.run import Run
from equations.model.quantity import Quantity


def with_role(run: Run, role: str) -> Iterator[tuple[Quantity, NDArray[np.float64]]]:
    """Yield the quantities of a role that are part of a run, with their values. Shape: one axis per index, in declared order."""
    for quantity in run.methodology.quantities:
        if quantity.role == role and quantity.id in run.values.arrays:
            yield quantity, numbers_there(run, quantity)


def numbers_there(run: Run, quantity: Quantity) -> NDArray[np.float64]:
    """Return the numbers of a quantity; a cell outside its relation is not there and adds nothing. Shape: one axis per index."""
    return np.where(run.values.states[quantity.id] == NOT_APPLICABLE, 0.0, run.values.arrays[quantity.id])


def serving_result(run: Run) -> list[Quantity]:
    """Return the quantities from which the result of a run follows; what only rules ask for is left out."""
    needed = run.plan.required or run.plan.needs
    return [q for q in run.methodology.quantities if q.id in needed and q.id in run.values.arrays]


def by_year(run: Run, role: str) -> Iterator[tuple[Quantity, dict[str, float]]]:
    """Yield the quantities of a role by year: year -> value over all other indices, for the years that were computed."""
    year_set = run.methodology.year_set
    for quantity, array in with_role(run, role):
        if year_set in quantity.indices:
            years = run.setting.members[year_set]
            axis = quantity.indices.index(year_set)
            values = array.sum(axis=tuple(at for at in range(array.ndim) if at != axis))
            yield quantity, {year: float(value) for year, value in zip(years, values, strict=True) if np.isfinite(value)}
