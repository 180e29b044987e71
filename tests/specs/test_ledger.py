"""The ledger under Article 6.2 against plain Python in fractions: random ledgers, worked cases, the example, a methodology that uses it."""

import os
import re
from datetime import date
from pathlib import Path
from random import Random

import ledger_by_hand as by_hand
import pytest
import random_ledgers as drawn

from engine.checks.worked_cases import read_cases
from engine.project.project_file import read_project_text
from equations.units.registry import parse_unit
from mrvgraph import audit, check, load, run

LEDGER = "ART62_LEDGER@0.1"
FOLDER = Path("methodology_specs/ART62_LEDGER")
AXES = {"W": ("year",), "T": ("year",), "FT": ("year",), "CA": ("party", "year"), "CA_end": ("party", "ndc"), "H": ("party", "year"), "H_t": ("party", "year", "year_2")}

CASES = FOLDER / "0.1" / "cases"


def event(id_, day, vintage, party, units):
    return {"id": id_, "year": day.year, "date": day, "vintage": vintage, "party": party, "units": units}


#: The project of the worked cases: three periods, equal remainders, a year of losses, two authorisations and NDC periods, Parties of every method, events of every kind.
FOUR_PARTIES = {
    "years": list(range(2029, 2037)), "periods": [[2029, 2030, 2031], [2032, 2033], [2034, 2035, 2036]], "certified": {}, "share": 0.45,
    "reductions": {2029: 1200.5, 2030: 2300.5, 2031: 3100.5, 2032: -150.2, 2033: 4100.6, 2034: 2500.25, 2035: 2500.25, 2036: 2600.75},
    "parties": ["host_land", "budget_land", "average_land", "year_land"], "host": "host_land", "averaging": ["average_land"], "budget": ["budget_land"],
    "ndc": [{"id": "first", "years": [2029, 2030], "before": 8, "length": 10}, {"id": "second", "years": list(range(2031, 2037)), "before": 0, "length": 6}],
    "authorised": [{"id": "letter_1", "first": 2029, "last": 2031, "quantity": 2800, "date": date(2028, 5, 4)},
                   {"id": "letter_2", "first": 2032, "last": 2036, "quantity": 7000, "date": date(2031, 2, 11)}],
    "transfers": [event("t1", date(2030, 3, 1), 2029, "average_land", 300), event("t2", date(2032, 6, 15), 2030, "budget_land", 800),
                  event("t3", date(2032, 6, 15), 2031, "year_land", 1100), event("t4", date(2035, 1, 31), 2033, "average_land", 1200)],
    "uses": [event("u1", date(2030, 12, 31), 2029, "average_land", 250), event("u2", date(2034, 12, 31), 2030, "budget_land", 700),
             event("u3", date(2036, 12, 31), 2031, "year_land", 900), event("u4", date(2036, 12, 31), 2033, "average_land", 1000)],
    "cancellations": [event("c1", date(2034, 7, 1), 2031, "host_land", 90), event("c2", date(2036, 2, 29), 2030, "budget_land", 40)],
    "others": [event("o1", date(2032, 1, 10), 2031, "host_land", 150)], "earlier": False,
    "readings": {"split": "fixed-share", "equal-remainders": "later-year", "whole-units": "largest-remainder"},
}  # fmt: skip


@pytest.fixture(scope="module")
def spec():
    return load(LEDGER)


def project_of(data):
    return read_project_text(drawn.project_text(data, LEDGER), Path("p.yaml"))


def differences(finished, data):
    found = []
    for (quantity, *members), number in by_hand.numbers(data).items():
        if quantity in finished.values.arrays:
            value = finished.value(quantity, **dict(zip(AXES[quantity], members, strict=True)))
            if abs(value - number) > 1e-9 * max(1, abs(number)):
                found.append((quantity, members, float(number), value))
    return found


def test_random_ledgers_agree_with_the_equations_by_hand(spec):
    for seed in range(100):
        data = drawn.random_ledger(Random(seed))
        finished = run(spec, project_of(data), targets=("W", "T", "CA", "CA_end", "FT", "H", "H_t"))
        assert (seed, differences(finished, data)) == (seed, [])


def test_worked_cases_are_right_by_hand(spec):
    text = f"# The project of the worked cases (tests/specs/test_ledger.py); every number is made up.\n{drawn.project_text(FOUR_PARTIES, LEDGER)}"
    if os.environ.get("MRVGRAPH_UPDATE"):
        (CASES / "four_parties.yaml").write_text(text, encoding="utf-8")
    assert (CASES / "four_parties.yaml").read_text(encoding="utf-8") == text
    for case in read_cases(FOLDER / "0.1" / "methodology.yaml", spec, parse_unit):
        finished = run(spec, case.data(), choices=case.choices, readings=case.readings, targets=(*spec.result_ids, *case.expect))
        assert case.difference(spec, finished.setting, finished.values) == ""
        if case.project.name == "four_parties.yaml":
            data = FOUR_PARTIES | {"earlier": case.choices.get("other_purposes") == "earlier", "readings": {**FOUR_PARTIES["readings"], **case.readings}}
            assert (case.id, differences(finished, data)) == (case.id, [])


def test_check_is_clean(spec):
    assert [f for f in check(spec).findings if f.severity != "note"] == []
    assert spec.status == "draft"


