"""A ledger under Article 6.2 in plain Python and exact fractions, from what is known of the decisions; it shares nothing with the spec.

A project is a dictionary: ``years``, ``periods`` (lists of years), ``reductions`` (year -> number), ``certified`` (period -> number, may lack some),
``authorised`` (list of dictionaries with quantity, date, first and last year), ``share``, ``parties``, ``host``, ``averaging``, ``budget`` (lists), ``ndc``
(list of dictionaries with years, before, length), ``earlier`` (whether other purposes are transferred at authorisation or issuance), and lists of
events ``transfers``, ``uses``, ``cancellations``, ``others``, each with year, vintage, party and units; ``readings``.
"""

from fractions import Fraction
from math import floor

MILLIONTH = Fraction(1, 10**6)


def exact(number):
    return Fraction(str(number))


def certified(project, at):
    if at in project["certified"]:
        return exact(project["certified"][at])
    return Fraction(max(0, floor(sum(exact(project["reductions"][y]) for y in project["periods"][at]))))


def to_the_millionth(number):
    return floor(number / MILLIONTH + Fraction(1, 2)) * MILLIONTH


def vintages(project):
    """Return year -> whole units: the largest remainder within each period."""
    found = {}
    for at, years in enumerate(project["periods"]):
        counts = {y: max(Fraction(0), exact(project["reductions"][y])) for y in years}
        all_, units = sum(counts.values()), certified(project, at)
        quotas = {y: units * counts[y] / all_ if all_ else Fraction(0) for y in years}
        found.update({y: floor(q) for y, q in quotas.items()})
        if project["readings"].get("whole-units") == "each-year":
            continue
        late = -1 if project["readings"].get("equal-remainders", "later-year") == "later-year" else 1
        order = sorted(years, key=lambda y: (-to_the_millionth(quotas[y] - floor(quotas[y])), late * y))
        for y in order[: floor(units) - sum(floor(q) for q in quotas.values())]:
            found[y] += 1
    return found


def split(project):
    """Return year -> units that go abroad, authorisation by authorisation."""
    issued, found = vintages(project), dict.fromkeys(project["years"], 0)
    for letter in project["authorised"]:
        years = [y for y in project["years"] if letter["first"] <= y <= letter["last"]]
        before = so_far = 0
        for y in years:
            so_far += issued[y]
            reading = project["readings"].get("split", "fixed-share")
            if reading == "fixed-share":
                gone = min(floor(exact(project["share"]) * so_far), letter["quantity"])
            elif reading == "first-come":
                gone = min(so_far, letter["quantity"])
            else:
                gone = so_far if so_far <= letter["quantity"] else before
            found[y] += gone - before
            before = gone
    return found


def units_of(events, *, year=None, vintage=None, party=None):
    return sum(e["units"] for e in events if (year is None or e["year"] == year) and (vintage is None or e["vintage"] == vintage)
               and (party is None or e["party"] == party))  # fmt: skip


def first_transfers(project, year):
    other = units_of(project["others"], year=year) if project["earlier"] else units_of(project["cancellations"], year=year, party=project["host"])
    return units_of(project["transfers"], year=year) + other


def event_effect(project, party, year):
    return first_transfers(project, year) if party == project["host"] else -units_of(project["uses"], year=year, party=party)


def period_of(project, year):
    return next(n for n in project["ndc"] if year in n["years"])


def yearly_adjustment(project, party, year):
    if party not in project["averaging"]:
        return Fraction(event_effect(project, party, year))
    period = period_of(project, year)
    so_far = [y for y in period["years"] if y <= year]
    return Fraction(sum(event_effect(project, party, y) for y in so_far), period["before"] + len(so_far))


def target_adjustment(project, party, period):
    all_ = sum(event_effect(project, party, y) for y in period["years"])
    if party in project["averaging"]:
        return Fraction(all_, period["length"])
    if party in project["budget"]:
        return Fraction(all_)
    last = [y for at, y in enumerate(period["years"], start=1) if period["before"] + at >= period["length"]]
    return Fraction(sum(event_effect(project, party, y) for y in last))


def held(project, party, vintage):
    if party == project["host"]:
        return vintages(project)[vintage] - units_of(project["transfers"], vintage=vintage) - units_of(project["cancellations"], vintage=vintage, party=party)
    return sum(sign * units_of(project[of], vintage=vintage, party=party) for of, sign in (("transfers", 1), ("uses", -1), ("cancellations", -1)))


def holds(project, party, vintage, year):
    """Return what a Party holds of a vintage at the end of a year, of what was first transferred."""
    by_then = {of: [e for e in project[of] if e["year"] <= year] for of in ("transfers", "uses", "cancellations", "others")}
    if party != project["host"]:
        return held({**project, **by_then}, party, vintage)
    if not project["earlier"]:
        return 0
    return units_of(by_then["others"], vintage=vintage) - units_of(by_then["cancellations"], vintage=vintage, party=party)


def numbers(project):
    """Return quantity and members -> number, of all results and of what the ledger shows beside them."""
    issued, abroad = vintages(project), split(project)
    found = {("W", y): n for y, n in issued.items()} | {("T", y): n for y, n in abroad.items()}
    found |= {("FT", y): first_transfers(project, y) for y in project["years"]}
    for party in project["parties"]:
        found |= {("CA", party, y): yearly_adjustment(project, party, y) for y in project["years"]}
        found |= {("CA_end", party, n["id"]): target_adjustment(project, party, n) for n in project["ndc"]}
        found |= {("H", party, y): held(project, party, y) for y in project["years"]}
        found |= {("H_t", party, v, y): holds(project, party, v, y) for v in project["years"] for y in project["years"]}
    return found
