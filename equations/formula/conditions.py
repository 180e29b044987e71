"""What a condition comes to as far as some of its parts are known: yes, no, or open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from equations.formula.syntax import Logic, Node, Not


def decided(node: Node, known: Callable[[Node], bool | None]) -> bool | None:
    """Decide as much of a condition as its known parts do; ``None`` where the rest decides.

    Parameters
    ----------
    known
        Decides a part that is neither ``and``, ``or`` nor ``not``; ``None`` where it cannot.
    """
    match node:
        case Logic(op=op, parts=parts):
            values = [decided(part, known) for part in parts]
            decisive = op == "or"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case Not(operand=operand):
            inner = decided(operand, known)
            return None if inner is None else not inner
    return known(node)


def joined_parts(condition: Node) -> Iterator[Node]:
    """Yield what ``and``, ``or`` and ``not`` join."""
    if isinstance(condition, Logic):
        for part in condition.parts:
            yield from joined_parts(part)
    elif isinstance(condition, Not):
        yield from joined_parts(condition.operand)
    else:
        yield condition
