"""What cannot be drawn is an error before any draw, with its place and what to do; by the command line, as a user meets it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from draw_helpers import variable

from engine.cli import main
from engine.simulate.correlations import Correlation
from engine.simulate.simulation import used_by
from engine.simulate.uncertainty_file import Uncertainty

ONE = "uncertainty: {outside: %s, inputs: {DF: {distribution: %s}}}"
MANY = """
uncertainty:
  inputs:
    DF: {distribution: uniform, min: 0.1, max: 0.3}
    P_d: {distribution: normal, relative_se: 5 %%}
    C: {distribution: normal, relative_se: 8 %%}
    Frac_leach: {distribution: beta, se: 0.1}
  correlations: [%s]
"""


@pytest.fixture
def simulated(project_file, capsys):
    """Return ``simulate(text, ...)``: the exit code, and what is said."""

    def make(text: str, *more: str) -> tuple[int, str]:
        path = project_file(text)
        code = main(["simulate", "KH_AM004@1.1", str(path), *(() if "--draws" in more else ("--draws", "3000")), *more])
        shown = capsys.readouterr()
        return code, shown.err if code else shown.out

    return make


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("uniform, min: 0.4, max: 0.3", "DF cannot be uniform"),
        ("normal, se: -0.1", "DF cannot be normal"),
        ("lognormal, low: 0, high: 1", "DF cannot be lognormal"),
        ("beta, se: 0.9", "DF cannot be beta"),
        ("truncated_normal, se: 0.001, min: 0.9", "DF cannot be truncated normal"),
        ("triangular, min: 0.5, max: 0.9", "DF cannot be triangular"),
        ("uniform, min: 2, max: 3", "DF = 0.2 is no number that its uniform distribution gives"),
        ("normal, mean: 7, se: 0", "DF = 0.2 is no number that its normal distribution gives"),
        ("beta, se: 0.3, min: 0, max: 2", "draws of DF can leave the range 0 to 1"),
        ("normal, mean: 50, se: 0.2", "DF = 0.2 is no number that its normal distribution gives"),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "sensitivity"])
def test_impossible_distributions(declared, said, command, project_file, capsys):
    path = project_file(ONE % ("reject", declared))

    assert main([command, "KH_AM004@1.1", str(path), "--draws", "3000"]) == 2

    message = capsys.readouterr().err
    assert re.match("I51[08] ", message) and message[5:].startswith(said)
    assert re.search(r"project\.yaml:\d+:\d+\)", message) and "\n    do:  " in message


@pytest.mark.parametrize(
    ("correlation", "said"),
    [
        ("{between: [C], coefficient: -0.5}", "not positive semi-definite: its least eigenvalue is -"),
        ("{between: [DF, P_d, C], matrix: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]}", "not positive semi-definite"),
        ("{between: [DF, P_d], matrix: [[1, 0.9], [0.8, 1]]}", "square and symmetric"),
        ("{between: [DF, P_d], matrix: [[1, 0.9], [0.9]]}", "square and symmetric"),
        ("{between: [DF, P_d], matrix: [[2, 0.9], [0.9, 1]]}", "the diagonal of a correlation matrix is 1"),
        ("{between: [DF, P_d], coefficient: 1.5}", "lies between -1 and 1"),
        ("{between: [DF, DF], coefficient: 0.5}", "names a number twice"),
        ("{between: [DF, Frac_leach], coefficient: 0.5}", "Frac_leach cannot be correlated"),
        ("{between: [DF, XX], coefficient: 0.5}", "XX cannot be correlated"),
    ],
)
def test_impossible_correlations(correlation, said, simulated):
    code, message = simulated(MANY % correlation)

    assert code == 2 and message.startswith("I510 ") and said in message
    assert re.search(r"project\.yaml:\d+:\d+\)", message) and "\n    do:  " in message


def test_of_a_correlation_the_part_between_the_inputs_that_are_used_stays():
    variables = tuple(variable("normal", 1.0, {"se": 0.1}, (name,), name) for name in ("A", "B", "C"))
    matrix = np.array([[1.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 1.0]])
    declared = Uncertainty(variables, (Correlation(("A", "B", "C"), matrix),))

    two, one = (used_by(dict.fromkeys(names, np.ones(1)), declared) for names in (("A", "C"), ("B",)))

    assert [v.quantity for v in two.variables] == ["A", "C"]
    assert [(c.names, c.matrix.tolist()) for c in two.correlations] == [(("A", "C"), [[1.0, 0.3], [0.3, 1.0]])]
    assert one.correlations == ()


def test_policies_for_draws_outside_the_range(simulated):
    wide = "normal, se: 0.2"
    again, moved, refused = (simulated(ONE % (policy, wide)) for policy in ("reject", "truncate", "fail"))

    assert again[0] == moved[0] == 0
    assert "of the draws of DF fell outside its range and were drawn again" in again[1]
    assert "of the draws of DF fell outside its range and were moved to the limit" in moved[1]
    assert refused[0] == 2
    assert re.match(
        r"I504 DF = -0\.\d+ in draw 16 is outside what it can be \(.*project\.yaml:\d+:\d+\)\n(.*\n)*    why: its range is 0 to 1\n    do:  ",
        refused[1],
    )


@pytest.mark.parametrize(
    "more",
    [("--draws", "0"), ("--draws", "-5"), ("--draws", "1"), ("--seed", "-1"), ("--seed", str(2**64)), ("--workers", "0"),
     ("--level", "0"), ("--level", "120"), ("--stop", "nan"), ("--scheduler", "x"), ("--scheduler", "local:0")],
)  # fmt: skip
def test_impossible_numbers(more, simulated):
    code, message = simulated(ONE % ("reject", "uniform, min: 0.1, max: 0.3"), *more)

    assert code == 2 and message.startswith("I511 ") and "\n    do:  " in message
