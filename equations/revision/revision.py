"""Revisions: a version declared as edits of another.

``based_on`` names the spec that is edited; ``changes`` holds ``rename``, ``renumber``, ``settle``, ``remove``, ``replace``
and ``add``, in which things are named by their stable ids. Edits work on the document, before it is read as a methodology,
so an edited spec is checked exactly as a whole one, and messages point into the file where each line stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from equations.errors import near, near_or_all, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Settled
from equations.revision.document_parts import with_field
from equations.revision.edit_log import EditLog, same
from equations.revision.edits import WORDS, Editor, is_edit
from equations.revision.new_index import add_indices
from equations.revision.readings_left import check_readings_left
from equations.revision.renaming import rename, renumber
from equations.revision.settled_choice import settle_choices
from equations.revision.settled_names import check_settled_names
from equations.spec.schema import BLOCKS, KEYS

#: Top-level keys that a revision may write beside `changes`, in place of those of the edited version.
_WHOLE = ("sections", "history")
#: Fields of `methodology` that belong to one version alone.
_OWN = ("status", "status_note", "date")
_NO_LIST = "write the fields that differ under methodology: beside `changes:`"
Settle: TypeAlias = Callable[[Mapping, YamlNode, EditLog], Mapping]
_CHANGES = ("rename", "renumber", "settle", "index", *WORDS)


def apply_changes(base: Mapping, revision: Mapping, settle: Settle) -> tuple[Mapping, tuple[Settled, ...]]:
    """Return the document that results from editing ``base``, and the choices that were settled on the way.

    Parameters
    ----------
    base
        The whole document of the version that is edited.
    revision
        The revision's own document with ``based_on``, ``changes`` and, optionally, ``methodology`` (fields that differ).
    settle
        Takes readings into the text: a document, ``{ruling: reading}`` and where faults are noted -> the document that results.

    Raises
    ------
    SpecError
        S109 for an edit of something that is not there, two edits of one thing, or an edit that changes nothing; all together.
    """
    editor = Editor()
    changes = revision.get("changes")
    kept = tuple((key, _unmeasured(key.text, value)) for key, value in base if key.text != "include")
    document = Mapping(kept, base.file, base.line, base.column)
    if isinstance(changes, Mapping):
        document = _renamed(document, changes, editor, settle)
    elif changes is not None:
        editor.fault("changes: must be a block", changes.place, remedy=f"it holds {', '.join(_CHANGES)}")
    parts = {key.text: (key, value) for key, value in document}
    for key, value in revision:
        if key.text in ("based_on", "include", "changes"):
            continue
        if key.text == "methodology":
            _identity(parts, key, value, editor)
        elif key.text in _WHOLE:
            parts[key.text] = (key, value)
        else:
            editor.fault(
                f"{key.text} stands beside `changes:`",
                key.place,
                why="a revision says what it changes",
                remedy=f"write changes: add: {key.text}: ..."
                if key.text in KEYS
                else near_or_all(key.text, ("changes", "methodology", *_WHOLE)),
            )
    _versioned(parts, base, revision)
    if isinstance(changes, Mapping):
        _edit_lists(parts, changes, editor)
    edited = Mapping(tuple(parts.values()), revision.file, revision.line, revision.column)
    check_readings_left(edited, editor)
    if isinstance(changes, Mapping):
        check_settled_names(edited, changes, editor)
    raise_all(editor.errors)
    return edited, tuple(editor.settled)


def _unmeasured(list_: str, node: YamlNode) -> YamlNode:
    """Leave out what readings move: it was measured on the edited version, and says nothing of this one."""
    if list_ != "rulings":
        return node

    def without(part: YamlNode) -> YamlNode:
        if isinstance(part, Sequence):
            return replace(part, items=tuple(without(item) for item in part.items))
        if isinstance(part, Mapping):
            return replace(part, entries=tuple((key, without(value)) for key, value in part if key.text != "moved"))
        return part

    return without(node)


def _renamed(document: Mapping, changes: Mapping, editor: Editor, settle: Settle) -> Mapping:
    for key, _ in changes:
        if key.text not in _CHANGES:
            editor.fault(
                f"there is no change {key.text!r}", key.place, remedy=near(key.text, _CHANGES) or "use " + ", ".join(_CHANGES)
            )
    names, numbers, rulings = changes.get("rename"), changes.get("renumber"), changes.get("settle")
    if names is not None:
        document = rename(document, names, editor)
    if numbers is not None:
        document = renumber(document, numbers, editor)
    if rulings is not None:
        document = _settled(document, rulings, editor, settle)
    if (indices := changes.get("index")) is not None:
        document = add_indices(document, indices, changes, editor)
    return document


def settle_in(document: Mapping, node: Mapping, settle: Settle) -> tuple[Mapping, tuple[Settled, ...]]:
    """Return a document with choices and rulings settled, and nothing else changed; errors as of :func:`apply_changes`."""
    editor = Editor()
    document = _settled(document, node, editor, settle)
    check_readings_left(document, editor)
    raise_all(editor.errors)
    return document, tuple(editor.settled)


def _settled(document: Mapping, node: YamlNode, editor: Editor, settle: Settle) -> Mapping:
    document, rulings = settle_choices(document, node, editor)
    return settle(document, rulings, editor) if not isinstance(rulings, Mapping) or rulings.entries else document


def _identity(parts: dict[str, tuple[Scalar, YamlNode]], key: Scalar, value: YamlNode, editor: Editor) -> None:
    """Merge what the revision says of itself; status and date are those of one version and do not pass on."""
    held = parts.get("methodology")
    if held is None or not isinstance(held[1], Mapping) or not isinstance(value, Mapping):
        parts["methodology"] = (key, value)
        return
    held = (held[0], _with_list_of_results(held[1], value))
    other = {"result": "results", "results": "result"}  # two ways to write one thing
    gone = {*_OWN, *(other[k.text] for k, _ in value if k.text in other)}
    passed_on = Mapping(tuple((k, v) for k, v in held[1] if k.text not in gone), held[1].file, held[1].line, held[1].column)
    new = tuple((k, v) for k, v in value if (old := passed_on.get(k.text)) is None or not same(old, v))
    if new:
        new_node = Mapping(new, value.file, value.line, value.column)
        passed_on = editor.merged(("methodology",), BLOCKS["methodology"], passed_on, new_node)
    parts["methodology"] = (key, passed_on)


def _with_list_of_results(head: Mapping, new: Mapping) -> Mapping:
    """Return an identity whose one result is a list of one, where a revision edits the list."""
    one, edits = head.get("result"), new.get("results")
    if not isinstance(one, Scalar) or edits is None or not is_edit(edits):
        return head
    return with_field(head, "results", Sequence((one,), one.file, one.line, one.column))


def _versioned(parts: dict[str, tuple[Scalar, YamlNode]], base: Mapping, revision: Mapping) -> None:
    """Mark the version where a revision names none of its own, so that it is not taken for the one that it edits."""
    head, stated = base.get("methodology"), revision.get("methodology")
    version = head.get("version") if isinstance(head, Mapping) else None
    if not isinstance(head, Mapping) or not isinstance(version, Scalar):
        return
    if not isinstance(stated, Mapping):
        stated = Mapping((), revision.file, revision.line, revision.column)
    held = parts["methodology"][1]
    if "version" not in stated and isinstance(held, Mapping):
        own = Scalar(f"{version.text}+edited", stated.file, stated.line, stated.column)
        entries = [(k, own if k.text == "version" else v) for k, v in held if k.text not in _OWN or k.text in stated]
        head_node = Mapping(tuple(entries), stated.file, stated.line, stated.column)
        parts["methodology"] = (parts["methodology"][0], head_node)


def _edit_lists(parts: dict[str, tuple[Scalar, YamlNode]], changes: Mapping, editor: Editor) -> None:
    for list_, edits in editor.edits_of_lists(changes):
        if list_.text not in KEYS:
            remedy = _NO_LIST if list_.text == "methodology" else near_or_all(list_.text, KEYS)
            editor.fault(f"there is no list {list_.text!r}", list_.place, remedy=remedy)
            continue
        key, held = parts.get(list_.text, (list_, Sequence((), list_.file, list_.line, list_.column)))
        items = held.items if isinstance(held, Sequence) else ()
        kind = BLOCKS["spec"][list_.text].type.removeprefix("blocks:")
        items = editor.edit_list((list_.text,), kind, items, edits)
        parts[list_.text] = (key, Sequence(items, held.file, held.line, held.column))
