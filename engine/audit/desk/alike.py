"""What stated numbers that no slip gives have in common: one factor, or one difference, between them and what comes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.comparison import Beside
from engine.output.terminal import number

#: How much smaller than the effect itself the room must be that the printed digits leave it.
_SHARP = 0.05


def alike(parting: Sequence[Beside]) -> str:
    """Return in words by what factor, or by how much, all of several numbers differ from what comes out; empty where they differ otherwise.

    Parameters
    ----------
    parting
        Statements of one quantity, of which each says where it is and what follows from the numbers before it.
    """
    ours = np.array([one.follows for one in parting])
    stated = np.array([one.statement.value for one in parting])
    halves = np.array([one.statement.half + one.room for one in parting])
    if len(parting) < 2 or not np.isfinite(ours).all():
        return ""
    if (ours != 0).all() and (factor := _common(stated / ours, halves / np.abs(ours), 1.0)) is not None:
        return f"each of them is {factor:.6g} times what comes out"
    if (difference := _common(stated - ours, halves, 0.0)) is not None:
        return f"each of them is {number(abs(difference))} {'more' if difference > 0 else 'less'} than what comes out"
    return ""


def _common(effects: NDArray[np.float64], rooms: NDArray[np.float64], nothing: float) -> float | None:
    """Return the number that all effects can be, ``None`` where there is none or where it is known too coarsely."""
    low, high = float((effects - rooms).max()), float((effects + rooms).min())
    middle = (low + high) / 2
    return middle if low <= high and high - low <= _SHARP * abs(middle - nothing) else None
