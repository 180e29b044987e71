"""What can go wrong in a batch, and what is done then."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.batch import evaluation as running
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from equations.errors import EvaluationError, InputError


def test_a_draw_that_the_optimised_form_does_not_fit_is_computed_as_printed(examples):
    """A class with little area loses it to a negative transition (Table 6 holds two): then areas are below zero."""
    subject = examples[2]
    land_use = subject.plan.setting.members["land_use"]
    area = np.repeat(subject.numbers["A_0"][None], 50, axis=0)
    area[::7, land_use.index("D")] = 0.0
    area[::7, land_use.index("TP")] = 50_000.0
    source = ArraySource({"A_0": area}, subject.numbers)

    found = evaluate_batch(subject.batchable, source, Way(width=16))
    literal = evaluate_batch(subject.batchable, source, Way("literal"))

    assert found.as_printed == len(range(0, 50, 7))
    for target, numbers in literal.arrays.items():
        assert np.array_equal(found.arrays[target][::7], numbers[::7], equal_nan=True)
        assert np.allclose(found.arrays[target], numbers, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize(("value", "code"), [(-1.0, "I504"), (np.nan, "I505"), (np.inf, "I505")])
def test_the_first_draw_outside_is_named(value, code, examples):
    subject = examples[1]
    areas = np.repeat(subject.numbers["A_0"][None], 200, axis=0)
    areas[150, 2] = areas[77, 3] = value

    for workers in (1, 3):
        with pytest.raises(InputError, match=r"A_0\[D\].* in draw 78") as caught:
            evaluate_batch(subject.batchable, ArraySource({"A_0": areas}, subject.numbers), Way(width=16, workers=workers))
        assert caught.value.code == code


def test_a_draw_without_result_is_explained_or_marked(examples):
    subject = examples[1]
    factor = np.repeat(subject.numbers["NCV"][None], 40, axis=0)
    factor[30:] = 1e308
    source = ArraySource({"NCV": factor, "EF_fuel": factor.clip(0, 1e300)}, subject.numbers)

    with pytest.raises(EvaluationError, match=r"draw 31: Eq\. 14a .*E_fuel_f") as caught:
        evaluate_batch(subject.batchable, source)
    kept = evaluate_batch(subject.batchable, source, Way(keep_failed=True))

    assert caught.value.code == "V603"
    assert kept.failed.tolist() == [False] * 30 + [True] * 10


def test_memory_that_would_not_suffice_is_an_error_before_the_work(examples, monkeypatch):
    subject = examples[1]
    monkeypatch.setattr(running, "free_memory", lambda: 1000)

    with pytest.raises(InputError, match="GB of memory") as caught:
        evaluate_batch(subject.batchable, ArraySource({"A_0": subject.drawn(500, 1)["A_0"]}, subject.numbers))

    assert caught.value.code == "I511"


@pytest.mark.parametrize("way", [{"backend": "gpu"}, {"workers": 0}, {"width": -1}])
def test_an_impossible_way_is_an_error(way):
    with pytest.raises(InputError) as caught:
        Way(**way)

    assert caught.value.code == "I511"


def test_numba_cannot_be_asked_for_where_it_is_not_at_hand(examples, monkeypatch):
    monkeypatch.setattr(running, "is_at_hand", lambda: False)

    with pytest.raises(InputError, match="cannot be used") as caught:
        evaluate_batch(examples[1].batchable, ArraySource({}, examples[1].numbers), Way(backend="numba"))

    assert caught.value.code == "I511"


def test_progress_counts_every_draw_once(examples):
    subject, lock, done = examples[1], threading.Lock(), []
    arrays = {"A_0": subject.drawn(100, 1)["A_0"]}

    def tell(more):
        with lock:
            done.append(more)

    evaluate_batch(subject.batchable, ArraySource(arrays, subject.numbers), Way(width=16, workers=2), tell)

    assert sum(done) == 100 and max(done) == 16


def test_a_batch_is_prepared_once_for_the_same_shared_numbers(examples):
    subject = examples[1]
    batchable = subject.batchable
    arrays = subject.drawn(3, 1)
    source = ArraySource({"A_0": arrays["A_0"]}, subject.numbers)

    first = batchable.prepared("optimised", source.template)

    assert batchable.prepared("optimised", ArraySource({"A_0": arrays["A_0"][:2]}, subject.numbers).template) is first
    assert batchable.prepared("literal", source.template) is not first
