"""A project as plain sets and numbers, and what the quantities of a drawn methodology are worth in it: no part of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

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
    known: dict[tuple[str, Labels], Bounded] = field(default_factory=dict)
    #: Given cells that a value hangs on.
    read: set[tuple[str, Labels]] = field(default_factory=set)

    def exists(self, quantity: str, labels: Labels) -> bool:
        """Whether a cell exists under the quantity's relation."""
        if quantity not in self.on:
            return True
        relation, axes = self.on[quantity]
        pairs = self.relations[relation]
        return pairs is None or tuple(labels[at] for at in axes) in pairs

    def cell(self, quantity: str, labels: Labels) -> Bounded:
        """Return one cell."""
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
        return case.value(self, letters, labels)

    def member_of(self, group_set: str, base: str) -> str:
        """Return the group to which a member belongs."""
        return next(group for group, members in self.groups[group_set].items() if base in members)

    def days(self, name: str, year: int) -> int:
        """Return the days of a calendar function."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        if name == "elapsed_years":
            return year - self.start.year
        if name == "operating_days":
            first, last = max(first, self.start), min(last, self.end)
        return (last - first).days + 1
