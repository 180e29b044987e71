"""From a table of fields to JSON Schema: which shape each type of field has, and each block.

A file is seen as YAML 1.2 reads it, where ``no`` and ``2018-03-12`` are texts and ``1.5`` is a number. A schema says less than a reader:
what it refuses no reader takes, and what it lets pass may still be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equations.files.listed_file import MEMBER_COLUMNS, PAIR_COLUMNS
from equations.spec.schema import CITATION, MEMBER, RANGE, TEXT_PLACE, TOOL_USE, Field

Shape = dict[str, Any]
#: Kind of block -> its fields.
Tables = Mapping[str, Mapping[str, Field]]

NULL: Shape = {"type": "null"}
#: A day and a number as they are written.
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBER = r"[-+−]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
#: Blocks that stand for a type, by the name of the type.
TYPE_BLOCKS: dict[str, dict[str, Field]] = {
    "citation": CITATION, "range": RANGE, "place_in_text": TEXT_PLACE, "member": MEMBER, "tool_use": TOOL_USE,
}  # fmt: skip
#: Types that are one text, whatever it says; what stands in a formula, a unit or a table is read by `check`.
_SCALARS = ("id", "unit", "formula", "condition", "table")
#: Types of which an empty field says nothing, as if it were not there.
_MAY_BE_EMPTY = ("words", "results", "members", "pairs", "shares", "citation", "place_in_text", "uses", "blocks", "any")


def ref(name: str) -> Shape:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def any_of(*shapes: Shape) -> Shape:
    """Return a shape that is one of several."""
    return shapes[0] if len(shapes) == 1 else {"anyOf": list(shapes)}


def list_of(item: Shape) -> Shape:
    """Return a list."""
    return {"type": "array", "items": item}


def map_of(value: Shape) -> Shape:
    """Return a mapping from labels that the table does not know."""
    return {"type": "object", "additionalProperties": value}


def one_or_more(item: Shape) -> Shape:
    """Return one entry, or a list of them."""
    return any_of(list_of(item), item)


def fields_shape(properties: Mapping[str, Shape], required: list[str]) -> Shape:
    """Return a block of known fields."""
    needed = {"required": required} if required else {}
    return {"type": "object", "properties": dict(properties), **needed, "additionalProperties": False}


def described(shape: Shape, meaning: str) -> Shape:
    """Return a shape with what an editor shows beside it; a reference is wrapped, since what stands beside one is not read."""
    if not meaning:
        return shape
    return {"description": meaning, **({"allOf": [shape]} if "$ref" in shape else shape)}


#: Definitions that every schema may refer to.
COMMON: dict[str, Shape] = {
    "text": {"type": ["string", "number", "boolean"]},
    "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    "number": {"type": ["number", "string"], "pattern": rf"^\s*({NUMBER}|NA)\s*$"},
    "date": {"type": "string", "pattern": f"^{DATE}$"},
    "words": one_or_more(ref("text")),
    "texts": map_of(ref("text")),
    "cells": map_of(any_of(ref("text"), NULL, ref("cells"))),
    "letters": map_of(ref("text")),
    "side": ref("text"),
    "distributions": {"type": "object"},
    "results": any_of(ref("text"), list_of(any_of(ref("text"), ref("result")))),
    "shares": any_of(ref("words"), ref("texts")),
    "member_file": fields_shape({name: ref("text") for name in ("file", *MEMBER_COLUMNS)}, ["file"]),
    "pair_file": fields_shape({"file": ref("text"), PAIR_COLUMNS: ref("words")}, ["file"]),
    "members": any_of(list_of(any_of(ref("text"), ref("member"))), ref("member_file")),
    "combinations": any_of(ref("words"), map_of(ref("combinations"))),
    "pairs": any_of(ref("pair_file"), ref("combinations")),
    "use_by_prefix": map_of(any_of(ref("text"), ref("tool_use"))),
    "uses": any_of(ref("use_by_prefix"), list_of({"allOf": [ref("tool_use"), {"required": ["prefix", "spec"]}]})),
}  # fmt: skip


class Shapes:
    """The shapes of the types of some tables, with the definitions that they need.

    Parameters
    ----------
    tables
        Kind of block -> its fields.
    own
        Definitions that stand in place of, or beside, those of :data:`COMMON`.
    empty
        Whether every field that is not required may be left empty.
    """

    def __init__(self, tables: Tables, own: Mapping[str, Shape], *, empty: bool = False) -> None:
        self.tables: Tables = {**TYPE_BLOCKS, **tables}
        self.common = {**COMMON, **own}
        self.empty = empty

    def of(self, type_: str) -> Shape:
        """Return the shape of a type of field."""
        word, _, kind = type_.partition(":")
        if word == "one_of":
            return {"enum": kind.split("|")}
        if kind:
            return self.of_blocks(word, ref(kind))
        if word in ("citation", "place_in_text"):
            return any_of(ref("text"), ref(word))
        return {} if word == "any" else ref("text" if word in _SCALARS and word not in self.common else word)

    def of_blocks(self, word: str, block: Shape) -> Shape:
        """Return the shape of a field of blocks of one kind."""
        return {
            "block": block, "blocks": list_of(block), "one_or_more": one_or_more(block), "named": map_of(block),
            "block_or_file": any_of(block, ref("text")), "blocks_or_ids": one_or_more(any_of(ref("text"), block)),
        }[word]  # fmt: skip

    def field(self, field: Field) -> Shape:
        """Return the shape of a field with its meaning."""
        shape = self.of(field.type)
        if shape and (field.type.partition(":")[0] in _MAY_BE_EMPTY or (self.empty and not field.required)):
            shape = any_of(*shape.get("anyOf", [shape]), NULL)
        return described(shape, field.meaning)

    def block(self, kind: str, leave_out: tuple[str, ...] = ()) -> Shape:
        """Return the shape of a block."""
        fields = [field for field in self.tables[kind].values() if field.name not in leave_out]
        return fields_shape({field.name: self.field(field) for field in fields}, [field.name for field in fields if field.required])

    def definition(self, name: str) -> Shape:
        """Return a definition by its name."""
        return self.common[name] if name in self.common else self.block(name)


def references(shape: Any) -> set[str]:
    """Return the names of the definitions to which a shape refers."""
    if isinstance(shape, list):
        return {name for item in shape for name in references(item)}
    if not isinstance(shape, dict):
        return set()
    own = {str(shape["$ref"]).removeprefix("#/definitions/")} if isinstance(shape.get("$ref"), str) else set()
    return own | {name for value in shape.values() for name in references(value)}


def with_definitions(shape: Shape, shapes: Shapes) -> Shape:
    """Return a shape with all definitions that it needs, and those that these need."""
    found: dict[str, Shape] = {}
    open_ = references(shape)
    while open_:
        name = min(open_)
        found[name] = shapes.definition(name)
        open_ = (open_ | references(found[name])) - found.keys()
    return {**shape, "definitions": {name: found[name] for name in sorted(found)}}
