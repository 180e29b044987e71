"""Settling a choice: a revision that leaves projects no choice takes one value into the text.

Conditions that ask for the choice are decided, what holds only under another value goes, and so does what nothing can need any more
because of that: equations, quantities, their values and tables, and what only those used. Everything that goes is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from equations.errors import MethodologyError, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Cases, Compare, Logic, Name, Node, Not, Number, Reduce, Text, children, rebuild
from equations.model.methodology import Settled
from equations.notation.plain import plain_text
from equations.revision.document_parts import blocks_of, text_of
from equations.revision.edit_log import EditLog
from equations.revision.needs_of_document import SpecNames, numbers_of, without_numbers
from equations.revision.readings_pruned import without_edits

_CONDITIONS, _FORMULAS = ("when", "allowed", "condition"), ("formula", "relation", "left", "right", "gives")
_READINGS = "rulings.readings"
_ALTERNATIVE = re.compile(r"\((?:choice|reading|input): ([^)]*)\)\s*$")


def settle_choices(document: Mapping, node: YamlNode, log: EditLog) -> tuple[Mapping, YamlNode]:
    """Return a document in which choices are settled, and what of ``settle:`` does not speak of choices.

    Parameters
    ----------
    node
        ``{choice: value, ruling: reading}``.
    """
    known = {text_of(block, "id"): [text_of(value, "id") for value in blocks_of(block.get("values"))]
             for block in blocks_of(document.get("choices"))}  # fmt: skip
    if not isinstance(node, Mapping) or not any(key.text in known for key, _ in node):
        return document, node
    taken: dict[str, str] = {}
    for key, value in node:
        if key.text not in known:
            continue
        shown = value.text if isinstance(value, Scalar) else "..."
        if shown not in known[key.text]:
            log.fault(f"the choice {key.text!r} has no value {shown!r}", value.place, why="its values are " + ", ".join(known[key.text]),
                      remedy=near_or_all(shown, known[key.text]))  # fmt: skip
        elif log.first(("choices", key.text), repr(key.text), key.place):
            taken[key.text] = shown
    rest = replace(node, entries=tuple((key, value) for key, value in node if key.text not in known))
    return (_Settler(document, taken, node, log).settled() if taken else document), rest


class _Settler:
    def __init__(self, document: Mapping, taken: dict[str, str], node: Mapping, log: EditLog) -> None:
        self.before, self.taken, self.node, self.log = document, taken, node, log
        self.removed: dict[str, list[str]] = {}

    def settled(self) -> Mapping:
        entries = []
        for key, value in self.before:
            if key.text == "choices" and isinstance(value, Sequence):
                value = replace(value, items=tuple(b for b in blocks_of(value) if text_of(b, "id") not in self.taken))
            elif isinstance(value, Sequence) and key.text != "history":
                value = self.items(value, key.text)
            entries.append((key, value))
        document = self.without_unneeded(replace(self.before, entries=tuple(entries)))
        removed = tuple((list_, tuple(ids)) for list_, ids in self.removed.items())
        self.log.settled += [Settled(choice, value, removed, place=self.node.place) for choice, value in self.taken.items()]
        return document

    # -- conditions

    def items(self, sequence: Sequence, list_: str) -> Sequence:
        """Return a list without the entries that hold only under another value."""
        kept = []
        for item in sequence.items:
            new = self.decided(item, list_) if isinstance(item, Mapping) else item
            if new is None:
                assert isinstance(item, Mapping)
                self.note(list_, text_of(item, "id") or text_of(item, "quantity"))
            else:
                kept.append(new)
        return replace(sequence, items=tuple(kept))

    def note(self, list_: str, id_: str) -> None:
        held = self.removed.setdefault(list_, [])
        if id_ not in held:
            held.append(id_)
        self.log.edited[list_, id_] = self.node.place

    def decided(self, block: Mapping, list_: str) -> Mapping | None:
        """Return an entry as it is under the settled values; ``None`` where it holds under none of them."""
        entries: list[tuple[Scalar, YamlNode]] = []
        for key, value in block:
            if key.text == "choices" and isinstance(value, Mapping):
                wanted = {k.text: v.text for k, v in value if isinstance(v, Scalar) and k.text in self.taken}
                if any(self.taken[choice] != text for choice, text in wanted.items()):
                    return None
                value = replace(value, entries=tuple((k, v) for k, v in value if k.text not in wanted))
                if not value.entries:
                    continue
            elif key.text in (*_CONDITIONS, *_FORMULAS) and isinstance(value, Scalar):
                found = self.text(value)
                if found is False and key.text == "condition":
                    self.log.fault(f"the rule {text_of(block, 'id')!r} can never hold under {self.values()}", self.node.place,
                                   why=f"it says {value.text}",
                                   remedy="settle another value, or take the rule out in a revision before this one")  # fmt: skip
                    return None
                if found is False or (found is True and key.text == "condition"):
                    return None
                if found is True:
                    continue
                if found is not value and key.text in _FORMULAS:
                    entries = [(k, v) for k, v in entries if k.text != "printed"]
                value = found
            elif isinstance(value, Sequence):
                value = self.items(value, list_ if key.text not in ("values", "readings", "substitution") else f"{list_}.{key.text}")
            elif isinstance(value, Mapping) and list_.startswith(_READINGS) and key.text in ("add", "replace"):
                value = self.edits(value, key.text)
            entries.append((key, value))
        return replace(block, entries=tuple(entries))

    def edits(self, edits: Mapping, word: str) -> Mapping:
        """Return what a reading adds or replaces as it is under the settled values."""
        if word == "add":
            return replace(edits, entries=tuple((k, self.items(v, k.text) if isinstance(v, Sequence) else v) for k, v in edits))
        for entry in (entry for _, entries in edits for entry in blocks_of(entries)):
            for key, value in entry:
                if key.text in _CONDITIONS and isinstance(value, Scalar) and isinstance(self.text(value), bool):
                    self.log.fault(f"the {key.text} that a reading gives {text_of(entry, 'id')!r} is decided by {self.values()}", self.node.place,
                                   why=f"it says {value.text}", remedy="say in a revision before this one what the reading is")  # fmt: skip
        return replace(edits, entries=tuple((k, self.items(v, k.text) if isinstance(v, Sequence) else v) for k, v in edits))

    def values(self) -> str:
        return ", ".join(f"{choice} = {value}" for choice, value in self.taken.items())

    def text(self, scalar: Scalar) -> Scalar | bool:
        """Return a formula or condition as it is under the settled values."""
        if not any(choice in scalar.text for choice in self.taken):
            return scalar
        try:
            tree = parse_formula(scalar.source)
        except MethodologyError:
            return scalar
        new = reduced(tree, self.taken)
        if isinstance(new, bool) or new == tree:
            return new if isinstance(new, bool) else scalar
        return replace(scalar, text=plain_text(new), raw="")

    # -- what nothing needs any more

    def without_unneeded(self, after: Mapping) -> Mapping:
        old, new = SpecNames(self.before), SpecNames(self.pruned(after))
        lost = {id_ for id_ in old.defined() if id_ not in new.defined() and new.is_computed(id_)}
        if result := next((id_ for id_ in new.results() if id_ in lost), ""):
            self.log.fault(f"nothing defines the result {result} under {self.values()}", self.node.place,
                           why="all its equations hold under another value", remedy="settle another value")  # fmt: skip
            return after
        for list_, id_ in new.readers(lost):
            if list_ == "rules" and new.is_joined(id_):
                self.log.fault(f"the rule {id_!r} speaks also of {', '.join(sorted(lost & new.read_by(list_, id_)))}", self.node.place,
                               why=f"nothing defines that under {self.values()}, and the rule says more",
                               remedy="replace its condition, or remove it, in a revision before this one")  # fmt: skip
            self.note(list_, id_)
        new = new.without(self.removed)
        needed = old.needed()
        gone = (needed - new.needed(new.defined() - needed)) | lost  # what nothing needed before is left as it is
        for id_ in new.equations_of(gone):
            self.note("equations", id_)
        for id_ in new.all_quantities():
            if id_ in gone:
                self.note("quantities", id_)
        new = new.without(self.removed, gone)
        for list_, id_ in old.used() - new.used():
            if new.has(list_, id_):
                self.note(list_, id_)
        gone_numbers = old.numbers() - (new := new.without(self.removed, gone)).numbers()
        for list_ in ("rulings", "register"):
            for block in blocks_of(new.root.get(list_)):
                numbers = numbers_of(block)
                if numbers and numbers <= gone_numbers and (list_, text_of(block, "id")) not in new.used():
                    self.note(list_, text_of(block, "id"))
        return self.unsaid(without_numbers(self.pruned(new.without(self.removed).root), gone_numbers), gone)

    def pruned(self, document: Mapping) -> Mapping:
        """Take out what readings say of what is gone, and rulings that leave nothing to choose."""
        document, rulings = without_edits(document, {list_: set(ids) for list_, ids in self.removed.items()}, self.before)
        for ruling in rulings:
            self.note("rulings", ruling)
        return document

    def unsaid(self, document: Mapping, gone: set[str]) -> Mapping:
        """Take out of the register which way of reading or choosing can no longer be taken."""
        names = {*self.taken, *gone, *self.removed.get("rulings", ()), *self.removed.get("choices", ())}

        def open_(item: YamlNode) -> bool:
            match = _ALTERNATIVE.search(item.text) if isinstance(item, Scalar) else None
            return match is None or not names & {word.strip() for word in re.split("[,;]", match[1])}

        def entry(block: Mapping) -> Mapping:
            kept: list[tuple[Scalar, YamlNode]] = []
            for key, value in block:
                if key.text == "ruling" and isinstance(value, Scalar) and value.text in names:
                    continue
                if key.text == "alternatives" and isinstance(value, Sequence):
                    value = replace(value, items=tuple(item for item in value.items if open_(item)))
                    if not value.items:
                        continue
                kept.append((key, value))
            return replace(block, entries=tuple(kept))

        return replace(document, entries=tuple(
            (key, replace(value, items=tuple(entry(b) for b in blocks_of(value)))
             if key.text == "register" and isinstance(value, Sequence) else value)
            for key, value in document))  # fmt: skip


def reduced(node: Node, taken: dict[str, str]) -> Node | bool:
    """Return a formula or condition in which every question for a settled choice is answered.

    Examples
    --------
    >>> plain_text(reduced(parse_formula("cases(option == 1: a, option == 2: b, otherwise: c) + 1"), {"option": "2"}))
    'b + 1'
    >>> reduced(parse_formula("option == 1 and y == start"), {"option": "2"})
    False
    """
    match node:
        case Logic(op=op, parts=parts):
            found = [reduced(part, taken) for part in parts]
            decisive = op == "or"
            if any(part is decisive for part in found):
                return decisive
            open_ = tuple(part for part in found if isinstance(part, Node))
            return (open_[0] if open_ else not decisive) if len(open_) <= 1 else Logic(op=op, parts=open_)
        case Not(operand=operand):
            inner = reduced(operand, taken)
            return not inner if isinstance(inner, bool) else Not(operand=inner)
        case Compare(op="==" | "!=" as op, left=left, right=right):
            for asked, value in ((left, right), (right, left)):
                if isinstance(asked, Name) and not asked.bracketed and asked.name in taken and (word := _word(value)) is not None:
                    return (taken[asked.name] == word) is (op == "==")
        case Cases(branches=branches, otherwise=otherwise):
            return _case(branches, otherwise, taken)
        case Reduce(kind="All" | "Any", body=body):
            inner = reduced(body, taken)
            return inner if isinstance(inner, bool) else replace(node, body=inner)
    parts_of = {id(child): new for child in children(node) if isinstance(new := reduced(child, taken), Node) and new is not child}
    return rebuild(node, parts_of) if parts_of else node


def _case(branches: Iterable[tuple[Node, Node]], otherwise: Node | None, taken: dict[str, str]) -> Node | bool:
    kept: list[tuple[Node, Node]] = []
    for condition, value in branches:
        held, new = reduced(condition, taken), reduced(value, taken)
        assert isinstance(new, Node)
        if held is True:
            otherwise = new
            break
        if isinstance(held, Node):
            kept.append((held, new))
    last = reduced(otherwise, taken) if otherwise is not None else None
    return Cases(tuple(kept), last if isinstance(last, Node) else None) if kept or last is None else last


def _word(node: Node) -> str | None:
    if isinstance(node, Text | Number):
        return node.text
    return node.name if isinstance(node, Name) and not node.bracketed else None
