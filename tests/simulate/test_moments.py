"""Means and covariances of declared distributions are those of their draws, and of closed forms where there are some."""

from __future__ import annotations

import numpy as np
import pytest
from draw_helpers import drawn, source, variable
from scipy import stats
from small_projects import small_run

from engine.batch.many_draws import batchable_of
from engine.simulate.correlations import Correlation
from engine.simulate.moments import correlated
from engine.simulate.propagation import gradient_of

PAIRS = {
    "normal": {"se": 0.3},
    "lognormal": {"se": 1.5},
    "uniform": {"min": 0.0, "max": 2.0},
    "triangular": {"min": 0.0, "max": 4.0},
    "truncated_normal": {"se": 1.0, "min": 0.0, "max": 1.5},
}


def pair(first, second, r):
    one, other = variable(first, 1.0, PAIRS[first], ("A",), "A"), variable(second, 1.0, PAIRS[second], ("B",), "B")
    parameters = [{name: float(numbers[0]) for name, numbers in v.parameters.items()} for v in (one, other)]
    return one, other, correlated([one.distribution, other.distribution], parameters, np.array([[1.0, r], [r, 1.0]]))[0, 1]


@pytest.mark.parametrize("r", [-0.8, 0.3, 0.9])
def test_covariances_have_their_closed_forms(r):
    normal, log_se = 0.3, np.log1p(1.5**2) ** 0.5
    assert pair("normal", "normal", r)[2] == pytest.approx(r * normal**2, rel=1e-12)
    assert pair("lognormal", "lognormal", r)[2] == pytest.approx(np.expm1(r * log_se**2), rel=1e-12)
    assert pair("normal", "lognormal", r)[2] == pytest.approx(r * normal * log_se, rel=1e-12)
    assert pair("uniform", "uniform", r)[2] == pytest.approx(6 / np.pi * np.arcsin(r / 2) / 3, rel=1e-9)
    assert pair("normal", "uniform", r)[2] == pytest.approx(r * (3 / np.pi) ** 0.5 * normal / 3**0.5, rel=1e-9)


@pytest.mark.parametrize(("first", "second"), [("lognormal", "triangular"), ("truncated_normal", "uniform"), ("triangular", "normal")])
def test_covariances_are_those_of_the_draws(first, second):
    one, other, expected = pair(first, second, -0.7)
    together = source([one, other], correlations=(Correlation(("A", "B"), np.array([[1.0, -0.7], [-0.7, 1.0]])),))

    found = np.cov(drawn(together, "A")[0], drawn(together, "B")[0])[0, 1]

    assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("kind", PAIRS)
def test_means_and_variances_are_those_of_scipy(kind):
    one = variable(kind, 1.0, PAIRS[kind])
    p = {name: float(numbers[0]) for name, numbers in one.parameters.items()}
    known = {
        "normal": lambda: stats.norm(p["mean"], p["se"]),
        "lognormal": lambda: stats.lognorm(p["log_se"], scale=np.exp(p["log_mean"])),
        "uniform": lambda: stats.uniform(p["min"], p["max"] - p["min"]),
        "triangular": lambda: stats.triang((p["mode"] - p["min"]) / (p["max"] - p["min"]), p["min"], p["max"] - p["min"]),
        "truncated_normal": lambda: stats.truncnorm(
            (p["min"] - p["mean"]) / p["se"], (p["max"] - p["mean"]) / p["se"], p["mean"], p["se"]
        ),
    }[kind]()

    assert float(one.means[0]) == pytest.approx(known.mean(), rel=1e-9)
    assert float(one.covariances[0, 0]) == pytest.approx(known.var(), rel=1e-9)


def test_a_truncated_normal_without_a_spread_is_its_mean():
    one = variable("truncated_normal", 0.0, {"se": 0.0, "min": 0.0})
    assert (drawn(source([one]))[0] == 0.0).all()
    assert float(one.means[0]) == 0.0 and float(one.covariances[0, 0]) == 0.0


@pytest.mark.parametrize(("exponent", "slope"), [("0", 0.0), ("1", 1.0), ("2", 0.0), ("n", 0.0)])
def test_a_power_of_nothing_has_a_slope_also_at_0(exponent, slope, tmp_path):
    """x ^ 0 is 1 everywhere, at 0 too."""
    quantities, values = {"Q": "unit: '1'"}, {"Q": "0"}
    if exponent == "n":
        quantities["n"], values["n"] = "unit: '1'", "0"
    run = small_run(tmp_path, f"Q ^ {exponent}", quantities, values, unit="'1'")
    numbers = {name: np.array(run.inputs.values[name]) for name in quantities}

    found = gradient_of(batchable_of(run, ("R",)), numbers, "R")

    assert float(found.by_input["Q"]) == slope
