"""Parts of a document read and exchanged: lists of the spec, fields of a block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode


def with_list(document: Mapping, name: str, items: tuple[YamlNode, ...] | list[Mapping], at: Scalar | None = None) -> Mapping:
    """Return a document with other items of one list; one that is not there stays away unless ``at`` says where it is added."""
    held = document.get(name)
    if held is None and at is None:
        return document
    place = held or at
    assert place is not None
    return with_field(document, name, Sequence(tuple(items), place.file, place.line, place.column))


def with_field(block: Mapping, name: str, value: YamlNode | None) -> Mapping:
    """Return a block with one field exchanged, put in, or, for ``None``, taken out."""
    if value is None:
        return replace(block, entries=tuple((k, v) for k, v in block if k.text != name))
    if name in block:
        return replace(block, entries=tuple((k, value if k.text == name else v) for k, v in block))
    key = Scalar(name, value.file, value.line, value.column)
    return replace(block, entries=(*block.entries, (key, value)))


def blocks_of(node: YamlNode | None) -> list[Mapping]:
    """Return the blocks of a list."""
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def with_each(block: Mapping, name: str, change: Callable[[Mapping], Mapping | None]) -> Mapping:
    """Return a block with every entry of one of its lists changed; an entry of which nothing is left goes, and with the last of them the list."""
    held = block.get(name)
    if not isinstance(held, Sequence):
        return block
    items = tuple(new for item in blocks_of(held) if (new := change(item)) is not None)
    return with_field(block, name, None if held.items and not items else replace(held, items=items))


def with_edits(ruling: Mapping, change: Callable[[Mapping], Mapping]) -> Mapping:
    """Return a ruling with every block of edits changed: those of its readings, and what each changes where it meets another (``with:``)."""
    return with_each(ruling, "readings", lambda part: with_each(change(part), "with", change))


def text_of(block: Mapping, name: str) -> str:
    """Return a field that is one text, or an empty text."""
    node = block.get(name)
    return node.text if isinstance(node, Scalar) else ""


def texts_of(node: YamlNode | None) -> list[str]:
    """Return the texts of a list, or of a single text."""
    items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
    return [item.text for item in items if isinstance(item, Scalar)]


def results_of(head: Mapping) -> list[str]:
    """Return the results that the head of a spec names: one under ``result``, or a list of names, of blocks or of both under ``results``."""
    held = head.get("results")
    found = (text_of(head, "result"), *texts_of(held), *(text_of(block, "quantity") for block in blocks_of(held)))
    return [id_ for id_ in found if id_]


def id_of(item: YamlNode) -> str:
    """Return the id of an entry: its field, or the text that stands for it where entries are only named."""
    return item.text if isinstance(item, Scalar) else text_of(item, "id") if isinstance(item, Mapping) else ""
