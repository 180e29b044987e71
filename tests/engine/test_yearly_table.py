"""What years do to a quantity: flows add up, of stocks the last counts, rates and shares do neither; one table for every format."""

import json

import pytest

from engine.report.run_report import run_markdown, run_record, run_text, to_json
from engine.report.yearly_table import yearly_table
from engine.run.totals import over_years
from engine.simulate.sensitivity import analyse
from equations.errors import InputError
from mrvgraph import load

SPEC = """
methodology: {id: T, version: "1", title: Years, result: RESULT, report: [flow, stock, share, unsaid, added]}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: S, symbol: S, meaning: measured, indices: [year], unit: t, kind: monitored}
  - {id: flow, symbol: f, meaning: flow, indices: [year], unit: t, kind: computed, over_years: sum}
  - {id: stock, symbol: s, meaning: stock, indices: [year], unit: t, kind: computed, over_years: last}
  - {id: share, symbol: h, meaning: share, indices: [year], unit: "1", kind: computed}
  - {id: unsaid, symbol: u, meaning: unsaid, indices: [year], unit: t, kind: computed}
  - {id: added, symbol: a, meaning: added by an equation, indices: [year], unit: t, kind: computed}
  - {id: total, symbol: T, meaning: total, unit: t, kind: computed}
equations:
  - {id: e1, defines: "flow[y]", formula: "S[y]"}
  - {id: e2, defines: "stock[y]", formula: "S[y]"}
  - {id: e3, defines: "share[y]", formula: "S[y] / 10 {t}"}
  - {id: e4, defines: "unsaid[y]", formula: "S[y]"}
  - {id: e5, defines: "added[y]", formula: "S[y]"}
  - {id: e6, defines: total, formula: "Sum(y, added[y] - 0.5 {t})"}
"""
PROJECT = """
project: {name: p}
operation: {start: 2001-01-01, end: 2003-12-31}
values: {S: {unit: t, values: {2001: 1.04, 2002: 2.04, 2003: 4.04}}}
"""
TOTALS = {"flow": "7.1", "stock": "4.0 (last)", "share": "", "unsaid": "", "added": "7.1"}


@pytest.fixture
def found(evaluated):
    return evaluated(SPEC.replace("RESULT", "total"), PROJECT)


def test_the_total_is_what_years_do_to_a_quantity(found):
    assert {row.quantity.id: row.total_cell for row in yearly_table(found).rows} == TOTALS


def test_every_format_says_the_same(found):
    text, markdown = run_text(found), run_markdown(found)
    for id_, total in TOTALS.items():
        line = next(line for line in text.splitlines() if line.startswith(id_ + " "))
        assert line.split("  ")[-1].strip() == (total or line.split("  ")[-1].strip())
        row = next(line for line in markdown.splitlines() if line.startswith(f"| {id_} |"))
        assert [cell.strip() for cell in row.strip("|").split("|")][-1] == total
    records = {row["quantity"]: row["total"] for row in json.loads(to_json(run_record(found)))["by_year"]}
    assert records["stock"] == 4.04 and records["share"] is None and records["unsaid"] is None
    assert records["flow"] == pytest.approx(7.12)


def test_rows_that_do_not_add_up_by_rounding_say_so(found):
    """1.0 and 2.0 and 4.0 stand above 7.1."""
    note = yearly_table(found).note
    assert "flow, added" in note and "last digit" in note
    assert note in run_text(found) and note in run_markdown(found).replace("\\`", "`")


def test_an_amount_of_which_nothing_is_said_has_no_total_and_that_is_said(found):
    assert "no total of unsaid" in yearly_table(found).note


@pytest.mark.parametrize(("result", "label", "value"), [("flow", "flow", 7.12), ("stock", "stock[2003]", 4.04)])
def test_a_result_by_year_is_spoken_of_by_its_total_or_its_last_year(evaluated, result, label, value):
    run = evaluated(SPEC.replace("RESULT", result), PROJECT)
    assert run.headline.label == label
    assert run.total == pytest.approx(value)


@pytest.mark.parametrize("result", ["share", "unsaid"])
def test_a_result_without_a_total_has_none_anywhere(evaluated, result):
    run = evaluated(SPEC.replace("RESULT", result), PROJECT)
    with pytest.raises(InputError, match="has no total"):
        _ = run.total
    assert run_record(run)[result] is None
    assert f"{result}, total" not in run_text(run)
    assert run.headline.label == f"{result}[2003]"


def test_the_credits_of_the_example_add_up_and_areas_do_not():
    kh = load("KH_AM004@1.1")
    ways = {q: over_years(kh, kh.quantity[q]) for q in ("RL", "PE", "ER_credit", "A", "P")}
    assert ways == {"RL": "sum", "PE": "sum", "ER_credit": "sum", "A": "none", "P": "none"}


def test_of_a_stock_the_last_year_counts_in_whole_units_and_slopes_too(evaluated):
    """2001 to 2003 hold 1.04, 2.04 and 4.04 t: 4 t can be issued, and only the last year moves it."""
    found = evaluated(SPEC.replace("RESULT", "stock"), PROJECT)

    assert run_record(found)["whole_units"]["total"] == 4
    assert "stock[2003], which stands for all, = 4.040 t   whole units, rounded down: 4" in run_text(found)
    slopes = analyse(found, "stock", None, draws=0, seed=1)
    assert slopes.value == 4.04
    assert {effect.name: effect.derivative for effect in slopes.effects} == {"S[2003]": 1.0}


PERIOD = "{id: period, kind: group, groups: year, letters: [q], project: must-list}"


def test_years_in_no_monitoring_period_move_no_total(evaluated):
    periods = "monitoring_periods: [{id: m, start: 2002-01-01, end: 2003-12-31}]"
    project = PROJECT.replace("\nvalues:", f"\n{periods}\nvalues:")
    spec = SPEC.replace("RESULT", "flow").replace("letters: [y]}]", f"letters: [y]}}, {PERIOD}]").replace('"S[y]"}\n  - {id: e2', '"S[y] + S[start]"}\n  - {id: e2')
    found = evaluated(spec, project)
    slopes = analyse(found, "flow", None, draws=0, seed=1)

    assert slopes.value == found.total == pytest.approx(2 * 1.04 + 2.04 + 4.04)
    assert {effect.name: effect.derivative for effect in slopes.effects} == {"S[2001]": 2.0, "S[2002]": 1.0, "S[2003]": 1.0}


def test_a_share_by_class_and_year_is_spoken_of_by_one_cell_with_both_its_labels(evaluated):
    spec = SPEC.replace("RESULT", "split").replace("index_sets: [", "index_sets: [{id: use, letters: [i], members: [a, b]}, ")
    spec = spec.replace("quantities:", "quantities:\n  - {id: split, symbol: p, meaning: p, indices: [use, year], unit: '1', kind: monitored}")
    run = evaluated(spec.replace(", unsaid, added]", ", unsaid, added, split]"), PROJECT.replace("S: {", "split: {values: {a: {2003: 0.5}, b: {2003: 0.25}}, otherwise: 0.125}, S: {"))
    assert (run.headline.label, run.headline.value) == ("split[b, 2003]", 0.25)
