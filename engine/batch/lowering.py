"""From a plan to a program: the evaluator at work on cell numbers in place of numbers.

:mod:`engine.run.evaluate` and :mod:`engine.run.formula` walk formulas, bind letters and find positions; here the same walk writes down
each operation instead of doing it. So both give the same numbers to the bit, whatever a methodology says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.batch.lowered_conditions import ARITHMETIC, LoweredConditions
from engine.batch.program import Cells, Program
from engine.plan.plan import Plan, Step
from engine.project.written_numbers import EPOCH
from engine.run.conditions import Hole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import COLUMN, INNER, ROW, Scope, Valued, aligned
from engine.run.functions import ELEMENTWISE, REDUCTIONS
from engine.run.solvers import root_parts
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    DateMark,
    Diagonal,
    Element,
    Excluded,
    Identity,
    MatrixRef,
    Negative,
    Node,
    Number,
    Ratio,
    Reduce,
    Transpose,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology


def lower(methodology: Methodology, plan: Plan, outputs: tuple[str, ...] = ()) -> Program:
    """Write down everything that a plan computes, as printed.

    Parameters
    ----------
    outputs
        Quantities that are asked for; by default the plan's targets.

    Returns
    -------
    Program
        Each operation of each equation, for every cell that a step defines.
    """
    formulas = LoweredFormulas(methodology, plan.setting, {})
    steps = Lowering(plan, formulas, {})
    for quantity in plan.inputs:
        shape = tuple(len(plan.setting.members[axis]) for axis in methodology.quantity[quantity].indices)
        size = int(np.prod(shape, dtype=np.int64))
        cells = formulas.builder.add("input", size, name=quantity, places=np.arange(size, dtype=np.int64))
        formulas.arrays[quantity] = cells.reshape(shape)
    for stage in plan.stages:
        steps.stage(stage)
    wanted = {quantity: _cells(formulas.arrays[quantity]) for quantity in outputs or plan.targets}
    finite = np.unique(np.concatenate([np.zeros(0, np.int64), *formulas.partial]))
    guards = np.unique(np.concatenate([np.zeros(0, np.int64), *formulas.guards]))
    return Program(tuple(formulas.builder.groups), wanted, guards, finite)


def _cells(array: object) -> Cells:
    return np.asarray(array, np.int64)


@dataclass
class Lowering(StepEvaluator):
    """Puts cells where a run puts numbers."""

    formulas: LoweredFormulas

    def empty(self, shape: tuple[int, ...]) -> Cells:
        """Return cells that hold no number."""
        return np.full(shape, self.formulas.builder.constant(np.nan), np.int64)

    def step(self, step: Step, year: int | None) -> None:
        """Write down one case of one equation."""
        equation = self.methodology.equation[step.equation]
        scope = self.scope_of(step, year)
        self.formulas.defining = step.quantity
        self.formulas.guarded = False
        value, holes = self.formulas.heard(lambda _, own: self.worth(equation, own), equation.formula, scope)
        self.keep(step, equation, scope, value, holes)

    def worth(self, equation: Equation, scope: Scope) -> Valued:
        """Return the cells of an equation's right side."""
        return self.solved(equation, scope) if equation.solver else self.formulas.value(equation.formula, scope)

    def keep(self, step: Step, equation: Equation, scope: Scope, value: Valued, holes: list[Hole]) -> None:
        """Put the cells of a result where the quantity is read from."""
        matrix = isinstance(equation.defines, MatrixRef)
        axes = scope.order({*scope.letters, *((ROW, COLUMN) if matrix else ())})
        target = self.target(equation, scope, axes)
        shape = np.broadcast_shapes(*(np.shape(part) for part in target)) if target else ()
        result = np.broadcast_to(_cells(aligned(value, axes)), shape)
        exists = self.formulas.exists(step.quantity)
        chosen = self.chosen(step, axes, scope, shape)
        if exists is not None:
            here = exists[target] if target else exists
            result = np.where(here, result, self.formulas.zero)
            chosen = chosen & here
        if step.quantity not in self.plan.optional:
            self.must_be_finite(result, chosen, axes, holes)
        held = self.arrays[step.quantity]
        if target:
            held[target] = np.where(self.chosen(step, axes, scope, shape), result, held[target])
        else:
            held[...] = result

    def must_be_finite(self, result: Cells, chosen: NDArray[np.bool_], axes: tuple[str, ...], holes: list[Hole]) -> None:
        """Ask for what a run asks of each cell: a number, and no cell read that is not there."""
        formulas = self.formulas
        if formulas.guarded:
            formulas.partial.append(result[chosen])
        for hole in holes:
            there = _cells(aligned(formulas.as_cells((hole.there, hole.letters)), axes))
            below = _cells(formulas.builder.constant(-1.0))
            cells = formulas.builder.apply("where", there, _cells(formulas.zero), below, name=formulas.defining)
            formulas.guards.append(np.broadcast_to(cells, chosen.shape)[chosen])

    def solved(self, equation: Equation, scope: Scope) -> Valued:
        """Write down the roots of an implicit equation."""
        known, exponent = root_parts(equation)
        letters = tuple(scope.letters)
        sizes = [len(scope.letters[letter][1]) for letter in letters]
        labels = [self.formulas.labels(letter, scope) for letter in letters]
        names = tuple(", ".join(own[at] for own, at in zip(labels, cell, strict=True)) for cell in np.ndindex(*sizes))
        self.formulas.defining = equation.id
        known_cells, exponents = self.formulas.value(known, scope), self.formulas.value(exponent, scope)
        return self.formulas.matrices("root", known_cells, exponents, letters, names, sizes)


