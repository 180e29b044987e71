"""Leave out what need not be done: operations on known numbers, neutral elements, zeros, and what nobody asked for.

None of this moves a bit of a result (a zero has no sign here): adding zero and multiplying by one give the other operand exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.batch.arithmetic import apply, matrices, reduce_runs
from engine.batch.program import MATRIX, Builder, Cells, Group, Numbers, Program, finish, some_runs
from engine.run.functions import ELEMENTWISE, REDUCTIONS

_UNSET = -1


def skip_known(program: Program, numbers: Mapping[str, Numbers] | None = None) -> Program:
    """Do now what can be done now, and leave out neutral elements and zeros.

    Parameters
    ----------
    numbers
        Input -> what is known of it: its numbers, NaN in the cells that differ between draws. Shape: that of the quantity.

    Notes
    -----
    A product with zero counts as zero. Where the other factor could be infinite, ``program.finite`` still asks for it.
    """
    builder = Builder()
    moved = np.full(program.size, _UNSET, np.int64)
    with np.errstate(all="ignore"):
        for group in program.groups:
            operands = tuple(moved[cells] for cells in group.operands)
            moved[group.cells] = _rewritten(group, operands, builder, numbers or {})
    # Only what could still be no number, or below zero, is asked for in every draw.
    open_ones = program.finite[~_surely_finite(builder, moved[program.finite])]
    held = moved[program.nonnegative]
    doubtful = program.nonnegative[~(builder.known[held] & (builder.value[held] >= 0.0))]
    return finish(builder, Program(program.groups, program.outputs, doubtful, open_ones), moved)


def _surely_finite(builder: Builder, cells: Cells) -> np.ndarray:
    """Return which results are finite if their operands are: known ones, and quotients whose divisor is known and not zero."""
    divisor = np.where(builder.where(cells, "div"), builder.operands[1, cells], 0)
    divided = builder.where(cells, "div") & builder.known[divisor] & (builder.value[divisor] != 0.0)
    found: np.ndarray = divided | (builder.known[cells] & np.isfinite(builder.value[cells])) | builder.where(cells, "input")
    return found


def _rewritten(group: Group, operands: tuple[Cells, ...], builder: Builder, numbers: Mapping[str, Numbers]) -> Cells:
    if group.op in ELEMENTWISE:
        return _elementwise(group, operands, builder)
    if group.op in REDUCTIONS:
        return _reduction(group, operands[0], builder)
    # Matrices are done whole or not at all: one unknown element moves every element of a power.
    if group.op in MATRIX and all(builder.known[cells].all() for cells in operands):
        return builder.constants(matrices(group, *(builder.value[cells][:, None] for cells in operands))[:, 0])
    if group.op == "input" and group.name in numbers:
        return _input(group, np.ravel(numbers[group.name]), builder)
    return builder.copy(group, operands)


def _input(group: Group, numbers: Numbers, builder: Builder) -> Cells:
    assert group.places is not None
    own = numbers[group.places]
    known = ~np.isnan(own)
    cells = np.empty(group.size, np.int64)
    cells[known] = builder.constants(own[known])
    # Cells that differ stay one group in their order, so that a source fills them at once.
    cells[~known] = builder.add("input", int((~known).sum()), name=group.name, places=group.places[~known])
    return cells


# -- elementwise


def _elementwise(group: Group, operands: tuple[Cells, ...], builder: Builder) -> Cells:
    cells = np.full(group.size, _UNSET, np.int64)
    # The order matters: what is known is computed, and only then the rules look at what is left.
    known = np.logical_and.reduce([builder.known[part] for part in operands])
    if known.any():
        cells[known] = builder.constants(apply(group.op, [builder.value[part[known]] for part in operands]))
    if group.op in _RULES:
        for there, instead in _RULES[group.op](builder, *operands):
            # The first rule that fits stands.
            chosen = there & (cells == _UNSET)
            cells[chosen] = instead[chosen] if isinstance(instead, np.ndarray) else instead
    rest = cells == _UNSET
    cells[rest] = builder.add(group.op, int(rest.sum()), tuple(part[rest] for part in operands), name=group.name)
    return cells


Rule = tuple[np.ndarray, Cells | int]


def _product(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    # 0 x is 0 only for a finite x: `program.finite` keeps asking for the other factor.
    zero = builder.is_value(a, 0.0) | builder.is_value(b, 0.0)
    return [(zero, builder.constant(0.0)), (builder.is_value(a, 1.0), b), (builder.is_value(b, 1.0), a)]


def _sum(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    return [(builder.is_value(a, 0.0), b), (builder.is_value(b, 0.0), a)]


def _difference(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    # x - x is 0 for a finite x, which is asked for as well. `0 - x` stays: it is -0.0 or 0.0 by the sign.
    return [(builder.is_value(b, 0.0), a), (a == b, builder.constant(0.0))]


def _quotient(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    # 0 / x waits for the divisor: by zero it is no number, and a run refuses it.
    divisible = builder.known[b] & (builder.value[b] != 0.0)
    return [(builder.is_value(b, 1.0), a), (builder.is_value(a, 0.0) & divisible, builder.constant(0.0))]


def _choice(builder: Builder, condition: Cells, there: Cells, otherwise: Cells) -> list[Rule]:
    known = builder.known[condition]
    holds = builder.value[condition] != 0.0
    return [(known & holds, there), (known & ~holds, otherwise), (there == otherwise, there)]


def _both(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    zero = builder.is_value(a, 0.0) | builder.is_value(b, 0.0)
    return [(zero, builder.constant(0.0)), (builder.is_value(a, 1.0), b), (builder.is_value(b, 1.0), a)]


def _either(builder: Builder, a: Cells, b: Cells) -> list[Rule]:
    one = builder.is_value(a, 1.0) | builder.is_value(b, 1.0)
    return [(one, builder.constant(1.0)), (builder.is_value(a, 0.0), b), (builder.is_value(b, 0.0), a)]


_RULES: dict[str, Callable[..., list[Rule]]] = {
    "mul": _product, "add": _sum, "sub": _difference, "div": _quotient, "where": _choice, "and": _both, "or": _either,
}  # fmt: skip


# -- reductions


def _reduction(group: Group, operands: Cells, builder: Builder) -> Cells:
    assert group.starts is not None
    # Neutral elements go first: sums over a whole set mostly hold the zeros of cells that do not exist.
    kept = ~builder.is_value(operands, REDUCTIONS[group.op].neutral)
    decisive = builder.is_value(operands, REDUCTIONS[group.op].decisive)
    ends = np.concatenate([[0], np.cumsum(kept)])
    starts, operands = ends[group.starts], operands[kept]
    lengths = np.diff(starts)
    cells = np.full(group.size, _UNSET, np.int64)
    cells[lengths == 0] = builder.constant(REDUCTIONS[group.op].neutral)
    # Of the runs as they were: an operand that decides is never neutral.
    decided = _in_run(decisive, group.starts) > 0
    cells[decided] = builder.constant(REDUCTIONS[group.op].decisive)
    single = (lengths == 1) & ~decided
    cells[single] = operands[starts[:-1][single]]
    # Runs without an unknown operand are done now, by the function that the literal form calls.
    known = (_in_run(builder.known[operands], starts) == lengths) & (cells == _UNSET)
    if known.any():
        some, runs = some_runs(operands, starts, known)
        cells[known] = builder.constants(reduce_runs(group.op, builder.value[some], runs))
    rest = cells == _UNSET
    if rest.any():
        cells[rest] = builder.reduce(group.op, *some_runs(operands, starts, rest), group.name)
    return cells


def _in_run(there: np.ndarray, starts: Cells) -> Cells:
    """Return how many operands of each run are marked."""
    ends = np.concatenate([[0], np.cumsum(there)])
    return np.diff(ends[starts])


# -- what is asked for


def keep_needed(program: Program) -> Program:
    """Leave out every cell from which nothing that is asked for follows."""
    needed = np.zeros(program.size, bool)
    needed[np.concatenate([cells.ravel() for cells in program.outputs.values()])] = True
    # Twice: a guard keeps alive what it needs, but a number is asked to be finite only where a result hangs on it.
    wanted = needed.copy()
    needed[program.nonnegative] = True
    for part in (wanted, needed):
        _mark(program, part)
    finite = program.finite[wanted[program.finite]]
    needed[finite] = True
    _mark(program, needed)
    builder = Builder()
    moved = np.full(program.size, _UNSET, np.int64)
    for group in program.groups:
        chosen = needed[group.first : group.first + group.size]
        if chosen.any():
            moved[group.cells[chosen if group.op not in MATRIX else slice(None)]] = _part(group, chosen, moved, builder)
    return finish(builder, Program(program.groups, program.outputs, program.nonnegative, finite), moved)


def _mark(program: Program, needed: np.ndarray) -> None:
    # Operands stand before what reads them, so one pass from the end marks all.
    for group in reversed(program.groups):
        chosen = needed[group.first : group.first + group.size]
        if not chosen.any():
            continue
        if group.op in REDUCTIONS:
            needed[group.operands[0][np.repeat(chosen, group.lengths)]] = True
        else:
            for cells in group.operands:
                needed[cells if group.op in MATRIX else cells[chosen]] = True


def _part(group: Group, chosen: np.ndarray, moved: Cells, builder: Builder) -> Cells:
    if group.op == "const":
        assert group.values is not None
        return builder.constants(group.values[chosen])
    if group.op == "input":
        assert group.places is not None
        return builder.add("input", int(chosen.sum()), name=group.name, places=group.places[chosen])
    if group.op in REDUCTIONS:
        assert group.starts is not None
        operands, starts = some_runs(group.operands[0], group.starts, chosen)
        return builder.reduce(group.op, moved[operands], starts, group.name)
    if group.op in MATRIX:
        return builder.copy(group, tuple(moved[cells] for cells in group.operands))
    return builder.add(group.op, int(chosen.sum()), tuple(moved[cells[chosen]] for cells in group.operands), name=group.name)
