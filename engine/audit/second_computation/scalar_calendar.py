"""The calendar of the second computation: each member of an axis in time as the set of its days, written out one by one.

It shares nothing with :mod:`engine.plan.time_axes`, which counts with first and last days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from engine.run.run import Run
from equations.files.strict_yaml import Mapping, Scalar, Sequence
from equations.formula.syntax import Call, Letter
from equations.model.index_set import CALENDAR, PERIOD_SET, IndexSet

DaySet = frozenset[date]


class ScalarCalendar:
    """Knows the days of the members of a run's axes."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.sets = run.methodology.index_set
        self.known: dict[tuple[str, str, int], DaySet] = {}

    @cached_property
    def in_operation(self) -> DaySet:
        """The days of operation."""
        return _days(self.run.project.start, self.run.project.end)

    def days(self, set_id: str, label: str, offset: int = 0) -> DaySet:
        """Return the days of a member, or of the member of the calendar so many behind it."""
        key = set_id, label, offset
        if key not in self.known:
            self.known[key] = self.written_out(self.sets[set_id], label, offset)
        return self.known[key]

    def written_out(self, own: IndexSet, label: str, offset: int) -> DaySet:
        if own.kind in CALENDAR:
            return self.of_calendar(own.kind, label, offset)
        if own.dated:
            day = self.dates(own)[label]
            return _days(day, day)
        if own.kind == "group" and own.id == PERIOD_SET:
            period = next(period for period in self.run.project.periods if period.id == label)
            return _days(period.start, period.end)
        if own.kind == "group":
            setting = self.run.setting
            part = setting.groups[own.id][setting.members[own.id].index(label)]
            return frozenset().union(*(self.days(own.groups, setting.members[own.groups][at]) for at in part))
        return self.days(own.subset_of, label)

    def of_calendar(self, kind: str, label: str, offset: int) -> DaySet:
        """Return the days of a member of the calendar, found by going through all days around the operation."""
        if kind == "year":
            return _days(date(int(label) + offset, 1, 1), date(int(label) + offset, 12, 31))
        if kind == "day":
            day = date.fromisoformat(label) + timedelta(days=offset)
            return _days(day, day)
        if kind == "month":
            months = int(label[:4]) * 12 + int(label[5:]) - 1 + offset
            year = _days(date(months // 12, 1, 1), date(months // 12, 12, 31))
            return frozenset(day for day in year if day.month == months % 12 + 1)
        start, turn = self.run.project.start, int(label[2:]) - 1 + offset
        around = _days(date(start.year + turn, 1, 1), date(start.year + turn + 1, 12, 31))
        begins = (start.month, start.day)
        return frozenset(day for day in around if day.year - start.year - ((day.month, day.day) < begins) == turn)

    def dates(self, own: IndexSet) -> dict[str, date]:
        """Return the dates of the members of a set, as the project file or the spec writes them."""
        node = self.run.project.members.get(own.id)
        if node is None:
            return {label: date.fromisoformat(day) for label, day in zip(own.members, own.dates, strict=True)}
        blocks = [item for item in getattr(node, "items", ()) if isinstance(item, Mapping)] if isinstance(node, Sequence) else []
        pairs = [(item.get("id"), item.get("date")) for item in blocks] + (list(node) if isinstance(node, Mapping) else [])
        return {id_.text: date.fromisoformat(day.text) for id_, day in pairs if isinstance(id_, Scalar) and isinstance(day, Scalar)}

    @cached_property
    def looked_at(self) -> DaySet:
        """The days of operation, and of the years before them that the methodology looks at."""
        years = [label for s in self.sets.values() if s.history for label in self.run.setting.members[s.id]]
        return self.in_operation.union(*(_days(date(int(year), 1, 1), min(date(int(year), 12, 31), self.run.project.end)) for year in years))

    def meet(self, one: tuple[str, str], other: tuple[str, str]) -> int:
        """Return on how many of the days that are looked at two members, each with its set, have a part."""
        return len(self.days(*one) & self.days(*other) & self.looked_at)

    def inside(self, group: tuple[str, str], of: str) -> tuple[str, ...]:
        """Return the members of a set that have a day in a member of another one."""
        return tuple(label for label in self.run.setting.members[of] if self.meet(group, (of, label)))

    def count(self, call: Call, scope: dict[str, tuple[str, str]]) -> tuple[float, str]:
        """Return what a function of the calendar gives, and its unit."""
        letters = [letter for letter in call.arguments if isinstance(letter, Letter)]
        members = [self.days(*scope[letter.letter], letter.offset) for letter in letters]
        first, last = min(members[0]), max(members[0])
        match call.name:
            case "elapsed_years":
                return float(first.year - self.run.project.start.year), "year"
            case "first_day":
                return float((first - date(1970, 1, 1)).days), "day"
            case "last_day":
                return float((last - date(1970, 1, 1)).days), "day"
            case "operating_days":
                return float(len(members[0] & self.in_operation)), "day"
            case "shared_days":
                return float(len(members[0] & members[1] & self.in_operation)), "day"
        return float(len(members[0])), "day"


def _days(first: date, last: date) -> DaySet:
    return frozenset(first + timedelta(days=at) for at in range((last - first).days + 1))


def turn_in_calendar(kind: str, label: str) -> int:
    """Return where a year, a month, a day, a project year stands in the calendar."""
    if kind == "day":
        return date.fromisoformat(label).toordinal()
    if kind == "month":
        year, month = label.split("-")
        return 12 * int(year) + int(month)
    return int(label.removeprefix("PY"))
