"""The third backend: a program as a table of operations that a small JavaScript runtime (``live_numbers.js``) goes through, cell by cell.

It is data, so a page needs no ``eval`` and keeps its policy. An operation that has no JavaScript meaning (:mod:`engine.run.functions`), or works on
whole matrices, is held at the numbers of the run; the inputs from which it follows are then not to be changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.batch.arithmetic import apply, matrices, reduce_runs
from engine.batch.program import MATRIX, Builder, Cells, Group, Numbers, Program, finish
from engine.batch.skipping import keep_needed
from engine.run.arithmetic.comparisons import TIE
from engine.run.arithmetic.whole_numbers import NEAR, NEAREST
from engine.run.functions import ELEMENTWISE, FUNCTIONS, REDUCTIONS

Record = dict[str, object]

#: Why a matrix operation is held.
_OF_MATRICES = {
    "root": "the root of a matrix follows from it, which is not worked out anew here",
    "matrix_power": "the power of a matrix follows from it, which is not worked out anew here",
}


@dataclass(frozen=True)
class ScriptProgram:
    """A program with the numbers of one project.

    Attributes
    ----------
    program
        In its literal form.
    inputs
        Input -> the numbers of the run. Shape: that of the quantity.
    """

    program: Program
    inputs: Mapping[str, Numbers]

    @cached_property
    def numbers(self) -> Numbers:
        """The number of each cell, computed as a batch computes it. Shape: (cells,)."""
        found = np.full(self.program.size, np.nan)
        with np.errstate(all="ignore"):
            for group in self.program.groups:
                found[group.cells] = self._of(group, found)
        return found

    def _of(self, group: Group, found: Numbers) -> Numbers:
        if group.op == "const":
            assert group.values is not None
            return group.values
        if group.op == "input":
            return np.ravel(self.inputs[group.name])[group.places]
        operands = [found[cells] for cells in group.operands]
        # One draw: the functions of a batch take an axis of draws behind the cells.
        if group.op in MATRIX:
            return matrices(group, operands[0][:, None], operands[1][:, None])[:, 0]
        if group.op in REDUCTIONS:
            assert group.starts is not None
            return reduce_runs(group.op, operands[0], group.starts)
        return apply(group.op, operands)

    @cached_property
    def held(self) -> tuple[Group, ...]:
        """Groups that are held at the numbers of the run."""
        return tuple(group for group in self.program.groups if why_held(group.op))

    @cached_property
    def locked(self) -> dict[str, dict[int, str]]:
        """Input -> place of a cell -> why it is not to be changed."""
        found: dict[str, dict[int, str]] = {}
        for group in self.held:
            above = self.above(np.concatenate(group.operands))
            for name, place in self.inputs_of(above):
                found.setdefault(name, {}).setdefault(place, why_held(group.op))
        return found

    def above(self, cells: Cells) -> NDArray[np.bool_]:
        """Return from which cells some others follow, these included. Shape: (cells,)."""
        marked = np.zeros(self.program.size, bool)
        marked[cells] = True
        # Operands stand before what reads them, so one pass from the end marks all.
        for group in reversed(self.program.groups):
            if not marked[group.cells].any():
                continue
            for operand in _read(group, marked[group.cells]):
                marked[operand] = True
        return marked

    def inputs_of(self, marked: NDArray[np.bool_]) -> Iterator[tuple[str, int]]:
        """Yield the inputs among marked cells, each with its place in the quantity's array."""
        for group in self.program.groups:
            if group.op == "input":
                assert group.places is not None
                yield from ((group.name, int(place)) for place in group.places[marked[group.cells]])

    @cached_property
    def inexact(self) -> tuple[str, ...]:
        """Outputs whose last digits may differ between programs: an exponential, a logarithm or a power enters, or more digits than a float has."""
        loose = np.zeros(self.program.size, bool)
        # What is held keeps the bits of the run, so nothing inexact comes through it.
        for group in self.program.groups:
            if self.is_inexact(group):
                loose[group.cells] = True
            elif group.op in REDUCTIONS:
                assert group.starts is not None
                loose[group.cells] = [loose[run].any() for run in np.split(group.operands[0], group.starts[1:-1])]
            elif group.op not in ("const", "input", *MATRIX):
                loose[group.cells] = np.any([loose[cells] for cells in group.operands], axis=0)
        return tuple(name for name, cells in self.program.outputs.items() if loose[cells].any())

    def is_inexact(self, group: Group) -> bool:
        """Whether a group is computed otherwise in the last digits elsewhere; squares, roots and reciprocals are not."""
        operation = ELEMENTWISE.get(group.op)
        if operation is None or not operation.inexact:
            return False
        if group.op != "power":
            return True
        # An exponent that somebody may change counts as any number.
        exponents = np.where(self.fixed[group.operands[1]], self.numbers[group.operands[1]], np.nan)
        return not np.isin(exponents, (2.0, 0.5, -1.0)).all()

    @cached_property
    def fixed(self) -> NDArray[np.bool_]:
        """Which cells hold a number that no input moves. Shape: (cells,)."""
        found = np.zeros(self.program.size, bool)
        for group in self.program.groups:
            found[group.cells] = group.op == "const"
        return found

    @cached_property
    def moving(self) -> Program:
        """The program in which what is held is a number."""
        builder = Builder()
        moved = np.full(self.program.size, -1, np.int64)
        for group in self.program.groups:
            if why_held(group.op):
                # What was computed only for it is left out below: the page would do it in vain.
                moved[group.cells] = builder.constants(self.numbers[group.cells])
            else:
                moved[group.cells] = builder.copy(group, tuple(moved[cells] for cells in group.operands))
        return keep_needed(finish(builder, self.program, moved))

    def as_record(self) -> Record:
        """Return the table as plain data."""
        program = self.moving
        return {
            "size": program.size,
            "groups": [_group(group) for group in program.groups],
            "outputs": {name: runs(cells.ravel()) for name, cells in program.outputs.items()},
            "guards": {"nonnegative": runs(program.nonnegative), "finite": runs(program.finite)},
        }


