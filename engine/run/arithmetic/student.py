"""Quantiles of Student's t distribution, to the float next to them, so that they have the same bits on every machine.

With ``x = n / (n + t^2)`` the probability beyond t > 0 is half the regularised incomplete beta function ``I_x(n / 2, 1 / 2)``. It is solved for the
logarithm of t, on which the logarithm of that probability hangs smoothly, in numbers of forty digits.

Source
------
M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DIGITS, _MOST_STEPS = 40, 200
_MOST_KEPT = 1 << 16


def quantile_t(probability: NDArray[Any], freedom: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Return quantiles of Student's t, element by element; no number outside of probabilities between 0 and 1 and degrees of freedom above zero."""
    return _each(_quantile, probability, freedom, out)


def slopes_of_quantile(probability: NDArray[Any], freedom: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the derivatives of a quantile with respect to the probability and to the degrees of freedom."""
    return _each(_slope_by_probability, probability, freedom), _each(_slope_by_freedom, probability, freedom)


def _each(function: Any, probability: Any, freedom: Any, out: NDArray[Any] | None = None) -> NDArray[Any]:
    p, n = np.broadcast_arrays(np.asarray(probability, float), np.asarray(freedom, float))
    result = np.array([function(*pair) for pair in zip(p.ravel().tolist(), n.ravel().tolist(), strict=True)], float).reshape(p.shape)
    if out is None:
        return result
    np.copyto(out, result)
    return out


@lru_cache(_MOST_KEPT)
def _quantile(probability: float, freedom: float) -> float:
    if not (0 < probability < 1 and 0 < freedom < np.inf):
        return float("nan")
    import mpmath

    with mpmath.workdps(_DIGITS):
        return float(_solved(mpmath.mpf(probability), mpmath.mpf(freedom)))


@lru_cache(_MOST_KEPT)
def _slope_by_probability(probability: float, freedom: float) -> float:
    if np.isnan(_quantile(probability, freedom)):
        return float("nan")
    import mpmath

    with mpmath.workdps(_DIGITS):
        n = mpmath.mpf(freedom)
        return float(1 / _density(_solved(mpmath.mpf(probability), n), n))


@lru_cache(_MOST_KEPT)
def _slope_by_freedom(probability: float, freedom: float) -> float:
    """Return by how much a quantile moves with the degrees of freedom: the probability below it stays."""
    if np.isnan(_quantile(probability, freedom)):
        return float("nan")
    import mpmath

    with mpmath.workdps(_DIGITS):
        n = mpmath.mpf(freedom)
        t = _solved(mpmath.mpf(probability), n)
        return float(mpmath.sign(t) * mpmath.diff(lambda m: _beyond(abs(t), m), n) / _density(t, n))


def _solved(probability: Any, freedom: Any) -> Any:
    """Return the quantile in many digits."""
    import mpmath

    beyond = min(probability, 1 - probability)
    if beyond == mpmath.mpf("0.5"):
        return mpmath.mpf(0)
    wanted = mpmath.log(beyond)

    def gap(log_t: Any) -> Any:
        return mpmath.log(_beyond(mpmath.exp(log_t), freedom)) - wanted

    low, high = mpmath.mpf(-2), mpmath.mpf(1)
    while gap(low) < 0:
        low *= 2
    while gap(high) > 0:
        high *= 2
    near = mpmath.mpf(10) ** (4 - 2 * _DIGITS)
    found = mpmath.exp(mpmath.findroot(gap, (low, high), solver="anderson", tol=near, maxsteps=_MOST_STEPS, verify=False))
    return found if probability > beyond else -found


def _beyond(t: Any, freedom: Any) -> Any:
    """Return the probability of more than t, which is above zero."""
    import mpmath

    return mpmath.betainc(freedom / 2, mpmath.mpf("0.5"), 0, freedom / (freedom + t * t), regularized=True) / 2


def _density(t: Any, freedom: Any) -> Any:
    import mpmath

    return (1 + t * t / freedom) ** (-(freedom + 1) / 2) / (mpmath.sqrt(freedom) * mpmath.beta(freedom / 2, mpmath.mpf("0.5")))
