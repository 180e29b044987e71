"""The JSON Schemas themselves, one for each kind of file that people write."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.documents.schemas.edits import READING_EDITS, EditShapes, additions, removals, replacements
from engine.documents.schemas.shapes import (
    DATE,
    NULL,
    NUMBER,
    Shape,
    Shapes,
    any_of,
    described,
    fields_shape,
    list_of,
    map_of,
    one_or_more,
    ref,
    with_definitions,
)
from engine.project.project_file import GAP, SCHEMA
from engine.project.written_numbers import STATEMENTS
from equations.errors import InputError, near_or_all
from equations.spec.schema import BLOCKS, KEYS

#: The version of JSON Schema that editors read.
DRAFT = "http://json-schema.org/draft-07/schema#"
_WIDTH = 130
#: What a revision may say beside its edits.
_BESIDE = ("sections", "history", "include", "based_on")
_ENTRIES = {"statements": "statement", "estimates": "estimate", "values": "value"}
_ANSWERS = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in STATEMENTS)
#: Types that a project file alone has, and those that are wider there: a number may be an answer or a day, and anything a gap.
_PROJECT_TYPES: dict[str, Shape] = {
    "number": {"type": ["number", "string", "boolean"], "pattern": rf"^\s*({NUMBER}|NA|{_ANSWERS}|{DATE}|{GAP})\s*$"},
    "date": {"type": "string", "pattern": f"^({DATE}|{GAP})$"},
    "unit": any_of(ref("text"), ref("texts")),
    **{name: map_of(any_of(ref("number"), NULL, ref(kind), list_of(ref(kind)))) for name, kind in _ENTRIES.items()},
    "side": any_of(ref("text"), ref("second_source")),
    "parameters": map_of(any_of(ref("text"), NULL, ref("parameter"))),
    "samples": any_of(ref("sample"), {"type": "object", "properties": {"at": ref("texts")}, "additionalProperties": ref("samples")}),
    "states": any_of(ref("text"), map_of(ref("states"))),
    "heads": map_of(ref("words")),
    "claims": map_of(one_or_more(any_of(ref("text"), ref("claim")))),
    "labels": map_of(any_of(ref("text"), ref("texts"))),
    "left_out": any_of(ref("words"), map_of(ref("words"))),
    "calibrations": one_or_more(any_of(ref("date"), ref("calibration"))),
    "documents": one_or_more(any_of(ref("text"), ref("document"))),
    "dated_member": fields_shape({"id": ref("text"), "date": ref("date")}, ["id"]),
    "years": fields_shape({"from": ref("text"), "to": ref("text")}, ["from", "to"]),
    "listed": any_of(ref("text"), list_of(any_of(ref("text"), ref("dated_member")))),
    "groups": map_of(any_of(ref("words"), ref("years"), NULL)),
    "members": map_of(any_of(ref("member_file"), ref("listed"), ref("groups"), NULL)),
    "relations": map_of(any_of(ref("pairs"), NULL)),
}  # fmt: skip


def _headed(shape: Shape, title: str, shapes: Shapes) -> dict[str, Any]:
    return {"$schema": DRAFT, "title": title, **with_definitions(shape, shapes)}


def _spec() -> dict[str, Any]:
    """Return the schema of a whole spec, or of a file that one includes: what is required stands in the file that names the methodology."""
    shapes = EditShapes(BLOCKS, READING_EDITS)
    shape = shapes.block("spec", leave_out=("based_on", "changes"))
    needed = [name for name in shape.pop("required") if name != "methodology"]
    alone = {"required": ["methodology"], "not": {"required": ["include"]}}
    return _headed({**shape, "if": alone, "then": {"required": needed}}, "A spec of a methodology, or a file that it includes", shapes)


def _revision() -> dict[str, Any]:
    """Return the schema of a version that is declared as edits of another."""
    shapes = EditShapes(BLOCKS, READING_EDITS)
    lists = {"remove": removals(KEYS), "replace": replacements(KEYS), "add": additions(KEYS)}
    uses = {"remove": ref("words"), "replace": ref("uses"), "add": ref("uses")}
    changes = shapes.block("changes")
    for word, shape in lists.items():
        shape["properties"]["uses"] = described(uses[word], BLOCKS["spec"]["uses"].meaning)
        changes["properties"][word] = described(shape, BLOCKS["changes"][word].meaning)
    beside = {name: shapes.field(BLOCKS["spec"][name]) for name in _BESIDE}
    head = described(ref("edit.methodology"), "what differs in the identity of the version; an empty field is taken out")
    edits = described(changes, BLOCKS["spec"]["changes"].meaning)
    shape = fields_shape({"methodology": head, **beside, "changes": edits}, ["based_on"])
    return _headed(shape, "A revision: a version as edits of another", shapes)


def _project() -> dict[str, Any]:
    shapes = Shapes(SCHEMA, _PROJECT_TYPES, empty=True)
    shape = shapes.block("project")
    shape["properties"]["relations"] = described(ref("relations"), SCHEMA["project"]["relations"].meaning)
    return _headed(shape, "A project file", shapes)


def _document() -> dict[str, Any]:
    shapes = Shapes(SCHEMA, _PROJECT_TYPES, empty=True)
    return _headed(shapes.block("document"), "A document that states numbers of a project", shapes)


#: Kind of file -> what makes its schema.
SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"spec": _spec, "revision": _revision, "project": _project, "document": _document}


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of one kind of file, as an editor takes it.

    Parameters
    ----------
    kind
        ``spec`` (also a file that a spec includes), ``revision``, ``project``, or ``document`` (one that a project names).

    Raises
    ------
    InputError
        I508 for a kind that there is not.

    Examples
    --------
    >>> schema("project")["required"]
    ['project', 'operation']
    """
    if kind not in SCHEMAS:
        raise InputError("I508", f"there is no schema {kind!r}", remedy=near_or_all(kind, SCHEMAS, "the kinds of file are"))
    return SCHEMAS[kind]()


def schema_text(kind: str) -> str:
    """Return a schema as the text of a file; see :func:`schema`."""
    return _written(schema(kind), 0) + "\n"


def _written(value: Any, depth: int) -> str:
    """Return JSON in which what fits stands on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + depth <= _WIDTH or not isinstance(value, dict | list):
        return line
    if isinstance(value, list):
        parts = [_written(item, depth + 1) for item in value]
    else:
        parts = [f"{json.dumps(key)}: {_written(item, depth + 1)}" for key, item in value.items()]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    inner = ",\n".join(" " * (depth + 1) + part for part in parts)
    return f"{opened}\n{inner}\n{' ' * depth}{closed}"
