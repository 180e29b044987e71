"""Roots of one unknown for the second computation: false position between the ends of the range, the end that stays halved (Illinois).

Where that does not halve the range in three steps, as between differences of very different size, the middle is taken.

Source
------
M. Dowell and P. Jarratt, BIT 11 (1971) 168-174.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.audit.second_computation.scalar_units import PathError

_MOST_STEPS, _NEAR, _PATIENCE = 400, 1e-15, 3


def root_within(gap: Callable[[float], float], low: float, high: float) -> float:
    """Return a number between two ends at which a difference is zero.

    Raises
    ------
    PathError
        If the difference has one sign at both ends.
    """
    before, behind = gap(low), gap(high)
    if before == 0:
        return low
    if behind == 0:
        return high
    if (before > 0) == (behind > 0):
        raise PathError(f"the sides differ by {before:g} at {low:g} and by {behind:g} at {high:g}")
    a, b, width = low, high, abs(high - low)
    for step in range(_MOST_STEPS):
        place = b - behind * (b - a) / (behind - before)
        if step % _PATIENCE == 0:
            place, width = place if step == 0 or abs(b - a) <= width / 2 else (a + b) / 2, abs(b - a)
        here = gap(place)
        if here == 0 or abs(b - a) <= _NEAR * max(abs(a), abs(b)):
            return place
        if (here > 0) == (behind > 0):
            before /= 2
        else:
            a, before = b, behind
        b, behind = place, here
    return b
