"""Each transformation by itself: what it changes, and that it keeps what it must keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.batch.factoring import factor_sums, flatten_sums, name_positive_parts, regroup_products
from engine.batch.forms import exact, literal_form, optimised_form, specialised
from engine.batch.guard import STATUS, with_status
from engine.batch.lowering import lower
from engine.batch.merging import merge_equal
from engine.batch.ordering import nearby, part_by_reader
from engine.batch.program import Builder, Program
from engine.batch.signs import drop_positive_parts
from engine.batch.skipping import keep_needed, skip_known
from equations.model.quantity import Quantity, Range


def computed(program: Program, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Evaluate a program by knowing all of its inputs."""
    done = skip_known(program, numbers)
    values = np.full(done.size, np.nan)
    for group in done.groups:
        if group.op == "const":
            values[group.cells] = group.values
    found = {name: values[cells] for name, cells in done.outputs.items()}
    assert all(np.isfinite(part).any() or name == STATUS for name, part in found.items())
    return found


def program_of(make: Callable[[Builder], np.ndarray], **more: object) -> Program:
    builder = Builder()
    outputs = make(builder)
    return Program(tuple(builder.groups), {"R": outputs}, **more)  # type: ignore[arg-type]


def inputs(builder: Builder, name: str, size: int) -> np.ndarray:
    return builder.add("input", size, name=name, places=np.arange(size))


def operations(program: Program) -> list[str]:
    return [group.op for group in program.groups if group.op not in ("const", "input")]


X, Y = np.array([2.0, -3.0, 5.0]), np.array([0.5, 7.0, 11.0])
POSITIVE = {"X": Quantity("X", "X", "x", range=Range(least=0)), "Y": Quantity("Y", "Y", "y", range=Range(least=0))}  # type: ignore[arg-type]
OPEN = {"X": Quantity("X", "X", "x"), "Y": Quantity("Y", "Y", "y")}


@pytest.mark.parametrize("option", [1, 2])
@pytest.mark.parametrize(
    "transformation",
    [keep_needed, skip_known, merge_equal, nearby, part_by_reader, exact],
    ids=lambda t: t.__name__,
)
def test_exact_transformations_move_no_bit_of_an_example(transformation, option, examples):
    subject = examples[option]
    lowered = lower(subject.methodology, subject.plan)
    expected = computed(lowered, subject.numbers)

    found = computed(transformation(lowered), subject.numbers)

    for name, numbers in expected.items():
        assert np.array_equal(found[name], numbers, equal_nan=True)


