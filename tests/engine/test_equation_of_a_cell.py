"""Where several equations give cells of one quantity, trace and receipt name the one that gave the cell."""

import pytest

from engine.audit.receipts.receipt import Asked, receipt_record
from engine.explain.trace import explain
from mrvgraph import audit

SPEC = """
methodology: {id: T, version: "1", title: t, result: R}
index_sets:
  - {id: use, letters: [i, j], members: [a, b, c]}
  - {id: wet, subset_of: use, members: [a]}
quantities:
  - {id: X, symbol: X, meaning: x, indices: [use], unit: t, kind: monitored}
  - {id: Q, symbol: Q, meaning: q, indices: [use, use], unit: t, kind: computed}
  - {id: S, symbol: S, meaning: s, indices: [use], unit: t, kind: computed}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: alike, number: 1, when: "i in wet and j in wet or not (i in wet or j in wet)", defines: "Q[i, j]", formula: "X[i]"}
  - {id: others, number: 2, when: "i in wet and not (j in wet) or j in wet and not (i in wet)", defines: "Q[i, j]", formula: "X[j]"}
  - {id: first, number: 3, defines: "S['a']", formula: "X['a']"}
  - {id: rest, number: 4, when: "not (i in wet)", defines: "S[i]", formula: "2 * X[i]"}
  - {id: r, number: 5, defines: R, formula: "Sum(i, j, Q[i, j]) + Sum(i, S[i])"}
"""
PROJECT = """
project: {name: t}
operation: {start: 2020-01-01, end: 2020-12-31}
values: {X: {unit: t, values: {a: 1, b: 2, c: 4}}}
"""
GIVEN = {(i, j): "others" if (i == 0) != (j == 0) else "alike" for i in range(3) for j in range(3)}


@pytest.mark.parametrize("cell", GIVEN)
def test_a_trace_names_the_equation_whose_case_holds(evaluated, cell):
    node = explain(evaluated(SPEC, PROJECT), "Q", cell)
    assert node.equation_id == GIVEN[cell]
    assert node.value == (1, 2, 4)[cell[0] if GIVEN[cell] == "alike" else cell[1]]


def test_a_receipt_names_it_too(evaluated):
    run = evaluated(SPEC, PROJECT)
    record = receipt_record(audit(run.methodology, run.project), Asked("spec.yaml", "project.yaml", {}, {}), "1")
    cells = next(entry["cells"] for entry in record["values"] if entry["quantity"] == "Q")
    assert {tuple("abc".index(label) for label in cell["at"]): cell["equation"] for cell in cells} == GIVEN


def test_an_equation_for_one_member_is_named_at_that_member(evaluated):
    run = evaluated(SPEC, PROJECT)
    assert [explain(run, "S", (at,)).equation_id for at in range(3)] == ["first", "rest", "rest"]
    record = receipt_record(audit(run.methodology, run.project), Asked("spec.yaml", "project.yaml", {}, {}), "1")
    cells = next(entry["cells"] for entry in record["values"] if entry["quantity"] == "S")
    assert [(cell["at"], cell["equation"], cell["value"]) for cell in cells] == [(["a"], "first", 1), (["b"], "rest", 4), (["c"], "rest", 8)]
