"""Cross-checks on a run: every pair of numbers that is held against each other, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.audit.desk.statement import Cell, StatedNumber
from engine.plan.cells import EXCLUDED, PRESENT
from engine.run.run import Run
from equations.errors import listed
from equations.model.cell_labels import written_cell
from equations.model.cross_check import ALONG, AT_LEAST, AT_MOST, EQUALS, HIGHER, LOWER, PARTS, WITH, CrossCheck, open_axes
from equations.records import record

_NOISE = 1e-9


@record(frozen=True)
class Pair:
    """A number of the calculation and what it is held against.

    Attributes
    ----------
    cells
        Of the quantity; of several cells their sum is meant.
    ours, other
        In the unit of the quantity.
    against
        What ``other`` is, for reading.
    missing
        Why there is no other number; empty where there is one.
    """

    shown: str
    cells: tuple[Cell, ...]
    ours: float
    other: float
    against: str
    missing: str = ""


def pairs(run: Run, check: CrossCheck, stated: Sequence[StatedNumber] = ()) -> Iterator[Pair]:
    """Yield all pairs of a cross-check, in the order of the members.

    Parameters
    ----------
    stated
        The numbers of a second source that stand in the cross-check itself.
    """
    if stated:
        yield from (Pair(one.shown, one.cells, _sum(run, one.quantity, one.cells), one.value, _source(one)) for one in stated)
        yield from _unstated(run, check, stated)
        return
    if lacking := [id_ for id_ in (check.of, *check.others) if id_ not in run.values.arrays]:
        yield Pair(check.of, (), np.nan, np.nan, check.right, f"this run does not have {listed(lacking)}")
        return
    yield from _neighbours(run, check) if check.compare == ALONG else _beside(run, check)


def holds(check: CrossCheck, pair: Pair) -> bool:
    """Whether a pair is as it must be, whichever counts."""
    a, b = pair.ours, pair.other
    noise = _NOISE * max(abs(a), abs(b))
    if check.compare == AT_MOST:
        return a <= b + noise
    if check.compare == AT_LEAST:
        return a >= b - noise
    if check.compare == ALONG:
        steady = check.growth is None or abs(a - b) <= float(check.growth) * abs(b) + noise
        return steady and not (check.never == "falls" and a < b - noise) and not (check.never == "rises" and a > b + noise)
    if check.compare == WITH and check.within is None and check.room is None:
        return True
    room = float(check.within) * abs(b) if check.within is not None else float(check.room or 0)
    return abs(a - b) <= room + noise


def is_the_one_that_counts(check: CrossCheck, pair: Pair) -> bool:
    """Whether the number of the calculation is the one of the two that counts."""
    noise = _NOISE * max(abs(pair.ours), abs(pair.other))
    return not (check.use == LOWER and pair.ours > pair.other + noise) and not (check.use == HIGHER and pair.ours < pair.other - noise)


def as_other(run: Run, check: CrossCheck, broken: Sequence[Pair]) -> dict[Cell, float]:
    """Return the cells of pairs with what they would be, were they the other number; of a sum each cell keeps its part."""
    array, found = run.values.arrays[check.of], dict[Cell, float]()
    for pair in broken:
        other = _bound(check, pair)
        for cell in pair.cells:
            own = float(array[cell])
            found[cell] = other if len(pair.cells) == 1 else own * other / pair.ours if pair.ours else other / len(pair.cells)
    return found


def _bound(check: CrossCheck, pair: Pair) -> float:
    """Return the nearest number that would hold: the end of what neighbours may differ by, else the other number itself."""
    if check.compare != ALONG or check.growth is None:
        return pair.other
    reach = float(check.growth) * abs(pair.other)
    low = pair.other if check.never == "falls" else pair.other - reach
    high = pair.other if check.never == "rises" else pair.other + reach
    return min(max(pair.ours, low), high)


# -- pairs


def _unstated(run: Run, check: CrossCheck, stated: Sequence[StatedNumber]) -> Iterator[Pair]:
    """Yield what the run has and a second source says nothing of."""
    said = {cell for one in stated for cell in one.cells}
    for place, cells in _groups(run, check.of, check.sum_over).items():
        if said.isdisjoint(cells):
            yield Pair(_shown(run, check, place), cells, _sum(run, check.of, cells), np.nan, check.right, f"{check.right} has no number there")


def _beside(run: Run, check: CrossCheck) -> Iterator[Pair]:
    axes = open_axes(run.methodology.quantity[check.of], check.sum_over)
    of = run.methodology.quantity
    scale = {id_: float(of[id_].unit.scale / of[check.of].unit.scale) for id_ in check.others}
    others = [(id_, open_axes(run.methodology.quantity[id_], check.sum_over), _groups(run, id_, check.sum_over)) for id_ in check.others]
    for place, cells in _groups(run, check.of, check.sum_over).items():
        here = dict(zip(axes, place, strict=True))
        shown, ours = _shown(run, check, place), _sum(run, check.of, cells)
        sides = [(id_, groups.get(tuple(here[name] for name in own))) for id_, own, groups in others]
        absent = [id_ for id_, found in sides if found is None]
        other = sum(_sum(run, id_, found) * scale[id_] for id_, found in sides if found) if sides else float(check.number or 0)
        missing = f"{listed(absent)} has no number there" if absent else "" if np.isfinite(ours) and np.isfinite(other) else "one side is no number"
        yield Pair(shown, cells, ours, other, check.right, missing)


def _neighbours(run: Run, check: CrossCheck) -> Iterator[Pair]:
    quantity = run.methodology.quantity[check.of]
    axes = open_axes(quantity, check.sum_over)
    at, members = axes.index(check.along), run.setting.members[quantity.indices[quantity.axis_names.index(check.along)]]
    groups = _groups(run, check.of, check.sum_over)
    for place, cells in groups.items():
        before = (*place[:at], place[at] - 1, *place[at + 1 :])
        if place[at] == 0:
            continue
        ours, shown = _sum(run, check.of, cells), _shown(run, check, place)
        if before in groups:
            yield Pair(shown, cells, ours, _sum(run, check.of, groups[before]), f"{members[place[at] - 1]} before it")
        else:
            yield Pair(shown, cells, ours, np.nan, "its neighbour", f"{members[place[at] - 1]} has no number")


def _groups(run: Run, id_: str, sum_over: Sequence[str]) -> dict[tuple[int, ...], tuple[Cell, ...]]:
    """Return the cells of a quantity that a run has, by their places on the axes over which is not added."""
    names, states = run.methodology.quantity[id_].axis_names, run.values.states[id_]
    kept = [at for at, name in enumerate(names) if name not in sum_over]
    found: dict[tuple[int, ...], list[Cell]] = {}
    for cell in np.argwhere((states == PRESENT) | (states == EXCLUDED)) if states.ndim else [()] if states[()] in (PRESENT, EXCLUDED) else []:
        own = tuple(int(at) for at in cell)
        found.setdefault(tuple(own[at] for at in kept), []).append(own)
    return {place: tuple(cells) for place, cells in found.items()}


def _sum(run: Run, id_: str, cells: Sequence[Cell]) -> float:
    array = run.values.arrays[id_]
    return float(np.add.accumulate([array[cell] for cell in cells])[-1])


def _shown(run: Run, check: CrossCheck, place: tuple[int, ...]) -> str:
    """Return what a number is called: ``EG[2019]``; an axis over which is added shows as ``*``."""
    quantity, places = run.methodology.quantity[check.of], iter(place)
    labels = [None if name in check.sum_over else run.setting.members[axis][next(places)]
              for name, axis in zip(quantity.axis_names, quantity.indices, strict=True)]  # fmt: skip
    return written_cell(check.of, labels)


def _source(one: StatedNumber) -> str:
    return one.kind + (f", {one.where}" if one.where else "")


#: What the comparisons are called where one does not hold.
NOT: dict[str, str] = {WITH: "does not agree with", AT_MOST: "is above", AT_LEAST: "is below", EQUALS: "is not", PARTS: "is not the sum of",
                       ALONG: "breaks with"}  # fmt: skip
