"""The shapes of edits: what ``remove``, ``replace`` and ``add`` take, in a revision and in a reading.

An entry that is added is written whole, and may say where it stands; of one that is replaced only what changes is written, and each field of
it may be written anew, left empty (it goes), or edited in part with the same three words.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.documents.schemas.shapes import NULL, Shape, Shapes, any_of, described, fields_shape, list_of, map_of, one_or_more, ref
from equations.model.reading import EDITED
from equations.revision.edits import WORDS, name_field, schema_of
from equations.spec.schema import BLOCKS, Field

#: What a definition of an edit begins with: an added entry, a replaced one, the fields of a block, lists that are edited.
NEW, EDIT, PART = "new.", "edit.", "part."
_PLACES = {
    "after": described(ref("text"), "entry behind which it stands"), "before": described(ref("text"), "entry before which it stands"),
}  # fmt: skip
_NAMES = one_or_more(any_of(ref("text"), {"type": "object"}))


def kind_of(list_: str) -> str:
    """Return the kind of block that a list of a spec holds."""
    return BLOCKS["spec"][list_].type.removeprefix("blocks:")


def removals(lists: Iterable[str]) -> Shape:
    """Return what ``remove:`` takes: ids by list."""
    return fields_shape({name: described(_NAMES, f"ids of {name.replace('_', ' ')} to take out") for name in lists}, [])


def replacements(lists: Iterable[str]) -> Shape:
    """Return what ``replace:`` takes: entries with their id and what changes of them, by list."""
    return fields_shape({name: list_of(ref(EDIT + kind_of(name))) for name in lists}, [])


def additions(lists: Iterable[str]) -> Shape:
    """Return what ``add:`` takes: whole entries by list."""
    return fields_shape({name: one_or_more(ref(NEW + kind_of(name))) for name in lists}, [])


def edits_of(remove: Shape, replace: Shape | None, add: Shape) -> Shape:
    """Return an edit of what stands in a field."""
    given = zip(WORDS, (remove, replace, add), strict=True)
    return {**fields_shape({word: shape for word, shape in given if shape is not None}, []), "minProperties": 1}


#: An edit of cells of a table, or of its rows and columns.
_LINES = any_of(ref("text"), fields_shape({"table": ref("text"), **_PLACES}, ["table"]))
_OF_A_TABLE = edits_of(
    fields_shape({"rows": ref("words"), "columns": ref("words")}, []), map_of(map_of(ref("text"))),
    fields_shape({"rows": _LINES, "columns": _LINES}, []),
)  # fmt: skip
_OF_CELLS = edits_of(any_of(ref("words"), {"type": "object"}), ref("cells"), ref("cells"))
_OF_WORDS = edits_of(_NAMES, None, one_or_more(any_of(ref("text"), fields_shape({"id": ref("text"), **_PLACES}, ["id"]))))
_OF_MEMBERS = edits_of(_NAMES, list_of(ref(EDIT + "member")), one_or_more(any_of(ref("text"), ref(NEW + "member"))))
_OF_RESULTS = edits_of(_NAMES, list_of(ref(EDIT + "result")), one_or_more(any_of(ref("text"), ref(NEW + "result"))))
_OF_TEXTS = edits_of(ref("words"), ref("texts"), ref("texts"))
_OF_LABELS = edits_of(ref("words"), {"type": "object"}, {"type": "object"})


class EditShapes(Shapes):
    """Shapes of a spec or a revision, those of their edits among them."""

    def definition(self, name: str) -> Shape:
        """Return a definition by its name, which may be that of an edit."""
        for prefix, made in ((NEW, self.added), (EDIT, self.replaced), (PART, self.partial)):
            if name.startswith(prefix):
                return made(name.removeprefix(prefix))
        return super().definition(name)

    def added(self, kind: str) -> Shape:
        """Return an entry that is added, with its place."""
        shape = self.block(kind)
        return {**shape, "properties": {**_PLACES, **shape["properties"]}}

    def partial(self, kind: str) -> Shape:
        """Return a block of which nothing is required."""
        return fields_shape(self.block(kind)["properties"], [])

    def replaced(self, kind: str) -> Shape:
        """Return an entry of which only what changes is written, beside the field that names it."""
        shape = fields_shape({field.name: self.edited(field, kind) for field in self.tables[kind].values()}, [])
        if kind == "value_block":
            return {**shape, "anyOf": [{"required": ["id"]}, {"required": ["quantity"]}]}
        named = name_field(kind) in self.tables[kind]
        return {**shape, "required": [name_field(kind)]} if named and kind != "methodology" else shape

    def edited(self, field: Field, kind: str) -> Shape:
        """Return a field of an entry that is replaced."""
        whole = self.of(field.type)
        if not whole or (field.name == name_field(kind) and kind != "methodology"):
            return described(whole, field.meaning)
        part = self.in_part(field.type)
        return described(any_of(*whole.get("anyOf", [whole]), NULL, *([part] if part else [])), field.meaning)

    def in_part(self, type_: str) -> Shape | None:
        """Return an edit of what a field of a type holds; ``None`` where it is one text."""
        word, _, kind = type_.partition(":")
        if word == "blocks":
            return edits_of(_NAMES, list_of(ref(EDIT + kind)), one_or_more(ref(NEW + kind)))
        if (word == "block" and kind in BLOCKS) or (schema_of(word) and word != "members"):
            inner = ref(PART + (kind or word))
            return edits_of(ref("words"), inner, inner)
        whole = {"table": _OF_A_TABLE, "cells": _OF_CELLS, "words": _OF_WORDS, "results": _OF_RESULTS, "members": _OF_MEMBERS}
        whole |= dict.fromkeys(("texts", "letters"), _OF_TEXTS) | dict.fromkeys(("pairs", "shares", "distributions", "block"), _OF_LABELS)
        return whole.get(word)


#: What a reading edits; a version edits every list.
READING_EDITS: dict[str, Shape] = {"removals": removals(EDITED), "replacements": replacements(EDITED), "additions": additions(EDITED)}
