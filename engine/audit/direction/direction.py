"""Whether each input raises or lowers the result: over its whole declared range where that can be proven, else at this project.

Three ways, the strongest first. *Proven*: the bounds of the derivative, from the equations alone, hold to one side of zero while every
input moves over its declared range, so for any project with these dates, members and choices. *Here*: the same while the input alone
moves over its range and everything else stays as in this project. *Tried*: the result at some numbers of the range, which proves that an
input works both ways, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.batch.bounds import Bounds, bounds_of, slope_bounds
from engine.batch.derivatives import gradient, values_of
from engine.batch.forms import literal_form
from engine.batch.lowering import lower
from engine.batch.many_draws import batchable_of
from engine.batch.program import Numbers, Program
from engine.output.terminal import number
from engine.plan.cells import PRESENT, cell_name
from engine.plan.plan import Plan
from engine.run.ranges import limits
from engine.run.run import Run, total_cells
from equations.errors import listed
from equations.records import record

#: Which way the result goes as an input rises.
RAISES, LOWERS, EITHER, NONE, UNKNOWN = "raises", "lowers", "either", "no effect", "not known"
#: How far that is known.
PROVEN, HERE, TRIED = "over its whole range, for any project", "over its whole range, at this project", "tried at this project"
#: Shares of a number at which an input is tried where nothing is proven, and how many numbers between the ends of a range.
_SHARES, _BETWEEN = (0.0, 0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0), 5
#: Share of the greatest derivative below which one is the noise of floats.
_NOISE = 1e-12
_MOST_NAMED = 3
_SIGN = {1: RAISES, -1: LOWERS, 0: NONE, 2: EITHER, 3: UNKNOWN}


@record(frozen=True)
class Direction:
    """Which way the result goes as some cells of an input rise.

    Attributes
    ----------
    way
        ``raises``, ``lowers``, ``either``, ``no effect``, or ``not known`` where there is no slope and no trial tells.
    known
        How far: :data:`PROVEN`, :data:`HERE` or :data:`TRIED`.
    why
        In words; of ``either`` with the cells, the numbers or the quantities that go each way.
    """

    quantity: str
    way: str
    known: str
    why: str

    @property
    def text(self) -> str:
        """For a table: ``lowers``, and a question mark where it is only tried."""
        return self.way + ("?" if self.known == TRIED and self.way not in (EITHER, UNKNOWN) else "")

    @property
    def careful_side(self) -> str:
        """Which numbers of the input are the conservative ones: ``low``, ``high``, or an empty text where that is not known."""
        return {RAISES: "low", LOWERS: "high"}.get(self.way, "")


@dataclass(frozen=True)
class CellSigns:
    """The direction of every cell of an input: 1, -1, 0 none, 2 either, 3 not known. Shape of both: (cells,)."""

    ways: NDArray[np.int8]
    known: NDArray[np.object_]


@dataclass
class Directions:
    """The directions of a run's inputs towards a quantity.

    Parameters
    ----------
    target
        What is raised or lowered, summed over its members; by default the result.
    """

    run: Run
    target: str = ""
    through: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.target = self.target or self.run.methodology.result

    # -- the program

    @cached_property
    def plan(self) -> Plan:
        """What the target needs."""
        return batchable_of(self.run, (self.target,)).plan

    @cached_property
    def program(self) -> Program:
        """Every number on the way to the target, as printed; what has a declared range can be found in it."""
        return literal_form(lower(self.run.methodology, self.plan, (self.target, *self.ranged)))

    @cached_property
    def ranged(self) -> list[str]:
        """Computed quantities whose range is checked."""
        of = self.run.methodology.quantity
        ids = (id_ for stage in self.plan.stages for id_ in stage.quantities)
        return [id_ for id_ in ids if of[id_].range is not None and id_ not in self.plan.optional and id_ != self.target]

    @cached_property
    def known(self) -> dict[int, tuple[float, float]]:
        """Cells that lie in a declared range for certain: a run in which they do not is refused."""
        found: dict[int, tuple[float, float]] = {}
        for id_ in self.ranged:
            cells = self.program.outputs[id_][self.run.values.states[id_] == PRESENT]
            found |= dict.fromkeys(cells.ravel().tolist(), limits(self.run.methodology.quantity[id_]))
        return found

    @cached_property
    def summed(self) -> NDArray[np.int64]:
        """The cells whose sum is the target."""
        return self.program.outputs[self.target][total_cells(self.run, self.target)].ravel()

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        """The project's inputs."""
        return {id_: np.array(self.run.inputs.values[id_], float) for id_ in self.plan.inputs}

    @cached_property
    def inputs(self) -> list[str]:
        """Inputs that are numbers and take part."""
        return [id_ for id_ in self.program.inputs if self.run.methodology.quantity[id_].type == "number"]

    # -- bounds

    def boxes(self, moving: Iterable[str]) -> dict[str, Bounds]:
        """Return the ends between which inputs move: of those that are named their range, of the others the project's number."""
        named = set(moving)
        found = {}
        for id_, array in self.numbers.items():
            low, high = array.ravel().copy(), array.ravel().copy()
            if id_ in named:
                least, most = limits(self.run.methodology.quantity[id_])
                there = np.isfinite(low)
                low[there], high[there] = least, most
            found[id_] = Bounds(np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 0.0, high))
        return found

    def signs_where(self, moving: Iterable[str]) -> dict[str, NDArray[np.int8]]:
        """Return the direction of each cell that holds while some inputs move over their ranges."""
        moving = tuple(moving)
        bounds = bounds_of(self.program, self.boxes(moving), self.known)
        owner = {cell: name for name, group in self.program.inputs.items() for cell in group.cells.tolist() if name in moving}
        found = {}
        for group, own, parts in slope_bounds(self.program, bounds, self.summed):
            if group.op == "input" and group.name in moving:
                found[group.name] = self.spread(group.name, _ways(own))
            for cells, part in zip(group.operands, parts, strict=False):
                for cell, way in zip(cells.tolist(), _ways(part).tolist(), strict=True) if group.name else ():
                    if way and cell in owner:
                        self.through.setdefault(owner[cell], {}).setdefault(group.name, set()).add(way)
        return found

    def spread(self, name: str, own: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the directions of the cells that take part as those of all cells. Shape: (cells,)."""
        every = np.zeros(self.numbers[name].size, np.int8)
        places = self.program.inputs[name].places
        assert places is not None
        every[places] = own
        return every

    @cached_property
    def signs(self) -> dict[str, CellSigns]:
        """The direction of every cell of every input."""
        found = {}
        for name, proven in self.signs_where(self.inputs).items():
            ways, known = proven.copy(), np.full(proven.size, PROVEN, object)
            for certainty, again in ((HERE, self.signs_here), (TRIED, self.signs_tried)):
                open_ = ways == 2
                if open_.any():
                    ways[open_] = again(name)[open_]
                    known[open_] = certainty
            found[name] = CellSigns(ways, known)
        return found

    def signs_here(self, name: str) -> NDArray[np.int8]:
        """Return the directions that hold while one input alone moves."""
        return self.signs_where((name,))[name]

    def signs_tried(self, name: str) -> NDArray[np.int8]:
        """Return the directions at the project's numbers, and "either" where the input as a whole goes both ways."""
        if self.witness(name) is not None:
            return np.full(self.numbers[name].size, 2, np.int8)
        slopes = self.slopes[name].ravel()
        is_slope = np.isfinite(slopes)
        room = _NOISE * np.abs(slopes[is_slope]).max(initial=0.0)
        ways = np.sign(np.where(np.isnan(slopes) | (np.abs(slopes) <= room), 0.0, slopes)).astype(np.int8)
        ups = self.ups(self.trials(name))
        ways = np.where(ways == 0, np.int8(ups[0]) if ups else np.int8(0), ways)
        for place in np.flatnonzero(np.isnan(slopes) & np.isfinite(self.numbers[name].ravel())).tolist():
            alone = set(self.ups(self.trials(name, place)))  # no slope is no zero: the cell itself is moved
            ways[place] = alone.pop() if len(alone) == 1 else 3
        return ways

    # -- trials

    @cached_property
    def value(self) -> float:
        """The target as it is."""
        return self.at({})

    @cached_property
    def slopes(self) -> Mapping[str, Numbers]:
        """The derivatives at the project's numbers."""
        values = values_of(self.program, self.numbers)
        return gradient(self.program, values, dict.fromkeys(self.summed.tolist(), 1.0), {id_: a.shape for id_, a in self.numbers.items()}).by_input

    def at(self, changed: Mapping[str, Numbers]) -> float:
        """Return the target for other numbers of some inputs; not a number where there is none."""
        return float(values_of(self.program, {**self.numbers, **changed})[self.summed].sum())

    def ups(self, trials: Iterable[tuple[float, float]]) -> list[int]:
        """Return which way the target goes in each trial in which it moves."""
        return [int(sign) for sign in (np.sign(value - self.value) * np.sign(moved) for moved, value in trials) if sign]

    def trials(self, name: str, place: int | None = None) -> list[tuple[float, float]]:
        """Return by how much an input, or one cell of it, is moved on the mean, and the target there; in the order of the numbers."""
        own, (least, most) = self.numbers[name], limits(self.run.methodology.quantity[name])
        moving = np.isfinite(own) if place is None else np.arange(own.size).reshape(own.shape) == place
        size = float(np.abs(own[moving]).max(initial=0.0))
        others = [own * share for share in _SHARES] if size else [own + 1.0, own - 1.0]  # a zero has no size of its own
        if np.isfinite([least, most]).all():
            others += [np.full_like(own, least + (most - least) * at / (_BETWEEN - 1)) for at in range(_BETWEEN)]
        found: dict[float, float] = {}
        for other in others:
            moved = np.where(moving, np.clip(other, least, most), own)
            found[float(np.nanmean(moved - own)) if moving.any() else 0.0] = self.at({name: moved})
        return sorted((by, value) for by, value in found.items() if by and np.isfinite(value))

    def witness(self, name: str) -> tuple[float, float, float] | None:
        """Return the target at three numbers of an input, upwards, that show it to go both ways; ``None`` where there are none."""
        values = [value for _, value in sorted([(0.0, self.value), *self.trials(name)])]
        room = _NOISE * max(map(abs, values), default=0.0) * 1e3
        moving = values[:1]  # where it does not move it does not turn
        for value in values[1:]:
            if abs(value - moving[-1]) > room:
                moving.append(value)
        turns = (three for three in zip(moving, moving[1:], moving[2:], strict=False) if (three[1] - three[0]) * (three[2] - three[1]) < 0)
        return next(turns, None)

    # -- answers

    def of(self, name: str, cells: Iterable[tuple[int, ...]] | None = None) -> Direction:
        """Return which way the target goes as an input, or some cells of it, rise together.

        Raises
        ------
        KeyError
            For what is no input of the run.
        """
        if name not in self.signs:
            self.run.inputs.values[name]  # no input at all
            return Direction(name, NONE, PROVEN, f"{self.target} does not follow from it")
        shape, signs = self.numbers[name].shape, self.signs[name]
        places = None if cells is None else [int(np.ravel_multi_index(cell, shape)) if cell else 0 for cell in cells]
        ways = signs.ways if places is None else signs.ways[places]
        known = signs.known if places is None else signs.known[places]
        taking = set(ways.tolist()) - {0}
        weakest = max(known[ways != 0].tolist() or [PROVEN], key=(PROVEN, HERE, TRIED).index)
        if len(taking) <= 1:
            way = _SIGN[taking.pop() if taking else 0]
            return Direction(name, way, weakest, self.why(name, way, weakest))
        way = EITHER if taking >= {1, -1} or 2 in taking else UNKNOWN
        return Direction(name, way, weakest, self.parts(name, signs.ways))

    def all(self) -> tuple[Direction, ...]:
        """Return the direction of each input."""
        return tuple(self.of(name) for name in self.inputs)

    def why(self, name: str, way: str, known: str) -> str:
        """Return why one direction holds, or none."""
        if way == NONE:
            return f"{self.target} does not move with it"
        if way == UNKNOWN:
            return f"{self.target} has no slope at its number, and no other number that was tried tells"
        if way == EITHER:
            found = self.witness(name)
            assert found is not None
            return f"as it rises, {self.target} goes from {' to '.join(number(value) for value in found)}{self.both_ways(name)}"
        if known == TRIED:
            return f"at the numbers that were tried; its range is not proven{self.both_ways(name)}"
        quantity = self.run.methodology.quantity[name]
        where = f"in {quantity.range}" if quantity.range is not None else "whatever it is"
        return f"no equation works the other way {where}" + ("" if known == PROVEN else ", with the other numbers of this project")

    def both_ways(self, name: str) -> str:
        """Return through which quantities an input works each way."""
        own = self.through.get(name, {})
        up, down = ([quantity for quantity, ways in own.items() if way in ways or 2 in ways] for way in (1, -1))
        if not up or not down or up == down:
            return ""
        return f"; it raises through {listed(up, _MOST_NAMED)} and lowers through {listed(down, _MOST_NAMED)}"

    def parts(self, name: str, ways: NDArray[np.int8]) -> str:
        """Return which cells go which way."""
        quantity, setting = self.run.methodology.quantity[name], self.run.setting
        of = {word: [cell_name(quantity, setting, at) for at in np.flatnonzero(ways == way).tolist()] for way, word in _SIGN.items() if way}
        return "; ".join(f"{word}: {listed(names, _MOST_NAMED)}" for word, names in of.items() if names)


def direction_of(run: Run, quantity: str, cells: Iterable[tuple[int, ...]] | None = None) -> Direction:
    """Return which way the result of a run goes as some cells of an input rise; of all its cells where none are named.

    Parameters
    ----------
    cells
        Positions on the axes of the quantity.

    Raises
    ------
    KeyError
        For what is no input of the run.
    InputError
        I530 where the result has no total.
    """
    return Directions(run).of(quantity, cells)


def _ways(bounds: Bounds) -> NDArray[np.int8]:
    """Return the direction that bounds of a derivative leave: 1, -1, 0 none, 2 either; what may be noise beside other cells proves nothing."""
    finite = [end[np.isfinite(end)] for end in bounds]
    room = _NOISE * np.abs(np.concatenate(finite)).max(initial=0.0)
    up, down = bounds.high > 0, bounds.low < 0
    is_open = (up & down) | (np.maximum(bounds.high, -bounds.low) <= room) & (up | down)
    return np.where(is_open, 2, np.where(up, 1, np.where(down, -1, 0))).astype(np.int8)
