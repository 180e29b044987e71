"""Settings without a project: what the spec alone can be checked with, and what a project still has to say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from engine.plan.calendar_labels import calendar_members, days_on, number_of
from engine.plan.covering import count_of, covering
from engine.plan.setting import MOST_YEARS, Setting, calendar_axis, default_switches, listed_pairs, may_hold
from engine.plan.time_axes import Parts, common, days_of, hulls, operation, overlapping, run_of
from equations.errors import InputError, near, near_or_all
from equations.formula.syntax import Member, Node, walk
from equations.model.equation import Equation
from equations.model.index_set import CALENDAR, PERIOD_SET, IndexSet
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

#: Years of a placeholder project: enough for a start year, a later year and a last year.
YEARS = 4
#: First year of one.
FIRST = 2001
#: Subsets that projects list of which every combination of listings is tried.
_MOST_TOGETHER = 2
#: Combinations of choices up to which all are tried, and how many choices meet in all their ways where there are more.
MOST_CHOICES = 512
_TOGETHER = 3


def placeholder_setting(
    methodology: Methodology,
    choices: Mapping[str, str],
    readings: Mapping[str, str] | None = None,
    start: int = FIRST,
    count: int = YEARS,
    listed: Mapping[str, tuple[str, ...]] | None = None,
    sizes: Mapping[str, int] | None = None,
    from_january: bool = False,
) -> Setting:
    """Return the setting of a project of which only the choices are known.

    Parameters
    ----------
    start, count
        Its first year, and how many years it has.
    listed
        Subset -> the members that the project lists in it, where that matters (:func:`listings`).
    sizes
        Ordered set -> how many members the project lists, where that matters (:func:`open_orders`).
    from_january
        Whether the first year is a whole one.

    Notes
    -----
    Sets whose members only a project can name have two members called ``<id> 1`` and ``<id> 2``, and such a subset every second member of
    the larger set, so that there are members inside and outside.
    """
    members: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[tuple[int, ...], ...]] = {}
    dates: dict[str, tuple[tuple[str, str], ...]] = {}
    first = date(start, 1 if from_january else 7, 1)
    known = Setting(
        choices={}, readings={}, members=members, groups=groups, relations={}, start=first.isoformat(),
        end=_end(methodology, first, count, sizes or {}).isoformat(), dates=dates,
    )  # fmt: skip
    for index_set in methodology.index_sets:
        if index_set.kind in CALENDAR:
            members[index_set.id] = calendar_axis(index_set, known.start, known.end)
        elif index_set.kind == "group":
            base = members[index_set.groups]
            if index_set.parts:
                members[index_set.id] = index_set.members
                groups[index_set.id] = tuple(tuple(base.index(m) for m in part if m in base) for part in index_set.parts)
                continue
            shares = min((sizes or {}).get(index_set.id, 2), len(base))
            members[index_set.id] = _named(index_set.id, shares)
            groups[index_set.id] = _shared_out(len(base), members[index_set.id], index_set.id) if shares else ()
            if index_set.id == PERIOD_SET:
                groups[PERIOD_SET], dates[PERIOD_SET] = _periods(methodology, known, groups[PERIOD_SET])
        elif index_set.subset_of:
            whole = members[index_set.subset_of]
            own = (listed or {}).get(index_set.id, index_set.members)
            if index_set.project == "must-list" and not index_set.members and index_set.id not in (listed or {}):
                own = whole[::2]
            members[index_set.id] = tuple(member for member in own if member in whole) if index_set.project != "fixed" else own
        else:
            members[index_set.id] = index_set.members or _named(index_set.id, (sizes or {}).get(index_set.id, 2))
            if index_set.dated:
                dates[index_set.id] = _spread_out(index_set, members[index_set.id], known)
    _, defaults = default_switches(methodology)
    return Setting(
        choices=dict(choices), readings={**defaults, **(readings or {})}, members=members, groups=groups,
        relations={relation.id: listed_pairs(relation, members) for relation in methodology.relations}, start=known.start,
        end=known.end, dates=dates,
    )  # fmt: skip


def _named(set_id: str, count: int) -> tuple[str, ...]:
    return tuple(f"{set_id} {at}" for at in range(1, count + 1))


def _end(methodology: Methodology, start: date, count: int, sizes: Mapping[str, int]) -> date:
    """Return the last day of so many years, or earlier where an axis of months or days has a size."""
    kinds = [(methodology.index_set[id_].kind, size) for id_, size in sizes.items() if methodology.index_set[id_].kind in CALENDAR]
    ends = [days_on(kind, number_of(kind, calendar_members(kind, start, start)[0]) + size - 1, start)[1] for kind, size in kinds]
    return date.fromordinal(min([date(start.year + count - 1, 12, 31).toordinal(), *ends]))


def _spread_out(index_set: IndexSet, names: tuple[str, ...], known: Setting) -> tuple[tuple[str, str], ...]:
    """Return the dates of the members of a dated set; those that only a project knows lie evenly within the operation."""
    if index_set.dates and names == index_set.members:
        return tuple((day, day) for day in index_set.dates)
    ((first, last),) = operation(known)
    days = [date.fromordinal(first + (last - first) * (2 * at + 1) // (2 * len(names))).isoformat() for at in range(len(names))]
    return tuple((day, day) for day in days)


def open_orders(methodology: Methodology) -> list[IndexSet]:
    """Return the ordered sets, other than those of the calendar, of which only a project knows how many members they have."""
    return [s for s in methodology.index_sets if s.ordered and s.kind not in CALENDAR and not s.members and not s.subset_of]


def _periods(methodology: Methodology, known: Setting, parts: Parts) -> tuple[Parts, tuple[tuple[str, str], ...]]:
    """Return what each of some monitoring periods gathers, and its days; where they share members of the axis, two have a part of one."""
    own = methodology.index_set[PERIOD_SET]
    members, within = days_of(methodology, known, own.groups), operation(known)
    dates = list(hulls(parts, members, within))
    if own.groups in own.shares:
        for at, part in enumerate(parts[:-1]):
            (first, last), *_ = common(members[part[-1]], within)
            border = date.fromordinal((first + last) // 2)
            dates[at], dates[at + 1] = (dates[at][0], border.isoformat()), ((border + timedelta(days=1)).isoformat(), dates[at + 1][1])
    return overlapping([run_of(*days) for days in dates], members, within), tuple(dates)


def is_invented(methodology: Methodology, set_id: str, label: str) -> bool:
    """Whether a member of a placeholder setting stands for one that only a project can name."""
    index_set = methodology.index_set[set_id]
    if index_set.kind in CALENDAR or index_set.members:
        return False
    return label.startswith(f"{set_id} ") and label.removeprefix(f"{set_id} ").isdecimal()


def listings(methodology: Methodology) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Return the ways in which projects may list subsets that conditions ask about: nothing, everything, one half, the other half.

    What holds for one listing need not hold for another: two cases ``i in measured`` and ``i in modelled`` overlap where a project lists
    a member in both. Of more than two such subsets, each is varied while the others hold nothing, or everything.
    """
    asked = subsets_asked(methodology)
    open_ = [s for s in methodology.index_sets if s.id in asked]
    if not open_:
        return ({},)
    base = placeholder_setting(methodology, {}).members
    ways = {s.id: _parts_of(base[s.subset_of]) for s in open_}
    if len(open_) <= _MOST_TOGETHER:
        return tuple(dict(zip(ways, chosen, strict=True)) for chosen in product(*ways.values()))
    found = [{id_: parts[0 if others == 0 else 1] if id_ != one else way for id_, parts in ways.items()}
             for others in (0, 1) for one in ways for way in ways[one]]  # fmt: skip
    return tuple(_each_once(found))


