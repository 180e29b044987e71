"""Dates as numbers that rules compare."""

from __future__ import annotations

import math
from datetime import date, timedelta

from engine.written_numbers import EPOCH


def calendar_years(day: float) -> float:
    """Return a date, in days since 1970, counted in calendar years.

    The day of the year is a fraction that a float holds exactly, the same in every year, so that anniversaries are whole
    years apart whether or not a leap day lies between them.
    """
    if not math.isfinite(day):
        return math.nan
    on = EPOCH + timedelta(days=int(day))
    of_year = date(2000, on.month, on.day).toordinal() - date(2000, 1, 1).toordinal()
    return on.year + round(of_year / 366 * 2**20) / 2**20
