"""Numbers of one series: the cells of a quantity that share their other members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from engine.audit.monitored_cells import MonitoredCells
from engine.project.cell_states import IDLE, MEASURED, CellState, state_of
from engine.project.written_numbers import Origin
from engine.run.run import Run
from equations.model.quantity import Quantity
from equations.model.substitution import Substitution
from equations.records import record

Cell = tuple[int, ...]


@record(frozen=True)
class GivenCells:
    """The cells of one quantity that a project gives, with their states.

    Attributes
    ----------
    blankets
        Cells that are not listed, and that `otherwise:` covers.
    """

    run: Run
    quantity: Quantity
    states: dict[Cell, CellState]
    blankets: frozenset[Cell]
    monitored: MonitoredCells
    #: Axes that are free -> places on the others -> the cells that have them.
    known: dict[tuple[int, ...], dict[Cell, list[Cell]]] = field(default_factory=dict)

    def value(self, cell: Cell) -> float:
        """Return the number of a cell, in the quantity's unit."""
        return float(self.run.values.arrays[self.quantity.id][cell])

    def origin(self, cell: Cell) -> Origin:
        """Return where a cell was given."""
        return self.run.inputs.origins[self.quantity.id][cell]

    def of_state(self, word: str) -> list[Cell]:
        """Return the cells of a state."""
        return [cell for cell, state in self.states.items() if state.word == word]

    def is_measured(self, cell: Cell) -> bool:
        """Whether a number can stand for others of its series: it is said to be measured, or is listed and nothing else is said."""
        state = self.states[cell].word
        return state == MEASURED or (not state and cell not in self.blankets and cell in self.monitored)

    def is_due(self, cell: Cell) -> bool:
        """Whether a number is to be measured there: on days of monitoring, and where something runs."""
        return self.states[cell].word != IDLE and cell in self.monitored

    def series(self, cell: Cell, axes: Iterable[int]) -> list[Cell]:
        """Return the cells that differ from one in some axes only, in order."""
        free = tuple(axes)
        held = [at for at in range(len(cell)) if at not in free]
        if free not in self.known:
            of = self.known[free] = {}
            for other in sorted(self.states):
                of.setdefault(tuple(other[at] for at in held), []).append(other)
        return self.known[free].get(tuple(cell[at] for at in held), [])

    def in_time(self, cell: Cell) -> list[Cell]:
        """Return the cells that differ from one in time only."""
        return self.series(cell, self.monitored.times)

    def axes_of(self, method: Substitution) -> list[int]:
        """Return the axes along which the series of a method run."""
        indices, sets = self.quantity.indices, self.run.methodology.index_set
        ordered = [axis for axis in indices if sets[axis].ordered]
        along = method.along or (ordered[-1] if ordered else "")
        return [at for at, axis in enumerate(indices) if axis == along or not along]


def given_cells(run: Run, quantity: Quantity, blankets: set[object]) -> GivenCells:
    """Return the cells of a quantity that the project gives.

    Parameters
    ----------
    blankets
        Places at which the project file says `otherwise:`.
    """
    origins = {cell: origin for cell, origin in run.inputs.origins.get(quantity.id, {}).items() if origin.kind == "project"}
    states = {cell: state_of(origin.meta) for cell, origin in origins.items()}
    return GivenCells(run, quantity, states, frozenset(cell for cell, origin in origins.items() if origin.place in blankets),
                      MonitoredCells(run, quantity))  # fmt: skip
