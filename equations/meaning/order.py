"""Order in formulas: marks, lags, windows, and letters that are compared."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from equations.errors import near_or_all
from equations.formula.syntax import MARKS, Compare, IndexLabel, IndexLetter, Letter, Node, Span, Window, Word
from equations.meaning.meant import word_of
from equations.model.index_set import IndexSet

if TYPE_CHECKING:
    from equations.meaning.scope import Resolver

_ENDS = {"start": "first", "end": "last"}
#: How members of the calendar other than years are written.
LABELS = {
    "month": ("[0-9]{4}-(0[1-9]|1[0-2])", "2019-01"), "day": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2019-01-31"),
    "project_year": ("PY[1-9][0-9]*", "PY1"),
}  # fmt: skip
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


# -- marks


def is_mark_of(mark: str, index_set: IndexSet) -> bool:
    """Whether a mark names a member of a set: of years ``start`` and ``end``, of any other ordered set ``first`` and ``last``.

    A set with years before the project's first has all four; its last year is the project's.
    """
    if index_set.kind == "year":
        return mark in _ENDS or index_set.history > 0
    return index_set.ordered and mark not in _ENDS


def meant_by_mark(mark: str, index_set: IndexSet) -> tuple[str, str]:
    """Return why a mark names no member of a set, and what to write."""
    if index_set.kind == "year":
        other = next(word for word, same in _ENDS.items() if same == mark)
        return f"the first and the last project year are `{'` and `'.join(_ENDS)}`", f"write {other}"
    if index_set.ordered:
        return f"`{mark}` is a year of the project", f"write {_ENDS[mark]}"
    why, remedy = declare_order(index_set)
    if not index_set.members:
        return why, remedy
    return why, near_or_all(mark, [f'"{member}"' for member in index_set.members]) + f"; {remedy}"


def declare_order(index_set: IndexSet) -> tuple[str, str]:
    """Return why a set has no order, and how it gets one."""
    return f"{index_set.id} has no order", f"declare `ordered: yes` at the index set {index_set.id} if its members have one, in the order listed"


# -- windows


def resolved_window(resolver: Resolver, letter: str, window: Window, own: str) -> Window:
    """Resolve ``first..last`` over the set of the letter that runs through it."""
    sets = resolver.names.index_sets
    if not sets[own].ordered:
        resolver.fault("X205", f"a window on {own}", window.span, *declare_order(sets[own]))
        return window
    for end in (window.first, window.last):
        _check_end(resolver, end, letter, own)
    if window.within and not (window.within in sets and resolver.names.within(window.within, own)):
        resolver.fault("X205", f"a window on {own} is cut at the ends of {own} or of a part of it, not of {window.within}", window.span,
                       remedy=f"write within {own}")  # fmt: skip
    if _is_always_empty(window):
        resolver.fault("X205", "a window that ends before it begins", window.span, remedy="write the earlier end first, as in y-4..y")
    return replace(window, set=own)


def _check_end(resolver: Resolver, end: IndexLetter | IndexLabel, letter: str, own: str) -> None:
    index_set = resolver.names.index_sets[own]
    if isinstance(end, IndexLabel):
        if not is_mark_of(end.label, index_set):
            resolver.fault("X205", f"'{end.label}' names no member of {own}", end.span, *meant_by_mark(end.label, index_set))
    elif end.letter not in resolver.bound:
        bound = [x for x, set_id in resolver.bound.items() if resolver.names.within(set_id, own)]
        resolver.fault("X205", f"{end.letter!r} is not a bound letter of {own}", end.span,
                       why=f"{letter} runs over {own}, from one member to another",
                       remedy=f"write Sum({letter} in {bound[0]}-4..{bound[0]}, ...)" if bound else
                       "take a letter that stands on the left side or is summed over, or a mark")  # fmt: skip
    elif not resolver.names.within(resolver.bound[end.letter], own):
        resolver.fault("X205", f"{end.letter} runs over {resolver.bound[end.letter]}, and {letter} over {own}", end.span,
                       why="the ends of a window are members of the set through which it goes", remedy=f"take a letter of {own}")  # fmt: skip


def _is_always_empty(window: Window) -> bool:
    first, last = window.first, window.last
    if isinstance(first, IndexLabel) and isinstance(last, IndexLabel) and (first.label, last.label) == ("end", "start"):
        return first.offset >= last.offset
    return _end_of(first) == _end_of(last) and first.offset > last.offset


def _end_of(end: IndexLetter | IndexLabel) -> str:
    return end.label if isinstance(end, IndexLabel) else end.letter


# -- comparisons


def compared_letters(resolver: Resolver, node: Compare, left: Node | None, right: Node | None) -> Node:
    """Resolve a comparison of a letter with a mark, a member or another letter; the letter comes to stand on the left."""
    letter, other, written, op = left, right, node.right, node.op
    if not isinstance(letter, Letter) or letter.letter in MARKS:
        letter, other, written, op = right, left, node.left, _TURNED.get(op, op)
    if not isinstance(letter, Letter) or letter.letter in MARKS:
        resolver.fault("X207", "nothing here varies", node.span, remedy="compare a letter, as in y == start")
        return node
    index_set = resolver.names.index_sets[resolver.bound[letter.letter]]
    if isinstance(other, Letter) and other.letter in MARKS and not is_mark_of(other.letter, index_set):
        if other.letter not in index_set.members:
            what = "a year is compared with a year, `start` or `end`" if index_set.kind == "year" else \
                f"'{other.letter}' names no member of {index_set.id}"  # fmt: skip
            why, remedy = meant_by_mark(other.letter, index_set)
            remedy = f"write {letter.letter} {op} {remedy.removeprefix('write ')}" if remedy.startswith("write ") else remedy
            resolver.fault("X207", what, other.span, why, remedy)
        other = None
    if isinstance(other, Letter):
        return replace(node, op=op, left=replace(letter, set=(order := _common(resolver, letter, other, op, node.span))),
                       right=replace(other, set=order))  # fmt: skip
    if not index_set.ordered:
        _check_unordered(resolver, letter, op, node.span, index_set)
    text = word_of(written)
    _check_member(resolver, letter, op, text, written.span)
    return replace(node, op=op, left=replace(letter, set=index_set.id), right=Word(text or "", span=written.span))


def _common(resolver: Resolver, letter: Letter, other: Letter, op: str, span: Span) -> str:
    """Return the set in which two letters are compared: the larger of theirs."""
    one = resolver.bound[letter.letter]
    two = resolver.bound.get(other.letter, one)
    larger = two if resolver.names.within(one, two) else one
    if op in ("==", "!=") and not letter.offset and not other.offset and other.letter not in MARKS:
        return larger
    if not resolver.names.within(two, larger):
        resolver.fault("X207", f"{letter.letter} runs over {one} and {other.letter} over {two}", span,
                       why="one member comes before another only within one set", remedy="compare letters of one set")  # fmt: skip
    elif not resolver.names.index_sets[larger].ordered:
        _check_unordered(resolver, letter, op, span, resolver.names.index_sets[larger])
    return larger


def _check_unordered(resolver: Resolver, letter: Letter, op: str, span: Span, index_set: IndexSet) -> None:
    why, remedy = declare_order(index_set)
    if op not in ("==", "!="):
        resolver.fault("X207", f"members of {index_set.id} have no order", span, why, f"use == or !=; or {remedy}")
    elif letter.offset:
        resolver.fault("X205", f"a lag on {index_set.id}", span, why, remedy)


def _check_member(resolver: Resolver, letter: Letter, op: str, text: str | None, span: Span) -> None:
    """Report what is no member of the set of a letter, and what a project may not have and so has no place in the order."""
    index_set = resolver.names.index_sets[resolver.bound[letter.letter]]
    fixed = index_set.members and index_set.project == "fixed"
    if index_set.kind == "year":
        if text is None or not text.isdecimal() or len(text) != len("2000"):
            resolver.fault("X207", "a year is compared with a year, `start` or `end`", span,
                           remedy=f"write {letter.letter} {op} start, or a year as 2020")  # fmt: skip
    elif index_set.kind in LABELS:
        pattern, example = LABELS[index_set.kind]
        if text is None or not re.fullmatch(pattern, text):
            resolver.fault("X207", f"a member of {index_set.id} is compared with another one, `first` or `last`", span,
                           remedy=f'write {letter.letter} {op} first, or in quotes a member as "{example}"')  # fmt: skip
    elif text is None:
        resolver.fault("X207", "a letter is compared with a label or another letter", span, remedy='write i == "NF"')
    elif fixed and text not in index_set.members:
        resolver.fault("X205", f"{index_set.id} has no member {text!r}", span, remedy=near_or_all(text, index_set.members))
    elif index_set.ordered and not fixed and (op not in ("==", "!=") or letter.offset):
        resolver.fault("X207", f"{text} need not be a member of {index_set.id}, and then comes before or after none", span,
                       why="the project lists its members", remedy="compare with first or last, or let the spec list the members")  # fmt: skip
