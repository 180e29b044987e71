"""Cells of a quantity: which exist, which are needed, and what state they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from engine.plan.plan import Box, Plan
from engine.plan.setting import Setting
from engine.plan.time_axes import in_operation
from equations.model.cell_labels import written_cell
from equations.model.index_set import CALENDAR
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

#: States of a cell: not needed or not there; a value; left out by the methodology; outside the quantity's relation.
ABSENT, PRESENT, EXCLUDED, NOT_APPLICABLE = 0, 1, 2, 3


def cells_of(box: Box) -> Iterable[tuple[int, ...]]:
    """Yield the cells of a box, the last axis fastest."""
    if not box:
        yield ()
        return
    for first in box[0]:
        for rest in cells_of(box[1:]):
            yield (first, *rest)


def cell_name(quantity: Quantity, setting: Setting, cell: tuple[int, ...] | int) -> str:
    """Return what a cell is called, ``C[E, AG]``.

    Parameters
    ----------
    cell
        Its position on each axis, or its one place counted through the quantity's array, the last axis fastest.
    """
    if not isinstance(cell, tuple):
        cell = tuple(int(at) for at in np.unravel_index(cell, [len(setting.members[axis]) for axis in quantity.indices]))
    return written_cell(quantity.id, setting.labels(quantity.indices, cell))


def relation_axes(indices: tuple[str, ...], over: tuple[str, ...]) -> list[int]:
    """Return the axis of a quantity on which each part of a relation stands; the second part over one set takes the second axis over it.

    Examples
    --------
    >>> relation_axes(("year", "zone", "zone"), ("zone", "zone"))
    [1, 2]
    """
    places = [[at for at, index in enumerate(indices) if index == set_id] for set_id in over]
    return [own[over[:turn].count(set_id)] for turn, (set_id, own) in enumerate(zip(over, places, strict=True))]


def existing(quantity: Quantity, setting: Setting, methodology: Methodology) -> Callable[[tuple[int, ...]], bool] | None:
    """Return whether a cell exists under the quantity's relation, or ``None`` where all do."""
    pairs = setting.relations.get(quantity.on) if quantity.on else None
    if pairs is None:
        return None
    axes = relation_axes(quantity.indices, methodology.relation[quantity.on].over)
    members = [setting.members[quantity.indices[axis]] for axis in axes]
    return lambda cell: tuple(names[cell[axis]] for names, axis in zip(members, axes, strict=True)) in pairs


def counted(quantity: Quantity, plan: Plan, methodology: Methodology, *, whole: bool = False) -> NDArray[np.bool_]:
    """Return which cells the total of a quantity counts: those that a plan needs and that are there, of the years those monitored.

    Parameters
    ----------
    whole
        Take the other years that a plan needs, too.
    """
    setting = plan.setting
    places = [set(axis) for axis in plan.needs[quantity.id]]
    for own, axis in zip(places, quantity.indices, strict=True):
        if methodology.index_set[axis].kind in CALENDAR:  # years before the project's first are no part of a total
            own &= in_operation(methodology, setting, axis, monitored_only=not whole)
    mask = np.zeros(tuple(len(setting.members[axis]) for axis in quantity.indices), bool)
    mask[np.ix_(*(sorted(axis) for axis in places))] = True
    exists = existing_cells(quantity, setting, methodology)
    return mask if exists is None else mask & exists


def members_counted(draws: NDArray[np.float64], counts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the members that a total counts, of each draw. Shape of ``draws``: (draw, *shape of the quantity); of the result: (draw, member)."""
    flat = draws.reshape(len(draws), -1)
    return flat if counts.all() else flat[:, counts.ravel()]


def existing_cells(quantity: Quantity, setting: Setting, methodology: Methodology) -> NDArray[np.bool_] | None:
    """Return a mask of the cells that exist under the quantity's relation, or ``None`` where all do."""
    exists = existing(quantity, setting, methodology)
    if exists is None:
        return None
    shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
    return np.array([exists(cell) for cell in np.ndindex(*shape)], bool).reshape(shape)
