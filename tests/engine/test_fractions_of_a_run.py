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
