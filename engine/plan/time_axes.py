"""Axes whose members are stretches of time: which days each has, what two have in common, which members lie in which.

Days are counted as ordinals (1 is the first day of the year 1). A member may have several runs of days, as a group of years that are
not neighbours has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from engine.plan.calendar_labels import days_on, number_of
from engine.plan.setting import Setting
from equations.errors import InputError, listed
from equations.model.equation import Equation
from equations.model.index_set import CALENDAR, PERIOD_SET
from equations.model.methodology import Methodology

#: Runs of days, each by its first and last one, in order and apart from each other.
Days: TypeAlias = tuple[tuple[int, int], ...]
#: For each member of a set the places of those of another set that lie in it.
Parts: TypeAlias = tuple[tuple[int, ...], ...]


def operation(setting: Setting) -> Days:
    """Return the days from the project's first to its last one."""
    return run_of(setting.start, setting.end)


def reach(methodology: Methodology, setting: Setting) -> Days:
    """Return the days of operation, and those before them where the methodology looks at years before the start."""
    ((first, last),) = operation(setting)
    years = [s.id for s in methodology.index_sets if s.history]
    return ((min([first, *(date(int(setting.members[id_][0]), 1, 1).toordinal() for id_ in years)]), last),)


def days_of(methodology: Methodology, setting: Setting, set_id: str) -> tuple[Days, ...]:
    """Return the days of each member of a set in time, whether the project is in operation on them or not.

    Raises
    ------
    KeyError
        If the set is not in time (:func:`equations.model.index_set.lies_in_time`).
    """
    own, members = methodology.index_set[set_id], setting.members[set_id]
    if own.kind in CALENDAR:
        return _calendar_days(own.kind, members, setting.start)
    if set_id in setting.dates:
        return tuple(run_of(first, last) for first, last in setting.dates[set_id])
    if own.kind == "group":
        base = days_of(methodology, setting, own.groups)
        return tuple(_joined(run for place in part for run in base[place]) for part in setting.groups[set_id])
    # A subset has no days of its own: a member keeps those that it has in the set.
    whole = dict(zip(setting.members[own.subset_of], days_of(methodology, setting, own.subset_of), strict=True))
    return tuple(whole[member] for member in members)


def calendar_days(kind: str, label: str, start: str, offset: int = 0) -> Days:
    """Return the days of a member of the calendar, or of one so many behind it, whether the axis has it or not."""
    return (days_on(kind, number_of(kind, label) + offset, date.fromisoformat(start)),)


def common(one: Days, other: Days) -> Days:
    """Return the days that two have in common.

    Examples
    --------
    >>> common(((1, 10), (20, 30)), ((5, 24),))
    ((5, 10), (20, 24))
    """
    met = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return tuple(sorted(run for run in met if run[0] <= run[1]))


def count(days: Days) -> int:
    """Return how many days there are."""
    return sum(last - first + 1 for first, last in days)


# -- what lies in what


def parts_of(methodology: Methodology, setting: Setting, group: str, of: str) -> Parts:
    """Return for each member of a group, or of a set in time, the places of the members of another set that lie in it.

    Of two sets in time those that have a day of operation, or of years before it, in common; a member may then lie in two (:func:`torn`).
    """
    if methodology.index_set[group].groups == of:
        return setting.groups[group]
    return overlapping(days_of(methodology, setting, group), days_of(methodology, setting, of), reach(methodology, setting))


def overlapping(groups: Iterable[Days], members: Iterable[Days], within: Days) -> Parts:
    """Return for each group the places of the members with which it has a day in common."""
    # Only days of operation count: two periods that share a year before the project begins do not share it.
    inside = [common(days, within) for days in members]
    return tuple(tuple(place for place, days in enumerate(inside) if common(group, days)) for group in groups)


