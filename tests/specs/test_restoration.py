"""AR_RESTORATION against the equations by hand: random projects, worked cases, the example, a newcomer's template, readings.

`MRVGRAPH_UPDATE=1 pytest tests/specs/test_restoration.py -k projects_of_cases` writes the projects of the worked cases.
"""

import os
from pathlib import Path
from random import Random

import numpy as np
import pytest
import random_restoration as drawn
import restoration_by_hand as by_hand

from engine.audit.recompute import audit_recompute
from engine.checks.worked_cases import read_cases
from engine.comparison.difference_text import difference_text
from engine.explain.template import project_template
from engine.mutation.case_runs import start_case
from engine.plan.planner import plan_with_rules
from engine.plan.spec_setting import named_setting
from engine.project.project_file import read_project_text
from engine.run.run import run_project
from equations.model.grounded import grounded
from equations.units.registry import parse_unit
from mrvgraph import audit, check, compare, load, many_draws, recalculation, run

SPEC = "AR_RESTORATION@0.1"
FOLDER = Path("methodology_specs/AR_RESTORATION")
EXAMPLE = FOLDER / "examples" / "three_strata.yaml"
COMMON = {"fertiliser": True, "displaced": True, "readings": {}, "ar4": False, "shares": ""}
#: Project of worked cases -> its seed and what is not drawn.
PROJECTS = {
    "measured.yaml": (11, COMMON | {"trees_stay": False, "degraded": False, "lengths": [700, 600, 800], "risk": 0.17}),
    "degraded.yaml": (23, COMMON | {"trees_stay": True, "degraded": True, "lengths": [900, 500], "risk": 0.1}),
    "long.yaml": (37, COMMON | {"trees_stay": False, "degraded": False, "lengths": [7300, 1100], "risk": 0}),
}


@pytest.fixture(scope="module")
def spec():
    """The spec; it is checked once, and runs go by that verdict."""
    found = load(SPEC)
    CHECKED.append(check(found))
    return found


CHECKED: list = []


def differences(finished, project):
    """Return what parts from the numbers by hand by more than a billionth of the stocks."""
    wrong = []
    scale = max(abs(number) for number in by_hand.units(project)["NET"]) + by_hand.trees_stock(0, project)
    for name, numbers in by_hand.units(project).items():
        found = [finished.value(name, period=f"MP{n}") for n in range(1, len(numbers) + 1)]
        wrong += [(name, at, number, ours) for at, (number, ours) in enumerate(zip(numbers, found, strict=True)) if abs(number - ours) > 1e-9 * scale]
    for name, numbers in by_hand.by_year(project).items():
        found = {year: finished.value(name, year=year) for year in numbers}
        wrong += [(name, year, number, found[year]) for year, number in numbers.items() if abs(number - found[year]) > 1e-9 * abs(number)]
    return wrong


def read(project):
    return read_project_text(drawn.project_text(project), Path("p.yaml"))


def planned_once():
    """Return a planner that makes each plan once."""
    made = {}

    def planner(methodology, setting, targets, supplied):
        key = (methodology.hash, tuple(sorted(setting.readings.items())), setting.key(), targets, supplied)
        if key not in made:
            made[key] = plan_with_rules(methodology, setting, targets, supplied)
        return made[key]

    return planner


@pytest.mark.parametrize(("trees", "change", "count"), [("heights", "difference", 4), ("diameters", "remeasured", 4), ("plots", "difference", 12), ("plots", "remeasured", 12),
                                                        ("curve", "difference", 12), ("table", "difference", 12)])  # fmt: skip
def test_random_projects_agree_with_the_equations_by_hand(spec, tmp_path, trees, change, count):
    """Projects of a kind have one shape and other numbers."""
    path, planner, issued = tmp_path / "p.yaml", planned_once(), 0
    for at, project in enumerate(drawn.alike(hash_of(trees, change), count, trees=trees, change=change)):
        path.write_text(drawn.project_text(project), encoding="utf-8")
        finished = run_project(spec, path, parse_unit, planner)
        assert (at, differences(finished, project)) == (at, [])
        issued += finished.value("U", period="MP1") > 0
    assert issued > 1


def hash_of(*words):
    return sum(ord(letter) for word in words for letter in word)


# -- worked cases


