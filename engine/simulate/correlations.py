"""How uncertain numbers go together; reading correlations from a project file.

A coefficient is that of the normal numbers behind two draws: of the numbers themselves for normal distributions, of their logarithms for
lognormal ones. Each statement says something of pairs of numbers; all statements together make one matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from collections.abc import Sequence as Several
from dataclasses import dataclass

import numpy as np

from engine.run.run import Run
from engine.simulate.distribution_reader import read_amount
from engine.simulate.distributions import DISTRIBUTIONS
from engine.simulate.normal import Numbers
from engine.simulate.unknowns import Variable, shared_names
from equations.errors import InputError, MethodologyError, Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode

#: Least eigenvalue that still counts as zero.
_ROUNDING = -1e-9
#: Most that a pivot of nothing can have by rounding.
_NO_PIVOT = 1e-10


@dataclass(frozen=True)
class Correlation:
    """Cells, by name, whose normal numbers are correlated. Shape of ``matrix``: (cell, cell)."""

    names: tuple[str, ...]
    matrix: np.ndarray


@dataclass(frozen=True)
class CorrelationStatement:
    """One correlation as declared.

    Attributes
    ----------
    listed
        What is correlated: the cells of each name of the list.
    matrix
        Shape: (name of the list, the same). On the diagonal how the cells of one name go together, NaN where that is not said.
    """

    listed: tuple[tuple[str, ...], ...]
    matrix: np.ndarray
    place: Place | None


@dataclass
class Stated:
    """All that a project says of how numbers go together.

    Attributes
    ----------
    apart
        Cells that hold one written number, and of which a statement says itself how they go together.
    """

    statements: tuple[CorrelationStatement, ...]
    apart: frozenset[str]
    errors: list[MethodologyError]

    def joined(self, follows: Pairs[str, str], tied: Iterable[Several[str]]) -> Iterator[Correlation]:
        """Yield groups of numbers that go together, each with its matrix.

        Parameters
        ----------
        follows
            Cell -> the cell under whose name its number is drawn.
        tied
            Names that move as one, where nothing is stated of them.
        """
        pairs: dict[tuple[str, str], float] = {}
        places: dict[str, Place | None] = {}
        for statement in self.statements:
            places |= {follows.get(name, name): statement.place for own in statement.listed for name in own}
            for one, other, coefficient in _pairs(statement, follows):
                key = (one, other) if one < other else (other, one)
                if pairs.setdefault(key, coefficient) != coefficient:
                    self.errors.append(InputError("I510", f"two coefficients are given for {one} and {other}", statement.place,
                                                  why=f"{pairs[key]:g} and {coefficient:g}", remedy="remove one"))  # fmt: skip
        for names in tied:
            pairs |= {key: 1.0 for at, one in enumerate(names) for other in names[:at]
                      if (key := (one, other) if one < other else (other, one)) not in pairs}  # fmt: skip
        for group in _groups(pairs, [*places, *(name for names in tied for name in names)]):
            yield self._checked(group, pairs, places)

    def _checked(
        self, names: tuple[str, ...], pairs: Pairs[tuple[str, str], float], places: Pairs[str, Place | None]
    ) -> Correlation:
        at = {name: row for row, name in enumerate(names)}
        matrix = np.eye(len(names))
        for (one, other), coefficient in pairs.items():
            if one in at and other in at:
                matrix[at[one], at[other]] = matrix[at[other], at[one]] = coefficient
        # The library's bits may differ here: only the verdict is taken, with room for rounding, and no draw is made from it.
        least = float(np.linalg.eigvalsh(matrix)[0])
        if least < _ROUNDING:
            self.errors.append(
                InputError(
                    "I510",
                    "no numbers can be correlated like this",
                    next((places[name] for name in names if name in places), None),
                    why=f"the matrix is not positive semi-definite: its least eigenvalue is {least:.3g}",
                    remedy="lower the correlations in size, take those of one data set, or say how the cells of each name go together "
                    "({between: [Q], coefficient: 0.5})",
                )
            )
        return Correlation(names, matrix)


def _pairs(statement: CorrelationStatement, follows: Pairs[str, str]) -> Iterator[tuple[str, str, float]]:
    """Yield what a statement says of two numbers that are drawn."""
    drawn = [tuple(dict.fromkeys(follows.get(name, name) for name in own)) for own in statement.listed]
    for at, own in enumerate(drawn):
        inner = float(statement.matrix[at, at])
        if not np.isnan(inner):
            yield from ((one, other, inner) for place, one in enumerate(own) for other in own[:place])
        for before, others in enumerate(drawn[:at]):
            yield from ((one, other, float(statement.matrix[at, before])) for one in own for other in others)


def _groups(pairs: Pairs[tuple[str, str], float], order: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield names that hang together by coefficients other than zero, in the order in which they were named."""
    group_of: dict[str, list[str]] = {name: [name] for name in order}
    rank = {name: at for at, name in enumerate(group_of)}
    for (one, other), coefficient in pairs.items():
        first, second = group_of[one], group_of[other]
        # Numbers that nothing ties need no common factor: groups stay as small as they can be, and streams of others untouched.
        if coefficient != 0.0 and first is not second:
            first += second
            group_of |= dict.fromkeys(second, first)
    for group in {id(group): group for group in group_of.values()}.values():
        if len(group) > 1:
            yield tuple(sorted(group, key=rank.__getitem__))


