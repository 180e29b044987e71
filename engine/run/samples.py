"""Reductions of a sample, put together from sums, so that runs, fractions and batches compute them alike, with slopes.

What takes no part in a sum takes no part here: the count is that of the members that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.run.letters import Array, aligned

if TYPE_CHECKING:
    from engine.run.formula import FormulaEvaluator, Terms


def _count(walk: FormulaEvaluator, terms: Terms) -> Array:
    """Return over how many members a condition holds: it is 1 or 0 in the terms."""
    return walk.folded("Sum", walk.arithmetic.counted(terms.array), terms)


def _mean(walk: FormulaEvaluator, terms: Terms) -> Array:
    return walk.arithmetic.apply("div", walk.folded("Sum", terms.array, terms), _size(walk, terms))


def _deviation(walk: FormulaEvaluator, terms: Terms) -> Array:
    """Return the standard deviation of a sample, by the squares of what is beside the mean, over one less than their number."""
    do = walk.arithmetic.apply
    gap = do("sub", terms.array, aligned((_mean(walk, terms), terms.left), terms.axes))
    one = walk.arithmetic.constants(np.array(1.0))
    variance = do("div", walk.folded("Sum", do("mul", gap, gap), terms), do("sub", _size(walk, terms), one))
    # where all records are alike the root has no slope
    some = walk.arithmetic.compared(">", variance, walk.arithmetic.constants(np.array(0.0)))
    return walk.arithmetic.choose(some, do("sqrt", variance), variance)


def _error(walk: FormulaEvaluator, terms: Terms) -> Array:
    """Return the standard error of the mean."""
    return walk.arithmetic.apply("div", _deviation(walk, terms), walk.arithmetic.apply("sqrt", _size(walk, terms)))


def _size(walk: FormulaEvaluator, terms: Terms) -> Array:
    """Return how many members take part."""
    return walk.folded("Sum", walk.arithmetic.constants(np.ones(terms.array.shape)), terms)


SAMPLES: Mapping[str, Callable[[FormulaEvaluator, Terms], Array]] = {"Count": _count, "Mean": _mean, "StdDev": _deviation, "StdErr": _error}