def case_project(name, choices=(), readings=(), datasets=()):
    """Return the project of a case with what the case says in place of what was drawn."""
    seed, fixed = PROJECTS[name]
    project = drawn.random_project(Random(seed), Random(seed), **fixed)
    answers = dict(choices)
    project["readings"] = dict(readings)
    project |= {name: answers.get(name, project[name]) for name in ("trees", "roots", "change")}
    for name in ("fertiliser", "harvest", "displacement"):
        project[name] = answers[name] not in ("no",) if name in answers else project[name] if name != "displacement" else True
    project["moved"] = project["moved"] if project["displacement"] else None
    project["gwp"] = 298 if "gwp-ar4" in datasets else 265
    project["dead"] = next((drawn.SHARES[d] for d in datasets if d in drawn.SHARES), (0.0, 0.0))
    return project


def cases_of(spec):
    return read_cases(FOLDER / "0.1" / "methodology.yaml", spec, parse_unit)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_projects_of_cases_are_those_of_their_seeds(name):
    seed, fixed = PROJECTS[name]
    head = "# A project drawn at random for worked cases (tests/specs/test_restoration.py); every number is made up.\n"
    text = head + drawn.project_text(drawn.random_project(Random(seed), Random(seed), **fixed))
    path = FOLDER / "0.1" / "cases" / name
    if os.environ.get("MRVGRAPH_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_worked_cases_are_right_by_hand(spec):
    cases = cases_of(spec)
    for case in cases:
        finished = run(spec, case.data(), choices=case.choices, readings=case.readings)
        project = case_project(Path(case.project).name, case.choices, case.readings, case.datasets or ())
        assert (case.id, differences(finished, project)) == (case.id, [])
        started = start_case(case, spec, parse_unit)
        assert (case.id, case.difference(spec, started.setting, started.result.values)) == (case.id, "")
    made = {pair for case in cases for pair in (*case.choices.items(), *case.readings.items())}
    every = [(c.id, v.id) for c in spec.choices for v in c.values] + [(r.id, x.id) for r in spec.rulings for x in r.readings if x.id != r.default]
    assert [pair for pair in every if pair not in made] == []


def test_check_is_clean(spec):
    assert [f for f in CHECKED[0].findings if f.severity != "note"] == []
    assert spec.status == "draft"
    assert [entry for entry in grounded(spec) if entry.ground == "unsaid"] == []


# -- by hand, the example, a newcomer's template, readings


@pytest.mark.parametrize(("uncertainty", "deducted"), [(0.10, 0), (0.12, 0.25), (0.15, 0.25), (0.18, 0.5), (0.25, 0.75), (0.30, 0.75), (0.31, 1)])
def test_the_deduction_is_that_of_the_classes_of_the_tool(uncertainty, deducted):
    """The tool's own example: 60 t with 9 t to both sides is an uncertainty of 15 percent, and a quarter of 9 t goes."""
    assert next((share for above, share in by_hand.CLASSES if uncertainty > above), 0.0) == deducted


@pytest.fixture(scope="module")
def example(spec):
    return run_project(spec, EXAMPLE, parse_unit, planned_once())


def test_the_first_period_of_the_example_by_hand(example):
    """Stocks from the areas and the mean of plots, to units, in the test."""
    hectares = {"planting": 600, "assisted": 700, "enrichment": 200}
    stock = sum(a * example.value("b_i", stratum=i, period="first") for i, a in hectares.items()) * 0.47 * 44 / 12
    shrubs = [0.47 * 44 / 12 * 1.4 * 0.1 * 120 * sum(a * c for a, c in zip(hectares.values(), cover, strict=True)) for cover in ((0.15, 0.20, 0.12), (0, 0.12, 0.10))]
    change = stock * 1.02 + shrubs[1] - shrubs[0]
    leakage = 40 * 0.47 * (1.1 * 15 * 1.25 + 4 * 1.4) * 44 / 12
    emissions = sum(example.value("GHG_E", year=y) for y in range(2016, 2021))
    assert example.value("u_dC", period="first") < 0.1
    assert example.value("CR", period="first") == pytest.approx(change - leakage - emissions)
    assert example.value("U", period="first") + example.value("BUF", period="first") == int(change - leakage - emissions)


def test_land_that_is_lost_takes_its_stock_with_it_also_where_plots_are_measured_again(example):
    """Twelve of 600 ha are gone in the second period; with the same plots both ways to the change are one sum."""
    stocks = [example.value("C_TREE", period=q) for q in ("first", "second")]
    assert example.value("dC_TREE", period="second") == pytest.approx(stocks[1] - stocks[0], rel=1e-12)
    grown = {i: a * (example.value("b_i", stratum=i, period="second") - example.value("b_i", stratum=i, period="first")) for i, a in (("planting", 588), ("assisted", 700), ("enrichment", 200))}
    lost = 12 * example.value("b_i", stratum="planting", period="first")
    assert example.value("dC_TREE", period="second") == pytest.approx((sum(grown.values()) - lost) * 0.47 * 44 / 12, rel=1e-12)


def test_the_example_is_audited(spec):
    report = audit(spec, EXAMPLE)
    assert {f.code for f in report.findings if f.severity != "note"} == {"A721"}  # the numbers are made up
    assert 3 < sum(v for _, v, _ in report.run.cells("CR")) / 1500 / 10 < 25  # t CO2 a hectare and year, as young stands of the tropics


def test_every_way_to_the_numbers_agrees(example):
    results = ("U", "BUF", "CR")
    batch = many_draws(example, results)({"b_FOREST": np.array([120.0, 150.0])}).arrays
    again = recalculation(example)({"b_FOREST": np.array(150.0)})
    for id_ in results:
        assert batch[id_][0] == pytest.approx(example.values.arrays[id_])
        assert batch[id_][1] == pytest.approx(again[id_])
    assert (again["CR"] != example.values.arrays["CR"]).all()


@pytest.mark.parametrize("id_", ["heights", "diameters", "table"])
def test_the_second_computation_agrees(spec, id_):
    case = next(case for case in cases_of(spec) if case.id == id_)
    finished = run(spec, case.data(), choices=case.choices, readings=case.readings)
    assert [f.severity for f in audit_recompute(finished)] == ["note"]


@pytest.mark.parametrize(("change", "rule"), [
    ("", "trees-stand-in-plots"), ("", "periods-follow"), ("not_wetland: no", "not-wetland"), ("risk: {unit: \"1\", value: 0.05", "least-rating")])  # fmt: skip
def test_rules_see_what_would_count_in_silence(spec, change, rule):
    project = drawn.random_project(Random(3), Random(3), trees="heights", readings={}, risk=0.1, lengths=[500, 600])
    document = drawn.project_text(project)
    if rule == "trees-stand-in-plots":  # a plot that is laid out no more, with its trees
        gone = project["strata"][0]["plots"][-1]["id"]
        laid = document.index("  laid_in:")
        line = document[laid : document.index("  stands_in:")]
        document = document.replace(line, line.replace(f", {gone}", ""))
    elif rule == "periods-follow":
        first, end = project["periods"][1]
        document = document.replace(f"start: {first}, end: {end}", f"start: {first.replace(day=28)}, end: {end}")
    else:
        document = document.replace("not_wetland: yes", change) if rule == "not-wetland" else document.replace('risk: {unit: "1", value: 0.1', change)
    verdicts = {v.rule: v.state for v in run(spec, read_project_text(document, Path("p.yaml"))).verdicts}
    assert verdicts[rule] == "broken"


FILLED = {"A_0": "500", "A": "500", "CC_TREE": "0.01", "CC_limit": "0.1", "CC_SHRUB_0": "0.1", "CC_SHRUB": "0.1", "b_FOREST": "120", "db_FOREST": "3", "b_burn": "0",
          "soil_share": "0.03", "A_SPF": "20", "FC": "5", "DF_DW": "0.01", "DF_LI": "0.01"}  # fmt: skip


def said(line):
    """Whether a line of a template says how something is monitored."""
    return line.strip().startswith(("method:", "frequency:"))


def test_a_template_filled_in_leads_to_a_clean_audit(spec):
    choices = {"trees": "plots", "roots": "function", "change": "difference", "fertiliser": "no", "displacement": "no", "harvest": "no"}
    setting = named_setting(spec, choices, {}, "2020-01-01", "2021-12-31", {})
    lines, quantity, count = [], "", 0
    for line in project_template(spec, setting).splitlines():
        quantity = line.strip().rstrip(":").split(":")[0] if line.startswith("  ") and not line.startswith("    ") else quantity
        count += quantity == "b_plot" and "____" in line
        line = f"  {quantity}: {{value: yes, source: statement of the owner}}" if line.endswith("# yes or no") else line
        filled = "inventory" if "source:" in line else "C" if "monitoring_option:" in line else "yearly" if said(line) else "P" if "name:" in line else FILLED.get(quantity, str(20 + count / 10))
        line = "  laid_in: {stratum 1: [plot 1, plot 2], stratum 2: [plot 1, plot 2]}" if line.startswith("  laid_in:") else line
        lines.append(line.replace("____", filled))
    report = audit(spec, read_project_text("\n".join(lines), Path("p.yaml")))
    assert [(f.code, f.subject) for f in report.findings if f.severity != "note"] == []
    assert report.run.value("U", period="MP1") > 0


def test_readings_are_told_apart_in_a_difference(spec):
    text = difference_text(compare(spec, projects=(EXAMPLE,), readings=({}, {"small-sources": "insignificant", "roots-of": "stratum"})))
    assert "Eq. 43" in text and "plot.roots.function" in text
