"""How large a number in a formula may be."""

import pytest

from equations.errors import ExpressionError
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Number
from equations.formula.tokens import MOST_DIGITS


@pytest.mark.parametrize("text", ["1" * MOST_DIGITS, "0." + "1" * (MOST_DIGITS - 2)])
def test_a_number_of_as_many_digits_as_are_allowed_is_read_as_written(text):
    assert parse_formula(text) == Number(text=text)


@pytest.mark.parametrize("text", ["1" * (MOST_DIGITS + 1), "1e309", "1/" + "1" * (MOST_DIGITS + 1)])
def test_a_larger_one_is_refused(text):
    with pytest.raises(ExpressionError, match=r"X202 .*too large"):
        parse_formula(text)
