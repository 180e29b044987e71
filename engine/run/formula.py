"""The walk over a formula, written once: letters are bound, positions found, cases followed, each element as it is written.

Letters are the axes of intermediate arrays, in the order in which they are bound; sums run over members in their declared order, one after
the other, so that results do not depend on the machine. What stands in the arrays is left to an arithmetic (:mod:`engine.run.numbers`). On
numbers this is the literal form, the reference for whatever is faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import existing_cells
from engine.plan.time_axes import group_of_each, parts_of
from engine.plan.windows import window_spans
from engine.run.arithmetic.rational import rounded_exactly
from engine.run.arithmetic.whole_numbers import near_whole
from engine.run.calendar_calls import calendar_value
from engine.run.conditions import ConditionEvaluator, Hole
from engine.run.functions import FUNCTIONS, REDUCTIONS
from engine.run.letters import COLUMN, INNER, ROW, Array, Scope, Valued, aligned
from engine.run.numbers import OPERATION
from engine.run.samples import SAMPLES
from engine.run.tables import looked_up
from equations.errors import InputError, listed
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.rounding import without_step
from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Call,
    Cases,
    DateMark,
    Diagonal,
    Element,
    Excluded,
    GroupOf,
    Identity,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    MatrixRef,
    Negative,
    Node,
    Number,
    Points,
    Ratio,
    Reduce,
    Transpose,
    Window,
    quantities_in,
)
from equations.model.day_numbers import number_of_day
from equations.records import record

__all__ = ["COLUMN", "INNER", "ROW", "Array", "FormulaEvaluator", "Scope", "Valued", "aligned"]


class Exactly(Protocol):
    """Who knows the value of a part of a formula in fractions (:mod:`engine.run.exact_run`)."""

    def of(self, node: Node, scope: Scope) -> Valued:
        """Return the value; elements are :class:`~engine.run.arithmetic.rational.Rational`, or floats where no fraction is known."""
        ...


@record(frozen=True)
class CountsAs:
    """A number that was rounded and counts as another one beside it: its last digits would decide, and it is known as a float only."""

    function: str
    value: float
    counts_as: float


@record(frozen=True)
class Terms:
    """The terms of a reduction.

    Attributes
    ----------
    inner
        The scope with the letters that are bound.
    array
        What the body gives. Shape: one axis for each of ``axes``, those of ``bound`` in full.
    masks
        Which terms take part: those that every mask lets through.
    around
        Cells that are not there, are read, and that no bound letter names: what is around the reduction is told.
    """

    inner: Scope
    array: Array
    axes: tuple[str, ...]
    bound: tuple[str, ...]
    masks: list[Valued]
    around: list[Hole]

    @property
    def left(self) -> tuple[str, ...]:
        """The letters that are left when all bound ones are reduced."""
        return tuple(x for x in self.axes if x not in self.bound)


@record(frozen=False)
class FormulaEvaluator(ConditionEvaluator):
    """Evaluates formulas and conditions on the arrays that it holds.

    Attributes
    ----------
    arrays
        Quantity -> float64 array. Shape: one axis per index, in declared order.
    supplied
        Quantities that count as supplied in the conditions of rules.
    """

    #: The same numbers in fractions, for what the last digits of a float would decide; none in batches.
    exact: Exactly | None = None
    #: What lay near where a function jumps and is not known as a fraction, so that it counts as the place of the jump.
    undecided: list[CountsAs] = field(default_factory=list)

    #: What is tried in place of a quantity while its equation is solved (:mod:`engine.run.brackets`).
    unknown: dict[str, Valued] = field(default_factory=dict)

    def exists(self, quantity: str) -> Array | None:
        """Return a mask of the cells that exist under the quantity's relation, or ``None`` where all do."""
        if quantity not in self.existing:
            self.existing[quantity] = existing_cells(self.methodology.quantity[quantity], self.setting, self.methodology)
        return self.existing[quantity]

    def value(self, node: Node, scope: Scope) -> Valued:  # noqa: C901, PLR0911, PLR0912 - one arm for each kind of node
        """Return the value of a node along its letters."""
        match node:
            case Number() | Ratio():
                return self.arithmetic.literal(node), ()
            case Excluded():
                return self.arithmetic.constants(np.array(0.0)), ()
            case Element():
                return self.element(node, scope)
            case MatrixRef():
                return self.matrix(node, scope)
            case DateMark(name=name):
                day = date.fromisoformat(self.setting.start if name == "project_start" else self.setting.end)
                return self.arithmetic.constants(np.array(number_of_day(day))), ()
            case Negative(operand=operand):
                return self.apply("neg", [self.value(operand, scope)], scope)
            case Binary():
                return self.binary(node, scope)
            case Call():
                return self.call(node, scope)
            case Identity(set=set_id):
                return self.arithmetic.constants(np.eye(len(self.setting.members[set_id]))), (ROW, COLUMN)
            case Transpose(operand=operand):
                array, letters = self.value(operand, scope)
                return np.swapaxes(array, -1, -2), letters
            case Diagonal():
                return self.diagonal(node, scope)
            case Points(numbers=numbers, values=values):  # a number where the point is there
                return self.apply("add", [self.value(numbers, scope), self.value(values, scope)], scope)
            case Reduce(kind=kind) if kind not in ("All", "Any"):
                return self.reduced(node, scope)
            case Cases():
                return self.cases(node, scope)
        condition, letters = self.decided(node, scope)
        return self.arithmetic.as_number(condition), letters

    def apply(self, op: str, values: list[Valued], scope: Scope) -> Valued:
        """Return the result of an operation along the letters of its operands; more operands than it takes are folded from the left."""
        axes = scope.order({x for _, letters in values[:2] for x in letters})
        result = self.arithmetic.apply(op, *(aligned(value, axes) for value in values[:2])), axes
        return result if len(values) < 3 else self.apply(op, [result, *values[2:]], scope)

    def element(self, node: Element, scope: Scope) -> Valued:
        # While an equation is solved its own quantity has no cells to read: what stands in its place is the number that is tried.
        if node.quantity in self.unknown:
            return self.unknown[node.quantity]
        letters = scope.order({x.letter for x in node.indices if isinstance(x, IndexLetter | IndexGroup)})
        at = self.places(node, letters, scope)
        return self.there(node.quantity, at, self.held(node.quantity)[at], letters, frozenset(letters)), letters

    def held(self, quantity: str) -> Array:
        """Return what is held of a quantity; nothing of one that is read only in cases that are not taken."""
        if quantity in self.arrays:
            return self.arrays[quantity]
        axes = self.methodology.quantity[quantity].indices
        return np.full([len(self.setting.members[axis]) for axis in axes], self.arithmetic.missing)

    def there(
        self, quantity: str, at: tuple[NDArray[np.intp], ...], array: Array, letters: tuple[str, ...], own: frozenset[str]
    ) -> Array:
        """Return what was read of a quantity; a cell outside its relation is not there, and the reductions around are told."""
        exists = self.exists(quantity)
        if exists is None or exists[at].all():
            return array
        # A cell outside the relation is read as missing and told upwards. What that means is for whoever stands around it: a sum
        # over the letter passes over it, a case that is not taken never reads it, and what is left at the top is an error.
        self.pass_on([Hole(exists[at], letters, own)])
        return np.where(exists[at], array, self.arithmetic.missing)

    def places(self, node: Element | MatrixRef, axes: tuple[str, ...], scope: Scope) -> tuple[NDArray[np.intp], ...]:
        """Return positions on each axis of what a node names, shaped along the letters ``axes``; rows and columns take every member."""
        sets = self.methodology.quantity[node.quantity].indices
        whole = [
            scope.along(letter, axes, np.arange(len(self.setting.members[axis]), dtype=np.intp))
            for letter, axis in zip((ROW, COLUMN)[: node.whole], sets[: node.whole], strict=True)
        ]
        return (*whole, *(self.positions(i, axis, scope, axes) for i, axis in zip(node.indices, sets[node.whole :], strict=True)))

    def positions(self, index: Index, axis: str, scope: Scope, axes: tuple[str, ...]) -> NDArray[np.intp]:
        """Return positions on an axis of a quantity, shaped along the letter that they depend on."""
        members = self.setting.members[axis]
        if isinstance(index, IndexLabel):
            label = self.setting.label(index, axis)
            if label not in members:
                raise InputError("I502", f"the project has no {label!r} among its {axis}, and an equation names it",
                                 why=f"the project lists {listed(members) or 'none'}",
                                 remedy=f"list it under `members: {axis}:`")  # fmt: skip
            return np.array(members.index(label), np.intp).reshape([1] * len(axes))
        set_id, positions = scope.letters[index.letter]
        if isinstance(index, IndexGroup):
            groups = group_of_each(self.methodology, self.setting, axis, set_id)
            found = np.array([groups[p] for p in positions], np.intp)
        elif set_id != axis:
            place = {member: at for at, member in enumerate(members)}
            own = self.setting.members[set_id]
            found = np.array([place[own[p]] for p in positions], np.intp)
        else:
            found = positions
        if isinstance(index, IndexLetter) and index.offset:
            # Beyond the axis only in cases that are not taken (the planner refuses any other): what is read there is thrown away by
            # `choose`, and must merely be a place that exists.
            found = np.clip(found + index.offset, 0, len(members) - 1)
        return scope.along(index.letter, axes, found)

    def matrix(self, node: MatrixRef, scope: Scope) -> Valued:
        letters = scope.order({x.letter for x in node.indices if isinstance(x, IndexLetter | IndexGroup)})
        all_axes = (*letters, *(ROW, COLUMN)[: node.whole])
        at = self.places(node, all_axes, scope)
        array = self.there(node.quantity, at, self.held(node.quantity)[at], all_axes, frozenset(letters))
        return (self.on_diagonal(array), (*letters, ROW, COLUMN)) if node.diagonal else (array, all_axes)

    def binary(self, node: Binary, scope: Scope) -> Valued:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.op == "@":
            return self.matrix_product(left, right, scope)
        if node.op == "^" and ROW in left[1]:
            return self.matrix_power(left, right, scope)
        return self.apply(OPERATION[node.op], [left, right], scope)

    def matrix_product(self, left: Valued, right: Valued, scope: Scope) -> Valued:
        outer = scope.order({*left[1], *right[1]} - {ROW, COLUMN})
        # Not np.matmul: BLAS adds in an order of its own, and sums run in member order (conventions §5).
        axes = (*outer, ROW, INNER, COLUMN)
        a = aligned((left[0], tuple(INNER if x == COLUMN else x for x in left[1])), axes)
        b = aligned((right[0], tuple(INNER if x == ROW else x for x in right[1])), axes)
        return self.arithmetic.reduce("Sum", self.arithmetic.apply("mul", a, b), len(outer) + 1), (*outer, ROW, COLUMN)

    def matrix_power(self, base: Valued, exponent: Valued, scope: Scope) -> Valued:
        outer = scope.order({*base[1], *exponent[1]} - {ROW, COLUMN})
        axes = (*outer, ROW, COLUMN)
        return self.arithmetic.matrix_power(aligned(base, axes), aligned(exponent, axes)), axes

    def call(self, node: Call, scope: Scope) -> Valued:
        if LANGUAGE[node.name].rule == "calendar":
            return calendar_value(self, node, scope)
        if LANGUAGE[node.name].rounds and len(node.arguments) > 1:
            return self.value(without_step(node), scope)
        # A function of a step (`round(x, 0.5)`) is written as one of whole numbers before, so that each rounds in one place only.
        values = [self.value(argument, scope) for argument in node.arguments]
        result = self.apply(node.name, values, scope)
        return result if self.exact is None else self.decided_exactly(node, values[0], result, scope)

    def diagonal(self, node: Diagonal, scope: Scope) -> Valued:
        inner = self.bound_to_all(node.letter, node.set, scope)
        value = self.value(node.body, inner)
        outer = tuple(x for x in inner.order({*value[1], node.letter}) if x != node.letter)
        array = aligned(value, (*outer, node.letter))
        # A body that does not name the letter has one element for all, and the diagonal still has one for each member.
        array = np.broadcast_to(array, (*array.shape[:-1], len(inner.letters[node.letter][1])))
        return self.on_diagonal(array), (*outer, ROW, COLUMN)

    def on_diagonal(self, array: Array) -> Array:
        """Return diagonal matrices of the last axis."""
        size = array.shape[-1]
        result = np.full((*array.shape, size), self.arithmetic.zero, array.dtype)  # fractions stay fractions
        result[..., np.arange(size), np.arange(size)] = array
        return result

    def decided_exactly(self, node: Call, value: Valued, rounded: Valued, scope: Scope) -> Valued:
        """Return a rounded value; where only the last digits of a float would decide, it is decided in fractions."""
        meaning = FUNCTIONS[node.name]
        if self.exact is None or meaning.exactly is None or not (near := near_whole(value[0] - meaning.jumps)).any():
            return rounded
        if self.unknown.keys() & set(quantities_in(node.arguments[0])):
            return rounded  # a place that is tried, and no number of the run
        # Fractions of the whole formula are dear; they are asked for only where some number is so near to a jump that the float may
        # lie on the wrong side.
        exact, letters = self.exact.of(node.arguments[0], scope)
        fractions = aligned((exact, letters), scope.order(set(letters)))
        result, unknown = rounded_exactly(np.asarray(rounded[0]), near, fractions, meaning.exactly)
        self.undecided += [CountsAs(node.name, float(x), round(x - meaning.jumps) + meaning.jumps) for x in np.asarray(value[0])[unknown]]
        return result, rounded[1]

    # -- reductions

    def reduced(self, node: Reduce, scope: Scope) -> Valued:
        if isinstance(node.body, Points):
            return looked_up(self, node, node.body, scope)
        # A hole that a bound letter names is a term that is not there; one that no bound letter names belongs to what is around,
        # seen only where a member that takes part reads it.
        terms = self.terms(node, scope, self.value)
        self.pass_on(self.read_in_sum(hole, terms) for hole in terms.around)
        return (self.folded(node.kind, terms.array, terms) if node.kind in REDUCTIONS else SAMPLES[node.kind](self, terms)), terms.left

    # Terms that take no part become the neutral element and are not taken out: all runs of an array then have one length and are
    # folded at once.
    def folded(self, kind: str, array: Array, terms: Terms) -> Array:
        """Return an array along the terms of a reduction folded over those that take part. Shape: along the letters that are left."""
        neutral, axes = self.arithmetic.constants(np.array(REDUCTIONS[kind].neutral)), terms.axes
        for mask in terms.masks:
            array = self.arithmetic.where(aligned(mask, axes), array, neutral)
        # The innermost letter first, as the formula is read: in floats the order of additions is part of the number.
        for letter in reversed(terms.bound):
            at = axes.index(letter)
            array = self.arithmetic.reduce(kind, array, at)
            axes = axes[:at] + axes[at + 1 :]
        return array

    def quantified(self, node: Reduce, scope: Scope) -> Valued:
        terms = self.terms(node, scope, self.decided)
        self.pass_on(self.read_in_sum(hole, terms) for hole in terms.around)
        return self.of_terms(node.kind, terms), terms.left

    def of_terms(self, kind: str, terms: Terms) -> Array:
        """Return ``All`` or ``Any`` of terms that are conditions."""
        masks = [aligned(mask, terms.axes) for mask in terms.masks]
        return self.arithmetic.quantified(kind, terms.array, masks, [terms.axes.index(letter) for letter in reversed(terms.bound)])

    def terms(self, node: Reduce, scope: Scope, evaluate: Callable[[Node, Scope], Valued]) -> Terms:
        """Evaluate the body of a reduction for every term."""
        inner, masks = scope, []
        for binder in node.binders:
            inner, mask = self.bind(binder, inner)
            if mask is not None:
                masks.append(mask)
        body, holes = self.heard(evaluate, node.body, inner)
        bound = tuple(binder.letter for binder in node.binders)
        # A cell that is not there and that a bound letter names is no term; any other leaves the sum without a value.
        masks += [(hole.there, hole.letters) for hole in holes if not hole.own.isdisjoint(bound)]
        axes = inner.order({x for _, letters in (body, *masks) for x in letters} | set(bound))
        sizes = tuple(len(inner.letters[x][1]) if x in bound else 1 for x in axes)
        arrays = [aligned(one, axes) for one in (body, *masks)]
        array = np.broadcast_to(arrays[0], np.broadcast_shapes(sizes, *(one.shape for one in arrays)))
        return Terms(inner, array, axes, bound, masks, [hole for hole in holes if hole.own.isdisjoint(bound)])

    def read_in_sum(self, hole: Hole, terms: Terms) -> Hole:
        """Return a hole that no bound letter names, as seen from around a reduction: read where a member that takes part reads it."""
        there: Valued = (hole.there, hole.letters)
        for mask in terms.masks:
            there = self.either(there, self.failing(mask), terms.inner)
        axes = terms.inner.order({*there[1], *terms.bound})
        array = aligned(there, axes)
        shape = [len(terms.inner.letters[x][1]) if x in terms.bound else size for x, size in zip(axes, array.shape, strict=True)]
        array = np.broadcast_to(array, shape)
        for letter in terms.bound:
            array = self.arithmetic.everywhere(array, axes.index(letter))
            axes = tuple(x for x in axes if x != letter)
        return Hole(array, axes, hole.own)

    def bind(self, binder: Binder, scope: Scope) -> tuple[Scope, Valued | None]:
        """Bind a letter; return the mask of its positions where they depend on other letters."""
        match binder.within:
            case All(set=set_id):
                return self.bound_to_all(binder.letter, set_id, scope), None
            case GroupOf(letter=letter, set=over):
                set_id, positions = scope.letters[letter]
                parts = parts_of(self.methodology, self.setting, set_id, over)
                groups = [parts[p] for p in positions]
                # Members of a letter must be one list, so it takes those of all groups or windows, and the mask says which belong
                # to which.
                places = np.array(sorted({place for group in groups for place in group}), np.intp)
                mask = np.array([[place in group for place in places] for group in groups], bool).reshape(len(groups), len(places))
            case Window() as window:
                return self.bound_in_window(binder.letter, window, scope)
            case _:
                raise TypeError(f"not resolved: {binder!r}")
        return scope.bound(binder.letter, over, places), (mask, (letter, binder.letter))

    def bound_in_window(self, letter: str, window: Window, scope: Scope) -> tuple[Scope, Valued]:
        """Return a scope in which a letter goes through windows, and which of its positions belong to which."""
        ends = scope.order(set(window.letters))
        spans = list(window_spans(window, self.setting, {x: scope.letters[x] for x in ends}, ends))
        places = np.array(sorted({place for span in spans for place in span.inside}), np.intp)
        mask = np.array([np.isin(places, span.inside) for span in spans], bool)
        shape = (*(len(scope.letters[x][1]) for x in ends), len(places))
        return scope.bound(letter, window.set, places), (mask.reshape(shape), (*ends, letter))

    def bound_to_all(self, letter: str, set_id: str, scope: Scope) -> Scope:
        """Return a scope in which a letter takes every member of a set."""
        return scope.bound(letter, set_id, np.arange(len(self.setting.members[set_id]), dtype=np.intp))

    def cases(self, node: Cases, scope: Scope) -> Valued:
        assert node.otherwise is not None
        # Every case is evaluated for every cell and chosen from afterwards: what is infinite in a case that is not taken must be no
        # error.
        with self.arithmetic.in_branch():
            parts = [(self.heard(self.decided, c, scope), self.heard(self.value, v, scope)) for c, v in node.branches]
            (result, axes), unread = self.heard(self.value, node.otherwise, scope)
        if unread or any(asked or taken for (_, asked), (_, taken) in parts):
            self.pass_on(self.read_in_cases([(held, asked, taken) for (held, asked), (_, taken) in parts], unread, scope))
        # From the last to the first, so that of two conditions that hold the first written one wins.
        for (held, _), (value, _) in reversed(parts):
            union = scope.order({*axes, *held[1], *value[1]})
            result = self.arithmetic.choose(*(aligned(one, union) for one in (held, value, (result, axes))))
            axes = union
        return result, axes

    def read_in_cases(self, parts: list[tuple[Valued, list[Hole], list[Hole]]], rest: list[Hole], scope: Scope) -> list[Hole]:
        """Return holes as they are seen from around cases: those of a condition that is asked, and of the value that is taken."""
        left: Valued = (np.array(False), ())  # where an earlier condition was taken
        found = []
        for held, asked, taken in parts:
            found += [self.read_where(hole, left, scope) for hole in asked]
            found += [self.read_where(hole, self.either(left, self.failing(held), scope), scope) for hole in taken]
            left = self.either(left, self.holding(held), scope)
        return found + [self.read_where(hole, left, scope) for hole in rest]

    def excluded(self, node: Node, scope: Scope) -> Valued | None:
        """Return where a formula by cases comes out as excluded."""
        if not isinstance(node, Cases) or not any(isinstance(v, Excluded) for _, v in node.branches):
            return None
        result: Valued = (np.array(isinstance(node.otherwise, Excluded)), ())
        for condition, value in reversed(node.branches):
            held = self.condition(condition, scope)
            union = scope.order({*result[1], *held[1]})
            result = (np.where(aligned(held, union), isinstance(value, Excluded), aligned(result, union)), union)
        return result

