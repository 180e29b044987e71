"""Distributions that a dataset declares beside its values, and the units of distributions."""

from __future__ import annotations

import pytest

import mrvgraph
from engine.comparison.compare_specs import Side, compare_values
from engine.simulate.sensitivity import analyse
from engine.simulate.simulation import simulate
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

SPEC = """
methodology: {id: T, version: "1", title: Two factors, result: R}
index_sets:
  - {id: fuel, letters: [f], members: [diesel, wood]}
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
quantities:
  - {id: F, symbol: F, meaning: fuel burnt, indices: [fuel], unit: t, kind: fixed_ex_ante}
  - {id: H, symbol: H, meaning: heat of a fuel, indices: [fuel], unit: GJ/t, kind: default}
  - {id: R, symbol: R, meaning: heat, unit: GJ, kind: computed}
equations:
  - {id: e, defines: R, formula: "Sum(f, F[f] * H[f])"}
datasets:
  - id: handbook
    title: Handbook
    use: default
    values:
      - quantity: H
        unit: MJ/kg
        cells: {diesel: 43, wood: 15}
        uncertainty:
          diesel: {distribution: uniform, min: 42, max: 44}
          wood: {distribution: normal, low: 10, high: 20}
"""
PROJECT = """
project: {name: test}
operation: {start: 2019-01-01, end: 2019-12-31}
monitoring_periods: [{id: p1, start: 2019-01-01, end: 2019-12-31}]
values:
  F: {unit: kg, values: {diesel: 2000, wood: 5000}}
"""


