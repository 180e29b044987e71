"""Tools: a spec inside a spec, twice under two prefixes, and one inside another. Numbers are worked out by hand."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.audit.receipts.receipt import Asked, receipt_record, receipt_text
from engine.audit.receipts.receipt_file import read_receipt
from engine.checks import check_methodology
from engine.checks.worked_cases import read_cases
from engine.commands.session import open_session
from engine.comparison.difference_text import difference_text
from engine.documents.pages.overview_page import overview_page
from engine.documents.subject import Subject
from engine.explain.needs_text import needs_text
from engine.explain.trace import explain as explain_cell
from engine.explain.trace_node import trace_text
from engine.mutation.mutants import find_mutants
from engine.report.run_report import run_record, run_text
from equations.errors import MethodologyError
from equations.files.strict_yaml import read_yaml
from equations.library.spec_files import methodology_of, read_document
from equations.notation.latex import equation_latex
from equations.spec.writer import write_document
from equations.units.registry import parse_unit
from mrvgraph import audit, compare, load, many_draws, needs, recalculation, run, sensitivity, simulate

FOLDER = Path("tests/specs_for_tests")
USER, PROJECT = FOLDER / "tool_user", FOLDER / "tool_user" / "project.yaml"
#: Of 2021. Operating margin of the grid: (500 * 2.5 * 0.1 + 300 * 2 * 0.05) * 3.6 / 1000 = 0.558, with 0.4 by halves 0.479; of the site:
#: (10 * 2.5 * 0.08 + 30 * 2 * 0.05) * 3.6 / 40 = 0.45, with 0.3 by halves 0.375; leakage: (60 * 2.5 * 0.1 + 40 * 2 * 0.05) * 3.6 / 100 = 0.684.
BY_HAND = {
    "grid_OM": 0.558, "grid_EF_CM": 0.479, "captive_OM": 0.45, "captive_EF_CM": 0.375, "leak_power_EF_CM": 0.492, "leak_LE": 0.1 * 1000 * 0.492,
    "BE": 1000 * (0.75 * 0.479 + 0.25 * 0.375), "PE": 40 * 0.375, "ER": 453 - 15 - 49.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def spec():
    return load(USER)


@pytest.fixture(scope="module")
def finished(spec):
    return run(spec, PROJECT)


@pytest.fixture
def revised(tmp_path):
    """Return a function: the changes of a revision of the user -> the methodology."""

    def make(changes):
        path = tmp_path / "r.yaml"
        path.write_text(f"based_on: {USER.resolve()}\nmethodology: {{version: '2'}}\nchanges:\n{changes}", encoding="utf-8")
        return load(path)

    return make


def test_a_tool_gives_its_numbers_under_each_prefix(finished):
    assert {id_: finished.value(id_, year=2021) for id_ in BY_HAND} == pytest.approx(BY_HAND)
    assert finished.value("captive_BM") == pytest.approx(0.3) and finished.value("grid_BM") == 0.4


def test_every_way_to_the_numbers_agrees(spec, finished):
    report = audit(spec, PROJECT)
    assert [f.severity for f in report.findings if f.code == "A713"] == ["note"]
    base = finished.values.arrays["ER_p"]
    batch = many_draws(finished, ("ER_p", "grid_EF_CM"))({"grid_BM": np.array([0.4, 0.6])}).arrays
    assert batch["ER_p"][0] == pytest.approx(base) and batch["grid_EF_CM"][1, 0] == pytest.approx(0.579)
    assert recalculation(finished)({"captive_EF": np.array([0.16, 0.1])})["captive_OM"][0] == pytest.approx(0.9)
    assert finished.exact.cell("grid_EF_CM", (0,)) == pytest.approx(0.479)
    slope = next(e.derivative for e in sensitivity(finished, "BE").effects if e.name == "grid_BM")
    assert slope == pytest.approx(3000 * 0.75 * 0.5)


def test_a_tool_holds_by_itself_what_its_worked_case_says():
    tool = load(FOLDER / "tools/LKTOOL/2")
    (case,) = read_cases(FOLDER / "tools/LKTOOL/2/methodology.yaml", tool, parse_unit)
    finished = run(tool, case.project)
    assert case.difference(tool, finished.setting, finished.values) == ""


def test_needs_and_runs_name_the_tools(spec, finished):
    found = {need.quantity.id: need for need in needs(spec)}
    assert found["grid_G"].tool == "CMTOOL@1.0" and found["EL"].tool == "" and found["leak_G"].as_record()["tool"] == "LKTOOL@2"
    assert not {"captive_G", "captive_BM", "leak_L", "leak_power_G"} & set(found)  # bound, so nobody is asked for them
    assert "input of leak.power (CMTOOL@1.0)" in needs_text(spec, list(found.values()))
    assert "tools: grid = CMTOOL@1.0, captive = CMTOOL@1.0, leak = LKTOOL@2, leak.power = CMTOOL@1.0" in run_text(finished)
    assert [tool["path"] for tool in run_record(finished)["tools"]] == ["grid", "captive", "leak", "leak.power"]


def test_a_number_leads_to_the_equation_of_the_tool_and_its_place(finished):
    lines = "\n".join(trace_text(explain_cell(finished, "BE", (0,))))
    assert "grid_E[2021] = 558 tCO2   [Eq. grid.1; CMTOOL@1.0, section A, p. 3]" in lines
    assert "[Eq. captive.3; CMTOOL@1.0, section B]" in lines
    assert "default, grid.usual: 0.5; Tool 7, made up for tests 1.0, section B, p. 6" in lines


def test_pages_name_the_tools(spec):
    text = repr(overview_page(Subject(spec)))
    assert "CMTOOL@1.0, Emission factor of a grid" in text and "BM = 0.2 {tCO2/MWh} + extra" in text
    assert r"\mathrm{captive.}EF_{CM,y}" in equation_latex(spec.equation["captive.cm"], spec)


def test_readings_of_a_tool_are_chosen_under_its_prefix(spec):
    other = run(spec, PROJECT, readings={"grid.hydro": "left-out", "captive.weight": "operating"})
    assert other.value("grid_OM", year=2021) == pytest.approx(558 / 800)
    assert other.value("captive_OM", year=2021) == pytest.approx(0.45)
    turned = run(spec, PROJECT, readings={"grid.weight": "build"})
    assert "grid.weight" in turned.setting.readings and turned.value("grid_EF_CM", year=2021) == pytest.approx(0.479)
    with pytest.raises(MethodologyError, match="hydro"):
        run(spec, PROJECT, readings={"hydro": "left-out"})


def test_choices_of_a_tool_are_made_under_its_prefix(spec):
    other = run(spec, PROJECT, choices={"captive_margin": "operating"})
    assert other.value("captive_EF_CM", year=2021) == pytest.approx(0.45) and other.value("grid_EF_CM", year=2021) == pytest.approx(0.479)


def test_check_sees_the_whole_and_each_tool(spec, tmp_path):
    assert not [f for f in check_methodology(spec).findings if f.severity != "note"]
    shutil.copytree(FOLDER / "tools", tmp_path / "tools")
    shutil.copytree(USER, tmp_path / "user")
    tool = tmp_path / "tools/LKTOOL/2/methodology.yaml"
    tool.write_text(tool.read_text().replace('unit: "1", value: 0.1}', 'unit: "1", value: 0.3}'), encoding="utf-8")
    (finding,) = [f for f in check_methodology(load(tmp_path / "user")).findings if f.severity == "error"]
    assert finding.code == "W806" and "in the tool leak (LKTOOL@2)" in finding.what
    assert str(finding.place).startswith(str(tool))
    with pytest.raises(MethodologyError, match="A741"):
        run(load(tmp_path / "user"), PROJECT)


def test_the_cache_and_the_receipt_see_a_change_of_a_tool(tmp_path, monkeypatch):
    shutil.copytree(FOLDER / "tools", tmp_path / "tools")
    shutil.copytree(USER, tmp_path / "user")
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))

    def value():
        session = open_session(str(tmp_path / "user"))
        finished = session.run(tmp_path / "user/project.yaml")
        session.save()
        return finished.value("grid_EF_CM", year=2021)

    assert value() == value() == pytest.approx(0.479)
    tool = tmp_path / "tools/CMTOOL/1.0/methodology.yaml"
    tool.write_text(tool.read_text().replace('{quantity: w, unit: "1", value: 0.5}', '{quantity: w, unit: "1", value: 0.25}'), encoding="utf-8")
    assert value() == pytest.approx(0.25 * 0.558 + 0.75 * 0.4)


def test_a_receipt_holds_the_tools_and_their_files(spec, tmp_path):
    record = receipt_record(audit(spec, PROJECT), Asked("x", "y", {}, {}), "1")
    names = [file["name"] for file in record["spec_files"]]
    assert [name.rsplit("specs_for_tests/")[-1] for name in names] == [
        "tool_user/methodology.yaml", "tools/CMTOOL/1.0/methodology.yaml", "tools/LKTOOL/2/methodology.yaml"]  # fmt: skip
    (tmp_path / "r.json").write_text(receipt_text(record), encoding="utf-8")
    assert [tool["version"] for tool in read_receipt(tmp_path / "r.json")["tools"]] == ["1.0", "1.0", "2", "1.0"]


def test_what_show_writes_is_the_same_spec(spec, finished, tmp_path):
    document = read_document(USER / "methodology.yaml")
    (tmp_path / "whole.yaml").write_text(write_document(document.document), encoding="utf-8")
    whole = load(tmp_path / "whole.yaml")
    assert whole.hash == spec.hash and whole.tools == spec.tools
    assert run(whole, PROJECT).total == finished.total


def test_a_revision_takes_another_version_and_edits_entries_of_a_tool(spec, revised):
    tool = (FOLDER / "tools/CMTOOL/1.1").resolve()
    new = revised(f"""
      replace:
        uses: {{grid: {tool}}}
        equations: [{{id: captive.om, formula: 'captive_E[y] / Sum(i, captive_G[i, y]) / 2'}}]
        rulings: [{{id: captive.hydro, readings: {{remove: [left-out]}}}}]
    """)
    assert [tool.reference for tool in new.tools] == ["CMTOOL@1.1", "CMTOOL@1.0", "LKTOOL@2", "CMTOOL@1.0"]
    found = run(new, PROJECT)
    assert found.value("grid_EF_CM", year=2021) == pytest.approx(0.25 * 1.116 + 0.75 * 0.4)
    assert found.value("captive_OM", year=2021) == pytest.approx(0.225)
    text = difference_text(compare(spec, new, projects=[PROJECT]))
    assert "grid, version: \"1.0\" -> \"1.1\"" in text and "Eq. grid.1 (grid.emissions): different; multiplied by 2" in text
    assert "grid_H, source" not in text  # that the tool has another version is said once


def test_a_revision_takes_a_tool_out_and_another_in(revised):
    tool = (FOLDER / "tools/CMTOOL/1.0").resolve()
    new = revised(f"""
      remove: {{uses: [leak, captive]}}
      add: {{uses: {{site: {{spec: {tool}, bind: {{plant: engine, G: GE}}}}}}}}
      replace: {{equations: [{{id: be, formula: 'EL[y] * grid_EF_CM[y]'}}, {{id: pe, formula: 'Sum(i, GE[i, y]) * site_EF_CM[y]'}},
                 {{id: le, formula: '0 {{tCO2e}} * elapsed_years(y) / 1 {{year}}'}}]}}
    """)
    assert [tool.path for tool in new.tools] == ["grid", "site"]
    assert "site_G" in new.definitions and "leak_LE" not in new.quantity


def test_settling_a_reading_of_a_tool(revised):
    new = revised("      settle: {grid.hydro: left-out}\n")
    assert "grid.hydro" not in new.ruling
    assert run(new, PROJECT).value("grid_OM", year=2021) == pytest.approx(558 / 800)


LETTERS = """
methodology: {id: L, version: "1", title: Letters, result: R}
index_sets:
  - {id: thing, letters: [i, k], members: [a, b]}
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
choices: [{id: mode, meaning: m, values: [{id: rate}, {id: x}], default: rate}]
quantities:
  - {id: rate, symbol: r, meaning: a quantity called as a value of the choice, unit: "1", kind: default}
  - {id: x, symbol: 'x_{<i>}', meaning: a quantity called as a letter there, indices: [thing], unit: "1", kind: default}
  - {id: y, symbol: 'y_{<i>}', meaning: a quantity called as a letter here, indices: [thing], unit: "1", kind: default}
  - {id: M, symbol: 'M_{<i><j>}', meaning: matrix, indices: [thing, thing], unit: "1", kind: default, matrix: MM}
  - {id: N, symbol: 'N_{<i><j>}', meaning: matrix, indices: [thing, thing], unit: "1", kind: computed, matrix: MN}
  - {id: z, symbol: 'z_{<y>}', meaning: by year, indices: [year], unit: tCO2, kind: computed}
  - {id: R, symbol: 'R_{<q>}', meaning: by period, indices: [period], unit: tCO2, kind: computed}
