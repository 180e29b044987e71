"""From declared inputs to the distribution of the credits."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

import mrvgraph
from engine.batch.evaluation import Way
from engine.batch.lanes import is_at_hand
from engine.cli import main
from engine.output.terminal import number
from engine.simulate.deductions import DeductionRule, deduct, deduction_rule
from engine.simulate.draw_counts import few_draws
from engine.simulate.simulation import simulate
from engine.simulate.simulation_picture import convergence, histogram
from engine.simulate.simulation_report import simulation_record
from engine.simulate.statistics import summarise
from equations.errors import MethodologyError, SpecError
from equations.units.registry import parse_unit

ONE = "uncertainty: {inputs: {DF: {distribution: uniform, min: 0.1, max: 0.3}}}"
MANY = """
uncertainty:
  inputs:
    C: {distribution: normal, relative_se: 8 %}
    EF_direct: {upland: {distribution: lognormal, low: 0.003, high: 0.03}, paddy: {distribution: triangular, min: 0, max: 0.006}}
    NCV: {diesel: {distribution: uniform, min: 41.4, max: 43.3, unit: TJ/Gg}}
    P_d: {distribution: truncated_normal, relative_se: 20 %, min: 0}
    Frac_leach: {distribution: beta, se: 0.1}
  correlations: [{between: [C], coefficient: 0.5}]
