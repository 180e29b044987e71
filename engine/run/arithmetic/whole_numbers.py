"""Whole numbers of floats: what lies so near to a whole number that only the last digits of a float keep it apart counts as it.

A tonne is decided on what people count in. 2,710 * 0.052 * 150 * 44/12 is 77,506; as floats it is 77,505.99999999999. Where a run can tell
in fractions on which side a value lies, it does (:mod:`engine.run.exact_run`); draws of a batch, and values that roots or logarithms enter, count as
the whole number.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

#: How near, as a share of the value (of one unit for values below one): far above what rounding of floats adds up to, far below what is counted.
NEAR = 1e-9
#: How near at most: of a million millions a float still knows a thousandth.
NEAREST = 1e-3


def near_whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values lie within :data:`NEAR` of a whole number.

    Examples
    --------
    >>> near_whole(np.array([77505.99999999999, 77505.9, -2.8e-17, np.nan]))
    array([ True, False,  True, False])
    """
    with np.errstate(invalid="ignore"):
        close: NDArray[np.bool_] = np.abs(values - np.rint(values)) <= np.minimum(NEAR * np.maximum(1.0, np.abs(values)), NEAREST)
    return close


def is_near(value: float, exact: Fraction) -> bool:
    """Whether a fraction is the same number as a float, but for its last digits; it is not where a case went another way in fractions."""
    return abs(exact - Fraction(value)) <= min(NEAR * max(1.0, abs(value)), NEAREST)


def floor(values: Values, out: Values | None = None) -> Values:
    """Return values rounded down, those near a whole number as that number; into ``out`` where it is given, as NumPy's functions do."""
    return _into(out, np.floor(_at_steps(values)))


def ceil(values: Values, out: Values | None = None) -> Values:
    """Return values rounded up, those near a whole number as that number."""
    return _into(out, np.ceil(_at_steps(values)))


def round_down(values: Values, out: Values | None = None) -> Values:
    """Return values rounded towards zero, those near a whole number as that number."""
    return _into(out, np.trunc(_at_steps(values)))


def round_up(values: Values, out: Values | None = None) -> Values:
    """Return values rounded away from zero, those near a whole number as that number."""
    near = _at_steps(values)
    return _into(out, np.copysign(np.ceil(np.abs(near)), near))


def round_half_up(values: Values, out: Values | None = None) -> Values:
    """Return the nearest whole numbers, of what lies near the middle of two the one away from zero."""
    near = _at_steps(values, 0.5)
    return _into(out, np.copysign(np.floor(np.abs(near) + 0.5), near))


def round_half_down(values: Values, out: Values | None = None) -> Values:
    """Return the nearest whole numbers, of what lies near the middle of two the one towards zero."""
    near = _at_steps(values, 0.5)
    return _into(out, np.copysign(np.ceil(np.abs(near) - 0.5), near))


def round_half_even(values: Values, out: Values | None = None) -> Values:
    """Return the nearest whole numbers, of what lies near the middle of two the even one."""
    return _into(out, np.rint(_at_steps(values, 0.5)))


def _at_steps(values: Values, jumps: float = 0.0) -> Values:
    """Return values, those near where a function jumps (so far above a whole number) as the place of the jump."""
    moved = np.asarray(values) - jumps
    return np.where(near_whole(moved), np.rint(moved) + jumps, values)


def _into(out: Values | None, result: Values) -> Values:
    result = result + 0.0  # a zero has no sign
    if out is None:
        return result
    np.copyto(out, result)
    return out
