"""A program made ready for the draws of one source: what they share is computed, what differs has its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.batch.forms import specialised
from engine.batch.guard import STATUS, with_status
from engine.batch.lanes import LaneCode, LaneProgram
from engine.batch.numpy_code import BlockCode, BlockSource, width_for
from engine.batch.program import Cells, Group, Numbers, Program
from engine.batch.row_layout import RowLayout, lay_out
from equations.model.quantity import Quantity

#: Draws of a block; NumPy's calls pay from some hundreds on, and more than some thousands leave the cache.
LEAST_WIDTH, MOST_WIDTH = 1024, 4096
_LANES_WIDTH = 2048
_SMALL = 16

Code = BlockCode | LaneCode


@dataclass(frozen=True, eq=False)
class Prepared:
    """A program for one batch.

    Attributes
    ----------
    program
        In which all that draws share is a known number.
    cells
        The cells that are asked for, quantity after quantity.
    needed
        Which of them must have a number. Shape: that of ``cells``.
    """

    program: Program
    cells: Cells
    needed: np.ndarray

    @cached_property
    def varied(self) -> tuple[Group, ...]:
        """The inputs that differ between draws."""
        return tuple(group for group in self.program.groups if group.op == "input")

    @cached_property
    def wanted(self) -> dict[str, Cells]:
        """Input -> places of the cells that are read."""
        return {group.name: group.places for group in self.varied if group.places is not None}

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Input -> its first row among the inputs of the code, and the row after its last."""
        ends = np.cumsum([group.size for group in self.varied]).tolist()
        return {group.name: (end - group.size, end) for group, end in zip(self.varied, ends, strict=True)}

    @cached_property
    def values(self) -> Numbers:
        """The known number of each cell, NaN where it differs between draws."""
        values = np.full(self.program.size, np.nan)
        for group in self.program.groups:
            if group.op == "const":
                values[group.cells] = group.values
        return values

    @cached_property
    def is_known(self) -> np.ndarray:
        """Which of ``cells`` all draws share."""
        shared = np.zeros(self.program.size, bool)
        for group in self.program.groups:
            if group.op == "const":
                shared[group.cells] = True
        return shared[self.cells]

    @property
    def open(self) -> Cells:
        """Places in ``cells`` that differ between draws."""
        return np.nonzero(~self.is_known)[0]

    @property
    def numbers(self) -> Numbers:
        """What is known of ``cells``, NaN elsewhere."""
        return np.where(self.is_known, self.values[self.cells], np.nan)

    @property
    def without_result(self) -> bool:
        """Whether what all draws share has no finite result."""
        return bool((self.needed & self.is_known & ~np.isfinite(self.values[self.cells])).any())

    @property
    def has_status(self) -> bool:
        """Whether the code gives a status behind the cells that differ."""
        return STATUS in self.program.outputs

    @cached_property
    def results(self) -> Cells:
        """The cells that the code gives."""
        cells = self.cells[self.open]
        return np.concatenate([cells, self.program.outputs[STATUS]]) if self.has_status else cells

    @cached_property
    def layout(self) -> RowLayout:
        """The rows and calls of the NumPy backend."""
        return lay_out(self.program)

    @cached_property
    def block(self) -> BlockSource:
        """The Python code of the NumPy backend."""
        return BlockSource.of(self.layout)

    @cached_property
    def instructions(self) -> LaneProgram:
        """The instructions of the numba backend."""
        return LaneProgram(self.program, self.results)

    def width(self, backend: str, count: int, asked: int | None, cache_bytes: int) -> int:
        """Return how many draws a block takes."""
        if asked is None:
            asked = _LANES_WIDTH if backend == "numba" else width_for(self.layout, cache_bytes, LEAST_WIDTH, MOST_WIDTH)
        return max(_SMALL, min(asked, -(-count // _SMALL) * _SMALL))

    def code(self, backend: str, width: int) -> Code:
        """Return code of one worker."""
        return LaneCode(self.instructions, width) if backend == "numba" else BlockCode(self.block, width, self.results)


def prepare(program: Program, needed: np.ndarray, template: Mapping[str, Numbers], quantities: Mapping[str, Quantity]) -> Prepared:
    """Make a program ready.

    Parameters
    ----------
    needed
        Which cells of the outputs must have a number, output after output.
    template
        Input -> its numbers, NaN in the cells that differ between draws.
    """
    done = with_status(specialised(program, template, quantities))
    # The status is looked at by whoever evaluates, and is no result.
    cells = np.concatenate([part.ravel() for name, part in done.outputs.items() if name != STATUS])
    return Prepared(done, cells, needed)
