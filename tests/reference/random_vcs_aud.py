"""Random projects for ``vcs_aud_by_hand.py``, and the project file of one; numbers are short decimals, so that a file holds them exactly."""

import random
from datetime import date, timedelta

POOLS = ("AB", "BB", "DW", "LI", "SOC", "WP")
TYPICAL = {"AB": 110, "BB": 25, "DW": 12, "LI": 4, "SOC": 60, "WP": 5}
DECAY = {"AB": 1, "BB": 10, "DW": 10, "LI": 1, "SOC": 20, "WP": 20}
CHOICES = {
    "rate": ("average", "linear", "modelled", "allocated"), "burning": ("counted", "left_out"),
    "market": ("none", "counted"), "deduction": ("beyond_15", "t_ratio"), "risk_density": ("derived", "table"),
}  # fmt: skip
READINGS = {
    "decay-of-litter-and-products": "vm0015", "terms-of-the-window": "both-ends", "loss-ex-post": "as-baseline",
    "growth-after-deforestation": "ten-years", "belt-by-year": "cumulated", "debt-of-a-period": "carried",
    "buffer-before-deduction": "after", "npr.least-rating": "twelve", "npr.whole-units": "nearest", "npr.release-with-deposit": "with-deposit",
}  # fmt: skip
UNITS = {
    "A_0": "ha", "A_0_LB": "ha", "D_ref": "ha/year", "D_model": "ha/year", "C": "tC/ha", "C_use": "tC/ha", "T_k": "year", "A_def": "ha",
    "A_fire": "ha", "A_low": "ha", "c_low": "tC/ha", "A_grow": "ha", "c_grow": "tC/ha", "E_act": "tCO2e", "A_LB": "ha", "A_not": "ha",
    "A_imm": "ha", "C_out": "tC/ha", "H": "tC", "E_prev": "tCO2e", "side_x": "m", "side_y": "m", "N_ref": "pixel", "N_lost": "pixel",
    "N_now": "pixel", "E": "ha", "dens_table": "ha/pixel", "T_v": "year", "N_PA": "pixel", "N_LB": "pixel",
}  # fmt: skip
#: Numbers of the two tools, and the prefix under which they stand in a project file.
PREFIXES = {
    **dict.fromkeys(("side_x", "side_y", "N_ref", "N_lost", "N_now", "E", "dens_table", "T_v", "N_PA", "N_LB"), "risk_"),
    **dict.fromkeys(("s_int", "s_ext", "LS", "M"), "npr_"),
}  # fmt: skip


def draw(rng, choices=None, readings=None, years=None, **given):
    """Return a random project; choices, readings and what else of the frame is given are taken, all other things drawn."""
    p = frame(rng, choices or {}, readings, years) | given
    numbers(rng, p)
    return p


def frame(rng, choices, readings, years):
    """Return what a project is about: dates, names, choices, readings."""
    start = date(rng.randint(2010, 2021), 1, 1) + timedelta(days=rng.choice([0, 0, rng.randrange(365)]))
    last = start.year + (years or rng.choice([2, 3, 5, 7, 12, 23]))
    end = date(last, 12, 31) - timedelta(days=rng.choice([0, 0, rng.randrange(365)]))
    p = {"start": start, "end": end, "strata": [f"s{n}" for n in range(rng.randint(1, 3))], "uses": [f"u{n}" for n in range(rng.randint(1, 3))]}
    p["choices"] = {id_: choices.get(id_) or rng.choice(values) for id_, values in CHOICES.items()}
    p["readings"] = {id_: other for id_, other in READINGS.items() if rng.random() < 0.25} if readings is None else dict(readings)
    p["counted"] = ["AB", *(k for k in POOLS[1:] if rng.random() < 0.6)]
    p["baselines"] = cut(rng, start.year, last, most=10)
    p["periods"] = periods(rng, start, end)
    p["own_decay"] = rng.random() < 0.2
    p["classes"], p["divisions"] = ["1", "2", "3"], ["north", "south"][: rng.randint(1, 2)]
    p["region"] = [(c, g) for c in p["classes"] for g in p["divisions"] if c != "2" or g == "north"]
    return p


