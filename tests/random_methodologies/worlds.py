"""A project as plain sets and numbers, and what the quantities of a drawn methodology are worth in it: no part of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from bounded_numbers import Bounded

Labels = tuple[str, ...]
#: Letter -> the member that it stands for.
Letters = Mapping[str, str]


class OutsideRelation(Exception):
    """A cell that does not exist."""


class NotGiven(Exception):
    """An input that the project leaves open."""


@dataclass(frozen=True)
class Case:
    """One definition of a quantity: for which labels it stands, and what it is worth there."""

    fits: Callable[[World, Labels], Letters | None]
    value: Callable[[World, Letters, Labels], Bounded]
    when: Callable[[World, Letters], bool]
    equation: str = ""


@dataclass(frozen=True)
class Step:
    """What stands between a quantity and the equations that read it under the other reading of a place; without any its definition is changed."""

    ruling: str
    letters: tuple[str, ...]
    gives: Callable[[World, Letters, Bounded], Bounded]
    equations: frozenset[str] = frozenset()


@dataclass
class World:
    """Members, groups, relations and numbers."""

    members: Mapping[str, Labels]
    groups: Mapping[str, Mapping[str, Labels]]
    relations: Mapping[str, frozenset[Labels] | None]
    start: date
    end: date
    choices: Mapping[str, str]
    readings: Mapping[str, str]
    given: dict[str, dict[Labels, Bounded]] = field(default_factory=dict)
    cases: dict[str, list[Case]] = field(default_factory=dict)
    on: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)
    #: Equations that are being computed, the innermost last.
    readers: list[str] = field(default_factory=list)
    known: dict[tuple[str, Labels], Bounded] = field(default_factory=dict)
    #: Set in time -> member -> the first and last days of its stretches.
    spans: Mapping[str, Mapping[str, tuple[tuple[date, date], ...]]] = field(default_factory=dict)
    #: Given cells that a value hangs on.
    read: set[tuple[str, Labels]] = field(default_factory=set)

    def add_calendar(self, periods: Mapping[str, tuple[date, date]], fires: Mapping[str, date]) -> None:
        """Add the sets in time whose members follow from dates; fires stand in the order of theirs."""
        whole = {year: ((date(int(year), 1, 1), date(int(year), 12, 31)),) for year in (*self.members["past"], *self.members["year"])}
        months, turns = {}, {}
        day = self.start.replace(day=1)
        while day <= self.end:
            following = (day + timedelta(days=31)).replace(day=1)
            months[f"{day:%Y-%m}"] = ((day, following - timedelta(days=1)),)
            day = following
        for turn in range(self.end.year - self.start.year + 1):
            if (begin := self.start.replace(year=self.start.year + turn)) <= self.end:
                turns[f"PY{turn + 1}"] = ((begin, begin.replace(year=begin.year + 1) - timedelta(days=1)),)
        self.spans = {
            "year": whole, "past": whole, "month": months, "turn": turns, "fire": {name: ((day, day),) for name, day in fires.items()},
            "period": {name: (span,) for name, span in periods.items()},
            "map": {name: tuple(whole[year][0] for year in years) for name, years in self.groups["map"].items()},
        }  # fmt: skip
        ordered = tuple(sorted(fires, key=lambda name: fires[name]))
        self.members = {**self.members, "month": tuple(months), "turn": tuple(turns), "fire": ordered}

    def exists(self, quantity: str, labels: Labels) -> bool:
        """Whether a cell exists under the quantity's relation."""
        if quantity not in self.on:
            return True
        relation, axes = self.on[quantity]
        pairs = self.relations[relation]
        return pairs is None or tuple(labels[at] for at in axes) in pairs

    def cell(self, quantity: str, labels: Labels) -> Bounded:
        """Return one cell as the equation that is being computed reads it."""
        found = self.own(quantity, labels)
        return self.adjusted(quantity, labels, found, lambda step: bool(self.readers) and self.readers[-1] in step.equations)

    def adjusted(self, quantity: str, labels: Labels, found: Bounded, concerned: Callable[[Step], bool]) -> Bounded:
        """Return a value behind those steps that are taken."""
        for step in self.steps.get(quantity, ()):
            if self.readings[step.ruling] == "other" and concerned(step):
                found = self.read_by("", lambda step=step, it=found: step.gives(self, dict(zip(step.letters, labels, strict=True)), it))
        return found

    def read_by(self, equation: str, value: Callable[[], Bounded]) -> Bounded:
        """Return a value whose cells an equation reads; a step reads as nobody does."""
        self.readers.append(equation)
        try:
            return value()
        finally:
            self.readers.pop()

    def under(self, readings: Mapping[str, str]) -> None:
        """Take other readings; nothing is known any more."""
        self.readings = readings
        self.known.clear()
        self.read.clear()

    def own(self, quantity: str, labels: Labels) -> Bounded:
        """Return one cell as it is, before any step."""
        if not self.exists(quantity, labels):
            raise OutsideRelation
        if quantity in self.given:
            self.read.add((quantity, labels))
            if labels not in self.given[quantity]:
                raise NotGiven(quantity, labels)
            return self.given[quantity][labels]
        if (quantity, labels) not in self.known:
            self.known[quantity, labels] = self.computed(quantity, labels)
        return self.known[quantity, labels]

    def computed(self, quantity: str, labels: Labels) -> Bounded:
        fitting = []
        for case in self.cases[quantity]:
            letters = case.fits(self, labels)
            if letters is not None and case.when(self, letters):
                fitting.append((case, letters))
        if len(fitting) != 1:
            raise AssertionError(f"the generator made {len(fitting)} cases for {quantity}{labels}")
        case, letters = fitting[0]
        found = self.read_by(case.equation, lambda: case.value(self, letters, labels))
        return self.adjusted(quantity, labels, found, lambda step: not step.equations)

    def member_of(self, group_set: str, set_id: str, member: str) -> str:
        """Return the group to which a member belongs."""
        return next(group for group in self.members[group_set] if member in self.members_in(group_set, group, set_id))

    def members_in(self, group_set: str, group: str, set_id: str) -> Labels:
        """Return the members of a set that lie in a member of another one: as listed, or by their days of operation."""
        listed = self.groups.get(group_set, {}).get(group, ())
        if listed and listed[0] in self.members[set_id]:
            return listed
        return tuple(member for member in self.members[set_id] if self.shared((group_set, group), (set_id, member)))

    def days(self, name: str, set_id: str, member: str) -> int:
        """Return what a function of the calendar gives."""
        runs = self.spans[set_id][member]
        if name in ("first_day", "last_day"):
            return ((runs[0][0] if name == "first_day" else runs[-1][1]) - date(1970, 1, 1)).days
        first, last = (self.start, self.end) if name == "operating_days" else (date.min, date.max)
        return sum(max(0, (min(b, last) - max(a, first)).days + 1) for a, b in runs)

    def shared(self, one: tuple[str, str], other: tuple[str, str]) -> int:
        """Return how many days of operation two members share."""
        pairs = product(self.spans[one[0]][one[1]], self.spans[other[0]][other[1]])
        return sum(max(0, (min(b, d, self.end) - max(a, c, self.start)).days + 1) for (a, b), (c, d) in pairs)
