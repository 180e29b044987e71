"""The distributions that an input can be declared to have. One more is a class here and a line of ``docs/uncertainty.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import ClassVar

import numpy as np

from engine.simulate.distribution import ROOT_TAU, TERMS, Distribution, Form, NoSuchDistributionError, Parameters
from engine.simulate.normal import Numbers, probability, quantile
from engine.simulate.student_draws import student_of_normal

#: Fields of a declaration that are in the unit of the quantity.
IN_UNIT = ("mean", "se", "low", "high", "min", "max", "mode")
_ENDS = ("min", "max")
_RARE = 4.0
_BY_SPREAD = (Form(("se",), ("mean",)), Form(("relative_se",), ("mean",)), Form(("low", "high"), ("level",)))


@dataclass(frozen=True)
class Declared:
    """One declared distribution for one cell (or one row), in the quantity's unit.

    Attributes
    ----------
    parameters
        Of the sampling form: see :meth:`Distribution.parameters`.
    """

    kind: str
    parameters: Mapping[str, float]


def from_fields(kind: str, value: float, fields: Mapping[str, float], level: float) -> Declared:
    """Return the distribution of one number.

    Parameters
    ----------
    value
        The number that a single run uses: the mean, or the mode of a triangle.
    fields
        What was declared: ``mean``, ``se``, ``relative_se``, ``low`` and ``high`` (the interval at ``level``), ``min`` and
        ``max`` (what cannot be passed), ``mode``, ``alpha``, ``beta``.
    level
        Share of probability between ``low`` and ``high``.

    Raises
    ------
    NoSuchDistributionError
        If there is no such distribution.
    """
    if "min" in fields and "max" in fields and not fields["min"] < fields["max"]:
        raise NoSuchDistributionError(
            f"the least value {fields['min']:g} is not below the greatest {fields['max']:g}", "exchange min and max"
        )
    if "low" in fields and "high" in fields and not fields["low"] < fields["high"]:
        raise NoSuchDistributionError(
            f"the low end {fields['low']:g} is not below the high end {fields['high']:g}", "exchange low and high"
        )
    mean = fields.get("mean", value)
    return Declared(kind, DISTRIBUTIONS[kind].parameters(mean, _spread(mean, fields), fields, level))


def _spread(mean: float, fields: Mapping[str, float]) -> float:
    """Return the standard error that was declared, NaN if there is none."""
    se = fields.get("se", fields["relative_se"] * abs(mean) if "relative_se" in fields else np.nan)
    if se < 0:
        raise NoSuchDistributionError(f"the standard error {se:g} is below zero", "give its size")
    return float(se)


def _half_width(level: float) -> float:
    return float(quantile(np.array([0.5 + level / 2]))[0])


def _distance(apart: Numbers, se: Numbers, values: Numbers) -> Numbers:
    """Return how many standard errors numbers are apart; without a spread only what is the mean itself is near."""
    sure = np.where(np.abs(apart) <= 1e-9 * np.abs(values), 0.0, np.inf)
    return np.where(se > 0, np.abs(apart) / np.where(se > 0, se, 1.0), sure)


# -- made from normal numbers


class Normal(Distribution):
    """A normal number."""

    name = "normal"
    forms: ClassVar[tuple[Form, ...]] = _BY_SPREAD
    meant: ClassVar[Mapping[str, str]] = dict.fromkeys(_ENDS, "take truncated_normal, which is cut off there")
    is_from_normal = True

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        if "low" in fields:
            low, high = fields["low"], fields["high"]
            return {"mean": (low + high) / 2, "se": (high - low) / 2 / _half_width(level)}
        return {"mean": mean, "se": se}

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        return p["mean"] + p["se"] * normal

    def means(self, p: Parameters) -> Numbers:
        return p["mean"]

    def variances(self, p: Parameters) -> Numbers:
        return p["se"] ** 2

    def support(self, p: Parameters) -> tuple[Numbers, Numbers]:
        sure = p["se"] == 0
        return np.where(sure, p["mean"], -np.inf), np.where(sure, p["mean"], np.inf)

    def distance(self, p: Parameters, values: Numbers) -> Numbers:
        return _distance(values - p["mean"], p["se"], values)

    def usual(self, p: Mapping[str, float], spreads: float) -> tuple[float, float] | None:
        return p["mean"] - spreads * p["se"], p["mean"] + spreads * p["se"]

    def terms(self, p: Mapping[str, float]) -> Numbers:
        return np.concatenate([[p["se"]], np.zeros(TERMS - 1)])


class StudentT(Normal):
    """The mean of a sample: Student's t, whose tails are the wider the smaller the sample is."""

    name = "student_t"
    forms: ClassVar[tuple[Form, ...]] = (Form(("se", "freedom"), ("mean",)), Form(("relative_se", "freedom"), ("mean",)))

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        if fields["freedom"] <= 2:
            raise NoSuchDistributionError(
                f"Student's t with {fields['freedom']:g} degrees of freedom has no finite variance", "a sample of four records or more has"
            )
        return {"mean": mean, "se": se, "freedom": fields["freedom"]}

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        tails = [student_of_normal(row, float(freedom)) for row, freedom in zip(normal, p["freedom"].ravel(), strict=True)]
        return np.asarray(p["mean"] + p["se"] * np.stack(tails))

    def variances(self, p: Parameters) -> Numbers:
        return np.asarray(p["se"] ** 2 * p["freedom"] / (p["freedom"] - 2))

    def distance(self, p: Parameters, values: Numbers) -> Numbers:
        return super().distance(p, values) / self._wider(p["freedom"])

    def usual(self, p: Mapping[str, float], spreads: float) -> tuple[float, float] | None:
        return super().usual({**p, "se": p["se"] * float(self._wider(np.array([p["freedom"]]))[0])}, spreads)

    def terms(self, p: Mapping[str, float]) -> Numbers:
        return Distribution.terms(self, p)

    def _wider(self, freedom: Numbers) -> Numbers:
        """Return by how much the numbers that are as rare as those at four standard errors of a normal one lie further out."""
        return np.array([student_of_normal(np.array([_RARE]), float(one))[0] / _RARE for one in freedom])


