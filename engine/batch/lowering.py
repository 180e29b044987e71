"""From a plan to a program: the walk of a run on cell numbers in place of numbers.

:mod:`engine.run.evaluate` and :mod:`engine.run.formula` bind letters, find positions and follow cases; :mod:`engine.batch.cells` writes down each
operation instead of doing it. So both give the same numbers to the bit, whatever a methodology says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.batch.cells import CellArithmetic
from engine.batch.program import Cells, Program
from engine.plan.plan import Plan, Step
from engine.run.brackets import bracketed
from engine.run.conditions import Hole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import COLUMN, ROW, FormulaEvaluator, Scope, Valued, aligned
from engine.run.solvers import root_parts
from equations.model.equation import BRACKET, Equation
from equations.model.methodology import Methodology

#: Gives further cells by a name of their own, from who evaluates formulas on cells.
Further = Callable[[FormulaEvaluator], Mapping[str, Cells]]


def lower(methodology: Methodology, plan: Plan, outputs: tuple[str, ...] = (), further: Further | None = None) -> Program:
    """Write down everything that a plan computes, as printed.

    Parameters
    ----------
    outputs
        Quantities that are asked for; by default the plan's targets.
    further
        What else is asked for, under names that no quantity has.

    Returns
    -------
    Program
        Each operation of each equation, for every cell that a step defines.
    """
    cells = CellArithmetic()
    formulas = FormulaEvaluator(methodology, plan.setting, {}, arithmetic=cells)
    steps = Lowering(plan, formulas, {}, cells=cells)
    for quantity in plan.inputs:
        shape = tuple(len(plan.setting.members[axis]) for axis in methodology.quantity[quantity].indices)
        size = int(np.prod(shape, dtype=np.int64))
        numbers = cells.builder.add("input", size, name=quantity, places=np.arange(size, dtype=np.int64))
        formulas.arrays[quantity] = numbers.reshape(shape)
    for stage in plan.stages:
        steps.stage(stage)
    wanted = {quantity: np.asarray(formulas.arrays[quantity], np.int64) for quantity in outputs or plan.targets}
    # After all stages: what is asked for besides, as by rules, reads what the stages filled.
    wanted |= further(formulas) if further is not None else {}
    return Program(tuple(cells.builder.groups), wanted, _distinct(steps.guards), _distinct(cells.partial))


def _distinct(parts: list[Cells]) -> Cells:
    return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))


@dataclass
class Lowering(StepEvaluator):
    """Puts cells where a run puts numbers."""

    cells: CellArithmetic = field(kw_only=True)
    #: Cells that are below zero where a formula reads what is not there.
    guards: list[Cells] = field(default_factory=list)

    def step(self, step: Step, here: Mapping[str, int]) -> None:
        """Write down one case of one equation."""
        self.cells.defining, self.cells.guarded = step.quantity, False
        super().step(step, here)

    def states_of(self, equation: Equation, shape: tuple[int, ...], scope: Scope) -> NDArray[np.uint8]:
        """Return no states: which cells are left out, a batch does not tell."""
        return np.zeros(shape, np.uint8)

    def check(
        self, equation: Equation, scope: Scope, target: tuple[NDArray[np.intp], ...], result: Cells,
        chosen: NDArray[np.bool_], holes: list[Hole],
    ) -> None:  # fmt: skip
        """Ask for what a run asks of each cell: a number, and no cell read that is not there."""
        if self.cells.guarded:
            self.cells.partial.append(result[chosen])
        for hole in holes:
            there = aligned((self.cells.as_number(hole.there), hole.letters), self.axes_of(equation, scope))
            # A batch cannot stop in the middle of a draw. Where a run would raise an error, a cell goes below zero, and whoever
            # evaluates looks at all such cells at once (engine/batch/guard.py).
            cells = self.cells.choose(there, np.asarray(self.cells.zero), self.cells.constants(np.array(-1.0)))
            self.guards.append(np.broadcast_to(cells, chosen.shape)[chosen])

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        """Write down the roots of an implicit equation."""
        if equation.solver == BRACKET:
            found = bracketed(self.formulas, equation, scope)
            return found.root, found.axes
        known, exponent = root_parts(equation)
        letters = tuple(scope.letters)
        labels = [self.formulas.labels(letter, scope) for letter in letters]
        names = tuple(", ".join(own) for own in product(*labels))
        self.cells.defining = equation.id
        axes = (*letters, ROW, COLUMN)
        bases, exponents = (aligned(self.formulas.value(part, scope), axes) for part in (known, exponent))
        # One matrix for each combination of the letters of the left side, also where what it is made of does not hang on all of
        # them.
        shape = np.broadcast_shapes(bases.shape, exponents.shape, (*map(len, labels), 1, 1))
        return self.cells.matrices("root", bases, exponents, shape, names), axes
