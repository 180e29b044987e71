"""What an entry of a methodology says, field by field, as text that two versions can be compared by.

A citation of the methodology's own document is written without it, and what names equations is read under the other
version's numbers, so that a new version number or a new numbering is not taken for a change of every entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from equations.citation import Citation
from equations.formula.syntax import Element, MatrixRef, Node, Supplied, rebuild, walk
from equations.model.dataset import Dataset
from equations.model.equation import Equation
from equations.model.index_set import IndexSet, Weight
from equations.model.methodology import ChoiceValue, Methodology
from equations.model.quantity import Range, UnitAlternatives
from equations.model.reading import EditBlock
from equations.model.ruling import Reading, Ruling, TextPlace
from equations.notation.plain import plain_text
from equations.revision.mentions import Numbers, followed, listed
from equations.units.unit import Unit

#: Fields that are compared by other means; the values of a dataset are, too.
_SKIPPED = ("place", "formula", "when", "allowed", "defines", "letters", "condition", "number", "part")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry, as it was and as it is."""

    field: str
    before: str
    after: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {"field": self.field, "from": self.before, "to": self.after}


@dataclass(frozen=True)
class Wording:
    """How the entries of one version are put into words for a comparison.

    Attributes
    ----------
    moved
        Printed number in this version -> the number that stands for it, and for its counterparts, in comparisons; empty: as
        written.
    renamed
        Quantity -> its name in the other version.
    """

    methodology: Methodology
    moved: Numbers
    renamed: Mapping[str, str]

    def as_written(self) -> Wording:
        """Return the same with its own numbers."""
        return replace(self, moved={})

    def entry(self, entry: object) -> dict[str, str]:
        """Return the fields of an entry in words, empty ones left out."""
        found = {}
        for part in fields(entry):  # type: ignore[arg-type]
            if part.compare and part.name not in _SKIPPED and not (part.name == "values" and isinstance(entry, Dataset)):
                text = self.text(getattr(entry, part.name))
                if text:
                    found[part.name] = self.renamed.get(text, text) if part.name in ("id", "quantity") else text
        for reading in entry.readings if isinstance(entry, Ruling) else ():
            if reading.edits:
                found[f"edits of {reading.id}"] = "; ".join(text for block in reading.edits for text in self.edits(block, reading.id))
        for name in ("when", "condition", "allowed"):
            node = getattr(entry, name, None)
            if isinstance(node, Node):
                found[name] = self.formula(node, dict(getattr(entry, "letters", ())))
        return found

    def text(self, value: Any) -> str:
        """Return a value in words."""
        match value:
            case None | "" | () | False:
                return ""
            case str():
                return followed(value, self.moved) if self.moved else value
            case Citation():
                return self.citation(value)
            case Unit():
                return str(value)
            case Range():
                return str(value) + (f" ({self.citation(value.source)})" if value.source else "")
            case UnitAlternatives(group=group, by=by, units=units):
                return f"{group} by {by}: " + ", ".join(f"{name} {unit}" for name, unit in units)
            case ChoiceValue(id=id_, meaning=meaning) | Reading(id=id_, meaning=meaning):
                return f"{id_}: {self.text(meaning)}"
            case TextPlace():
                return str(replace(value, equations=tuple(self.numbers(value.equations))))
            case Weight(of=of, formula=formula):
                return f"{of}: {self.formula(formula, {})}"
            case Node():
                return self.formula(value, {})
            case tuple():
                return ", ".join(self.text(item) for item in value)
        return (
            " ".join(self.text(getattr(value, f.name)) for f in fields(value) if f.compare) if is_dataclass(value) else str(value)
        )

    def edits(self, block: EditBlock, reading: str) -> Iterator[str]:
        """Yield what a reading changes, in words."""
        others = ", ".join(f"{ruling} = {other}" for ruling, other in block.under if other != reading)
        where = f"with {others}: " if others else ""
        for edit in block.entries:
            said = f" {self.defined(edit.entry)}" if isinstance(edit.entry, Equation) else ""
            if isinstance(edit.entry, IndexSet):
                said = f" shares {self.text(edit.entry.weights or edit.entry.shares)}"
            yield f"{where}{edit.id}{said}" if edit.entry is not None else f"{where}{edit.id} removed"
        for step in block.steps:
            readers = f" in {', '.join(step.readers)}" if step.readers else ""
            yield f"{where}{step.of}{readers}: {', '.join(self.defined(equation) for equation in step.equations)}"

    def defined(self, equation: Equation) -> str:
        left = "" if equation.solver else self.formula(equation.defines, dict(equation.letters)) + " = "
        return left + self.formula(equation.formula, dict(equation.letters))

    def numbers(self, numbers: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        for number in numbers:
            found |= dict.fromkeys(self.moved.get(number, [number]))
        return list(found)

    def citation(self, source: Citation) -> str:
        """Return a citation; the methodology's own document and version go without saying, and so does the version of a tool."""
        if source.document != self.methodology.document:
            of_a_tool = any((tool.document or tool.id, tool.version) == (source.document, source.version) for tool in self.methodology.tools)
            return str(replace(source, version="") if of_a_tool else source)
        return str(
            replace(
                source,
                document="",
                version="",
                equation=listed(source.equation, self.moved) if source.equation else "",
                note=followed(source.note, self.moved),
            )
        )

    def formula(self, node: Node, letters: Mapping[str, str]) -> str:
        """Return a formula under the other version's names."""
        known = {letter: s.id for s in self.methodology.index_sets for letter in s.letters} | dict(letters)
        return plain_text(with_names(node, self.renamed), known)


def with_names(node: Node, renamed: Mapping[str, str]) -> Node:
    """Return a formula in which quantities have the names that ``renamed`` gives them."""
    if not renamed:
        return node
    parts: dict[int, Node] = {}
    for part in walk(node):
        if isinstance(part, Element | MatrixRef | Supplied) and part.quantity in renamed:
            parts[id(part)] = replace(part, quantity=renamed[part.quantity])
    return rebuild(node, parts)


def field_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """Return the fields in which two entries differ."""
    names = [*before, *(name for name in after if name not in before)]
    return tuple(FieldChange(n, before.get(n, ""), after.get(n, "")) for n in names if before.get(n, "") != after.get(n, ""))


def entry_changes(before: object, after: object, words: tuple[Wording, Wording]) -> tuple[FieldChange, ...]:
    """Return the fields in which two entries differ, numbers of equations aside; each field as it is written."""
    found = field_changes(words[0].entry(before), words[1].entry(after))
    left, right = words[0].as_written().entry(before), words[1].as_written().entry(after)
    return tuple(FieldChange(change.field, left.get(change.field, ""), right.get(change.field, "")) for change in found)


def member_changes(before: IndexSet, after: IndexSet) -> tuple[list[str], list[str]]:
    """Return the members that a set gained and lost."""
    return [m for m in after.members if m not in before.members], [m for m in before.members if m not in after.members]
