"""A yes/no quantity where a condition is meant: it stands for "the answer is yes", a comparison with 1."""

from __future__ import annotations

from collections.abc import Mapping

from equations.formula.syntax import Cases, Compare, Element, Logic, Node, Not, Number, Reduce, rebuild, walk
from equations.model.quantity import Quantity


def with_answers(formula: Node, quantities: Mapping[str, Quantity], *, is_condition: bool = False) -> Node:
    """Return a resolved formula in which an answer that stands as a condition is compared with yes.

    Parameters
    ----------
    is_condition
        Whether the whole formula is one.
    """
    places = [part for node in walk(formula) for part in _conditions(node)] + ([formula] if is_condition else [])
    parts: dict[int, Node] = {
        id(part): Compare("==", part, Number("1", span=part.span), span=part.span)
        for part in places
        if isinstance(part, Element) and part.quantity in quantities and quantities[part.quantity].type == "yes_no"
    }
    return rebuild(formula, parts) if parts else formula


def _conditions(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node that are conditions."""
    match node:
        case Logic(parts=parts):
            return parts
        case Not(operand=operand):
            return (operand,)
        case Cases(branches=branches):
            return tuple(condition for condition, _ in branches)
        case Reduce(kind="All" | "Any" | "Count", body=body):
            return (body,)
    return ()
