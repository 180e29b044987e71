"""Numbers that stay fractions as long as arithmetic allows."""

import math
from fractions import Fraction

import pytest

from engine.run.arithmetic.rational import Rational


@pytest.mark.parametrize(
    ("number", "root"),
    [
        (Rational(Fraction(9, 4)), Rational(Fraction(3, 2))),
        (Rational(Fraction(0)), Rational(Fraction(0))),
        (Rational(Fraction(2)), Rational(None, math.sqrt(2))),
        (Rational(None, 4.0), Rational(None, 2.0)),
    ],
)
def test_the_root_of_a_square_is_a_fraction_and_of_another_number_none(number, root):
    assert repr(number.sqrt()) == repr(root)


@pytest.mark.parametrize("number", [Rational(Fraction(-4)), Rational(None, -4.0), Rational(None, math.nan)])
def test_a_number_below_zero_has_no_root(number):
    assert math.isnan(float(number.sqrt()))


SPEC = """
methodology: {id: F, version: "1", title: A zero that a function gave, result: R}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: X, symbol: X, meaning: x, indices: [year], unit: "1", kind: monitored}
  - {id: Q, symbol: Q, meaning: q, indices: [year], unit: "1", kind: computed}
  - {id: R, symbol: R, meaning: r, unit: "1", kind: computed}
equations:
  - {id: q, defines: 'Q[y]', formula: 'exp(-abs(pos(X[y])))'}
  - {id: r, defines: R, formula: 'floor(Sum(y, X[y])) + Sum(y, Q[y])'}
"""
PROJECT = """
project: {name: f}
operation: {start: 2020-01-01, end: 2021-12-31}
values: {X: {values: {2020: -3, 2021: 1}}}
"""


def test_a_positive_part_that_is_zero_goes_through_an_exponential(evaluated):
    """In fractions `pos` of a number below zero is a plain zero, and `floor` at a whole number asks for fractions."""
    assert evaluated(SPEC, PROJECT).total == -2 + 1 + math.exp(-1)


def test_what_is_rounded_away_from_a_step_is_known_again_although_an_exponential_entered(evaluated):
    """A whole number less a share of it that is whole: nothing hangs on last digits, and nothing is said of them."""
    whole = SPEC.replace("floor(Sum(y, X[y])) + Sum(y, Q[y])", "floor(floor(exp(5)) - ceil(0.25 * floor(exp(5))))")
    run = evaluated(whole, PROJECT)

    assert run.total == 148 - 37
    assert [finding.code for finding in run.findings if finding.code == "A746"] == []
