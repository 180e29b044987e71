"""Values that give a wanted number: all of them, none that is a jump or a pole, and what was looked at is said."""

from __future__ import annotations

import numpy as np
import pytest
from small_projects import small_run

from engine.simulate.root_search import find_roots
from engine.simulate.solving import solve, solved_record, solved_text
from equations.errors import InputError

INF = float("inf")


@pytest.mark.parametrize(
    ("function", "bounds", "wanted", "roots"),
    [
        (lambda x: 3 * x, (0.0, 10.0), 6.0, [2.0]),
        (lambda x: x, (-INF, INF), 7e6, [7e6]),  # far beyond the present value, and in the range
        (lambda x: x**3, (-INF, INF), -1e-12, [-1e-4]),
        (lambda x: (x - 3) ** 2, (0.0, 10.0), 0.0, [3.0]),  # touched, not passed
        (lambda x: (x - 3) ** 2 * (x - 8), (0.0, 10.0), 0.0, [3.0, 8.0]),
        (lambda x: (x - 3) * (x - 3.0001), (0.0, 10.0), 0.0, [3.0, 3.0001]),
        (lambda x: np.sin(x), (0.5, 10.0), 0.0, [np.pi, 2 * np.pi, 3 * np.pi]),
        (lambda x: np.exp(-(((x - 2) / 0.01) ** 2)), (0.0, 10.0), 1.0, [2.0]),
        (lambda x: np.where(x >= 2, np.sqrt(np.maximum(x - 2, 0)), np.nan), (0.0, 10.0), 0.0, [2.0]),  # at the end of its domain
        (lambda x: np.where(x < 2, np.nan, x), (0.0, 10.0), 2.0, [2.0]),
        (lambda x: x, (1.0, 1.0), 1.0, [1.0]),
    ],
)
def test_every_root_in_the_range_is_found(function, bounds, wanted, roots):
    found = find_roots(function, bounds, 1.0, wanted)

    assert sorted(found.values) == pytest.approx(roots, rel=1e-6, abs=1e-12)
    assert found.stretches == ()


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: np.where(x > 3, 2.0, 1.0) * x, 4.0),  # 3 on one side, 6 on the other
        (lambda x: 1 / np.where(x == 3, 1e-300, x - 3), 0.0),  # a pole
        (lambda x: np.where(np.abs(x - 3) < 1, np.nan, x - 3), 0.0),  # passed where there is no number
    ],
)
def test_a_jump_or_a_pole_is_no_root_and_is_told(function, wanted):
    found = find_roots(function, (0.0, 10.0), 1.0, wanted)

    assert found.values == () and found.stretches == ()
    assert [round(x) for x in found.jumps] == [3]


def test_nothing_is_found_where_there_is_nothing():
    assert find_roots(lambda x: (x - 3) ** 2 + 0.01, (0.0, 10.0), 1.0, 0.0).values == ()
    assert find_roots(lambda x: np.full_like(x, np.nan), (0.0, 10.0), 1.0, 0.0).values == ()


def test_a_stretch_of_the_wanted_number_is_told_as_one():
    found = find_roots(np.floor, (0.0, 10.0), 1.5, 4.0)
    assert found.values == () and found.stretches == (pytest.approx((4.0, 5.0), abs=0.03),)


QUADRATIC = {"Q": "unit: '1', range: {min: 0, max: 10}"}


def test_further_values_and_what_was_searched_are_told(tmp_path):
    run = small_run(tmp_path, "(Q - 3) ^ 2", QUADRATIC, {"Q": "{unit: '1', value: 4}"}, unit="'1'")

    found = solve(run, "Q", "R = 4")

    assert found.value == pytest.approx(5.0)
    assert solved_record(found)["further_values"] == [pytest.approx(1.0)]
    assert solved_record(found)["searched"]["from"] == 0.0 and solved_record(found)["searched"]["to"] == 10.0
    assert "so do 1" in solved_text(found) and "values from 0 to 10" in solved_text(found)


def test_a_wish_that_is_passed_over_says_so(tmp_path):
    run = small_run(tmp_path, "cases(Q > 3: 2 * Q, otherwise: Q)", QUADRATIC, {"Q": "{unit: '1', value: 1}"}, unit="'1'")

    with pytest.raises(InputError, match=r"I510 no value of Q was found from 0 to 10 that gives R = 4") as caught:
        solve(run, "Q", "R = 4")
    assert "values were looked at" in str(caught.value) and "at 3 it is passed over in a jump" in str(caught.value)
