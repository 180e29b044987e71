"""Between which two numbers each cell of a program lies while inputs move over ranges, and between which its derivatives.

Interval arithmetic (R. E. Moore, Interval Analysis, Prentice-Hall 1966) on cells, forwards for the numbers and backwards, by the chain rule, for the
derivatives. What comes out holds for every point of the ranges; it may be wider than what is true, never narrower but for the last bit of a float.
A derivative here tells a direction: where a function jumps upwards it is "from 0 to infinity", so rounding and conditions have one too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.batch.program import MATRIX, Cells, Group, Numbers, Program
from engine.run.arithmetic.comparisons import equal, less, less_equal
from engine.run.functions import FUNCTIONS, REDUCTIONS

INFINITY = float("inf")
Marks = NDArray[np.bool_]
_LN10 = float(np.log(10))
#: Functions that give a whole number near to what they take.
_ROUNDING = tuple(name for name, meaning in FUNCTIONS.items() if meaning.exactly is not None)
#: Comparison -> what it compares; and what tells a cell from others.
Compared = tuple[Mapping[int, frozenset[object]], Callable[[int], object]]


class Bounds(NamedTuple):
    """Two ends. Shape of each: (cells,)."""

    low: Numbers
    high: Numbers

    def at(self, cells: Cells) -> Bounds:
        """Return those of some cells."""
        return Bounds(self.low[cells], self.high[cells])


def constant(low: float, high: float, like: Numbers) -> Bounds:
    """Return the same two ends for every cell."""
    return Bounds(np.full(like.shape, low), np.full(like.shape, high))


def _ends(*parts: Numbers) -> Bounds:
    """Return the least and the greatest of some numbers, each cell for itself; what is no number may be anything."""
    together = np.stack(np.broadcast_arrays(*parts)).astype(float)
    unknown = np.isnan(together).any(axis=0)
    return Bounds(np.where(unknown, -INFINITY, together.min(axis=0)), np.where(unknown, INFINITY, together.max(axis=0)))


def _product(x: Numbers, y: Numbers) -> Numbers:
    """Return products in which zero times anything is zero: an end of a range is a limit, not a number that is reached."""
    # IEEE says that 0 times infinity is no number; here infinity is "as large as one likes", and zero times that stays zero.
    return np.where((x == 0) | (y == 0), 0.0, x * y)


def times(x: Bounds, y: Bounds) -> Bounds:
    """Return the bounds of products."""
    # A product is linear in each factor, so its least and greatest stand at corners: four are enough, whatever the signs.
    return _ends(*(_product(a, b) for a in x for b in y))


def _plus(x: Bounds, y: Bounds) -> Bounds:
    return Bounds(np.nan_to_num(x.low + y.low, nan=-INFINITY, posinf=INFINITY, neginf=-INFINITY),
                  np.nan_to_num(x.high + y.high, nan=INFINITY, posinf=INFINITY, neginf=-INFINITY))  # fmt: skip


def _minus(x: Bounds) -> Bounds:
    return Bounds(-x.high, -x.low)


def _inverse(y: Bounds) -> Bounds:
    """Return the bounds of 1 / y; a divisor of zero gives no result, so an end at zero is left out."""
    # Across zero 1 / y runs to both infinities, and nothing is known of it.
    crosses = (y.low < 0) & (y.high > 0)
    low = np.where(y.high == 0, -INFINITY, 1 / np.where(y.high == 0, 1.0, y.high))
    high = np.where(y.low == 0, INFINITY, 1 / np.where(y.low == 0, 1.0, y.low))
    return Bounds(np.where(crosses, -INFINITY, low), np.where(crosses, INFINITY, high))


def _power(x: Bounds, y: Bounds) -> Bounds:
    found = _ends(*(np.power(a, b) for a in x for b in y))
    # Corners do not do for a power: x^2 from -1 to 1 has its least number inside. Known are bases not below zero, and whole
    # exponents that nobody moves; of anything else nothing is said.
    even = (y.low == y.high) & (y.low % 2 == 0)
    below = np.where(even & (x.low < 0) & (x.high > 0), 0.0, found.low)
    odd = (y.low == y.high) & (y.low % 2 == 1)
    known = (x.low >= 0) | (y.low == y.high) & (y.low >= 0) & (even | odd)
    return Bounds(np.where(known, below, -INFINITY), np.where(known, found.high, INFINITY))


def _rising(function: Callable[[Numbers], Numbers]) -> Callable[[Bounds], Bounds]:
    """Return the rule of a function that never falls."""
    return lambda x: _ends(function(x.low), function(x.high))


def _absolute(x: Bounds) -> Bounds:
    return Bounds(np.maximum(np.maximum(x.low, -x.high), 0.0), np.maximum(np.abs(x.low), np.abs(x.high)))


def _quantile(p: Bounds, df: Bounds) -> Bounds:
    # Only the sign: it tells on which side of a mean a bound lies, which is all that the direction of an input needs.
    return Bounds(np.where(p.low >= 1 / 2, 0.0, -INFINITY), np.where(p.high <= 1 / 2, 0.0, INFINITY))


def _truth(always: Marks, never: Marks) -> Bounds:
    """Return the bounds of what is 1 or 0: a condition, or the slope of a choice with respect to what it may take."""
    return Bounds(always.astype(float), 1.0 - never.astype(float))


# Comparisons are those of a run, in which numbers that differ by rounding are equal (engine.run.arithmetic.comparisons). With one number moved
# towards another the gap falls faster than the share of it that rounding may be, so the ends that lie nearest and farthest decide for all.


def _less(x: Bounds, y: Bounds) -> Bounds:
    return _truth(less(x.high, y.low), ~less(x.low, y.high))


def _less_equal(x: Bounds, y: Bounds) -> Bounds:
    return _truth(less_equal(x.high, y.low), ~less_equal(x.low, y.high))


def _equal(x: Bounds, y: Bounds) -> Bounds:
    return _truth(equal(x.low, y.high) & equal(x.high, y.low), less(x.high, y.low) | less(y.high, x.low))


def _not(x: Bounds) -> Bounds:
    return Bounds(1.0 - x.high, 1.0 - x.low)


def _where(c: Bounds, x: Bounds, y: Bounds) -> Bounds:
    # Undecided, it may be either.
    low = np.where(c.low > 0, x.low, np.where(c.high == 0, y.low, np.minimum(x.low, y.low)))
    return Bounds(low, np.where(c.low > 0, x.high, np.where(c.high == 0, y.high, np.maximum(x.high, y.high))))


def _least(x: Bounds, y: Bounds) -> Bounds:
    return Bounds(np.minimum(x.low, y.low), np.minimum(x.high, y.high))


def _greatest(x: Bounds, y: Bounds) -> Bounds:
    return Bounds(np.maximum(x.low, y.low), np.maximum(x.high, y.high))


def _whole(x: Bounds) -> Bounds:
    """Return the bounds of a number that is rounded in any way."""
    return Bounds(np.floor(x.low), np.ceil(x.high))


#: Operation -> the bounds of its result, from those of its operands.
NUMBERS: dict[str, Callable[..., Bounds]] = {
    "add": _plus, "sub": lambda x, y: _plus(x, _minus(y)), "mul": times, "div": lambda x, y: times(x, _inverse(y)), "power": _power,
    "neg": _minus, "lt": _less, "le": _less_equal, "gt": lambda x, y: _less(y, x), "ge": lambda x, y: _less_equal(y, x),
    "eq": _equal, "ne": lambda x, y: _not(_equal(x, y)), "and": _least, "or": _greatest, "not": _not, "where": _where,
    "max": _greatest, "min": _least, "pos": _rising(lambda x: np.maximum(x, 0.0)), "abs": _absolute,
    "sqrt": _rising(lambda x: np.sqrt(np.maximum(x, 0.0))), "exp": _rising(np.exp), "ln": _rising(lambda x: np.log(np.maximum(x, 0.0))),
    "log10": _rising(lambda x: np.log10(np.maximum(x, 0.0))), "quantile_t": _quantile,
    **dict.fromkeys(_ROUNDING, _whole),
}  # fmt: skip


# -- derivatives


def _flat(x: Numbers) -> Bounds:
    return constant(0.0, 0.0, x)


def _jump(up: bool, result: Bounds) -> Bounds:
    """Return the slope of what can only jump, upwards or downwards; nothing where it is decided."""
    end = np.where(result.low == result.high, 0.0, INFINITY)
    return Bounds(np.zeros_like(end), end) if up else Bounds(-end, np.zeros_like(end))


def _compared(up: bool) -> Callable[..., tuple[Bounds, ...]]:
    """Return the slopes of a comparison that becomes true as the first operand rises, or as it falls."""
    return lambda result, x, y: (_jump(up, result), _jump(not up, result))


def _either_jump(result: Bounds, *parts: Bounds) -> tuple[Bounds, ...]:
    end = np.where(result.low == result.high, 0.0, INFINITY)
    return tuple(Bounds(-end, end) for _ in parts)


def _all_up(result: Bounds, *parts: Bounds) -> tuple[Bounds, ...]:
    return tuple(_jump(True, result) for _ in parts)


def _of_where(result: Bounds, c: Bounds, x: Bounds, y: Bounds) -> tuple[Bounds, ...]:
    return _plus(x, _minus(y)), _truth(c.low > 0, c.high == 0), _truth(c.high == 0, c.low > 0)


def _of_greatest(result: Bounds, x: Bounds, y: Bounds) -> tuple[Bounds, ...]:
    return _truth(x.low >= y.high, x.high < y.low), _truth(x.high < y.low, x.low >= y.high)


def _of_least(result: Bounds, x: Bounds, y: Bounds) -> tuple[Bounds, ...]:
    return _truth(x.high <= y.low, x.low > y.high), _truth(x.low > y.high, x.high <= y.low)


def _of_power(result: Bounds, x: Bounds, y: Bounds) -> tuple[Bounds, ...]:
    # d(x^y)/dx = y x^(y-1), and d(x^y)/dy = x^y ln x, which counts only where somebody moves the exponent.
    one_less = _plus(y, constant(-1.0, -1.0, x.low))
    of_base = times(y, _power(x, one_less))
    logarithm = NUMBERS["ln"](x)
    unmoved = y.low == y.high
    of_exponent = times(result, logarithm)
    return of_base, Bounds(np.where(unmoved, 0.0, of_exponent.low), np.where(unmoved, 0.0, of_exponent.high))


def _of_quantile(result: Bounds, p: Bounds, df: Bounds) -> tuple[Bounds, ...]:
    up, down = np.where(p.high <= 1 / 2, 0.0, -INFINITY), np.where(p.low >= 1 / 2, 0.0, INFINITY)
    return constant(0.0, INFINITY, p.low), Bounds(up, down)


def _of_absolute(result: Bounds, x: Bounds) -> tuple[Bounds, ...]:
    return (Bounds(np.where(x.low >= 0, 1.0, -1.0), np.where(x.high <= 0, -1.0, 1.0)),)


#: Operation -> the bounds of its derivative with respect to each operand, from those of its result and of its operands.
SLOPES: dict[str, Callable[..., tuple[Bounds, ...]]] = {
    "add": lambda r, x, y: (constant(1.0, 1.0, x.low), constant(1.0, 1.0, x.low)),
    "sub": lambda r, x, y: (constant(1.0, 1.0, x.low), constant(-1.0, -1.0, x.low)),
    "mul": lambda r, x, y: (y, x),
    "div": lambda r, x, y: (_inverse(y), _minus(times(x, _power(_absolute(_inverse(y)), constant(2.0, 2.0, y.low))))),
    "power": _of_power, "neg": lambda r, x: (constant(-1.0, -1.0, x.low),),
    "lt": _compared(False), "le": _compared(False), "gt": _compared(True), "ge": _compared(True), "eq": _either_jump, "ne": _either_jump,
    "and": _all_up, "or": _all_up, "not": lambda r, x: (_jump(False, r),), "where": _of_where,
    "max": _of_greatest, "min": _of_least, "pos": lambda r, x: (_truth(x.low > 0, x.high <= 0),), "abs": _of_absolute,
    "sqrt": lambda r, x: (times(constant(0.5, 0.5, x.low), _inverse(r)),), "exp": lambda r, x: (r,),
    "ln": lambda r, x: (_inverse(_least_zero(x)),), "log10": lambda r, x: (_inverse(times(_least_zero(x), constant(_LN10, _LN10, x.low))),),
    "quantile_t": _of_quantile,
    **dict.fromkeys(_ROUNDING, _all_up),
}  # fmt: skip


def _least_zero(x: Bounds) -> Bounds:
    """Return the part of a range on which a logarithm is a number."""
    return Bounds(np.maximum(x.low, 0.0), np.maximum(x.high, 0.0))


# -- along runs


def _of_runs(op: str, x: Bounds, starts: Cells) -> Bounds:
    """Return the bounds of each run of a reduction."""
    if op == "Product":
        # Unlike a sum, whose ends are the sums of the ends, a product must look at corners factor by factor.
        pieces = [[x.at(np.array([at])) for at in range(a, b)] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
        found = [_folded(piece) for piece in pieces]
        return Bounds(np.concatenate([one.low for one in found]), np.concatenate([one.high for one in found]))
    fold = {"Sum": np.add, "Max": np.maximum, "Min": np.minimum, "All": np.minimum, "Any": np.maximum}[op]
    low, high = (fold.reduceat(end, starts[:-1]) for end in x)
    return Bounds(np.where(np.isnan(low), -INFINITY, low), np.where(np.isnan(high), INFINITY, high))


def _folded(parts: list[Bounds]) -> Bounds:
    found = parts[0]
    for one in parts[1:]:
        found = times(found, one)
    return found


def _slopes_of_runs(op: str, result: Bounds, x: Bounds, starts: Cells) -> Bounds:
    lengths = np.diff(starts)
    if op == "Sum":
        return constant(1.0, 1.0, x.low)
    if op in ("Max", "Min"):
        return constant(0.0, 1.0, x.low)
    if op in ("All", "Any"):
        up = _jump(True, result)
        return Bounds(np.repeat(up.low, lengths), np.repeat(up.high, lengths))
    # The slope of a product is the product of the other factors: not below zero if none of them is.
    rising = np.repeat(np.logical_and.reduceat(x.low >= 0, starts[:-1]), lengths)
    return Bounds(np.where(rising, 0.0, -INFINITY), np.full(x.low.shape, INFINITY))


# -- a program


def bounds_of(program: Program, inputs: Mapping[str, Bounds], known: Mapping[int, tuple[float, float]] | None = None) -> Bounds:
    """Return between which two numbers each cell lies. Shape of each end: (cells,).

    Parameters
    ----------
    inputs
        Input -> the ends between which each of its cells moves, counted through its array.
    known
        Cell -> the range in which it lies for certain, since a run with another number is refused.
    """
    found = Bounds(np.full(program.size, -INFINITY), np.full(program.size, INFINITY))
    narrow = np.array(sorted(known or ()), np.int64)
    ends = np.array([(known or {})[cell] for cell in narrow.tolist()]).reshape(-1, 2)
    with np.errstate(all="ignore"):
        for group in program.groups:
            own = _of_group(group, found, inputs)
            first, last = np.searchsorted(narrow, (group.first, group.first + group.size))
            at = narrow[first:last] - group.first
            # Before later groups read them: one narrow cell keeps everything behind it narrow.
            own.low[at], own.high[at] = np.maximum(own.low[at], ends[first:last, 0]), np.minimum(own.high[at], ends[first:last, 1])
            found.low[group.cells], found.high[group.cells] = own
    return found


def _of_group(group: Group, found: Bounds, inputs: Mapping[str, Bounds]) -> Bounds:
    if group.op == "input":
        assert group.places is not None
        return inputs[group.name].at(group.places)
    if group.op == "const":
        assert group.values is not None
        return Bounds(group.values.astype(float), group.values.astype(float))
    parts = [found.at(cells) for cells in group.operands]
    if group.op in MATRIX:
        return Bounds(np.full(group.size, -INFINITY), np.full(group.size, INFINITY))
    if group.op in REDUCTIONS:
        assert group.starts is not None
        return _of_runs(group.op, parts[0], group.starts)
    own = NUMBERS[group.op](*parts)
    return Bounds(np.array(own.low, float), np.array(own.high, float))


def slope_bounds(program: Program, bounds: Bounds, of: Cells) -> Iterator[tuple[Group, Bounds, list[Bounds]]]:
    """Yield, from the last group to the first, between which numbers the derivatives of a sum of cells lie.

    Parameters
    ----------
    bounds
        Of every cell, as :func:`bounds_of` gives them.
    of
        The cells that are summed.

    Yields
    ------
    tuple
        A group, the derivatives with respect to its own cells, and what each of its operands takes on from it.
    """
    moved = Bounds(np.zeros(program.size), np.zeros(program.size))
    for end in moved:
        np.add.at(end, of, 1.0)
    compared = _compared_cells(program)
    with np.errstate(all="ignore"):
        for group in reversed(program.groups):
            own = moved.at(group.cells)
            parts = _parts(group, bounds, own, compared) if own.low.any() or own.high.any() else []
            yield group, own, parts
            for cells, part in zip(group.operands, parts, strict=False):
                np.add.at(moved.low, cells, part.low)
                np.add.at(moved.high, cells, part.high)
                # Infinity less infinity: two unlimited contributions of opposite sign, of which nothing is known together.
                np.copyto(moved.low, -INFINITY, where=np.isnan(moved.low))
                np.copyto(moved.high, INFINITY, where=np.isnan(moved.high))


def _parts(group: Group, bounds: Bounds, own: Bounds, compared: Compared) -> list[Bounds]:
    """Return what each operand takes on."""
    if group.op in ("const", "input"):
        return []
    parts, result = [bounds.at(cells) for cells in group.operands], bounds.at(group.cells)
    if group.op in MATRIX:
        # Inside a matrix power nothing is bounded; outside of what is asked for it adds nothing.
        reached = bool(own.low.any() or own.high.any())
        return [constant(-INFINITY * reached, INFINITY * reached, part.low) if reached else _flat(part.low) for part in parts]
    if group.op in REDUCTIONS:
        assert group.starts is not None
        lengths = group.lengths
        spread = Bounds(np.repeat(own.low, lengths), np.repeat(own.high, lengths))
        return [times(spread, _slopes_of_runs(group.op, result, parts[0], group.starts))]
    slopes = list(SLOPES[group.op](result, *parts))
    if group.op == "where":
        slopes[0] = _without_steps(group, slopes[0], compared)
    return [times(own, slope) for slope in slopes]


def _compared_cells(program: Program) -> Compared:
    """Return what each comparison by size compares, and what tells a cell from others.

    That is its number; of a constant its value, of a difference its parts.
    """
    values: dict[int, object] = {}
    for group in program.groups:
        if group.op == "const" and group.values is not None:
            values |= {cell: ("constant", value) for cell, value in zip(group.cells.tolist(), group.values.tolist(), strict=True)}
    found: dict[int, frozenset[object]] = {}
    for group in program.groups:
        if group.op == "sub":
            pairs = zip(*(cells.tolist() for cells in group.operands), strict=True)
            parts = [("difference", frozenset(values.get(x, x) for x in pair)) for pair in pairs]
            values |= dict(zip(group.cells.tolist(), parts, strict=True))
        if group.op in ("gt", "ge", "lt", "le"):
            pairs = zip(*(cells.tolist() for cells in group.operands), strict=True)
            found |= {cell: frozenset(values.get(x, x) for x in pair) for cell, pair in zip(group.cells.tolist(), pairs, strict=True)}
    return found, lambda cell: values.get(cell, cell)


def _without_steps(group: Group, jump: Bounds, compared: Compared) -> Bounds:
    """Return by how much a choice jumps where its condition turns.

    Not at all where both sides meet there, as in `a > b: a, otherwise: b` and `a > b: a - b, otherwise: 0`.
    """
    pairs, key = compared
    choices = zip(*(cells.tolist() for cells in group.operands), strict=True)
    meets = np.array([condition in pairs and _meet(pairs[condition], {key(x), key(y)}) for condition, x, y in choices], bool)
    return Bounds(np.where(meets, 0.0, jump.low), np.where(meets, 0.0, jump.high))


def _meet(compared: frozenset[object], sides: set[object]) -> bool:
    """Whether two sides are one number where what is compared is equal."""
    return sides in (compared, {("difference", compared), ("constant", 0.0)})
