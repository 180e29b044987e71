"""Settling a ruling: a revision that says what an open place of the text means needs no other readings.

The ruling goes, conditions that ask for it are decided, and what holds only under another reading goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import replace

from equations.errors import MethodologyError, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Call, Compare, Logic, Node, Not, Text
from equations.notation.plain import plain_text
from equations.revision.edit_log import EditLog


def settle(document: Mapping, node: YamlNode, log: EditLog) -> Mapping:
    """Return a document in which rulings are settled.

    Parameters
    ----------
    node
        ``{ruling: reading}``.
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
            log.fault(
                f"the ruling {key.text!r} has no reading {shown!r}",
                value.place,
                why="its readings are " + ", ".join(known),
                remedy=near_or_all(shown, known),
            )
        elif log.first(("rulings", key.text), repr(key.text), key.place):
            taken[key.text] = value.text
    return _settled(document, taken, log, node) if taken else document


def _readings(document: Mapping) -> dict[str, list[str]]:
    found = {}
    for block in _blocks(document.get("rulings")):
        found[_text(block, "id")] = [_text(reading, "id") for reading in _blocks(block.get("readings"))]
    return found


def _settled(document: Mapping, taken: Lookup[str, str], log: EditLog, node: Mapping) -> Mapping:
    entries = []
    for key, value in document:
        if key.text == "rulings":
            value = _kept(value, [b for b in _blocks(value) if _text(b, "id") not in taken])
        elif key.text in ("equations", "rules"):
            kept = [_decided(block, taken) for block in _blocks(value)]
            for block, held in zip(_blocks(value), kept, strict=True):
                if held is None:
                    log.edited[key.text, _text(block, "id")] = node.place
            value = _kept(value, [block for block in kept if block is not None])
        elif key.text == "datasets":
            value = _kept(value, [_dataset(block, taken) for block in _blocks(value)])
        elif key.text == "register":
            value = _kept(value, [_without_ruling(block, taken) for block in _blocks(value)])
        entries.append((key, value))
    return replace(document, entries=tuple(entries))


def _dataset(block: Mapping, taken: Lookup[str, str]) -> Mapping:
    values = block.get("values")
    held = [_decided(part, taken) for part in _blocks(values)]
    kept = _kept(values, [part for part in held if part is not None]) if isinstance(values, Sequence) else values
    return replace(block, entries=tuple((k, kept if k.text == "values" and kept is not None else v) for k, v in block))


def _without_ruling(block: Mapping, taken: Lookup[str, str]) -> Mapping:
    return replace(
        block, entries=tuple((k, v) for k, v in block if not (k.text == "ruling" and isinstance(v, Scalar) and v.text in taken))
    )


def _decided(block: Mapping, taken: Lookup[str, str]) -> Mapping | None:
    """Return an entry whose case is decided as far as it asks for settled rulings; ``None`` where it holds no more."""
    when = block.get("when")
    if not isinstance(when, Scalar) or not any(id_ in when.text for id_ in taken):
        return block
    try:
        tree = parse_formula(when.source)
    except MethodologyError:
        return block
    case = _reduced(tree, taken)
    if case is False:
        return None
    if case is True:
        return replace(block, entries=tuple((k, v) for k, v in block if k.text != "when"))
    assert isinstance(case, Node)
    if case == tree:
        return block
    new = replace(when, text=plain_text(case), raw="")
    return replace(block, entries=tuple((k, new if k.text == "when" else v) for k, v in block))


def _reduced(node: Node, taken: Lookup[str, str]) -> Node | bool:
    match node:
        case Logic(op=op, parts=parts):
            found = [_reduced(part, taken) for part in parts]
            decisive = op == "or"
            if any(part is decisive for part in found):
                return decisive
            open_ = tuple(part for part in found if isinstance(part, Node))
            if len(open_) <= 1:
                return open_[0] if open_ else not decisive
            return Logic(op=op, parts=open_)
        case Not(operand=operand):
            inner = _reduced(operand, taken)
            return not inner if isinstance(inner, bool) else Not(operand=inner)
        case Compare(op=op, left=Call(name="reading", arguments=(Text(text=id_),)), right=Text(text=reading)) if id_ in taken:
            return (taken[id_] == reading) is (op == "==")
    return node


def _kept(value: YamlNode, items: list[Mapping]) -> YamlNode:
    return replace(value, items=tuple(items)) if isinstance(value, Sequence) else value


def _blocks(node: YamlNode | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _text(block: Mapping, name: str) -> str:
    node = block.get(name)
    return node.text if isinstance(node, Scalar) else ""
