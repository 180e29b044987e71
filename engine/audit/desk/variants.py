"""A run under many slips at once: what a slip changes gets an axis of its own, and only what follows from it is computed again.

The walk over a formula is the one of a run; a letter in front of all others stands for the slip. So a slip anywhere costs what its own equation
costs, and what lies between it and the claims is computed once for hundreds of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.plan.plan import Stage, Step
from engine.run.conditions import Hole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import COLUMN, ROW, FormulaEvaluator, Scope, Valued, aligned
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.formula.syntax import Element, MatrixRef, Node, quantities_in
from equations.model.equation import BRACKET, Equation

#: Stands for the slip, before every other letter.
SLIP = "#slip"
#: Numbers of quantities under several slips. Shape: (slip, one axis per index).
Varied = dict[str, NDArray[np.float64]]
#: Share of a number below which a difference is the noise of floats.
_NOISE = 1e-12
#: What a formula that cannot be evaluated may raise: a slip can make one that has no meaning.
MEANINGLESS = (MethodologyError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError)


@dataclass
class SlipFormulas(FormulaEvaluator):
    """Evaluates formulas in which some quantities differ from slip to slip."""

    varied: Varied = field(default_factory=dict)

    def element(self, node: Element, scope: Scope) -> Valued:
        """Return a cell of a quantity, along the slips where it differs."""
        if node.quantity not in self.varied or node.quantity in self.unknown:
            return super().element(node, scope)
        plain = _without(scope)
        letters = plain.order(_letters(node))
        at = self.places(node, letters, plain)
        array = self.varied[node.quantity][of_all(at)]
        return self.there(node.quantity, at, array, letters, frozenset(letters)), (SLIP, *letters)

    def matrix(self, node: MatrixRef, scope: Scope) -> Valued:
        """Return a matrix, along the slips where it differs."""
        if node.quantity not in self.varied:
            return super().matrix(node, scope)
        plain = _without(scope)
        letters = plain.order(_letters(node))
        axes = (*letters, *(ROW, COLUMN)[: node.whole])
        at = self.places(node, axes, plain)
        array = self.there(node.quantity, at, self.varied[node.quantity][of_all(at)], axes, frozenset(letters))
        return (self.on_diagonal(array), (SLIP, *letters, ROW, COLUMN)) if node.diagonal else (array, (SLIP, *axes))


def of_all(at: Sequence[Any]) -> tuple[Any, ...]:
    """Return positions of a quantity as positions under every slip."""
    return (slice(None), *at)


def _letters(node: Element | MatrixRef) -> set[str]:
    return {letter for index in node.indices if (letter := getattr(index, "letter", ""))}


def _without(scope: Scope) -> Scope:
    return Scope({letter: own for letter, own in scope.letters.items() if letter != SLIP})


@dataclass
class SlipSteps(StepEvaluator):
    """Evaluates steps for all slips at once."""

    count: int = 0

    def scope_of(self, step: Step, here: Mapping[str, int]) -> Scope | None:
        """Return the scope of a step with the slips before all letters."""
        scope = super().scope_of(step, here)
        return None if scope is None else Scope({SLIP: ("", np.arange(self.count, dtype=np.intp)), **scope.letters})

    def step(self, step: Step, here: Mapping[str, int]) -> None:
        """Evaluate one case of one equation; one by one where its kind does not go together."""
        scope = self.scope_of(step, here)
        if scope is None:
            return
        equation = self.methodology.equation[step.equation]
        if not equation.solver:
            try:
                self.put(step, equation, scope, self.formulas.value(equation.formula, scope))
                return
            except MEANINGLESS:
                pass
        self.one_by_one(step, equation, scope)

    def one_by_one(self, step: Step, equation: Equation, scope: Scope) -> None:
        formulas, plain = self.formulas, _without(scope)
        assert isinstance(formulas, SlipFormulas)
        varied, arrays = formulas.varied, dict(formulas.arrays)
        found, axes = [], self.axes_of(equation, plain)
        shape = np.broadcast_shapes(*(part.shape for part in formulas.places(equation.defines, axes, plain)))
        try:
            for at in range(self.count):
                formulas.varied = {}
                formulas.arrays.update({id_: own[at] for id_, own in varied.items()})
                found.append(np.broadcast_to(self.alone(equation, plain, axes), shape))
        finally:
            formulas.varied = varied
            formulas.arrays.update({id_: arrays[id_] for id_ in varied if id_ in arrays})
        self.put(step, equation, scope, (np.stack(found), (SLIP, *axes)))

    def alone(self, equation: Equation, scope: Scope, axes: tuple[str, ...]) -> NDArray[Any]:
        """Return what an equation gives for one slip; no number where it gives none."""
        try:
            return aligned(self.worth(equation, scope), axes)
        except MEANINGLESS:
            return np.full([1] * len(axes), np.nan)

    def put(self, step: Step, equation: Equation, scope: Scope, value: Valued) -> None:
        """Store a result along the slips."""
        plain, formulas = _without(scope), self.formulas
        assert isinstance(formulas, SlipFormulas)
        axes = self.axes_of(equation, plain)
        target = formulas.places(equation.defines, axes, plain)
        shape = np.broadcast_shapes(*(part.shape for part in target))
        result = np.broadcast_to(aligned(value, (SLIP, *axes)), (self.count, *shape))
        exists = formulas.exists(step.quantity)
        if exists is not None:
            result = np.where(exists[target], result, 0.0)
        if step.quantity not in formulas.varied:
            formulas.varied[step.quantity] = np.repeat(self.arrays[step.quantity][None], self.count, axis=0)
        held = formulas.varied[step.quantity]
        place = of_all(target)
        held[place] = np.where(self.chosen(step, axes, plain, shape), result, held[place])

    def stage(self, stage: Stage) -> None:
        """Do a stage on the numbers of the run that are there."""
        steps = {quantity: tuple(step for step in stage.steps if step.quantity == quantity) for quantity in stage.quantities}
        self.steps.update(steps)
        self.along(stage.quantities if stage.loop is None else (stage.loop,), steps, {})


@dataclass
class OneStage(StepEvaluator):
    """Evaluates a stage again with one formula exchanged."""

    formula_of: dict[str, Node] = field(default_factory=dict)

    def again(self, stage: Stage, equation: str) -> None:
        """Evaluate the steps of one equation, or the whole of a stage whose quantities follow from each other."""
        if stage.loop is not None:
            self.stage(stage)
            return
        for quantity in stage.quantities:
            self.arrays[quantity], self.states[quantity] = self.arrays[quantity].copy(), self.states[quantity].copy()
            self.step_of[quantity] = np.full(self.arrays[quantity].shape, -1, np.int16)
            self.steps[quantity] = tuple(step for step in stage.steps if step.quantity == quantity)
        for step in stage.steps:
            if step.equation == equation:
                self.step(step, {})

    def worth(self, equation: Equation, scope: Scope) -> Valued:
        """Return what the exchanged formula is worth."""
        formula = self.formula_of.get(equation.id)
        if formula is None:
            return super().worth(equation, scope)
        if not equation.solver:
            return self.formulas.value(formula, scope)
        changed = replace(equation, formula=formula)
        return self.bracketed(changed, scope) if equation.solver == BRACKET else super().worth(changed, scope)

    def check(self, equation: Equation, scope: Scope, target: Any, result: NDArray[Any], chosen: NDArray[np.bool_], holes: list[Hole]) -> None:
        """Pass over what is no number: it agrees with nothing."""


class Variants:
    """A run, or what is taken for one, under slips.

    Parameters
    ----------
    arrays
        The numbers on which slips are tried.
    targets
        Quantities that are wanted.
    """

    def __init__(self, run: Run, arrays: Mapping[str, NDArray[np.float64]], targets: Iterable[str]) -> None:
        self.run, self.arrays, self.targets = run, dict(arrays), frozenset(targets)
        self.stage_of = {quantity: at for at, stage in enumerate(run.plan.stages) for quantity in stage.quantities}

    @cached_property
    def reads(self) -> list[frozenset[str]]:
        """What the formulas of each stage read."""
        of = self.run.methodology.equation
        return [frozenset(q for step in stage.steps for q in quantities_in(of[step.equation].formula)) for stage in self.run.plan.stages]

    @cached_property
    def behind(self) -> frozenset[str]:
        """Everything from which a target follows."""
        found = set(self.targets)
        for stage, reads in zip(reversed(self.run.plan.stages), reversed(self.reads), strict=True):
            if not found.isdisjoint(stage.quantities):
                found |= reads | set(stage.quantities)
        return frozenset(found)

    def with_formula(self, equation: str, formula: Node) -> dict[str, NDArray[np.float64]] | None:
        """Return the numbers of an equation's own stage where its formula is another one; ``None`` where that has no meaning or changes nothing."""
        quantity = self.run.methodology.equation[equation].quantity
        stage = self.run.plan.stages[self.stage_of[quantity]]
        if any(name not in self.arrays for name in quantities_in(formula)):
            return None
        arrays = dict(self.arrays)
        steps = OneStage(self.run.plan, FormulaEvaluator(self.run.methodology, self.run.setting, arrays), dict(self.run.values.states),
                         formula_of={equation: formula})  # fmt: skip
        try:
            with np.errstate(all="ignore"):
                steps.again(stage, equation)
        except MEANINGLESS:
            return None
        changed = {id_: arrays[id_] for id_ in stage.quantities if not same_numbers(arrays[id_], self.arrays[id_])}
        return changed or None

    def spread(self, varied: Varied) -> Varied:
        """Return the targets under slips.

        Parameters
        ----------
        varied
            Quantities that slips change, inputs or those of one stage.

        Returns
        -------
        dict
            Each target that changes. Shape: (slip, one axis per index).
        """
        count = len(next(iter(varied.values())))
        formulas = SlipFormulas(self.run.methodology, self.run.setting, dict(self.arrays), varied=dict(varied))
        steps = SlipSteps(self.run.plan, formulas, {}, count=count)
        done = {self.stage_of[id_] for id_ in varied if id_ in self.stage_of}
        with np.errstate(all="ignore"):
            for at, stage in enumerate(self.run.plan.stages):
                if at not in done and not self.reads[at].isdisjoint(formulas.varied) and not self.behind.isdisjoint(stage.quantities):
                    steps.stage(stage)
        return {id_: own for id_, own in formulas.varied.items() if id_ in self.targets}


def same_numbers(one: NDArray[np.float64], two: NDArray[np.float64]) -> bool:
    """Whether two arrays hold the same numbers but for the noise of floats."""
    if one.shape != two.shape:
        return False
    with np.errstate(invalid="ignore"):
        return bool(((np.abs(one - two) <= _NOISE * np.abs(two)) | (one == two) | (np.isnan(one) & np.isnan(two))).all())
