"""The examples of docs/reference/spec_language.md on order, as revisions of the methodology for tests, with numbers computed here by hand."""

import re
from pathlib import Path

import pytest
from every_way import agree

import mrvgraph
from engine.cli import main

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "specs_for_tests" / "tiny"
PAGE = (ROOT / "docs" / "reference" / "spec_language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?ms)^```yaml\n(based_on:.*?)^```", PAGE)
#: What the fuel of the project gives off: 1.5, 2 and 2 t of diesel.
FUEL = {2018: 3.2 * 1.5, 2019: 3.2 * 2, 2020: 3.2 * 2}


@pytest.fixture
def run_of(tmp_path):
    def make(word, values="", *edits, targets=()):
        (example,) = [text for text in EXAMPLES if word in text]
        (tmp_path / "spec.yaml").write_text(example.replace("based_on: tests", f"based_on: {ROOT}/tests"), encoding="utf-8")
        text = (TINY / "project.yaml").read_text(encoding="utf-8").replace("\nvalues:\n", f"\nvalues:\n{values}")
        for old, new in (("methodology: TINY@1", "methodology: TINY"), *edits):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
        return mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", targets=targets)

    return make


PERIODS = ("choices:", "monitoring_periods: [{id: b, start: 2019-01-01, end: 2019-12-31}, {id: c, start: 2020-01-01, end: 2020-12-31}, "
           "{id: a, start: 2018-03-12, end: 2018-12-31}]\nchoices:")  # fmt: skip


def test_trees_grow_older_along_two_axes(run_of):
    run = run_of("[a-1, y-1]", "  N_p: {unit: tree, values: {2018: 100, 2019: 200, 2020: 400}}\n  s: 0.5\n"
                 "  c: {unit: tCO2/tree, values: {young: 0.001, grown: 0.01, old: 0.1}}\n", targets=("ER_p", "N", "N_up"))  # fmt: skip

    assert run.values.arrays["N"].tolist() == [[100, 200, 400], [0, 50, 100], [0, 0, 25]]
    assert run.values.arrays["N_up"].tolist() == [[100, 250, 525], [0, 50, 125], [0, 0, 25]]
    taken = {2018: 0.1, 2019: 0.25 + 0.5, 2020: 0.525 + 1.25 + 2.5}
    assert {y: run.value("E_fuel", year=y) for y in FUEL} == pytest.approx({y: FUEL[y] - taken[y] for y in FUEL}, rel=1e-13)
    agree(run, "E_fuel")


def test_a_mean_of_years_before_and_a_sum_to_the_end(run_of):
    run = run_of("y-5..y-1", "  FC_old: {unit: t, values: {2013: 1, 2014: 2, 2015: 3, 2016: 4, 2017: 5}}\n  EF_m: {unit: tCO2/t, value: 2}\n",
                 targets=("ER_p", "FC_mean", "FC_ahead"))  # fmt: skip

    mean = [15 / 5, (2 + 3 + 4 + 5 + 1.5) / 5, (3 + 4 + 5 + 1.5 + 2) / 5]
    assert run.values.arrays["FC_mean"].tolist() == pytest.approx(mean, rel=1e-14)
    ahead = [sum(mean), mean[1] + mean[2], mean[2]]
    assert run.values.arrays["FC_ahead"].tolist() == pytest.approx(ahead, rel=1e-14)
    assert [run.value("E_fuel", year=y) for y in FUEL] == pytest.approx([FUEL[y] + 2 * (more - 3) for y, more in zip(FUEL, ahead, strict=True)], rel=1e-13)
    agree(run, "E_fuel")


def test_what_a_period_lacks_is_carried(run_of):
    """Fuel of 2018 and 2019 above what is saved; the third period makes up for it."""
    run = run_of("balance.later", "", PERIODS, ("{2018: 1.5, 2019: 2, 2020: 2}", "{2018: 6000, 2019: 4000, 2020: 2}"), targets=("ER_p", "B"))
    level = {y: run.value("RL", year=y) for y in FUEL}
    own = [level[2018] - 3.2 * 6000, level[2019] - 3.2 * 4000, level[2020] - 3.2 * 2]
    assert own[0] < 0 and own[1] < 0 and own[2] + own[0] + own[1] < 0 < own[2]

    assert run.values.arrays["B"].tolist() == pytest.approx([own[0], own[0] + own[1], sum(own)], rel=1e-13)
    assert run.values.arrays["ER_p"].tolist() == [0, 0, 0]
    assert run.setting.members["period"] == ("a", "b", "c")
    agree(run, "B")

    run = run_of("balance.later", "", PERIODS, ("{2018: 1.5, 2019: 2, 2020: 2}", "{2018: 3000, 2019: 2, 2020: 2}"), targets=("ER_p", "B"))
    own = [level[2018] - 3.2 * 3000, level[2019] - 6.4, level[2020] - 6.4]
    assert own[0] < 0 < own[0] + own[1]
    assert run.values.arrays["ER_p"].tolist() == pytest.approx([0, own[0] + own[1], own[2]], rel=1e-12)
    assert run.values.arrays["B"].tolist() == pytest.approx([own[0], 0, 0], rel=1e-12)
    agree(run, "ER_p")


def test_a_template_asks_for_the_years_before_the_start_and_runs_once_filled_in(tmp_path, capsys):
    (example,) = [text for text in EXAMPLES if "y-5..y-1" in text]
    (tmp_path / "spec.yaml").write_text(example.replace("based_on: tests", f"based_on: {ROOT}/tests"), encoding="utf-8")

    assert main(["needs", str(tmp_path / "spec.yaml"), "--choose", "method=rate", "--template", "--start", "2019-01-01", "--end", "2020-12-31"]) == 0
    template = capsys.readouterr().out
    (tmp_path / "project.yaml").write_text(re.sub(r"_{4}", "0.5", template.replace("option: ____", "option: C")), encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", targets=("FC_mean",))

    assert "{2014: ____, 2015: ____, 2016: ____, 2017: ____, 2018: ____}" in template
    # two fuels of half a tonne each in a monitored year
    assert run.values.arrays["FC_mean"].tolist() == pytest.approx([0.5, (4 * 0.5 + 1) / 5], rel=1e-14)
