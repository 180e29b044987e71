"""Edits that reach everything, as spec edits only: a settled choice, one more index, units of its own, subsets and lists of a project.

The numbers are worked out by hand, of the one forest class of tests/specs/test_revisions_without_python.py.
"""

from functools import cache
from pathlib import Path

import pytest

import mrvgraph
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

FOLDER = Path(__file__).parent / "revisions"
F = 44 / 12 * (76.61 + 14.69)
#: Hectares lost in 2019 and 2020: 1000 ha at 2.49 percent.
LOSS = (24.9, 24.9 * (1 - 0.0249))
AREAS = """\
  A_0: {unit: ha, values: {E: 1000}, otherwise: 0}
  CA_pj: {unit: ha, values: {E: {2019: 10, 2020: 5}}, otherwise: 0}
  CA_d_pj: {unit: ha, values: {E: {2019: 12, 2020: 8}}, otherwise: 0}
"""
BELT = "  P_d: {unit: 1/year, values: {E: 0.02}, otherwise: 0}\n  A_d_0: {unit: ha, values: {E: 500}, otherwise: 0}\n"


@cache
def load(name: str):
    return mrvgraph.load(FOLDER / f"{name}.yaml")


def project(values: str = BELT, *, choices: str = 'option: "1", fuel: none, fertiliser: "no"', extra: str = "", datasets="[national-frl-2017]"):
    return read_project_text(
        "project: {name: one class}\noperation: {start: 2019-01-01, end: 2020-12-31}\n"
        "monitoring_periods: [{id: MP1, start: 2019-01-01, end: 2020-12-31}]\n"
        f"choices: {{{choices}, areas: official_map}}\n{extra}datasets: {datasets}\nvalues:\n{AREAS}{values}",
        Path("project.yaml"),
    )


# -- a settled choice


def test_option_2_taken_out_gives_the_numbers_of_option_1(run_kh):
    run = mrvgraph.run(load("one_option"), project(choices='fuel: none, fertiliser: "no"'))

    assert run.value("RL", year=2019) == pytest.approx(LOSS[0] * F, rel=1e-12)
    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * F, rel=1e-12)
    assert run.total == run_kh(project()).total


def test_a_settled_choice_takes_with_it_what_only_the_other_value_needed():
    methodology = load("one_option")
    removed = dict(methodology.settled[0].removed)

    assert "option" not in methodology.choice
    assert {"ref.dcs.option2", "ref.mca.start"} <= set(removed["equations"])
    assert {"cs", "ca", "CA_d_ref_ij", "prob_d"} <= set(removed["quantities"])
    assert "transition-rows" in removed["rules"]
    assert "option2-operating-days" in removed["rulings"]
    assert not set(removed["quantities"]) & set(methodology.quantity)
    assert not any("option ==" in e.when_source.text for e in methodology.equations if e.when_source is not None)


def test_what_a_settled_choice_takes_with_it_is_named():
    finding = next(f for f in mrvgraph.check(load("one_option")).findings if f.code == "W814")

    assert finding.what == "the choice option is settled as 1"
    assert "ref.dcs.option2" in finding.evidence and "rules: belt-exclusion-of-deforestation" in finding.evidence


def test_a_choice_that_is_settled_cannot_be_made_any_more():
    with pytest.raises(MethodologyError, match="I508 there is no choice 'option'"):
        mrvgraph.run(load("one_option"), project())


# -- one more index


def test_areas_and_rates_of_the_belt_in_two_rings():
    values = """\
  P_d: {unit: 1/year, values: {E: {near: 0.02, far: 0.01}}, otherwise: 0}
  A_d_0: {unit: ha, values: {E: {near: 300, far: 200}}, otherwise: 0}
"""
    run = mrvgraph.run(load("rings"), project(values, choices='fuel: none, fertiliser: "no"'))

    assert run.methodology.quantity["A_d"].indices == ("land_use", "year", "ring")
    assert run.value("A_d", land_use="E", year=2019, ring="near") == pytest.approx(300 * 0.98, rel=1e-12)
    assert run.value("DE", year=2019) == pytest.approx((12 - 300 * 0.02 - 200 * 0.01) * F, rel=1e-12)
    assert run.value("DE", year=2020) == pytest.approx((8 - 300 * 0.98 * 0.02 - 200 * 0.99 * 0.01) * F, rel=1e-12)


# -- units


