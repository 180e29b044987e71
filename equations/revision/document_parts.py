"""Parts of a document read and exchanged: lists of the spec, fields of a block."""

from __future__ import annotations

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


def text_of(block: Mapping, name: str) -> str:
    """Return a field that is one text, or an empty text."""
    node = block.get(name)
    return node.text if isinstance(node, Scalar) else ""


def texts_of(node: YamlNode | None) -> list[str]:
    """Return the texts of a list, or of a single text."""
    items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
    return [item.text for item in items if isinstance(item, Scalar)]


def id_of(item: YamlNode) -> str:
    """Return the id of an entry: its field, or the text that stands for it where entries are only named."""
    return item.text if isinstance(item, Scalar) else text_of(item, "id") if isinstance(item, Mapping) else ""
