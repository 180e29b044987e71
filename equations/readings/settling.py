"""Settling a ruling: a revision that says what an open place of the text means needs no other readings.

What the reading changes becomes the text: its entries, and its steps as quantities and equations of their own. The ruling goes, and so does
what other rulings say of where they meet it.
"""

from __future__ import annotations

from dataclasses import replace

from equations.errors import near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Settled
from equations.model.reading import EDITED
from equations.readings.composition import with_readings
from equations.readings.edits_reader import read_whole
from equations.readings.settled_steps import with_steps
from equations.revision.document_parts import blocks_of, id_of, text_of, with_each, with_field, with_list
from equations.revision.edit_log import EditLog, same
from equations.revision.edits import WORDS, Editor
from equations.revision.readings_pruned import without_readers
from equations.spec.schema import BLOCKS

_KINDS = {name: BLOCKS["spec"][name].type.removeprefix("blocks:") for name in EDITED}
#: A block of edits: word -> list of the spec -> entries by id; steps under "adjust".
_EDITS = (*WORDS, "adjust")


def settle(document: Mapping, node: YamlNode, log: EditLog) -> Mapping:
    """Return a document in which rulings are settled.

    Parameters
    ----------
    node
        ``{ruling: reading}``.

    Raises
    ------
    MethodologyError
        Where the edited spec cannot be read, or two of the readings change one thing.
    """
    if not isinstance(node, Mapping):
        log.fault("settle: takes ruling: reading", node.place, remedy="settle: {ruling: reading}")
        return document
    readings = _readings(document)
    taken: dict[str, str] = {}
    for key, value in node:
        known = readings.get(key.text)
        if known is None:
            log.absent(("rulings",), key, list(readings))
        elif not isinstance(value, Scalar) or value.text not in known:
            shown = value.text if isinstance(value, Scalar) else "..."
            log.fault(f"the ruling {key.text!r} has no reading {shown!r}", value.place,
                      why="its readings are " + ", ".join(known), remedy=near_or_all(shown, known))  # fmt: skip
        elif log.first(("rulings", key.text), repr(key.text), key.place):
            taken[key.text] = value.text
    changing = [(id_, reading) for id_, reading in taken.items() if _changes(readings[id_][reading])]
    if len(changing) > 1:
        with_readings(read_whole(document), dict(changing))  # what cannot hold together is said before anything is done
    for id_, reading in taken.items():
        if id_ not in _readings(document):  # it went with one before, at whose readings alone its steps stood
            continue
        document, gone = _settled(document, id_, reading)
        removed = (("rulings", tuple(gone)),) if gone else ()
        log.settled.append(Settled(id_, reading, removed, "ruling", place=node.place))
    return document


def _readings(document: Mapping) -> dict[str, dict[str, Mapping]]:
    return {
        text_of(block, "id"): {text_of(reading, "id"): reading for reading in blocks_of(block.get("readings"))}
        for block in blocks_of(document.get("rulings"))
    }


def _changes(reading: Mapping) -> bool:
    return any(word in reading for word in (*_EDITS, "with"))


def _settled(document: Mapping, ruling: str, reading: str) -> tuple[Mapping, list[str]]:
    """Return the document, and other rulings that leave nothing to choose now."""
    own = _readings(document)[ruling][reading]
    before = document
    for word in WORDS:
        edits = own.get(word)
        if isinstance(edits, Mapping):
            document = _edited(document, word, edits)
    rulings = document.get("rulings")
    assert isinstance(rulings, Sequence)
    left = [_without(block, ruling, reading, own, document) for block in blocks_of(rulings) if text_of(block, "id") != ruling]
    document = with_list(document, "rulings", left)
    document = with_steps(before, document, ruling, reading) if "adjust" in own else document
    document, gone = without_readers(document, {ruling, *_added_by(rulings, ruling) - _equations(document)})
    register = [_unruled(block, {ruling, *gone}) for block in blocks_of(document.get("register"))]
    return with_list(document, "register", register), gone


def _added_by(rulings: YamlNode | None, ruling: str) -> set[str]:
    """Return the equations that readings of a ruling add."""
    readings = [part for block in blocks_of(rulings) if text_of(block, "id") == ruling for part in blocks_of(block.get("readings"))]
    return {id_ for part in readings for one in (part, *blocks_of(part.get("with"))) for id_ in _ids_of(one.get("add"), "equations")}


def _equations(document: Mapping) -> set[str]:
    """Return the equations of the text, and those that readings add."""
    rulings = document.get("rulings")
    return {id_of(block) for block in blocks_of(document.get("equations"))}.union(
        *(_added_by(rulings, text_of(block, "id")) for block in blocks_of(rulings)))  # fmt: skip


def _edited(document: Mapping, word: str, edits: Mapping) -> Mapping:
    editor = Editor()
    for name, edit in edits:
        held = document.get(name.text)
        items = held.items if isinstance(held, Sequence) else ()
        one = Mapping(((Scalar(word, name.file, name.line, name.column), edit),), name.file, name.line, name.column)
        items = editor.edit_list((name.text,), _KINDS[name.text], items, one)
        document = with_list(document, name.text, items, name)
    return document


# -- what is left of other rulings


