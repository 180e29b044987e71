"""Powers of matrices with any exponent, and so their roots: in double-double, rounded once.

The way: square roots until the matrix is near to the unit matrix, ``B = A ^ (1 / 2^k)``; then ``A ^ x = B ^ w B ^ f`` with the whole part
and the rest of ``x 2^k``, the one by multiplication, the other by the binomial series. A square root is started in float64 (product form
of Denman and Beavers) and brought to 31 digits by Newton's method. Its correction solves ``X D + D X = R`` by repeated squaring, which
converges only where all eigenvalues of ``X`` lie to the right of the imaginary axis: so each root is known to be the principal one. No
eigenvector is asked for, so equal eigenvalues do no harm.

Source
------
N. J. Higham, Functions of Matrices (SIAM 2008), sections 6.3 (square roots), 7.2 and 7.5 (powers by square roots and a series) and 4.2
(series by Paterson and Stockmeyer); R. A. Smith, SIAM J. Appl. Math. 16 (1968) 198-201 (squaring).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.run.arithmetic import double_double as dd
from engine.run.arithmetic.double_double import Numbers, Pair
from equations.records import record

Draws = NDArray[np.bool_]
#: Steps of an iteration on some draws: the next state, and which draws are done.
Step = Callable[[list[Numbers]], tuple[list[Numbers], Draws]]

#: Greatest row or column sum of ``I - B`` up to which the series is taken; its first term left out is below 1e-33.
_NEAR = 0.2
_CHUNK, _CHUNKS = 7, 7
_MOST_ROOTS, _MOST_STEPS, _MOST_CORRECTIONS = 60, 100, 12
_ROUGH, _SETTLED, _SURE = 1e-7, 1e-29, 1e-25
#: Bits of the fixed point in which coefficients are computed.
_BITS = 140


@record(frozen=True)
class Near:
    """Roots of matrices that are near to the unit matrix.

    Attributes
    ----------
    root
        ``A ^ (1 / 2^halvings)``. Shape: (row, column, draw).
    halvings
        Shape: (draw,).
    found
        Draws for which there is such a root. Shape: (draw,).
    """

    root: Pair
    halvings: NDArray[np.int64]
    found: Draws


def near_unit(matrices: Pair, exponents: Pair | None = None) -> Near:
    """Take square roots until matrices are near to the unit matrix, or their exponents whole.

    Parameters
    ----------
    matrices
        Shape: (row, column, draw).
    exponents
        To which they are to be raised; without, each gets near. Shape: (draw,).
    """
    count = matrices[0].shape[2]
    held = (matrices[0].copy(), matrices[1].copy())
    halvings, found, active = np.zeros(count, np.int64), np.zeros(count, bool), np.arange(count)
    # A root for each halving of the exponent's distance: eigenvalues come near to 1 by square roots from anywhere but the negative
    # axis. Draws that are near stop, so that one draw comes out as it does alone.
    for _ in range(_MOST_ROOTS):
        now = dd.chosen(held, active)
        far = _distance(now[0])
        done = far <= _NEAR
        if exponents is not None:
            done |= is_whole(dd.chosen(exponents, active), halvings[active])
        found[active[done]] = True
        active = active[~done & np.isfinite(far)]
        if not len(active):
            break
        root, good = square_root(dd.chosen(held, active))
        active, root = active[good], dd.chosen(root, good)
        held[0][..., active], held[1][..., active] = root
        halvings[active] += 1
    return Near(held, halvings, found)


def _distance(matrices: Numbers) -> Numbers:
    """Return a bound on the eigenvalues of ``I - B``: its greatest row or column sum, whichever is less."""
    sizes = np.abs(dd.identity(len(matrices)) - matrices)
    none = np.zeros(sizes.shape[1:])
    by_column, by_row = sum(sizes, none), sum(np.swapaxes(sizes, 0, 1), none)
    return np.asarray(np.minimum(by_column.max(axis=0), by_row.max(axis=0)))


def is_whole(exponents: Pair, halvings: NDArray[np.int64]) -> Draws:
    """Return which exponents are whole numbers after so many doublings."""
    high, low = (np.ldexp(part, halvings) for part in exponents)
    return np.asarray((high == np.rint(high)) & (low == np.rint(low)))


def fractional_power(near: Near, exponents: Pair) -> Pair:
    """Return powers with exponents not below zero, from roots of the base that are near to the unit matrix."""
    high, low = (np.ldexp(part, near.halvings) for part in exponents)
    whole = np.rint(high)
    rest = dd.normal(*dd.two_sum(high - whole, low))
    # Rounding to the nearest may leave a rest below zero; of an exponent of nearly nothing the whole part must not be -1.
    below = whole + rest[0] < 0
    whole, rest = np.where(below, 0.0, whole), dd.normal(*dd.two_sum(np.where(below, high, rest[0]), np.where(below, low, rest[1])))
    result = whole_power(near.root, whole)
    some = rest[0] != 0
    if some.any():
        part = dd.product(dd.chosen(result, some), series(dd.chosen(near.root, some), _binomial(dd.chosen(rest, some))))
        result = (result[0].copy(), result[1].copy())
        result[0][..., some], result[1][..., some] = part
    return result


def logarithm(near: Near) -> Numbers:
    """Return principal logarithms, from roots that are near to the unit matrix."""
    return np.ldexp(series(near.root, _logarithmic(near.root[0].shape[2]))[0], near.halvings)


def whole_power(matrices: Pair, exponents: Numbers) -> Pair:
    """Return powers by repeated multiplication.

    Parameters
    ----------
    exponents
        Whole numbers not below zero. Shape: (draw,).
    """
    left = np.where(np.isfinite(exponents), exponents, 0.0)
    base, fresh = matrices, np.ones(len(left), bool)
    result = dd.exact(np.broadcast_to(dd.identity(len(matrices[0])), matrices[0].shape).copy())
    while left.any():
        odd = left % 2 == 1
        # The first factor is taken as it is: one times it would be the same, and cost a product.
        for chosen, first in ((odd & fresh, True), (odd & ~fresh, False)):
            if chosen.any():
                factor = dd.chosen(base, chosen)
                more = factor if first else dd.product(dd.chosen(result, chosen), factor)
                result[0][..., chosen], result[1][..., chosen] = more
        fresh &= ~odd
        left = np.floor(left / 2)
        if left.any():
            base = dd.product(base, base)
    return result


# -- square roots


def square_root(matrices: Pair) -> tuple[Pair, Draws]:
    """Return principal square roots, and for which matrices there is one."""
    start, found = _iterated(_halfway, [matrices[0], matrices[0]], _MOST_STEPS)
    found &= np.isfinite(start[1]).all(axis=(0, 1))
    size = np.maximum(np.abs(matrices[0]).max(axis=(0, 1)), 1e-300)
    root = start[1]
    state = [root, np.zeros_like(root), *matrices, size[None, None], np.full_like(size, np.inf)[None, None]]
    kept = np.flatnonzero(found)
    state, sure = _iterated(_corrected, [part[..., kept] for part in state], _MOST_CORRECTIONS)
    pair = (root.copy(), np.zeros_like(root))
    pair[0][..., kept], pair[1][..., kept] = state[0], state[1]
    found[kept] = sure & (state[5][0, 0] <= _SURE)
    return pair, found


def _iterated(step: Step, state: list[Numbers], most: int) -> tuple[list[Numbers], Draws]:
    """Repeat a step, each draw until it is done, so that no draw hangs on its neighbours; return which were done."""
    count = state[0].shape[-1]
    held = [part.copy() for part in state]
    done, active = np.zeros(count, bool), np.arange(count)
    for _ in range(most):
        if not len(active):
            break
        state, ready = step(state)
        for own, part in zip(held, state, strict=True):
            own[..., active] = part
        done[active] = ready
        open_ = ~ready & np.isfinite(state[0]).all(axis=(0, 1))
        state, active = [part[..., open_] for part in state], active[open_]
    return held, done


def _halfway(state: list[Numbers]) -> tuple[list[Numbers], Draws]:
    """One step of the product form of Denman and Beavers: the first goes to the unit matrix, the second to the root."""
    rest, root = state
    unit, back = dd.identity(len(rest)), dd.rough_inverse(rest)
    root = 0.5 * dd.rough_product(root, unit + back)
    near = np.abs(rest - unit).max(axis=(0, 1)) <= _ROUGH  # before the step, which squares it
    return [0.5 * (unit + 0.5 * (rest + back)), root], near


def _corrected(state: list[Numbers]) -> tuple[list[Numbers], Draws]:
    """One step of Newton's method on ``X X = A``; the last part of the state is how far it is from that, relative."""
    high, low, *matrices, size, before = state
    square = dd.product((high, low), (high, low))
    missing = dd.subtract((matrices[0], matrices[1]), square)[0]
    far = np.abs(missing).max(axis=(0, 1), keepdims=True) / size
    # Newton's method doubles the digits with each step; once the distance stops falling by four the rest is noise.
    done = ((far <= _SETTLED) | ((far <= _SURE) & (far > before / 4)))[0, 0]
    change = np.zeros_like(high)
    change[..., ~done], solved = _sylvester(high[..., ~done], missing[..., ~done])
    change[..., ~done] *= np.where(solved, 1.0, np.nan)
    better = dd.add((high, low), dd.exact(change))
    return [*better, *matrices, size, far], done


