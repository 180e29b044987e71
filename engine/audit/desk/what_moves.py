"""By how much the results of a run move when some of its numbers are other ones: one answer for each change, and one text for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.claimed_run import ClaimedSteps
from engine.audit.desk.statement import Cell
from engine.output.terminal import number
from engine.plan.cells import counted
from engine.run.evaluate import StepEvaluator
from engine.run.formula import FormulaEvaluator
from engine.run.run import Run
from engine.run.totals import headline
from equations.errors import MethodologyError, listed
from equations.records import record
from equations.units.unit import with_unit

#: Quantity -> cell -> its other number, in the quantity's unit; inputs and computed quantities alike.
Changed = Mapping[str, Mapping[Cell, float]]
#: Share of a result below which it does not move: the last digits of floats.
_NOISE = 1e-12
#: How many results one text names.
_MOST = 4


@record(frozen=True)
class Moved:
    """What the results of a run do once some numbers are other ones.

    Attributes
    ----------
    by
        Result -> the number with the other ones less that of the run, in the result's unit; of a result whose cells do not add up it is that of
        the cell that moves most. ``None`` for a result without a number then.
    """

    run: Run
    by: Mapping[str, float | None]

    @property
    def first(self) -> float | None:
        """By how much the methodology's first result moves; ``None`` where that is not known, or the run does not have it."""
        return self.by.get(self.run.methodology.result)

    @property
    def nearest(self) -> float | None:
        """By how much the first result does so that moves at all; zero where none does, ``None`` where no result has a number."""
        known = [value for value in self.by.values() if value is not None]
        return next((value for value in known if value), 0.0) if known else None

    @property
    def text(self) -> str:
        """For reading: ``ER_p moves by -6,540.28 tCO2``."""
        if not self.by:
            return "no result is part of this run"
        some = [f"{self._name(id_)} moves by {self._amount(id_, value)}" for id_, value in self.by.items() if value]
        lost = [id_ for id_, value in self.by.items() if value is None]
        parts = [listed(some, _MOST)] if some else []
        parts += [f"{', '.join(lost)} {'has' if len(lost) == 1 else 'have'} no number then"] if lost else []
        return "; ".join(parts) or f"{', '.join(self.by)} {'does' if len(self.by) == 1 else 'do'} not move"

    def _name(self, result: str) -> str:
        one = self.run.headline_of(result)
        return one.label if one.is_total else f"a cell of {result}"

    def _amount(self, result: str, by: float) -> str:
        return with_unit(f"{'+' if by > 0 else ''}{number(by)}", self.run.methodology.quantity[result].unit)


def what_moves(run: Run, cases: Iterable[Changed]) -> list[Moved]:
    """Return by how much each result of a run moves under each of some changes of its numbers.

    Parameters
    ----------
    cases
        Every one a change by itself. What follows from the other numbers is computed again; a computed cell that is changed keeps its other number.

    Returns
    -------
    list of Moved
        One for each change. A result has no number where the run stops with the other numbers, as at a division by zero; that a number lies outside
        its declared range does not stop it.
    """
    return [Moved(run, _differences(run, with_changes(run, changed))) for changed in cases]


def moved(run: Run, changed: Changed) -> Moved:
    """Return the same for one change."""
    return what_moves(run, [changed])[0]


def between(lower: Moved, upper: Moved) -> float | None:
    """Return the lower of what two changes move of the first result, where the right number lies between; ``None`` where one is not known."""
    return None if lower.first is None or upper.first is None else min(lower.first, upper.first)


def other_cells(run: Run, quantity: str, array: NDArray[np.float64]) -> Changed:
    """Return as a change what differs in other numbers of a quantity. Shape: that of the quantity."""
    own = run.values.arrays[quantity]
    return {quantity: {cell: float(array[cell]) for cell in np.ndindex(*own.shape) if array[cell] != own[cell] and np.isfinite(array[cell])}}


def with_changes(run: Run, changed: Changed) -> Mapping[str, NDArray[np.float64]] | None:
    """Return all numbers of a run with others in some cells, and everything that follows; ``None`` where that cannot be computed."""
    arrays = {id_: array.copy() if id_ in changed else array for id_, array in run.inputs.values.items()}
    for id_, cells in changed.items():
        for cell, value in cells.items() if id_ in arrays else ():
            arrays[id_][cell] = value
    steps = _ChangedSteps(run.plan, FormulaEvaluator(run.methodology, run.setting, arrays), dict(run.inputs.states), stated=changed)
    try:
        with np.errstate(all="ignore"):
            for stage in run.plan.stages:
                steps.stage(stage)
    except MethodologyError:
        return None
    return steps.arrays


class _ChangedSteps(ClaimedSteps):
    """Stops as a run does where a cell has no number: a later formula may turn it into one that looks sound."""

    def check(self, *given: Any) -> None:
        StepEvaluator.check(self, *given)


def _differences(run: Run, arrays: Mapping[str, NDArray[np.float64]] | None) -> dict[str, float | None]:
    return {id_: None if arrays is None else _difference(run, id_, arrays[id_]) for id_ in run.results}


def _difference(run: Run, result: str, other: NDArray[np.float64]) -> float | None:
    declared, own = run.methodology.quantity[result], run.headline_of(result)
    counts = counted(declared, run.plan, run.methodology)
    if own.is_total:
        return _apart([own.value], [headline(run.methodology, run.setting, declared, other, counts).value])
    return _apart(run.values.arrays[result][counts].tolist(), other[counts].tolist())


def _apart(own: Sequence[float], other: Sequence[float]) -> float | None:
    """Return the difference of the number that moves most, ``None`` where one has none."""
    if not all(np.isfinite(other)):
        return None
    apart = [then - now if abs(then - now) > _NOISE * max(abs(now), abs(then)) else 0.0 for now, then in zip(own, other, strict=True)]
    return max(apart, key=abs, default=0.0)
