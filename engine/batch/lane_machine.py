"""The machine for rows of draws: compiled once for all methodologies, and kept on disk. Only what needs numba imports this file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numba
import numpy as np
from numba import types

from engine.batch.lane_key import code_key
from engine.batch.lane_operations import (
    ABS,
    ADD,
    ADD_NUMBERS,
    ADD_NUMBERS_TWICE,
    ADD_PRODUCTS,
    AND,
    CEIL,
    COLUMNS,
    DIV,
    EQ,
    FLOOR,
    GE,
    GT,
    LANES,
    LE,
    LEAST,
    LT,
    MAX,
    MIN,
    MUL,
    MUL_NUMBER,
    NE,
    NEG,
    NOT,
    OR,
    POS,
    ROUND,
    ROUND_DOWN,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_UP,
    SQRT,
    SUB,
    SUB_POS,
)  # fmt: skip
from engine.batch.lane_vectors import (
    add_each,
    add_numbers,
    add_numbers_twice,
    add_products,
    least_of,
    max_each,
    min_each,
    mul_each,
    mul_number_each,
    number_at,
    pos_each,
    read_row,
    sub_each,
    sub_pos_each,
)  # fmt: skip
from engine.run.arithmetic.comparisons import TIE
from engine.run.arithmetic.whole_numbers import NEAR, NEAREST

_BYTES = 8


def machine(runs, entries, left, right, table, second, rows, sources, addresses, steps, limits, targets, results, finite, width) -> bool:  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 - one arm for each operation
    """Follow a list of instructions for every draw of a block, some side by side; return whether all inputs are within their limits.

    Parameters
    ----------
    runs
        Instructions of one operation side by side: the operation, the first entry and the one behind the last. Shape: (run, 3).
    entries
        What each instruction fills and reads, as places in ``rows``. Shape: (instruction, COLUMNS).
    left, right, table, second
        Of each term of sums: places of its factors, and known numbers.
    rows
        Shape: (row, LANES).
    sources, addresses, steps, limits
        Of each input: its row, where its first draw stands in memory, the bytes to the next, the least and the greatest that it can be.
    targets, results, finite
        Rows that are asked for, where they go, and whether all of a draw are finite. Shape: (targets,), (targets, at least ``width``), (at least
        ``width``,).
    width
        How many draws.
    """
    flat, all_inside = rows.ravel(), True
    listed = entries.ravel()
    for begin in range(0, width, LANES):
        n = min(LANES, width - begin)
        # Inputs first, each held against its range while it is at hand.
        for k in range(len(sources)):
            lowest, highest, first = limits[k, 0], limits[k, 1], addresses[k] + begin * steps[k]
            # The last draws, and those that stand apart, are read one by one: a whole row would read what is not theirs.
            if n == LANES and steps[k] == _BYTES:
                all_inside &= read_row(flat, sources[k] * LANES, first, lowest, highest)
                continue
            row = rows[sources[k]]
            for lane in range(n):
                row[lane] = number_at(first + lane * steps[k])
                # Written so that what is not a number counts as outside.
                all_inside &= lowest <= row[lane] <= highest
        # One branch for all instructions of a kind that stand side by side.
        for run in range(runs.shape[0]):
            op, one, behind = runs[run, 0], runs[run, 1], runs[run, 2]
            if op == ADD_NUMBERS:
                add_numbers(flat, listed, left, right, table, second, one, behind)
            elif op == ADD_NUMBERS_TWICE:
                add_numbers_twice(flat, listed, left, right, table, second, one, behind)
            elif op == ADD_PRODUCTS:
                add_products(flat, listed, left, right, table, second, one, behind)
            elif op == LEAST:
                least_of(flat, listed, left, right, table, second, one, behind)
            elif op == MUL_NUMBER:
                mul_number_each(flat, listed, table, one, behind)
            elif op == MUL:
                mul_each(flat, listed, table, one, behind)
            elif op == ADD:
                add_each(flat, listed, table, one, behind)
            elif op == SUB:
                sub_each(flat, listed, table, one, behind)
            elif op == POS:
                pos_each(flat, listed, table, one, behind)
            elif op == SUB_POS:
                sub_pos_each(flat, listed, table, one, behind)
            elif op == MIN:
                min_each(flat, listed, table, one, behind)
            elif op == MAX:
                max_each(flat, listed, table, one, behind)
            else:
                # Seldom, and long enough each that the branch does not matter.
                for at in range(one, behind):
                    _rare(op, rows, entries, at)
        # Results leave the rows draw by draw; what is left of the last row belongs to nobody.
        for lane in range(n):
            finite[begin + lane] = True
        for k in range(len(targets)):
            row, result = rows[targets[k]], results[k]
            for lane in range(n):
                # -0.0 + 0.0 is 0.0, as a run writes it; what is not finite is not equal to itself less itself.
                result[begin + lane] = row[lane] + 0.0
                finite[begin + lane] &= row[lane] - row[lane] == 0.0
    return all_inside


def rare(op, rows, entries, at) -> None:  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912 - one arm for each operation
    """Do an operation that is not worth instructions of its own: a branch, then a loop without any, of which the compiler makes vectors."""
    d, a, b = rows[entries[at, 0] // LANES], rows[entries[at, 1] // LANES], rows[entries[at, 2] // LANES]
    if op == DIV:
        for lane in range(LANES):
            d[lane] = a[lane] / b[lane]
    elif op == NEG:
        for lane in range(LANES):
            d[lane] = -a[lane]
    elif op == ABS:
        for lane in range(LANES):
            d[lane] = abs(a[lane])
    elif op == FLOOR:
        for lane in range(LANES):
            d[lane] = np.floor(_at_steps(a[lane], 0.0)) + 0.0
    elif op == CEIL:
        for lane in range(LANES):
            d[lane] = np.ceil(_at_steps(a[lane], 0.0)) + 0.0
    elif op == ROUND:
        for lane in range(LANES):
            x = _at_steps(a[lane], 0.5)
            d[lane] = np.copysign(np.floor(abs(x) + 0.5), x) + 0.0
    elif op == ROUND_HALF_EVEN:
        for lane in range(LANES):
            d[lane] = np.rint(_at_steps(a[lane], 0.5)) + 0.0
    elif op == ROUND_HALF_DOWN:
        for lane in range(LANES):
            x = _at_steps(a[lane], 0.5)
            d[lane] = np.copysign(np.ceil(abs(x) - 0.5), x) + 0.0
    elif op == ROUND_UP:
        for lane in range(LANES):
            x = _at_steps(a[lane], 0.0)
            d[lane] = np.copysign(np.ceil(abs(x)), x) + 0.0
    elif op == ROUND_DOWN:
        for lane in range(LANES):
            d[lane] = np.trunc(_at_steps(a[lane], 0.0)) + 0.0
    elif op == SQRT:
        for lane in range(LANES):
            d[lane] = np.sqrt(a[lane])
    elif op == LT:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] < b[lane] and not _tied(a[lane], b[lane]) else 0.0
    elif op == LE:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] <= b[lane] or _tied(a[lane], b[lane]) else 0.0
    elif op == GT:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] > b[lane] and not _tied(a[lane], b[lane]) else 0.0
    elif op == GE:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] >= b[lane] or _tied(a[lane], b[lane]) else 0.0
    elif op == EQ:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] == b[lane] or _tied(a[lane], b[lane]) else 0.0
    elif op == NE:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] != b[lane] and not _tied(a[lane], b[lane]) else 0.0
    elif op == AND:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] != 0.0 and b[lane] != 0.0 else 0.0
    elif op == OR:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] != 0.0 or b[lane] != 0.0 else 0.0
    elif op == NOT:
        for lane in range(LANES):
            d[lane] = 1.0 if a[lane] == 0.0 else 0.0
    else:
        c = rows[entries[at, 3] // LANES]
        for lane in range(LANES):
            d[lane] = b[lane] if a[lane] != 0.0 else c[lane]


def at_steps(value, jumps):  # type: ignore[no-untyped-def]
    """Return a number, one near where a function jumps as the place of the jump: :mod:`engine.run.arithmetic.whole_numbers` for one number."""
    moved = value - jumps
    nearest = np.rint(moved)
    return nearest + jumps if abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST) else value


def tied(a, b):  # type: ignore[no-untyped-def]
    """Whether two numbers differ by no more than floats round: :mod:`engine.run.arithmetic.comparisons` for two numbers."""
    gap = abs(a - b)
    return gap <= TIE * max(abs(a), abs(b)) and gap < np.inf


def _kept(key: int, *, on_disk: bool):  # type: ignore[no-untyped-def]
    """Return the machine compiled. It holds the key of what it was compiled from, and refuses whoever has another one, or arrays that do not fit."""

    def kept(known, runs, entries, left, right, table, second, rows, sources, addresses, steps, limits, targets, results, finite, width):  # type: ignore[no-untyped-def]
        if known != key:
            raise RuntimeError("the compiled machine is that of other code")
        terms, inputs = len(left), len(sources)
        if rows.shape[1] != LANES or entries.shape[1] != COLUMNS or len(right) != terms or len(table) != terms or len(second) != terms:
            raise ValueError("rows or instructions are of another shape than those of the compiled machine")
        if len(addresses) != inputs or len(steps) != inputs or limits.shape[0] != inputs or limits.shape[1] != 2:
            raise ValueError("there are not as many places and limits as inputs")
        if results.shape[0] != len(targets) or width < 0 or width > results.shape[1] or width > len(finite):
            raise ValueError("there is no room for so many results")
        return _machine(runs, entries, left, right, table, second, rows, sources, addresses, steps, limits, targets, results, finite, width)

    # Also the name of the file: two processes that compile different code must never write one.
    kept.__name__ = kept.__qualname__ = f"machine_{key:016x}"
    return numba.njit(SIGNATURE, nogil=True, cache=on_disk, error_model="numpy")(kept)


def loaded() -> Callable[..., bool]:
    """Return the machine: from disk, or compiled, where the disk has none, cannot be written, or has another than it should."""
    key = code_key()
    try:
        found = partial(_kept(key, on_disk=True), key)
        found(*NOTHING)
    # Whatever the disk holds: what is compiled here is right.
    except Exception:
        found = partial(_kept(key, on_disk=False), key)
        found(*NOTHING)
    return found


_at_steps = numba.njit(at_steps, nogil=True, error_model="numpy")
_tied = numba.njit(tied, nogil=True, error_model="numpy")
_rare = numba.njit(rare, nogil=True, error_model="numpy")
_machine = numba.njit(machine, nogil=True, error_model="numpy")
_INTS, _PLACES, _FLOATS, _ROWS = types.int64[::1], types.int32[::1], types.float64[::1], types.float64[:, ::1]
#: Types of the arguments: other arrays are refused, where numba would compile again for them.
_ARGUMENTS = (
    types.int64, types.int64[:, ::1], types.int32[:, ::1], _PLACES, _PLACES, _FLOATS, _FLOATS,
    _ROWS, _INTS, _INTS, _INTS, _ROWS, _INTS, _ROWS, types.boolean[::1], types.int64,
)  # fmt: skip
SIGNATURE = types.boolean(*_ARGUMENTS)
#: A program without instructions.
NOTHING = (
    np.zeros((0, 3), np.int64), np.zeros((0, COLUMNS), np.int32), *(np.zeros(0, kind) for kind in (np.int32, np.int32, float, float)),
    np.zeros((1, LANES)), *(np.zeros(0, np.int64) for _ in range(3)), np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros((0, 1)), np.zeros(1, bool), 1,
)  # fmt: skip
compiled = loaded()
