"""Named solvers of implicit equations. Each returns its solution with what a verifier asks of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.run.arithmetic.matrix_powers import (
    BAD_EXPONENT,
    FOUND,
    MOST_RESIDUAL,
    NEARLY_SINGULAR,
    NEGATIVE,
    NILPOTENT,
    NOT_FINITE,
    SINGULAR,
    UNVERIFIED,
    roots,
)
from equations.errors import EvaluationError, SpecError
from equations.formula.syntax import Binary, Compare, MatrixRef, Node
from equations.model.equation import Equation
from equations.records import record


@record(frozen=True)
class Solution:
    """What a solver found.

    Attributes
    ----------
    residual
        Largest absolute difference between the two sides of the relation.
    least
        Least entry of the solution.
    row_sums
        Least and greatest row sum.
    """

    equation: str
    where: str
    residual: float
    least: float
    row_sums: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"residual {self.residual:.2g}, least entry {self.least:.4g}, "
            f"row sums {self.row_sums[0]:.6g} to {self.row_sums[1]:.6g}"
        )


def root_parts(equation: Equation) -> tuple[Node, Node]:
    """Return the known matrix and the exponent of ``M == X ^ n``.

    Raises
    ------
    SpecError
        S105 if the relation has another form.
    """
    relation = equation.formula
    if isinstance(relation, Compare) and relation.op == "==":
        for known, power in ((relation.left, relation.right), (relation.right, relation.left)):
            if isinstance(power, Binary) and power.op == "^" and isinstance(power.left, MatrixRef) and power.left == equation.defines:
                return known, power.right
    raise SpecError("S105", f"{equation.id} is not of the form that its solver solves", equation.place,
                    why="principal_matrix_root solves M == X ^ n for the matrix X on the left side",
                    remedy="write the relation in that form")  # fmt: skip


def principal_matrix_root(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return the principal root ``X`` of ``X ^ exponent == matrix``.

    The eigenvalues of the principal root lie in the sector of half-angle pi / exponent around the positive real axis; there is exactly
    one such root if no eigenvalue of the matrix lies on the closed negative real axis, and where 0 is an eigenvalue with as many
    eigenvectors as it counts.

    Parameters
    ----------
    matrix
        Shape: (row, column), square.
    exponent
        Above zero, whole or not.

    Raises
    ------
    ValueError
        If there is no principal root, it is not real, or its power misses the matrix by more than 1e-10.

    Source
    ------
    N. J. Higham, Functions of Matrices (SIAM 2008), theorem 7.2 (existence); used for land-use transitions by Takada et al. 2010,
    Landscape Ecology 25:561-572. How it is computed: :mod:`engine.run.arithmetic.matrix_powers`.
    """
    found = roots(matrix[..., None], np.array([exponent], float))
    if found.outcome[0] != FOUND:
        raise ValueError(why_without(int(found.outcome[0]), matrix, exponent, float(found.residuals[0])))
    return np.ascontiguousarray(found.values[..., 0])


def why_without(outcome: int, matrix: NDArray[np.float64], exponent: float, residual: float = np.nan) -> str:
    """Say why a matrix has no root or power, for an outcome of :mod:`engine.run.arithmetic.matrix_powers`."""
    if outcome == NEGATIVE:
        return f"an eigenvalue ({_most_negative(matrix):.3g}) lies on the closed negative real axis"
    return {
        BAD_EXPONENT: f"the exponent is {exponent:g}; a root needs one above zero, and it must be finite",
        NOT_FINITE: "an entry of the matrix is not a finite number",
        NILPOTENT: "0 is an eigenvalue of the matrix, and has fewer eigenvectors than it counts",
        NEARLY_SINGULAR: "the matrix is so nearly singular that the last digits of its entries decide the result",
        SINGULAR: "the matrix has no inverse",
    }.get(outcome, f"what was found misses the matrix by {residual:.2g} when it is raised again, and may miss it by {MOST_RESIDUAL:g}")


def _most_negative(matrix: NDArray[np.float64]) -> float:
    """Return the eigenvalue that stands in the way, for a message; no number of a result comes from here."""
    eigenvalues = np.linalg.eigvals(matrix)
    return float(min(eigenvalues, key=lambda x: (abs(np.angle(-x)) if x else 0.0)).real)


def solve_root(
    equation: Equation, where: str, matrix: NDArray[np.float64], exponent: float
) -> tuple[NDArray[np.float64], Solution]:
    """Solve one matrix of an implicit equation and describe the solution.

    Raises
    ------
    EvaluationError
        V604 where there is no principal root, V606 where none was found whose power is the matrix.
    """
    found = roots(matrix[..., None], np.array([exponent], float))
    outcome, residual = int(found.outcome[0]), float(found.residuals[0])
    if outcome != FOUND:
        raise EvaluationError("V606" if outcome == UNVERIFIED else "V604",
                              f"{equation.full_label} has no solution for {where or 'its matrix'}",
                              equation.place, why=why_without(outcome, matrix, exponent, residual),
                              remedy="check the matrix, or supply the annual matrix itself")  # fmt: skip
    root = np.ascontiguousarray(found.values[..., 0])
    sums = root.sum(axis=1)
    return root, Solution(equation.id, where, residual, float(root.min()), (float(sums.min()), float(sums.max())))
