"""Notebooks, pandas and xarray: what results show of themselves, and the numbers that they hand on, held against those of the run."""

import ast
import contextlib
import csv
import io
import math
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pages
import pytest

import mrvgraph
from engine.interface.notebook.axis_labels import AxisLabels
from engine.output.drawing import Drawing
from engine.output.text_grid import text_grid
from engine.report.run_report import run_csv, run_text
from equations.errors import MethodologyError
from equations.model.methodology import home_of
from equations.shown import Shown
from mrvgraph.notebook import DISPLAYS, display_of

nbformat, pandas, _ = (pytest.importorskip(name, reason='pip install "mrvgraph[test]"') for name in ("nbformat", "pandas", "xarray"))

NOTEBOOK = pages.ROOT / "docs/examples/notebook.ipynb"
SPECS = pages.ROOT / "tests/specs_for_tests"
TINY = SPECS / "tiny/methodology.yaml"
#: What is raised, called or part of another result.
NO_RESULTS = {"Batch", "BatchValues", "Faults", "Headline", "InputError", "MethodologyError", "Need", "Outcome", "Recalculation"}
#: TINY with a quantity of which only some cells exist, and one of which the methodology leaves a cell out.
WITH_GAPS = """\
based_on: {tiny}
changes:
  add:
    relations: [{{id: measured, over: [land_use], meaning: classes that were measured}}]
    quantities:
      - {{id: S, symbol: 'S_{{<i>}}', meaning: stock on plots, indices: [land_use], "on": measured, unit: tC/ha, kind: fixed_ex_ante}}
      - {{id: W, symbol: 'W_{{<i>}}', meaning: stock that counts, indices: [land_use], unit: tC/ha, kind: computed}}
      - {{id: T, symbol: T, meaning: all stocks, unit: tC/ha, kind: computed}}
    equations:
      - {{id: w, defines: 'W[i]', formula: "cases(i == 'D': excluded, otherwise: EF[i])"}}
      - {{id: t, defines: T, formula: 'Sum(i, S[i])'}}
"""


@pytest.fixture(scope="module")
def run():
    return mrvgraph.run(TINY, SPECS / "tiny/project.yaml")


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gaps")
    (folder / "methodology.yaml").write_text(WITH_GAPS.format(tiny=SPECS / "tiny"), encoding="utf-8")
    project = (SPECS / "tiny/project.yaml").read_text(encoding="utf-8")
    project = project.replace("members:", "relations: {measured: [E]}\nmembers:") + "  S: {unit: tC/ha, values: {E: 91.3}, source: plots}\n"
    (folder / "project.yaml").write_text(project, encoding="utf-8")
    return mrvgraph.run(folder / "methodology.yaml", folder / "project.yaml", targets=("W", "T", "ER_p"))


@pytest.fixture(scope="module")
def several():
    return mrvgraph.run(SPECS / "several/methodology.yaml", SPECS / "several/project.yaml")


@pytest.fixture(scope="module")
def results(run, several, tmp_path_factory):
    """One of every result, by the name of its class."""
    project, m = SPECS / "tiny/project.yaml", run.methodology
    report, check = mrvgraph.audit(m, project), mrvgraph.check(m)
    traces, text = run.explain("ER_p"), project.read_text(encoding="utf-8")
    claimed = tmp_path_factory.mktemp("claimed") / "project.yaml"
    (more := claimed.with_name("more.yaml")).write_text(text.replace("2018: 1.5", "2018: 2.5"), encoding="utf-8")
    difference = mrvgraph.compare(m, projects=[project, more])
    claimed.write_text(text + "claimed: {E_fuel: {unit: tCO2, values: {2018: 4.8}}}\n", encoding="utf-8")
    written = mrvgraph.report(report, claimed.with_name("report.md"))
    found = [
        m, m.equation["rl"], m.quantity["A"], run, report, difference, traces, traces[0], written, check.findings[0], run.table(), run.plot(),
        check, mrvgraph.graph(m), mrvgraph.needs(m), mrvgraph.ready(m, project), mrvgraph.diagnose(m, claimed),
        mrvgraph.migrate(project, old=str(TINY), new=str(TINY)), mrvgraph.portfolio(m, [project, TINY]), mrvgraph.solve(run, "A_0[E]", "ER_p = 30000"),
        mrvgraph.sensitivity(several, "CA", draws=20), mrvgraph.simulate(several, draws=200, seed=1), several.verdicts, run.verdicts,
    ]  # fmt: skip
    return {type(one).__name__: one for one in found}


# -- the example


