"""A spec with the tools that it uses: the document of each tool under its prefix, its own lists joined to those of the spec.

The result is one document, which is read, checked, run and revised as any other. Printed tables, comparisons, lists of parameters and the
history of a tool stay with it: they are checked where the tool is checked by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import replace

from equations.errors import FaultList
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.files.strict_yaml import Sequence as List
from equations.records import record
from equations.revision.document_parts import blocks_of, results_of, text_of, texts_of, with_field, with_list
from equations.tools.binding import binding_equation, bound_quantities, computed, without_values
from equations.tools.entries import Entries, ToolIdentity
from equations.tools.members import absent_members, set_without, values_without
from equations.tools.new_names import Renaming, names_of, with_more_letters
from equations.tools.uses import ToolUse, fault

#: Lists of a tool that are joined to those of the spec, and the kind of their blocks.
_TAKEN = {
    "sections": "section", "terms": "term", "activities": "activity", "boundaries": "boundary", "pools": "pool", "index_sets": "index_set",
    "relations": "relation", "equivalences": "equivalence", "choices": "choice", "quantities": "quantity", "equations": "equation",
    "datasets": "dataset", "rules": "rule", "cross_checks": "cross_check", "rulings": "ruling", "register": "register_entry",
}  # fmt: skip
#: Lists whose ids no prefix may stand before.
_WITH_IDS = ("equations", "rules", "cross_checks", "rulings", "datasets")
#: Lists whose entries have one name in all specs: what two of them declare alike is one thing.
_SHARED = {"substances": ("formula", "molar_mass", "atoms"), "units": ("size",)}


@record(frozen=True)
class ToolDocument:
    """The composed document of a tool, and the SHA-256 of what it says."""

    document: Mapping
    hash: str


def with_tools(document: Mapping, uses: Sequence[ToolUse], read: Callable[[ToolUse], ToolDocument | None], errors: FaultList) -> Mapping:
    """Return a document with the tools that it uses taken in.

    Parameters
    ----------
    document
        What the spec itself says.
    read
        Gives the document of a tool, or notes why there is none.
    """
    document = with_field(document, "uses", None)
    for use in uses:
        # In the order in which they are listed: each is taken into a document that has those before it.
        found = read(use)
        if found is not None and _has_room(document, use, errors):
            document = _TakenIn(found, use, document, errors).whole()
    return document


def _has_room(document: Mapping, use: ToolUse, errors: FaultList) -> bool:
    """Whether no name of the spec begins with the prefix."""
    prefix = use.prefix.text
    own = [text_of(block, name) for list_, names in (("quantities", ("id", "matrix", "diagonal_matrix")), ("choices", ("id",)),
           ("index_sets", ("id",)), ("relations", ("id",))) for block in blocks_of(document.get(list_)) for name in names]  # fmt: skip
    own += [text_of(block, "id") for list_ in _WITH_IDS for block in blocks_of(document.get(list_))]
    taken = next((name for name in own if name.startswith((f"{prefix}_", f"{prefix}."))), "")
    if taken:
        fault(errors, f"{taken} begins as the names of the tool {prefix} do", use.prefix.place,
              "it could not be told from one of the tool's", "take another prefix, or another name")  # fmt: skip
    return not taken


class _TakenIn:
    """One tool in one document."""

    def __init__(self, found: ToolDocument, use: ToolUse, document: Mapping, errors: FaultList) -> None:
        head = found.document.get("methodology")
        self.head = head if isinstance(head, Mapping) else Mapping((), "", 0, 0)
        self.found, self.tool, self.use, self.document, self.errors = found, found.document, use, document, errors
        id_, version = text_of(self.head, "id"), text_of(self.head, "version")
        self.identity = ToolIdentity(use.prefix.text, text_of(self.head, "document") or id_, version, f"{id_}@{version}")
        self.renaming: Renaming = names_of(self.tool, document, use, self.identity, errors)
        self.bound = bound_quantities(self.tool, use, errors)
        own_letters = {text_of(block, "id"): tuple(key.text for key, _ in own) for block in blocks_of(self.tool.get("equations"))
                       if isinstance(own := block.get("for"), Mapping)}  # fmt: skip
        bound_sets = frozenset(key.text for key, _ in use.binds)
        self.absent = absent_members(self.tool, document, self.renaming.new.sets, bound_sets)
        self.entries = Entries(self.identity, self.renaming.new, self.renaming.relations, own_letters)

    def whole(self) -> Mapping:
        """Return the document with the tool in it."""
        # The tool's formulas are written in its own letters; sets that both share must know them.
        document = with_more_letters(self.document, self.renaming.more_letters)
        for list_ in _SHARED:
            document = self.shared(document, list_)
        document = self.constants(document)
        self.check_shares(document)
        for list_, kind in _TAKEN.items():
            # Entries of the tool are those of the whole from here on: with prefix, their sources named, and what the spec binds
            # left out.
            new = [self.entries.block(kind, block) for block in self.kept(list_)]
            if list_ == "sections":
                new = [self.own_section(), *new]
            if new:
                document = self.joined(document, list_, [block for block in new if isinstance(block, Mapping)])
        document = with_list(document, "index_sets", _in_order(blocks_of(document.get("index_sets"))))
        document = self.with_bindings(document)
        return self.joined(document, "tools", [self.said(), *self.inner()])

    def check_shares(self, document: Mapping) -> None:
        """Report a set of the whole that shares members otherwise than the tool, whose sums would count something else here."""
        held = {text_of(block, "id"): block for block in blocks_of(document.get("index_sets"))}
        for block in blocks_of(self.tool.get("index_sets")):
            if text_of(block, "id") not in self.renaming.shared or not isinstance(block.get("shares"), Mapping):
                continue
            said = self.entries.shares(block.get("shares") or block)
            there = held[self.renaming.new.sets[text_of(block, "id")]]
            if isinstance(said, Mapping) and _plain(there.get("shares")) != _plain(said):
                shown = ", ".join(f'{key.text}: "{value.text}"' for key, value in said if isinstance(value, Scalar))
                fault(self.errors, f"{text_of(there, 'id')} shares members otherwise in the tool {self.use.prefix.text}", there.place,
                      f"there at {block.place}; sums of the tool would count other parts here",
                      f"write shares: {{{shown}}} at this set, or edit the tool's in a version of its own")  # fmt: skip

    def kept(self, list_: str) -> list[Mapping]:
        """Return the entries of a list of the tool that stand in the whole."""
        blocks = blocks_of(self.tool.get(list_))
        if list_ == "index_sets":
            return [set_without(block, self.absent) for block in blocks if text_of(block, "id") not in self.renaming.shared]
        if list_ == "quantities":
            return [computed(block) if self.is_bound(block) else block for block in blocks if not self.is_exchanged(block)]
        if list_ == "equations":
            return [block for block in blocks if text_of(block, "defines").partition("[")[0].strip() not in self.bound]
        if list_ == "datasets":
            indices = {text_of(block, "id"): texts_of(block.get("indices")) for block in blocks_of(self.tool.get("quantities"))}
            given = (kept for block in blocks if (kept := without_values(block, self.bound)) is not None)
            return [kept for block in given if (kept := values_without(block, indices, self.absent)) is not None]
        return blocks

    def is_bound(self, block: Mapping) -> bool:
        return text_of(block, "id") in self.bound

    def is_exchanged(self, block: Mapping) -> bool:
        """Whether a date or an answer of the tool is one of the spec."""
        return self.is_bound(block) and text_of(block, "type") in ("yes_no", "date")

    def joined(self, document: Mapping, list_: str, new: Sequence[Mapping]) -> Mapping:
        held = document.get(list_)
        items = held.items if isinstance(held, List) else ()
        return with_list(document, list_, (*items, *new), self.use.prefix) if new else document

    def with_bindings(self, document: Mapping) -> Mapping:
        blocks = {text_of(block, "id"): block for block in blocks_of(self.tool.get("quantities"))}
        new = [binding_equation(blocks[id_], value, document, self.renaming, self.identity, self.errors)
               for id_, value in self.bound.items() if not self.is_exchanged(blocks[id_])]  # fmt: skip
        return self.joined(document, "equations", new)

    # -- what has one name everywhere

    def shared(self, document: Mapping, list_: str) -> Mapping:
        held = {text_of(block, "id"): block for block in blocks_of(document.get(list_))}
        new = []
        for block in blocks_of(self.tool.get(list_)):
            there = held.get(text_of(block, "id"))
            if there is None:
                new.append(self.with_citation(block))
            elif any(_plain(there.get(name)) != _plain(block.get(name)) for name in _SHARED[list_]):
                fault(self.errors, f"{text_of(block, 'id')} is declared otherwise by the tool {self.use.prefix.text}", there.place,
                      f"there at {block.place}", "declare it as the tool does, or take another name")  # fmt: skip
        items = document.get(list_)
        return with_list(document, list_, (*new, *(items.items if isinstance(items, List) else ())), self.use.prefix) if new else document

    def constants(self, document: Mapping) -> Mapping:
        """Take in the ratios that carry the same unit everywhere; others take their unit in the formulas of the tool."""
        held = {text_of(block, "written") for block in blocks_of(document.get("constants"))}
        inline = self.renaming.new.ratios
        new = [self.with_citation(block) for block in blocks_of(self.tool.get("constants")) if text_of(block, "written") not in {*held, *inline}]
        return self.joined(document, "constants", new)

    def with_citation(self, block: Mapping) -> Mapping:
        source = block.get("source")
        return block if source is None else with_field(block, "source", self.entries.citation(source))

    # -- what is said of the tool itself

    def own_section(self) -> Mapping:
        title = f"{self.identity.reference}, {text_of(self.head, 'title')}"
        return self.block({"id": self.identity.path, "title": title})

    def said(self) -> Mapping:
        fields = {name: text_of(self.head, name) for name in ("id", "version", "title", "programme", "status", "document")}
        names = [self.renaming.new.names.get(id_, id_) for id_ in results_of(self.head)]
        block = self.block({"path": self.identity.path, **fields, "hash": self.found.hash})
        block = with_field(block, "results", self.list_of(names))
        place = self.use.prefix
        for name, pairs in (("binds", self.use.binds), ("settles", self.use.settles)):
            block = with_field(block, name, Mapping(pairs, place.file, place.line, place.column)) if pairs else block
        return block

    def inner(self) -> list[Mapping]:
        """Return the tools of the tool."""
        found = []
        for block in blocks_of(self.tool.get("tools")):
            path, results = self.identity.dotted(text_of(block, "path")), texts_of(block.get("results"))
            new = with_field(block, "path", self.scalar(path))
            found.append(with_field(new, "results", self.list_of([self.renaming.new.names.get(id_, id_) for id_ in results])))
        return found

    def block(self, fields: Lookup[str, str]) -> Mapping:
        place = self.use.prefix
        return Mapping(tuple((self.key(key), self.scalar(text)) for key, text in fields.items() if text), place.file, place.line, place.column)

    def list_of(self, texts: Sequence[str]) -> List:
        return List(tuple(map(self.scalar, texts)), self.use.prefix.file, self.use.prefix.line, self.use.prefix.column)

    def key(self, text: str) -> Scalar:
        return replace(self.use.prefix, text=text, raw="", quoted=False)

    def scalar(self, text: str) -> Scalar:
        return replace(self.use.prefix, text=text, raw="", quoted=True)


def _plain(node: YamlNode | None) -> object:
    """Return what a field says."""
    if isinstance(node, Mapping):
        return sorted((key.text, str(_plain(value))) for key, value in node)
    if isinstance(node, List):
        return [_plain(item) for item in node.items]
    return None if node is None else " ".join(node.text.split())


def _in_order(blocks: Sequence[Mapping]) -> list[Mapping]:
    """Return index sets in their order, each behind the set of which it is a part, or whose members it gathers."""
    waiting, done = list(blocks), list[Mapping]()
    ids = {text_of(block, "id") for block in blocks}
    while waiting:
        known = {text_of(block, "id") for block in done}
        # In a circle none is ready: it is left as it stands, and reading the whole tells of it with its line.
        ready = next((b for b in waiting if {text_of(b, "subset_of"), text_of(b, "groups")} & ids <= known), waiting[0])
        waiting.remove(ready)
        done.append(ready)
    return done
