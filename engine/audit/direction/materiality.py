"""The verification plan: how wrong each input must be to move the result by the materiality threshold, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.audit.direction.direction import Direction, Directions
from engine.batch.batchable import ArraySource, Batchable
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.program import Numbers
from engine.plan.cells import cell_name, members_counted
from engine.project.written_numbers import Origin
from engine.run.ranges import limits
from engine.run.run import Run, total_cells
from engine.simulate.unknowns import written_once
from equations.errors import InputError, listed_texts
from equations.records import record

#: How often a step is doubled, and how often an interval is halved; more than this many times its own size nobody errs.
_DOUBLINGS, _HALVINGS, MOST = 40, 40, 10.0
_ENOUGH, _SAME = 1e-9, 1e-6
#: Of a quantity, how many different sources are named.
_MOST_SOURCES = 3


@record(frozen=True)
class Tolerance:
    """The smallest error of an input that moves the result by the threshold.

    Attributes
    ----------
    name, cells
        What is wrong: one written number, or a quantity whose cells are all wrong by the same share; and how many cells.
    value
        The number as it is, in its unit; of a quantity with several numbers NaN.
    share
        The error as a share of the number, with its sign; NaN where no error within the range does it, and where the number is zero.
    amount
        The same in the unit; NaN for a quantity as a whole, and where none does it.
    evidence, method, source
        How the number is known, by which method, and what it rests on, as the project file or the methodology says.
    """

    name: str
    quantity: str
    cells: int
    unit: str
    value: float
    share: float
    amount: float
    evidence: str
    method: str
    source: str

    @property
    def rank(self) -> tuple[float, str]:
        """The smallest share first; what cannot do it last."""
        return (abs(self.share) if np.isfinite(self.share) else float("inf"), self.name)


@record(frozen=True)
class PlannedInput:
    """One input of the plan.

    Attributes
    ----------
    whole
        Where all its numbers are wrong by the same share.
    numbers
        Each of its written numbers by itself, the smallest error first.
    """

    direction: Direction
    whole: Tolerance
    numbers: tuple[Tolerance, ...]

    @property
    def can_decide(self) -> bool:
        """Whether an error within reach is material."""
        return any(np.isfinite(one.share) or np.isfinite(one.amount) for one in (self.whole, *self.numbers))

    @property
    def rank(self) -> tuple[float, str]:
        """By the smallest error, of one number or of all."""
        return min([self.whole.rank, *(one.rank for one in self.numbers)])


@record(frozen=True)
class VerificationPlan:
    """What a verifier looks at first.

    Attributes
    ----------
    threshold
        The share of the result that is material; ``amount`` of it, in the result's unit.
    inputs
        The one whose error matters soonest first.
    """

    target: str
    unit: str
    value: float
    threshold: float
    inputs: tuple[PlannedInput, ...]

    @property
    def amount(self) -> float:
        """What is material, in the result's unit."""
        return self.threshold * abs(self.value)

    @property
    def deciding(self) -> tuple[PlannedInput, ...]:
        """Inputs of which an error within reach is material."""
        return tuple(one for one in self.inputs if one.can_decide)


def read_threshold(text: str) -> float:
    """Return a threshold as a share.

    Raises
    ------
    InputError
        I511 for what is no percentage between 0 and 100.

    Examples
    --------
    >>> read_threshold("5%"), read_threshold("0.5 %")
    (0.05, 0.005)
    """
    try:
        percent = float(text.strip().removesuffix("%")) if text.strip().endswith("%") else float("nan")
    except ValueError:
        percent = float("nan")
    if not 0 < percent < 100:
        raise InputError("I511", f"{text!r} is no materiality threshold", why="it is a percentage of the result, above 0 and below 100",
                         remedy="write it with its sign: --materiality 5%")  # fmt: skip
    return percent / 100


def verification_plan(run: Run, threshold: float, directions: Directions | None = None) -> VerificationPlan:
    """Return how wrong each input must be to move the result of a run by a share of it.

    Raises
    ------
    InputError
        I530 where the result has no total, I511 where it is zero.
    """
    directions = directions or Directions(run)
    quantity = run.methodology.quantity[directions.target]
    search = _Search(run, directions.target, threshold)
    if not search.wanted > 0:
        raise InputError("I511", f"{quantity.id} is {search.value:g}: no share of it is material", quantity.place,
                         remedy="leave --materiality out")  # fmt: skip
    moves = [_Move.of(run, id_, places, whole=whole) for id_ in directions.inputs for places, whole in _written(run, id_)]
    errors = search.errors(moves)
    own: dict[str, list[tuple[_Move, float]]] = {}
    for move, error in zip(moves, errors, strict=True):
        own.setdefault(move.quantity, []).append((move, error))
    planned = []
    for id_, found in own.items():
        whole, *numbers = (_tolerance(run, move, error) for move, error in found)
        planned.append(PlannedInput(directions.of(id_), whole, tuple(sorted(numbers, key=lambda one: one.rank))))
    return VerificationPlan(directions.target, str(quantity.unit), search.value, threshold, tuple(sorted(planned, key=lambda one: one.rank)))


# -- what is moved