def outputs_of(source, names):
    """Run a cell as a notebook does: what it prints, and what its last line is."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(last, "<cell>", "eval"), names) if last else None
    if printed.getvalue():
        yield nbformat.v4.new_output("stream", name="stdout", text=printed.getvalue())
    if value is not None:
        yield nbformat.v4.new_output("execute_result", {"text/plain": repr(value)} | drawn(value))


def drawn(value):
    """What the result shows besides its text; of pandas and xarray, whose markup is theirs and changes, there is only the text."""
    if isinstance(value, Drawing):
        return {"image/svg+xml": value._repr_svg_()}
    return {"text/html": str(value._repr_html_())} if isinstance(value, Shown) else {}


def test_the_example_is_valid_and_shows_what_comes_out(monkeypatch):
    monkeypatch.chdir(NOTEBOOK.parent)
    notebook = nbformat.read(NOTEBOOK, 4)
    held, names, count = nbformat.writes(notebook), {}, 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count, cell.outputs = count, list(outputs_of(cell.source, names))
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    nbformat.validate(notebook)
    made = nbformat.writes(notebook)
    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        NOTEBOOK.write_text(made + "\n", encoding="utf-8")
    else:
        assert held == made
    assert str(pages.ROOT) not in made
    assert made.count('"image/svg+xml"') >= 3


# -- what is shown


def elements_of(html):
    """Read HTML as XML: every element is closed, and every attribute quoted."""
    void = re.sub(r"<(br|wbr|col|img|hr)\b([^>]*)>", r"<\1\2/>", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    return list(ElementTree.fromstring(void).iter())


def test_every_result_of_the_interface_has_a_display(results):
    public = {name for name in mrvgraph.__all__ if name[0].isupper()} - NO_RESULTS
    assert public <= set(DISPLAYS)
    assert {name for name in DISPLAYS if name not in ("Exported", "Verification", "Verdict")} <= set(results)


@pytest.mark.parametrize("name", sorted(set(DISPLAYS) - {"Drawing", "Exported", "Verification", "Verdict"}))
def test_results_show_themselves(results, name):
    shown = results[name]

    html = display_of(shown).html()  # raises what `_repr_html_` would pass over

    assert shown._repr_html_() == html
    parts = elements_of(html)
    assert parts[0].get("class") == "mrvgraph"
    assert not [part for part in parts if part.tag in ("script", "iframe", "object")]
    assert "".join(parts[0].itertext()).strip()


def test_what_stands_for_a_result_in_a_line_is_short(results):
    for name, shown in results.items():
        if name not in ("TextGrid", "Traces", "tuple", "Quantity", "Finding", "Written"):
            assert len(repr(shown)) < 300 and "\n" not in repr(shown), name


def test_what_cannot_be_shown_is_left_to_its_text(run):
    broken = replace(run, values=None)
    with pytest.raises(AttributeError):
        display_of(broken).html()
    assert broken._repr_html_() is None
    assert Drawing("no picture", "of nothing")._repr_svg_() is None


def test_an_equation_is_typeset_by_the_methodology_that_holds_it(run):
    import pickle

    equation = run.methodology.equation["dcs.start"]
    again = pickle.loads(pickle.dumps(equation))

    html = equation._repr_html_()
    assert "<math" in html and "@font-face" in html and "carbon stock" in html and "Eq. 2" in html
    assert home_of(again) is None and again == equation
    assert "stands in no methodology" in again._repr_html_()
    assert home_of(pickle.loads(pickle.dumps(run.methodology)).equation["dcs.start"]) == run.methodology


def test_documents_beside_a_run_are_not_looked_through_for_being_shown(results):
    desk = results["Desk"]
    vars(desk).pop("diagnoses", None)
    assert "diagnoses" in desk._repr_html_() and "diagnoses" not in vars(desk)


def test_a_long_table_says_how_many_more_there_are():
    html = text_grid(["n"], [[str(at)] for at in range(1234)])._repr_html_()
    assert "<th scope=\"row\">199</th>" in html and "<th scope=\"row\">200</th>" not in html
    assert "and 1,034 more" in html


# -- one table


def test_tables_are_those_of_the_commands(run, results):
    assert repr(run.table()) in run_text(run)
    assert "E_fuel" in repr(run.table()) and "A[E, 2018]" in repr(run.table("A"))
    for name in ("AuditReport", "Difference", "Needs", "Outcomes", "Sensitivity", "Simulation", "Solved"):
        found = results[name].table()
        assert found.rows and all(len(row) == len(found.head) for row in found.rows), name
        assert len(repr(found).splitlines()) == len(found.rows) + 2


# -- frames


def test_a_frame_holds_every_number_of_the_run_with_unit_and_labels(run):
    frame = run.frame()

    head, *lines = csv.reader(io.StringIO(run_csv(run)))
    assert len(frame) == len(lines) > 20
    assert [f"{v!r}" for v in frame["value"].tolist()] == [line[head.index("value")] for line in lines]
    assert frame["unit"].tolist() == [line[head.index("unit")] for line in lines]
    assert frame["value"].dtype == float and str(frame["year"].dtype) == "Int64"
    fuel = run.frame("E_fuel").set_index("year")
    assert fuel.loc[2018, "value"] == 1.5 * 3.2  # t of diesel, tCO2 of a tonne
    assert fuel.loc[2018, ["quantity", "cell", "unit", "state", "provenance"]].tolist() == ["E_fuel", "E_fuel[2018]", "tCO2", "", "computed"]
    assert run.frame("EF_fuel")["provenance"].tolist() == ["default:fuels"]
    assert set(run.frame("EF")["provenance"]) == {"dataset:stocks"}
    assert frame.attrs["methodology"] == "TINY@1" and frame.attrs["project_sha256"] == run.project.sha256
    (node,) = run.explain(fuel.loc[2018, "cell"])
    assert node.value == fuel.loc[2018, "value"]


def test_a_cell_without_a_number_is_nan_and_says_why(gaps):
    frame = gaps.frame("W", "S").set_index("cell")

    assert frame.loc["W[E]", "value"] == 91.3 and frame.loc["W[E]", "state"] == ""
    assert math.isnan(frame.loc["W[D]", "value"]) and frame.loc["W[D]", "state"] == "excluded"
    assert gaps.values.arrays["W"][1] == 0.0  # as it counts in sums, and as it must not be shown
    assert frame.index.tolist() == ["S[E]", "W[E]", "W[D]", "W[NF]"]  # no line for what does not apply
    assert frame.loc["W[NF]", "value"] == 0.0 and frame.loc["W[NF]", "state"] == ""  # and nought is nought


def test_what_a_run_does_not_have_is_told(run):
    for ask in (run.frame, run.to_xarray, run.table, run.plot):
        with pytest.raises(MethodologyError, match="E_fuel") as told:
            ask("E_feul")
        assert told.value.code == "I502"


def test_without_the_packages_one_error_says_what_to_install(run, results, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "xarray", None)
    for shown in (run, results["Simulation"], results["Needs"]):
        for ask in (shown.frame, shown.to_xarray):
            with pytest.raises(MethodologyError, match=r"pip install \"mrvgraph\[notebook\]\"") as told:
                ask()
            assert told.value.code == "I514"
    assert run._repr_html_() and run.plot()._repr_svg_()  # which need neither


def test_nothing_imports_the_packages_before_they_are_asked_for():
    for name, path in pages.modules().items():
        text = re.sub(r"if TYPE_CHECKING:\n(?:    .*\n)+", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"^ *(?:from|import) (?:pandas|xarray)\b", text, re.MULTILINE), name


def test_a_set_that_is_called_like_a_column_keeps_apart(run):
    axes = AxisLabels(run.methodology, ("land_use", "unit"))

    assert axes.names(("land_use", "year", "land_use")) == ("land_use_label", "year", "land_use_2")


def test_frames_of_other_results_hold_their_numbers(results):
    audit = results["AuditReport"]
    lines = {(line.ruling, line.reading): line for line in audit.rulings.lines}
    for line in audit.frame().itertuples():
        assert line.result == lines[line.ruling, line.reading].result and line.unit == "tCO2" and line.state == ""
    assert results["Solved"].frame()["value"].tolist() == [results["Solved"].value]
    effects = results["Sensitivity"].effects
    assert results["Sensitivity"].frame()["derivative"].tolist() == [one.derivative for one in effects]
    difference = results["Difference"].frame().set_index("cell")["difference"]
    assert difference["E_fuel[2018]"] == pytest.approx(3.2) == -difference["ER_p[all]"]  # a tonne of diesel more
    assert difference["RL[2018]"] == 0.0
    assert set(results["Needs"].frame()["quantity"]) >= {"A_0", "FC"}


def test_a_project_that_fails_has_no_number_and_says_why(results):
    outcomes = results["Outcomes"]
    frame = outcomes.frame()

    good, bad = (frame[frame["project"] == one.name] for one in outcomes)
    assert good["value"].tolist() == [outcomes[0].result, *outcomes[0].numbers.values()]
    assert bad["value"].isna().all() and len(bad) == 1
    assert bad["state"].item().startswith("no result: I509")
    assert "no result" in outcomes.plot().svg


# -- labelled arrays


def test_labelled_arrays_are_the_arrays_of_the_run(run):
    data = run.to_xarray()

    assert data["A"].dims == ("land_use", "year") and data["A"].attrs["units"] == "ha"
    assert data["year"].values.tolist() == [2018, 2019, 2020]
    assert float(data["A"].sel(land_use="E", year=2018)) == run.value("A", land_use="E", year=2018)
    assert data["E_fuel"].values.tolist() == run.values.arrays["E_fuel"].tolist()
    assert list(run.to_xarray("E_fuel")) == ["E_fuel"]
    matrix = mrvgraph.run(TINY, SPECS / "tiny/project.yaml", choices={"method": "rate"}, targets=("A",)).to_xarray()
    assert "RL" not in matrix and np.isnan(matrix["A"].sel(land_use="NF")).all()
    assert set(matrix["A.state"].sel(land_use="NF").values) == {"not needed or not given"}


def test_gaps_of_labelled_arrays_carry_their_states(gaps):
    data = gaps.to_xarray("S", "W", "T")

    assert data["W.state"].values.tolist() == ["", "excluded", ""]
    assert data["S.state"].values.tolist() == ["", "not applicable", "not applicable"]
    assert np.isnan(data["W"].values).tolist() == [False, True, False]
    assert np.isnan(data["S"].values).tolist() == [False, True, True]
    assert data["S"].attrs["ancillary_variables"] == "S.state" and "T.state" not in data
    assert data["T"].dims == () and float(data["T"]) == 91.3


def test_every_draw_of_a_simulation_is_there(results):
    simulation = results["Simulation"]
    data, frame = simulation.to_xarray(), simulation.frame().set_index("number")

    assert data["CA"].dims == ("draw", "year") and data["draw"].values[[0, -1]].tolist() == [1, 200]
    assert data["CA"].values.tolist() == simulation.draws["CA"].tolist()
    summary = simulation.summaries["CA[2022]"]
    assert frame.loc["CA[2022]", ["mean", "low_90", "unit", "year", "state"]].tolist() == [
        summary.mean, summary.interval(0.9).low, "tCO2", 2022, ""]  # fmt: skip
    assert float(data["CA"].sel(year=2022).mean()) == pytest.approx(summary.mean, rel=1e-12)
    assert pandas.isna(frame.loc["CA", "year"]) and data.attrs["seed"] == "1"


def test_other_results_are_arrays_along_their_lines(results):
    data = results["Outcomes"].to_xarray()
    assert data["value"].dims == ("project",) and np.isnan(data["value"].values[-1])
    assert data["state"].values[-1].startswith("no result")


# -- pictures


@pytest.mark.parametrize("name", ["AuditReport", "Difference", "Outcomes", "Run", "Sensitivity", "Simulation", "Solved"])
def test_pictures_show_themselves_on_white_with_their_fonts(results, name):
    drawing = results[name].plot()

    parts = list(ElementTree.fromstring(drawing._repr_svg_()).iter())
    assert parts[0].tag.endswith("svg") and drawing.title in repr(drawing)
    assert any(part.tag.endswith("rect") and part.get("width") == "100%" for part in parts)
    assert any("@font-face" in (part.text or "") for part in parts)


def test_a_quantity_is_drawn_over_the_years_or_cell_by_cell(run, gaps):
    assert "A[E, 2018]" not in run.plot("A").svg and ">2019<" in run.plot("A").svg
    assert "A_0[E]" in run.plot("A_0").svg
    assert "excluded" in gaps.plot("W").svg
    only = mrvgraph.run(TINY, SPECS / "tiny/project.yaml", targets=("A",))
    assert "by year" in only.plot().svg  # of a run without its result, what was asked for


def test_pictures_are_saved_by_their_ending(run, tmp_path):
    run.plot().save(tmp_path / "run.svg")
    run.plot().save(str(tmp_path / "run.png"))
    assert (tmp_path / "run.svg").read_bytes().startswith(b"<svg") and (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(MethodologyError, match=r"ends in \.svg or \.png") as told:
        run.plot().save(tmp_path / "run.jpg")
    assert told.value.code == "I520" and sorted(Path(tmp_path).iterdir()) == [tmp_path / "run.png", tmp_path / "run.svg"]


def test_a_difference_without_a_project_has_no_numbers(run):
    difference = mrvgraph.compare(run.methodology, readings=({}, {"floor": "zero"}))
    assert "floor" in difference._repr_html_()
    for ask in (difference.table, difference.frame, difference.plot):
        with pytest.raises(MethodologyError, match="project") as told:
            ask()
        assert told.value.code == "I508"
