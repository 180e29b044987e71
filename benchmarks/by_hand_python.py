"""KH_AM004 in plain Python loops, one draw at a time, written by hand. Inputs are nested lists."""

from __future__ import annotations

FOREST, ALL, PLANTATION = range(11), range(12), (9, 10)
C1, C2 = 44 / 12, 44 / 28


def activity(x: dict, years: int) -> list[float]:
    """Eq 14 to 26."""
    found = []
    for y in range(years):
        fuel = sum(x["FC"][f][y] * x["NCV"][f] * x["EF_fuel"][f] for f in range(2))
        for j, f in ((0, 1), (1, 0)):
            fuel += x["NVE"][j][f][y] * x["TDU"][j][f][y] * x["SEC"][j][f] * x["NCV"][f] * x["EF_fuel"][f]
        direct = sn = on = cr = 0.0
        for c in range(2):
            a, b = x["M_SN"][c][y] * x["NC_SN"][c], x["M_ON"][c][y] * x["NC_ON"][c]
            residue = x["R_AG"][0] * x["N_AG"][0] + x["R_BG"][0] * x["N_BG"][0]
            d = x["Crop"][c][0][y] * x["Area"][c][0][y] * x["Frac_Renew"][0] * residue
            direct += (a + b + d) * x["EF_direct"][c]
            sn, on, cr = sn + a, on + b, cr + d
        direct *= C2 * x["GWP_N2O"]
        indirect = (sn * x["Frac_SN"] + on * x["Frac_ON"]) * x["EF_indirect"] + (sn + on + cr) * x["Frac_leach"] * x["EF_leach"]
        lime = (x["M_limestone"][y] * x["EF_limestone"] + x["M_dolomite"][y] * x["EF_dolomite"]) * C1
        found.append(fuel + direct + indirect * C2 * x["GWP_N2O"] + lime + x["M_urea"][y] * x["EF_urea"] * C1)
    return found


def matrix_changes(x: dict, ef: list, area: str, p: str, conversion: str, years: int) -> tuple[list[float], list[float]]:
    """Eq 6 to 9, 12, 13, 35 to 40."""
    now, projected, monitored = list(x[area]), [], []
    for y in range(years):
        ca = [[now[i] * x[p][i][j] for j in ALL] for i in ALL]
        projected.append(sum(max(ca[i][j] * ef[i][j], 0.0) for i in ALL for j in ALL))
        monitored.append(sum(max(x[conversion][i][j][y] * ef[i][j], 0.0) for i in ALL for j in ALL))
        now = [sum(ca[i][j] for i in ALL) for j in ALL]
    return projected, monitored


def class_changes(x: dict, ef: list, area: str, p: str, conversion: str, days: list[float]) -> tuple[list[float], list[float]]:
    """Eq 2 to 5, 11, 30 to 34."""
    now, projected, monitored = list(x[area])[:11], [], []
    for y, share in enumerate(days):
        projected.append(sum(now[i] * x[p][i] * share * ef[i] for i in FOREST))
        monitored.append(sum(x[conversion][i][y] * ef[i] for i in FOREST))
        now = [now[i] * (1 - x[p][i] * share) if y == 0 else now[i] * (1 - x[p][i]) for i in FOREST]
    return projected, monitored


def evaluate(option: int, x: dict, days: list[float], periods: list[list[int]]) -> tuple[list[float], list[float]]:
    """Return the reductions of each year and the credits of each period, for one draw."""
    years = len(days)
    total = [sum(pools) for pools in x["C"]]
    if option == 2:
        ef = [[0.0 if j in PLANTATION and i not in PLANTATION or total[i] < total[j] else total[i] - total[j] for j in ALL] for i in ALL]
        rl, pj = matrix_changes(x, ef, "A_0", "p", "ca_pj", years)
        d, d_pj = matrix_changes(x, ef, "A_d_0", "p_d", "ca_d_pj", years)
    else:
        rl, pj = class_changes(x, total, "A_0", "P", "CA_pj", days)
        d, d_pj = class_changes(x, total, "A_d_0", "P_d", "CA_d_pj", days)
    other = activity(x, years)
    er = [rl[y] * C1 - (pj[y] * C1 + other[y] + max(d_pj[y] * C1 - d[y] * C1, 0.0)) for y in range(years)]
    return er, [sum(er[y] * (1 - x["DF"]) for y in period) for period in periods]
