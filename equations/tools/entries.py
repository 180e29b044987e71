"""Entries of a tool's document as they stand in the whole: every id, name, formula, section and citation in its new form.

What each field holds is said once, by kind of block; all else (meanings, units, numbers, members) stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import replace

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.dataset import PROJECT_SOURCE
from equations.model.roles import ACCOUNT, role_named
from equations.records import record
from equations.revision.document_parts import blocks_of, text_of, with_field
from equations.spec.cross_check_fields import CROSS_CHECK_AXES, CROSS_CHECK_NAMES
from equations.tools.formula_names import NewNames, in_new_names

_FORMULAS = ("when", "allowed", "defines", "formula", "relation", "condition", "gives")
_NAMES = ("quantity", "of", "matrix", "diagonal_matrix", "quantities", "standard_error_of")
_SETS = ("indices", "over", "subset_of", "groups", "by", "along")
_IDS = ("equivalences", "equivalence", "ruling", "in", "superseded_by", "allowed_by")
_SYMBOLS = ("symbol", "matrix_symbol", "diagonal_symbol")
#: Kinds of blocks whose ids stand in formulas, or are names that a project writes; all other ids take the path and a point.
_NAMED = ("quantity", "choice", "index_set", "relation")
_TAKEN = re.compile(r"\((?P<how>input|choice|data set): (?P<what>[^()]*)\)")


@record(frozen=True)
class ToolIdentity:
    """Who a tool is: its path in the whole, and what its citations name."""

    path: str
    document: str
    version: str
    reference: str

    @property
    def prefix(self) -> str:
        return self.path.replace(".", "_")

    def dotted(self, id_: str) -> str:
        return f"{self.path}.{id_}"


@record(frozen=True)
class Entries:
    """Rewrites the blocks of one tool.

    Attributes
    ----------
    relations
        Relation -> its name in the whole.
    own_letters
        Equation -> the letters of its ``for:``, for readings that replace its formula alone.
    """

    identity: ToolIdentity
    new: NewNames
    relations: Lookup[str, str]
    own_letters: Lookup[str, tuple[str, ...]]

    def block(self, kind: str, node: YamlNode) -> YamlNode:
        """Return a block of a kind (``equation``, ``reading``, ...) as it stands in the whole."""
        if not isinstance(node, Mapping):
            return self.text(self.identity.dotted, node)
        inner = self.with_letters_of(node)
        found = replace(node, entries=tuple((key, inner.field(kind, key.text, value)) for key, value in node if key.text != "moved"))
        if kind == "quantity":
            return _without_role(found)
        return inner.with_source(found, node) if kind == "equation" and "id" in node and "defines" in node else found

    def with_letters_of(self, node: Mapping) -> Entries:
        """Return the same with the letters that a block declares for itself."""
        own = node.get("for")
        letters = tuple(key.text for key, _ in own) if isinstance(own, Mapping) else self.own_letters.get(text_of(node, "id"), ())
        fresh = {letter: letter for letter in letters if letter not in self.new.letters}
        return replace(self, new=replace(self.new, letters={**self.new.letters, **fresh})) if fresh else self

    def field(self, kind: str, name: str, node: YamlNode) -> YamlNode:
        """Return one field."""
        if kind == "cross_check" and name in CROSS_CHECK_NAMES:
            return self.text(lambda text: self.new.names.get(text, text), node)
        if kind == "cross_check" and name in CROSS_CHECK_AXES:
            return self.text(self.axis, node)
        if name in _FORMULAS:
            return self.text(lambda text: in_new_names(text, self.new), node)
        if name == "id":
            return self.text(lambda text: self.id(kind, text), node)
        if name in _NAMES:
            return self.text(lambda text: self.new.names.get(text, text), node)
        if name in _SETS:
            return self.text(lambda text: self.new.sets.get(text, text), node)
        if name in _IDS:
            return self.text(self.identity.dotted, node)
        if name in ("after", "before"):  # of a step a ruling, of an entry another of its list
            return self.text(lambda text: self.id("ruling" if kind == "step" else kind, text), node)
        if name in _SYMBOLS:
            return self.text(lambda text: f"\\mathrm{{{self.identity.path}.}}{text}", node)
        special = self.special(kind, name)
        return special(node) if special is not None else node

    def id(self, kind: str, text: str) -> str:
        if kind == "relation":
            return self.relations.get(text, text)
        if kind == "index_set":
            return self.new.sets.get(text, text)
        if kind in ("reading", "choice_value", "member", "substitution"):
            return text
        if kind == "value_block":  # an id of its own, or the quantity of which it holds values
            return self.new.names.get(text, text)
        return self.new.names.get(text, text) if kind in _NAMED or kind in ("step", "step_equation") else self.identity.dotted(text)

    def special(self, kind: str, name: str) -> Callable[[YamlNode], YamlNode] | None:
        """Return what is done with a field of which only some kinds of blocks know."""
        known: dict[str, Callable[[YamlNode], YamlNode]] = {
            "for": self.letters_of_an_entry,
            "letters": lambda node: self.text(lambda text: self.new.letters.get(text, text), node),
            "number": lambda node: self.text(self.identity.dotted, node),
            "section": lambda node: self.text(self.identity.dotted, node),
            "on": lambda node: self.text(lambda text: self.relations.get(text, text), node),
            "group": lambda node: self.text(self.identity.dotted, node),
            "at": lambda node: self.keys(self.axis, node),
            "shares": self.shares,
            "acts_as": lambda node: self.block("acts_as", node),
            "unit_alternatives": lambda node: self.block("unit_alternatives", node),
            "range": lambda node: self.block("range", node),
            "plausible": lambda node: self.block("plausible", node),
            "sources": lambda node: self.text(lambda text: text if text == PROJECT_SOURCE else self.identity.dotted(text), node),
            "substitution": lambda node: self.each("substitution", node),
            "source": self.citation,
            "place": self.place,
            "values": lambda node: self.each("value_block", node) if kind == "dataset" else node,
            "readings": lambda node: self.each("reading", node) if kind == "ruling" else self.keys(self.identity.dotted, node),
            "with": lambda node: self.each("meeting", node),
            "adjust": lambda node: self.each("step", node),
            "equations": lambda node: self.each("step_equation", node),
            "remove": self.edits,
            "replace": self.edits,
            "add": self.edits,
            "alternatives": lambda node: self.text(self.alternative, node),
        }
        if name == "plausible" and kind == "unit_alternatives":
            return None
        if name == "equations" and kind != "step":
            return None
        if name in ("remove", "replace", "add") and kind not in ("reading", "meeting"):
            return None
        return known.get(name)

    # -- shapes

    def text(self, said: Callable[[str], str], node: YamlNode) -> YamlNode:
        """Change every text of a field: one, those of a list, or those of an edit of a list."""
        if isinstance(node, Scalar):
            if node.is_empty:
                return node
            return replace(node, text=said(node.text), raw=said(node.raw) if node.raw else "")
        if isinstance(node, Sequence):
            return replace(node, items=tuple(self.text(said, item) for item in node.items))
        return replace(node, entries=tuple((key, self.text(said, value)) for key, value in node))

    def keys(self, said: Callable[[str], str], node: YamlNode) -> YamlNode:
        if not isinstance(node, Mapping):
            return node
        return replace(node, entries=tuple((replace(key, text=said(key.text)), value) for key, value in node))

    def each(self, kind: str, node: YamlNode) -> YamlNode:
        """Change every block of a list, or of the edits of one."""
        if isinstance(node, Mapping):
            return replace(node, entries=tuple((key, self.edited(kind, value)) for key, value in node))
        if not isinstance(node, Sequence):
            return node
        return replace(node, items=tuple(self.block(kind, item) for item in node.items))

    # -- fields with a form of their own

    def letters_of_an_entry(self, node: YamlNode) -> YamlNode:
        if not isinstance(node, Mapping):
            return node
        letters = self.keys(lambda text: self.new.letters.get(text, text), node)
        return self.text(lambda text: self.new.sets.get(text, text), letters)

    def shares(self, node: YamlNode) -> YamlNode:
        """Change the sets whose members a set shares, and the formulas that say how."""
        if not isinstance(node, Mapping):
            return self.text(lambda text: self.new.sets.get(text, text), node)
        return self.keys(lambda text: self.new.sets.get(text, text), self.text(lambda text: in_new_names(text, self.new), node))

    def axis(self, name: str) -> str:
        """Return the name of an axis: a set, perhaps with the turn in which it stands behind it."""
        base, line, turn = name.rpartition("_")
        if name not in self.new.sets and line and turn.isdecimal() and base in self.new.sets:
            return f"{self.new.sets[base]}_{turn}"
        return self.new.sets.get(name, name)

    def edits(self, node: YamlNode) -> YamlNode:
        """Change the edits of a reading: lists of ids, or of entries."""
        kinds = {"equations": "equation", "quantities": "quantity", "rules": "rule", "datasets": "dataset", "index_sets": "index_set"}
        if not isinstance(node, Mapping):
            return node
        return replace(node, entries=tuple((key, self.edited(kinds.get(key.text, ""), value)) for key, value in node))

    def edited(self, kind: str, node: YamlNode) -> YamlNode:
        items = node.items if isinstance(node, Sequence) else (node,)
        new = tuple(self.block(kind, x) if isinstance(x, Mapping) else self.text(lambda text: self.id(kind, text), x) for x in items)
        return replace(node, items=new) if isinstance(node, Sequence) else new[0]

    def citation(self, node: YamlNode) -> YamlNode:
        """Return a citation that names the tool's document, unless it names another."""
        if not isinstance(node, Mapping) or "document" in node or not node.entries:
            return node
        place = node.entries[0][0]
        found = with_field(node, "document", replace(place, text=self.identity.document, raw="", quoted=True))
        return found if "version" in node else with_field(found, "version", replace(place, text=self.identity.version, raw="", quoted=True))

    def with_source(self, block: Mapping, written: Mapping) -> Mapping:
        """Give an equation a section here, and the citation that it has in its own document: its section and its printed number."""
        if "section" not in block:
            block = with_field(block, "section", self.at(block, self.identity.path))
        if "source" in block:
            return block
        number, section = text_of(written, "number") + text_of(written, "part"), text_of(written, "section")
        parts = {"document": self.identity.document, "version": self.identity.version, "section": section, "equation": number,
                 "note": "" if number else "added by the editor"}  # fmt: skip
        entries = tuple((self.at(block, name), self.at(block, text)) for name, text in parts.items() if text)
        return with_field(block, "source", replace(block, entries=entries))

    @staticmethod
    def at(block: Mapping, text: str) -> Scalar:
        return Scalar(text, block.file, block.line, block.column, quoted=True)

    def place(self, node: YamlNode) -> YamlNode:
        """Return a place of the tool's text: its section, and the rest in words, for numbers and tables are the tool's own."""
        if not isinstance(node, Mapping):
            return node
        said = {key.text: _words(value) for key, value in node}
        words = [f"Eq. {said['equations']}"] if said.get("equations") else []
        words += [f"Table {said['tables']}"] if said.get("tables") else []
        words += [said["lines"]] if said.get("lines") else []
        sections = ", ".join(self.identity.dotted(part.strip()) for part in said.get("section", "").split(",") if part.strip())
        parts = {"section": sections, "lines": "; ".join([self.identity.reference, *words])}
        return replace(node, entries=tuple((self.at(node, name), self.at(node, text)) for name, text in parts.items() if text))

    def alternative(self, text: str) -> str:
        def named(match: re.Match[str]) -> str:
            how, (what, semicolon, rest) = match["how"], match["what"].partition(";")
            words = (self.identity.dotted(x) if how == "data set" else self.new.names.get(x, x) for x in what.split(", "))
            return f"({how}: {', '.join(words)}{semicolon}{rest})"

        return _TAKEN.sub(named, text)


