"""Shares of the variance, on functions whose shares are known, and beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import sobol_indices

from engine.simulate.sobol import Share, Sobol, shares

DRAWS = 16_384


def runs(function, inputs):
    """Results of two sets of uniform draws, and of the first with each input taken from the second."""
    first, second = np.random.default_rng(3).random((2, inputs, DRAWS))
    mixed = []
    for at in range(inputs):
        own = first.copy()
        own[at] = second[at]
        mixed.append(function(own))
    return function(first), function(second), mixed


def ishigami(x):
    angle = np.pi * (2 * x - 1)
    return np.sin(angle[0]) + 7 * np.sin(angle[1]) ** 2 + 0.1 * angle[2] ** 4 * np.sin(angle[0])


def product(x):
    """Sobol's g function: the product of (|4 x - 2| + a) / (1 + a)."""
    return np.prod([(np.abs(4 * own - 2) + a) / (1 + a) for own, a in zip(x, (0.0, 1.0, 4.5, 9.0), strict=True)], axis=0)


def known_of_product():
    parts = np.array([1 / 3 / (1 + a) ** 2 for a in (0.0, 1.0, 4.5, 9.0)])
    whole = np.prod(1 + parts) - 1
    return parts / whole, parts * np.prod(1 + parts) / (1 + parts) / whole


def unequal(x):
    """Sums of inputs whose spreads are as 1000, 30 and 1."""
    return 5000 + 1000 * x[0] + 30 * x[1] + x[2]


@pytest.mark.parametrize(
    ("function", "firsts", "totals"),
    [
        (ishigami, (0.31391, 0.44241, 0.0), (0.55759, 0.44241, 0.24368)),
        (product, *known_of_product()),
        (unequal, *2 * (np.array([1e6, 900.0, 1.0]) / (1e6 + 901),)),
        (lambda x: (x[0] - 0.5) * (x[1] - 0.5), (0.0, 0.0), (1.0, 1.0)),  # nothing by itself, everything together
    ],
    ids=["ishigami", "product", "unequal", "only together"],
)
def test_shares_are_those_that_are_known_within_the_errors_that_are_told(function, firsts, totals):
    a, b, mixed = runs(function, len(firsts))
    for at, (first, total) in enumerate(zip(firsts, totals, strict=True)):
        by_itself, in_all = shares(a, b, mixed[at])
        assert abs(by_itself.estimate - first) < 4 * by_itself.error + 1e-5
        assert abs(in_all.estimate - total) < 4 * in_all.error + 1e-5
        assert by_itself.error < 0.02 and in_all.error < 0.03


def test_a_small_input_does_not_drown_in_the_others():
    a, b, mixed = runs(unequal, 3)
    by_itself, in_all = shares(a, b, mixed[1])
    assert by_itself.estimate == pytest.approx(9e-4, rel=0.5) and in_all.estimate == pytest.approx(9e-4, rel=0.05)


def test_told_errors_are_those_of_other_draws():
    own = [shares(*rest) for rest in _repeated(200)]
    for which in (0, 1):
        estimates, errors = ([getattr(pair[which], name) for pair in own] for name in ("estimate", "error"))
        assert np.std(estimates) == pytest.approx(np.mean(errors), rel=0.2)


def _repeated(times):
    rng = np.random.default_rng(1)
    for _ in range(times):
        first, second = rng.random((2, 3, 512))
        mixed = np.array([second[0], first[1], first[2]])
        yield ishigami(first), ishigami(second), ishigami(mixed)


@pytest.mark.parametrize("function", [ishigami, unequal])
def test_shares_are_those_of_scipy_from_the_same_draws(function):
    a, b, mixed = runs(function, 3)
    own = [shares(a, b, one) for one in mixed]
    found = sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": np.array(mixed)[:, None]}, n=DRAWS)

    assert [first.estimate for first, _ in own] == pytest.approx(found.first_order.ravel(), rel=1e-9, abs=1e-12)
    assert [total.estimate for _, total in own] == pytest.approx(found.total_order.ravel(), rel=1e-9, abs=1e-12)


def test_no_share_by_itself_is_shown_above_that_in_all():
    assert Sobol("Q", Share(0.31, 0.05), Share(0.28, 0.01)).by_itself == 0.28
    assert Sobol("Q", Share(-0.02, 0.05), Share(0.01, 0.01)).by_itself == 0.0