def test_the_example_is_clean_and_says_that_it_is_made_up(spec):
    report = audit(spec, FOLDER / "examples" / "two_parties.yaml")
    assert [f.code for f in report.findings if f.severity != "note"] == ["A721"]
    assert report.run.total == 87_802
    issued = [report.run.value("W", year=y) for y in range(2025, 2031)]
    assert issued == [8200, 12101, 15800, 17400, 17400, 16901]  # remainders .4 .7 .7 share one unit more, .25 .25 .9 one: the later of equal ones


METHODOLOGY = """
methodology: {id: USER, version: "1", title: A methodology that uses the ledger, status: illustrative, results: [ER_w, led_W, led_T, led_CA, led_CA_end]}
uses: [{prefix: led, spec: ART62_LEDGER@0.1, bind: {R: ER, C: ER_w}}]
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
quantities:
  - {id: G, symbol: 'G_{<y>}', meaning: what is saved, indices: [year], unit: GJ, kind: monitored}
  - {id: EF, symbol: EF, meaning: factor, unit: tCO2e/GJ, kind: monitored}
  - {id: ER, symbol: 'ER_{<y>}', meaning: reductions, indices: [year], unit: tCO2e, kind: computed}
  - {id: ER_w, symbol: 'ER_{w<q>}', meaning: whole reductions, indices: [period], unit: tCO2e, kind: computed}
equations:
  - {id: er, defines: 'ER[y]', formula: 'G[y] * EF'}
  - {id: whole, defines: 'ER_w[q]', formula: 'floor(pos(Sum(y in q, ER[y])))'}
"""


def test_a_methodology_gives_it_reductions_by_name(tmp_path):
    (tmp_path / "methodology.yaml").write_text(METHODOLOGY, encoding="utf-8")
    data = FOUR_PARTIES
    own = {"R": "G", "period": "period"}
    text = re.sub(r"^  (\w+):", lambda found: f"  {own.get(found[1]) or 'led_' + found[1]}:", drawn.project_text(data, "USER@1"), flags=re.MULTILINE)
    text = text.replace("  G: {unit: tCO2e", '  EF: {unit: tCO2e/GJ, value: 1, source: drawn}\n  G: {unit: GJ').replace("other_purposes:", "led_other_purposes:")
    text = re.sub("^readings: .*$", "", text, flags=re.MULTILINE)
    finished = run(load(tmp_path), read_project_text(text, tmp_path / "p.yaml"))
    wanted = by_hand.numbers(data)
    for (quantity, *members), number in wanted.items():
        if quantity in ("W", "T", "CA", "CA_end"):
            labels = {axis if axis == "year" else f"led_{axis}": member for axis, member in zip(AXES[quantity], members, strict=True)}
            assert (quantity, members, finished.value(f"led_{quantity}", **labels)) == (quantity, members, pytest.approx(float(number), abs=1e-9))


def test_the_split_hides_what_reductions_do_only_where_the_cap_is_reached(spec):
    """Issued and transferred are two results: under `first-come` fewer reductions move the one and not the other."""
    def results(split, factor):
        data = {**FOUR_PARTIES, "reductions": {y: round(r * factor, 3) for y, r in FOUR_PARTIES["reductions"].items()}}
        found = run(spec, project_of(data), readings={"split": split}, targets=("W", "T"))
        return sum(found.value("W", year=y) for y in data["years"]), sum(found.value("T", year=y) for y in data["years"])

    assert results("first-come", 0.95)[1] == results("first-come", 1)[1] == 9800  # 2,800 and 7,000 are authorised
    assert results("first-come", 0.95)[0] < results("first-come", 1)[0]
    assert results("fixed-share", 0.95)[1] < results("fixed-share", 1)[1] < 9800


C2 = FOUR_PARTIES["cancellations"][1]


@pytest.mark.parametrize(("changed", "earlier", "rule"), [
    ({"uses": [event("u1", date(2034, 12, 31), 2030, "budget_land", 700)], "cancellations": [C2 | {"date": date(2032, 2, 1), "year": 2032}]}, False, "transferred-before-cancellation"),
    # 200 of 2029 are there on the day and nothing of 2030, which comes in June: by vintage the use comes first
    ({"transfers": [event("t0", date(2030, 3, 1), 2029, "budget_land", 300), event("t2", date(2032, 6, 15), 2030, "budget_land", 800)],
      "uses": [event("u1", date(2032, 3, 1), 2030, "budget_land", 200)], "cancellations": []}, False, "transferred-before-use"),
    ({"cancellations": [event("c1", date(2031, 7, 1), 2031, "host_land", 90)]}, False, "vintage-before-cancellation"),
    ({"cancellations": [event("c1", date(2032, 1, 9), 2031, "host_land", 90)]}, True, "other-transfer-before-cancellation"),
    ({"cancellations": [event("c1", date(2030, 7, 1), 2029, "host_land", 9)], "authorised": [FOUR_PARTIES["authorised"][0] | {"date": date(2030, 7, 2)}]}, False,
     "authorised-before-cancellation"),
    ({"authorised": [FOUR_PARTIES["authorised"][0] | {"date": date(2032, 1, 11)}]}, True, "authorised-before-other-transfer")])  # fmt: skip
def test_the_order_of_events_within_a_year_is_seen(spec, changed, earlier, rule):
    """Each is right at the end of its year, so that holdings by year say nothing."""
    def state(data):
        return {v.rule: v.state for v in run(spec, project_of(data)).verdicts}[rule]

    whole = FOUR_PARTIES | {"earlier": earlier}
    assert (state(whole), state(whole | changed)) == ("held", "broken")
