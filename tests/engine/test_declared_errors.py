"""The declared standard error of an input in a formula: from the project, from a dataset, in any unit; where none is declared it is missing."""

import pytest

from engine.explain.needs import find_needs
from equations.errors import MethodologyError
from mrvgraph import simulate

SPEC = """
methodology: {id: T, version: "1", title: Declared errors, result: R}
index_sets:
  - {id: plot, letters: [r], members: [a, b]}
  - {id: year, kind: year, letters: [y]}
quantities:
  - {id: X, symbol: X, meaning: x, indices: [plot], unit: t, kind: monitored}
  - {id: X_se, symbol: s, meaning: standard error of x, indices: [plot], unit: t, kind: monitored, standard_error_of: X}
  - {id: R, symbol: R, meaning: r, indices: [plot], unit: t, kind: computed}
equations:
  - {id: r, defines: "R[r]", formula: 'X[r] - 2 * X_se[r]'}
datasets:
  - id: plots
    title: Plots
    use: on-request
    values: [{quantity: X, unit: t, cells: {a: 10, b: 20}, uncertainty: {a: {distribution: normal, se: 0.5}, b: {distribution: normal, relative_se: 2 %}}}]
"""
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2020-12-31}
"""
OWN = "values: {X: {unit: t, values: {a: 10, b: 20}, uncertainty: {a: {distribution: normal, se: 0.5}, b: {distribution: normal, relative_se: 3 %}}}}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (OWN, [9, 18.8]),  # 10 - 2 * 0.5, 20 - 2 * 0.6
        ("datasets: [plots]", [9, 19.2]),  # 20 - 2 * 0.4
        ("datasets: [plots]\nuncertainty: {inputs: {X: {distribution: lognormal, relative_se: 0.1}}}", [8, 16]),
        ("values: {X: {unit: kg, values: {a: 10000, b: 20000}, uncertainty: {distribution: normal, se: 250}}}", [9.5, 19.5]),
        ("values: {X: {unit: t, values: {a: 10, b: 20}, uncertainty: {distribution: normal, se: 250, unit: kg}}}", [9.5, 19.5]),
        (OWN.replace("values: {X: {", "values: {X_se: {unit: t, values: {a: 1, b: 1}}, X: {"), [8, 18]),  # what is given stands before
    ],
)
def test_declared_errors_by_hand_and_in_every_way(evaluated, every_way, values, expected):
    found = evaluated(SPEC, PROJECT + values)

    assert found.values.arrays["R"].tolist() == expected
    every_way(found)


@pytest.mark.parametrize(
    "values",
    [
        "values: {X: {unit: t, values: {a: 10, b: 20}}}",
        "values: {X: {unit: t, values: {a: 10, b: 20}, uncertainty: {a: {distribution: normal, se: 1}}}}",
        "values: {X: {unit: t, values: {a: 10, b: 20}, uncertainty: {distribution: uniform, min: 1, max: 30}}}",
    ],
)
def test_what_is_not_declared_is_missing_and_never_zero(evaluated, values):
    with pytest.raises(MethodologyError, match=r"I501 missing: X_se\[[\s\S]*declare the uncertainty of X with `se` or `relative_se`"):
        evaluated(SPEC, PROJECT + values)


@pytest.mark.parametrize(
    ("declared", "said"),
    [("se: -0.5", "I510 the standard error -0.5 of X is below zero"), ("relative_se: -3 %", "I510 the standard error -3 % of X is below zero"),
     ("se: 3 %", "I510 se of X is no share: it is in t"), ("se: 0.5, relative_se: 1 %", "I517 `relative_se` cannot stand beside `se`")],
)  # fmt: skip
def test_what_a_simulation_refuses_a_run_does_not_take(evaluated, declared, said):
    values = f"values: {{X: {{unit: t, values: {{a: 10, b: 20}}, uncertainty: {{distribution: normal, {declared}}}}}}}"
    with pytest.raises(MethodologyError, match=said):
        evaluated(SPEC, PROJECT + values)


@pytest.mark.parametrize(("unit", "se", "expected"), [('"%"', "3", [-0.05, 0.14]), ('"1"', "3 %", [-0.05, 0.14]), ('"%"', "3 %", None)])
def test_a_percentage_is_not_taken_of_a_percentage(evaluated, unit, se, expected):
    """0.01 - 2 * 0.03 and 0.2 - 2 * 0.03; 3 % in the unit % would be 0.0003."""
    spec = SPEC[: SPEC.index("datasets:")].replace("unit: t", 'unit: "1"')
    numbers = "{a: 1, b: 20}" if "%" in unit else "{a: 0.01, b: 0.2}"
    project = PROJECT + f"values: {{X: {{unit: {unit}, values: {numbers}, uncertainty: {{distribution: normal, se: {se}}}}}}}"
    if expected is not None:
        assert evaluated(spec, project).values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-14)
        return
    with pytest.raises(MethodologyError, match="I510 se of X is 3 % in a unit that is no plain number"):
        evaluated(spec, project)
    with pytest.raises(MethodologyError, match="I510 se of X is 3 % in a unit that is no plain number"):
        simulate(evaluated(spec.replace(" - 2 * X_se[r]", ""), project), draws=20)


def test_an_error_in_one_of_several_units_says_in_which(evaluated):
    values = "values: {X: {unit: {a: t, b: kg}, values: {a: 10, b: 20}, uncertainty: {distribution: normal, se: 1}}}"
    with pytest.raises(MethodologyError, match="I503 it is not said in which unit the uncertainty of X is given"):
        evaluated(SPEC, PROJECT + values)


def test_a_simulation_draws_the_value_and_keeps_the_declared_error(evaluated):
    found = simulate(evaluated(SPEC, PROJECT + OWN), draws=400, seed=1)

    assert {variable.quantity for variable in found.uncertainty.variables} == {"X"}
    assert found.draws["R"].std(axis=0) == pytest.approx([0.5, 0.6], rel=0.1)
    assert found.draws["R"].mean(axis=0) == pytest.approx([9, 18.8], abs=0.1)


def test_needs_say_where_it_comes_from(evaluated):
    needs = {need.quantity.id: need for need in find_needs(evaluated(SPEC, PROJECT + OWN).methodology, {})}

    assert needs["X_se"].instead == ("the uncertainty of X, with `se` or `relative_se`",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("standard_error_of: X}", "standard_error_of: Q}", "S107 there is no quantity 'Q'"),
        ("indices: [plot], unit: t, kind: monitored, standard", "unit: t, kind: monitored, standard", "S105 X_se cannot be the standard error of X"),
    ],
)
def test_it_has_the_shape_of_its_quantity(evaluated, old, new, said):
    with pytest.raises(MethodologyError, match=said):
        evaluated(SPEC.replace(old, new), PROJECT + OWN)
