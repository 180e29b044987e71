"""Named solvers of implicit equations. Each returns its solution with what a verifier asks of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equations.equation import Equation
from equations.errors import EvaluationError, SpecError
from equations.records import record
from equations.syntax import Binary, Compare, MatrixRef, Node

_RESIDUAL = 1e-9
_MOST_STEPS = 200


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
    one such root if no eigenvalue of the matrix lies on the closed negative real axis.

    Parameters
    ----------
    matrix
        Shape: (row, column), square.
    exponent
        Above zero.

    Raises
    ------
    ValueError
        If there is no principal root, or it is not real.

    Source
    ------
    N. J. Higham, Functions of Matrices (SIAM 2008), theorem 7.2 (existence) and section 7.3 (Newton's method); used for land-use
    transitions by Takada et al. 2010, Landscape Ecology 25:561-572.
    """
    if not exponent > 0:
        raise ValueError(f"the exponent is {exponent:g}; a root needs one above zero")
    if not np.isfinite(matrix).all():
        raise ValueError("an entry of the matrix is not a finite number")
    eigenvalues, vectors = np.linalg.eig(matrix)
    scale = max(1.0, float(np.abs(eigenvalues).max(initial=0.0)))
    negative = (np.abs(eigenvalues.imag) <= 1e-12 * scale) & (eigenvalues.real <= 1e-12 * scale)
    if negative.any():
        raise ValueError(f"an eigenvalue ({eigenvalues[negative][0].real:.3g}) lies on the closed negative real axis")
    try:
        powered = vectors * np.exp(np.log(eigenvalues.astype(complex)) / exponent)
        root = np.linalg.solve(vectors.T, powered.T).T
    except np.linalg.LinAlgError:
        root = np.full_like(matrix, np.nan)
    real = np.ascontiguousarray(root.real)
    if not _solves(real, matrix, exponent) and float(exponent).is_integer():
        real = _newton_root(matrix, int(exponent))
    if not _solves(real, matrix, exponent):
        raise ValueError("no real principal root was found to a residual of 1e-9")
    return real


def _solves(root: NDArray[np.float64], matrix: NDArray[np.float64], exponent: float) -> bool:
    if not np.isfinite(root).all():
        return False
    if not float(exponent).is_integer():
        return True
    return bool(float(np.abs(np.linalg.matrix_power(root, int(exponent)) - matrix).max()) <= _RESIDUAL)


def _newton_root(matrix: NDArray[np.float64], exponent: int) -> NDArray[np.float64]:
    """Coupled Newton iteration, for matrices whose eigenvectors do not span (Higham 2008, eq. 7.17)."""
    size = len(matrix)
    one = np.eye(size)
    bound = float(np.linalg.norm(matrix, 2)) or 1.0
    root: NDArray[np.float64] = one * (bound / 2) ** (1 / exponent) * 2 ** (1 / exponent)
    rest = matrix / bound
    for _ in range(_MOST_STEPS):
        step = ((exponent + 1) * one - rest) / exponent
        with np.errstate(all="ignore"):
            try:
                root = root @ np.linalg.inv(step)
            except np.linalg.LinAlgError:
                return np.full_like(matrix, np.nan)
            rest = np.linalg.matrix_power(step, exponent) @ rest
        if not np.isfinite(rest).all():
            return np.full_like(matrix, np.nan)
        if float(np.abs(rest - one).max()) < 1e-15:
            break
    return root


def solve_root(
    equation: Equation, where: str, matrix: NDArray[np.float64], exponent: float
) -> tuple[NDArray[np.float64], Solution]:
    """Solve one matrix of an implicit equation and describe the solution.

    Raises
    ------
    EvaluationError
        V604 where there is no principal root.
    """
    try:
        root = principal_matrix_root(matrix, exponent)
    except ValueError as cause:
        raise EvaluationError("V604", f"{equation.label} ({equation.id}) has no solution for {where or 'its matrix'}",
                              equation.place, why=str(cause),
                              remedy="check the matrix, or supply the annual matrix itself") from cause  # fmt: skip
    power = np.linalg.matrix_power(root, int(exponent)) if float(exponent).is_integer() else matrix
    sums = root.sum(axis=1)
    residual = float(np.abs(power - matrix).max())
    return root, Solution(equation.id, where, residual, float(root.min()), (float(sums.min()), float(sums.max())))