def _each_once(found: list[dict[str, tuple[str, ...]]]) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """Yield each listing once."""
    yield from {tuple(way.items()): way for way in found}.values()


def subsets_asked(methodology: Methodology) -> set[str]:
    """Return the subsets that projects list and that a formula or a condition asks about."""
    asked = {node.set for part in _conditions(methodology) for node in walk(part) if isinstance(node, Member)}
    return {s.id for s in methodology.index_sets if s.subset_of and s.project != "fixed" and s.id in asked}


def _parts_of(members: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(((), members, members[::2], members[1::2])))


def _conditions(methodology: Methodology) -> Iterator[Node]:
    """Yield what may ask whether a member is in a set."""
    for equation in methodology.equations:
        yield equation.formula
        if equation.when is not None:
            yield equation.when
    yield from (block.when for dataset in methodology.datasets for block in dataset.values if block.when is not None)


def choice_combinations(methodology: Methodology, made: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Yield the combinations of choices that agree with those made; of very many, as many as let any three choices meet in all their ways.

    Tools bring their own choices, so that their number grows beyond what can be gone through (:func:`tries_all_choices`).
    """
    made = made or {}
    values = [[v.id for v in choice.values if made.get(choice.id, v.id) == v.id] for choice in methodology.choices]
    sizes = tuple(map(len, values))
    for row in covering(sizes, len(sizes) if count_of(sizes) <= MOST_CHOICES else _TOGETHER):
        yield {choice.id: options[at] for choice, options, at in zip(methodology.choices, values, row, strict=True)}


def tries_all_choices(methodology: Methodology) -> bool:
    """Whether :func:`choice_combinations` yields every combination."""
    return count_of(tuple(len(choice.values) for choice in methodology.choices)) <= MOST_CHOICES


def named_setting(
    methodology: Methodology,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    start: str,
    end: str,
    members: Mapping[str, str],
) -> Setting:
    """Return a placeholder setting with given days and members (``set -> a,b``), for a template.

    Raises
    ------
    InputError
        I507 for days, I502 for sets.
    """
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError as cause:
        raise InputError("I507", "a day is not a date", why=str(cause), remedy="write it as 2018-03-12") from cause
    if last < first:
        raise InputError("I507", "the end is before the start", why=f"{start} to {end}", remedy="correct one of the two days")
    if last.year - first.year >= MOST_YEARS:
        raise InputError("I507", f"a project from {first.year} to {last.year}", why=f"up to {MOST_YEARS} years are read",
                         remedy="look for a typing error in the two years")  # fmt: skip
    base = placeholder_setting(methodology, choices, readings)
    named = dict(base.members)
    for id_, listed in members.items():
        if id_ not in methodology.index_set or methodology.index_set[id_].project == "fixed":
            open_sets = [s.id for s in methodology.index_sets if s.project != "fixed"]
            raise InputError("I502", f"{id_!r} is not a set whose members a project lists",
                             remedy=near_or_all(id_, open_sets, "those are"))  # fmt: skip
        named[id_] = tuple(part.strip() for part in listed.split(",") if part.strip())
    groups: dict[str, Parts] = {}
    dates = dict(base.dates)
    known = replace(base, members=named, groups=groups, start=start, end=end, dates=dates)
    for index_set in methodology.index_sets:
        named[index_set.id] = _members_named(index_set, known, index_set.id in members)
        if index_set.dated:
            dates[index_set.id] = _spread_out(index_set, named[index_set.id], known)
        elif index_set.kind == "group":
            if index_set.parts:
                groups[index_set.id] = base.groups[index_set.id]
                continue
            usual = ("MP1",) if index_set.id == PERIOD_SET else ("first",)
            named[index_set.id] = named[index_set.id] if index_set.id in members else usual
            groups[index_set.id] = _shared_out(len(named[index_set.groups]), named[index_set.id], index_set.id)
            if index_set.id == PERIOD_SET:
                dates[PERIOD_SET] = hulls(groups[PERIOD_SET], days_of(methodology, known, index_set.groups), operation(known))
    return replace(base, members=named, groups=groups, start=start, end=end, dates=dates)


def _members_named(index_set: IndexSet, known: Setting, is_named: bool) -> tuple[str, ...]:
    """Return the members of a set where those of others were named: of a subset what is left of its own, else every second one of the larger."""
    if index_set.kind in CALENDAR:
        return calendar_axis(index_set, known.start, known.end)
    own = known.members[index_set.id]
    if is_named or not index_set.subset_of or index_set.project == "fixed":
        return own
    whole = known.members[index_set.subset_of]
    return tuple(member for member in own if member in whole) if index_set.members else whole[::2]


def _shared_out(count: int, names: tuple[str, ...], set_id: str) -> tuple[tuple[int, ...], ...]:
    """Return places in as many runs as there are names, each as long as the others; a person moves the borders."""
    if len(names) > count:
        raise InputError("I506", f"{len(names)} members of {set_id} share {count} between them", remedy="name fewer, or take more years")
    if not names:
        return ()
    ends = [count * at // len(names) for at in range(len(names) + 1)]
    return tuple(tuple(range(first, end)) for first, end in itertools.pairwise(ends))


def check_switches(methodology: Methodology, choices: Mapping[str, str], readings: Mapping[str, str]) -> None:
    """Make sure that choices and readings, where they are made, are among those offered.

    Raises
    ------
    InputError
        I508 for a choice, value, ruling or reading that does not exist.
    """
    for kind, asked, known in (
        ("choice", choices, {c.id: [v.id for v in c.values] for c in methodology.choices}),
        ("ruling", readings, {r.id: [x.id for x in r.readings] for r in methodology.rulings}),
    ):
        for id_, value in asked.items():
            if id_ not in known:
                raise InputError("I508", f"there is no {kind} {id_!r}", remedy=near_or_all(id_, known, "there are"))
            if value not in known[id_]:
                raise InputError("I508", f"the {kind} {id_!r} has no value {value!r}", why="its values are " + ", ".join(known[id_]),
                                 remedy=near(value, known[id_]) or "take one of them")  # fmt: skip


def standing_equations(methodology: Methodology, choices: Mapping[str, str], readings: Mapping[str, str]) -> list[Equation]:
    """Return the equations that the choices made, and the readings or their defaults, leave standing.

    Raises
    ------
    InputError
        I508 for a choice, value, ruling or reading that does not exist.
    """
    check_switches(methodology, choices, readings)
    methodology = with_readings(methodology, readings)
    settings = [
        placeholder_setting(methodology, combination, readings)
        for combination in choice_combinations(methodology, choices)
    ]
    return [e for e in methodology.equations if e.when is None or any(may_hold(e.when, s) for s in settings)]