def group_of_each(methodology: Methodology, setting: Setting, group: str, own: str) -> tuple[int | None, ...]:
    """Return for each member of a set the place of the group in which it lies, ``None`` where it lies in none."""
    base = methodology.index_set[group].groups
    # Groups are listed over their own base set; a letter over a part of that set is looked up there by name.
    whole = base if base and methodology.is_within(own, base) else own
    place_of = {member: at for at, part in enumerate(parts_of(methodology, setting, group, whole)) for member in part}
    if own == whole:
        return tuple(place_of.get(at) for at in range(len(setting.members[own])))
    place_in = {member: at for at, member in enumerate(setting.members[whole])}
    return tuple(place_of.get(place_in.get(member, -1)) for member in setting.members[own])


def torn(groups: Iterable[Days], members: Iterable[Days], within: Days) -> tuple[int, ...]:
    """Return the places of members of which a group has some days of operation and not all."""
    inside, held = [common(days, within) for days in members], list(groups)
    return tuple(place for place, days in enumerate(inside) if any(0 < count(common(days, group)) < count(days) for group in held))


def monitored(methodology: Methodology, setting: Setting, axis: str) -> frozenset[int] | None:
    """Return the places of the members of an axis of the calendar that a monitoring period has a part of.

    ``None`` where all count: on other axes, on one that holds years before the start, and where a methodology knows no periods.
    """
    own = methodology.index_set[axis]
    if own.kind not in CALENDAR or own.history or PERIOD_SET not in setting.groups:
        return None
    return frozenset(place for part in parts_of(methodology, setting, PERIOD_SET, axis) for place in part)


def in_operation(methodology: Methodology, setting: Setting, axis: str, *, monitored_only: bool) -> frozenset[int]:
    """Return the places of the members of an axis of the calendar with a day of operation, or of a monitoring period where there are such."""
    within = operation(setting)
    periods = days_of(methodology, setting, PERIOD_SET) if monitored_only and PERIOD_SET in setting.groups else (within,)
    return frozenset(place for part in overlapping(periods, days_of(methodology, setting, axis), within) for place in part)


def hulls(parts: Parts, members: tuple[Days, ...], within: Days) -> tuple[tuple[str, str], ...]:
    """Return for groups of neighbours the first and the last day of operation, ISO."""
    found = []
    for part in parts:
        days = [run for place in part for run in common(members[place], within)]
        ends = (min(first for first, _ in days), max(last for _, last in days)) if days else within[0]
        found.append((date.fromordinal(ends[0]).isoformat(), date.fromordinal(ends[1]).isoformat()))
    return tuple(found)


def torn_error(
    methodology: Methodology, setting: Setting, group: str, of: str, places: tuple[int, ...], equation: Equation
) -> InputError:
    """Return the error of an equation that takes whole members of which another axis has only a part."""
    gathers = f"let it gather them, `groups: {of}`; " if methodology.index_set[group].kind == "group" else ""
    shown = listed([setting.members[of][place] for place in places], 6)
    return InputError(
        "I507", f"{shown}: no {group} has the whole of it", equation.place,
        why=f"{equation.full_label} takes each {of} as a whole, and a part of its days of operation lies elsewhere",
        remedy=f"let each {group} begin and end with a whole {of}; {gathers}or let the spec share it: {how_shared(methodology, of, group)} at "
        f"the index set {group}", subject=equation.quantity,
    )  # fmt: skip


def how_shared(methodology: Methodology, of: str, group: str) -> str:
    """Return what a spec writes so that members of one set are shared between those of another by their days."""
    sets = methodology.index_set
    y, q = ("".join(sets[id_].letters[:1]) if id_ in sets else "" for id_ in (of, group))
    return f'shares: {{{of}: "shared_days({y or "..."}, {q or "..."}) / operating_days({y or "..."})"}}'


@lru_cache(maxsize=256)
def _calendar_days(kind: str, labels: tuple[str, ...], start: str) -> tuple[Days, ...]:
    return tuple(calendar_days(kind, label, start) for label in labels)


def run_of(first: str, last: str) -> Days:
    """Return the days from one to another, both ISO."""
    return ((date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()),)


def _joined(runs: Iterable[tuple[int, int]]) -> Days:
    """Return runs in order, neighbours as one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return tuple(found)
