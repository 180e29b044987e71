"""Revisions: a version declared as edits of another.

``based_on`` names the spec that is edited; ``changes`` holds ``add``, ``replace``, ``remove`` and ``renumber``, by stable id. Edits work on the
document, before it is read as a methodology, so an edited spec is checked exactly as a whole one, and messages point into
the file where each line stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from equations.errors import MethodologyError, Place, SpecError, near, raise_all
from equations.spec_schema import BLOCKS, KEYS
from equations.strict_yaml import Mapping, Scalar, Sequence, YamlNode

#: Top-level keys that are replaced as a whole when a revision writes them beside `changes`.
_WHOLE = ("methodology", "sections", "history")


def apply_changes(base: Mapping, revision: Mapping) -> Mapping:
    """Return the document that results from editing ``base``.

    Parameters
    ----------
    base
        The whole document of the version that is edited.
    revision
        The revision's own document with ``based_on``, ``changes`` and, optionally, ``methodology`` (fields that differ).

    Raises
    ------
    SpecError
        S109 for an edit of something that is not there, two edits of one thing, or an edit that changes nothing.
    """
    editor = _Editor({key.text: (key, value) for key, value in base})
    for key, value in revision:
        if key.text in ("based_on", "include"):
            continue
        if key.text == "changes":
            editor.changes(value)
        elif key.text == "methodology":
            editor.identity(key, value)
        elif key.text in _WHOLE:
            editor.parts[key.text] = (key, value)
        else:
            editor.fault("a revision edits under `changes:`", key.place,
                         remedy=f"write changes: add: {key.text}: ...")  # fmt: skip
    raise_all(editor.errors)
    return Mapping(tuple(editor.parts.values()), revision.file, revision.line, revision.column)


@dataclass
class _Editor:
    parts: dict[str, tuple[Scalar, YamlNode]]
    errors: list[MethodologyError] = field(default_factory=list)
    #: (list, id) -> where it was edited.
    edited: dict[tuple[str, str], Place] = field(default_factory=dict)

    def fault(self, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        self.errors.append(SpecError("S109", what, place, why=why, remedy=remedy))

    def identity(self, key: Scalar, value: YamlNode) -> None:
        held = self.parts.get("methodology")
        if held is None or not isinstance(held[1], Mapping) or not isinstance(value, Mapping):
            self.parts["methodology"] = (key, value)
        else:
            self.parts["methodology"] = (key, merged(held[1], value))

    def changes(self, node: YamlNode) -> None:
        if not isinstance(node, Mapping):
            self.fault("changes: must be a block with add, replace, remove, renumber", node.place)
            return
        doing = {"remove": self.remove, "renumber": self.renumber, "replace": self.replace, "add": self.add}
        for key, _ in node:
            if key.text not in doing:
                self.fault(f"there is no change {key.text!r}", key.place,
                           remedy=near(key.text, doing) or "use add, replace, remove or renumber")  # fmt: skip
        for word, action in doing.items():
            part = node.get(word)
            if part is None:
                continue
            if not isinstance(part, Mapping):
                self.fault(f"{word}: must name the list that is edited", part.place, remedy=f"{word}: {{equations: ...}}")
            elif word == "renumber":
                self.renumber(part)
            else:
                for key, value in part:
                    if key.text not in KEYS:
                        self.fault(f"there is no list {key.text!r}", key.place, remedy=near(key.text, KEYS))
                    else:
                        action(key, value)  # type: ignore[call-arg]

    # -- the four edits

    def remove(self, key: Scalar, value: YamlNode) -> None:
        for item in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(item, Scalar):
                self.fault("remove: takes ids", item.place)
                continue
            at = self.find(key.text, item)
            if at is not None and self.first_edit(key.text, item.text, item.place):
                items = self.items(key.text)
                self.put(key, items[:at] + items[at + 1 :])

    def renumber(self, part: Mapping) -> None:
        for key, value in part:
            at = self.find("equations", key)
            if at is None or not isinstance(value, Scalar):
                continue
            self.change("equations", at, key, Mapping(((Scalar("number", key.file, key.line, key.column), value),),
                                                      key.file, key.line, key.column), once=False)  # fmt: skip

    def replace(self, key: Scalar, value: YamlNode) -> None:
        for block in self.blocks(key, value):
            id_ = block.get(KEYS[key.text])
            if not isinstance(id_, Scalar):
                self.fault(f"an entry without {KEYS[key.text]}", block.place)
                continue
            at = self.find(key.text, id_)
            if at is not None:
                self.change(key.text, at, id_, block)

    def add(self, key: Scalar, value: YamlNode) -> None:
        for block in self.blocks(key, value):
            id_ = block.get(KEYS[key.text])
            if not isinstance(id_, Scalar):
                self.fault(f"an entry without {KEYS[key.text]}", block.place)
                continue
            if self.position(key.text, id_.text) is not None:
                self.fault(f"{key.text} already has {id_.text!r}", id_.place,
                           remedy="use replace: to change it, or give the new entry another id")  # fmt: skip
                continue
            self.insert(key, block)

    # -- parts

    def insert(self, key: Scalar, block: Mapping) -> None:
        items = self.items(key.text)
        at = len(items)
        for word, shift in (("after", 1), ("before", 0)):
            neighbour = block.get(word)
            if isinstance(neighbour, Scalar) and word not in BLOCKS[_kind(key.text)]:
                found = self.find(key.text, neighbour)
                at = at if found is None else found + shift
        rest = tuple((k, v) for k, v in block if k.text not in ("after", "before"))
        self.put(key, (*items[:at], Mapping(rest, block.file, block.line, block.column), *items[at:]))

    def change(self, list_: str, at: int, id_: Scalar, block: Mapping, *, once: bool = True) -> None:
        items = self.items(list_)
        held = items[at]
        if not isinstance(held, Mapping) or (once and not self.first_edit(list_, id_.text, id_.place)):
            return
        new = merged(held, block)
        if _same(new, held):
            self.fault(f"the edit of {id_.text!r} changes nothing", id_.place, why="what it says is there already",
                       remedy="remove the edit")  # fmt: skip
        self.put(id_, (*items[:at], new, *items[at + 1 :]), list_)

    def blocks(self, key: Scalar, value: YamlNode) -> list[Mapping]:
        if not isinstance(value, Sequence):
            self.fault(f"{key.text}: must be a list of entries", value.place, remedy="begin each entry with `- `")
            return []
        wrong = [item for item in value.items if not isinstance(item, Mapping)]
        for item in wrong:
            self.fault("an entry must be a block with its id", item.place)
        return [item for item in value.items if isinstance(item, Mapping)]

    def items(self, list_: str) -> tuple[YamlNode, ...]:
        held = self.parts.get(list_)
        return held[1].items if held is not None and isinstance(held[1], Sequence) else ()

    def put(self, near_: Scalar, items: tuple[YamlNode, ...], list_: str = "") -> None:
        name = list_ or near_.text
        key, old = self.parts.get(name, (near_, near_))
        self.parts[name] = (key, Sequence(items, old.file, old.line, old.column))

    def position(self, list_: str, id_: str) -> int | None:
        for at, item in enumerate(self.items(list_)):
            held = item.get(KEYS[list_]) if isinstance(item, Mapping) else None
            if isinstance(held, Scalar) and held.text == id_:
                return at
        return None

    def find(self, list_: str, id_: Scalar) -> int | None:
        at = self.position(list_, id_.text)
        if at is None:
            known = [held.text for item in self.items(list_) if isinstance(item, Mapping)
                     and isinstance(held := item.get(KEYS[list_]), Scalar)]  # fmt: skip
            self.fault(f"there is no {id_.text!r} in {list_}", id_.place, why="only what the edited version has can be edited",
                       remedy=near(id_.text, known))  # fmt: skip
        return at

    def first_edit(self, list_: str, id_: str, place: Place) -> bool:
        earlier = self.edited.get((list_, id_))
        if earlier is not None:
            self.fault(f"{id_!r} is edited twice", place, why=f"the first edit is at {earlier}", remedy="join the two")
            return False
        self.edited[list_, id_] = place
        return True


def merged(held: Mapping, new: Mapping) -> Mapping:
    """Return a block whose fields of ``new`` stand in place of those of ``held``; an empty field takes the old one out."""
    fields = {key.text: (key, value) for key, value in held}
    for key, value in new:
        if isinstance(value, Scalar) and value.is_empty:
            fields.pop(key.text, None)
        else:
            fields[key.text] = (key, value)
    return Mapping(tuple(fields.values()), new.file, new.line, new.column)


def _same(a: YamlNode, b: YamlNode) -> bool:
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a.text.split() == b.text.split()
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return len(a.items) == len(b.items) and all(_same(x, y) for x, y in zip(a.items, b.items, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        left, right = {k.text: v for k, v in a}, {k.text: v for k, v in b}
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    return False


def _kind(list_: str) -> str:
    return BLOCKS["spec"][list_].type.removeprefix("blocks:")
