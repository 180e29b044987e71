"""Sums of rows with known weights: where most weights are there, one call over all rows beats a call for each product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import numpy as np

from engine.batch.program import Cells, Numbers, Program

#: One call that adds all rows, zeros included, pays up to so many products for each operation that it replaces.
_DENSE_PAYS = 2.2


@dataclass(frozen=True, eq=False)
class WeightedSums:
    """A group of sums as a table of weights.

    Attributes
    ----------
    addends
        Cells whose rows are added, in an order that is that of every sum.
    table
        Shape: (addend, sum). Zero where an addend takes no part; adding it moves no bit.
    absorbed
        Places of the groups of products that are so not computed by themselves.
    """

    addends: Cells
    table: Numbers
    absorbed: tuple[int, ...]


def weighted_sums(program: Program) -> dict[int, WeightedSums]:
    """Return the sums that are better done as a table, by the place of their group."""
    if not adds_plainly():
        return {}
    finder = _Finder(program)
    found = {at: finder.weighted(at) for at, group in enumerate(program.groups) if group.op == "Sum"}
    return {at: held for at, held in found.items() if held is not None}


class _Finder:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.known = np.zeros(program.size, bool)
        self.numbers = np.full(program.size, np.nan)
        self.uses = np.zeros(program.size, np.int64)
        # Read twice: what is asked for cannot be absorbed.
        self.uses[program.roots()] = 2
        self.addend, self.weight = np.arange(program.size, dtype=np.int64), np.ones(program.size)
        self.home = np.zeros(program.size, np.int64)
        for at, group in enumerate(program.groups):
            self.home[group.cells] = at
            for cells in group.operands:
                np.add.at(self.uses, cells, 1)
            if group.op == "const":
                self.known[group.cells], self.numbers[group.cells] = True, group.values
            elif group.op == "mul":
                self.note_products(group.cells, *group.operands)

    def note_products(self, cells: Cells, left: Cells, right: Cells) -> None:
        """Remember, for each product with a known number, the other factor and the number."""
        for row, number in ((left, right), (right, left)):
            # By which side the number stands makes no difference to the bit.
            weighted = self.known[number] & ~self.known[row]
            self.addend[cells[weighted]] = row[weighted]
            self.weight[cells[weighted]] = self.numbers[number[weighted]]

    def weighted(self, at: int) -> WeightedSums | None:
        """Return the sums of a group as a table of weights, or ``None`` where that is more work or another order."""
        group = self.program.groups[at]
        assert group.starts is not None
        operands = group.operands[0]
        absorbed = tuple(int(source) for source in np.unique(self.home[operands]) if self.is_absorbed(int(source), operands))
        # Addends that are no products count as products with one.
        inside = np.isin(self.home[operands], absorbed)
        if not inside.any() or self.known[operands].any():
            return None
        cells = np.where(inside, self.addend[operands], operands)
        weights = np.where(inside, self.weight[operands], 1.0)
        # The table adds its rows in one order for all sums: it has to be the order of each.
        addends = _joint_order(np.split(cells, group.starts[1:-1]))
        # A table adds its zeros too: it pays only while it is not much larger than what it replaces.
        if not len(addends) or len(addends) * group.size > _DENSE_PAYS * (len(operands) + int(inside.sum())):
            return None
        place = {cell: row for row, cell in enumerate(addends.tolist())}
        rows = np.array([place[cell] for cell in cells.tolist()])
        table = np.zeros((len(addends), group.size))
        table[rows, np.repeat(np.arange(group.size), group.lengths)] = weights
        return WeightedSums(addends, table, absorbed)

    def is_absorbed(self, source: int, operands: Cells) -> bool:
        """Whether a group holds only products with a known number that only these sums read."""
        cells = self.program.groups[source].cells
        products = self.program.groups[source].op == "mul" and bool((self.addend[cells] != cells).all())
        return products and bool((self.uses[cells] == 1).all()) and bool(np.isin(cells, operands).all())


def _joint_order(runs: list[Cells]) -> Cells:
    """Return the cells of some runs in an order that is that of each run; empty where there is none."""
    order: TopologicalSorter[int] = TopologicalSorter()
    for run in runs:
        # Minus one stands before the first of each run, so that a run of one cell is entered too.
        for before, cell in pairwise([-1, *run.tolist()]):
            order.add(cell, *([before] if before >= 0 else []))
    try:
        found = list(order.static_order())
    except CycleError:
        return np.zeros(0, np.int64)
    return np.array(found, np.int64)


@cache
def adds_plainly() -> bool:
    """Whether ``einsum`` multiplies and then adds, each rounded for itself, as the literal form does.

    A build of NumPy may fuse the two; it is tried once, over many widths, because vector code and its rest are compiled apart.
    """
    rng = np.random.default_rng(0)
    for width in range(16, 80):
        left, right = rng.standard_normal((2, 3, 2, width))
        numbers = np.ascontiguousarray(left[..., :1])
        for factors, found in (
            (left, np.einsum("tkn,tkn->kn", left, right)),
            (numbers, np.einsum("tk,tkn->kn", numbers[..., 0], right)),
        ):
            if (found != factors[0] * right[0] + factors[1] * right[1] + factors[2] * right[2]).any():
                return False
    return True
