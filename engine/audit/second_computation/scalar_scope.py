"""What letters stand for while one cell is recomputed: members, reductions and conditions, label by label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from engine.audit.second_computation.scalar_calendar import ScalarCalendar, turn_in_calendar
from engine.audit.second_computation.scalar_units import COMPARE, CarriedUnits, PathError, Value, compared
from engine.run.run import Run
from equations.formula.syntax import (
    MARKS,
    All,
    Binder,
    Compare,
    GroupOf,
    Index,
    IndexGroup,
    IndexLabel,
    Letter,
    Logic,
    Member,
    Node,
    Not,
    Reduce,
    Switch,
    Window,
    Word,
)
from equations.model.index_set import CALENDAR, PERIOD_SET

#: Letter -> its index set and the member that it stands for.
Scope = Mapping[str, tuple[str, str]]


class OutsideRelationError(Exception):
    """Cells that are not there under their relation.

    A sum passes over one that it names by a letter of its own; where nothing passes over it, reading it is a fault.
    """

    def __init__(self, *cells: tuple[str, frozenset[str]]) -> None:
        super().__init__(*cells)
        #: Name of each cell, and the letters by which it is named.
        self.cells = cells

    def passed_over_by(self, letters: set[str]) -> bool:
        """Whether a reduction that binds some letters passes over one of the cells."""
        return any(own & letters for _, own in self.cells)


class ScalarScope:
    """Follows letters through a formula; what a formula is worth is left to :class:`engine.audit.second_computation.scalar_path.ScalarPath`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.methodology, self.setting = run.methodology, run.setting
        self.calendar = ScalarCalendar(run)
        self.units = CarriedUnits(frozenset(run.methodology.own_unit_words))

    def value(self, node: Node, scope: Scope) -> Value:
        """Return what a formula is worth under a scope."""
        raise NotImplementedError

    def label(self, index: Index, axis: str, scope: Scope) -> str:
        """Return the member that an index stands for."""
        if isinstance(index, IndexLabel):
            return self.end_of(axis, index.label) if index.mark else index.label
        label = scope[index.letter][1]
        if isinstance(index, IndexGroup):
            own, base = scope[index.letter][0], self.methodology.index_set[axis].groups
            if not base or axis == PERIOD_SET or not self.methodology.is_within(own, base):
                return next(m for m in self.setting.members[axis] if self.calendar.meet((axis, m), (own, label)))
            at = self.setting.members[base].index(label)
            return next(m for m, part in zip(self.setting.members[axis], self.setting.groups[axis], strict=True) if at in part)
        return self.moved(axis, label, index.offset) if index.offset else label

    def end_of(self, axis: str, mark: str) -> str:
        """Return the member at an end of an axis; project years begin with the operation, whatever stands before them."""
        if mark == "start":
            return str(date.fromisoformat(self.setting.start).year)
        return self.setting.members[axis][0] if mark == "first" else self.setting.members[axis][-1]

    def moved(self, axis: str, label: str, offset: int) -> str:
        """Return the member some steps before or behind another."""
        wanted = self.turn(axis, label) + offset
        found = [member for member in self.setting.members[axis] if self.turn(axis, member) == wanted]
        if not found:
            raise PathError(f"{axis} has no member {abs(offset)} {'before' if offset < 0 else 'behind'} {label}")
        return found[0]

    def turn(self, axis: str, label: str) -> int:
        """Return where a member stands in the order of its axis; those of the calendar are counted by themselves."""
        kind = self.methodology.index_set[axis].kind
        return turn_in_calendar(kind, label) if kind in CALENDAR else self.setting.members[axis].index(label)

    def in_window(self, window: Window, scope: Scope) -> tuple[str, ...]:
        """Return the members from one end of a window to the other."""
        axis, ends = window.set, []
        for end in (window.first, window.last):
            label = self.end_of(axis, end.label) if isinstance(end, IndexLabel) else scope[end.letter][1]
            ends.append(self.turn(axis, label) + end.offset)
        inside = tuple(m for m in self.setting.members[axis] if ends[0] <= self.turn(axis, m) <= ends[1])
        if window.within:
            return tuple(member for member in inside if member in self.setting.members[window.within])
        if len(inside) != max(0, ends[1] - ends[0] + 1):
            raise PathError(f"a window of {ends[1] - ends[0] + 1} members holds {len(inside)} of {axis}")
        return inside

    def terms(self, node: Reduce, scope: Scope) -> Iterator[Any]:
        """Yield the body for every combination of the letters that a reduction binds; cells outside a relation are passed over."""
        for inner in self.bound(node.binders, scope):
            try:
                yield self.value(node.body, inner)
            except OutsideRelationError as hole:
                if not hole.passed_over_by({binder.letter for binder in node.binders}):
                    raise

    def bound(self, binders: tuple[Binder, ...], scope: Scope) -> Iterator[Scope]:
        if not binders:
            yield scope
            return
        first, rest = binders[0], binders[1:]
        set_id, labels = self.labels(first, scope)
        for label in labels:
            yield from self.bound(rest, {**scope, first.letter: (set_id, label)})

    def labels(self, binder: Binder, scope: Scope) -> tuple[str, tuple[str, ...]]:
        """Return the set that a bound letter runs over, and the members that it takes there."""
        match binder.within:
            case All(set=set_id):
                return set_id, self.setting.members[set_id]
            case GroupOf(letter=letter, set=whole):
                set_id, label = scope[letter]
                if whole != self.methodology.index_set[set_id].groups or set_id == PERIOD_SET:
                    return whole, self.calendar.inside((set_id, label), whole)
                chosen = self.setting.groups[set_id][self.setting.members[set_id].index(label)]
                return whole, tuple(self.setting.members[whole][at] for at in sorted(chosen))
            case Window() as window:
                return window.set, self.in_window(window, scope)
        raise PathError("a letter that runs over nothing")

    # -- conditions

    def holds(self, node: Node, scope: Scope) -> bool:
        match node:
            case Logic(op=op, parts=parts):
                return self.decided(op == "or", [partial(self.holds, part, scope) for part in parts])
            case Not(operand=operand):
                return not self.holds(operand, scope)
            case Member(letter=letter, set=set_id, negated=negated):
                return (scope[letter][1] in self.setting.members[set_id]) is not negated
            case Compare(op=op, left=Switch(id=id_), right=Word(text=text)):
                return COMPARE[op](self.setting.choices[id_], text)
            case Compare(op=op, left=Letter() as left, right=right):
                if op in ("==", "!=") and not left.offset and not getattr(right, "offset", 0):
                    return COMPARE[op](self.member(left, left.set, scope), self.member(right, left.set, scope))
                return COMPARE[op](*(self.turn(left.set, self.member(x, left.set, scope)) + getattr(x, "offset", 0) for x in (left, right)))
            case Compare(op=op, left=left, right=right):
                a, b = self.units.joined(*self.each(partial(self.value, left, scope), partial(self.value, right, scope)))
                return compared(op, a, b)
            case Reduce(kind=kind):
                return self.decided(kind == "Any", [partial(self.term, node, one) for one in self.bound(node.binders, scope)])
        raise PathError(f"a {type(node).__name__} where a condition is meant")

    def term(self, node: Reduce, inner: Scope) -> bool | None:
        """Return whether a condition holds for one member, or ``None`` where the member takes no part."""
        try:
            return self.holds(node.body, inner)
        except OutsideRelationError as hole:
            if not hole.passed_over_by({binder.letter for binder in node.binders}):
                raise
            return None

    def decided(self, decisive: bool, parts: Iterable[Callable[[], bool | None]]) -> bool:
        """Join conditions: one that decides does so although others compare what is not there."""
        open_: Exception | None = None
        for part in parts:
            try:
                if part() is decisive:
                    return decisive
            except (OutsideRelationError, PathError) as fault:
                open_ = open_ or fault
        if open_ is not None:
            raise open_
        return not decisive

    def each(self, *parts: Callable[[], Any]) -> list[Any]:
        """Return what each part is worth; of cells that are not there all are named together."""
        found: list[Any] = []
        holes: list[tuple[str, frozenset[str]]] = []
        for part in parts:
            try:
                found.append(part())
            except OutsideRelationError as hole:
                holes += hole.cells
        if holes:
            raise OutsideRelationError(*holes)
        return found

    def member(self, node: Node, axis: str, scope: Scope) -> str:
        if isinstance(node, Word):
            return node.text
        assert isinstance(node, Letter)
        return self.end_of(axis, node.letter) if node.letter in MARKS else scope[node.letter][1]
