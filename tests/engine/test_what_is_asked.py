"""A result has no gaps: what is asked for and nothing defines is an error, and a total counts what is asked for and nothing else."""

import json
import re

import numpy as np
import pytest

import mrvgraph
from engine.audit.audits import audit_findings
from engine.audit.recompute import audit_recompute
from engine.batch.recalculation import Recalculation
from engine.cli import main
from equations.errors import MethodologyError

SPEC = """
methodology: {id: G, version: "1", title: gaps, result: R, report: [R, Q]}
index_sets:
  - {id: year, kind: year, letters: [y, x]}
  - {id: period, kind: group, groups: year, letters: [p], project: must-list}
  - {id: plot, letters: [i, j], project: must-list, meaning: plots}
quantities:
  - {id: S, symbol: S, meaning: s, unit: t, kind: monitored, indices: [year]}
  - {id: Q, symbol: Q, meaning: q, unit: t, kind: computed, indices: [year]}
  - {id: N, symbol: N, meaning: n, unit: t, kind: computed, indices: [year]}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed, indices: [RESULT], over_years: sum}
equations:
  - {id: q, defines: 'Q[y]', WHENformula: 'S[y]'}
  - {id: n, defines: 'N[y]', when: y > start, formula: 'S[y]'}
  - {id: r, defines: RLEFT, formula: RIGHT}
"""
PROJECT = """
project: {name: g}
operation: {start: 2019-01-01, end: 2021-12-31}
monitoring_periods: [{id: p1, start: 2020-01-01, end: 2021-12-31}]
values:
  S: {unit: t, values: {2019: 5, 2020: 7, 2021: 11}}
"""


