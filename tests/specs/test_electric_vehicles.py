"""CDM AMS-III.C and its tools TOOL05 and TOOL07 against the equations by hand: random projects, worked cases, the example.

`MRVGRAPH_UPDATE=1 pytest tests/specs/test_electric_vehicles.py -k projects_of_cases` writes the projects of the worked cases; with `MRVGRAPH_RANDOM_MINUTES`
there are ten times as many random projects.
"""

import os
from pathlib import Path
from random import Random

import grid_by_hand
import pytest
import random_vehicles as drawn
import vehicles_by_hand

from engine.checks.worked_cases import read_cases
from engine.cli import main
from engine.comparison.difference_text import difference_text
from engine.mutation.case_runs import start_case
from engine.project.project_file import read_project_text
from equations.model.grounded import grounded
from equations.units.registry import parse_unit
from mrvgraph import audit, check, compare, load, run

SPECS = Path("methodology_specs")
GRID, POWER, VEHICLES = "CDM_TOOL07@7.0", "CDM_TOOL05@3.0", "CDM_AMS-III.C@16.0"
#: File of a case -> the seed from which its project is drawn.
SEEDS = {
    GRID: {"old_units.yaml": 47, "equal_dates.yaml": 2513, "many_units.yaml": 87},
    POWER: {"three_scenarios.yaml": 17},
    VEHICLES: {"two_categories.yaml": 1104},
}


def usual_fuels(data, *, usual):
    """Take the default datasets, in a project for cases, which ask for others themselves."""
    if usual and "categories" in data:
        data |= {"dataset": "", "fuels": drawn.VEHICLE_FUELS[""]}
        data = data["power"]["grid"]
    if usual:
        data |= {"dataset": "ipcc-lower", "fuels": drawn.PLANT_FUELS["ipcc-lower"]}


class Drawn:
    """A random project of one of the three, its text, and its numbers by hand."""

    def __init__(self, reference, seed, *, usual=False):
        draw = Random(seed)
        self.reference = reference
        if reference == VEHICLES:
            self.data = drawn.random_project(draw)
            usual_fuels(self.data, usual=usual)
            self.years, periods, power = self.data["years"], self.data["periods"], self.data["power"]
            parts = [drawn.vehicles_part(self.data), drawn.power_part(power, "ec_", consumers=False), drawn.grid_part(power["grid"], "ec_grid_", "ec.grid.")]
            self.levels = {"": self.data, "ec_": power, "ec_grid_": power["grid"]}
        else:
            self.years = list(range(2021, 2023))
            periods = [self.years]
            if reference == POWER:
                self.data = drawn.random_power(draw, self.years, ["a", "b", "c"])
                usual_fuels(self.data["grid"], usual=usual)
                parts = [drawn.power_part(self.data), drawn.grid_part(self.data["grid"], "grid_", "grid.")]
                self.levels = {"": self.data, "grid_": self.data["grid"]}
            else:
                self.data = drawn.random_grid(draw, self.years)
                usual_fuels(self.data, usual=usual)
                parts = [drawn.grid_part(self.data)]
                self.levels = {"": self.data}
        self.text = drawn.project_text(reference, self.years, periods, parts)

    def project(self):
        return read_project_text(self.text, Path("p.yaml"))

    def with_switches(self, choices, readings, datasets):
        """Take choices, readings and datasets that a case makes in place of those that were drawn."""
        for prefix, level in self.levels.items():
            inner = [other for other in self.levels if other != prefix and other.startswith(prefix)]
            own = {id_.removeprefix(prefix): v for id_, v in choices.items() if id_.startswith(prefix) and not any(id_.startswith(x) for x in inner)}
            level.update({name: v for name, v in own.items() if name in level})
            path = prefix.replace("_", ".")
            level.setdefault("readings", {}).update({id_.removeprefix(path): v for id_, v in readings.items() if id_.startswith(path)})
            for dataset in datasets:
                if dataset.removeprefix(path) in drawn.PLANT_FUELS and "plants" in level:
                    level["fuels"] = drawn.PLANT_FUELS[dataset.removeprefix(path)]
                if dataset in drawn.VEHICLE_FUELS and "categories" in level:
                    level["fuels"] = drawn.VEHICLE_FUELS[dataset]
            if "captive_fuels" in level:
                level["captive_fuels"] = drawn.CAPTIVE_FUELS[level["use"] == "project"]

    def by_hand(self):
        """Return quantity and year or period -> number."""
        if self.reference == GRID:
            return {("EF_CM", y): grid_by_hand.combined_margin(y, self.data) for y in self.years}
        if self.reference == POWER:
            return {("PE_EC", y): grid_by_hand.electricity_emissions(y, self.data) for y in self.years}
        found = {(name, y): of(y, self.data) for y in self.years for name, of in (
            ("BE", vehicles_by_hand.baseline_emissions), ("PE", vehicles_by_hand.project_emissions), ("ER", vehicles_by_hand.reductions))}  # fmt: skip
        return found | {("ER_whole", f"MP{at}"): vehicles_by_hand.whole_tonnes(p, self.data) for at, p in enumerate(self.data["periods"], start=1)}

    def differences(self, finished):
        """Return what parts from the numbers by hand by more than 1e-9 of what goes into it."""
        found, wrong = {}, []
        for (quantity, member), number in self.by_hand().items():
            found[quantity, member] = finished.value(quantity, **({"period": member} if isinstance(member, str) else {"year": member}))
            scale = max(abs(number), abs(found.get(("BE", member), 0)))
            if abs(found[quantity, member] - number) > 1e-9 * scale:
                wrong.append((quantity, member, number, found[quantity, member]))
        return wrong


