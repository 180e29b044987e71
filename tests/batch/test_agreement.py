"""A batch gives what single runs give: to the bit in the literal form, to the last digits in the optimised form."""

from __future__ import annotations

import numpy as np
import pytest
from batch_language import FORMULAS, PROJECT, spec_of
from batch_subjects import subject_of

from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.lanes import can_run, is_at_hand
from mrvgraph import load, run

BACKENDS = ["numpy", pytest.param("numba", marks=pytest.mark.skipif(not is_at_hand(), reason="numba is not installed"))]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return np.allclose(a, b, rtol=1e-12, atol=1e-12 * np.nanmax(np.abs(b), initial=0.0), equal_nan=True)


@pytest.mark.parametrize("option", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_random_projects_agree_draw_by_draw(option, seed, random_subject):
    subject = random_subject(option, seed)
    arrays = subject.drawn(5, seed)
    batchable = subject.batchable

    literal = evaluate_batch(batchable, ArraySource(arrays), Way("literal"))
    optimised = evaluate_batch(batchable, ArraySource(arrays), Way("optimised"))

    for draw in range(5):
        alone = subject.alone({q: a[draw] for q, a in arrays.items()})
        one = evaluate_batch(batchable, ArraySource({}, {q: a[draw] for q, a in arrays.items()}))
        for target, expected in alone.items():
            assert same(literal.arrays[target][draw], expected), target
            assert close(optimised.arrays[target][draw], expected), target
            assert same(optimised.arrays[target][draw], one.arrays[target][0]), target


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("form", ["literal", "optimised"])
@pytest.mark.parametrize("option", [1, 2])
def test_block_width_workers_and_backend_move_no_bit(option, form, backend, examples):
    subject = examples[option]
    varied = ("C", "A_0", "A_d_0", "EF_fuel", "p" if option == 2 else "P")
    arrays = {q: a for q, a in subject.drawn(333, 1).items() if q in varied}
    source = ArraySource(arrays, subject.numbers)
    expected = evaluate_batch(subject.batchable, source, Way(form, "numpy"))

    for width, workers in ((16, 2), (50, 1), (333, 1), (1000, 3)):
        found = evaluate_batch(subject.batchable, source, Way(form, backend, width, workers))
        assert found.backend == backend
        for target, numbers in expected.arrays.items():
            assert found.arrays[target].tobytes() == numbers.tobytes(), (target, width, workers)


@pytest.mark.parametrize("option", [1, 2])
def test_what_is_shared_moves_no_bit(option, examples):
    """A number that all draws share gives the same bits as the same number repeated for every draw."""
    subject = examples[option]
    arrays = subject.drawn(4, 2)
    shared = {q: a[0] for q, a in arrays.items()}
    repeated = {q: np.repeat(a[:1], 4, axis=0) for q, a in arrays.items()}
    few = {q: repeated[q] for q in ("C", "EF_direct")}

    of_all = evaluate_batch(subject.batchable, ArraySource(repeated))
    of_few = evaluate_batch(subject.batchable, ArraySource(few, shared))

    for target, numbers in of_all.arrays.items():
        assert same(of_few.arrays[target], numbers), target


@pytest.mark.parametrize(("formula", "unit"), FORMULAS)
def test_every_construct_of_the_language(formula, unit, tmp_path):
    (tmp_path / "spec.yaml").write_text(spec_of(formula, unit), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    single = run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    subject = subject_of(single, ("R",))
    arrays = subject.drawn(7, 3, 0.05)
    batchable = subject.batchable

    literal = evaluate_batch(batchable, ArraySource(arrays), Way("literal", "numpy"))
    optimised = evaluate_batch(batchable, ArraySource(arrays), Way("optimised", "numpy", width=16))

    as_run = evaluate_batch(batchable, ArraySource({}, subject.numbers), Way("literal"))
    assert same(as_run.arrays["R"][0], single.values.arrays["R"])
    for draw in range(7):
        expected = subject.alone({q: a[draw] for q, a in arrays.items()})["R"]
        assert same(literal.arrays["R"][draw], expected)
        assert close(optimised.arrays["R"][draw], expected)
    if is_at_hand() and can_run(batchable.literal):
        lanes = evaluate_batch(batchable, ArraySource(arrays), Way("literal", "numba"))
        assert same(lanes.arrays["R"], literal.arrays["R"])
