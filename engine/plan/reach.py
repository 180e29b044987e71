"""How far back along each ordered axis an equation reads: what decides in which order cells can be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from math import inf
from typing import TypeAlias

from engine.plan.setting import Setting
from equations.formula.syntax import (
    Binder,
    Diagonal,
    Element,
    GroupOf,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    MatrixRef,
    Node,
    Reduce,
    Window,
    children,
)
from equations.model.equation import Equation
from equations.model.left_side import OnAxis, left_side
from equations.model.methodology import Methodology
from equations.records import record

#: By how many members of an axis a use lies back at least and at most; below zero it lies ahead.
Lag: TypeAlias = tuple[float, float]
ANYWHERE: Lag = (-inf, inf)
HERE: Lag = (0, 0)


def ordered_axes(set_id: str, methodology: Methodology) -> dict[str, bool]:
    """Return the axes along whose order the members of a set lie, and whether a step on the set is one on the axis.

    A subset lies along the set that it is a part of, and what an ordered group gathers lies along the group: years along periods.
    """
    sets, found = methodology.index_set, dict[str, bool]()
    if sets[set_id].ordered:
        top = set_id
        while sets[top].subset_of and sets[sets[top].subset_of].ordered:
            top = sets[top].subset_of
        # A step from one member of a subset to the next may pass over members of the whole: it is a step on the axis only where the
        # set is the axis, or years.
        found[top] = top == set_id or sets[set_id].kind == "year"
    # What lies in ordered groups lies along them, too, though never with a step that is one of theirs: two years may share a
    # period.
    for group in methodology.index_sets:
        if group.kind == "group" and group.ordered and group.id != set_id and methodology.is_within(set_id, group.groups):
            found |= dict.fromkeys((axis for axis in ordered_axes(group.id, methodology) if axis not in found), False)
    return found


def places_along(set_id: str, axis: str, setting: Setting, methodology: Methodology) -> tuple[int, ...]:
    """Return, for each member of a set, its place on an axis along which it lies.

    What belongs to no group lies with the group before it; before the first group it has the place -1.
    """
    members = setting.members
    if set_id == axis or methodology.is_within(set_id, axis):
        at = {member: place for place, member in enumerate(members[axis])}
        return tuple(at[member] for member in members[set_id])
    group = next(g for g in methodology.index_sets if g.kind == "group" and g.ordered and g.id != set_id
                 and methodology.is_within(set_id, g.groups) and axis in ordered_axes(g.id, methodology))  # fmt: skip
    own, base = places_along(group.id, axis, setting, methodology), members[group.groups]
    # A group stands where its first member stands, so that a carry from period to period meets the years between them in order.
    first = {min(part): turn for turn, part in enumerate(setting.groups[group.id]) if part}
    found: dict[str, int] = {}
    place = -1
    for position, member in enumerate(base):
        place = own[first[position]] if position in first else place
        found[member] = place
    return tuple(found[member] for member in members[set_id])


def axis_place(quantity: str, axis: str, methodology: Methodology) -> int | None:
    """Return which index of a quantity lies along an axis, the first that does; ``None`` where none does."""
    indices = methodology.quantity[quantity].indices
    return next((at for at, set_id in enumerate(indices) if axis in ordered_axes(set_id, methodology)), None)


@record(frozen=False)
class Reach:
    """The uses of one equation along one axis."""

    equation: Equation
    axis: str
    methodology: Methodology
    #: Letter -> how far the member for which it stands lies behind the one that is defined.
    lags: dict[str, Lag] = field(default_factory=dict)

    def uses(self) -> Iterator[tuple[str, Lag | None]]:
        """Yield each quantity that is read with its lag; ``None`` where one of the two does not lie along the axis."""
        left = left_side(self.equation, self.methodology.quantity[self.equation.quantity])
        at = axis_place(self.equation.quantity, self.axis, self.methodology)
        if at is not None and isinstance(index := left.indices[at], IndexLetter):
            self.lags = {index.letter: HERE}
        self.defined: OnAxis = left.indices[at] if at is not None else None
        self.set = left.axes[at] if at is not None else ""
        yield from self.of(self.equation.formula)

    def of(self, node: Node) -> Iterator[tuple[str, Lag | None]]:
        """Yield what a part of the formula reads."""
        match node:
            case Element() | MatrixRef():
                if not (self.equation.solver and node.quantity == self.equation.quantity):
                    yield node.quantity, self.lag(node)
                return
            case Reduce(binders=binders):
                held = dict(self.lags)
                for binder in binders:
                    self.lags[binder.letter] = self.bound(binder)
            case Diagonal(letter=letter):
                held = dict(self.lags)
                self.lags[letter] = ANYWHERE
            case _:
                held = self.lags
        for child in children(node):
            if not isinstance(child, Binder):
                yield from self.of(child)
        self.lags = held

    def lag(self, node: Element | MatrixRef) -> Lag | None:
        """Return how far back one use lies."""
        at = axis_place(node.quantity, self.axis, self.methodology)
        if at is None or not self.set:
            return None
        # Rows and columns of a matrix are read whole, and so is what lies along them.
        if at < node.whole:
            return ANYWHERE
        return self.behind(node.indices[at - node.whole], self.methodology.quantity[node.quantity].indices[at])

    def behind(self, index: Index, set_id: str) -> Lag:
        """Return how far what an index names lies behind what is defined."""
        if isinstance(index, IndexLabel):
            return self.behind_label(index, set_id)
        # Signs: a lag counts backwards, an offset forwards. `A[y-1]` lies one back, so its offset of -1 adds one.
        least, most = self.lags.get(index.letter, ANYWHERE)
        if isinstance(index, IndexGroup) or not index.offset:
            return least, most
        if ordered_axes(set_id, self.methodology).get(self.axis):
            return least - index.offset, most - index.offset
        # A step of a subset is one or more of the larger set, and a step within a group may stay in it.
        step = 1 if self.methodology.is_within(set_id, self.axis) else 0
        return (least + step, inf) if index.offset < 0 else (-inf, most - step)

    def behind_label(self, index: IndexLabel, set_id: str) -> Lag:
        if index == self.defined:
            return HERE
        if index.mark and set_id == self.set and isinstance(self.defined, IndexLetter):
            # Of years with history `start` is not the first.
            # The first member lies at or behind every other one, the last at or ahead of it; by how much, hangs on the member that
            # is defined.
            is_first = index.label == "first" or (index.label == "start" and not self.methodology.index_set[set_id].history)
            return (-index.offset, inf) if is_first else (-inf, -index.offset) if index.label in ("last", "end") else ANYWHERE
        return ANYWHERE

    def bound(self, binder: Binder) -> Lag:
        """Return how far the members of a bound letter lie behind what is defined."""
        match binder.within:
            case GroupOf(letter=letter):
                return self.lags.get(letter, ANYWHERE)
            case Window(first=first, last=last, set=set_id):
                # Within a window the least lag is that of its last member, and the greatest that of its first.
                return self.behind(last, set_id)[0], self.behind(first, set_id)[1]
        return ANYWHERE


def lags_of(equation: Equation, axes: Mapping[str, object], methodology: Methodology) -> list[tuple[str, dict[str, Lag]]]:
    """Return each use of an equation with its lag along every axis along which both lie, in written order."""
    along = {axis: list(Reach(equation, axis, methodology).uses()) for axis in axes}
    if not along:
        return [(quantity, {}) for quantity, _ in Reach(equation, "", methodology).uses()]
    # Every axis yields the same uses in the same order, since the walk is the same: they are joined by their place.
    first = next(iter(along.values()))
    return [(quantity, {axis: lag for axis, found in along.items() if (lag := found[at][1]) is not None})
            for at, (quantity, _) in enumerate(first)]  # fmt: skip
