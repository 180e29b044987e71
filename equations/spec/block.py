"""One block of a spec file, checked against the schema, with typed access to its fields.

Every fault is collected with its place; a reader goes on with a neutral value so that all faults of a file come together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from equations.citation import GROUNDS, Citation
from equations.errors import ExpressionError, MethodologyError, Place, SpecError, UnitError, near, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Node
from equations.formula.tokens import Source
from equations.model.quantity import Range
from equations.model.ruling import TextPlace
from equations.patterns import pattern
from equations.spec.schema import BLOCKS, CITATION, RANGE, TEXT_PLACE, Field
from equations.text_width import columns_of
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN, Unit

_NUMBER = pattern(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
_DIGITS = pattern(r"[0-9][0-9.,'_eE]*")
#: Fields that say what something is called; a blank one is a slip, whether it is required or not.
_NAMING = frozenset({"id", "name", "title"})
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z")
Errors = list[MethodologyError]


def read_number(text: str) -> Fraction | None:
    """Return the exact value of a written number, or ``None``; ``nan``, ``inf``, ``1,5`` and ``0x1`` are none.

    What would be infinite or zero as a number of 64 bits is none either: ``1e400``, ``1e-400``.
    """
    text = text.strip().replace("−", "-")
    if not _NUMBER.match(text) or len(text) > 60:
        return None
    rounded = float(text)
    if math.isinf(rounded) or (rounded == 0 and re.search("[1-9]", text.lower().partition("e")[0])):
        return None
    return Fraction(text)


def begins_with_digits(unit: str) -> bool:
    """Whether what stands behind a number and a blank begins with a number other than 1, so that both may be one number that a blank parts.

    Examples
    --------
    >>> [begins_with_digits(unit) for unit in ("400 ha", "1e3 ha", "1", "1/year", "m3/100 km")]
    [True, True, False, False, False]
    """
    found = _DIGITS.match(unit)
    return found is not None and found[0] != "1"


class Block:
    """A mapping of the file, seen through the schema of its kind."""

    def __init__(self, node: YamlNode, kind: str, errors: Errors, schema: dict[str, Field] | None = None) -> None:
        self.kind = kind
        self.errors = errors
        self.schema = schema or BLOCKS[kind]
        if not isinstance(node, Mapping):
            self.fault("S105", f"expected a block of fields ({_readable(kind)})", node.place,
                       why="each field stands as `name: value`", remedy="fields: " + ", ".join(self.schema))  # fmt: skip
            self.node = Mapping((), node.file, node.line, node.column)
            return
        self.node = node
        self.check_names()

    def fault(self, code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        self.errors.append(SpecError(code, what, place, why=why, remedy=remedy, subject=self.kind))

    @property
    def place(self) -> Place:
        """Where the block begins."""
        return self.node.place

    def check_names(self) -> None:
        for at, (key, value) in enumerate(self.node):
            if key.text not in self.schema:
                remedy = self.cut_text(at, key, value) or near(key.text, self.schema) or "fields: " + ", ".join(self.schema)
                self.fault("S103", f"{_article(self.kind)} has no field {key.text!r}", key.place,
                           why="a field that is not known would be passed over", remedy=remedy)  # fmt: skip
        for field in self.schema.values():
            if field.required and self.node.get(field.name) is None:
                self.fault("S104", f"the field {field.name!r} of {self.called()} is missing", self.place,
                           why=field.meaning or "it is required", remedy=f"add `{field.name}:`")  # fmt: skip

    def cut_text(self, at: int, key: Scalar, value: YamlNode) -> str:
        """Return what to write where a comma in braces has cut a text in two, so that its end looks like a field without a value."""
        if not at or not isinstance(value, Scalar) or not value.is_empty:
            return ""
        field, text = self.node.entries[at - 1]
        if not isinstance(text, Scalar) or text.is_empty or text.quoted or (text.file, text.line) != (key.file, key.line):
            return ""
        return f'a comma ends a text in braces; put the whole text into quotes: {field.text}: "{text.text}, {key.text}"'

    def called(self) -> str:
        """Return what the block is called in a message: by its id, where it has one."""
        name = self.node.get("id")
        return f"the {_readable(self.kind)} {name.text!r}" if isinstance(name, Scalar) else f"this {_readable(self.kind)}"

    def has(self, name: str) -> bool:
        """Whether the field is written."""
        node = self.node.get(name)
        return node is not None and not (isinstance(node, Scalar) and node.is_empty)

    def place_of(self, name: str) -> Place:
        """Return the place of a field's value (of the block where it is absent)."""
        node = self.node.get(name)
        return node.place if node is not None else self.place

    # -- scalars

    def scalar(self, name: str) -> Scalar | None:
        node = self.node.get(name)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.fault("S105", f"{name} must be a single text, not a {_shape(node)}", node.place, remedy=f"write `{name}: text`")
            return None
        if node.is_empty:
            self.fault("S105", f"{name} is empty", node.place, remedy="write a value, or leave the field out")
            return None
        if is_blank(node) and (name in _NAMING or self.schema[name].required):
            rest = "" if self.schema[name].required else ", or leave the field out"
            self.fault("S105", f"{name} is blank", node.place, remedy=f"write it{rest}")
            return None
        return node

    def text(self, name: str, default: str = "") -> str:
        """Return a text, with white space made single."""
        scalar = self.scalar(name)
        if scalar is None:
            return default
        allowed = self.schema[name].type
        value = " ".join(scalar.text.split())
        if allowed.startswith("one_of:"):
            values = allowed.removeprefix("one_of:").split("|")
            if value not in values:
                self.fault("S105", f"{name} cannot be {value!r}", scalar.place,
                           why="it is one of " + ", ".join(values), remedy=near(value, values) or "take one of them")  # fmt: skip
                return default
        return value

    def name(self, name: str) -> str:
        """Return a text that can stand in a formula."""
        value = self.text(name)
        if value and not _NAME.match(value):
            self.not_a_name(value, self.place_of(name))
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list of texts that can stand in a formula."""
        for scalar in self.word_nodes(name):
            if not _NAME.match(scalar.text):
                self.not_a_name(scalar.text, scalar.place)
        return self.words(name)

    def not_a_name(self, value: str, place: Place) -> None:
        safe = re.sub(r"[^A-Za-z0-9_]", "_", value)
        self.fault("S105", f"{value!r} cannot be a name in formulas", place,
                   why="a name has letters, digits and underscores and begins with a letter",
                   remedy=f"write {safe}" if _NAME.match(safe) else "take another")  # fmt: skip

    def number(self, name: str) -> Fraction | None:
        scalar = self.scalar(name)
        if scalar is None:
            return None
        value = read_number(scalar.text)
        if value is None:
            self.fault("S105", f"{name} is not a number: {scalar.text!r}", scalar.place,
                       remedy="write digits with a decimal point, such as 0.2 or 1e6; at most 60 signs, below 1.8e308")  # fmt: skip
        return value

    def unit(self, name: str, substances: tuple[str, ...], default: Unit = PLAIN) -> Unit:
        scalar = self.scalar(name)
        return default if scalar is None else self.read_unit(scalar, substances) or default

    def read_unit(self, scalar: Scalar, substances: tuple[str, ...]) -> Unit | None:
        try:
            return parse_unit(scalar.text, scalar.place, substances)
        except UnitError as error:
            self.errors.append(error)
            return None

    def read_unit_quietly(self, text: str, substances: tuple[str, ...]) -> Unit | None:
        """Return a unit as a publication prints it, or ``None`` where it is not a unit of ours."""
        try:
            return parse_unit(text, None, substances)
        except UnitError:
            return None

    def formula(self, name: str) -> tuple[Node, Source] | None:
        scalar = self.scalar(name)
        if scalar is None:
            return None
        try:
            return parse_formula(scalar.source), scalar.source
        except ExpressionError as error:
            self.errors.append(error)
            return None

    # -- lists and mappings

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        return tuple(scalar.text for scalar in self.word_nodes(name))

    def word_nodes(self, name: str) -> list[Scalar]:
        node = self.node.get(name)
        if node is None or (isinstance(node, Scalar) and node.is_empty):
            return []
        items = node.items if isinstance(node, Sequence) else (node,)
        scalars = []
        for item in items:
            if isinstance(item, Scalar) and not item.is_empty and not is_blank(item):
                scalars.append(item)
            elif isinstance(item, Scalar) and item.quoted:
                self.fault("S105", f"a text of {name} is blank", item.place, remedy="write it, or take it out")
            else:
                self.fault("S105", f"{name} must be a list of texts", item.place, remedy=f"write {name}: [a, b]")
        return scalars

    def texts(self, name: str) -> tuple[tuple[str, Scalar], ...]:
        """Return a mapping of texts."""
        node = self.node.get(name)
        if node is None:
            return ()
        if not isinstance(node, Mapping):
            self.fault("S105", f"{name} must be a mapping, not a {_shape(node)}", node.place,
                       remedy=f"write {name}: {{key: value}}")  # fmt: skip
            return ()
        pairs = []
        for key, value in node:
            if isinstance(value, Scalar) and not value.is_empty:
                pairs.append((key.text, value))
            else:
                empty = isinstance(value, Scalar)
                self.fault("S105", f"{name}: {key.text} is empty" if empty else f"{name}: {key.text} must be a single text",
                           value.place, remedy=f"write `{key.text}: text`")  # fmt: skip
        return tuple(pairs)

    def blocks(self, name: str) -> Iterator[Block]:
        """Yield the blocks of a list."""
        node = self.node.get(name)
        if node is None or (isinstance(node, Scalar) and node.is_empty):
            return
        kind = self.schema[name].type.removeprefix("blocks:")
        if not isinstance(node, Sequence):
            self.fault("S105", f"{name} must be a list of blocks, not a {_shape(node)}", node.place,
                       remedy="begin each entry with `- `")  # fmt: skip
            return
        for item in node.items:
            yield Block(item, kind, self.errors)

    def block(self, name: str) -> Block | None:
        node = self.node.get(name)
        if node is None:
            return None
        return Block(node, self.schema[name].type.removeprefix("block:"), self.errors)

    # -- blocks with a meaning of their own

    def citation(self, document: str, version: str, name: str = "source") -> Citation:
        """Return a citation; the document is the methodology's own unless it says otherwise."""
        node = self.node.get(name)
        if node is None:
            return Citation()
        if isinstance(node, Scalar):
            return Citation(note=" ".join(node.text.split()))
        part = Block(node, "source", self.errors, CITATION)
        own = not part.has("document")
        return Citation(
            part.text("document", document),
            part.text("version", version if own else ""),
            *(part.text(field) for field in ("section", "equation", "table", "page", "note")),
        )

    def grounded(self, source: Citation) -> Citation:
        """Return a citation with the ground on which the entry says that it stands."""
        ground, note = self.text("ground"), self.text("ground_note")
        if note and not self.has("ground"):
            self.fault("S104", f"{self.called()} has a `ground_note:` and no `ground:`", self.place_of("ground_note"),
                       why="the note explains the ground", remedy=f"add `ground:` with one of {', '.join(GROUNDS)}")  # fmt: skip
        if ground == "derived" and not note:
            self.fault("S104", f"{self.called()} is derived and does not say how", self.place_of("ground"),
                       why="a derivation that nobody can follow cannot be checked", remedy="add `ground_note:`")  # fmt: skip
        return replace(source, ground=ground, ground_note=note) if ground else source

    def range(self, name: str, document: str, version: str) -> Range | None:
        node = self.node.get(name)
        if node is None:
            return None
        part = Block(node, name, self.errors, RANGE)
        least, most = part.number("min"), part.number("max")
        if least is not None and most is not None and least > most:
            part.fault("S105", f"the {name} has its min above its max", part.place, why="no number could lie within",
                       remedy="exchange the two")  # fmt: skip
        return Range(least, most, part.citation(document, version), part.text("note"))

    def text_place(self, name: str = "place") -> TextPlace:
        node = self.node.get(name)
        if node is None:
            return TextPlace()
        if isinstance(node, Scalar):
            return TextPlace(lines=" ".join(node.text.split()))
        part = Block(node, "place", self.errors, TEXT_PLACE)
        return TextPlace(part.text("section"), part.words("equations"), part.words("tables"), part.text("lines"))


