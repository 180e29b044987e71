"""Uncertain numbers: what is drawn once, wherever it stands.

One written number may stand in several cells (``at: {year: "*"}``, ``otherwise:``, a row that holds for every year). It is one unknown:
drawn once, and the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import PRESENT, cell_name
from engine.run.inputs import Inputs
from engine.run.run import Run
from engine.simulate.distribution import Distribution
from engine.simulate.distributions import DISTRIBUTIONS
from engine.simulate.normal import Numbers
from equations.errors import InputError, MethodologyError, Place


@dataclass(frozen=True)
class Twin:
    """A cell that holds the same number as another one.

    Attributes
    ----------
    place
        Of the cell, counted through the quantity's array.
    of
        Which number of the variable it holds.
    """

    name: str
    place: int
    of: int


@dataclass(frozen=True)
class Variable:
    """Uncertain numbers of one quantity that are drawn in the same way.

    Attributes
    ----------
    places
        Of the cells, counted through the quantity's array. For distributions of rows: the cells of one row.
    names
        What each cell is called: the key of its draws.
    parameters
        Name -> numbers. Shape of each: (cells,).
    place
        Where it is declared.
    twins
        Further cells that hold one of these numbers.
    """

    quantity: str
    kind: str
    places: np.ndarray
    names: tuple[str, ...]
    parameters: dict[str, np.ndarray]
    place: Place | None = None
    twins: tuple[Twin, ...] = field(default=())

    @property
    def distribution(self) -> Distribution:
        """What its numbers are drawn from."""
        return DISTRIBUTIONS[self.kind]

    @property
    def means(self) -> Numbers:
        """The mean of each cell, before draws outside its range are dealt with. Shape: (cells,)."""
        return self.distribution.means(self.parameters)

    @property
    def covariances(self) -> Numbers:
        """Variances and covariances of the cells, without those of declared correlations. Shape: (cells, cells)."""
        return self.distribution.covariances(self.parameters)

    @property
    def support(self) -> tuple[Numbers, Numbers]:
        """The least and the greatest number that each cell can be drawn as. Shape of each: (cells,)."""
        return self.distribution.support(self.parameters)

    @property
    def everywhere(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of all cells, twins behind the others, and which number of the variable each holds."""
        places = [*self.places.tolist(), *(twin.place for twin in self.twins)]
        return np.array(places, np.int64), np.array([*range(len(self.names)), *(twin.of for twin in self.twins)], np.int64)


def written_once(run: Run, quantity: str, places: Iterable[int]) -> list[list[int]]:
    """Return cells of an input by the number that was written for them: one number may stand for several cells."""
    origins, shape = run.inputs.origins[quantity], run.inputs.values[quantity].shape
    found: dict[int, list[int]] = {}
    for place in places:
        cell = tuple(int(at) for at in np.unravel_index(place, shape))
        found.setdefault(id(origins[cell]) if cell in origins else -1 - place, []).append(place)
    return list(found.values())


def shared_names(run: Run, variables: Sequence[Variable]) -> dict[str, int]:
    """Return the name of every uncertain cell, with a mark that cells of one written number have in common."""
    found: dict[str, int] = {}
    for quantity, name_of in _names(variables).items():
        for places in written_once(run, quantity, name_of):
            found |= {name_of[place]: len(found) for place in places[:1]}
            found |= dict.fromkeys((name_of[place] for place in places), found[name_of[places[0]]])
    return found


