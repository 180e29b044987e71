"""The front door of batches: prepare a plan once, evaluate it for any number of draws.

Draws are cut into blocks that fit the cache; blocks are shared out among threads. A draw's numbers depend on its own inputs only:
any number of blocks and workers gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.batch.forms import FORMS, literal_form, optimised_form
from engine.batch.kept_programs import digest_of_numbers, kept, key_of, key_within
from engine.batch.lowering import lower
from engine.batch.program import Numbers, Program
from engine.batch.specialised import Prepared, prepare
from engine.plan.cells import existing_cells
from engine.plan.plan import Plan, plan_key
from engine.plan.setting import Setting
from equations.errors import Place
from equations.model.methodology import Methodology

_MOST_PREPARED = 8


class NumberSource(Protocol):
    """What differs between draws."""

    @property
    def count(self) -> int:
        """The number of draws."""
        ...

    @property
    def first(self) -> int:
        """What the first draw is counted as, from 0, for messages."""
        ...

    @property
    def chunk(self) -> int | None:
        """How many draws are made together, if that matters; blocks are then as wide."""
        ...

    @property
    def moved(self) -> dict[int, dict[str, int]]:
        """Chunk of draws -> cell -> how many of its draws left the range in which it can be; filled as draws are made."""
        ...

    @property
    def template(self) -> Mapping[str, Numbers]:
        """Input -> its numbers, NaN in the cells that differ between draws. Shape: that of the quantity."""
        ...

    def fill(self, start: int, stop: int, wanted: Mapping[str, NDArray[np.int64]], rows: Mapping[str, Numbers]) -> None:
        """Write the numbers of draws ``start .. stop - 1``.

        Parameters
        ----------
        wanted
            Input -> the places of the cells in the quantity's array, counted through it.
        rows
            Input -> where to write. Shape: (cells, stop - start).
        """
        ...

    def declared_at(self, quantity: str, place: int) -> Place | None:
        """Return where it is written how a cell differs between draws, for messages."""
        ...

    def part(self, start: int, stop: int) -> Self:
        """Return draws ``start .. stop - 1`` as a source of their own; ``start`` is a multiple of the chunk."""
        ...


@dataclass(frozen=True)
class ArraySource:
    """Draws that are at hand as arrays with a leading axis.

    Attributes
    ----------
    arrays
        Input -> float64. Shape: (draw, *shape of the quantity).
    shared
        Input -> the numbers that all draws share. Shape: that of the quantity.
    """

    arrays: Mapping[str, Numbers]
    shared: Mapping[str, Numbers] = field(default_factory=dict)
    first: int = 0
    moved: dict[int, dict[str, int]] = field(default_factory=dict, compare=False)

    @property
    def count(self) -> int:
        """The number of draws."""
        return len(next(iter(self.arrays.values()))) if self.arrays else 1

    @property
    def chunk(self) -> int | None:
        """Any number of draws can be read together."""
        return None

    @property
    def template(self) -> Mapping[str, Numbers]:
        """Shared numbers, and NaN for the rest."""
        return {**self.shared, **{q: np.full(np.shape(array)[1:], np.nan) for q, array in self.arrays.items()}}

    def fill(self, start: int, stop: int, wanted: Mapping[str, NDArray[np.int64]], rows: Mapping[str, Numbers]) -> None:
        """Write some draws."""
        for quantity, places in wanted.items():
            array = self.arrays[quantity]
            flat = array.reshape(len(array), -1)[start:stop]
            whole = len(places) == flat.shape[1]
            rows[quantity][...] = (flat if whole else flat[:, places]).T

    def where(self, wanted: Mapping[str, NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return where the first draw of each wanted cell stands in memory and the bytes to its next, or ``None`` for other numbers than float64."""
        addresses, steps = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for quantity, places in wanted.items():
            array = self.arrays[quantity]
            # Fewer draws than are counted would be read past the end.
            if array.dtype != np.float64 or not array.flags.aligned or len(array) < self.count:
                return None
            at = np.array(np.unravel_index(places, (1, *array.shape[1:]))[1:], np.int64).reshape(array.ndim - 1, len(places))
            addresses.append(array.ctypes.data + np.array(array.strides[1:], np.int64) @ at)
            steps.append(np.full(len(places), array.strides[0], np.int64))
        return np.concatenate(addresses), np.concatenate(steps)

    def declared_at(self, quantity: str, place: int) -> Place | None:
        """Return nothing: arrays stand in no file."""
        return None

    def part(self, start: int, stop: int) -> ArraySource:
        """Return some of the draws."""
        return ArraySource({q: array[start:stop] for q, array in self.arrays.items()}, self.shared, self.first + start)