def why_held(op: str) -> str:
    """Return why an operation is held at the numbers of the run, or an empty text."""
    if op in ELEMENTWISE and not ELEMENTWISE[op].script:
        return f"{ELEMENTWISE[op].not_scripted}, which is not done here"
    return _OF_MATRICES.get(op, "")


def script_operations() -> str:
    """Return what the runtime finds before it: what counts as equal and as whole, and what each operation does, from the engine's own tables."""
    sizes = [f"const TIE = {TIE!r}, NEAR = {NEAR!r}, NEAREST = {NEAREST!r};"]
    written = [f"  {name}: {operation.script}," for name, operation in ELEMENTWISE.items() if operation.script]
    return "\n".join(['"use strict";', *sizes, "const OPERATIONS = {", *written, "};", ""])


def _read(group: Group, chosen: NDArray[np.bool_]) -> Iterator[Cells]:
    """Yield the cells that some of a group's cells read."""
    for cells in group.operands:
        if group.op in MATRIX:
            yield cells
        elif group.op in REDUCTIONS:
            yield cells[np.repeat(chosen, group.lengths)]
        else:
            yield cells[chosen]


def _group(group: Group) -> Record:
    record: Record = {"op": group.op, "size": group.size}
    if group.op == "const":
        assert group.values is not None
        return record | {"values": [_written(value) for value in group.values.tolist()]}
    if group.op == "input":
        assert group.places is not None
        return record | {"of": group.name, "places": runs(group.places)}
    record["read"] = [runs(cells) for cells in group.operands]
    if group.op in REDUCTIONS:
        record |= {"join": REDUCTIONS[group.op].join, "lengths": runs(group.lengths)}
    # Where a rounding function jumps: the page tells what lies so near that only fractions decide.
    if group.op in FUNCTIONS and FUNCTIONS[group.op].exactly is not None:
        record["jumps"] = FUNCTIONS[group.op].jumps
    return record


def _written(value: float) -> float | str:
    """Return a number as JSON can hold it; what is no finite number as a text."""
    return value if np.isfinite(value) else repr(value)


def runs(cells: Cells | Sequence[int]) -> list[int]:
    """Return whole numbers as runs of equal steps: first, step and count of each.

    Examples
    --------
    >>> runs([4, 5, 6, 9, 9, 9, 2])
    [4, 1, 3, 9, 0, 3, 2, 0, 1]
    """
    numbers = np.asarray(cells, np.int64).ravel()
    found: list[int] = []
    at = 0
    while at < len(numbers):
        step = int(numbers[at + 1] - numbers[at]) if at + 1 < len(numbers) else 0
        end = at + 1
        while end < len(numbers) and numbers[end] - numbers[end - 1] == step:
            end += 1
        count = end - at
        if count == 2 and step != 0:  # two that do not go on: each for itself says no more
            count, step = 1, 0
        found += [int(numbers[at]), step, count]
        at += count
    return found
