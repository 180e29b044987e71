"""The numba backend: a small machine that does one operation on one row of draws at a time, compiled once for all methodologies.

A program becomes a list of instructions on rows. What is compiled is only the machine that follows such a list, so that the compiled code can be
kept on disk and no methodology has to be compiled. Each instruction works on some draws side by side; a sum holds its rows in registers while its
terms go by; rows are used again as soon as nobody reads them, and so stay in the fastest cache. Inputs are read where they stand.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.batch.lane_bounds import LaneBounds
from engine.batch.lane_code import LaneRows, instructions_of
from engine.batch.lane_operations import LANES, OPS
from engine.batch.program import Cells, Numbers, Program
from engine.run.functions import REDUCTIONS

_LEAST, _GREATEST = -sys.float_info.max, sys.float_info.max


def is_at_hand() -> bool:
    """Whether numba is installed, and not told to compile nothing: the machine is nothing that Python could do instead."""
    return importlib.util.find_spec("numba") is not None and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


@cache
def why_not_loaded() -> str:
    """Return why the machine cannot be loaded, nothing if it can: numba may be there for other versions of Python or NumPy."""
    try:
        compiled_machine()
    # Whatever a compiler says when it cannot work here.
    except Exception as error:
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def is_loaded() -> bool:
    """Whether numba is imported already, so that using it costs nothing more."""
    return "numba" in sys.modules


def can_run(program: Program) -> bool:
    """Whether the machine has every operation of a program.

    Logarithms, powers and matrix operations are left to NumPy, which does them in its own way: so both backends give the same bits.
    """
    known = {"const", "input", *REDUCTIONS, *OPS}
    return all(group.op in known for group in program.groups)


class LaneProgram:
    """A program as instructions for the machine."""

    def __init__(self, program: Program, outputs: Cells) -> None:
        sources = np.concatenate([np.zeros(0, np.int64), *(group.cells for group in program.groups if group.op == "input")])
        rows = LaneRows(list(instructions_of(program)), sources, outputs, _numbers(program))
        self.code = (rows.runs, rows.entries, rows.left, rows.right, rows.table, rows.second)
        self.height = rows.height
        self.constants = rows.pinned
        self.sources, self.targets = rows.row_of(sources), rows.row_of(outputs)
        LaneBounds(rows, self.sources, self.targets).check()


class LaneCode:
    """A program for the machine, with rows of its own: one worker's.

    Attributes
    ----------
    inputs
        To be filled before :meth:`run`, where the numbers are not read from elsewhere. Shape: (input cells, width); cells in the order of the
        program's input groups.
    are_inside
        Whether all inputs of the last block were within what they can be.
    """

    def __init__(self, program: LaneProgram, width: int) -> None:
        self._program = program
        # Rows of known numbers are written once, for no instruction fills them.
        # What nothing fills is no number.
        self._rows = np.full((max(program.height, 1), LANES), np.nan)
        for row, number in program.constants.items():
            self._rows[row] = number
        self.inputs = np.zeros((len(program.sources), width))
        self._limits = np.array([[_LEAST, _GREATEST]] * len(program.sources)).reshape(-1, 2)
        self.are_inside = True
        self._results, self._finite = np.full((len(program.targets), width), np.nan), np.zeros(width, bool)
        self._machine = compiled_machine()

    def hold(self, limits: Numbers) -> None:
        """Say the least and the greatest that each input can be; otherwise it is any finite number. Shape: (input cells, 2)."""
        self._limits = np.clip(limits, _LEAST, _GREATEST)

    def is_finite(self, count: int) -> bool:
        """Whether so many first draws of the last block have finite results only."""
        return bool(self._finite[:count].all())

    def run(self) -> Numbers:
        """Evaluate the block and return the cells that are asked for. Shape: (outputs, width); good until the next call."""
        own = self.inputs
        addresses = own.ctypes.data + own.strides[0] * np.arange(len(own), dtype=np.int64)
        return self.run_on(addresses, np.full(len(own), own.itemsize, np.int64), own.shape[1])

    def run_on(self, addresses: NDArray[np.int64], steps: NDArray[np.int64], count: int) -> Numbers:
        """Evaluate so many draws of inputs that stand in memory.

        Parameters
        ----------
        addresses, steps
            Of each input cell: where its first draw is, and the bytes to the next. The caller holds the arrays.
        """
        program = self._program
        # Arguments of the same types for every program, or numba would compile again.
        self.are_inside = self._machine(
            *program.code, self._rows, program.sources, addresses, steps, self._limits, program.targets, self._results, self._finite, count
        )  # fmt: skip
        return self._results[:, :count]


@cache
def compiled_machine() -> Callable[..., bool]:
    """Return the machine, compiled; the compiled code is kept on disk."""
    from engine.batch.lane_machine import compiled

    return compiled


def _numbers(program: Program) -> Numbers:
    numbers = np.full(program.size, np.nan)
    for group in program.groups:
        if group.op == "const":
            numbers[group.cells] = group.values
    return numbers
