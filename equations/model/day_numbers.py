"""Days as numbers: how quantities that are dates are counted, so that formulas can take one from another."""

from __future__ import annotations

from datetime import date, timedelta

#: The day that counts as 0.
EPOCH = date(1970, 1, 1)


def number_of_day(day: date) -> float:
    """Return a day in days since 1 January 1970.

    Examples
    --------
    >>> number_of_day(date(1970, 1, 2)), number_of_day(date(1969, 12, 31))
    (1.0, -1.0)
    """
    return float((day - EPOCH).days)


def day_of_number(number: float) -> date:
    """Return the day on which so many whole days have passed since 1 January 1970.

    Raises
    ------
    OverflowError, ValueError
        For what is no number, or lies beyond the years 1 to 9999.

    Examples
    --------
    >>> str(day_of_number(17602.0))
    '2018-03-12'
    """
    return EPOCH + timedelta(days=int(number))
