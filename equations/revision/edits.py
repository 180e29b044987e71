"""Edits of parts of a document: entries of lists, fields of entries, single values of cells and tables.

Every list and every nested field is edited with the same three words, ``add``, ``replace`` and ``remove``. An edit of
something that is not there, two edits of one thing and an edit that changes nothing are faults (S109), each with its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from equations.errors import near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.revision.edit_log import EditLog, Path, same
from equations.revision.table_edits import TableEditor
from equations.revision.table_text import read_table
from equations.spec.schema import BLOCKS, CITATION, MEMBER, RANGE, TEXT_PLACE, Field

WORDS = ("remove", "replace", "add")
#: Fields that say what a source may state; an edit of one that names no ground leaves the entry without.
_SAYS = frozenset({
    "formula", "relation", "solver", "defines", "when", "for", "condition", "unit", "value", "cells", "table", "at", "kind", "indices",
})  # fmt: skip
#: Field by which the entries of a kind of block are known, where it is not ``id``.
_NAMES = {"constant": "written", "listed_parameter": "printed", "history_line": "version", "result": "quantity"}
#: Kinds of blocks in whose place a name alone may stand.
_BARE = ("members", "result")
#: Fields of which an entry has one.
_VALUES = ("value", "cells", "table")


def name_field(kind: str) -> str:
    """Return the field by which entries of a kind are known."""
    return _NAMES.get(kind, "id")


def is_edit(node: YamlNode) -> bool:
    """Whether a field's value is an edit of what is there: a block with nothing but ``add``, ``replace`` and ``remove``."""
    return isinstance(node, Mapping) and bool(node.entries) and all(key.text in WORDS for key, _ in node)


