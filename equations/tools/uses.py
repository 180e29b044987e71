"""What a spec says under ``uses:``: which tools it takes in, under which prefix, and what they are bound to; and how revisions change that."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from equations.errors import FaultList, Place, SpecError, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.records import record
from equations.revision.document_parts import blocks_of, text_of, with_field
from equations.spec.schema import TOOL_USE

WORDS = ("remove", "replace", "add")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_FIELDS = tuple(TOOL_USE)
_SHAPE = "write uses: {grid: ID@VERSION}, or a list of blocks with prefix, spec, bind and settle"


@record(frozen=True)
class ToolUse:
    """One tool that is taken in.

    Attributes
    ----------
    binds
        What the tool names -> a name or a formula of the spec that uses it.
    settles
        A choice or ruling of the tool -> the value or reading that the spec takes, so that no project is asked.
    """

    prefix: Scalar
    spec: Scalar
    binds: tuple[tuple[Scalar, Scalar], ...]
    folder: Path
    settles: tuple[tuple[Scalar, Scalar], ...] = ()


def fault(errors: FaultList, what: str, place: Place, why: str = "", remedy: str = "") -> None:
    """Note that a tool cannot be taken in (S111)."""
    errors.append(SpecError("S111", what, place, why=why, remedy=remedy))


def read_uses(node: YamlNode | None, folder: Path, errors: FaultList) -> tuple[ToolUse, ...]:
    """Read ``uses:``; paths of specs are read from the folder of the file in which it stands."""
    found: list[ToolUse] = []
    for prefix, block in _entries(node, errors):
        use = _use(prefix, block, folder, errors, whole=True)
        if use is not None and use.prefix.text in {other.prefix.text for other in found}:
            fault(errors, f"two tools have the prefix {use.prefix.text!r}", use.prefix.place, "their names would be the same",
                  "give one of them another prefix")  # fmt: skip
        elif use is not None:
            found.append(use)
    return tuple(found)


def revise_uses(uses: tuple[ToolUse, ...], changes: Mapping, folder: Path, errors: FaultList) -> tuple[tuple[ToolUse, ...], Mapping]:
    """Return the tools after a revision, and its changes without those of ``uses``, which are done before all others."""
    for word in WORDS:
        edits = changes.get(word)
        node = edits.get("uses") if isinstance(edits, Mapping) else None
        if not isinstance(edits, Mapping) or node is None:
            continue
        uses = _REVISED[word](uses, node, folder, errors)
        left = with_field(edits, "uses", None)
        changes = with_field(changes, word, left if left.entries else None)
    return uses, changes


def _removed(uses: tuple[ToolUse, ...], node: YamlNode, folder: Path, errors: FaultList) -> tuple[ToolUse, ...]:
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and _there(uses, item, errors):
            uses = tuple(use for use in uses if use.prefix.text != item.text)
        elif not isinstance(item, Scalar):
            fault(errors, "remove: uses: takes prefixes", item.place, remedy="write remove: {uses: [grid]}")
    return uses


def _replaced(uses: tuple[ToolUse, ...], node: YamlNode, folder: Path, errors: FaultList) -> tuple[ToolUse, ...]:
    for prefix, block in _entries(node, errors):
        new = _use(prefix, block, folder, errors, whole=False)
        if new is None or not _there(uses, new.prefix, errors):
            continue
        old = next(use for use in uses if use.prefix.text == new.prefix.text)
        spec, place = (new.spec, new.folder) if new.spec.text else (old.spec, old.folder)
        merged = replace(old, spec=spec, folder=place, binds=_merged(old.binds, new.binds), settles=_merged(old.settles, new.settles))
        if merged.spec.text == old.spec.text and _said(merged) == _said(old):
            errors.append(SpecError("S109", f"the edit of the tool {new.prefix.text!r} changes nothing", new.prefix.place,
                                    remedy="take it out, or name another version"))  # fmt: skip
        uses = tuple(merged if use is old else use for use in uses)
    return uses


def _merged(old: tuple[tuple[Scalar, Scalar], ...], new: tuple[tuple[Scalar, Scalar], ...]) -> tuple[tuple[Scalar, Scalar], ...]:
    """Return pairs after an edit; one that is written empty goes."""
    held = {key.text: (key, value) for key, value in (*old, *new)}
    return tuple(pair for pair in held.values() if not pair[1].is_empty)


def _said(use: ToolUse) -> list[tuple[str, str]]:
    return [(key.text, value.text) for pairs in (use.binds, use.settles) for key, value in pairs]


def _added(uses: tuple[ToolUse, ...], node: YamlNode, folder: Path, errors: FaultList) -> tuple[ToolUse, ...]:
    for use in read_uses(node, folder, errors):
        if use.prefix.text in {other.prefix.text for other in uses}:
            errors.append(SpecError("S109", f"uses already has {use.prefix.text!r}", use.prefix.place,
                                    remedy="use replace: to change its version, or take another prefix"))  # fmt: skip
        else:
            uses = (*uses, use)
    return uses


_REVISED = {"remove": _removed, "replace": _replaced, "add": _added}


def _there(uses: tuple[ToolUse, ...], prefix: Scalar, errors: FaultList) -> bool:
    known = [use.prefix.text for use in uses]
    if prefix.text not in known:
        errors.append(SpecError("S109", f"there is no tool {prefix.text!r} in uses", prefix.place,
                                why="only what the edited version has can be edited", remedy=near_or_all(prefix.text, known)))  # fmt: skip
    return prefix.text in known


def _entries(node: YamlNode | None, errors: FaultList) -> list[tuple[Scalar | None, YamlNode]]:
    """Return the entries of ``uses:`` with their prefix, where it is the key."""
    if node is None:
        return []
    if isinstance(node, Mapping):
        return list(node)
    if isinstance(node, Sequence):
        return [(None, item) for item in node.items]
    fault(errors, "uses: must name tools by their prefix", node.place, remedy=_SHAPE)
    return []


def _use(prefix: Scalar | None, node: YamlNode, folder: Path, errors: FaultList, *, whole: bool) -> ToolUse | None:
    """Read one entry; of an edit (not ``whole``) the spec may be missing."""
    if isinstance(node, Scalar) and prefix is not None and not node.is_empty:
        return _sound(ToolUse(prefix, node, (), folder), errors)
    if not isinstance(node, Mapping):
        fault(errors, "a tool is a spec, or a block of prefix, spec, bind and settle", node.place, remedy=_SHAPE)
        return None
    for key, _ in node:
        if key.text not in _FIELDS:
            errors.append(SpecError("S103", f"an entry of uses has no field {key.text!r}", key.place,
                                    why="a field that is not known would be passed over", remedy=near_or_all(key.text, _FIELDS)))  # fmt: skip
    named, spec = prefix or node.get("prefix"), node.get("spec")
    if not isinstance(named, Scalar) or (whole and not isinstance(spec, Scalar)) or isinstance(spec, Mapping | Sequence):
        lacking = "prefix" if not isinstance(named, Scalar) else "spec"
        errors.append(SpecError("S104", f"`{lacking}:` of a tool is missing", node.place, remedy=_SHAPE))
        return None
    written = spec if isinstance(spec, Scalar) else replace(named, text="")
    binds, settles = (tuple(_pairs(word, node.get(word), errors)) for word in ("bind", "settle"))
    return _sound(ToolUse(named, written, binds, folder, settles), errors)


def settled_by_uses(uses: tuple[ToolUse, ...], document: Mapping) -> Mapping | None:
    """Return what tools are settled as, ``{choice: value, ruling: reading}`` by their names in the whole; ``None`` for nothing."""
    choices = {text_of(block, "id") for block in blocks_of(document.get("choices"))}

    def name(prefix: str, own: str) -> str:
        return f"{prefix}_{own}" if f"{prefix}_{own}" in choices else f"{prefix}.{own}"

    found = tuple((replace(key, text=name(use.prefix.text, key.text), raw=""), value) for use in uses for key, value in use.settles)
    return Mapping(found, found[0][0].file, found[0][0].line, found[0][0].column) if found else None


#: Of a field of an entry: what each pair of it says, and how it is written.
_SAID = {"bind": ("a name or a formula", "{name of the tool: name or formula here}"),
         "settle": ("a value or a reading", "{choice of the tool: value, ruling of the tool: reading}")}  # fmt: skip


def _pairs(word: str, node: YamlNode | None, errors: FaultList) -> list[tuple[Scalar, Scalar]]:
    if node is None:
        return []
    what, shape = _SAID[word]
    if not isinstance(node, Mapping):
        fault(errors, f"{word}: must be a mapping", node.place, remedy=f"write {word}: {shape}")
        return []
    found = []
    for key, value in node:
        if isinstance(value, Scalar):
            found.append((key, value))
        else:
            fault(errors, f"{word}: {key.text} must be {what}", value.place, remedy=f"write {word}: {shape}")
    return found


def _sound(use: ToolUse, errors: FaultList) -> ToolUse | None:
    if _PREFIX.match(use.prefix.text):
        return use
    fault(errors, f"{use.prefix.text!r} cannot be a prefix", use.prefix.place, "names of the tool begin with it and an underscore",
          "take letters and digits, a letter first")  # fmt: skip
    return None
