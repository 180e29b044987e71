"""A cell outside a relation is not there: a sum passes over it, and anywhere else reading it is an error that names it."""

import numpy as np
import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource, make_batchable
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.plan.planner import plan_run
from equations.errors import EvaluationError, InputError, MethodologyError

SPEC = """
methodology: {{id: H, version: "1", title: holes, result: R}}
index_sets:
  - {{id: use, letters: [i, j], members: [a, b, c]}}
  - {{id: wet, subset_of: use, members: [a]}}
relations:
  - {{id: measured, over: [use], meaning: what was measured}}
  - {{id: mapped, over: [use, use], meaning: transitions that are mapped}}
quantities:
  - {{id: A, symbol: A, meaning: measured, indices: [use], "on": measured, unit: t, kind: monitored, diagonal_matrix: DA}}
  - {{id: T, symbol: T, meaning: transitions, indices: [use, use], "on": mapped, unit: "1", kind: monitored, matrix: MT}}
  - {{id: B, symbol: B, meaning: everywhere, indices: [use], unit: t, kind: monitored}}
{more}  - {{id: R, symbol: R, meaning: result, unit: t, kind: computed}}
equations:
{equations}
"""
PROJECT = """
project: {{name: h}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
relations: {relations}
values:
  A: {{unit: t, values: {{a: 2, b: 3}}}}
  T: {{values: {{a: {{a: 0.5, b: 0.25}}, b: {{c: 0.75}}}}}}
  B: {{unit: t, values: {{a: 1, b: 10, c: 100}}}}
"""
COMPUTED = {
    "Q[i]": "  - {id: Q, symbol: Q, meaning: by use, indices: [use], unit: t, kind: computed}\n",
    "MK": "  - {id: K, symbol: K, meaning: matrix, indices: [use, use], unit: UNIT, kind: computed, matrix: MK}\n",
}
RELATIONS = "{measured: [a, b], mapped: {a: [a, b], b: [c]}}"


def spec_of(equations):
    lines = [f"  - {{id: e{at}, defines: '{left}', formula: '{right}'}}" for at, (left, right) in enumerate(equations)]
    more = "".join(COMPUTED[left] for left, _ in equations if left in COMPUTED)
    return SPEC.format(equations="\n".join(lines), more=more.replace("UNIT", "t"))


@pytest.fixture
def run(tmp_path):
    def make(*equations, relations=RELATIONS):
        (tmp_path / "spec.yaml").write_text(spec_of(equations), encoding="utf-8")
        (tmp_path / "project.yaml").write_text(PROJECT.format(relations=relations), encoding="utf-8")
        return mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")

    return make


def batch_total(run, form):
    """Return the result of a batch in which A and B differ between draws."""
    batchable = batchable_of(run, ("R",))
    drawn = {q: np.stack([run.inputs.values[q]] * 3) for q in ("A", "B") if q in batchable.plan.inputs}
    shared = {q: run.inputs.values[q] for q in batchable.plan.inputs if q not in drawn}
    return evaluate_batch(batchable, ArraySource(drawn, shared), Way(form, "numpy", workers=1)).arrays["R"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Sum(i, A[i])", 5),
        ("Sum(i, A[i] + B[i])", 16),  # what is summed is A + B, and of c there is none
        ("Sum(i, j, T[i, j] * B[j])", 0.5 * 1 + 0.25 * 10 + 0.75 * 100),
        ("Max(i, A[i] - B[i])", 1),
        ("Min(i, B[i] - A[i])", -1),
        ("Product(i, A[i] / B[i]) * 1 {t}", 2 * 0.3),
        ("Sum(i, cases(i in wet: A[i], otherwise: B[i]))", 2 + 10 + 100),  # not read, so not passed over
        ("Sum(i, cases(B[i] < 50 {t}: A[i], otherwise: B[i]))", 2 + 3 + 100),
        ("Sum(i, cases(A[i] > 2 {t}: B[i], otherwise: 0))", 10),
        ("Sum(i, Sum(j, A[i] * T[i, j]))", 2 * 0.75 + 3 * 0.75),
        ("Max(i, Sum(j, A[i] * T[i, j]))", 3 * 0.75),  # c takes no part; it is no zero among the others
        ("Max(i, -Sum(j, A[i] * B[j] / B[j]))", -6),  # no j of c reads anything that is there
        ("Max(i, -Sum(j, A[i] * T[i, j]))", 0),  # of c no transition is mapped: an empty sum, that does not come to A[c]
        ("cases(All(i, A[i] > 1 {t}): 7 {t}, otherwise: 0)", 7),
        ("cases(Any(i, A[i] > 5 {t}): 7 {t}, otherwise: 0)", 0),
    ],
)
def test_a_reduction_passes_over_what_is_not_there(run, formula, expected):
    done = run(("R", formula))

    assert done.total == pytest.approx(expected, rel=1e-14)
    assert [finding.severity for finding in audit_recompute(done)] == ["note"]
    assert float(Recalculation(done.methodology, done.plan, done.inputs)()["R"]) == done.total
    for form in ("literal", "optimised"):
        assert batch_total(done, form) == pytest.approx([expected] * 3, rel=1e-12)


