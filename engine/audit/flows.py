"""Areas and what is converted of them, whatever their indices: from which category, to which, when; the rest is added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.run.run import Run
from equations.model.quantity import Quantity
from equations.records import record

Areas = NDArray[np.float64]


@record(frozen=True)
class Flow:
    """What leaves and reaches each category.

    Attributes
    ----------
    labels
        The members of each category.
    axes
        The axes of the quantity on which categories stand.
    times
        The members of the time axis, one empty text where there is none.
    leaving, arriving
        Shape: (category, time). What stays as it was is in neither.
    """

    labels: tuple[tuple[str, ...], ...]
    axes: tuple[int, ...]
    times: tuple[str, ...]
    time_set: str
    leaving: Areas
    arriving: Areas


def related(run: Run, one: str, other: str) -> bool:
    """Whether one index set is the other, or a part of it."""
    return run.methodology.is_within(one, other) or run.methodology.is_within(other, one)


def matched(run: Run, wanted: Sequence[str], axes: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Return, for each of some index sets, by its place, the first axis over a related set that no other took."""
    found: dict[int, int] = {}
    for place, set_id in enumerate(wanted):
        free = [at for at, own in axes if at not in found.values() and related(run, set_id, own)]
        if free:
            found[place] = free[0]
    return found


def flow_of(run: Run, quantity: Quantity, array: Areas, areas: Quantity) -> Flow:
    """Return what a conversion takes from and brings to the categories of some areas.

    Parameters
    ----------
    array
        The numbers of ``quantity``; what is missing counts as nothing. Shape: one axis per index.
    areas
        Whose indices tell which axes are categories.
    """
    indices = quantity.indices
    from_axis, to_axis = _pair(indices, areas.indices)
    open_axes = [(at, set_id) for at, set_id in enumerate(indices) if at not in (to_axis, _year_axis(run, indices))]
    category = sorted(matched(run, areas.indices, open_axes).values())
    time = _year_axis(run, indices)
    if time is None:
        rest = [at for at in range(len(indices)) if at not in (from_axis, to_axis, *category)]
        time = rest[-1] if rest else None
    known = np.nan_to_num(np.array(array, float))
    if from_axis is not None and to_axis is not None:
        same = np.arange(known.shape[from_axis])
        np.moveaxis(known, (from_axis, to_axis), (0, 1))[same, same] = 0.0
    leaving = _by_category(known, category, time)
    arriving = np.zeros_like(leaving)
    if from_axis is not None and to_axis is not None and from_axis in category:
        arriving = _by_category(known, [to_axis if at == from_axis else at for at in category], time)
    members = [run.setting.members[indices[at]] for at in category]
    labels = tuple(tuple(own[at] for own, at in zip(members, cell, strict=True)) for cell in np.ndindex(*map(len, members)))
    times = run.setting.members[indices[time]] if time is not None else ("",)
    return Flow(labels, tuple(category), times, indices[time] if time is not None else "", leaving, arriving)


def areas_of(run: Run, areas: Quantity, array: Areas, flow: Flow, quantity: Quantity) -> dict[tuple[str, ...], float]:
    """Return the area of each category of a flow that the areas know; axes that the flow does not have are added up."""
    sets = [quantity.indices[at] for at in flow.axes]
    axes = matched(run, sets, list(enumerate(areas.indices)))
    if len(axes) < len(sets):
        return {}
    kept = [axes[place] for place in range(len(sets))]
    known = _by_category(np.nan_to_num(array), kept, None)[:, 0]
    members = [run.setting.members[areas.indices[at]] for at in kept]
    labels = (tuple(own[at] for own, at in zip(members, cell, strict=True)) for cell in np.ndindex(*map(len, members)))
    held = dict(zip(labels, known.tolist(), strict=True))
    return {label: held[label] for label in flow.labels if label in held}


def _pair(indices: tuple[str, ...], areas: tuple[str, ...]) -> tuple[int | None, int | None]:
    """Return the axes from which and to which is converted: the first two over one set that the areas do not have twice."""
    for at, set_id in enumerate(indices):
        if set_id in indices[at + 1 :] and areas.count(set_id) < 2:
            return at, indices.index(set_id, at + 1)
    return None, None


def _year_axis(run: Run, indices: tuple[str, ...]) -> int | None:
    """Return the axis of years, or of groups of years."""
    sets, years = run.methodology.index_set, run.methodology.year_set
    found = [at for at, set_id in enumerate(indices) if set_id == years or (years and sets[set_id].groups == years)]
    return found[-1] if found else None


def _by_category(array: Areas, kept: Sequence[int], time: int | None) -> Areas:
    """Add up all but some axes. Shape of the result: (categories, time)."""
    order = [*kept, *([time] if time is not None else [])]
    rest = tuple(at for at in range(array.ndim) if at not in order)
    summed = np.transpose(array.sum(axis=rest), np.argsort(np.argsort(order))) if order else array.sum(axis=rest)
    steps = array.shape[time] if time is not None else 1
    return np.reshape(summed, (-1, steps))
