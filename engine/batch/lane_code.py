"""From the cells of a program to instructions on rows: which sums take their terms in one pass, and which row a cell has for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.batch.lane_operations import (
    ADD_NUMBERS,
    ADD_NUMBERS_TWICE,
    ADD_PRODUCTS,
    CODE,
    COLUMNS,
    LANES,
    LEAST,
    LISTED,
    MUL,
    MUL_NUMBER,
    SUB_POS,
)  # fmt: skip
from engine.batch.program import Cells, Numbers, Program
from engine.run.functions import ELEMENTWISE, REDUCTIONS

#: What stands for the cell of a number that is no cell of the program: what a sum starts from, and what one addend is multiplied with.
NOTHING, ONE = -2, -3


@dataclass(slots=True)
class LaneInstruction:
    """One operation on cells.

    Attributes
    ----------
    operands
        Cells that are read; for an operation that goes through terms the one that it starts from.
    left, right
        Factors of each term.
    twin
        A second sum of the same rows, with other known numbers.
    """

    op: int
    target: int
    operands: tuple[int, ...]
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    twin: LaneInstruction | None = None


def instructions_of(program: Program) -> Iterator[LaneInstruction]:
    """Yield the instructions of a program; what only one of them reads is done where it is read, if the machine can."""
    waiting: LaneInstruction | None = None
    for instruction in _Writer(program).instructions():
        if waiting is not None and _are_twins(waiting, instruction):
            waiting.op, waiting.twin = ADD_NUMBERS_TWICE, instruction
            yield waiting
            waiting = None
            continue
        # What has no twin stays as it is.
        if waiting is not None:
            yield waiting
        waiting = instruction
    if waiting is not None:
        yield waiting


def _are_twins(one: LaneInstruction, other: LaneInstruction) -> bool:
    """Whether two sums read the same rows in the same order, and neither reads what the other fills."""
    if one.op != ADD_NUMBERS or other.op != ADD_NUMBERS or one.target == other.target or one.target in other.operands:
        return False
    return one.left == other.left


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        # Arrays over all cells, so that the passes below are a few calls for each group.
        size = program.size
        self.known = np.zeros(size, bool)
        self.product, self.difference = np.zeros(size, bool), np.zeros(size, bool)
        self.left, self.right = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
        for group in program.groups:
            if group.op == "const":
                self.known[group.cells] = True
            elif group.op in ("mul", "sub"):
                held = self.product if group.op == "mul" else self.difference
                held[group.cells] = True
                self.left[group.cells], self.right[group.cells] = group.operands
        # A known factor goes to the right, where the machine takes it from the table; products of floats commute to the bit.
        factors = np.nonzero(self.product)[0]
        swapped = factors[self.known[self.left[factors]]]
        self.left[swapped], self.right[swapped] = self.right[swapped], self.left[swapped]
        self.fused = self.read_once()

    def read_once(self) -> NDArray[np.bool_]:
        """Return the products that are read once, by a sum, and the differences that are read once, by a positive part."""
        size = self.program.size
        uses, by_sum, by_positive = np.zeros(size, np.int64), np.zeros(size, bool), np.zeros(size, bool)
        # Read twice: a result has to stand in a row of its own.
        uses[self.program.roots()] = 2
        for group in self.program.groups:
            for cells in group.operands:
                uses += np.bincount(cells, minlength=size)
                if group.op == "Sum":
                    by_sum[cells] = True
                elif group.op == "pos":
                    by_positive[cells] = True
        found: NDArray[np.bool_] = (uses == 1) & ((by_sum & self.product) | (by_positive & self.difference))
        return found

    def instructions(self) -> Iterator[LaneInstruction]:
        """Yield the instructions, group after group."""
        # The order of the groups is that in which operands stand before their use.
        for group in self.program.groups:
            if group.op in REDUCTIONS:
                bounds = group.starts.tolist() if group.starts is not None else []
                for cell, start, end in zip(group.cells.tolist(), bounds[:-1], bounds[1:], strict=True):
                    yield from self.run(group.op, cell, group.operands[0][start:end].tolist())
            elif group.op in ELEMENTWISE:
                # What is fused is made by what reads it.
                for cell, *operands in zip(group.cells.tolist(), *(part.tolist() for part in group.operands), strict=True):
                    if not self.fused[cell]:
                        yield self.one(group.op, cell, operands)

    def one(self, op: str, cell: int, operands: list[int]) -> LaneInstruction:
        """Return the instruction of one cell."""
        if op == "mul":
            a, b = int(self.left[cell]), int(self.right[cell])
            return LaneInstruction(MUL_NUMBER if self.known[b] else MUL, cell, (a, b))
        if op == "pos" and self.fused[operands[0]]:
            return LaneInstruction(SUB_POS, cell, (int(self.left[operands[0]]), int(self.right[operands[0]])))
        return LaneInstruction(CODE[op], cell, tuple(operands))

    def run(self, op: str, target: int, operands: list[int]) -> Iterator[LaneInstruction]:
        """Yield what joins the operands of one run, from the first to the last."""
        first, *rest = operands
        if op == "Sum":
            yield from self.sum(target, operands)
        elif op == "Min":
            # No factor belongs to a term of these; the list is as long as the other.
            yield LaneInstruction(LEAST, target, (first,), rest, rest)
        else:
            join = CODE[REDUCTIONS[op].join]
            yield LaneInstruction(join, target, (first, rest.pop(0)))
            for cell in rest:
                yield LaneInstruction(join, target, (target, cell))

    def sum(self, target: int, operands: list[int]) -> Iterator[LaneInstruction]:
        """Yield a sum as few passes as it has kinds of terms side by side; each starts from what is there."""
        # Minus zero is what a sum can start from without turning -0.0 into 0.0.
        start = NOTHING if self.fused[operands[0]] else operands.pop(0)
        made: LaneInstruction | None = None
        for cell in operands:
            # An addend that is no product counts as one with 1.0, which moves no bit of it.
            a, b = (int(self.left[cell]), int(self.right[cell])) if self.fused[cell] else (cell, ONE)
            op = ADD_NUMBERS if b == ONE or self.known[b] else ADD_PRODUCTS
            if made is None or made.op != op:
                if made is not None:
                    yield made
                    start = target
                made = LaneInstruction(op, target, (start,))
            made.left.append(a)
            made.right.append(b)
        if made is not None:
            yield made


class LaneRows:
    """Gives each cell a row for as long as it is read, and writes the instructions as numbers.

    Attributes
    ----------
    runs, entries
        Shape: (run, 3), (instruction, COLUMNS). See :func:`engine.batch.lane_machine.machine`.
    left, right, table, second
        Of each term: places in the rows, and known numbers.
    pinned
        Rows that hold a number for good, with that number.
    """

    def __init__(self, instructions: list[LaneInstruction], sources: Cells, outputs: Cells, numbers: Numbers) -> None:
        self.rows: dict[int, int] = {int(cell): row for row, cell in enumerate(sources)}
        self.height = len(self.rows)
        self.pinned: dict[int, float] = {}
        self._numbers = {NOTHING: -0.0, ONE: 1.0} | dict(enumerate(numbers.tolist()))
        self._free: list[int] = []
        self._left: list[int] = []
        self._right: list[int] = []
        self._table: list[float] = []
        self._second: list[float] = []
        last: dict[int, int] = {}
        for at, instruction in enumerate(instructions):
            for cell in _cells(instruction):
                last[cell] = at
        # Results are read when all is done.
        last |= dict.fromkeys(outputs.tolist(), len(instructions))
        # In the order of the instructions: a row is free as soon as the last that reads it is done.
        code = [self.translated(at, instruction, last) for at, instruction in enumerate(instructions)]
        self.runs = _runs([instruction.op for instruction in instructions])
        self.entries = np.array(code, np.int32).reshape(-1, COLUMNS)
        self.left, self.right = np.array(self._left, np.int32), np.array(self._right, np.int32)
        self.table, self.second = np.array(self._table, float), np.array(self._second, float)

    def translated(self, at: int, instruction: LaneInstruction, last: dict[int, int]) -> list[int]:
        """Return an instruction on rows instead of cells, freeing the rows that it reads for the last time."""
        op, twin = instruction.op, instruction.twin
        if op == MUL_NUMBER:
            read = [self.row(instruction.operands[0]), self.numbered(instruction.operands[1])]
        else:
            read = [self.row(cell) for cell in instruction.operands]
        if op in LISTED:
            read += self.listed(instruction)
        filled = self.filled(instruction.target)
        # The second sum fills its row only now: what the first fills must not be what the second starts from.
        if twin is not None:
            starts = self.row(twin.operands[0])
            read += [self.filled(twin.target), starts]
        # Behind the last that reads it a row is free; also that of a target that nobody reads.
        for cell in dict.fromkeys(_cells(instruction)):
            if last[cell] == at and cell in self.rows and self.rows[cell] not in self.pinned:
                self._free.append(self.rows[cell])
        return [filled, *read, *[0] * (COLUMNS - 1 - len(read))]

    def filled(self, cell: int) -> int:
        """Return the place that an instruction fills."""
        # A sum keeps its row while it grows; anything else takes the row that was free last, which the cache still holds.
        if cell not in self.rows:
            self.rows[cell] = self._free.pop() if self._free else self.new()
        return self.rows[cell] * LANES

    def listed(self, instruction: LaneInstruction) -> list[int]:
        """Write the terms of an instruction down and return where they are."""
        # Lists of one length, so that one counter goes through all of them; what an operation does not read is zero.
        first, twin, none = len(self._left), instruction.twin, [0] * len(instruction.left)
        self._left += [self.row(cell) for cell in instruction.left]
        by_rows = instruction.op == ADD_PRODUCTS
        self._right += [self.row(cell) for cell in instruction.right] if by_rows else none
        self._table += none if by_rows else [self._numbers[cell] for cell in instruction.right]
        self._second += none if twin is None else [self._numbers[cell] for cell in twin.right]
        return [first, len(self._left)]

    def numbered(self, cell: int) -> int:
        """Return where a known number stands in the table."""
        self._left.append(0)
        self._right.append(0)
        self._table.append(self._numbers[cell])
        self._second.append(0.0)
        return len(self._table) - 1

    def row(self, cell: int) -> int:
        """Return the place of a cell's row; a known number gets one for good."""
        if cell not in self.rows:
            self.rows[cell] = self.new()
            self.pinned[self.rows[cell]] = self._numbers[cell]
        return self.rows[cell] * LANES

    def new(self) -> int:
        """Return a row that was never used."""
        self.height += 1
        return self.height - 1

    def row_of(self, cells: Cells) -> NDArray[np.int64]:
        """Return the rows of cells."""
        return np.array([self.rows[int(cell)] for cell in cells], np.int64)


def _cells(instruction: LaneInstruction) -> Iterator[Any]:
    """Yield the cells that an instruction fills and reads."""
    yield instruction.target
    yield from instruction.operands
    yield from instruction.left
    if instruction.op == ADD_PRODUCTS:
        yield from instruction.right
    if instruction.twin is not None:
        yield instruction.twin.target
        yield from instruction.twin.operands


def _runs(ops: list[int]) -> NDArray[np.int64]:
    """Return where the operation changes: operation, first instruction, the one behind the last; nothing of a program without instructions."""
    changes = [at for at, op in enumerate(ops) if at == 0 or ops[at - 1] != op]
    found = [(ops[at], at, behind) for at, behind in zip(changes, [*changes[1:], len(ops)], strict=False)]
    return np.array(found, np.int64).reshape(-1, 3)
