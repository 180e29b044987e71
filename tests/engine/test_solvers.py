"""The principal matrix root."""

import numpy as np
import pytest

from engine.solvers import principal_matrix_root


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
        ([[0.0, 0.0], [0.0, 1.0]], 2, "negative real axis"),
        ([[1.0, 0.0], [0.0, 1.0]], 0, "above zero"),
    ],
)
def test_a_matrix_without_a_principal_root_is_refused(matrix, exponent, message):
    with pytest.raises(ValueError, match=message):
        principal_matrix_root(np.array(matrix), exponent)