@dataclass(frozen=True)
class _Move:
    """Cells that are wrong together: a written number by an amount, a whole quantity by a share."""

    quantity: str
    places: tuple[int, ...]
    whole: bool
    #: By how much each place moves for one unit of the error. Shape: (places,).
    weights: Numbers
    #: How far it can go down and up.
    room: tuple[float, float]
    size: float

    @classmethod
    def of(cls, run: Run, quantity: str, places: Sequence[int], *, whole: bool) -> _Move:
        own = np.asarray(run.inputs.values[quantity], float).ravel()[list(places)]
        least, most = limits(run.methodology.quantity[quantity])
        weights = own if whole else np.ones(len(own))
        below, above = own - least, most - own
        with np.errstate(all="ignore"):
            gaps = (np.where(weights > 0, below, above), np.where(weights > 0, above, below))
            down, up = (np.where(weights != 0, gap / np.abs(weights), np.inf).min() for gap in gaps)
        size = 1.0 if whole else float(np.abs(own).max()) or 1.0
        room = min(float(down), MOST * size), min(float(up), MOST * size)
        return cls(quantity, tuple(places), whole, weights, room, size)


def _written(run: Run, quantity: str) -> list[tuple[list[int], bool]]:
    """Return what can be wrong of an input: all of it, and each of its written numbers."""
    array = run.inputs.values[quantity]
    there = np.flatnonzero(np.isfinite(np.asarray(array, float))).tolist()
    return [(there, True), *((places, False) for places in written_once(run, quantity, there))] if there else []


@dataclass(frozen=True)
class _Search:
    """Looks for the error at which the result has moved by the threshold, for all inputs at once."""

    run: Run
    target: str
    threshold: float

    @cached_property
    def batchable(self) -> Batchable:
        return batchable_of(self.run, (self.target,))

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        return {id_: np.array(self.run.inputs.values[id_], float) for id_ in self.batchable.plan.inputs}

    @cached_property
    def value(self) -> float:
        return float(self.run.values.arrays[self.target][total_cells(self.run, self.target)].sum())

    @property
    def wanted(self) -> float:
        return self.threshold * abs(self.value)

    def errors(self, moves: Sequence[_Move]) -> list[float]:
        """Return the smallest error of each move, with its sign; NaN where none within its range does it."""
        both = [(move, sign) for move in moves for sign in (-1, 1)]
        found = self.steps(both)
        pairs = [(float(found[2 * at]), float(found[2 * at + 1])) for at in range(len(moves))]
        return [float("nan") if min(pair) == np.inf else -pair[0] if pair[0] <= (1 + _SAME) * pair[1] else pair[1] for pair in pairs]

    def steps(self, moves: Sequence[tuple[_Move, int]]) -> NDArray[np.float64]:
        """Return how far each goes one way; infinite where no number within its range does it."""
        most = np.array([move.room[sign > 0] for move, sign in moves])
        low, high = np.zeros(len(moves)), np.minimum(most, 1e-4 * np.array([move.size for move, _ in moves]))
        reached = self.reached(moves, high)
        for _ in range(_DOUBLINGS):
            on = ~reached & (high < most)
            if not on.any():
                break
            low[on], high[on] = high[on], np.minimum(2 * high[on], most[on])
            reached = reached | self.reached(moves, high)
        for _ in range(_HALVINGS):
            on = reached & (high - low > _ENOUGH * high)
            if not on.any():
                break
            middle = np.where(on, (low + high) / 2, high)
            there = self.reached(moves, middle)
            high, low = np.where(on & there, middle, high), np.where(on & ~there, middle, low)
        return np.where(reached, high, np.inf)

    def reached(self, moves: Sequence[tuple[_Move, int]], steps: Numbers) -> NDArray[np.bool_]:
        """Return which moves change the result by the threshold; where it has none, nothing is known."""
        arrays = {id_: np.repeat(self.numbers[id_][None], len(moves), axis=0) for id_ in {move.quantity for move, _ in moves}}
        for at, ((move, sign), step) in enumerate(zip(moves, steps.tolist(), strict=True)):
            arrays[move.quantity].reshape(len(moves), -1)[at, list(move.places)] += sign * step * move.weights
        found = evaluate_batch(self.batchable, ArraySource(arrays, self.numbers), Way("literal", keep_failed=True))
        totals = members_counted(found.arrays[self.target], total_cells(self.run, self.target)).sum(axis=1)
        with np.errstate(invalid="ignore"):
            moved: NDArray[np.bool_] = ~found.failed & (np.abs(totals - self.value) >= self.wanted * (1 - _ENOUGH))
        return moved


# -- in words


def _tolerance(run: Run, move: _Move, error: float) -> Tolerance:
    quantity = run.methodology.quantity[move.quantity]
    array = np.asarray(run.inputs.values[move.quantity], float).ravel()
    cells = [tuple(int(at) for at in np.unravel_index(place, run.inputs.values[move.quantity].shape)) for place in move.places]
    origins = [own for cell in cells if (own := run.inputs.origins.get(move.quantity, {}).get(cell)) is not None]
    value = float("nan") if move.whole and len(move.places) > 1 else float(array[move.places[0]])
    amount = error * abs(value) if move.whole and value else float("nan") if move.whole else error
    share = error if move.whole else error / abs(value) if value else float("nan")
    more = f" and {len(move.places) - 1} more" if not move.whole and len(move.places) > 1 else ""
    name = quantity.id if move.whole else cell_name(quantity, run.setting, move.places[0]) + more
    return Tolerance(
        name=name, quantity=quantity.id, cells=len(move.places), unit=str(quantity.unit), value=value, share=share, amount=amount,
        evidence=_listed(map(_evidence, origins)), method=_listed(dict(one.meta).get("method", "") for one in origins),
        source=_listed(one.source for one in origins),
    )  # fmt: skip


def _evidence(origin: Origin) -> str:
    """Return how a number is known: the data set, or the monitoring option."""
    if origin.kind != "project":
        return f"{origin.kind} {origin.name}"
    option = dict(origin.meta).get("monitoring_option")
    return f"option {option}" if option else "stated"


def _listed(texts: Iterable[str]) -> str:
    return listed_texts(list(dict.fromkeys(text for text in texts if text)), _MOST_SOURCES)
