"""Evaluate a plan: stage by stage, step by step, every intermediate kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import EXCLUDED, NOT_APPLICABLE, PRESENT
from engine.plan.plan import Loop, Plan, Stage, Step
from engine.plan.reach import axis_place, places_along
from engine.run.brackets import FoundRoot, bracketed, ends_of
from engine.run.conditions import ConditionEvaluator, Hole
from engine.run.diagnosis import Diagnosis
from engine.run.formula import COLUMN, ROW, CountsAs, Exactly, FormulaEvaluator, Scope, Valued, aligned
from engine.run.inputs import Inputs
from engine.run.magnitudes import NOISE, MagnitudeFormulas
from engine.run.ranges import check_ranges
from engine.run.shared_parts import check_parts
from engine.run.solvers import Solution, root_parts, solve_root
from equations.errors import EvaluationError
from equations.formula.syntax import Compare, Element, IndexLabel, IndexLetter, MatrixRef, Node, quantities_in
from equations.model.equation import BRACKET, Equation
from equations.model.left_side import LeftSide, OnAxis, left_side
from equations.model.methodology import Methodology
from equations.records import record


@record(frozen=True)
class Values:
    """All numbers of a run.

    Attributes
    ----------
    arrays
        Quantity -> float64 array in the quantity's unit. Shape: one axis per index, in declared order; NaN where not needed. Outside
        a relation, where ``states`` say NOT_APPLICABLE, stands 0.0 and no formula reads it.
    states
        Quantity -> uint8 array of the same shape (:mod:`engine.run.inputs`).
    steps
        Computed quantity -> the steps that defined it.
    step_of
        Computed quantity -> which of these steps gave each cell, -1 where none did. Shape: that of the array.
    """

    arrays: Mapping[str, NDArray[np.float64]]
    states: Mapping[str, NDArray[np.uint8]]
    steps: Mapping[str, tuple[Step, ...]]
    step_of: Mapping[str, NDArray[np.int16]]
    solutions: tuple[Solution | FoundRoot, ...] = ()
    #: Values that lay near a step, were rounded, and are not known as fractions: they count as the step.
    near_whole: tuple[CountsAs, ...] = ()
    #: Comparisons of numbers that differ, with their least difference.
    gaps: tuple[tuple[Compare, Scope, float], ...] = ()

    def step_at(self, quantity: str, cell: tuple[int, ...]) -> Step | None:
        """Return the step that gave a cell, ``None`` for what was given."""
        at = int(self.step_of[quantity][cell]) if quantity in self.step_of else -1
        return self.steps[quantity][at] if at >= 0 else None


def evaluate(methodology: Methodology, plan: Plan, inputs: Inputs, exact: Exactly | None = None) -> Values:
    """Evaluate every stage of a plan.

    Parameters
    ----------
    inputs
        As bound to the same plan.
    exact
        The same run in fractions, asked where rounding to whole numbers hangs on the last digits of a float.

    Returns
    -------
    Values
        Inputs and computed quantities.

    Raises
    ------
    EvaluationError
        V601 (division by zero), V602 (domain), V603 (not finite), V604 (implicit equation), V607 (a cell that is not there),
        V608 (outside its range), V609 (parts of more than the whole), naming the cell and the operands.
    """
    formulas = FormulaEvaluator(methodology, plan.setting, dict(inputs.values), exact=exact, gaps=[])
    run = StepEvaluator(plan, formulas, dict(inputs.states))
    try:
        with np.errstate(all="ignore"):
            for stage in plan.stages:
                run.stage(stage)
    except EvaluationError:
        # Of two errors the earlier one is told: a share of 3 makes the logarithm of a negative number three formulas later.
        run.check_ranges()  # a number out of its range is the cause of what fails after it
        raise
    run.check_ranges()
    check_parts(formulas)
    return replace(run.values(near_whole=tuple(formulas.undecided)), gaps=tuple(formulas.gaps or ()))


def evaluate_again(methodology: Methodology, plan: Plan, values: Values, quantity: str) -> Values:
    """Evaluate only one quantity and what is computed after it, on the numbers of an earlier run of the same plan.

    Parameters
    ----------
    methodology
        May define ``quantity`` otherwise than the methodology of the earlier run, as long as it needs the same.

    Raises
    ------
    EvaluationError
        As :func:`evaluate`.
    """
    first = next((at for at, stage in enumerate(plan.stages) if quantity in stage.quantities), len(plan.stages))
    run = StepEvaluator(plan, FormulaEvaluator(methodology, plan.setting, dict(values.arrays)), dict(values.states))
    run.steps, run.step_of, run.solutions = dict(values.steps), dict(values.step_of), list(values.solutions)
    with np.errstate(all="ignore"):
        for stage in plan.stages[first:]:
            run.stage(stage)
    return run.values()


@record(frozen=False)
class StepEvaluator:
    """Fills arrays step by step (:mod:`engine.batch.lowering` fills them with what is to be done instead)."""

    plan: Plan
    formulas: FormulaEvaluator
    states: dict[str, NDArray[np.uint8]]
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    step_of: dict[str, NDArray[np.int16]] = field(default_factory=dict)
    solutions: list[Solution | FoundRoot] = field(default_factory=list)
    sides: dict[str, LeftSide] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[int, tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.methodology = self.formulas.methodology
        self.setting = self.formulas.setting
        self.arrays = self.formulas.arrays

    def values(self, near_whole: tuple[CountsAs, ...] = ()) -> Values:
        """Return all numbers, once every stage is done."""
        return Values(self.arrays, self.states, self.steps, self.step_of, tuple(self.solutions), near_whole)

    def check_ranges(self) -> None:
        """Raise V608 for what was computed so far and lies outside its range."""
        check_ranges(
            self.methodology, self.plan, self.arrays, self.states, lambda: magnitudes(self.methodology, self.plan, self.arrays).arrays
        )

    # -- stages and steps

    def stage(self, stage: Stage) -> None:
        for quantity in stage.quantities:
            axes = self.methodology.quantity[quantity].indices
            shape = tuple(len(self.setting.members[axis]) for axis in axes)
            # Empty first: in a circle a quantity reads cells of itself, and what is not filled yet must be no number rather than
            # one left from before.
            self.arrays[quantity] = self.formulas.arithmetic.empty(shape)
            self.states[quantity] = np.zeros(shape, np.uint8)
            self.steps[quantity] = tuple(step for step in stage.steps if step.quantity == quantity)
            self.step_of[quantity] = np.full(shape, -1, np.int16)
        steps = {quantity: self.steps[quantity] for quantity in stage.quantities}
        self.along(stage.quantities if stage.loop is None else (stage.loop,), steps, {})

    def along(self, body: Iterable[str | Loop], steps: Mapping[str, tuple[Step, ...]], here: Mapping[str, int]) -> None:
        """Do what stands in a loop, where each of the axes around it is at one place."""
        for item in body:
            if isinstance(item, Loop):
                # What belongs to no group of an axis lies before it, at place -1.
                # Every quantity of the loop for one member before the next member: within it their order is that of the body.
                places = range(-1, len(self.setting.members[item.axis]))
                for place in reversed(places) if item.is_backward else places:
                    self.along(item.body, steps, {**here, item.axis: place})
                continue
            for step in steps[item]:
                self.step(step, here)

    def scope_of(self, step: Step, here: Mapping[str, int]) -> Scope | None:
        """Return the scope of a step's left side where each axis of a loop is at one place, ``None`` where no cell is.

        Positions are those on the quantity's own axes.
        """
        left, scope = self.left(step), Scope()
        for axis, place in here.items():
            index = left.indices[self.places_of(step.quantity, axis)[0]]
            if not isinstance(index, IndexLetter) and self.cell_of(index, step, axis) != place:
                return None
        for letter, positions in step.positions:
            own = positions
            for axis, place in here.items():
                at, places = self.places_of(step.quantity, axis)
                if left.place_of[letter] == at:
                    own = tuple(position for position in own if places[position] == place)
            if not own:
                return None
            scope = scope.bound(letter, left.axis_of[letter], np.array(own, np.intp))
        return scope

    def left(self, step: Step) -> LeftSide:
        """Return the left side of a step's equation."""
        if step.equation not in self.sides:
            self.sides[step.equation] = left_side(self.methodology.equation[step.equation], self.methodology.quantity[step.quantity])
        return self.sides[step.equation]

    def places_of(self, quantity: str, axis: str) -> tuple[int, tuple[int, ...]]:
        """Return which index of a quantity lies along an axis, and the place there of each of its members."""
        if (quantity, axis) not in self.places:
            at = axis_place(quantity, axis, self.methodology)
            assert at is not None, "a loop goes along an axis of all its quantities"
            set_id = self.methodology.quantity[quantity].indices[at]
            self.places[quantity, axis] = at, places_along(set_id, axis, self.setting, self.methodology)
        return self.places[quantity, axis]

    def cell_of(self, index: OnAxis, step: Step, axis: str) -> int:
        """Return the place on an axis of a member that a left side names."""
        at, places = self.places_of(step.quantity, axis)
        set_id = self.methodology.quantity[step.quantity].indices[at]
        assert isinstance(index, IndexLabel), "a circle through whole matrices goes along another axis"
        return places[self.setting.members[set_id].index(self.setting.label(index, set_id))]

    def step(self, step: Step, here: Mapping[str, int]) -> None:
        """Evaluate one case of one equation."""
        scope = self.scope_of(step, here)
        if scope is None:
            return
        equation = self.methodology.equation[step.equation]
        value, holes = self.formulas.heard(lambda _, own: self.worth(equation, own), equation.formula, scope)
        self.store(step, equation, scope, value, holes)

    def worth(self, equation: Equation, scope: Scope) -> Valued:
        """Return what an equation's right side is worth."""
        return self.solved(equation, scope) if equation.solver else self.formulas.value(equation.formula, scope)

    def store(self, step: Step, equation: Equation, scope: Scope, value: Valued, holes: list[Hole]) -> None:
        """Put a result where the quantity is read from; outside its relation stands zero, which no formula reads."""
        axes = self.axes_of(equation, scope)
        target = self.formulas.places(equation.defines, axes, scope)
        shape = np.broadcast_shapes(*(part.shape for part in target))
        result, state = np.broadcast_to(aligned(value, axes), shape), self.states_of(equation, shape, scope)
        chosen = defined = self.chosen(step, axes, scope, shape)
        exists = self.formulas.exists(step.quantity)
        if exists is not None:
            here = exists[target]
            result = np.where(here, result, self.formulas.arithmetic.zero)
            state = np.where(here, state, np.uint8(NOT_APPLICABLE))
            chosen = chosen & here
        # What only rules read may lack a number: they say so themselves, as not decided.
        if step.quantity not in self.plan.optional:
            self.check(equation, scope, target, result, chosen, holes)
        number = next(at for at, one in enumerate(self.steps[step.quantity]) if one is step)
        for held, new in ((self.arrays, result), (self.states, state), (self.step_of, np.int16(number))):
            array: NDArray[Any] = held[step.quantity]
            # a single cell is named by ... : by () NumPy would put the array itself into one of fractions
            # A masked step keeps what others gave: its box also holds cells that are those of other cases.
            array[target or ...] = new if step.mask is None else np.where(defined, new, array[target])

    def axes_of(self, equation: Equation, scope: Scope) -> tuple[str, ...]:
        """Return the letters along which the result of an equation lies."""
        return scope.order({*scope.letters, ROW, COLUMN} if equation.defines.whole else {*scope.letters})

    def states_of(self, equation: Equation, shape: tuple[int, ...], scope: Scope) -> NDArray[np.uint8]:
        """Return the states of the cells that an equation gives."""
        excluded = None if equation.solver else self.formulas.excluded(equation.formula, scope)
        if excluded is None:
            return np.full(shape, PRESENT, np.uint8)
        left_out = np.broadcast_to(aligned(excluded, self.axes_of(equation, scope)), shape)
        return np.where(left_out, np.uint8(EXCLUDED), np.uint8(PRESENT))

    def check(
        self, equation: Equation, scope: Scope, target: tuple[NDArray[np.intp], ...], result: NDArray[Any],
        chosen: NDArray[np.bool_], holes: list[Hole],
    ) -> None:  # fmt: skip
        """Raise where a cell that is asked for is no number."""
        # Fractions are objects to NumPy; as floats they answer the same question.
        bad = ~np.isfinite(np.asarray(result, float)) & chosen
        if bad.any() and (bad := bad & self.required(equation.quantity, target)).any():
            cells = [tuple(int(at) for at in cell) for cell in np.argwhere(bad)]
            raise Diagnosis(self.formulas).error(equation, scope, self.axes_of(equation, scope), cells)

    def required(self, quantity: str, target: tuple[NDArray[np.intp], ...]) -> NDArray[np.bool_]:
        """Return which cells must have a number; what only rules read may lack one."""
        found = np.ones((), bool)
        if self.plan.required:
            for part, axis in zip(target, self.plan.required.get(quantity, ()), strict=False):
                found = found & np.isin(part, axis)
        return found

    def chosen(self, step: Step, axes: tuple[str, ...], scope: Scope, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        if step.mask is None:
            return np.ones(shape, bool)
        letters = tuple(scope.letters)
        grid = np.zeros([len(scope.letters[letter][1]) for letter in letters], bool)
        for cell in np.ndindex(*grid.shape):
            grid[cell] = tuple(int(scope.letters[x][1][at]) for x, at in zip(letters, cell, strict=True)) in step.mask
        return np.broadcast_to(aligned((grid, letters), axes), shape)

    # -- implicit equations

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        if equation.solver == BRACKET:
            return self.bracketed(equation, scope)
        known, exponent = root_parts(equation)
        letters = tuple(scope.letters)
        axes = (*letters, ROW, COLUMN)
        matrices, powers = aligned(self.formulas.value(known, scope), axes), aligned(self.formulas.value(exponent, scope), axes)
        shape = np.broadcast_shapes(matrices.shape, powers.shape)
        matrices, powers = np.broadcast_to(matrices, shape), np.broadcast_to(powers, shape)
        if not np.isfinite(matrices).all() and equation.quantity not in self.plan.optional:
            cells = list(dict.fromkeys(tuple(int(at) for at in cell[:-2]) for cell in np.argwhere(~np.isfinite(matrices))))
            raise Diagnosis(self.formulas).error(replace(equation, formula=known), scope, letters, cells)
        result = np.empty(shape)
        for cell in np.ndindex(*shape[:-2]):
            where = ", ".join(self.formulas.labels(letter, scope)[at] for letter, at in zip(letters, cell, strict=True))
            result[cell] = self.root(equation, where, matrices[cell], float(powers[cell][0, 0]))
        return result, axes


    def bracketed(self, equation: Equation, scope: Scope) -> Valued:
        """Solve an equation with one unknown, cell by cell of its left side."""
        found, ends = bracketed(self.formulas, equation, scope), ends_of(self.methodology.quantity[equation.quantity])
        labels = [self.formulas.labels(letter, scope) for letter in found.axes]
        for cell in map(tuple, np.argwhere(np.isfinite(np.asarray(found.root, float)))):
            where = ", ".join(own[at] for own, at in zip(labels, cell, strict=True))
            self.solutions.append(FoundRoot(equation.id, where, float(found.root[cell]), float(found.left[cell]), ends))
        return found.root, found.axes

    def root(self, equation: Equation, where: str, matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
        """Solve one matrix; where only a rule asks for it, what cannot be solved stays missing."""
        optional = equation.quantity in self.plan.optional
        if optional and not (np.isfinite(matrix).all() and np.isfinite(exponent)):
            return np.full_like(matrix, np.nan)
        try:
            root, solution = solve_root(equation, where, matrix, exponent)
        except EvaluationError:
            if not optional:
                raise
            return np.full_like(matrix, np.nan)
        self.solutions.append(solution)
        return root


# -- how large the numbers were that entered (:mod:`engine.run.magnitudes`)


def magnitudes(methodology: Methodology, plan: Plan, arrays: dict[str, NDArray[np.float64]]) -> FormulaEvaluator:
    """Return an evaluator that gives, for each formula, the magnitudes that entered; its ``arrays`` hold those of every quantity.

    Parameters
    ----------
    arrays
        The numbers of a run, or of its beginning.
    """
    return Entered(methodology, plan, arrays).evaluator(arrays)


class Entered:
    """What entered the numbers of a run, looked up as far as somebody asks."""

    def __init__(self, methodology: Methodology, plan: Plan, arrays: dict[str, NDArray[np.float64]]) -> None:
        self.methodology, self.plan, self.arrays = methodology, plan, arrays
        self.done: set[str] = set()

    def __call__(self, node: Node) -> tuple[float, ConditionEvaluator]:
        """Return the share of what entered by which rounding may have moved a number, and who tells what entered a formula."""
        return NOISE, self.evaluator(set(quantities_in(node)))

    def evaluator(self, quantities: Iterable[str]) -> MagnitudeFormulas:
        """Return an evaluator with the magnitudes of some quantities, and of what they follow from."""
        wanted = set(quantities) - self.done
        stages = []
        # Backwards to collect what is needed, forwards to compute it: magnitudes are dear, and mostly nobody asks for more than a
        # few.
        for stage in reversed(self.plan.stages):
            if wanted.intersection(stage.quantities) and all(quantity in self.arrays for quantity in stage.quantities):
                stages.append(stage)
                for step in stage.steps:
                    wanted |= set(quantities_in(self.methodology.equation[step.equation].formula)) - self.done
        with np.errstate(all="ignore"):
            for stage in reversed(stages):
                self.done.update(stage.quantities)
                self.steps.stage(stage)
        return self.formulas

    @cached_property
    def formulas(self) -> MagnitudeFormulas:
        """Who evaluates formulas on magnitudes."""
        real = FormulaEvaluator(self.methodology, self.plan.setting, self.arrays)
        inputs = {name: np.abs(array) for name, array in self.arrays.items() if name in self.plan.inputs}
        return MagnitudeFormulas(self.methodology, self.plan.setting, inputs, real=real)

    @cached_property
    def steps(self) -> MagnitudeSteps:
        """Who fills their arrays."""
        return MagnitudeSteps(replace(self.plan, optional=frozenset(self.plan.needs)), self.formulas, {})



@record(frozen=False)
class MagnitudeSteps(StepEvaluator):
    """Fills arrays with magnitudes, step by step."""

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        """Return the largest element of a root for each of its elements: rounding is that of the whole matrix."""
        if equation.solver == BRACKET:
            return self.size_of_root(equation, scope)
        assert isinstance(self.formulas, MagnitudeFormulas) and isinstance(equation.defines, MatrixRef)
        array, letters = self.formulas.real.matrix(equation.defines, scope)
        axes = scope.order({*letters})
        size = array.shape[-1]
        # An element of a root follows from all elements of the matrix, so none of them is known better than the largest allows.
        return np.abs(aligned((array, letters), axes)).max(axis=(-2, -1), keepdims=True) * np.full((size, size), float(size)), axes

    def size_of_root(self, equation: Equation, scope: Scope) -> Valued:
        """Return what enters a root: itself, and what enters the two sides over the slope of their difference."""
        assert isinstance(self.formulas, MagnitudeFormulas) and isinstance(equation.formula, Compare) and isinstance(equation.defines, Element)
        root = self.formulas.real.element(equation.defines, scope)
        self.formulas.unknown[equation.quantity] = np.abs(root[0]), root[1]
        try:
            sizes = [self.formulas.value(side, scope) for side in (equation.formula.left, equation.formula.right)]
        finally:
            del self.formulas.unknown[equation.quantity]
        steepness = bracketed(self.formulas.real, equation, scope).slope
        axes = scope.order({x for _, letters in (root, *sizes) for x in letters})
        entered = sum(aligned(size, axes) for size in sizes)
        return np.abs(aligned(root, axes)) + entered / np.maximum(np.abs(steepness), 1e-300), axes
