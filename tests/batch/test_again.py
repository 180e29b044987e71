"""A project computed again for other numbers gives what a run of its own would give."""

from __future__ import annotations

import numpy as np
import pytest
from batch_subjects import Subject

from engine.batch.again import Recalculation
from engine.evaluate import evaluate
from engine.inputs import Inputs
from equations.errors import EvaluationError, InputError


def bound(numbers: dict[str, np.ndarray]) -> Inputs:
    return Inputs(numbers, {q: np.ones(np.shape(a), np.uint8) for q, a in numbers.items()}, {}, {}, (), ())


def run_alone(subject: Subject, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(evaluate(subject.methodology, subject.plan, bound(numbers)).arrays)


def assert_same_bits(found: object, expected: dict[str, np.ndarray]) -> None:
    assert len(found) > 20
    for quantity, numbers in found.items():
        assert np.array_equal(numbers, expected[quantity], equal_nan=True), quantity


@pytest.mark.parametrize("option", [1, 2])
def test_every_intermediate_is_that_of_a_run_to_the_bit(option, examples):
    subject = examples[option]
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    drawn = subject.drawn(5, seed=option)
    for draw in range(5):
        changed = {quantity: array[draw] for quantity, array in drawn.items() if np.isfinite(array).all()}
        assert_same_bits(again(changed), run_alone(subject, {**subject.numbers, **changed}))
    assert_same_bits(again(), run_alone(subject, subject.numbers))


@pytest.mark.parametrize("seed", range(4))
def test_the_same_for_random_projects_under_random_readings(seed, random_subject):
    subject = random_subject(1 + seed % 2, seed)
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    assert_same_bits(again(), run_alone(subject, subject.numbers))


def test_results_are_not_overwritten_by_the_next_calculation(examples):
    subject = examples[1]
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    first = again()
    kept = first["ER"].copy()
    again({"C": subject.numbers["C"] * 2})
    assert np.array_equal(first["ER"], kept)


@pytest.mark.parametrize(("change", "code"), [(-1.0, "I504"), (np.nan, "I505")])
def test_a_number_that_cannot_be_is_refused_with_its_cell(change, code, examples):
    subject = examples[1]
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    areas = subject.numbers["A_0"].copy()
    areas[2] = change
    with pytest.raises(InputError, match=r"A_0\[P\]") as caught:
        again({"A_0": areas})
    assert caught.value.code == code


def test_what_is_no_input_or_has_another_shape_is_refused(examples):
    subject = examples[1]
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    with pytest.raises(InputError, match="ER is no input"):
        again({"ER": np.zeros(3)})
    with pytest.raises(InputError, match=r"A_0 has shape \(3,\)"):
        again({"A_0": np.zeros(3)})


def test_a_result_that_is_not_finite_is_explained_as_a_run_does(examples):
    subject = examples[1]
    again = Recalculation(subject.methodology, subject.plan, bound(subject.numbers))
    with pytest.raises(EvaluationError, match=r"Eq\. 14a .*E_fuel_f") as caught:
        again({"NCV": subject.numbers["NCV"] * 0 + 1e308, "EF_fuel": subject.numbers["EF_fuel"] * 0 + 1e300})
    assert caught.value.code == "V603"
