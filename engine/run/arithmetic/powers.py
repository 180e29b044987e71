"""Powers that come out the same to the bit whatever stands beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_EXACT = ((2.0, np.square), (0.5, np.sqrt), (-1.0, np.reciprocal))


def power(base: Any, exponent: Any, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return ``base ^ exponent``, and no number where one of the two is none.

    NumPy squares, takes a root or divides where one exponent 2, 0.5 or -1 stands for a whole array, and goes through logarithms where
    an array of exponents holds the same numbers: the last digits differ. Here an exponent decides for its own element.
    """
    base, exponent = np.asarray(base, np.float64), np.asarray(exponent, np.float64)
    if not exponent.shape and float(exponent) in (number for number, _ in _EXACT):
        result: NDArray[np.float64] = next(function for number, function in _EXACT if number == float(exponent))(base, out=out)
        return np.asarray(result)
    result = np.asarray(np.power(base, exponent, out=out))
    for number, function in _EXACT if exponent.shape else ():
        here = exponent == number
        if here.any():
            np.copyto(result, np.asarray(function(base)), where=here)
    none = np.isnan(base) | np.isnan(exponent)
    if none.any():
        np.copyto(result, np.nan, where=none)
    return result
