"""Parts of a formula exchanged for others; what stays keeps its place in the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from equations.formula.syntax import IndexGroup, IndexLetter, Letter, Member, Node, rebuild, walk


def exchanged(formula: Node, swap: Callable[[Node], Node | None]) -> Node:
    """Return a formula in which each part has been exchanged for which ``swap`` returns another one; what stands in its place is kept as it is."""
    parts: dict[int, Node] = {}
    for node in walk(formula):
        new = swap(node)
        if new is not None:
            parts[id(node)] = new
    return rebuild(formula, parts) if parts else formula


def with_letters(formula: Node, letters: Mapping[str, str]) -> Node:
    """Return a formula that binds no letter, with other letters."""

    def swap(node: Node) -> Node | None:
        if isinstance(node, IndexLetter | Letter | IndexGroup | Member) and letters.get(node.letter, node.letter) != node.letter:
            return replace(node, letter=letters[node.letter])
        return None

    return exchanged(formula, swap)
