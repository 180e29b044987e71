"""Matrix formulas element by element: ``M`` at a row and a column, ``.*`` as a product, ``@`` as a sum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Cases,
    Compare,
    Diagonal,
    Element,
    GroupOf,
    Identity,
    IndexGroup,
    IndexLetter,
    Letter,
    MatrixRef,
    Member,
    Negative,
    Node,
    Number,
    Reduce,
    Transpose,
    rebuild,
    walk,
)
from equations.model.methodology import Methodology
from equations.notation.plain import plain_text

_MOST_FACTORS = 12


def is_matrix(node: Node) -> bool:
    """Whether a resolved formula gives a matrix (or is a relation between matrices)."""
    match node:
        case MatrixRef() | Diagonal() | Identity() | Transpose():
            return True
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return is_matrix(left) or is_matrix(right)
        case Negative(operand=inner) | Reduce(kind="Sum", body=inner):
            return is_matrix(inner)
    return False


def matrix_sets(node: Node, methodology: Methodology) -> tuple[str, str]:
    """Return the index sets of the rows and of the columns of a matrix."""
    match node:
        case MatrixRef(quantity=quantity, diagonal=diagonal):
            axes = methodology.quantity[quantity].indices
            return axes[0], axes[0 if diagonal else 1]
        case Transpose(operand=inner):
            return matrix_sets(inner, methodology)[::-1]
        case Diagonal(set=set_id) | Identity(set=set_id):
            return set_id, set_id
        case Binary(op="@", left=left, right=right):
            return matrix_sets(left, methodology)[0], matrix_sets(right, methodology)[1]
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return matrix_sets(left if is_matrix(left) else right, methodology)
        case Negative(operand=inner) | Reduce(body=inner):
            return matrix_sets(inner, methodology)
    raise ValueError(f"not a matrix: {plain_text(node)}")


def free_letter(set_id: str, used: set[str], methodology: Methodology) -> str:
    """Return a letter for a set that is not among ``used`` (where it is added): one of its own, or ``i1``, ``i2``, ..."""
    own = [*methodology.index_set[set_id].letters, *methodology.index_set[methodology.base_set(set_id)].letters]
    numbered = (f"{(own or ['k'])[0]}{n}" for n in range(1, len(used) + len(methodology.quantities) + 2))
    letter = next(x for x in (*own, *numbered) if x not in used and x not in methodology.quantity)
    used.add(letter)
    return letter


def letters_in(node: Node) -> set[str]:
    """Return every letter that stands in a resolved tree, bound or not."""
    kinds = IndexLetter | Letter | IndexGroup | GroupOf | Binder | Diagonal | Member
    return {x.letter for x in walk(node) if isinstance(x, kinds)}


def lowered(node: Node, row: str, column: str, methodology: Methodology) -> Node:
    """Return the element of a matrix formula in one row and column.

    Parameters
    ----------
    node
        A resolved formula; what is not a matrix is returned as it is.
    row, column
        Letters, which the formula must not bind.

    Returns
    -------
    Node
        A tree without matrices. ``M`` becomes ``M``'s quantity at row and column, a diagonal matrix its element times
        ``cases(row == column: 1, otherwise: 0)``, ``.*`` a product and ``@`` a sum over a letter of its own.

    Raises
    ------
    ValueError
        If the formula binds ``row`` or ``column``, or raises a matrix to a power that is not a whole number written out.
    """
    if not is_matrix(node):
        return node
    clash = {x.letter for x in walk(node) if isinstance(x, Binder)} & {row, column}
    if clash:
        raise ValueError(f"the formula binds the letter {clash.pop()}; take another for row and column")
    return _Lowering(methodology, {row, column, *letters_in(node)}).of(node, row, column)


@dataclass
class _Lowering:
    methodology: Methodology
    used: set[str] = field(default_factory=set)

    def of(self, node: Node, row: str, column: str) -> Node:
        if not is_matrix(node):
            return node
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal, indices=indices):
                at = (IndexLetter(letter=row),) if diagonal else (IndexLetter(letter=row), IndexLetter(letter=column))
                element = Element(quantity=quantity, indices=(*at, *indices))
                return Binary(op="*", left=element, right=_delta(row, column)) if diagonal else element
            case Transpose(operand=inner):
                return self.of(inner, column, row)
            case Diagonal(letter=letter, body=body):
                return Binary(op="*", left=_renamed(body, letter, row), right=_delta(row, column))
            case Identity():
                return _delta(row, column)
            case Binary(op="@", left=left, right=right):
                set_id = matrix_sets(left, self.methodology)[1]
                letter = free_letter(set_id, self.used, self.methodology)
                body = Binary(op="*", left=self.of(left, row, letter), right=self.of(right, letter, column))
                return Reduce(kind="Sum", binders=(Binder(letter=letter, within=All(set_id)),), body=body)
            case Binary(op="^", left=left, right=right):
                return self.power(left, right, row, column)
            case Binary(op=op, left=left, right=right):
                op = "*" if op == ".*" else op
                return replace(node, op=op, left=self.of(left, row, column), right=self.of(right, row, column))
            case Compare(left=left, right=right):
                return replace(node, left=self.of(left, row, column), right=self.of(right, row, column))
            case Negative(operand=operand):
                return replace(node, operand=self.of(operand, row, column))
            case Reduce(body=body):
                return replace(node, body=self.of(body, row, column))
        raise TypeError(f"not a matrix: {node!r}")

    def power(self, base: Node, exponent: Node, row: str, column: str) -> Node:
        if not is_written_out(exponent):
            raise ValueError(f"a matrix to the power {plain_text(exponent)} has no element that could be written out")
        assert isinstance(exponent, Number)
        factors = int(exponent.text)
        if not factors:
            return _delta(row, column)
        chain = base
        for _ in range(factors - 1):
            chain = Binary(op="@", left=chain, right=base)
        return self.of(chain, row, column)


def is_written_out(exponent: Node) -> bool:
    """Whether a matrix to that power is written as a product of so many factors: a whole number, and not a large one."""
    return isinstance(exponent, Number) and exponent.text.isdigit() and int(exponent.text) <= _MOST_FACTORS


def _delta(row: str, column: str) -> Node:
    same = Compare(op="==", left=Letter(letter=row), right=Letter(letter=column))
    return Cases(branches=((same, Number(text="1")),), otherwise=Number(text="0"))


def _renamed(node: Node, old: str, new: str) -> Node:
    """Return a tree with one letter exchanged."""
    parts: dict[int, Node] = {}
    for part in walk(node):
        if isinstance(part, IndexLetter | Letter | IndexGroup | GroupOf | Member) and part.letter == old:
            parts[id(part)] = replace(part, letter=new)
    return rebuild(node, parts)
