"""What a sample says of the whole that it was drawn from: mean or share, standard error, limits by Student's t, and the number that is taken.

Means and variances are fractions of what was recorded, so that a mean of thirds is one; roots and quantiles are the floats next to them.

Source
------
W. G. Cochran, Sampling Techniques (3rd edition, 1977): 2.16 and 3.8 (simple samples, finite populations), 5.4 with 5.16 (strata and their degrees
of freedom), 10.14 and 10.15 (clusters of two stages, of one size). C. J. Clopper, E. S. Pearson, Biometrika 26 (1934), where all say the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from engine.run.arithmetic.student import quantile_t
from equations.records import record

MEAN, LOWER, UPPER = "mean", "lower", "upper"
#: Digits up to which a fraction is written in decimals that end.
_LONGEST = 17
_NEAR = 1e-12


@record(frozen=True)
class Stratum:
    """What was found in a stratum, or in the whole where there is one: records, counts of yes, or mean and standard deviation.

    Attributes
    ----------
    n
        How many take part.
    records
        What was found in each; beside ``yes`` where these are zeros and ones that could be numbers.
    population
        How many there are in all, where that is known.
    weight
        Share of the whole, where it is said; else populations say it.
    """

    name: str
    n: int
    records: tuple[Fraction, ...] = ()
    yes: int | None = None
    mean: Fraction | None = None
    deviation: Fraction | None = None
    population: int | None = None
    weight: Fraction | None = None


@record(frozen=True)
class SamplingPlan:
    """What a plan asks of a sample.

    Attributes
    ----------
    confidence
        Share of samples whose limits hold the true number.
    precision
        The largest half-width allowed, as a share of the estimate.
    margin
        The same in the unit of the numbers.
    takes
        What is taken where the plan's precision is met: the mean, or always a limit.
    missed
        Which limit is taken where it is missed; empty where the plan allows none.
    each
        Whether every stratum must meet it.
    """

    confidence: Fraction
    precision: Fraction | None = None
    margin: Fraction | None = None
    takes: str = MEAN
    missed: str = ""
    each: bool = False
    #: Whether the plan says a confidence at all.
    is_stated: bool = True

    @property
    def asks(self) -> bool:
        """Whether it asks for a precision."""
        return self.precision is not None or self.margin is not None


@record(frozen=True)
class Sample:
    """A sample as it was drawn.

    Attributes
    ----------
    strata
        At least one.
    clusters
        Records by cluster, where clusters were drawn first; each of as many.
    clusters_in_all, cluster_size
        How many clusters there are, and members in each, where that is known.
    is_share
        Whether every record is yes or no.
    unanswered
        Of how many that were asked there is no record; ``no_for_unanswered``: they count as no.
    register
        The quantity that says how large the population is.
    stated_precision
        What a document says of its precision, with its last digit.
    """

    strata: tuple[Stratum, ...]
    plan: SamplingPlan
    is_share: bool = False
    clusters: tuple[tuple[Fraction, ...], ...] = ()
    clusters_in_all: int | None = None
    cluster_size: int | None = None
    unanswered: int = 0
    no_for_unanswered: bool = False
    register: str = ""
    stated_precision: tuple[Fraction, Fraction] | None = None

    @property
    def n(self) -> int:
        """How many records there are."""
        return sum(stratum.n for stratum in self.strata)

    @property
    def population(self) -> int | None:
        """How many there are in all, ``None`` where that is not known."""
        sizes = [stratum.population for stratum in self.strata if stratum.population is not None]
        return sum(sizes) if len(sizes) == len(self.strata) else None

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """The share of each stratum in the whole."""
        if len(self.strata) == 1:
            return (Fraction(1),)
        sizes = [stratum.weight if stratum.weight is not None else Fraction(stratum.population or 0) for stratum in self.strata]
        return tuple(size / sum(sizes) for size in sizes)


@record(frozen=True)
class Limits:
    """An estimate between its limits.

    Attributes
    ----------
    variance
        Of the estimate.
    freedom
        Degrees of freedom; infinite where the population was counted whole.
    """

    mean: Fraction
    variance: Fraction
    freedom: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """The standard error."""
        return math.sqrt(self.variance)

    @property
    def half(self) -> float:
        """The larger distance of a limit."""
        return max(float(self.mean) - self.low, self.high - float(self.mean), 0.0)

    @property
    def precision(self) -> float:
        """The half-width as a share of the estimate."""
        return self.half / abs(float(self.mean)) if self.mean else (math.inf if self.half else 0.0)

    def meets(self, plan: SamplingPlan) -> bool:
        """Whether it is as precise as a plan asks."""
        found = [(self.precision, plan.precision), (self.half, plan.margin)]
        return all(asked is None or own <= float(asked) * (1 + _NEAR) for own, asked in found)


@record(frozen=True)
class SampleEstimate:
    """The number that a sample gives, with its limits and those of each stratum."""

    sample: Sample
    limits: Limits
    by_stratum: tuple[Limits, ...]

    @property
    def is_met(self) -> bool:
        """Whether the precision of the plan is met; where it asks for none, it is."""
        of = self.by_stratum if self.sample.plan.each else ()
        return all(one.meets(self.sample.plan) for one in (self.limits, *of))

    @property
    def taken(self) -> str:
        """What is taken: the mean or a limit."""
        plan = self.sample.plan
        return plan.missed if plan.missed and plan.takes == MEAN and not self.is_met else plan.takes

    @cached_property
    def value(self) -> Fraction:
        """The number that is taken, in the unit of the records."""
        return self.limits.mean if self.taken == MEAN else Fraction(repr(self.limits.low if self.taken == LOWER else self.limits.high))

    @property
    def text(self) -> str:
        """The number as a decimal: as it is where it ends, else the float next to it."""
        return decimal(self.value)


def estimated(sample: Sample) -> SampleEstimate:
    """Return what a sample gives."""
    limits = tuple(_limits(Sample((stratum,), sample.plan, sample.is_share)) for stratum in sample.strata)
    return SampleEstimate(sample, _limits(sample), limits if len(limits) > 1 else ())


def decimal(value: Fraction) -> str:
    """Return a number in decimals; where they do not end, the float next to it.

    Examples
    --------
    >>> decimal(Fraction(48, 25)), decimal(Fraction(1, 3)), decimal(Fraction(-5, 1))
    ('1.92', '0.3333333333333333', '-5')
    """
    for places in range(_LONGEST + 1):
        whole = value * 10**places
        if whole.denominator == 1 and len(str(abs(whole.numerator))) <= _LONGEST:
            digits = str(abs(whole.numerator)).rjust(places + 1, "0")
            return ("-" if value < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return repr(float(value))


def _limits(sample: Sample) -> Limits:
    mean, parts = _two_stages(sample) if sample.clusters else _of_strata(sample)
    variance = sum((part for part, _ in parts), Fraction(0))
    # No spread among the records does not mean that none is in the population, unless all of it was asked.
    if sample.is_share and mean in (0, 1) and sample.population != sample.n:
        return _all_alike(sample, mean)
    freedom = _freedom(parts)
    half = 0.0 if variance == 0 else float(quantile_t(np.array(_upper(sample.plan)), np.array(freedom))) * math.sqrt(variance)
    # A share lies between 0 and 1 whatever the formula of normal limits says of a small sample.
    low, high = float(mean) - half, float(mean) + half
    return Limits(mean, variance, freedom, max(low, 0.0) if sample.is_share else low, min(high, 1.0) if sample.is_share else high)


def _upper(plan: SamplingPlan) -> float:
    return float((1 + plan.confidence) / 2)


def _of_strata(sample: Sample) -> tuple[Fraction, list[tuple[Fraction, int]]]:
    """Return the mean, and of each stratum its part of the variance with its degrees of freedom."""
    mean, parts = Fraction(0), []
    for stratum, weight in zip(sample.strata, sample.weights, strict=True):
        own, spread = _mean_and_spread(stratum)
        mean += weight * own
        # The correction for a finite population: of members that were looked at nothing is uncertain.
        left = 1 - Fraction(stratum.n, stratum.population) if stratum.population else Fraction(1)
        parts.append((weight**2 * spread / stratum.n * left, stratum.n - 1))
    return mean, parts


def _mean_and_spread(stratum: Stratum) -> tuple[Fraction, Fraction]:
    """Return the mean of records and their variance."""
    n = stratum.n
    if stratum.yes is not None:
        share = Fraction(stratum.yes, n)
        # The variance of records of 1 and 0 with n - 1 below, as of any records: both ways of writing a sample give the same
        # number.
        return share, share * (1 - share) * n / (n - 1) if n > 1 else Fraction(0)
    if stratum.mean is not None:
        return stratum.mean, (stratum.deviation or Fraction(0)) ** 2
    return mean_of(stratum.records), _spread_of(stratum.records)


def mean_of(records: Sequence[Fraction]) -> Fraction:
    """Return the mean of numbers."""
    return sum(records, Fraction(0)) / len(records)


def _spread_of(records: Sequence[Fraction]) -> Fraction:
    mean = mean_of(records)
    return sum(((one - mean) ** 2 for one in records), Fraction(0)) / (len(records) - 1) if len(records) > 1 else Fraction(0)


def _two_stages(sample: Sample) -> tuple[Fraction, list[tuple[Fraction, int]]]:
    """Return the mean over clusters of one size, and the variance of it, between and within clusters."""
    count, each = len(sample.clusters), len(sample.clusters[0])
    means = [mean_of(own) for own in sample.clusters]
    # of one record nothing is seen within its cluster: what lies between clusters then stands for both, uncorrected
    hidden = each == 1 and sample.cluster_size != 1
    first = Fraction(count, sample.clusters_in_all) if sample.clusters_in_all and not hidden else Fraction(0)
    second = Fraction(each, sample.cluster_size) if sample.cluster_size else Fraction(0)
    within = mean_of([_spread_of(own) for own in sample.clusters])
    variance = (1 - first) * _spread_of(means) / count + first * (1 - second) * within / (count * each)
    return mean_of(means), [(variance, count - 1)]


def _freedom(parts: Sequence[tuple[Fraction, int]]) -> float:
    """Return the degrees of freedom of a sum of variances that are estimated apart (Satterthwaite)."""
    total = sum((part for part, _ in parts), Fraction(0))
    if not total:
        # Strata without any spread: no part weighs more than another.
        return float(sum(own for _, own in parts)) or math.inf
    return float(total**2 / sum(part**2 / own for part, own in parts if part))


def _all_alike(sample: Sample, mean: Fraction) -> Limits:
    """Return the limits of a share where all say the same: no spread is seen, and yet it is not known (Clopper and Pearson)."""
    import mpmath

    count = len(sample.clusters) or sample.n  # in one cluster all may be alike
    with mpmath.workdps(40):
        tail = mpmath.mpf((1 - sample.plan.confidence).numerator) / mpmath.mpf((1 - sample.plan.confidence).denominator) / 2
        far = float(tail ** (mpmath.mpf(1) / count))
    return Limits(mean, Fraction(0), float(count - 1) or math.inf, far if mean else 0.0, 1.0 if mean else 1 - far)
