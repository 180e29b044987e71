"""What a difference moves: the results of a run with other numbers in some cells, beside its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.claimed_run import ClaimedSteps
from engine.audit.desk.statement import Cell
from engine.output.terminal import number
from engine.plan.cells import counted
from engine.run.formula import FormulaEvaluator
from engine.run.run import Run
from engine.run.totals import headline
from equations.errors import MethodologyError

#: Share of a result below which it does not move: the noise of floats.
_NOISE = 1e-12
Changes = Mapping[str, Mapping[Cell, float]]


@dataclass(frozen=True)
class Moved:
    """What the results of a run have more than with other numbers.

    Attributes
    ----------
    by
        Result -> so much is it greater in the run, in its unit; ``None`` for a result that cannot be computed with the other numbers.
    """

    run: Run
    by: Mapping[str, float | None]

    @property
    def first(self) -> float | None:
        """Of the methodology's first result."""
        return next(iter(self.by.values()), None)

    @property
    def mended(self) -> float | None:
        """By how much the first result moves once the numbers are the other ones; ``None`` where that is not known."""
        return None if self.first is None else -self.first

    @property
    def text(self) -> str:
        """For reading: ``moves ER_p by +10,346.3 tCO2``."""
        if not self.by:
            return "no result is part of this run"
        unknown = [result for result, by in self.by.items() if by is None]
        some = {result: by for result, by in self.by.items() if by}
        parts = [f"{result} by {self.amount(result, by)}" for result, by in some.items()]
        words = [f"moves {', '.join(parts)}"] if parts else []
        words += [f"{', '.join(unknown)} cannot be computed without it"] if unknown else []
        return "; ".join(words) or f"does not move {', '.join(self.by)}"

    def amount(self, result: str, by: float) -> str:
        sign = "+" if by > 0 else "-"
        return f"{sign}{number(abs(by))} {self.run.methodology.quantity[result].unit}"


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit; a plain number has none."""
    return text if unit in ("", "1") else f"{text} {unit}"


def moved(run: Run, changes: Changes) -> Moved:
    """Return by how much the results are greater than they would be with other numbers.

    Parameters
    ----------
    changes
        Quantity -> cell -> its other number, in the quantity's unit; of inputs and of computed cells alike.
    """
    arrays = with_changes(run, changes)
    return Moved(run, {result: _less(run, result, own.value, arrays) for result, own in run.results.items()})


def _less(run: Run, result: str, own: float, arrays: Mapping[str, NDArray[np.float64]] | None) -> float | None:
    if arrays is None:
        return None
    quantity = run.methodology.quantity[result]
    other = headline(run.methodology, run.setting, quantity, arrays[result], counted(quantity, run.plan, run.methodology)).value
    if not np.isfinite(other):
        return None
    return own - other if abs(own - other) > _NOISE * max(abs(own), abs(other)) else 0.0


def with_changes(run: Run, changes: Changes) -> Mapping[str, NDArray[np.float64]] | None:
    """Return all numbers of a run with others in some cells, and everything that follows; ``None`` where that cannot be computed."""
    arrays = {id_: array.copy() if id_ in changes else array for id_, array in run.inputs.values.items()}
    for id_, cells in changes.items():
        for cell, value in cells.items() if id_ in arrays else ():
            arrays[id_][cell] = value
    steps = ClaimedSteps(run.plan, FormulaEvaluator(run.methodology, run.setting, arrays), dict(run.inputs.states), stated=changes)
    try:
        with np.errstate(all="ignore"):
            for stage in run.plan.stages:
                steps.stage(stage)
    except MethodologyError:
        return None
    return steps.arrays
