"""Sums over members that two share, once more: from what was written, with the parts that sets say, put in here and not by the language.

A run and :mod:`engine.audit.second_computation.scalar_path` read formulas into which :mod:`equations.meaning.weights` has put the parts.
Here the formulas are those of the author, and the parts are multiplied in where a sum comes to a member; nothing of that module is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from engine.audit.second_computation.scalar_path import Labels, ScalarPath
from engine.audit.second_computation.scalar_scope import OutsideRelationError, Scope
from engine.audit.second_computation.scalar_units import PathError, Value
from equations.formula.syntax import Binder, Call, GroupOf, Index, IndexGroup, Letter, Node, Reduce, walk
from equations.model.equation import Equation
from equations.model.index_set import Weight
from equations.model.quantity import Quantity


class ScalarParts(ScalarPath):
    """Recomputes one cell at a time from the formula as it was written; whatever that reads is taken from another path."""

    def __init__(self, path: ScalarPath) -> None:
        super().__init__(path.run)
        self.path = path
        self.concerned = frozenset(e.quantity for e in path.methodology.equations if e.written is not None and not e.solver)

    def again(self, quantity: str, labels: Labels) -> Value:
        """Return a cell, computed from what was written.

        Raises
        ------
        PathError
            As for the other path.
        """
        return self.computed(self.methodology.quantity[quantity], labels)

    def cell(self, quantity: str, labels: Labels) -> Value:
        return self.path.cell(quantity, labels)

    def right_side(self, equation: Equation, quantity: Quantity, labels: Labels, scope: Scope) -> Value:
        if equation.written is None or equation.solver:
            return super().right_side(equation, quantity, labels, scope)
        held = replace(equation, formula=equation.written)
        return self.for_each_holder(list(self.asked(equation.written, set(scope), scope)), scope,
                                    lambda inner: ScalarPath.right_side(self, held, quantity, labels, inner))  # fmt: skip

    # -- sums

    def terms(self, node: Reduce, scope: Scope) -> Iterator[Value]:
        for inner in self.bound(node.binders, scope):
            try:
                asked = list(self.asked(node.body, {binder.letter for binder in node.binders}, inner))
                term = self.for_each_holder(asked, inner, lambda one: self.value(node.body, one))
            except OutsideRelationError as hole:
                if not hole.passed_over_by({binder.letter for binder in node.binders}):
                    raise
                continue
            for part in self.parts(node, inner) if node.kind == "Sum" else ():
                term = self.units.binary("*", term, part)
            yield term

    def parts(self, node: Reduce, scope: Scope) -> Iterator[Value]:
        """Yield the part of each member that counts, where the body does not say it."""
        for binder in node.binders:
            if isinstance(binder.within, GroupOf) and not _says_itself(node.body, binder):
                holder = scope[binder.within.letter]
                weight = self.weight(holder[0], scope[binder.letter][0])
                if weight is not None:
                    yield self.part(weight, scope[binder.letter], holder)

    def weight(self, holder: str, member: str) -> Weight | None:
        found = (weight for weight in self.methodology.index_set[holder].weights if weight.of == member)
        return next(found, None)

    def part(self, weight: Weight, member: tuple[str, str], holder: tuple[str, str]) -> Value:
        return self.value(weight.formula, {weight.member: member, weight.holder: holder})

    # -- the one to which a member belongs, where it is shared

    def asked(self, node: Node, letters: set[str], scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield each set of which a formula takes *the* one that has a member, with the letter of the member."""
        groups = {(part.group, part.letter) for part in walk(node) if isinstance(part, IndexGroup) and part.letter in letters}
        yield from (one for one in sorted(groups) if self.weight(one[0], scope[one[1]][0]) is not None)

    def for_each_holder(self, asked: list[tuple[str, str]], scope: Scope, value: Callable[[Scope], Value]) -> Value:
        """Return a value worked out for each of those that share a member, each with its part."""
        if not asked:
            return value(scope)
        (group, letter), *rest = asked
        weight = self.weight(group, scope[letter][0])
        assert weight is not None
        found = []
        for label in self.setting.members[group]:
            if self.calendar.meet((group, label), scope[letter]):
                part = self.part(weight, scope[letter], (group, label))
                inner = {**scope, f"{group}({letter})": (group, label)}
                found.append((part, self.units.binary("*", self.for_each_holder(rest, inner, value), part)))
        if not found:
            raise PathError(f"{scope[letter][1]} is in no {group}")
        whole = self.units.folded("Sum", [part for part, _ in found])
        return self.units.binary("/", self.units.folded("Sum", [term for _, term in found]), whole)

    def label(self, index: Index, axis: str, scope: Mapping[str, tuple[str, str]]) -> str:
        held = scope.get(f"{index.group}({index.letter})") if isinstance(index, IndexGroup) else None
        return held[1] if held is not None else super().label(index, axis, scope)


def _says_itself(body: Node, binder: Binder) -> bool:
    """Whether the body of a sum names a member and the one that has a part of it together, as their shared days or a quantity of both."""
    both = {binder.letter, getattr(binder.within, "letter", "")}
    for part in walk(body):
        letters = part.arguments if isinstance(part, Call) else getattr(part, "indices", ())
        if isinstance(part, Call) and (part.name != "shared_days" or not all(isinstance(x, Letter) for x in letters)):
            continue
        if both <= {getattr(one, "letter", None) for one in letters}:
            return True
    return False
