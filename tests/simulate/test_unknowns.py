"""One written number is one unknown, wherever it stands; what is said of two quantities says nothing of the cells of one."""

from __future__ import annotations

import numpy as np
import pytest
from small_projects import small_run

from engine.simulate.sensitivity import analyse
from engine.simulate.simulation import simulate
from engine.simulate.solving import solve, solved_record
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

YEARLY = {"H": "indices: [year], unit: t"}
ONCE = {"H": "{unit: t, otherwise: 10, uncertainty: %s}"}


def yearly(folder, uncertainty, more=""):
    return small_run(folder, "Sum(y, H[y])", YEARLY, {"H": ONCE["H"] % uncertainty}, more)


@pytest.mark.parametrize(
    "uncertainty",
    [
        "{distribution: normal, se: 1}",
        "{2019: {distribution: normal, se: 1}, 2020: {distribution: normal, se: 1}}",
        "{2019: {distribution: beta, se: 1, min: 0, max: 20}, 2020: {distribution: beta, se: 1, min: 0, max: 20}}",
    ],
)
def test_a_number_written_once_is_drawn_once_also_where_its_distribution_is_written_year_by_year(uncertainty, tmp_path):
    found = simulate(yearly(tmp_path, uncertainty), parse_unit, draws=20_000, seed=1)

    assert found.propagated["R"].se == pytest.approx(2.0, rel=1e-9)
    assert found.result.se == pytest.approx(2.0, rel=0.03)


def test_one_number_with_another_spread_in_each_year_moves_as_one(tmp_path):
    text = "{2019: {distribution: normal, se: 1}, 2020: {distribution: normal, se: 2}}"
    assert simulate(yearly(tmp_path, text), parse_unit, draws=100, seed=1).propagated["R"].se == pytest.approx(3.0, rel=1e-9)


@pytest.mark.parametrize(
    ("uncertainty", "said"),
    [
        ("{2019: {distribution: normal, se: 1}}", "H[2019] and H[2020] are one number, and only the first is declared as uncertain"),
        ("{2019: {distribution: beta, se: 1, max: 20}, 2020: {distribution: normal, se: 1}}", "are one number, with two distributions"),
    ],
)
def test_one_number_cannot_be_two(uncertainty, said, tmp_path):
    with pytest.raises(MethodologyError) as caught:
        read_uncertainty(yearly(tmp_path, uncertainty), parse_unit)
    assert caught.value.code == "I510" and said in str(caught.value)


def test_the_project_may_say_otherwise(tmp_path):
    more = "uncertainty: {correlations: [{between: [H], coefficient: 0}]}\n"
    run = yearly(tmp_path, "{distribution: normal, se: 1}", more)
    assert simulate(run, parse_unit, draws=100, seed=1).propagated["R"].se == pytest.approx(2**0.5, rel=1e-9)


TWO = {"Q": "indices: [class], unit: t", "B": "unit: t"}
VALUES = {"Q": "{unit: t, values: {a: 10, b: 10, c: 10}, uncertainty: {distribution: normal, se: 1}}",
          "B": "{unit: t, value: 10, uncertainty: {distribution: normal, se: 1}}"}  # fmt: skip


def spread(folder, correlations, formula="Sum(i, Q[i]) + B"):
    run = small_run(folder, formula, TWO, VALUES, f"uncertainty: {{correlations: [{correlations}]}}\n")
    return simulate(run, parse_unit, draws=100, seed=1).propagated["R"].se ** 2


@pytest.mark.parametrize(
    ("correlations", "variance"),
    [
        ("{between: [Q, B], coefficient: 0.5}", 4 + 2 * 3 * 0.5),  # nothing between the cells of Q
        ("{between: [Q, B], matrix: [[1, 0.5], [0.5, 1]]}", 4 + 2 * 3 * 0.5),
        ("{between: [Q, B], matrix: [[0.3, 0.5], [0.5, 1]]}", 4 + 2 * 3 * 0.5 + 2 * 3 * 0.3),
        ("{between: [Q, B], coefficient: 0.5}, {between: [Q], coefficient: 0.3}", 4 + 2 * 3 * 0.5 + 2 * 3 * 0.3),
        ("{between: [Q], coefficient: 1}", 9 + 1),
        ("'{between: [\"Q[a]\", B], coefficient: 0.5}'".strip("'"), 4 + 2 * 0.5),
    ],
)
def test_what_is_said_of_two_quantities_says_nothing_of_the_cells_of_one(correlations, variance, tmp_path):
    assert spread(tmp_path, correlations) == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize(
    ("correlations", "said"),
    [
        ("{between: [Q, B], coefficient: 0.9}", "say how the cells of each name go together"),
        ("{between: [Q, B], coefficient: 0.5}, {between: [B, Q], coefficient: 0.4}", "two coefficients are given for"),
        ("{between: [Q, B], coefficient: 0.5, matrix: [[1, 0.5], [0.5, 1]]}", "a coefficient and a matrix"),
    ],
)
def test_correlations_that_cannot_be_are_refused(correlations, said, tmp_path):
    with pytest.raises(MethodologyError, match="I510") as caught:
        spread(tmp_path, correlations)
    assert said in str(caught.value)


def test_solving_moves_a_shared_number_as_one(tmp_path):
    run = yearly(tmp_path, "{distribution: normal, se: 1}")
    by_cell, by_name = solve(run, "H[2020]", "R = 50"), solve(run, "H", "R = 50")

    assert by_cell.value == by_name.value == pytest.approx(25.0, rel=1e-12)
    assert by_cell.input == "H[2019] and 1 more with this number"
    assert solved_record(by_cell)["reached"] == pytest.approx(50.0)


def test_a_number_of_0_with_a_declared_error_is_moved_and_has_its_share(tmp_path):
    values = {"Q": "{unit: t, values: {a: 0, b: 10, c: 0}, uncertainty: {a: {distribution: normal, se: 2}, "
                   "b: {distribution: normal, se: 1}}}", "B": "{unit: t, value: 10}"}  # fmt: skip
    run = small_run(tmp_path, "Sum(i, Q[i]) + B", TWO, values)
    found = analyse(run, "R", read_uncertainty(run, parse_unit), draws=64, seed=1)

    moved = {effect.name: effect for effect in found.effects}
    assert (moved["Q[a]"].low, moved["Q[a]"].high, moved["Q[a]"].declared) == (pytest.approx(18), pytest.approx(22), True)
    assert "Q[c]" not in moved
    assert np.isclose(moved["Q[a]"].elasticity, 0.0)
