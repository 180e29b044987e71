"""Members of the calendar by their labels: years (2019), months (2019-01), days (2019-01-31), project years (PY1)."""

from __future__ import annotations

from datetime import date, timedelta

from equations.patterns import pattern

#: Pattern of the labels of each kind of axis.
PATTERNS = {
    "year": pattern(r"[0-9]{4}\Z"), "month": pattern(r"[0-9]{4}-(0[1-9]|1[0-2])\Z"),
    "day": pattern(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z"), "project_year": pattern(r"PY[1-9][0-9]*\Z"),
}  # fmt: skip


def calendar_members(kind: str, start: date, end: date) -> tuple[str, ...]:
    """Return the members of a kind of axis that have a day from ``start`` to ``end``.

    Examples
    --------
    >>> calendar_members("month", date(2019, 11, 20), date(2020, 2, 3))
    ('2019-11', '2019-12', '2020-01', '2020-02')
    >>> calendar_members("project_year", date(2019, 11, 20), date(2020, 11, 20))
    ('PY1', 'PY2')
    """
    first = 1 if kind == "project_year" else number_of(kind, label_on(kind, start))
    last = _project_year_on(end, start) if kind == "project_year" else number_of(kind, label_on(kind, end))
    return tuple(label_of(kind, number) for number in range(first, last + 1))


def label_on(kind: str, day: date) -> str:
    """Return the year, month or day on a day."""
    return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[kind]]


def number_of(kind: str, label: str) -> int:
    """Return where a member stands among all of its kind; neighbours are one apart."""
    if kind == "project_year":
        return int(label.removeprefix("PY"))
    if kind == "month":
        return int(label[:4]) * 12 + int(label[5:]) - 1
    return date.fromisoformat(label).toordinal() if kind == "day" else int(label)


def label_of(kind: str, number: int) -> str:
    """Return the member with a number (:func:`number_of`)."""
    if kind == "project_year":
        return f"PY{number}"
    if kind == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    return date.fromordinal(number).isoformat() if kind == "day" else f"{number:04d}"


def calendar_span(kind: str, first: str, last: str) -> list[str]:
    """Return the members from one to another."""
    return [label_of(kind, number) for number in range(number_of(kind, first), number_of(kind, last) + 1)]


def steps_between(first: str, label: str) -> int | None:
    """Return how many members one label stands behind another of its kind, ``None`` where they are of no kind of the calendar.

    Examples
    --------
    >>> steps_between("2019-11", "2020-02"), steps_between("2019-11", "2019-10"), steps_between("2019-11", "2019")
    (3, -1, None)
    """
    kind = next((kind for kind, pattern in PATTERNS.items() if pattern.match(first) and pattern.match(label)), "")
    return number_of(kind, label) - number_of(kind, first) if kind else None


def days_on(kind: str, number: int, start: date) -> tuple[int, int]:
    """Return the first and last day, as ordinals, of the member with a number; project years begin on anniversaries of ``start``."""
    return _first_day(kind, number, start).toordinal(), _first_day(kind, number + 1, start).toordinal() - 1


def anniversary(start: date, years: int) -> date:
    """Return the same day so many years later; of 29 February the day behind the 28th where a year has none.

    Examples
    --------
    >>> anniversary(date(2020, 2, 29), 1), anniversary(date(2020, 2, 29), 4)
    (datetime.date(2021, 3, 1), datetime.date(2024, 2, 29))
    """
    if (start.month, start.day) == (2, 29):
        return date(start.year + years, 2, 28) + timedelta(days=1)
    return start.replace(year=start.year + years)


def _first_day(kind: str, number: int, start: date) -> date:
    if kind == "project_year":
        return anniversary(start, number - 1)
    if kind == "month":
        return date(number // 12, number % 12 + 1, 1)
    return date.fromordinal(number) if kind == "day" else date(number, 1, 1)


def _project_year_on(day: date, start: date) -> int:
    years = day.year - start.year
    return years + (day >= anniversary(start, years))
