"""Propagation of error by exact derivatives (IPCC Approach 1), beside the draws of Approach 2.

The variance of the result is that of its linear part: the derivatives with respect to the inputs, and the inputs' variances and
covariances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.batch.batch import Batchable
from engine.batch.derivatives import Gradient, gradient, values_of
from engine.simulate.correlations import Variable
from engine.simulate.declared import Uncertainty
from engine.simulate.normal import Numbers, probability, quantile
from engine.simulate.statistics import Summary

#: Where the two approaches differ by more than this share of the half-width, the linear one is no longer good.
PARTING = 0.10


@dataclass(frozen=True)
class Propagated:
    """Approach 1 for one number.

    Attributes
    ----------
    shares
        Quantity -> its share of the variance; what correlation adds is counted to both sides in equal parts.
    """

    name: str
    value: float
    se: float
    shares: Mapping[str, float]

    def half_width(self, level: float) -> float:
        """Return half of the interval at a level."""
        return self.se * float(quantile(np.array([0.5 + level / 2]))[0])


def gradient_of(batchable: Batchable, numbers: Mapping[str, Numbers], target: str) -> Gradient:
    """Return the derivatives of a quantity, summed over its members, as printed."""
    program = batchable.literal
    cells = program.outputs[target].ravel().tolist()
    shapes = {quantity: np.shape(value) for quantity, value in numbers.items()}
    return gradient(program, values_of(program, numbers), dict.fromkeys(cells, 1.0), shapes)


def propagate(found: Gradient, name: str, uncertainty: Uncertainty) -> Propagated:
    """Return the standard error that follows from derivatives and declared distributions."""
    slopes, owners, covariance, names = [], [], [], []
    for variable in uncertainty.variables:
        slopes.append(found.by_input[variable.quantity].ravel()[variable.places])
        owners += [variable.quantity] * len(variable.names)
        names += list(variable.names)
        covariance.append(covariance_of(variable))
    matrix = _joined(covariance)
    place = {one: at for at, one in enumerate(names)}
    spread = np.sqrt(np.diag(matrix))
    for correlation in uncertainty.correlations:
        at = np.array([place[one] for one in correlation.names])
        matrix[np.ix_(at, at)] = correlation.matrix * np.outer(spread[at], spread[at])
    slope = np.concatenate(slopes)
    parts = slope * (matrix @ slope)
    variance = float(parts.sum())
    shares: dict[str, float] = {}
    for owner, part in zip(owners, parts.tolist(), strict=True):
        shares[owner] = shares.get(owner, 0.0) + (part / variance if variance > 0 else 0.0)
    return Propagated(name, found.value, max(variance, 0.0) ** 0.5, shares)


def _joined(blocks: list[Numbers]) -> Numbers:
    size = sum(len(block) for block in blocks)
    matrix, at = np.zeros((size, size)), 0
    for block in blocks:
        matrix[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return matrix


def covariance_of(variable: Variable) -> Numbers:
    """Return variances and covariances of the cells of a variable, without those of declared correlations."""
    p = variable.parameters
    if variable.kind in ("dirichlet", "multinomial"):
        total = float(p["value"].sum())
        share = p["value"] / total
        inner = np.diag(share) - np.outer(share, share)
        return inner * (total if variable.kind == "multinomial" else total**2 / (float(p["size"][0]) * total + 1))
    return np.diag(_VARIANCES[variable.kind](p))


def _of_truncated(p: Mapping[str, Numbers]) -> Numbers:
    low, high = (p["min"] - p["mean"]) / p["se"], (p["max"] - p["mean"]) / p["se"]
    heights = [np.where(np.isfinite(x), np.exp(-np.minimum(x**2, 700.0) / 2) / (2 * np.pi) ** 0.5, 0.0) for x in (low, high)]
    ends = [np.where(np.isfinite(x), x, 0.0) * height for x, height in zip((low, high), heights, strict=True)]
    inside = probability(high) - probability(low)
    first = (heights[0] - heights[1]) / inside
    return np.asarray(p["se"] ** 2 * (1 + (ends[0] - ends[1]) / inside - first**2))


def _of_beta(p: Mapping[str, Numbers]) -> Numbers:
    a, b = p["alpha"], p["beta"]
    return np.asarray((p["max"] - p["min"]) ** 2 * a * b / ((a + b) ** 2 * (a + b + 1)))


def _of_triangle(p: Mapping[str, Numbers]) -> Numbers:
    a, b, c = p["min"], p["max"], p["mode"]
    return np.asarray((a**2 + b**2 + c**2 - a * b - a * c - b * c) / 18)


_VARIANCES = {
    "normal": lambda p: p["se"] ** 2,
    "lognormal": lambda p: np.expm1(p["log_se"] ** 2) * np.exp(2 * p["log_mean"] + p["log_se"] ** 2),
    "uniform": lambda p: (p["max"] - p["min"]) ** 2 / 12,
    "triangular": _of_triangle,
    "truncated_normal": _of_truncated,
    "beta": _of_beta,
}


def parting(propagated: Propagated, summary: Summary, level: float) -> float:
    """Return by which share the half-widths of both approaches differ."""
    drawn = summary.interval(level).half_width
    return propagated.half_width(level) / drawn - 1.0 if drawn > 0 else 0.0
