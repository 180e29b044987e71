"""Covariances of numbers whose normal numbers are correlated, in closed form where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.simulate.distribution import Distribution
from engine.simulate.normal import Numbers


def correlated(distributions: Sequence[Distribution], parameters: Sequence[Mapping[str, float]], matrix: Numbers) -> Numbers:
    """Return the covariances of numbers whose normal numbers have given correlations. Shape: that of ``matrix``.

    A correlation is declared between the normal numbers behind the draws, so that between lognormal numbers it is one of logarithms.
    Each number is a series of Hermite polynomials of its normal number, and the covariance of two is the sum of the products of their
    terms with the powers of the correlation: r s t for two normal numbers, m n (exp(r s t) - 1) for two lognormal ones.

    Parameters
    ----------
    distributions, parameters
        Of each number.
    matrix
        Correlations. Shape: (number, number).

    Notes
    -----
    Source: F. G. Mehler 1866, Journal fuer die reine und angewandte Mathematik 66:161-176 (the series).
    """
    terms = np.stack([one.terms(own) for one, own in zip(distributions, parameters, strict=True)])
    found, power = np.zeros(matrix.shape), np.ones(matrix.shape)
    for column in terms.T:
        power = power * matrix
        found += np.outer(column, column) * power
    lognormal = np.array(["log_se" in own for own in parameters])
    if lognormal.any():
        log_se = np.array([p.get("log_se", 0.0) for p in parameters])
        means = np.array([np.exp(p.get("log_mean", 0.0)) for p in parameters]) * np.exp(log_se**2 / 2)
        closed = np.outer(means, means) * np.expm1(np.outer(log_se, log_se) * matrix)
        found = np.where(np.outer(lognormal, lognormal), closed, found)
    return found
