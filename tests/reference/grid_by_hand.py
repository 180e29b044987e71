"""CDM TOOL07 and TOOL05 by hand: emission factor of a grid from its plants, and emissions of what is taken from it.

Plain Python from the equations as the field knows them; it shares nothing with the package and was not made from the specs.

A grid is a dict: ``plants`` (each with ``id``, ``option``, ``lcmr``, ``started``, ``cdm``, ``fuels``, ``EG`` by year, ``FC`` by fuel and year,
``eta`` by year), ``systems`` (``EG``, ``EF`` by year), ``hours`` by year, ``ante`` (first and last year of data), ``fuels`` (NCV in GJ/t and
tCO2/GJ), and how it is read (``om_method``, ``om_data``, ``bm_data``, ``weights``, ``readings``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

Grid = dict[str, Any]
WEIGHTS = {"wind_solar": 0.75, "first": 0.5, "later": 0.25}
TEN_YEARS = 3652.5


def plant_factor(plant: Grid, year: int, grid: Grid) -> float:
    """tCO2/MWh of a plant: by its fuel (A1), its efficiency (A2), or where only its generation is known (A3)."""
    known, readings = grid["fuels"], grid["readings"]
    if plant["option"] == "fuel":
        if plant["EG"][year] == 0:
            return 0.0
        burnt = sum(plant["FC"][fuel][year] * known[fuel][0] * known[fuel][1] for fuel in plant["fuels"])
        return burnt / plant["EG"][year]
    if plant["option"] == "efficiency":
        pick = max if readings.get("several-fuels") == "highest" else min
        return pick(known[fuel][1] for fuel in plant["fuels"]) * 3.6 / plant["eta"][year]
    return 1.3 if plant["option"] == "unknown" and readings.get("generation-only") == "consumer" else 0.0


def operating_margin_of(year: int, grid: Grid) -> tuple[float, float]:
    """Return the operating margin of a year of data and the generation by which it counts."""
    marginal = [(p["EG"][year], plant_factor(p, year, grid)) for p in grid["plants"] if not p["lcmr"]]
    marginal += [(s["EG"][year], s["EF"][year]) for s in grid["systems"]]
    low = [(p["EG"][year], plant_factor(p, year, grid)) for p in grid["plants"] if p["lcmr"]]
    method = grid["om_method"]
    if method == "simple":
        return mean(marginal), total(marginal)
    if method == "average":
        return mean(marginal + low), total(marginal + low)
    share = grid["hours"][year] / 8760
    return (1 - share) * mean(marginal) + share * (mean(low) if total(low) else 0.0), total(marginal + low)


def total(pairs: list[tuple[float, float]]) -> float:
    return sum(weight for weight, _ in pairs)


def mean(pairs: list[tuple[float, float]]) -> float:
    return sum(weight * value for weight, value in pairs) / total(pairs)


def operating_margin(year: int, grid: Grid) -> float:
    if grid["om_data"] == "ex_post":
        return operating_margin_of(year, grid)[0]
    first, last = grid["ante"]
    years = [operating_margin_of(y, grid) for y in range(first, last + 1)]
    return sum(factor * weight for factor, weight in years) / sum(weight for _, weight in years)


# -- build margin


def newest_first(plants: list[Grid], grid: Grid) -> list[list[Grid]]:
    """Return plants from the newest to the oldest, in groups that are taken together: those of one day, or each by itself."""
    days = sorted({p["started"] for p in plants}, reverse=True)
    groups = [[p for p in plants if p["started"] == day] for day in days]
    return [[p] for group in groups for p in group] if grid["readings"].get("equal-dates") == "as-listed" else groups


def fill(candidates: list[Grid], amount: Any, limit: float, grid: Grid) -> list[Grid]:
    """Return the newest plants until their amounts reach a limit."""
    taken: list[Grid] = []
    for group in newest_first(candidates, grid):
        if sum(amount(p) for p in taken) >= limit:
            break
        taken += group
    return taken


def sample_group(year: int, grid: Grid) -> list[Grid]:
    """Return the units whose generation makes the build margin of a year of data."""
    end = date(year, 12, 31)
    there = [p for p in grid["plants"] if p["started"] <= end]
    unregistered = [p for p in there if not p["cdm"]]

    def generation(p: Grid) -> float:
        return p["EG"][year]

    def is_old(p: Grid) -> bool:
        return (end - p["started"]).days > TEN_YEARS

    wanted = 0.2 * sum(map(generation, unregistered))
    five, twenty = fill(unregistered, lambda _: 1, 5, grid), fill(unregistered, generation, wanted, grid)
    sample = five if sum(map(generation, five)) > sum(map(generation, twenty)) else twenty
    if not any(map(is_old, sample)):
        return sample
    chosen = [p for p in sample if not is_old(p)]
    chosen += fill([p for p in there if p["cdm"]], generation, wanted - sum(map(generation, chosen)), grid)
    return chosen + fill([p for p in unregistered if is_old(p)], generation, wanted - sum(map(generation, chosen)), grid)


def build_margin(year: int, grid: Grid) -> float:
    of = year if grid["bm_data"] == "ex_post" else grid["ante"][1]
    return mean([(p["EG"][of], plant_factor(p, of, grid)) for p in sample_group(of, grid)])


def combined_margin(year: int, grid: Grid) -> float:
    """tCO2/MWh of a year."""
    if grid["weights"] == "simplified":
        return operating_margin(year, grid)
    weight = WEIGHTS[grid["weights"]]
    return operating_margin(year, grid) * weight + build_margin(year, grid) * (1 - weight)


# -- TOOL05


def grid_factor(year: int, power: Grid) -> float:
    """tCO2/MWh of the grid for consumers: combined margin, published, or default."""
    if power["factor"] == "stated":
        return power["EF_stated"][year]
    if power["factor"] == "default":
        return {"project": 1.3, "baseline_thermal": 0.4, "baseline_hydro": 0.25}[power["use"]]
    return combined_margin(year, power["grid"])


def consumer_factor(consumer: Grid, year: int, power: Grid) -> tuple[float, float]:
    """Return the factor of a consumer and the losses before it."""
    losses = power["TDL"][year] if power["losses"] == "measured" else 0.2 if power["use"] == "project" else 0.03
    if consumer["scenario"] == "grid":
        return grid_factor(year, power), losses
    burnt = sum(consumer["FC"][fuel][year] * ncv * ef for fuel, (ncv, ef) in power["captive_fuels"].items())
    captive = burnt / consumer["EG"][year]
    if consumer["scenario"] == "captive":
        return captive, 0.0
    return (max if power["use"] == "project" else min)(grid_factor(year, power), captive), losses


def electricity_emissions(year: int, power: Grid) -> float:
    """tCO2 of all consumers in a year."""
    factors = [(c["EC"][year], consumer_factor(c, year, power)) for c in power["consumers"]]
    return sum(taken * factor * (1 + losses) for taken, (factor, losses) in factors)
