"""Put groups where they are needed, so that few numbers wait for their use at a time."""

from __future__ import annotations

import numpy as np

from engine.batch.program import Builder, Program, finish


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
