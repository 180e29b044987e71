"""Many draws of a run, from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mrvgraph
from engine.batch.evaluation import Way
from equations.errors import InputError

EXAMPLES = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "examples"


@pytest.fixture(scope="module")
def finished(kh):
    return mrvgraph.run(kh, EXAMPLES / "option1.yaml")


def test_each_draw_is_what_the_project_computed_again_gives(finished):
    many, again = mrvgraph.many_draws(finished, ("ER", "ER_credit_p")), mrvgraph.recalculation(finished)
    stocks = np.linspace(0.9, 1.1, 50)[:, None, None] * finished.inputs.values["C"]
    area = np.linspace(1.0, 0.95, 50)[:, None] * finished.inputs.values["A_0"]

    literal = many({"C": stocks, "A_0": area}, Way("literal"))
    optimised = many({"C": stocks, "A_0": area})

    for draw in range(50):
        one = again({"C": stocks[draw], "A_0": area[draw]})
        for name in ("ER", "ER_credit_p"):
            assert np.array_equal(literal.arrays[name][draw], one[name])
            assert optimised.arrays[name][draw] == pytest.approx(one[name], rel=1e-12)


def test_nothing_that_differs_is_one_draw_of_the_run(finished):
    found = mrvgraph.many_draws(finished)({}, Way("literal"))
    assert np.array_equal(found.arrays["ER_credit_p"], finished.values.arrays["ER_credit_p"][None])


@pytest.mark.parametrize(("arrays", "message"), [
    ({"CC": np.ones((3, 12, 2))}, "I501 CC is no input of this batch"),
    ({"ER": np.ones((3, 3))}, "I501 ER is no input of this batch"),
    ({"C": np.ones((12, 2))}, r"I501 C has shape \(12, 2\)"),
    ({"DF": np.array(0.2)}, r"I501 DF has shape \(\)"),
    ({"C": np.ones((3, 12, 2)), "A_0": np.ones((4, 12))}, "different numbers of draws: C 3, A_0 4"),
    ({"A_0": -np.ones((3, 12))}, r"I504 A_0\[.* in draw 1"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(arrays, message, finished):
    with pytest.raises(InputError, match=message):
        mrvgraph.many_draws(finished)(arrays)
