"""VCS_AUD 0.1 worked out in plain Python, from the equations of its sources: loops over names, no array, nothing of the engine.

A project is a dict: dates, lists of names, choices, readings, and numbers keyed by tuples of names, all in hectares, tonnes of carbon and years.
``random_vcs_aud.py`` draws such projects; ``compute`` gives every number that the spec gives, under the names of the spec.
"""

import math
from datetime import date

C_TO_CO2, C_TO_CH4, N_TO_N2O = 44 / 12, 16 / 12, 44 / 28
PASSES = 9


def days_between(first, last):
    """Days of an interval, both ends counted; none where it ends before it begins."""
    return max((last - first).days + 1, 0)


def within_year(year, first, last):
    """Days of a calendar year that lie in an interval."""
    return days_between(max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))


def part_of(value):
    return value if value > 0 else 0.0


def compute(p):
    """Return quantity -> number or {names: number} of a project."""
    found = {}
    areas(p, found)
    stocks(p, found)
    monitored(p, found)
    leakage(p, found)
    units(p, found)
    return found


def years_of(p):
    return range(p["start"].year, p["end"].year + 1)


def baseline_of(p, year):
    return next(b for b, (first, last) in p["baselines"].items() if first <= year <= last)


# --- 1: areas


def allocation(p, v):
    """Return hectares a year in project area and belt, as the reference program allocates them."""
    cells, pixel = p["region"], p["side_x"] * p["side_y"] / 10_000
    if p["choices"]["risk_density"] == "table":
        density = {cell: p["dens_table"][(v, *cell)] for cell in cells}
    else:
        density = {}
        for cell in cells:
            forest, lost = p["N_ref"][(v, *cell)], p["N_lost"][(v, *cell)]
            density[cell] = lost / forest * pixel if forest else 0.0
        for _ in range(PASSES):
            ratio = p["E"][v] / sum(p["N_now"][(v, *cell)] * density[cell] for cell in cells)
            density = {cell: min(ratio * value, pixel) for cell, value in density.items()}
    return [sum(p[name][(v, *cell)] * density[cell] for cell in cells) / p["T_v"][v] for name in ("N_PA", "N_LB")]


def region_rate(p, year):
    """Hectares a year in the reference region."""
    if p["choices"]["rate"] == "modelled":
        return p["D_model"][year]
    known = p["D_ref"][baseline_of(p, year)]
    mean = sum(known.values()) / len(known)
    if p["choices"]["rate"] == "average":
        return mean
    middle = sum(known) / len(known)
    rise = sum((h - middle) * (area - mean) for h, area in known.items()) / sum((h - middle) ** 2 for h in known)
    return part_of(mean + rise * (year - middle))


def areas(p, found):
    for name in ("T_y", "D_PA", "D_LB"):
        found[name] = {}
    allocated = {b: allocation(p, b) for b in p["baselines"]} if p["choices"]["rate"] == "allocated" else {}
    for y in years_of(p):
        b = baseline_of(p, y)
        part = within_year(y, p["start"], p["end"]) / (366 if y % 4 == 0 and (y % 100 or y % 400 == 0) else 365)
        found["T_y"][y] = part
        if allocated:
            found["D_PA"][y], found["D_LB"][y] = allocated[b][0] * part, allocated[b][1] * part
        else:
            found["D_PA"][y], found["D_LB"][y] = (region_rate(p, y) * part * p[name][b] for name in ("P_PA", "P_LB"))
    for suffix, placed, share, seen in (("", "D_PA", "s_PA", "A_def"), ("_LB", "D_LB", "s_LB", "A_LB")):
        left, cleared = found["F" + suffix], found["A_BSL" + suffix] = {}, {}
        for i in p["strata"]:
            forest = p["A_0" + suffix][i]
            for y in years_of(p):
                first = max(p["baselines"][baseline_of(p, y)][0], p["start"].year)
                if y == first and y > p["start"].year:  # a new baseline begins with the forest that is there
                    forest = part_of(p["A_0" + suffix][i] - sum(p[seen][i, z] for z in years_of(p) if z < y))
                left[i, y] = forest
                cleared[i, y] = min(found[placed][y] * p[share][baseline_of(p, y), i], forest)
                forest -= cleared[i, y]


# --- 2 and 3: stocks and burning


def after(p, b, k):
    return sum(p["w_use"][b, u] * p["C_use"][u, k] for u in p["uses"])


def difference(p, b, i, k):
    late = p["readings"].get("growth-after-deforestation") == "ten-years"
    return p["C"][b, i, k] - (0 if late else after(p, b, k))


def set_free(p, cleared, k, z):
    """Tonnes of carbon of a pool that are lost, sooner or later, on what a year clears."""
    return sum(cleared[i, z] * difference(p, baseline_of(p, z), i, k) for i in p["strata"])


