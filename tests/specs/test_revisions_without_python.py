"""A revision needs no Python: each of these is a spec edit, passes `check`, gives numbers worked out by hand, and is documented.

The edits stand in tests/specs/revisions; those that reach further are run in test_revisions_that_reach.py. The project is one forest class, evergreen, so that every number fits on one line.
"""

from functools import cache
from pathlib import Path

import pytest

import mrvgraph
from engine.comparison.compare_specs import Side
from engine.comparison.difference import find_difference
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.model.methodology import Methodology
from equations.notation.latex import equation_latex

FOLDER = Path(__file__).parent / "revisions"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
#: tCO2 from a hectare of evergreen forest: 76.61 + 14.69 tC.
F = 44 / 12 * (76.61 + 14.69)
#: Reference level in hectares of evergreen forest, 2019 and 2020: 1000 ha at 2.49 percent.
LOSS = (24.9, 24.9 * (1 - 0.0249))
#: Nitrous oxide, tN2O, from 10 t of fertiliser with 46 percent nitrogen on upland: direct, deposited, leached.
N2O = (4.6 * 0.01 + 4.6 * 0.10 * 0.010 + 4.6 * 0.30 * 0.0075) * 44 / 28


@cache
def load(name: str) -> Methodology:
    return mrvgraph.load(FOLDER / f"{name}.yaml")


def project(values: str = "", *, option: str = "1", fuel: str = "none", fertiliser: str = "no", start: str = "2019-01-01",
            end: str = "2020-12-31", extra: str = ""):  # fmt: skip
    areas = {
        "1": "  CA_pj: {unit: ha, values: {E: {2019: 10, 2020: 5}}, otherwise: 0}\n"
             "  CA_d_pj: {unit: ha, values: {E: {2019: 12, 2020: 8}}, otherwise: 0}\n"
             "  P_d: {unit: 1/year, values: {E: 0.02}, otherwise: 0}\n"
             "  A_d_0: {unit: ha, values: {E: 500}, otherwise: 0}\n",
        "2": "  ca_pj: {unit: ha, otherwise: 0}\n  ca_d_pj: {unit: ha, otherwise: 0}\n"
             "  p_d: {otherwise: 0}\n  A_d_0: {unit: ha, otherwise: 0}\n",
    }  # fmt: skip
    areas["3"] = areas["1"].replace("  P_d: {unit: 1/year, values: {E: 0.02}, otherwise: 0}\n", "")
    text = (
        f"project: {{name: one class}}\noperation: {{start: {start}, end: {end}}}\n"
        f"monitoring_periods: [{{id: MP1, start: {start}, end: {end}}}]\n"
        f'choices: {{option: "{option}", fuel: {fuel}, fertiliser: "{fertiliser}", areas: official_map{extra}}}\n'
        f"datasets: [national-frl-2017]\nvalues:\n{areas[option]}{values or '  A_0: {unit: ha, values: {E: 1000}, otherwise: 0}'}\n"
    )
    return read_project_text(text, Path("project.yaml"))


AREA = "  A_0: {unit: ha, values: {E: 1000}, otherwise: 0}\n"
FERTILISER = AREA + """\
  M_SN: {unit: t, values: {upland: {2019: 10, 2020: 10}}, otherwise: 0}
  NC_SN: {unit: tN/t_synthetic, values: {upland: 0.46}, otherwise: 0}
  M_ON: {unit: t, otherwise: 0}
  NC_ON: {unit: tN/t_organic, otherwise: 0}
  F_CR_c: {unit: tN, otherwise: 0}
  M_limestone: {unit: t, otherwise: 0}
  M_dolomite: {unit: t, otherwise: 0}
  M_urea: {unit: t, otherwise: 0}
"""


def credits(name: str, data) -> mrvgraph.Run:
    return mrvgraph.run(load(name), data)


@pytest.mark.parametrize("name", NAMES)
def test_each_passes_check(name):
    result = mrvgraph.check(load(name))

    assert [f.what for f in result.findings if f.severity == "error"] == []


def test_the_list_of_the_issue_is_complete():
    assert NAMES == ["barrels", "burning", "discount", "floor_period", "gwp_ar5", "gwp_ar6", "historical_average", "litres", "measured",
                     "one_option", "option2_days", "pools", "renamed", "rings", "rubber", "sunset", "uncertainty"]  # fmt: skip


def test_none_of_them_brings_python():
    assert [path.name for path in FOLDER.iterdir() if path.suffix not in (".yaml",)] == []