constants: [{written: 44/12, unit: tCO2/tC}]
equations:
  - {id: n, defines: MN, formula: MM @ identity(thing)}
  - {id: z1, when: mode == rate and y > start, defines: 'z[y]', formula: 'z[y-1] + rate * 1 {tC} * 44/12'}
  - {id: z2, when: mode == rate and y == start, for: {x: thing}, defines: 'z[y]', formula: 'Sum(x, cases(x == "a": y[x], otherwise: 0)) * 1 {tCO2}'}
  - {id: z3, when: mode != rate, defines: 'z[y]', formula: 'Sum(i, k, N[i, k] * x[k]) * 1 {tCO2}'}
  - {id: r, defines: 'R[q]', formula: 'Sum(y in q, z[y]) * 3/4'}
datasets:
  - {id: d, title: d, use: default, values: [{quantity: rate, value: 2}, {quantity: x, cells: {a: 3, b: 4}}, {quantity: y, cells: {a: 5, b: 6}},
     {quantity: M, cells: {a: {a: 1, b: 2}, b: {a: 3, b: 4}}}]}
rules: [{id: positive, statement: s, condition: 'All(i, x[i] > 0) and supplied(x)', severity: note}]
"""
HOST = """
methodology: {id: H, version: "1", title: Host, result: T}
uses: {tool: tool.yaml}
index_sets:
  - {id: pool, letters: [i, x], members: [p]}
  - {id: years, kind: year, letters: [t]}
  - {id: period, kind: group, groups: years, letters: [q, k], project: must-list}
