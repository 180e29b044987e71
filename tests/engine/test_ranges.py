"""Ranges hold for what is computed as for what is supplied, with room for the last digits of what entered, and no more."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mrvgraph
from engine.audit.ranges import outside_ranges
from engine.audit.recompute import audit_recompute
from engine.batch.recalculation import Recalculation
from engine.run.evaluate import magnitudes
from equations.errors import EvaluationError, MethodologyError

SPEC = """
methodology: {{id: N, version: "1", title: ranges, result: R}}
index_sets: [{{id: use, letters: [i, j], members: [a, b]}}]
quantities:
  - {{id: X, symbol: X, meaning: x, unit: ha, kind: monitored}}
  - {{id: Y, symbol: Y, meaning: y, unit: ha, kind: monitored}}
  - {{id: Z, symbol: Z, meaning: z, unit: ha, kind: monitored}}
  - {{id: P, symbol: P, meaning: p, unit: "1", kind: monitored, indices: [use, use], matrix: MP}}
  - {{id: K, symbol: K, meaning: k, unit: ha, kind: computed, indices: [use, use], matrix: MK}}
  - {{id: D, symbol: D, meaning: d, unit: ha, kind: computed{limits}}}
  - {{id: R, symbol: R, meaning: r, unit: ha, kind: computed}}
equations:
  - {{id: k, defines: MK, formula: 'X * (MP - identity(use))'}}
  - {{id: d, defines: D, formula: '{formula}'}}
  - {{id: r, defines: R, formula: 'D'}}
rules: [{{id: never-below, statement: not below zero, condition: 'D {op} 0', severity: error}}]
"""
PROJECT = """
project: {{name: n}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values:
  X: {{unit: ha, value: {x!r}}}
  Y: {{unit: ha, value: {y!r}}}
  Z: {{unit: ha, value: {z!r}}}
  P: {{values: {{a: {{a: 0.9726, b: 0.0274}}, b: {{a: 0.1358, b: 0.8642}}}}}}
"""


@pytest.fixture
def run(tmp_path):
    def make(formula, x, y=0.0, z=0.0, limits=", range: {min: 0}", op=">="):
        (tmp_path / "spec.yaml").write_text(SPEC.format(formula=formula, limits=limits, op=op), encoding="utf-8")
        (tmp_path / "project.yaml").write_text(PROJECT.format(x=x, y=y, z=z), encoding="utf-8")
        return mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")

    return make


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [
        ("X - Y", (0.1 + 0.2, 0.3 + 1e-16)),
        ("X - Y - Z", (0.3, 0.1, 0.2)),
        ("3 * (X - Y - Z)", (0.3, 0.1, 0.2)),
        ("(X - Y - Z) / 0.001", (0.3, 0.1, 0.2)),
        ("Sum(i, j, K[i, j])", (99900.0,)),
        ("1e6 * X - 1e6 * Y - 1e6 * Z", (0.3, 0.1, 0.2)),
    ],
)
def test_the_last_digits_of_what_cancelled_are_no_negative(run, formula, numbers):
    done = run(formula, *numbers)

    assert abs(done.total) < 1e-6
    assert not list(outside_ranges(done, done.methodology.quantity["D"]))
    assert not [finding for finding in done.findings if finding.code == "A701"]
    assert [finding.severity for finding in audit_recompute(done)] == ["note"]


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [("X - Y", (1.0, 1.0 + 1e-9)), ("X - Y", (0.0, 6e-15)), ("0 - X", (6e-15,)), ("X - Y", (1e9, 1e9 + 1)), ("X", (-1e-14,))],
)
def test_what_is_no_rounding_is_outside(run, formula, numbers):
    with pytest.raises(EvaluationError, match=r"V608 D = -.*outside what D can be"):
        run(formula, *numbers)
    done = run(formula, *numbers, limits="")
    assert [finding.severity for finding in done.findings if finding.code == "A701"] == ["error"]


def test_the_upper_limit_holds_too_and_the_limits_themselves_are_within(run):
    limits = ", range: {min: 0, max: 10}"
    assert run("X + Y", 4.0, 6.0, limits=limits).total == 10
    assert run("X * Y / 1 {ha}", 0.1, 100.00000000000001, limits=limits).total == pytest.approx(10)
    with pytest.raises(EvaluationError, match="V608"):
        run("X + Y", 4.0, 6.1, limits=limits)


def test_the_number_out_of_its_range_is_named_and_not_what_fails_after_it(run):
    with pytest.raises(MethodologyError, match="V608 D"):
        run("X - Y + 0 * sqrt(X)", 1.0, 2.0)


def test_a_computation_again_keeps_to_the_ranges(run):
    done = run("X - Y", 3.0, 1.0)
    again = Recalculation(done.methodology, done.plan, done.inputs)
    assert float(again({"Y": np.array(2.5)})["R"]) == 0.5
    with pytest.raises(EvaluationError, match="V608"):
        again({"Y": np.array(3.5)})


#: Products of smaller numbers vanish.
numbers_of_a_project = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-100)


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers_of_a_project, min_size=3, max_size=3), st.sampled_from(["X - Y + Z", "X * Y / 1000 - Z", "(X - Y) * (Y - Z)"]))
def test_magnitudes_bound_what_rounding_can_do(tmp_path_factory, numbers, formula):
    """Against the same arithmetic in fractions: the float is within the room that is given."""
    from fractions import Fraction

    folder = tmp_path_factory.mktemp("magnitudes")
    text = formula.replace("* Y / 1000", "* Y / 1000 {ha}") if "1000" in formula else formula
    unit = "/ 1 {ha}" if "(Y - Z)" in formula else ""
    (folder / "spec.yaml").write_text(SPEC.format(formula=f"{text} {unit}", limits="", op=">="), encoding="utf-8")
    (folder / "project.yaml").write_text(PROJECT.format(x=numbers[0], y=numbers[1], z=numbers[2]), encoding="utf-8")
    done = mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")
    x, y, z = map(Fraction, numbers)
    exact = {"X - Y + Z": x - y + z, "X * Y / 1000 - Z": x * y / 1000 - z, "(X - Y) * (Y - Z)": (x - y) * (y - z)}[formula]
    room = float(magnitudes(done.methodology, done.plan, dict(done.values.arrays)).arrays["R"])

    assert abs(Fraction(done.total) - exact) <= Fraction(room) * Fraction(1, 10**15)
    assert room <= 16 * max(1.0, max(map(abs, numbers))) ** 2
