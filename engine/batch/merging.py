"""Do the same thing once: cells with the same operation on the same operands become one cell."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.batch.program import Builder, Cells, Group, Program, finish
from engine.run.functions import ELEMENTWISE, REDUCTIONS

_EITHER_ORDER = frozenset({"add", "mul", "max", "min", "and", "or", "eq", "ne"})


def merge_equal(program: Program) -> Program:
    """Merge cells that hold the same number by their making.

    A product that does not depend on the year is so computed once and not for every year. No bit moves: what is left is computed
    as before.
    """
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    seen: dict[object, int] = {}
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        if group.op in ELEMENTWISE or group.op in REDUCTIONS:
            keys = _elementwise_keys(group, operands) if group.op in ELEMENTWISE else _run_keys(group, operands[0])
            moved[group.cells] = _merged(group, operands, keys, builder, seen)
        else:
            moved[group.cells] = builder.copy(group, operands)
    return finish(builder, program, moved)


def _elementwise_keys(group: Group, operands: tuple[Cells, ...]) -> list[object]:
    if group.op in _EITHER_ORDER:
        # Only where the bits do not hang on the order of two operands; a sum of three is two sums, and their order stays.
        operands = (np.minimum(*operands), np.maximum(*operands))
    return [(group.op, *cells) for cells in zip(*(part.tolist() for part in operands), strict=True)]


def _run_keys(group: Group, operands: Cells) -> list[object]:
    assert group.starts is not None
    bounds = group.starts.tolist()
    # Runs in another order are other sums: the last bit may differ, so they are not merged.
    return [(group.op, operands[a:b].tobytes()) for a, b in pairwise(bounds)]


def _merged(group: Group, operands: tuple[Cells, ...], keys: list[object], builder: Builder, seen: dict[object, int]) -> Cells:
    # The first of each kind within the group, too. It is marked with a cell that may not be its own yet; the cells that were made
    # are written below.
    new = [at for at, key in enumerate(keys) if _first(key, at, seen, builder.count)]
    chosen = np.array(new, np.int64)
    if len(new) == group.size:
        made = builder.copy(group, operands)
    elif group.op in ELEMENTWISE:
        made = builder.add(group.op, len(new), tuple(part[chosen] for part in operands), name=group.name)
    elif new:
        assert group.starts is not None
        lengths = group.lengths[chosen]
        runs = [operands[0][group.starts[at] : group.starts[at + 1]] for at in new]
        made = builder.reduce(group.op, np.concatenate(runs), np.concatenate([[0], np.cumsum(lengths)]), group.name)
    else:
        made = np.zeros(0, np.int64)
    for at, cell in zip(new, made.tolist(), strict=True):
        seen[keys[at]] = cell
    return np.array([seen[key] for key in keys], np.int64)


def _first(key: object, at: int, seen: dict[object, int], count: int) -> bool:
    """Whether a key is new; marks it as seen."""
    if key in seen:
        return False
    seen[key] = count + at
    return True
