"""A project computed again for other numbers gives what a run of its own would give."""

from __future__ import annotations

import numpy as np
import pytest
from batch_subjects import Subject

import mrvgraph
from engine.batch.batchable import ArraySource, make_batchable
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.recalculation import Recalculation
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from equations.errors import EvaluationError, InputError


def bound(numbers: dict[str, np.ndarray]) -> Inputs:
    return Inputs(numbers, {q: np.ones(np.shape(a), np.uint8) for q, a in numbers.items()}, {}, {}, (), ())


def run_alone(subject: Subject, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(evaluate(subject.methodology, subject.plan, bound(numbers)).arrays)


def assert_same_bits(found: object, expected: dict[str, np.ndarray]) -> None:
    assert len(found) > 10
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


BITS = """
methodology: {id: B, version: "1", title: last bits, result: R}
index_sets: [{id: use, letters: [i, j], members: [a, b, c, d, e, f, g]}]
quantities:
  - {id: X, symbol: X, meaning: x, unit: "1", kind: monitored, indices: [use]}
  - {id: W, symbol: W, meaning: exponents, unit: "1", kind: monitored, indices: [use]}
  - {id: F, symbol: F, meaning: a factor of all, unit: "1", kind: monitored}
  - {id: Q, symbol: Q, meaning: q, unit: "1", kind: computed, indices: [use]}
  - {id: R, symbol: R, meaning: r, unit: "1", kind: computed}
equations:
  - {id: q, defines: "Q[i]", formula: "X[i] ^ 2 + X[i] ^ 0.5 + X[i] ^ W[i] + X[i] ^ -1"}
  - {id: r, defines: R, formula: "Sum(i, X[i] * F) + Sum(i, Q[i] * F) + F ^ 2 + F ^ 0.5"}
"""


def test_sums_with_a_drawn_factor_and_powers_of_what_is_not_drawn_are_those_of_a_run(tmp_path):
    (tmp_path / "spec.yaml").write_text(BITS, encoding="utf-8")
    methodology, random = mrvgraph.load(tmp_path / "spec.yaml"), np.random.default_rng(1)
    for _ in range(12):
        x, w, f = random.uniform(0.1, 10, 7), random.choice([2, 0.5, -1, 3, 1.3], 7), random.uniform(0.1, 9)
        cells = [", ".join(f"{name}: {value!r}" for name, value in zip("abcdefg", own.tolist(), strict=True)) for own in (x, w)]
        (tmp_path / "project.yaml").write_text(
            "project: {name: b}\noperation: {start: 2020-01-01, end: 2020-12-31}\n"
            f"values: {{X: {{values: {{{cells[0]}}}}}, W: {{values: {{{cells[1]}}}}}, F: {f!r}}}\n", encoding="utf-8")  # fmt: skip
        run = mrvgraph.run(methodology, tmp_path / "project.yaml")
        again = Recalculation(methodology, run.plan, run.inputs)()
        assert all(np.array_equal(again[name], run.values.arrays[name]) for name in ("Q", "R"))
        batchable = make_batchable(methodology, run.plan, ("R", "Q"))
        for varied in (("F",), ("X",), ("X", "F")):
            for count in (1, 2, 5, 40):
                drawn = {name: np.stack([run.inputs.values[name]] * count) for name in varied}
                shared = {name: array for name, array in run.inputs.values.items() if name not in varied}
                found = evaluate_batch(batchable, ArraySource(drawn, shared), Way("literal", "numpy", workers=1)).arrays
                assert (found["R"] == run.values.arrays["R"]).all(), (varied, count)
                assert (found["Q"] == run.values.arrays["Q"]).all(), (varied, count)
