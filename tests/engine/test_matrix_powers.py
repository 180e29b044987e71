"""Powers and roots of matrices with any exponent: right, verified, rounded once, and the same on every processor."""

import json
import os
import subprocess
import sys
import warnings
from decimal import Decimal
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import fractional_matrix_power

from engine.audit.second_computation.scalar_powers import power_of
from engine.run.arithmetic.matrix_powers import FOUND, powers, roots

ROOT = Path(__file__).resolve().parents[2]
#: Equal persistences: no basis of eigenvectors.
DEFECTIVE = [[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.0, 0.0, 1.0]]
NEARLY = [[0.9, 0.1, 0.0], [0.0, 0.9 + 1e-9, 0.1 - 1e-9], [0.0, 0.0, 1.0]]
#: What turns round: eigenvalues exp(+-2 pi i / 3).
ROUND = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
COMPLEX = [[0.7, 0.3, 0.0], [0.0, 0.7, 0.3], [0.3, 0.0, 0.7]]
#: The second class is lost as a whole: 0 is an eigenvalue, with its eigenvector.
LOST = [[0.8, 0.1, 0.1], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
TWICE = [[0.2, 0.3, 0.5], [0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]


def stochastic(seed, size, least=0.1):
    """A random transition matrix with nothing between the classes of half of its pairs."""
    rng = np.random.default_rng(seed)
    matrix = rng.random((size, size)) * (rng.random((size, size)) < 0.5)
    np.fill_diagonal(matrix, 0.0)
    kept = least + (1 - least) * rng.random(size)
    sums = matrix.sum(axis=1, keepdims=True)
    matrix *= (1 - kept)[:, None] / np.where(sums == 0, 1.0, sums)
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return matrix


def root(matrix, exponent):
    found = roots(np.array(matrix, float)[..., None], np.array([float(exponent)]))
    return found.values[..., 0], float(found.residuals[0]), int(found.outcome[0])


def power(matrix, exponent):
    found = powers(np.array(matrix, float)[..., None], np.array([float(exponent)]))
    assert found.outcome[0] == FOUND
    return found.values[..., 0]


# -- right


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(1, 20))
def test_random_transition_matrices_against_scipy_and_against_the_second_computation(seed, size, exponent):
    matrix = stochastic(seed, size, least=0.55)  # more stays than leaves: all eigenvalues lie right of the imaginary axis

    found, residual, outcome = root(matrix, exponent)

    assert outcome == FOUND
    assert residual <= 1e-14
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns of what it takes to be inexact
        assert found == pytest.approx(fractional_matrix_power(matrix, 1 / exponent).real, abs=1e-10)
    assert found == pytest.approx(np.array(power_of(matrix.tolist(), 1 / Decimal(exponent))), abs=1e-13)
    assert found.sum(axis=1) == pytest.approx(np.ones(size), abs=1e-14)


@pytest.mark.parametrize("exponent", [2, 2.5, 4, 4.5, 365])
@pytest.mark.parametrize("matrix", [DEFECTIVE, NEARLY, COMPLEX, stochastic(5, 4, least=0.5)], ids=["defective", "nearly", "complex", "random"])
def test_each_entry_is_the_exact_one_rounded_once(matrix, exponent):
    with mpmath.workdps(60):
        # mpmath takes square roots and a Taylor series of the logarithm, in 60 digits.
        log = mpmath.logm(mpmath.matrix(np.array(matrix).tolist())) / mpmath.mpf(exponent)
        exact = mpmath.expm(log, method="taylor")
        size = len(matrix)
        expected = [[float(mpmath.re(exact[i, j])) if abs(exact[i, j]) > 1e-40 else 0.0 for j in range(size)] for i in range(size)]

    assert root(matrix, exponent)[0].tolist() == expected


def test_a_defective_matrix_over_two_and_a_half_years():
    found, residual, _ = root(DEFECTIVE, 2.5)

    # by the derivative of x ^ 0.4 at the double eigenvalue: 0.1 * 0.4 * 0.9 ^ -0.6
    assert found[0, 1] == pytest.approx(0.04 * 0.9**-0.6, rel=1e-15)
    assert residual < 2e-16


@pytest.mark.parametrize("exponent", [0.5, 0.9, 1, 1.5, 2.5, 4, 4.5, 12, 365, 1e5])
@pytest.mark.parametrize("matrix", [DEFECTIVE, NEARLY, COMPLEX, LOST, TWICE], ids=["defective", "nearly", "complex", "lost", "twice"])
def test_hard_matrices_are_those_of_the_second_computation(matrix, exponent):
    found, residual, outcome = root(matrix, exponent)

    assert outcome == FOUND
    assert residual <= 1e-10
    assert found == pytest.approx(np.array(power_of(matrix, 1 / Decimal(exponent))), abs=1e-13)


def test_the_residual_is_of_the_root_as_it_is_stored():
    found, residual, _ = root(stochastic(3, 5, least=0.4), 3)
    with mpmath.workdps(50):
        stored = mpmath.matrix(found.tolist())
        missed = stored * stored * stored - mpmath.matrix(stochastic(3, 5, least=0.4).tolist())
        assert residual == pytest.approx(float(max(abs(x) for x in missed)), rel=1e-9)
    assert 0 < residual < 1e-15


def test_the_first_root_is_the_matrix_itself():
    matrix = stochastic(8, 12)

    assert root(matrix, 1)[0].tolist() == matrix.tolist()
    assert power(matrix, 1).tolist() == matrix.tolist()


def test_classes_that_nothing_leads_to_keep_zeros():
    found, _, _ = root([[0.5, 0.2, 0.3, 0.0], [0.1, 0.6, 0.3, 0.0], [0.0, 0.0, 0.9, 0.1], [0.0, 0.0, 0.0, 1.0]], 4.5)

    assert found[2:, :2].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found[3].tolist() == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("exponent", [0.5, 295 / 365, 1.25, -0.5, 3, 0, -2])
def test_powers_are_those_of_the_second_computation(exponent):
    for matrix in (DEFECTIVE, COMPLEX, stochastic(2, 5, least=0.4)):
        expected = power_of(np.array(matrix).tolist(), Decimal(exponent))
        assert power(matrix, exponent) == pytest.approx(np.array(expected), abs=1e-13)


# -- refused


@pytest.mark.parametrize(
    ("matrix", "exponent"),
    [
        ([[0.0, 1.0], [1.0, 0.0]], 2.5),  # an eigenvalue of -1
        ((-4 * np.eye(4)).tolist(), 3),  # a real root exists, the principal one does not
        ([[0.0, 1.0], [0.0, 0.0]], 2),  # 0 without its eigenvectors
        ([[0.2, 0.3, 0.5], [0.2, 0.3, 0.5 + 1e-16], [0.1, 0.1, 0.8]], 4),  # singular but for the last bit
        (ROUND, 0.5),  # its square to the power of one half is another matrix
        (DEFECTIVE, 1e300),  # no root that float64 can hold gives it back
        (DEFECTIVE, 0.001),
        (DEFECTIVE, float("inf")),
        (DEFECTIVE, 0),
        (DEFECTIVE, -2),
        ([[float("nan"), 1.0], [0.0, 1.0]], 2.5),
    ],
)
def test_what_cannot_be_had_is_refused(matrix, exponent):
    found, _, outcome = root(matrix, exponent)

    assert outcome != FOUND
    assert np.isnan(found).all()


# -- the same bits


def test_a_draw_among_others_is_what_it_is_alone():
    stack = np.stack([stochastic(seed, 5, least=0.05) for seed in range(10)] + [np.eye(5), np.eye(5)[::-1]], axis=-1)
    for find, exponents in ((powers, np.linspace(0.7, 9, 12)), (roots, np.linspace(0.7, 9, 12)), (roots, np.arange(1.0, 13))):
        together = find(stack, exponents)
        for draw in range(12):
            alone = find(stack[..., draw : draw + 1].copy(), exponents[draw : draw + 1])
            assert np.array_equal(alone.values[..., 0], together.values[..., draw], equal_nan=True)


BITS = """
import hashlib, json, sys
import numpy as np
import mrvgraph
from engine.run.arithmetic.matrix_powers import powers, roots

rng = np.random.default_rng(1)
stack = rng.random((12, 12, 8)) / 60 + np.eye(12)[..., None] * (0.2 + 0.6 * rng.random((12, 1, 1)))
stack /= stack.sum(axis=1, keepdims=True)
run = mrvgraph.run(mrvgraph.load("KH_AM004@1.1"), sys.argv[1])
found = [roots(stack, np.full(8, n)).values for n in (4.0, 4.5)] + [powers(stack, np.full(8, n)).values for n in (7.0, 0.8)]
found += [run.values.arrays[quantity] for quantity in sorted(run.values.arrays)]
ours = hashlib.sha256(b"".join(np.ascontiguousarray(x).tobytes() for x in found)).hexdigest()
lapack = hashlib.sha256(np.linalg.eig(stack[..., 0])[1].tobytes()).hexdigest()
print(json.dumps([ours, lapack]))
"""


def test_a_run_gives_the_same_bits_under_every_kernel_of_blas():
    """OpenBLAS takes the kernel that it is told; where it takes none of these, as on another machine, one is compared with itself."""
    kernels, running = ("", "Prescott", "Haswell"), []
    for kernel in kernels:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_CORETYPE": kernel}
        if not kernel:
            del environment["OPENBLAS_CORETYPE"]
        running.append(subprocess.Popen([sys.executable, "-c", BITS, str(ROOT / "methodology_specs/KH_AM004/examples/option2.yaml")],
                                        env=environment, stdout=subprocess.PIPE, text=True))  # fmt: skip
    said = [process.communicate()[0] for process in running]

    ours = {json.loads(text)[0] for process, text in zip(running, said, strict=True) if process.returncode == 0}
    assert running[0].returncode == 0
    assert len(ours) == 1


@pytest.mark.parametrize("matrix", [[[0.0, 1.0], [1.0, 0.0]], [[-2.0, 0.0], [0.0, 0.5]], [[0.0, 1.0], [0.0, 0.0]]], ids=["exchange", "negative", "nilpotent"])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_a_whole_power_needs_no_root(matrix, exponent):
    """Products of matrices, also of those that have no logarithm."""
    raised = powers(np.array(matrix)[..., None], np.array([float(exponent)]))
    assert raised.values[..., 0].tolist() == np.linalg.matrix_power(np.array(matrix), exponent).tolist()
    assert power_of(matrix, Decimal(exponent)) == np.linalg.matrix_power(np.array(matrix), exponent).tolist()
