"""Days of calendar years, those of a project's operation, and dates counted in years."""

from __future__ import annotations

import calendar
import math
from datetime import date

from engine.plan.setting import Setting
from engine.plan.time_axes import Days
from equations.model.day_numbers import day_of_number


def days_in_year(year: int) -> int:
    """Return the days of a calendar year."""
    return 366 if calendar.isleap(year) else 365


def operating_days(year: int, setting: Setting) -> int:
    """Return the days of a year from the project's first to its last day, both included."""
    first = max(date.fromisoformat(setting.start), date(year, 1, 1))
    last = min(date.fromisoformat(setting.end), date(year, 12, 31))
    return max(0, (last - first).days + 1)


def elapsed_years(setting: Setting, days: Days) -> int:
    """Return the years from the start year of a project to the year that has some days."""
    return date.fromordinal(days[0][0]).year - date.fromisoformat(setting.start).year


def calendar_years(day: float) -> float:
    """Return a date, in days since 1970, counted in calendar years.

    The day of the year is a fraction that a float holds exactly, the same in every year, so that anniversaries are whole
    years apart whether or not a leap day lies between them.
    """
    if not math.isfinite(day):
        return math.nan
    on = day_of_number(day)
    of_year = date(2000, on.month, on.day).toordinal() - date(2000, 1, 1).toordinal()
    return on.year + round(of_year / 366 * 2**20) / 2**20
