"""What samples give a second time, from their records, counts and deviations alone: sums of squares instead of squares of differences.

It shares nothing with :mod:`engine.run.arithmetic.samples`: other formulas, another Student's t
(:mod:`engine.audit.second_computation.scalar_student`), and its own decision whether the mean or a limit counts.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.audit.second_computation.scalar_student import quantile_t

if TYPE_CHECKING:
    from engine.run.arithmetic.samples import Sample, SampleEstimate, Stratum

_NEAR = 1e-9


class SampledTwice:
    """The number that a sample gives, worked out apart.

    Attributes
    ----------
    mean
        Of the whole, as a fraction.
    square
        Of its standard error, as a fraction.
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.by_stratum = [(*_moments(one), one.n, one.population) for one in sample.strata]
        self.mean, self.square, self.freedom = self._of_clusters() if sample.clusters else self._of_strata()

    def value(self) -> Fraction:
        """Return the number that counts."""
        plan, low, high = self.sample.plan, *self.limits()
        wanted = plan.takes
        if wanted == "mean" and plan.missed and self._misses():
            wanted = plan.missed
        return self.mean if wanted == "mean" else Fraction(low if wanted == "lower" else high)

    def limits(self) -> tuple[float, float]:
        """Return the limits of the interval."""
        count = len(self.sample.clusters) or sum(n for *_, n, _ in self.by_stratum)
        is_whole = all(size == n for *_, n, size in self.by_stratum)
        return self._limits(float(self.mean), self.square, self.freedom, count, is_whole)

    def _limits(self, mean: float, square: Fraction, freedom: float, count: int, is_whole: bool) -> tuple[float, float]:
        tail = 1 - (1 - float(self.sample.plan.confidence)) / 2
        if self.sample.is_share and mean in (0.0, 1.0) and not is_whole:
            far = math.exp(math.log((1 - float(self.sample.plan.confidence)) / 2) / count)
            return (far, 1.0) if mean else (0.0, 1 - far)
        half = quantile_t(tail, freedom) * math.sqrt(square) if square else 0.0
        ends = mean - half, mean + half
        return (max(0.0, ends[0]), min(1.0, ends[1])) if self.sample.is_share else ends

    def _misses(self) -> bool:
        plan, found = self.sample.plan, [(float(self.mean), *self.limits())]
        if plan.each:
            for own, spread, n, size in self.by_stratum:
                left = 1 - Fraction(n, size) if size else Fraction(1)
                found.append((float(own), *self._limits(float(own), spread * left / n, n - 1, n, n == size)))
        for mean, low, high in found:
            half = max(mean - low, high - mean, 0.0)
            if plan.margin is not None and half > float(plan.margin) * (1 + _NEAR / 1000):
                return True
            if plan.precision is not None and half > float(plan.precision) * abs(mean) * (1 + _NEAR / 1000):
                return True
        return False

    def _of_strata(self) -> tuple[Fraction, Fraction, float]:
        strata = self.sample.strata
        sizes = [Fraction(1)] if len(strata) == 1 else [one.weight if one.weight is not None else Fraction(one.population or 0) for one in strata]
        whole, mean = sum(sizes, Fraction(0)), Fraction(0)
        squares: list[tuple[Fraction, int]] = []
        for (own, spread, n, size), share in zip(self.by_stratum, sizes, strict=True):
            mean += own * share / whole
            left = Fraction(size - n, size) if size else Fraction(1)
            squares.append((spread * left * share * share / (n * whole * whole), n))
        return mean, sum((one for one, _ in squares), Fraction(0)), _satterthwaite(squares)

    def _of_clusters(self) -> tuple[Fraction, Fraction, float]:
        own, sample = self.sample.clusters, self.sample
        count, each = len(own), len(own[0])
        sums = [sum(one, Fraction(0)) for one in own]
        mean = sum(sums, Fraction(0)) / (count * each)
        between = (sum((one * one for one in sums), Fraction(0)) / (each * each) - count * mean * mean) / (count - 1)
        within = sum((sum((x * x for x in one), Fraction(0)) - total * total / each for one, total in zip(own, sums, strict=True)), Fraction(0))
        within = within / (count * (each - 1)) if each > 1 else Fraction(0)
        is_seen_within = each > 1 or sample.cluster_size == 1
        drawn = Fraction(count, sample.clusters_in_all) if sample.clusters_in_all and is_seen_within else Fraction(0)
        left = 1 - Fraction(each, sample.cluster_size) if sample.cluster_size else Fraction(1)
        return mean, between * (1 - drawn) / count + within * drawn * left / (count * each), float(count - 1)


def _moments(one: Stratum) -> tuple[Fraction, Fraction]:
    """Return mean and variance of records."""
    if one.mean is not None:
        return one.mean, (one.deviation or Fraction(0)) ** 2
    total = sum(one.records, Fraction(0)) if one.yes is None else Fraction(one.yes)
    squares = sum((x * x for x in one.records), Fraction(0)) if one.yes is None else Fraction(one.yes)
    return total / one.n, (squares - total * total / one.n) / (one.n - 1) if one.n > 1 else Fraction(0)


def _satterthwaite(squares: list[tuple[Fraction, int]]) -> float:
    total = sum((one for one, _ in squares), Fraction(0))
    if total == 0:
        return float(max(sum(n - 1 for _, n in squares), 1))
    return float(total * total / sum((one * one / (n - 1) for one, n in squares if one), Fraction(0)))


def sampled_again(estimate: SampleEstimate) -> Fraction:
    """Return the number that a sample gives."""
    return SampledTwice(estimate.sample).value()


def differs(estimate: SampleEstimate) -> str:
    """Return how the number of a sample differs from what it comes to a second time, or an empty text."""
    twice = SampledTwice(estimate.sample)
    for what, one, other in (("", float(estimate.value), float(twice.value())), ("standard error ", estimate.limits.error, math.sqrt(twice.square))):
        if abs(one - other) > _NEAR * abs(other):
            return f"has the {what or 'number '}{one!r} in one and {other!r} in the other"
    return ""
