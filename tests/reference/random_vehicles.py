"""Random grids, consumers and vehicle projects, in the shape that :mod:`grid_by_hand` and :mod:`vehicles_by_hand` take, and as project files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from vehicles_by_hand import Project

#: NCV in GJ/t and CO2 in t/GJ: lower end, middle and upper end of the IPCC's intervals.
PLANT_FUELS = {
    "ipcc-lower": {"coal": (19.9, 0.0895), "natural_gas": (46.5, 0.0543), "diesel": (41.4, 0.0726), "fuel_oil": (39.8, 0.0755)},
    "ipcc-middle": {"coal": (25.8, 0.0946), "natural_gas": (48.0, 0.0561), "diesel": (43.0, 0.0741), "fuel_oil": (40.4, 0.0774)},
    "ipcc-upper": {"coal": (30.5, 0.0997), "natural_gas": (50.4, 0.0583), "diesel": (43.3, 0.0748), "fuel_oil": (41.7, 0.0788)},
}
CAPTIVE_FUELS = {
    True: {"diesel": (43.3, 0.0748), "fuel_oil": (41.7, 0.0788), "natural_gas": (50.4, 0.0583)},
    False: {"diesel": (41.4, 0.0726), "fuel_oil": (39.8, 0.0755), "natural_gas": (46.5, 0.0543)},
}
VEHICLE_FUELS = {
    "": {"gasoline": (44300, 69300e-9), "diesel": (43000, 74100e-9), "lpg": (47300, 63100e-9)},
    "ipcc-2006-lower": {"gasoline": (42500, 67500e-9), "diesel": (41400, 72600e-9), "lpg": (44800, 61600e-9)},
}


def digits(number: float) -> float:
    """Return a number of four digits, as a project would write it."""
    return float(f"{number:.4g}")


def some(draw: Random, least: float, most: float) -> float:
    return digits(draw.uniform(least, most))


def random_grid(draw: Random, years: list[int]) -> Project:
    """Return a grid with three years of data before the first year."""
    data = range(years[0] - 5, years[-1] + 1)
    last = years[0] - draw.choice([1, 2])
    plants = [_plant(draw, f"u{at}", data, last) for at in range(draw.randint(6, 14))]
    if draw.random() < 0.3:
        plants[1]["started"] = plants[0]["started"]
    plants[0] |= {"option": "fuel", "lcmr": False, "cdm": False, "started": date(years[0] - 9, 3, 1), "fuels": ["coal"]}
    plants[0] |= {"EG": {y: some(draw, 100, 900) for y in data}, "FC": {"coal": {y: some(draw, 50, 400) for y in data}}}
    systems = [{"EG": {y: some(draw, 0, 300) for y in data}, "EF": {y: draw.choice([0.0, 0.6]) for y in data}} for _ in range(draw.randint(0, 2))]
    dataset = draw.choice(list(PLANT_FUELS))
    return {
        "plants": plants, "systems": systems, "hours": {y: some(draw, 0, 4000) for y in data}, "ante": (last - 2, last), "dataset": dataset,
        "back": (years[0] - 6, years[0] - 2), "fuels": PLANT_FUELS[dataset], "om_method": draw.choice(["simple", "simple_adjusted", "average"]),
        "om_data": draw.choice(["ex_ante", "ex_post"]), "bm_data": draw.choice(["ex_ante", "ex_post"]),
        "weights": draw.choice(["wind_solar", "first", "later", "simplified"]),
        "readings": _readings(draw, {"generation-only": "consumer", "several-fuels": "highest", "equal-dates": "as-listed"}),
    }  # fmt: skip


def _plant(draw: Random, id_: str, data: range, last: int) -> Project:
    started = date(last - draw.choice([1, 2, 4, 8, 12, 20]), 1, 1) + timedelta(days=draw.randrange(700))
    option = draw.choice(["fuel", "efficiency", "none", "unknown"])
    fuels = draw.sample(list(PLANT_FUELS["ipcc-lower"]), draw.randint(1, 2)) if option in ("fuel", "efficiency") else []
    runs = {y: some(draw, 5, 400) if started <= date(y, 12, 31) else 0.0 for y in data}
    return {
        "id": id_, "option": option, "lcmr": option == "none" or draw.random() < 0.1, "started": started, "cdm": draw.random() < 0.2, "fuels": fuels,
        "EG": runs, "FC": {f: {y: digits(runs[y] * some(draw, 0.1, 0.5)) for y in data} for f in fuels}, "eta": {y: some(draw, 0.25, 0.6) for y in data},
    }  # fmt: skip


def _readings(draw: Random, others: dict[str, str]) -> dict[str, str]:
    return {ruling: reading for ruling, reading in others.items() if draw.random() < 0.4}


def random_power(draw: Random, years: list[int], consumers: list[str], use: str = "") -> Project:
    """Return consumers of electricity and the grid that they take it from."""
    use = use or draw.choice(["project", "baseline_thermal", "baseline_hydro"])
    return {
        "use": use, "factor": draw.choice(["combined", "combined", "stated", "default"]), "losses": draw.choice(["measured", "default"]),
        "EF_stated": {y: some(draw, 0.2, 0.9) for y in years}, "TDL": {y: some(draw, 0.02, 0.2) for y in years},
        "captive_fuels": CAPTIVE_FUELS[use == "project"], "grid": random_grid(draw, years),
        "consumers": [{
            "id": id_, "scenario": draw.choice(["grid", "grid", "captive", "mixed"]), "EC": {y: some(draw, 10, 500) for y in years},
            "FC": {f: {y: some(draw, 0, 90) for y in years} for f in CAPTIVE_FUELS[True]}, "EG": {y: some(draw, 500, 900) for y in years},
        } for id_ in consumers],
    }  # fmt: skip


def random_project(draw: Random) -> Project:
    """Return a vehicle project of one to six years."""
    first = draw.randint(2019, 2026)
    years = list(range(first, first + draw.randint(1, 6)))
    cut = draw.randint(1, len(years))
    dataset = draw.choice(list(VEHICLE_FUELS))
    names = [f"c{at}" for at in range(draw.randint(1, 3))]
    power = random_power(draw, years, names, "project")
    return {
        "years": years, "periods": [part for part in (years[:cut], years[cut:]) if part], "power": power, "dataset": dataset,
        "fuels": VEHICLE_FUELS[dataset], "categories": [_category(draw, id_, years, consumer) for id_, consumer in zip(names, power["consumers"], strict=True)],
        "sites": [_site(draw, years) for _ in range(draw.randint(1, 3))], "LE": {years[0]: some(draw, 0, 5)} if draw.random() < 0.3 else {},
        "fleet": draw.choice(["register", "cohorts"]), "distance": draw.choice(["monitored", "sample"]),
        "baseline": draw.choice(["stated", "sample", "top_fifth"]), "electricity": draw.choice(["per_km", "stations"]),
        "readings": _readings(draw, {
            "improvement": draw.choice(["purchase-year", "vehicle-age"]), "losses": "multiply", "vehicles-of-a-year": "year-end", "swap-share": "month",
            "missed-precision": "mean", "whole-tonnes": "vintages"}),
    }  # fmt: skip


def _category(draw: Random, id_: str, years: list[int], consumer: Project) -> Project:
    burns = draw.sample(["gasoline", "diesel", "lpg"], draw.randint(1, 2))
    drives_on = draw.sample(["gasoline", "diesel"], draw.choice([0, 0, 1]))
    middle = some(draw, 8000, 30000)
    compared = {f: [round(draw.gauss(25, 4), 1) for _ in range(draw.randint(3, 15))] for f in burns}
    return {
        "id": id_, "burns": burns, "drives_on": drives_on, "power": consumer, "SFC": {f: some(draw, 15, 30) for f in burns}, "compared": compared,
        "age_data": draw.randint(0, 3), "N_reg": {y: draw.randint(0, 9000) for y in years}, "sold": {y: draw.choice([0, 500, 4000]) for y in years},
        "lost": draw.choice([0.0, 0.05, 0.2]), "working": {y: some(draw, 0.6, 1) for y in years}, "DD": {y: digits(draw.gauss(middle, 500)) for y in years},
        "tracked": {f"{id_}v{at}": {y: digits(abs(draw.gauss(middle, middle * draw.choice([0.1, 0.6])))) for y in years} for at in range(draw.randint(4, 12))},
        "SFC_PJ": {f: {y: some(draw, 2, 8) for y in years} for f in drives_on}, "SEC": {y: some(draw, 0.02, 0.06) for y in years},
    }  # fmt: skip


def _site(draw: Random, years: list[int]) -> dict[str, dict[str, float]]:
    months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    closed = draw.random() < 0.2
    rows = {}
    for month in months:
        swaps = 0 if closed and month.startswith(str(years[0])) else draw.randint(1, 9000)
        energy = some(draw, 50, 400)
        rows[month] = {"EC": energy, "PV": some(draw, 0, energy / 4), "own": draw.randint(0, swaps), "all": swaps}
    return rows


# -- as project files


def project_text(reference: str, years: list[int], periods: list[list[int]], parts: list[Project]) -> str:
    """Return a project file; each part has members, relations, choices, readings, datasets and values."""
    document: dict[str, Any] = {
        "project": {"name": "Random project", "illustrative": "yes"}, "methodology": reference,
        "operation": {"start": f"{years[0]}-01-01", "end": f"{years[-1]}-12-31"},
        "monitoring_periods": [{"id": f"MP{at}", "start": f"{p[0]}-01-01", "end": f"{p[-1]}-12-31"} for at, p in enumerate(periods, start=1)],
    }  # fmt: skip
    for part in parts:
        for key, value in part.items():
            if isinstance(value, list):
                document.setdefault(key, []).extend(value)
            else:
                document.setdefault(key, {}).update(value)
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(node: Any, depth: int = 0) -> Iterator[str]:
    """Yield YAML: blocks down to what holds no further block, which stands on one line."""
    for key, held in node.items():
        nested = isinstance(held, dict) and any(isinstance(x, dict) for x in held.values())
        if nested or (depth == 0 and held and isinstance(held, dict)):
            yield f"{'  ' * depth}{_flow(key)}:"
            yield from _lines(held, depth + 1)
        else:
            yield f"{'  ' * depth}{_flow(key)}: {_flow(held)}"


def _flow(node: Any) -> str:
    if isinstance(node, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(x)}" for key, x in node.items()) + "}"
    return "[" + ", ".join(map(_flow, node)) + "]" if isinstance(node, list) else str(node)


def value(unit: str, values: Any) -> Project:
    numbers = {"values": values} if isinstance(values, dict) else {"value": values}
    return {"unit": f'"{unit}"' if unit == "1" else unit, **numbers, "source": "drawn"}


def grid_part(grid: Project, prefix: str = "", path: str = "") -> Project:
    """Return what a project says of a grid; ``prefix`` and ``path`` are those of the tool (``ec_grid_``, ``ec.grid.``)."""
    p, plants, fuels = prefix, grid["plants"], list(grid["fuels"])
    systems = {f"s{at}": system for at, system in enumerate(grid["systems"])}
    data = list(grid["hours"])
    back = range(grid["back"][0], grid["back"][1] + 1)
    values = {
        "EG": value("MWh", {u["id"]: u["EG"] for u in plants}), "started": {"values": {u["id"]: u["started"].isoformat() for u in plants}, "source": "drawn"},
        "cdm": {"values": {u["id"]: "yes" if u["cdm"] else "no" for u in plants}, "source": "drawn"},
        "FC": value("t", {u["id"]: u["FC"] for u in plants if u["option"] == "fuel"}),
        "eta": value("1", {u["id"]: u["eta"] for u in plants if u["option"] == "efficiency"}), "hours": value("hour", grid["hours"]),
        "EG_sys": value("MWh", dict.fromkeys(back, 1000)), "EG_must": value("MWh", dict.fromkeys(back, 300)),
        "EG_imp": value("MWh", {s: x["EG"] for s, x in systems.items()}), "EF_imp": value("tCO2/MWh", {s: x["EF"] for s, x in systems.items()}),
    }  # fmt: skip
    return {
        "members": {
            f"{p}plant": [u["id"] for u in plants], f"{p}no_fuel": [u["id"] for u in plants if u["option"] == "none"],
            f"{p}by_fuel": [u["id"] for u in plants if u["option"] == "fuel"], f"{p}by_efficiency": [u["id"] for u in plants if u["option"] == "efficiency"],
            f"{p}lcmr": [u["id"] for u in plants if u["lcmr"]], f"{p}fuel": fuels, f"{p}system": list(systems),
            f"{p}ante": {"three": {"from": grid["ante"][0], "to": grid["ante"][1]}}, f"{p}back": {"five": {"from": back[0], "to": back[-1]}},
        },
        "relations": {f"{p}burns": {u["id"]: u["fuels"] for u in plants if u["fuels"]}},
        "choices": {f"{p}{name}": grid[name] for name in ("om_method", "om_data", "bm_data", "weights")},
        "readings": {f"{path}{ruling}": reading for ruling, reading in grid["readings"].items()},
        "datasets": [] if grid["dataset"] == "ipcc-lower" else [f"{path}{grid['dataset']}"],
        "values": {f"{p}{id_}": block for id_, block in values.items() if block.get("values") and data},
    }  # fmt: skip


def power_part(power: Project, prefix: str = "", *, consumers: bool = True) -> Project:
    """Return what a project says of its consumers of electricity."""
    p = prefix
    scenarios = {s: [c["id"] for c in power["consumers"] if c["scenario"] == s] for s in ("captive", "mixed")}
    own = [c for c in power["consumers"] if c["scenario"] != "grid"]
    values = {"EF_stated": value("tCO2/MWh", power["EF_stated"]), "TDL_grid": value("1", power["TDL"])}
    if own:
        values |= {"FC_cap": value("t", {c["id"]: c["FC"] for c in own}), "EG_cap": value("MWh", {c["id"]: c["EG"] for c in own})}
    members = {f"{p}{s}": ids for s, ids in scenarios.items()}
    if consumers:
        members["consumer"] = [c["id"] for c in power["consumers"]]
        values["EC"] = value("MWh", {c["id"]: c["EC"] for c in power["consumers"]})
    return {
        "members": members, "values": {f"{p}{id_}": block for id_, block in values.items()},
        "choices": {f"{p}{name}": power[name] for name in ("use", "factor", "losses")},
    }  # fmt: skip


def vehicles_part(project: Project) -> Project:
    """Return what a project says of its vehicles and stations."""
    cats, sites = project["categories"], {f"site{at}": rows for at, rows in enumerate(project["sites"])}
    compared = {(c["id"], f): {f"{c['id']}{f[0]}{at}": x for at, x in enumerate(c["compared"][f])} for c in cats for f in c["burns"]}
    hybrid = [c for c in cats if c["drives_on"]]
    values = {
        "SFC_s": value("g/km", {c["id"]: c["SFC"] for c in cats}),
        "SFC_r": value("g/km", {c["id"]: {f: compared[c["id"], f] for f in c["burns"]} for c in cats}), "age_data": value("year", {c["id"]: c["age_data"] for c in cats}),
        "N_reg": value("vehicle", {c["id"]: c["N_reg"] for c in cats}), "sold": value("vehicle", {c["id"]: c["sold"] for c in cats}),
        "lost": value("1", {c["id"]: c["lost"] for c in cats}), "working": value("1", {c["id"]: c["working"] for c in cats}),
        "DD_all": value("km/vehicle", {c["id"]: c["DD"] for c in cats}), "DD_r": value("km/vehicle", {c["id"]: c["tracked"] for c in cats}),
        "SEC": value("kWh/km", {c["id"]: c["SEC"] for c in cats}), "LE": value("tCO2", project["LE"]),
        "SFC_PJ": value("g/km", {c["id"]: c["SFC_PJ"] for c in hybrid}),
        **{id_: value(unit, {s: {m: row[key] for m, row in rows.items()} for s, rows in sites.items()})
           for id_, unit, key in (("EC_month", "MWh", "EC"), ("PV", "MWh", "PV"), ("swaps_pj", "item", "own"), ("swaps_all", "item", "all"))},
    }  # fmt: skip
    statements = {id_: {"value": "yes", "source": "drawn"} for id_ in ("additional", "comparable_vehicles", "counted_once")}
    return {
        "members": {
            "category": [c["id"] for c in cats], "site": list(sites), "tracked": [v for c in cats for v in c["tracked"]],
            "compared": [b for names in compared.values() for b in names],
        },
        "relations": {
            "burns": {c["id"]: c["burns"] for c in cats}, "drives_on": {c["id"]: c["drives_on"] for c in hybrid},
            "comparable": {c["id"]: {f: list(compared[c["id"], f]) for f in c["burns"]} for c in cats},
            "followed": {c["id"]: list(c["tracked"]) for c in cats},
        },
        "choices": {name: project[name] for name in ("fleet", "distance", "baseline", "electricity")}, "readings": dict(project["readings"]),
        "datasets": [project["dataset"]] if project["dataset"] else [],
        "values": {**{id_: block for id_, block in values.items() if block.get("values") not in ({}, None)}, **statements},
    }  # fmt: skip