constants: [{written: 3/4, unit: tN/tC}]
quantities:
  - {id: T, symbol: 'T_{<q>}', meaning: total, indices: [period], unit: tCO2, kind: computed}
  - {id: C, symbol: 'C_{<i>}', meaning: c, indices: [pool], unit: tC, kind: default}
  - {id: F, symbol: F, meaning: f, unit: tN, kind: default}
equations:
  - {id: t, defines: 'T[q]', formula: 'tool_R[q] + 2 * tool_R[q]'}
datasets: [{id: d, title: d, use: default, values: [{quantity: C, cells: {p: 1}}, {quantity: F, value: 3}]}]
rules: [{id: r, statement: s, condition: 'All(i, C[i] * 3/4 <= F)', severity: note}]
"""


def test_no_name_of_the_whole_is_taken_for_one_of_the_tool(tmp_path):
    """Letters that are taken, values called as quantities, quantities called as letters, ratios with another unit, time by another name."""
    (tmp_path / "tool.yaml").write_text(LETTERS, encoding="utf-8")
    (tmp_path / "host.yaml").write_text(HOST, encoding="utf-8")
    (tmp_path / "p.yaml").write_text("project: {name: p}\noperation: {start: 2021-01-01, end: 2023-12-31}\n", encoding="utf-8")
    host, alone = load(tmp_path / "host.yaml"), load(tmp_path / "tool.yaml")
    assert not [f for f in check_methodology(host).findings if f.severity == "error"]
    for mode, by_hand in (("rate", 0.75 * (5 + (5 + 22 / 3) + (5 + 44 / 3))), ("x", 0.75 * 3 * (1 * 3 + 2 * 4 + 3 * 3 + 4 * 4))):
        whole = run(host, tmp_path / "p.yaml", choices={"tool_mode": mode})
        assert whole.value("tool_R", period="all") == pytest.approx(by_hand)
        assert run(alone, tmp_path / "p.yaml", choices={"mode": mode}).total == whole.value("tool_R", period="all")
        assert whole.total == pytest.approx(3 * by_hand)


READINGS = """
rulings:
  - id: rate
    issue: which rate
    default: two
    readings:
      - {id: two, meaning: two}
      - {id: ten, meaning: ten, replace: {datasets: [{id: d, values: {replace: [{quantity: rate, value: 10}]}}]}}
  - id: shared
    issue: whether two periods can share a year
    default: whole
    readings:
      - {id: whole, meaning: whole years}
      - id: by-days
        meaning: by days
        replace:
          index_sets: [{id: period, shares: [year]}]
          equations: [{id: r, formula: 'Sum(y in q, z[y] * shared_days(y, q) / operating_days(y)) * 3/4'}]
