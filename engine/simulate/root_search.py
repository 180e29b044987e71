"""Where a number takes a wanted value: many values looked at, then closer, and what was found checked.

A change of sign may be a root, a jump (of ``floor``, of a case) or a pole; only what gives the wanted number is a root. A root without a
change of sign, where the number touches the wanted one, is looked for where it comes near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.simulate.normal import Numbers

Results = Callable[[Numbers], Numbers]
Bracket = tuple[float, float]
#: How near the wanted number, as a share of its size, a value must come.
WITHIN = 1e-9
#: Multiples of the present value that are looked at where there is no range.
REACH = 1e9
_POINTS, _ROUNDS, _MOST_DIPS = 65, 12, 64


@dataclass(frozen=True)
class Roots:
    """What was found.

    Attributes
    ----------
    values
        Values that give the wanted number, the nearest to the present one first.
    stretches
        Stretches of which every value that was looked at gives it.
    jumps
        Values at which it is passed over without being taken.
    low, high, looked
        From where to where was looked, and at how many values to begin with.
    least, most
        Of the numbers that were found there; NaN if there were none.
    """

    values: tuple[float, ...]
    stretches: tuple[Bracket, ...]
    jumps: tuple[float, ...]
    low: float
    high: float
    looked: int
    least: float
    most: float


def find_roots(results: Results, bounds: Bracket, present: float, wanted: float) -> Roots:
    """Look for every value that gives a wanted number.

    Parameters
    ----------
    results
        Returns the numbers that some values give, NaN where there is none. Shape: (value,).
    bounds
        Least and greatest value that can be; infinite where there is no limit.

    Examples
    --------
    >>> found = find_roots(lambda x: (x - 3) ** 2, (0.0, 10.0), 1.0, 4.0)
    >>> [round(x, 9) for x in found.values]
    [1.0, 5.0]
    >>> find_roots(lambda x: np.where(x > 3, 1.0, -1.0), (0.0, 10.0), 1.0, 0.0).values
    ()
    """
    search = _Search(results, wanted, present)
    values = search.with_edges(_grid(bounds, present))
    above = search.above(values)
    search.scale(above)
    # A stretch of the wanted number is a root wherever one looks; only its ends are kept.
    stretches = tuple((float(values[a]), float(values[b])) for a, b in _runs(above == 0.0) if b > a)
    roots = [float(values[a]) for a, b in _runs(above == 0.0) if b == a]
    for bracket in [*search.crossings(values, above), *search.beside(values, above)]:
        roots += search.closer(bracket)
    search.gaps(values, above)
    for bracket in _dips(values, above):
        roots += search.touching(bracket)
    outside = [root for root in roots if not any(low <= root <= high for low, high in stretches)]
    distinct = _distinct(sorted(outside), abs(float(values[-1] - values[0])))
    ordered = tuple(sorted(distinct, key=lambda root: (abs(root - present), root)))
    there = above[np.isfinite(above)] + wanted
    ends = (float(there.min()), float(there.max())) if len(there) else (float("nan"), float("nan"))
    return Roots(
        values=ordered, stretches=stretches, jumps=tuple(dict.fromkeys(search.jumps)), low=float(values[0]), high=float(values[-1]),
        looked=len(values), least=ends[0], most=ends[1],
    )  # fmt: skip


def _grid(bounds: Bracket, present: float) -> Numbers:
    """Return values to look at first: evenly between the bounds, by powers of ten from them, from nothing and from the present one."""
    size = abs(present) or 1.0
    low, high = max(bounds[0], -REACH * size), min(bounds[1], REACH * size)
    if low > high:
        return np.array([present])
    powers = 10.0 ** np.linspace(-9, 0, 91)
    wide = np.linspace(low, high, 401)
    around = present * np.linspace(0.0, 2.0, 201)
    scales = size * 10.0 ** np.linspace(-9, 9, 361)
    ends = np.concatenate([low + (high - low) * powers, high - (high - low) * powers])
    near = present + np.concatenate([-size * powers, size * powers])
    # Several rulers laid over each other: an answer may lie near the present value, near an end, at another order of magnitude, or
    # anywhere between. All are looked at in one batch, which costs less than a few steps one after the other.
    every = np.concatenate([wide, around, scales, -scales, ends, near, [present, 0.0]])
    return np.unique(every[(every >= low) & (every <= high)])


def _runs(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each run of yes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    yield from zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)


def _dips(values: Numbers, above: Numbers) -> list[Bracket]:
    """Return neighbourhoods in which the number comes near the wanted one without passing it, the nearest first."""
    size = np.where(np.isfinite(above), np.abs(above), np.inf)
    padded = np.concatenate([[np.inf], size, [np.inf]])
    before, after = padded[:-2], padded[2:]
    lowest = np.isfinite(size) & (size > 0) & (size <= before) & (size <= after) & ((size < before) | (size < after))
    found = sorted(np.flatnonzero(lowest).tolist(), key=lambda at: float(size[at]))[:_MOST_DIPS]
    return [(float(values[max(at - 1, 0)]), float(values[min(at + 1, len(values) - 1)])) for at in found]


def _distinct(ordered: list[float], width: float) -> list[float]:
    found: list[float] = []
    for root in ordered:
        if not found or root - found[-1] > max(1e-7 * abs(root), 1e-15 * width):
            found.append(root)
    return found


@dataclass
class _Search:
    results: Results
    wanted: float
    present: float

    def __post_init__(self) -> None:
        self.jumps: list[float] = []
        self.room = 0.0

    def above(self, values: Numbers) -> Numbers:
        """Return by how much the number is above the wanted one."""
        found = self.results(values) - self.wanted
        return np.where(np.isfinite(found), found, np.nan)

    def scale(self, above: Numbers) -> None:
        """Set what counts as the wanted number: a share of its size, or of that which the present value gives."""
        here = float(self.above(np.array([self.present]))[0]) + self.wanted
        sizes = [abs(self.wanted), abs(here) if np.isfinite(here) else 0.0]
        there = np.abs(above[np.isfinite(above)])
        self.room = WITHIN * (max(sizes) or (float(np.median(there)) if len(there) else 0.0))

    def with_edges(self, values: Numbers) -> Numbers:
        """Return values with the last ones that give a number, beside those that give none."""
        there = np.isfinite(self.above(values))
        further: list[float] = []
        for at in np.flatnonzero(there[:-1] != there[1:]).tolist():
            good, bad = (values[at], values[at + 1]) if there[at] else (values[at + 1], values[at])
            for _ in range(_ROUNDS):
                inner = np.linspace(good, bad, _POINTS)
                reached = np.isfinite(self.above(inner))
                last = int(np.argmin(reached)) - 1 if not reached.all() else len(inner) - 1
                further += inner[: last + 1].tolist()[-4:]
                if last < 0 or last + 1 >= len(inner) or (inner[last], inner[last + 1]) == (good, bad):
                    break
                good, bad = inner[last], inner[last + 1]
        return np.unique(np.concatenate([values, further]))

    def crossings(self, values: Numbers, above: Numbers) -> list[Bracket]:
        """Return neighbours between which the number passes the wanted one."""
        signs = np.sign(above)
        return [(float(values[at]), float(values[at + 1])) for at in np.flatnonzero(signs[:-1] * signs[1:] < 0)]

    def beside(self, values: Numbers, above: Numbers) -> list[Bracket]:
        """Return brackets right beside values that give the wanted number themselves, and hide a change of sign."""
        found: list[Bracket] = []
        steps = 10.0 ** np.linspace(-9, 0, 37)
        alone = [a for a, b in _runs(above == 0.0) if a == b][:_MOST_DIPS]
        for at, other in ((at, at + side) for at in alone for side in (-1, 1) if 0 <= at + side < len(values)):
            inner = np.unique(values[at] + (values[other] - values[at]) * steps)
            found += self.crossings(inner, self.above(inner))
        return found

    def gaps(self, values: Numbers, above: Numbers) -> None:
        """Note where the wanted number is passed over values that give none."""
        there = np.flatnonzero(np.isfinite(above))
        for low, high in zip(there[:-1].tolist(), there[1:].tolist(), strict=True):
            if high > low + 1 and above[low] * above[high] < 0:
                self.jumps.append(float(values[low] + values[high]) / 2)

    def closer(self, bracket: Bracket) -> list[float]:
        """Return the roots within a bracket; where there is none, the number jumps."""
        waiting, found = [(bracket, _ROUNDS)], []
        while waiting:
            (low, high), rounds = waiting.pop()
            inner = np.unique(np.linspace(low, high, _POINTS))
            above = self.above(inner)
            found += [float(inner[a]) for a, _ in _runs(above == 0.0)]
            passed = self.crossings(inner, above)
            # Each crossing is divided on; of a function that crosses everywhere (noise) what was found must do.
            if rounds > 1 and len(inner) > 2 and len(passed) < _MOST_DIPS:
                waiting += [(own, rounds - 1) for own in passed]
                if not passed and not (above == 0.0).any():  # it passes where it has no number
                    self.jumps.append(low + (high - low) / 2)
                continue
            for own in passed:
                found += self.settled(own)
        return found

    def settled(self, bracket: Bracket) -> list[float]:
        """Return the better end of a bracket that cannot be made closer, if it gives the wanted number."""
        ends = np.array(bracket)
        size = np.abs(self.above(ends))
        best = int(np.nanargmin(size))
        # Two neighbouring floats: the better one is the answer where the number is continuous; where it jumps neither is near.
        if size[best] <= self.room:
            return [float(ends[best])]
        self.jumps.append(float(ends[0]))
        return []

    def touching(self, bracket: Bracket) -> list[float]:
        """Return the roots where the number comes nearest."""
        low, high = bracket
        for _ in range(_ROUNDS):
            inner = np.unique(np.linspace(low, high, _POINTS))
            above = self.above(inner)
            passed = self.crossings(inner, above)
            if passed:
                return [root for own in passed for root in self.closer(own)]
            size = np.where(np.isfinite(above), np.abs(above), np.inf)
            best = int(np.argmin(size))
            if size[best] == 0.0 or len(inner) < 4:
                break
            low, high = float(inner[max(best - 1, 0)]), float(inner[min(best + 1, len(inner) - 1)])
        return [float(inner[best])] if size[best] <= self.room else []