class TruncatedNormal(Normal):
    """A normal number between two ends; mean and standard error are those before it is cut off."""

    name = "truncated_normal"
    forms: ClassVar[tuple[Form, ...]] = tuple(
        Form((*form.needs, end), (*form.may, other)) for form in _BY_SPREAD for end, other in (_ENDS, _ENDS[::-1])
    )
    meant: ClassVar[Mapping[str, str]] = {}

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        found = super().parameters(mean, se, fields, level)
        found |= {"min": fields.get("min", -np.inf), "max": fields.get("max", np.inf)}
        if found["se"] > 0:
            ends = np.array([found["min"] - found["mean"], found["max"] - found["mean"]]) / found["se"]
            inside = float(np.diff(probability(ends))[0])
            if inside < 1e-9:
                raise NoSuchDistributionError(
                    f"nothing of it lies between {found['min']:g} and {found['max']:g}", "widen the limits, or correct the mean"
                )
        return found

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        # Without a spread any scale will do: every draw is the mean.
        scale = np.where(p["se"] > 0, p["se"], 1.0)
        ends = [probability((p[end] - p["mean"]) / scale) for end in _ENDS]
        inner = np.clip(ends[0] + (ends[1] - ends[0]) * probability(normal), 1e-300, 1 - 1e-16)
        return np.clip(p["mean"] + p["se"] * quantile(inner), p["min"], p["max"])

    def means(self, p: Parameters) -> Numbers:
        _, _, first, last, inside = self._heights(p)
        return np.where(p["se"] > 0, p["mean"] + p["se"] * (first - last) / inside, np.clip(p["mean"], p["min"], p["max"]))

    def variances(self, p: Parameters) -> Numbers:
        low, high, first, last, inside = self._heights(p)
        ends = [np.where(np.isfinite(x), x, 0.0) * height for x, height in ((low, first), (high, last))]
        shift = (first - last) / inside
        return np.asarray(p["se"] ** 2 * (1 + (ends[0] - ends[1]) / inside - shift**2))

    def _heights(self, p: Parameters) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
        """Return the ends, the densities there and the share between; a spread of nothing counts as 1.

        Source: N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 13, on truncated ones.
        """
        scale = np.where(p["se"] > 0, p["se"], 1.0)
        low, high = (p["min"] - p["mean"]) / scale, (p["max"] - p["mean"]) / scale
        heights = [np.where(np.isfinite(x), np.exp(-np.minimum(x**2, 700.0) / 2) / ROOT_TAU, 0.0) for x in (low, high)]
        return low, high, heights[0], heights[1], probability(high) - probability(low)

    def support(self, p: Parameters) -> tuple[Numbers, Numbers]:
        return p["min"], p["max"]

    def usual(self, p: Mapping[str, float], spreads: float) -> tuple[float, float] | None:
        return max(p["mean"] - spreads * p["se"], p["min"]), min(p["mean"] + spreads * p["se"], p["max"])

    def terms(self, p: Mapping[str, float]) -> Numbers:
        return Distribution.terms(self, p)


