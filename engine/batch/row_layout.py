"""Where the numbers of a block of draws stand: one row for each cell, and rows used again when nobody reads them any more.

A reduction is spread out into turns (the first two operands of every run, then the third of those that have one, and so on), so
that each turn is one operation on many rows; runs stand in order of falling length, which keeps the rows of a turn together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from engine.batch.program import CONDITIONS, MATRIX, Cells, Group, Numbers, Program
from engine.batch.weighted import WeightedSums, adds_plainly, weighted_sums
from engine.run.functions import ELEMENTWISE, REDUCTIONS

#: Fewest turns that a sum of products is worth a call of its own.
_LEAST_DOT = 3
#: A gathered operand costs about as much as an operation on its rows; a call about as much as half a row.
_ROWS_PER_CALL = 2


@dataclass(frozen=True, eq=False)
class Operand:
    """Rows that an operation reads: ``count`` rows from ``first`` with ``step`` between them (0: one row for all), or numbers.

    Attributes
    ----------
    numbers
        One number for all rows (shape ``()``) or one for each, where the operand is known.
    turns, turn_step
        How often the whole is repeated, and the rows between two starts; one if the rows are a plain list.
    """

    first: int = 0
    count: int = 0
    step: int = 1
    condition: bool = False
    numbers: Numbers | None = None
    turns: int = 1
    turn_step: int = 0


@dataclass(frozen=True, eq=False)
class Statement:
    """One call: an operation, the rows it fills and the rows it reads.

    ``op`` is also ``gather`` (``rows`` copied one by one), ``dot`` and ``weighted`` (products added turn by turn) or one of the
    matrix operations (``group``).
    """

    op: str
    target: Operand
    operands: tuple[Operand, ...] = ()
    rows: Cells | None = None
    group: Group | None = None
    name: str = ""


@dataclass(frozen=True, eq=False)
class RowLayout:
    """Statements and rows of a program.

    Attributes
    ----------
    rows
        Cell -> its row, or -1 for a known number.
    height
        Rows of numbers and of conditions.
    constants
        Rows that hold a number for good: row and number.
    """

    program: Program
    statements: tuple[Statement, ...]
    rows: Cells
    height: tuple[int, int]
    constants: tuple[Cells, Numbers]


def lay_out(program: Program) -> RowLayout:
    """Give every cell that differs between draws a row, and spread the program out into statements."""
    work = _Layouter(program)
    return work.layout()


@dataclass
class _Space:
    """Rows in use, with those that are free again."""

    height: int = 0
    free: list[tuple[int, int]] = field(default_factory=list)

    def take(self, count: int) -> int:
        """Return the first of so many rows side by side, of those that are free or new."""
        # First fit: rows are few and long-lived, and the front of the block stays in the cache.
        for at, (first, size) in enumerate(self.free):
            if size >= count:
                self.free[at : at + 1] = [(first + count, size - count)] if size > count else []
                return first
        # The last free stretch touches the end: it grows, and no row behind it is wasted.
        if self.free and self.free[-1][0] + self.free[-1][1] == self.height:
            first, _ = self.free.pop()
        else:
            first = self.height
        self.height = first + count
        return first

    def give_back(self, first: int, count: int) -> None:
        """Take rows back, so that the block stays small enough for the cache."""
        merged: list[tuple[int, int]] = []
        # Neighbours become one stretch, or a long group would find only short ones.
        for start, size in sorted([*self.free, (first, count)]):
            if merged and merged[-1][0] + merged[-1][1] == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + size)
            else:
                merged.append((start, size))
        self.free = merged


class _Layouter:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.rows = np.full(program.size, -1, np.int64)
        self.numbers = np.full(program.size, np.nan)
        self.known = np.zeros(program.size, bool)
        for group in program.groups:
            if group.op == "const":
                self.known[group.cells], self.numbers[group.cells] = True, group.values
        self.condition = np.zeros(program.size, bool)
        for group in program.groups:
            self.condition[group.cells] = group.op in CONDITIONS
        # Numbers and conditions have rows of different types, so two arrays.
        self.spaces = {False: _Space(), True: _Space()}
        self.statements: list[Statement] = []
        self.pinned: dict[float, int] = {}
        self.weighted = weighted_sums(program)
        # A sum of products need not hold its products: each is made just before it is added, in rows that are used again.
        self.feeds = {at: source for at, source in _feeds(program).items() if at not in self.weighted}
        self.absorbed = {*self.feeds.values(), *(source for held in self.weighted.values() for source in held.absorbed)}
        self.blocks: list[tuple[int, int, bool]] = [(0, 0, False)] * len(program.groups)

    @property
    def readers(self) -> dict[int, int]:
        """Group that is not written by itself -> the reduction that reads its operands."""
        by_feed = {source: at for at, source in self.feeds.items()}
        return by_feed | {source: at for at, held in self.weighted.items() for source in held.absorbed}

    def layout(self) -> RowLayout:
        """Go through the groups in their order, giving rows and taking back those that are read no more."""
        # Inputs first, side by side: a block of draws is then written by one assignment for each input.
        for at, group in enumerate(self.program.groups):
            if group.op == "input":
                self.place(at, group)
        # Numbers among the cells of one operand need a row, or the operand could not be read as a stretch of rows.
        self.pin_constants()
        last = _last_uses(self.program, self.readers)
        ends: dict[int, list[int]] = {}
        for at, end in enumerate(last):
            ends.setdefault(end, []).append(at)
        for at, group in enumerate(self.program.groups):
            if group.op not in ("const", "input") and at not in self.absorbed:
                self.place(at, group)
                self.write(at, group)
            # What nobody reads any more gives its rows back; inputs keep theirs, for the next block writes them again.
            for done in ends.get(at, ()):
                first, count, condition = self.blocks[done]
                if count and self.program.groups[done].op != "input":
                    self.spaces[condition].give_back(first, count)
        rows = np.array(list(self.pinned.values()), np.int64)
        heights = (self.spaces[False].height, self.spaces[True].height)
        return RowLayout(self.program, tuple(self.statements), self.rows, heights, (rows, np.array(list(self.pinned))))

    def pin_constants(self) -> None:
        """Give rows to numbers that stand between cells of the same operand."""
        mixed = []
        for group in self.program.groups:
            for part in self.parts(group):
                known = self.known[part]
                if known.any() and not known.all():
                    mixed.append(self.numbers[part[known]])
        for number in np.unique(np.concatenate(mixed)) if mixed else ():
            self.pinned[float(number)] = self.spaces[False].take(1)

    def parts(self, group: Group) -> Iterator[Cells]:
        """Yield the operand arrays of the calls that a group becomes."""
        if group.op in REDUCTIONS:
            yield from _turns(group)[1]
        else:
            yield from group.operands

    def place(self, at: int, group: Group) -> None:
        """Give a group its rows, side by side, so that one call can fill them."""
        condition = group.op in CONDITIONS
        first = self.spaces[condition].take(group.size)
        self.blocks[at] = (first, group.size, condition)
        # A reduction has its longest runs first, so that the runs of each turn are the first so many rows.
        cells = group.cells[_turns(group)[0]] if group.op in REDUCTIONS else group.cells
        self.rows[cells] = np.arange(first, first + group.size)

    # -- statements

    def write(self, at: int, group: Group) -> None:
        """Write the statements of a group, each one call of NumPy."""
        first, count, _ = self.blocks[at]
        if group.op in ELEMENTWISE:
            self.call(group.op, first, [*group.operands], group.name)
        elif group.op in REDUCTIONS:
            self.write_reduction(at, group, first)
        elif group.op in MATRIX:
            parts = [self.gathered(cells) for cells in group.operands]
            operands = tuple(part for part, _ in parts)
            self.statements.append(Statement(group.op, Operand(first, count), operands, group=group, name=group.name))
            self.release([scratch for _, scratch in parts])

    def write_reduction(self, at: int, group: Group, first: int) -> None:
        """Write a reduction turn by turn; what feeds only this reduction is computed just before its turn."""
        join = REDUCTIONS[group.op].join
        _, turns = _turns(group)
        if at in self.weighted:
            self.write_weighted(self.weighted[at], group, first)
            return
        # The first two turns are one call, and each further one joins what is there: member order, as the literal form has it.
        if at not in self.feeds:
            self.call(join, first, [*turns[:2]], group.name)
            for cells in turns[2:]:
                self.call(join, first, [None, cells], group.name)
            return
        feeding = self.program.groups[self.feeds[at]]
        if self.write_dot(feeding, group, first, turns):
            return
        self.call(feeding.op, first, [part[turns[0] - feeding.first] for part in feeding.operands], group.name)
        # The second turn is the widest that needs rows of its own.
        scratch = self.spaces[False].take(len(turns[1]))
        for cells in turns[1:]:
            self.call(feeding.op, scratch, [part[cells - feeding.first] for part in feeding.operands], group.name)
            self.join(join, first, scratch, len(cells), group.name)
        self.spaces[False].give_back(scratch, len(turns[1]))

    def write_dot(self, feeding: Group, group: Group, first: int, turns: list[Cells]) -> bool:
        """Write sums of products of the same length as one call, where their rows are evenly spaced."""
        if (
            (feeding.op, group.op) != ("mul", "Sum")
            # A call of einsum costs more than a few plain ones.
            or len(turns) < _LEAST_DOT
            or len(turns[-1]) != len(turns[0])
            or not adds_plainly()
        ):
            return False
        grid = np.stack(turns) - feeding.first
        operands = [self.grid(part[grid]) for part in feeding.operands]
        # One that is not evenly spaced would have to be copied first, which costs what the call saves.
        if any(operand is None for operand in operands):
            return False
        if any(operand is not None and operand.numbers is None and operand.turn_step == 0 for operand in operands):
            return False  # of a factor that all turns share NumPy would multiply the sum, and not each product
        target = Operand(first, len(turns[0]))
        self.statements.append(Statement("dot", target, tuple(o for o in operands if o is not None), name=group.name))
        return True

    def write_weighted(self, weighted: WeightedSums, group: Group, first: int) -> None:
        """Write sums of rows with known weights as one call, zeros included."""
        order, _ = _turns(group)
        rows, scratch = self.gathered(weighted.addends)
        # Rows of the result stand by falling length of their runs, so the columns of the table do too.
        table = np.ascontiguousarray(weighted.table[:, order])
        operands = (Operand(count=group.size, turns=len(weighted.addends), numbers=table), rows)
        self.statements.append(Statement("weighted", Operand(first, group.size), operands, name=group.name))
        self.release([scratch])

    def grid(self, cells: Cells) -> Operand | None:
        """Return an operand of several turns, or ``None`` where its rows are not evenly spaced.

        Shape of ``cells``: (turn, place).
        """
        turns, count = cells.shape
        if self.known[cells].all():
            return Operand(count=count, turns=turns, numbers=self.numbers[cells])
        rows = self.rows_of(cells.ravel()).reshape(cells.shape)
        step = int(rows[0, 1] - rows[0, 0]) if count > 1 else 1
        turn_step = int(rows[1, 0] - rows[0, 0]) if turns > 1 else 0
        even = rows[0, 0] + turn_step * np.arange(turns)[:, None] + step * np.arange(count)[None, :]
        # NumPy would take negative steps, but two operands of which one runs backwards share no order.
        if step < 0 or turn_step < 0 or (rows != even).any():
            return None
        return Operand(
            first=int(rows[0, 0]), count=count, step=step, condition=bool(self.condition[cells[0, 0]]), numbers=None, turns=turns,
            turn_step=turn_step,
        )  # fmt: skip

    def join(self, op: str, first: int, scratch: int, count: int, name: str) -> None:
        """Join what was computed apart to a reduction, for its next turn."""
        target = Operand(first, count)
        self.statements.append(Statement(op, target, (target, Operand(scratch, count)), name=name))

    def call(self, op: str, first: int, operands: list[Cells | None], name: str) -> None:
        """Write one operation as a few calls; ``None`` stands for the rows that are filled."""
        count = next(len(cells) for cells in operands if cells is not None)
        pieces = self.pieces(operands, count)
        # Each operand without an even spacing costs a copy of its rows if the operation is one call.
        scattered = sum(cells is not None and not self.known[cells].all() and len(self.breaks(cells)) > 0 for cells in operands)
        if len(pieces) > 1 and self.write_turns(op, first, operands, name, pieces):
            return
        # Many short calls against one call with copies: whichever moves less.
        if len(pieces) > 1 and len(pieces) - 1 > scattered * count // _ROWS_PER_CALL:
            pieces = [(0, count)]
        for start, end in pieces:
            target = Operand(first + start, end - start, condition=op in CONDITIONS)
            parts = [(target, None) if cells is None else self.gathered(cells[start:end]) for cells in operands]
            self.statements.append(Statement(op, target, tuple(part for part, _ in parts), name=name))
            self.release([scratch for _, scratch in parts])

    def write_turns(self, op: str, first: int, operands: list[Cells | None], name: str, pieces: list[tuple[int, int]]) -> bool:
        """Write pieces of the same length and spacing as one call."""
        length = pieces[0][1] - pieces[0][0]
        # `where` has operands of both types, which cannot be viewed as one grid.
        if op == "where" or any(end - start != length for start, end in pieces):
            return False
        target = Operand(first, length, condition=op in CONDITIONS, turns=len(pieces), turn_step=length)
        parts = [target if cells is None else self.grid(cells.reshape(len(pieces), length)) for cells in operands]
        if any(part is None for part in parts):
            return False
        self.statements.append(Statement(op, target, tuple(part for part in parts if part is not None), name=name))
        return True

    def pieces(self, operands: list[Cells | None], count: int) -> list[tuple[int, int]]:
        """Return runs of places in which every operand is evenly spaced."""
        breaks = {place for cells in operands if cells is not None for place in self.breaks(cells)}
        bounds = [0, *sorted(breaks), count]
        return list(pairwise(bounds))

    def breaks(self, cells: Cells) -> list[int]:
        """Return the places at which an evenly spaced run of rows ends."""
        if self.known[cells].all() or len(cells) == 1:
            return []
        steps = np.diff(self.rows_of(cells)).tolist()
        found, start = [], 0
        for place, step in enumerate(steps, 1):
            # The first step sets the spacing of the run; a step back always ends it.
            if step < 0 or (place > start + 1 and step != steps[start]):
                found.append(place)
                start = place
        return found

    def rows_of(self, cells: Cells) -> Cells:
        """Return the row of each cell; that of a number among others is the one it was pinned to."""
        rows = self.rows[cells]
        for place in np.nonzero(self.known[cells])[0]:
            rows[place] = self.pinned[float(self.numbers[cells[place]])]
        return rows

    def gathered(self, cells: Cells) -> tuple[Operand, tuple[int, int, bool] | None]:
        """Return an operand, and the rows into which it had to be copied first."""
        if self.known[cells].all():
            numbers = self.numbers[cells]
            # One number for all rows is broadcast, and needs no array.
            same = bool((numbers == numbers[0]).all())
            return Operand(count=len(cells), numbers=np.array(numbers[0]) if same else numbers), None
        rows = self.rows_of(cells)
        condition = bool(self.condition[cells[0]])
        if not self.breaks(cells):
            step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
            return Operand(int(rows[0]), len(rows), step, condition), None
        first = self.spaces[condition].take(len(rows))
        target = Operand(first, len(rows), condition=condition)
        self.statements.append(Statement("gather", target, rows=rows))
        return target, (first, len(rows), condition)

    def release(self, scratch: list[tuple[int, int, bool] | None]) -> None:
        """Take back rows into which an operand was copied for one call."""
        for held in scratch:
            if held is not None:
                self.spaces[held[2]].give_back(held[0], held[1])


def _turns(group: Group) -> tuple[Cells, list[Cells]]:
    """Return the order of a reduction's runs by falling length, and the operands of each turn."""
    assert group.starts is not None
    lengths = group.lengths
    # Stable: runs of one length keep their order, and the same program gives the same layout.
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = group.starts[:-1][order], lengths[order]
    return order, [group.operands[0][starts[lengths > turn] + turn] for turn in range(int(lengths[0]))]


