"""A field that a distribution does not take is refused; a distribution that does not fit its value is refused, or says so."""

from __future__ import annotations

import json

import pytest
from small_projects import small_run

from engine.cli import main
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import MethodologyError
from equations.units.registry import parse_unit


def declared(folder, distribution, value="5"):
    given = f"{{unit: t, value: {value}, uncertainty: {{distribution: {distribution}}}}}"
    return read_uncertainty(small_run(folder, "Q", {"Q": "unit: t"}, {"Q": given}), parse_unit)


@pytest.mark.parametrize(
    ("distribution", "said"),
    [
        ("normal, se: 1, min: 0", "I517 a normal distribution takes no `min`"),
        ("lognormal, se: 1, max: 9", "I517 a lognormal distribution takes no `max`"),
        ("normal, se: 1, alpha: 2", "I517 a normal distribution takes no `alpha`"),
        ("triangular, min: 0, max: 9, mean: 4", "I517 a triangular distribution takes no `mean`"),
        ("uniform, min: 0, max: 9, mean: 4", "I517 a uniform distribution takes no `mean`"),
        ("uniform, min: 0, max: 10, size: 9", "I517 a uniform distribution takes no `size`"),
        ("normal, se: 1, low: 4, high: 6", "I517 `se` cannot stand beside `low` and `high`"),
        ("normal, se: 1, low: 4", "I517 `low` cannot stand beside `se`"),
        ("normal, se: 1, relative_se: 8 %", "I517 `relative_se` cannot stand beside `se`"),
        ("normal, se: 1, level: 90", "I517 `level` cannot stand beside `se`"),
        ("lognormal, mean: 5, low: 4, high: 6", "I517 `mean` cannot stand beside `low` and `high`"),
        ("beta, alpha: 2, beta: 2, se: 1, max: 10", "I517 `se` cannot stand beside `alpha` and `beta`"),
        ("normal, low: 4", "I510 the distribution of Q lacks se, or relative_se, or low and high"),
        ("truncated_normal, se: 1", "I510 the distribution of Q lacks se and min, or se and max"),
        ("normal, low: 0.9, high: 1.1", "I518 Q = 5 is no number that its normal distribution gives"),
        ("uniform, min: 6, max: 7", "I518 Q = 5 is no number that its uniform distribution gives"),
        ("beta, alpha: 2, beta: 2", "I518 Q = 5 is no number that its beta distribution gives"),
        ("lognormal, low: 500, high: 700", "I518 Q = 5 is no number that its lognormal distribution gives"),
        ("truncated_normal, se: 1, min: 5.5, mean: 6", "I518 Q = 5 is no number that its truncated normal distribution gives"),
        ("normal, mean: 50, se: 1", "I518 Q = 5 is no number that its normal distribution gives"),
    ],
)
def test_what_cannot_be_honoured_is_an_error(distribution, said, tmp_path):
    with pytest.raises(MethodologyError) as caught:
        declared(tmp_path, distribution)
    assert str(caught.value).startswith(said) and "do:  " in str(caught.value)


@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_lognormal_range_cannot_hold_a_value_that_is_not_above_zero(value, tmp_path):
    with pytest.raises(MethodologyError, match=f"I518 Q = {value} "):
        declared(tmp_path, "lognormal, low: 1, high: 2", value)


@pytest.mark.parametrize(
    ("distribution", "mean"),
    [
        ("triangular, min: 0, max: 20", 25 / 3),
        ("uniform, min: 4, max: 10", 7),
        ("normal, low: 4, high: 7", 5.5),
        ("lognormal, low: 2, high: 10", 4.864),
        ("truncated_normal, se: 3, min: 4", 6.79),
        ("beta, alpha: 2, beta: 2, max: 20", 10),
        ("normal, mean: 6, se: 2", 6),
    ],
)
def test_a_mean_that_is_not_the_value_is_told(distribution, mean, tmp_path):
    (warning,) = declared(tmp_path, distribution).findings

    assert (warning.code, warning.severity, warning.subject) == ("A730", "warning", "Q")
    assert "value 5, mean of its draws " in warning.what
    assert float(warning.what.split("draws ")[1].split(" ")[0]) == pytest.approx(mean, rel=0.01)


@pytest.mark.parametrize(
    "distribution",
    ["normal, se: 1", "lognormal, se: 2", "uniform, min: 4, max: 6", "triangular, min: 4, max: 6", "beta, se: 1, max: 20",
     "truncated_normal, se: 1, min: 3, max: 7", "normal, low: 4, high: 6"],
)  # fmt: skip
def test_a_distribution_around_its_value_says_nothing(distribution, tmp_path):
    assert declared(tmp_path, distribution).findings == ()


def test_a_share_of_nothing_is_nothing_and_is_told(tmp_path):
    found = declared(tmp_path, "normal, relative_se: 8 %", "0")
    assert found.variables == () and [f.code for f in found.findings] == ["A731"]


@pytest.mark.parametrize("command", ["simulate", "sensitivity"])
def test_the_commands_show_the_warning_in_text_and_json(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")
    declared(tmp_path, "triangular, min: 0, max: 20")
    arguments = [command, str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "--draws", "128"]

    assert main(arguments) == 0
    assert "warning A730 Q: value 5, mean of its draws 8.33333 t" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    assert [warning["code"] for warning in json.loads(capsys.readouterr().out)["warnings"]] == ["A730"]


ROOT = {"A": "unit: '1'", "B": "unit: '1'"}


@pytest.mark.parametrize(
    ("formula", "said"),
    [("sqrt(A) * B", "A732 R: Approach 1 has no number"), ("floor(10 * B)", "A732 R: Approach 1 sees nothing vary")],
)
def test_an_approach_1_without_a_number_is_a_message(formula, said, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")
    values = {"A": "{unit: '1', value: 0, uncertainty: {distribution: uniform, min: 0, max: 1}}",
              "B": "{unit: '1', value: 2, uncertainty: {distribution: normal, se: 0.3}}"}  # fmt: skip
    more = {"A": ROOT["A"], "B": ROOT["B"]}
    used = {name: text for name, text in values.items() if name in formula}
    small_run(tmp_path, formula, {name: more[name] for name in used}, used, unit="'1'")
    arguments = ["simulate", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "--draws", "500"]

    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert said in text and "nan" not in text and "-100" not in text
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert "A732" in [warning["code"] for warning in record["warnings"]]
    if "sqrt" in formula:
        assert record["approach_1"][0]["standard_error"] is None
        assert main(["sensitivity", *arguments[1:], "--json"]) == 0
        assert "A732" in [warning["code"] for warning in json.loads(capsys.readouterr().out)["warnings"]]


def test_what_cannot_vary_has_no_difference_of_approaches(tmp_path, capsys, monkeypatch):
    """Shares that are drawn add up to one again: what is left of their sum's spread is the rounding of floats."""
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")
    given = {"M": "{unit: '1', values: {a: 0.3, b: 0.3, c: 0.4}, uncertainty: {distribution: dirichlet, size: 30}}"}
    small_run(tmp_path, "Sum(i, M[i])", {"M": "indices: [class], unit: '1'"}, given, unit="'1'")

    assert main(["simulate", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "--draws", "500"]) == 0
    shown = capsys.readouterr().out
    assert "100.0 %" not in shown and "warning" not in shown
