"""Propagation of error by exact derivatives (IPCC Approach 1), beside the draws of Approach 2.

The variance of the result is that of its linear part: the derivatives with respect to the inputs, and the inputs' variances and
covariances.

Source: IPCC 2006 Guidelines for National Greenhouse Gas Inventories, volume 1, chapter 3, section 3.2.3.1 (Approach 1). Its equations 3.1
and 3.2 are those of products and of sums; derivatives give both, and all between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.batchable import Batchable
from engine.batch.derivatives import Gradient, gradient, values_of
from engine.simulate.moments import correlated
from engine.simulate.normal import Numbers, quantile
from engine.simulate.statistics import Summary
from engine.simulate.uncertainty_file import Uncertainty
from engine.simulate.unknowns import Variable

#: Where the two approaches differ by more than this share of the half-width, the linear one is no longer good.
PARTING = 0.10
#: A half-width that is a smaller share of the number than this is the rounding of floats.
SAME = 1e-12


@dataclass(frozen=True)
class Propagated:
    """Approach 1 for one number.

    Attributes
    ----------
    se
        NaN where a derivative is no number at the values of the run.
    shares
        Quantity -> its share of the variance; what correlation adds is counted to both sides in equal parts.
    without
        Quantities with respect to which there is no derivative.
    """

    name: str
    value: float
    se: float
    shares: Mapping[str, float]
    without: tuple[str, ...] = ()

    def half_width(self, level: float) -> float:
        """Return half of the interval at a level."""
        return self.se * float(quantile(np.array([0.5 + level / 2]))[0])


def gradient_of(batchable: Batchable, numbers: Mapping[str, Numbers], target: str, meant: NDArray[np.bool_] | None = None) -> Gradient:
    """Return the derivatives of a quantity, as printed.

    Parameters
    ----------
    meant
        The cells whose sum it is (:func:`engine.run.run.total_cells`), all of them by default: of a stock the last year, of a result by year
        the years that are monitored. Shape: that of the quantity.
    """
    program = batchable.literal
    outputs = program.outputs[target]
    cells = (outputs if meant is None else outputs[meant]).ravel().tolist()
    shapes = {quantity: np.shape(value) for quantity, value in numbers.items()}
    return gradient(program, values_of(program, numbers), dict.fromkeys(cells, 1.0), shapes)


def propagate(found: Gradient, name: str, uncertainty: Uncertainty) -> Propagated:
    """Return the standard error that follows from derivatives and declared distributions."""
    variables = uncertainty.variables
    slope = np.concatenate([_slopes(found.by_input[variable.quantity].ravel(), variable) for variable in variables])
    owners = [variable.quantity for variable in variables for _ in variable.names]
    without = tuple(dict.fromkeys(o for o, s in zip(owners, slope.tolist(), strict=True) if not np.isfinite(s)))
    if without or not np.isfinite(found.value):
        return Propagated(name, found.value, float("nan"), {}, without)
    parts = slope * (_covariances(uncertainty) @ slope)
    variance = float(parts.sum())
    shares: dict[str, float] = {}
    for owner, part in zip(owners, parts.tolist(), strict=True):
        shares[owner] = shares.get(owner, 0.0) + (part / variance if variance > 0 else 0.0)
    return Propagated(name, found.value, max(variance, 0.0) ** 0.5, shares)


def _slopes(of_cells: Numbers, variable: Variable) -> Numbers:
    """Return the derivative with respect to each number of a variable: the sum over the cells that it stands in."""
    places, rows = variable.everywhere
    total = np.zeros(len(variable.names))
    np.add.at(total, rows, of_cells[places])
    return total


def _covariances(uncertainty: Uncertainty) -> Numbers:
    """Return the covariances of all uncertain numbers, in the order of their variables."""
    matrix = _joined([variable.covariances for variable in uncertainty.variables])
    places = [(variable, at) for variable in uncertainty.variables for at in range(len(variable.names))]
    row_of = {variable.names[at]: row for row, (variable, at) in enumerate(places)}
    for correlation in uncertainty.correlations:
        rows = [row_of[one] for one in correlation.names]
        own = [places[row] for row in rows]
        parameters = [{name: float(numbers[at]) for name, numbers in variable.parameters.items()} for variable, at in own]
        found = correlated([variable.distribution for variable, _ in own], parameters, correlation.matrix)
        np.fill_diagonal(found, matrix[rows, rows])
        matrix[np.ix_(rows, rows)] = found
    return matrix


def _joined(blocks: list[Numbers]) -> Numbers:
    size = sum(len(block) for block in blocks)
    matrix, at = np.zeros((size, size)), 0
    for block in blocks:
        matrix[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return matrix


def parting(propagated: Propagated, summary: Summary, level: float) -> float | None:
    """Return by which share the half-widths of both approaches differ; ``None`` where there are not two to compare.

    That is where Approach 1 has no number, where it sees no slope (a rounded number), and where the draws do not vary by more than the last
    digits of a float.
    """
    drawn = summary.interval(level).half_width
    if not propagated.se > 0 or drawn <= SAME * max(abs(summary.single), abs(summary.mean)):
        return None
    return propagated.half_width(level) / drawn - 1.0