"""


def test_readings_of_a_tool_edit_values_of_its_datasets_and_what_its_periods_share(tmp_path):
    (tmp_path / "tool.yaml").write_text(LETTERS + READINGS, encoding="utf-8")
    (tmp_path / "host.yaml").write_text(HOST, encoding="utf-8")
    (tmp_path / "p.yaml").write_text("project: {name: p}\noperation: {start: 2021-01-01, end: 2022-12-31}\nmonitoring_periods:\n"
                                     "  - {id: a, start: 2021-01-01, end: 2021-12-31}\n  - {id: b, start: 2022-01-01, end: 2022-12-31}\n", encoding="utf-8")  # fmt: skip
    host = load(tmp_path / "host.yaml")
    assert not [f for f in check_methodology(host).findings if f.severity == "error"]
    found = run(host, tmp_path / "p.yaml", readings={"tool.rate": "ten"})
    assert found.value("tool_R", period="b") == pytest.approx(0.75 * (5 + 10 * 44 / 12))
    split = (tmp_path / "p.yaml").read_text().replace("2021-12-31}", "2022-06-30}").replace("2022-01-01, end", "2022-07-01, end")
    (tmp_path / "p.yaml").write_text(split, encoding="utf-8")
    shared = run(host, tmp_path / "p.yaml", readings={"tool.shared": "by-days"})
    assert shared.value("tool_R", period="b") == pytest.approx(0.75 * (5 + 2 * 44 / 12) * 184 / 365)


def test_rules_of_a_tool_that_nothing_needs_ask_for_nothing_and_do_not_apply(tmp_path):
    tool = LETTERS.replace("datasets:\n  - {id: d, title: d, use: default, values: [{quantity: rate, value: 2}, {quantity: x, cells: {a: 3, b: 4}},",
                           "datasets:\n  - {id: d, title: d, use: default, values: [{quantity: rate, value: 2},").replace(" and supplied(x)", "")  # fmt: skip
    host = HOST.replace("formula: 'tool_R[q] + 2 * tool_R[q]'}", "when: way == taken, formula: 'tool_R[q]'}\n"
                        "  - {id: u, when: way == left, defines: 'T[q]', formula: '7 {tCO2}'}")  # fmt: skip
    host += "choices: [{id: way, meaning: w, values: [{id: taken}, {id: left}]}]\n"
    (tmp_path / "tool.yaml").write_text(tool, encoding="utf-8")
    (tmp_path / "host.yaml").write_text(host, encoding="utf-8")
    (tmp_path / "p.yaml").write_text("project: {name: p}\noperation: {start: 2021-01-01, end: 2023-12-31}\n"
                                     "values: {tool_x: {unit: '1', values: {a: 3, b: -4}}}\n", encoding="utf-8")  # fmt: skip
    spec = load(tmp_path / "host.yaml")
    verdicts = {way: {v.rule: v for v in run(spec, tmp_path / "p.yaml", choices={"way": way}).verdicts} for way in ("taken", "left")}
    assert verdicts["taken"]["tool.positive"].state == "broken"
    assert verdicts["left"]["tool.positive"].state == "does not apply"
    assert "tool_x" in {need.quantity.id for need in needs(spec, choices={"way": "taken"}, targets=("T",))}
    assert "tool_x" not in {need.quantity.id for need in needs(spec, choices={"way": "left"}, targets=("T",))}


def test_a_tool_that_uses_itself_through_a_revision_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(HOST.replace("tool.yaml", "b.yaml"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text("based_on: a.yaml\nchanges: {remove: {rules: [r]}}\n", encoding="utf-8")
    with pytest.raises(MethodologyError, match="S111 the tool tool uses itself"):
        load(tmp_path / "a.yaml")


@pytest.mark.parametrize(("ours", "theirs", "code"), [
    ("units: [{id: drum, meaning: d, size: 100 kg}]", "units: [{id: drum, meaning: e, size: 200 kg}]", "S111"),
    ("substances: [{id: lime, meaning: l, formula: CaCO3}]", "substances: [{id: lime, meaning: l, formula: CaO}]", "S111"),
    ("units: [{id: drum, meaning: d, size: 100 kg}]", "units: [{id: drum, meaning: in other words, size: 100 kg}]", ""),
])  # fmt: skip
def test_what_has_one_name_everywhere_is_declared_alike(tmp_path, ours, theirs, code):
    (tmp_path / "tool.yaml").write_text(f"{LETTERS}{theirs}\n", encoding="utf-8")
    (tmp_path / "host.yaml").write_text(f"{HOST}{ours}\n", encoding="utf-8")
    if not code:
        assert len(load(tmp_path / "host.yaml").units) == 1
        return
    with pytest.raises(MethodologyError, match=code):
        load(tmp_path / "host.yaml")


def test_units_and_substances_of_a_tool_travel(tmp_path):
    tool = LETTERS.replace("unit: tCO2, kind: computed}\nconstants", "unit: tCO2, kind: computed}\n"
                           "  - {id: D, symbol: D, meaning: d, unit: drum, kind: default}\nconstants")  # fmt: skip
    (tmp_path / "tool.yaml").write_text(f"{tool}units: [{{id: drum, meaning: d, size: 100 kg_lime}}]\n"
                                        "substances: [{id: lime, meaning: l, formula: CaCO3}]\n", encoding="utf-8")  # fmt: skip
    (tmp_path / "host.yaml").write_text(HOST, encoding="utf-8")
    assert str(load(tmp_path / "host.yaml").quantity["tool_D"].unit) == "drum"


def test_a_statement_is_bound_by_its_name(tmp_path):
    tool = LETTERS.replace("constants:", "  - {id: ok, symbol: o, meaning: o, kind: statement, type: yes_no}\nconstants:")
    (tmp_path / "tool.yaml").write_text(tool.replace("supplied(x)'", "ok == 1'"), encoding="utf-8")
    host = HOST.replace("{tool: tool.yaml}", "{tool: {spec: tool.yaml, bind: {ok: agreed}}}")
    (tmp_path / "host.yaml").write_text(
        host.replace("equations:", "  - {id: agreed, symbol: a, meaning: a, kind: statement, type: yes_no}\nequations:"), encoding="utf-8")  # fmt: skip
    found = load(tmp_path / "host.yaml")
    assert "tool_ok" not in found.quantity
    assert [need.quantity.id for need in needs(found) if need.quantity.kind == "statement"] == ["agreed"]


def test_defaults_of_a_tool_do_not_stand_before_what_it_is_given(tmp_path):
    (tmp_path / "tool.yaml").write_text(LETTERS, encoding="utf-8")
    (tmp_path / "host.yaml").write_text(HOST.replace("{tool: tool.yaml}", "{tool: {spec: tool.yaml, bind: {rate: '10'}}}"), encoding="utf-8")
    (tmp_path / "p.yaml").write_text("project: {name: p}\noperation: {start: 2021-01-01, end: 2022-12-31}\n", encoding="utf-8")
    assert run(load(tmp_path / "host.yaml"), tmp_path / "p.yaml").value("tool_R", period="all") == pytest.approx(0.75 * (5 + 5 + 110 / 3))


def test_simulations_and_json_speak_of_tools(spec, tmp_path):
    text = PROJECT.read_text().replace("value: 0.4, source", "value: 0.4, uncertainty: {distribution: normal, se: 0.04}, source")
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    found = simulate(run(spec, tmp_path / "p.yaml"), draws=300, targets=("grid_EF_CM",))
    assert found.summaries["grid_EF_CM[2021]"].se == pytest.approx(0.02, rel=0.2)
    assert json.loads(json.dumps(run_record(found.run)))["tools"][0]["version"] == "1.0"


def test_a_document_is_composed_before_it_is_read():
    spec = read_document(USER / "methodology.yaml")
    assert [prefix for prefix, _ in spec.tools] == ["grid", "captive", "leak"]
    assert len(spec.sources) == 3 and methodology_of(spec).tools[0].methodology.reference == "CMTOOL@1.0"
    assert read_yaml(write_document(spec.document), "x").get("uses") is None


MEMBERS = """
methodology: {id: F, version: "1", title: Fuels, result: R}
index_sets:
  - {id: fuel, letters: [f], members: [oil, gas, wood]}
  - {id: part, letters: [a], members: [x, y]}
  - {id: fossil, subset_of: fuel, members: [oil, gas]}
  - {id: kind, kind: group, groups: fuel, letters: [g], members: [{id: old, of: [oil, gas]}, {id: new, of: [wood]}]}
