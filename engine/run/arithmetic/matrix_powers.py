"""Powers and roots of matrices as a run and a batch take them: each verified, each rounded once, or refused with the reason.

What is verified, besides each square root (:mod:`engine.run.arithmetic.fractional_powers`): of a root ``Q``, that ``Q ^ n`` gives
the matrix back; of a power with an exponent that is not whole, that ``A ^ x A ^ (c - x)`` is ``A ^ c`` with the next whole ``c``.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.run.arithmetic import double_double as dd
from engine.run.arithmetic.double_double import Numbers, Pair
from engine.run.arithmetic.fractional_powers import Draws, fractional_power, near_unit, whole_power
from equations.records import record

#: Greatest difference between the power of a root and the matrix, for matrices whose entries are no greater than 1.
MOST_RESIDUAL = 1e-10
#: By how much a change of the last bit of a matrix may move its power.
_MOST_NOISE = 1e-7
_LAST_BIT = 2.0**-53
#: Condition from which on it is decided in fractions whether a matrix is singular.
_SUSPECT = 1e12

FOUND, BAD_EXPONENT, NOT_FINITE, NEGATIVE, NILPOTENT, NEARLY_SINGULAR, SINGULAR, UNVERIFIED = range(8)


@record(frozen=True)
class Powers:
    """Powers or roots of matrices.

    Attributes
    ----------
    values
        Shape: (row, column, draw); NaN for draws without.
    residuals
        Greatest difference by which each verification missed, in about 31 digits. Shape: (draw,).
    outcome
        ``FOUND``, or why there is none. Shape: (draw,).
    """

    values: Numbers
    residuals: Numbers
    outcome: NDArray[np.int64]


@record(frozen=False)
class _Raised:
    """The same matrices to one or more exponents each."""

    pairs: list[Pair]
    outcome: NDArray[np.int64]


def powers(matrices: Numbers, exponents: Numbers) -> Powers:
    """Return principal powers.

    Parameters
    ----------
    matrices
        Square. Shape: (row, column, draw).
    exponents
        Any. Whole ones need no principal power; those below zero need an inverse. Shape: (draw,).
    """
    if not matrices.size:
        return Powers(matrices, np.zeros(len(exponents)), np.full(len(exponents), FOUND))
    with np.errstate(all="ignore"):
        # Both powers, to x and to what is missing to the next whole number, are of the same roots: their product must be a whole
        # power, which needs no roots and so checks them.
        up = np.ceil(np.abs(exponents))
        size = dd.exact(np.abs(exponents))
        raised = _signed(matrices, exponents, [size, dd.subtract(dd.exact(up), size)])
        power, others = raised.pairs
        whole = exponents == np.rint(exponents)
        residuals = np.zeros(len(exponents))
        checked = ~whole & (raised.outcome == FOUND)
        if checked.any():
            base, _ = _base(matrices[..., checked], exponents[checked])
            both = dd.product(dd.chosen(power, checked), dd.chosen(others, checked))
            wanted = whole_power(base, up[checked])
            residuals[checked] = _greatest(dd.subtract(both, wanted)) / np.maximum(1.0, np.abs(wanted[0]).max(axis=(0, 1)))
        return _verified(power[0], residuals, raised.outcome, MOST_RESIDUAL)


def roots(matrices: Numbers, exponents: Numbers) -> Powers:
    """Return principal roots: the matrices ``Q`` whose ``Q ^ exponent`` is the matrix.

    Parameters
    ----------
    matrices
        Square. Shape: (row, column, draw).
    exponents
        Above zero. Shape: (draw,).
    """
    if not matrices.size:
        return Powers(matrices, np.zeros(len(exponents)), np.full(len(exponents), FOUND))
    with np.errstate(all="ignore"):
        good = (exponents > 0) & np.isfinite(exponents)
        usable = np.where(good, exponents, 1.0)
        raised = _raised(dd.exact(matrices), [dd.reciprocal(usable)])
        raised.outcome[~good] = BAD_EXPONENT
        # Rounded to what is stored before it is put in: the residual that is told is that of the number which a run goes on with.
        root = np.where(raised.outcome == FOUND, raised.pairs[0][0], np.nan)
        residuals = np.zeros(len(exponents))
        some = np.flatnonzero(raised.outcome == FOUND)
        if len(some):
            residuals[some] = _residuals(root[..., some], matrices[..., some], usable[some])
        return _verified(root, residuals, raised.outcome, MOST_RESIDUAL * np.maximum(1.0, np.abs(matrices).max(axis=(0, 1))))


def _verified(values: Numbers, residuals: Numbers, outcome: NDArray[np.int64], most: Numbers | float) -> Powers:
    residuals = np.where(np.isnan(residuals), np.inf, residuals)
    outcome = np.where((outcome == FOUND) & ~(residuals <= most), UNVERIFIED, outcome)
    return Powers(np.where(outcome == FOUND, values + 0.0, np.nan), residuals, outcome)


def _greatest(difference: Pair) -> Numbers:
    return np.asarray(np.abs(difference[0]).max(axis=(0, 1)))


def _residuals(root: Numbers, matrices: Numbers, exponents: Numbers) -> Numbers:
    """Put roots in, as they are stored."""
    raised = _raised(dd.exact(root), [dd.exact(exponents)])
    found = _greatest(dd.subtract(raised.pairs[0], dd.exact(matrices)))
    for draw in np.flatnonzero(raised.outcome != FOUND):
        # The stored root of a singular matrix is singular to its last bit only: its power is taken of the part that is not.
        split = _without_zero(matrices[..., draw])
        found[draw] = np.inf if split is None else split.residual(matrices[..., draw], float(exponents[draw]))
    return found


# -- any exponent


def _base(matrices: Numbers, exponents: Numbers) -> tuple[Pair, Draws]:
    """Return what is to be raised to the size of each exponent: the matrix, or its inverse; and where that exists."""
    base, below = dd.exact(matrices), exponents < 0
    good = np.ones(len(exponents), bool)
    if below.any():
        turned = dd.inverse(dd.exact(matrices[..., below]))
        base = (matrices.copy(), np.zeros_like(matrices))
        base[0][..., below], base[1][..., below] = turned
        # An inverse beyond this condition has no right digit, whatever it looks like.
        good[below] = np.isfinite(turned[0]).all(axis=(0, 1)) & (_condition(matrices[..., below])[0] <= 1 / _LAST_BIT)
    return base, good


def _signed(matrices: Numbers, exponents: Numbers, sizes: list[Pair]) -> _Raised:
    base, good = _base(matrices, exponents)
    raised = _raised(base, sizes)
    raised.outcome[~good] = SINGULAR
    raised.outcome[~np.isfinite(exponents)] = BAD_EXPONENT
    return raised


def _raised(base: Pair, exponents: list[Pair]) -> _Raised:
    """Raise matrices to exponents not below zero; the first of these decides how."""
    shape = base[0].shape
    found = _Raised([(np.full(shape, np.nan), np.full(shape, np.nan)) for _ in exponents], np.full(shape[2], FOUND))
    found.outcome[~np.isfinite(base[0]).all(axis=(0, 1))] = NOT_FINITE
    whole = (exponents[0][0] == np.rint(exponents[0][0])) & (exponents[0][1] == 0)
    usable = found.outcome == FOUND
    for own, chosen in ((_whole, np.flatnonzero(whole & usable)), (_fractional, np.flatnonzero(~whole & usable))):
        if not len(chosen):
            continue
        part = own(dd.chosen(base, chosen), [dd.chosen(exponent, chosen) for exponent in exponents])
        found.outcome[chosen] = part.outcome
        for held, new in zip(found.pairs, part.pairs, strict=True):
            held[0][..., chosen], held[1][..., chosen] = new
    return found


def _whole(base: Pair, exponents: list[Pair]) -> _Raised:
    return _Raised([whole_power(base, exponent[0]) for exponent in exponents], np.full(base[0].shape[2], FOUND))


def _fractional(base: Pair, exponents: list[Pair]) -> _Raised:
    condition, inverse = _condition(base[0])
    near = near_unit(base, exponents[0])
    # In a matrix of transitions zeros say "never", and a power must keep them exactly: roots and series leave noise of 1e-33 there,
    # which a later division would turn into a number.
    reached = _reached(base[0])
    pairs = [_masked(fractional_power(near, exponent), reached) for exponent in exponents]
    outcome = np.where(near.found, FOUND, NEGATIVE)
    # By how much one last bit of an entry can move the power: below 1 the slope of x^e grows without bound towards zero.
    noise = _LAST_BIT * inverse ** (1 - np.minimum(exponents[0][0], 1.0))
    outcome[(noise > _MOST_NOISE) | ((outcome == NEGATIVE) & ~(condition <= _SUSPECT))] = NEARLY_SINGULAR
    # So badly conditioned that floats do not tell whether the determinant is zero. Fractions do: a float is one, and elimination in
    # fractions is exact.
    for draw in np.flatnonzero(~(condition <= _SUSPECT)):
        split = _without_zero(base[0][..., draw])
        if split is None or base[1][..., draw].any():
            continue
        for held, exponent in zip(pairs, exponents, strict=True):
            held[0][..., draw], held[1][..., draw] = split.power(dd.chosen(exponent, np.array([draw])))
        outcome[draw] = split.outcome
    return _Raised(pairs, outcome)


def _condition(matrices: Numbers) -> tuple[Numbers, Numbers]:
    """Return the greatest element of each inverse, times that of the matrix and alone; NaN or infinite where there is none."""
    inverse = np.abs(dd.rough_inverse(matrices)).max(axis=(0, 1))
    inverse = np.where(np.isfinite(inverse), inverse, np.inf)
    return inverse * np.abs(matrices).max(axis=(0, 1)), inverse


def _reached(matrices: Numbers) -> Draws:
    """Return which elements a power can have at all: those that a chain of elements leads to (Warshall's closure)."""
    found: Draws = (matrices != 0) | np.eye(len(matrices), dtype=bool)[..., None]
    for k in range(len(matrices)):
        found = found | (found[:, k, None] & found[None, k])
    return found


def _masked(pair: Pair, kept: Draws) -> Pair:
    return np.where(kept, pair[0], 0.0), np.where(kept, pair[1], 0.0)


# -- singular matrices


@record(frozen=False)
class _Split:
    """A singular matrix as ``B C``, of full rank; then ``A ^ x = B (C B) ^ (x - 1) C`` where ``C B`` is not singular."""

    left: Pair
    right: Pair
    core: Pair
    outcome: int

    def power(self, exponent: Pair) -> tuple[Numbers, Numbers]:
        """Return one power, also where nothing but zeros is left. Shape: (row, column)."""
        if self.outcome != FOUND or not self.core[0].size:
            size = self.left[0].shape[0]
            bare = np.full((size, size), 0.0 if self.outcome == FOUND else np.nan)
            return bare, bare * 0.0
        raised = _raised(self.core, [exponent])
        self.outcome = int(raised.outcome[0])
        high, low = self.around(raised.pairs[0])
        return high[..., 0], low[..., 0]

    def around(self, power: Pair) -> Pair:
        inner = dd.product(power, dd.inverse(self.core))
        return dd.product(dd.product(self.left, inner), self.right)

    def residual(self, matrix: Numbers, exponent: float) -> float:
        """Return how far the root to its power is from the matrix."""
        if self.outcome != FOUND:
            return np.inf
        if not self.core[0].size:
            return 0.0
        one = np.array([exponent])
        root = _raised(self.core, [dd.reciprocal(one)])
        back = _raised(root.pairs[0], [dd.exact(one)])
        return float(_greatest(dd.subtract(self.around(back.pairs[0]), dd.exact(matrix[..., None])))[0])


def _without_zero(matrix: Numbers) -> _Split | None:
    """Split a matrix whose determinant is exactly zero; ``None`` where it is not."""
    size = len(matrix)
    exact = [[Fraction(x) for x in row] for row in matrix.tolist()]
    reduced, pivots = _reduced(exact)
    if len(pivots) == size:
        return None
    left = [[row[at] for at in pivots] for row in exact]
    right = reduced[: len(pivots)]
    core = [[sum((a * left[k][j] for k, a in enumerate(row)), Fraction(0)) for j in range(len(pivots))] for row in right]
    outcome = FOUND if len(_reduced(core)[1]) == len(pivots) else NILPOTENT
    return _Split(_pair(left, (size, len(pivots))), _pair(right, (len(pivots), size)), _pair(core, (len(pivots),) * 2), outcome)


def _reduced(matrix: list[list[Fraction]]) -> tuple[list[list[Fraction]], list[int]]:
    """Return the reduced row echelon form, and the columns of its pivots."""
    rows, pivots = [list(row) for row in matrix], list[int]()
    for column in range(len(rows[0]) if rows else 0):
        at = len(pivots)
        # Any pivot that is not zero does: nothing is rounded here.
        found = next((k for k in range(at, len(rows)) if rows[k][column]), None)
        if found is None:
            continue
        rows[at], rows[found] = rows[found], rows[at]
        pivot = rows[at][column]
        rows[at] = [x / pivot for x in rows[at]]
        for k, row in enumerate(rows):
            if k != at and row[column]:
                factor = row[column]
                rows[k] = [x - factor * y for x, y in zip(row, rows[at], strict=True)]
        pivots.append(column)
    return rows, pivots


def _pair(rows: list[list[Fraction]], shape: tuple[int, int]) -> Pair:
    high = np.array([[float(x) for x in row] for row in rows], float).reshape(shape)
    low = np.array([[float(x - Fraction(float(x))) for x in row] for row in rows], float).reshape(shape)
    return high[..., None], low[..., None]
