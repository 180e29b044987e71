"""Exact derivatives of one number with respect to every input, by the chain rule on a program, backwards from the number.

The derivatives of single operations stand in :mod:`engine.run.functions`, and a test holds them to SymPy; nothing is approximated. Where a
function has a corner (positive part, greatest, cases) the derivative is that of the branch taken; rounding has derivative zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.batch.arithmetic import apply, matrices, reduce_runs
from engine.batch.matrix_slopes import slopes_of_power
from engine.batch.program import MATRIX, Cells, Group, Numbers, Program
from engine.run.functions import ELEMENTWISE, REDUCTIONS


def values_of(program: Program, numbers: Mapping[str, Numbers]) -> Numbers:
    """Return the number of every cell. Shape: (cells,).

    Parameters
    ----------
    numbers
        Input -> its numbers. Shape: that of the quantity.
    """
    values = np.full(program.size, np.nan)
    with np.errstate(all="ignore"):
        for group in program.groups:
            values[group.cells] = _values(group, [values[cells] for cells in group.operands], numbers)
    return values


def _values(group: Group, operands: list[Numbers], numbers: Mapping[str, Numbers]) -> Numbers:
    if group.op == "input":
        return np.ravel(numbers[group.name])[group.places]
    if group.op in ELEMENTWISE:
        return apply(group.op, operands)
    if group.op in REDUCTIONS:
        assert group.starts is not None
        return reduce_runs(group.op, operands[0], group.starts)
    if group.op in MATRIX:
        return matrices(group, operands[0][:, None], operands[1][:, None])[:, 0]
    assert group.values is not None
    return group.values


@dataclass(frozen=True)
class Gradient:
    """Derivatives of one number.

    Attributes
    ----------
    by_input
        Input -> the derivative with respect to each of its cells. Shape: that of the quantity; zero where it takes no part.
    """

    value: float
    by_input: Mapping[str, Numbers]


def gradient(program: Program, values: Numbers, weights: Mapping[int, float], shapes: Mapping[str, tuple[int, ...]]) -> Gradient:
    """Return the derivatives of a weighted sum of cells.

    Parameters
    ----------
    values
        The number of every cell, as :func:`values_of` gives it.
    weights
        Cell -> its weight in the sum.
    shapes
        Input -> shape of the quantity.
    """
    moved = np.zeros(program.size)
    for cell, weight in weights.items():
        moved[cell] += weight
    found = {name: np.zeros(shape) for name, shape in shapes.items()}
    with np.errstate(all="ignore"):
        for group in reversed(program.groups):
            own = moved[group.cells]
            if group.op == "const" or not own.any():
                continue
            if group.op == "input":
                assert group.places is not None
                np.add.at(found[group.name].reshape(-1), group.places, own)
                continue
            parts = _parts(group, [values[cells] for cells in group.operands], values[group.cells], own)
            for cells, part in zip(group.operands, parts, strict=True):
                np.add.at(moved, cells, part)
    total = float(sum(weight * values[cell] for cell, weight in weights.items()))
    return Gradient(total, found)


def _parts(group: Group, operands: list[Numbers], result: Numbers, own: Numbers) -> list[Numbers]:
    """Return what each operand takes on."""
    if group.op in REDUCTIONS:
        assert group.starts is not None
        return [_of_reduction(group.op, operands[0], result, own, group.starts)]
    if group.op in MATRIX:
        return _of_matrices(group, operands, result, own)
    # Where nothing is asked of a cell, a derivative that is not finite does no harm.
    return [np.where(own == 0.0, 0.0, own * slope) for slope in _slopes(group.op, operands, result)]


def _slopes(op: str, operands: list[Numbers], result: Numbers) -> list[Numbers]:
    """Return the derivative of each cell with respect to each of its operands."""
    slope = ELEMENTWISE[op].slope
    slopes = [0.0] * len(operands) if slope is None else slope(*operands)
    return [np.broadcast_to(np.asarray(one, float), result.shape) for one in slopes]


def _of_reduction(op: str, operands: Numbers, result: Numbers, own: Numbers, starts: Cells) -> Numbers:
    lengths = np.diff(starts)
    spread = np.repeat(own, lengths)
    if op == "Sum":
        return spread
    if op == "Product":
        found = np.empty_like(operands)
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            run = operands[start:end]
            found[start:end] = [np.prod(np.delete(run, at)) for at in range(len(run))]
        return spread * found
    if op in ("Max", "Min"):
        taken = operands == np.repeat(result, lengths)
        before = np.concatenate([[0], np.cumsum(taken)])
        first = taken & (before[:-1] == np.repeat(before[starts[:-1]], lengths))
        return np.asarray(spread * first)
    return np.zeros_like(operands)


def _of_matrices(group: Group, operands: list[Numbers], result: Numbers, own: Numbers) -> list[Numbers]:
    """Return what the elements of powers and roots take on, and their exponents."""
    count = len(operands[1])
    size = round((len(own) / count) ** 0.5)
    bases, results, weights = (part.reshape(count, size, size) for part in (operands[0], result, own))
    found, of_exponents = np.zeros((count, size, size)), np.zeros(count)
    for at, exponent in enumerate(operands[1].tolist()):
        if group.op == "matrix_power":
            found[at], of_exponents[at] = slopes_of_power(bases[at], exponent, results[at], weights[at])
        else:  # the root is the power with the exponent 1 / n, whose slope is -1 / n^2
            found[at], slope = slopes_of_power(bases[at], 1.0 / exponent, results[at], weights[at])
            of_exponents[at] = -slope / exponent**2
    return [found.ravel(), of_exponents]
