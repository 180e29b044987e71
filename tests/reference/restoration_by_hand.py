"""AR_RESTORATION by hand: removals of planted and regenerating forest, from plots or growth curves to issued units.

Plain Python from the equations of the A/R tools; it shares nothing with the package and was not made from the spec. A project is a dict, see
:func:`random_restoration.random_project`.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from datetime import date
from statistics import fmean, variance
from typing import Any

from scipy.stats import t as student

Project = dict[str, Any]
TO_CO2 = 44 / 12
CF, CF_SHRUB, CF_FIRE = 0.47, 0.47, 0.5
#: (uncertainty above which a class begins, share of the half-width that goes).
CLASSES = ((0.3, 1.0), (0.2, 0.75), (0.15, 0.5), (0.1, 0.25))
FUELS = {"diesel": 43.0e-3 * 74.1, "gasoline": 44.3e-3 * 69.3}


def below_ground(above: float) -> float:
    """Return the roots of a stand by the default function of the tool, in t of dry matter a hectare."""
    return math.exp(-1.085 + 0.9256 * math.log(above)) if above > 0 else 0.0


# ---------------------------------------------------------------- trees


def tree_biomass(tree: Project, period: int, project: Project) -> float:
    species = project["species"][tree["species"]]
    diameter = tree["D"][period]
    size = species["WD"] * diameter**2 * tree["H"][period] if project["trees"] == "heights" else diameter
    return float(species["a"] * size ** species["b"])


def plot_above(plot: Project, period: int, project: Project) -> float:
    if project["trees"] == "plots":
        return float(plot["b"][period])
    return sum(tree_biomass(tree, period, project) for tree in plot["trees"]) / plot["area"]


def plots_of(stratum: Project, period: int, project: Project) -> list[float]:
    """Return the tree biomass of each plot, with roots."""
    above = [plot_above(plot, period, project) for plot in stratum["plots"]]
    if project["roots"] == "ratio":
        return [b * (1 + stratum["R"]) for b in above]
    if project["readings"].get("roots-of") == "stratum" and any(above):
        ratio = below_ground(fmean(above)) / fmean(above)
        return [b * (1 + ratio) for b in above]
    return [b + below_ground(b) for b in above]


def grown(stratum: Project, period: int, project: Project) -> float:
    """Return the above-ground biomass of a stratum at its age."""
    age = max((project["periods"][period][1] - stratum["planted"]).days, 0) / 365.25
    if project["trees"] == "curve":
        top, rate, shape = stratum["growth"]
        return float(top * (1 - math.exp(-rate * age)) ** shape)
    ages, stocks = stratum["ages"], stratum["stocks"]
    age = min(age, ages[-1])
    at = next(n for n in range(1, len(ages)) if age <= ages[n])
    part = (age - ages[at - 1]) / (ages[at] - ages[at - 1])
    return float(stocks[at - 1] + part * (stocks[at] - stocks[at - 1]))


def measured(project: Project) -> bool:
    return project["trees"] not in ("curve", "table")


def stratum_biomass(stratum: Project, period: int, project: Project) -> float:
    if measured(project):
        return fmean(plots_of(stratum, period, project))
    above = grown(stratum, period, project)
    return above * (1 + stratum["R"]) if project["roots"] == "ratio" else above + below_ground(above)


def trees_stock(period: int, project: Project) -> float:
    return sum(s["A"][period] * stratum_biomass(s, period, project) for s in project["strata"]) * CF * TO_CO2


def sampling_error(values: Iterable[tuple[Project, list[float]]], period: int) -> float:
    """Return half of the 90 percent interval of a total over strata, in t CO2."""
    pairs = list(values)
    count = sum(len(plots) for _, plots in pairs)
    spread = math.sqrt(sum(s["A"][period] ** 2 * variance(plots) / len(plots) for s, plots in pairs))
    return float(student.ppf(0.95, count - len(pairs)) * spread * CF * TO_CO2)


def stock_error(period: int, project: Project) -> float:
    return sampling_error(((s, plots_of(s, period, project)) for s in project["strata"]), period)


def plot_changes(stratum: Project, period: int, project: Project) -> list[float]:
    both = zip(plots_of(stratum, period, project), plots_of(stratum, period - 1, project), strict=True)
    return [now - before for now, before in both]


def trees_change(period: int, project: Project) -> float:
    if period == 0:
        return trees_stock(0, project) - trees_at_start(project)
    if measured(project) and project["change"] == "remeasured":
        grown = sum(s["A"][period] * fmean(plot_changes(s, period, project)) for s in project["strata"])
        lost = sum((s["A"][period - 1] - s["A"][period]) * fmean(plots_of(s, period - 1, project)) for s in project["strata"])
        return (grown - lost) * CF * TO_CO2
    return trees_stock(period, project) - trees_stock(period - 1, project)


def change_error(period: int, project: Project) -> float:
    if not measured(project):
        return 0.0
    if period == 0 or project["readings"].get("deduction-from") == "stock":
        return stock_error(period, project)
    if project["change"] == "remeasured":
        return sampling_error(((s, plot_changes(s, period, project)) for s in project["strata"]), period)
    return math.hypot(stock_error(period, project), stock_error(period - 1, project))


def deduction(period: int, project: Project) -> float:
    error = change_error(period, project)
    of_stock = project["readings"].get("deduction-from") == "stock"
    of = trees_stock(period, project) if of_stock else abs(trees_change(period, project))
    return next((share for above, share in CLASSES if error > above * of), 0.0) * error


# ---------------------------------------------------------------- before the project, shrubs, dead wood and litter


def trees_at_start(project: Project) -> float:
    if project["trees_stay"]:
        return 0.0
    return sum(s["CC"] * s["A_0"] for s in project["strata"]) * project["b_forest"] * 1.25 * CF * TO_CO2


def shrubs(project: Project, period: int | None) -> float:
    covers = [(s["A_0"], s["CS_0"]) if period is None else (s["A"][period], s["CS"][period]) for s in project["strata"]]
    return sum(a * c for a, c in covers if c >= 0.05) * 0.1 * project["b_forest"] * 1.4 * CF_SHRUB * TO_CO2


def dead_share(project: Project) -> float:
    return float(sum(project["dead"]))


def days_of(year: int, span: tuple[date, date]) -> int:
    first, last = max(span[0], date(year, 1, 1)), min(span[1], date(year, 12, 31))
    return max((last - first).days + 1, 0)


def operation(project: Project) -> tuple[date, date]:
    return project["periods"][0][0], project["periods"][-1][1]


def baseline_removals(year: int, project: Project) -> float:
    start = operation(project)[0].year
    if project["degraded"] or year - start >= 20:
        return 0.0
    part = days_of(year, operation(project)) / (366 if calendar.isleap(year) else 365)
    trees = sum(s["CC"] * s["A_0"] for s in project["strata"]) * project["db_forest"] * 1.25 * CF * TO_CO2 * part
    return float(trees * (1 + dead_share(project)))


# ---------------------------------------------------------------- emissions and leakage


def fire(year: int, project: Project) -> float:
    burnt = sum(s["burnt"][year] * (s["b_burn"] + 0.1 * s["CS_0"] * project["b_forest"]) for s in project["strata"])
    return float(0.07 * burnt * CF_FIRE * TO_CO2)


def fertiliser(year: int, project: Project) -> float:
    if not project["fertiliser"]:
        return 0.0
    used = project["used"]
    synthetic, organic = used["SN"][year] * used["NC_SN"], used["ON"][year] * used["NC_ON"]
    nitrogen = (synthetic + organic) * 0.01 + (0.1 * synthetic + 0.2 * organic) * 0.01 + 0.3 * (synthetic + organic) * 0.0075
    lime = 0.12 * used["limestone"][year] + 0.13 * used["dolomite"][year] + 0.2 * used["urea"][year]
    return float(nitrogen * 44 / 28 * project["gwp"] + lime * TO_CO2)


def emissions(year: int, project: Project) -> float:
    small = fertiliser(year, project) + sum(project["fuel"][f][year] * per_tonne for f, per_tonne in FUELS.items())
    return fire(year, project) + (0 if project["readings"].get("small-sources") == "insignificant" else small)


def leakage(year: int, project: Project) -> float:
    moved = project["moved"]
    if not moved:
        return 0.0
    biomass = (1.1 * moved["trees"] * 1.25 + moved["shrubs"] * 1.4) * 0.47
    soil = max(moved["soil"] * (moved["before"] - moved["after"]), 0)
    return float((biomass + soil) * moved["area"][year] * TO_CO2)


# ---------------------------------------------------------------- net removals and units


def share_of_year(year: int, period: int, project: Project) -> float:
    return days_of(year, project["periods"][period]) / days_of(year, operation(project))


def net(period: int, project: Project) -> float:
    """Return the net removals of a period."""
    shares = dead_share(project)
    before = trees_at_start(project) if period == 0 else trees_stock(period - 1, project)
    cut = deduction(period, project) * (1 + shares if project["readings"].get("deduction-of-shares") == "with-shares" else 1)
    change = trees_change(period, project) - cut + shares * (trees_stock(period, project) - before)
    change += shrubs(project, period) - shrubs(project, None if period == 0 else period - 1)
    lost = sum((emissions(y, project) + baseline_removals(y, project) + leakage(y, project)) * share_of_year(y, period, project) for y in project["years"])
    return float(change - lost)


def long_term_average(period: int, project: Project) -> float:
    stock = 0.0
    for s in project["strata"]:
        planned = [b * (1 + s["R"]) if project["roots"] == "ratio" else b + below_ground(b) for b in s["plan"]]
        stock += s["A"][period] * fmean(planned) * CF * TO_CO2
    stock *= 1 + dead_share(project)
    if project["readings"].get("average-of") == "stock":
        return stock
    return stock - (1 + dead_share(project)) * trees_at_start(project) - shrubs(project, None)


def units(project: Project) -> dict[str, list[float]]:
    """Return, by period, net removals, what is credited, and whole units for the buffer and the project."""
    found: dict[str, list[float]] = {name: [] for name in ("dC_AR", "NET", "LTA", "CR", "BUF", "U")}
    total = credited = capped_before = 0.0
    for period in range(len(project["periods"])):
        total += net(period, project)
        found["dC_AR"].append(net(period, project))
        found["NET"].append(total)
        capped = total
        if project["harvest"]:
            found["LTA"].append(long_term_average(period, project))
            capped = min(total, max(found["LTA"][-1], 0))
        so_far = capped_before if project["readings"].get("losses") == "replaced" else credited
        new = max(capped - so_far, 0)
        credited, capped_before = credited + new, capped
        whole = math.floor(new)
        kept = math.ceil(round(project["risk"] * whole, 9))
        found["CR"].append(new)
        found["BUF"].append(kept)
        found["U"].append(whole - kept)
    return found


def by_year(project: Project) -> dict[str, dict[int, float]]:
    return {"GHG_E": {y: emissions(y, project) for y in project["years"]}, "LK": {y: leakage(y, project) for y in project["years"]},
            "dC_BSL": {y: baseline_removals(y, project) for y in project["years"]}}  # fmt: skip