def test_the_version_that_is_edited_gives_what_the_others_are_compared_to(run_kh):
    run = run_kh(project())

    assert run.value("RL", year=2019) == pytest.approx(LOSS[0] * F, rel=1e-12)
    assert run.value("RL", year=2020) == pytest.approx(LOSS[1] * F, rel=1e-12)
    assert run.value("DE", year=2019) == pytest.approx((12 - 10) * F, rel=1e-12)
    assert run.value("DE", year=2020) == 0
    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * F, rel=1e-12)


def test_another_discount_factor():
    run = credits("discount", project())

    assert run.total == pytest.approx(0.7 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * F, rel=1e-12)
    assert "discount" not in [f.subject for f in run.findings]


@pytest.mark.parametrize(("name", "gwp"), [("gwp_ar5", 265), ("gwp_ar6", 273)])
def test_warming_potential_of_another_report(name, gwp):
    run = credits(name, project(FERTILISER, fertiliser="yes"))

    assert run.value("E_fertilizer", year=2019) == pytest.approx(N2O * gwp, rel=1e-12)
    assert run.total == pytest.approx(0.8 * ((LOSS[0] - 10 - 2 + LOSS[1] - 5) * F - 2 * N2O * gwp), rel=1e-12)
    assert "default-gwp" not in [f.subject for f in run.findings]


def test_dead_wood_and_litter():
    run = credits("pools", project())

    more = 44 / 12 * (76.61 + 14.69 + 5.0 + 2.0)
    assert run.value("EF", forest_class="E") == pytest.approx(98.3, rel=1e-12)
    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * more, rel=1e-12)
    assert run.methodology.index_set["pool"].members == ("AG", "BG", "DW", "LI")


def test_a_new_source_with_parameters_of_its_own():
    values = AREA + "  A_burn: {unit: ha, values: {2019: 20, 2020: 0}}\n  M_B: {unit: t_dm/ha, value: 100}\n"
    run = credits("burning", project(values, extra=', burning: "yes"'))

    methane = 20 * 100 * 0.5 * 6.8 / 1000 * 28  # 2000 t of dry matter, half of it burnt, 6.8 kg of methane a tonne
    assert run.value("E_burn", year=2019) == pytest.approx(methane, rel=1e-12)
    assert run.value("PE", year=2019) == pytest.approx((10 + 2) * F + methane, rel=1e-12)
    assert credits("burning", project()).value("E_burn", year=2019) == 0


def test_operating_days_in_option_2():
    run = credits("option2_days", project(option="2", start="2019-07-02"))

    share = 183 / 365  # 2 July to 31 December
    lost = 0.027 * 91.30 + 0.002 * (91.30 - 42.65)  # evergreen to non-forest and to regrowth, per hectare
    assert run.value("RL", year=2019) == pytest.approx(44 / 12 * 1000 * share * lost, rel=1e-12)
    evergreen, regrowth = 1000 * (1 - share * 0.029), 1000 * share * 0.002
    assert run.value("RL", year=2020) == pytest.approx(44 / 12 * (evergreen * lost + regrowth * 0.117 * 42.65), rel=1e-12)


def test_a_new_land_use_category_in_every_table():
    values = "  A_0: {unit: ha, values: {E: 1000, R: 200}, otherwise: 0}\n"
    run = credits("rubber", project(values, option="2", end="2019-12-31"))

    evergreen = 1000 * (0.017 * 91.30 + 0.002 * (91.30 - 42.65) + 0.010 * (91.30 - 36))
    rubber = 200 * 0.02 * 36
    assert run.value("RL", year=2019) == pytest.approx(44 / 12 * (evergreen + rubber), rel=1e-12)
    assert run.methodology.index_set["land_use"].members[-3:] == ("PP", "R", "NF")
    tables = [block for dataset in run.methodology.datasets for block in dataset.values if block.quantity in ("C", "p", "prob")]
    assert [sum("R" in labels for labels, _ in block.cells) for block in tables] == [2, 24, 1, 25]


@pytest.mark.parametrize(("relative", "share"), [(0.15, 0), (0.150001, 0.04), (0.35, 0.08), (1.0, 0.12), (2.5, 0.15)])
def test_a_deduction_for_uncertainty_in_steps(relative, share):
    run = credits("uncertainty", project(AREA + f"  U_ER: {{values: {{MP1: {relative}}}}}\n"))

    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 - 2 + LOSS[1] - 5) * F * (1 - share), rel=1e-12)


def test_displacement_with_a_floor_over_the_period():
    run = credits("floor_period", project())

    displaced = (12 - 10) + (8 - 9.8)  # 2019 above its reference, 2020 below
    assert run.value("DE", year=2020) == pytest.approx(displaced / 2 * F, rel=1e-12)
    assert run.total == pytest.approx(0.8 * (LOSS[0] - 10 + LOSS[1] - 5 - displaced) * F, rel=1e-12)


