"""The smallest error of each input that moves the result by the threshold; worked by hand.

The result is 40 - 5 (273 + 27.3) / 273 - 0.2 (1 - 0.2) + 1 + 4 = 39.34, and 10 % of it 3.934.
"""

import json

import pytest

import mrvgraph
from engine.audit.direction.materiality import read_threshold, verification_plan
from engine.audit.direction.materiality_text import plan_markdown, plan_record, plan_text
from engine.cli import main
from equations.errors import MethodologyError


@pytest.fixture(scope="module")
def plan(ways_run):
    return verification_plan(ways_run, 0.10)


def planned(plan, quantity):
    return next(one for one in plan.inputs if one.direction.quantity == quantity)


def test_the_threshold_is_a_share_of_the_result(plan):
    assert (plan.target, plan.value, plan.amount) == ("ER", pytest.approx(39.34), pytest.approx(3.934))


def test_the_smallest_error_comes_first(plan):
    """B 3.5 of 40.5; S 33.7 % of all; F 3.934 / 5.5 of all; N from 1 to 6.934; T 214.8 of 27.3; w moves the result by 0.16 at most."""
    assert [one.direction.quantity for one in plan.inputs] == ["B", "S", "F", "N", "T", "w"]
    assert [one.direction.quantity for one in plan.deciding] == ["B", "S", "F", "N", "T"]


def test_what_is_rounded_must_reach_the_next_step_but_three(plan):
    """floor(B) must fall from 40 to 36, so B below 37, or rise to 44: 3.5 either way."""
    whole, (number,) = planned(plan, "B").whole, planned(plan, "B").numbers

    assert abs(number.amount) == pytest.approx(3.5, rel=1e-6)
    assert [whole.share, number.share] == pytest.approx([-3.5 / 40.5] * 2, rel=1e-6)


def test_a_range_leaves_one_way_only(plan):
    """F[old] = 2 cannot fall by 3.934 / 1.1, so it must rise; of both kilns a share of 3.934 / 5.5 is enough."""
    one = planned(plan, "F")
    numbers = {number.name: number for number in one.numbers}

    assert numbers["F[old]"].amount == pytest.approx(3.934 / 1.1, rel=1e-6)
    assert one.whole.share == pytest.approx(-3.934 / 5.5, rel=1e-6)


def test_a_square_is_no_straight_line(plan):
    """(2 + e)^2 = 4 + 3.934 for the new kiln, (-1 - e)^2 = 1 + 3.934 for the old one, and 5 (1 + e)^2 = 5 + 3.934 for both."""
    one = planned(plan, "S")
    numbers = {number.name: number for number in one.numbers}

    assert numbers["S[new]"].amount == pytest.approx(7.934**0.5 - 2, rel=1e-6)
    assert numbers["S[old]"].amount == pytest.approx(1 - 4.934**0.5, rel=1e-6)
    assert one.whole.share == pytest.approx((8.934 / 5) ** 0.5 - 1, rel=1e-6)


def test_the_plan_is_text_markdown_and_data(plan):
    text = plan_text(plan)

    assert "10 % (3.934 " in text and "does so: w" in text and "as it rises" in text
    assert any(line.startswith("| F | lowers |") for line in plan_markdown(plan))
    record = json.loads(json.dumps(plan_record(plan), allow_nan=False))
    assert (record["inputs"][0]["quantity"], record["inputs"][0]["direction"]) == ("B", "raises")
    assert record["inputs"][-1]["all_numbers"]["error"] is None


@pytest.mark.parametrize("text", ["5", "0 %", "100%", "five %", "nan%", "-1%"])
def test_a_threshold_is_a_percentage(text):
    with pytest.raises(MethodologyError) as told:
        read_threshold(text)
    assert told.value.code == "I511"


def test_the_command_prints_the_plan(ways_run, capsys):
    project = str(ways_run.project.path)
    spec = str(ways_run.project.path.parent / "spec.yaml")

    main(["audit", spec, project, "--materiality", "10%", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["verification_plan"]["amount"] == pytest.approx(3.934)


def test_sensitivity_tells_the_direction_of_each_number(ways_run):
    found = {effect.name: effect.direction for effect in mrvgraph.sensitivity(ways_run).effects}

    assert (found["F[old]"], found["T"], found["w"]) == ("lowers", "lowers", "either")
