"""What is looked at once, as the machine looks at nothing: instructions stay within their rows and lists, and read what was filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.lane_code import LaneRows
from engine.batch.lane_operations import ADD_NUMBERS_TWICE, ADD_PRODUCTS, COLUMNS, LANES, LISTED, MUL_NUMBER, OPS, SUB_POS
from engine.run.functions import ELEMENTWISE

Places = NDArray[np.int64]
#: How many rows each operation reads, beside those of terms.
_READ = np.array([ELEMENTWISE[name].operands if name in ELEMENTWISE else 2 if code == SUB_POS else 1 for code, name in enumerate(OPS)])


@dataclass(frozen=True)
class LaneBounds:
    """Instructions, and the rows of inputs and results."""

    rows: LaneRows
    sources: Places
    targets: Places

    def check(self) -> None:
        """Raise RuntimeError where an instruction would touch what is not its own, or read a row that nothing has filled."""
        if not (self._are_runs_whole() and self._are_lists_even()):
            raise RuntimeError("the lists of the numba backend do not fit each other")
        rows, (fills, reads) = self._touched()
        if ((rows < 0) | (rows >= max(self.rows.height, 1))).any():
            raise RuntimeError("an instruction of the numba backend is outside the rows")
        if not self._is_filled(rows, fills, reads):
            raise RuntimeError("an instruction of the numba backend reads what nothing has filled")

    def _are_runs_whole(self) -> bool:
        """Whether runs go through all instructions, one after the other, and know their operation."""
        ops, first, behind = self.rows.runs.T
        ends = [0, *behind.tolist()]
        return ends == [*first.tolist(), len(self.rows.entries)] and bool((first < behind).all() and (ops >= 0).all() and (ops < len(OPS)).all())

    def _are_lists_even(self) -> bool:
        """Whether lists of terms have one length, and instructions name terms that are there."""
        made, count = self.rows, len(self.rows.left)
        first, behind = made.entries[self._is(*LISTED)][:, 2:4].T
        number = made.entries[self._is(MUL_NUMBER), 2]
        even = len(made.right) == len(made.table) == len(made.second) == count
        return even and bool((first >= 0).all() and (first <= behind).all() and (behind <= count).all() and ((number >= 0) & (number < count)).all())

    @property
    def ops(self) -> Places:
        """The operation of each instruction."""
        return np.repeat(self.rows.runs[:, 0], self.rows.runs[:, 2] - self.rows.runs[:, 1])

    def _is(self, *ops: int) -> NDArray[np.bool_]:
        return np.isin(self.ops, ops)

    def _touched(self) -> tuple[Places, tuple[Places, Places]]:
        """Return the rows that are touched, and when each is filled and read: the number of the instruction, or one that is out of the way."""
        entries, ops = self.rows.entries.astype(np.int64), self.ops
        at, never = np.arange(len(ops)), len(ops)
        listed = self._is(*LISTED)
        is_place = np.arange(COLUMNS) <= _READ[ops][:, None]
        is_place[:, 4:] = (ops == ADD_NUMBERS_TWICE)[:, None]
        fills = np.zeros((len(ops), COLUMNS), bool)
        fills[:, [0, 4]] = True
        used = np.nonzero(is_place)
        places, is_fill = entries[used], fills[used]
        when = at[used[0]]
        # Terms are read by the instruction that names them.
        first, behind = entries[listed][:, 2:4].T
        terms = np.concatenate([np.zeros(0, np.int64), *(np.arange(a, b) for a, b in zip(first, behind, strict=True))])
        readers = np.repeat(at[listed], behind - first)
        by_rows = np.isin(readers, at[ops == ADD_PRODUCTS])
        places = np.concatenate([places, self.rows.left[terms], self.rows.right[terms[by_rows]]])
        filled = np.concatenate([np.where(is_fill, when, never), np.full(len(terms) + int(by_rows.sum()), never)])
        read = np.concatenate([np.where(is_fill, never, when), readers, readers[by_rows]])
        # A place that is not the start of a row belongs to none.
        rows = np.where(places % LANES == 0, places // LANES, -1)
        ends = np.concatenate([self.sources, self.targets, list(self.rows.pinned)]).astype(np.int64)
        return np.concatenate([rows, ends]), (np.concatenate([filled, np.full(len(ends), never)]), np.concatenate([read, np.full(len(ends), never)]))

    def _is_filled(self, rows: Places, fills: Places, reads: Places) -> bool:
        """Whether each row is filled before it is read the first time, and none that holds a known number is filled."""
        height, never = max(self.rows.height, 1), len(self.ops)
        filled, read = np.full(height, never), np.full(height, never)
        np.minimum.at(filled, rows, fills)
        np.minimum.at(read, rows, reads)
        pinned = np.array(list(self.rows.pinned), np.int64)
        if (filled[pinned] < never).any() or np.isin(self.sources, pinned).any() or len(np.unique(self.sources)) < len(self.sources):
            return False
        filled[pinned] = filled[self.sources] = -1
        return bool(((filled < read) | (read == never)).all() and (filled[self.targets] < never).all())