"""


def test_a_result_that_is_linear_in_one_input_has_the_spread_that_follows(simulated):
    found = simulated(ONE, draws=40_000, targets=("ER",))

    total = float(found.run.values.arrays["ER"].sum())
    assert found.result.mean == pytest.approx(total * 0.8, rel=0.002)
    assert found.result.se == pytest.approx(total * 0.2 / 12**0.5, rel=0.02)
    assert found.result.interval(0.9).low == pytest.approx(total * 0.71, rel=0.003)
    assert found.result.interval(0.9).high == pytest.approx(total * 0.89, rel=0.003)
    assert found.summaries["ER"].se == 0.0
    assert found.result.single == pytest.approx(found.run.total, rel=1e-12)


def test_each_draw_is_what_a_run_with_its_numbers_gives(simulated, kh, tmp_path):
    found = simulated(ONE, draws=20)
    share = 1 - found.draws["ER_credit_p"][7, 0] / found.run.values.arrays["ER"].sum()
    assert 0.1 < share < 0.3
    text = (tmp_path / "project.yaml").read_text(encoding="utf-8").split("\nuncertainty:")[0]
    (tmp_path / "again.yaml").write_text(text + f"\n  DF: {{value: {float(share)!r}}}\n", encoding="utf-8")

    again = mrvgraph.run(kh, tmp_path / "again.yaml")

    assert again.total == pytest.approx(found.draws["ER_credit_p"][7].sum(), rel=1e-12)


@pytest.mark.parametrize("option", [1, 2])
def test_workers_blocks_and_backends_give_the_same_draws(option, simulated):
    text = MANY if option == 1 else MANY.replace("P_d: {distribution: truncated_normal, relative_se: 20 %, min: 0}",
                                                 "p_d: {distribution: dirichlet, size: 500}")  # fmt: skip
    first = simulated(text, option, draws=9000, way=Way(workers=1, backend="numpy"))

    ways = [Way(workers=3), Way(workers=2, width=700)] + ([Way(backend="numba")] if is_at_hand() else [])
    for way in ways:
        again = simulated(text, option, draws=9000, way=way)
        assert again.draws["ER_credit_p"].tobytes() == first.draws["ER_credit_p"].tobytes()
        assert again.summaries == first.summaries
    more = simulated(text, option, draws=9100)
    assert np.array_equal(more.draws["ER_credit_p"][:9000], first.draws["ER_credit_p"])


def test_it_stops_when_the_interval_is_sure_enough(simulated):
    found = simulated(ONE, draws=200_000, stop=0.02)
    whole = simulated(ONE, draws=found.count)

    assert found.stopped_early and found.count < 200_000
    assert found.result.relative_error <= 0.02
    assert np.array_equal(found.draws["ER_credit_p"], whole.draws["ER_credit_p"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uncertainty: {inputs: {RL: {distribution: normal, se: 1}}}", "I510 RL is no input"),
        ("uncertainty: {inputs: {XX: {distribution: normal, se: 1}}}", "I502 the methodology has no quantity 'XX'"),
        ("uncertainty: {inputs: {DF: {distribution: gauss, se: 1}}}", "I510 'gauss' is not known here"),
        ("uncertainty: {inputs: {DF: {distribution: normal}}}", "I510 the distribution of DF lacks se, or relative_se, or low and high"),
        ("uncertainty: {inputs: {DF: {distribution: normal, sd: 1}}}", "I502 a distribution has no field 'sd'"),
        ("uncertainty: {inputs: {DF: {distribution: normal, se: x}}}", "I505 se is not a number: 'x'"),
        ("uncertainty: {inputs: {NCV: {distribution: normal, se: 1, unit: ha}}}", "I503 the uncertainty of NCV is given in ha"),
        ("uncertainty: {inputs: {NCV: {petrol: {distribution: normal, se: 1}}}}", "I502 NCV: 'petrol' is no member of fuel"),
        ("uncertainty: {inputs: {DF: {distribution: beta, se: 0.4}}}", "I510 DF cannot be beta"),
        ("uncertainty: {outside: ignore}", "I510 'ignore' is not known here"),
        ("uncertainty: {level: 120, inputs: {DF: {distribution: normal, se: 0.1}}}", "I510 a level must lie between"),
        ("uncertainty: {what: 1}", "I502 uncertainty has no field 'what'"),
        (ONE.replace("}}}", "}}, correlations: [{between: [DF, NCV], coefficient: 1}]}"), "I510 NCV cannot be correlated"),
        ("uncertainty: {inputs: {C: {distribution: normal, se: 1}}, correlations: [{between: [C], coefficient: -0.5}]}",
         "not positive semi-definite"),
        ("uncertainty: {inputs: {C: {distribution: normal, se: 1}}, correlations: [{between: [C], coefficient: 2}]}", "between -1 and 1"),
        ("uncertainty: {inputs: {C: {distribution: multinomial}}}", "I519 C is no count"),
        ("uncertainty: {}", "I510 the project declares no uncertainty"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error_before_any_draw(text, message, simulated):
    with pytest.raises(MethodologyError) as caught:
        simulated(text)

    assert message in str(caught.value)


@pytest.mark.parametrize("numbers", [{"draws": 0}, {"draws": 10**10}, {"seed": -1}, {"levels": (1.5,)}, {"stop": 2.0}])
def test_impossible_numbers_are_refused(numbers, simulated):
    with pytest.raises(MethodologyError, match="I511"):
        simulated(ONE, **numbers)


def test_draws_outside_the_range_can_be_made_an_error(simulated):
    text = "uncertainty: {outside: fail, inputs: {DF: {distribution: normal, se: 0.2}}}"

    with pytest.raises(MethodologyError, match=r"I504 DF = .* in draw \d+ is outside what it can be") as caught:
        simulated(text)
    assert "project.yaml:" in str(caught.value)  # where the distribution is declared


def test_statistics_of_known_numbers():
    draws = np.arange(1, 100_001, dtype=float)

    found = summarise("X", "t", draws, 0.0, (0.9,))

    assert (found.mean, found.median) == (50_000.5, 50_000.5)
    assert found.se == pytest.approx(100_000 / 12**0.5, rel=1e-4)
    assert found.intervals[0].low == pytest.approx(5_001, abs=1)
    assert found.skew == pytest.approx(0.0, abs=1e-12)
    assert found.intervals[0].low_error == pytest.approx(100_000 * (0.05 * 0.95 / 100_000) ** 0.5, rel=0.01)


def test_deductions_follow_their_rules():
    found = summarise("ER", "t", np.linspace(50.0, 150.0, 100_001), 100.0, (0.9,))

    trees, fcpf, vcs = (deduct(deduction_rule(rule), found) for rule in ("art-trees", "fcpf", "vcs"))

    assert trees.relative == pytest.approx(0.45, rel=1e-6)
    assert trees.share == pytest.approx(0.524417 * 0.45 / 1.645006, rel=1e-6)
    assert (fcpf.share, fcpf.after) == (0.08, pytest.approx(92.0))
    assert vcs.share == pytest.approx(0.45 / 1.645 * 0.4307, rel=1e-6)


def test_a_deduction_is_an_entry_of_the_library(tmp_path, monkeypatch):
    """Another programme's rule is a file of data, with a level of its own; what is wrong in it has its place."""
    folder = tmp_path / "uncertainty_deductions"
    folder.mkdir()
    file = folder / "ours.yaml"
    monkeypatch.setenv("MRVGRAPH_SPECS", str(tmp_path))
    found = summarise("ER", "t", np.linspace(50.0, 150.0, 100_001), 100.0, (0.8,))
    steps = ["{up_to: 30 %, share: 2 %}", "{up_to: 50 %, share: 9 %}"]

    def written(level: str, steps: list[str]) -> None:
        lines = ["deduction: ours", "centre: mean", f"level: {level}", f"steps: [{', '.join(steps)}]", "above: 20 %", "source: x"]
        file.write_text("\n".join(lines))

    written("80 %", steps)
    assert deduct(deduction_rule("ours"), found).share == 0.09

    written("80 %", steps[::-1])
    with pytest.raises(SpecError, match="the steps of a deduction rise"):
        deduction_rule("ours")
    written("80", steps)
    with pytest.raises(SpecError, match="level is a share in percent"):
        deduction_rule("ours")