def decay_years(p, k):
    """Years over which a pool goes; a reading changes the default, not what the project states."""
    ten_years = p["readings"].get("decay-of-litter-and-products") == "vm0015" and not p["own_decay"] and k in ("LI", "WP")
    return 10 if ten_years else p["T_k"][k]


def loss_in(p, found, cleared, k, y, at_once=False):
    """Tonnes of carbon of a pool that go in a year."""
    own = set_free(p, cleared, k, y)
    if at_once:
        return own
    over, both_ends = decay_years(p, k), p["readings"].get("terms-of-the-window") == "both-ends" and not cleared.get("monitored")
    total = own
    for z in range(p["start"].year, y):
        age = y - z
        if age < over or (both_ends and over > 1 and age == over):
            total += set_free(p, cleared, k, z) * found["T_y"][y]
    return total / over


def growth_in(p, cleared, y):
    if p["readings"].get("growth-after-deforestation") != "ten-years":
        return 0.0
    recent = [z for z in years_of(p) if y - 10 < z <= y]
    return sum(cleared[i, z] * after(p, baseline_of(p, z), k) for z in recent for i in p["strata"] for k in p["counted"]) / 10


def burnt_per_hectare(p, b, i):
    return sum(p["C"][b, i, k] * p["p_burn"][k] * p["CE"][k] for k in p["counted"] if k in ("AB", "DW", "LI"))


def gases_of_burning(p, y):
    """Tonnes CO2e of methane and nitrous oxide for each tonne of carbon burnt: reports of 2007 and 2013 of the IPCC, by year."""
    methane, nitrous = (25, 298) if y <= 2020 else (28, 265)
    return 0.012 * C_TO_CH4 * methane + 0.01 * 0.007 * N_TO_N2O * nitrous


def stocks(p, found):
    for suffix in ("", "_LB"):
        cleared = found["A_BSL" + suffix]
        lost = found["L_BSL" + suffix] = {(k, y): loss_in(p, found, cleared, k, y) for k in p["counted"] for y in years_of(p)}
        found["dC_BSL" + suffix] = {
            y: (sum(lost[k, y] for k in p["counted"]) - growth_in(p, cleared, y)) * C_TO_CO2 for y in years_of(p)
        }
    counted = p["choices"]["burning"] == "counted"
    found["GHG_BSL"] = {
        y: sum(found["A_BSL"][i, y] * p["f_burn"][i] * burnt_per_hectare(p, baseline_of(p, y), i) for i in p["strata"]) * gases_of_burning(p, y)
        if counted else 0.0
        for y in years_of(p)
    }  # fmt: skip


# --- 4: what was monitored


def monitored(p, found):
    at_once = p["readings"].get("loss-ex-post") != "as-baseline"
    cleared = {**p["A_def"], "monitored": True}
    found["dC_P"], found["GHG_P"] = {}, {}
    found["L_P"] = {(k, y): loss_in(p, found, cleared, k, y, at_once) for k in p["counted"] for y in years_of(p)}
    for y in years_of(p):
        lost = sum(found["L_P"][k, y] for k in p["counted"]) - growth_in(p, cleared, y)
        lost += sum(p["A_low"][e, i, y] * p["c_low"][e, i, y] for e in ("degradation", "disturbance") for i in p["strata"])
        lost -= sum(p["A_grow"][i, y] * p["c_grow"][i, y] for i in p["strata"])
        found["dC_P"][y] = lost * C_TO_CO2
        burnt = sum(p["A_fire"][i, y] * burnt_per_hectare(p, baseline_of(p, y), i) for i in p["strata"])
        found["GHG_P"][y] = burnt * gases_of_burning(p, y) + p["E_act"][y]


# --- 5: leakage


def leakage(p, found):
    at_once = p["readings"].get("loss-ex-post") != "as-baseline"
    cleared = {"monitored": True, **{at: p["A_LB"][at] - p["A_not"][at] for at in p["A_LB"]}}
    beyond = 0.0
    for name in ("dC_LB", "LK_belt", "LK_out", "LK_mkt", "LK"):
        found[name] = {}
    found["L_LB"] = {(k, y): loss_in(p, found, cleared, k, y, at_once) for k in p["counted"] for y in years_of(p)}
    for y in years_of(p):
        b = baseline_of(p, y)
        lost = sum(found["L_LB"][k, y] for k in p["counted"]) - growth_in(p, cleared, y)
        found["dC_LB"][y] = lost * C_TO_CO2
        excess = found["dC_LB"][y] - found["dC_BSL_LB"][y]
        if p["readings"].get("belt-by-year") == "cumulated":
            found["LK_belt"][y] = part_of(beyond + excess) - part_of(beyond)
            beyond += excess
        else:
            found["LK_belt"][y] = part_of(excess)
        expected = p["p_imm"][b] * sum(found[name][i, y] for name in ("A_BSL", "A_BSL_LB") for i in p["strata"])
        found["LK_out"][y] = part_of(expected - p["A_imm"][y]) * p["C_out"][b] * C_TO_CO2
        share = 0.7 if p["x_dens"] < 0.85 else 0.4 if p["x_dens"] < 1.15 else 0.2
        found["LK_mkt"][y] = share * p["H"][y] * C_TO_CO2 if p["choices"]["market"] == "counted" else 0.0
        found["LK"][y] = found["LK_belt"][y] + found["LK_out"][y] + found["LK_mkt"][y] + p["E_prev"][y]


