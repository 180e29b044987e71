"""The value of a quantity as it is read: a number with its unit, a date as a day, an answer in words. One place for all that is shown."""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.output.terminal import number
from engine.project.written_numbers import Origin
from equations.model.day_numbers import EPOCH, day_of_number
from equations.model.quantity import Quantity

#: Type of a quantity -> what its numbers are, where a table holds numbers alone.
_UNITS = {"date": f"days since {EPOCH}", "yes_no": "1 is yes"}


def value_text(type_: str, value: float, write: Callable[[float], str] = number) -> str:
    """Return a value without a unit.

    Parameters
    ----------
    type_
        ``number``, ``date`` or ``yes_no``: that of the quantity.
    write
        Writes a number.

    Examples
    --------
    >>> value_text("date", 16436.0), value_text("yes_no", 0.0), value_text("number", 1234.5)
    ('2015-01-01', 'no', '1,234.50')
    """
    if type_ == "yes_no" and value in (0, 1):
        return "yes" if value else "no"
    if type_ == "date" and math.isfinite(value) and value == int(value):
        try:
            return str(day_of_number(value))
        except OverflowError:  # a number that is no day is shown as one
            return write(value)
    return write(value)


def value_with_unit(type_: str, value: float, unit: str, write: Callable[[float], str] = number) -> str:
    """Return a value with its unit; dates, answers and plain numbers have none.

    Examples
    --------
    >>> value_with_unit("date", 16436.0, "day"), value_with_unit("number", 12.5, "ha"), value_with_unit("number", 2.0, "1")
    ('2015-01-01', '12.5 ha', '2')
    """
    return value_text(type_, value, write) + (f" {unit}" if has_unit(type_, unit) else "")


def has_unit(type_: str, unit: str) -> bool:
    """Whether a unit is written behind values."""
    return type_ == "number" and unit != "1"


def value_record(type_: str, value: float) -> dict[str, object]:
    """Return how a value that is no plain number is written, for plain data: ``{"written": "2015-01-01"}``."""
    return {} if type_ == "number" or not math.isfinite(value) else {"written": value_text(type_, value)}


def unit_in_tables(quantity: Quantity) -> str:
    """Return what the numbers of a column are, where dates and answers stand in it as numbers."""
    return _UNITS.get(quantity.type, str(quantity.unit))


def given_as(origin: Origin) -> str:
    """Return what was written, with its unit; what is no number, a date or an answer, has none."""
    return origin.written if origin.unit == "1" or origin.number is None else f"{origin.written} {origin.unit}"