def test_fuel_in_barrels_drums_and_pallets():
    """A drum is 55 US gallons, a barrel 42: 175 kg a drum are 175 * 42 / 55 kg a barrel."""
    def burnt(unit: str, number: float) -> float:
        values = f"{BELT}  FC: {{unit: {unit}, values: {{diesel: {{2019: {number}, 2020: 0}}}}, otherwise: 0}}\n"
        data = project(values, choices='option: "1", fuel: direct, fertiliser: "no"', extra="")
        return mrvgraph.run(load("barrels"), data).value("E_fuel", year=2019)

    by_hand = 175 * 42 / 55 * 43.0e-3 * 74.1e-3
    assert burnt("bbl", 11) == pytest.approx(11 * by_hand, rel=1e-12)
    assert burnt("drum", 11) == pytest.approx(11 * 55 / 42 * by_hand, rel=1e-12)
    assert burnt("pallet", 2) == pytest.approx(2 * 4 * 175 * 43.0e-3 * 74.1e-3, rel=1e-12)


def test_a_declared_unit_is_shown_by_its_name():
    methodology = load("barrels")

    assert str(methodology.quantity["rho"].unit) == "kg/bbl"
    assert [(u.id, str(u.size)) for u in methodology.units] == [("drum", "55 US_gallon"), ("pallet", "4 drum")]
    values = f"{BELT}  FC: {{unit: t, values: {{diesel: 1}}, otherwise: 0}}\n"
    with pytest.raises(MethodologyError, match="FC is given in t, and is in bbl"):
        mrvgraph.run(methodology, project(values, choices='option: "1", fuel: direct, fertiliser: "no"'))


@pytest.mark.parametrize(("unit", "short_tons"), [("short_ton", 1), ("short_ton_synthetic", 1), ("t", 1 / 0.90718474)])
def test_fertiliser_in_short_tons(unit, short_tons):
    """2000 lb of 0.45359237 kg; the content of nitrogen stays that of a metric ton."""
    rest = "".join(f"  {name}: {{unit: {own}, otherwise: 0}}\n" for name, own in (
        ("M_ON", "t"), ("NC_ON", "tN/t_organic"), ("F_CR_c", "tN"), ("M_limestone", "t"), ("M_dolomite", "t"), ("M_urea", "t")))
    values = f"""{BELT}  M_SN: {{unit: {unit}, values: {{upland: {{2019: 10, 2020: 10}}}}, otherwise: 0}}
  NC_SN: {{unit: tN/t_synthetic, values: {{upland: 0.46}}, otherwise: 0}}
{rest}"""
    run = mrvgraph.run(load("barrels"), project(values, choices='option: "1", fuel: none, fertiliser: "yes"'))

    nitrogen = 10 * short_tons * 0.90718474 * 0.46
    n2o = nitrogen * (0.01 + 0.10 * 0.010 + 0.30 * 0.0075) * 44 / 28
    assert run.value("E_fertilizer", year=2019) == pytest.approx(n2o * 298, rel=1e-12)


# -- a subset that the project lists, and a dataset in part


@pytest.mark.parametrize(("listed", "factor"), [("[E]", 100.0), ("[]", 76.61 + 14.69)])
def test_a_project_measures_some_classes(listed, factor):
    measured = "  EF_measured: {unit: tC/ha, values: {E: 100}, otherwise: 0}\n" if listed == "[E]" else ""
    run = mrvgraph.run(load("measured"), project(BELT + measured, extra=f"members: {{measured: {listed}}}\n"))

    assert run.value("EF", forest_class="E") == pytest.approx(factor, rel=1e-12)
    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * 44 / 12 * factor, rel=1e-12)


def test_a_subset_of_which_nothing_is_said_is_asked_for():
    with pytest.raises(MethodologyError, match="I501 missing: the members of measured"):
        mrvgraph.run(load("measured"), project())


def test_a_dataset_in_part(kh):
    """The pools are the dataset's; its rates of loss are not, so the project has to state its own or what they follow from."""
    with pytest.raises(MethodologyError, match="I501 missing: CA_ref"):
        mrvgraph.run(kh, project(datasets="[{id: national-frl-2017, only: [C]}]"))

    own = BELT + "  P: {unit: 1/year, values: {E: 0.05}, otherwise: 0}\n"
    run = mrvgraph.run(kh, project(own, datasets="[{id: national-frl-2017, only: [C]}]"))
    assert run.value("RL", year=2019) == pytest.approx(50 * F, rel=1e-12)