def _feeds(program: Program) -> dict[int, int]:
    """Return, for reductions that read one elementwise group that nothing else reads, the place of that group."""
    uses = np.zeros(program.size, np.int64)
    # What is asked for counts as read twice: it has to stand in a row at the end.
    uses[program.roots()] = 2
    for group in program.groups:
        for cells in group.operands:
            np.add.at(uses, cells, 1)
    bounds = np.array([group.first for group in program.groups], np.int64)
    found: dict[int, int] = {}
    for at, group in enumerate(program.groups):
        if group.op not in REDUCTIONS or group.op in CONDITIONS:
            continue
        operands = group.operands[0]
        source = int(np.searchsorted(bounds, operands[0], side="right")) - 1
        feeding = program.groups[source]
        inside = (operands >= feeding.first) & (operands < feeding.first + feeding.size)
        arithmetic = feeding.op in ELEMENTWISE and feeding.op not in CONDITIONS and feeding.op != "where"
        if arithmetic and inside.all() and len(operands) == feeding.size and (uses[operands] == 1).all():
            found[at] = source
    return found


def _last_uses(program: Program, readers: dict[int, int]) -> list[int]:
    """Return, for each group, the last group that reads it; what is asked for is read at the end."""
    last = np.arange(len(program.groups))
    bounds = np.array([group.first for group in program.groups], np.int64)
    for at, group in enumerate(program.groups):
        for cells in group.operands:
            read = np.searchsorted(bounds, cells, side="right") - 1
            last[read] = np.maximum(last[read], readers.get(at, at))
    roots = program.roots()
    last[np.searchsorted(bounds, roots, side="right") - 1] = len(program.groups)
    return [int(at) for at in last]
