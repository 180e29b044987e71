"""Simulate a project: draw its uncertain inputs, evaluate every draw, and summarise (IPCC Approach 2).

Source: IPCC 2006 Guidelines for National Greenhouse Gas Inventories, volume 1, chapter 3, section 3.2.3.2 (Approach 2, Monte Carlo).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.batch.batchable import Batchable
from engine.batch.beyond import shares_beyond
from engine.batch.evaluation import DEFAULT_WAY, BatchValues, Evaluate, Way, check_memory, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.finding import Finding
from engine.output.tabled import Pictured
from engine.plan.cells import counted, members_counted
from engine.project.values import UnitReader
from engine.run.ranges import limits
from engine.run.run import Run
from engine.run.totals import Spoken, spoken_of
from engine.simulate.correlations import Correlation
from engine.simulate.deductions import Deduction, deduct, deduction_rule
from engine.simulate.draws import CHUNK, DrawSource, moved_shares
from engine.simulate.normal import Numbers
from engine.simulate.propagation import SAME, Propagated, gradient_of, propagate
from engine.simulate.statistics import Summary, summarise
from engine.simulate.support import check_support
from engine.simulate.uncertainty_file import Uncertainty, read_uncertainty
from equations.errors import InputError, listed, near_or_all
from equations.model.cell_labels import written_cell

LEAST_DRAWS, MOST_DRAWS = 2, 10**9
LEVELS = (0.90, 0.95)
_MOST_SEED = 2**63
#: Numbers of a draw that statistics take beside the results, while one result is summarised.
_COLUMNS, _BYTES = 6, 8


@dataclass(frozen=True)
class Simulation(Pictured):
    """A finished simulation.

    Attributes
    ----------
    summaries
        Name of a number (``X[2019]``, and ``X`` for its total) -> statistics.
    draws
        Quantity -> float64. Shape: (draw, *shape of the quantity).
    moved
        Uncertain cell -> share of its draws that fell outside the range in which it can be, and were drawn again or moved to its
        limit.
    propagated
        Quantity -> its standard error by propagation of error (IPCC Approach 1), summed over its members.
    """

    run: Run
    uncertainty: Uncertainty
    seed: int
    count: int
    summaries: Mapping[str, Summary]
    draws: Mapping[str, Numbers]
    deductions: tuple[Deduction, ...]
    moved: Mapping[str, float]
    stopped_early: bool
    backend: str
    propagated: Mapping[str, Propagated]
    findings: tuple[Finding, ...] = ()
    #: Computed quantity -> share of the draws in which it leaves the range in which it can be; a run with such numbers is refused.
    beyond: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        found = self.result
        return f"<Simulation of {self.run!r}: {self.count:,} draws, standard error {found.se:,.3f} {found.unit}>"

    @property
    def result(self) -> Summary:
        """The methodology's first result, over all its members."""
        return self.summaries[self.run.headline.label]

    @property
    def results(self) -> tuple[Summary, ...]:
        """Every result, over all its members, in the order of the spec."""
        return tuple(self.summaries[number.label] for number in self.run.results.values() if number.label in self.summaries)


