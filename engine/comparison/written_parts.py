"""Which parts of two formulas are written differently: to be coloured where both stand side by side, and to be named.

This is about what is written, part by part and in order; what the difference means is for :mod:`engine.comparison.meaning` to prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, get_args

from equations.formula.syntax import (
    Binary,
    Binder,
    Element,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Node,
    Reduce,
    Within,
    children,
    field_names,
    walk,
)

_OF_INDICES = (IndexLetter, IndexLabel, IndexGroup, Binder, *get_args(Within))
_PRODUCT, _SUM = ("*", "/", ".*"), ("+", "-")
#: A sign or operator with what stands behind it.
_Part = tuple[str, Node]
#: From this share of equal parts on, two subtrees are one that was changed, not two.
_ALIKE = 0.5


@dataclass
class WrittenParts:
    """What is written differently.

    Attributes
    ----------
    before, after
        The two formulas; no node of them stands in two places, so that each is known by its ``id``.
    gone, new
        Ids of the nodes that the other side does not have.
    swaps
        What stood where now something else stands: ``None`` for nothing.
    """

    before: Node
    after: Node
    gone: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    swaps: list[tuple[Node | None, Node | None]] = field(default_factory=list)


def written_parts(before: Node, after: Node) -> WrittenParts:
    """Compare two formulas part by part."""
    found = WrittenParts(_apart(before), _apart(after))
    _Comparer(found).compare(found.before, found.after)
    return found


def _apart(node: Node) -> Node:
    """Return a tree of the same words in which no node stands twice."""
    changes: dict[str, Any] = {name: value for name in field_names(node) if (value := _fresh(getattr(node, name))) is not None}
    return replace(node, **changes)


def _fresh(value: object) -> object:
    """Return a node or the nodes of a tuple made anew, or ``None`` for what holds none."""
    if isinstance(value, Node):
        return _apart(value)
    if isinstance(value, tuple) and value:
        return tuple(item if (made := _fresh(item)) is None else made for item in value)
    return None


@dataclass(frozen=True)
class _Comparer:
    """Goes down both trees at once and writes down what has no counterpart."""

    found: WrittenParts

    def compare(self, one: Node, two: Node) -> None:
        if one == two or (isinstance(one, Reduce) != isinstance(two, Reduce) and self.wrapped(one, two)):
            return
        operators = next((ops for ops in (_SUM, _PRODUCT) if any(isinstance(x, Binary) and x.op in ops for x in (one, two))), ())
        if operators and self.chains(_chain(one, operators), _chain(two, operators)):
            return
        if operators or type(one) is not type(two) or not self.inside(one, two):
            self.swap(one, two)

    def swap(self, one: Node | None, two: Node | None) -> None:
        self.found.swaps.append((one, two))
        if one is not None:
            self.found.gone.add(id(one))
        if two is not None:
            self.found.new.add(id(two))

    def chains(self, one: Sequence[_Part], two: Sequence[_Part]) -> bool:
        """Match the parts of two sums or products in order, what is left over with what is most like it; say whether they share any."""
        gone: list[_Part] = []
        new: list[_Part] = []
        for kind, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
            if kind != "equal":
                gone += one[i:j]
                new += two[k:m]
        for part in list(gone):  # moved within the chain: the same, elsewhere
            if part in new:
                gone.remove(part)
                new.remove(part)
        pairs = []
        for part in list(gone):
            best = max((other for other in new if other[0] == part[0]), key=lambda other: _likeness(part[1], other[1]), default=None)
            if best is not None and (_likeness(part[1], best[1]) >= _ALIKE or len(gone) == len(new) == 1):
                gone.remove(part)
                new.remove(best)
                pairs.append((part[1], best[1]))
        if len(gone) == len(one) and len(new) == len(two):
            return False
        for mine, other in pairs:
            self.compare(mine, other)
        for _, node in gone:
            self.swap(node, None)
        for _, node in new:
            self.swap(None, node)
        return True

    def wrapped(self, one: Node, two: Node) -> bool:
        """Compare a sum over something with what stands under it on the other side, where the two are alike."""
        outer, inner = (one, two) if isinstance(one, Reduce) else (two, one)
        if not isinstance(outer, Reduce) or _likeness(outer.body, inner) < _ALIKE:
            return False
        marks = self.found.gone if outer is one else self.found.new
        marks |= {id(binder) for binder in outer.binders}
        self.found.swaps.append((one if outer is one else None, None if outer is one else two))
        self.compare(*((outer.body, inner) if outer is one else (inner, outer.body)))
        return True

    def inside(self, one: Node, two: Node) -> bool:
        """Compare two nodes of a kind child by child, where that is possible and says more than that both differ."""
        ours, theirs = list(children(one)), list(children(two))
        if len(ours) != len(theirs) or not ours or _own(one) != _own(two):
            return False
        if isinstance(one, Reduce) and isinstance(two, Reduce):
            if one.binders != two.binders:
                self.found.gone.update(id(binder) for binder in one.binders)
                self.found.new.update(id(binder) for binder in two.binders)
                self.found.swaps.append((one, two))
            self.compare(one.body, two.body)
            return True
        if isinstance(one, Element):  # its indices are marked, the whole is said
            self.found.swaps.append((one, two))
            pairs = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
            self.found.gone.update(id(a) for a, _ in pairs)
            self.found.new.update(id(b) for _, b in pairs)
            return True
        for mine, other in zip(ours, theirs, strict=True):
            self.compare(mine, other)
        return True


def _own(node: Node) -> tuple[object, ...]:
    """Return what a node says besides its children: its operator, function, quantity or name."""
    return tuple(value for name in field_names(node) if isinstance(value := getattr(node, name), str | int | bool))


def _chain(node: Node, operators: Sequence[str]) -> list[_Part]:
    """Return the parts of a sum or a product with the signs before them, in written order."""
    parts: list[_Part] = []
    while isinstance(node, Binary) and node.op in operators:
        parts.append((node.op, node.right))
        node = node.left
    return [(operators[0], node), *reversed(parts)]


def _likeness(one: Node, two: Node) -> float:
    """Return the share of their quantities, numbers and functions that two trees have in common, from 0 to 1; indices do not count."""
    ours, theirs = ([(type(part), *_own(part)) for part in walk(node) if not isinstance(part, _OF_INDICES)] for node in (one, two))
    common = sum(min(ours.count(part), theirs.count(part)) for part in set(ours))
    return 2 * common / (len(ours) + len(theirs)) if ours or theirs else 0.0
