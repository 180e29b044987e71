"""The machine for rows of draws does each operation as NumPy does, on numbers that are none and numbers without end too."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from engine.batch.arithmetic import apply, reduce_runs
from engine.batch.lanes import OPS, LaneCode, LaneProgram, is_at_hand
from engine.batch.program import ELEMENTWISE, REDUCTIONS, Builder, Program

pytestmark = pytest.mark.skipif(not is_at_hand(), reason='numba is not installed: pip install "mrvgraph[test]"')

NUMBERS = (np.nan, -np.inf, np.inf, -2.5, -0.0, 0.0, 1.0, 3.0 - 1e-16, 7.0)
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