def _words(node: YamlNode) -> str:
    if isinstance(node, Scalar):
        return " ".join(node.text.split())
    return ", ".join(_words(item) for item in node.items) if isinstance(node, Sequence) else ""


def _without_role(block: Mapping) -> Mapping:
    """What a quantity is in the accounting of the tool is nothing in that of the methodology; flows still add up over years."""
    role = role_named(text_of(block, "role"))
    if role not in (*ACCOUNT, "discount"):
        return block
    node = block.get("role")
    without = with_field(block, "role", None)
    if role in ACCOUNT and "over_years" not in block and isinstance(node, Scalar):
        return with_field(without, "over_years", replace(node, text="sum", raw=""))
    return without


def declared_in_readings(rulings: YamlNode | None) -> list[str]:
    """Return the names that only readings declare: quantities that they add, and what their steps define."""
    found = []
    for reading in (reading for ruling in blocks_of(rulings) for reading in blocks_of(ruling.get("readings"))):
        for part in (reading, *blocks_of(reading.get("with"))):
            added = part.get("add")
            quantities = blocks_of(added.get("quantities")) if isinstance(added, Mapping) else []
            steps = blocks_of(part.get("adjust"))
            inner = [block for step in steps for block in blocks_of(step.get("equations"))]
            found += [text_of(block, name) for block in (*quantities, *steps) for name in ("id", "matrix", "diagonal_matrix")]
            found += [text_of(block, "defines").partition("[")[0].strip() for block in (*steps, *inner)]
    return [name for name in dict.fromkeys(found) if name]