def _sylvester(root: Numbers, right: Numbers) -> tuple[Numbers, Draws]:
    """Solve ``X D + D X = R`` by squaring; it converges where the eigenvalues of ``X`` lie right of the imaginary axis."""
    size = len(root)
    # The shift of the squaring: the mean of the eigenvalues, for which the ratios below start smallest.
    middle = sum((root[k, k] for k in range(size)), np.zeros(root.shape[2])) / size
    shift = middle * dd.identity(size)
    back = dd.rough_inverse(root + shift)
    ratio = dd.rough_product(back, root - shift)
    first = 2.0 * middle * dd.rough_product(dd.rough_product(back, right), back)
    (_, found), done = _iterated(_squared, [ratio, first], _MOST_STEPS)
    return found, done


def _squared(state: list[Numbers]) -> tuple[list[Numbers], Draws]:
    ratio, found = state
    found = found + dd.rough_product(dd.rough_product(ratio, found), ratio)
    small = np.abs(ratio).max(axis=(0, 1)) <= 1e-9
    return [dd.rough_product(ratio, ratio), found], small


# -- series in Y = I - B


def series(roots: Pair, coefficients: list[Pair]) -> Pair:
    """Return a power series in ``I - B``.

    Parameters
    ----------
    coefficients
        Of each power, as many as ``_CHUNK * _CHUNKS``. Shape of each: (draw,).
    """
    unit = dd.exact(np.broadcast_to(dd.identity(len(roots[0])), roots[0].shape))
    powers = [unit, dd.subtract(unit, roots)]
    while len(powers) <= _CHUNK:
        powers.append(dd.product(powers[-1], powers[1]))
    total: Pair | None = None
    for at in reversed(range(_CHUNKS)):
        part = dd.weighted_sum(coefficients[at * _CHUNK : (at + 1) * _CHUNK], powers[:_CHUNK])
        total = part if total is None else dd.add(dd.product(total, powers[_CHUNK]), part)
    assert total is not None
    return total