def numbers(rng, p):
    """Draw the numbers of a project, in place."""
    number = lambda low, high, digits=2: round(rng.uniform(low, high), digits)  # noqa: E731
    strata, uses, baselines, counted = p["strata"], p["uses"], list(p["baselines"]), p["counted"]
    span = range(p["start"].year, p["end"].year + 1)
    p["A_0"], p["A_0_LB"] = ({i: number(800, 9000) for i in strata} for _ in range(2))
    p["D_ref"] = {b: {first - n: number(300, 700) for n in range(1, 11)} for b, (first, _) in p["baselines"].items()}
    p["D_ref"] = {b: {h: x for h, x in known.items() if h >= span[0] - 15} for b, known in p["D_ref"].items()}
    p["D_model"] = {y: number(300, 900) for y in span}
    p["P_PA"], p["P_LB"] = ({b: number(0.2, 0.45, 3) for b in baselines} for _ in range(2))
    p["s_PA"], p["s_LB"] = (shares(rng, baselines, strata) for _ in range(2))
    p["C"] = {(b, i, k): number(0.6 * TYPICAL[k], 1.4 * TYPICAL[k]) for b in baselines for i in strata for k in counted}
    p["C_use"] = {(u, k): number(0, 0.3 * TYPICAL[k]) for u in uses for k in counted}
    p["w_use"] = shares(rng, baselines, uses)
    p["T_k"] = {k: rng.choice([1, 2, 5, 10, 20]) for k in POOLS} if p["own_decay"] else DECAY
    p["f_burn"] = {i: number(0, 1) for i in strata}
    p["p_burn"], p["CE"] = ({k: number(0.2, 0.9) for k in ("AB", "DW", "LI") if k in counted} for _ in range(2))
    for name, most in (("A_def", 12), ("A_fire", 10), ("A_grow", 200), ("A_LB", 90)):
        p[name] = {(i, y): number(0, most) for i in strata for y in span}
    for name, most in (("A_low", 8), ("c_low", 30)):
        p[name] = {(e, i, y): number(0, most) for e in ("degradation", "disturbance") for i in strata for y in span}
    if rng.random() < 0.3:  # one bad year: a loss that the account has to cover
        p["A_low"]["disturbance", strata[0], rng.choice(span)] = number(300, 900)
    p["c_grow"] = {(i, y): number(0, 1.5) for i in strata for y in span}
    p["A_not"] = {at: round(area * rng.choice([0, 0, 0.5]), 2) for at, area in p["A_LB"].items()}
    for name, most in (("E_act", 80), ("A_imm", 60), ("H", 300), ("E_prev", 60)):
        p[name] = {y: number(0, most) for y in span}
    p["x_dens"] = rng.choice([0.5, 0.85, 1, 1.15, 1.6])
    p["p_imm"], p["C_out"] = {b: number(0, 0.2) for b in baselines}, {b: number(60, 200) for b in baselines}
    p["U_rate"], p["U_stock"] = ({b: number(0, 0.2, 3) for b in baselines} for _ in range(2))
    p["U_PE"], p["U_LK"] = ({q: number(0, 0.3, 3) for q in p["periods"]} for _ in range(2))
    risks(rng, p)
    jurisdiction(rng, p)


def cut(rng, first, last, most):
    """Cut years into runs of at most so many; the last may run on behind the project."""
    found, at = {}, first
    while at <= last:
        to = at + rng.randint(2, most) - 1
        found[f"B{len(found) + 1}"] = (at, to)
        at = to + 1
    return found


def periods(rng, start, end):
    """Cut the operation into one to four periods at any day."""
    inner = sorted({start + timedelta(days=rng.randrange(1, (end - start).days)) for _ in range(rng.randint(0, 3))})
    firsts = [start, *inner]
    return {f"M{n + 1}": (day, end if n + 1 == len(firsts) else firsts[n + 1] - timedelta(days=1)) for n, day in enumerate(firsts)}


def shares(rng, rows, columns):
    found = {}
    for row in rows:
        weights = [rng.randint(1, 9) for _ in columns]
        parts = [round(weight / sum(weights), 3) for weight in weights[:-1]]
        for column, part in zip(columns, [*parts, round(1 - sum(parts), 3)], strict=True):
            found[row, column] = part
    return found


def risks(rng, p):
    names = {"s_int": ("management", "finance", "opportunity", "longevity"), "s_ext": ("tenure", "community", "politics")}
    for name, members in names.items():
        p[name] = {(m, q): round(rng.choice([-4, -2, 0, 0, 2, 4, 6]) / 100, 2) for m in members for q in p["periods"]}
    natural = ("fire", "pests", "weather", "geology", "others")
    p["LS"] = {(n, q): rng.choice([0, 0.01, 0.02, 0.04, 0.05]) for n in natural for q in p["periods"]}
    p["M"] = {(n, q): rng.choice([0.25, 0.5, 1]) for n in natural for q in p["periods"]}


