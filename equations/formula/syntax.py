"""The frozen syntax tree of a formula: the stored form of everything a methodology says.

The tree keeps what was written: order, brackets by structure, ``44/12`` as an exact ratio. Nothing is evaluated
or simplified here. Two trees are equal when they say the same in the same order, wherever they stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Any, TypeAlias

from equations.records import record

Span: TypeAlias = tuple[int, int]

#: Words for the ends of an ordered axis: of project years ``start`` and ``end``, of any other ``first`` and ``last``.
MARKS = ("start", "end", "first", "last")


@record(frozen=True, eq=False, repr=False)
class Node:
    """Anything in a formula; ``span`` is the first and the last-plus-one character of its text.

    Equality, hash and representation are written here once, over the fields of each kind of node and without ``span``: generated
    ones for thirty classes cost more at start-up than a whole run.
    """

    span: Span = field(default=(0, 1), kw_only=True)

    def said(self) -> tuple[object, ...]:
        """Return the fields that make the node what it is, in order."""
        return tuple(getattr(self, name) for name in field_names(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Node) and self.said() == other.said()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.said()))

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name not in _KEPT}

    def __repr__(self) -> str:
        parts = (f"{name}={getattr(self, name)!r}" for name in field_names(self))
        return f"{type(self).__name__}({', '.join(parts)})"


def field_names(node: Node) -> tuple[str, ...]:
    """Return the fields of a kind of node, without ``span``."""
    names: tuple[str, ...] = type(node).__match_args__
    return names


# -- numbers ---------------------------------------------------------------------------------------------------------


@record(frozen=True, eq=False, repr=False)
class Number(Node):
    """A number as written, with the unit written behind it, if any (``731 {day}``)."""

    text: str
    unit: str | None = None


@record(frozen=True, eq=False, repr=False)
class Ratio(Node):
    """An exact ratio of two whole numbers written without spaces (``44/12``)."""

    over: int
    under: int
    unit: str | None = None

    @property
    def text(self) -> str:
        """The ratio as written."""
        return f"{self.over}/{self.under}"


@record(frozen=True, eq=False, repr=False)
class Excluded(Node):
    """A cell that the methodology leaves out: counts as zero and is shown as NA."""


@record(frozen=True, eq=False, repr=False)
class Text(Node):
    """A quoted label."""

    text: str


# -- names and indices -----------------------------------------------------------------------------------------------


@record(frozen=True, eq=False, repr=False)
class IndexLetter(Node):
    """A letter, with a lag on an ordered axis: ``y-1`` is ``IndexLetter("y", -1)``."""

    letter: str
    offset: int = 0


@record(frozen=True, eq=False, repr=False)
class IndexLabel(Node):
    """A named member: ``"AG"``, ``2018``; or a ``mark``, one of :data:`MARKS`, at an end of a window with an offset: ``start-1``."""

    label: str
    mark: bool = False
    offset: int = 0


@record(frozen=True, eq=False, repr=False)
class IndexGroup(Node):
    """The group that a year belongs to: ``p(y)``."""

    group: str
    letter: str


Index: TypeAlias = IndexLetter | IndexLabel | IndexGroup


@record(frozen=True, eq=False, repr=False)
class Name(Node):
    """A name as parsed, before it is known what it names."""

    name: str
    indices: tuple[Index, ...] = ()
    bracketed: bool = False


@record(frozen=True, eq=False, repr=False)
class Element(Node):
    """One element (or, without indices, the whole) of a quantity."""

    quantity: str
    indices: tuple[Index, ...] = ()

    @property
    def whole(self) -> int:
        """How many axes before ``indices`` are taken as a whole: none."""
        return 0


@record(frozen=True, eq=False, repr=False)
class MatrixRef(Node):
    """The matrix of a quantity's elements; ``indices`` are those behind row and column."""

    name: str
    quantity: str
    diagonal: bool
    indices: tuple[Index, ...] = ()

    @property
    def whole(self) -> int:
        """How many axes before ``indices`` are taken as a whole: rows and columns, which of a diagonal matrix are one."""
        return 1 if self.diagonal else 2


@record(frozen=True, eq=False, repr=False)
class Letter(Node):
    """A letter standing for a member in a condition, or one of :data:`MARKS`.

    ``set`` is where a resolved comparison looks up order: the letter's own set, or the larger of the two that are compared.
    """

    letter: str
    offset: int = 0
    set: str = ""


@record(frozen=True, eq=False, repr=False)
class Switch(Node):
    """A choice of the project, in a condition."""

    id: str


@record(frozen=True, eq=False, repr=False)
class Word(Node):
    """A value of a choice or a label, without quotes."""

    text: str


@record(frozen=True, eq=False, repr=False)
class DateMark(Node):
    """``project_start`` or ``project_end``, in days."""

    name: str


@record(frozen=True, eq=False, repr=False)
class Supplied(Node):
    """Whether the project supplied a quantity."""

    quantity: str


# -- operations ------------------------------------------------------------------------------------------------------


@record(frozen=True, eq=False, repr=False)
class Negative(Node):
    """``-x``."""

    operand: Node


@record(frozen=True, eq=False, repr=False)
class Binary(Node):
    """``left op right`` with one of ``+ - * / ^ .* @``."""

    op: str
    left: Node
    right: Node


@record(frozen=True, eq=False, repr=False)
class Compare(Node):
    """``left op right`` with one of ``== != < <= > >=``."""

    op: str
    left: Node
    right: Node


@record(frozen=True, eq=False, repr=False)
class Logic(Node):
    """``and`` / ``or`` of two or more conditions."""

    op: str
    parts: tuple[Node, ...]


