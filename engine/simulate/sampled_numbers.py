"""Inputs that samples give, as uncertain numbers: means by Student's t, shares by a beta distribution."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.run.arithmetic.samples import SampleEstimate
from engine.run.run import Run
from engine.run.sample_inputs import factor_of, sampled
from equations.errors import Place
from equations.model.quantity import Quantity
from equations.records import record


@record(frozen=True)
class SampledNumber:
    """One cell and the distribution that its sample says.

    Attributes
    ----------
    place
        Of the cell, counted through the quantity's array.
    numbers
        Fields of the distribution, in the quantity's unit.
    """

    quantity: Quantity
    place: int
    kind: str
    numbers: dict[str, float]
    where: Place | None


def sampled_numbers(run: Run) -> Iterator[SampledNumber]:
    """Yield the cells of a run that samples give and that are not known for certain, as a whole count is."""
    for id_, cell, origin, estimate in sampled(run.inputs.origins):
        quantity = run.methodology.quantity[id_]
        unit = run.inputs.units[origin.unit]
        factor = factor_of(run.methodology, run.setting, quantity, cell, unit, run.inputs.alternatives)
        found = _of(estimate, factor)
        if found is not None:
            place = int(np.ravel_multi_index(cell, run.inputs.values[id_].shape)) if cell else 0
            yield SampledNumber(quantity, place, *found, origin.place)


def _of(estimate: SampleEstimate, factor: float) -> tuple[str, dict[str, float]] | None:
    limits, sample = estimate.limits, estimate.sample
    mean, error = float(limits.mean) * factor, limits.error * abs(factor)
    if sample.is_share and error == 0 and limits.half:  # all say the same: the posterior of a share of which nothing was known (Jeffreys)
        yes = float(limits.mean) * sample.n
        return "beta", {"alpha": yes + 0.5, "beta": sample.n - yes + 0.5, "max": factor, "min": 0.0}
    if error == 0:
        return None
    if sample.is_share:
        return "beta", {"mean": mean, "se": error, "max": factor, "min": 0.0}
    return ("student_t", {"mean": mean, "se": error, "freedom": limits.freedom}) if math.isfinite(limits.freedom) else None
