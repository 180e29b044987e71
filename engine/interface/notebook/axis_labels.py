"""Indices as columns and dimensions: how each is called beside the others, and its labels, years as whole numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.interface.notebook.long_table import TEXT, WHOLE
from equations.model.methodology import Methodology


class AxisLabels:
    """Names of the axes of a methodology.

    Parameters
    ----------
    taken
        Names that stand for something else; a set that is called like one of them has ``_label`` behind its name.
    """

    def __init__(self, methodology: Methodology, taken: Collection[str]) -> None:
        self.methodology = methodology
        self._taken = set(taken)
        self._names = {(index_set.id, 1): self._free(index_set.id) for index_set in methodology.index_sets}

    def _free(self, name: str) -> str:
        while name in self._taken:
            name += "_label"
        self._taken.add(name)
        return name

    def names(self, indices: Sequence[str]) -> tuple[str, ...]:
        """Return a name for each axis of a quantity; a second index over one set has a 2 behind it."""
        found = []
        for at, index in enumerate(indices):
            key = index, indices[:at].count(index) + 1
            if key not in self._names:
                self._names[key] = self._free(f"{index}_{key[1]}")
            found.append(self._names[key])
        return tuple(found)

    def kind(self, set_id: str) -> str:
        """Return what the labels of a set are as a column."""
        return WHOLE if self.methodology.index_set[set_id].kind == "year" else TEXT

    def label(self, set_id: str, label: str) -> str | int:
        """Return a label as it stands in a column."""
        return int(label) if self.kind(set_id) == WHOLE else label
