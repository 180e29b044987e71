"""What readings say of entries that a settled choice takes with it goes too; a reading of which nothing is left goes, and so may its ruling."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from collections.abc import Set as AbstractSet
from dataclasses import replace

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.revision.document_parts import blocks_of, id_of, text_of, with_field, with_list
from equations.revision.needs_of_document import SpecNames

_WORDS = ("replace", "remove", "add", "adjust")


def without_edits(document: Mapping, removed: Lookup[str, AbstractSet[str]]) -> tuple[Mapping, list[str]]:
    """Return a document whose readings do not edit what is gone, and the rulings that are left without a choice."""
    rulings, gone = [], []
    for block in blocks_of(document.get("rulings")):
        held = block.get("readings")
        parts = blocks_of(held)
        kept = [new for part in parts if (new := _reading(part, removed)) is not None]
        if len(kept) < len(parts) and len(kept) <= 1:
            gone.append(text_of(block, "id"))
        elif isinstance(held, Sequence):
            rulings.append(with_field(block, "readings", replace(held, items=tuple(kept))))
    left = [_unmet(block, set(gone)) for block in rulings]
    names = SpecNames(document)
    read = {text_of(block, "id"): _read(block, names) for block in left} | {id_: set() for id_ in gone}
    left = [_each_part(block, read) for block in left]
    return with_list(document, "rulings", left), gone


def _read(node: YamlNode, names: SpecNames) -> set[str]:
    """Return the quantities that the formulas of a ruling name, and those behind which its steps stand."""
    if isinstance(node, Mapping):
        own = {text_of(node, "of")} | names.read_in(node)
        return own.union(*(_read(value, names) for _, value in node))
    return set().union(*(_read(item, names) for item in node.items)) if isinstance(node, Sequence) else set()


def _each_part(block: Mapping, read: Lookup[str, AbstractSet[str]]) -> Mapping:
    """Return a ruling whose steps name, of rulings, only those that still read the quantity."""
    held = block.get("readings")
    if not isinstance(held, Sequence):
        return block
    parts = []
    for part in blocks_of(held):
        steps = part.get("adjust")
        if isinstance(steps, Sequence):
            left = []
            for step in blocks_of(steps):
                unread = {id_ for id_, quantities in read.items() if text_of(step, "of") not in quantities}
                if (new := _step(step, {"equations": unread})) is not None:
                    left.append(new)
            part = with_field(part, "adjust", replace(steps, items=tuple(left)) if left else None)
        parts.append(part)
    return with_field(block, "readings", replace(held, items=tuple(parts)))


def _reading(part: Mapping, removed: Lookup[str, AbstractSet[str]]) -> Mapping | None:
    """Return a reading without its edits of what is gone; ``None`` where it had edits and none is left."""
    new = _edits(part, removed)
    met = part.get("with")
    if isinstance(met, Sequence):
        new = with_field(new, "with", replace(met, items=tuple(_edits(one, removed) for one in blocks_of(met))))
    changed = any(word in part for word in _WORDS)
    return None if changed and not any(word in new for word in _WORDS) else new


def _edits(part: Mapping, removed: Lookup[str, AbstractSet[str]]) -> Mapping:
    for word in ("replace", "remove"):
        edits = part.get(word)
        if not isinstance(edits, Mapping):
            continue
        lists: list[tuple[Scalar, YamlNode]] = []
        for key, value in edits:
            ids = removed.get(key.text, frozenset())
            items = value.items if isinstance(value, Sequence) else (value,)
            kept = tuple(item for item in items if id_of(item) not in ids)
            if kept:
                lists.append((key, Sequence(kept, value.file, value.line, value.column)))
        part = with_field(part, word, replace(edits, entries=tuple(lists)) if lists else None)
    steps = part.get("adjust")
    if isinstance(steps, Sequence):
        left = tuple(new for step in blocks_of(steps) if (new := _step(step, removed)) is not None)
        part = with_field(part, "adjust", replace(steps, items=left) if left else None)
    return part


def _step(step: Mapping, removed: Lookup[str, AbstractSet[str]]) -> Mapping | None:
    if text_of(step, "of") in removed.get("quantities", frozenset()):
        return None
    readers = step.get("in")
    if readers is None:
        return step
    items = readers.items if isinstance(readers, Sequence) else (readers,)
    kept = tuple(item for item in items if id_of(item) not in removed.get("equations", frozenset()))
    return with_field(step, "in", Sequence(kept, readers.file, readers.line, readers.column)) if kept else None


def _unmet(block: Mapping, gone: AbstractSet[str]) -> Mapping:
    """Return a ruling whose readings do not meet rulings that are gone."""
    held = block.get("readings")
    if not isinstance(held, Sequence) or not gone:
        return block
    parts = []
    for part in blocks_of(held):
        met = part.get("with")
        if isinstance(met, Sequence):
            kept = tuple(one for one in blocks_of(met) if not _names(one) & gone)
            part = with_field(part, "with", replace(met, items=kept) if kept else None)
        parts.append(part)
    return with_field(block, "readings", replace(held, items=tuple(parts)))


def _names(meeting: Mapping) -> set[str]:
    node = meeting.get("readings")
    return {key.text for key, _ in node} if isinstance(node, Mapping) else set()
