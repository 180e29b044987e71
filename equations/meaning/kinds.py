"""The kind of each part of a resolved formula: a number, a condition, or a matrix over two index sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from equations.errors import ExpressionError, MethodologyError
from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    Diagonal,
    Excluded,
    Identity,
    Letter,
    Logic,
    MatrixRef,
    Member,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Reduce,
    Span,
    Supplied,
    Switch,
    Transpose,
    Word,
)
from equations.formula.tokens import Source
from equations.meaning.names import Names

#: Kind of a value: a number, a condition, a matrix given by the sets of its rows and columns, or a fault that is reported.
Kind: TypeAlias = str | tuple[str, str]


@dataclass
class KindChecker:
    """Derives kinds and collects the faults: X207.

    ``relation`` tells that the formula is a relation to be solved: an equality that may be one of matrices.
    """

    names: Names
    source: Source
    errors: list[MethodologyError]
    relation: bool = False

    def fault(self, code: str, what: str, span: Span, why: str = "", remedy: str = "") -> None:
        self.errors.append(ExpressionError(code, what, self.source.place(span), why=why, remedy=remedy))

    def whole(self, formula: Node) -> Kind:
        """Return the kind of a whole formula; of a relation to be solved the outermost equality is no condition on its sides."""
        return self.relation_kind(formula) if self.relation and isinstance(formula, Compare) and formula.op == "==" else self.kind(formula)

    def kind(self, node: Node) -> Kind:  # noqa: C901, PLR0911, PLR0912 - one arm for each kind of node
        """Return the kind of a resolved node; faults are collected."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal):
                axes = self.names.quantities[quantity].indices
                return (axes[0], axes[0]) if diagonal else (axes[0], axes[1])
            case Compare(left=left, right=right):
                for side in (left, right):
                    if not isinstance(side, Letter | Word | Switch) and self.kind(side) not in ("number", "fault"):
                        self.fault("X207", f"only numbers can be compared, and this is {_kind_name(self.kind(side))}", side.span,
                                   remedy="compare elements of a matrix by their indices, and join conditions by and, or, not")  # fmt: skip
                return "condition"
            case Logic(parts=parts):
                for part in parts:
                    self.expect(part, "condition")
                return "condition"
            case Not(operand=operand):
                self.expect(operand, "condition")
                return "condition"
            case Member() | Supplied():
                return "condition"
            case Binary():
                return self.binary_kind(node)
            case Negative(operand=operand):
                return self.kind(operand)
            case Identity(set=set_id) | Diagonal(set=set_id):
                return set_id, set_id
            case Transpose(operand=operand):
                turned = self.kind(operand)
                return (turned[1], turned[0]) if isinstance(turned, tuple) else "number"
            case Call():
                return self.call_kind(node)
            case Reduce(body=Points(numbers=numbers, values=values, at=at)):
                for part in (numbers, values, at):
                    self.expect(part, "number")
                return "number"
            case Reduce(kind="Count", body=body):
                if not isinstance(body, Number):
                    self.expect(body, "condition")
                return "number"
            case Reduce(kind=kind, body=body):
                wanted = "condition" if kind in ("All", "Any") else "number"
                found = self.kind(body)
                if wanted == "condition" or kind != "Sum" or found == "condition":
                    self.expect(body, wanted)
                return found if kind == "Sum" else wanted
            case Cases(branches=branches, otherwise=otherwise):
                for condition, value in branches:
                    self.expect(condition, "condition")
                    self.expect_value(value)
                if otherwise is not None:
                    self.expect_value(otherwise)
                return "number"
            case Switch() | Word() | Letter() | Excluded():
                return self.misplaced(node)
        return "number"

    def misplaced(self, node: Node) -> Kind:
        """Report what can stand only inside something else."""
        if isinstance(node, Letter):
            self.fault("X207", f"the letter {node.letter} is not a number", node.span, why="it stands for a member of an index set",
                       remedy="elapsed_years(y) counts years; compare a letter only with a label")  # fmt: skip
        elif isinstance(node, Excluded):
            self.fault("X202", "`excluded` outside of cases", node.span, why="it is a cell that is left out, not a number",
                       remedy="write cases(condition: excluded, otherwise: ...)")  # fmt: skip
        else:
            self.fault("X207", "a choice stands alone", node.span, why="it has values, and is itself neither true nor false",
                       remedy="compare it with one of its values, as in option == 1")  # fmt: skip
        return "fault"

    def expect_value(self, node: Node) -> None:
        if not isinstance(node, Excluded):
            self.expect(node, "number")

    def relation_kind(self, node: Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if left != right:
            self.fault("X207", f"{_kind_name(left)} cannot equal {_kind_name(right)}", node.span,
                       remedy="write both sides with matrix names, or both with indices")  # fmt: skip
        return "condition"

    def expect(self, node: Node, wanted: Kind) -> None:
        found = self.kind(node)
        if found not in (wanted, "fault"):
            self.fault("X207", f"{_kind_name(found)} where {_kind_name(wanted)} is meant", node.span, remedy=_REMEDIES.get(
                (_kind_name(found), _kind_name(wanted)), "write the matrix with indices, as one of its elements"))  # fmt: skip

    def binary_kind(self, node: Binary) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if "condition" in (left, right):
            self.fault("X207", "arithmetic with a condition", node.span, remedy="write cases(condition: a, otherwise: b)")
            return "fault"
        if "fault" in (left, right):
            return "fault"
        matrices = [side for side in (left, right) if isinstance(side, tuple)]
        if not matrices:
            if node.op in (".*", "@"):
                self.fault("X207", f"{node.op} joins matrices, and these are numbers", node.span, remedy="write *")
            return "number"
        if node.op == "^":
            if isinstance(right, tuple) or not isinstance(left, tuple):
                self.fault("X207", "a power has a number as exponent", node.span, remedy="write the matrix with indices")
            return left
        if len(matrices) == 1:
            if node.op in ("*", "/") and not (node.op == "/" and isinstance(right, tuple)):
                return matrices[0]
            self.fault("X207", f"{node.op} joins a matrix with a number", node.span,
                       remedy="write the matrix with indices, or a matrix on both sides")  # fmt: skip
            return matrices[0]
        return self.matrix_kind(node, matrices[0], matrices[1])

    def matrix_kind(self, node: Binary, left: tuple[str, str], right: tuple[str, str]) -> Kind:
        if node.op in ("*", "/"):
            self.fault("X207", f"{node.op} between two matrices", node.span,
                       why="it could mean the element-wise or the matrix product",
                       remedy="write .* (element by element) or @ (matrix product)")  # fmt: skip
        if node.op == "@":
            if left[1] != right[0]:
                self.fault("X207", f"columns over {left[1]} meet rows over {right[0]}", node.span,
                           remedy="exchange the factors, or write transpose(M)")  # fmt: skip
            return left[0], right[1]
        if left != right:
            self.fault("X207", f"a {left[0]} by {left[1]} matrix meets a {right[0]} by {right[1]} matrix", node.span,
                       remedy="both must run over the same sets")  # fmt: skip
        return left

    def call_kind(self, node: Call) -> Kind:
        if FUNCTIONS[node.name].rule != "calendar":
            for argument in node.arguments:
                self.expect(argument, "number")
        return "number"


_REMEDIES = {
    ("a number", "a condition"): "compare it, as in x > 0",
    ("a condition", "a number"): "write cases(condition: a, otherwise: b)",
    ("a matrix", "a condition"): "compare its elements, as in All(i, j, x[i, j] > 0)",
}


def _kind_name(kind: Kind) -> str:
    return {"number": "a number", "condition": "a condition"}.get(kind, "a matrix") if isinstance(kind, str) else "a matrix"
