"""What can and cannot be said from so many draws: ends of intervals that rest on a handful of them, shares that no variance has."""

from __future__ import annotations

from collections.abc import Iterable

from engine.simulate.sobol import Sobol
from engine.simulate.statistics import Summary

#: So many draws beyond an end of an interval are few: its place then has an error of a third of the distance to its neighbours and more.
_FEW_BEYOND = 10


def few_draws(summary: Summary) -> str:
    """Say that an interval rests on few draws, or nothing where it does not."""
    level = summary.intervals[0].level
    beyond = summary.draws * (1 - level) / 2
    if beyond >= _FEW_BEYOND:
        return ""
    count = "fewer than one" if beyond < 1 else f"about {beyond:.0f}"
    return f"Few draws: {count} beyond each end of the {level * 100:g} % interval; its ends are rough."


def impossible_shares(found: Iterable[Sobol], draws: int) -> list[str]:
    """Say which estimated shares of the variance no variance can have.

    A share in all is shown as it was estimated, so one above 1 is always said. A share by itself is shown as the nearest one that can be;
    what it was estimated as is said where its error does not explain it.
    """
    said = []
    for one in found:
        first, total = one.first, one.total
        faults = [f"in all {total.estimate:.3f}, which is above the whole variance"] if total.estimate > 1 else []
        if first.estimate < -first.error:
            faults.append(f"by itself {first.estimate:.3f}, which is below nothing")
        elif first.estimate > total.estimate + (first.error**2 + total.error**2) ** 0.5:
            faults.append(f"by itself {first.estimate:.3f}, which is above its share in all")
        said += [f"{one.quantity} is estimated as {fault}: {draws:,} draws are too few, take more (--draws)" for fault in faults]
    return said
