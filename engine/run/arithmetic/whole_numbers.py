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

#: How near, as a share of the value (of one unit for values below one): far above what rounding of floats adds up to, far below what is counted.
NEAR = 1e-9


def near_whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values lie within :data:`NEAR` of a whole number.

    Examples
    --------
    >>> near_whole(np.array([77505.99999999999, 77505.9, -2.8e-17, np.nan]))
    array([ True, False,  True, False])
    """
    with np.errstate(invalid="ignore"):
        close: NDArray[np.bool_] = np.abs(values - np.rint(values)) <= NEAR * np.maximum(1.0, np.abs(values))
    return close


def is_near(value: float, exact: Fraction) -> bool:
    """Whether a fraction is the same number as a float, but for its last digits; it is not where a case went another way in fractions."""
    return abs(exact - Fraction(value)) <= NEAR * max(1.0, abs(value))


def floor(values: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Return values rounded down, those near a whole number as that number; into ``out`` where it is given, as NumPy's functions do."""
    return _rounded(values, np.floor(values), out)


def ceil(values: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Return values rounded up, those near a whole number as that number; into ``out`` where it is given, as NumPy's functions do."""
    return _rounded(values, np.ceil(values), out)


def _rounded(values: NDArray[Any], result: NDArray[Any], out: NDArray[Any] | None) -> NDArray[Any]:
    result = np.where(near_whole(values), np.rint(values), result)
    if out is None:
        return result
    np.copyto(out, result)
    return out