def test_a_third_option_for_the_reference_level():
    values = AREA + ("  CA_hist: {unit: ha, values: {E: 200}, otherwise: 0}\n  CA_d_hist: {unit: ha, values: {E: 80}, otherwise: 0}\n"
                     "  T_hist: {unit: year, value: 8}\n")  # fmt: skip
    run = credits("historical_average", project(values, option="3"))

    assert [run.value("RL", year=y) for y in (2019, 2020)] == pytest.approx([25 * F, 25 * F], rel=1e-12)
    assert [run.value("DE", year=y) for y in (2019, 2020)] == pytest.approx([2 * F, 0], rel=1e-12)
    assert run.total == pytest.approx(0.8 * (25 - 10 - 2 + 25 - 5) * F, rel=1e-12)


def test_fuel_in_litres_with_a_density():
    values = AREA + "  FC: {unit: L, values: {diesel: {2019: 1000, 2020: 0}}, otherwise: 0}\n"
    run = credits("litres", project(values, fuel="direct"))

    assert run.value("E_fuel", year=2019) == pytest.approx(1000 * 0.84 * 43.0e-3 * 74.1e-3, rel=1e-12)


def test_fuel_in_kilograms_is_refused_where_litres_are_asked_for():
    values = AREA + "  FC: {unit: kg, values: {diesel: {2019: 1000, 2020: 0}}, otherwise: 0}\n"

    with pytest.raises(MethodologyError, match="I503 FC is given in kg, and is in L"):
        credits("litres", project(values, fuel="direct"))


def test_a_renamed_symbol_moves_nothing(kh, run_kh):
    run = credits("renamed", project())

    assert run.total == run_kh(project()).total
    assert "DF" not in run.methodology.quantity
    assert run.value("b_share") == 0.2
    difference = find_difference(Side(kh), Side(load("renamed")))
    assert difference.equations.changed == ()
    assert difference.lists["quantities"].renamed == (("DF", "b_share"),)


def test_a_default_that_changes_at_a_date():
    run = credits("sunset", project(FERTILISER, fertiliser="yes"))

    assert run.value("E_fertilizer", year=2019) == pytest.approx(N2O * 298, rel=1e-12)
    assert run.value("E_fertilizer", year=2020) == pytest.approx(N2O * 265, rel=1e-12)
    assert "default-gwp" not in [f.subject for f in run.findings]
    assert [origin.source for cell, origin in sorted(run.inputs.origins["GWP_N2O"].items())][1].startswith("IPCC Fifth")


@pytest.mark.parametrize(
    ("name", "equation", "expected"),
    [
        ("burning", "pe.net", r"E_{\mathrm{burn}\,y}"),
        ("burning", "burning.methane", r"GWP_{\mathrm{CH_4}}"),
        ("floor_period", "belt.displaced", r"DE_{q(y)}"),
        ("historical_average", "ref.dcs.option3", r"\left( \sum_{i} CA_{\mathrm{hist}\,i}"),
        ("litres", "fuel.direct.fuel", r"\rho_{f}"),
        ("option2_days", "ref.mca.later", r"MP^{\mathrm{use}}_{y}"),
        ("renamed", "credit.year", r"(1 - b)"),
        ("sunset", "fertiliser.direct", r"GWP_{\mathrm{N_2O}\,y}"),
        ("uncertainty", "credit.uncertainty", r"0.04"),
        ("uncertainty", "credit.period", r"(1 - UD_{q})"),
    ],
)
def test_each_changed_equation_is_typeset_with_its_new_symbols(name, equation, expected):
    methodology = load(name)

    assert expected in equation_latex(methodology.equation[equation], methodology)


@pytest.mark.parametrize(
    ("name", "equation", "relation", "condition", "difference"),
    [
        ("burning", "pe.net", "conditional", "E_burn[y] == 0", "term E_burn[y] added"),
        ("litres", "fuel.direct.fuel", "different", "", "factor rho[f] added"),
        ("uncertainty", "credit.period", "conditional", "UD[q] == 0", "factor 1 - UD[q] added"),
        ("historical_average", "pe.dcs", "different", "", "holds in another case: option 1 became option 1 or option 3; the formula is the same"),
        ("sunset", "fertiliser.direct", "conditional", "GWP_N2O[y] == GWP_N2O", "factor GWP_N2O replaced by GWP_N2O[y]"),
    ],
)
def test_each_change_is_named_for_what_it_is(kh, name, equation, relation, condition, difference):
    found = find_difference(Side(kh), Side(load(name)))

    change = next(c for c in found.equations.changed if c.id == equation)
    assert change.meaning.relation == relation
    assert condition in change.meaning.condition
    assert difference in change.meaning.difference