class Editor(EditLog):
    """Applies edits and collects their faults."""

    # -- lists of entries

    def edit_list(self, path: Path, kind: str, items: tuple[YamlNode, ...], edits: Mapping) -> tuple[YamlNode, ...]:
        """Return the items of a list after ``remove``, ``replace`` and ``add``."""
        for word in WORDS:
            node = edits.get(word)
            if node is not None:
                # Removing first and adding last, whatever the order in the file: `after:` and `before:` name places in the list as
                # it then is.
                items = {"remove": self.removed, "replace": self.replaced, "add": self.added}[word](path, kind, items, node)
        return items

    def edits_of_lists(self, changes: Mapping) -> Iterator[tuple[Scalar, Mapping]]:
        """Yield each list that a block ``add``, ``replace``, ``remove`` names, with its edits under one of the words, in the order of being done."""
        for word in WORDS:
            node = changes.get(word)
            if isinstance(node, Mapping):
                yield from ((name, Mapping(((Scalar(word, name.file, name.line, name.column), edit),), name.file, name.line, name.column))
                            for name, edit in node)  # fmt: skip
            elif node is not None:
                self.fault(f"{word}: must name the list that is edited", node.place, remedy=f"{word}: {{equations: ...}}")

    def removed(self, path: Path, kind: str, items: tuple[YamlNode, ...], node: YamlNode) -> tuple[YamlNode, ...]:
        """Take entries out, by id; ``"*"`` takes out all."""
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar) and item.text == "*" and item.quoted:
                if not items:
                    self.nothing(path[-1], item.place)
                return ()
            selector = item if isinstance(item, Mapping) else None
            name = item if isinstance(item, Scalar) else _name_scalar(kind, selector)
            if name is None:
                known_by = _wanted_name(kind)
                self.fault(f"remove: takes the {known_by} of each entry", item.place, remedy=f"write remove: {path[-1]}: [{known_by}]")
                continue
            at = self.find(path, kind, items, name, selector)
            if at is not None and self.first((*path, _identity(items[at], kind)), repr(name.text), name.place):
                items = items[:at] + items[at + 1 :]
        return items

    def replaced(self, path: Path, kind: str, items: tuple[YamlNode, ...], node: YamlNode) -> tuple[YamlNode, ...]:
        """Change fields of entries, by id."""
        for block in self.blocks(path, kind, node):
            name = _name_scalar(kind, block)
            if name is None:
                self.fault(f"an entry without {_wanted_name(kind)}", block.place, remedy=f"add `{_wanted_name(kind)}:`")
                continue
            at = self.find(path, kind, items, name, block)
            if at is None:
                continue
            held, own = items[at], (*path, _identity(items[at], kind))
            if not self.first(own, repr(name.text), name.place):
                continue
            if not isinstance(held, Mapping):
                held = Mapping(((Scalar(name_field(kind), held.file, held.line, held.column), held),), held.file, held.line, held.column)
            new = self.merged(own, schema_of(kind), held, block, _selecting(kind, block, held))
            items = (*items[:at], new, *items[at + 1 :])
        return items

    def added(self, path: Path, kind: str, items: tuple[YamlNode, ...], node: YamlNode) -> tuple[YamlNode, ...]:
        """Put entries in: at the end, or where ``after:`` or ``before:`` says."""
        listed = node.items if isinstance(node, Sequence) else (node,)
        for item in listed:
            if kind == "words" or (kind in _BARE and isinstance(item, Scalar)):
                block = item if isinstance(item, Mapping) else None
                name = item if isinstance(item, Scalar) else block.get("id") if block is not None else None
            else:
                block = item if isinstance(item, Mapping) else None
                name = _name_scalar(kind, block)
            if not isinstance(name, Scalar) or (block is None and kind not in ("words", *_BARE)):
                self.fault(
                    f"add: {path[-1]}: takes entries, each with its {_wanted_name(kind)}",
                    item.place,
                    remedy="begin each entry with `- `",
                )
                continue
            if not self.is_new(path, kind, items, name, block):
                continue
            at = self.place_for(path, kind, items, block)
            new: YamlNode = name if block is None or kind == "words" else _without(block, ("after", "before"))
            items = (*items[:at], new, *items[at:])
        return items

    def is_new(self, path: Path, kind: str, items: tuple[YamlNode, ...], name: Scalar, block: Mapping | None) -> bool:
        if kind == "value_block":  # several blocks may hold values of one quantity; reading them finds cells given twice
            return True
        if any(_identity(item, kind) == name.text for item in items):
            self.fault(
                f"{path[-1]} already has {name.text!r}",
                name.place,
                remedy=f"use replace: to change it, or give the new entry another {_wanted_name(kind)}",
            )
            return False
        removed = self.edited.get((*path, name.text))
        if removed is not None:
            self.fault(
                f"{name.text!r} is edited twice",
                name.place,
                why=f"it is removed at {removed}",
                remedy="use replace: with the fields that change; an empty field is taken out",
            )
            return False
        return True

    def place_for(self, path: Path, kind: str, items: tuple[YamlNode, ...], block: Mapping | None) -> int:
        at = len(items)
        known = schema_of(kind)
        for word, shift in (("after", 1), ("before", 0)):
            neighbour = block.get(word) if block is not None else None
            if isinstance(neighbour, Scalar) and word not in known:
                found = self.find(path, kind, items, neighbour, None)
                at = at if found is None else found + shift
        return at

    def blocks(self, path: Path, kind: str, node: YamlNode) -> list[Mapping]:
        name = _wanted_name(kind)
        if not isinstance(node, Sequence):
            self.fault(f"{path[-1]}: must be a list of entries", node.place, remedy=f"begin each entry with `- {name}: ...`")
            return []
        for item in node.items:
            if not isinstance(item, Mapping):
                self.fault(f"an entry must be a block with its {name}", item.place, remedy=f"begin each entry with `- {name}: ...`")
        return [item for item in node.items if isinstance(item, Mapping)]

    def find(self, path: Path, kind: str, items: tuple[YamlNode, ...], name: Scalar, selector: Mapping | None) -> int | None:
        """Return where an entry stands; report one that is not there, or a name that several share."""
        matching = _matching(items, kind, name, selector)
        if len(matching) == 1:
            return matching[0]
        if matching:
            self.fault(
                f"{len(matching)} entries of {path[-1]} are called {name.text!r}",
                name.place,
                remedy="say which by `at:` or `when:`, or give them an `id:`",
            )
            return None
        where, removed = " of ".join(reversed(path)), self.edited.get((*path, name.text))
        why = f"it is removed at {removed}" if removed else "only what the edited version has can be edited"
        self.fault(
            f"there is no {name.text!r} in {where}",
            name.place,
            why=why,
            remedy="take one of the two edits out" if removed else self.instead(name.text, items, kind),
        )
        return None

    def instead(self, name: str, items: tuple[YamlNode, ...], kind: str) -> str:
        return near_or_all(name, [_identity(item, kind) for item in items]) or "take the edit out"

    # -- fields of one entry

    def merged(self, path: Path, schema: dict[str, Field], held: Mapping, new: Mapping, naming: tuple[str, ...] = ()) -> Mapping:
        """Return an entry in which fields of ``new`` stand in place of those of ``held``; an empty field takes the old one out."""
        fields = {key.text: (key, value) for key, value in held}
        changes = 0
        for key, value in new:
            if key.text in naming:
                continue
            changes += 1
            old = fields.get(key.text)
            what = f"{key.text!r} of {path[-1]!r}"
            self.first((*path, key.text), what, key.place)
            if isinstance(value, Scalar) and value.is_empty:
                if old is None:
                    self.nothing(what, key.place)
                fields.pop(key.text, None)
            elif is_edit(value) and isinstance(value, Mapping):
                if old is None:
                    self.fault(
                        f"there is no {key.text!r} in {path[-1]!r}",
                        key.place,
                        why="only what is there can be edited",
                        remedy=f"write the whole `{key.text}:`",
                    )
                    continue
                fields[key.text] = (old[0], self.part((*path, key.text), schema.get(key.text), old[1], value))
            elif old is not None and same(value, old[1]) and not _said_anew(key.text, new):
                self.nothing(what, key.place)
            else:
                if key.text in _VALUES and key.text in schema:
                    fields = {name: pair for name, pair in fields.items() if name not in _VALUES}
                fields[key.text] = (key, value)
        if not changes:
            self.nothing(repr(path[-1]), new.place)
        if schema is BLOCKS["equation"] and any(word in new for word in ("formula", "relation")) and "printed" not in new:
            fields.pop("printed", None)  # the print of another formula; the new one shows itself, or says how it is printed
        for stale in _stale_ground(new):
            fields.pop(stale, None)
        return Mapping(tuple(fields.values()), new.file, new.line, new.column)

    def part(self, path: Path, kind: Field | None, held: YamlNode, edits: Mapping) -> YamlNode:
        """Return a field after an edit of what it holds."""
        type_ = kind.type if kind is not None else ""
        if type_ == "table" and isinstance(held, Scalar):
            return self.table(path, held, edits)
        if isinstance(held, Mapping):
            return self.mapping(path, type_, held, edits)
        if isinstance(held, Sequence) or type_ == "words":
            items = held.items if isinstance(held, Sequence) else (held,)
            inner = "result" if type_ == "results" else type_.removeprefix("blocks:")
            return Sequence(self.edit_list(path, inner, items, edits), held.file, held.line, held.column)
        self.fault(f"{path[-1]} is a single text and cannot be edited in part", edits.place, remedy=f"write {path[-1]}: anew")
        return held

    # -- labels and their values

    def mapping(self, path: Path, type_: str, held: Mapping, edits: Mapping) -> Mapping:
        """Edit a block by its keys; ``cells`` are edited in depth."""
        deep = type_ == "cells"
        entries = {key.text: (key, value) for key, value in held}
        removal = edits.get("remove")
        if removal is not None:
            self.remove_keys(path, entries, removal, deep=deep)
        for word in ("replace", "add"):
            node = edits.get(word)
            if node is not None and not isinstance(node, Mapping):
                self.fault(f"{word}: takes label: value", node.place, remedy=f"write {word}: {{label: 1.5}}")
            elif isinstance(node, Mapping):
                self.set_keys(path, entries, node, new=word == "add", deep=deep)
        return Mapping(tuple(entries.values()), held.file, held.line, held.column)

    def remove_keys(self, path: Path, entries: dict[str, tuple[Scalar, YamlNode]], node: YamlNode, *, deep: bool) -> None:
        if deep and isinstance(node, Mapping):
            for key, value in node:
                held = entries.get(key.text)
                if held is None or not isinstance(held[1], Mapping):
                    self.absent(path, key, list(entries))
                    continue
                inner = {k.text: (k, v) for k, v in held[1]}
                self.remove_keys((*path, key.text), inner, value, deep=True)
                entries[key.text] = (held[0], Mapping(tuple(inner.values()), held[1].file, held[1].line, held[1].column))
            return
        for item in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(item, Scalar) or item.text not in entries:
                self.absent(path, item, list(entries))
            elif self.first((*path, item.text), repr(item.text), item.place):
                del entries[item.text]

    def set_keys(self, path: Path, entries: dict[str, tuple[Scalar, YamlNode]], node: Mapping, *, new: bool, deep: bool) -> None:
        for key, value in node:
            held = entries.get(key.text)
            if deep and isinstance(value, Mapping) and held is not None and isinstance(held[1], Mapping):
                inner = {k.text: (k, v) for k, v in held[1]}
                self.set_keys((*path, key.text), inner, value, new=new, deep=True)
                entries[key.text] = (held[0], Mapping(tuple(inner.values()), held[1].file, held[1].line, held[1].column))
            elif new and held is not None:
                self.fault(f"{path[-1]} already has {key.text!r}", key.place, remedy="use replace: to change it")
            elif not new and held is None:
                self.absent(path, key, list(entries))
            elif held is not None and same(held[1], value):
                self.nothing(f"{key.text!r} in {path[-1]}", key.place)
            elif self.first((*path, key.text), repr(key.text), key.place):
                entries[key.text] = (key if held is None else held[0], value)

    # -- tables of text

    def table(self, path: Path, held: Scalar, edits: Mapping) -> Scalar:
        """Edit cells, rows and columns of a table."""
        table = read_table(held)
        if table is None:
            self.fault("the table is empty", held.place, remedy="write the whole `table:`")
            return held
        editor = TableEditor(self, path, table)
        for word in WORDS:
            node = edits.get(word)
            if isinstance(node, Mapping):
                {"remove": editor.remove, "replace": editor.replace, "add": editor.add}[word](node)
            elif node is not None:
                self.fault(f"{word}: of a table takes rows and columns, or row: {{column: number}}", node.place,
                           remedy="write rows: or columns: below it, or {E: {AG: 77.0}}")  # fmt: skip
        return editor.table.scalar(held)


