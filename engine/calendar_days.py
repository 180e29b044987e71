"""Days of calendar years, and those of a project's operation."""

from __future__ import annotations

import calendar
from datetime import date

from engine.setting import Setting


def calendar_value(function: str, year: int, start: int, setting: Setting) -> int:
    """Return the value of a calendar function of the language for a year; ``start`` is the first year of the project."""
    if function == "days_in_year":
        return days_in_year(year)
    return operating_days(year, setting) if function == "operating_days" else year - start


def days_in_year(year: int) -> int:
    """Return the days of a calendar year."""
    return 366 if calendar.isleap(year) else 365


def operating_days(year: int, setting: Setting) -> int:
    """Return the days of a year from the project's first to its last day, both included."""
    first = max(date.fromisoformat(setting.start), date(year, 1, 1))
    last = min(date.fromisoformat(setting.end), date(year, 12, 31))
    return max(0, (last - first).days + 1)
