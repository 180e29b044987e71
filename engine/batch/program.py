"""A program: every number that a plan computes, as one cell with one operation, in groups that are computed together.

A cell is known by its number, counted through the program. Index sets, letters and labels are gone: what is left of ``A[i, y-1] *
P[i]`` is a
group of multiplications whose operands are two arrays of cell numbers. That makes each transformation plain work on arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.run.functions import ELEMENTWISE, REDUCTIONS

Cells = NDArray[np.int64]
Numbers = NDArray[np.float64]

#: Operations whose result is a condition: 1 or 0.
CONDITIONS = frozenset(
    name for name, op in ELEMENTWISE.items() if op.condition) | {
    name for name, reduction in REDUCTIONS.items() if ELEMENTWISE[reduction.join].condition}  # fmt: skip
#: Operations on whole matrices, done one draw after the other.
MATRIX = frozenset({"root", "matrix_power"})
_CODES = {name: code for code, name in enumerate(("const", "input", *ELEMENTWISE, *REDUCTIONS, *sorted(MATRIX)))}
_MOST_OPERANDS = 3


@dataclass(frozen=True, eq=False)
class Group:
    """Cells that one operation gives.

    Attributes
    ----------
    op
        ``const``, ``input``, or a key of :data:`ELEMENTWISE`, :data:`REDUCTIONS` or :data:`MATRIX`.
    first, size
        Its cells are ``first .. first + size - 1``.
    operands
        Elementwise: one array for each operand. Shape: (size,). Reductions: one array, the runs one after the other. Matrix
        operations: the elements of all matrices, and one exponent for each.
    starts
        Reductions: where each run starts, and the end. Shape: (size + 1,).
    values
        Constants. Shape: (size,).
    name
        Inputs: the quantity. Matrix roots: the equation. Otherwise the quantity that the cells are part of, for the reader.
    labels
        Matrix operations: what each matrix is called in messages.
    places
        Inputs: which cells of the quantity these are, counted through its array.
    """

    op: str
    first: int
    size: int
    operands: tuple[Cells, ...] = ()
    starts: Cells | None = None
    values: Numbers | None = None
    name: str = ""
    labels: tuple[str, ...] = ()
    places: Cells | None = None

    @property
    def cells(self) -> Cells:
        """The numbers of its cells."""
        return np.arange(self.first, self.first + self.size, dtype=np.int64)

    @property
    def lengths(self) -> Cells:
        """Length of each run of a reduction."""
        assert self.starts is not None
        return np.diff(self.starts)


@dataclass(frozen=True, eq=False)
class Program:
    """Groups in an order in which operands stand before their use.

    Attributes
    ----------
    outputs
        Quantity -> the cells of its array. Shape: one axis per index, in declared order.
    nonnegative
        Cells that must not be below zero for the program to hold (:mod:`engine.batch.factoring` relies on it).
    finite
        Cells that must be finite although a later step could hide it: quotients and functions outside of cases.
    """

    groups: tuple[Group, ...]
    outputs: Mapping[str, Cells]
    nonnegative: Cells = field(default_factory=lambda: np.zeros(0, np.int64))
    finite: Cells = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.groups[-1].first + self.groups[-1].size if self.groups else 0

    @property
    def inputs(self) -> Mapping[str, Group]:
        """Input quantities and their cells."""
        return {group.name: group for group in self.groups if group.op == "input"}

    @property
    def work(self) -> int:
        """The number of operations for one draw."""
        done = [len(g.operands[0]) if g.op in REDUCTIONS else g.size for g in self.groups if g.op not in ("const", "input")]
        return int(sum(done))

    def roots(self) -> Cells:
        """Return the cells that are asked for, with those that guard."""
        wanted = [cells.ravel() for cells in self.outputs.values()]
        return np.concatenate([*wanted, self.nonnegative, self.finite]).astype(np.int64)


class Builder:
    """Adds groups one after the other and keeps, for each cell, what is known of it.

    Attributes
    ----------
    op, operands
        Code of the operation and the operands of each cell. Shape: (cells,) and (3, cells); -1 where there is none.
    value
        The number, where it is known (NaN elsewhere; see ``known``).
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.count = 0
        self._op = np.zeros(256, np.int16)
        self._operands = np.full((_MOST_OPERANDS, 256), -1, np.int64)
        self._known = np.zeros(256, bool)
        self._value = np.full(256, np.nan)
        self._constants: dict[bytes, int] = {}

    @property
    def op(self) -> NDArray[np.int16]:
        """Code of each cell's operation."""
        return self._op[: self.count]

    @property
    def operands(self) -> Cells:
        """Operands of each elementwise cell."""
        return self._operands[:, : self.count]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether the number of a cell is known."""
        return self._known[: self.count]

    @property
    def value(self) -> Numbers:
        """The numbers that are known."""
        return self._value[: self.count]

    def add(self, op: str, size: int, operands: tuple[Cells, ...] = (), **more: object) -> Cells:
        """Append a group and return the numbers of its cells."""
        first = self.count
        if size == 0:
            return np.zeros(0, np.int64)
        # Doubled, so that appending cell by cell does not copy all of them every time.
        while first + size > len(self._op):
            self._grow()
        self.groups.append(Group(op, first, size, operands, **more))  # type: ignore[arg-type]
        self.count += size
        self._op[first : self.count] = _CODES[op]
        if op in ELEMENTWISE:
            for place, cells in enumerate(operands):
                self._operands[place, first : self.count] = cells
        return np.arange(first, self.count, dtype=np.int64)

    def _grow(self) -> None:
        more = len(self._op)
        self._op = np.concatenate([self._op, np.zeros(more, np.int16)])
        self._operands = np.concatenate([self._operands, np.full((_MOST_OPERANDS, more), -1, np.int64)], axis=1)
        self._known = np.concatenate([self._known, np.zeros(more, bool)])
        self._value = np.concatenate([self._value, np.full(more, np.nan)])

    def constants(self, values: Numbers) -> Cells:
        """Return a cell for each number; equal numbers share one. Shape: that of ``values``."""
        flat = np.ravel(np.asarray(values, np.float64))
        # By their bits: 0.0 and -0.0 are equal and not the same number, and NaN is not equal to itself.
        distinct, places = np.unique(flat.view(np.int64), return_inverse=True)
        cells = np.empty(len(distinct), np.int64)
        new = [at for at, bits in enumerate(distinct) if bits.tobytes() not in self._constants]
        if new:
            numbers = distinct[new].view(np.float64).copy()
            made = self.add("const", len(new), values=numbers)
            self._known[made], self._value[made] = True, numbers
            self._constants |= {distinct[at].tobytes(): int(cell) for at, cell in zip(new, made, strict=True)}
        for at, bits in enumerate(distinct):
            cells[at] = self._constants[bits.tobytes()]
        return cells[places].reshape(np.shape(values))

    def constant(self, value: float) -> int:
        """Return the cell of one number."""
        return int(self.constants(np.array([value]))[0])

    def apply(self, op: str, *operands: Cells, name: str = "") -> Cells:
        """Append an elementwise group. Shape of the result: the common shape of the operands."""
        joined = np.broadcast_arrays(*operands)
        flat = tuple(np.ascontiguousarray(cells).ravel() for cells in joined)
        return self.add(op, flat[0].size, flat, name=name).reshape(joined[0].shape)

    def reduce(self, op: str, cells: Cells, starts: Cells, name: str = "") -> Cells:
        """Append a reduction over runs of operands."""
        return self.add(op, len(starts) - 1, (cells,), starts=starts, name=name)

    def copy(self, group: Group, operands: tuple[Cells, ...]) -> Cells:
        """Append a group as it is, with other operands."""
        if group.op == "const":
            assert group.values is not None
            return self.constants(group.values)
        return self.add(
            group.op,
            group.size,
            operands,
            starts=group.starts,
            values=group.values,
            name=group.name,
            labels=group.labels,
            places=group.places,
        )

    def where(self, cells: Cells, *ops: str) -> NDArray[np.bool_]:
        """Return which cells come from one of some operations."""
        return np.isin(self.op[cells], [_CODES[op] for op in ops])

    def is_value(self, cells: Cells, value: float) -> NDArray[np.bool_]:
        """Return which cells are known to be a number."""
        found: NDArray[np.bool_] = self.known[cells] & (self.value[cells] == value)
        return found


def some_runs(operands: Cells, starts: Cells, chosen: NDArray[np.bool_]) -> tuple[Cells, Cells]:
    """Return the operands of some of the runs of a reduction, and where these runs start, with the end of the last."""
    lengths = np.diff(starts)
    return operands[np.repeat(chosen, lengths)], np.concatenate([[0], np.cumsum(lengths[chosen])])


def finish(builder: Builder, program: Program, moved: Cells, nonnegative: Sequence[Cells] = ()) -> Program:
    """Return the program that a builder holds.

    Parameters
    ----------
    program
        The one that was rewritten.
    moved
        Where each of its cells went. Shape: (cells of ``program``,).
    nonnegative
        Further cells of the new program that must not be below zero.
    """
    outputs = {name: moved[cells] for name, cells in program.outputs.items()}
    guards = np.unique(np.concatenate([moved[program.nonnegative], *nonnegative]).astype(np.int64))
    return Program(tuple(builder.groups), outputs, guards, np.unique(moved[program.finite]))
