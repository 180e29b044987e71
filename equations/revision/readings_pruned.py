"""What readings say of entries that a settled choice takes with it goes too; a reading of which nothing is left goes, and so may its ruling."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from collections.abc import Set as AbstractSet
from dataclasses import replace

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.revision.document_parts import blocks_of, id_of, text_of, with_each, with_edits, with_field, with_list
from equations.revision.needs_of_document import SpecNames

_WORDS = ("replace", "remove", "add", "adjust")


#: List of the spec -> its ids, in order.
Order = Lookup[str, list[str]]


def without_edits(document: Mapping, removed: Lookup[str, AbstractSet[str]], before: Mapping) -> tuple[Mapping, list[str]]:
    """Return a document whose readings do not edit what is gone, and the rulings that are left without a choice.

    Parameters
    ----------
    removed
        List of the spec -> ids that are gone, of the text and of what readings add.
    before
        The document with everything in it, for where what is added stands.
    """
    rulings, gone = [], []
    met: set[tuple[str, str]] = set()
    order = {key.text: [id_of(item) for item in blocks_of(value)] for key, value in before}
    for block in blocks_of(document.get("rulings")):
        held = block.get("readings")
        parts = blocks_of(held)
        kept = [new for part in parts if (new := _reading(part, removed, order)) is not None]
        met |= {(text_of(block, "id"), text_of(part, "id")) for part in kept}
        if len(kept) < len(parts) and len(kept) <= 1:
            gone.append(text_of(block, "id"))
        elif isinstance(held, Sequence):
            rulings.append(with_field(block, "readings", replace(held, items=tuple(kept))))
    left = [_unmet(block, {pair for pair in met if pair[0] not in gone}) for block in rulings]
    names = SpecNames(document)
    read = {text_of(block, "id"): _read(block, names) for block in left} | {id_: set() for id_ in gone}
    left = [_with_edits(_each_part(block, read), block) for block in left]
    gone += [text_of(block, "id") for block in left if not isinstance(block.get("readings"), Sequence)]
    left = [block for block in left if isinstance(block.get("readings"), Sequence)]
    return with_list(document, "rulings", left), gone


def without_readers(document: Mapping, unread: AbstractSet[str]) -> tuple[Mapping, list[str]]:
    """Return a document whose steps no longer name some readers under `in:`, and the rulings that are left without a choice.

    A step that nothing else reads goes: without `in:` it would stand on the definition, where it never stood.
    """
    found = [(block, _with_edits(_unread_by(block, unread), block)) for block in blocks_of(document.get("rulings"))]
    gone = [text_of(block, "id") for block, new in found if "readings" in block and "readings" not in new]
    left = [new for block, new in found if text_of(block, "id") not in gone]
    there = {(text_of(block, "id"), text_of(part, "id")) for block in left for part in blocks_of(block.get("readings"))}
    return with_list(document, "rulings", [_unmet(block, there) for block in left]), gone


def _unread_by(block: Mapping, unread: AbstractSet[str]) -> Mapping:
    return with_edits(block, lambda part: with_each(part, "adjust", lambda step: _step(step, {"equations": unread})))


def _read(node: YamlNode, names: SpecNames) -> set[str]:
    """Return the quantities that the formulas of a ruling name, and those behind which its steps stand."""
    if isinstance(node, Mapping):
        own = {text_of(node, "of")} | names.read_in(node)
        return own.union(*(_read(value, names) for _, value in node))
    return set().union(*(_read(item, names) for item in node.items)) if isinstance(node, Sequence) else set()


def _with_edits(block: Mapping, before: Mapping) -> Mapping:
    """Return a ruling without the readings that lost their last edit; with no readings at all where that leaves no choice."""
    held = {text_of(part, "id"): _is_edited(part) for part in blocks_of(before.get("readings"))}
    parts = blocks_of(block.get("readings"))
    kept = tuple(part for part in parts if not held[text_of(part, "id")] or _is_edited(part))
    if len(kept) == len(parts):
        return block
    readings = block.get("readings")
    assert isinstance(readings, Sequence)
    return with_field(block, "readings", replace(readings, items=kept) if len(kept) > 1 else None)


def _each_part(block: Mapping, read: Lookup[str, AbstractSet[str]]) -> Mapping:
    """Return a ruling whose steps name, of rulings, only those that still read the quantity."""

    def left(step: Mapping) -> Mapping | None:
        return _step(step, {"equations": {id_ for id_, quantities in read.items() if text_of(step, "of") not in quantities}})

    return with_each(block, "readings", lambda part: with_each(part, "adjust", left))


def _reading(part: Mapping, removed: Lookup[str, AbstractSet[str]], order: Order) -> Mapping | None:
    """Return a reading without its edits of what is gone; ``None`` where it had edits and none is left."""

    def left(block: Mapping) -> Mapping | None:
        new = _edits(block, removed, order)
        return new if _is_edited(new) else None

    new = with_each(_edits(part, removed, order), "with", left)
    return None if _is_edited(part) and not _is_edited(new) else new


def _is_edited(block: Mapping) -> bool:
    """Whether a reading, or a block ``with:`` of one, changes anything by itself."""
    return any(word in block for word in _WORDS)


def _edits(part: Mapping, removed: Lookup[str, AbstractSet[str]], order: Order) -> Mapping:
    for word in ("replace", "remove", "add"):
        edits = part.get(word)
        if not isinstance(edits, Mapping):
            continue
        lists: list[tuple[Scalar, YamlNode]] = []
        for key, value in edits:
            ids = removed.get(key.text, frozenset())
            items = value.items if isinstance(value, Sequence) else (value,)
            kept = tuple(_placed(item, ids, order.get(key.text, [])) for item in items if id_of(item) not in ids)
            if kept:
                lists.append((key, Sequence(kept, value.file, value.line, value.column)))
        part = with_field(part, word, replace(edits, entries=tuple(lists)) if lists else None)
    return with_each(part, "adjust", lambda step: _step(step, removed))


def _placed(item: YamlNode, gone: AbstractSet[str], order: list[str]) -> YamlNode:
    """Return an entry behind what now stands before the place that it named."""
    at = next((key for key in ("after", "before") if isinstance(item, Mapping) and text_of(item, key) in gone), "")
    if not at or not isinstance(item, Mapping):
        return item
    named = item.get(at)
    assert isinstance(named, Scalar)
    there = order[: order.index(named.text)] if named.text in order else []
    last = next((id_ for id_ in reversed(there) if id_ not in gone), "")
    return with_field(with_field(item, at, None), "after", replace(named, text=last, raw="") if last else None)


def _step(step: Mapping, removed: Lookup[str, AbstractSet[str]]) -> Mapping | None:
    if text_of(step, "of") in removed.get("quantities", frozenset()):
        return None
    readers = step.get("in")
    if readers is None:
        return step
    items = readers.items if isinstance(readers, Sequence) else (readers,)
    kept = tuple(item for item in items if id_of(item) not in removed.get("equations", frozenset()))
    return with_field(step, "in", Sequence(kept, readers.file, readers.line, readers.column)) if kept else None


def _unmet(block: Mapping, there: AbstractSet[tuple[str, str]]) -> Mapping:
    """Return a ruling whose readings meet no reading that is gone."""
    return with_each(block, "readings", lambda part: with_each(part, "with", lambda one: one if _names(one) <= there else None))


def _names(meeting: Mapping) -> set[tuple[str, str]]:
    node = meeting.get("readings")
    return {(key.text, value.text) for key, value in node if isinstance(value, Scalar)} if isinstance(node, Mapping) else set()
