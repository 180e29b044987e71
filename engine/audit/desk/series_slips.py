"""Slips along a series: the cell of a formula that was not moved on (`$A$1`), numbers added up from year to year, the mean for each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.slip import Slip
from engine.run.run import Run
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity

Array = NDArray[np.float64]
#: Decimals to which a number may have been rounded up.
_DECIMALS = (0, 1, 2)


def series_slips(run: Run, quantity: Quantity, array: Array, subject: str) -> Iterator[Slip]:
    """Yield slips in which the numbers of a quantity are those of another cell of their series, or of several.

    Parameters
    ----------
    array
        Its numbers. Shape: one axis per index. Unit: the quantity's.
    """
    for at, axis in enumerate(quantity.indices):
        members = run.setting.members[axis]
        if len(members) > 1:
            for kind, what, numbers in _along(array, at, axis, members, is_time=lies_in_time(axis, run.methodology.index_set)):
                changed = np.where(np.isfinite(array), numbers, array)
                yield Slip(kind, f"{quantity.id} {what}", subject, quantity.id, numbers=changed)
    for decimals in _DECIMALS:
        scale = 10.0**decimals
        words = f"to {decimals} decimals" if decimals else "to whole units"
        yield Slip("rounding", f"{quantity.id} rounded up {words}", subject, quantity.id, numbers=np.ceil(array * scale) / scale)


def _along(array: Array, at: int, axis: str, members: tuple[str, ...], *, is_time: bool) -> Iterator[tuple[str, str, Array]]:
    for place in (0, -1):
        held = np.take(array, [place], axis=at)
        yield "frozen reference", f"of {members[place]} for every {axis}", np.broadcast_to(held, array.shape)
    filled = np.where(np.isfinite(array), array, 0.0)
    there = np.isfinite(array).sum(axis=at, keepdims=True)
    yield "mean of all", f"as the mean over {axis}", np.broadcast_to(filled.sum(axis=at, keepdims=True) / np.maximum(there, 1), array.shape)
    if is_time:
        yield "added up", f"added up from {axis} to {axis}", np.cumsum(filled, axis=at)
        yield "added up", f"as the change from {axis} to {axis}", np.diff(filled, axis=at, prepend=0.0)
