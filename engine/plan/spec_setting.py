"""Settings without a project: what the spec alone can be checked with, and what a project still has to say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

from engine.plan.setting import MOST_YEARS, PERIOD_SET, Setting, default_switches, listed_pairs, may_hold
from equations.errors import InputError, near, near_or_all
from equations.formula.syntax import Compare, Letter, Member, Node, Word, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

#: Years of a placeholder project: enough for a start year, a later year and a last year.
YEARS = 4
#: First year of one.
FIRST = 2001
#: Subsets that projects list of which every combination of listings is tried.
_MOST_TOGETHER = 2


def placeholder_setting(
    methodology: Methodology,
    choices: Mapping[str, str],
    readings: Mapping[str, str] | None = None,
    start: int = FIRST,
    count: int = YEARS,
    listed: Mapping[str, tuple[str, ...]] | None = None,
) -> Setting:
    """Return the setting of a project of which only the choices are known.

    Parameters
    ----------
    start, count
        Its first year, and how many years it has.
    listed
        Subset -> the members that the project lists in it, where that matters (:func:`listings`).

    Notes
    -----
    Sets whose members only a project can name have two members called ``<id> 1`` and ``<id> 2``, and such a subset every second member of
    the larger set, so that there are members inside and outside.
    """
    years = tuple(str(year) for year in range(start, start + count))
    members: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[tuple[int, ...], ...]] = {}
    for index_set in methodology.index_sets:
        if index_set.kind == "year":
            members[index_set.id] = years
        elif index_set.kind == "group":
            base = members[index_set.groups]
            if index_set.parts:
                members[index_set.id] = index_set.members
                groups[index_set.id] = tuple(tuple(base.index(m) for m in part if m in base) for part in index_set.parts)
                continue
            halves = [part for part in (range(len(base) // 2), range(len(base) // 2, len(base))) if part]
            members[index_set.id] = tuple(f"{index_set.id} {at}" for at, _ in enumerate(halves, 1))
            groups[index_set.id] = tuple(map(tuple, halves))
        elif index_set.subset_of:
            whole = members[index_set.subset_of]
            own = (listed or {}).get(index_set.id, index_set.members)
            if index_set.project == "must-list" and not index_set.members and index_set.id not in (listed or {}):
                own = whole[::2]
            members[index_set.id] = tuple(member for member in own if member in whole) if index_set.project != "fixed" else own
        else:
            members[index_set.id] = index_set.members or (f"{index_set.id} 1", f"{index_set.id} 2")
    _, defaults = default_switches(methodology)
    return Setting(
        choices=dict(choices), readings={**defaults, **(readings or {})}, members=members, groups=groups,
        relations={relation.id: listed_pairs(relation, members) for relation in methodology.relations}, start=f"{start}-07-01",
        end=f"{start + count - 1}-12-31",
    )  # fmt: skip


def is_invented(methodology: Methodology, set_id: str, label: str) -> bool:
    """Whether a member of a placeholder setting stands for one that only a project can name."""
    index_set = methodology.index_set[set_id]
    if index_set.kind == "year" or index_set.members:
        return False
    return label in (f"{set_id} 1", f"{set_id} 2")


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
    return tuple({id_: parts[0 if others == 0 else 1] if id_ != one else way for id_, parts in ways.items()}
                 for others in (0, 1) for one in ways for way in ways[one])  # fmt: skip


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


def choice_combinations(methodology: Methodology) -> Iterator[dict[str, str]]:
    """Yield every combination of choices."""
    names = [choice.id for choice in methodology.choices]
    for values in product(*([value.id for value in choice.values] for choice in methodology.choices)):
        yield dict(zip(names, values, strict=True))


def spans(methodology: Methodology) -> tuple[tuple[int, int], ...]:
    """Return first year and number of years of the projects on which conditions are tried.

    They lie on both sides of every calendar year that a condition names. Where conditions count from ``start`` or ``end``, they are as short
    and as long as it takes for every such year to be there, to be the first, the last, or beyond.
    """
    calendar, from_start, from_end = _marks(methodology)
    counts = {YEARS}
    if from_end or any(from_start):
        edges = {abs(n) for n in (*from_start, *from_end)}
        meeting = {abs(a) + abs(b) for a in from_start for b in from_end}
        counts |= {1, 2}
        counts |= {edge + more for edge in edges | meeting for more in range(YEARS + 1)}
    counts = {min(count, MOST_YEARS) for count in counts if count > 0}
    found = [(FIRST, count) for count in sorted(counts, key=lambda n: (n != YEARS, n))]
    for year in calendar:
        for count in sorted(counts):
            firsts = {year - count // 2, year + 1, year - count + 1, *(year - n + more for n in from_start if n for more in (-1, 0, 1))}
            found += [(first, count) for first in sorted(firsts)] if len(counts) > 1 else [(year - count // 2, count), (year + 1, count)]
    return tuple(dict.fromkeys(found))


def _marks(methodology: Methodology) -> tuple[list[int], set[int], set[int]]:
    """Return the calendar years that conditions name, and the distances from ``start`` and from ``end``."""
    calendar: set[int] = set()
    distances: dict[str, set[int]] = {"start": set(), "end": set()}
    conditions: list[Node | None] = [equation.when for equation in methodology.equations]
    conditions += [block.when for dataset in methodology.datasets for block in dataset.values]
    conditions += [condition for rule in methodology.rules for condition in (rule.when, rule.condition)]
    for condition in conditions:
        for node in walk(condition) if condition is not None else ():
            if not isinstance(node, Compare) or not isinstance(node.left, Letter):
                continue
            if isinstance(node.right, Word) and node.right.text.isdecimal() and len(node.right.text) == 4:
                calendar.add(int(node.right.text) - node.left.offset)
            elif isinstance(node.right, Letter) and node.right.letter in distances:
                distances[node.right.letter].add(node.right.offset - node.left.offset)
    return sorted(calendar), distances["start"], distances["end"]


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
    years = tuple(str(year) for year in range(first.year, last.year + 1))
    named = dict(base.members)
    for id_, listed in members.items():
        if id_ not in methodology.index_set or methodology.index_set[id_].project == "fixed":
            open_sets = [s.id for s in methodology.index_sets if s.project != "fixed"]
            raise InputError("I502", f"{id_!r} is not a set whose members a project lists",
                             remedy=near_or_all(id_, open_sets, "those are"))  # fmt: skip
        named[id_] = tuple(part.strip() for part in listed.split(",") if part.strip())
    groups = {}
    for index_set in methodology.index_sets:
        if index_set.kind == "year":
            named[index_set.id] = years
        elif index_set.kind == "group":
            if index_set.parts:
                groups[index_set.id] = base.groups[index_set.id]
                continue
            usual = ("MP1",) if index_set.id == PERIOD_SET else ("first",)
            named[index_set.id] = named[index_set.id] if index_set.id in members else usual
            groups[index_set.id] = _shared_out(len(named[index_set.groups]), named[index_set.id], index_set.id)
    return replace(base, members=named, groups=groups, start=start, end=end)


def _shared_out(count: int, names: tuple[str, ...], set_id: str) -> tuple[tuple[int, ...], ...]:
    """Return places in as many runs as there are names, each as long as the others; a person moves the borders."""
    if len(names) > count:
        raise InputError("I506", f"{len(names)} members of {set_id} share {count} between them", remedy="name fewer, or take more years")
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
        for combination in choice_combinations(methodology)
        if all(combination[id_] == value for id_, value in choices.items())
    ]
    return [e for e in methodology.equations if e.when is None or any(may_hold(e.when, s) for s in settings)]