def _binomial(exponents: Pair) -> list[Pair]:
    """Return the coefficients of ``(1 - y) ^ f`` for each exponent."""
    high, low = exponents
    columns = [_binomial_of(float(a), float(b)) for a, b in zip(high, low, strict=True)]
    table = np.array(columns)
    return [(table[:, at, 0].copy(), table[:, at, 1].copy()) for at in range(_CHUNK * _CHUNKS)]


@lru_cache(256)  # runs and batches take few exponents; drawn ones are not kept
def _binomial_of(high: float, low: float) -> tuple[tuple[float, float], ...]:
    exponent = _fixed(high) + _fixed(low)
    found = [1 << _BITS]
    for at in range(1, _CHUNK * _CHUNKS):
        found.append(found[-1] * (((at - 1) << _BITS) - exponent) // (at << _BITS))
    return tuple(_parts(number) for number in found)


def _logarithmic(draws: int) -> list[Pair]:
    """Return the coefficients of ``ln(1 - y)``."""
    numbers = [0, *(-(1 << _BITS) // at for at in range(1, _CHUNK * _CHUNKS))]
    return [(np.full(draws, high), np.full(draws, low)) for high, low in map(_parts, numbers)]


def _fixed(number: float) -> int:
    over, under = number.as_integer_ratio()
    return (over << _BITS) // under


def _parts(number: int) -> tuple[float, float]:
    unit = float(1 << _BITS)
    high = float(number) / unit
    return high, float(number - _fixed(high)) / unit