def _names(variables: Sequence[Variable]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for variable in variables:
        found.setdefault(variable.quantity, {}).update(zip(variable.places.tolist(), variable.names, strict=True))
    return found


@dataclass
class Merging:
    """Makes one unknown of all cells for which one number was written.

    Attributes
    ----------
    apart
        Names of cells of which the project says itself how they go together.
    follows
        Name of a cell -> the name under which its number is drawn.
    tied
        Names of numbers that move as one, each with a distribution of its own: one number, declared year by year.
    """

    run: Run
    variables: list[Variable]
    apart: frozenset[str]
    errors: list[MethodologyError]
    #: Quantities drawn row by row -> the inputs with all their cells.
    whole: Mapping[str, Inputs]
    follows: dict[str, str] = field(default_factory=dict)
    tied: list[tuple[str, ...]] = field(default_factory=list)

    def merged(self) -> tuple[Variable, ...]:
        """Return the variables without the cells that hold the number of another one."""
        for quantity in dict.fromkeys(variable.quantity for variable in self.variables):
            self._rows(quantity)
            self._cells(quantity)
        kept = (self._kept(variable) for variable in self.variables)
        return tuple(variable for variable in kept if variable.names)

    def fault(self, what: str, place: Place | None, why: str, remedy: str) -> None:
        self.errors.append(InputError("I510", what, place, why=why, remedy=remedy))

    def _at(self, quantity: str) -> dict[int, tuple[int, int]]:
        """Return the place of each uncertain cell, with its variable and the cell's number there."""
        return {
            int(place): (at, row)
            for at, variable in enumerate(self.variables) if variable.quantity == quantity
            for row, place in enumerate(variable.places.tolist())
        }  # fmt: skip

    def _cells(self, quantity: str) -> None:
        at = self._at(quantity)
        present = np.flatnonzero(self.run.inputs.states[quantity] == PRESENT).tolist()
        for places in written_once(self.run, quantity, present):
            own = [place for place in places if place in at]
            if len(places) < 2 or not own or self.variables[at[own[0]][0]].distribution.is_of_rows:
                continue
            if any(self._name(at[place]) in self.apart for place in own):
                continue
            silent = [place for place in places if place not in at]
            if silent:
                self.fault(f"{self._name(at[own[0]])} and {self._called(quantity, silent[0])} are one number, "
                           "and only the first is declared as uncertain", self.variables[at[own[0]][0]].place,
                           "one written number is one unknown, wherever it stands",
                           "declare it for every cell, or give each cell its own number")  # fmt: skip
                continue
            self._join([at[place] for place in own])

    def _join(self, cells: list[tuple[int, int]]) -> None:
        """Let cells of one number follow the first; those with another distribution move as one with it."""
        apart: list[tuple[int, int]] = []
        for cell in cells:
            leader = next((one for one in apart if self._alike(one, cell)), None)
            if leader is None:
                apart.append(cell)
            else:
                self._follow(leader, cell)
        names = tuple(self._name(cell) for cell in apart)
        if len(apart) > 1 and not all(self.variables[at].distribution.is_from_normal for at, _ in apart):
            self.fault(f"{names[0]} and {names[1]} are one number, with two distributions", self.variables[apart[1][0]].place,
                       "one written number is one unknown, wherever it stands",
                       "declare one distribution for both, or give each its own number")  # fmt: skip
        elif len(apart) > 1:
            self.tied.append(names)

    def _rows(self, quantity: str) -> None:
        """Let rows that were written once follow the first of them."""
        origins, shape = self.whole.get(quantity, self.run.inputs).origins[quantity], self.run.inputs.values[quantity].shape
        leaders: dict[tuple[int, ...], int] = {}
        owner: dict[int, tuple[int, ...]] = {}
        for at, variable in enumerate(self.variables):
            if variable.quantity != quantity or not variable.distribution.is_of_rows:
                continue
            cells = [tuple(int(x) for x in np.unravel_index(place, shape)) for place in variable.places.tolist()]
            row = tuple(id(origins[cell]) if cell in origins else -1 - place
                        for cell, place in zip(cells, variable.places.tolist(), strict=True))  # fmt: skip
            leader = leaders.setdefault(row, at)
            if leader != at and self._alike((leader, 0), (at, 0)):
                for cell in range(len(row)):
                    self._follow((leader, cell), (at, cell))
                continue
            if leader != at or len(set(row)) < len(row) or any(owner.setdefault(number, row) != row for number in row):
                self.fault(f"numbers of {quantity} stand in several cells, and cannot be drawn row by row", variable.place,
                           f"{variable.names[0]} or another cell of its row shares its number with a cell of this or another row",
                           "give each cell its own number, or write whole rows once")  # fmt: skip
                return

    # -- one cell

    def _name(self, cell: tuple[int, int]) -> str:
        return self.variables[cell[0]].names[cell[1]]

    def _called(self, quantity: str, place: int) -> str:
        return cell_name(self.run.methodology.quantity[quantity], self.run.setting, place)

    def _alike(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        first, second = (self.variables[at] for at, _ in (one, other))
        rows = (slice(None), slice(None)) if first.distribution.is_of_rows else (one[1], other[1])
        return first.kind == second.kind and all(
            np.array_equal(numbers[rows[0]], second.parameters[name][rows[1]], equal_nan=True)
            for name, numbers in first.parameters.items()
        )

    def _follow(self, leader: tuple[int, int], cell: tuple[int, int]) -> None:
        name = self._name(cell)
        self.follows[name] = self._name(leader)
        first = self.variables[leader[0]]
        twin = Twin(name, int(self.variables[cell[0]].places[cell[1]]), leader[1])
        self.variables[leader[0]] = replace(first, twins=(*first.twins, twin))

    def _kept(self, variable: Variable) -> Variable:
        keep = [at for at, name in enumerate(variable.names) if name not in self.follows]
        if len(keep) == len(variable.names):
            return variable
        row_of = {old: new for new, old in enumerate(keep)}
        twins = tuple(replace(twin, of=row_of[twin.of]) for twin in variable.twins)
        names = tuple(variable.names[at] for at in keep)
        parameters = {name: numbers[keep] for name, numbers in variable.parameters.items()}
        return replace(variable, places=variable.places[keep], names=names, parameters=parameters, twins=twins)
