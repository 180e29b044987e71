"""JCM KH_AM004 v1.1 recomputed by hand, from the published text alone.

Loops and dicts only. Every function cites the equation (or table) it follows. Units are the published ones:
ha, tC, tC/ha, tCO2, kg, GJ/kg, tCO2/GJ, t of fertiliser, tN. The oracle of the tests: see README.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Project = dict[str, Any]
Result = dict[str, Any]
Yearly = dict[int, float]
ByClass = Mapping[str, float]
ByClassYear = dict[tuple[str, int], float]
ByPair = dict[tuple[str, str], float]
ByPairYear = dict[tuple[str, str, int], float]
Matrix = list[list[float]]

FOREST = ("E", "SE", "P", "D", "B", "M", "MR", "FF", "FR", "TP", "PP")
LAND_USE = (*FOREST, "NF")
PLANTATIONS = ("TP", "PP")
POOLS = ("AG", "BG")

READINGS: dict[str, tuple[str, ...]] = {
    "area-year-index": ("default", "literal"),
    "option2-operating-days": ("default", "prorate"),
    "later-partial-year-area": ("default", "prorate"),
    "option1-rate": ("default", "geometric"),
    "linear-share-of-year": ("default", "power"),
    "negative-transition": ("default", "clip-rescale"),
    "row-sums": ("default", "rescale", "close-diagonal"),
    "nonforest-regrowth": ("default", "absorbing", "emitting-only"),
    "na-cells": ("default", "plantations-counted"),
    "tdu-per-unit": ("default", "fleet-total"),
    "belt-probabilities": ("default", "national"),
    "displacement-by-year": ("default", "per-period"),
    "belt-exclusion": ("default", "both-sides"),
    "negative-reductions": ("default", "floor-year", "floor-period", "no-discount-on-losses", "carry-forward"),
    "credit-rounding": ("default", "per-year", "per-period"),
}


def resolve_readings(given: Mapping[str, str] | None) -> dict[str, str]:
    """Complete the chosen readings with the defaults; refuse an unknown one."""
    chosen = dict.fromkeys(READINGS, "default")
    for ruling, alternative in (given or {}).items():
        if ruling not in READINGS:
            raise ValueError(f"unknown ruling {ruling!r}")
        if alternative not in READINGS[ruling]:
            raise ValueError(f"unknown reading {alternative!r} of {ruling!r}")
        chosen[ruling] = alternative
    return chosen


# --- Section J (1): emission factors --------------------------------------------------------------


def eq44_ef(stock: Mapping[tuple[str, str], float], classes: Iterable[str] = FOREST) -> dict[str, float]:
    """Eq 44: EF_i = sum over pools of C_ik; tC/ha.

    >>> round(eq44_ef({("E", "AG"): 76.61, ("E", "BG"): 14.69}, ["E"])["E"], 2)
    91.3
    """
    factor = {}
    for i in classes:
        total = 0.0
        for k in POOLS:
            total += stock[i, k]
        factor[i] = total
    return factor


def eq45_ef(
    stock: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE, count_plantations: bool = False
) -> dict[tuple[str, str], float | None]:
    """Eq 45 and the NA cells of Table 3 (None): a removal, or any other class into TP or PP.

    With `count_plantations` only removals are left out.
    """
    total = eq44_ef(stock, classes)
    factor: dict[tuple[str, str], float | None] = {}
    for i in classes:
        for j in classes:
            difference = total[i] - total[j]
            into_plantation = j in PLANTATIONS and i not in PLANTATIONS and not count_plantations
            factor[i, j] = None if difference < 0 or into_plantation else difference
    return factor


def mef_from_table(factor: Mapping[tuple[str, str], float | None]) -> ByPair:
    """Table 3 as the matrix MEF of Eq 7, 13, 36 and 40: a cell that is not available counts as zero."""
    return {pair: 0.0 if value is None else value for pair, value in factor.items()}


# --- Section J (3), (4): transition probabilities -------------------------------------------------


def eq46_p(converted: ByClass, area: ByClass, years: float) -> dict[str, float]:
    """Eq 46: P_i = CA_ref,i / (A_ref,i * T_ref); a class absent from the reference area has P_i = 0."""
    probability = {}
    for i in area:
        if area[i] == 0 and converted[i] == 0:
            probability[i] = 0.0
        else:
            probability[i] = converted[i] / (area[i] * years)
    return probability


def geometric_rate(p: ByClass, years: float) -> dict[str, float]:
    """Alternative reading of Eq 46: the annual rate that leaves 1 - P_i * T_ref after T_ref years.

    >>> round(geometric_rate({"E": 0.095}, 2)["E"], 12)
    0.1
    """
    rate = {}
    for i in p:
        left = 1 - p[i] * years
        rate[i] = 1 - math.pow(left, 1 / years)
    return rate


def eq47_prob(
    converted: Mapping[tuple[str, str], float],
    area: Mapping[str, float] | None = None,
    classes: Sequence[str] = LAND_USE,
) -> ByPair:
    """Eq 47: prob_ij,t = CA_ref,ij,t / A_ref,i,t; the row of a class without area is the identity row.

    Without `area`, A_ref,i,t is the sum of row i.
    """
    prob: ByPair = {}
    for i in classes:
        size = sum(converted[i, j] for j in classes) if area is None else area[i]
        for j in classes:
            if size == 0:
                prob[i, j] = 1.0 if i == j else 0.0
            else:
                prob[i, j] = converted[i, j] / size
    return prob


def eq48_annual(
    prob: Mapping[tuple[str, str], float], years: int, classes: Sequence[str] = LAND_USE
) -> ByPair:
    """Eq 48 solved for MP_t: the principal T-th root of the matrix of the whole interval."""
    root = principal_root([[prob[i, j] for j in classes] for i in classes], years)
    return {(i, j): root[a][b] for a, i in enumerate(classes) for b, j in enumerate(classes)}


def eq48_power(
    annual: Mapping[tuple[str, str], float], years: int, classes: Sequence[str] = LAND_USE
) -> ByPair:
    """Eq 48 as printed: MP_multi,t = MP_t to the power T_multi."""
    power = _power([[annual[i, j] for j in classes] for i in classes], years)
    return {(i, j): power[a][b] for a, i in enumerate(classes) for b, j in enumerate(classes)}


def eq49_mean(intervals: Sequence[Mapping[tuple[str, str], float]]) -> ByPair:
    """Eq 49: p_ij = sum over intervals of p_ij,t / N_int."""
    return {pair: sum(one[pair] for one in intervals) / len(intervals) for pair in intervals[0]}


def clip_rescale(p: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE) -> ByPair:
    """Alternative reading of Table 6: negative entries become zero and their row is rescaled to sum to 1."""
    clipped: ByPair = {}
    for i in classes:
        row = {j: max(p[i, j], 0.0) for j in classes}
        negative = any(p[i, j] < 0 for j in classes)
        total = sum(row.values()) if negative else 1.0
        for j in classes:
            clipped[i, j] = row[j] / total
    return clipped


def rescale_rows(p: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE) -> ByPair:
    """Alternative reading of Table 6: every row is divided by its sum."""
    scaled: ByPair = {}
    for i in classes:
        total = sum(p[i, j] for j in classes)
        for j in classes:
            scaled[i, j] = p[i, j] / total
    return scaled


def close_diagonal(p: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE) -> ByPair:
    """Alternative reading of Table 6: what stays in a class is what the other entries of its row leave of 1.

    >>> close_diagonal({("a", "a"): 0.9, ("a", "b"): 0.2, ("b", "a"): 0.0, ("b", "b"): 1.0}, "ab")["a", "a"]
    0.8
    """
    closed = dict(p)
    for i in classes:
        closed[i, i] = 1.0
        for j in classes:
            if j != i:
                closed[i, i] -= p[i, j]
    return closed


def absorb_nonforest(p: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE) -> ByPair:
    """Alternative reading of Eq 8 and 37: non-forest stays non-forest."""
    kept = {(i, j): p[i, j] for i in classes for j in classes}
    for j in classes:
        kept["NF", j] = 0.0
    kept["NF", "NF"] = 1.0
    return kept


def only_emitting(
    p: Mapping[tuple[str, str], float], mef: Mapping[tuple[str, str], float], classes: Sequence[str] = LAND_USE
) -> ByPair:
    """Alternative reading of Eq 8 and 37: area leaves its class only by conversions with an emission factor."""
    kept: ByPair = {}
    for i in classes:
        stays = 1.0
        for j in classes:
            if j == i:
                continue
            kept[i, j] = p[i, j] if mef[i, j] > 0 else 0.0
            stays -= kept[i, j]
        kept[i, i] = stays
    return kept


def prorate_mp(p: Mapping[tuple[str, str], float], share: float, classes: Sequence[str] = LAND_USE) -> ByPair:
    """Alternative reading of Eq 8 and 37: MP_y = I + d_y / d_0y * (MP - I)."""
    scaled: ByPair = {}
    for i in classes:
        for j in classes:
            unit = 1.0 if i == j else 0.0
            scaled[i, j] = unit + share * (p[i, j] - unit)
    return scaled


# --- Principal matrix root in plain lists ---------------------------------------------------------


def _identity(n: int) -> Matrix:
    return [[1.0 if a == b else 0.0 for b in range(n)] for a in range(n)]


def _combine(alpha: float, x: Matrix, beta: float, y: Matrix) -> Matrix:
    return [[alpha * u + beta * v for u, v in zip(r, s, strict=True)] for r, s in zip(x, y, strict=True)]


def _product(x: Matrix, y: Matrix) -> Matrix:
    columns = list(zip(*y, strict=True))
    return [[math.fsum(u * v for u, v in zip(row, col, strict=True)) for col in columns] for row in x]


def _power(x: Matrix, exponent: int) -> Matrix:
    result = _identity(len(x))
    for _ in range(exponent):
        result = _product(result, x)
    return result


def _inverse(x: Matrix) -> Matrix:
    """Gauss-Jordan elimination with partial pivoting."""
    n = len(x)
    work = [list(row) + unit for row, unit in zip(x, _identity(n), strict=True)]
    for col in range(n):
        pivot = max(range(col, n), key=lambda r: abs(work[r][col]))
        if abs(work[pivot][col]) < 1e-14:
            raise ValueError("no principal root: the matrix is singular")
        work[col], work[pivot] = work[pivot], work[col]
        head = work[col][col]
        work[col] = [v / head for v in work[col]]
        for r in range(n):
            factor = work[r][col]
            if r != col and factor != 0.0:
                work[r] = [v - factor * w for v, w in zip(work[r], work[col], strict=True)]
    return [row[n:] for row in work]


def _distance(x: Matrix, y: Matrix) -> float:
    return max(abs(u - v) for r, s in zip(x, y, strict=True) for u, v in zip(r, s, strict=True))


def _square_root(x: Matrix) -> Matrix:
    """Denman-Beavers iteration in product form: M goes to I, the other iterate to the principal root."""
    unit = _identity(len(x))
    m, root = [list(row) for row in x], [list(row) for row in x]
    for _ in range(100):
        inverse = _inverse(m)
        root = _product(root, _combine(0.5, unit, 0.5, inverse))
        m = _combine(0.5, unit, 0.25, _combine(1.0, m, 1.0, inverse))
        if _distance(m, unit) < 1e-14:
            return root
    raise ValueError("no principal root: an eigenvalue is on the closed negative real axis, or next to it")


def _odd_root(x: Matrix, q: int) -> Matrix:
    """Coupled Newton iteration for the q-th root; it converges where |eigenvalue| <= 1 and its real part > 0.

    Both are arranged first: a square root turns every eigenvalue into the right half plane, and a division
    by the largest row sum brings it into the unit circle. The root found is then squared and scaled back.
    """
    half = _square_root(x)
    unit = _identity(len(x))
    size = max(sum(abs(v) for v in row) for row in half)
    m = [[v / size for v in row] for row in half]
    root = _identity(len(x))
    for _ in range(200):
        step = _combine((q - 1) / q, unit, 1 / q, m)
        root = _product(root, step)
        m = _product(_power(_inverse(step), q), m)
        if _distance(m, unit) < 1e-14:
            scale = size ** (2 / q)
            return [[scale * v for v in row] for row in _product(root, root)]
    raise ValueError("no principal root: the Newton iteration did not converge")


def principal_root(x: Matrix, years: int) -> Matrix:
    """Principal `years`-th root of a square matrix: square roots while `years` is even, then an odd root.

    >>> [[round(v, 12) for v in row] for row in principal_root([[0.81, 0.19], [0.0, 1.0]], 2)]
    [[0.9, 0.1], [0.0, 1.0]]
    """
    if years < 1:
        raise ValueError("the interval must be of at least one year")
    root, left = [list(row) for row in x], years
    while left % 2 == 0:
        root, left = _square_root(root), left // 2
    if left > 1:
        root = _odd_root(root, left)
    if _distance(_power(root, years), x) > 1e-9:
        raise ValueError("no principal root: the power of the root differs from the matrix")
    return root


# --- Sections G and H (3): reference emissions ----------------------------------------------------


def to_co2(carbon: Mapping[int, float]) -> Yearly:
    """Eq 1, 28, 29: tC to tCO2 by 44/12."""
    return {y: value * 44 / 12 for y, value in carbon.items()}


def eq2_to_5_option1(
    area0: ByClass,
    p: ByClass,
    ef: ByClass,
    years: Sequence[int],
    share: Mapping[int, float],
    prorate_later: bool,
    power_share: bool = False,
) -> tuple[Yearly, ByClassYear, ByClassYear]:
    """Eq 2-5 (project area), 30-33 (belt): carbon stock change, areas at the end of y, areas before y.

    In a part of a year a class loses P_i * share, or with `power_share` 1 - (1 - P_i) ** share.
    """
    change: Yearly = {}
    after: ByClassYear = {}
    before: ByClassYear = {}
    for n, y in enumerate(years):
        change[y] = 0.0
        for i in area0:
            # Eq 2 / 30 take the area at inception, Eq 3 / 31 that of the year before.
            before[i, y] = area0[i] if n == 0 else after[i, y - 1]
            lost = 1 - math.pow(1 - p[i], share[y]) if power_share else p[i] * share[y]
            change[y] += before[i, y] * lost * ef[i]
            if n == 0 or prorate_later:
                after[i, y] = before[i, y] * (1 - lost)  # Eq 4 / 32
            else:
                after[i, y] = before[i, y] * (1 - p[i])  # Eq 5 / 33
    return change, after, before


def eq8_9_option2(
    area0: ByClass, mp: Mapping[tuple[str, str, int], float], years: Sequence[int], literal: bool
) -> tuple[ByPairYear, ByClassYear, ByClassYear]:
    """Eq 8-9 (project area), 37-38 (belt): converted areas ca, areas A_j,y, and the areas A_i,y-1 used.

    Default: A_j,y = sum_i ca_ij,y. Literal: A_j,y+1 = sum_i ca_ij,y, and the A of the start year is A_0.
    """
    start = years[0]
    lag = 1 if literal else 0
    area: ByClassYear = {}
    for i in area0:
        area[i, start - 1] = area0[i]
        if literal:
            area[i, start] = area0[i]
    ca: ByPairYear = {}
    before: ByClassYear = {}
    for y in years:
        for i in area0:
            before[i, y] = area[i, y - 1]
            for j in area0:
                ca[i, j, y] = before[i, y] * mp[i, j, y]
        for j in area0:
            area[j, y + lag] = sum(ca[i, j, y] for i in area0)
    return ca, {(i, y): area[i, y] for y in years for i in area0}, before


def eq7_cs(ca: Mapping[tuple[str, str, int], float], mef: Mapping[tuple[str, str], float]) -> ByPairYear:
    """Eq 7, 13, 36, 40: cs_ij,y = ca_ij,y * EF_ij, element by element."""
    return {(i, j, y): value * mef[i, j] for (i, j, y), value in ca.items()}


def eq6_positive(cs: Mapping[tuple[str, str, int], float], years: Sequence[int]) -> Yearly:
    """Eq 6, 12, 35, 39: the sum of the positive elements."""
    change = dict.fromkeys(years, 0.0)
    for (_, _, y), value in cs.items():
        if value > 0:
            change[y] += value
    return change


# --- Section H (1): project carbon stock change, option 1 -----------------------------------------


def eq11_by_class(
    converted: Mapping[tuple[str, int], float], ef: ByClass, years: Sequence[int]
) -> ByClassYear:
    """Eq 11, 34, the terms: CA_pj,i,y * EF_i."""
    return {(i, y): value * ef[i] for (i, y), value in converted.items() if y in years}


def eq11_total(by_class: Mapping[tuple[str, int], float], years: Sequence[int]) -> Yearly:
    """Eq 11, 34, the sum over the forest classes."""
    total = dict.fromkeys(years, 0.0)
    for (_, y), value in by_class.items():
        total[y] += value
    return total


# --- Section H (2): fuel and fertiliser -----------------------------------------------------------


def eq14_direct(project: Project) -> ByClassYear:
    """Eq 14, the terms: FC_f,y * NCV_f * EF_fuel,f."""
    ncv, ef = project["NCV"], project["EF_fuel"]
    return {(f, y): kg * ncv[f] * ef[f] for (f, y), kg in project["FC"].items()}


def eq15_indirect(project: Project, fleet_total: bool) -> ByPairYear:
    """Eq 15, the terms: NVE * TDU * SEC * NCV * EF_fuel; without NVE where TDU is the total of the fleet."""
    ncv, ef, sec, number = project["NCV"], project["EF_fuel"], project["SEC"], project["NVE"]
    emission: ByPairYear = {}
    for (j, f, y), use in project["TDU"].items():
        units = 1 if fleet_total else number[j, f, y]
        emission[j, f, y] = units * use * sec[j, f] * ncv[f] * ef[f]
    return emission


def fuel_emissions(project: Project, years: Sequence[int], fleet_total: bool) -> Result:
    """Eq 14 + Eq 15, each over its own sources."""
    method = project["fuel"]
    if method not in ("direct", "indirect", "both", "none"):
        raise ValueError(f"unknown fuel method {method!r}")
    by_fuel = eq14_direct(project) if method in ("direct", "both") else {}
    by_vehicle = eq15_indirect(project, fleet_total) if method in ("indirect", "both") else {}
    direct, indirect = dict.fromkeys(years, 0.0), dict.fromkeys(years, 0.0)
    for (_, y), value in by_fuel.items():
        direct[y] += value
    for (_, _, y), value in by_vehicle.items():
        indirect[y] += value
    return {
        "E_fuel_f": by_fuel,
        "E_fuel_jf": by_vehicle,
        "E_fuel_direct": direct,
        "E_fuel_indirect": indirect,
        "E_fuel": {y: direct[y] + indirect[y] for y in years},
    }


def highest(value: float | Sequence[float]) -> float:
    """Text under Eq 19: of several fertilisers, the highest nitrogen content."""
    return float(value) if isinstance(value, (int, float)) else max(value)


def eq18_19_nitrogen(
    mass: Mapping[tuple[str, int], float], content: Mapping[str, float | Sequence[float]]
) -> ByClassYear:
    """Eq 18, 19: F_c,y = M_c,y * NC_c; tN."""
    return {(c, y): tonnes * highest(content[c]) for (c, y), tonnes in mass.items()}


def eq20_residues(project: Project, croplands: Iterable[str], years: Sequence[int]) -> ByClassYear:
    """Eq 20: nitrogen in the residues of N-fixing crops; tN."""
    residues = {(c, y): 0.0 for c in croplands for y in years}
    for (c, t, y), crop in project["Crop"].items():
        nitrogen = project["R_AG"][t] * project["N_AG"][t] + project["R_BG"][t] * project["N_BG"][t]
        residues[c, y] += crop * project["Area"][c, t, y] * project["FracRenew"][t] * nitrogen
    return residues


def eq17_direct_n(project: Project, inputs: Sequence[ByClassYear], years: Sequence[int]) -> Yearly:
    """Eq 17: direct N2O of the nitrogen applied."""
    emission = {}
    for y in years:
        total = 0.0
        for c in project["EF_direct"]:
            total += sum(one[c, y] for one in inputs) * project["EF_direct"][c]
        emission[y] = total * 44 / 28 * project["GWP"]
    return emission


def eq22_to_24_total(by_cropland: Mapping[tuple[str, int], float], years: Sequence[int]) -> Yearly:
    """Eq 22, 23, 24: the sum over the croplands."""
    total = dict.fromkeys(years, 0.0)
    for (_, y), value in by_cropland.items():
        total[y] += value
    return total


def eq21_indirect_n(project: Project, f_sn: Yearly, f_on: Yearly, f_cr: Yearly) -> Yearly:
    """Eq 21: indirect N2O, by volatilisation and by leaching."""
    emission = {}
    for y in f_sn:
        volatilised = f_sn[y] * project["Frac_SN"] + f_on[y] * project["Frac_ON"]
        leached = (f_sn[y] + f_on[y] + f_cr[y]) * project["Frac_leach"]
        n2o_n = volatilised * project["EF_indirect"] + leached * project["EF_leach"]
        emission[y] = n2o_n * 44 / 28 * project["GWP"]
    return emission


def eq25_liming(project: Project, years: Sequence[int]) -> Yearly:
    """Eq 25: CO2 of limestone and dolomite."""
    emission = {}
    for y in years:
        limestone = project["M_limestone"][y] * project["EF_limestone"]
        dolomite = project["M_dolomite"][y] * project["EF_dolomite"]
        emission[y] = (limestone + dolomite) * 44 / 12
    return emission


def eq26_urea(project: Project, years: Sequence[int]) -> Yearly:
    """Eq 26: CO2 of urea."""
    return {y: project["M_urea"][y] * project["EF_urea"] * 44 / 12 for y in years}


def fertiliser_emissions(project: Project, years: Sequence[int]) -> Result:
    """Eq 16-26: all terms of E_fertilizer; zero in every year where the project applies none."""
    zero = dict.fromkeys(years, 0.0)
    if not project["fertiliser"]:
        yearly = ("F_SN", "F_ON", "F_CR", "E_direct_N", "E_indirect_N", "E_liming", "E_urea", "E_fertilizer")
        return {"F_SN_c": {}, "F_ON_c": {}, "F_CR_c": {}, **{name: dict(zero) for name in yearly}}
    f_sn_c = eq18_19_nitrogen(project["M_SN"], project["NC_SN"])
    f_on_c = eq18_19_nitrogen(project["M_ON"], project["NC_ON"])
    f_cr_c = eq20_residues(project, project["EF_direct"], years)
    f_sn, f_on, f_cr = (eq22_to_24_total(one, years) for one in (f_sn_c, f_on_c, f_cr_c))
    direct = eq17_direct_n(project, [f_sn_c, f_on_c, f_cr_c], years)
    indirect = eq21_indirect_n(project, f_sn, f_on, f_cr)
    liming, urea = eq25_liming(project, years), eq26_urea(project, years)
    return {
        "F_SN_c": f_sn_c,
        "F_ON_c": f_on_c,
        "F_CR_c": f_cr_c,
        "F_SN": f_sn,
        "F_ON": f_on,
        "F_CR": f_cr,
        "E_direct_N": direct,
        "E_indirect_N": indirect,
        "E_liming": liming,
        "E_urea": urea,
        "E_fertilizer": {y: direct[y] + indirect[y] + liming[y] + urea[y] for y in years},  # Eq 16
    }


# --- Section H (3): displacement, section I: credits ----------------------------------------------


def eq27_de(dp: Yearly, dr: Yearly) -> Yearly:
    """Eq 27: DP_y - DR_y where positive, else zero."""
    return {y: dp[y] - dr[y] if dp[y] - dr[y] > 0 else 0.0 for y in dp}


def displaced_by_period(dp: Yearly, dr: Yearly, periods: Mapping[Any, Sequence[int]]) -> Yearly:
    """Alternative reading of Eq 27: cut at zero for the period; shared among its years as Eq 27 itself would.

    >>> displaced_by_period({1: 5.0, 2: 2.0, 3: 1.0}, {1: 1.0, 2: 4.0, 3: 1.0}, {"p": [1, 2, 3]})
    {1: 2.0, 2: 0.0, 3: 0.0}
    """
    single = eq27_de(dp, dr)
    displaced = dict.fromkeys(dp, 0.0)
    for years in periods.values():
        whole = sum(dp[y] - dr[y] for y in years)
        if whole <= 0:
            continue
        parts = sum(single[y] for y in years)
        for y in years:
            displaced[y] = whole * single[y] / parts
    return displaced


def dcs_d_alike(
    dcs_d: Yearly, dcs_dpj: Yearly, out: Mapping[tuple[str, int], float], ef: Mapping[str, float | None]
) -> Yearly:
    """Alternative reading of Eq 28: the share of the monitored loss that was left out is left out of the projected one."""
    alike = dict(dcs_d)
    for y in dcs_d:
        left_out = sum(area * (ef[i] or 0.0) for (i, z), area in out.items() if z == y)
        whole = dcs_dpj[y] + left_out
        if whole > 0:
            alike[y] -= dcs_d[y] * left_out / whole
    return alike


def eq10_pe(dcs_pj: Yearly, fuel: Yearly, fertiliser: Yearly, de: Yearly) -> Yearly:
    """Eq 10: PE_y = dCS_pj,y * 44/12 + E_fuel,y + E_fertilizer,y + DE_y."""
    return {y: dcs_pj[y] * 44 / 12 + fuel[y] + fertiliser[y] + de[y] for y in dcs_pj}


def eq41_er(rl: Yearly, pe: Yearly) -> Yearly:
    """Eq 41: ER_y = RL_y - PE_y."""
    return {y: rl[y] - pe[y] for y in rl}


def eq42_credit(er: Yearly, df: float, negative: str, whole_years: bool) -> Yearly:
    """Eq 42: ER_credit,y = ER_y * (1 - DF), by the readings of negative-reductions and credit-rounding."""
    credit: Yearly = {}
    for y, value in er.items():
        if value < 0 and negative == "floor-year":
            tonnes = 0.0
        elif value < 0 and negative == "no-discount-on-losses":
            tonnes = value
        else:
            tonnes = value * (1 - df)
        credit[y] = float(math.floor(tonnes)) if whole_years else tonnes
    return credit


def eq43_period(
    credit: Yearly, periods: Mapping[Any, Sequence[int]], floor_period: bool, whole_periods: bool, carry: bool = False
) -> dict[Any, float]:
    """Eq 43: ER_credit,p = sum of ER_credit,y over the years of the period."""
    total = {}
    open_ = 0.0
    for p, years in sorted(periods.items(), key=lambda period: list(period[1][:1])):
        tonnes = sum((credit[y] for y in years), 0.0)
        if floor_period:
            tonnes = max(tonnes, 0.0)
        if carry:  # what is open after this period is paid by the next
            open_ += tonnes
            tonnes, open_ = max(open_, 0.0), min(open_, 0.0)
        total[p] = float(math.floor(tonnes)) if whole_periods else tonnes
    return total


# --- The whole methodology ------------------------------------------------------------------------


def option1(project: Project, years: Sequence[int], share: Yearly, readings: Mapping[str, str]) -> Result:
    """Option 1: Eq 2-5, 11, 30-34, 44, 46."""
    ef = dict(project["EF1"]) if "EF1" in project else eq44_ef(project["C"], project["A0"])
    if "P" in project:
        p = dict(project["P"])
    else:
        p = eq46_p(project["CA_ref"], project["A_ref"], project["T_ref"])
    national = readings["belt-probabilities"] == "national"
    if national:
        pd = dict(p)
    elif "Pd" in project:
        pd = dict(project["Pd"])
    else:
        span = project["T_ref_d"] if "T_ref_d" in project else project["T_ref"]
        pd = eq46_p(project["CA_ref_d"], project["A_ref_d"], span)
    rate, rate_d = p, pd
    if readings["option1-rate"] == "geometric":
        rate = geometric_rate(p, project["T_ref"])
        rate_d = rate if national else geometric_rate(pd, project["T_ref_d"])
    later = readings["later-partial-year-area"] == "prorate"
    power = readings["linear-share-of-year"] == "power"
    dcs_ref, area, area_prev = eq2_to_5_option1(project["A0"], rate, ef, years, share, later, power)
    dcs_d, area_d, area_d_prev = eq2_to_5_option1(project["Ad0"], rate_d, ef, years, share, later, power)
    pj_i = eq11_by_class(project["CA_pj"], ef, years)
    dpj_i = eq11_by_class(project["CA_dpj"], ef, years)
    return {
        "EF1": ef,
        "P": p,
        "Pd": pd,
        "A": area,
        "A_prev": area_prev,
        "A_d": area_d,
        "A_d_prev": area_d_prev,
        "dCS_ref": dcs_ref,
        "dCS_d": dcs_d,
        "dCS_pj_i": pj_i,
        "dCS_dpj_i": dpj_i,
        "dCS_pj": eq11_total(pj_i, years),
        "dCS_dpj": eq11_total(dpj_i, years),
    }


def option2(project: Project, years: Sequence[int], share: Yearly, readings: Mapping[str, str]) -> Result:
    """Option 2: Eq 6-9, 12-13, 35-40, 45."""
    classes = tuple(project["A0"])
    if "EF2" in project:
        table = dict(project["EF2"])
    else:
        table = eq45_ef(project["C"], classes, readings["na-cells"] == "plantations-counted")
    mef = mef_from_table(table)
    out: Result = {"EF2": table, "MEF": mef}
    for place, given, area0 in (("", "p", "A0"), ("_d", "pd", "Ad0")):
        national = readings["belt-probabilities"] == "national"
        p = dict(project["p" if national else given])
        if readings["negative-transition"] == "clip-rescale":
            p = clip_rescale(p, classes)
        applied = rescale_rows(p, classes) if readings["row-sums"] == "rescale" else p
        if readings["row-sums"] == "close-diagonal":
            applied = close_diagonal(p, classes)
        if readings["nonforest-regrowth"] == "absorbing":
            applied = absorb_nonforest(applied, classes)
        elif readings["nonforest-regrowth"] == "emitting-only":
            applied = only_emitting(applied, mef, classes)
        mp: ByPairYear = {}
        for y in years:
            prorated = readings["option2-operating-days"] == "prorate"
            for (i, j), value in (prorate_mp(applied, share[y], classes) if prorated else applied).items():
                mp[i, j, y] = value
        literal = readings["area-year-index"] == "literal"
        ca, area, before = eq8_9_option2(project[area0], mp, years, literal)
        cs = eq7_cs(ca, mef)
        out |= {given: p, "MP" + place: mp, "ca" + place: ca, "cs" + place: cs}
        out |= {"A" + place: area, "A" + place + "_prev": before}
        out["dCS_d" if place else "dCS_ref"] = eq6_positive(cs, years)
    out["cs_pj"] = eq7_cs(project["ca_pj"], mef)
    out["cs_dpj"] = eq7_cs(project["ca_dpj"], mef)
    out["dCS_pj"] = eq6_positive(out["cs_pj"], years)
    out["dCS_dpj"] = eq6_positive(out["cs_dpj"], years)
    return out


def compute(project: Project) -> Result:
    """KH_AM004 v1.1 from Eq 1 to Eq 46: every intermediate and result, by printed symbol."""
    years = list(project["years"])
    if not years or years != list(range(years[0], years[0] + len(years))):
        raise ValueError("the years must be contiguous and in order")
    if project["option"] not in (1, 2):
        raise ValueError("the option is 1 or 2")
    readings = resolve_readings(project.get("readings"))
    share = {y: project["d"][y] / project["d0"][y] for y in years}
    out: Result = {"option": project["option"], "readings": readings}
    option = option1 if project["option"] == 1 else option2
    out |= option(project, years, share, readings)
    out |= fuel_emissions(project, years, readings["tdu-per-unit"] == "fleet-total")
    out |= fertiliser_emissions(project, years)
    out["RL"] = to_co2(out["dCS_ref"])  # Eq 1
    alike = out["dCS_d"]
    if readings["belt-exclusion"] == "both-sides":
        ef = out["EF1"] if project["option"] == 1 else {i: value for (i, j), value in out["EF2"].items() if j == "NF"}
        alike = dcs_d_alike(alike, out["dCS_dpj"], project["CA_dout"], ef)
    out["DR"] = to_co2(alike)  # Eq 28
    out["DP"] = to_co2(out["dCS_dpj"])  # Eq 29
    if readings["displacement-by-year"] == "per-period":
        out["DE"] = displaced_by_period(out["DP"], out["DR"], project["periods"])
    else:
        out["DE"] = eq27_de(out["DP"], out["DR"])
    out["PE"] = eq10_pe(out["dCS_pj"], out["E_fuel"], out["E_fertilizer"], out["DE"])
    out["ER"] = eq41_er(out["RL"], out["PE"])
    negative, rounding = readings["negative-reductions"], readings["credit-rounding"]
    out["ER_credit"] = eq42_credit(out["ER"], project["DF"], negative, rounding == "per-year")
    floored = negative == "floor-period"
    whole, carry = rounding == "per-period", negative == "carry-forward"
    out["ER_credit_p"] = eq43_period(out["ER_credit"], project["periods"], floored, whole, carry)
    out["ER_credit_p_whole"] = {p: math.floor(value) for p, value in out["ER_credit_p"].items()}
    out["negative_years"] = [y for y in years if out["ER"][y] < 0]
    return out