quantities:
  - {id: E, symbol: 'E_{<f>}', meaning: e, indices: [fuel], unit: "1", kind: default}
  - {id: T, symbol: 'T_{<f><a>}', meaning: t, indices: [fuel, part], unit: "1", kind: default}
  - {id: U, symbol: 'U_{<f><a>}', meaning: u, indices: [fuel, part], unit: "1", kind: default}
  - {id: R, symbol: R, meaning: r, unit: "1", kind: computed}
equations: [{id: r, defines: R, formula: 'Sum(f in fossil, E[f]) + 10 * Sum(f, a, T[f, a]) + 1000 * Sum(f, U[f, "x"])'}]
datasets:
  - id: d
    title: d
    use: default
    values:
      - {quantity: E, cells: {oil: 1, gas: 2, wood: 3}}
      - {quantity: U, at: {fuel: oil}, cells: {x: 1, y: 2}}
      - {quantity: U, at: {fuel: wood}, cells: {x: 3, y: 4}}
      - quantity: T
        table: |2
                x  y
          oil   1  2
          gas   3  4
          wood  5  6
"""


def test_what_a_tool_says_of_members_that_are_not_there_goes(tmp_path):
    (tmp_path / "tool.yaml").write_text(MEMBERS, encoding="utf-8")
    (tmp_path / "host.yaml").write_text("""
