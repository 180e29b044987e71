"""Products and sums as lists of their operands, each with the operator before it."""

from __future__ import annotations

from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Diagonal,
    Element,
    Identity,
    MatrixRef,
    Negative,
    Node,
    Number,
    Ratio,
    Reduce,
    Transpose,
)

#: Operators that bind as tightly as each other.
PRODUCT, SUM = ("*", "/", ".*", "@"), ("+", "-")


def parts_of(node: Node, ops: tuple[str, ...]) -> list[tuple[str, Node]]:
    """Return the operands of a chain written from the left, each with the operator before it."""
    if isinstance(node, Binary) and node.op in ops:
        return [*parts_of(node.left, ops), (node.op, node.right)]
    return [("*" if ops == PRODUCT else "+", node)]


def product_of(parts: list[tuple[str, Node]]) -> Node:
    """Join the operands of a product again."""
    (op, result), *rest = parts
    if op == "/":
        result = Binary("/", Number("1"), result)
    for op, factor in rest:
        result = Binary(op, result, factor)
    return result


def total_of(parts: list[tuple[str, Node]]) -> Node:
    """Join the terms of a sum or difference again."""
    (op, result), *rest = parts
    if op == "-":
        result = Negative(result)
    for op, term in rest:
        result = Binary(op, result, term)
    return result


def is_matrix(node: Node) -> bool:
    """Whether a resolved part of a formula is a matrix."""
    if isinstance(node, MatrixRef | Diagonal | Identity | Transpose):
        return True
    if isinstance(node, Binary):
        return node.op in (".*", "@") or is_matrix(node.left) or (node.op != "^" and is_matrix(node.right))
    return isinstance(node, Negative) and is_matrix(node.operand)


def name_of(node: Node) -> str:
    """Name a part of a formula in a few words."""
    match node:
        case Element(quantity=name) | MatrixRef(name=name) | Call(name=name):
            return name
        case Diagonal():
            return "diag"
        case Identity() | Transpose():
            return type(node).__name__.lower()
        case Number(text=text) | Ratio(text=text):
            return text
        case Reduce(kind=kind):
            return f"the {kind}"
        case Cases():
            return "the cases"
        case Negative(operand=operand):
            return name_of(operand)
        case Binary(left=left, right=right, op=op):
            return f"({name_of(left)} {op} {name_of(right)})"
    return "a part"
