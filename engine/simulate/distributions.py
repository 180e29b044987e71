"""The distributions that an input can be declared to have, each from a mean with standard error or from a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.simulate.normal import Numbers, probability, quantile


@dataclass(frozen=True)
class Form:
    """One way to declare a distribution: the fields that it needs, and those that may stand beside them."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


_BY_SPREAD = (Form(("se",), ("mean",)), Form(("relative_se",), ("mean",)), Form(("low", "high"), ("level",)))
_CUT = tuple(Form((*form.needs, end), (*form.may, other)) for form in _BY_SPREAD for end, other in (("min", "max"), ("max", "min")))
_ENDS = ("min", "max")
#: Distribution -> the ways to declare it. A field that no way takes is refused: it would be said and not heard.
FORMS: dict[str, tuple[Form, ...]] = {
    "normal": _BY_SPREAD,
    "truncated_normal": _CUT,
    "lognormal": _BY_SPREAD,
    "triangular": (Form(_ENDS, ("mode",)),),
    "uniform": (Form(_ENDS),),
    "beta": (Form(("se",), ("mean", *_ENDS)), Form(("relative_se",), ("mean", *_ENDS)), Form(("alpha", "beta"), _ENDS)),
    "dirichlet": (Form(("size",), ("over",)),),
    "multinomial": (Form((), ("over",)),),
}
#: Distributions that are made from one normal number each, and so can be correlated.
FROM_NORMAL = frozenset({"normal", "truncated_normal", "lognormal", "triangular", "uniform"})
#: Distributions of a whole row at once; what a row is, the quantity says (:mod:`engine.simulate.shared_rows`).
OF_ROWS = frozenset({"dirichlet", "multinomial"})


class NoSuchDistributionError(ValueError):
    """A distribution that does not exist; ``remedy`` says what would."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Declared:
    """One declared distribution for one cell (or one row), in the quantity's unit.

    Attributes
    ----------
    parameters
        Of the sampling form: see :func:`from_fields`.
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
    return Declared(kind, _MAKERS[kind](mean, _spread(mean, fields), fields, level))


def _spread(mean: float, fields: Mapping[str, float]) -> float:
    """Return the standard error that was declared, NaN if there is none."""
    se = fields.get("se", fields["relative_se"] * abs(mean) if "relative_se" in fields else np.nan)
    if se < 0:
        raise NoSuchDistributionError(f"the standard error {se:g} is below zero", "give its size")
    return float(se)


def _half_width(level: float) -> float:
    return float(quantile(np.array([0.5 + level / 2]))[0])


def _normal(mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
    if "low" in fields:
        low, high = fields["low"], fields["high"]
        return {"mean": (low + high) / 2, "se": (high - low) / 2 / _half_width(level)}
    return {"mean": mean, "se": se}


def _truncated(mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
    found = _normal(mean, se, fields, level)
    found |= {"min": fields.get("min", -np.inf), "max": fields.get("max", np.inf)}
    if found["se"] > 0:
        ends = np.array([found["min"] - found["mean"], found["max"] - found["mean"]]) / found["se"]
        inside = float(np.diff(probability(ends))[0])
        if inside < 1e-9:
            raise NoSuchDistributionError(
                f"nothing of it lies between {found['min']:g} and {found['max']:g}", "widen the limits, or correct the mean"
            )
    return found


def _lognormal(mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
    if "low" in fields:
        if fields["low"] <= 0:
            raise NoSuchDistributionError(
                f"its range begins at {fields['low']:g}, and a lognormal number is above zero",
                "take a triangular or a truncated normal distribution, or a low end above zero",
            )
        low, high = np.log(fields["low"]), np.log(fields["high"])
        return {"log_mean": float(low + high) / 2, "log_se": float(high - low) / 2 / _half_width(level)}
    if mean <= 0:
        raise NoSuchDistributionError(f"its mean is {mean:g}, and a lognormal number is above zero", "take another distribution")
    log_se = float(np.sqrt(np.log1p((se / mean) ** 2)))
    return {"log_mean": float(np.log(mean)) - log_se**2 / 2, "log_se": log_se}


def _triangular(mean: float, _: float, fields: Mapping[str, float], __: float) -> dict[str, float]:
    mode = fields.get("mode", mean)
    if not fields["min"] <= mode <= fields["max"]:
        raise NoSuchDistributionError(
            f"its mode {mode:g} does not lie between {fields['min']:g} and {fields['max']:g}", "correct min, max or mode"
        )
    return {"min": fields["min"], "mode": mode, "max": fields["max"]}


def _uniform(_: float, __: float, fields: Mapping[str, float], ___: float) -> dict[str, float]:
    return {"min": fields["min"], "max": fields["max"]}


def _beta(mean: float, se: float, fields: Mapping[str, float], _: float) -> dict[str, float]:
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


_MAKERS: dict[str, Callable[[float, float, Mapping[str, float], float], dict[str, float]]] = {
    "normal": _normal, "truncated_normal": _truncated, "lognormal": _lognormal, "triangular": _triangular, "uniform": _uniform,
    "beta": _beta,
}  # fmt: skip


# -- from standard normal numbers


def from_normal(kind: str, normal: Numbers, parameters: Mapping[str, Numbers]) -> Numbers:
    """Turn standard normal numbers into numbers of a distribution.

    Parameters
    ----------
    normal
        Shape: (cell, draw).
    parameters
        Shape of each: (cell, 1).
    """
    if kind == "normal":
        return parameters["mean"] + parameters["se"] * normal
    if kind == "lognormal":
        return np.exp(parameters["log_mean"] + parameters["log_se"] * normal)
    share = probability(normal)
    if kind == "uniform":
        return parameters["min"] + (parameters["max"] - parameters["min"]) * share
    if kind == "triangular":
        return _of_triangle(share, parameters["min"], parameters["mode"], parameters["max"])
    # Without a spread any scale will do: every draw is the mean.
    scale = np.where(parameters["se"] > 0, parameters["se"], 1.0)
    ends = [probability((parameters[end] - parameters["mean"]) / scale) for end in ("min", "max")]
    inner = np.clip(ends[0] + (ends[1] - ends[0]) * share, 1e-300, 1 - 1e-16)
    return np.clip(parameters["mean"] + parameters["se"] * quantile(inner), parameters["min"], parameters["max"])


def _of_triangle(share: Numbers, least: Numbers, mode: Numbers, most: Numbers) -> Numbers:
    width = most - least
    rising = least + np.sqrt(share * width * (mode - least))
    falling = most - np.sqrt((1 - share) * width * (most - mode))
    return np.where(share * width < mode - least, rising, falling)