def simulate(
    run: Run,
    read_unit: UnitReader,
    *,
    draws: int,
    seed: int,
    targets: tuple[str, ...] = (),
    levels: tuple[float, ...] = LEVELS,
    deductions: tuple[tuple[str, str], ...] = (),
    stop: float | None = None,
    way: Way = DEFAULT_WAY,
    progress: Callable[[int], None] | None = None,
    evaluate: Evaluate = evaluate_batch,
) -> Simulation:
    """Simulate a project.

    Parameters
    ----------
    run
        A run of the project; its inputs are the values of a single run.
    draws
        How many; with ``stop`` the most.
    targets
        Quantities beside the methodology's results.
    stop
        Stop when the Monte Carlo error of the half-width of the first interval of every result is below this share of it.
    evaluate
        What evaluates the draws: this process, or a cluster.

    Raises
    ------
    MethodologyError
        I502, I503, I510 for what is declared; I511 for numbers of draws, seeds and levels, and for memory; before any draw.
    """
    _check_numbers(draws, seed, levels, stop)
    asked = _asked(run, targets)
    uncertainty = read_uncertainty(run, read_unit)
    rules = [(deduction_rule(rule), of) for rule, of in dict.fromkeys((*uncertainty.deductions, *deductions))]
    asked = tuple(dict.fromkeys((*asked, *(of for _, of in rules if of in run.values.arrays))))
    if not uncertainty.variables:
        raise InputError(
            "I510",
            "the project declares no uncertainty",
            run.project.value_places.get(next(iter(run.project.values), "")),
            remedy="add `uncertainty:` beside a value, or `uncertainty: inputs:` (docs/uncertainty.md)",
        )
    batchable = batchable_of(run, asked)
    if stop is None:
        _check_memory(batchable, draws)

    def evaluated(source: DrawSource) -> BatchValues:
        return evaluate(batchable, source, way, progress)

    sources, found, stopped = _evaluated(
        batchable=batchable, run=run, uncertainty=uncertainty, seed=seed, draws=draws, stop=stop, levels=levels,
        evaluated=evaluated,
    )  # fmt: skip
    arrays = {
        name: np.concatenate([one.arrays[name] for one in found]) if len(found) > 1 else found[0].arrays[name] for name in asked
    }
    wanted = tuple(dict.fromkeys((*levels, *(rule.level for rule, _ in rules))))
    summaries = {s.name: s for target in asked for s in _summaries(run, target, arrays[target], wanted)}
    propagated = {target: _propagated(batchable, run, uncertainty, target) for target in asked if _spoken(run, target).label == target}
    return Simulation(
        run=run, uncertainty=uncertainty, seed=seed, count=len(arrays[asked[0]]), summaries=summaries, draws=arrays,
        deductions=tuple(deduct(rule, _of(summaries, of)) for rule, of in rules), moved=moved_shares(sources), stopped_early=stopped,
        backend=found[0].backend, propagated=propagated, findings=(*uncertainty.findings, *_without_approach_1(propagated, summaries)),
        beyond=shares_beyond(batchable, sources, run.values.arrays, way),
    )  # fmt: skip


def _without_approach_1(propagated: Mapping[str, Propagated], summaries: Mapping[str, Summary]) -> Iterator[Finding]:
    """Yield what is to be said where the propagation of error has no number, or sees nothing of what varies."""
    for name, found in propagated.items():
        summary = summaries.get(name)
        if not np.isfinite(found.se):
            yield Finding("A732", "warning", name, "Approach 1 has no number",
                          f"there is no derivative with respect to {listed(list(found.without)) or 'its inputs'} at the values of the run",
                          "take Approach 2")  # fmt: skip
        elif found.se == 0.0 and summary is not None and summary.se > SAME * max(abs(summary.mean), abs(summary.single)):
            yield Finding("A732", "warning", name, "Approach 1 sees nothing vary",
                          "every derivative is 0 at the values of the run, as where a number is rounded or a limit holds",
                          "take Approach 2")  # fmt: skip