@pytest.mark.parametrize("option", [1, 2])
@pytest.mark.parametrize("transformation", [name_positive_parts, flatten_sums, regroup_products], ids=lambda t: t.__name__)
def test_algebra_keeps_the_numbers_of_an_example(transformation, option, examples):
    subject = examples[option]
    literal = literal_form(lower(subject.methodology, subject.plan))
    expected = computed(literal, subject.numbers)

    found = computed(transformation(literal), subject.numbers)

    for name, numbers in expected.items():
        assert np.allclose(found[name], numbers, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("option", [1, 2])
def test_the_optimised_form_does_less_than_the_literal_one(option, examples):
    subject = examples[option]
    lowered = lower(subject.methodology, subject.plan)
    literal = literal_form(lowered)
    optimised = optimised_form(literal, subject.methodology.quantity)

    assert lowered.work > literal.work > 1.2 * optimised.work


def test_a_cell_that_nothing_asks_for_is_left_out():
    def make(builder):
        x = inputs(builder, "X", 3)
        builder.apply("exp", x)
        return builder.apply("add", x[:1], x[1:2])

    program = keep_needed(program_of(make))

    assert operations(program) == ["add"]
    assert [len(group.places) for group in program.groups if group.op == "input"] == [2]


def test_a_quotient_is_watched_as_long_as_its_divisor_is_not_known():
    def make(builder):
        x, four = inputs(builder, "X", 2), builder.constant(4.0)
        return builder.apply("div", x, np.array([four, x[1]]))

    made = program_of(make)
    program = skip_known(Program(made.groups, made.outputs, finite=made.outputs["R"]), {})

    assert program.finite.tolist() == [program.outputs["R"][1]]


@pytest.mark.parametrize(("kind", "decisive"), [("All", 0.0), ("Any", 1.0)])
def test_one_part_decides_what_the_others_cannot_change(kind, decisive):
    def make(builder):
        x = inputs(builder, "X", 2)
        return builder.reduce(kind, np.concatenate([x, [builder.constant(decisive)]]), np.array([0, 3]))

    program = skip_known(program_of(make), {})

    assert operations(program) == []
    assert computed(program, {"X": X})["R"].tolist() == [decisive]


def test_a_zero_is_divided_as_long_as_nobody_knows_by_what():
    """0 / 0 is no number: only what is known not to be 0 may be left out."""

    def make(builder):
        y, zero = inputs(builder, "Y", 1), builder.constant(0.0)
        return builder.apply("div", np.repeat(zero, 2), np.concatenate([y, [builder.constant(4.0)]]))

    program = skip_known(program_of(make), {})

    assert operations(program) == ["div"]
    assert len(program.outputs["R"]) == 2


def test_zeros_and_ones_are_skipped():
    def make(builder):
        x, zero, one = inputs(builder, "X", 3), builder.constant(0.0), builder.constant(1.0)
        product = builder.apply("mul", x, np.array([zero, one, one]))
        total = builder.apply("add", product, np.array([one, zero, zero]))
        return builder.reduce("Sum", np.concatenate([total, [zero]]), np.array([0, 4]))

    program = keep_needed(skip_known(program_of(make)))

    assert operations(program) == ["Sum"]
    assert computed(program, {"X": X})["R"][0] == 1.0 + X[1] + X[2]


def test_equal_cells_become_one():
    def make(builder):
        x = inputs(builder, "X", 3)
        a, b = builder.apply("mul", x[:1], x[1:2]), builder.apply("mul", x[1:2], x[:1])
        return builder.apply("add", a, b)

    program = merge_equal(program_of(make))

    assert [(group.op, group.size) for group in program.groups][1:] == [("mul", 1), ("add", 1)]
    assert computed(program, {"X": X})["R"] == 2 * X[0] * X[1]


def test_a_positive_part_is_recognised_and_dropped_where_ranges_allow():
    def make(builder):
        x, zero = inputs(builder, "X", 3), builder.constant(0.0)
        return builder.apply("where", builder.apply("gt", x, np.array(zero)), x, np.array(zero))

    named = keep_needed(name_positive_parts(program_of(make)))

    assert operations(named) == ["pos"]
    assert operations(drop_positive_parts(named, POSITIVE)) == []
    assert operations(drop_positive_parts(named, OPEN)) == ["pos"]
    assert computed(named, {"X": X})["R"].tolist() == [2.0, 0.0, 5.0]


def sum_of_positive_products(builder):
    x, y = inputs(builder, "X", 3), inputs(builder, "Y", 3)
    products = builder.apply("mul", np.repeat(x, 3), np.tile(y, 3))
    return builder.reduce("Sum", builder.apply("pos", products), np.array([0, 3, 6, 9]))


def test_a_factor_that_cannot_be_negative_leaves_the_sum():
    program = keep_needed(factor_sums(program_of(sum_of_positive_products), POSITIVE))

    assert len(program.nonnegative) == 0
    assert next(group.size for group in program.groups if group.op == "mul") == 3
    x = np.abs(X)
    assert np.allclose(computed(program, {"X": x, "Y": Y})["R"], x * Y.sum(), rtol=1e-15)


def test_a_factor_that_is_likely_positive_leaves_the_sum_on_condition():
    likely = {**OPEN, "X": Quantity("X", "X", "x", plausible=Range(least=0))}  # type: ignore[arg-type]

    program = factor_sums(program_of(sum_of_positive_products), likely)

    assert len(program.nonnegative) == 3


def test_a_factor_of_unknown_sign_stays_inside():
    program = factor_sums(program_of(sum_of_positive_products), OPEN)

    assert len(program.nonnegative) == 0
    x, y = X, np.array([0.5, -7.0, 11.0])
    expected = np.maximum(x[:, None] * y[None, :], 0).sum(axis=1)
    assert np.allclose(computed(program, {"X": x, "Y": y})["R"], expected)


def test_products_are_regrouped_by_what_they_depend_on():
    def make(builder):
        x, y = inputs(builder, "X", 3), inputs(builder, "Y", 3)
        many = builder.apply("mul", np.tile(x, 3), np.repeat(y, 3))
        return builder.apply("mul", many, np.repeat(y, 3))

    program = exact(regroup_products(program_of(make)))

    assert [group.size for group in program.groups if group.op == "mul"] == [3, 9]
    assert np.allclose(computed(program, {"X": X, "Y": Y})["R"], np.tile(X, 3) * np.repeat(Y, 3) ** 2)


def test_a_sum_of_sums_is_one_sum_only_where_nothing_else_reads_the_inner_ones():
    def make(builder, shared=False):
        x = inputs(builder, "X", 3)
        inner = builder.reduce("Sum", np.concatenate([x, x]), np.array([0, 3, 6]))
        outer = builder.reduce("Sum", inner, np.array([0, 2]))
        return np.concatenate([outer, inner[:1]]) if shared else outer

    flat = keep_needed(flatten_sums(program_of(make)))

    assert operations(flat) == ["Sum"]
    assert operations(keep_needed(flatten_sums(program_of(lambda b: make(b, shared=True))))) == ["Sum", "Sum"]
    assert computed(flat, {"X": X})["R"][0] == 2 * X.sum()


def test_the_status_tells_what_does_not_hold():
    builder = Builder()
    x = inputs(builder, "X", 3)
    program = with_status(Program(tuple(builder.groups), {"R": x}, nonnegative=x[:2], finite=x[2:]))

    for numbers, holds in (([1, 2, 3], True), ([1, -2, 3], False), ([1, 2, np.inf], False), ([0, 0, -5], True)):
        status = computed(program, {"X": np.array(numbers, float)})[STATUS]
        with np.errstate(all="ignore"):
            assert bool((status >= 0).all()) is holds


def test_what_draws_share_is_computed_before(examples):
    subject = examples[2]
    optimised = subject.batchable.optimised
    template = {q: np.array(numbers) for q, numbers in subject.numbers.items()}
    template["EF_direct"] = np.full_like(template["EF_direct"], np.nan)

    program = specialised(optimised, template, subject.methodology.quantity)

    assert {group.name for group in program.groups if group.op == "input"} == {"EF_direct"}
    assert program.work < 0.1 * optimised.work
