"""What a revision settles goes from everywhere; what it adds can be given to a tool at once; its results are edited one by one.

All of it on the tiny methodology: 1000 ha of E at 2 percent and 500 ha of D at 3 percent, in three years of which the first has 295 days.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.project.project_file import read_project_text
from engine.run.version_gap import set_aside
from equations.errors import MethodologyError

SPECS = Path(__file__).resolve().parents[1] / "specs_for_tests"
TINY = SPECS / "tiny"
PROJECT = (TINY / "project.yaml").read_text(encoding="utf-8")
#: tCO2 of the project's fuel: diesel, 1.5, 2 and 2 t.
FUEL = 3.2 * 5.5
#: tCO2 from the loss of a hectare of each class.
E, D = 91.3 * 44 / 12, 48.21 * 44 / 12


def level(felt: float = 1) -> float:
    """Return the reference level of the three years; areas of later years feel so many times the rate."""
    found, part = 0.0, 295 / 365
    for area, rate, stock in ((1000, 0.02, E), (500, 0.03, D)):
        after = area * (1 - rate * part)
        found += stock * (area * rate * part + after * rate + after * (1 - felt * rate) * rate)
    return found


def loaded(folder: Path, *layers: str) -> mrvgraph.Methodology:
    """Return the last of some revisions of the tiny methodology, each based on the one before."""
    below = str(TINY)
    for n, text in enumerate(layers):
        path = folder / f"layer{n}.yaml"
        path.write_text(f"based_on: {below}\n{text}", encoding="utf-8")
        below = str(path)
    return mrvgraph.load(below)


def project(text: str = PROJECT):
    return read_project_text(text, TINY / "project.yaml")


# -- a settled ruling, and what its other readings added

RULINGS = """\
changes:
  add:
    rulings:
      - id: map
        issue: which map
        default: new
        readings:
          - {id: new, meaning: the new one}
          - id: old
            meaning: the old one
            add:
              quantities: [{id: P_old, symbol: 'P^o_{<i>}', meaning: rate since the old map, indices: [forest], unit: "1", kind: computed}]
              equations: [{id: old.rate, defines: 'P_old[i]', for: {i: forest}, formula: 'P[i] * 1'}]
            adjust: [{of: d, in: [dcs.start], gives: 'it[y] * (1 - Sum(i in forest, P[i] * P_old[i]))'}]
      - id: rate
        issue: what the rate is
        default: printed
        readings:
          - {id: printed, meaning: as printed}
          - {id: doubled, meaning: twice in later areas, adjust: [{of: P, in: [area.later, old.rate, map], for: {i: forest}, defines: 'P_two[i]', gives: 'it[i] * 2'}]}
      - id: only-there
        issue: what the rate is in the old map
        default: printed
        readings:
          - {id: printed, meaning: as printed}
          - {id: tenfold, meaning: ten times, adjust: [{of: P, in: [map, old.rate], for: {i: forest}, defines: 'P_ten[i]', gives: 'it[i] * 10'}]}