methodology: {id: H, version: "1", title: Host, result: S}
uses: {t: {spec: tool.yaml, bind: {fuel: mine}}}
index_sets: [{id: mine, letters: [m], members: [oil, wood]}]
quantities: [{id: S, symbol: S, meaning: s, unit: "1", kind: computed}]
equations: [{id: s, defines: S, formula: t_R}]
""", encoding="utf-8")
    (tmp_path / "p.yaml").write_text("project: {name: p}\noperation: {start: 2021-01-01, end: 2021-12-31}\n", encoding="utf-8")
    host = load(tmp_path / "host.yaml")
    assert host.index_set["t_fossil"].members == ("oil",)
    assert run(host, tmp_path / "p.yaml").total == 1 + 10 * (1 + 2 + 5 + 6) + 1000 * (1 + 3)


def test_years_before_the_start_are_those_of_the_tool(tmp_path):
    """An axis that reaches back is not that of the project's years; a longer one of the spec is another one again."""
    (tmp_path / "tool.yaml").write_text("""
methodology: {id: B, version: "1", title: Back, result: M}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: past, kind: year, history: 3, letters: [h]}
  - {id: ante, kind: group, groups: past, letters: [v], project: must-list}
quantities:
  - {id: G, symbol: 'G_{<h>}', meaning: g, indices: [past], unit: MWh, kind: monitored}
  - {id: M, symbol: 'M_{<y>}', meaning: m, indices: [year], unit: MWh, kind: computed}
equations: [{id: m, defines: 'M[y]', formula: 'Sum(v, h in v, G[h]) + 10 * G[y]'}]
""", encoding="utf-8")
    (tmp_path / "host.yaml").write_text("""
methodology: {id: H, version: "1", title: Host, result: S}
uses: {back: tool.yaml}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: before, kind: year, history: 1, letters: [b]}
quantities:
  - {id: L, symbol: 'L_{<b>}', meaning: l, indices: [before], unit: MWh, kind: monitored}
  - {id: S, symbol: 'S_{<y>}', meaning: s, indices: [year], unit: MWh, kind: computed}
equations: [{id: s, defines: 'S[y]', formula: 'back_M[y] + 1000 * Sum(b in y-1..y, L[b])'}]
""", encoding="utf-8")
    (tmp_path / "p.yaml").write_text("""
project: {name: p}
operation: {start: 2021-01-01, end: 2021-12-31}
members: {back_ante: {two: {from: 2018, to: 2019}}}
values:
  back_G: {unit: MWh, values: {2018: 1, 2019: 2, 2021: 4}, source: s}
  L: {unit: MWh, values: {2020: 1, 2021: 1}, source: s}
""", encoding="utf-8")
    host = load(tmp_path / "host.yaml")
    assert [(s.id, s.history) for s in host.index_sets if s.kind == "year"] == [("year", 0), ("before", 1), ("past", 3)]
    assert run(host, tmp_path / "p.yaml").value("S", year=2021) == 1 + 2 + 40 + 2000


