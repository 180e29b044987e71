"""What the credits hang on: derivatives, swings, shares of variance, propagation of error, and the way back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from draw_helpers import drawn, source, variable

import mrvgraph
from engine.cli import main
from engine.simulate.distributions import from_fields
from engine.simulate.draw_counts import impossible_shares
from engine.simulate.sensitivity import analyse
from engine.simulate.sensitivity_picture import tornado
from engine.simulate.sobol import Share, Sobol
from engine.simulate.solving import solve
from engine.simulate.uncertainty_file import read_uncertainty
from engine.simulate.unknowns import Variable
from equations.errors import InputError
from equations.units.registry import parse_unit

SVG = "{http://www.w3.org/2000/svg}"
TWO = "uncertainty: {inputs: {DF: {distribution: normal, se: 0.02}, C: {distribution: normal, relative_se: 5 %}}}"


@pytest.fixture
def analysed(kh, project_file):
    def make(text, draws=0):
        run = mrvgraph.run(kh, project_file(text))
        return analyse(run, "ER_credit_p", read_uncertainty(run, parse_unit), draws=draws, seed=1)

    return make


def test_a_linear_input_has_the_derivative_elasticity_and_swing_that_follow(analysed):
    found = analysed(TWO)
    total = float(found.run.values.arrays["ER"].sum())

    effect = next(e for e in found.effects if e.name == "DF")

    assert effect.derivative == pytest.approx(-total, rel=1e-12)
    assert effect.elasticity == pytest.approx(-0.2 / 0.8, rel=1e-12)
    assert (effect.step, effect.declared) == (pytest.approx(0.02), True)
    assert effect.low == pytest.approx(total * 0.82, rel=1e-12) and effect.high == pytest.approx(total * 0.78, rel=1e-12)
    assert [e.swing for e in found.effects] == sorted((e.swing for e in found.effects), reverse=True)


def test_shares_of_variance_of_two_independent_inputs_add_up(analysed):
    found = analysed(TWO, draws=4096)

    shares = {s.quantity: s for s in found.sobol}

    assert set(shares) == {"DF", "C"}
    assert sum(s.first.estimate for s in found.sobol) == pytest.approx(1.0, abs=4 * sum(s.first.error for s in found.sobol))
    assert all(s.total.estimate == pytest.approx(s.first.estimate, abs=4 * (s.first.error + s.total.error)) for s in found.sobol)


def test_quantities_that_are_correlated_are_moved_together(analysed):
    text = "uncertainty: {inputs: {C: {distribution: normal, se: 1}, DF: {distribution: normal, se: 0.02}}, " \
           "correlations: [{between: [C, DF], coefficient: 0.1}]}"  # fmt: skip

    assert [s.quantity for s in analysed(text, draws=256).sobol] == ["C + DF"]


def test_both_approaches_agree_where_the_result_is_nearly_linear(simulated):
    found = simulated(TWO, draws=40_000)

    propagated = found.propagated["ER_credit_p"]

    assert propagated.value == pytest.approx(found.run.total, rel=1e-12)
    assert propagated.se == pytest.approx(found.result.se, rel=0.02)
    assert sum(propagated.shares.values()) == pytest.approx(1.0)


def test_correlation_enters_the_propagation_of_error(simulated):
    text = "uncertainty: {inputs: {C: {distribution: normal, relative_se: 5 %}}, correlations: [{between: [C], coefficient: 1}]}"

    found = simulated(text, draws=20_000)

    assert found.propagated["ER_credit_p"].se == pytest.approx(found.result.se, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("lognormal", {"se": 0.5}),
        ("uniform", {"min": 0.2, "max": 3.0}),
        ("triangular", {"min": 0.0, "max": 4.0}),
        ("beta", {"se": 0.3, "max": 2.0}),
        ("truncated_normal", {"se": 1.0, "min": 0.0, "max": 2.5}),
    ],
)
def test_variances_are_those_of_the_draws(kind, fields):
    one = variable(kind, 1.0, fields)

    assert float(one.covariances[0, 0]) == pytest.approx(drawn(source([one]))[0].var(), rel=0.02)
    assert from_fields(kind, 1.0, fields, 0.95).kind == kind


@pytest.mark.parametrize("kind", ["dirichlet", "multinomial"])
def test_covariances_of_rows_are_those_of_the_draws(kind):
    values = np.array([20.0, 30.0, 50.0]) / (100 if kind == "dirichlet" else 1)
    row = Variable("Q", kind, np.arange(3), ("a", "b", "c"), {"value": values, "size": np.full(3, 40.0)})

    expected = np.cov(drawn(source([row])))

    assert np.allclose(row.covariances, expected, rtol=0.05, atol=0.01 * expected.max())


def test_solving_finds_the_value_that_gives_the_wish(kh, project_file):
    run = mrvgraph.run(kh, project_file(TWO))
    total = float(run.values.arrays["ER"].sum())

    found = solve(run, "DF", f"ER_credit_p = {total * 0.6}")
    area = solve(run, "A_0[E]", "ER[2019] = 300000")

    assert found.value == pytest.approx(0.4, rel=1e-9)
    assert found.reached == pytest.approx(found.wanted, rel=1e-9)
    assert area.reached == pytest.approx(300_000, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "wish", "code"),
    [
        ("XX", "ER_credit_p = 1", "I502"),
        ("A_0", "ER_credit_p = 1", "I502"),
        ("A_0[oak]", "ER_credit_p = 1", "I502"),
        ("DF", "ER_credit_p > 1", "I508"),
        ("DF", "ER_credit_p = nan", "I508"),
        ("DF", "nothing = 1", "I502"),
        ("DF", "ER_credit_p = 1e12", "I510"),
        ("DF", "ER = 1000", "I510"),
    ],
)
def test_a_wish_that_cannot_be_met_is_explained(name, wish, code, kh, project_file):
    run = mrvgraph.run(kh, project_file(TWO))

    with pytest.raises(InputError) as caught:
        solve(run, name, wish)

    assert caught.value.code == code


def test_the_commands(project_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    path = str(project_file(TWO))

    assert main(["sensitivity", "KH_AM004@1.1", path, "--draws", "256", "--plot", str(tmp_path / "t.svg")]) == 0
    assert "Shares of the variance" in capsys.readouterr().out
    assert (tmp_path / "t.svg").read_text().startswith("<svg")
    assert main(["sensitivity", "KH_AM004@1.1", path, "--draws", "0", "--target", "RL", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["target"] == "RL" and record["sobol"] == [] and "DF" not in {line["name"] for line in record["inputs"]}
    assert main(["solve", "KH_AM004@1.1", path, "--for", "DF", "--so-that", "ER_credit_p = 500000", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reached"] == pytest.approx(500_000)
    assert main(["solve", "KH_AM004@1.1", path, "--for", "DF", "--so-that", "much"]) == 2


def test_the_tornado_plot_is_the_same_for_the_same_analysis(analysed):
    assert tornado(analysed(TWO)) == tornado(analysed(TWO))


def test_the_tornado_tells_declared_errors_from_a_tenth_and_has_an_axis(analysed):
    found = analysed(TWO)
    root = ET.fromstring(tornado(found))
    rows = root.findall(f"{SVG}g")

    assert len(rows) == 15 < len(found.effects)
    assert {e.declared for e in found.effects[:15]} == {True, False}
    for effect, row in zip(found.effects, rows, strict=False):
        said = row.find(f"{SVG}title").text
        hatched = [path for path in row.findall(f"{SVG}path") if path.get("stroke") == "#ffffff"]
        assert ("its declared standard error" in said) is effect.declared is (not hatched), effect.name
        assert ("10% of its value" in said) is not effect.declared
    texts = [text.text for text in root.findall(f"{SVG}text")]
    assert "hatched: moved by 10% of its value, no error is declared" in texts
    assert "thousand tCO2e" in texts


def test_shares_that_no_variance_has_are_said():
    def one(first, total):
        return Sobol("X", Share(*first), Share(*total))

    assert impossible_shares([one((0.5, 0.02), (0.6, 0.02)), one((-0.01, 0.02), (0.0, 0.0)), one((0.61, 0.02), (0.6, 0.02))], 64) == []
    above, below, more = (impossible_shares([x], 64) for x in (
        one((0.5, 0.1), (1.2, 0.3)), one((-0.3, 0.1), (0.1, 0.1)), one((0.9, 0.1), (0.2, 0.1))))  # fmt: skip
    assert above == ["X is estimated as in all 1.200, which is above the whole variance: 64 draws are too few, take more (--draws)"]
    assert "by itself -0.300, which is below nothing" in below[0]
    assert "by itself 0.900, which is above its share in all" in more[0]
