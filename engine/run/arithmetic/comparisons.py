"""Comparisons of floats: two numbers that agree to twelve digits are equal.

0.1 + 0.2 is not above 0.3 in decimals, and is in floats. A case, a rule and a draw of a batch are decided alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Share of the larger of two numbers below which a difference is the rounding of floats: the last digits of sixteen.
TIE = 1e-12


def tied(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where two numbers differ by no more than floats round; a number and zero are never tied.

    Examples
    --------
    >>> tied(np.array([0.1 + 0.2, 0.3001, 1e-20, np.inf]), np.array([0.3, 0.3, 0.0, 1.0]))
    array([ True, False, False, False])
    """
    with np.errstate(invalid="ignore"):
        gap = np.abs(left - right)
        found: NDArray[np.bool_] = (gap <= TIE * np.maximum(np.abs(left), np.abs(right))) & (gap < np.inf)
    return found


def _made(compare: Callable[..., Any], if_tied: bool, name: str) -> Callable[..., NDArray[Any]]:
    def compared(left: NDArray[Any], right: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[np.bool_]:
        result = compare(left, right)
        near = tied(left, right)
        result = result | near if if_tied else result & ~near
        if out is None:
            return np.asarray(result, bool)
        np.copyto(out, result)
        return out

    compared.__name__ = name
    return compared


less = _made(np.less, False, "less")
less_equal = _made(np.less_equal, True, "less_equal")
greater = _made(np.greater, False, "greater")
greater_equal = _made(np.greater_equal, True, "greater_equal")
equal = _made(np.equal, True, "equal")
not_equal = _made(np.not_equal, False, "not_equal")
