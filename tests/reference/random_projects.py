"""Random but valid KH_AM004 projects, in the shape that `kh_am004_by_hand.compute` takes.

Data of fuel and fertiliser are always complete, even where `fuel` or `fertiliser` switches them off: then the
switch decides, not the data.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterable, Sequence
from typing import Any

FOREST = ("E", "SE", "P", "D", "B", "M", "MR", "FF", "FR", "TP", "PP")
LAND_USE = (*FOREST, "NF")
CROPLANDS = ("upland", "flooded")
FUELS = ("diesel", "gasoline", "crude")
VEHICLES = ("motorbike", "truck", "boat", "generator")
CROPS = ("soybean", "mungbean", "groundnut")

# Table 1: above and below ground, tC/ha. Section J: GJ/kg and tCO2/GJ.
STOCK = {
    "E": (76.61, 14.69),
    "SE": (114.21, 20.9),
    "P": (47.0, 9.54),
    "D": (39.95, 8.26),
    "B": (0.0, 0.0),
    "M": (70.5, 13.65),
    "MR": (77.55, 14.85),
    "FF": (32.9, 6.96),
    "FR": (35.25, 7.4),
    "TP": (47.0, 9.54),
    "PP": (47.0, 9.54),
    "NF": (0.0, 0.0),
}
NCV = {"diesel": 0.0430, "gasoline": 0.0443, "crude": 0.0423}
EF_FUEL = {"diesel": 0.0741, "gasoline": 0.0693, "crude": 0.0733}

ALTERNATIVES = {
    "area-year-index": ("literal",),
    "option2-operating-days": ("prorate",),
    "later-partial-year-area": ("prorate",),
    "negative-transition": ("clip-rescale",),
    "tdu-per-unit": ("fleet-total",),
    "negative-reductions": ("floor-year", "floor-period", "no-discount-on-losses", "carry-forward"),
    "credit-rounding": ("per-year", "per-period"),
    "option1-rate": ("geometric",),
    "linear-share-of-year": ("power",),
    "row-sums": ("rescale", "close-diagonal"),
    "nonforest-regrowth": ("absorbing", "emitting-only"),
    "na-cells": ("plantations-counted",),
    "belt-probabilities": ("national",),
    "displacement-by-year": ("per-period",),
    "belt-exclusion": ("both-sides",),
}

Project = dict[str, Any]


def random_readings(rng: random.Random) -> dict[str, str]:
    """Choose alternatives of some rulings, of none in every sixth project; the others stay at their default by absence."""
    often = rng.choice((0.0, 0.2, 0.2, 0.4, 0.4, 0.6))
    return {ruling: rng.choice(names) for ruling, names in ALTERNATIVES.items() if rng.random() < often}


def read_otherwise(rng: random.Random, project: Project) -> None:
    """Put a project under alternatives of some rulings, and give it what only they ask for."""
    project["readings"] = random_readings(rng)
    if "belt-exclusion" in project["readings"]:
        seen = project["CA_dpj"] if project["option"] == 1 else {(i, y): 100.0 for i in FOREST for y in project["years"]}
        project["CA_dout"] = {cell: round(rng.choice((0, 0, 1)) * rng.uniform(0, 2) * area, 3) for cell, area in seen.items()}


def _subset(rng: random.Random, labels: Sequence[str], least: int) -> list[str]:
    """Draw some of the labels, kept in their own order."""
    chosen = rng.sample(labels, rng.randint(least, len(labels)))
    return [one for one in labels if one in chosen]


def _calendar(rng: random.Random) -> Project:
    """Years, operating days and monitoring periods."""
    start = rng.randint(2014, 2027)
    years = list(range(start, start + rng.randint(1, 10)))
    d0 = {y: 366 if calendar.isleap(y) else 365 for y in years}
    d = dict(d0)
    if rng.random() < 0.7:
        d[years[0]] = rng.randint(1, d0[years[0]])
    if rng.random() < 0.3 and len(years) > 1:
        d[years[-1]] = rng.randint(1, d0[years[-1]])
    count = rng.randint(1, min(3, len(years)))
    cuts = [0, *sorted(rng.sample(range(1, len(years)), count - 1)), len(years)]
    periods = {n + 1: years[cuts[n] : cuts[n + 1]] for n in range(count)}
    return {"years": years, "d": d, "d0": d0, "periods": periods}


def _areas(rng: random.Random, classes: Iterable[str], size: float) -> dict[str, float]:
    """Draw initial areas; a project holds only some classes, and once in a while none at all."""
    empty = rng.choice((0.0, 0.2, 0.6)) if rng.random() > 0.03 else 1.0
    return {i: 0.0 if rng.random() < empty else round(rng.uniform(1, size), 2) for i in classes}


def _stock(rng: random.Random, classes: Iterable[str]) -> dict[tuple[str, str], float]:
    """Carbon stocks of Table 1, or a later version of them."""
    updated = rng.random() < 0.5
    stock = {}
    for i in classes:
        for pool, value in zip(("AG", "BG"), STOCK[i], strict=True):
            keep = not updated or i in ("P", "TP", "PP")
            stock[i, pool] = value if keep else round(value * rng.uniform(0.6, 1.5), 2)
    return stock


def _emission_factors(rng: random.Random, option: int) -> Project:
    """Carbon stocks (Eq 44, 45), or emission factors given as such (Tables 2 and 3)."""
    classes = FOREST if option == 1 else LAND_USE
    stock = _stock(rng, classes)
    if rng.random() < 0.7:
        return {"C": stock}
    total = {i: round(stock[i, "AG"] + stock[i, "BG"], 2) for i in classes}
    if option == 1:
        return {"EF1": total}
    table: dict[tuple[str, str], float | None] = {}
    for i in classes:
        for j in classes:
            missing = total[i] < total[j] or (j in ("TP", "PP") and i not in ("TP", "PP"))
            table[i, j] = None if missing else round(total[i] - total[j], 2)
    return {"EF2": table}


def _rates(rng: random.Random) -> Project:
    """Option 1: P and Pd, each given or as the areas of Eq 46; in either case so that P * T_ref stays below 1."""
    out: Project = {}
    for name, tail in (("P", ""), ("Pd", "_d")):
        rate = {i: rng.choice((0.0, round(rng.uniform(0, 0.15), 4))) for i in FOREST}
        if rng.random() < 0.6:
            out[name] = rate
            out["T_ref" + tail] = 4 + sum(value == 0 for value in rate.values()) % 3
        else:
            years = rng.choice((4, 8, 10))
            area = {i: round(rng.uniform(10, 1e6), 1) for i in FOREST}
            out["A_ref" + tail] = area
            out["CA_ref" + tail] = {i: round(rate[i] * area[i] * years * 0.6, 3) for i in FOREST}
            out["T_ref" + tail] = years
    return out


def _matrix(rng: random.Random, pace: float, negative: bool) -> dict[tuple[str, str], float]:
    """Transition matrix with rows of sum 1; `negative` puts small negative entries in some (Table 6)."""
    p: dict[tuple[str, str], float] = {}
    for i in LAND_USE:
        others = [j for j in LAND_USE if j != i]
        row = dict.fromkeys(LAND_USE, 0.0)
        for j in rng.sample(others, rng.randint(0, 6)):
            row[j] = rng.uniform(0, pace / 3)
        if negative and rng.random() < 0.4:
            row[rng.choice(others)] = -rng.uniform(0.0002, 0.003)
        row[i] = 1 - sum(row[j] for j in others)
        for j in LAND_USE:
            p[i, j] = row[j]
    return p


def _monitored1(
    rng: random.Random, area0: dict[str, float], years: list[int]
) -> dict[tuple[str, int], float]:
    """Option 1: areas converted to non-forest, never more than what is left."""
    pace = rng.choice((0.0, 0.01, 0.04, 0.04, 0.2))
    left = dict(area0)
    converted = {}
    for y in years:
        for i in area0:
            lost = round(left[i] * rng.uniform(0, pace), 3)
            converted[i, y] = lost
            left[i] = max(left[i] - lost, 0.0)
    return converted


def _monitored2(
    rng: random.Random, area0: dict[str, float], years: list[int]
) -> dict[tuple[str, str, int], float]:
    """Option 2: full matrices of converted areas whose rows are the areas of the year before."""
    pace = rng.choice((0.0, 0.01, 0.03, 0.03, 0.3))
    left = dict(area0)
    converted = {}
    for y in years:
        share = _matrix(rng, pace, negative=False)
        for i in area0:
            for j in area0:
                converted[i, j, y] = left[i] * share[i, j]
        left = {j: sum(converted[i, j, y] for i in area0) for j in area0}
    return converted


def _fuel(rng: random.Random, years: list[int], weight: float) -> Project:
    """Fuel data of both methods."""
    fuels, vehicles = _subset(rng, FUELS, 2), _subset(rng, VEHICLES, 2)
    pairs = [(j, f) for j in vehicles for f in fuels]
    used = [pair for pair in pairs if rng.random() < 0.6]
    cells = [(j, f, y) for j, f in pairs for y in years]
    return {
        "fuel": rng.choice(("direct", "indirect", "both", "none")),
        "FC": {(f, y): round(rng.uniform(0, 20_000) * weight, 1) for f in fuels for y in years},
        "NCV": {f: NCV[f] for f in fuels},
        "EF_fuel": {f: EF_FUEL[f] for f in fuels},
        "NVE": {(j, f, y): rng.randint(0, 12) if (j, f) in used else 0 for j, f, y in cells},
        "TDU": {(j, f, y): round(rng.uniform(0, 15_000) * weight, 1) for j, f, y in cells},
        "SEC": {pair: round(rng.uniform(0.01, 0.4), 4) for pair in pairs},
    }


def _fertiliser(rng: random.Random, years: list[int], weight: float) -> Project:
    """Fertiliser, N-fixing crops, liming and urea; the defaults of section J, or other values."""
    crops = _subset(rng, CROPS, 1)
    vary = rng.uniform(0.5, 2.0) if rng.random() < 0.3 else 1.0
    cells = [(c, t, y) for c in CROPLANDS for t in crops for y in years]

    def by_cropland(high: float) -> dict[tuple[str, int], float]:
        return {(c, y): round(rng.uniform(0, high) * weight, 3) for c in CROPLANDS for y in years}

    def by_year(high: float) -> dict[int, float]:
        return {y: round(rng.choice((0.0, rng.uniform(0, high) * weight)), 3) for y in years}

    def by_crop(low: float, high: float) -> dict[str, float]:
        return {t: round(rng.uniform(low, high), 4) for t in crops}

    return {
        "fertiliser": rng.random() < 0.6,
        "M_SN": by_cropland(60),
        "M_ON": by_cropland(120),
        "NC_SN": {c: round(rng.uniform(0.1, 0.46), 3) for c in CROPLANDS},
        "NC_ON": {c: round(rng.uniform(0.005, 0.05), 4) for c in CROPLANDS},
        "Crop": {cell: round(rng.uniform(0.3, 3), 3) for cell in cells},
        "Area": {cell: round(rng.choice((0.0, rng.uniform(0, 80) * weight)), 2) for cell in cells},
        "FracRenew": {t: rng.choice((1.0, 0.5, 0.25)) for t in crops},
        "R_AG": by_crop(0.8, 2.5),
        "N_AG": by_crop(0.005, 0.03),
        "R_BG": by_crop(0.1, 0.8),
        "N_BG": by_crop(0.005, 0.03),
        "EF_direct": {"upland": 0.01 * vary, "flooded": 0.003 * vary},
        "Frac_SN": 0.10,
        "Frac_ON": 0.20 if vary == 1.0 else 0.25,
        "EF_indirect": 0.010 * vary,
        "Frac_leach": 0.30,
        "EF_leach": 0.0075 * vary,
        "GWP": rng.choice((298, 298, 265)),
        "M_limestone": by_year(100),
        "M_dolomite": by_year(100),
        "M_urea": by_year(60),
        "EF_limestone": 0.12,
        "EF_dolomite": 0.13,
        "EF_urea": 0.20,
    }


def random_project(rng: random.Random, option: int) -> Project:
    """Draw a valid project of option 1 or 2, with the default readings."""
    classes = FOREST if option == 1 else LAND_USE
    project: Project = {"option": option, **_calendar(rng), "readings": {}}
    years = project["years"]
    size = rng.choice((50.0, 5_000.0, 60_000.0))
    project["A0"] = _areas(rng, classes, size)
    project["Ad0"] = _areas(rng, classes, size * rng.uniform(0.2, 1.5))
    project.update(_emission_factors(rng, option))
    if option == 1:
        project.update(_rates(rng))
        project["CA_pj"] = _monitored1(rng, project["A0"], years)
        project["CA_dpj"] = _monitored1(rng, project["Ad0"], years)
    else:
        project["p"] = _matrix(rng, rng.choice((0.05, 0.1, 0.2)), rng.random() < 0.5)
        project["pd"] = _matrix(rng, rng.choice((0.05, 0.1, 0.2)), rng.random() < 0.5)
        project["ca_pj"] = _monitored2(rng, project["A0"], years)
        project["ca_dpj"] = _monitored2(rng, project["Ad0"], years)
    project.update(_fuel(rng, years, rng.choice((0.01, 0.1, 1.0))))
    project.update(_fertiliser(rng, years, rng.choice((0.02, 0.2, 1.0))))
    project["DF"] = 0.2 if rng.random() < 0.7 else round(rng.uniform(0, 0.4), 3)
    return project
