"""What could stand at a cursor: names of fields, entries of lists, units, members, and within formulas symbols, letters and functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.interface.editor.declared import DeclaredNames
from engine.interface.editor.formula_names import FormulaReader
from engine.interface.editor.mentions import MentionReader
from engine.interface.editor.open_text import OpenText, Stretch
from engine.interface.editor.spots import TABLES, FieldText, spots
from engine.interface.editor.workspace import HeldFile, Workspace
from equations.files.strict_yaml import Mapping, read_as_far
from equations.formula.functions import FUNCTIONS, REDUCTIONS
from equations.formula.syntax import MARKS
from equations.formula.tokens import Token
from equations.library.places import library
from equations.model.methodology import Methodology
from equations.model.reading import EDITED
from equations.records import record
from equations.revision.document_parts import text_of
from equations.spec.schema import KEYS
from equations.units.registry import known_unit_words

#: Stands at the cursor while the file is read: a word that nobody writes.
_HERE = "zz0here0zz"
_LIST_EDITS = {"changes": tuple(KEYS), "reading": EDITED, "meeting": EDITED}
_REFERENCES = (("spec", "based_on"), ("tool_use", "spec"), ("project", "methodology"), ("spec", "uses"))


@record(frozen=True)
class Proposal:
    """Something that could stand at the cursor.

    Attributes
    ----------
    label
        What is shown.
    insert
        What is written in place of ``stretch``.
    kind
        ``field``, ``value``, ``function``, or the kind of entry that it names.
    detail
        What it is, in a few words.
    """

    label: str
    insert: str
    kind: str
    detail: str
    stretch: Stretch


def completions(space: Workspace, path: Path, line: int, column: int) -> list[Proposal]:
    """Return what could stand at a position, in the order in which it is declared."""
    held, site = space.file(path), space.site(path)
    if held is None:
        return []
    stretch = held.text.word(line, column)
    spot = _spot_here(held, stretch)
    if spot is None:
        return []
    names = space.names(site) if site is not None else DeclaredNames()
    proposer = _Proposer(space, held, names, spot, stretch, space.good.get(site.main) if site is not None else None)
    return list({one.label: one for one in proposer.proposals()}.values())


def _spot_here(held: HeldFile, stretch: Stretch) -> FieldText | None:
    """Return the field in which the cursor stands; the line is read as a value, as a key, and with its brackets closed."""
    lines = held.text.lines
    line = lines[stretch.line] if stretch.line < len(lines) else ""
    before, after = line[: stretch.start], line[stretch.end :]
    closing = _closing(before)
    found: list[FieldText] = []
    for way in (f"{_HERE}{after}", f"{_HERE}: {after}", f"{_HERE}{closing}", f"{_HERE}: {closing}"):
        text = "\n".join([*lines[: stretch.line], before + way, *lines[stretch.line + 1 :]])
        node, _ = read_as_far(text, held.text.file)
        if isinstance(node, Mapping):
            found += [spot for spot in spots(node, held.kind or "spec") if _HERE in spot.node.text]
        if found and (found[-1].is_key or not found[-1].type.startswith(("blocks:", "block:", "any"))):
            return found[-1]
    if found:
        return found[-1]
    mended = OpenText("\n".join([*lines[: stretch.line], f"{before}{_HERE}{closing}", *lines[stretch.line + 1 :]]), held.text.file).tree
    return next((spot for spot in spots(mended, held.kind or "spec") if _HERE in spot.node.text), None)


def _closing(before: str) -> str:
    """Return the quotes and brackets that a beginning of a line opens and does not close."""
    opened, quote = "", ""
    for at, sign in enumerate(before):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (at == 0 or before[at - 1] in " [{,:"):
            quote = sign
        elif sign in "{[" and (opened or at == 0 or before[at - 1] in " [{,"):
            opened += "}" if sign == "{" else "]"
        elif sign in "}]" and opened.endswith(sign):
            opened = opened[:-1]
    return quote + opened[::-1]


class _Proposer:
    """Proposes what can stand in one field."""

    def __init__(
        self, space: Workspace, held: HeldFile, names: DeclaredNames, spot: FieldText, stretch: Stretch, methodology: Methodology | None
    ) -> None:
        self.space, self.held, self.names, self.spot, self.stretch, self.methodology = space, held, names, spot, stretch, methodology
        self.reader = MentionReader(held.text, names)

    def one(self, label: str, kind: str, detail: str = "", insert: str = "") -> Proposal:
        return Proposal(label, insert or label, kind, detail, self.stretch)

    def proposals(self) -> Iterator[Proposal]:
        spot = self.spot
        if spot.type == "field":
            yield from self.fields()
        elif spot.type.startswith("one_of:"):
            yield from (self.one(value, "value") for value in spot.type.partition(":")[2].split("|"))
        elif self.reader.is_formula(spot):
            yield from self.formula()
        elif spot.type == "unit" or spot.field == "published_unit":
            own = self.methodology.own_unit_words if self.methodology is not None else ()
            yield from (self.one(word, "unit") for word in known_unit_words(own))
        elif (spot.kind, spot.field) in _REFERENCES and not spot.is_key:
            yield from (self.one(reference, "reference", insert=self.replaced(reference)) for reference in self.references())
        elif (spot.kind, spot.field) == ("spec", "include"):
            beside = sorted(self.held.path.parent.glob("*.yaml"))
            yield from (self.one(path.name, "file", insert=self.replaced(path.name)) for path in beside if path != self.held.path)
        else:
            yield from self.named()

    def references(self) -> Iterator[str]:
        """Yield the methodologies of the open folders, and those of the library."""
        for path in self.space.candidates("methodology:"):
            head = self.space.tree(path).get("methodology") if path.suffix == ".yaml" else None
            if isinstance(head, Mapping) and "id" in head:
                yield f"{text_of(head, 'id')}@{text_of(head, 'version')}"
        yield from (reference for reference, _ in library())

    def replaced(self, text: str) -> str:
        """Return what is written for a text of which the words before the cursor stand already."""
        typed = self.spot.node.text.partition(_HERE)[0]
        return text.removeprefix(typed) if text.startswith(typed) else text

    def fields(self) -> Iterator[Proposal]:
        """Propose the fields that a block does not have yet."""
        if self.spot.labels and self.spot.kind in _LIST_EDITS:
            yield from (self.one(name, "field", insert=f"{name}:") for name in _LIST_EDITS[self.spot.kind])
            return
        for field in TABLES[self.held.kind or "spec"].get(self.spot.kind, {}).values():
            if field.name not in self.spot.block:
                yield self.one(field.name, "field", f"{'required, ' if field.required else ''}{field.meaning}", f"{field.name}: ")

    def named(self) -> Iterator[Proposal]:
        """Propose the entries that a field can name."""
        spot = self.spot
        found = [word for word, _ in self.reader.named(spot)]
        kind, of = (found[0].kind, found[0].of) if found else ("section", "") if spot.field == "section" else ("", "")
        if kind == "quantity" and spot.is_key and self.held.kind == "project" and self.methodology is not None:
            known: Iterable[str] = [q.id for q in self.methodology.quantities if q.kind != "computed"]
        else:
            known = {"member": self.names.members(of), "choice_value": self.names.choices.get(of, ()),
                     "reading": self.names.rulings.get(of, ())}.get(kind) or self.names.known(kind.removeprefix("old_"))  # fmt: skip
        if spot.field == "settle" and spot.is_key:
            known = (*self.names.choices, *self.names.rulings)
        before = spot.node.text.partition(_HERE)[0]
        for id_ in known:
            if id_.startswith(before):
                yield self.one(id_, kind, self.detail(kind, id_), id_.removeprefix(before) + (": " if spot.is_key else ""))

    def detail(self, kind: str, id_: str) -> str:
        """Return what a quantity is, with its unit; of other entries nothing."""
        quantity = self.methodology.declared(id_) if self.methodology is not None and kind == "quantity" else None
        return f"{quantity.unit.text or '1'}, {quantity.meaning}" if quantity is not None else ""

    # -- formulas

    def formula(self) -> Iterator[Proposal]:
        """Propose what can come next in a formula."""
        reader = self.reader.reader(self.spot)
        tokens, within = reader.around(self.spot.node.text.partition(_HERE)[0])
        last = tokens[-1].text if tokens else ""
        if within is not None and within.indices:
            yield from self.indices(reader, reader.axis(within))
        elif last in ("==", "!=") and len(tokens) > 1:
            yield from self.compared(reader, tokens[-2])
        elif last == "in":
            yield from (self.one(set_id, "index_set") for set_id in self.names.sets)
        else:
            yield from self.symbols(reader)

    def indices(self, reader: FormulaReader, axis: str) -> Iterator[Proposal]:
        """Propose letters and members for an index."""
        letters = {**reader.own, **self.names.letters}
        fitting = [x for x, set_id in letters.items() if not axis or self.names.base(set_id) == self.names.base(axis)]
        yield from (self.one(letter, "letter", f"letter of {letters[letter]}") for letter in fitting)
        yield from (self.one(f'"{label}"', "member", f"member of {axis}") for label in self.names.members(axis))
        yield from (self.one(mark, "value", "end of an ordered axis") for mark in MARKS)

    def compared(self, reader: FormulaReader, other: Token) -> Iterator[Proposal]:
        """Propose what a choice or a letter can be compared with."""
        if other.text in self.names.choices:
            yield from (self.one(value, "choice_value", f"value of {other.text}") for value in self.names.choices[other.text])
            return
        axis = reader.letter_set(other.text)
        yield from (self.one(f'"{label}"', "member", f"member of {axis}") for label in self.names.members(axis))
        yield from (self.one(mark, "value", "end of an ordered axis") for mark in MARKS)

    def symbols(self, reader: FormulaReader) -> Iterator[Proposal]:
        """Propose quantities with their letters, matrices, choices, functions."""
        for id_, axes in self.names.axes.items():
            letters = ", ".join(self.letters(reader, axes))
            yield self.one(id_, "quantity", self.detail("quantity", id_), f"{id_}[{letters}]" if letters else id_)
        yield from (self.one(id_, "matrix", f"matrix of {owner}") for id_, owner in self.names.matrices.items())
        yield from (self.one(id_, "choice", "choice") for id_ in self.names.choices)
        letters_known = {**self.names.letters, **reader.own}
        yield from (self.one(letter, "letter", f"letter of {set_id}") for letter, set_id in letters_known.items())
        yield from (self.one(function.name, "function", function.meaning, f"{function.name}(") for function in FUNCTIONS.values())
        yield from (self.one(name, "function", "over the members of a set", f"{name}(") for name in REDUCTIONS)
        yield from (self.one(word, "value") for word in ("cases", "otherwise", "and", "or", "not", "in", "start", "end"))

    def letters(self, reader: FormulaReader, axes: tuple[str, ...]) -> Iterator[str]:
        """Yield a letter for each axis, another one where a set stands twice."""
        used: set[str] = set()
        for axis in axes:
            letters = {**reader.own, **{x: s for x, s in self.names.letters.items() if x not in reader.own}}
            fitting = [x for x, s in letters.items() if x not in used and self.names.base(s) == self.names.base(axis)]
            best = min(fitting, key=lambda x: (x not in reader.own, letters[x] != axis), default=axis)
            used.add(best)
            yield best