def jurisdiction(rng, p):
    """Counts of pixels by class and division; the most threatened class is small, so that a pixel's area binds now and then."""
    p["side_x"], p["side_y"] = 30, rng.choice([30, 25])
    for name in ("N_ref", "N_lost", "N_now", "N_PA", "N_LB", "dens_table"):
        p[name] = {}
    p["E"], p["T_v"] = {}, {}
    for v in p["baselines"]:
        for c, g in p["region"]:
            at, size = (v, c, g), {"1": 90_000, "2": 40_000, "3": 2_000}[c]
            p["N_ref"][at] = rng.randint(size // 2, size)
            p["N_lost"][at] = int(p["N_ref"][at] * rng.uniform(*{"1": (0.01, 0.03), "2": (0.1, 0.4), "3": (0.3, 0.75)}[c]))
            p["N_now"][at] = rng.randint(size // 2, size)
            p["N_PA"][at], p["N_LB"][at] = (int(p["N_now"][at] * rng.uniform(0.05, 0.45)) for _ in range(2))
            p["dens_table"][at] = round(rng.uniform(0, 0.05) if c != "1" else rng.uniform(0, 0.003), 5)
        modelled = sum(p["N_now"][v, c, g] * p["N_lost"][v, c, g] / p["N_ref"][v, c, g] for c, g in p["region"])
        p["E"][v] = round(modelled * p["side_x"] * p["side_y"] / 10_000 * rng.uniform(0.6, 1.8), 1)
        p["T_v"][v] = rng.choice([6, 8, 10])


# --- the project file


def needed(p):
    """Return the names of the numbers that the choices of a project ask for."""
    choices = p["choices"]
    names = [
        "A_0", "A_0_LB", "s_PA", "s_LB", "C", "C_use", "w_use", "p_burn", "CE", "A_def", "A_fire", "A_low", "c_low", "E_act", "A_LB", "A_not",
        "A_grow", "c_grow", "p_imm", "A_imm", "C_out", "E_prev", "U_rate", "U_stock", "U_PE", "U_LK", "s_int", "s_ext", "LS", "M",
    ]  # fmt: skip
    names += {"average": ["D_ref"], "linear": ["D_ref"], "modelled": ["D_model"], "allocated": []}[choices["rate"]]
    names += ["f_burn"] * (choices["burning"] == "counted") + ["T_k"] * p["own_decay"]
    names += ["H", "x_dens"] * (choices["market"] == "counted")
    if choices["rate"] != "allocated":
        return [*names, "P_PA", "P_LB"]
    counts = {"derived": ["side_x", "side_y", "N_ref", "N_lost", "N_now", "E"], "table": ["dens_table"]}[choices["risk_density"]]
    return [*names, *counts, "T_v", "N_PA", "N_LB"]


def project_text(p, spec="VCS_AUD@0.1", name="drawn at random"):
    """Return a project as a project file."""
    lines = ["project:", f"  name: {name}", "  illustrative: yes", f"methodology: {spec}",
             f"operation: {{start: {p['start']}, end: {p['end']}}}", "monitoring_periods:"]  # fmt: skip
    lines += [f"  - {{id: {q}, start: {first}, end: {last}}}" for q, (first, last) in p["periods"].items()]
    chosen = {c: v for c, v in p["choices"].items() if c != "risk_density" or p["choices"]["rate"] == "allocated"}
    lines += ["choices: " + flow(chosen)]
    if p["readings"]:
        lines += ["readings: " + flow(p["readings"])]
    lines += ["members:", f"  stratum: {flow(p['strata'])}", f"  use: {flow(p['uses'])}", f"  counted: {flow(p['counted'])}", "  baseline:"]
    lines += [f"    {b}: {{from: {first}, to: {last}}}" for b, (first, last) in p["baselines"].items()]
    relations = {}
    if p["choices"]["rate"] == "allocated":
        lines += [f"  risk_risk_class: {flow(p['classes'])}", f"  risk_division: {flow(p['divisions'])}"]
        relations["risk_region"] = {c: [g for other, g in p["region"] if other == c] for c in p["classes"]}
    if p["choices"]["rate"] in ("average", "linear"):
        relations["reference_years"] = {b: list(known) for b, known in p["D_ref"].items()}
    lines += ["relations:", *(f"  {id_}: {flow(pairs)}" for id_, pairs in relations.items())] if relations else []
    lines += ["values:"]
    lines += [f"  {id_}: {{value: yes, source: made for the test}}" for id_ in ("forest_before", "unplanned", "not_wetland")]
    for id_ in needed(p):
        lines += [f"  {PREFIXES.get(id_, '')}{id_}:", f"    unit: {UNITS.get(id_, chr(34) + '1' + chr(34))}", "    source: made for the test"]
        lines += written(p[id_])
    return "\n".join(lines) + "\n"


def written(numbers):
    if not isinstance(numbers, dict):
        return [f"    value: {numbers}"]
    nested = {}
    for at, number in numbers.items():
        *outer, last = at if isinstance(at, tuple) else (at,)
        here = nested
        for label in outer:
            here = here.setdefault(label, {})
        here[last] = number
    return ["    values:", *(f"      {label!s}: {flow(inner)}" for label, inner in nested.items())]


def flow(node):
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in node.items()) + "}"
    return "[" + ", ".join(map(str, node)) + "]" if isinstance(node, list) else str(node)


def seeded(seed, **given):
    return draw(random.Random(seed), **given)


def alike(seed, count, **given):
    """Yield projects about the same things, with other numbers."""
    rng = random.Random(seed)
    p = draw(rng, **given)
    yield p
    for _ in range(count - 1):
        p = dict(p)
        numbers(rng, p)
        yield p
