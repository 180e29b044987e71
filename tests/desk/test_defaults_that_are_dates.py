"""Dates and answers as defaults of a methodology: run, explained, audited and beside what a project supplies instead."""

from __future__ import annotations

from pathlib import Path

import pytest

import mrvgraph
from engine.documents.report.figures import Figures
from engine.documents.report.report_page import report_data
from engine.documents.subject import Subject
from engine.explain.trace_node import trace_text
from engine.project.project_file import read_project_text
from engine.report.run_report import run_csv, run_record, run_text
from equations.errors import MethodologyError

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny"
PROJECT = (TINY / "project.yaml").read_text(encoding="utf-8")
DECLINE = f"""\
based_on: {TINY}
changes:
  add:
    quantities:
      - {{id: t_2015, symbol: t, meaning: from when the reference level falls, type: date, kind: default}}
      - {{id: falls, symbol: f, meaning: whether it falls, type: yes_no, kind: default}}
    datasets:
      - {{id: dates, title: Dates, use: default, values: [{{quantity: t_2015, value: 2015-01-01}}, {{quantity: falls, value: yes}}]}}
  replace:
    equations:
      - {{id: rl, formula: 'dCS[y] * 44/12 * cases(falls: 1 - 0.01 * round((first_day(y) - t_2015) / 365.25 {{day}}), otherwise: 1)'}}
"""


@pytest.fixture(scope="module")
def methodology(tmp_path_factory):
    path = tmp_path_factory.mktemp("dates") / "revision.yaml"
    path.write_text(DECLINE, encoding="utf-8")
    return mrvgraph.load(path)


@pytest.mark.parametrize(("more", "found"), [
    ("", []),
    ("  t_2015: 2016-03-01\n", ["1 supplied value of t_2015 differs from a published one"]),
    ("  falls: no\n", ["1 supplied value of falls differs from a published one"]),
])  # fmt: skip
def test_defaults_that_are_no_numbers_are_audited(more, found, methodology):
    audited = mrvgraph.audit(methodology, read_project_text(PROJECT + more, TINY / "project.yaml"))

    assert [f.what for f in audited.findings if f.code == "A719"] == found
    assert not found or any(word in f.evidence for f in audited.findings for word in ("t_2015 = 2016-03-01, in dates 2015-01-01", "falls = no, in dates yes"))


def test_years_are_counted_from_a_date_and_shown_as_one(methodology):
    run = mrvgraph.run(methodology, read_project_text(PROJECT, TINY / "project.yaml"))
    (level,) = mrvgraph.explain(run, "RL[2019]", depth=1)

    assert run.value("RL", year=2019) == pytest.approx(run.value("dCS", year=2019) * 44 / 12 * 0.96, rel=1e-12)
    assert "2019-01-01 - 2015-01-01" in level.substituted
    assert [f.what for f in mrvgraph.check(methodology).findings if f.severity == "error"] == []


def test_dates_and_answers_are_written_as_such_wherever_values_are_shown(methodology):
    run = mrvgraph.run(methodology, read_project_text(PROJECT, TINY / "project.yaml"))
    (level,) = mrvgraph.explain(run, "RL[2019]", depth=2)
    dates = mrvgraph.run(methodology, read_project_text(PROJECT, TINY / "project.yaml"), targets=("t_2015", "falls"))
    record = {one["id"]: one["values"][0] for one in run_record(run)["quantities"]}
    report = report_data(Figures(run), Subject(methodology))["quantities"]

    assert [str(node).partition(":")[0] for node in level.uses if node.quantity in ("falls", "t_2015")] == ["<TraceNode falls = yes", "<TraceNode t_2015 = 2015-01-01"]
    assert "t_2015 = 2015-01-01   <- default, dates: 2015-01-01\n" in "\n".join(trace_text(level)) + "\n"
    assert ("t_2015 = 2015-01-01" in run_text(dates), "falls = yes" in run_text(dates)) == (True, True)
    assert (record["t_2015"], record["falls"]) == ({"value": 16436.0, "written": "2015-01-01"}, {"value": 1.0, "written": "yes"})
    assert "t_2015,,16436.0,days since 1970-01-01," in run_csv(run)
    assert (report["t_2015"]["cells"][0][1:3], report["t_2015"]["unit"], report["falls"]["cells"][0][1]) == (["2015-01-01", "2015-01-01"], "", "yes")
    assert dates.frame().set_index("cell").loc[["t_2015", "falls"], "unit"].tolist() == ["days since 1970-01-01", "1 is yes"]
    assert ("2015-01-01" in str(dates.plot("t_2015").svg), "2015-01-01" in repr(dates.table())) == (True, True)


@pytest.mark.parametrize(("right", "wrong", "told"), [
    ("value: 2015-01-01", "value: 2015-13-01", "S105 not a date: '2015-13-01'"),
    ("value: 2015-01-01", "value: 2015", "S105 not a date: '2015'"),
    ("value: yes", "value: perhaps", "S105 not an answer: 'perhaps'"),
    ("{quantity: falls, value: yes}", "{quantity: falls, value: yes}, {quantity: EF_fuel, unit: tCO2/t, cells: {diesel: 3.2x}}", "S105 not a number: '3.2x'"),
])  # fmt: skip
def test_what_a_dataset_writes_is_of_the_type_of_its_quantity(right, wrong, told, tmp_path):
    (tmp_path / "revision.yaml").write_text(DECLINE.replace(right, wrong), encoding="utf-8")
    with pytest.raises(MethodologyError, match=told):
        mrvgraph.load(tmp_path / "revision.yaml")


def test_a_date_by_member_and_a_number_without_indices_are_looked_at_too(tmp_path):
    text = DECLINE.replace("type: yes_no, kind: default}", "type: yes_no, kind: default}\n      - {id: t_i, symbol: t, meaning: m, indices: [forest], type: date, kind: default}"
                           "\n      - {id: n, symbol: n, meaning: m, unit: '1', kind: default}")  # fmt: skip
    values = "{quantity: t_i, cells: {E: 2015-01-01, D: 2016-02-29}}, {quantity: n, value: 2x9}"
    (tmp_path / "revision.yaml").write_text(text.replace("{quantity: falls, value: yes}", f"{{quantity: falls, value: yes}}, {values}"), encoding="utf-8")
    with pytest.raises(MethodologyError) as caught:
        mrvgraph.load(tmp_path / "revision.yaml")
    assert caught.value.code == "S105" and "not a number: '2x9'" in str(caught.value)
