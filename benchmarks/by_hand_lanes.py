"""The numba kernel of ``by_hand_factored``: 64 draws as lanes; sums take four terms in one pass over the lanes."""

from __future__ import annotations

import numba
import numpy as np
from by_hand_factored import PAIRS

LANES = 64
_I, _J = np.array(PAIRS, np.int64).T.copy()
_jit = numba.njit(nogil=True, cache=True, error_model="numpy")


@_jit
def _weighted(rows, terms, out):
    """Rows of draws with known weights, added for each sum."""
    starts, which, weights = terms
    for y in range(len(starts) - 1):
        o = out[y]
        for l in range(LANES):
            o[l] = 0.0
        k, stop = starts[y], starts[y + 1]
        while k + 4 <= stop:
            a, b, c, d = rows[which[k]], rows[which[k + 1]], rows[which[k + 2]], rows[which[k + 3]]
            wa, wb, wc, wd = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
            for l in range(LANES):
                o[l] += a[l] * wa + b[l] * wb + c[l] * wc + d[l] * wd
            k += 4
        while k < stop:
            a, wa = rows[which[k]], weights[k]
            for l in range(LANES):
                o[l] += a[l] * wa
            k += 1


@_jit
def _projected(area, matrix, per_draw, losses, moves, ef, s, n, years, change, now, then, loss, held):
    for i in range(12):
        for l in range(n):
            now[i, l] = area[i, s + l]
    if per_draw:
        for k in range(144):
            for l in range(n):
                held[k, l] = matrix[k, s + l]
        for i in range(12):
            for l in range(LANES):
                loss[i, l] = 0.0
        for k in range(len(_I)):
            x, o, e = held[_I[k] * 12 + _J[k]], loss[_I[k]], ef[k]
            for l in range(LANES):
                o[l] += max(x[l], 0.0) * e[l]
    else:
        _weighted(ef, losses, loss)
    for y in range(years):
        o = change[y]
        for l in range(LANES):
            o[l] = 0.0
        for i in range(0, 12, 4):
            for l in range(LANES):
                o[l] += (now[i, l] * loss[i, l] + now[i + 1, l] * loss[i + 1, l]
                         + now[i + 2, l] * loss[i + 2, l] + now[i + 3, l] * loss[i + 3, l])  # fmt: skip
        if per_draw:
            for j in range(12):
                t = then[j]
                for l in range(LANES):
                    t[l] = 0.0
                for i in range(0, 12, 4):
                    k = i * 12 + j
                    a, b, c, d = held[k], held[k + 12], held[k + 24], held[k + 36]
                    na, nb, nc, nd = now[i], now[i + 1], now[i + 2], now[i + 3]
                    for l in range(LANES):
                        t[l] += na[l] * a[l] + nb[l] * b[l] + nc[l] * c[l] + nd[l] * d[l]
        else:
            _weighted(now, moves, then)
        now, then = then, now


@_jit
def _factors(rows, scalars, s, n, g):
    """What a tonne of each activity emits, draw by draw: fuel, fuel of vehicles, fertilisers, residues, lime, urea."""
    ncv, ef, sec, nc_sn, nc_on, direct = rows[3], rows[4], rows[5], rows[6], rows[7], rows[8]
    for l in range(n):
        at = s + l
        leach = rows[16][0, at] * rows[17][0, at]
        sn, on = rows[13][0, at] * rows[15][0, at] + leach, rows[14][0, at] * rows[15][0, at] + leach
        residue = rows[9][0, at] * rows[10][0, at] + rows[11][0, at] * rows[12][0, at]
        for f in range(2):
            energy = ncv[f, at] * ef[f, at]
            g[f, l] = energy
            g[2 + f, l], g[4 + f, l] = sec[f, at] * energy, sec[2 + f, at] * energy
        for c in range(2):
            g[6 + c, l] = nc_sn[c, at] * (direct[c, at] + sn) * scalars[2]
            g[8 + c, l] = nc_on[c, at] * (direct[c, at] + on) * scalars[2]
            g[10 + c, l] = residue * (direct[c, at] + leach) * scalars[2]
        g[12, l], g[13, l], g[14, l] = rows[18][0, at] * scalars[1], scalars[3], rows[19][0, at] * scalars[1]


@_jit
def option2(rows, matrices, lists, scalars, fixed, start, stop, reductions, credit):
    years, first, per_draw = fixed[0], fixed[1], fixed[2] != 0
    c = rows[0]
    total, ef, g, held = np.zeros((12, LANES)), np.zeros((len(_I), LANES)), np.zeros((15, LANES)), np.zeros((144, LANES))
    now, then, loss = np.zeros((12, LANES)), np.zeros((12, LANES)), np.zeros((12, LANES))
    rl, pj, d, d_pj, activity = (np.zeros((years, LANES)), np.zeros((years, LANES)), np.zeros((years, LANES)),
                                 np.zeros((years, LANES)), np.zeros((years, LANES)))
    for s in range(start, stop, LANES):
        n = min(LANES, stop - s)
        for i in range(12):
            for l in range(n):
                total[i, l] = c[2 * i, s + l] + c[2 * i + 1, s + l]
        for k in range(len(_I)):
            o, a, b = ef[k], total[_I[k]], total[_J[k]]
            for l in range(LANES):
                o[l] = max(a[l] - b[l], 0.0)
        _factors(rows, scalars, s, n, g)
        _projected(rows[1], matrices[0], per_draw, lists[3], lists[4], ef, s, n, years, rl, now, then, loss, held)
        _projected(rows[2], matrices[1], per_draw, lists[5], lists[6], ef, s, n, years, d, now, then, loss, held)
        _weighted(ef, lists[0], pj)
        _weighted(ef, lists[1], d_pj)
        _weighted(g, lists[2], activity)
        for part in range(2):
            for l in range(n):
                credit[part, s + l] = 0.0
        for y in range(years):
            part = 0 if y < first else 1
            for l in range(n):
                displaced = max(d_pj[y, l] - d[y, l], 0.0)
                er = (rl[y, l] - pj[y, l] - displaced) * scalars[1] - activity[y, l]
                reductions[y, s + l] = er
                credit[part, s + l] += er * scalars[0]
