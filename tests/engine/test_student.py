"""Quantiles of Student's t against printed tables, closed forms and SciPy; and a lower bound of a sample in every way."""

import math

import numpy as np
import pytest
from scipy import stats

from engine.audit.second_computation.scalar_student import quantile_t as halved
from engine.run.arithmetic.student import quantile_t, slopes_of_quantile
from equations.errors import MethodologyError


@pytest.mark.parametrize(
    ("probability", "freedom", "expected"),
    [  # the table of every textbook
        (0.95, 1, 6.314), (0.975, 1, 12.706), (0.95, 2, 2.920), (0.9, 5, 1.476), (0.95, 10, 1.812), (0.975, 30, 2.042), (0.995, 120, 2.617),
    ],
)  # fmt: skip
def test_quantiles_are_those_of_printed_tables(probability, freedom, expected):
    assert round(float(quantile_t(probability, freedom)), 3) == expected
    assert float(quantile_t(1 - probability, freedom)) == pytest.approx(-expected, abs=6e-4)


def test_one_and_two_degrees_of_freedom_have_closed_forms():
    for p in (0.001, 0.3, 0.5, 0.77, 0.999999):
        assert float(quantile_t(p, 1)) == pytest.approx(math.tan(math.pi * (p - 0.5)), rel=1e-9)
        assert float(quantile_t(p, 2)) == pytest.approx((2 * p - 1) / math.sqrt(2 * p * (1 - p)), rel=1e-12)


def test_both_computations_agree_with_scipy():
    rng = np.random.default_rng(7)
    for p, n in zip(rng.uniform(0.0005, 0.9995, 25), 10 ** rng.uniform(-0.3, 4, 25), strict=True):
        assert float(quantile_t(p, n)) == pytest.approx(stats.t.ppf(p, n), rel=1e-9)
        assert halved(float(p), float(n)) == pytest.approx(float(quantile_t(p, n)), rel=1e-10)


def test_many_degrees_of_freedom_leave_the_second_computation_its_digits():
    for p in (0.6, 0.9, 0.95, 0.975, 0.9999):
        for n in (1e4, 1e5, 1e6):
            assert halved(p, n) == pytest.approx(float(quantile_t(p, n)), rel=1e-10)


def test_slopes_are_those_of_small_steps():
    p, n, step = 0.93, 7.5, 1e-6
    by_p, by_n = slopes_of_quantile(p, n)

    assert float(by_p) == pytest.approx(float(quantile_t(p + step, n) - quantile_t(p - step, n)) / (2 * step), rel=1e-7)
    assert float(by_n) == pytest.approx(float(quantile_t(p, n + step) - quantile_t(p, n - step)) / (2 * step), rel=1e-6)


def test_outside_there_is_no_number():
    assert np.isnan(quantile_t(np.array([0.0, 1.0, -0.5, 0.5, np.nan]), np.array([5.0, 5.0, 5.0, 0.0, 5.0]))).all()


SPEC = """
methodology: {{id: T, version: "1", title: Lower bound, result: R}}
index_sets:
  - {{id: plot, letters: [r], members: [a, b, c, d]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: X, symbol: X, meaning: x, indices: [plot], unit: t, kind: monitored}}
  - {{id: p, symbol: p, meaning: confidence, unit: "1", kind: monitored}}
  - {{id: R, symbol: R, meaning: r, unit: t, kind: computed}}
equations:
  - {{id: r, defines: R, formula: '{formula}'}}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values: {{X: {{unit: t, values: {{a: 10, b: 12, c: 11, d: 15}}}}, p: {{value: {p}}}}}
"""


def test_a_lower_bound_of_a_sample_by_hand_and_in_every_way(evaluated, every_way):
    """Mean 12, gaps -2, 0, -1, 3: sd = sqrt(14 / 3), se = sqrt(14 / 12); t of 95 % with 3 degrees of freedom is 2.3533634348018264."""
    found = evaluated(SPEC.format(formula="Mean(r, X[r]) - quantile_t(p, Count(r) - 1) * StdErr(r, X[r])"), PROJECT.format(p=0.95))

    assert found.value("R") == pytest.approx(12 - 2.3533634348018264 * (14 / 12) ** 0.5, rel=1e-14)
    every_way(found)


def test_a_probability_of_ninety_five_is_told(evaluated):
    with pytest.raises(MethodologyError, match=r"V602 [\s\S]*degrees of freedom above zero, and p is 95, Count\(r\) - 1 is 3"):
        evaluated(SPEC.format(formula="quantile_t(p, Count(r) - 1) * StdErr(r, X[r])"), PROJECT.format(p=95))
    with pytest.raises(MethodologyError, match="U304 quantile_t of a value in t"):
        evaluated(SPEC.format(formula="quantile_t(p, X[r]) * StdErr(r, X[r])").replace("X[r])", 'X["a"])', 1), PROJECT.format(p=95))
