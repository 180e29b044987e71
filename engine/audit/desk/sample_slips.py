"""Slips in a number that a sample gives: a limit for the mean, strata that do not count by their size, answers that were left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.slip import Slip
from engine.audit.desk.statement import Cell
from engine.plan.cells import cell_name
from engine.run.arithmetic.samples import LOWER, MEAN, UPPER, SampleEstimate
from engine.run.run import Run
from engine.run.sample_inputs import factor_of
from equations.model.quantity import Quantity

Array = NDArray[np.float64]


def sample_slips(run: Run, quantity: Quantity, array: Array) -> Iterator[Slip]:
    """Yield what else may have been taken from the samples of an input: of each sample, and of all of them.

    Parameters
    ----------
    array
        The input's numbers. Shape: one axis per index. Unit: the quantity's.
    """
    ways: dict[str, dict[Cell, float]] = {}
    for cell, origin in run.inputs.origins.get(quantity.id, {}).items():
        if origin.estimate is not None:
            unit = run.inputs.units[origin.unit]
            factor = factor_of(run.methodology, run.setting, quantity, cell, unit, run.inputs.alternatives)
            for what, number in _others(origin.estimate).items():
                ways.setdefault(what, {})[cell] = float(number) * factor
    for what, numbers in ways.items():
        parts: list[Mapping[Cell, float]] = [numbers, *({cell: number} for cell, number in numbers.items() if len(numbers) > 1)]
        for part in parts:
            changed = array.copy()
            for cell, number in part.items():
                changed[cell] = number
            name = cell_name(quantity, run.setting, next(iter(part))) if len(part) == 1 else quantity.id
            yield Slip("sample", f"{name}: {what}", quantity.id, quantity.id, numbers=changed)


def _others(estimate: SampleEstimate) -> dict[str, Fraction | float]:
    """Return what may be taken in place of the number of a sample, by what it is."""
    sample, limits = estimate.sample, estimate.limits
    found: dict[str, Fraction | float] = {"the mean": limits.mean, "the lower limit": limits.low, "the upper limit": limits.high}
    del found[{MEAN: "the mean", LOWER: "the lower limit", UPPER: "the upper limit"}[estimate.taken]]
    if estimate.by_stratum:
        means = [one.mean for one in estimate.by_stratum]
        total = sum((mean * stratum.n for mean, stratum in zip(means, sample.strata, strict=True)), Fraction(0))
        found["the mean of all records, strata not counted by their size"] = total / sample.n
        found["the mean of the means of the strata"] = sum(means, Fraction(0)) / len(means)
    if sample.is_share and sample.unanswered and len(sample.strata) == 1:
        yes = limits.mean * sample.n
        asked = sample.n if sample.no_for_unanswered else sample.n + sample.unanswered
        left_out = not sample.no_for_unanswered
        found["those who did not answer counted as no" if left_out else "those who did not answer left out"] = (
            yes / asked if left_out else yes / (sample.n - sample.unanswered))  # fmt: skip
    return found
