"""What reductions of samples and tables by number are to the second computation, from lists of single values.

Nothing here is shared with :mod:`engine.run.samples` and :mod:`engine.run.tables`: deviations are those of Python's own statistics, which works in
fractions, and a place in a table is found by bisection and weighed by its share of the way.
"""

from __future__ import annotations

import itertools
import math
import statistics
from bisect import bisect_right
from typing import Any

from engine.audit.second_computation.scalar_units import CarriedUnits, PathError, Value, compared, magnitude


def of_sample(kind: str, values: list[Value], units: CarriedUnits) -> Value:
    """Return the mean, the standard deviation or the standard error of the values of a sample.

    Raises
    ------
    PathError
        If there are too few.
    """
    if len(values) < (1 if kind == "Mean" else 2):
        raise PathError(f"{kind} of {len(values)} values")
    if kind == "Mean":
        return units.binary("/", units.folded("Sum", values), float(len(values)))
    alike = [units.joined(value, values[0])[0] for value in values]
    alike = [one if isinstance(one, float) else one.to(alike[0].units) for one in alike]
    found = statistics.stdev(map(magnitude, alike))
    found = found / math.sqrt(len(values)) if kind == "StdErr" else found
    return found if isinstance(alike[0], float) else type(alike[0])(found, alike[0].units)


def of_table(kind: str, points: list[tuple[Value, Value]], at: Value, units: CarriedUnits) -> Value:
    """Return what a table gives for a number; ``points`` are its numbers and their values.

    Raises
    ------
    PathError
        Where it gives nothing.
    """
    numbers = [_number(number, at, units) for number, _ in points]
    wanted = magnitude(at)
    if any(not below < above for below, above in itertools.pairwise(numbers)):
        raise PathError("the numbers of a table do not ascend")
    if not numbers or compared("<", wanted, numbers[0]):
        raise PathError(f"{wanted:g} lies before a table")
    place = max(bisect_right(numbers, wanted), next((k + 1 for k, number in enumerate(numbers) if compared("==", number, wanted)), 0))
    if kind == "Lookup":
        return points[max(place, 1) - 1][1]
    place = min(max(place, 1), len(points) - 1)
    if place < 1 or compared(">", wanted, numbers[-1]):
        raise PathError(f"{wanted:g} lies behind a table")
    share = _share(at, points[place - 1][0], points[place][0], units)
    below, above = (units.binary("*", weight, value) for weight, value in ((1.0 - share, points[place - 1][1]), (share, points[place][1])))
    return units.binary("+", below, above)


def _number(number: Value, at: Value, units: CarriedUnits) -> float:
    """Return the number of a point in the unit of the number that is looked up."""
    own, other = units.joined(number, at)
    return magnitude(own if isinstance(own, float) or not hasattr(own, "to") else own.to(other.units))


def _share(at: Value, below: Value, above: Value, units: CarriedUnits) -> Any:
    way, whole = units.binary("-", at, below), units.binary("-", above, below)
    return units.plain(units.binary("/", way, whole))
