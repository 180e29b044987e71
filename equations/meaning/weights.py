"""Formulas in which sums take of each member the part that a set says: what stands in them for a member that two share.

``Sum(y in q, body)`` becomes ``Sum(y in q, body * part)``, unless the body says itself how much of the year counts. What takes a value of
*the* period of a year, as ``X[q(y)]``, is worked out for each period that has a part of the year, and each counts with that part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from equations.formula.exchange import exchanged, with_letters
from equations.formula.syntax import (
    Binary,
    Binder,
    Call,
    Diagonal,
    Element,
    Excluded,
    GroupOf,
    IndexGroup,
    IndexLetter,
    MatrixRef,
    Node,
    Points,
    Reduce,
    Span,
    field_names,
    walk,
)
from equations.model.index_set import IndexSet, Weight
from equations.records import record

#: Reductions whose body is a value.
_OF_VALUES = ("Sum", "Product", "Max", "Min", "Mean", "StdDev", "StdErr")


def weighs(body: Node, member: str, holder: str) -> bool:
    """Whether the body of a sum says itself how much of a member counts: by their shared days, or by a quantity with both indices."""
    for part in walk(body):
        if isinstance(part, Element | MatrixRef | Call):
            named = part.arguments if isinstance(part, Call) and part.name == "shared_days" else getattr(part, "indices", ())
            if {member, holder} <= {getattr(one, "letter", "") for one in named}:
                return True
    return False


def part_of(weight: Weight, member: str, holder: str, span: Span = (0, 1)) -> Node:
    """Return the part of a member that another one has, in the letters by which they go; all of it stands at one place of a text."""
    return _placed(with_letters(weight.formula, {weight.member: member, weight.holder: holder}), span)


def weighed_formula(formula: Node, letters: Mapping[str, str], sets: Mapping[str, IndexSet], *, value: bool) -> Node:
    """Return a formula in which sums take of each member the part that its set says.

    Parameters
    ----------
    letters
        Letter -> index set, of those that are bound around the formula.
    value
        Whether the formula gives a value, so that it can be worked out for each of those that share a member.

    Returns
    -------
    Node
        The formula itself, where nothing in it is shared.
    """
    if not any(isinstance(node, GroupOf | IndexGroup) for node in walk(formula)):
        return formula
    work = _Weigher(sets)
    inner = work.of(formula, dict(letters))
    return work.each(inner, letters, letters) if value else inner


@record(frozen=True)
class _Weigher:
    sets: Mapping[str, IndexSet]

    def of(self, node: Node, scope: Mapping[str, str]) -> Node:
        if isinstance(node, Reduce):
            return self.reduction(node, scope)
        inner = {**scope, node.letter: node.set} if isinstance(node, Diagonal) else scope
        return _with_children(node, lambda child: self.of(child, inner))

    def reduction(self, node: Reduce, scope: Mapping[str, str]) -> Node:
        bound = {binder.letter: binder.within.set for binder in node.binders if binder.within is not None and hasattr(binder.within, "set")}
        inner = {**scope, **bound}
        body = self.of(node.body, inner)
        if node.kind in _OF_VALUES and not isinstance(body, Points):
            # Before the sum is weighed: a body that takes *the* period of a year is a mean over its periods, and that mean counts
            # for the year's part.
            body = self.each(body, bound, inner)
        if node.kind == "Sum":
            body = self.weighed(node, body, inner)
        return node if body is node.body else replace(node, body=body)

    def weighed(self, node: Reduce, body: Node, scope: Mapping[str, str]) -> Node:
        """Return the body of a sum with the part of each member that counts."""
        for binder in node.binders:
            if isinstance(binder.within, GroupOf) and not weighs(node.body, binder.letter, binder.within.letter):
                weight = self.weight(scope.get(binder.within.letter, ""), binder.within.set)
                if weight is not None:
                    body = Binary("*", body, part_of(weight, binder.letter, binder.within.letter, binder.span), span=binder.span)
        return body

    def weight(self, holder: str, member: str) -> Weight | None:
        own = self.sets.get(holder)
        return own.weight_of(member) if own is not None else None

    def each(self, body: Node, bound: Mapping[str, str], scope: Mapping[str, str]) -> Node:
        """Return a value worked out for each of those that share a member, where it takes *the* one to which the member belongs."""
        asked = {(node.group, node.letter): node.span for node in walk(body) if isinstance(node, IndexGroup) and node.letter in bound}
        for (group, letter), span in asked.items():
            weight, own = self.weight(group, bound[letter]), self.free(group, scope, body)
            # What is left out has no part of a value: such a body stays as written, and the planner says what is to be done.
            if weight is None or not own or any(isinstance(node, Excluded) for node in walk(body)):
                continue
            part = part_of(weight, letter, own, span)
            binders = (Binder(own, GroupOf(letter, group, span=span), span=span),)
            held = exchanged(body, lambda node, g=group, x=letter, o=own: _as_letter(node, g, x, o))  # type: ignore[misc]
            # A weighted mean: over the parts that there are, so that a year of which two periods share only 300 days is not short
            # of the rest.
            total = Reduce("Sum", binders, Binary("*", held, part, span=span), span=span)
            body = Binary("/", total, Reduce("Sum", binders, part, span=span), span=span)
        return body

    def free(self, set_id: str, scope: Mapping[str, str], body: Node) -> str:
        """Return a letter of a set that is bound neither here nor within a body, or empty."""
        taken = {*scope, *(node.letter for node in walk(body) if isinstance(node, Binder | Diagonal))}
        own = self.sets[set_id].letters if set_id in self.sets else ()
        return next((letter for letter in own if letter not in taken), "")


def _as_letter(node: Node, group: str, letter: str, own: str) -> Node | None:
    is_it = isinstance(node, IndexGroup) and node.group == group and node.letter == letter
    return IndexLetter(own, span=node.span) if is_it else None


def _placed(node: Node, span: Span) -> Node:
    return replace(_with_children(node, lambda child: _placed(child, span)), span=span)


def _with_children(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a node with each of the nodes directly below it changed; itself where none does."""
    changes: dict[str, Any] = {}
    for name in field_names(node):
        held = getattr(node, name)
        new = _changed(held, change)
        if new is not held:
            changes[name] = new
    return replace(node, **changes) if changes else node


def _changed(held: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(held, Node):
        return change(held)
    if isinstance(held, tuple):
        new = tuple(_changed(one, change) for one in held)
        return held if all(a is b for a, b in zip(new, held, strict=True)) else new
    return held