@dataclass(frozen=True)
class Batchable:
    """A plan written down in both forms, ready for batches.

    Attributes
    ----------
    literal, optimised
        Programs in which nothing is known of the inputs yet.
    """

    methodology: Methodology
    plan: Plan
    literal: Program
    optimised: Program
    #: Under which it is kept on disk, empty where it is not.
    key: str = ""
    _prepared: dict[tuple[str, str], Prepared] = field(default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """What another process is told: not what was prepared or kept here, where another state of the program may be at work."""
        return {**self.__dict__, "_prepared": {}, "key": ""}

    @property
    def needed(self) -> NDArray[np.bool_]:
        """Which cells of the outputs must have a number, output after output, each counted through its array.

        What only rules ask for may lack some.
        """
        parts = []
        for name, cells in self.literal.outputs.items():
            part = np.zeros(cells.shape, bool)
            if name not in self.plan.optional:
                part[np.ix_(*self.plan.required.get(name, self.plan.needs[name]))] = True
                exists = existing_cells(self.methodology.quantity[name], self.plan.setting, self.methodology)
                part &= True if exists is None else exists
            parts.append(part.ravel())
        return np.concatenate(parts)

    def prepared(self, form: str, template: Mapping[str, Numbers]) -> Prepared:
        """Return a form made ready for a source; asked again for the same shared numbers, the same is returned."""
        key = (form, digest_of_numbers(template))
        if key not in self._prepared:
            if len(self._prepared) >= _MOST_PREPARED:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[key] = kept(key_within(self.key, *key), lambda: self._prepare(form, template))
        return self._prepared[key]

    def _prepare(self, form: str, template: Mapping[str, Numbers]) -> Prepared:
        made = prepare(self.form(form), self.needed, template, self.methodology.quantity)
        if self.key:
            made.block  # noqa: B018 - kept with the rest
        return made

    def form(self, name: str) -> Program:
        """Return the program of a form, ``literal`` or ``optimised``."""
        if name not in FORMS:
            raise ValueError(f"there is no form {name!r}; forms are {', '.join(FORMS)}")
        return self.literal if name == "literal" else self.optimised


def make_batchable(methodology: Methodology, plan: Plan, outputs: tuple[str, ...] = ()) -> Batchable:
    """Write a plan down as programs.

    Parameters
    ----------
    outputs
        Quantities that are asked for; by default the plan's targets.
    """
    literal = literal_form(lower(methodology, plan, outputs))
    return Batchable(methodology, plan, literal, optimised_form(literal, methodology.quantity))


def batchable_of_setting(methodology: Methodology, setting: Setting, targets: tuple[str, ...], supplied: frozenset[str]) -> Batchable:
    """Plan some targets and write the plan down as programs, or take what is kept of that.

    Parameters
    ----------
    supplied
        Inputs that are given in place of their equations.
    """
    key = key_of(methodology, plan_key(methodology, setting, targets, supplied))

    def made() -> tuple[Plan, Program, Program]:
        from engine.plan.planner import plan_run

        plan = plan_run(methodology, setting, targets, supplied)
        found = make_batchable(methodology, plan)
        return plan, found.literal, found.optimised

    return Batchable(methodology, *kept(key, made), key=key)
