"""The run that goes on with what is claimed: each claimed cell is computed from the claimed numbers before it, and then takes its own.

So a number that follows from an earlier claim agrees, and what does not agree parts there and nowhere before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.statement import Cell
from engine.plan.plan import Step
from engine.run.conditions import Hole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import FormulaEvaluator, Scope, Valued
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.model.equation import Equation
from equations.records import record

#: Cell of a quantity -> a number.
Numbers = dict[tuple[str, Cell], float]


@record(frozen=False)
class ClaimedSteps(StepEvaluator):
    """Evaluates steps; a cell that is stated takes its stated number, and what it would have been is kept."""

    stated: Mapping[str, Mapping[Cell, float]] = field(default_factory=dict)
    follows: Numbers = field(default_factory=dict)

    def store(self, step: Step, equation: Equation, scope: Scope, value: Valued, holes: list[Hole]) -> None:
        """Put a result in its place, and what is stated on top of it."""
        super().store(step, equation, scope, value, holes)
        stated = self.stated.get(step.quantity)
        if not stated:
            return
        array, done = self.arrays[step.quantity], self.done_by(step, equation, scope)
        for cell, number in stated.items():
            if done[cell]:
                self.follows[step.quantity, cell] = float(array[cell])
                array[cell] = number

    def done_by(self, step: Step, equation: Equation, scope: Scope) -> NDArray[np.bool_]:
        """Return which cells a step has just given. Shape: that of the quantity."""
        axes = self.axes_of(equation, scope)
        target = self.formulas.places(equation.defines, axes, scope)
        shape = np.broadcast_shapes(*(part.shape for part in target))
        done = np.zeros(self.arrays[step.quantity].shape, bool)
        done[target or ...] = self.chosen(step, axes, scope, shape)
        return done

    def check(self, *_: Any) -> None:
        """Pass over what is no number: it agrees with nothing."""


def claimed_run(run: Run, stated: Mapping[tuple[str, Cell], float]) -> tuple[dict[str, NDArray[np.float64]], Numbers]:
    """Evaluate a run once more with some cells taken as stated.

    Parameters
    ----------
    stated
        Cell -> its number, in the quantity's unit; inputs and computed cells alike.

    Returns
    -------
    tuple of dict and dict
        All arrays, stated numbers in place; and what each stated computed cell comes to from the numbers before it.
    """
    by_quantity: dict[str, dict[Cell, float]] = {}
    for (quantity, cell), number in stated.items():
        by_quantity.setdefault(quantity, {})[cell] = number
    arrays = {id_: array.copy() if id_ in by_quantity else array for id_, array in run.inputs.values.items()}
    for id_, cells in by_quantity.items():
        for cell, number in cells.items() if id_ in arrays else ():
            arrays[id_][cell] = number
    formulas = FormulaEvaluator(run.methodology, run.setting, arrays)
    steps = ClaimedSteps(run.plan, formulas, dict(run.inputs.states), stated=by_quantity)
    with np.errstate(all="ignore"):
        for stage in run.plan.stages:
            try:
                steps.stage(stage)
            except MethodologyError:
                break  # what cannot be computed from the claims follows from none of them
    return {**run.values.arrays, **steps.arrays}, steps.follows