"""


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("settled"), RULINGS, "changes: {settle: {map: new}}\n")


def test_steps_no_longer_name_a_settled_ruling_and_what_its_readings_added(settled):
    run = mrvgraph.run(settled, project(), readings={"rate": "doubled"})

    assert run.total == pytest.approx(level(felt=2) - FUEL, rel=1e-12)


def test_a_step_that_nothing_else_reads_goes_and_never_stands_on_the_definition(settled):
    assert [ruling.id for ruling in settled.rulings] == ["floor", "rate"]
    assert mrvgraph.run(settled, project()).total == pytest.approx(level() - FUEL, rel=1e-12)


@pytest.mark.parametrize("order", ["map: new, only-there: tenfold", "only-there: tenfold, map: new"])
def test_rulings_are_settled_together_in_any_order(order, tmp_path):
    methodology = loaded(tmp_path, RULINGS, f"changes: {{settle: {{{order}}}}}\n")

    assert [ruling.id for ruling in methodology.rulings] == ["floor", "rate"]
    assert mrvgraph.run(methodology, project()).total == pytest.approx(level() - FUEL, rel=1e-12)


def test_what_goes_with_a_settled_ruling_is_named(settled):
    (finding,) = [f for f in mrvgraph.check(settled).findings if f.code == "W814"]

    assert (finding.what, finding.evidence) == ("the ruling map is settled as new", "removed rulings: only-there")


# -- a settled step that adds up a part of a set

PARTS = """\
changes:
  add:
    rulings:
      - id: guarded
        issue: whether forest that is guarded loses less in the first year
        default: as-printed
        readings:
          - {id: as-printed, meaning: no}
          - {id: less, meaning: yes, adjust: [{of: d, in: [dcs.start], gives: 'it[y] * (1 - Sum(i in forest, A_0[i]) * 0.0001 {1/ha})'}]}
      - id: patrols
        issue: whether patrols burn fuel
        default: as-printed
        readings:
          - {id: as-printed, meaning: no}
          - {id: burn, meaning: yes, adjust: [{of: E_fuel, gives: 'it[y] + Sum(i in forest, A_0[i]) / Sum(i, A_0[i]) * 1 {tCO2}'}]}
"""
GUARDED = {"guarded": "less", "patrols": "burn"}


def test_a_settled_step_goes_on_adding_up_the_part_that_it_names(tmp_path):
    """1,500 ha of forest beside 100 ha of other land: 15 percent less loss in the first year, 15/16 t of fuel more in each of three."""
    data = project(PROJECT.replace("D: 500}", "D: 500, NF: 100}"))
    read = mrvgraph.run(loaded(tmp_path, PARTS), data, readings=GUARDED)
    settled = mrvgraph.run(loaded(tmp_path, PARTS, "changes: {settle: {guarded: less, patrols: burn}}\n"), data)
    by_hand = level() - 0.15 * (1000 * 0.02 * E + 500 * 0.03 * D) * 295 / 365 - FUEL - 3 * 15 / 16

    assert read.total == pytest.approx(by_hand, rel=1e-12)
    assert settled.total == pytest.approx(by_hand, rel=1e-12)


# -- a project that chose otherwise


@pytest.mark.parametrize(("chosen", "error"), [("rate", False), ("matrix", True)])
def test_a_choice_that_the_version_settled_otherwise_is_an_error_and_the_same_is_none(chosen, error, tmp_path):
    methodology = loaded(tmp_path, 'methodology: {version: "2"}\nchanges: {settle: {method: rate}}\n')
    data, findings = set_aside(methodology, project(PROJECT.replace("method: rate", f"method: {chosen}")), lambda _: mrvgraph.load(TINY))

    assert not data.choices
    assert [(f.code, f.severity, f.what) for f in findings] == [
        ("A840", "error", "the choice method is matrix in the project file, and TINY@2 has settled it as rate")] * error  # fmt: skip


def test_a_reading_that_the_version_settled_otherwise_is_an_error(tmp_path):
    methodology = loaded(tmp_path, 'methodology: {version: "2"}\nchanges: {settle: {floor: none}}\n')
    _, findings = set_aside(methodology, project(PROJECT + "readings: {floor: zero}\n"), lambda _: mrvgraph.load(TINY))

    assert [f.what for f in findings] == ["the ruling floor is zero in the project file, and TINY@2 has settled it as none"]


# -- what a revision says of what it settles


@pytest.mark.parametrize(("changes", "told"), [
    ("{settle: {method: rate}, add: {rules: [{id: r, statement: s, condition: 'RL[y] > 0', for: {y: year}, when: method == rate}]}}",
     "'method == rate' asks for the choice 'method'"),
    ("{settle: {method: rate}, replace: {equations: [{id: rl, formula: 'dCS[y] * 44/12 + cases(method == rate: 1, otherwise: 0)'}]}}",
     "asks for the choice 'method'"),
])  # fmt: skip
def test_a_revision_may_not_ask_for_the_choice_that_it_settles(changes, told, tmp_path):
    with pytest.raises(MethodologyError, match=told) as caught:
        loaded(tmp_path, f"changes: {changes}\n")
    assert "this revision settles it as rate" in str(caught.value)


def test_a_ruling_that_went_with_a_choice_is_said_to_be_gone_and_not_unknown(tmp_path):
    ruling = ("changes: {add: {rulings: [{id: sums, issue: i, default: a, readings: [{id: a, meaning: a}, "
              "{id: b, meaning: b, replace: {equations: [{id: area.matrix, formula: 'Sum(i, ca[i, j, y]) * 1'}]}}]}]}}\n")  # fmt: skip
    with pytest.raises(MethodologyError, match="'sums' of rulings is not there any more"):
        loaded(tmp_path, ruling, "changes: {settle: {method: rate, sums: a}}\n")


# -- a tool, and what it is given, in one revision

TOOL = f"""\
changes:
  add:
    uses: [{{prefix: grid, spec: {SPECS / "tools/CMTOOL/1.0"}, bind: {{plant: engine, G: EG, BM: '0.5 {{tCO2/MWh}} * share'}}}}]
    index_sets: [{{id: engine, letters: [e], members: [coal, gas], meaning: engines}}]
    quantities:
      - {{id: EG, symbol: 'EG_{{<e><y>}}', meaning: electricity, indices: [engine, year], unit: MWh, kind: monitored, after: FC}}
      - {{id: share, symbol: s, meaning: a share, unit: "1", kind: fixed_ex_ante}}
    equivalences: [{{id: alike, from: tCO2, to: tCO2e, reason: nothing else is given off}}]
  replace:
    quantities: [{{id: ER_p, unit: tCO2e}}]
    equations: [{{id: er, formula: 'Sum(y in q, RL[y] - E_fuel[y] - Sum(e, EG[e, y]) * grid_EF_CM[y])', equivalences: [alike]}}]
