"""What letters stand for while one cell is recomputed: members, reductions and conditions, label by label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.audit.scalar_units import COMPARE, CarriedUnits, PathError, Value
from engine.pipeline import Run
from equations.syntax import (
    Binder,
    Compare,
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
    Word,
)

#: Letter -> its index set and the member that it stands for.
Scope = Mapping[str, tuple[str, str]]


class OutsideRelationError(Exception):
    """A cell that does not exist under its relation; sums pass over it."""


class ScalarScope:
    """Follows letters through a formula; what a formula is worth is left to :class:`engine.audit.scalar_path.ScalarPath`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.methodology, self.setting = run.methodology, run.setting
        self.year_set = run.methodology.year_set
        self.units = CarriedUnits(frozenset(substance.id for substance in run.methodology.substances))

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
                yield self.holds(node.body, inner) if node.kind in ("All", "Any") else self.value(node.body, inner)
            except OutsideRelationError:
                continue

    def bound(self, binders: tuple[Binder, ...], scope: Scope) -> Iterator[Scope]:
        if not binders:
            yield scope
            return
        first, rest = binders[0], binders[1:]
        kind, name = str(first.within[0]), str(first.within[1])
        set_id = name if kind == "all" else self.methodology.index_set[scope[name][0]].groups if kind == "group" else self.year_set
        for label in self.labels(kind, name, first, scope):
            yield from self.bound(rest, {**scope, first.letter: (set_id, label)})

    def labels(self, kind: str, name: str, binder: Binder, scope: Scope) -> tuple[str, ...]:
        if kind == "all":
            return self.setting.members[name]
        set_id, label = scope[name]
        if kind == "group":
            whole = self.setting.members[self.methodology.index_set[set_id].groups]
            chosen = self.setting.groups[set_id][self.setting.members[set_id].index(label)]
            return tuple(whole[at] for at in sorted(chosen))
        last = int(label) + int(binder.within[2])
        return tuple(year for year in self.setting.members[self.year_set] if int(year) <= last)

    # -- conditions

    def holds(self, node: Node, scope: Scope) -> bool:
        match node:
            case Logic(op=op, parts=parts):
                return (all if op == "and" else any)(self.holds(part, scope) for part in parts)
            case Not(operand=operand):
                return not self.holds(operand, scope)
            case Member(letter=letter, set=set_id, negated=negated):
                return (scope[letter][1] in self.setting.members[set_id]) is not negated
            case Compare(op=op, left=Switch(kind=kind, id=id_), right=Word(text=text)):
                return COMPARE[op]((self.setting.choices if kind == "choice" else self.setting.readings)[id_], text)
            case Compare(op=op, left=Letter() as left, right=right):
                a, b = self.member(left, scope), self.member(right, scope)
                if scope[left.letter][0] == self.year_set:
                    return COMPARE[op](int(a), int(b))
                return COMPARE[op](a, b)
            case Compare(op=op, left=left, right=right):
                a, b = self.units.joined(self.value(left, scope), self.value(right, scope))
                return bool(COMPARE[op](a, b))
            case Reduce(kind=kind):
                return (all if kind == "All" else any)(self.terms(node, scope))
        raise PathError(f"a {type(node).__name__} where a condition is meant")

    def member(self, node: Node, scope: Scope) -> str:
        if isinstance(node, Word):
            return node.text
        assert isinstance(node, Letter)
        years = self.setting.members[self.year_set] if self.year_set else ()
        label = {"start": years[:1], "end": years[-1:]}.get(node.letter, ()) or (scope[node.letter][1],)
        return str(int(label[0]) + node.offset) if node.offset else label[0]
