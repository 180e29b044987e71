"""What a tool says of members that the set to which it is bound does not have: numbers of other fuels, parts of its own subsets. It goes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import replace

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.revision.document_parts import blocks_of, text_of, texts_of, with_field


def absent_members(tool: Mapping, whole: Mapping, sets: Lookup[str, str], bound: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return, for each set of the tool that is bound or a part of one that is, the members that are not there.

    Where the spec lists no members, a project does, and nothing is known of them.
    """
    there = {text_of(block, "id"): frozenset(_members(block)) for block in blocks_of(whole.get("index_sets"))}
    own = {text_of(block, "id"): block for block in blocks_of(tool.get("index_sets"))}
    found: dict[str, frozenset[str]] = {}
    for set_id, block in own.items():
        parent = text_of(block, "subset_of")
        if set_id in bound and text_of(block, "kind") in ("", "members") and there.get(sets[set_id]):
            found[set_id] = frozenset(_members(block)) - there[sets[set_id]]
        elif parent in found:
            found[set_id] = found[parent]
    return {set_id: members for set_id, members in found.items() if members}


def _members(block: Mapping) -> list[str]:
    members = block.get("members")
    return [*texts_of(members), *(text_of(item, "id") for item in blocks_of(members))]


def set_without(block: Mapping, absent: Lookup[str, frozenset[str]]) -> Mapping:
    """Return a subset or a group of a tool without members that are not there."""
    members = block.get("members")
    if not isinstance(members, Sequence):
        return block
    if text_of(block, "id") in absent:
        gone = absent[text_of(block, "id")]
        kept = tuple(item for item in members.items if _id_of(item) not in gone)
        return with_field(block, "members", replace(members, items=kept))
    if text_of(block, "groups") in absent:
        gone = absent[text_of(block, "groups")]
        return with_field(block, "members", replace(members, items=tuple(_group_without(item, gone) for item in members.items)))
    return block


def _id_of(item: YamlNode) -> str:
    return item.text if isinstance(item, Scalar) else text_of(item, "id") if isinstance(item, Mapping) else ""


def _group_without(item: YamlNode, gone: frozenset[str]) -> YamlNode:
    of = item.get("of") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(of, Sequence):
        return item
    return with_field(item, "of", replace(of, items=tuple(x for x in of.items if not isinstance(x, Scalar) or x.text not in gone)))


def values_without(dataset: Mapping, indices: Lookup[str, list[str]], absent: Lookup[str, frozenset[str]]) -> Mapping | None:
    """Return a dataset of a tool without numbers of members that are not there; ``None`` where nothing is left.

    Parameters
    ----------
    indices
        Quantity of the tool -> its index sets.
    """
    values = dataset.get("values")
    if not isinstance(values, Sequence) or not absent:
        return dataset
    kept = []
    for item in values.items:
        axes = indices.get(text_of(item, "quantity"), []) if isinstance(item, Mapping) else []
        new = _block_without(item, axes, absent) if isinstance(item, Mapping) and set(axes) & absent.keys() else item
        kept += [new] if new is not None else []
    return with_field(dataset, "values", replace(values, items=tuple(kept))) if kept else None


def _block_without(block: Mapping, axes: list[str], absent: Lookup[str, frozenset[str]]) -> Mapping | None:
    at = block.get("at")
    fixed = {key.text: value.text for key, value in at if isinstance(value, Scalar)} if isinstance(at, Mapping) else {}
    if any(label in absent.get(set_id, ()) for set_id, label in fixed.items()):
        return None
    gone = [absent.get(set_id, frozenset()) for set_id in axes if set_id not in fixed]
    table, cells = block.get("table"), block.get("cells")
    if isinstance(table, Scalar) and any(gone):
        held = _cells_of(table)
        cells, block = held, with_field(with_field(block, "table", None), "cells", held)
    if isinstance(cells, Mapping):
        left = _cells_without(cells, gone)
        if not left.entries:
            return None
        block = with_field(block, "cells", left)
    uncertain = block.get("uncertainty")
    return with_field(block, "uncertainty", _cells_without(uncertain, gone)) if isinstance(uncertain, Mapping) else block


def _cells_without(cells: Mapping, gone: list[frozenset[str]]) -> Mapping:
    """Return nested cells without labels that are not there, level by level."""
    first, rest = (gone[0], gone[1:]) if gone else (frozenset[str](), [])
    entries = [(key, value) for key, value in cells if key.text not in first]
    return replace(cells, entries=tuple((k, _cells_without(v, rest) if isinstance(v, Mapping) and rest else v) for k, v in entries))


def _cells_of(table: Scalar) -> Mapping:
    """Return a table as nested cells; a row without numbers is missing, as there."""
    rows = [(at, line.split()) for at, line in enumerate((table.raw or table.text).splitlines()) if line.strip() and not line.strip().startswith("#")]

    def row(at: int, words: list[str]) -> Iterator[tuple[Scalar, YamlNode]]:
        place = table.place_of_line(at)
        for column, text in zip(rows[0][1], words[1:], strict=False):
            yield Scalar(column, place.file, place.line, place.column), Scalar(text, place.file, place.line, place.column)

    entries = tuple((Scalar(words[0], table.file, table.line, table.column), Mapping(tuple(row(at, words)), table.file, table.line, table.column))
                    for at, words in rows[1:] if len(words) > 1)  # fmt: skip
    return Mapping(entries, table.file, table.line, table.column)