@dataclass
class LoweredFormulas(LoweredConditions):
    """Holds, for each quantity, the cells in which its numbers will be, and writes down what formulas do with them."""

    #: Cells that can come out as infinite or as no number, outside of cases.
    partial: list[Cells] = field(default_factory=list)
    #: Cells that are below zero where a formula reads what is not there.
    guards: list[Cells] = field(default_factory=list)
    conditional: int = 0
    #: Whether a case of the equation at hand can come out as no number.
    guarded: bool = False

    # -- values

    @property
    def zero(self) -> int:
        """The cell of zero."""
        return self.builder.constant(0.0)

    @property
    def missing(self) -> int:
        """The cell that stands for one that is not there."""
        return self.builder.constant(np.nan)

    def emit(self, op: str, *values: Valued, scope: Scope) -> Valued:
        """Write down an operation along the letters of its operands."""
        axes = scope.order({x for _, letters in values for x in letters})
        cells = self.builder.apply(op, *(_cells(aligned(value, axes)) for value in values), name=self.defining)
        if ELEMENTWISE[op].partial:
            if self.conditional:
                self.guarded = True
            else:
                self.partial.append(cells.ravel())
        return cells, axes

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return the cells of a node along its letters."""
        match node:
            case Number(text=text):
                return self.number(float(text))
            case Ratio(over=over, under=under):
                return self.number(over / under)
            case Excluded():
                return self.number(0.0)
            case DateMark(name=name):
                text = self.setting.start if name == "project_start" else self.setting.end
                return self.number(float((date.fromisoformat(text) - EPOCH).days))
            case Negative(operand=operand):
                return self.emit("neg", self.value(operand, scope), scope=scope)
            case Identity(set=set_id):
                return self.builder.constants(np.eye(len(self.setting.members[set_id]))), (ROW, COLUMN)
            case Element() | MatrixRef() | Binary() | Call() | Diagonal() | Transpose() | Reduce() | Cases():
                return super().value(node, scope)
        return self.as_cells(self.decided(node, scope))

    def on_diagonal(self, cells: Cells) -> Cells:
        """Return diagonal matrices of the last axis."""
        size = cells.shape[-1]
        result = np.full((*cells.shape, size), self.zero, np.int64)
        result[..., np.arange(size), np.arange(size)] = cells
        return result

    def binary(self, node: Binary, scope: Scope) -> Valued:
        """Write down an operation of two operands."""
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.op == "@":
            return self.matrix_product(left, right, scope)
        if node.op == "^" and ROW in left[1]:
            return self.matrix_power(left, right, scope)
        return self.emit(ARITHMETIC[node.op], left, right, scope=scope)

    def matrix_product(self, left: Valued, right: Valued, scope: Scope) -> Valued:
        """Write down products and their sum over the inner index."""
        outer = scope.order({*left[1], *right[1]} - {ROW, COLUMN})
        axes = (*outer, ROW, INNER, COLUMN)
        a = aligned((left[0], tuple(INNER if x == COLUMN else x for x in left[1])), axes)
        b = aligned((right[0], tuple(INNER if x == ROW else x for x in right[1])), axes)
        products = self.builder.apply("mul", _cells(a), _cells(b), name=self.defining)
        return self.over("Sum", products, len(outer) + 1), (*outer, ROW, COLUMN)

    def matrix_power(self, base: Valued, exponent: Valued, scope: Scope) -> Valued:
        """Write down powers of whole matrices."""
        outer = scope.order({*base[1], *exponent[1]} - {ROW, COLUMN})
        return self.matrices("matrix_power", base, exponent, outer, ("",))

    def matrices(
        self,
        op: str,
        base: Valued,
        exponent: Valued,
        outer: tuple[str, ...],
        labels: tuple[str, ...],
        sizes: list[int] | None = None,
    ) -> Valued:
        """Write down an operation on each of some matrices, with one exponent each."""
        axes = (*outer, ROW, COLUMN)
        matrices, powers = _cells(aligned(base, axes)), _cells(aligned(exponent, axes))
        shape = np.broadcast_shapes(matrices.shape, powers.shape, *([(*sizes, 1, 1)] if sizes else []))
        powers = np.broadcast_to(powers, shape)[..., 0, 0].ravel()
        names = labels if len(labels) == len(powers) else ("",) * len(powers)
        cells = self.builder.add(
            op, int(np.prod(shape)), (np.broadcast_to(matrices, shape).ravel(), powers), name=self.defining, labels=names
        )
        return cells.reshape(shape), axes

    def call(self, node: Call, scope: Scope) -> Valued:
        """Write down a function."""
        if LANGUAGE[node.name].rule == "calendar":
            numbers, letters = self.calendar(node, scope)
            return self.builder.constants(numbers), letters
        values = [self.value(argument, scope) for argument in node.arguments]
        result = values[0] if len(values) > 1 else self.emit(node.name, values[0], scope=scope)
        for value in values[1:]:
            result = self.emit(node.name, result, value, scope=scope)
        return result

    # -- reductions

    def over(self, kind: str, cells: Cells, axis: int) -> Cells:
        """Write down a reduction along one axis, in the order of the members."""
        moved = np.moveaxis(cells, axis, -1)
        count, shape = moved.shape[-1], moved.shape[:-1]
        if count == 0:
            return np.full(shape, self.builder.constant(REDUCTIONS[kind].neutral), np.int64)
        runs = int(np.prod(shape, dtype=np.int64))
        starts = np.arange(runs + 1, dtype=np.int64) * count
        return self.builder.reduce(kind, moved.ravel(), starts, self.defining).reshape(shape)

    def reduced(self, node: Reduce, scope: Scope) -> Valued:
        """Write down a reduction over letters, the innermost first."""
        array, axes, bound = self.body(node, scope)
        cells = _cells(array)
        for letter in reversed(bound):
            at = axes.index(letter)
            cells = _cells(self.over(node.kind, cells, at))
            axes = axes[:at] + axes[at + 1 :]
        return cells, axes

    def body(self, node: Reduce, scope: Scope) -> tuple[Cells, tuple[str, ...], list[str]]:
        """Return what is reduced, with the neutral element where a member takes no part."""
        inner, masks = scope, []
        for binder in node.binders:
            inner, mask = self.bind(binder, inner)
            if mask is not None:
                masks.append(mask)
        value, holes = self.heard(self.value, node.body, inner)
        bound = [binder.letter for binder in node.binders]
        masks += [(hole.there, hole.letters) for hole in holes if not hole.own.isdisjoint(bound)]
        keep = {x for _, letters in (value, *masks) for x in letters} - set(bound)
        axes = inner.order({*keep, *bound, *value[1]})
        array = _cells(aligned(value, axes))
        shape: tuple[int, ...] = tuple(
            len(inner.letters[x][1]) if x in bound else n for x, n in zip(axes, array.shape, strict=True)
        )
        shape = np.broadcast_shapes(shape, *(aligned(mask, axes).shape for mask in masks))
        array = np.broadcast_to(array, shape)
        neutral = self.builder.constant(REDUCTIONS[node.kind].neutral)
        for mask in masks:
            there = aligned(mask, axes)
            if there.dtype == bool:
                array = np.where(there, array, neutral)
            else:
                array = self.builder.apply("where", _cells(there), array, _cells(neutral), name=self.defining)
        self.pass_on([self.read_in_sum(hole, masks, bound, inner) for hole in holes if hole.own.isdisjoint(bound)])
        return array, axes, bound

    def everywhere(self, array: Cells, axis: int) -> Cells:
        """Return where a decided condition holds all along an axis."""
        return np.asarray(array.all(axis=axis)) if array.dtype == bool else self.over("All", array, axis)

    # -- cases and conditions

    def cases(self, node: Cases, scope: Scope) -> Valued:
        """Write down a choice by cases; cases that members decide are decided here."""
        assert node.otherwise is not None
        self.conditional += 1
        parts = [(self.heard(self.decided, c, scope), self.heard(self.value, v, scope)) for c, v in node.branches]
        (result, axes), unread = self.heard(self.value, node.otherwise, scope)
        self.conditional -= 1
        if unread or any(asked or taken for (_, asked), (_, taken) in parts):
            self.pass_on(self.read_in_cases([(held, asked, taken) for (held, asked), (_, taken) in parts], unread, scope))
        for (condition, _), (value, _) in reversed(parts):
            union = scope.order({*axes, *condition[1], *value[1]})
            held, there, other = (aligned(x, union) for x in (condition, value, (result, axes)))
            if held.dtype == bool:
                result = np.where(held, there, other)
            else:
                result = self.builder.apply("where", _cells(held), _cells(there), _cells(other), name=self.defining)
            axes = union
        return result, axes


def input_shapes(methodology: Methodology, plan: Plan) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each input of a plan."""
    return {q: tuple(len(plan.setting.members[axis]) for axis in methodology.quantity[q].indices) for q in plan.inputs}
