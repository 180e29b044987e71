"""Draws of uncertain inputs. The numbers of a draw depend on the seed, the cell and the number of the draw, and on nothing else (conventions §12).

Each cell has a stream of its own (Philox, keyed by seed and cell), cut into chunks of draws; a chunk begins at a counter of its
own. So any block of draws can be made alone, by any worker, and a further uncertain input changes no draw of the others.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.simulate.correlations import factor_of, joined
from engine.simulate.normal import Numbers
from engine.simulate.uncertainty_file import Uncertainty
from engine.simulate.unknowns import Variable
from equations.errors import InputError, Place

CHUNK = 4096
_MOST_TRIES = 1000


def stream(seed: int, name: str, chunk: int) -> np.random.Generator:
    """Return the random numbers of one cell and one chunk of draws.

    Examples
    --------
    >>> a, b = stream(1, "C[E, AG]", 0), stream(1, "C[E, AG]", 0)
    >>> bool((a.standard_normal(3) == b.standard_normal(3)).all())
    True
    """
    key = np.frombuffer(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16).digest(), np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, chunk, 0], np.uint64)))


@dataclass(frozen=True)
class DrawSource:
    """Draws for a batch (a :class:`engine.batch.batchable.NumberSource`).

    Attributes
    ----------
    numbers
        Input -> what a single run uses. Shape: that of the quantity.
    limits
        Input -> least and greatest value that it can have.
    first, count
        The number of the first draw (a multiple of :data:`CHUNK`), and how many there are.
    """

    uncertainty: Uncertainty
    numbers: Mapping[str, Numbers]
    limits: Mapping[str, tuple[float, float]]
    seed: int
    count: int
    first: int = 0
    moved: dict[int, dict[str, int]] = field(default_factory=dict, compare=False)
    _held: threading.local = field(default_factory=threading.local, compare=False)

    def declared_at(self, quantity: str, place: int) -> Place | None:
        """Return where the distribution of a cell is declared."""
        row = self._row_of_place.get((quantity, place))
        return None if row is None else self._variable_of_row[row][0].place

    def part(self, start: int, stop: int) -> DrawSource:
        """Return some of the draws: the numbers of each are the same."""
        return DrawSource(self.uncertainty, self.numbers, self.limits, self.seed, stop - start, self.first + start)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process is told what makes the draws, not the draws."""
        return DrawSource, (self.uncertainty, self.numbers, self.limits, self.seed, self.count, self.first)

    @property
    def chunk(self) -> int:
        """How many draws are made together."""
        return CHUNK

    @cached_property
    def template(self) -> dict[str, Numbers]:
        """What all draws share, and NaN where they differ."""
        found = {quantity: np.array(numbers, np.float64) for quantity, numbers in self.numbers.items()}
        for variable in self.uncertainty.variables:
            found[variable.quantity].reshape(-1)[variable.everywhere[0]] = np.nan
        return found

    def fill(self, start: int, stop: int, wanted: Mapping[str, NDArray[np.int64]], rows: Mapping[str, Numbers]) -> None:
        """Write some draws."""
        for chunk in range(start // CHUNK, -(-stop // CHUNK)):
            a, b = max(start, chunk * CHUNK), min(stop, (chunk + 1) * CHUNK)
            drawn = self.drawn(chunk)
            for quantity, places in wanted.items():
                where = self.rows_of(quantity, places)
                rows[quantity][:, a - start : b - start] = drawn[where, a - chunk * CHUNK : b - chunk * CHUNK]

    def rows_of(self, quantity: str, places: NDArray[np.int64]) -> NDArray[np.int64] | slice:
        """Return the rows of cells among all uncertain ones."""
        found = np.array([self._row_of_place[quantity, int(place)] for place in places], np.int64)
        # A slice is a view, a list of rows a copy of the chunk.
        even = len(found) > 0 and bool((found == np.arange(found[0], found[0] + len(found))).all())
        return slice(int(found[0]), int(found[0]) + len(found)) if even else found

    def drawn(self, chunk: int) -> Numbers:
        """Return all uncertain cells of one chunk. Shape: (cell, CHUNK)."""
        held: tuple[int, Numbers] | None = getattr(self._held, "chunk", None)
        if held is None or held[0] != chunk:
            held = (chunk, self.made(chunk + self.first // CHUNK))
            self._held.chunk = held
        return held[1]

    # -- making a chunk

    def made(self, chunk: int) -> Numbers:
        """Make a chunk of draws, counted from the very first draw."""
        result = np.empty((len(self._names), CHUNK))
        # A stream for each name and chunk: a draw is the same whichever worker makes it, in whatever order, and however many others
        # there are.
        streams = {name: stream(self.seed, name, chunk) for name in self._names}
        for rows, factor in self._joint:
            for row in rows:
                streams[self._names[row]].standard_normal(CHUNK, out=result[row])
            if factor is not None:
                result[rows] = joined(factor, result[rows])
        moved: dict[str, int] = {}
        for variable, first in zip(self.uncertainty.variables, self._firsts, strict=True):
            own = result[first : first + len(variable.names)]
            if variable.distribution.is_from_normal:
                own[...] = variable.distribution.from_normal(own, _columns(variable))
            else:
                own[...] = variable.distribution.drawn(variable.parameters, [streams[name] for name in variable.names], CHUNK)
        self._keep_within(result, streams, moved)
        self.moved[chunk] = moved
        return result

    def _keep_within(self, result: Numbers, streams: Mapping[str, np.random.Generator], moved: dict[str, int]) -> None:
        """Apply the policy for draws outside the range in which a quantity can be."""
        if self.uncertainty.outside == "fail":
            return
        for rows, factor in self._joint:
            least, most = self._least[rows], self._most[rows]
            outside = (result[rows] < least) | (result[rows] > most)
            if not outside.any():
                continue
            for row, count in zip(rows.tolist(), outside.sum(axis=1).tolist(), strict=True):
                moved[self._names[row]] = count
            if self.uncertainty.outside == "truncate":
                result[rows] = np.clip(result[rows], least, most)
            else:
                self._redraw(result, rows, factor, outside, streams)

    def _redraw(
        self,
        result: Numbers,
        rows: NDArray[np.int64],
        factor: Numbers | None,
        outside: np.ndarray,
        streams: Mapping[str, np.random.Generator],
    ) -> None:
        columns = np.flatnonzero(outside.any(axis=0))
        # The whole draw of the joined numbers anew, and not the one that left its range: another number for it alone would not be
        # correlated with the rest.
        for _ in range(_MOST_TRIES):
            normal = np.stack([streams[self._names[row]].standard_normal(len(columns)) for row in rows])
            normal = normal if factor is None else joined(factor, normal)
            for at, row in enumerate(rows.tolist()):
                variable, place = self._variable_of_row[row]
                parameters = {name: numbers[place, None] for name, numbers in variable.parameters.items()}
                result[row, columns] = variable.distribution.from_normal(normal[at], parameters)
            there = result[np.ix_(rows, columns)]
            wrong = ((there < self._least[rows]) | (there > self._most[rows])).any(axis=0)
            columns = columns[wrong]
            if not len(columns):
                return
        name, place = self._names[int(rows[0])], self._variable_of_row[int(rows[0])][0].place
        raise InputError(
            "I510",
            f"draws of {name} hardly ever fall within the range in which it can be",
            place,
            why=f"{len(columns)} draws were still outside after {_MOST_TRIES} tries",
            remedy="declare a distribution within the range, or `outside: truncate`",
        )

    # -- where things stand

    @cached_property
    def _names(self) -> list[str]:
        return [name for variable in self.uncertainty.variables for name in variable.names]

    @cached_property
    def _firsts(self) -> list[int]:
        ends = np.cumsum([len(variable.names) for variable in self.uncertainty.variables]).tolist()
        return [end - len(v.names) for end, v in zip(ends, self.uncertainty.variables, strict=True)]

    @cached_property
    def _variable_of_row(self) -> list[tuple[Variable, int]]:
        return [(variable, place) for variable in self.uncertainty.variables for place in range(len(variable.names))]

    @cached_property
    def _row_of_place(self) -> dict[tuple[str, int], int]:
        return {
            (variable.quantity, place): first + row
            for variable, first in zip(self.uncertainty.variables, self._firsts, strict=True)
            for place, row in zip(*(numbers.tolist() for numbers in variable.everywhere), strict=True)
        }

    @cached_property
    def _least(self) -> Numbers:
        return np.array([[self.limits[v.quantity][0]] for v, _ in self._variable_of_row])

    @cached_property
    def _most(self) -> Numbers:
        return np.array([[self.limits[v.quantity][1]] for v, _ in self._variable_of_row])

    @cached_property
    def _joint(self) -> list[tuple[NDArray[np.int64], Numbers | None]]:
        """Rows that are drawn together, with the factor that correlates their normal numbers."""
        at = {name: row for row, name in enumerate(self._names)}
        found: list[tuple[NDArray[np.int64], Numbers | None]] = []
        correlated: set[int] = set()
        for correlation in self.uncertainty.correlations:
            rows = np.array([at[name] for name in correlation.names], np.int64)
            found.append((rows, factor_of(correlation.matrix)))
            correlated |= set(rows.tolist())
        single = [
            row for row, (v, _) in enumerate(self._variable_of_row) if v.distribution.is_from_normal and row not in correlated
        ]
        return found + [(np.array([row], np.int64), None) for row in single]


def _columns(variable: Variable) -> dict[str, Numbers]:
    return {name: numbers[:, None] for name, numbers in variable.parameters.items()}


def moved_shares(sources: list[DrawSource]) -> dict[str, float]:
    """Return, for each cell, the share of its draws that fell outside the range in which it can be."""
    counts: dict[str, int] = {}
    chunks: set[int] = set()
    for source in sources:
        for chunk, moved in source.moved.items():
            # Sources of parts may have made the same chunk, each for its own draws.
            if chunk not in chunks:
                chunks.add(chunk)
                for name, count in moved.items():
                    counts[name] = counts.get(name, 0) + count
    return {name: count / (len(chunks) * CHUNK) for name, count in sorted(counts.items())}
