"""What messages on names say: what was probably meant by one that is not declared, and how things are called."""

from __future__ import annotations

from collections.abc import Mapping

from equations.errors import near
from equations.formula.foreign import for_name
from equations.formula.syntax import Name, Node, Number, Text, Word
from equations.meaning.names import Names


def meant_by_name(node: Name, names: Names, own: Mapping[str, str]) -> str:
    """Return what to write in place of a name that there is not."""
    member = next((s.id for s in names.index_sets.values() if node.name in s.members), "") if not node.bracketed else ""
    value = next((f"{id_} == {node.name}" for id_, values in names.choices.items() if node.name in values), "")
    brought = for_name(node.name, {*names.quantities, *names.matrices}, {*names.letters, *own})
    quoted = f'write it in quotes if the member of {member} is meant: i == "{node.name}"' if member else ""
    known = [*names.quantities, *names.matrices, *names.choices]
    return (brought or quoted or (f"write {value}" if value else "") or near(node.name, known)
            or "declare it under `quantities:`, or correct the name")  # fmt: skip


def meant_by_letter(letter: str, names: Names, own: Mapping[str, str]) -> str:
    """Return what to write in place of a letter that there is not."""
    member = next((s.id for s in names.index_sets.values() if letter in s.members), "")
    mark = {"first": "start", "last": "end"}.get(letter, "")
    known = [*names.letters, *own]
    return (f'write "{letter}" in quotes for the member of {member}' if member else f"write {mark}" if mark else ""
            ) or near(letter, known) or f"letters: {', '.join(sorted(set(known)))}"  # fmt: skip


def values_or_members(function: str, letter: str) -> tuple[str, str]:
    """Return why ``max`` and ``min`` take no letter, and what to write."""
    over = function.capitalize()
    return f"{function}(a, b) takes a few values; {over} goes over members", f"write {over}({letter}, ...) with a capital"


def no_step(function: str) -> tuple[str, str]:
    """Return why a step of rounding is a written number, and what to write."""
    return "to what is rounded may not hang on data", f"write {function}(x, 0.1), with the unit of x behind the number where it has one"


def counted(count: int) -> str:
    """Return how many indices there are, in words."""
    return "1 index" if count == 1 else f"{count} indices"


def word_of(node: Node) -> str | None:
    """Return the word that a node is, quoted or not."""
    if isinstance(node, Text | Word | Number):
        return node.text
    return node.name if isinstance(node, Name) and not node.bracketed else None
