"""What letters stand for while one cell is recomputed: members, reductions and conditions, label by label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from engine.audit.scalar_units import COMPARE, CarriedUnits, PathError, Value, compared
from engine.run.run import Run
from equations.formula.syntax import (
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
    """Follows letters through a formula; what a formula is worth is left to :class:`engine.audit.scalar_path.ScalarPath`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.methodology, self.setting = run.methodology, run.setting
        self.year_set = run.methodology.year_set
        self.units = CarriedUnits(frozenset(run.methodology.own_unit_words))

    def value(self, node: Node, scope: Scope) -> Value:
        """Return what a formula is worth under a scope."""
        raise NotImplementedError

    def label(self, index: Index, axis: str, scope: Scope) -> str:
        """Return the member that an index stands for."""
        if isinstance(index, IndexLabel):
            return self.setting.members[axis][0 if index.label == "start" else -1] if index.mark else index.label
        label = scope[index.letter][1]
        if isinstance(index, IndexGroup):
            at = self.setting.members[self.methodology.index_set[axis].groups].index(label)
            return next(m for m, part in zip(self.setting.members[axis], self.setting.groups[axis], strict=True) if at in part)
        return str(int(label) + index.offset) if index.offset else label

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
            case GroupOf(letter=letter):
                set_id, label = scope[letter]
                whole = self.methodology.index_set[set_id].groups
                chosen = self.setting.groups[set_id][self.setting.members[set_id].index(label)]
                return whole, tuple(self.setting.members[whole][at] for at in sorted(chosen))
            case Window(last=end):
                last = int(scope[end.letter][1]) + end.offset
                return self.year_set, tuple(year for year in self.setting.members[self.year_set] if int(year) <= last)
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
                a, b = self.member(left, scope), self.member(right, scope)
                if scope[left.letter][0] == self.year_set:
                    return COMPARE[op](int(a), int(b))
                return COMPARE[op](a, b)
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

    def member(self, node: Node, scope: Scope) -> str:
        if isinstance(node, Word):
            return node.text
        assert isinstance(node, Letter)
        years = self.setting.members[self.year_set] if self.year_set else ()
        label = {"start": years[:1], "end": years[-1:]}.get(node.letter, ()) or (scope[node.letter][1],)
        return str(int(label[0]) + node.offset) if node.offset else label[0]