@pytest.fixture
def declared(tmp_path):
    """Return ``read(more of the project file, spec)``: quantity and cells -> parameters."""

    def read(more: str = "", spec: str = SPEC, project: str = PROJECT):
        (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
        (tmp_path / "project.yaml").write_text(project + more, encoding="utf-8")
        run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
        found = read_uncertainty(run, parse_unit)
        return {name: (v.kind, {k: float(p[at]) for k, p in v.parameters.items()})
                for v in found.variables for at, name in enumerate(v.names)}  # fmt: skip

    return read


def test_a_dataset_says_how_uncertain_its_values_are(declared):
    found = declared()
    assert found["H[diesel]"] == ("uniform", {"min": 42.0, "max": 44.0})
    assert found["H[wood]"][1]["se"] == pytest.approx(10 / 2 / 1.959964, rel=1e-6)


def test_its_numbers_are_in_the_unit_of_its_values(declared):
    found = declared(spec=SPEC.replace("MJ/kg", "kJ/kg").replace("diesel: 43, wood: 15", "diesel: 43e3, wood: 15e3")
                     .replace("min: 42, max: 44", "min: 42000, max: 44000").replace("low: 10, high: 20", "low: 10000, high: 20000"))  # fmt: skip
    assert found["H[diesel]"] == ("uniform", {"min": 42.0, "max": 44.0})


def test_what_the_project_declares_or_supplies_comes_first(declared):
    own = declared("uncertainty: {inputs: {H: {wood: {distribution: uniform, min: 14, max: 16}}}}\n")
    assert own["H[wood]"] == ("uniform", {"min": 14.0, "max": 16.0})
    assert own["H[diesel]"][0] == "uniform"
    measured = declared("  H: {unit: GJ/t, values: {diesel: 42.7, wood: 14.2}}\n")
    assert measured == {}


def test_a_project_can_leave_the_distributions_of_datasets_out(declared):
    assert declared("uncertainty: {datasets: no}\n") == {}


def test_beside_a_value_a_distribution_is_in_the_unit_of_the_value(declared):
    project = PROJECT.replace("wood: 5000}}", "wood: 5000}, uncertainty: {wood: {distribution: normal, se: 250}}}")
    assert declared(project=project)["F[wood]"] == ("normal", {"mean": 5.0, "se": 0.25})


def test_elsewhere_it_is_in_the_quantitys_unit_or_the_one_it_names(declared):
    for text in ("se: 0.25", "se: 250, unit: kg", "relative_se: 5 %"):
        more = f"uncertainty: {{datasets: no, inputs: {{F: {{wood: {{distribution: normal, {text}}}}}}}}}\n"
        assert declared(more)["F[wood]"][1]["se"] == pytest.approx(0.25)
    with pytest.raises(MethodologyError, match=r"I503 .*in ha, and the quantity is in t"):
        declared("uncertainty: {inputs: {F: {distribution: normal, se: 1, unit: ha}}}\n")


def test_a_changed_distribution_is_a_difference_of_versions(tmp_path):
    sides = []
    for name, least in (("a", "42"), ("b", "41")):
        (tmp_path / f"{name}.yaml").write_text(SPEC.replace("min: 42", f"min: {least}"), encoding="utf-8")
        sides.append(Side(mrvgraph.load(tmp_path / f"{name}.yaml")))
    (change,) = compare_values(sides[0].methodology, sides[1].methodology)
    assert "min: 42" in change.before
    assert "min: 41" in change.after


def test_an_uncertainty_that_is_no_mapping_is_a_fault_of_the_spec(declared):
    spec = SPEC.replace("MJ/kg\n", "MJ/kg\n        uncertainty: high\n").split("        uncertainty:\n")[0]
    with pytest.raises(MethodologyError, match=r"S105 an uncertainty is a distribution"):
        declared(spec=spec)


BY_YEAR = SPEC.replace("H, symbol: H, meaning: heat of a fuel, indices: [fuel]", "H, symbol: H, meaning: heat of a fuel, indices: [fuel, year]").replace(
    "F, symbol: F, meaning: fuel burnt, indices: [fuel]", "F, symbol: F, meaning: fuel burnt, indices: [fuel, year]"
).replace("Sum(f, F[f] * H[f])", "Sum(f, y, F[f, y] * H[f, y])").replace("unit: MJ/kg", 'unit: MJ/kg\n        at: {year: "*"}')
FOUR_YEARS = """
project: {name: test}
operation: {start: 2019-01-01, end: 2022-12-31}
monitoring_periods: [{id: p1, start: 2019-01-01, end: 2022-12-31}]
values:
  F: {unit: t, values: {diesel: {2019: 1, 2020: 1, 2021: 1, 2022: 1}}, otherwise: 0}
"""


def simulated(tmp_path, spec, project, draws=4000):
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
    return simulate(mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml"), parse_unit, draws=draws, seed=1)


def test_one_printed_number_that_holds_for_every_year_is_one_unknown(tmp_path):
    """Uniform from 42 to 44, four tonnes in all: a standard error of 4 * 2 / sqrt(12), not of sqrt(4) * 2 / sqrt(12)."""
    found = simulated(tmp_path, BY_YEAR, FOUR_YEARS)
    assert found.result.se == pytest.approx(4 * 2 / 12**0.5, rel=0.03)
    assert found.propagated["R"].se == pytest.approx(4 * 2 / 12**0.5, rel=1e-9)


def test_a_correlation_of_the_projects_own_comes_first(tmp_path):
    own = "uncertainty: {correlations: [{between: [H], coefficient: 0}]}\n"
    found = simulated(tmp_path, BY_YEAR, FOUR_YEARS + own)
    assert found.propagated["R"].se == pytest.approx(2 * 2 / 12**0.5, rel=1e-9)


def test_one_number_for_several_cells_is_drawn_once_whatever_its_distribution(tmp_path):
    spec = BY_YEAR.replace("uniform, min: 42, max: 44", "beta, alpha: 2, beta: 2, min: 42, max: 44")
    found = simulated(tmp_path, spec, FOUR_YEARS)
    assert found.propagated["R"].se == pytest.approx(4 * 2 * 0.05**0.5, rel=1e-9)
    assert found.result.se == pytest.approx(4 * 2 * 0.05**0.5, rel=0.03)


def test_a_share_where_a_number_with_a_unit_belongs_is_refused(declared):
    with pytest.raises(MethodologyError, match=r"I510 se of F is no share(.|\n)*write relative_se"):
        declared("uncertainty: {inputs: {F: {distribution: normal, se: 10 %}}}\n")


def test_sensitivity_moves_a_number_with_all_cells_for_which_it_is_written(tmp_path):
    (tmp_path / "spec.yaml").write_text(BY_YEAR, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(FOUR_YEARS, encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    found = {effect.name: effect for effect in analyse(run, "R", None, draws=0, seed=1).effects}
    heat = found["H[diesel, 2019] and 3 more with this number"]
    assert (heat.derivative, heat.high - heat.low) == pytest.approx((4.0, 4 * 2 * 4.3))
    assert found["F[diesel, 2019]"].derivative == pytest.approx(43.0)
