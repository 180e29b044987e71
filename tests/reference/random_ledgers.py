"""Ledgers drawn at random, and their project files. Numbers need not make sense together: rules may break, results must agree all the same."""

from datetime import date, timedelta

METHODS = ("averaging", "budget", "")


def random_ledger(draw, *, ties=True):
    """Return a ledger as :mod:`ledger_by_hand` reads it, with dates and ids of the events."""
    first, count = draw.randint(2019, 2028), draw.randint(2, 6)
    years = list(range(first, first + count))
    parties = [f"party_{letter}" for letter in "abcd"[: draw.randint(2, 4)]]
    made = {
        "years": years, "periods": _cut(draw, years, 3), "parties": parties, "host": draw.choice(parties), "share": round(draw.random(), draw.choice([1, 2, 6])),
        "reductions": _reductions(draw, years, ties=ties), "certified": {}, "averaging": [], "budget": [], "earlier": draw.random() < 0.4,
        "authorised": _authorised(draw, years), "ndc": _ndc(draw, years), "readings": _readings(draw),
    }  # fmt: skip
    for party in parties:
        method = draw.choice(METHODS)
        if method:
            made[method].append(party)
    if draw.random() < 0.3:
        made["certified"] = {at: draw.randint(0, max(1, int(sum(max(0, made["reductions"][y]) for y in some)))) for at, some in enumerate(made["periods"])}
    for of in ("transfers", "uses", "cancellations", "others"):
        made[of] = [_event(draw, of, at, years, parties) for at in range(draw.randint(0, 4))]
    return made


def _cut(draw, years, most):
    cuts = sorted(draw.sample(range(1, len(years)), min(len(years) - 1, draw.randint(0, most - 1))))
    return [years[a:b] for a, b in zip([0, *cuts], [*cuts, len(years)], strict=True)]


def _reductions(draw, years, *, ties):
    digits, size = draw.choice([0, 1, 3]), draw.choice([3, 100, 250_000])
    found = {y: round(draw.uniform(-0.2 * size, size) if draw.random() < 0.2 else draw.uniform(0, size), digits) for y in years}
    if ties and draw.random() < 0.5:
        found |= dict.fromkeys(draw.sample(years, 2), draw.choice(list(found.values())))
    return found


def _authorised(draw, years):
    found = []
    for at, part in enumerate(_cut(draw, years, 2)):
        if draw.random() < 0.85:
            made = {"id": f"letter_{at}", "first": part[0], "last": part[-1], "quantity": draw.choice([0, draw.randint(1, 500), draw.randint(1, 900_000)])}
            found.append(made | {"date": date(draw.choice(years) - 1, 6, 1)})
    return found


def _ndc(draw, years):
    found = []
    for at, part in enumerate(_cut(draw, years, 2)):
        before = draw.randint(0, 4) if at == 0 else 0
        found.append({"id": f"ndc_{at}", "years": part, "before": before, "length": before + len(part) + draw.choice([0, 0, 3])})
    return found


def _readings(draw):
    return {
        "split": draw.choice(["fixed-share", "first-come", "whole-vintages"]),
        "equal-remainders": draw.choice(["later-year", "earlier-year"]),
        "whole-units": draw.choice(["largest-remainder", "largest-remainder", "each-year"]),
    }


def _event(draw, of, at, years, parties):
    year = draw.choice(years)
    return {"id": f"{of}_{at}", "year": year, "vintage": draw.choice(years), "party": draw.choice(parties), "units": draw.randint(0, 900),
            "date": date(year, 1, 1) + timedelta(days=draw.randint(0, 364))}  # fmt: skip


# -- the project file


def project_text(data, reference):
    """Return the project file of a ledger."""
    periods = [f'  - {{id: "{at + 1}", start: {some[0]}-01-01, end: {some[-1]}-12-31}}' for at, some in enumerate(data["periods"])]
    lines = [
        "project: {name: drawn at random, illustrative: yes}", f"methodology: {reference}",
        f"operation: {{start: {data['years'][0]}-01-01, end: {data['years'][-1]}-12-31}}", "monitoring_periods:", *periods,
        f"choices: {{other_purposes: {'earlier' if data['earlier'] else 'cancellation'}}}",
        f"readings: {{{', '.join(f'{ruling}: {reading}' for ruling, reading in data['readings'].items())}}}",
        "members:", *_members(data), "relations:", *_relations(data), "values:", *_values(data),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _flow(pairs):
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def _listed(items):
    return "[" + ", ".join(items) + "]"


EVENTS = {"transfer": "transfers", "other_transfer": "others", "use": "uses", "cancellation": "cancellations"}
RELATIONS = {"transferred": "transfers", "transferred_otherwise": "others", "used": "uses", "cancelled": "cancellations"}
QUANTITIES = {"X": "transfers", "X_o": "others", "X_u": "uses", "X_c": "cancellations"}


def _members(data):
    ndc = _flow((n["id"], _flow([("from", n["years"][0]), ("to", n["years"][-1])])) for n in data["ndc"])
    lists = {"party": data["parties"], "host": [data["host"]], "averaging": data["averaging"], "budget": data["budget"],
             "authorisation": [a["id"] for a in data["authorised"]]}  # fmt: skip
    dated = {name: [_flow([("id", e["id"]), ("date", e["date"])]) for e in data[of]] for name, of in EVENTS.items()}
    return [f"  ndc: {ndc}", *(f"  {name}: {_listed(items)}" for name, items in (lists | dated).items())]


def _relations(data):
    return [f"  {name}: " + _flow((e["id"], _related(e, name)) for e in data[of]) for name, of in RELATIONS.items()]


def _related(event, relation):
    vintage = f'"{event["vintage"]}"'
    return _listed([vintage]) if relation == "transferred_otherwise" else _flow([(vintage, _listed([event["party"]]))])


def _block(unit, pairs):
    return _flow([("unit", unit), ("values", _flow(pairs)), ("source", "drawn")])


def _values(data):
    found = ["  R: " + _block("tCO2e", data["reductions"].items()), f'  s: {{unit: "1", value: {data["share"]}, source: drawn}}']
    if data["certified"]:
        found.append("  C: " + _block("tCO2e", ((f'"{at + 1}"', n) for at, n in data["certified"].items())))
    for name, key in (("L_0", "before"), ("L_n", "length")):
        found.append(f"  {name}: " + _block("year", ((n["id"], n[key]) for n in data["ndc"])))
    if data["authorised"]:
        found.append("  A: " + _block("tCO2e", ((a["id"], a["quantity"]) for a in data["authorised"])))
        for name, day in (("A_date", "{date}"), ("A_from", "{first}-01-01"), ("A_to", "{last}-12-31")):
            found.append(f"  {name}: " + _flow([("values", _flow((a["id"], day.format(**a)) for a in data["authorised"])), ("source", "drawn")]))
    for name, of in QUANTITIES.items():
        if data[of]:
            found.append(f"  {name}: " + _block("tCO2e", ((e["id"], _flow([(e["vintage"], _cell(e, name))])) for e in data[of])))
    return found


def _cell(event, quantity):
    return event["units"] if quantity == "X_o" else _flow([(event["party"], event["units"])])
