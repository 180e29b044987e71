"""Which inputs the results hang on: derivatives and elasticities, one input moved at a time, and Sobol indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.batch.batchable import ArraySource, Batchable
from engine.batch.evaluation import DEFAULT_WAY, Evaluate, Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.finding import Finding
from engine.output.tabled import Pictured
from engine.plan.cells import cell_name, members_counted
from engine.run.ranges import limits
from engine.run.run import Run, total_cells
from engine.simulate.normal import Numbers
from engine.simulate.propagation import gradient_of
from engine.simulate.sobol import Mixed, Sobol, sobol
from engine.simulate.uncertainty_file import Uncertainty
from engine.simulate.unknowns import written_once
from equations.errors import listed

#: How far an input without declared uncertainty is moved.
SWING = 0.10


@dataclass(frozen=True)
class InputEffect:
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
        The target with the input moved down and up; NaN where it has none there.
    quantity, cells
        Of which input it is, and the places in its array.
    direction
        ``raises``, ``lowers`` or ``either``: which way the target goes as the number rises, with a question mark where that is not proven over
        its whole range; empty where nobody asked (:func:`engine.audit.direction.directed.with_directions`).
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
    quantity: str = ""
    cells: tuple[int, ...] = ()
    direction: str = ""

    @property
    def swing(self) -> float:
        """How far apart the two results are; nothing where there are not two."""
        return abs(self.high - self.low) if np.isfinite(self.high - self.low) else 0.0


@dataclass(frozen=True)
class Sensitivity(Pictured):
    """A finished analysis of one target."""

    run: Run
    target: str
    unit: str
    value: float
    effects: tuple[InputEffect, ...]
    sobol: tuple[Sobol, ...]
    draws: int
    seed: int
    findings: tuple[Finding, ...] = ()
    #: The same of the methodology's further results, where nobody asked for one target.
    others: tuple[Sensitivity, ...] = ()

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.target} = {self.value:,.3f} {self.unit}: {len(self.effects)} inputs, {self.draws:,} draws>"


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
    meant = total_cells(run, target)
    batchable = batchable_of(run, (target,))
    numbers = {quantity: np.array(run.inputs.values[quantity]) for quantity in batchable.plan.inputs}
    found = gradient_of(batchable, numbers, target, meant)
    spread = _spread(uncertainty)
    cells = _cells(run, numbers, spread)
    steps = [spread.get((q, places[0]), SWING * abs(float(numbers[q].ravel()[places[0]]))) for q, places in cells]
    ends = _moved(
        run=run, batchable=batchable, numbers=numbers, ends=_ends(run, numbers, cells, steps, uncertainty), cells=cells,
        target=target, way=way,
    )  # fmt: skip
    effects = []
    for at, (quantity, places) in enumerate(cells):
        value, slope = float(numbers[quantity].ravel()[places[0]]), float(found.by_input[quantity].ravel()[places].sum())
        if slope == 0.0 and ends[2 * at] == ends[2 * at + 1]:
            continue
        elasticity = slope * value / found.value if found.value else float("nan")
        effects.append(
            InputEffect(
                name=cell_name(run.methodology.quantity[quantity], run.setting, places[0])
                + (f" and {len(places) - 1} more with this number" if len(places) > 1 else ""),
                unit=str(run.methodology.quantity[quantity].unit),
                value=value,
                derivative=slope,
                elasticity=elasticity,
                step=steps[at],
                declared=(quantity, places[0]) in spread,
                low=float(ends[2 * at]),
                high=float(ends[2 * at + 1]),
                quantity=quantity,
                cells=tuple(places),
            )
        )
    effects.sort(key=lambda effect: (-effect.swing, effect.name))
    found_shares: tuple[Sobol, ...] = ()
    if uncertainty and draws:

        def evaluated(source: Mixed) -> Numbers:
            return _totals(run, target, evaluate(batchable, source, way, progress).arrays[target])

        found_shares = sobol(run, numbers, uncertainty, draws, seed, evaluated)
    unit = str(run.methodology.quantity[target].unit)
    findings = (*(uncertainty.findings if uncertainty else ()), *_without_slope(run, effects))
    return Sensitivity(
        run=run, target=target, unit=unit, value=found.value, effects=tuple(effects), sobol=found_shares, draws=draws, seed=seed,
        findings=findings,
    )  # fmt: skip


def _without_slope(run: Run, effects: list[InputEffect]) -> Iterator[Finding]:
    """Yield one finding where derivatives are no numbers."""
    names = [effect.name for effect in effects if not np.isfinite(effect.derivative)]
    if names:
        yield Finding("A732", "warning", names[0], f"there is no derivative with respect to {listed(names)} at the values of the run",
                      "the result has a corner or a pole there", "look at the columns `moved down` and `moved up`")  # fmt: skip


def _cells(run: Run, numbers: Mapping[str, Numbers], spread: Mapping[tuple[str, int], float]) -> list[tuple[str, list[int]]]:
    """Return every number of the inputs that can be moved, with the cells for which it was written.

    Of a number that is nothing a tenth is nothing: it is moved where its error is declared.
    """
    movable = [q for q in numbers if run.methodology.quantity[q].type == "number"]
    there = {
        q: [at for at in np.flatnonzero(np.isfinite(numbers[q])).tolist() if numbers[q].ravel()[at] != 0 or spread.get((q, at))]
        for q in movable
    }
    return [(q, places) for q in movable for places in written_once(run, q, there[q])]


def _spread(uncertainty: Uncertainty | None) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], float] = {}
    for variable in uncertainty.variables if uncertainty else ():
        errors = np.sqrt(np.diag(variable.covariances))
        found |= {(variable.quantity, place): float(errors[row]) for place, row in zip(*variable.everywhere, strict=True)}
    return found


def _ends(
    run: Run, numbers: dict[str, Numbers], cells: list[tuple[str, list[int]]], steps: list[float], uncertainty: Uncertainty | None
) -> Numbers:
    """Return each input moved down and up, within the range in which it can be and what its distribution gives. Shape: (cells, 2)."""
    support: dict[tuple[str, int], tuple[float, float]] = {}
    for variable in uncertainty.variables if uncertainty else ():
        lows, highs = variable.support
        support |= {(variable.quantity, at): (lows[row], highs[row]) for at, row in zip(*variable.everywhere, strict=True)}
    found = np.empty((len(cells), 2))
    for at, ((quantity, places), step) in enumerate(zip(cells, steps, strict=True)):
        least, most = limits(run.methodology.quantity[quantity])
        low, high = support.get((quantity, places[0]), (least, most))
        value = float(numbers[quantity].ravel()[places[0]])
        found[at] = np.clip([value - step, value + step], max(low, least), min(high, most))
    return found


def _moved(
    run: Run,
    batchable: Batchable,
    numbers: dict[str, Numbers],
    ends: Numbers,
    cells: list[tuple[str, list[int]]],
    target: str,
    way: Way,
) -> Numbers:
    """Return the target with each input moved to its ends by itself; NaN where there is none."""
    arrays = {q: np.repeat(numbers[q][None], 2 * len(cells), axis=0) for q in dict.fromkeys(q for q, _ in cells)}
    for at, (quantity, places) in enumerate(cells):
        arrays[quantity].reshape(2 * len(cells), -1)[2 * at : 2 * at + 2, places] = ends[at][:, None]
    keeping = Way("literal", way.backend, workers=way.workers, keep_failed=True)
    found = evaluate_batch(batchable, ArraySource(arrays, numbers), keeping)
    return np.where(found.failed, np.nan, _totals(run, target, found.arrays[target]))


def _totals(run: Run, target: str, draws: Numbers) -> Numbers:
    """Return the total of each draw."""
    totals: Numbers = members_counted(draws, total_cells(run, target)).sum(axis=1)
    return totals
