"""The numba backend: a small machine that does one operation on one row of draws at a time, compiled once for all methodologies.

A program becomes a list of instructions on rows. What is compiled is only the machine that follows such a list, so that the
compiled code can be
kept on disk and no methodology has to be compiled. Each instruction works on some hundred draws side by side; rows are used again
as soon as nobody reads them, and so stay in the fastest cache.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.batch.program import Cells, Numbers, Program
from engine.run.arithmetic.comparisons import TIE
from engine.run.arithmetic.whole_numbers import NEAR, NEAREST
from engine.run.functions import ELEMENTWISE, REDUCTIONS

#: Draws that an instruction works on side by side.
LANES = 256
#: Instructions beside those named like operations: with a known number, and adding a product to what is there.
OPS = (
    "mul",
    "add_mul",
    "mul_number",
    "add_mul_number",
    "add",
    "sub",
    "div",
    "max",
    "min",
    "neg",
    "pos",
    "abs",
    "floor",
    "ceil",
    "round",
    "round_half_even",
    "round_half_down",
    "round_up",
    "round_down",
    "sqrt",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "and",
    "or",
    "not",
    "where",
)
(
    MUL,
    ADD_MUL,
    MUL_NUMBER,
    ADD_MUL_NUMBER,
    ADD,
    SUB,
    DIV,
    MAX,
    MIN,
    NEG,
    POS,
    ABS,
    FLOOR,
    CEIL,
    ROUND,
    ROUND_HALF_EVEN,
    ROUND_HALF_DOWN,
    ROUND_UP,
    ROUND_DOWN,
    SQRT,
    LT,
    LE,
    GT,
    GE,
    EQ,
    NE,
    AND,
    OR,
    NOT,
    WHERE,
) = range(len(OPS))
_CODE = {name: code for code, name in enumerate(OPS)}
#: What an instruction reads and fills: operation, filled cell, operands (-1: none).
Instruction = tuple[int, int, int, int, int]


def is_at_hand() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


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
        numbers = _numbers(program)
        rows = _Rows(list(_instructions(program)), sources, outputs, numbers)
        self.code, self.table, self.height = rows.code, rows.table, rows.height
        self.constants = {row: numbers[cell] for cell, row in rows.pinned.items()}
        self.sources, self.targets = rows.row_of(sources), rows.row_of(outputs)


class LaneCode:
    """A program for the machine, with rows of its own: one worker's.

    Attributes
    ----------
    inputs
        To be filled before :meth:`run`. Shape: (input cells, width); cells in the order of the program's input groups.
    """

    def __init__(self, program: LaneProgram, width: int) -> None:
        self._program = program
        self._rows = np.zeros((max(program.height, 1), LANES))
        for row, number in program.constants.items():
            self._rows[row] = number
        self.inputs = np.zeros((len(program.sources), width))
        self._results = np.empty((len(program.targets), width))
        self._machine = compiled_machine()

    def run(self) -> Numbers:
        """Evaluate the block and return the cells that are asked for. Shape: (outputs, width); good until the next call."""
        program = self._program
        self._machine(program.code, program.table, self._rows, program.sources, self.inputs, program.targets, self._results)
        return self._results


@cache
def compiled_machine() -> Callable[..., None]:
    """Return the machine, compiled; the compiled code is kept on disk."""
    import numba

    return numba.njit(_machine, nogil=True, cache=True, error_model="numpy")  # type: ignore[no-any-return]


# -- from cells to instructions


def _numbers(program: Program) -> Numbers:
    numbers = np.full(program.size, np.nan)
    for group in program.groups:
        if group.op == "const":
            numbers[group.cells] = group.values
    return numbers


def _instructions(program: Program) -> Iterator[Instruction]:
    """Yield the instructions of a program, on cells; products that only one sum reads are added where they are made."""
    known = np.zeros(program.size, bool)
    fused = _fused(program)
    left, right = np.full(program.size, -1, np.int64), np.full(program.size, -1, np.int64)
    for group in program.groups:
        if group.op == "const":
            known[group.cells] = True
        elif group.op == "mul":
            left[group.cells], right[group.cells] = group.operands
            # A known factor goes to the right, where the machine takes it from the table; products of floats commute to the bit.
            swapped = group.cells[known[group.operands[0]]]
            left[swapped], right[swapped] = right[swapped], left[swapped]
        if group.op in REDUCTIONS:
            bounds = group.starts.tolist() if group.starts is not None else []
            for cell, start, end in zip(group.cells.tolist(), bounds[:-1], bounds[1:], strict=True):
                yield from _run(group.op, cell, group.operands[0][start:end].tolist(), fused, left, right, known)
        elif group.op in ELEMENTWISE:
            parts = [part.tolist() for part in group.operands] + [[-1] * group.size] * (3 - len(group.operands))
            for cell, a, b, c in zip(group.cells.tolist(), *parts, strict=True):
                # The sum that reads it makes it.
                if fused[cell]:
                    continue
                if group.op == "mul":
                    yield _product(MUL, cell, left, right, known, cell)
                else:
                    yield _CODE[group.op], cell, a, b, c


def _fused(program: Program) -> NDArray[np.bool_]:
    """Return the products that are read once, by a sum."""
    uses, by_sum, product = (np.zeros(program.size, np.int64) for _ in range(3))
    # Read twice: a result has to stand in a row of its own.
    uses[program.roots()] = 2
    for group in program.groups:
        product[group.cells] = group.op == "mul"
        for cells in group.operands:
            np.add.at(uses, cells, 1)
            if group.op == "Sum":
                by_sum[cells] = 1
    found: NDArray[np.bool_] = (uses == 1) & (by_sum == 1) & (product == 1)
    return found


def _product(op: int, target: int, left: Cells, right: Cells, known: NDArray[np.bool_], cell: int) -> Instruction:
    a, b = int(left[cell]), int(right[cell])
    return (op + 2 if known[b] else op), target, a, b, -1


def _run(op: str, target: int, operands: list[int], fused: Any, left: Cells, right: Cells, known: Any) -> Iterator[Instruction]:
    join = _CODE[REDUCTIONS[op].join]
    first, *rest = operands
    # The first addend sets the row; no zero is added to it, which would turn -0.0 into 0.0.
    if fused[first]:
        yield _product(MUL, target, left, right, known, first)
    else:
        second = rest.pop(0)
        if fused[second]:
            # The sum starts with a number that is there already: x + a * b, in that order.
            yield MUL, target, int(left[second]), int(right[second]), -1
            yield ADD, target, first, target, -1
        else:
            yield join, target, first, second, -1
    for cell in rest:
        if fused[cell]:
            yield _product(ADD_MUL, target, left, right, known, cell)
        else:
            yield join, target, target, cell, -1


class _Rows:
    """Gives each cell a row for as long as it is read."""

    def __init__(self, instructions: list[Instruction], sources: Cells, outputs: Cells, numbers: Numbers) -> None:
        last: dict[int, int] = {}
        for at, (_, target, *operands) in enumerate(instructions):
            for cell in (target, *operands):
                last[cell] = at
        # Results are read when all is done.
        last |= dict.fromkeys(outputs.tolist(), len(instructions))
        self.rows: dict[int, int] = {int(cell): row for row, cell in enumerate(sources)}
        self.height = len(self.rows)
        self.pinned: dict[int, int] = {}
        self._table: dict[int, int] = {}
        self._numbers = numbers
        self._free: list[int] = []
        code = [self.translated(at, instruction, last) for at, instruction in enumerate(instructions)]
        self.code = np.array(code, np.int32).reshape(-1, 5)
        self.table = np.array([numbers[cell] for cell in self._table], float)

    def translated(self, at: int, instruction: Instruction, last: dict[int, int]) -> tuple[int, ...]:
        """Return an instruction on rows instead of cells, freeing the rows that it reads for the last time."""
        op, target, a, b, c = instruction
        by_number = op in (MUL_NUMBER, ADD_MUL_NUMBER)
        read = [self.row(cell) for cell in ((a,) if by_number else (a, b, c))]
        # A sum keeps its row while it grows; anything else takes the row that was free last, which the cache still holds.
        if target not in self.rows:
            self.rows[target] = self._free.pop() if self._free else self.new()
        # Behind the last that reads it a row is free; also that of a target that nobody reads.
        for cell in {target, a, b, c} - {-1}:
            if last[cell] == at and cell in self.rows and cell not in self.pinned:
                self._free.append(self.rows[cell])
        return op, self.rows[target], read[0], self._table.setdefault(b, len(self._table)) if by_number else read[1], read[-1]

    def row(self, cell: int) -> int:
        """Return the row of a cell; a known number gets one for good."""
        if cell < 0:
            return 0
        if cell not in self.rows:
            self.rows[cell] = self.pinned[cell] = self.new()
        return self.rows[cell]

    def new(self) -> int:
        """Return a row that was never used."""
        self.height += 1
        return self.height - 1

    def row_of(self, cells: Cells) -> NDArray[np.int64]:
        """Return the rows of cells."""
        return np.array([self.rows[int(cell)] for cell in cells], np.int64)


# -- the machine (numba compiles it; without numba it is only slow)


def _machine(code, table, rows, sources, inputs, targets, results) -> None:  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915 - one arm for each operation
    # Some draws at a time, so that all rows stay in the cache while the whole program runs over them.
    lanes, width = rows.shape[1], results.shape[1]
    for start in range(0, width, lanes):
        n = min(lanes, width - start)
        for k in range(len(sources)):
            row = rows[sources[k]]
            for lane in range(n):
                row[lane] = inputs[k, start + lane]
        # One branch for each instruction, and then a loop without any: the compiler makes vector instructions of it.
        for at in range(code.shape[0]):
            op = code[at, 0]
            d, a, b = rows[code[at, 1]], rows[code[at, 2]], rows[0]
            if op != MUL_NUMBER and op != ADD_MUL_NUMBER:
                b = rows[code[at, 3]]
            if op == MUL:
                for lane in range(n):
                    d[lane] = a[lane] * b[lane]
            elif op == ADD_MUL:
                for lane in range(n):
                    # Rounded twice, as the literal form does: without `fastmath` the two are not contracted.
                    d[lane] = d[lane] + a[lane] * b[lane]
            elif op == MUL_NUMBER:
                x = table[code[at, 3]]
                for lane in range(n):
                    d[lane] = a[lane] * x
            elif op == ADD_MUL_NUMBER:
                x = table[code[at, 3]]
                for lane in range(n):
                    d[lane] = d[lane] + a[lane] * x
            elif op == ADD:
                for lane in range(n):
                    d[lane] = a[lane] + b[lane]
            elif op == SUB:
                for lane in range(n):
                    d[lane] = a[lane] - b[lane]
            elif op == DIV:
                for lane in range(n):
                    d[lane] = a[lane] / b[lane]
            elif op == MAX:
                for lane in range(n):
                    # A NaN on either side stays, as in NumPy: the status cell hangs on it.
                    d[lane] = a[lane] if a[lane] >= b[lane] or a[lane] != a[lane] else b[lane]
            elif op == MIN:
                for lane in range(n):
                    d[lane] = a[lane] if a[lane] <= b[lane] or a[lane] != a[lane] else b[lane]
            elif op == NEG:
                for lane in range(n):
                    d[lane] = -a[lane]
            elif op == POS:
                for lane in range(n):
                    d[lane] = 0.0 if a[lane] <= 0.0 else a[lane]
            elif op == ABS:
                for lane in range(n):
                    d[lane] = abs(a[lane])
            elif op == FLOOR:
                for lane in range(n):
                    nearest = np.rint(a[lane])
                    near = abs(a[lane] - nearest) <= min(NEAR * max(1.0, abs(a[lane])), NEAREST)
                    d[lane] = (nearest if near else np.floor(a[lane])) + 0.0
            elif op == CEIL:
                for lane in range(n):
                    nearest = np.rint(a[lane])
                    near = abs(a[lane] - nearest) <= min(NEAR * max(1.0, abs(a[lane])), NEAREST)
                    d[lane] = (nearest if near else np.ceil(a[lane])) + 0.0
            elif op == ROUND:
                for lane in range(n):
                    # it jumps in the middle between two whole numbers
                    moved = a[lane] - 0.5
                    nearest = np.rint(moved)
                    near = abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST)
                    x = nearest + 0.5 if near else a[lane]
                    d[lane] = np.copysign(np.floor(abs(x) + 0.5), x) + 0.0
            elif op == ROUND_HALF_EVEN:
                for lane in range(n):
                    # it jumps in the middle between two whole numbers
                    moved = a[lane] - 0.5
                    nearest = np.rint(moved)
                    near = abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST)
                    x = nearest + 0.5 if near else a[lane]
                    d[lane] = np.rint(x) + 0.0
            elif op == ROUND_HALF_DOWN:
                for lane in range(n):
                    # it jumps in the middle between two whole numbers
                    moved = a[lane] - 0.5
                    nearest = np.rint(moved)
                    near = abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST)
                    x = nearest + 0.5 if near else a[lane]
                    d[lane] = np.copysign(np.ceil(abs(x) - 0.5), x) + 0.0
            elif op == ROUND_UP:
                for lane in range(n):
                    moved = a[lane]
                    nearest = np.rint(moved)
                    near = abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST)
                    x = nearest if near else a[lane]
                    d[lane] = np.copysign(np.ceil(abs(x)), x) + 0.0
            elif op == ROUND_DOWN:
                for lane in range(n):
                    moved = a[lane]
                    nearest = np.rint(moved)
                    near = abs(moved - nearest) <= min(NEAR * max(1.0, abs(moved)), NEAREST)
                    x = nearest if near else a[lane]
                    d[lane] = np.trunc(x) + 0.0
            elif op == SQRT:
                for lane in range(n):
                    d[lane] = np.sqrt(a[lane])
            elif op == LT:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] < b[lane] and not tied else 0.0
            elif op == LE:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] <= b[lane] or tied else 0.0
            elif op == GT:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] > b[lane] and not tied else 0.0
            elif op == GE:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] >= b[lane] or tied else 0.0
            elif op == EQ:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] == b[lane] or tied else 0.0
            elif op == NE:
                for lane in range(n):
                    gap = abs(a[lane] - b[lane])
                    tied = gap <= TIE * max(abs(a[lane]), abs(b[lane])) and gap < np.inf
                    d[lane] = 1.0 if a[lane] != b[lane] and not tied else 0.0
            elif op == AND:
                for lane in range(n):
                    d[lane] = 1.0 if a[lane] != 0.0 and b[lane] != 0.0 else 0.0
            elif op == OR:
                for lane in range(n):
                    d[lane] = 1.0 if a[lane] != 0.0 or b[lane] != 0.0 else 0.0
            elif op == NOT:
                for lane in range(n):
                    d[lane] = 1.0 if a[lane] == 0.0 else 0.0
            else:
                c = rows[code[at, 4]]
                for lane in range(n):
                    d[lane] = b[lane] if a[lane] != 0.0 else c[lane]
        for k in range(len(targets)):
            row = rows[targets[k]]
            for lane in range(n):
                results[k, start + lane] = row[lane]