# --- 6 and 7: net reductions, units, buffer


def share_of_year(p, y, q):
    first, last = p["periods"][q]
    return within_year(y, max(first, p["start"]), min(last, p["end"])) / within_year(y, p["start"], p["end"])


def deduction(p, error):
    if p["choices"]["deduction"] == "beyond_15":
        return min(part_of(error - 0.15), 1.0)
    return min(error / 1.645 * 0.4307, 1.0) if error > 0.1 else 0.0


def units(p, found):
    years = years_of(p)
    found["BSL"] = {y: found["dC_BSL"][y] + found["GHG_BSL"][y] for y in years}
    found["PE"] = {y: found["dC_P"][y] + found["GHG_P"][y] for y in years}
    found["ER"] = {y: found["BSL"][y] - found["PE"][y] - found["LK"][y] for y in years}
    for name in ("NER", "ERR", "A_NER", "net", "S", "BUF", "BAL", "REL", "CRD", "VCU", "npr_rating", "npr_cancel", "npr_uncovered", "npr_waited"):
        found[name] = {}
    sums, spread, before, highest = {"BSL": 0.0, "PE": 0.0, "LK": 0.0}, 0.0, 0.0, None
    account = {"balance": 0, "waited": 0, "rating": None, "due": False}
    for q in p["periods"]:
        shares = {y: share_of_year(p, y, q) for y in years}
        for name in sums:
            sums[name] += sum(found[name][y] * shares[y] for y in years)
        for y in years:
            b = baseline_of(p, y)
            spread += math.hypot(p["U_rate"][b], p["U_stock"][b]) * abs(found["BSL"][y]) * shares[y]
        total = sums["BSL"] - sums["PE"] - sums["LK"]
        error = math.sqrt(spread**2 + (p["U_PE"][q] * sums["PE"]) ** 2 + (p["U_LK"][q] * sums["LK"]) ** 2) / sum(map(abs, sums.values()))
        taken = deduction(p, error)
        adjusted = total * (1 - taken) if total > 0 else total
        claimed = sum((found["dC_BSL"][y] - found["dC_P"][y]) * shares[y] for y in years)
        if p["readings"].get("buffer-before-deduction") == "after":
            claimed *= 1 - taken
        found["NER"][q], found["ERR"][q], found["A_NER"][q], found["S"][q] = total, error, adjusted, claimed
        if p["readings"].get("debt-of-a-period") == "carried":
            found["net"][q] = adjusted - (0.0 if highest is None else highest)
            highest = max(highest or 0.0, adjusted)
        else:
            found["net"][q] = adjusted - before
        before = adjusted
        buffer_account(p, found, q, claimed, account)
        found["CRD"][q] = found["net"][q] - found["BUF"][q]
        found["VCU"][q] = math.floor(part_of(found["CRD"][q]))


def buffer_account(p, found, q, change, account):
    """Carry the account over one period: deposit, cancellation for a loss, release after five years."""
    internal = part_of(sum(p["s_int"][a, q] for a in ("management", "finance", "opportunity", "longevity")))
    external = part_of(sum(p["s_ext"][e, q] for e in ("tenure", "community", "politics")))
    natural = sum(p["LS"][n, q] * p["M"][n, q] for n in ("fire", "pests", "weather", "geology", "others"))
    rating = max(internal + external + natural, 0.12 if p["readings"].get("npr.least-rating") == "twelve" else 0.10)
    raw, loss, opening = rating * part_of(change), part_of(-change), account["balance"]
    deposit = math.floor(raw + 0.5) if p["readings"].get("npr.whole-units") == "nearest" else math.ceil(raw)
    cancelled = min(math.ceil(loss), opening)
    account["waited"] = (0 if account["due"] else account["waited"]) + days_between(*p["periods"][q])
    account["due"] = account["rating"] is not None and account["waited"] >= 1825 and rating <= account["rating"] and loss <= 0
    base = opening + (deposit if p["readings"].get("npr.release-with-deposit") == "with-deposit" else 0)
    released = math.floor(0.15 * base) if account["due"] else 0
    account["balance"], account["rating"] = opening + deposit - cancelled - released, rating
    found["npr_rating"][q], found["npr_cancel"][q] = rating, cancelled
    found["npr_uncovered"][q], found["npr_waited"][q] = part_of(loss - cancelled), account["waited"]
    found["BUF"][q], found["REL"][q], found["BAL"][q] = deposit, released, account["balance"]