@record(frozen=True, eq=False, repr=False)
class Not(Node):
    """``not condition``."""

    operand: Node


@record(frozen=True, eq=False, repr=False)
class Member(Node):
    """``letter in set`` (``negated``: ``letter not in set``)."""

    letter: str
    set: str
    negated: bool = False


@record(frozen=True, eq=False, repr=False)
class Call(Node):
    """A function of the closed table in :mod:`equations.formula.functions`.

    Those that make matrices are nodes of their own once they are resolved (:class:`Diagonal`, :class:`Identity`, :class:`Transpose`).
    """

    name: str
    arguments: tuple[Node, ...]


@record(frozen=True, eq=False, repr=False)
class Diagonal(Node):
    """``diag(i, body)``: the matrix with ``body`` on its diagonal, where ``letter`` runs over ``set``."""

    letter: str
    set: str
    body: Node


@record(frozen=True, eq=False, repr=False)
class Identity(Node):
    """``identity(set)``: ones on the diagonal of a matrix over an index set."""

    set: str


@record(frozen=True, eq=False, repr=False)
class Transpose(Node):
    """``transpose(M)``: a matrix with rows and columns exchanged."""

    operand: Node


# -- what a bound letter runs over -----------------------------------------------------------------------------------


@record(frozen=True, eq=False, repr=False)
class All(Node):
    """Every member of an index set, in declared order."""

    set: str


@record(frozen=True, eq=False, repr=False)
class GroupOf(Node):
    """The members of ``set`` in the group for which ``letter`` stands: the years of a period in ``y in p``."""

    letter: str
    set: str


@record(frozen=True, eq=False, repr=False)
class Window(Node):
    """Members of an ordered axis from ``first`` to ``last``, both included: ``start..y-1``, ``y-4..y``, ``q..last``.

    Its ends are indices like those of an element, so that whatever walks a tree finds their letters and lags there. ``within`` names
    the set at whose ends the window is cut, where an author says so; ``set`` is the axis on which it lies, once it is resolved.
    """

    first: IndexLetter | IndexLabel
    last: IndexLetter | IndexLabel
    within: str = ""
    set: str = ""

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters on which its ends depend, each once."""
        return tuple(dict.fromkeys(end.letter for end in (self.first, self.last) if isinstance(end, IndexLetter)))


Within: TypeAlias = All | GroupOf | Window


@record(frozen=True, eq=False, repr=False)
class Binder(Node):
    """A letter that a reduction binds, and what it runs over: as written nothing or a name, and once resolved :data:`Within`."""

    letter: str
    within: Within | Name | None = None


@record(frozen=True, eq=False, repr=False)
class Reduce(Node):
    """A reduction (:data:`equations.formula.functions.REDUCTIONS`) over the members of one or more letters."""

    kind: str
    binders: tuple[Binder, ...]
    body: Node


@record(frozen=True, eq=False, repr=False)
class Points(Node):
    """What a table by number goes through: the number of a point and its value, along the letter; and ``at``, the number that is looked up."""

    numbers: Node
    values: Node
    at: Node


@record(frozen=True, eq=False, repr=False)
class Cases(Node):
    """``cases(c1: v1, c2: v2, otherwise: v)``: the value of the first condition that holds."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


#: What a node keeps of what lies below it, which never changes: worked out once, and not written to the cache with the node.
_KEPT = _BELOW, _READS = "_below", "_reads"


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``, in written order."""
    kept: tuple[Node, ...] | None = node.__dict__.get(_BELOW)
    if kept is None:
        kept = node.__dict__[_BELOW] = tuple(_nodes_in(tuple(getattr(node, name) for name in field_names(node))))
    return kept


def _nodes_in(items: tuple[object, ...]) -> Iterator[Node]:
    for item in items:
        if isinstance(item, Node):
            yield item
        elif isinstance(item, tuple):
            yield from _nodes_in(item)


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything below it, parents first, in written order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node)[::-1])


def levels(node: Node) -> int:
    """Return how deep a tree is, without recursion."""
    deep, row = 0, [node]
    while row:
        deep, row = deep + 1, [child for one in row for child in children(one)]
    return deep


def quantities_in(node: Node) -> tuple[str, ...]:
    """Return the quantities that a formula or condition reads, as elements or as matrices, each once, in written order."""
    kept: tuple[str, ...] | None = node.__dict__.get(_READS)
    if kept is None:
        kept = node.__dict__[_READS] = tuple(dict.fromkeys(part.quantity for part in walk(node) if isinstance(part, Element | MatrixRef)))
    return kept


def rebuild(node: Node, parts: dict[int, Node]) -> Node:
    """Return ``node`` with each descendant whose ``id()`` is a key of ``parts`` exchanged for the value there."""
    if id(node) in parts:
        return parts[id(node)]
    changes: dict[str, Any] = {}
    for name in field_names(node):
        value = getattr(node, name)
        if isinstance(value, Node):
            new: object = rebuild(value, parts)
        elif isinstance(value, tuple):
            new = _rebuild_tuple(value, parts)
        else:
            continue
        if new is not value:
            changes[name] = new
    return replace(node, **changes) if changes else node


def _rebuild_tuple(items: tuple[object, ...], parts: dict[int, Node]) -> tuple[object, ...]:
    new = tuple(
        rebuild(item, parts)
        if isinstance(item, Node)
        else _rebuild_tuple(item, parts)
        if isinstance(item, tuple)
        else item
        for item in items
    )
    return items if all(a is b for a, b in zip(new, items, strict=True)) else new