"""
POWER = """\
  EG: {unit: MWh, values: {coal: {2018: 10, 2019: 10, 2020: 10}, gas: {2018: 30, 2019: 30, 2020: 30}}, source: meter}
  share: {unit: "1", value: 0.8, source: plan}
  grid_EF: {unit: tCO2/GJ, values: {coal: 0.1, gas: 0.05}, source: table}
"""


def test_a_tool_is_bound_to_a_set_and_quantities_that_the_same_revision_adds(tmp_path):
    methodology = loaded(tmp_path, TOOL)
    run = mrvgraph.run(methodology, project(PROJECT + POWER))
    margin = (10 * 3.6 * 2.5 * 0.1 + 30 * 3.6 * 2 * 0.05) / 40
    by_hand = level() - FUEL - 3 * 40 * (0.5 * margin + 0.5 * 0.5 * 0.8)

    assert run.total == pytest.approx(by_hand, rel=1e-12)
    assert [f.what for f in mrvgraph.check(methodology).findings if f.severity == "error"] == []


def test_a_set_that_a_tool_is_bound_to_is_still_declared_once(tmp_path):
    twice = TOOL.replace("index_sets: [", "index_sets: [{id: engine, letters: [e], members: [coal], meaning: again}, ")
    with pytest.raises(MethodologyError, match=r"no index set 'engine'|already has 'engine'"):
        loaded(tmp_path, twice)


# -- results, one by one


@pytest.mark.parametrize(("edit", "results"), [
    ("{add: [{quantity: RL, name: Level}]}", [("ER_p", ""), ("RL", "Level")]),
    ("{add: [{quantity: RL, name: Level, before: ER_p}, E_fuel]}", [("RL", "Level"), ("ER_p", ""), ("E_fuel", "")]),
    ("{add: [RL], remove: [ER_p]}", [("RL", "")]),
    ("{replace: [{quantity: ER_p, name: Credits}]}", [("ER_p", "Credits")]),
])  # fmt: skip
def test_one_result_becomes_a_list_that_is_edited(edit, results, tmp_path):
    assert [(r.quantity, r.name) for r in loaded(tmp_path, f"methodology: {{results: {edit}}}\nchanges: {{}}\n").results] == results


@pytest.mark.parametrize(("edit", "results"), [
    ("{remove: [T]}", ["V", "B", "CA"]),
    ("{remove: [V], replace: [{quantity: CA, name: Adjusted}]}", ["T", "B", "CA"]),
])  # fmt: skip
def test_results_with_names_are_edited_by_their_quantity(edit, results, tmp_path):
    (tmp_path / "r.yaml").write_text(f"based_on: {SPECS / 'several'}\nmethodology: {{results: {edit}}}\nchanges: {{}}\n", encoding="utf-8")

    assert [r.quantity for r in mrvgraph.load(tmp_path / "r.yaml").results] == results


@pytest.mark.parametrize(("edit", "told"), [
    ("{remove: [X]}", "there is no 'X' in results of methodology"),
    ("{add: [ER_p]}", "results already has 'ER_p'"),
    ("{remove: [ER_p]}", "the list of results is empty"),
])  # fmt: skip
def test_an_edit_of_results_that_does_not_fit_is_told(edit, told, tmp_path):
    with pytest.raises(MethodologyError, match=told):
        loaded(tmp_path, f"methodology: {{results: {edit}}}\nchanges: {{}}\n")


# -- a part of a set whose members are shared

DRY = """\
changes:
  add:
    index_sets:
      - {id: dry, subset_of: year, project: must-list, letters: [g], meaning: dry years}
      - {id: turn, kind: project_year, letters: [k], shares: {year: "shared_days(y, k) / operating_days(y)"}, meaning: project year}
    quantities:
      - {id: N, symbol: 'N_{<k>}', meaning: factor of a project year, indices: [turn], unit: "1", kind: monitored}
      - {id: E_dry, symbol: 'X_{<g>}', meaning: more fuel in a dry year, indices: [dry], unit: tCO2, kind: computed}
      - {id: E_turn, symbol: 'X_{<k>}', meaning: the same by project year, indices: [turn], unit: tCO2, kind: computed}
    equations:
      - {id: dry, defines: 'E_dry[g]', formula: 'E_fuel[g] * N[k(g)]'}
      - {id: turn, defines: 'E_turn[k]', formula: 'Sum(g in k, E_dry[g])'}
  replace:
    equations: [{id: er, formula: 'Sum(y in q, RL[y] - E_fuel[y]) - Sum(k, E_turn[k])'}]
"""


def test_a_subset_of_shared_years_is_shared_as_the_years_are(tmp_path):
    methodology = loaded(tmp_path, DRY)
    text = PROJECT.replace("{fuel: [diesel]}", "{fuel: [diesel], dry: [2018, 2020]}") + "  N: {values: {PY1: 1, PY2: 2, PY3: 3}}\n"
    run = mrvgraph.run(methodology, project(text))
    dry = {2018: 1.5 * 3.2 * 1, 2020: 2 * 3.2 * (2 * 71 + 3 * 295) / 366}

    assert run.value("E_dry", dry="2020") == pytest.approx(dry[2020], rel=1e-12)
    assert run.value("E_turn", turn="PY2") == pytest.approx(dry[2020] * 71 / 366, rel=1e-12)
    assert run.total == pytest.approx(level() - FUEL - sum(dry.values()), rel=1e-12)
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
    again = mrvgraph.recalculation(run)({"N": np.array([1.0, 2.0, 4.0])})
    assert float(again["ER_p"].sum()) == pytest.approx(run.total - 2 * 3.2 * 295 / 366, rel=1e-12)
