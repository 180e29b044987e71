"""Settings without a project: what the spec alone can be checked with, and what a project still has to say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

from engine.plan.setting import MOST_YEARS, Setting, default_switches, may_hold
from equations.errors import InputError, near, near_or_all
from equations.formula.syntax import Compare, Letter, Node, Word, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

#: Years of a placeholder project: enough for a start year, a later year and a last year.
YEARS = 4
#: First year of one.
FIRST = 2001


def placeholder_setting(
    methodology: Methodology,
    choices: Mapping[str, str],
    readings: Mapping[str, str] | None = None,
    start: int = FIRST,
    count: int = YEARS,
) -> Setting:
    """Return the setting of a project of which only the choices are known.

    Parameters
    ----------
    start, count
        Its first year, and how many years it has.

    Notes
    -----
    Sets whose members only a project can name have two members called ``<id> 1`` and ``<id> 2``.
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
            members[index_set.id] = index_set.members
        else:
            members[index_set.id] = index_set.members or (f"{index_set.id} 1", f"{index_set.id} 2")
    _, defaults = default_switches(methodology)
    return Setting(dict(choices), {**defaults, **(readings or {})}, members, groups,
                   {relation.id: None for relation in methodology.relations}, f"{start}-07-01", f"{start + count - 1}-12-31")  # fmt: skip


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
            usual = ("MP1",) if index_set.id == "period" else ("first",)
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
