"""Every text of a file with the field in which it stands: the walk over a tree by the tables of fields."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import replace

from engine.checks.worked_cases import CASE_SCHEMA
from engine.documents.schemas.shapes import TYPE_BLOCKS
from engine.project.project_file import SCHEMA
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.records import record
from equations.revision.edits import is_edit
from equations.spec.schema import BLOCKS, Field

Tables = Lookup[str, Lookup[str, Field]]
#: Kind of file -> the tables of its blocks; the kind of its top block has the same name.
TABLES: dict[str, Tables] = {
    "spec": {**TYPE_BLOCKS, **BLOCKS}, "project": {**TYPE_BLOCKS, **SCHEMA}, "document": {**TYPE_BLOCKS, **SCHEMA},
    "cases": CASE_SCHEMA,
}  # fmt: skip
#: Types of fields that hold blocks of a kind, however they are nested.
_BLOCK_TYPES = ("block", "blocks", "one_or_more", "block_or_file", "blocks_or_ids")
#: Types that hold blocks by the name of a quantity, or of another entry, and what kind of block.
_NAMED = {"values": "value", "statements": "statement", "estimates": "estimate", "parameters": "parameter"}
#: Types that hold blocks of the kind in which they are described.
_TYPED = {"citation": "citation", "range": "range", "place_in_text": "place_in_text", "results": "result"}


@record(frozen=True)
class FieldText:
    """A text of a file and what it is there.

    Attributes
    ----------
    kind
        Kind of the block in which it stands.
    field
        Name of the field.
    type
        Type of the field (:class:`equations.spec.schema.Field`); ``field`` for the name of a field itself, ``ids:LIST`` for ids that an edit
        takes out.
    node
        The text.
    is_key
        Whether it stands before a colon.
    blocks
        The blocks around it, the nearest last.
    labels
        The keys between the field and the text.
    named
        Whether the block names an entry that stands elsewhere, as one under ``replace:`` does.
    """

    kind: str
    field: str
    type: str
    node: Scalar
    is_key: bool
    blocks: tuple[Mapping, ...]
    labels: tuple[str, ...] = ()
    named: bool = False

    @property
    def block(self) -> Mapping:
        """The block in which it stands."""
        return self.blocks[-1]

    def outer(self, name: str) -> Scalar | None:
        """Return a field of the nearest block that has it."""
        for block in reversed(self.blocks):
            node = block.get(name)
            if isinstance(node, Scalar):
                return node
        return None


def spots(root: Mapping, kind: str) -> Iterator[FieldText]:
    """Yield every text of a file, in its order.

    Parameters
    ----------
    kind
        ``spec``, ``project``, ``document`` or ``cases``.
    """
    yield from _Walk(TABLES[kind]).block(root, kind, ())


class _Walk:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def block(self, node: Mapping, kind: str, around: tuple[Mapping, ...], *, named: bool = False) -> Iterator[FieldText]:
        fields, blocks = self.tables.get(kind, {}), (*around, node)
        for key, value in node:
            field = fields.get(key.text)
            yield FieldText(kind, key.text, "field", key, True, blocks, named=named)
            type_ = field.type if field is not None else "id" if key.text in ("after", "before") else "any"
            yield from self.value(FieldText(kind, key.text, type_, key, False, blocks, named=named), value)

    def value(self, at: FieldText, node: YamlNode) -> Iterator[FieldText]:
        word, _, kind = at.type.partition(":")
        if is_edit(node) and kind not in ("changes", "reading") and isinstance(node, Mapping):
            yield from self.edits(at, node)
        elif word in _BLOCK_TYPES and kind in ("removals", "replacements", "additions"):
            yield from self.lists(at, node, kind)
        elif word in _BLOCK_TYPES:
            yield from self.entries(at, node, kind)
        elif word in _TYPED:
            yield from self.entries(at, node, _TYPED[word])
        elif word == "members" and at.kind == "index_set":
            yield from self.entries(at, node, "member")
        elif word == "uses":
            yield from self.by_name(at, node, "tool_use")
        elif word == "documents":
            yield from self.entries(at, node, "document")
        elif word in _NAMED:
            yield from self.by_name(at, node, _NAMED[word])
        else:
            yield from self.plain(at, node)

    def edits(self, at: FieldText, node: Mapping) -> Iterator[FieldText]:
        """What ``remove:``, ``replace:`` and ``add:`` do to a field."""
        for key, value in node:
            yield FieldText(at.kind, at.field, "field", key, True, at.blocks, labels=(key.text,), named=at.named)
            if key.text == "remove":
                yield from self.plain(at, value)
            else:
                yield from self.value(FieldText(at.kind, at.field, at.type, at.node, False, at.blocks, named=key.text == "replace"), value)

    def lists(self, at: FieldText, node: YamlNode, kind: str) -> Iterator[FieldText]:
        """Entries of the lists of a spec that an edit names."""
        for key, value in node if isinstance(node, Mapping) else ():
            yield FieldText(at.kind, at.field, "field", key, True, at.blocks, labels=(key.text,))
            list_ = self.tables["spec"].get(key.text)
            held = list_.type.removeprefix("blocks:") if list_ is not None else ""
            inner = FieldText(at.kind, key.text, f"ids:{key.text}", key, False, at.blocks, named=kind != "additions")
            if key.text == "uses":
                yield from self.plain(inner, value) if kind == "removals" else self.by_name(inner, value, "tool_use")
            elif kind == "removals":
                yield from self.plain(inner, value)
            else:
                yield from self.entries(inner, value, held)

    def entries(self, at: FieldText, node: YamlNode, kind: str) -> Iterator[FieldText]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Mapping):
                yield from self.block(item, kind, at.blocks, named=at.named)
            elif isinstance(item, Scalar) and not item.is_empty:
                yield FieldText(at.kind, at.field, at.type, item, False, at.blocks, labels=at.labels, named=at.named)

    def by_name(self, at: FieldText, node: YamlNode, kind: str) -> Iterator[FieldText]:
        """Blocks of a kind behind names."""
        if not isinstance(node, Mapping):
            yield from self.entries(at, node, kind)
            return
        for key, value in node:
            yield FieldText(at.kind, at.field, at.type, key, True, at.blocks, named=at.named)
            below = FieldText(at.kind, at.field, at.type, at.node, False, (*at.blocks, _headed(key)), labels=(key.text,), named=at.named)
            yield from self.entries(below, value, kind)

    def plain(self, at: FieldText, node: YamlNode) -> Iterator[FieldText]:
        """Texts of a type that has no blocks: one, a list, or labels one in another."""
        if isinstance(node, Scalar):
            if not node.is_empty:
                yield FieldText(at.kind, at.field, at.type, node, False, at.blocks, labels=at.labels, named=at.named)
        elif isinstance(node, Sequence):
            for item in node.items:
                yield from self.plain(at, item)
        else:
            for key, value in node:
                yield FieldText(at.kind, at.field, at.type, key, True, at.blocks, labels=at.labels, named=at.named)
                yield from self.plain(replace(at, labels=(*at.labels, key.text)), value)


def _headed(key: Scalar) -> Mapping:
    """Return a block that says of which quantity the blocks behind a name are."""
    return Mapping(((Scalar("quantity", key.file, key.line, key.column), key),), key.file, key.line, key.column)
