"""Renames and new printed numbers of a revision: carried through every formula, list, citation and sentence of the edited version.

Both work on the edited version's own document, before anything else is edited; the rest of the revision speaks in the new
names and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from equations.errors import MethodologyError, near
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.tokens import Source, read_tokens
from equations.model.equation import MOST_NUMBER
from equations.model.reading import IT
from equations.revision.document_parts import blocks_of, text_of, texts_of
from equations.revision.edit_log import EditLog
from equations.revision.mentions import Numbers, followed, listed
from equations.spec.cross_check_fields import CROSS_CHECK_NAMES

#: Fields whose text is a formula or a condition.
_FORMULAS = ("defines", "formula", "relation", "when", "allowed", "condition", "gives", "share", "left", "right")
#: Fields (beside formulas) that hold the id of a quantity, and lists of such ids.
_QUANTITY_FIELDS, _QUANTITY_LISTS = ("quantity", "result", "standard_error_of", *CROSS_CHECK_NAMES), ("report", "results", "quantities")
#: Lists whose entries a reading can edit, and its steps.
_LISTS = ("quantities", "equations", "rules", "datasets", "adjust")
#: Fields of an entry that say where in its list it stands.
_PLACES = ("after", "before")
#: Fields in which `Eq 8` would be no mention of an equation: formulas, and what is printed there word for word.
_VERBATIM = frozenset({*_FORMULAS, "printed"})
_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)$")


# -- names


def rename(document: Mapping, node: YamlNode, log: EditLog) -> Mapping:
    """Return a document in which quantities and matrices have the names that ``rename:`` gives them.

    Parameters
    ----------
    node
        ``{quantities: {old: new}, matrices: {old: new}}``.
    """
    if not isinstance(node, Mapping):
        log.fault("rename: takes quantities and matrices", node.place, remedy="rename: {quantities: {old: new}}")
        return document
    names = _declared(document)
    for kind, pairs in node:
        if kind.text not in ("quantities", "matrices") or not isinstance(pairs, Mapping):
            log.fault(
                f"rename: does not know {kind.text!r}",
                kind.place,
                why="quantities and matrices have names in formulas",
                remedy=near(kind.text, ("quantities", "matrices")) or "rename: {quantities: {old: new}}",
            )
            continue
        for old, new in pairs:
            if _may_rename(kind.text, old, new, names, log):
                assert isinstance(new, Scalar)
                document = _renamed(document, kind.text, old.text, new.text, is_letter=old.text in names["letters"])
    return document


def _declared(document: Mapping) -> dict[str, set[str]]:
    quantities, choices, sets = (blocks_of(document.get(name)) for name in ("quantities", "choices", "index_sets"))
    of_readings = [part for ruling in blocks_of(document.get("rulings")) for reading in blocks_of(ruling.get("readings"))
                   for part in (reading, *blocks_of(reading.get("with")))]  # fmt: skip
    for part in of_readings:
        added = part.get("add")
        quantities += blocks_of(added.get("quantities")) if isinstance(added, Mapping) else []
    steps = [step for part in of_readings for step in blocks_of(part.get("adjust"))]
    matrices = {text_of(block, name) for block in (*quantities, *steps) for name in ("matrix", "diagonal_matrix")} - {""}
    given = {name for step in steps for block in (step, *blocks_of(step.get("equations"))) for name in _defined_by(block)}
    return {
        "quantities": {text_of(block, "id") for block in quantities} | given | {IT},
        "matrices": matrices | {name for step in steps if "id" in step for name in _named_in(step)},
        "choices": {text_of(block, "id") for block in choices},
        "letters": {text for block in sets for text in texts_of(block.get("letters"))},
    }


def _defined_by(step: Mapping) -> Iterator[str]:
    """Yield the id of the quantity that a step, or one of its equations, defines."""
    if "id" in step:  # then what stands on the left side is its matrix
        yield text_of(step, "id")
    else:
        yield from _named_in(step)


def _named_in(step: Mapping) -> Iterator[str]:
    """Yield the name on the left side of a step."""
    if match := re.match(r"\s*([A-Za-z_]\w*)", text_of(step, "defines")):
        yield match[1]


def _may_rename(kind: str, old: Scalar, new: YamlNode, names: dict[str, set[str]], log: EditLog) -> bool:
    if not isinstance(new, Scalar) or new.is_empty:
        log.fault(f"{old.text!r} gets no name", old.place, remedy="write old: new")
        return False
    if old.text not in names[kind]:
        log.absent((kind,), old, sorted(names[kind]))
        return False
    if new.text == old.text:
        log.nothing(f"the name {old.text!r}", new.place)
        return False
    taken = next((group for group, known in names.items() if new.text in known), None)
    if taken is not None:
        log.fault(f"the name {new.text!r} is taken", new.place, why=f"it is one of the {taken}", remedy="take another name")
        return False
    if not log.first((kind, old.text, "name"), repr(old.text), old.place):
        return False
    names[kind].add(new.text)
    return True


def _renamed(document: Mapping, kind: str, old: str, new: str, *, is_letter: bool) -> Mapping:
    def visit(key: str, owner: str, value: Scalar) -> Scalar:
        if key in _FORMULAS:
            return _in_formula(value, old, new, is_letter=is_letter)
        if kind == "quantities":
            is_name = key in _QUANTITY_FIELDS or key in _QUANTITY_LISTS or (
                key in ("id", *_PLACES) and owner == "quantities") or (key == "id" and owner == "adjust")  # fmt: skip
        else:
            is_name = key in ("matrix", "diagonal_matrix")
        return replace(value, text=new, raw="") if is_name and value.text == old else value

    return _mapped(document, visit)


def _in_formula(value: Scalar, old: str, new: str, *, is_letter: bool) -> Scalar:
    return replace(value, text=_swap(value.text, old, new, is_letter), raw=_swap(value.raw, old, new, is_letter))


def _swap(text: str, old: str, new: str, is_letter: bool) -> str:
    """Exchange a name in a formula; where it is also a letter, only in front of a bracket."""
    try:
        tokens = read_tokens(Source(text))
    except MethodologyError:
        return text
    for token, after in reversed(list(pairwise(tokens))):
        if token.kind == "name" and token.text == old and (not is_letter or after.text == "["):
            text = text[: token.span[0]] + new + text[token.span[1] :]
    return text


# -- numbers


def renumber(document: Mapping, node: YamlNode, log: EditLog) -> Mapping:
    """Return a document with new printed numbers; citations, places and sentences that name equations follow.

    Parameters
    ----------
    node
        Equation id, printed number or range of printed numbers (``6-26``) -> new number, new range, or empty for none.
    """
    if not isinstance(node, Mapping):
        log.fault("renumber: takes id: number, or number: number", node.place, remedy="write renumber: {old.equation: 8, 10-12: 12-14}")
        return document
    before = {text_of(block, "id"): text_of(block, "number") for block in blocks_of(document.get("equations"))}
    after = dict(before)
    for key, value in node:
        pairs = _new_numbers(key, value, before, log)
        if pairs and all(number == before[id_] for id_, number in pairs):
            log.nothing(f"the number of {key.text!r}", key.place)
        for id_, number in pairs:
            if log.first(("equations", id_, "number"), f"the number of {id_!r}", key.place):
                after[id_] = number
    moved: Numbers = {}
    for id_, old in before.items():
        if old and after[id_] and after[id_] not in moved.setdefault(old, []):
            moved[old].append(after[id_])
    equations = document.get("equations")
    assert isinstance(equations, Sequence)
    items = tuple(_numbered(item, after, node) if isinstance(item, Mapping) else item for item in equations.items)
    entries = tuple((key, replace(equations, items=items) if key.text == "equations" else value) for key, value in document)
    return _follow(replace(document, entries=entries), moved)


def _new_numbers(key: Scalar, value: YamlNode, before: dict[str, str], log: EditLog) -> list[tuple[str, str]]:
    if not isinstance(value, Scalar):
        log.fault("a printed number is a single text", value.place, remedy="write one number or one range, or nothing to take it away")
        return []
    if key.text in before:
        return [(key.text, value.text)]
    wanted, given = _span(key.text), _span(value.text)
    held = [id_ for id_, number in before.items() if number and (number in wanted or number == key.text)]
    if not held:
        log.absent(("equations",), key, [*before, *before.values()])
        return []
    if not wanted or len(given) <= 1:
        return [(id_, value.text) for id_ in held]
    if len(given) != len(wanted):
        log.fault(
            f"{key.text} are {len(wanted)} numbers and {value.text} are {len(given)}",
            value.place,
            remedy="give a range of the same length, or one number for all",
        )
        return []
    to = dict(zip(wanted, given, strict=True))
    return [(id_, to[before[id_]]) for id_ in held]


def _span(text: str) -> list[str]:
    match = _RANGE.match(text.strip())
    if match is None or max(len(match[1]), len(match[2])) > len(str(MOST_NUMBER)):
        return []
    return [str(n) for n in range(int(match[1]), int(match[2]) + 1)]


def _numbered(block: Mapping, after: dict[str, str], node: Mapping) -> Mapping:
    id_ = text_of(block, "id")
    number = after.get(id_, "")
    if number == text_of(block, "number"):
        return block
    edit = next((key for key, _ in node if key.text == id_), node.entries[0][0])
    new = Scalar(number, edit.file, edit.line, edit.column)
    entries = [(key, value) for key, value in block if key.text != "number"]
    if number:
        entries.insert(1, (block.key("number") or Scalar("number", edit.file, edit.line, edit.column), new))
    return replace(block, entries=tuple(entries))


def _follow(document: Mapping, moved: Numbers) -> Mapping:
    """Let references to equations of the edited version take the new numbers."""

    def visit(key: str, owner: str, value: Scalar) -> Scalar:
        if key == "equation" or (key == "equations" and owner != "spec"):
            text = listed(value.text, moved)
            return value if text == value.text else replace(value, text=text, raw="")
        if key not in _VERBATIM and (text := followed(value.text, moved)) != value.text:
            return replace(value, text=text, raw="")
        return value

    return _mapped(document, visit, skip_foreign=True)


# -- walking a document


def _mapped(document: Mapping, visit: Callable[[str, str, Scalar], Scalar], *, skip_foreign: bool = False) -> Mapping:
    """Return a document with every text exchanged for what ``visit(field, list, text)`` returns."""

    def walk(node: YamlNode, key: str, owner: str) -> YamlNode:
        if isinstance(node, Scalar):
            return visit(key, owner, node)
        if isinstance(node, Sequence):
            edited = key if owner == "rulings" and key in _LISTS and any(isinstance(item, Mapping) for item in node.items) else owner
            items = tuple(walk(item, key if edited == owner else "", edited) for item in node.items)
            places = skip_foreign and key == "equations" and not any(isinstance(item, Mapping) for item in node.items)
            return replace(node, items=_apart(items) if places else items)
        if skip_foreign and "document" in node:
            return node
        is_share = key == "shares"  # set -> formula
        return replace(node, entries=tuple((k, walk(value, "share" if is_share else k.text, owner)) for k, value in node))

    entries = []
    for key, value in document:
        inner = replace(value, items=tuple(walk(i, "", key.text) for i in value.items)) if isinstance(value, Sequence) else value
        if isinstance(value, Mapping):
            inner = value if skip_foreign else walk(value, key.text, key.text)
        entries.append((key, inner if key.text != "history" else value))
    return replace(document, entries=tuple(entries))


def _apart(items: tuple[YamlNode, ...]) -> tuple[YamlNode, ...]:
    """Return numbers one by one and each once, where an old number became several or several became one."""
    found: dict[str, YamlNode] = {}
    for item in items:
        if isinstance(item, Scalar):
            for part in item.text.split(", "):
                found.setdefault(part, replace(item, text=part))
    return tuple(found.values())