class Lognormal(Distribution):
    """A number whose logarithm is normal."""

    name = "lognormal"
    forms: ClassVar[tuple[Form, ...]] = _BY_SPREAD
    is_from_normal = True

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        if "low" in fields:
            if fields["low"] <= 0:
                raise NoSuchDistributionError(
                    f"its range begins at {fields['low']:g}, and a lognormal number is above zero",
                    "take a triangular or a truncated normal distribution, or a low end above zero",
                )
            low, high = np.log(fields["low"]), np.log(fields["high"])
            return {"log_mean": float(low + high) / 2, "log_se": float(high - low) / 2 / _half_width(level)}
        if mean <= 0:
            raise NoSuchDistributionError(
                f"its mean is {mean:g}, and a lognormal number is above zero", "take another distribution"
            )
        log_se = float(np.sqrt(np.log1p((se / mean) ** 2)))
        return {"log_mean": float(np.log(mean)) - log_se**2 / 2, "log_se": log_se}

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        return np.exp(p["log_mean"] + p["log_se"] * normal)

    def means(self, p: Parameters) -> Numbers:
        return np.exp(p["log_mean"] + p["log_se"] ** 2 / 2)

    def variances(self, p: Parameters) -> Numbers:
        return np.expm1(p["log_se"] ** 2) * np.exp(2 * p["log_mean"] + p["log_se"] ** 2)

    def support(self, p: Parameters) -> tuple[Numbers, Numbers]:
        return np.zeros(len(p["log_se"])), np.full(len(p["log_se"]), np.inf)

    def distance(self, p: Parameters, values: Numbers) -> Numbers:
        apart = np.log(np.where(values > 0, values, 1.0)) - p["log_mean"]
        return np.where(values > 0, _distance(apart, p["log_se"], values), np.inf)

    def usual(self, p: Mapping[str, float], spreads: float) -> tuple[float, float] | None:
        low, high = (float(np.exp(p["log_mean"] + side * spreads * p["log_se"])) for side in (-1, 1))
        return low, high

    def terms(self, p: Mapping[str, float]) -> Numbers:
        mean = np.exp(p["log_mean"] + p["log_se"] ** 2 / 2)
        return np.array([mean * p["log_se"] ** k / factorial(k) ** 0.5 for k in range(1, TERMS + 1)])


class Triangular(Distribution):
    """A number between two ends, its density highest at the mode; its draws are made by inverting the distribution function."""

    name = "triangular"
    forms: ClassVar[tuple[Form, ...]] = (Form(_ENDS, ("mode",)),)
    meant: ClassVar[Mapping[str, str]] = {"mean": "its top is its `mode`, and its mean follows from all three"}
    is_from_normal = True

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        mode = fields.get("mode", mean)
        if not fields["min"] <= mode <= fields["max"]:
            raise NoSuchDistributionError(
                f"its mode {mode:g} does not lie between {fields['min']:g} and {fields['max']:g}", "correct min, max or mode"
            )
        return {"min": fields["min"], "mode": mode, "max": fields["max"]}

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        share, least, mode, most = probability(normal), p["min"], p["mode"], p["max"]
        width = most - least
        rising = least + np.sqrt(share * width * (mode - least))
        falling = most - np.sqrt((1 - share) * width * (most - mode))
        return np.where(share * width < mode - least, rising, falling)

    def means(self, p: Parameters) -> Numbers:
        return (p["min"] + p["mode"] + p["max"]) / 3

    def variances(self, p: Parameters) -> Numbers:
        a, b, c = p["min"], p["max"], p["mode"]
        return np.asarray((a**2 + b**2 + c**2 - a * b - a * c - b * c) / 18)


class Uniform(Distribution):
    """A number between two ends, each as likely as the others."""

    name = "uniform"
    forms: ClassVar[tuple[Form, ...]] = (Form(_ENDS),)
    meant: ClassVar[Mapping[str, str]] = {"mean": "its mean is the middle of min and max"}
    is_from_normal = True

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        return {"min": fields["min"], "max": fields["max"]}

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        return p["min"] + (p["max"] - p["min"]) * probability(normal)

    def means(self, p: Parameters) -> Numbers:
        return (p["min"] + p["max"]) / 2

    def variances(self, p: Parameters) -> Numbers:
        return (p["max"] - p["min"]) ** 2 / 12


# -- drawn in another way


