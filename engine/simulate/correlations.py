"""Uncertain cells and how they go together; reading correlations from a project file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.simulate.distributions import FROM_NORMAL
from engine.simulate.normal import Numbers
from equations.errors import InputError, MethodologyError, Place
from equations.spec_block import read_number
from equations.strict_yaml import Mapping, Scalar, Sequence, YamlNode

#: Least eigenvalue that still counts as zero.
_ROUNDING = -1e-9
#: Most that a pivot of nothing can have by rounding.
_NO_PIVOT = 1e-10


@dataclass(frozen=True)
class Variable:
    """Uncertain cells of one quantity that are drawn in the same way.

    Attributes
    ----------
    places
        Of the cells, counted through the quantity's array. For distributions of rows: the cells of one row.
    names
        What each cell is called: the key of its draws.
    parameters
        Name -> numbers. Shape of each: (cells,).
    place
        Where it is declared.
    """

    quantity: str
    kind: str
    places: np.ndarray
    names: tuple[str, ...]
    parameters: dict[str, np.ndarray]
    place: Place | None = None


@dataclass(frozen=True)
class Correlation:
    """Cells, by name, whose normal numbers are correlated. Shape of ``matrix``: (cell, cell)."""

    names: tuple[str, ...]
    matrix: np.ndarray


def read_amount(node: YamlNode, name: str, errors: list[MethodologyError]) -> float:
    """Return a number, or a percentage as a share; an error is collected where it is neither."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    percent = text.endswith("%")
    exact = read_number(text.removesuffix("%").strip()) if text else None
    if exact is None:
        errors.append(InputError("I505", f"{name} is not a number: {text!r}", node.place, remedy="write it as 12.5 or 8 %"))
        return 1.0
    return float(exact) / 100 if percent else float(exact)


def read_correlations(
    node: YamlNode | None, variables: Iterable[Variable], errors: list[MethodologyError]
) -> Iterator[Correlation]:
    """Yield every correlation that is declared; what cannot be is collected as an error."""
    if node is None:
        return
    reader = _Reader(list(variables), errors)
    if not isinstance(node, Sequence):
        reader.fault("correlations must be a list", node.place, remedy="begin each with `- `")
        return
    taken: set[str] = set()
    for item in node.items:
        correlation = reader.correlation(item)
        if correlation is None:
            continue
        both = sorted(taken & set(correlation.names))
        if both:
            reader.fault(f"{both[0]} is in two correlations", item.place, remedy="join them into one matrix")
        taken |= set(correlation.names)
        yield correlation


class _Reader:
    def __init__(self, variables: list[Variable], errors: list[MethodologyError]) -> None:
        self.errors = errors
        self.names: dict[str, list[str]] = {}
        for variable in variables:
            self.names.setdefault(variable.quantity, []).extend(variable.names)
        self.free = {name for v in variables if v.kind in FROM_NORMAL for name in v.names}

    def fault(self, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError("I510", what, place, why=why, remedy=remedy))

    def correlation(self, item: YamlNode) -> Correlation | None:
        between = item.get("between") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(between, Sequence):
            self.fault("a correlation names what it is `between`", item.place, remedy="write {between: [A, B], coefficient: 0.5}")
            return None
        listed: list[list[str]] = []
        for scalar in between.items:
            text = scalar.text if isinstance(scalar, Scalar) else ""
            own = self.names.get(text, [text])
            if not set(own) <= self.free:
                self.fault(
                    f"{text} cannot be correlated",
                    scalar.place,
                    why="it is not declared as uncertain, or has a distribution that is not made from normal numbers",
                    remedy="correlate " + ", ".join(sorted(FROM_NORMAL)),
                )
                return None
            listed.append(own)
        names = [name for own in listed for name in own]
        if len(set(names)) < len(names):
            self.fault("a correlation names a number twice", between.place, remedy="name each once")
            return None
        matrix = self.matrix(item, [len(own) for own in listed])
        return None if matrix is None else Correlation(tuple(names), matrix)

    def matrix(self, item: Mapping, sizes: list[int]) -> np.ndarray | None:
        """Return the matrix of all cells; a listed quantity stands for each of its cells."""
        coefficient, rows = item.get("coefficient"), item.get("matrix")
        if coefficient is not None:
            matrix = np.full((sum(sizes), sum(sizes)), read_amount(coefficient, "coefficient", self.errors))
        elif isinstance(rows, Sequence):
            listed = [
                [read_amount(cell, "matrix", self.errors) for cell in row.items] for row in rows.items if isinstance(row, Sequence)
            ]
            if {len(listed), *map(len, listed)} != {len(sizes)} or listed != [list(column) for column in zip(*listed, strict=True)]:
                self.fault("a correlation matrix is square and symmetric, with one row for each name", rows.place,
                           remedy=f"write {len(sizes)} rows of {len(sizes)} numbers, the same across and down")  # fmt: skip
                return None
            if any(listed[at][at] != 1 for at, size in enumerate(sizes) if size == 1):
                self.fault("the diagonal of a correlation matrix is 1", rows.place, remedy="write correlations, not covariances")
                return None
            matrix = np.repeat(np.repeat(np.array(listed), sizes, axis=0), sizes, axis=1)
        else:
            self.fault("a correlation has a coefficient or a matrix", item.place, remedy="write `coefficient: 0.5`")
            return None
        np.fill_diagonal(matrix, 1.0)
        if (np.abs(matrix) > 1).any():
            self.fault("a correlation lies between -1 and 1", item.place, remedy="write correlations, not covariances")
            return None
        least = float(np.linalg.eigvalsh(matrix)[0])
        if least < _ROUNDING:
            self.fault(
                "no numbers can be correlated like this",
                item.place,
                why=f"the matrix is not positive semi-definite: its least eigenvalue is {least:.3g}",
                remedy="lower the correlations in size, or take those of one data set",
            )
            return None
        return matrix


def factor_of(matrix: Numbers) -> Numbers:
    """Return the lower triangle whose product with its transpose is a correlation matrix, by Cholesky's scheme.

    Written out on whole columns: the linear algebra of a library would give other bits, and other draws, on another processor. A pivot of
    nothing (numbers that move as one) leaves its column empty.
    """
    rest, factor = np.array(matrix, float), np.zeros(np.shape(matrix))
    for at in range(len(rest)):
        if rest[at, at] > _NO_PIVOT:
            factor[at:, at] = rest[at:, at] / np.sqrt(rest[at, at])
            rest[at:, at:] -= factor[at:, at, None] * factor[None, at:, at]
    return factor


def joined(factor: Numbers, normal: Numbers) -> Numbers:
    """Return correlated normal numbers from independent ones, term after term. Shape: (cell, draw)."""
    found = np.zeros_like(normal)
    for at, column in enumerate(factor.T):
        found[at:] += column[at:, None] * normal[at]
    return found
