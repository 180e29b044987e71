"""What the operations of a program do to numbers: the rows of :mod:`engine.run.functions`, as a run uses them, in the same order."""

from __future__ import annotations

import numpy as np

from engine.batch.program import CONDITIONS, Cells, Group, Numbers
from engine.run.arithmetic.matrix_powers import powers, roots
from engine.run.functions import ELEMENTWISE, REDUCTIONS

#: Draws whose matrices are worked on together, so that what lies between fits the cache.
_DRAWS = 64


def apply(op: str, operands: list[Numbers]) -> Numbers:
    """Return the result of an elementwise operation as float64; conditions take and give 1 and 0."""
    result: Numbers = ELEMENTWISE[op].number(*operands)
    return result.astype(np.float64) if op in CONDITIONS else result


def reduce_runs(op: str, numbers: Numbers, starts: Cells) -> Numbers:
    """Reduce runs of numbers, one number after the other, so that a sum has the same bits everywhere (conventions §5).

    Parameters
    ----------
    numbers
        Shape: (operands,).
    starts
        Where each run starts, and the end; no run is empty.
    """
    lengths = np.diff(starts)
    result = numbers[starts[:-1]]
    join = REDUCTIONS[op].join
    for turn in range(1, int(lengths.max(initial=0))):
        there = lengths > turn
        result[there] = apply(join, [result[there], numbers[starts[:-1][there] + turn]])
    return result


def matrices(group: Group, elements: Numbers, exponents: Numbers) -> Numbers:
    """Return powers or principal roots of some matrices.

    Parameters
    ----------
    elements
        All elements, matrix after matrix, row after row. Shape: (elements, draw).
    exponents
        One for each matrix. Shape: (matrix, draw).

    Returns
    -------
    Numbers
        The elements of the results; NaN where a matrix has no such root or power, or it could not be verified. Each draw is what it is
        alone. Shape: (elements, draw).
    """
    count = len(exponents)
    size = round((len(elements) / count) ** 0.5)
    stack = elements.reshape(count, size, size, -1)
    result = np.empty_like(stack)
    find = powers if group.op == "matrix_power" else roots
    for at in range(count):
        for first in range(0, stack.shape[3], _DRAWS):
            part = slice(first, first + _DRAWS)
            result[at, ..., part] = find(np.ascontiguousarray(stack[at, ..., part]), exponents[at, part]).values
    return result.reshape(elements.shape)