def is_blank(scalar: Scalar) -> bool:
    """Whether a text has nothing that shows, in quotes or not: spaces and signs of format alone."""
    return columns_of(scalar.text.strip()) == 0


def unique(entries: list[tuple[str, Place]], what: str, errors: Errors) -> None:
    """Report ids that stand twice."""
    seen: dict[str, Place] = {}
    for id_, place in entries:
        if id_ and id_ in seen:
            errors.append(SpecError("S106", f"two {what} have the id {id_!r}", place,
                                    why=f"the first is at {seen[id_]}", remedy="give one of them another id"))  # fmt: skip
        seen.setdefault(id_, place)


def checked(id_: str, known: object, what: str, place: Place, errors: Errors) -> bool:
    """Report a reference to something that is not declared; return whether it is."""
    if id_ in known:  # type: ignore[operator]
        return True
    remedy = near_or_all(id_, known, "there are") or f"declare the {what}, or correct the name"  # type: ignore[arg-type]
    errors.append(SpecError("S107", f"there is no {what} {id_!r}", place, remedy=remedy))
    return False


def _readable(kind: str) -> str:
    return kind.replace("_", " ")


def _article(kind: str) -> str:
    return ("an " if kind[0] in "aeiou" else "a ") + _readable(kind)


def _shape(node: YamlNode) -> str:
    return "list" if isinstance(node, Sequence) else "block" if isinstance(node, Mapping) else "text"


