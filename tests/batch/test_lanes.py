"""The machine for rows of draws does each operation as NumPy does, on numbers that are none and numbers without end too."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from engine.batch.arithmetic import apply, reduce_runs
from engine.batch.batchable import ArraySource
from engine.batch.lane_operations import OPS
from engine.batch.lanes import LaneCode, LaneProgram, is_at_hand
from engine.batch.program import ELEMENTWISE, REDUCTIONS, Builder, Program

pytestmark = pytest.mark.skipif(not is_at_hand(), reason='numba is not installed: pip install "mrvgraph[test]"')

#: Beside 1.0 one that is tied with it and one that is not, both near whole; others near the middle of two whole numbers.
NUMBERS = (np.nan, -np.inf, np.inf, -2.5, -0.0, 0.0, 1.0, 1.0 + 1e-13, 1.0 + 1e-11, 2.5 - 1e-11, 3.0 - 1e-10, 7.0)
DRAWS = np.array(list(product(NUMBERS, repeat=3))).T


def by_machine(make, count):
    """Return what a program of some inputs gives for every triple of the numbers."""
    builder = Builder()
    cells = make(builder, [builder.add("input", 1, name=f"X{at}", places=np.zeros(1, np.int64)) for at in range(count)])
    code = LaneCode(LaneProgram(Program(tuple(builder.groups), {"R": cells}), cells), DRAWS.shape[1])
    code.inputs[:] = DRAWS[:count]
    with np.errstate(all="ignore"):
        return code.run()[0]


@pytest.mark.parametrize("op", [op for op in OPS if op in ELEMENTWISE])
def test_an_operation_is_numpys(op):
    count = ELEMENTWISE[op].operands
    found = by_machine(lambda builder, cells: builder.add(op, 1, tuple(cells)), count)
    with np.errstate(all="ignore"):
        assert np.array_equal(found, apply(op, list(DRAWS[:count])), equal_nan=True)


@pytest.mark.parametrize("op", REDUCTIONS)
def test_a_reduction_goes_from_the_first_to_the_last(op):
    found = by_machine(lambda builder, cells: builder.reduce(op, np.concatenate(cells), np.array([0, 3])), 3)
    with np.errstate(all="ignore"):
        expected = [reduce_runs(op, draw, np.array([0, 3]))[0] for draw in DRAWS.T]
    assert np.array_equal(found, expected, equal_nan=True)


def by_hand(terms, draws):
    total = np.full(draws.shape[1], -0.0)
    for a, b in terms:
        total = total + a * b
    return total


def test_sums_take_their_terms_in_order_whatever_they_are_made_of():
    """Known numbers, products of rows and plain addends in one sum; two sums of the same rows at once; each product rounded before it is added."""
    draws = np.random.default_rng(1).standard_normal((3, 100)) * [[1.0], [1e8], [1e-8]]
    builder = Builder()
    x, y, z = (builder.add("input", 1, name=f"X{at}", places=np.zeros(1, np.int64)) for at in range(3))
    kinds = [builder.constants(np.array([factor])) for factor in (0.1, 0.3, -7.0)]
    made = [builder.apply("mul", x, kinds[0]), builder.apply("mul", y, kinds[1]), builder.apply("mul", x, y), z, builder.apply("mul", kinds[2], z)]
    twins = [builder.apply("mul", cell, kinds[at]) for at, cell in enumerate((x, y, z))]
    swapped = [builder.apply("mul", cell, kinds[2 - at]) for at, cell in enumerate((x, y, z))]
    cells = np.concatenate([builder.reduce("Sum", np.concatenate(made), np.array([0, 5])),
                            builder.reduce("Sum", np.concatenate([z, builder.apply("mul", x, z)]), np.array([0, 2])),
                            builder.reduce("Sum", np.concatenate([*twins, *swapped]), np.array([0, 3, 6])),
                            builder.apply("pos", builder.apply("sub", x, y))])  # fmt: skip
    program = LaneProgram(Program(tuple(builder.groups), {"R": cells}), cells)
    assert {OPS[op] for op in program.code[0][:, 0]} >= {"add_numbers", "add_products", "add_numbers_twice", "sub_pos"}
    code = LaneCode(program, 100)
    code.inputs[:] = draws
    found, (a, b, c) = code.run(), draws
    expected = [[(a, 0.1), (b, 0.3), (a, b), (c, 1.0), (c, -7.0)], [(c, 1.0), (a, c)], [(a, 0.1), (b, 0.3), (c, -7.0)], [(a, -7.0), (b, 0.3), (c, 0.1)]]
    assert np.array_equal(found, [*(by_hand(terms, draws) for terms in expected), np.maximum(a - b, 0.0)])
    assert code.is_finite(100) and code.are_inside


@pytest.mark.parametrize("layout", ["draws last", "draws first", "every other", "backwards", "one for all"])
def test_inputs_are_read_where_they_stand(layout):
    """The same numbers to the bit, however an array lies in memory; a draw outside its range is told wherever it stands."""
    numbers = np.random.default_rng(2).random((70, 2, 3))
    lying = {"draws last": np.moveaxis(np.ascontiguousarray(np.moveaxis(numbers, 0, -1)), -1, 0), "draws first": numbers,
             "every other": np.repeat(numbers, 2, axis=0)[::2], "backwards": numbers[::-1].copy()[::-1],
             "one for all": np.broadcast_to(numbers[:1], numbers.shape)}[layout]  # fmt: skip
    places = np.array([4, 0, 5])
    builder = Builder()
    cells = builder.add("input", 3, name="X", places=places)
    total = builder.reduce("Sum", cells, np.array([0, 3]))
    code = LaneCode(LaneProgram(Program(tuple(builder.groups), {"R": total}), total), 64)
    addresses, steps = ArraySource({"X": lying}).where({"X": places})
    for start, stop in ((0, 64), (64, 70)):
        own = lying.reshape(70, 6)[start:stop, places]
        found = code.run_on(addresses + start * steps, steps, stop - start)
        assert np.array_equal(found[0], own[:, 0] + own[:, 1] + own[:, 2]) and code.are_inside
    code.hold(np.array([[0.0, 1.0], [0.0, 1.0], [0.0, float(own[-1, 2]) - 1e-9]]))
    code.run_on(addresses + start * steps, steps, stop - start)
    assert not code.are_inside
    assert ArraySource({"X": lying.astype(np.float32)}).where({"X": places}) is None
