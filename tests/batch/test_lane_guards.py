"""The compiled machine touches nothing but its own numbers, gives the bits of NumPy, and refuses what it was not compiled for.

What is compiled looks at no bounds: these tests do. Two processes that compile different code at the same time once read each other's.
"""

from __future__ import annotations

import numpy as np
import pytest
from guarded_memory import Fence
from random_programs import RandomProgram

from engine.batch.batchable import ArraySource
from engine.batch.lane_bounds import LaneBounds
from engine.batch.lane_code import LaneRows, instructions_of
from engine.batch.lane_operations import LANES
from engine.batch.lanes import LaneCode, LaneProgram, can_run, compiled_machine, is_at_hand

pytestmark = pytest.mark.skipif(not is_at_hand(), reason='numba is not installed: pip install "mrvgraph[test]"')


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether numbers are the same, and zeros have the same sign."""
    return np.array_equal(found, expected, equal_nan=True) and np.array_equal(np.copysign(1.0, found)[found == 0], np.copysign(1.0, expected)[expected == 0])


@pytest.mark.parametrize("width", [1, 2, LANES - 1, LANES, LANES + 1, 2 * LANES - 1, 2 * LANES, 2 * LANES + 1])
@pytest.mark.parametrize("at_end", [True, False])
def test_it_touches_its_own_numbers_only_and_gives_the_bits_of_numpy(width, at_end):
    for seed in range(width, width + 6):
        drawn, fence = RandomProgram(seed, 12), Fence(at_end=at_end)
        assert can_run(drawn.program)
        data = drawn.draws(width)
        with np.errstate(all="ignore"):
            expected = drawn.in_numpy(data)
        code = fence.around(LaneCode(LaneProgram(drawn.program, drawn.outputs), width))
        code.inputs[:] = data
        assert same(code.run(), expected)
        assert np.array_equal(code._finite, np.isfinite(expected).all(axis=0))
        lying = fence.copy(data if seed % 2 else data.T)
        row, step = lying.strides if seed % 2 else lying.strides[::-1]
        addresses, steps = lying.ctypes.data + row * np.arange(drawn.inputs), np.full(drawn.inputs, step)
        for count in (width, width // 2, 0):
            assert same(code.run_on(addresses, steps, count), expected[:, :count])
        assert fence.is_whole()


def test_a_fence_tells_a_number_beside_an_array():
    for place in (-1, 3):
        fence = Fence(at_end=place > 0)
        array = fence.copy(np.zeros(3))
        assert fence.is_whole()
        np.lib.stride_tricks.as_strided(array, (5,))[3] = 1.0 if place > 0 else np.nan
        assert not fence.is_whole()


def code_of_one() -> LaneCode:
    drawn = RandomProgram(1, 5)
    return LaneCode(LaneProgram(drawn.program, drawn.outputs), 40)


def narrower(code: LaneCode) -> None:
    code._rows = np.zeros((len(code._rows), LANES // 2))


def other_kind(code: LaneCode) -> None:
    code._rows = np.asfortranarray(np.repeat(code._rows, 2, axis=0))


def fewer_results(code: LaneCode) -> None:
    code._results = code._results[:, :39].copy()


def fewer_limits(code: LaneCode) -> None:
    code.hold(np.zeros((0, 2)))


@pytest.mark.parametrize("change", [narrower, other_kind, fewer_results, fewer_limits])
def test_other_arrays_than_it_was_compiled_for_are_refused(change):
    code = code_of_one()
    code.run()
    change(code)
    with pytest.raises((ValueError, TypeError)):
        code.run()


def test_more_draws_than_there_is_room_for_are_refused():
    code = code_of_one()
    count = len(code.inputs)
    with pytest.raises(ValueError, match="no room"):
        code.run_on(np.full(count, code.inputs.ctypes.data), np.zeros(count, np.int64), 41)


def test_the_machine_of_other_code_is_refused():
    from engine.batch.lane_machine import NOTHING

    machine = compiled_machine()
    machine(*NOTHING)
    with pytest.raises(RuntimeError, match="other code"):
        machine.func(machine.args[0] ^ 1, *NOTHING)


def made() -> tuple[LaneRows, np.ndarray, np.ndarray]:
    drawn = RandomProgram(3, 25)
    numbers = np.full(drawn.program.size, np.nan)
    for group in drawn.program.groups:
        if group.op == "const":
            numbers[group.cells] = group.values
    sources = np.arange(drawn.inputs)
    rows = LaneRows(list(instructions_of(drawn.program)), sources, drawn.outputs, numbers)
    return rows, rows.row_of(sources), rows.row_of(drawn.outputs)


def test_instructions_that_touch_what_is_not_theirs_are_refused():
    rows, sources, targets = made()
    LaneBounds(rows, sources, targets).check()
    refused = 0
    for name in ("entries", "left", "right", "runs"):
        array = getattr(rows, name)
        for wrong in (-LANES, 1, rows.height * LANES):
            held = array.copy()
            array.reshape(-1)[0] = wrong
            if name != "right" or held[0]:
                with pytest.raises(RuntimeError, match="numba backend"):
                    LaneBounds(rows, sources, targets).check()
                refused += 1
            array[...] = held
    assert refused >= 9
    # A result that nothing fills, and a row of a known number that is filled.
    rows.height += 1
    with pytest.raises(RuntimeError, match="nothing has filled"):
        LaneBounds(rows, sources, np.append(targets, rows.height - 1)).check()
    rows.pinned[int(rows.entries[0, 0]) // LANES] = 1.0
    with pytest.raises(RuntimeError, match="nothing has filled"):
        LaneBounds(rows, sources, targets).check()


def test_shorter_arrays_than_the_first_are_not_read_in_place():
    source = ArraySource({"X": np.zeros((9, 1)), "Y": np.zeros((8, 1))})
    assert source.where({"X": np.array([0])}) is not None
    assert source.where({"Y": np.array([0])}) is None


@pytest.mark.parametrize("module, name, value", [("lane_operations", "LANES", 64), ("lane_operations", "MUL", 99), ("comparisons", "TIE", 1e-11),
                                                 ("whole_numbers", "NEAR", 1e-8), ("lane_vectors", "_WIDE", 4)])  # fmt: skip
def test_the_key_on_disk_changes_with_every_number_that_is_compiled(module, name, value, monkeypatch):
    from engine.batch import lane_key

    compiled_machine()
    key = lane_key.code_key()
    assert key == lane_key.code_key() and key >= 0
    monkeypatch.setattr(next(part for part in lane_key.PARTS if part.__name__.endswith(module)), name, value)
    assert lane_key.code_key() != key


def test_the_key_on_disk_changes_with_every_file_and_the_processor(monkeypatch):
    from engine.batch import lane_key

    compiled_machine()
    key, text = lane_key.code_key(), lane_key.inspect.getsource
    names = [part.__name__ for part in lane_key.PARTS] + ["engine.batch.lane_machine"]
    for name in names:
        with monkeypatch.context() as patch:
            patch.setattr(lane_key.inspect, "getsource", lambda part, name=name: text(part) + (" " if part.__name__ == name else ""))
            assert lane_key.code_key() != key
    assert {"engine.batch.lane_vectors", "engine.run.arithmetic.comparisons", "engine.run.arithmetic.whole_numbers"} <= set(names)
    with monkeypatch.context() as patch:
        codegen = lane_key.cpu_target.target_context.codegen()
        patch.setattr(type(codegen), "magic_tuple", lambda self: ("other",))
        assert lane_key.code_key() != key


def test_where_nothing_is_compiled_the_backend_is_not_at_hand(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert not is_at_hand()
