"""Draws have the distribution that was declared."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from draw_helpers import DRAWS, drawn, source, variable

from engine.simulate.correlations import Correlation, factor_of, joined
from engine.simulate.distribution import NoSuchDistributionError
from engine.simulate.distributions import from_fields
from engine.simulate.draws import CHUNK, DrawSource
from engine.simulate.normal import probability, quantile
from engine.simulate.uncertainty_file import Uncertainty
from engine.simulate.unknowns import Variable


def test_the_normal_distribution_and_its_inverse_agree_with_python():
    shares = np.concatenate([np.linspace(1e-9, 1 - 1e-9, 501), [1e-30, 1e-200]])
    expected = np.array([NormalDist().inv_cdf(p) for p in shares])

    assert np.allclose(quantile(shares), expected, rtol=1e-13, atol=1e-15)
    assert np.allclose(
        probability(np.linspace(-6, 6, 301)), [NormalDist().cdf(x) for x in np.linspace(-6, 6, 301)], rtol=0, atol=1e-15
    )


@pytest.mark.parametrize(
    ("kind", "value", "fields", "mean", "se"),
    [
        ("normal", 10.0, {"se": 2.0}, 10.0, 2.0),
        ("normal", -10.0, {"relative_se": 0.1}, -10.0, 1.0),
        ("normal", 10.0, {"low": 4.0, "high": 12.0}, 8.0, 4 / 1.959964),
        ("lognormal", 10.0, {"se": 5.0}, 10.0, 5.0),
        ("lognormal", 1.0, {"low": 0.003, "high": 0.03}, 0.009486833 * np.exp(0.587396**2 / 2), None),
        ("uniform", 5.0, {"min": 2.0, "max": 6.0}, 4.0, 4 / 12**0.5),
        ("triangular", 3.0, {"min": 0.0, "max": 6.0}, 3.0, 6 / 24**0.5),
        ("triangular", 9.0, {"min": 0.0, "max": 6.0, "mode": 0.0}, 2.0, 2**0.5),
        ("beta", 0.3, {"se": 0.1}, 0.3, 0.1),
        ("beta", 30.0, {"se": 10.0, "min": 0.0, "max": 100.0}, 30.0, 10.0),
        ("beta", 0.5, {"alpha": 2.0, "beta": 6.0}, 0.25, (12 / (64 * 9)) ** 0.5),
        ("truncated_normal", 0.0, {"se": 1.0, "min": 0.0}, (2 / np.pi) ** 0.5, (1 - 2 / np.pi) ** 0.5),
        ("truncated_normal", 0.0, {"se": 1.0, "min": 3.0, "max": 5.0}, None, None),
    ],
)
def test_mean_and_standard_error_are_those_declared(kind, value, fields, mean, se):
    draws = drawn(source([variable(kind, value, fields)]))[0]

    if mean is not None:
        assert abs(draws.mean() - mean) < 5 * draws.std() / DRAWS**0.5
    if se is not None:
        assert draws.std() == pytest.approx(se, rel=0.02)
    if "min" in fields:
        assert draws.min() >= fields["min"] and draws.max() <= fields.get("max", np.inf)


def test_a_range_holds_the_share_of_draws_that_it_should():
    for kind in ("normal", "lognormal"):
        draws = drawn(source([variable(kind, 1.0, {"low": 2.0, "high": 9.0})]))[0]
        assert ((draws > 2) & (draws < 9)).mean() == pytest.approx(0.95, abs=0.004)


@pytest.mark.parametrize(
    ("kind", "value", "fields", "why"),
    [
        ("lognormal", 0.0, {"se": 1.0}, "above zero"),
        ("lognormal", 1.0, {"low": 0.0, "high": 6.0}, "above zero"),
        ("normal", 1.0, {"se": -1.0}, "below zero"),
        ("normal", 1.0, {"low": 5.0, "high": 4.0}, "not below"),
        ("uniform", 1.0, {"min": 4.0, "max": 4.0}, "not below"),
        ("triangular", 9.0, {"min": 0.0, "max": 6.0}, "mode 9"),
        ("beta", 0.5, {"se": 0.5}, "too large"),
        ("beta", 1.5, {"se": 0.1}, "does not lie between"),
        ("beta", 0.5, {"alpha": 0.0, "beta": 1.0}, "above zero"),
        ("truncated_normal", 0.0, {"se": 1.0, "min": 30.0}, "nothing of it"),
    ],
)
def test_a_distribution_that_cannot_be_is_refused(kind, value, fields, why):
    with pytest.raises(NoSuchDistributionError, match=why):
        from_fields(kind, value, fields, 0.95)


def test_rows_keep_their_sum_and_dirichlet_shares_their_spread():
    values = np.array([0.2, 0.3, 0.5])
    rows = Variable("Q", "dirichlet", np.arange(3), ("a", "b", "c"), {"value": values, "size": np.full(3, 50.0)})

    draws = drawn(source([rows]))

    assert np.allclose(draws.sum(axis=0), 1.0, atol=1e-15)
    assert np.allclose(draws.mean(axis=1), values, atol=0.002)
    assert draws[0].std() == pytest.approx((0.2 * 0.8 / 51) ** 0.5, rel=0.02)


def test_counts_are_drawn_as_a_sample_of_the_same_size():
    values = np.array([20.0, 30.0, 50.0])
    rows = Variable("Q", "multinomial", np.arange(3), ("a", "b", "c"), {"value": values, "size": np.full(3, np.nan)})

    draws = drawn(source([rows]))

    assert (draws.sum(axis=0) == 100).all() and (draws == np.round(draws)).all()
    assert draws[1].std() == pytest.approx((100 * 0.3 * 0.7) ** 0.5, rel=0.02)


def test_a_draw_depends_on_seed_cell_and_number_only():
    one = variable("lognormal", 2.0, {"se": 0.5}, ("Q[a]", "Q[b]"))
    other = variable("beta", 0.5, {"se": 0.1}, ("Z",), "Z")
    whole = drawn(source([one]))

    parts = [drawn(source([one]), start=a, stop=b) for a, b in ((0, 10), (10, 5000), (5000, 5001), (5001, DRAWS))]
    later = DrawSource(Uncertainty((one,)), {"Q": np.ones(2)}, {"Q": (-np.inf, np.inf)}, 3, 100, first=2 * CHUNK)

    assert np.array_equal(np.concatenate(parts, axis=1), whole)
    assert np.array_equal(drawn(later, stop=100), whole[:, 2 * CHUNK : 2 * CHUNK + 100])
    assert np.array_equal(drawn(source([other, one])), whole)
    assert not np.array_equal(drawn(source([one], seed=4)), whole)


def test_correlated_inputs_have_their_correlation():
    pair = variable("normal", 10.0, {"se": 1.0}, ("Q[a]", "Q[b]"))
    correlation = Correlation(("Q[a]", "Q[b]"), np.array([[1.0, -0.7], [-0.7, 1.0]]))

    draws = drawn(source([pair], correlations=(correlation,)))

    assert np.corrcoef(draws)[0, 1] == pytest.approx(-0.7, abs=0.01)
    assert draws.std(axis=1) == pytest.approx([1.0, 1.0], rel=0.02)


@pytest.mark.parametrize("matrix", [
    np.full((3, 3), 1.0),                                                      # all move as one
    np.array([[1.0, 1.0, 0.2], [1.0, 1.0, 0.2], [0.2, 0.2, 1.0]]),             # two of three do
    np.array([[1.0, -0.5, -0.5], [-0.5, 1.0, -0.5], [-0.5, -0.5, 1.0]]),       # they add up to nothing
    0.7 * np.eye(5) + 0.3,
])  # fmt: skip
def test_the_factor_of_a_correlation_gives_it_back(matrix):
    factor = factor_of(matrix)
    assert factor @ factor.T == pytest.approx(matrix, abs=1e-12)
    assert np.array_equal(factor, np.tril(factor))
    normal = np.random.default_rng(1).standard_normal((len(matrix), 7))
    assert joined(factor, normal) == pytest.approx(factor @ normal, abs=1e-14)


@pytest.mark.parametrize("policy", ["reject", "truncate"])
def test_draws_outside_the_range_are_drawn_again_or_moved(policy):
    found = source([variable("normal", 0.0, {"se": 1.0})], limits=(-1.0, 2.0), outside=policy)

    draws = drawn(found)[0]

    assert draws.min() >= -1.0 and draws.max() <= 2.0
    assert bool((draws == -1.0).mean() > 0.1) is (policy == "truncate")
    moved = sum(counts["Q"] for counts in found.moved.values()) / DRAWS
    assert moved == pytest.approx(NormalDist().cdf(-1) + 1 - NormalDist().cdf(2), abs=0.005)
