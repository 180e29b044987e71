"""Means, variances and covariances of declared distributions, in closed form where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import factorial

import numpy as np

from engine.simulate.distributions import from_normal
from engine.simulate.normal import Numbers, probability
from engine.simulate.unknowns import Variable

Parameters = Mapping[str, Numbers]
_ROOT_TAU = (2 * np.pi) ** 0.5
#: Terms of the series behind covariances; those of a lognormal number of any usual spread are spent long before.
_TERMS = 60
#: Normal numbers over which the terms of a distribution without closed ones are summed.
_GRID = np.linspace(-12.0, 12.0, 4801)


def means_of(variable: Variable) -> Numbers:
    """Return the mean of each cell of a variable, before draws outside its range are dealt with. Shape: (cells,)."""
    if "value" in variable.parameters:
        return variable.parameters["value"]
    return _MEANS[variable.kind](variable.parameters)


def covariance_of(variable: Variable) -> Numbers:
    """Return variances and covariances of the cells of a variable, without those of declared correlations."""
    p = variable.parameters
    if variable.kind in ("dirichlet", "multinomial"):
        total = float(p["value"].sum())
        share = p["value"] / total
        inner = np.diag(share) - np.outer(share, share)
        # `size` counts the sample behind the shares: in hectares or in shares, the row has the same relative spread.
        return inner * (total if variable.kind == "multinomial" else total**2 / (float(p["size"][0]) + 1))
    return np.diag(_VARIANCES[variable.kind](p))


# -- one cell


def _heights(p: Parameters) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Return a truncated normal's ends, its densities there and the share between; a spread of nothing counts as 1."""
    scale = np.where(p["se"] > 0, p["se"], 1.0)
    low, high = (p["min"] - p["mean"]) / scale, (p["max"] - p["mean"]) / scale
    heights = [np.where(np.isfinite(x), np.exp(-np.minimum(x**2, 700.0) / 2) / _ROOT_TAU, 0.0) for x in (low, high)]
    return low, high, heights[0], heights[1], probability(high) - probability(low)


def _mean_of_truncated(p: Parameters) -> Numbers:
    _, _, first, last, inside = _heights(p)
    return np.where(p["se"] > 0, p["mean"] + p["se"] * (first - last) / inside, np.clip(p["mean"], p["min"], p["max"]))


def _of_truncated(p: Parameters) -> Numbers:
    low, high, first, last, inside = _heights(p)
    ends = [np.where(np.isfinite(x), x, 0.0) * height for x, height in ((low, first), (high, last))]
    shift = (first - last) / inside
    return np.asarray(p["se"] ** 2 * (1 + (ends[0] - ends[1]) / inside - shift**2))


def _of_beta(p: Parameters) -> Numbers:
    a, b = p["alpha"], p["beta"]
    return np.asarray((p["max"] - p["min"]) ** 2 * a * b / ((a + b) ** 2 * (a + b + 1)))


def _of_triangle(p: Parameters) -> Numbers:
    a, b, c = p["min"], p["max"], p["mode"]
    return np.asarray((a**2 + b**2 + c**2 - a * b - a * c - b * c) / 18)


_MEANS: dict[str, Callable[[Parameters], Numbers]] = {
    "normal": lambda p: p["mean"],
    "lognormal": lambda p: np.exp(p["log_mean"] + p["log_se"] ** 2 / 2),
    "uniform": lambda p: (p["min"] + p["max"]) / 2,
    "triangular": lambda p: (p["min"] + p["mode"] + p["max"]) / 3,
    "truncated_normal": _mean_of_truncated,
    "beta": lambda p: p["min"] + (p["max"] - p["min"]) * p["alpha"] / (p["alpha"] + p["beta"]),
}
_VARIANCES: dict[str, Callable[[Parameters], Numbers]] = {
    "normal": lambda p: p["se"] ** 2,
    "lognormal": lambda p: np.expm1(p["log_se"] ** 2) * np.exp(2 * p["log_mean"] + p["log_se"] ** 2),
    "uniform": lambda p: (p["max"] - p["min"]) ** 2 / 12,
    "triangular": _of_triangle,
    "truncated_normal": _of_truncated,
    "beta": _of_beta,
}


# -- cells whose normal numbers are correlated


def correlated(kinds: Sequence[str], parameters: Sequence[Mapping[str, float]], matrix: Numbers) -> Numbers:
    """Return the covariances of numbers whose normal numbers have given correlations. Shape: that of ``matrix``.

    A correlation is declared between the normal numbers behind the draws, so that between lognormal numbers it is one of logarithms.
    Each number is a series of Hermite polynomials of its normal number, and the covariance of two is the sum of the products of their
    terms with the powers of the correlation: r s t for two normal numbers, m n (exp(r s t) - 1) for two lognormal ones.

    Parameters
    ----------
    kinds, parameters
        Of each number.
    matrix
        Correlations. Shape: (number, number).

    Notes
    -----
    Source: F. G. Mehler 1866, Journal fuer die reine und angewandte Mathematik 66:161-176 (the series).
    """
    terms = np.stack([_terms(kind, own) for kind, own in zip(kinds, parameters, strict=True)])
    found, power = np.zeros(matrix.shape), np.ones(matrix.shape)
    for column in terms.T:
        power = power * matrix
        found += np.outer(column, column) * power
    lognormal = np.array([kind == "lognormal" for kind in kinds])
    if lognormal.any():
        log_se = np.array([p.get("log_se", 0.0) for p in parameters])
        means = np.array([np.exp(p.get("log_mean", 0.0)) for p in parameters]) * np.exp(log_se**2 / 2)
        closed = np.outer(means, means) * np.expm1(np.outer(log_se, log_se) * matrix)
        found = np.where(np.outer(lognormal, lognormal), closed, found)
    return found


def _terms(kind: str, p: Mapping[str, float]) -> Numbers:
    """Return the terms of a number's series from the first on, each for a polynomial of variance 1."""
    if kind == "normal":
        return np.concatenate([[p["se"]], np.zeros(_TERMS - 1)])
    if kind == "lognormal":
        mean = np.exp(p["log_mean"] + p["log_se"] ** 2 / 2)
        return np.array([mean * p["log_se"] ** k / factorial(k) ** 0.5 for k in range(1, _TERMS + 1)])
    numbers = from_normal(kind, _GRID[None, :], {name: np.array([[x]]) for name, x in p.items()})[0]
    weights = np.exp(-(_GRID**2) / 2) / _ROOT_TAU * (_GRID[1] - _GRID[0])
    before, here, found = np.zeros_like(_GRID), np.ones_like(_GRID), []
    for k in range(1, _TERMS + 1):
        # Hermite polynomials divided by the root of k!, so that none grows.
        before, here = here, (_GRID * here - (k - 1) ** 0.5 * before) / k**0.5
        found.append(float((numbers * here * weights).sum()))
    return np.array(found)
