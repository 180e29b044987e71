"""Powers of matrices for the second computation: an integral in place of square roots and series, in decimal numbers of 40 digits.

``A ^ f = sin(pi f) / pi * integral over all u of e ^ (f u) (e^u I + A)^-1 A du`` for 0 < f < 1, which is the principal power by its
definition. With ``u = pi / 2 sinh(v)`` a plain sum over equal steps of ``v`` doubles its digits when the steps are halved.

Source
------
N. J. Higham, Functions of Matrices (SIAM 2008), section 7.1 (the integral); H. Takahasi and M. Mori, Publ. RIMS 9 (1974) 721-741 (the
substitution).
"""

from __future__ import annotations

import math
from decimal import Context, Decimal, InvalidOperation, localcontext
from itertools import count

from engine.audit.second_computation.scalar_units import PathError

Rows = list[list[Decimal]]

_DIGITS = 40
#: Two sums so near to each other leave an error of about their square to the finer one.
_CLOSE = Decimal("1e-9")
_FIRST_STEP, _MOST_HALVINGS = 0.25, 6
#: Terms of this share of the greatest are the end of a sum.
_END = 1e-17
#: Beyond this the resolvent is what it is at the end, to 24 digits.
_FAR = 55.0


def power_of(matrix: list[list[float]], exponent: Decimal) -> list[list[float]]:
    """Return the principal power of a matrix.

    Parameters
    ----------
    matrix
        Square, rows of float.
    exponent
        Any; one that is not whole asks for a matrix without eigenvalues on the negative real axis.

    Raises
    ------
    PathError
        Where there is no such power, or the sum does not settle.
    """
    with localcontext(Context(prec=_DIGITS)):
        rows = [[Decimal(x) for x in row] for row in matrix]
        whole = math.floor(exponent)
        part = exponent - whole
        try:
            result = _whole(rows if whole >= 0 else _solved(rows, _unit(len(rows))), abs(whole))
            if part:
                result = _product(result, _part(rows, part))
        except (ZeroDivisionError, InvalidOperation) as cause:
            raise PathError(f"a matrix to the power {exponent:.6g}, which it does not have") from cause
        return [[float(x) for x in row] for row in result]


def _part(matrix: Rows, exponent: Decimal) -> Rows:
    """Return the power with an exponent between 0 and 1: sums over finer and finer steps, until two agree."""
    shares, step = (float(exponent), float(1 - exponent)), _FIRST_STEP
    ends = {end: _resolvent(matrix, end) for end in (-_FAR, _FAR)}
    total = _sum(matrix, shares, step, 0.0, ends)
    before = _scaled(total, shares, step)
    for _ in range(_MOST_HALVINGS):
        # The finer sum has the nodes of the coarser one, and those half way between.
        total = _plus(total, _sum(matrix, shares, step, step / 2, ends))
        step /= 2
        now = _scaled(total, shares, step)
        if max(abs(a - b) for left, right in zip(now, before, strict=True) for a, b in zip(left, right, strict=True)) <= _CLOSE:
            return now
        before = now
    raise PathError(f"a matrix to the power {exponent:.6g}: the integral does not settle, as with eigenvalues below zero")


def _scaled(total: Rows, shares: tuple[float, float], step: float) -> Rows:
    factor = Decimal(math.sin(math.pi * min(shares)) / math.pi * step)
    return [[x * factor for x in row] for row in total]


def _sum(matrix: Rows, shares: tuple[float, float], step: float, offset: float, ends: dict[float, Rows]) -> Rows:
    """Add up the integrand at ``offset + k step``, outwards to both sides.

    Parameters
    ----------
    shares
        f and 1 - f: how fast the integrand goes to zero below, and above.
    ends
        The resolvent where it moves no more: below it stays, above it goes on as e^-u.
    """
    total = [[Decimal(0)] * len(matrix) for _ in matrix]
    for sign in (1, -1):
        for k in count(0 if sign == 1 else 1):
            at = offset + sign * k * step
            u = math.pi / 2 * math.sinh(at)
            weight = math.pi / 2 * math.cosh(at)
            if math.exp(u * shares[0] if u < 0 else -u * shares[1]) * weight * min(shares) <= _END:
                break
            near = max(-_FAR, min(_FAR, u))
            factor = Decimal(math.exp(u * shares[0] if u < 0 else near - u * shares[1]) * weight)
            found = ends[near] if near in ends else _resolvent(matrix, near)
            total = _plus(total, [[x * factor for x in row] for row in found])
    return total


def _resolvent(matrix: Rows, u: float) -> Rows:
    shift = Decimal(math.exp(u))
    return _solved([[x + shift if i == j else x for j, x in enumerate(row)] for i, row in enumerate(matrix)], matrix)


# -- plain matrices


def _unit(size: int) -> Rows:
    return [[Decimal(int(i == j)) for j in range(size)] for i in range(size)]


def _plus(left: Rows, right: Rows) -> Rows:
    return [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(left, right, strict=True)]


def _product(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [[sum((a * b for a, b in zip(row, column, strict=True) if a), Decimal(0)) for column in columns] for row in left]


def _whole(matrix: Rows, exponent: int) -> Rows:
    result = _unit(len(matrix))
    for digit in bin(exponent)[2:]:
        result = _product(result, result)
        if digit == "1":
            result = _product(result, matrix)
    return result


def _solved(matrix: Rows, right: Rows) -> Rows:
    """Solve ``matrix Z = right`` by elimination with pivots; a column that is done is dropped."""
    size = len(matrix)
    rows = [[*row, *more] for row, more in zip(matrix, right, strict=True)]
    for k in range(size):
        best = max(range(k, size), key=lambda i: abs(rows[i][0]))
        rows[k], rows[best] = rows[best], rows[k]
        pivot = rows[k][0]
        head = [x / pivot if x else x for x in rows[k][1:]]
        rows = [
            head if i == k else [x - row[0] * y if y else x for x, y in zip(row[1:], head, strict=True)] if row[0] else row[1:]
            for i, row in enumerate(rows)
        ]
    return rows