class Beta(Distribution):
    """A number between two ends, 0 and 1 where none are given; mean and standard error give its two shapes."""

    name = "beta"
    forms: ClassVar[tuple[Form, ...]] = (
        Form(("se",), ("mean", *_ENDS)),
        Form(("relative_se",), ("mean", *_ENDS)),
        Form(("alpha", "beta"), _ENDS),
    )

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        least, most = fields.get("min", 0.0), fields.get("max", 1.0)
        if "alpha" in fields:
            if min(fields["alpha"], fields["beta"]) <= 0:
                raise NoSuchDistributionError("alpha and beta must be above zero")
            return {"alpha": fields["alpha"], "beta": fields["beta"], "min": least, "max": most}
        place, spread = (mean - least) / (most - least), se / (most - least)
        if not 0 < place < 1:
            raise NoSuchDistributionError(
                f"its mean {mean:g} does not lie between {least:g} and {most:g}", "correct the mean, min or max"
            )
        if not 0 < spread**2 < place * (1 - place):
            raise NoSuchDistributionError(
                f"a standard error of {se:g} is too large (or zero) for a mean of {mean:g} between {least:g} and {most:g}",
                f"it must be below {np.sqrt(place * (1 - place)) * (most - least):.3g}",
            )
        total = place * (1 - place) / spread**2 - 1
        return {"alpha": place * total, "beta": (1 - place) * total, "min": least, "max": most}

    def drawn(self, p: Parameters, streams: Sequence[np.random.Generator], count: int) -> Numbers:
        shapes = zip(streams, p["alpha"], p["beta"], strict=True)
        shares = np.stack([stream.beta(alpha, beta, count) for stream, alpha, beta in shapes])
        return np.asarray(p["min"][:, None] + (p["max"] - p["min"])[:, None] * shares)

    def means(self, p: Parameters) -> Numbers:
        return p["min"] + (p["max"] - p["min"]) * p["alpha"] / (p["alpha"] + p["beta"])

    def variances(self, p: Parameters) -> Numbers:
        a, b = p["alpha"], p["beta"]
        return np.asarray((p["max"] - p["min"]) ** 2 * a * b / ((a + b) ** 2 * (a + b + 1)))


class _OfRows(Distribution):
    """What shares out a whole: the numbers of a row vary around their values, and their sum stays.

    Source: N. L. Johnson, S. Kotz, N. Balakrishnan, Discrete Multivariate Distributions (1997), chapter 35 (multinomial), and
    S. Kotz, N. Balakrishnan, N. L. Johnson, Continuous Multivariate Distributions 1 (2000), chapter 49 (Dirichlet), for covariances.
    """

    is_of_rows = True

    def means(self, p: Parameters) -> Numbers:
        return p["value"]

    def variances(self, p: Parameters) -> Numbers:
        return np.diag(self.covariances(p))

    def support(self, p: Parameters) -> tuple[Numbers, Numbers]:
        return np.zeros(len(p["value"])), np.full(len(p["value"]), float(p["value"].sum()))

    def covariances(self, p: Parameters) -> Numbers:
        total = float(p["value"].sum())
        share = p["value"] / total
        return np.asarray((np.diag(share) - np.outer(share, share)) * self._size_of(total, p))

    def _size_of(self, total: float, p: Parameters) -> float:
        raise NotImplementedError


class Dirichlet(_OfRows):
    """Shares of a whole, as a sample of ``size`` tells them; its draws are gamma numbers divided by their sum."""

    name = "dirichlet"
    forms: ClassVar[tuple[Form, ...]] = (Form(("size",), ("over",)),)

    def drawn(self, p: Parameters, streams: Sequence[np.random.Generator], count: int) -> Numbers:
        values = p["value"]
        sizes = p["size"] * (values / values.sum())
        weights = np.stack([stream.standard_gamma(size, count) for stream, size in zip(streams, sizes, strict=True)])
        return np.asarray(weights / weights.sum(axis=0) * values.sum())

    def _size_of(self, total: float, p: Parameters) -> float:
        # `size` counts the sample behind the shares: in pieces or in shares, the row has the same relative spread.
        return total**2 / (float(p["size"][0]) + 1)


class Multinomial(_OfRows):
    """Counts of a sample, as a sample of the same size would give them."""

    name = "multinomial"
    forms: ClassVar[tuple[Form, ...]] = (Form((), ("over",)),)
    is_of_counts = True

    def drawn(self, p: Parameters, streams: Sequence[np.random.Generator], count: int) -> Numbers:
        values = p["value"]
        total = round(float(values.sum()))
        return streams[0].multinomial(total, values / values.sum(), count).T.astype(np.float64)

    def _size_of(self, total: float, p: Parameters) -> float:
        return total


#: Name -> distribution, in the order in which messages list them.
DISTRIBUTIONS: dict[str, Distribution] = {
    one.name: one for one in (Normal(), StudentT(), TruncatedNormal(), Lognormal(), Triangular(), Uniform(), Beta(), Dirichlet(), Multinomial())
}