@pytest.fixture
def files(tmp_path):
    def make(result="year", left="'R[y]'", right="'Q[y]'", when="", project=PROJECT):
        text = SPEC.replace("RESULT", result).replace("RLEFT", left).replace("RIGHT", right).replace("WHEN", when)
        (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
        return str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml")

    return make


def test_a_year_of_the_result_without_an_equation_is_found_by_check_and_refused_by_run(files):
    spec, project = files(right="'N[y]'", project=PROJECT.replace("2020-01-01", "2019-01-01"))
    assert ("G403", "N") in {(f.code, f.subject) for f in mrvgraph.check(mrvgraph.load(spec)).findings}
    with pytest.raises(MethodologyError, match=r"G403 no equation defines N\["):
        mrvgraph.run(mrvgraph.load(spec), project)


@pytest.mark.parametrize("when", ["when: y > start, ", "when: y < end, "])
def test_a_year_of_the_yearly_table_too(files, when):
    spec, _ = files(right="'S[y]'", when=when)
    (fault,) = [f for f in mrvgraph.check(mrvgraph.load(spec)).findings if f.code == "G403" and f.severity == "error"]
    assert "or leave it out of `report`" in fault.remedy


def test_years_outside_every_monitoring_period_are_not_asked_for_and_not_counted(files, capsys):
    spec, project = files(right="'Q[y] + Sum(x in start..y, S[x]) - Sum(x in start..y, S[x])'")
    run = mrvgraph.run(mrvgraph.load(spec), project)
    assert run.total == 18
    assert [labels for labels, _, _ in run.cells("R")] == [("2020",), ("2021",)]
    for way in ("text", "json", "md", "csv"):
        assert main(["run", spec, project, "--format", way]) == 0
        assert not re.search(r"\bnan\b", capsys.readouterr().out.lower())


def test_a_year_that_others_need_is_not_counted_where_it_lies_outside_the_periods(files):
    spec, project = files(when="", right="'cases(y == start: Q[y], otherwise: Q[y] + 0 * Sum(x in start..y, Q[x]))'")
    run = mrvgraph.run(mrvgraph.load(spec), project)
    assert np.isfinite(run.value("Q", year="2019"))
    assert run.total == 18


@pytest.mark.parametrize(
    ("result", "left", "right"),
    [
        ("plot", "'R[i]'", "'Q[start] * 1'"),
        ("year", "'R[y]'", "'Sum(i, S[y])'"),
        ("year", "'R[y]'", "'Sum(i, j, S[y]) + Max(i, S[y])'"),
    ],
)
def test_a_set_that_only_the_project_lists_is_missing_wherever_it_is_gone_through(files, result, left, right):
    spec, project = files(result, left, right)
    with pytest.raises(MethodologyError, match="I501 missing: the members of plot"):
        mrvgraph.run(mrvgraph.load(spec), project)
    spec, project = files(result, left, right, project=PROJECT + "members: {plot: []}\n")
    if "Max" not in right:
        assert mrvgraph.run(mrvgraph.load(spec), project).total == 0


def test_a_target_that_is_not_the_result_is_shown_in_every_format(files, capsys):
    spec, project = files()
    for target in ("Q", "N", "S"):
        for way in ("text", "json", "md", "csv"):
            main(["run", spec, project, "--target", target, "--format", way])
            said = capsys.readouterr()
            assert "Traceback" not in said.err
            assert target in said.out
    main(["run", spec, project, "--target", "N", "--json"])
    assert json.loads(capsys.readouterr().out)["R"] is None


def test_a_sum_beyond_the_last_year_is_an_error_and_one_before_the_first_is_empty(files):
    spec, project = files(right="'Sum(x in start..y+1, S[x])'")
    assert "G404" in {f.code for f in mrvgraph.check(mrvgraph.load(spec)).findings}
    with pytest.raises(MethodologyError, match=r"G404 .*after the last year: x in"):
        mrvgraph.run(mrvgraph.load(spec), project)
    spec, project = files(right="'Sum(x in start..y-3, S[x])'")
    assert mrvgraph.run(mrvgraph.load(spec), project).total == 0


# -- audits of areas with any indices


AREAS = """
methodology: {{id: A, version: "1", title: areas, result: R}}
index_sets:
  - {{id: place, letters: [w], members: [PA, LB]}}
  - {{id: use, letters: [s, t], members: [E, SE]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: R, symbol: R, meaning: result, unit: ha, kind: computed}}
  - {{id: A0, symbol: A, meaning: area, indices: [{areas}], unit: ha, kind: fixed_ex_ante, role: initial_area}}
  - {{id: Am, symbol: B, meaning: gone, indices: [{gone}], unit: ha, kind: monitored, role: monitored_conversion}}
  - {{id: Ap, symbol: C, meaning: expected, indices: [{areas}, year], unit: ha, kind: monitored, role: projected_area}}
equations:
  - {{id: r, defines: R, formula: 'Sum({all}, A0[{own}]) - Sum({each}, Am[{index}]) + 0 * Sum({all}, y, Ap[{own}, y])'}}
"""
LETTERS = {"place": "w", "use": "s", "year": "y"}


@pytest.mark.parametrize("areas", [("use",), ("place", "use"), ("use", "place"), ()])
@pytest.mark.parametrize("gone", [("use", "year"), ("place", "use", "year"), ("year", "use"), ("use", "use", "year"), ("year",), ("use",)])
def test_audits_answer_for_areas_with_any_indices(areas, gone, tmp_path):
    letters, named = [], []
    for axis in gone:
        letters.append(LETTERS[axis] if LETTERS[axis] not in letters else "t")
    named = [LETTERS[axis] for axis in areas]
    text = AREAS.format(areas=", ".join(areas), gone=", ".join(gone), all=", ".join(named), own=", ".join(named),
                        each=", ".join(letters), index=", ".join(letters))  # fmt: skip
    text = text.replace("Sum(, A0[])", "A0").replace("Sum(, y, Ap[, y])", "Sum(y, Ap[y])").replace("[, year]", "[year]")
    project = "project: {name: a}\noperation: {start: 2020-01-01, end: 2021-12-31}\n"
    project += "values:\n  A0: {unit: ha, otherwise: 100}\n  Am: {unit: ha, otherwise: 1}\n  Ap: {unit: ha, otherwise: 99}\n"
    project = project.replace("A0: {unit: ha, otherwise: 100}", "A0: {unit: ha, value: 100}") if not areas else project
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    found = [f for _, findings in audit_findings(run) for f in findings]
    assert not [f for f in found if f.code == "A720"]

    (tmp_path / "project.yaml").write_text(project.replace("Am: {unit: ha, otherwise: 1}", "Am: {unit: ha, otherwise: 1000}"))
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    assert [f for _, findings in audit_findings(run) for f in findings if f.code == "A720"]


# -- a diagonal is a diagonal


DIAGONAL = """
methodology: {id: D, version: "1", title: diagonals, result: R}
index_sets: [{id: use, letters: [i, j, k], members: [a, b, c]}]
quantities:
  - {id: S, symbol: S, meaning: s, unit: t, kind: monitored}
  - {id: V, symbol: V, meaning: v, unit: t, kind: monitored, indices: [use]}
  - {id: M, symbol: M, meaning: m, unit: "1", kind: monitored, indices: [use, use], matrix: MM}
  - {id: K, symbol: K, meaning: k, unit: t, kind: computed, indices: [use, use], matrix: MK}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: k, defines: MK, formula: 'FORMULA'}
  - {id: r, defines: R, formula: 'Sum(i, j, K[i, j])'}
"""
M = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9.0]])
V = np.array([2, 3, 5.0])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("diag(i, S)", 7 * np.eye(3)),
        ("diag(i, 7 {t})", 7 * np.eye(3)),
        ("diag(i, S) @ MM", 7 * M),
        ('diag(i, V["b"])', 3 * np.eye(3)),
        ("diag(i, V[i])", np.diag(V)),
        ("diag(i, Sum(j, V[j]))", 10 * np.eye(3)),
        ('diag(i, cases(i == "a": S, otherwise: V[i]))', np.diag([7, 3, 5.0])),
    ],
)
def test_a_diagonal_is_one_whatever_its_element_names(formula, expected, tmp_path):
    (tmp_path / "spec.yaml").write_text(DIAGONAL.replace("FORMULA", formula), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(
        "project: {name: d}\noperation: {start: 2020-01-01, end: 2020-12-31}\nvalues:\n  S: {unit: t, value: 7}\n"
        "  V: {unit: t, values: {a: 2, b: 3, c: 5}}\n  M: {values: {a: {a: 1, b: 2, c: 3}, b: {a: 4, b: 5, c: 6}, c: {a: 7, b: 8, c: 9}}}\n",
        encoding="utf-8",
    )
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    assert np.array_equal(run.values.arrays["K"], expected)
    assert np.array_equal(Recalculation(run.methodology, run.plan, run.inputs)()["K"], expected)
    assert [f.severity for f in audit_recompute(run)] == ["note"]
