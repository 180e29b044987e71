"""VCS_AUD 0.1 against the same methodology worked out in plain Python, on random projects over every choice and reading."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import random_vcs_aud as projects
import yaml
from vcs_aud_by_hand import compute
from vcs_aud_cases import PROJECTS, case_project, case_text

from engine.audit.recompute import audit_recompute
from engine.checks.worked_cases import read_cases
from engine.comparison.difference_text import difference_text
from engine.explain.template import project_template
from engine.plan.planner import plan_with_rules
from engine.plan.spec_setting import named_setting
from engine.run.run import run_project
from equations.units.registry import parse_unit
from mrvgraph import compare, load, many_draws, recalculation

SPEC = "VCS_AUD@0.1"
RELATIVE = 1e-9
ROOT = Path(__file__).resolve().parents[2] / "methodology_specs" / "VCS_AUD"
FOLDER, EXAMPLE = ROOT / "0.1", ROOT / "examples" / "tumring_size.yaml"


@pytest.fixture(scope="module")
def spec():
    return load(SPEC)


def planned_once():
    """Return a planner that makes each plan once."""
    made = {}

    def planner(methodology, setting, targets, supplied):
        key = (methodology.hash, tuple(sorted(setting.readings.items())), setting.key(), targets, supplied)
        if key not in made:
            made[key] = plan_with_rules(methodology, setting, targets, supplied)
        return made[key]

    return planner


def labels(at):
    return tuple(str(part) for part in (at if isinstance(at, tuple) else (at,)))


def differences(finished, by_hand):
    """Yield the cells that part by more than a billionth of themselves, or a millionth of a tonne."""
    for id_, numbers in by_hand.items():
        if id_ not in finished.values.arrays:
            continue
        sets = finished.methodology.quantity[id_].indices
        for at, number in numbers.items():
            ours = finished.value(id_, **dict(zip(sets, labels(at), strict=True)))
            if not abs(ours - number) <= RELATIVE * abs(number) + 1e-6:
                yield id_, at, ours, number


#: Kinds of projects: years, and how baseline areas come about; all else is drawn. Long ones outlast the slowest pool.
KINDS = ((2, "average", "derived"), (3, "linear", "derived"), (5, "modelled", "derived"), (11, "allocated", "derived"), (2, "allocated", "table"),
         (4, "average", "table"), (22, "linear", "table"), (6, "allocated", "derived"))  # fmt: skip


@pytest.mark.parametrize("half", range(2))
def test_random_projects(spec, tmp_path, half):
    """A hundred and two projects, fourteen of each kind, and four long ones."""
    issued = 0
    for seed, (years, rate, density) in list(enumerate(KINDS))[half::2]:
        planner = planned_once()
        for count, project in enumerate(projects.alike(seed, 4 if years > 20 else 14, years=years, choices={"rate": rate, "risk_density": density})):
            path = tmp_path / f"{seed}_{count}.yaml"
            path.write_text(projects.project_text(project), encoding="utf-8")
            finished = run_project(spec, path, parse_unit, planner)
            by_hand = compute(project)
            assert not list(differences(finished, by_hand)), f"project {count} of seed {seed}"
            assert {id_ for id_ in by_hand if id_ not in finished.values.arrays} <= {"npr_cancel", "npr_waited", "npr_uncovered"}
            issued += sum(by_hand["VCU"].values()) > 0
    assert issued > 15, "most projects issue nothing, so that little is tried"


# --- worked cases


def case_blocks(spec):
    return read_cases(FOLDER / "methodology.yaml", spec, parse_unit)


def test_worked_cases_are_what_plain_python_makes_of_their_projects(spec):
    """The numbers that are written down, not only those of a run, are those of the recomputation."""
    for case in case_blocks(spec):
        by_hand = compute(case_project(case.project.stem, case.readings))
        compared = 0
        for line in csv.DictReader((FOLDER / "cases" / f"{case.id}.csv").read_text(encoding="utf-8").splitlines()):
            numbers = {labels(at): number for at, number in by_hand.get(line["quantity"], {}).items()}
            cell = tuple(part.strip() for part in line["cell"].split(","))
            if cell in numbers:
                assert float(line["value"]) == pytest.approx(numbers[cell], rel=1e-9, abs=1e-6), (case.id, line)
                compared += 1
        assert compared >= 25, case.id


@pytest.mark.parametrize("name", PROJECTS)
def test_projects_of_worked_cases_are_those_of_the_seed(name):
    assert (FOLDER / "cases" / f"{name}.yaml").read_text(encoding="utf-8") == case_text(name)


def test_every_choice_and_reading_stands_in_a_worked_case(spec):
    cases = case_blocks(spec)
    taken = {pair for case in cases for pair in (*case.readings.items(), *projects_choices(case).items())}
    others = {(r.id, reading.id) for r in spec.rulings for reading in r.readings if reading.id != r.default}
    assert others <= taken
    assert {(c.id, value.id) for c in spec.choices for value in c.values} <= taken


def projects_choices(case):
    return {id_: value.text for id_, value in case.data().choices.items()}


# --- other ways to the numbers


@pytest.fixture(scope="module")
def example(spec):
    return run_project(spec, EXAMPLE, parse_unit, planned_once())


def test_the_example_is_of_the_order_of_what_is_public(example):
    """A plausibility, with room: the inputs are made up, and the public number was no input."""
    assert 0.5 < example.value("NER", period="second") / 645_410 < 2
    assert sum(example.value("A_0", stratum=i) for i in ("evergreen", "deciduous")) == pytest.approx(67_791.17)
    assert [f.code for f in example.findings if f.severity in ("error", "warning")] == []


def test_every_way_to_the_numbers_agrees(example):
    batch = many_draws(example, ("VCU", "BUF", "NER"))({"P_PA": np.array([[0.25], [0.3]])}).arrays
    again = recalculation(example)({"P_PA": np.array([0.3])})
    for id_ in ("VCU", "BUF", "NER"):
        assert batch[id_][0] == pytest.approx(example.values.arrays[id_])
        assert batch[id_][1] == pytest.approx(again[id_])
        assert (again[id_] > example.values.arrays[id_]).all()


@pytest.mark.parametrize("name", ["allocated", "linear"])
def test_the_second_computation_agrees(spec, name):
    finished = run_project(spec, FOLDER / "cases" / f"{name}.yaml", parse_unit, planned_once())
    assert [f.severity for f in audit_recompute(finished)] == ["note"]


def test_what_a_reading_says_and_moves_is_shown(spec, example):
    text = difference_text(compare(spec, readings=({}, {"loss-ex-post": "as-baseline"})))
    assert "project.loss.pool" in text and "belt.monitored.pool" in text
    other = run_project(spec, EXAMPLE, parse_unit, planned_once(), readings={"loss-ex-post": "as-baseline"})
    assert other.total == example.total + 104_526


def test_deforestation_above_the_forest_that_is_left_is_cut(spec, tmp_path):
    """By hand: 100 ha of forest, and a baseline that places 60 ha a year; 60, then 40, then none. A new baseline begins with 100 ha - 2 * 3 ha."""
    project = case_project("table") | {"start": PROJECTS["table"][1]["start"]}
    project["A_0"] = {"dense": 100}
    project["dens_table"] = dict.fromkeys(project["dens_table"], 0)
    at = ("B1", "1", "north")
    project["dens_table"][at], project["N_PA"][at], project["N_now"][at], project["T_v"]["B1"] = 0.03, 20_000, 90_000, 10
    project["A_def"] = dict.fromkeys(project["A_def"], 3)
    path = tmp_path / "p.yaml"
    path.write_text(projects.project_text(project), encoding="utf-8")
    finished = run_project(spec, path, parse_unit, planned_once())
    assert [finished.value("A_BSL", stratum="dense", year=str(y)) for y in (2020, 2021)] == pytest.approx([60, 40])


@pytest.mark.parametrize(("line", "changed", "broken"), [
    ("evergreen: {2015: 118", "evergreen: {2015: 3118", {"issued-is-reduced", "npr.loss-covered"}),  # a loss of stocks with nothing in the account, and a gain behind it
    ("E_act: {unit: tCO2e, values: {2015: 160", "E_act: {unit: tCO2e, values: {2015: 500160", {"issued-is-reduced"}),  # a debt of gases, which no buffer covers
    ("evergreen: {2015: 66, ", "evergreen: {2015: 41292, ", {"burnt-within", "issued-is-reduced"}),
    ("evergreen: {2015: 210, ", "evergreen: {2015: 41292, ", {"degraded-within", "issued-is-reduced", "npr.loss-covered"}),
    ("A_grow: {unit: ha, otherwise: 0", "A_grow: {unit: ha, values: {deciduous: {2015: 26501}}, otherwise: 0", {"growing-within"})])  # fmt: skip
def test_rules_see_a_debt_that_nothing_covers_and_areas_that_do_not_fit(spec, tmp_path, line, changed, broken):
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(line) == 1
    path = tmp_path / "p.yaml"
    path.write_text(text.replace(line, changed), encoding="utf-8")
    assert {v.rule for v in run_project(spec, path, parse_unit, planned_once()).verdicts if v.state == "broken"} == broken


FILLED = {"A_0": "5000", "A_0_LB": "5000", "D_ref": "100", "C": "90", "C_use": "5", "U_rate": "0.1", "U_stock": "0.1", "U_PE": "0.1", "U_LK": "0.1",
          "npr_s_int": "0.02", "npr_s_ext": "0.02", "npr_LS": "0.01", "E_act": "10", "E_prev": "10", "A_not": "0"}  # fmt: skip


def test_a_template_that_is_filled_in_runs_without_a_fault(spec, tmp_path):
    choices = {"rate": "average", "burning": "left_out", "market": "none", "deduction": "beyond_15", "risk_density": "derived"}
    text = project_template(spec, named_setting(spec, choices, {}, "2015-01-01", "2016-12-31", {}))
    assert "risk_N_ref" not in text, "a tool that the choice leaves out asks for nothing"
    lines, quantity = [], ""
    for line in text.splitlines():
        named = re.match(r"  (\w+):", line)
        quantity = named[1] if named else quantity
        answer = "yes" if "# yes or no" in line else "illustrative" if "source:" in line or "name:" in line else "B" if "monitoring_option:" in line else FILLED.get(quantity, "0.5")
        lines.append(line.replace("____", answer))
    years = list(range(2005, 2015))
    text = re.sub(r"(?m)^  reference_years: .*$", f"  reference_years: {{first: {years}}}", "\n".join(lines))
    (tmp_path / "p.yaml").write_text(text + "\n", encoding="utf-8")
    finished = run_project(spec, tmp_path / "p.yaml", parse_unit, planned_once())
    # the template has a gap for every year before the start, the relation ten of them: what is left over is said
    assert [(f.code, f.subject) for f in finished.findings if f.severity in ("error", "warning")] == [("A705", "D_ref")]
    assert finished.value("VCU", period="MP1") > 0
    assert [f.severity for f in audit_recompute(finished)] == ["note"]


WITH_RESTORATION = ROOT / "examples" / "tumring_size_restoration.yaml"


@pytest.fixture(scope="module")
def both():
    return run_project(load("VCS_AUD@0.1-restoration"), WITH_RESTORATION, parse_unit, planned_once())


def test_restoration_in_a_second_phase_changes_nothing_of_the_first(both, example):
    assert [(v.rule, v.state) for v in both.verdicts if v.state not in ("held", "does not apply")] == []
    assert [f.code for f in both.findings if f.severity in ("error", "warning")] == []
    for period in ("first", "second"):
        assert both.value("UNITS", period=period) == both.value("VCU", period=period) == example.value("VCU", period=period)
    assert both.value("UNITS", period="third") == both.value("VCU", period="third") + both.value("ar_U", period="third")


def test_restoration_gives_what_it_gives_alone(both, tmp_path):
    """The same numbers under AR_RESTORATION itself, without the prefix."""
    written = yaml.safe_load(WITH_RESTORATION.read_text(encoding="utf-8"))
    for block in ("choices", "members", "relations", "values"):
        written[block] = {name.removeprefix("ar_"): value for name, value in written[block].items() if name.startswith("ar_")}
    written |= {"methodology": "AR_RESTORATION@0.1", "datasets": ["tropical-moist"]}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(written).replace(": true", ": yes"), encoding="utf-8")
    alone = run_project(load("AR_RESTORATION@0.1"), tmp_path / "p.yaml", parse_unit, planned_once())

    for name in ("U", "BUF", "CR", "AR", "b_TREE", "u_dC", "E_fuel"):
        assert np.array_equal(alone.values.arrays[name], both.values.arrays[f"ar_{name}"])
    assert alone.value("U", period="third") > 30_000
