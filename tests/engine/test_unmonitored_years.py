"""A result by year counts every year of operation; years in which nothing was monitored are said."""

import math

import pytest

import mrvgraph
from engine.documents.report.accounting import balance_steps, by_year, emission_sources, of_role, over_years
from engine.explain.trace import explain
from engine.typesetting.pictures.charts import Series, bars, in_words

SPEC = """
methodology: {id: T, version: "1", title: By year, result: R}
index_sets:
  - {id: year, kind: year, letters: [y]}
quantities:
  - {id: F, symbol: F, meaning: fuel saved, indices: [year], unit: tCO2, kind: monitored}
  - {id: R, symbol: R, meaning: reductions, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations:
  - {id: e, defines: "R[y]", formula: "F[y] * elapsed_years(y) / 1 {year}"}
"""
PROJECT = """
project: {name: test}
operation: {start: 2018-01-01, end: 2021-12-31}
PERIODS
values:
  F: {unit: tCO2, source: x, values: {2018: 1, 2019: 2, 2020: 3, 2021: 4}}
"""


@pytest.mark.parametrize(("periods", "said"), [
    ("monitoring_periods: [{id: a, start: 2020-01-01, end: 2021-12-31}]", ["its total counts 2018, 2019, in no monitoring period"]),
    ("monitoring_periods: [{id: a, start: 2018-01-01, end: 2019-12-31}, {id: b, start: 2021-01-01, end: 2021-12-31}]",
     ["its total counts 2020, in no monitoring period"]),
    ("monitoring_periods: [{id: a, start: 2018-01-01, end: 2021-12-31}]", []),
    ("", []),
])  # fmt: skip
def test_years_outside_every_monitoring_period_are_said(periods, said, tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("PERIODS", periods), encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    assert [finding.what for finding in run.findings if finding.code == "A723"] == said
    assert run.total == 0 * 1 + 1 * 2 + 2 * 3 + 3 * 4


def test_the_calendar_is_written_with_numbers(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("PERIODS", ""), encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    assert explain(run, "R", (2,)).substituted == "3 * 2 / 1 {year}"


def test_asked_for_a_quantity_by_year_a_run_asks_for_monitored_years_only(evaluated):
    periods = "  - {id: period, kind: group, groups: year, letters: [q], project: must-list}\nquantities:"
    years = "monitoring_periods: [{id: a, start: 2020-01-01, end: 2021-12-31}]"
    project = PROJECT.replace("PERIODS", years).replace("2018: 1, 2019: 2, ", "")
    run = evaluated(SPEC.replace("quantities:", periods, 1), project)
    assert [labels for labels, _, _ in run.cells("F")] == [("2020",), ("2021",)]
    assert run.total == 2 * 3 + 3 * 4


def test_a_chart_shows_no_bar_for_a_year_without_a_number(evaluated):
    periods = "  - {id: period, kind: group, groups: year, letters: [q], project: must-list}\nquantities:"
    spec = SPEC.replace("quantities:", periods, 1).replace("over_years: sum", "over_years: sum, role: credits")
    project = PROJECT.replace("PERIODS", "monitoring_periods: [{id: a, start: 2020-01-01, end: 2021-12-31}]").replace("2018: 1, 2019: 2, ", "")
    run = evaluated(spec, project)

    values = by_year(run, of_role(run, "credits"))
    assert [math.isnan(v) for v in values] == [True, True, False, False]
    assert over_years(run, of_role(run, "credits")) == run.total == 18
    series, years = [Series("R", values, "#000")], ("2018", "2019", "2020", "2021")
    assert in_words("R", years, series) == "R: R 2018 no number, 2019 no number, 2020 6, 2021 12"
    drawn = str(bars("R", "tCO2", years, series))
    assert "nan" not in drawn
    assert ("R, 2020" in drawn, "R, 2019" in drawn) == (True, False)


TERMS = """
methodology: {id: T, version: "1", title: By source, result: R}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
quantities:
  - {id: B, symbol: B, meaning: baseline, indices: [year], unit: tCO2, kind: monitored, role: baseline}
  - {id: F, symbol: F, meaning: fuel, indices: [year], unit: tCO2, kind: monitored}
  - {id: L, symbol: L, meaning: losses of a year, unit: tCO2, kind: monitored}
  - {id: E, symbol: E, meaning: emissions, indices: [year], unit: tCO2, kind: computed, role: project, over_years: sum}
  - {id: R, symbol: R, meaning: reductions, indices: [year], unit: tCO2, kind: computed, role: reductions, over_years: sum}
equations:
  - {id: e, defines: "E[y]", formula: "F[y] + L"}
  - {id: r, defines: "R[y]", formula: "B[y] - E[y]"}
"""


def test_a_source_has_no_number_in_years_in_which_emissions_have_none(evaluated):
    values = "  B: {unit: tCO2, source: x, values: {2020: 50, 2021: 50}}\n  F: {unit: tCO2, source: x, values: {2020: 10, 2021: 10}}\n  L: {unit: tCO2, value: 5}\n"
    head = PROJECT.replace("PERIODS", "monitoring_periods: [{id: a, start: 2020-01-01, end: 2021-12-31}]").split("  F:")[0]
    run = evaluated(TERMS, head + values)

    assert [(one.name, one.total, [math.isnan(v) for v in one.values]) for one in emission_sources(run)] == [
        ("fuel", 20.0, [True, True, False, False]), ("losses of a year", 10.0, [True, True, False, False])]  # fmt: skip
    assert [round(value) for _, value, _ in balance_steps(run)] == [100, -20, -10, 70]
