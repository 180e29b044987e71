"""Quantiles of Student's t for the second computation: the probability by a continued fraction in floats, the quantile by halving.

Source
------
M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.5.8 (the fraction) and 26.7.1.
"""

from __future__ import annotations

import math

from engine.audit.second_computation.scalar_units import PathError

_END, _MOST_TERMS, _HALVINGS, _LARGE = 1e-17, 100_000, 200, 30


def quantile_t(probability: float, freedom: float) -> float:
    """Return a quantile.

    Raises
    ------
    PathError
        Outside of probabilities between 0 and 1 and degrees of freedom above zero.
    """
    if not (0 < probability < 1 and freedom > 0):
        raise PathError(f"a quantile of t for {probability:g} and {freedom:g} degrees of freedom")
    wanted = min(probability, 1 - probability)
    low, high = 0.0, 1.0
    while beyond(high, freedom) > wanted:
        low, high = high, high * 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if beyond(middle, freedom) > wanted else (low, middle)
    found = (low + high) / 2 if wanted < 1 / 2 else 0.0
    return found if probability > 1 / 2 else -found


def beyond(t: float, freedom: float) -> float:
    """Return the probability of more than t, which is not below zero."""
    a, b, share = freedom / 2, 0.5, t * t / freedom
    x, rest = 1 / (1 + share), share / (1 + share)
    logs = -a * math.log1p(share) + b * (math.log(rest) if rest else -math.inf) - _log_beta(a)
    return (_beta(x, a, b, logs) if x < (a + 1) / (a + b + 2) else 1 - _beta(rest, b, a, logs)) / 2


def _beta(x: float, a: float, b: float, logs: float) -> float:
    """Return the regularised incomplete beta function where its fraction converges fast; ``logs`` is the logarithm of what stands before it."""
    if x == 0:
        return 0.0
    front = math.exp(logs) / a
    upper, lower, value = 1.0, 1 / (1 - (a + b) * x / (a + 1)), 1 / (1 - (a + b) * x / (a + 1))
    for m in range(1, _MOST_TERMS):
        before = value
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            lower, upper = 1 / (1 + term * lower), 1 + term / upper
            value *= lower * upper
        if abs(value - before) <= _END * abs(value):
            break
    return front * value


def _log_beta(a: float) -> float:
    """Return the logarithm of the beta function of a number and one half."""
    if a < _LARGE:
        return math.lgamma(a) + math.lgamma(0.5) - math.lgamma(a + 0.5)
    # the logarithms of two large gamma functions leave few digits of their difference
    return (math.log(math.pi) - math.log(a)) / 2 + 1 / (8 * a) - 1 / (192 * a**3) + 1 / (640 * a**5)
