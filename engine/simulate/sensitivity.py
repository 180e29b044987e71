"""Which inputs the credits hang on: derivatives and elasticities, one input moved at a time, and Sobol indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.batch import ArraySource, Batchable
from engine.batch.many import batchable_of
from engine.batch.run import DEFAULT_WAY, BatchValues, Evaluate, Way, evaluate_batch
from engine.cells import cell_name, counted, members_counted
from engine.pipeline import Run
from engine.ranges import limits
from engine.simulate.declared import Uncertainty, written_once
from engine.simulate.draws import CHUNK, DrawSource
from engine.simulate.normal import Numbers
from engine.simulate.propagation import covariance_of, gradient_of
from engine.simulate.simulation import used_by
from engine.simulate.support import check_support
from equations.errors import Place

#: How far an input without declared uncertainty is moved.
SWING = 0.10


@dataclass(frozen=True)
class Effect:
    """One number of the inputs.

    Attributes
    ----------
    derivative
        Change of the target for a change by one unit.
    elasticity
        Change of the target in percent for one percent of the input.
    step
        By how much the input is moved, down and up: its declared standard error, or a tenth of its value.
    low, high
        The target with the input moved down and up.
    """

    name: str
    unit: str
    value: float
    derivative: float
    elasticity: float
    step: float
    declared: bool
    low: float
    high: float

    @property
    def swing(self) -> float:
        """How far apart the two results are."""
        return abs(self.high - self.low)


@dataclass(frozen=True)
class Sobol:
    """Shares of the variance that an uncertain quantity accounts for, by itself and with all that it interacts with."""

    quantity: str
    first: float
    total: float


@dataclass(frozen=True)
class Sensitivity:
    """A finished analysis of one target."""

    run: Run
    target: str
    unit: str
    value: float
    effects: tuple[Effect, ...]
    sobol: tuple[Sobol, ...]
    draws: int
    seed: int


def analyse(
    run: Run,
    target: str,
    uncertainty: Uncertainty | None,
    *,
    draws: int,
    seed: int,
    way: Way = DEFAULT_WAY,
    progress: Callable[[int], None] | None = None,
    evaluate: Evaluate = evaluate_batch,
) -> Sensitivity:
    """Analyse a target, summed over its members.

    Parameters
    ----------
    uncertainty
        Declared distributions, for steps and Sobol indices; ``None`` where there are none.
    draws
        For each of the runs of the Sobol indices; 0 leaves them out.
    evaluate
        What evaluates the draws of the Sobol indices: this process, or a cluster.
    """
    batchable = batchable_of(run, (target,))
    numbers = {quantity: np.array(run.inputs.values[quantity]) for quantity in batchable.plan.inputs}
    found = gradient_of(batchable, numbers, target)
    cells = _cells(run, numbers)
    spread = _spread(uncertainty)
    steps = [spread.get((q, places[0]), SWING * abs(float(numbers[q].ravel()[places[0]]))) for q, places in cells]
    ends = _moved(run, batchable, numbers, cells, steps, target, way)
    effects = []
    for at, (quantity, places) in enumerate(cells):
        value, slope = float(numbers[quantity].ravel()[places[0]]), float(found.by_input[quantity].ravel()[places].sum())
        if slope == 0.0 and ends[2 * at] == ends[2 * at + 1]:
            continue
        elasticity = slope * value / found.value if found.value else float("nan")
        effects.append(
            Effect(
                cell_name(run.methodology.quantity[quantity], run.setting, places[0])
                + (f" and {len(places) - 1} more with this number" if len(places) > 1 else ""),
                str(run.methodology.quantity[quantity].unit),
                value,
                slope,
                elasticity,
                steps[at],
                (quantity, places[0]) in spread,
                float(ends[2 * at]),
                float(ends[2 * at + 1]),
            )
        )
    effects.sort(key=lambda effect: (-effect.swing, effect.name))
    sobol: tuple[Sobol, ...] = ()
    if uncertainty and draws:

        def evaluated(source: _Mixed) -> BatchValues:
            return evaluate(batchable, source, way, progress)

        sobol = _sobol(run, numbers, uncertainty, target, draws, seed, evaluated)
    unit = str(run.methodology.quantity[target].unit)
    return Sensitivity(run, target, unit, found.value, tuple(effects), sobol, draws, seed)


def _cells(run: Run, numbers: Mapping[str, Numbers]) -> list[tuple[str, list[int]]]:
    """Return every number of the inputs that can be moved, with the cells for which it was written."""
    movable = [q for q in numbers if run.methodology.quantity[q].type == "number"]
    there = {q: np.flatnonzero(np.isfinite(numbers[q]) & (numbers[q] != 0)).tolist() for q in movable}
    return [(q, places) for q in movable for places in written_once(run, q, there[q])]


def _spread(uncertainty: Uncertainty | None) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], float] = {}
    for variable in uncertainty.variables if uncertainty else ():
        for place, se in zip(variable.places.tolist(), np.sqrt(np.diag(covariance_of(variable))).tolist(), strict=True):
            found[variable.quantity, place] = se
    return found


def _moved(
    run: Run,
    batchable: Batchable,
    numbers: dict[str, Numbers],
    cells: list[tuple[str, list[int]]],
    steps: list[float],
    target: str,
    way: Way,
) -> Numbers:
    """Return the target with each input moved down and up by itself, within the range in which it can be."""
    arrays = {q: np.repeat(numbers[q][None], 2 * len(cells), axis=0) for q in dict.fromkeys(q for q, _ in cells)}
    for at, ((quantity, places), step) in enumerate(zip(cells, steps, strict=True)):
        least, most = limits(run.methodology.quantity[quantity])
        value = float(numbers[quantity].ravel()[places[0]])
        ends = np.clip([value - step, value + step], least, most)
        arrays[quantity].reshape(2 * len(cells), -1)[2 * at : 2 * at + 2, places] = ends[:, None]
    found = evaluate_batch(batchable, ArraySource(arrays, numbers), Way("literal", way.backend, workers=way.workers))
    return _totals(run, target, found.arrays[target])


def _totals(run: Run, target: str, draws: Numbers) -> Numbers:
    """Return the sum over all members that count, of each draw."""
    counts = counted(run.methodology.quantity[target], run.plan, run.methodology)
    totals: Numbers = members_counted(draws, counts).sum(axis=1)
    return totals


# -- Sobol indices


@dataclass(frozen=True)
class _Mixed:
    """Draws of one source, with some quantities taken from another (the radial design of Saltelli)."""

    own: DrawSource
    other: DrawSource
    taken: frozenset[str]

    @property
    def count(self) -> int:
        return self.own.count

    @property
    def first(self) -> int:
        return self.own.first

    def declared_at(self, quantity: str, place: int) -> Place | None:
        """Return where the distribution of a cell is declared."""
        return self.own.declared_at(quantity, place)

    @property
    def chunk(self) -> int | None:
        return CHUNK

    @property
    def moved(self) -> dict[int, dict[str, int]]:
        return self.own.moved

    def part(self, start: int, stop: int) -> _Mixed:
        return _Mixed(self.own.part(start, stop), self.other.part(start, stop), self.taken)

    @property
    def template(self) -> Mapping[str, Numbers]:
        return self.own.template

    def fill(self, start: int, stop: int, wanted: Mapping[str, NDArray[np.int64]], rows: Mapping[str, Numbers]) -> None:
        for source, chosen in ((self.own, False), (self.other, True)):
            names = [name for name in wanted if (name in self.taken) is chosen]
            if names:
                source.fill(start, stop, {n: wanted[n] for n in names}, {n: rows[n] for n in names})


def _sobol(
    run: Run,
    numbers: dict[str, Numbers],
    uncertainty: Uncertainty,
    target: str,
    draws: int,
    seed: int,
    evaluated: Callable[[_Mixed], BatchValues],
) -> tuple[Sobol, ...]:
    """Return indices by quantity; quantities tied by a correlation are moved together.

    Source: M. J. W. Jansen 1999, Computer Physics Communications 117:35-43, as recommended by A. Saltelli et al. 2010, same journal
    181:259-270.
    """
    known = {quantity: limits(run.methodology.quantity[quantity]) for quantity in numbers}
    used = used_by(numbers, uncertainty)
    check_support(used.variables, known)
    first, second = (DrawSource(used, numbers, known, one, draws) for one in (seed, seed + 1))

    def results(taken: frozenset[str]) -> Numbers:
        return _totals(run, target, evaluated(_Mixed(first, second, taken)).arrays[target])

    names = list(dict.fromkeys(v.quantity for v in used.variables))
    a, b = results(frozenset()), results(frozenset(names))
    variance = float(np.concatenate([a, b]).var())
    if variance == 0.0:
        return ()
    found = []
    for together in _groups(names, used):
        mixed = results(frozenset(together))
        first_order = 1 - float(((b - mixed) ** 2).mean()) / 2 / variance
        found.append(Sobol(" + ".join(together), first_order, float(((a - mixed) ** 2).mean()) / 2 / variance))
    return tuple(sorted(found, key=lambda s: (-s.total, s.quantity)))


def _groups(names: list[str], uncertainty: Uncertainty) -> list[list[str]]:
    """Return quantities, those that a correlation ties together as one."""
    groups = [[name] for name in names]
    for correlation in uncertainty.correlations:
        tied = {name.partition("[")[0] for name in correlation.names}
        joined = [group for group in groups if tied & set(group)]
        groups = [group for group in groups if not tied & set(group)] + [[name for group in joined for name in group]]
    return groups