# -- names of entries


def _stale_ground(new: Mapping) -> tuple[str, ...]:
    """Return what an entry no longer says of its ground: a note on another ground, a ground on which something else stood."""
    if "ground" in new:
        return () if "ground_note" in new else ("ground_note",)
    return ("ground", "ground_note") if any(key.text in _SAYS for key, _ in new) else ()


def _said_anew(field: str, new: Mapping) -> bool:
    """Return whether a ground that reads as before is said of something else, which would stand without it."""
    return field in ("ground", "ground_note") and any(key.text in _SAYS for key, _ in new)


def schema_of(kind: str) -> dict[str, Field]:
    """Return the fields of a kind of block."""
    named = {"members": MEMBER, "citation": CITATION, "range": RANGE, "place_in_text": TEXT_PLACE}
    return named.get(kind) or BLOCKS.get(kind, {})


def _wanted_name(kind: str) -> str:
    return "quantity" if kind == "value_block" else name_field(kind)


def _name_scalar(kind: str, block: Mapping | None) -> Scalar | None:
    """Return the text by which an edit names its entry."""
    if block is None:
        return None
    name = block.get(name_field(kind))
    if kind == "value_block" and not isinstance(name, Scalar):
        name = block.get("quantity")
    return name if isinstance(name, Scalar) else None


