"""The order of index sets as a spec declares it: which have one, and how many years stand before a project's first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from equations.errors import SpecError
from equations.formula.syntax import MARKS
from equations.model.index_set import CALENDAR, PERIOD_SET, IndexSet
from equations.spec.block import Block, Errors

_MOST_HISTORY = 200


def with_order(block: Block, own: IndexSet, known: Mapping[str, IndexSet]) -> IndexSet:
    """Return an index set with its order, and its group parts in that order; report what cannot have one.

    A subset has the order of the larger set. What has dates is ordered by them: sets of the calendar, monitoring periods, dated members.
    """
    larger = known.get(own.subset_of)
    by_date = own.kind in CALENDAR or own.dated or (own.kind == "group" and own.id == PERIOD_SET)
    ordered = by_date or block.text("ordered") == "yes" or (larger is not None and larger.ordered)
    if by_date and block.text("ordered") == "no":
        block.fault("S105", f"{own.id} has an order, that of its dates", block.place_of("ordered"), remedy="leave `ordered:` out")
    for member in own.members if ordered else ():
        if member in MARKS:
            block.fault("S105", f"a member of the ordered set {own.id} is called {member!r}", block.place_of("members"),
                        why=f"`{member}` stands for an end of an ordered set", remedy="give it another id")  # fmt: skip
    own = replace(own, ordered=ordered, history=_history(block, own))
    base = known.get(own.groups)
    return _parts_in_order(block, own, base) if ordered and own.parts and base is not None and base.ordered else own


def _history(block: Block, own: IndexSet) -> int:
    """Return how many years before the project's first a set holds."""
    years = block.number("history")
    if years is None:
        return 0
    if own.kind != "year":
        block.fault("S105", f"{own.id} is not `kind: year`", block.place_of("history"), why="`history:` counts years before the start",
                    remedy="write `kind: year`, or leave it out")  # fmt: skip
    elif years.denominator != 1 or not 0 < years <= _MOST_HISTORY:
        block.fault("S105", f"history: {years} is not a number of years", block.place_of("history"),
                    remedy=f"write a whole number from 1 to {_MOST_HISTORY}")  # fmt: skip
    else:
        return int(years)
    return 0


def _parts_in_order(block: Block, own: IndexSet, base: IndexSet) -> IndexSet:
    at = {member: place for place, member in enumerate(base.members)}
    spans = [sorted(at[member] for member in part if member in at) for part in own.parts]
    turn = sorted((turn for turn, span in enumerate(spans) if span), key=lambda turn: spans[turn][0])
    for one, other in pairwise(turn):
        if spans[one][-1] > spans[other][0]:
            block.fault("S105", f"{own.members[one]} and {own.members[other]} of {own.id} lie between each other", block.place_of("members"),
                        why=f"{own.id} is ordered, by the order of {base.id}", remedy="let each group end before the next one begins, "
                        "or leave `ordered: yes` out")  # fmt: skip
    turn += [turn for turn, span in enumerate(spans) if not span]
    names = own.names or ("",) * len(own.members)
    return replace(own, members=tuple(own.members[t] for t in turn), names=tuple(names[t] for t in turn),
                   parts=tuple(own.parts[t] for t in turn))  # fmt: skip


def check_years(sets: Iterable[IndexSet], errors: Errors) -> None:
    """Years before the start stand beside an axis of project years."""
    years = [s for s in sets if s.kind == "year"]
    if years and all(s.history for s in years):
        errors.append(SpecError("S104", f"{years[0].id} holds years before the start, and there is no axis of project years",
                                years[0].place, why="`start`, `end`, periods and results belong to one without `history:`",
                                remedy="add `{id: year, kind: year, letters: [y]}`"))  # fmt: skip


def chained(sets: Iterable[IndexSet]) -> dict[str, IndexSet]:
    """Return index sets of which each set of years is a part of the next larger one: project years of those with years before them."""
    found = {own.id: own for own in sets}
    years = sorted((own for own in found.values() if own.kind == "year"), key=lambda own: own.history)
    for smaller, larger in pairwise(years):
        found[smaller.id] = replace(smaller, subset_of=larger.id)
    return found