def _asked(run: Run, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return the results and the targets, which the run must have."""
    asked = tuple(dict.fromkeys((*run.methodology.result_ids, *targets)))
    for target in asked:
        if target not in run.methodology.quantity or target not in run.values.arrays:
            remedy = near_or_all(target, run.values.arrays, "quantities:")
            raise InputError("I502", f"this run has no quantity {target!r}", remedy=remedy)
    return asked


def _propagated(batchable: Batchable, run: Run, uncertainty: Uncertainty, target: str) -> Propagated:
    numbers = {quantity: run.inputs.values[quantity] for quantity in batchable.plan.inputs}
    return propagate(gradient_of(batchable, numbers, target, _spoken(run, target).cells), target, used_by(numbers, uncertainty))


def _check_numbers(draws: int, seed: int, levels: tuple[float, ...], stop: float | None) -> None:
    if not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise InputError(
            "I511", f"{draws} cannot be a number of draws", remedy=f"take {LEAST_DRAWS} to {MOST_DRAWS:,}; 10,000 are usual"
        )
    if not 0 <= seed < _MOST_SEED:
        raise InputError("I511", f"{seed} cannot be a seed", remedy="take a whole number from 0 on")
    for level in levels:
        if not 0 < level < 1:
            raise InputError("I511", f"{level * 100:g} % cannot be a level", remedy="write 90 for the interval that holds 90 %")
    if stop is not None and not 0 < stop < 1:
        raise InputError("I511", f"{stop:g} cannot be the error to stop at", remedy="take a share such as 0.01")


def _check_memory(batchable: Batchable, draws: int) -> None:
    """Look whether all draws of the results fit, and what statistics take beside them."""
    numbers = sum(cells.size for cells in batchable.literal.outputs.values())
    check_memory((numbers + _COLUMNS) * draws * _BYTES, f"{draws:,} draws of {numbers} numbers")


def _evaluated(
    batchable: Batchable,
    run: Run,
    uncertainty: Uncertainty,
    seed: int,
    draws: int,
    stop: float | None,
    levels: tuple[float, ...],
    evaluated: Callable[[DrawSource], BatchValues],
) -> tuple[list[DrawSource], list[BatchValues], bool]:
    numbers = {quantity: run.inputs.values[quantity] for quantity in batchable.plan.inputs}
    known = {quantity: limits(run.methodology.quantity[quantity]) for quantity in numbers}
    used = used_by(numbers, uncertainty)
    check_support(used.variables, known)
    sources: list[DrawSource] = []
    found: list[BatchValues] = []
    first, step = 0, draws if stop is None else min(draws, 4 * CHUNK)
    while first < draws:
        count = min(step, draws - first)
        source = DrawSource(used, numbers, known, seed, count, first)
        sources.append(source)
        found.append(evaluated(source))
        first += count
        step = first
        if stop is None or first >= draws:
            continue
        if all(_error_of(run, id_, found, levels[:1]) <= stop for id_ in run.methodology.result_ids):
            return sources, found, True
    return sources, found, False


def _error_of(run: Run, result: str, found: list[BatchValues], levels: tuple[float, ...]) -> float:
    """Return the Monte Carlo error of the first interval of a result, as a share of it; of one that does not vary there is none."""
    draws = np.concatenate([_total(run, result, one.arrays[result]) for one in found])
    if len(run.methodology.results) > 1 and draws.min() == draws.max():
        return 0.0
    return summarise("", "", draws, 0.0, levels).relative_error


def used_by(numbers: Mapping[str, Numbers], uncertainty: Uncertainty) -> Uncertainty:
    """Return what is declared of some inputs; of a correlation, the part between them."""
    variables = tuple(variable for variable in uncertainty.variables if variable.quantity in numbers)
    names = {name for variable in variables for name in variable.names}
    kept = []
    for correlation in uncertainty.correlations:
        at = [place for place, name in enumerate(correlation.names) if name in names]
        if len(at) > 1:
            kept.append(Correlation(tuple(correlation.names[place] for place in at), correlation.matrix[np.ix_(at, at)]))
    return Uncertainty(variables, tuple(kept), uncertainty.outside, findings=uncertainty.findings)


def _total(run: Run, quantity: str, draws: Numbers) -> Numbers:
    """Return what stands for a quantity (:mod:`engine.run.totals`), added one member after the other, of each draw."""
    flat = members_counted(draws, _spoken(run, quantity).cells)
    total = flat[:, 0].copy()
    for column in range(1, flat.shape[1]):
        total += flat[:, column]
    return total


def _summaries(run: Run, target: str, draws: Numbers, levels: tuple[float, ...]) -> list[Summary]:
    """Summarise every cell of a quantity and, if it has several, their sum under the name of the quantity."""
    quantity = run.methodology.quantity[target]
    unit = str(quantity.unit)
    found = []
    for labels, value, _ in run.cells(target):
        cell = tuple(run.setting.members[axis].index(label) for axis, label in zip(quantity.indices, labels, strict=True))
        name = written_cell(target, labels)
        found.append(summarise(name, unit, np.moveaxis(draws, 0, -1)[cell], value, levels))
    spoken = _spoken(run, target)
    if quantity.indices and spoken.label not in {one.name for one in found} and np.isfinite(draws[:, spoken.cells]).all() and spoken.cells.any():
        single = float(np.add.accumulate(run.values.arrays[target][spoken.cells])[-1])
        found.append(summarise(spoken.label, unit, _total(run, target, draws), single, levels))
    return found


def _spoken(run: Run, target: str) -> Spoken:
    quantity = run.methodology.quantity[target]
    return spoken_of(run.methodology, run.setting, quantity, counted(quantity, run.plan, run.methodology))


def _of(summaries: Mapping[str, Summary], name: str) -> Summary:
    if name not in summaries:
        raise InputError(
            "I510", f"a deduction cannot be taken of {name!r}", remedy=near_or_all(name, summaries, "it can be taken of")
        )
    return summaries[name]
