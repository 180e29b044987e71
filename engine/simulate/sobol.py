"""Shares of the variance: what an uncertain quantity accounts for by itself, and with all that it interacts with (Sobol indices)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.run.ranges import limits
from engine.run.run import Run
from engine.simulate.draws import CHUNK, DrawSource
from engine.simulate.normal import Numbers
from engine.simulate.simulation import used_by
from engine.simulate.support import check_support
from engine.simulate.uncertainty_file import Uncertainty
from equations.errors import Place


@dataclass(frozen=True)
class Share:
    """An estimated share of the variance with its standard error."""

    estimate: float
    error: float


@dataclass(frozen=True)
class Sobol:
    """Shares of the variance that an uncertain quantity accounts for.

    Attributes
    ----------
    first, total
        By itself, and with all that it interacts with, as they were estimated.
    """

    quantity: str
    first: Share
    total: Share

    @property
    def by_itself(self) -> float:
        """The first share as it is shown: no share is below nothing, and none by itself is above that in all."""
        return min(max(self.first.estimate, 0.0), self.total.estimate)


def shares(a: Numbers, b: Numbers, mixed: Numbers) -> tuple[Share, Share]:
    """Return the first and the total share of an input, from three runs over the same draws.

    Parameters
    ----------
    a, b
        Results of two independent sets of draws. Shape: (draw,).
    mixed
        Results of the first set with the input taken from the second. Shape: (draw,).

    Notes
    -----
    The first share is b (mixed - a), which is small where the input is, so that a small input does not drown in the others; the total is
    half the square of mixed - a. Errors are those of a ratio of means, to first order.

    Source: A. Saltelli et al. 2010, Computer Physics Communications 181:259-270, table 2 (b) and (f), after M. J. W. Jansen 1999, same
    journal 117:35-43.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((4, 4096))
    >>> one, other = draws[:2], draws[2:]
    >>> first, total = shares(3 * one[0] + one[1], 3 * other[0] + other[1], 3 * other[0] + one[1])
    >>> bool(abs(first.estimate - 0.9) < 4 * first.error), bool(abs(total.estimate - 0.9) < 4 * total.error)
    (True, True)
    """
    # The estimates do not hang on it, their errors do: around a mean of 10^6 squares would drown the differences.
    middle = float(np.concatenate([a, b]).mean())
    a, b, mixed = a - middle, b - middle, mixed - middle
    spread = (a**2 + b**2) / 2
    return _ratio(b * (mixed - a), spread), _ratio((mixed - a) ** 2 / 2, spread)


def _ratio(over: Numbers, under: Numbers) -> Share:
    variance = float(under.mean())
    estimate = float(over.mean()) / variance
    return Share(estimate, float((over - estimate * under).std()) / variance / len(over) ** 0.5)


@dataclass(frozen=True)
class Mixed:
    """Draws of one source, with some quantities taken from another (the radial design of Saltelli)."""

    own: DrawSource
    other: DrawSource
    taken: frozenset[str]

    @property
    def count(self) -> int:
        """The number of draws."""
        return self.own.count

    @property
    def first(self) -> int:
        """What the first draw is counted as."""
        return self.own.first

    def declared_at(self, quantity: str, place: int) -> Place | None:
        """Return where the distribution of a cell is declared."""
        return self.own.declared_at(quantity, place)

    @property
    def chunk(self) -> int | None:
        """How many draws are made together."""
        return CHUNK

    @property
    def moved(self) -> dict[int, dict[str, int]]:
        """Draws that left the range in which a cell can be."""
        return self.own.moved

    def part(self, start: int, stop: int) -> Mixed:
        """Return some of the draws."""
        return Mixed(self.own.part(start, stop), self.other.part(start, stop), self.taken)

    @property
    def template(self) -> Mapping[str, Numbers]:
        """What all draws share, and NaN where they differ."""
        return self.own.template

    def fill(self, start: int, stop: int, wanted: Mapping[str, NDArray[np.int64]], rows: Mapping[str, Numbers]) -> None:
        """Write some draws."""
        for source, chosen in ((self.own, False), (self.other, True)):
            names = [name for name in wanted if (name in self.taken) is chosen]
            if names:
                source.fill(start, stop, {n: wanted[n] for n in names}, {n: rows[n] for n in names})


def sobol(
    run: Run,
    numbers: dict[str, Numbers],
    uncertainty: Uncertainty,
    draws: int,
    seed: int,
    evaluated: Callable[[Mixed], Numbers],
) -> tuple[Sobol, ...]:
    """Return shares by quantity, the largest first; quantities tied by a correlation are moved together.

    Parameters
    ----------
    evaluated
        Returns the target of each draw of a source. Shape: (draw,).
    """
    known = {quantity: limits(run.methodology.quantity[quantity]) for quantity in numbers}
    used = used_by(numbers, uncertainty)
    check_support(used.variables, known)
    first, second = (DrawSource(used, numbers, known, one, draws) for one in (seed, seed + 1))
    names = list(dict.fromkeys(v.quantity for v in used.variables))
    # Two independent sets of draws, from two seeds; every further batch takes one quantity from the second and all else from the
    # first.
    a, b = (evaluated(Mixed(first, second, taken)) for taken in (frozenset[str](), frozenset(names)))
    if not names or float(np.concatenate([a, b]).var()) == 0.0:
        return ()
    found = []
    for together in _groups(names, used):
        found.append(Sobol(" + ".join(together), *shares(a, b, evaluated(Mixed(first, second, frozenset(together))))))
    return tuple(sorted(found, key=lambda s: (-s.total.estimate, s.quantity)))


def _groups(names: list[str], uncertainty: Uncertainty) -> list[list[str]]:
    """Return quantities, those that a correlation ties together as one."""
    groups = [[name] for name in names]
    for correlation in uncertainty.correlations:
        # A share of one alone means nothing where another must move with it.
        tied = {name.partition("[")[0] for name in correlation.names}
        joined = [group for group in groups if tied & set(group)]
        groups = [group for group in groups if not tied & set(group)] + [[name for group in joined for name in group]]
    return groups
