"""Candidates in the order of what they explain, slips with equal digits as one, and how rare such an agreement is by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.comparison import FOLLOWS, INPUT, PARTS, Beside
from engine.audit.desk.slip import Slip
from engine.audit.desk.statement import AGREES, CUT
from equations.records import record

Array = NDArray[np.float64]
#: Of one candidate, how many slips with equal digits are kept; of all, how many candidates.
MOST_SLIPS, MOST_CANDIDATES = 6, 10


@record(frozen=True)
class Candidate:
    """Slips that give the same digits, the likeliest first.

    Attributes
    ----------
    explained, contradicted
        Places, in the list of statements, of those that it gives and of those that agreed before and would not.
    by_chance
        How many of the slips that were tried would be expected to give these digits by chance.
    is_whole
        Whether every statement that parts where it was looked for is explained, and none contradicted.
    """

    slips: tuple[Slip, ...]
    more: int
    explained: tuple[int, ...]
    contradicted: tuple[int, ...]
    by_chance: float
    is_whole: bool

    @property
    def text(self) -> str:
        """The likeliest slip, for reading."""
        return self.slips[0].text


def ranked(tried: Sequence[tuple[Slip, Array]], comparisons: Sequence[Beside], before: Array, places: Sequence[int]) -> list[Candidate]:
    """Return the candidates that give at least one number which parts.

    Parameters
    ----------
    tried
        Slips with what every statement comes to. Shape of each: (statement,).
    before
        The same where nothing slips.
    places
        The statements that part where slips are looked for.
    """
    if not tried:
        return []
    numbers = np.array([own for _, own in tried])
    fits = np.array([_fits(one, numbers[:, at]) for at, one in enumerate(comparisons)]).T
    moves = ~np.isclose(numbers, before, rtol=1e-12, atol=0.0, equal_nan=True)
    differing = np.array([one.state in (PARTS, FOLLOWS, INPUT) for one in comparisons])
    agreeing = np.array([one.state in (AGREES, CUT) for one in comparisons])
    hits = np.flatnonzero(fits[:, list(places)].any(axis=1))
    groups: dict[tuple[int, ...], list[int]] = {}
    for hit in hits.tolist():
        groups.setdefault(_digits(numbers[hit], comparisons, fits[hit]), []).append(hit)
    found = []
    for members in groups.values():
        at = members[0]
        explained = tuple(int(x) for x in np.flatnonzero(fits[at] & differing & (moves[at] | _in(places, len(comparisons)))))
        contradicted = tuple(int(x) for x in np.flatnonzero(~fits[at] & agreeing & moves[at]))
        chance = min(_chance(numbers[:, x], comparisons[x], before[x]) for x in places if fits[at, x])
        slips = sorted((tried[x][0] for x in members), key=lambda slip: slip.order)
        whole = set(places) <= set(explained) and not contradicted
        found.append(Candidate(tuple(slips[:MOST_SLIPS]), max(0, len(slips) - MOST_SLIPS), explained, contradicted, chance, whole))
    found = [one for one in found if len(one.explained) > len(one.contradicted)]
    found.sort(key=lambda one: (len(one.contradicted) - len(one.explained), one.slips[0].kind != "rounding", one.by_chance, one.slips[0].order))
    return found[:MOST_CANDIDATES]


def _in(places: Sequence[int], count: int) -> NDArray[np.bool_]:
    found = np.zeros(count, bool)
    found[list(places)] = True
    return found


def _fits(one: Beside, numbers: Array) -> NDArray[np.bool_]:
    """Return which numbers print as what is stated, rounded or cut off."""
    statement = one.statement
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    noise = 1e-12 * np.maximum(np.abs(numbers), abs(statement.value))
    gap = np.abs(numbers - statement.value)
    cut = (gap < statement.step + noise) & (np.abs(numbers) > abs(statement.value))
    return (gap <= statement.half + one.room + noise) | cut


def _digits(numbers: Array, comparisons: Sequence[Beside], fits: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return what tells the digits of one slip from those of another: nothing where both print as stated."""
    steps = np.array([one.statement.step for one in comparisons])
    with np.errstate(all="ignore"):
        rounded = np.where(np.isfinite(numbers), np.round(numbers / steps), -1.0)
    return tuple(-(10**18) if fit else int(min(max(x, -1e17), 1e17)) for x, fit in zip(rounded, fits, strict=True))


def _chance(numbers: Array, one: Beside, before: float) -> float:
    """Return how many slips would give the stated digits by chance, from how densely their effects lie around what is to be explained."""
    wanted = one.statement.value - before
    if not np.isfinite(wanted) or wanted == 0:
        return np.inf
    share = (numbers - before) / wanted
    near = np.unique(np.round(share[np.isfinite(share) & (share > 0.5) & (share < 2.0)], 9))
    return float(max(len(near), 1) / (2 * np.log(2)) * min(1.0, one.statement.step / abs(wanted)))
