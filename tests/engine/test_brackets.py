"""An equation with one unknown, solved within the range of its quantity: roots by hand, in every way, and what has none."""

import math

import pytest

from engine.audit.recompute import audit_recompute
from engine.audit.second_computation.scalar_roots import root_within
from engine.batch.many_draws import batchable_of
from engine.simulate.propagation import gradient_of
from equations.errors import MethodologyError
from mrvgraph import check, load

SPEC = """
methodology: {{id: T, version: "1", title: One unknown, result: R}}
index_sets:
  - {{id: plot, letters: [r, s], members: [a, b]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: A, symbol: A, meaning: a, indices: [plot], unit: ha, kind: monitored}}
  - {{id: k, symbol: k, meaning: k, unit: "1", kind: monitored}}
  - {{id: x, symbol: x, meaning: side, indices: [plot], unit: m, kind: computed, range: {{min: {low}, max: {high}}}}}
  - {{id: R, symbol: R, meaning: r, indices: [plot], unit: m, kind: computed}}
equations:
  - {{id: x, number: 1, defines: "x[r]", relation: '{relation}', solver: bracket}}
  - {{id: r, number: 2, defines: "R[r]", formula: 'x[r] * 1'}}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values: {{A: {{unit: ha, values: {{a: 4, b: 9}}}}, k: {{value: {k}}}}}
"""
SQUARE = "x[r] ^ 2 == A[r] * 10000 {m^2/ha}"


def test_a_root_at_zero_is_zero_and_has_no_sign(evaluated, every_way):
    found = made(evaluated, "x[r] / 1 {m} + 2 * (x[r] / 1 {m}) ^ 3 == floor(k)", k="0.1", low="-6", high="7")

    assert found.values.arrays["R"].tolist() == [0, 0]
    every_way(found)


def made(evaluated, relation, k="1", low="0", high="1000"):
    return evaluated(SPEC.format(relation=relation, low=low, high=high), PROJECT.format(k=k))


@pytest.mark.parametrize(
    ("relation", "k", "high", "expected"),
    [
        (SQUARE, "1", "1000", [200, 300]),
        ("A[r] * 10000 {m^2/ha} / x[r] - x[r] / k == 0", "4", "10000", None),  # no number at 0: told
        ("x[r] * exp(x[r] / 100 {m}) == 100 {m} * k", "2.718281828459045", "1000", [100, 100]),
        ("x[r] / (1 {m} + x[r]) == k", "0.75", "1000", [3, 3]),
        ("x[r] - 0.5 * x[r] == Sum(s, A[s]) * k * 1 {m/ha}", "2", "1000", [52, 52]),
        ('x[r] == cases(r == "a" and Any(s, s == r): 3 {m}, otherwise: 5 {m} * k) + Count(s, s == r) * 1 {m}', "2", "1000", [4, 11]),
        ("x[r] * k == 0", "3", "10", [0, 0]),  # at an end
        ("-x[r] * k == 0", "3", "10", [0, 0]),
    ],
)
def test_roots_by_hand_and_in_every_way(evaluated, every_way, relation, k, high, expected):
    if expected is None:
        with pytest.raises(MethodologyError, match=r"V604 Eq\. 1 \(x\) has no solution for a[\s\S]*no finite number everywhere within 0 to 10000"):
            made(evaluated, relation, k, high=high)
        return
    found = made(evaluated, relation, k, high=high)

    assert found.values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-14, abs=1e-14)
    assert sum(finding.code == "A707" for finding in found.findings) == 2
    if "exp" in relation or "Sum" in relation or "cases" in relation:
        every_way(found)


