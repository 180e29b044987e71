"""States of cells as a project writes them beside its numbers: measured, substituted and by which method, not operating, unknown.

``state:`` of a block is said of every cell that it lists, or label by label, nested as the values; a column ``state`` of a CSV file says it of
a line, ``otherwise_state:`` of what ``otherwise:`` covers. Where nothing is said the state of a number is not known, and is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.project.project_file import ProjectBlock
from equations.errors import near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.records import record

MEASURED, SUBSTITUTED, IDLE, UNKNOWN = "measured", "substituted", "not operating", "unknown"
STATES = (MEASURED, SUBSTITUTED, IDLE, UNKNOWN)
#: Where it is kept of a number: among what is said of it beside the source.
FIELD = "state"
_BY = f"{SUBSTITUTED} by "


@record(frozen=True)
class CellState:
    """A state, and the method by which a number was substituted; ``word`` is empty where nothing is said."""

    word: str = ""
    method: str = ""


def state_of(meta: tuple[tuple[str, str], ...]) -> CellState:
    """Return the state that is said of a number.

    Examples
    --------
    >>> state_of((("state", "substituted by least"),)).method
    'least'
    """
    text = " ".join(dict(meta).get(FIELD, "").split())
    return CellState(SUBSTITUTED, text.removeprefix(_BY)) if text.startswith(_BY) else CellState(text)


def fault_of(text: str) -> tuple[str, str, str] | None:
    """Return what is wrong with a state as it is written, why, and what to write; ``None`` where it is one."""
    words = " ".join(text.split())
    if words in STATES or (words.startswith(_BY) and words.removeprefix(_BY)):
        return None
    remedy = near_or_all(words, (*STATES, f"{_BY}METHOD"), "write") or "write one of them"
    return f"{words!r} is no state of a number", f"it is {', '.join(STATES)}, or {_BY}a method of the methodology", remedy


def nested_texts(node: YamlNode | None) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    """Yield the labels of which something is said, and what; no labels where it is said of all. :func:`lists_in` tells what is passed over."""
    if isinstance(node, Scalar):
        if not node.is_empty:
            yield (), node
    elif isinstance(node, Mapping):
        for key, value in node:
            for labels, scalar in nested_texts(value):
                yield (key.text, *labels), scalar


def lists_in(node: YamlNode | None) -> Iterator[Sequence]:
    """Yield the lists that stand where labels are meant: of what they hold it is not said whose it is."""
    if isinstance(node, Sequence):
        yield node
    elif isinstance(node, Mapping):
        for _, value in node:
            yield from lists_in(value)


class BlockStates:
    """What one block of values says of the states of its cells."""

    def __init__(self, block: ProjectBlock) -> None:
        self.lists = tuple(lists_in(block.node.get(FIELD)))
        self.said = dict(nested_texts(block.node.get(FIELD)))

    def of(self, labels: tuple[str, ...]) -> Scalar | None:
        """Return what is said of a cell: of itself before what is said of more; ``labels`` are those of the open indices."""
        for length in range(len(labels), -1, -1):
            if (found := self.said.get(labels[:length])) is not None:
                return found
        return None