def _without(block: Mapping, ruling: str, reading: str, own: Mapping, document: Mapping) -> Mapping:
    """Return another ruling that no longer names the settled one."""
    id_ = text_of(block, "id")
    met = [(dict(_named(m)), m) for m in blocks_of(own.get("with")) if id_ in dict(_named(m))]

    def left(part: Mapping) -> Mapping:
        return _reading_without(part, ruling, reading, [m for names, m in met if names[id_] == text_of(part, "id")], id_, document)

    return with_each(block, "readings", left)


def _reading_without(part: Mapping, ruling: str, reading: str, met: list[Mapping], id_: str, document: Mapping) -> Mapping:
    meetings: list[Mapping] = []
    for meeting, gone in [*((m, ruling) for m in blocks_of(part.get("with"))), *((m, id_) for m in met)]:
        names = _named(meeting)
        if gone == ruling and dict(names).get(ruling, reading) != reading:
            continue
        left = tuple((name, value) for name, value in names if name not in (gone,))
        if left:
            meetings.append(_with_names(meeting, left))
        else:
            part = _merged(part, meeting)
    part = with_field(part, "with", Sequence(tuple(meetings), part.file, part.line, part.column) if meetings else None)
    return _said_once(part, document, ruling)


def _named(meeting: Mapping) -> list[tuple[str, str]]:
    node = meeting.get("readings")
    return [(key.text, value.text) for key, value in node if isinstance(value, Scalar)] if isinstance(node, Mapping) else []


def _with_names(meeting: Mapping, names: tuple[tuple[str, str], ...]) -> Mapping:
    node = meeting.get("readings")
    assert isinstance(node, Mapping)
    return with_field(meeting, "readings", replace(node, entries=tuple((k, v) for k, v in node if k.text in dict(names))))


def _merged(part: Mapping, meeting: Mapping) -> Mapping:
    """Let what held where two met hold in place of what a reading changes by itself."""
    for word in WORDS:
        edits = meeting.get(word)
        for name, entries in edits if isinstance(edits, Mapping) else ():
            items = entries.items if isinstance(entries, Sequence) else (entries,)
            # What replaces an entry that the reading itself adds becomes a part of what it adds.
            own = _ids_of(part.get("add"), name.text) if word == "replace" else set()
            for way, some in (("add", [i for i in items if id_of(i) in own]), (word, [i for i in items if id_of(i) not in own])):
                part = _merged_list(part, way, name, some) if some else part
    steps = blocks_of(meeting.get("adjust"))
    if steps:
        of = {text_of(step, "of") for step in steps}
        kept = [step for step in blocks_of(part.get("adjust")) if text_of(step, "of") not in of]
        part = with_field(part, "adjust", Sequence((*kept, *steps), meeting.file, meeting.line, meeting.column))
    return part


def _ids_of(edits: YamlNode | None, name: str) -> set[str]:
    entries = edits.get(name) if isinstance(edits, Mapping) else None
    return {id_of(item) for item in (entries.items if isinstance(entries, Sequence) else ())}


def _merged_list(part: Mapping, word: str, name: Scalar, items: list[YamlNode]) -> Mapping:
    held = part.get(word)
    if not isinstance(held, Mapping):
        held = Mapping((), name.file, name.line, name.column)
    old = held.get(name.text)
    found = {id_of(item): item for item in (old.items if isinstance(old, Sequence) else ())}
    for item in items:
        before = found.get(id_of(item))
        if isinstance(item, Mapping) and isinstance(before, Mapping):
            for key, value in item:
                before = with_field(before, key.text, value)
            found[id_of(item)] = before
        else:
            found[id_of(item)] = item
    return with_field(part, word, with_field(held, name.text, Sequence(tuple(found.values()), name.file, name.line, name.column)))


def _said_once(part: Mapping, document: Mapping, ruling: str) -> Mapping:
    """Leave out what a reading says that the text says now, and the settled ruling where steps name it."""
    edits = part.get("replace")
    for name, entries in edits if isinstance(edits, Mapping) else ():
        there = {id_of(item): item for item in blocks_of(document.get(name.text))}
        kept = [_differing(item, there.get(id_of(item))) for item in blocks_of(entries)]
        left = Sequence(tuple(item for item in kept if item is not None), name.file, name.line, name.column)
        held = part.get("replace")
        assert isinstance(held, Mapping)
        held = with_field(held, name.text, left if left.items else None)
        part = with_field(part, "replace", held if held.entries else None)
    steps = part.get("adjust")
    if isinstance(steps, Sequence):
        part = with_field(part, "adjust", replace(steps, items=tuple(_step_without(step, ruling) for step in blocks_of(steps))))
    return part


def _differing(item: Mapping, there: Mapping | None) -> Mapping | None:
    if there is None:
        return item
    kept = tuple((k, v) for k, v in item if k.text == "id" or (held := there.get(k.text)) is None or not same(held, v))
    return replace(item, entries=kept) if len(kept) > 1 else None


def _step_without(step: Mapping, ruling: str) -> Mapping:
    after = step.get("after")
    if isinstance(after, Sequence):
        items = tuple(item for item in after.items if not (isinstance(item, Scalar) and item.text == ruling))
        return with_field(step, "after", replace(after, items=items) if items else None)
    return with_field(step, "after", None) if isinstance(after, Scalar) and after.text == ruling else step


def _unruled(block: Mapping, gone: set[str]) -> Mapping:
    return replace(block, entries=tuple((k, v) for k, v in block if not (k.text == "ruling" and isinstance(v, Scalar) and v.text in gone)))