@pytest.mark.parametrize(
    ("equations", "cells"),
    [
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "A[i] + 5 {t}")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "0 * A[i]")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "A[i] ^ 0 * B[i]")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "pos(A[i])")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "max(A[i], B[i])")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "cases(A[i] > 1 {t}: 1 {t}, otherwise: 0)")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "cases(not A[i] > 1 {t}: 1 {t}, otherwise: 0)")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "cases(A[i] != 1 {t}: 1 {t}, otherwise: 0)")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "cases(B[i] > 5 {t} and A[i] > 1 {t}: 1 {t}, otherwise: 0)")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "A[i] * Sum(j, T[i, j])")], ["A[c]"]),
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "Sum(j, A[i] * T[i, j])")], []),  # no j has a T[c, j]: nothing reads A[c]
        ([("R", "Sum(i, Q[i])"), ("Q[i]", "Sum(j, A[i] * B[j] / B[j])")], ["A[c]"]),  # no letter of the sum names it
        ([("R", "Sum(i, j, K[i, j])"), ("MK", "DA @ MT")], ["A[c]"]),
        ([("R", "Sum(i, j, K[i, j])"), ("MK", "MT * B[\"a\"]")], ["T[a, c]", "T[b, a]", "T[c, c]"]),
        ([("R", 'B["a"] + T["c", "a"] * B["b"]')], ["T[c, a]"]),
    ],
)
def test_anywhere_else_it_is_an_error_that_names_the_cells(run, equations, cells):
    if not cells:
        assert np.isfinite(run(*equations).total)
        return
    with pytest.raises(EvaluationError) as caught:
        run(*equations)

    assert caught.value.code == "V607"
    assert all(cell in caught.value.what for cell in cells)


@pytest.mark.parametrize(
    "equations",
    [
        [("R", "Sum(i, Q[i])"), ("Q[i]", "cases(A[i] > 1 {t}: 1 {t}, otherwise: 0)")],
        [("R", "Sum(i, Q[i])"), ("Q[i]", "cases(B[i] > 50 {t}: A[i] * 0, otherwise: 0)")],
        [("R", "Sum(i, Q[i])"), ("Q[i]", "0 * A[i]")],
    ],
)
def test_a_batch_refuses_the_same_cells(run, equations):
    whole = run(("R", "Sum(i, Q[i])"), ("Q[i]", "B[i]"))
    path = whole.project.path.parent / "spec.yaml"
    path.write_text(spec_of(equations), encoding="utf-8")
    methodology = mrvgraph.load(path)
    plan = plan_run(methodology, whole.setting, ("R",))
    numbers = {"A": np.array([2.0, 3.0, np.nan]), "B": np.array([1.0, 10.0, 100.0])}
    batchable = make_batchable(methodology, plan)
    for form in ("literal", "optimised"):
        source = ArraySource({q: np.stack([numbers[q]] * 3) for q in plan.inputs})
        with pytest.raises(EvaluationError, match="A\\[c\\]"):
            evaluate_batch(batchable, source, Way(form, "numpy", workers=1))


def test_what_is_not_there_is_no_zero_for_those_who_ask(run):
    done = run(("R", "Sum(i, A[i])"))

    with pytest.raises(InputError, match="not there"):
        done.value("A", use="c")
    assert [labels for labels, _, _ in done.cells("A")] == [("a",), ("b",)]


def test_a_relation_that_is_a_list_of_lists_is_refused_and_not_empty(run):
    with pytest.raises(MethodologyError, match="a list in a list"):
        run(("R", "Sum(i, j, T[i, j] * B[j])"), relations="{mapped: [[a, b], [b, c]]}")


def test_cases_are_not_decided_by_a_quotient_over_zero(run):
    with pytest.raises(EvaluationError, match="V601"):
        run(("R", 'cases(B["a"] / (B["b"] - B["b"]) > 3: 1 {t}, otherwise: 0)'))
    assert run(("R", 'cases(B["a"] > 5 {t} and B["a"] / (B["b"] - B["b"]) > 3: 1 {t}, otherwise: 2 {t})')).total == 2
