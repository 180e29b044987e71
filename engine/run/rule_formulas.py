"""The conditions of rules on the numbers of a run, where numbers may be missing and cells may not be there.

What is missing leaves open what reads it; what is not there (the year before the first, a combination outside a relation, members that
nobody listed) takes it away. Nothing is read in its place: a lag never stops at the first year, and NaN never compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import ABSENT
from engine.plan.guards import word_for
from engine.plan.plan import Box
from engine.plan.time_axes import group_of_each, monitored
from engine.plan.windows import window_spans
from engine.run.conditions import Hole
from engine.run.formula import ROW, Array, FormulaEvaluator, Scope, Terms, Valued, aligned
from engine.run.numbers import behind, every
from engine.run.single_terms import let_through, single_scopes
from engine.run.truth import AWAY, FALSE, OPEN, TRUE
from equations.formula.functions import SAMPLES, TABLES
from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Cases,
    Compare,
    Element,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    Logic,
    Node,
    Not,
    Reduce,
    Window,
    children,
)
from equations.model.cell_labels import written_cell
from equations.records import record


@record(frozen=True)
class Lack:
    """Why a condition is not decided: a cell that is missing, or, if ``away``, something that is not there."""

    away: bool
    text: str
    quantity: str = ""

#: Reductions that are of nothing where there are no members.
_OF_SOME = ("Max", "Min", *SAMPLES, *TABLES)


@record(frozen=False)
class RuleFormulas(FormulaEvaluator):
    """Decides conditions cell by cell.

    Attributes
    ----------
    states
        Quantity -> state of each cell (:mod:`engine.plan.cells`).
    needs
        Quantity -> the cells that the run looked for; ``None`` where there is no run.
    """

    states: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    needs: Mapping[str, Box] | None = None
    #: Quantities that equations of the run give.
    computed: frozenset[str] = frozenset()

    # -- conditions

    def logic(self, op: str, parts: tuple[Node, ...], scope: Scope) -> Valued:
        """Join parts; behind one that decides the whole for every cell nothing is looked at."""
        found: list[Valued] = []
        for part in parts:
            found.append(self.decided(part, scope))
            if not found[-1][1] and self.arithmetic.is_surely(found[-1][0], op == "or"):
                return found[-1]
        return self.arithmetic.joined(op, found, scope)

    def comparison(self, node: Compare, scope: Scope) -> Valued:
        parts = super().comparison(node, scope), self.away(node.left, scope), self.away(node.right, scope)
        axes = scope.order({x for _, letters in parts for x in letters})
        truth, *gone = (aligned(part, axes) for part in parts)
        return np.where(gone[0] | gone[1], np.uint8(AWAY), truth), axes

    def quantified(self, node: Reduce, scope: Scope) -> Valued:
        """Return ``All`` or ``Any``; a term that is away counts for nothing as long as another one is there."""
        if self.unlisted(node):
            return np.array(AWAY, np.uint8), ()
        terms = self.terms(node, scope, self.decided)
        for binder in node.binders:
            if isinstance(binder.within, All):
                # Only where a letter goes over all members: a rule that names years, or a window of them, means these.
                terms = replace(terms, array=self.unmonitored(terms.array, binder.letter, terms.axes, terms.inner))
        return self.of_terms(node.kind, terms), terms.left

    def unmonitored(self, truth: Array, letter: str, axes: tuple[str, ...], scope: Scope) -> Array:
        """Take away what is not known of years outside every monitoring period: nobody is asked for it."""
        set_id, positions = scope.letters[letter]
        watched = monitored(self.methodology, self.setting, set_id)
        if watched is None or letter not in axes:
            return truth
        inside = aligned((np.isin(positions, sorted(watched)), (letter,)), axes)
        return np.where(~inside & ((truth & OPEN) == OPEN), np.uint8(AWAY), truth)

    def unlisted(self, node: Reduce) -> str:
        """Return a set of a reduction of which the project, that alone can list its members, says nothing."""
        named = (self.methodology.base_set(b.within.set) for b in node.binders if isinstance(b.within, All))
        return next((set_id for set_id in named if set_id in self.setting.unlisted), "")

    # -- numbers

    def read_in_cases(self, parts: list[tuple[Valued, list[Hole], list[Hole]]], rest: list[Hole], scope: Scope) -> list[Hole]:
        """Return every hole: what a case that is not taken reads and is not there, takes a term away, too."""
        return [hole for _, asked, taken in parts for hole in (*asked, *taken)] + rest

    def binary(self, node: Binary, scope: Scope) -> Valued:
        result, axes = super().binary(node, scope)
        if node.op == "^" and ROW not in axes:  # 1 ^ x and x ^ 0 are numbers to NumPy, whatever x is
            for side in (node.left, node.right):
                result = np.where(np.isnan(aligned(self.value(side, scope), axes)), np.nan, result)
        return result, axes

    def held(self, quantity: str) -> Array:
        """Return the numbers of a quantity, NaN where the run has none."""
        if quantity not in self.arrays:
            axes = self.methodology.quantity[quantity].indices
            self.arrays[quantity] = np.full([len(self.setting.members[axis]) for axis in axes], np.nan)
        return self.arrays[quantity]

    def element(self, node: Element, scope: Scope) -> Valued:
        at, there, letters = self.cells(node.quantity, node.indices, scope)
        array, exists = self.held(node.quantity), self.exists(node.quantity)
        if array.size == 0:
            return np.full(there.shape, np.nan), letters
        if exists is not None:
            self.pass_on([Hole(exists[at], letters, frozenset(letters))])
        value = array[at]
        return (value if there.all() else np.where(there, value, np.nan)), letters

    def cells(
        self, quantity: str, indices: tuple[Index, ...], scope: Scope
    ) -> tuple[tuple[NDArray[np.intp], ...], NDArray[np.bool_], tuple[str, ...]]:
        """Return the positions that an element reads, whether each is on the axes, and the letters of both."""
        axes = self.methodology.quantity[quantity].indices
        letters = scope.order({x.letter for x in indices if isinstance(x, IndexLetter | IndexGroup)})
        there, at = np.ones([len(scope.letters[x][1]) for x in letters], bool), []
        for index, axis in zip(indices, axes, strict=True):
            raw = self.raw(index, axis, scope)
            along = scope.along(getattr(index, "letter", ""), letters, raw)
            size = len(self.setting.members[axis])
            # Not clipped as in equations: a rule asks of the year before the first one, and is away there (no cell is an answer, as
            # a clipped one would be).
            there &= (along >= 0) & (along < size)
            at.append(np.clip(along, 0, max(size - 1, 0)))
        return tuple(at), there, letters

    def raw(self, index: Index, axis: str, scope: Scope) -> NDArray[np.intp]:
        """Return positions on an axis; outside it where the axis has no such member."""
        members = self.setting.members[axis]
        if isinstance(index, IndexLabel):
            label = self.setting.label(index, axis)
            return np.array([members.index(label) if label in members else -1], np.intp)
        set_id, positions = scope.letters[index.letter]
        own = self.setting.members[set_id]
        if isinstance(index, IndexGroup):
            groups = group_of_each(self.methodology, self.setting, axis, set_id)
            place = {member: at for member, at in zip(own, groups, strict=True) if at is not None}
        elif set_id == axis:
            return positions + index.offset
        else:
            place = {member: at for at, member in enumerate(members)}
        found = np.array([place.get(own[p], -1) if p < len(own) else -1 for p in positions], np.intp)
        offset = index.offset if isinstance(index, IndexLetter) else 0
        return np.where(found < 0, found, found + offset)

    # -- what is not there

    def away(self, node: Node, scope: Scope) -> Valued:
        """Return where a number is not there because a cell that it takes is not."""
        match node:
            case Element(quantity=quantity, indices=indices):
                return self.element_away(quantity, indices, scope)
            case Cases(branches=branches, otherwise=otherwise) if otherwise is not None:
                result: Valued = self.away(otherwise, scope)
                for condition, value in reversed(branches):
                    truth, gone = self.decided(condition, scope), self.away(value, scope)
                    union = scope.order({*result[1], *truth[1], *gone[1]})
                    known = aligned(truth, union)
                    rest = np.where(known == AWAY, True, aligned(result, union) & (known != TRUE))
                    result = np.where(known == TRUE, aligned(gone, union), rest), union
                return result
            case Reduce():
                return self.reduction_away(node, scope)
        parts = [self.away(child, scope) for child in children(node) if not isinstance(child, Letter)]
        axes = scope.order({x for _, letters in parts for x in letters})
        found = np.zeros((), bool)
        for part in parts:
            found = found | aligned(part, axes)
        return (found, axes) if parts else (found, ())

    def reduction_away(self, node: Reduce, scope: Scope) -> Valued:
        """A sum is away with any of its terms that is, with a set that nobody listed, and a greatest term where there is none."""
        if self.unlisted(node):
            return np.array(True), ()
        terms = self.terms(node, scope, self.away)
        places = [terms.axes.index(letter) for letter in terms.bound]
        gone, takes_part = (behind(array, places) for array in (terms.array, takes_part_in(terms)))
        found = (gone & takes_part).any(axis=-1)
        if node.kind in _OF_SOME:
            found = found | ~takes_part.any(axis=-1)
        result: Valued = np.asarray(found), terms.left
        for binder in node.binders:
            if isinstance(binder.within, Window):
                result = self.either(result, self.window_away(binder.within, terms), terms.inner)
        return result

    def window_away(self, window: Window, terms: Terms) -> Valued:
        """Return where a window leaves its axis, as seen from around the reduction; one that is cut does not."""
        letters = terms.inner.order(set(window.letters))
        spans = window_spans(window, self.setting, terms.inner.letters, letters)
        size = len(self.setting.members[window.set])
        gone = np.array([bool(span.leaves(size)) and not window.within for span in spans], bool)
        gone = gone.reshape([len(terms.inner.letters[x][1]) for x in letters])
        inside = tuple(at for at, letter in enumerate(letters) if letter in terms.bound)
        return np.asarray(gone.any(axis=inside)), tuple(x for x in letters if x not in terms.bound)

    def element_away(self, quantity: str, indices: tuple[Index, ...], scope: Scope) -> Valued:
        at, there, letters = self.cells(quantity, indices, scope)
        array, exists = self.held(quantity), self.exists(quantity)
        if array.size == 0:
            return np.ones(there.shape, bool), letters
        gone = ~there | (np.isnan(array[at]) & self.never_asked(quantity)[at])
        if exists is not None:
            self.pass_on([Hole(exists[at], letters, frozenset(letters))])  # a reduction over one of its letters passes over it
            gone = gone | ~exists[at]
        return gone, letters

    def never_asked(self, quantity: str) -> NDArray[np.bool_]:
        """Return the cells that no equation defines in this run, or that lie outside every monitoring period."""
        shape = self.held(quantity).shape
        if self.needs is None or quantity not in self.needs:
            return np.zeros(shape, bool)
        asked = np.zeros(shape, bool)
        asked[np.ix_(*self.needs[quantity])] = True
        if quantity in self.computed:
            return np.asarray(~asked | (self.states[quantity] == ABSENT))
        return ~asked

    # -- reasons, for one cell

    def lacks(self, node: Node, scope: Scope) -> Iterator[Lack]:
        """Yield why a condition is not decided where each free letter stands for one member, the first reasons first."""
        if set(np.ravel(self.decided(node, scope)[0]).tolist()) <= {TRUE, FALSE}:
            return
        match node:
            case Logic(parts=parts):
                for part in parts:
                    yield from self.lacks(part, scope)
            case Not(operand=operand):
                yield from self.lacks(operand, scope)
            case Reduce():
                yield from self.lacks_of_terms(node, scope, self.lacks)
            case Compare(left=left, right=right):
                found = [*self.lacks_of_number(left, scope), *self.lacks_of_number(right, scope)]
                yield from found or [Lack(False, "a number that it compares is not finite (a division by zero?)")]

    def lacks_of_terms(self, node: Reduce, scope: Scope, look: Callable[[Node, Scope], Iterator[Lack]]) -> Iterator[Lack]:
        if set_id := self.unlisted(node):
            yield Lack(True, f"the project lists no members of {set_id}")
            return
        inner = self.terms(node, scope, self.away).inner
        masks = [self.bind(binder, inner)[1] for binder in node.binders if not isinstance(binder.within, All)]
        terms = list(let_through(masks, inner, [binder.letter for binder in node.binders]))
        for binder in node.binders if node.kind not in ("All", "Any") else ():
            if isinstance(binder.within, Window) and self.window_away(binder.within, self.terms(node, scope, self.away))[0].any():
                yield Lack(True, self.beyond(binder.within, inner))
                return
        if node.kind in _OF_SOME and not terms:
            yield Lack(True, f"{node.kind} over no members")
        for one in terms:
            if takes_part_in(self.terms(Reduce(node.kind, (), node.body), one, self.away)).all():
                yield from look(node.body, one)

    def lacks_of_number(self, node: Node, scope: Scope) -> Iterator[Lack]:
        match node:
            case Element(quantity=quantity, indices=indices):
                for one in single_scopes(scope, [x.letter for x in indices if isinstance(x, IndexLetter | IndexGroup)]):
                    yield from self.lack_of_cell(quantity, indices, one)
            case Reduce():
                yield from self.lacks_of_terms(node, scope, self.lacks_of_number)
            case Cases(branches=branches, otherwise=otherwise):
                for condition, value in branches:
                    truth = int(np.ravel(self.decided(condition, scope)[0])[0])
                    if truth == TRUE:
                        yield from self.lacks_of_number(value, scope)
                        return
                    if truth != FALSE:
                        yield from self.lacks(condition, scope)
                        return
                if otherwise is not None:
                    yield from self.lacks_of_number(otherwise, scope)
            case Binder() | Letter():
                return
            case _:
                for child in children(node):
                    yield from self.lacks_of_number(child, scope)

    def lack_of_cell(self, quantity: str, indices: tuple[Index, ...], scope: Scope) -> Iterator[Lack]:
        declared = self.methodology.quantity[quantity]
        array = self.held(quantity)
        for index, axis in zip(indices, declared.indices, strict=True):
            members, at = self.setting.members[axis], int(self.raw(index, axis, scope)[0])
            if not 0 <= at < len(members):
                yield Lack(True, self.off_axis(index, axis, at, scope), quantity)
                return
        cell = tuple(int(np.ravel(part)[0]) for part in self.cells(quantity, indices, scope)[0])
        name = written_cell(quantity, self.setting.labels(declared.indices, cell))
        exists = self.exists(quantity)
        if exists is not None and not exists[cell]:
            yield Lack(True, f"{name} is not in the relation {declared.on}", quantity)
        elif not np.isnan(array[cell]):
            return
        elif self.never_asked(quantity)[cell]:
            yield Lack(True, self.why_never_asked(name, quantity, cell), quantity)
        else:
            yield Lack(False, name, quantity)

    def why_never_asked(self, name: str, quantity: str, cell: tuple[int, ...]) -> str:
        for axis, at in zip(self.methodology.quantity[quantity].indices, cell, strict=True):
            inside = monitored(self.methodology, self.setting, axis)
            if inside is not None and at not in inside:
                return f"{self.setting.members[axis][at]} is in no monitoring period"
        return f"no equation gives {name} here"

    def off_axis(self, index: Index, axis: str, at: int, scope: Scope) -> str:
        """Say why an axis has no such member."""
        members = self.setting.members[axis]
        if isinstance(index, IndexLabel):
            return f"the project has no {index.label!r} among its {axis}"
        label = self.labels(index.letter, scope)[0]
        if isinstance(index, IndexGroup):
            return f"{label} is in no {axis}"
        if not index.offset:
            return f"{label} is not among {axis}"
        if not members:
            return f"{axis} has no members"
        return f"no {word_for(self.methodology.index_set[axis])} {f'before {members[0]}' if at < 0 else f'after {members[-1]}'}"

    def beyond(self, window: Window, scope: Scope) -> str:
        """Say at which end a window leaves its axis."""
        members, word = self.setting.members[window.set], word_for(self.methodology.index_set[window.set])
        spans = window_spans(window, self.setting, scope.letters)
        sides = {span.leaves(len(members)) for span in spans}
        return f"no {word} before {members[0]}" if "first" in sides else f"no {word} after {members[-1]}"


def takes_part_in(terms: Terms) -> NDArray[np.bool_]:
    """Return which terms of a reduction take part. Shape: that of their array."""
    return every([aligned(mask, terms.axes) for mask in terms.masks], terms.array.shape)