# -- reading


def read_correlations(node: YamlNode | None, run: Run, variables: Several[Variable], errors: list[MethodologyError]) -> Stated:
    """Return every correlation that is declared; what cannot be is collected as an error."""
    reader = _Reader(variables, errors)
    if node is not None and not isinstance(node, Sequence):
        reader.fault("correlations must be a list", node.place, remedy="begin each with `- `")
    items = node.items if isinstance(node, Sequence) else ()
    statements = tuple(found for item in items if (found := reader.statement(item)) is not None)
    return Stated(statements, _apart(statements, shared_names(run, variables)), errors)


def _apart(statements: Iterable[CorrelationStatement], shared: Pairs[str, int]) -> frozenset[str]:
    """Return cells of one number of which it is stated how they go together: as cells of one name, or named one by one."""
    found: set[str] = set()
    for statement in statements:
        taken: dict[int, str] = {}
        for at, own in enumerate(statement.listed):
            if len(own) > 1 and not np.isnan(statement.matrix[at, at]):
                found |= set(own)
            # Cells named one by one: two that hold one written number are apart where both are named.
            for name in own if len(own) == 1 else ():
                other = taken.setdefault(shared[name], name)
                found |= {name, other} if other != name else set()
    return frozenset(found)


class _Reader:
    def __init__(self, variables: Several[Variable], errors: list[MethodologyError]) -> None:
        self.errors = errors
        self.names: dict[str, list[str]] = {}
        for variable in variables:
            self.names.setdefault(variable.quantity, []).extend(variable.names)
        self.free = {name for v in variables if v.distribution.is_from_normal for name in v.names}

    def fault(self, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError("I510", what, place, why=why, remedy=remedy))

    def statement(self, item: YamlNode) -> CorrelationStatement | None:
        between = item.get("between") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(between, Sequence):
            self.fault("a correlation names what it is `between`", item.place, remedy="write {between: [A, B], coefficient: 0.5}")
            return None
        listed: list[tuple[str, ...]] = []
        for scalar in between.items:
            text = scalar.text if isinstance(scalar, Scalar) else ""
            own = self.names.get(text, [text])
            if not set(own) <= self.free:
                self.fault(
                    f"{text} cannot be correlated",
                    scalar.place,
                    why="it is not declared as uncertain, or has a distribution that is not made from normal numbers",
                    remedy="correlate " + ", ".join(sorted(name for name, one in DISTRIBUTIONS.items() if one.is_from_normal)),
                )
                return None
            listed.append(tuple(own))
        names = [name for own in listed for name in own]
        if len(set(names)) < len(names):
            self.fault("a correlation names a number twice", between.place, remedy="name each once")
            return None
        matrix = self.matrix(item, [len(own) for own in listed])
        return None if matrix is None else CorrelationStatement(tuple(listed), matrix, item.place)

    def matrix(self, item: Mapping, sizes: list[int]) -> np.ndarray | None:
        """Return the coefficients between what is listed; of the cells of one name nothing is said, unless it stands alone."""
        coefficient, rows = item.get("coefficient"), item.get("matrix")
        if coefficient is not None and rows is not None:
            self.fault("a correlation has a coefficient and a matrix", item.place, remedy="keep one of them")
            return None
        matrix: Numbers | None
        if coefficient is not None:
            matrix = np.full((len(sizes), len(sizes)), read_amount(coefficient, "coefficient", self.errors))
            if len(sizes) > 1:
                np.fill_diagonal(matrix, np.nan)
        elif isinstance(rows, Sequence):
            matrix = self.written(rows, sizes)
        else:
            self.fault("a correlation has a coefficient or a matrix", item.place, remedy="write `coefficient: 0.5`")
            return None
        if matrix is not None and (np.abs(matrix) > 1).any():
            self.fault("a correlation lies between -1 and 1", item.place, remedy="write correlations, not covariances")
            return None
        return matrix

    def written(self, rows: Sequence, sizes: list[int]) -> np.ndarray | None:
        """Return a matrix as written; a 1 on its diagonal says nothing, as that of any correlation matrix."""
        found = [
            [read_amount(cell, "matrix", self.errors) for cell in row.items] for row in rows.items if isinstance(row, Sequence)
        ]
        if {len(found), *map(len, found)} != {len(sizes)} or found != [list(column) for column in zip(*found, strict=True)]:
            self.fault("a correlation matrix is square and symmetric, with one row for each name", rows.place,
                       remedy=f"write {len(sizes)} rows of {len(sizes)} numbers, the same across and down")  # fmt: skip
            return None
        if any(found[at][at] != 1 for at, size in enumerate(sizes) if size == 1):
            self.fault("the diagonal of a correlation matrix is 1", rows.place, remedy="write correlations, not covariances")
            return None
        matrix = np.array(found)
        diagonal = np.arange(len(sizes))
        # NaN for "nothing said": cells of one name are tied by that name's own rule, unless another number than 1 stands there.
        matrix[diagonal, diagonal] = np.where(np.diag(matrix) == 1.0, np.nan, np.diag(matrix))
        return matrix


# -- numbers


def factor_of(matrix: Numbers) -> Numbers:
    """Return the lower triangle whose product with its transpose is a correlation matrix, by Cholesky's scheme.

    Source: G. H. Golub, C. F. Van Loan, Matrix Computations (2013), section 4.2.

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
