"""The second computation gives a plain 0 the unit of its place, and compares what cancels with what cancelled: no false alarm."""

from dataclasses import replace

import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute

SPEC = """
methodology: {{id: T, version: "1", title: t, result: R}}
index_sets: [{{id: use, letters: [i, j], members: [a, b]}}]
quantities:
  - {{id: X, symbol: X, meaning: x, unit: t, kind: monitored}}
  - {{id: Y, symbol: Y, meaning: y, unit: ha, kind: monitored}}
  - {{id: V, symbol: V, meaning: v, unit: t, kind: monitored, indices: [use]}}
  - {{id: R, symbol: R, meaning: r, unit: "{unit}", kind: computed}}
equations: [{{id: r, defines: R, formula: '{formula}'}}]
"""
PROJECT = """
project: {name: t}
operation: {start: 2020-01-01, end: 2020-12-31}
values: {X: {unit: t, value: 0.3}, Y: {unit: ha, value: 4}, V: {unit: t, values: {a: 0.1, b: 0.2}}}
"""


@pytest.fixture
def run(tmp_path):
    def make(formula, unit):
        (tmp_path / "spec.yaml").write_text(SPEC.format(formula=formula, unit=unit), encoding="utf-8")
        (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
        return mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")

    return make


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("cases(X > 3 {t}: X, otherwise: 0) / Y", "t/ha"),
        ("cases(X > 3 {t}: X, otherwise: 0) / Y / Y", "t/ha^2"),
        ("cases(X > 3 {t}: X, otherwise: 0) * Y / X", "ha"),
        ("cases(X > 3 {t}: X, otherwise: 0) ^ 2", "t^2"),
        ("X / Y + cases(X > 3 {t}: X, otherwise: 0) / Y", "t/ha"),
        ("max(cases(X > 3 {t}: X, otherwise: 0) / Y, X / Y)", "t/ha"),
        ("Sum(i, cases(V[i] > 3 {t}: V[i], otherwise: 0)) / Y", "t/ha"),
        ("-cases(X > 3 {t}: X, otherwise: 0) / Y", "t/ha"),
        ("X - Sum(i, V[i])", "t"),
        ("Sum(i, -V[i]) + X", "t"),
        ("(X - Sum(i, V[i])) / Y * 7", "t/ha"),
        ("3 * X - 3 * Sum(i, V[i])", "t"),
        ("sqrt(X * X) - Sum(i, V[i])", "t"),
    ],
)
def test_both_ways_agree(run, formula, unit):
    (finding,) = audit_recompute(run(formula, unit))
    assert finding.severity == "note"


@pytest.mark.parametrize(("formula", "unit"), [("X - Sum(i, V[i])", "t"), ("X / Y", "t/ha"), ("cases(X > 3 {t}: X, otherwise: 0) / Y", "t/ha")])
def test_a_number_that_is_wrong_is_still_found(run, formula, unit):
    done = run(formula, unit)
    wrong = replace(done, values=replace(done.values, arrays={**done.values.arrays, "R": done.values.arrays["R"] + 1e-9}))
    assert [finding.severity for finding in audit_recompute(wrong)] == ["error"]


BY_YEAR = """
methodology: {id: T, version: "1", title: t, result: R}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: W, symbol: W, meaning: w, indices: [year], unit: t/day, kind: monitored}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations: [{id: r, defines: R, formula: "Sum(y, W[y] * operating_days(y-1))"}]
"""


def test_a_year_before_the_first_has_no_day_of_operation(evaluated):
    operation = "operation: {start: 2020-07-01, end: 2021-12-31}\nvalues: {W: {unit: t/day, values: {2020: 5, 2021: 7}}}"
    run = evaluated(BY_YEAR, "project: {name: t}\n" + operation)
    assert run.total == 5 * 0 + 7 * 184
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