def test_rules_of_a_tool_of_which_nothing_is_needed_do_not_apply(tmp_path):
    """Where a choice leaves the tool out its rules ask for nothing; where it takes part they hold or are broken."""
    (tmp_path / "tool.yaml").write_text("""
methodology: {id: B, version: "1", title: Tool, result: M}
quantities:
  - {id: G, symbol: G, meaning: g, unit: MWh, kind: monitored}
  - {id: K, symbol: K, meaning: read by the rule alone, unit: MWh, kind: monitored}
  - {id: M, symbol: M, meaning: m, unit: MWh, kind: computed}
equations: [{id: m, defines: M, formula: '2 * G'}]
rules: [{id: large, statement: s, condition: K > G, severity: error}]
""", encoding="utf-8")
    (tmp_path / "host.yaml").write_text("""
methodology: {id: H, version: "1", title: Host, result: S}
uses: {t: tool.yaml}
choices: [{id: how, meaning: m, values: [{id: stated}, {id: tool}], default: stated}]
quantities:
  - {id: L, symbol: L, meaning: l, unit: MWh, kind: monitored}
  - {id: S, symbol: S, meaning: s, unit: MWh, kind: computed}
equations:
  - {id: s, when: how == stated, defines: S, formula: L}
  - {id: u, when: how == tool, defines: S, formula: t_M}
""", encoding="utf-8")
    (tmp_path / "p.yaml").write_text("""
project: {name: p}
operation: {start: 2021-01-01, end: 2021-12-31}
values: {L: {unit: MWh, value: 1}, t_G: {unit: MWh, value: 3}, t_K: {unit: MWh, value: 2}}
""", encoding="utf-8")
    host = load(tmp_path / "host.yaml")
    (idle,) = run(host, tmp_path / "p.yaml").verdicts
    assert (idle.state, idle.why) == ("does not apply", "nothing of the tool t is needed")
    used = run(host, tmp_path / "p.yaml", choices={"how": "tool"})
    assert [f.code for f in used.findings if f.severity == "error"] == ["A701"]
    assert {n.quantity.id for n in needs(host, choices={"how": "stated"})} == {"L"}
    assert {n.quantity.id for n in needs(host, choices={"how": "tool"})} == {"t_G", "t_K"}
    assert {mutant.subject for mutant in find_mutants(host)} <= {"s", "u", "L", "S"}


