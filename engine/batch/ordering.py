"""Put groups where they are needed, so that few numbers wait for their use at a time."""

from __future__ import annotations

import numpy as np

from engine.batch.program import Builder, Program, finish
from engine.run.functions import ELEMENTWISE, REDUCTIONS

_NOBODY, _SEVERAL = -1, -2


def nearby(program: Program) -> Program:
    """Order groups so that each stands as late as its first reader allows: what is asked for first, with all that it needs before
    it.
    """
    bounds = np.array([group.first for group in program.groups], np.int64)
    needs = [_groups_of(bounds, group.operands) for group in program.groups]
    order = [at for at, group in enumerate(program.groups) if group.op in ("const", "input")]
    placed = set(order)
    for root in dict.fromkeys(_groups_of(bounds, (program.roots(),))):
        _place(root, needs, placed, order)
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    for at in order:
        group = program.groups[at]
        moved[group.cells] = builder.copy(group, tuple(moved[cells] for cells in group.operands))
    return finish(builder, program, moved)


def part_by_reader(program: Program) -> Program:
    """Part elementwise groups so that what one reduction alone reads stands by itself; it need not be kept then."""
    readers = np.full(program.size, _NOBODY, np.int64)
    readers[program.roots()] = _SEVERAL
    for at, group in enumerate(program.groups):
        for cells in group.operands:
            distinct, counts = np.unique(cells, return_counts=True)
            several = (counts > 1) | (readers[distinct] != _NOBODY) | (group.op not in REDUCTIONS)
            readers[distinct] = np.where(several, _SEVERAL, at)
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        own = readers[group.cells]
        if group.op not in ELEMENTWISE or (own == own[0]).all():
            moved[group.cells] = builder.copy(group, operands)
            continue
        for reader in np.unique(own):
            there = own == reader
            parts = tuple(cells[there] for cells in operands)
            moved[group.cells[there]] = builder.add(group.op, int(there.sum()), parts, name=group.name)
    return finish(builder, program, moved)


def _groups_of(bounds: np.ndarray, parts: tuple[np.ndarray, ...]) -> list[int]:
    """Return the groups to which operands belong, the last first."""
    found = {int(at) for cells in parts for at in np.unique(np.searchsorted(bounds, cells, side="right") - 1)}
    return sorted(found, reverse=True)


def _place(root: int, needs: list[list[int]], placed: set[int], order: list[int]) -> None:
    stack = [root]
    while stack:
        at = stack[-1]
        waiting = [need for need in needs[at] if need not in placed]
        if waiting:
            stack.append(waiting[-1])
            continue
        stack.pop()
        if at not in placed:
            placed.add(at)
            order.append(at)
