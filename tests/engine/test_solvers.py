"""The principal matrix root, from the function to what a run, its audit and its sensitivities say of it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.audit.recompute import audit_recompute
from engine.run.solvers import principal_matrix_root


def stochastic(rng, size):
    matrix = rng.random((size, size)) * 0.05 / size + np.diag(0.6 + 0.4 * rng.random(size))
    return matrix / matrix.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("exponent", [1, 2, 3, 4, 7, 10])
def test_the_root_to_its_power_is_the_matrix(exponent):
    rng = np.random.default_rng(exponent)
    for _ in range(20):
        matrix = stochastic(rng, 12)

        root = principal_matrix_root(matrix, exponent)

        assert np.abs(np.linalg.matrix_power(root, exponent) - matrix).max() < 1e-12
        assert root.sum(axis=1) == pytest.approx(np.ones(12), abs=1e-12)


def test_the_root_is_the_principal_one():
    matrix = stochastic(np.random.default_rng(1), 5)
    angles = np.angle(np.linalg.eigvals(principal_matrix_root(matrix, 4)))

    assert np.abs(angles).max() < np.pi / 4


def test_the_power_of_a_known_matrix_gives_it_back():
    annual = stochastic(np.random.default_rng(2), 6)

    assert principal_matrix_root(np.linalg.matrix_power(annual, 5), 5) == pytest.approx(annual, abs=1e-10)


def test_a_matrix_without_a_basis_of_eigenvectors_has_its_root():
    jordan = np.array([[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.0, 0.0, 1.0]])

    root = principal_matrix_root(jordan, 4)

    assert np.linalg.matrix_power(root, 4) == pytest.approx(jordan, abs=1e-9)


@pytest.mark.parametrize(
    ("matrix", "exponent", "message"),
    [
        ([[0.0, 1.0], [1.0, 0.0]], 2, "negative real axis"),
        ([[0.0, 1.0], [1.0, 0.0]], 4.5, r"an eigenvalue \(-1\) lies on the closed negative real axis"),
        ([[0.0, 1.0], [0.0, 0.0]], 2, "fewer eigenvectors than it counts"),
        ([[0.5, 0.5], [0.5, 0.5 + 2e-16]], 4, "so nearly singular that the last digits"),
        ([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], 0.5, "misses the matrix by 1.3 when it is raised again"),
        ([[1.0, 0.0], [0.0, 1.0]], 0, "above zero"),
    ],
)
def test_a_matrix_without_a_principal_root_is_refused(matrix, exponent, message):
    with pytest.raises(ValueError, match=message):
        principal_matrix_root(np.array(matrix), exponent)


def test_a_class_that_is_lost_as_a_whole_has_a_root():
    root = principal_matrix_root(np.array([[0.81, 0.0, 0.19], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]), 2)

    assert root == pytest.approx(np.array([[0.9, 0.0, 0.1], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]), abs=1e-15)


# -- in a run

SPEC = """
methodology: {id: ROOT, version: "1", title: Root, result: E, report: [E]}
index_sets:
  - {id: class, letters: [i, j, k], meaning: classes, members: [F, D, N]}
quantities:
  - {id: P, symbol: P, meaning: transition over the interval, indices: [class, class], unit: "1", kind: monitored, matrix: MP}
  - {id: n, symbol: n, meaning: length of the interval in years, unit: "1", kind: monitored}
  - {id: Q, symbol: Q, meaning: annual transition, indices: [class, class], unit: "1", kind: computed, matrix: MQ}
  - {id: A, symbol: A, meaning: area, indices: [class], unit: ha, kind: monitored}
  - {id: E, symbol: E, meaning: area degraded in a year, unit: ha, kind: computed}
equations:
  - ROOT
  - {id: e2, number: "2", defines: E, formula: 'A["F"] * Q["F", "D"]'}
"""
WAYS = {
    "root": '{id: e1, number: "1", defines: MQ, relation: "MP == MQ ^ n", solver: principal_matrix_root}',
    "power": '{id: e1, number: "1", defines: MQ, formula: "MP ^ (1 / n)"}',
}
PROJECT = """
project: {name: x}
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  n: 2.5
  A: {unit: ha, values: {F: 1000, D: 0, N: 0}}
  P: {unit: "1", values: {F: {F: 0.9, D: 0.1, N: 0}, D: {F: 0, D: 0.9, N: 0.1}, N: {F: 0, D: 0, N: 1}}}
"""


@pytest.mark.parametrize("way", WAYS)
def test_equal_persistences_over_two_and_a_half_years(evaluated, way):
    run = evaluated(SPEC.replace("ROOT\n", WAYS[way] + "\n"), PROJECT)

    assert run.total == pytest.approx(1000 * 0.04 * 0.9**-0.6, rel=1e-14)
    (agreed,) = audit_recompute(run)
    assert agreed.severity == "note"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("exponent", ["2", "2.5"])
def test_a_wrong_root_is_found_whatever_the_exponent(evaluated, way, exponent):
    run = evaluated(SPEC.replace("ROOT\n", WAYS[way] + "\n"), PROJECT.replace("n: 2.5", f"n: {exponent}"))
    wrong = run.values.arrays["Q"].copy()
    wrong[0, :2] += 1e-8, -1e-8

    findings = audit_recompute(replace(run, values=replace(run.values, arrays={**run.values.arrays, "Q": wrong})))

    assert [f.severity for f in findings if f.subject == "Q"] == ["error"]


def test_the_residual_that_is_reported_is_the_residual(evaluated):
    (solution,) = evaluated(SPEC.replace("ROOT\n", WAYS["root"] + "\n"), PROJECT).values.solutions

    assert 0 < solution.residual < 2e-16