def _selecting(kind: str, block: Mapping, held: Mapping) -> tuple[str, ...]:
    """Return the fields by which an edit says which entry it means."""
    if kind != "value_block":
        return (name_field(kind),)
    naming = ("id", "quantity", "at", "when") if "id" not in block else ("id",)
    return tuple(
        name for name in naming if name == "id" or ((new := block.get(name)) and (old := held.get(name)) and same(new, old))
    )


def _identity(item: YamlNode, kind: str) -> str:
    """Return the name of an entry; values without an id are told apart by quantity, labels and condition."""
    if isinstance(item, Scalar):
        return item.text
    if not isinstance(item, Mapping):
        return ""
    name = _name_scalar(kind, item)
    text = name.text if name is not None else ""
    if kind == "value_block" and "id" not in item:
        text += "".join(f" {key}={_flat(item.get(key))}" for key in ("at", "when") if key in item)
    return text


def _matching(items: tuple[YamlNode, ...], kind: str, name: Scalar, selector: Mapping | None) -> list[int]:
    """Return where entries stand that an edit may mean; values are named by id, or by quantity and, if need be, `at` and `when`."""
    if kind != "value_block":
        return [at for at, item in enumerate(items) if _identity(item, kind) == name.text]
    blocks = [(at, item) for at, item in enumerate(items) if isinstance(item, Mapping)]
    by_id = [at for at, item in blocks if isinstance(id_ := item.get("id"), Scalar) and id_.text == name.text]
    if by_id or (selector is not None and "id" in selector):
        return by_id
    named = [(at, item) for at, item in blocks if isinstance(q := item.get("quantity"), Scalar) and q.text == name.text]
    wanted = selector.get("at") if selector is not None else None
    if len(named) > 1 and wanted is not None:
        named = [(at, item) for at, item in named if (held := item.get("at")) is not None and same(wanted, held)]
    case = selector.get("when") if selector is not None else None
    if len(named) > 1 and case is not None:
        named = [(at, item) for at, item in named if (held := item.get("when")) is not None and same(case, held)] or named
    return [at for at, _ in named]


def _flat(node: YamlNode | None) -> str:
    if isinstance(node, Mapping):
        return ",".join(f"{key.text}:{_flat(value)}" for key, value in node)
    if isinstance(node, Sequence):
        return ",".join(_flat(item) for item in node.items)
    return " ".join(node.text.split()) if node is not None else ""


def _without(block: Mapping, names: tuple[str, ...]) -> Mapping:
    return Mapping(tuple((key, value) for key, value in block if key.text not in names), block.file, block.line, block.column)
