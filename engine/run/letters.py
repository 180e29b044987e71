"""Letters in force while a formula is evaluated, and arrays whose axes are letters."""

from __future__ import annotations

from dataclasses import field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equations.records import record

Array: TypeAlias = NDArray[Any]
#: An intermediate: an array and the letters of its axes.
Valued: TypeAlias = tuple[Array, tuple[str, ...]]
ROW, COLUMN, INNER = "#row", "#column", "#inner"


@record(frozen=False)
class Scope:
    """Letters in force: their index set and the positions that they take, in the order of binding."""

    letters: dict[str, tuple[str, NDArray[np.intp]]] = field(default_factory=dict)

    def order(self, letters: set[str]) -> tuple[str, ...]:
        """Return letters in the order of the axes."""
        return tuple(x for x in (*self.letters, ROW, INNER, COLUMN) if x in letters)

    def along(self, letter: str, axes: tuple[str, ...], positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return positions shaped to lie along a letter's axis."""
        return positions.reshape([-1 if axis == letter else 1 for axis in axes])

    def bound(self, letter: str, set_id: str, positions: NDArray[np.intp]) -> Scope:
        """Return a scope with one more letter."""
        return Scope({**self.letters, letter: (set_id, positions)})


def aligned(value: Valued, axes: tuple[str, ...]) -> Array:
    """Return an array with one axis for each of ``axes``; those that it lacks have length one."""
    array, letters = value
    if letters == axes:
        return array
    sizes = dict(zip(letters, np.shape(array), strict=True))
    order = [letters.index(axis) for axis in axes if axis in sizes]
    if order != sorted(order):
        array = np.transpose(array, order)
    return np.reshape(array, [sizes.get(axis, 1) for axis in axes])
