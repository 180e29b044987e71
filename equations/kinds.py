"""The kind of each part of a resolved formula: a number, a condition, or a matrix over two index sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from equations.errors import ExpressionError, MethodologyError
from equations.functions import FUNCTIONS
from equations.names import Names
from equations.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    Letter,
    Logic,
    MatrixRef,
    Member,
    Negative,
    Node,
    Not,
    Reduce,
    Span,
    Supplied,
    Switch,
    Word,
)
from equations.tokens import Source

#: Kind of a value: a number, a condition, or a matrix given by the sets of its rows and columns.
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

    def kind(self, node: Node) -> Kind:
        """Return the kind of a resolved node; faults are collected."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal):
                axes = self.names.quantities[quantity].indices
                return (axes[0], axes[0]) if diagonal else (axes[0], axes[1])
            case Compare(left=left, right=right):
                if self.relation and node.op == "==":
                    return self.relation_kind(node)
                for side in (left, right):
                    if not isinstance(side, Letter | Word | Switch) and self.kind(side) != "number":
                        self.fault("X207", "only numbers can be compared", side.span)
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
            case Call():
                return self.call_kind(node)
            case Reduce(kind=kind, body=body):
                wanted = "condition" if kind in ("All", "Any") else "number"
                found = self.kind(body)
                if wanted == "condition" or kind != "Sum" or found == "condition":
                    self.expect(body, wanted)
                return found if kind == "Sum" else wanted
            case Cases(branches=branches, otherwise=otherwise):
                for condition, value in branches:
                    self.expect(condition, "condition")
                    self.expect(value, "number")
                if otherwise is not None:
                    self.expect(otherwise, "number")
                return "number"
            case Switch() | Word():
                self.fault("X207", "a choice stands alone", node.span, remedy="compare it with one of its values")
            case Letter():
                self.fault("X207", f"the letter {node.letter} is not a number", node.span,
                           remedy="elapsed_years(y) counts years; compare a letter only with a label")  # fmt: skip
        return "number"

    def relation_kind(self, node: Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if left != right:
            self.fault("X207", f"{_kind_name(left)} cannot equal {_kind_name(right)}", node.span)
        return "condition"

    def expect(self, node: Node, wanted: Kind) -> None:
        found = self.kind(node)
        if found != wanted:
            self.fault("X207", f"{_kind_name(found)} where {_kind_name(wanted)} is meant", node.span)

    def binary_kind(self, node: Binary) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if "condition" in (left, right):
            self.fault("X207", "arithmetic with a condition", node.span)
            return "number"
        matrices = [side for side in (left, right) if isinstance(side, tuple)]
        if not matrices:
            if node.op in (".*", "@"):
                self.fault("X207", f"{node.op} joins matrices, and these are numbers", node.span, remedy="write *")
            return "number"
        if node.op == "^":
            if isinstance(right, tuple) or not isinstance(left, tuple):
                self.fault("X207", "a power has a number as exponent", node.span)
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
                self.fault("X207", f"columns over {left[1]} meet rows over {right[0]}", node.span)
            return left[0], right[1]
        if left != right:
            self.fault("X207", f"a {left[0]} by {left[1]} matrix meets a {right[0]} by {right[1]} matrix", node.span)
        return left

    def call_kind(self, node: Call) -> Kind:
        if node.name == "identity" and isinstance(node.arguments[0], Word):
            return node.arguments[0].text, node.arguments[0].text
        if node.name == "diag" and isinstance(node.arguments[0], Word):
            set_id = node.arguments[0].text.partition(":")[2]
            return set_id, set_id
        if node.name == "transpose":
            kind = self.kind(node.arguments[0])
            return (kind[1], kind[0]) if isinstance(kind, tuple) else "number"
        if FUNCTIONS[node.name].rule != "calendar":
            for argument in node.arguments:
                self.expect(argument, "number")
        return "number"


def _kind_name(kind: Kind) -> str:
    return {"number": "a number", "condition": "a condition"}.get(kind, "a matrix") if isinstance(kind, str) else "a matrix"