@pytest.mark.parametrize(
    ("relation", "k", "said"),
    [
        ("x[r] == k * 1 {m}", "2000", "V604 [\\s\\S]*the sides differ by -2000 at 0 and by -1000 at 1000, and are equal nowhere"),
        ("(x[r] - 100 {m}) * (x[r] - 300 {m}) * (x[r] - 700 {m}) == 0", "1", "V604 [\\s\\S]*the two sides are equal 3 times within 0 to 1000"),
        ("x[r] * (x[r] - 1000 {m}) == 0", "1", "V604 [\\s\\S]*equal 2 times within 0 to 1000"),  # at both ends
        ("x[r] * (x[r] - 300 {m}) == 0", "1", "V604 [\\s\\S]*equal 2 times within 0 to 1000"),  # at an end and in between
        ("max(x[r] - 500 {m}, 0) == 0", "1", "V604 [\\s\\S]*equal 33 times within 0 to 1000"),  # on a whole stretch
        ("0 * x[r] == 0", "1", "V604 [\\s\\S]*equal 65 times within 0 to 1000"),  # everywhere
        ("floor(x[r] / 500 {m}) == k", "1", "V604 [\\s\\S]*equal 32 times within 0 to 1000"),
        ("-(x[r] - 500 {m}) ^ 2 == 0", "1", "V604 [\\s\\S]*the sides touch within 0 to 1000"),
        ("1 / (x[r] - 333.3 {m}) == 0", "1", "V606 [\\s\\S]*a jump or a pole"),
        ("cases(x[r] > 333.3 {m}: 5, otherwise: 3) == 4", "1", "V606 [\\s\\S]*they differ by -?1: a jump or a pole"),
    ],
)
def test_what_has_no_root_or_several_is_told(evaluated, relation, k, said):
    with pytest.raises(MethodologyError, match=said):
        made(evaluated, relation, k)


def test_a_rounding_of_the_unknown_is_that_of_each_place_that_is_tried(evaluated):
    """2 x + 3 = floor(x / 8) + 7 at 2. Places that are tried, as 0 and 8, are no numbers of the run: it is not asked for them in fractions."""
    found = evaluated(SPEC.format(relation="2 * x[r] / 1 {m} + floor(k * 10) == floor(x[r] / 8 {m}) + 7", low=0, high=8), PROJECT.format(k="0.3"))

    assert found.values.arrays["R"].tolist() == [2, 2]
    assert not [finding for finding in found.findings if finding.code == "A746"]


def test_the_second_computation_goes_from_ends_of_very_different_size():
    assert root_within(lambda x: math.exp(x) - 2, 0, 700) == pytest.approx(math.log(2), rel=1e-14)


def test_the_slope_is_that_of_an_implicit_function(evaluated):
    """x = sqrt(A): dx / dA = 1 / (2 x), with 10,000 m2 a hectare 10,000 / (2 * 300)."""
    found = made(evaluated, SQUARE)
    batchable = batchable_of(found, ("R",))
    gradient = gradient_of(batchable, {q: found.inputs.values[q] for q in batchable.plan.inputs}, "R")

    assert gradient.value == 500
    assert gradient.by_input["A"].tolist() == pytest.approx([10000 / (2 * 200), 10000 / (2 * 300)], rel=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (", range: {min: 0, max: 1000}", "", "x has no range with both ends"),
        ("x[r] ^ 2 ==", 'x["a"] ^ 2 ==', "stands in it not at all, or with other indices"),
        ("x[r] ^ 2 ==", "k * 1 {m^2} ==", "stands in it not at all"),
        ("m^2/ha", "m/ha", "U302"),
    ],
)
def test_what_cannot_be_solved_so_is_told_by_check(tmp_path, old, new, said):
    text = SPEC.format(relation=SQUARE, low=0, high=1000)
    assert old in text
    (tmp_path / "spec.yaml").write_text(text.replace(old, new), encoding="utf-8")
    findings = check(load(tmp_path / "spec.yaml")).findings

    assert any(said in f"{f.code} {f.what}" and f.severity == "error" for f in findings), [(f.code, f.what) for f in findings]


def test_a_root_that_is_zero_but_for_the_rounding_of_what_entered_is_no_difference(evaluated, every_way):
    """The deviation of three equal numbers is 1e-16 in one way and 0 in another: of the size of the numbers, it is nothing."""
    relation = 'x[r] / 1 {m} == min(max(StdDev(s, k + 0 * (A[s] / 1 {ha})) / 2, -5), 5)'
    found = made(evaluated, relation, k="0.95", low="-6", high="6")

    assert abs(found.values.arrays["R"]).max() < 1e-15
    assert [finding.severity for finding in audit_recompute(found)] == ["note"]
