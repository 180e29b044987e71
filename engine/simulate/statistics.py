"""What the draws of one number say: its middle, its spread, its intervals, and how sure the simulation is of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.simulate.normal import LARGEST, Numbers
from equations.errors import InputError

_STEPS = 8


@dataclass(frozen=True)
class Interval:
    """The middle share of the draws.

    Attributes
    ----------
    level
        Share of the draws within.
    low_error, high_error
        Monte Carlo standard errors of the two ends: what another seed would move.
    """

    level: float
    low: float
    high: float
    low_error: float
    high_error: float

    @property
    def half_width(self) -> float:
        """Half of its width."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Summary:
    """Statistics of one number over all draws.

    Attributes
    ----------
    single
        What a single run gives, with every input at its own value.
    se
        Standard deviation over the draws: the standard error of the number.
    mean_error
        Monte Carlo standard error of the mean.
    convergence
        Draws -> half-width of the first interval over the first so many draws.
    """

    name: str
    unit: str
    draws: int
    single: float
    mean: float
    median: float
    se: float
    skew: float
    mean_error: float
    intervals: tuple[Interval, ...]
    convergence: tuple[tuple[int, float], ...]

    def interval(self, level: float) -> Interval:
        """Return the interval at one of the levels."""
        return next(i for i in self.intervals if abs(i.level - level) < 1e-12)

    @property
    def relative_error(self) -> float:
        """Monte Carlo error of the first interval's half-width, relative to the half-width."""
        first = self.intervals[0]
        return float(np.hypot(first.low_error, first.high_error)) / 2 / first.half_width if first.half_width > 0 else 0.0


def summarise(name: str, unit: str, draws: Numbers, single: float, levels: Sequence[float]) -> Summary:
    """Summarise the draws of one number.

    Parameters
    ----------
    draws
        Shape: (draw,).
    levels
        Shares of the draws that the intervals hold; the first is the one whose convergence is followed.

    Raises
    ------
    InputError
        V603 for draws so large that their variance has no finite value.
    """
    ordered = np.sort(draws)
    if max(-ordered[0], ordered[-1]) > LARGEST:
        raise InputError("V603", f"the draws of {name} are too large to be summed up", why=f"they lie from {ordered[0]:g} to {ordered[-1]:g}",
                         remedy="look at the numbers and distributions that were given")  # fmt: skip
    mean = float(draws.mean()) if ordered[0] != ordered[-1] else float(ordered[0])
    centred = draws - mean
    variance = float((centred**2).sum() / max(len(draws) - 1, 1))
    se = variance**0.5
    skew = float((centred**3).mean()) / variance**1.5 if variance > 0 else 0.0
    return Summary(
        name=name,
        unit=unit,
        draws=len(draws),
        single=single,
        mean=mean,
        median=float(_quantile(ordered, 0.5)),
        se=se,
        skew=skew,
        mean_error=se / len(draws) ** 0.5,
        intervals=tuple(_interval(ordered, level) for level in levels),
        convergence=_convergence(draws, levels[0]),
    )


def _quantile(ordered: Numbers, share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def _interval(ordered: Numbers, level: float) -> Interval:
    low, high = (1 - level) / 2, (1 + level) / 2
    return Interval(level, _quantile(ordered, low), _quantile(ordered, high), _error(ordered, low), _error(ordered, high))


def _error(ordered: Numbers, share: float) -> float:
    """Return the Monte Carlo error of a quantile: half the distance of the order statistics one standard deviation either side."""
    spread = (share * (1 - share) / len(ordered)) ** 0.5
    return (_quantile(ordered, min(share + spread, 1.0)) - _quantile(ordered, max(share - spread, 0.0))) / 2


def _convergence(draws: Numbers, level: float) -> tuple[tuple[int, float], ...]:
    counts = sorted({len(draws) >> step for step in range(_STEPS) if len(draws) >> step >= 100})
    return tuple((count, _interval(np.sort(draws[:count]), level).half_width) for count in counts)
