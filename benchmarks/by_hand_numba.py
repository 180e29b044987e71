"""KH_AM004 option 1, and option 2 as printed, as numba kernels written by hand: blocks of 64 draws as lanes, without the interpreter's lock.

Every input has its draws last; what draws share has one draw. Option 2 with what factoring gives stands in ``by_hand_factored``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import by_hand_factored
import numba
import numpy as np

LANES = 64
C1, C2 = 44 / 12, 44 / 28
_jit = numba.njit(nogil=True, cache=True, error_model="numpy")


@_jit
def _factors(c, s, n, step, ef):
    """Eq 45."""
    for i in range(12):
        for j in range(12):
            out = (j == 9 or j == 10) and not (i == 9 or i == 10)
            for l in range(n):
                at = (s + l) * step
                x = (c[i, 0, at] + c[i, 1, at]) - (c[j, 0, at] + c[j, 1, at])
                ef[i, j, l] = 0.0 if out or x < 0.0 else x


@_jit
def _projected_literal(area, p, p_step, ef, s, n, years, change, now, then):
    for i in range(12):
        for l in range(n):
            now[i, l] = area[i, s + l]
    for y in range(years):
        for l in range(n):
            change[y, l] = 0.0
        for j in range(12):
            for l in range(n):
                then[j, l] = 0.0
        for i in range(12):
            for j in range(12):
                for l in range(n):
                    ca = now[i, l] * p[i, j, (s + l) * p_step]
                    cs = ca * ef[i, j, l]
                    then[j, l] += ca
                    change[y, l] += cs if cs > 0.0 else 0.0
        now, then = then, now


@_jit
def _monitored(ca, ef, n, years, change):
    for y in range(years):
        for l in range(n):
            change[y, l] = 0.0
        for i in range(12):
            for j in range(12):
                x = ca[i, j, y]
                for l in range(n):
                    cs = x * ef[i, j, l]
                    change[y, l] += cs if cs > 0.0 else 0.0


@_jit
def _activity(fc, ncv, ef_fuel, use, sec, m_sn, nc_sn, m_on, nc_on, crop_area, renew, r_ag, n_ag, r_bg, n_bg,
              ef_direct, scalars, fixed, masses, s, n, years, out):  # fmt: skip
    """Eq 14 to 26."""
    for y in range(years):
        for l in range(n):
            at = s + l
            fuel = 0.0
            for f in range(2):
                energy = ncv[f, at] * ef_fuel[f, at]
                fuel += fc[f, y] * energy
                for j in range(2):
                    fuel += use[j, f, y] * sec[j, f, at] * energy
            direct = sn = on = cr = 0.0
            residue = renew * (r_ag[0, at] * n_ag[0, at] + r_bg[0, at] * n_bg[0, at])
            for c in range(2):
                a, b, d = m_sn[c, y] * nc_sn[c, at], m_on[c, y] * nc_on[c, at], crop_area[c, y] * residue
                direct += (a + b + d) * ef_direct[c, at]
                sn += a
                on += b
                cr += d
            indirect = (sn * scalars[0, at] + on * scalars[1, at]) * scalars[2, at] + (sn + on + cr) * scalars[3, at] * scalars[4, at]
            lime = (masses[0, y] * scalars[5, at] + masses[1, y] * fixed[1]) * C1
            out[y, l] = fuel + (direct + indirect) * C2 * fixed[0] + lime + masses[2, y] * scalars[6, at] * C1


@_jit
def _credits(rl, pj, d, d_pj, activity, df, n, years, s, first, reductions, credit):
    for l in range(n):
        credit[0, s + l] = 0.0
        credit[1, s + l] = 0.0
    for y in range(years):
        for l in range(n):
            x = d_pj[y, l] * C1 - d[y, l] * C1
            er = rl[y, l] * C1 - (pj[y, l] * C1 + activity[y, l] + (x if x > 0.0 else 0.0))
            reductions[y, s + l] = er
            credit[0 if y < first else 1, s + l] += er * (1 - df)


@_jit
def _option2(start, stop, c, area, p, belt, p_d, p_step, ca, ca_d, act, df, first, reductions, credit):
    years = ca.shape[2]
    ef = np.empty((12, 12, LANES))
    now, then = np.empty((12, LANES)), np.empty((12, LANES))
    rl, pj, d, d_pj, activity = (np.empty((years, LANES)), np.empty((years, LANES)), np.empty((years, LANES)),
                                 np.empty((years, LANES)), np.empty((years, LANES)))
    for s in range(start, stop, LANES):
        n = min(LANES, stop - s)
        _factors(c, s, n, 1, ef)
        _projected_literal(area, p, p_step, ef, s, n, years, rl, now, then)
        _projected_literal(belt, p_d, p_step, ef, s, n, years, d, now, then)
        _monitored(ca, ef, n, years, pj)
        _monitored(ca_d, ef, n, years, d_pj)
        _activity(*act, s, n, years, activity)
        _credits(rl, pj, d, d_pj, activity, df, n, years, s, first, reductions, credit)


@_jit
def _projected1(area, p, p_step, c, days, s, n, literal, change, now):
    for i in range(11):
        for l in range(n):
            now[i, l] = area[i, s + l]
            if not literal:
                now[i, l] *= p[i, (s + l) * p_step] * (c[i, 0, s + l] + c[i, 1, s + l])
    for y in range(len(days)):
        share = days[y]
        for l in range(n):
            change[y, l] = 0.0
        for i in range(11):
            for l in range(n):
                rate = p[i, (s + l) * p_step]
                if literal:
                    change[y, l] += now[i, l] * rate * share * (c[i, 0, s + l] + c[i, 1, s + l])
                else:
                    change[y, l] += now[i, l]
                now[i, l] *= 1.0 - rate * (share if y == 0 else 1.0)
        if not literal:
            for l in range(n):
                change[y, l] *= share


@_jit
def _monitored1(ca, c, s, n, change):
    for y in range(ca.shape[1]):
        for l in range(n):
            change[y, l] = 0.0
        for i in range(11):
            for l in range(n):
                change[y, l] += ca[i, y] * (c[i, 0, s + l] + c[i, 1, s + l])


@_jit
def _option1(start, stop, literal, c, area, p, belt, p_d, p_step, ca, ca_d, days, act, df, first, reductions, credit):
    years = len(days)
    now = np.empty((11, LANES))
    rl, pj, d, d_pj, activity = (np.empty((years, LANES)), np.empty((years, LANES)), np.empty((years, LANES)),
                                 np.empty((years, LANES)), np.empty((years, LANES)))
    for s in range(start, stop, LANES):
        n = min(LANES, stop - s)
        _projected1(area, p, p_step, c, days, s, n, literal, rl, now)
        _projected1(belt, p_d, p_step, c, days, s, n, literal, d, now)
        _monitored1(ca, c, s, n, pj)
        _monitored1(ca_d, c, s, n, d_pj)
        _activity(*act, s, n, years, activity)
        _credits(rl, pj, d, d_pj, activity, df, n, years, s, first, reductions, credit)


def evaluate(option: int, form: str, shared: dict, arrays: dict, days: np.ndarray, periods: list[list[int]], workers: int):
    """Evaluate all draws, shared out among threads."""
    if (option, form) == (2, "factored"):
        return by_hand_factored.evaluate("numba", shared, arrays, periods, workers)
    count = len(next(iter(arrays.values())))
    x = {q: np.nan_to_num(v) for q, v in shared.items()} | {q: np.ascontiguousarray(np.moveaxis(a, 0, -1)) for q, a in arrays.items()}
    per_draw = "p" in arrays or "P" in arrays
    p, p_d = ("p", "p_d") if option == 2 else ("P", "P_d")
    matrices = [x[p] if per_draw else x[p][..., None], x[p_d] if per_draw else x[p_d][..., None]]
    scalars = np.stack([x[q] for q in ("Frac_SN", "Frac_ON", "EF_indirect", "Frac_leach", "EF_leach", "EF_limestone", "EF_urea")])
    act = (
        x["FC"], x["NCV"], x["EF_fuel"], x["NVE"] * x["TDU"], np.nan_to_num(x["SEC"]), x["M_SN"], x["NC_SN"], x["M_ON"], x["NC_ON"],
        (x["Crop"] * x["Area"])[:, 0], float(x["Frac_Renew"][0]), x["R_AG"], x["N_AG"], x["R_BG"], x["N_BG"], x["EF_direct"], scalars,
        np.array([float(x["GWP_N2O"]), float(x["EF_dolomite"])]), np.stack([x["M_limestone"], x["M_dolomite"], x["M_urea"]]),
    )  # fmt: skip
    reductions, credit = np.empty((len(days), count)), np.empty((2, count))
    common = (x["C"], x["A_0"], matrices[0], x["A_d_0"], matrices[1], int(per_draw))
    tail = (act, float(x["DF"]), len(periods[0]), reductions, credit)
    edges = np.linspace(0, count, workers + 1).astype(int)

    def part(k: int) -> None:
        if option == 2:
            _option2(edges[k], edges[k + 1], *common, x["ca_pj"], x["ca_d_pj"], *tail)
        else:
            _option1(edges[k], edges[k + 1], form == "literal", *common, x["CA_pj"], x["CA_d_pj"], days, *tail)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(part, range(workers)))
    return reductions.T, credit.T
