"""CDM AMS-III.C by hand: vehicles that drive on electricity in place of vehicles that burn fuel.

Plain Python from the equations as the field knows them; it shares nothing with the package and was not made from the spec.

A project is a dict: ``years``, ``periods`` (lists of years), ``categories`` (see :func:`random_vehicles.random_project`), ``sites``, ``power`` (as
:mod:`grid_by_hand` takes it), ``fuels`` (J/g and gCO2/J), and how it is read (``fleet``, ``distance``, ``baseline``, ``electricity``, ``readings``).
"""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import Any

from grid_by_hand import consumer_factor
from scipy.stats import t as student

Project = dict[str, Any]
IR = 0.99


def surviving(category: Project, year: int, project: Project) -> dict[int, float]:
    """Return the vehicles of each year of sale that are left at the end of a year."""
    return {x: category["sold"][x] * (1 - category["lost"]) ** (year - x) for x in project["years"] if x <= year}


def at_year_end(category: Project, year: int, project: Project) -> float:
    fleet = category["N_reg"][year] if project["fleet"] == "register" else sum(surviving(category, year, project).values())
    return fleet * category["working"][year]


def vehicles(category: Project, year: int, project: Project) -> float:
    end = at_year_end(category, year, project)
    if project["readings"].get("vehicles-of-a-year") == "year-end":
        return end
    return (end + (at_year_end(category, year - 1, project) if year > project["years"][0] else 0)) / 2


def distance(category: Project, year: int, project: Project) -> float:
    if project["distance"] == "monitored":
        return category["DD"][year]
    sample = [by_year[year] for by_year in category["tracked"].values()]
    half = student.ppf(0.95, len(sample) - 1) * stdev(sample) / math.sqrt(len(sample))
    if half <= 0.1 * fmean(sample) or project["readings"].get("missed-precision") == "mean":
        return fmean(sample)
    return max(0.0, fmean(sample) - half)


def baseline_consumption(category: Project, fuel: str, project: Project) -> float:
    if project["baseline"] == "stated":
        return category["SFC"][fuel]
    sample = sorted(category["compared"][fuel])
    if project["baseline"] == "sample":
        return fmean(sample) - student.ppf(0.975, len(sample) - 1) * stdev(sample) / math.sqrt(len(sample))
    best: list[float] = []
    for value in sorted(set(sample)):
        if len(best) >= 0.2 * len(sample):
            break
        best += [v for v in sample if v == value]
    return fmean(best)


def improvement(category: Project, year: int, project: Project) -> float:
    reading = project["readings"].get("improvement", "calendar")
    if reading == "calendar":
        return IR ** (category["age_data"] + year - project["years"][0])
    left = surviving(category, year, project)
    if sum(left.values()) == 0:
        return IR ** category["age_data"] if reading == "purchase-year" else 1.0
    power = {x: category["age_data"] + x - project["years"][0] if reading == "purchase-year" else year - x for x in left}
    return sum(n * IR ** power[x] for x, n in left.items()) / sum(left.values())


def baseline_emissions(year: int, project: Project) -> float:
    found = 0.0
    for category in project["categories"]:
        grams = sum(baseline_consumption(category, fuel, project) * math.prod(project["fuels"][fuel]) for fuel in category["burns"])
        found += grams * improvement(category, year, project) * distance(category, year, project) * vehicles(category, year, project) / 1e6
    return found


# -- electricity


def metered(year: int, project: Project) -> float:
    """MWh from the grid that stations deliver to project vehicles."""
    found = 0.0
    for site in project["sites"]:
        rows = [row for month, row in site.items() if month.startswith(f"{year}-")]
        if project["readings"].get("swap-share") == "month":
            found += sum((row["EC"] - row["PV"]) * (row["own"] / row["all"] if row["all"] else 1) for row in rows)
        else:
            swaps = sum(row["all"] for row in rows)
            found += sum(row["EC"] - row["PV"] for row in rows) * (sum(row["own"] for row in rows) / swaps if swaps else 1)
    return found


def expected(year: int, project: Project) -> float:
    """MWh by consumption per kilometre."""
    return sum(c["SEC"][year] * distance(c, year, project) * vehicles(c, year, project) for c in project["categories"]) / 1000


def project_emissions(year: int, project: Project) -> float:
    scale = 1.0
    if project["electricity"] == "stations" and expected(year, project) > 0:
        scale = metered(year, project) / expected(year, project)
    found = 0.0
    for category in project["categories"]:
        factor, losses = consumer_factor(category["power"], year, project["power"])
        before = 1 + losses if project["readings"].get("losses") == "multiply" else 1 / (1 - losses)
        fuel = sum(category["SFC_PJ"][f][year] * math.prod(project["fuels"][f]) for f in category["drives_on"]) / 1e6
        per_km = fuel + category["SEC"][year] * scale * factor / 1000 * before
        found += per_km * distance(category, year, project) * vehicles(category, year, project)
    return found


def reductions(year: int, project: Project) -> float:
    return baseline_emissions(year, project) - project_emissions(year, project) - project["LE"].get(year, 0.0)


def whole_tonnes(period: list[int], project: Project) -> int:
    by_year = [reductions(year, project) for year in period]
    return sum(map(math.floor, by_year)) if project["readings"].get("whole-tonnes") == "vintages" else math.floor(math.fsum(by_year))
