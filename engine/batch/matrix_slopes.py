"""Derivatives of powers and roots of matrices, with respect to the matrix and to the exponent."""

from __future__ import annotations

import numpy as np

from engine.batch.program import Numbers
from engine.run.arithmetic.double_double import exact, rough_product
from engine.run.arithmetic.fractional_powers import logarithm, near_unit
from engine.run.arithmetic.matrix_powers import powers


def slopes_of_power(base: Numbers, exponent: float, result: Numbers, weights: Numbers) -> tuple[Numbers, float]:
    """Return the derivatives of a weighted sum of the elements of ``base ^ exponent``.

    Parameters
    ----------
    result
        The power. Shape: (row, column).
    weights
        Shape: that of ``result``.

    Returns
    -------
    tuple
        With respect to each element of the base (NaN where the power has no derivative: at a singular matrix, with an exponent that is
        not whole), and to the exponent. The latter is 0 where the matrix has no real logarithm: there only whole exponents are allowed,
        and nobody moves them.

    Source
    ------
    N. J. Higham, Functions of Matrices (SIAM 2008), theorem 3.6: the corner of the power of [[A, E], [0, A]] is the derivative at A in
    the direction E. That of the transposed matrix in the direction of the weights holds all derivatives of the weighted sum at once.
    """
    size = float(np.abs(weights).max(initial=0.0))
    if size == 0.0 or not np.isfinite(size):
        return weights * 0.0, size * 0.0
    with np.errstate(all="ignore"):
        block = np.block([[base.T, weights / size], [np.zeros_like(base), base.T]])
        corner = powers(block[..., None], np.array([exponent])).values[: len(base), len(base) :, 0]
        near = near_unit(exact(base[..., None].copy()))
        if not near.found[0]:
            return corner * size, 0.0 if float(exponent).is_integer() else np.nan
        change = rough_product(result[..., None], logarithm(near))[..., 0]
    return corner * size, float((weights * change).sum())
