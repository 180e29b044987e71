"""How many years and members the projects have on which conditions are tried, and when they start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from engine.plan.setting import MOST_YEARS
from engine.plan.spec_setting import FIRST, YEARS, open_orders
from equations.formula.syntax import MARKS, Compare, IndexLabel, Letter, Node, Window, Word, walk
from equations.model.index_set import CALENDAR
from equations.model.methodology import Methodology
from equations.records import record


@record(frozen=True)
class Shape:
    """The first year of a project, how many years it has, and how many members it lists of ordered sets (two where nothing is said)."""

    start: int
    count: int
    sizes: Mapping[str, int] = field(default_factory=dict)


@record(frozen=True)
class SetMarks:
    """What conditions ask of one ordered axis: calendar years, and distances from its beginning and from its end."""

    calendar: set[int] = field(default_factory=set)
    from_start: set[int] = field(default_factory=set)
    from_end: set[int] = field(default_factory=set)

    def counts(self) -> set[int]:
        """Return how many members it takes for every distance to be there, to be the first, the last, or beyond; none if none is asked."""
        if not self.from_end and not any(self.from_start):
            return set()
        edges = {abs(n) for n in (*self.from_start, *self.from_end)}
        meeting = {abs(a) + abs(b) for a in self.from_start for b in self.from_end}
        found = {1, 2} | {edge + more for edge in edges | meeting for more in range(YEARS + 1)}
        return {min(count, MOST_YEARS) for count in found if count > 0}


def shapes(methodology: Methodology) -> tuple[Shape, ...]:
    """Return the projects on which conditions are tried.

    They lie on both sides of every calendar year that a condition names. Where conditions count from the start or from the end of an axis, they
    are as short and as long as it takes for every such member to be there, to be the first, the last, or beyond.
    """
    found = [Shape(start, count) for start, count in spans(methodology)]
    finer = [s for s in methodology.index_sets if s.kind in CALENDAR and s.kind != "year"]
    for index_set in (*open_orders(methodology), *finer):
        marks = marks_of(methodology, index_set.id)
        if marks.from_start or marks.from_end:
            found += [Shape(FIRST, max(YEARS, size), {index_set.id: size}) for size in sorted(marks.counts() | {1, 2, 3})]
    return tuple(found)


def spans(methodology: Methodology) -> tuple[tuple[int, int], ...]:
    """Return first year and number of years of the projects on which conditions are tried."""
    marks = marks_of(methodology, "")
    counts = {YEARS} | marks.counts()
    found = [(FIRST, count) for count in sorted(counts, key=lambda n: (n != YEARS, n))]
    for year in sorted(marks.calendar):
        for count in sorted(counts):
            firsts = {year - count // 2, year + 1, year - count + 1,
                      *(year - n + more for n in marks.from_start if n for more in (-1, 0, 1))}  # fmt: skip
            found += [(first, count) for first in sorted(firsts)] if len(counts) > 1 else [(year - count // 2, count), (year + 1, count)]
    return tuple(dict.fromkeys(found))


def marks_of(methodology: Methodology, set_id: str) -> SetMarks:
    """Return what conditions ask of an ordered set; of all sets of the calendar together where none is named."""
    marks = SetMarks()
    for node in _compared(methodology):
        assert isinstance(node.left, Letter)
        index_set = methodology.index_set.get(node.left.set)
        if index_set is None or (index_set.id != set_id if set_id else index_set.kind not in CALENDAR):
            continue
        if isinstance(node.right, Word) and index_set.kind == "project_year":
            marks.from_start.add(int(node.right.text.removeprefix("PY")) - 1 - node.left.offset)
        elif isinstance(node.right, Word) and (year := node.right.text[:4]).isdecimal() and len(year) == 4:
            marks.calendar.add(int(year) - (node.left.offset if index_set.kind == "year" else 0))
        elif set_id == "" and index_set.kind not in ("year", "project_year"):
            continue  # distances in months and days: how long an axis of them is, is varied by itself
        elif isinstance(node.right, Letter) and node.right.letter in MARKS:
            distances = marks.from_start if node.right.letter in ("start", "first") else marks.from_end
            distances.add(node.right.offset - node.left.offset)
    for end, axis in _window_ends(methodology):
        if axis == set_id or (not set_id and methodology.index_set[axis].kind == "year"):
            (marks.from_start if end.label in ("start", "first") else marks.from_end).add(end.offset)
    return marks


def _window_ends(methodology: Methodology) -> Iterator[tuple[IndexLabel, str]]:
    """Yield the ends of windows that lie some members inside an axis, counted from its beginning or end: a project may have fewer."""
    for equation in methodology.equations:
        for window in (node for node in walk(equation.formula) if isinstance(node, Window)):
            for end in (window.first, window.last):
                if isinstance(end, IndexLabel) and (end.offset > 0 if end.label in ("start", "first") else end.offset < 0):
                    yield end, window.set


def _compared(methodology: Methodology) -> Iterator[Compare]:
    """Yield the comparisons of letters in conditions, and in the cases of formulas."""
    conditions: list[Node | None] = [part for equation in methodology.equations for part in (equation.when, equation.formula)]
    conditions += [block.when for dataset in methodology.datasets for block in dataset.values]
    conditions += [condition for rule in methodology.rules for condition in (rule.when, rule.condition)]
    for condition in conditions:
        for node in walk(condition) if condition is not None else ():
            if isinstance(node, Compare) and isinstance(node.left, Letter):
                yield node
