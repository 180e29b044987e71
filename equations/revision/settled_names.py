"""Conditions that a revision writes although it settles the choice that they ask for in the same breath."""

from __future__ import annotations

from collections.abc import Iterator

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Settled
from equations.revision.document_parts import blocks_of, id_of
from equations.revision.edit_log import EditLog
from equations.revision.needs_of_document import FORMULAS, tokens_of


def check_settled_names(document: Mapping, changes: Mapping, log: EditLog) -> None:
    """Report (S109) what a revision adds or replaces that still asks for a choice which it has settled.

    Parameters
    ----------
    document
        The edited document; a name that it declares anew is another thing.
    """
    declared = {id_of(block) for list_ in ("choices", "quantities") for block in blocks_of(document.get(list_))}
    settled = {one.choice: one for one in log.settled if one.kind == "choice" and one.choice not in declared}
    for word in ("replace", "add"):
        for scalar in _formulas(changes.get(word)) if settled else ():
            asked = next((settled[token.text] for token in tokens_of(scalar.text) if token.text in settled), None)
            if asked is not None:
                _fault(asked, scalar, log)


def _fault(asked: Settled, scalar: Scalar, log: EditLog) -> None:
    log.fault(f"{scalar.text!r} asks for the choice {asked.choice!r}", scalar.place, why=f"this revision settles it as {asked.value}",
              remedy="leave the question out where it holds, and the entry where it does not")  # fmt: skip


def _formulas(node: YamlNode | None) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for key, value in node:
            if isinstance(value, Scalar) and key.text in FORMULAS:
                yield value
            else:
                yield from _formulas(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _formulas(item)
