"""The value of a formula on bare float64 arrays, each element as it is written.

This is the literal form, the reference for whatever is faster. Letters are the axes of intermediate arrays, in the order in which they are
bound; sums run over members in their declared order, one after the other, so that results do not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import existing_cells
from engine.project.written_numbers import EPOCH
from engine.run.arithmetic.matrix_powers import powers
from engine.run.arithmetic.powers import power
from engine.run.arithmetic.rational import rounded_exactly
from engine.run.arithmetic.whole_numbers import near_whole
from engine.run.conditions import ConditionEvaluator, Hole, kleene
from engine.run.functions import ELEMENTWISE, FUNCTIONS, REDUCTIONS
from engine.run.letters import COLUMN, INNER, ROW, Array, Scope, Valued, aligned
from equations.errors import InputError, listed
from equations.formula.functions import FUNCTIONS as LANGUAGE
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
    Letter,
    MatrixRef,
    Negative,
    Node,
    Number,
    Ratio,
    Reduce,
    Transpose,
    Window,
)

__all__ = ["COLUMN", "INNER", "ROW", "Array", "FormulaEvaluator", "Scope", "Valued", "aligned"]

class Exactly(Protocol):
    """Who knows the value of a part of a formula in fractions (:mod:`engine.run.exact_run`)."""

    def of(self, node: Node, scope: Scope) -> Valued:
        """Return the value; elements are :class:`~engine.run.arithmetic.rational.Rational`, or floats where no fraction is known."""
        ...


@dataclass
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
    #: What lay near a whole number and is not known as a fraction, so that it counts as the whole number.
    undecided: list[float] = field(default_factory=list)

    @property
    def missing(self) -> float:
        """What is read where a cell is not there."""
        return np.nan

    def exists(self, quantity: str) -> Array | None:
        """Return a mask of the cells that exist under the quantity's relation, or ``None`` where all do."""
        if quantity not in self.existing:
            self.existing[quantity] = existing_cells(self.methodology.quantity[quantity], self.setting, self.methodology)
        return self.existing[quantity]

    def value(self, node: Node, scope: Scope) -> Valued:  # noqa: C901, PLR0911, PLR0912 - one arm for each kind of node
        """Return the value of a node along its letters."""
        match node:
            case Number(text=text):
                return np.array(float(text)), ()
            case Ratio(over=over, under=under):
                return np.array(over / under), ()
            case Excluded():
                return np.array(0.0), ()
            case Element():
                return self.element(node, scope)
            case MatrixRef():
                return self.matrix(node, scope)
            case DateMark(name=name):
                text = self.setting.start if name == "project_start" else self.setting.end
                return np.array(float((date.fromisoformat(text) - EPOCH).days)), ()
            case Negative(operand=operand):
                array, letters = self.value(operand, scope)
                return -array, letters
            case Binary():
                return self.binary(node, scope)
            case Call():
                return self.call(node, scope)
            case Identity(set=set_id):
                return np.eye(len(self.setting.members[set_id])), (ROW, COLUMN)
            case Transpose(operand=operand):
                array, letters = self.value(operand, scope)
                return np.swapaxes(array, -1, -2), letters
            case Diagonal():
                return self.diagonal(node, scope)
            case Reduce():
                return self.reduced(node, scope)
            case Cases():
                return self.cases(node, scope)
        return self.decided(node, scope)

    def element(self, node: Element, scope: Scope) -> Valued:
        letters = scope.order({x.letter for x in node.indices if isinstance(x, IndexLetter | IndexGroup)})
        at = self.places(node, letters, scope)
        return self.there(node.quantity, at, self.arrays[node.quantity][at], letters, frozenset(letters)), letters

    def there(
        self, quantity: str, at: tuple[NDArray[np.intp], ...], array: Array, letters: tuple[str, ...], own: frozenset[str]
    ) -> Array:
        """Return what was read of a quantity; a cell outside its relation is not there, and the reductions around are told."""
        exists = self.exists(quantity)
        if exists is None or exists[at].all():
            return array
        self.pass_on([Hole(exists[at], letters, own)])
        return np.where(exists[at], array, self.missing)

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
            base = self.setting.members[self.methodology.index_set[axis].groups]
            group_of = {base[member]: at for at, group in enumerate(self.setting.groups[axis]) for member in group}
            own = self.setting.members[set_id]
            found = np.array([group_of[own[p]] for p in positions], np.intp)
        elif set_id != axis:
            place = {member: at for at, member in enumerate(members)}
            own = self.setting.members[set_id]
            found = np.array([place[own[p]] for p in positions], np.intp)
        else:
            found = positions
        if isinstance(index, IndexLetter) and index.offset:
            found = np.clip(found + index.offset, 0, len(members) - 1)
        return scope.along(index.letter, axes, found)

    def matrix(self, node: MatrixRef, scope: Scope) -> Valued:
        letters = scope.order({x.letter for x in node.indices if isinstance(x, IndexLetter | IndexGroup)})
        all_axes = (*letters, *(ROW, COLUMN)[: node.whole])
        at = self.places(node, all_axes, scope)
        array = self.there(node.quantity, at, self.arrays[node.quantity][at], all_axes, frozenset(letters))
        return (self.on_diagonal(array), (*letters, ROW, COLUMN)) if node.diagonal else (array, all_axes)

    def binary(self, node: Binary, scope: Scope) -> Valued:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.op == "@":
            return self.matrix_product(left, right, scope)
        if node.op == "^" and ROW in left[1]:
            return self.matrix_power(left, right, scope)
        axes = scope.order({*left[1], *right[1]})
        a, b = aligned(left, axes), aligned(right, axes)
        if node.op == "+":
            return a + b, axes
        if node.op == "-":
            return a - b, axes
        if node.op == "/":
            return a / b, axes
        if node.op == "^":
            return power(a, b), axes
        return a * b, axes

    def matrix_product(self, left: Valued, right: Valued, scope: Scope) -> Valued:
        outer = scope.order({*left[1], *right[1]} - {ROW, COLUMN})
        axes = (*outer, ROW, INNER, COLUMN)
        a = aligned((left[0], tuple(INNER if x == COLUMN else x for x in left[1])), axes)
        b = aligned((right[0], tuple(INNER if x == ROW else x for x in right[1])), axes)
        return _running_sum(a * b, len(outer) + 1), (*outer, ROW, COLUMN)

    def matrix_power(self, base: Valued, exponent: Valued, scope: Scope) -> Valued:
        outer = scope.order({*base[1], *exponent[1]} - {ROW, COLUMN})
        axes = (*outer, ROW, COLUMN)
        matrices, exponents = aligned(base, axes), aligned(exponent, axes)
        shape = np.broadcast_shapes(matrices.shape, exponents.shape)
        stack = np.broadcast_to(matrices, shape).reshape(-1, *shape[-2:])
        found = powers(np.moveaxis(stack, 0, -1), np.broadcast_to(exponents, shape)[..., 0, 0].ravel())
        return np.moveaxis(found.values, -1, 0).reshape(shape), axes

    def call(self, node: Call, scope: Scope) -> Valued:
        if LANGUAGE[node.name].rule == "calendar":
            return self.calendar(node, scope)
        values = [self.value(argument, scope) for argument in node.arguments]
        axes = scope.order({x for _, letters in values for x in letters})
        arrays = [aligned(value, axes) for value in values]
        if FUNCTIONS[node.name].exactly is not None:
            return self.rounded(node.name, node.arguments[0], arrays[0], scope), axes
        result = arrays[0] if len(arrays) > 1 else FUNCTIONS[node.name].number(arrays[0])
        for array in arrays[1:]:
            result = FUNCTIONS[node.name].number(result, array)
        return result, axes

    def diagonal(self, node: Diagonal, scope: Scope) -> Valued:
        inner = self.bound_to_all(node.letter, node.set, scope)
        value = self.value(node.body, inner)
        outer = tuple(x for x in inner.order({*value[1], node.letter}) if x != node.letter)
        array = aligned(value, (*outer, node.letter))
        array = np.broadcast_to(array, (*array.shape[:-1], len(inner.letters[node.letter][1])))
        return self.on_diagonal(array), (*outer, ROW, COLUMN)

    def on_diagonal(self, array: Array) -> Array:
        """Return diagonal matrices of the last axis."""
        return _diagonal(array)

    def rounded(self, name: str, node: Node, array: Array, scope: Scope) -> Array:
        """Return values rounded to whole numbers; what only the last digits of a float would decide is decided in fractions."""
        meaning = FUNCTIONS[name]
        rounded, near = meaning.number(array), near_whole(array - meaning.jumps)
        if self.exact is None or meaning.exactly is None or not near.any():
            return np.asarray(rounded)
        exact, letters = self.exact.of(node, scope)
        result, unknown = rounded_exactly(rounded, near, aligned((exact, letters), scope.order(set(letters))), meaning.exactly)
        self.undecided += array[unknown].tolist()
        return result

    def calendar(self, node: Call, scope: Scope) -> Valued:
        letter = node.arguments[0]
        assert isinstance(letter, Letter)
        set_id, positions = scope.letters[letter.letter]
        members = self.setting.members[set_id]
        years = [int(members[p]) + letter.offset for p in positions]
        found = [FUNCTIONS[node.name].number(year, int(members[0]), self.setting) for year in years]
        return np.array(found, float), (letter.letter,)

    # -- reductions

    def reduced(self, node: Reduce, scope: Scope) -> Valued:
        inner, masks = scope, []
        for binder in node.binders:
            inner, mask = self.bind(binder, inner)
            if mask is not None:
                masks.append(mask)
        body, holes = self.heard(self.value, node.body, inner)
        bound = [binder.letter for binder in node.binders]
        masks += [(hole.there, hole.letters) for hole in holes if not hole.own.isdisjoint(bound)]
        keep = {x for _, letters in (body, *masks) for x in letters} - set(bound)
        axes = inner.order({*keep, *bound, *body[1]})
        array = aligned(body, axes)
        shape = [len(inner.letters[x][1]) if x in bound else size for x, size in zip(axes, array.shape, strict=True)]
        for mask in masks:
            shape = list(np.broadcast_shapes(tuple(shape), aligned(mask, axes).shape))
        array = np.broadcast_to(array, shape)
        for mask in masks:
            array = np.where(aligned(mask, axes), array, _neutral(node.kind))
        for letter in reversed(bound):
            at = axes.index(letter)
            array = _reduce(node.kind, array, at)
            axes = axes[:at] + axes[at + 1 :]
        self.pass_on([self.read_in_sum(hole, masks, bound, inner) for hole in holes if hole.own.isdisjoint(bound)])
        return array, axes

    def read_in_sum(self, hole: Hole, masks: list[Valued], bound: list[str], inner: Scope) -> Hole:
        """Return a hole that no bound letter names, as seen from around a reduction: read where a member that takes part reads it."""
        there: Valued = (hole.there, hole.letters)
        for mask in masks:
            there = self.either(there, self.negated(mask), inner)
        axes = inner.order({*there[1], *bound})
        array = aligned(there, axes)
        shape = [len(inner.letters[x][1]) if x in bound else size for x, size in zip(axes, array.shape, strict=True)]
        array = np.broadcast_to(array, shape)
        for letter in bound:
            array = self.everywhere(array, axes.index(letter))
            axes = tuple(x for x in axes if x != letter)
        return Hole(array, axes, hole.own)

    def everywhere(self, array: Array, axis: int) -> Array:
        """Return where a decided condition holds all along an axis."""
        return np.asarray(array.all(axis=axis))

    def term(self, node: Node, scope: Scope, bound: list[str]) -> float | None:
        """Return the body of a reduction for one member of each letter, or ``None`` where it takes no part: a cell is not there."""
        (array, _), holes = self.heard(self.value, node, scope)
        if any(not hole.there.all() for hole in holes if not hole.own.isdisjoint(bound)):
            return None
        return float(np.ravel(array)[0])

    def bind(self, binder: Binder, scope: Scope) -> tuple[Scope, tuple[Array, tuple[str, ...]] | None]:
        """Bind a letter; return the mask of its positions where they depend on another letter."""
        match binder.within:
            case All(set=set_id):
                return self.bound_to_all(binder.letter, set_id, scope), None
            case GroupOf(letter=letter):
                set_id, positions = scope.letters[letter]
                over = self.methodology.index_set[set_id].groups
                groups = [self.setting.groups[set_id][p] for p in positions]
                places = np.array(sorted({place for group in groups for place in group}), np.intp)
                mask = np.array([[place in group for place in places] for group in groups], bool).reshape(len(groups), len(places))
            case Window(last=IndexLetter(letter=letter, offset=offset)):
                over = self.methodology.year_set
                last = scope.letters[letter][1] + offset
                places = np.arange(int(last.max(initial=-1)) + 1, dtype=np.intp)
                mask = places[None, :] <= last[:, None]
            case _:
                raise TypeError(f"not resolved: {binder!r}")
        return scope.bound(binder.letter, over, places), (mask, (letter, binder.letter))

    def bound_to_all(self, letter: str, set_id: str, scope: Scope) -> Scope:
        """Return a scope in which a letter takes every member of a set."""
        return scope.bound(letter, set_id, np.arange(len(self.setting.members[set_id]), dtype=np.intp))

    def cases(self, node: Cases, scope: Scope) -> Valued:
        assert node.otherwise is not None
        parts = [(self.heard(self.decided, c, scope), self.heard(self.value, v, scope)) for c, v in node.branches]
        (result, axes), unread = self.heard(self.value, node.otherwise, scope)
        if unread or any(read or also for (_, read), (_, also) in parts):
            self.pass_on(self.read_in_cases([(held, read, also) for (held, read), (_, also) in parts], unread, scope))
        for (held, _), (value, _) in reversed(parts):
            union = scope.order({*axes, *held[1], *value[1]})
            decided = aligned(held, union)
            result = np.where(decided, aligned(value, union), aligned((result, axes), union))
            if decided.dtype != bool:
                result = np.where(np.isnan(decided), np.nan, result)
            axes = union
        return result, axes

    def read_in_cases(self, parts: list[tuple[Valued, list[Hole], list[Hole]]], rest: list[Hole], scope: Scope) -> list[Hole]:
        """Return holes as they are seen from around cases: those of a condition that is asked, and of the value that is taken."""
        left: Valued = (np.array(False), ())  # where an earlier condition was taken
        found = []
        for held, asked, taken in parts:
            found += [self.read_where(hole, self.negated(left), scope) for hole in asked]
            found += [self.read_where(hole, self.negated(self.either(left, self.negated(held), scope)), scope) for hole in taken]
            left = self.either(left, self.holding(held), scope)
        return found + [self.read_where(hole, self.negated(left), scope) for hole in rest]

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


def _running_sum(array: Array, axis: int) -> Array:
    """Sum along an axis, one element after the other."""
    if array.shape[axis] == 0:
        return np.zeros(array.shape[:axis] + array.shape[axis + 1 :])
    total: Array = np.take(np.add.accumulate(array, axis=axis), -1, axis=axis)
    return total


def _reduce(kind: str, array: Array, axis: int) -> Array:
    if kind == "Sum":
        return _running_sum(array, axis)
    if kind in ("All", "Any") and array.dtype != bool:
        return kleene(REDUCTIONS[kind].join, [np.asarray(_neutral(kind)), *np.moveaxis(array, axis, 0)])
    join: Any = ELEMENTWISE[REDUCTIONS[kind].join].number
    result: Array = join.reduce(array, axis=axis, initial=_neutral(kind))
    return result


def _neutral(kind: str) -> float | bool:
    neutral = REDUCTIONS[kind].neutral
    return bool(neutral) if kind in ("All", "Any") else neutral


def _diagonal(array: Array) -> Array:
    size = array.shape[-1]
    result = np.zeros((*array.shape, size))
    result[..., np.arange(size), np.arange(size)] = array
    return result