@pytest.fixture
def settled(tmp_path):
    """Return a function: what the grid of the user is settled as -> the methodology."""

    def make(settle):
        shutil.copytree(USER.parent, tmp_path, dirs_exist_ok=True)
        path = tmp_path / USER.name / "methodology.yaml"
        grid = "{prefix: grid, spec: ../tools/CMTOOL/1.0"
        path.write_text(path.read_text().replace(grid, f"{grid}, settle: {settle}"))
        return load(path)

    return make


def test_a_spec_settles_what_its_tool_leaves_open(settled, spec, tmp_path):
    """The combined margin of the grid is then its operating margin: 0.558, and (400 * 2.5 * 0.1 + 400 * 2 * 0.05) * 3.6 / 1000."""
    operating, left_out = settled("{margin: operating}"), settled("{hydro: left-out}")

    assert "grid_margin" in spec.choice and "grid_margin" not in operating.choice
    assert "captive_margin" in operating.choice, "the same tool under another prefix keeps its own"
    project = tmp_path / "p.yaml"
    project.write_text("".join(line for line in PROJECT.read_text().splitlines(keepends=True) if not line.startswith("  grid_BM")))
    assert run(operating, project).values.arrays["grid_EF_CM"] == pytest.approx([0.558, 0.504])
    assert "grid.hydro" not in {ruling.id for ruling in left_out.rulings}
    other = run(spec, PROJECT, readings={"grid.hydro": "left-out"})
    assert run(left_out, PROJECT).values.arrays["ER"].tolist() == other.values.arrays["ER"].tolist()
    assert dict(operating.tools[0].settles) == {"margin": "operating"}
    assert [finding.code for finding in check_methodology(operating).findings if finding.subject == "grid_margin"] == ["W814"]


@pytest.mark.parametrize(("settle", "told"), [
    ("{margin: none}", "has no value 'none'"),
    ("{nothing: here}", "grid.nothing"),
    ("{hydro: none}", "none"),
    ("[hydro]", "settle: must be a mapping"),
    ("{hydro: [left-out]}", "settle: hydro must be a value or a reading"),
])  # fmt: skip
def test_what_a_tool_cannot_be_settled_as_is_told_at_its_place(settled, settle, told):
    with pytest.raises(MethodologyError, match=told) as caught:
        settled(settle)
    assert "methodology.yaml" in str(caught.value)