@pytest.mark.parametrize(
    ("level", "rest", "message"),
    [
        ("90 %", "times: 1\ndivided_by: 0", "nothing is divided by zero"),
        ("100 %", "times: 1\ndivided_by: 2", "less than all of the draws"),
        ("90 %", "times: nan\ndivided_by: 2", "times is a number, not 'nan'"),
        ("90 %", "steps: [{up_to: nan %, share: 2 %}]\nabove: 20 %", "up_to is a number, not 'nan '"),
        ("90 %", "steps: [{up_to: 5 %, share: 2 %}]\nabove: 20 %\ntimes: 2", "steps and times are two rules"),
        ("90 %", "steps: []\nabove: 20 %", "has at least one"),
    ],
)
def test_numbers_of_a_deduction_that_cannot_be_are_refused(level, rest, message, tmp_path, monkeypatch):
    (tmp_path / "uncertainty_deductions").mkdir()
    (tmp_path / "uncertainty_deductions" / "ours.yaml").write_text(f"deduction: ours\ncentre: mean\nlevel: {level}\nsource: x\n{rest}\n")
    monkeypatch.setenv("MRVGRAPH_SPECS", str(tmp_path))
    with pytest.raises(SpecError, match=message):
        deduction_rule("ours")


def test_the_record_of_a_deduction_names_the_level_of_its_margin(simulated):
    found = simulated(ONE, draws=200)
    ours = deduct(DeductionRule("ours", "mean", 0.8, "x", factor=(1.0, 2.0)), summarise("ER", "t", np.linspace(50.0, 150.0, 1001), 100.0, (0.8,)))

    (record,) = simulation_record(replace(found, deductions=(ours,)))["deductions"]

    assert record["relative_half_width_80"] == pytest.approx(0.4, rel=1e-3)
    assert "relative_half_width_90" not in record


def test_the_command_writes_the_same_bytes_again(project_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    path = project_file(MANY)
    command = ["simulate", "KH_AM004@1.1", str(path), "--draws", "2000", "--seed", "7", "--target", "ER"]
    files = ["--plot", str(tmp_path / "a.svg"), "--draws-file", str(tmp_path / "a.csv")]

    outputs = []
    for more in (["--json"], ["--json", "--workers", "1"], ["--format", "csv"], files):
        assert main([*command, *more]) == 0
        outputs.append(capsys.readouterr().out)

    assert outputs[0] == outputs[1]
    record = json.loads(outputs[0])
    names = [line["name"] for line in record["quantities"]]
    assert names == ["ER_credit_p[1]", "ER_credit_p", "ER[2018]", "ER[2019]", "ER[2020]", "ER"]
    assert outputs[2].splitlines()[0].startswith("name,unit,draws,single_run,mean,median")
    assert "2,000 draws of" in outputs[3]
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 2001
    assert (tmp_path / "a.svg").read_text().startswith("<svg")


def test_the_command_refuses_without_a_traceback(project_file, capsys):
    assert main(["simulate", "KH_AM004@1.1", str(project_file(ONE)), "--draws", "-5"]) == 2
    assert "I511 -5 cannot be a number of draws" in capsys.readouterr().err


def test_the_picture_is_the_same_for_the_same_simulation(simulated):
    assert histogram(simulated(ONE)) == histogram(simulated(ONE))
    assert convergence(simulated(ONE)) == convergence(simulated(ONE))


def test_the_histogram_has_every_draw_ticks_and_the_interval(simulated):
    found = simulated(ONE)
    root = ET.fromstring(histogram(found))
    hints = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")][1:]
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]

    assert sum(int(hint.split(": ")[1].split()[0].replace(",", "")) for hint in hints) == found.count
    first = found.result.intervals[0]
    assert f"90 % interval: {number(first.low)} to {number(first.high)}" in texts
    assert texts.count("draws") == 2  # legend and upright axis


def test_an_interval_that_rests_on_few_draws_says_so(simulated):
    summary = simulated(ONE).result

    assert few_draws(summary) == ""
    assert few_draws(replace(summary, draws=120)) == "Few draws: about 6 beyond each end of the 90 % interval; its ends are rough."
    assert few_draws(replace(summary, draws=10)).startswith("Few draws: fewer than one beyond")


def test_a_simulation_needs_a_run_with_its_targets(kh, project_file):
    run = mrvgraph.run(kh, project_file(ONE))

    with pytest.raises(MethodologyError, match="this run has no quantity 'nothing'"):
        simulate(run, parse_unit, draws=10, seed=1, targets=("nothing",))