CHECKED = {}


@pytest.fixture(scope="module", params=[GRID, POWER, VEHICLES])
def spec(request):
    """One of the three; it is checked once, and runs go by that verdict."""
    found = load(request.param)
    CHECKED[request.param] = check(found)
    return found


@pytest.fixture(scope="module")
def vehicles():
    return load(VEHICLES)


def test_random_projects_agree_with_the_equations_by_hand(spec):
    count = {GRID: 40, POWER: 10, VEHICLES: 15}[spec.reference] * (10 if os.environ.get("MRVGRAPH_RANDOM_MINUTES") else 1)
    for seed in range(1000, 1000 + count):
        one = Drawn(spec.reference, seed)
        assert (seed, one.differences(run(spec, one.project()))) == (seed, [])


def cases_of(spec):
    return read_cases(SPECS / spec.id / spec.version / "methodology.yaml", spec, parse_unit)


def test_the_projects_of_cases_are_those_of_their_seeds(spec):
    for name, seed in SEEDS[spec.reference].items():
        path = SPECS / spec.id / spec.version / "cases" / name
        text = f"# A project drawn at random for worked cases (tests/specs/test_electric_vehicles.py); every number is made up.\n{Drawn(spec.reference, seed, usual=True).text}"
        if os.environ.get("MRVGRAPH_UPDATE"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text


def test_worked_cases_are_right_by_hand(spec):
    cases = cases_of(spec)
    for case in cases:
        one = Drawn(spec.reference, SEEDS[spec.reference][Path(case.project).name], usual=True)
        one.with_switches(case.choices, case.readings, case.datasets)
        finished = run(spec, case.data(), choices=case.choices, readings=case.readings)
        assert (case.id, one.differences(finished)) == (case.id, [])
        started = start_case(case, spec, parse_unit)
        assert (case.id, case.difference(spec, started.setting, started.result.values)) == (case.id, "")
    made = {pair for case in cases for pair in (*case.choices.items(), *case.readings.items())}
    own = [(c.id, v.id) for c in spec.choices for v in c.values if spec.tool_of(c.id) is None]
    own += [(r.id, x.id) for r in spec.rulings for x in r.readings if spec.tool_of(r.id) is None and r.id != "type-three-limit"]
    assert [pair for pair in own if pair not in made] == []


def test_check_is_clean(spec):
    assert [f for f in CHECKED[spec.reference].findings if f.severity != "note"] == []
    assert spec.status == "draft"
    assert [entry for entry in grounded(spec) if entry.ground == "unsaid"] == []


# -- public numbers, the example, a newcomer's template


#: Operating and build margin of two grids as an energy department published them, with the combined margins that it printed (2015-2017).
PUBLISHED = [(0.7122, 0.5979, "wind_solar", 0.6836), (0.7797, 0.8045, "wind_solar", 0.7859), (0.7797, 0.8045, "first", 0.7921)]


@pytest.mark.parametrize(("om", "bm", "weights", "printed"), PUBLISHED)
def test_published_margins_give_the_published_factor(om, bm, weights, printed):
    text = drawn.project_text(GRID, [2018], [[2018]], [{
        "members": {id_: [] for id_ in ("plant", "no_fuel", "by_fuel", "by_efficiency", "lcmr", "system")}, "choices": {"weights": weights},
        "values": {"EF_OM": drawn.value("tCO2/MWh", {2018: om}), "EF_BM": drawn.value("tCO2/MWh", {2018: bm})},
    }])  # fmt: skip
    found = run(load(GRID), read_project_text(text, Path("p.yaml"))).value("EF_CM", year=2018)
    assert found == pytest.approx(printed, abs=0.000051)


EXAMPLE = SPECS / "CDM_AMS-III.C" / "examples" / "e_motorcycles.yaml"


def test_the_example_is_audited_and_its_meters_agree(vehicles):
    report = audit(vehicles, EXAMPLE)
    assert {f.code for f in report.findings if f.severity != "note"} == {"A721", "A708"}  # made up; the first year is a partial one
    assert sum(value for _, value, _ in report.run.cells("ER")) == pytest.approx(report.run.total)
    held = {v.rule: v.state for v in report.run.verdicts}
    assert (held["meters-agree"], held["type-three-limit"], held["ec.grid.simple-margin-allowed"]) == ("held", "broken", "held")
    assert [f.severity for f in report.findings if f.code == "A713"] == ["note"]


def test_under_the_cdm_the_example_breaks_the_limit(vehicles):
    found = run(vehicles, EXAMPLE, readings={"type-three-limit": "small-scale"})
    assert [f.severity for f in found.findings if f.subject == "type-three-limit" and f.code == "A701"] == ["error"]


FILLED = {"SFC_s": "22", "age_data": "1", "N_reg": "1000", "working": "0.9", "DD_all": "20000", "SFC_PJ": "3", "SEC": "0.03", "ec_EF_stated": "0.5", "ec_TDL_grid": "0.1",
          "ec_FC_cap": "1", "ec_EG_cap": "1"}



def test_a_template_filled_in_leads_to_a_clean_audit(vehicles, capsys):
    assert main(["needs", VEHICLES, "--template", "--choose", "ec_factor=stated"]) == 0
    lines, quantity = [], ""
    for line in capsys.readouterr().out.splitlines():
        quantity = line.strip().rstrip(":").split(":")[0] if line.startswith("  ") and not line.startswith("    ") else quantity
        line = f"  {quantity}: []" if quantity in ("ec_captive", "ec_mixed") else line
        if line.endswith("# yes or no"):
            line = f"  {quantity}: {{value: yes, source: statement of the owner}}"
        filled = "a meter" if "source:" in line else "B" if "monitoring_option:" in line else "P" if "name:" in line else FILLED.get(quantity, "yes")
        lines.append(line.replace("____", filled))
    text = "\n".join(lines)
    assert "ec_grid_plant" not in text  # nothing of the tool for the plants of a grid is asked for where an authority publishes the factor
    report = audit(vehicles, read_project_text(text, Path("p.yaml")))
    assert [(f.code, f.subject) for f in report.findings if f.severity != "note"] == [("A716", "improvement")]  # its other readings ask for sales
    idle = {v.rule: v.why for v in report.run.verdicts if v.rule.startswith("ec.grid.")}
    assert set(idle.values()) == {"nothing of the tool ec.grid is needed"}


def test_readings_are_told_apart_in_a_difference(vehicles):
    text = difference_text(compare(vehicles, readings=({}, {"losses": "multiply", "vehicles-of-a-year": "year-end"})))
    assert "Eq. 4" in text and "fleet.later" in text
