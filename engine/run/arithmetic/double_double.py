"""Numbers of about 31 digits as pairs of float64, by additions and multiplications of single elements only.

IEEE 754 fixes every bit of a sum, a product, a quotient and a square root of two numbers; it fixes none of a product of matrices as BLAS
forms it, or of an eigenvector. So what is made here is the same on every processor and with every NumPy, and one draw of many comes out
as it does alone. Arrays are stacks: the last axis counts the matrices.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
#: A number in two parts: the nearest float64, and what is left.
Pair: TypeAlias = tuple[Numbers, Numbers]

#: Splits 53 bits into 26 and 27, whose products are exact.
_SPLITTER = 134217729.0


def two_sum(a: Numbers, b: Numbers) -> Pair:
    """Return a sum and its rounding error, exactly.

    Source
    ------
    D. E. Knuth, The Art of Computer Programming 2 (1997), section 4.2.2, theorem B.
    """
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def normal(total: Numbers, rest: Numbers) -> Pair:
    """Return a pair whose first part is the sum of both, rounded; ``rest`` is the smaller of the two."""
    rounded = total + rest
    return rounded, rest - (rounded - total)


def halves(a: Numbers) -> Pair:
    """Return two parts of 26 bits.

    Source
    ------
    T. J. Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18 (1971) 224-242.
    """
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def two_product(a: Numbers, b: Numbers) -> Pair:
    """Return a product and its rounding error, exactly (Dekker 1971)."""
    (a1, a2), (b1, b2) = halves(a), halves(b)
    whole = a * b
    return whole, ((a1 * b1 - whole) + a1 * b2 + a2 * b1) + a2 * b2


def exact(numbers: Numbers) -> Pair:
    """Return float64 numbers as pairs."""
    return numbers, np.zeros_like(numbers)


def add(a: Pair, b: Pair) -> Pair:
    """Return the sum of two pairs, element by element."""
    total, rest = two_sum(a[0], b[0])
    return normal(total, rest + (a[1] + b[1]))


def subtract(a: Pair, b: Pair) -> Pair:
    """Return the difference of two pairs, element by element."""
    return add(a, (-b[0], -b[1]))


def reciprocal(number: Numbers) -> Pair:
    """Return 1 / number, element by element."""
    first = 1.0 / number
    whole, error = two_product(first, number)
    return normal(first, ((1.0 - whole) - error) / number)


def chosen(pair: Pair, draws: NDArray[np.bool_] | NDArray[np.intp]) -> Pair:
    """Return some of a stack."""
    return pair[0][..., draws], pair[1][..., draws]


def identity(size: int) -> Numbers:
    """Return a stack of one unit matrix. Shape: (size, size, 1)."""
    return np.eye(size)[..., None]


def product(a: Pair, b: Pair) -> Pair:
    """Return the products of matrices.

    Parameters
    ----------
    a, b
        Shape: (row, inner, draw) and (inner, column, draw).

    Returns
    -------
    Pair
        Right to about 31 digits of the greatest term. Shape: (row, column, draw).
    """
    (high, low), (a1, a2) = a, halves(a[0])
    b1, b2 = halves(b[0])
    total = np.zeros((high.shape[0], b[0].shape[1], np.broadcast_shapes(high.shape[2:], b[0].shape[2:])[0]))
    rest = np.zeros_like(total)
    for k in range(high.shape[1]):
        left, left1, left2 = high[:, k, None], a1[:, k, None], a2[:, k, None]
        right, right1, right2 = b[0][None, k], b1[None, k], b2[None, k]
        term = left * right
        error = left1 * right1
        error -= term
        error += left1 * right2
        error += left2 * right1
        error += left2 * right2
        error += left * b[1][None, k]
        error += low[:, k, None] * right
        total, lost = two_sum(total, term)
        rest += lost
        rest += error
    return normal(total, rest)


def weighted_sum(weights: list[Pair], matrices: list[Pair]) -> Pair:
    """Return the sum of matrices, each times a number.

    Parameters
    ----------
    weights
        Shape of each: (draw,).
    matrices
        Shape of each: (row, column, draw).
    """
    total, rest = np.zeros_like(matrices[0][0]), np.zeros_like(matrices[0][0])
    for (weight, more), (high, low) in zip(weights, matrices, strict=True):
        term, error = two_product(np.broadcast_to(weight, high.shape), high)
        total, lost = two_sum(total, term)
        rest += lost + (error + (weight * low + more * high))
    return normal(total, rest)


def rough_product(a: Numbers, b: Numbers) -> Numbers:
    """Return the products of matrices in float64, terms added in the order of the inner index."""
    total: Numbers = a[:, 0, None] * b[None, 0]
    for k in range(1, a.shape[1]):
        total += a[:, k, None] * b[None, k]
    return total


def rough_inverse(matrices: Numbers) -> Numbers:
    """Return inverses in float64 by elimination with pivots; not finite where there is none. Shape: (row, column, draw)."""
    size, draws = len(matrices), np.arange(matrices.shape[2])
    work = np.concatenate([matrices, np.broadcast_to(identity(size), matrices.shape)], axis=1)
    for k in range(size):
        pivots = np.argmax(np.abs(work[k:, k]), axis=0) + k
        if (pivots != k).any():
            other = work[pivots, :, draws].T
            work[pivots, :, draws] = work[k].T
            work[k] = other
        work[k] = work[k] / work[k, k].copy()
        factors = work[:, k].copy()
        factors[k] = 0.0
        work -= factors[:, None] * work[k][None]
    return work[:, size:]


def inverse(matrices: Pair) -> Pair:
    """Return inverses to about 31 digits of their greatest element, as far as the condition of the matrices allows."""
    found = exact(rough_inverse(matrices[0]))
    unit = exact(np.broadcast_to(identity(len(matrices[0])), matrices[0].shape))
    for _ in range(3):
        found = add(found, product(found, subtract(unit, product(matrices, found))))
    return found
