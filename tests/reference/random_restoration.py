"""Random restoration projects, in the shape that :mod:`restoration_by_hand` takes, and as project files."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from restoration_by_hand import Project

READINGS = {"roots-of": "stratum", "deduction-from": "stock", "deduction-of-shares": "with-shares", "small-sources": "insignificant",
            "average-of": "stock", "losses": "replaced"}  # fmt: skip
SHARES = {"tropical-dry": (0.02, 0.04), "tropical-moist": (0.01, 0.01), "tropical-wet": (0.06, 0.01), "tropical-montane": (0.07, 0.01),
          "temperate-boreal": (0.08, 0.04), "not-counted": (0.0, 0.0)}  # fmt: skip
CYCLE = 6


def some(draw: Random, least: float, most: float) -> float:
    """Return a number of four digits, as a project would write it."""
    return float(f"{draw.uniform(least, most):.4g}")


def alike(seed: int, count: int, **fixed: Any) -> list[Project]:
    """Return projects of one shape (days, choices, readings, strata, plots, trees) with other numbers, so that one plan does for all."""
    return [random_project(Random(f"{seed}/{n}"), Random(seed), **fixed) for n in range(count)]


def random_project(draw: Random, shape: Random, **fixed: Any) -> Project:
    """Return a project with two or three strata, of two or three periods that share years; what is `fixed` is not drawn."""
    start = date(shape.choice([2019, 2020]), shape.choice([1, 4, 7]), shape.choice([1, 15]))
    lengths = fixed.pop("lengths", None) or [shape.randint(300, 1000) for _ in range(shape.choice([2, 2, 3]))]
    ends = [start + timedelta(days=sum(lengths[: n + 1]) - 1) for n in range(len(lengths))]
    firsts = [start, *(end + timedelta(days=1) for end in ends[:-1])]
    years = list(range(start.year, ends[-1].year + 1))
    dataset = shape.choice(list(SHARES))
    project: Project = {
        "periods": list(zip(firsts, ends, strict=True)), "years": years, "trees": shape.choice(["heights", "diameters", "plots", "curve", "table"]),
        "roots": shape.choice(["function", "ratio"]), "change": shape.choice(["difference", "remeasured"]), "fertiliser": shape.random() < 0.5,
        "displaced": shape.random() < 0.5, "harvest": shape.random() < 0.5, "trees_stay": draw.random() < 0.5, "degraded": draw.random() < 0.5,
        "shares": dataset, "dead": SHARES[dataset], "b_forest": some(draw, 90, 250), "db_forest": some(draw, 1, 6), "ar4": shape.random() < 0.3,
        "risk": draw.choice([0, 0.1, 0.17]), "readings": {k: v for k, v in READINGS.items() if shape.random() < 0.3},
        "fuel": {f: {y: some(draw, 0, 8) for y in years} for f in ("diesel", "gasoline")},
    }  # fmt: skip
    project |= fixed
    project["gwp"] = 298 if project["ar4"] else 265
    project["dead"] = SHARES.get(project["shares"], (0.0, 0.0))
    project["species"] = {name: _species(draw, project) for name in ("teak", "mixed")}
    project["strata"] = [_stratum(draw, shape, n, project) for n in range(shape.choice([2, 3]))]
    project["used"] = {"NC_SN": some(draw, 0.1, 0.4), "NC_ON": some(draw, 0.01, 0.05)}
    project["used"] |= {name: {y: some(draw, 0, 60) for y in years} for name in ("SN", "ON", "limestone", "dolomite", "urea")}
    project["moved"] = {
        "trees": some(draw, 0, 40), "shrubs": some(draw, 0, 10), "soil": some(draw, 30, 70), "before": some(draw, 0.8, 1), "after": some(draw, 0.5, 1.1),
        "area": {y: some(draw, 0, 3) for y in years},
    } if project["displaced"] else None  # fmt: skip
    return project


def _species(draw: Random, project: Project) -> Project:
    by_height = project["trees"] == "heights"
    return {"WD": some(draw, 0.4, 0.7), "a": some(draw, 5e-5, 8e-5) if by_height else some(draw, 8e-5, 1.5e-4), "b": some(draw, 0.95, 1) if by_height else some(draw, 2.2, 2.6)}


def _stratum(draw: Random, shape: Random, number: int, project: Project) -> Project:
    periods, start = len(project["periods"]), project["periods"][0][0]
    area = some(draw, 200, 700)
    lost = draw.choice([1, 1, 0.97])
    spread = draw.choice([0.02, 0.1, 0.4])
    middle = [some(draw, 8, 30) * (n + 1) * draw.choice([1, 1, 1, 0.5]) for n in range(periods)]
    return {
        "id": f"s{number}", "A_0": area, "A": [float(f"{area * (lost if n else 1):.6g}") for n in range(periods)], "R": some(draw, 0.2, 0.4), "CC": some(draw, 0, 0.018),
        "CS_0": some(draw, 0, 0.2), "CS": [some(draw, 0, 0.15) for _ in range(periods)], "planted": start + timedelta(days=draw.randint(-200, 900)),
        "growth": (some(draw, 100, 250), some(draw, 0.03, 0.12), some(draw, 1, 2)), "ages": [0, 2, 5, 6], "stocks": [0, some(draw, 3, 10), some(draw, 15, 40), some(draw, 41, 60)],
        "b_burn": some(draw, 0, 3), "burnt": {y: some(draw, 0, 40) for y in project["years"]}, "plan": [*sorted(some(draw, 0, 60) for _ in range(CYCLE - 1)), 0.0],
        "plots": [_plot(draw, shape, f"s{number}p{p}", middle, spread) for p in range(shape.randint(3, 5))],
    }  # fmt: skip


def _plot(draw: Random, shape: Random, id_: str, middle: list[float], spread: float) -> Project:
    sizes = [[some(draw, 9, 20) * (1 + spread * draw.uniform(-1, 1)) * (n + 1) ** 0.6 for n in range(len(middle))] for _ in range(shape.randint(1, 3))]
    trees = [{"id": f"{id_}t{n}", "species": shape.choice(["teak", "mixed"]), "D": [float(f"{d:.4g}") for d in size], "H": [float(f"{d * 0.8:.3g}") for d in size]}
             for n, size in enumerate(sizes)]  # fmt: skip
    if draw.random() < 0.2:
        trees[0]["D"][0] = trees[0]["H"][0] = 0
    return {"id": id_, "area": draw.choice([0.01, 0.02]), "trees": trees, "b": [float(f"{b * (1 + spread * draw.uniform(-1, 1)):.4g}") for b in middle]}


# ---------------------------------------------------------------- as a project file


def value(unit: str, values: Any, **more: Any) -> dict[str, Any]:
    """Return a block of values; numbers by year or period have texts as labels."""
    return {"unit": unit, ("values" if isinstance(values, dict) else "value"): values, "source": "drawn", **more}


MONITORED = {"monitoring_option": "C", "method": "drawn", "frequency": "yearly"}


def project_document(project: Project) -> dict[str, Any]:
    strata, periods = project["strata"], [f"MP{n}" for n in range(1, len(project["periods"]) + 1)]
    plots = [(s, p) for s in strata for p in s["plots"]]
    trees = [(s, p, t) for s, p in plots for t in p["trees"]]

    def each(name: str) -> dict[str, Any]:
        return {s["id"]: s[name] for s in strata}

    def by_period(numbers: list[float]) -> dict[str, float]:
        return dict(zip(periods, numbers, strict=True))

    def of_plots(make: Any) -> dict[str, Any]:
        return {s["id"]: {p["id"]: make(p) for p in s["plots"]} for s in strata}

    values: dict[str, Any] = {
        **dict.fromkeys(("not_forest", "not_wetland", "additional", "stays_on_site", "appropriate", "no_fire", "projection", "whole_cycles"), "yes"),
        "trees_stay": "yes" if project["trees_stay"] else "no", "degraded": "yes" if project["degraded"] else "no",
        "A_0": value("ha", each("A_0")), "A": value("ha", {s["id"]: by_period(s["A"]) for s in strata}, **MONITORED),
        "CC_TREE": value("1", each("CC")), "CC_SHRUB_0": value("1", each("CS_0")), "CC_limit": value("%", 10), "soil_share": value("%", 3),
        "CC_SHRUB": value("1", {s["id"]: by_period(s["CS"]) for s in strata}, **MONITORED), "b_FOREST": value("t_dm/ha", project["b_forest"]),
        "db_FOREST": value("t_dm/ha/year", project["db_forest"]), "R_i": value("1", each("R")), "risk": value("1", project["risk"]),
        "A_SPF": value("ha", each("burnt"), **MONITORED), "b_burn": value("t_dm/ha", each("b_burn")), "FC": value("t", project["fuel"], **MONITORED),
        "planted": {"values": {s["id"]: s["planted"].isoformat() for s in strata}, "source": "drawn"},
        "b_max": value("t_dm/ha", {s["id"]: s["growth"][0] for s in strata}), "g_k": value("1/year", {s["id"]: s["growth"][1] for s in strata}),
        "g_m": value("1", {s["id"]: s["growth"][2] for s in strata}),
        "age_k": value("year", {s["id"]: {f"k{n}": a for n, a in enumerate(s["ages"])} for s in strata}),
        "b_k": value("t_dm/ha", {s["id"]: {f"k{n}": b for n, b in enumerate(s["stocks"])} for s in strata}),
        "b_plan": value("t_dm/ha", {s["id"]: {f"n{n}": b for n, b in enumerate(s["plan"])} for s in strata}),
        "b_plot": value("t_dm/ha", of_plots(lambda p: by_period(p["b"])), **MONITORED), "A_plot": value("ha", of_plots(lambda p: p["area"])),
        "D_l": value("cm", of_plots(lambda p: {t["id"]: by_period(t["D"]) for t in p["trees"]}), **MONITORED),
        "H_l": value("m", of_plots(lambda p: {t["id"]: by_period(t["H"]) for t in p["trees"]}), **MONITORED),
        "WD": value("t_dm/m3", {j: s["WD"] for j, s in project["species"].items()}), "a_j": value("t_dm", {j: s["a"] for j, s in project["species"].items()}),
        "b_j": value("1", {j: s["b"] for j, s in project["species"].items()}),
    }  # fmt: skip
    used = project["used"]
    for name, id_ in (("SN", "M_SN"), ("ON", "M_ON"), ("limestone", "M_limestone"), ("dolomite", "M_dolomite"), ("urea", "M_urea")):
        substance = {"SN": "synthetic", "ON": "organic"}.get(name, name)
        values[id_] = value(f"t_{substance}", used[name], **MONITORED)
    values |= {"NC_SN": value("tN/t_synthetic", used["NC_SN"]), "NC_ON": value("tN/t_organic", used["NC_ON"])}
    if moved := project["moved"]:
        values |= {"b_TREE_LK": value("t_dm/ha", moved["trees"]), "b_SHRUB_LK": value("t_dm/ha", moved["shrubs"]), "SOC_REF": value("tC/ha", moved["soil"]),
                   "f_before": value("1", moved["before"]), "f_after": value("1", moved["after"]), "A_DISP": value("ha", moved["area"], **MONITORED)}  # fmt: skip
    return {
        "project": {"name": "Random project", "illustrative": "yes"}, "methodology": "AR_RESTORATION@0.1",
        "operation": {"start": project["periods"][0][0].isoformat(), "end": project["periods"][-1][1].isoformat()},
        "monitoring_periods": [{"id": id_, "start": a.isoformat(), "end": b.isoformat()} for id_, (a, b) in zip(periods, project["periods"], strict=True)],
        "choices": {"trees": project["trees"], "roots": project["roots"], "change": project["change"], "fertiliser": "yes" if project["fertiliser"] else "no",
                    "displacement": "yes" if project["moved"] else "no", "harvest": "planned" if project["harvest"] else "no"},
        "readings": project["readings"], "datasets": [*filter(None, [project["shares"]]), *(["gwp-ar4"] if project["ar4"] else [])],
        "members": {"stratum": [s["id"] for s in strata], "plot": [p["id"] for _, p in plots], "tree": [t["id"] for *_, t in trees],
                    "species": {j: [t["id"] for *_, t in trees if t["species"] == j] for j in project["species"]},
                    "point": [f"k{n}" for n in range(4)], "cycle": [f"n{n}" for n in range(CYCLE)]},
        "relations": {"laid_in": {s["id"]: [p["id"] for p in s["plots"]] for s in strata},
                      "stands_in": {s["id"]: {p["id"]: [t["id"] for t in p["trees"]] for p in s["plots"]} for s in strata}},
        "values": values,
    }  # fmt: skip


def project_text(project: Project) -> str:
    """Return the project as a file."""
    return "\n".join(_lines(project_document(project))) + "\n"


def _lines(entry: dict[str, Any], indent: str = "") -> list[str]:
    found: list[str] = []
    for key, content in entry.items():
        if isinstance(content, dict) and content and len(_flow(content)) > 120 - len(indent):
            found += [f"{indent}{key}:", *_lines(content, indent + "  ")]
        else:
            found.append(f"{indent}{key}: {_flow(content)}")
    return found


def _flow(content: Any) -> str:
    if isinstance(content, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in content.items()) + "}"
    if isinstance(content, list):
        return "[" + ", ".join(_flow(part) for part in content) + "]"
    return f'"{content}"' if content in ("1", "%") else str(content)
