"""On which days a cell lies: by the axes of time that it has, and by sets whose members a reader knows as months, quarters or dates.

A methodology may write its months as a plain set of names beside the years; that `jul` of 2016 lies within the days of monitoring, and `jun`
does not, tells a number that was left out from one that there could not be.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from engine.plan.setting import Setting
from engine.plan.time_axes import Days, common, days_of
from equations.model.index_set import lies_in_time
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.patterns import pattern

_MONTHS = {name.lower(): at for names in (calendar.month_name, calendar.month_abbr) for at, name in enumerate(names) if name} | {"sept": 9}
_LABEL = pattern(r"(?:(?P<year>[0-9]{4})[-_ ]?)?(?:q(?P<quarter>[1-4])|(?P<name>[a-z]{3,9})|(?P<number>[0-9]{1,2}))(?:-(?P<day>[0-9]{1,2}))?"
                    r"(?:[-_ ]?(?P<behind>[0-9]{4}))?\Z")  # fmt: skip
#: A month: its number, the number of months, a day of it, the year where the label names one.
Span = tuple[int, int, int | None, int | None]


def days_of_cell(methodology: Methodology, setting: Setting, quantity: Quantity, cell: Sequence[int]) -> Days | None:
    """Return the days on which a cell lies, ``None`` where none of its axes is in time."""
    found: Days | None = None
    for axis, at in zip(quantity.indices, cell, strict=True):
        days = _days_on(methodology, setting, axis, at)
        if days is not None:
            found = days if found is None else common(found, days)
    return found


def is_finer_than_years(methodology: Methodology, setting: Setting, axis: str) -> bool:
    """Whether the members of an axis are shorter than a year."""
    return methodology.index_set[axis].kind in ("month", "day") or named_spans(setting.members[axis]) is not None


def is_in_time(methodology: Methodology, setting: Setting, axis: str) -> bool:
    """Whether the members of an axis have days."""
    return lies_in_time(axis, methodology.index_set) or is_finer_than_years(methodology, setting, axis)


def _days_on(methodology: Methodology, setting: Setting, axis: str, at: int) -> Days | None:
    if lies_in_time(axis, methodology.index_set):
        return days_of(methodology, setting, axis)[at]
    spans = named_spans(setting.members[axis])
    return tuple(_runs(spans[at], int(setting.start[:4]), int(setting.end[:4]))) if spans is not None else None


@lru_cache(maxsize=256)
def named_spans(members: tuple[str, ...]) -> tuple[Span, ...] | None:
    """Return the members of a set as months, quarters or dates, ``None`` where they are not all such.

    Examples
    --------
    >>> named_spans(("jan", "feb")), named_spans(("2016-Q2",)), named_spans(("oak", "may"))
    (((1, 1, None, None), (2, 1, None, None)), ((4, 3, None, 2016),), None)
    """
    spans = tuple(_span(member) for member in members)
    return tuple(span for span in spans if span is not None) if members and all(spans) else None


def _span(label: str) -> Span | None:
    match = _LABEL.match(label.strip().lower())
    if match is None:
        return None
    year = match["year"] or match["behind"]
    if year == "0000":  # a number of a plot: no calendar has such a year
        return None
    if match["quarter"]:
        return 3 * int(match["quarter"]) - 2, 3, None, int(year) if year else None
    month = _MONTHS.get(match["name"], 0) if match["name"] else int(match["number"]) if year else 0
    if not 1 <= month <= 12 or (match["day"] and not year):
        return None
    return month, 1, int(match["day"]) if match["day"] else None, int(year) if year else None


def _runs(span: Span, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the days of a month or quarter in each year that is meant."""
    month, months, day, year = span
    for own in (year,) if year is not None else range(first, last + 1):
        end = month + months - 1
        length = calendar.monthrange(own, end)[1]
        begin = date(own, month, min(day or 1, length))
        yield begin.toordinal(), (begin if day else date(own, end, length)).toordinal()
