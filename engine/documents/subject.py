"""What the pages of one methodology need to know: who uses what, which rulings and faults concern an equation, other versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from engine.documents.model import Badge, Code, Inline, Inlines, Link, Math, Ref, Soft, between, plain
from engine.plan.graph import EquationGraph, build_graph, uses
from engine.plan.meeting import can_use
from engine.plan.setting import Setting
from engine.plan.spec_setting import placeholder_setting
from engine.typesetting.mathematics.unit_symbol import unit_symbol
from engine.typesetting.pictures.symbols import letters_as_written, symbol_of
from equations.citation import Citation
from equations.formula.syntax import quantities_in
from equations.model.equation import Equation, Rule
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity, Range
from equations.model.ruling import RegisterEntry, Ruling, TextPlace
from equations.notation.plain import condition_text, letters_of
from equations.readings.composition import taking_parts
from equations.units.unit import PLAIN, Unit

#: The section at the start of a source.
_SECTION = re.compile(r"(Section\s([^ ,;]+))")

#: How a kind of quantity is named to a reader, one and many.
KINDS = {
    "monitored": ("monitored", "Monitored parameters"),
    "fixed_ex_ante": ("fixed ex ante", "Data fixed before the project starts"),
    "default": ("default", "Default values"),
    "computed": ("computed", "Computed quantities"),
    "statement": ("statement", "Statements of the project"),
}


#: The tone in which each ground is marked.
GROUND_TONES = {"stated": "good", "derived": "note", "standard_knowledge": "warning"}
#: How much hangs on a fault of the text, the heaviest first.
SEVERITIES = {
    "credit-moving": "a reading can change the result",
    "checkable": "a check, a sum or another place of the text shows it",
    "editorial": "words only",
}


@dataclass(frozen=True)
class Subject:
    """A methodology with everything that its pages look up.

    Attributes
    ----------
    others
        Other versions of it, for their printed numbers and the comparison.
    """

    methodology: Methodology
    others: tuple[Methodology, ...] = ()

    @cached_property
    def graph(self) -> EquationGraph:
        """The graph of all equations, whatever the choices."""
        return build_graph(self.methodology)

    @cached_property
    def users(self) -> dict[str, tuple[Equation, ...]]:
        """Quantity -> the equations that use it, in the order of the spec."""
        found: dict[str, list[Equation]] = {}
        for equation in self.methodology.equations:
            for id_ in self.used_by_equation[equation.id]:
                found.setdefault(id_, []).append(equation)
        return {id_: tuple(equations) for id_, equations in found.items()}

    def users_of(self, equation: Equation) -> tuple[Equation, ...]:
        """Return the equations that use what an equation gives, where both can hold."""
        users = self.users.get(equation.quantity, ())
        return tuple(other for other in users if can_use(other, equation, self.methodology, self._placeholder))

    def givers_of(self, quantity: str, equation: Equation) -> tuple[Equation, ...]:
        """Return the equations that give a quantity to one that uses it, where both can hold."""
        givers = self.methodology.definitions.get(quantity, ())
        return tuple(other for other in givers if can_use(equation, other, self.methodology, self._placeholder))

    @cached_property
    def _placeholder(self) -> Setting:
        return placeholder_setting(self.methodology, {})

    @cached_property
    def rules_of(self) -> dict[str, tuple[Rule, ...]]:
        """Quantity -> the rules that read it."""
        found: dict[str, list[Rule]] = {}
        for rule in self.methodology.rules:
            conditions = [rule.condition] if rule.when is None else [rule.condition, rule.when]
            read = dict.fromkeys(q for c in conditions for q in quantities_in(c))
            for id_ in read:
                found.setdefault(id_, []).append(rule)
        return {id_: tuple(rules) for id_, rules in found.items()}

    @cached_property
    def used_by_equation(self) -> dict[str, tuple[str, ...]]:
        """Equation -> the quantities that it uses, each once, in written order."""
        return {e.id: tuple(dict.fromkeys(use.quantity for use in uses(e, self.methodology))) for e in self.methodology.equations}

    @cached_property
    def rulings_of(self) -> dict[str, tuple[Ruling, ...]]:
        """Equation -> the rulings that name its number or whose readings change it."""
        return {
            e.id: tuple(r for r in self.methodology.rulings if self.concerns(r.text_place, e) or e.id in self.edited[r.id])
            for e in self.methodology.equations
        }

    @cached_property
    def faults_of(self) -> dict[str, tuple[RegisterEntry, ...]]:
        """Equation -> the entries of the register that name its number."""
        return {
            e.id: tuple(x for x in self.methodology.register if self.concerns(x.text_place, e)) for e in self.methodology.equations
        }

    @staticmethod
    def concerns(place: TextPlace, equation: Equation) -> bool:
        """Whether a place of the text names an equation's printed number."""
        return bool(equation.number) and (equation.number in place.equations or equation.number + equation.part in place.equations)

    @cached_property
    def edited(self) -> dict[str, tuple[str, ...]]:
        """Ruling -> the equations of the text that its readings change, or before which they put a step."""
        found: dict[str, dict[str, None]] = {}
        for ruling in self.methodology.rulings:
            own = found.setdefault(ruling.id, {})
            for block in (block for reading in ruling.readings for block in reading.edits):
                ids = (*(edit.id for edit in block.entries if edit.list == "equations"), *taking_parts(self.methodology, block))
                own |= dict.fromkeys(id_ for id_ in ids if id_ in self.methodology.equation)
                for step in block.steps:
                    readers = step.readers or tuple(e.id for e in self.methodology.definitions.get(step.of, ()))
                    own |= dict.fromkeys(id_ for id_ in readers if id_ in self.methodology.equation)
        return {ruling: tuple(ids) for ruling, ids in found.items()}

    # -- names

    @cached_property
    def _letters(self) -> dict[str, tuple[str, ...]]:
        return letters_as_written(self.methodology)

    def symbol(self, quantity: Quantity) -> str:
        """Return the LaTeX of a quantity's symbol, with letters in the places of its indices."""
        return symbol_of(quantity, self.methodology, self._letters)

    def math(self, quantity: Quantity) -> Math:
        """Return a quantity's symbol as a part of a line."""
        return Math(self.symbol(quantity), quantity.id)

    def quantity_link(self, id_: str) -> Link:
        """Return a quantity's symbol, leading to its entry."""
        return Link((self.math(self.methodology.quantity[id_]),), Ref("quantity", id_))

    def title(self, equation: Equation) -> str:
        """Return an equation's title, or what it gives."""
        return equation.title or self.methodology.quantity[equation.quantity].title

    @staticmethod
    def equation_name(equation: Equation) -> str:
        """Return how an equation is named in running text: ``Eq. 11a``, or its id."""
        return equation.label

    def equation_link(self, equation: Equation) -> Link:
        """Return an equation's name, leading to it."""
        name = self.equation_name(equation)
        return Link((name if equation.number else Code(name),), Ref("equation", equation.id))

    def equation_links(self, equations: Iterable[Equation]) -> Inlines:
        """Return the names of equations; cases under one printed number are named once."""
        shown: dict[str, Link] = {}
        for equation in sorted(equations, key=lambda e: not e.number):
            shown.setdefault(self.equation_name(equation), self.equation_link(equation))
        return between((link,) for link in shown.values())

    def by_number(self, number: str) -> Equation | None:
        """Return the first equation with a printed number, with or without its part."""
        return next((e for e in self.methodology.equations if number and number in (e.number, e.number + e.part)), None)

    def place_links(self, place: TextPlace) -> Inlines:
        """Return a place of the text with links to its section and equations."""
        parts: list[Inlines] = []
        if place.section:
            parts.append((Link((f"section {place.section}",), Ref("section", place.section)),))
        if place.equations:
            named = [(number, self.by_number(number)) for number in place.equations]
            links = between((Link((n,), Ref("equation", e.id)) if e is not None else n,) for n, e in named)
            parts.append(("Eq. ", *links))
        if place.tables:
            parts.append((f"Table {', '.join(place.tables)}",))
        if place.lines:
            parts.append((place.lines,))
        return between(parts, "; ")

    def source(self, citation: Citation, *, linked: bool = True) -> Inlines:
        """Return a citation, marked by its ground; the methodology's own document and version are left out, for they stand on every page."""
        place, mark = self.place(citation), ground_mark(citation)
        place = place if linked or not place else (plain(place),)
        note: Inlines = (" ", Soft((citation.ground_note,))) if citation.ground_note else ()
        return (*place, *((" ",) if place and mark else ()), *mark, *note)

    def place(self, citation: Citation) -> Inlines:
        """Return where a statement stands."""
        m = self.methodology
        own = citation.document in ("", m.document)
        text = str(citation)
        if own and citation.document:
            text = text.removeprefix(" ".join(part for part in (citation.document, citation.version) if part)).lstrip(", ")
        text = (
            text.replace("Eq. ", "Eq.\N{NO-BREAK SPACE}")
            .replace("Table ", "Table\N{NO-BREAK SPACE}")
            .replace("Section ", "Section\N{NO-BREAK SPACE}")
        )
        text = text[:1].upper() + text[1:]
        found = _SECTION.match(text) if own else None
        if found is None or all(section.id != found[2] for section in m.sections):
            return (text,) if text else ()
        return (
            (Link((found[1],), Ref("section", found[2])), text[found.end() :])
            if found.end() < len(text)
            else (Link((found[1],), Ref("section", found[2])),)
        )

    def when(self, equation: Equation) -> str:
        """Say in words when an equation holds."""
        if equation.when is None:
            return "always"
        return condition_text(equation.when, self.methodology, letters_of(self.methodology, equation))

    def number_in(self, equation: Equation, other: Methodology) -> str:
        """Return how another version numbers an equation."""
        there = other.equation.get(equation.id)
        if there is None:
            return "not there"
        return f"Eq. {there.number}{there.part}" if there.number else "without a number"


def unit_text(unit: Unit) -> str:
    """Return a unit as it is shown; a plain number has none."""
    return "–" if unit == PLAIN else str(unit)


def unit_math(unit: Unit) -> Inline:
    """Return a unit as it is printed; a plain number has none."""
    return "–" if unit == PLAIN else Math(unit_symbol(str(unit)), str(unit))


def range_text(limits: Range) -> str:
    """Return the limits of a quantity for reading, without powers of ten where the number is not huge."""

    def shown(value: Fraction) -> str:
        number = float(value)
        return f"{number:,.10g}" if abs(number) < 1e12 else f"{number:g}"

    if limits.least is not None and limits.most is not None:
        return f"{shown(limits.least)} to {shown(limits.most)}"
    if limits.least is not None:
        return f"at least {shown(limits.least)}"
    return f"at most {shown(limits.most)}" if limits.most is not None else "any"


def ground_mark(citation: Citation) -> Inlines:
    """Return the mark of the ground on which an entry stands, or nothing where the spec does not say."""
    return (Badge(citation.ground.replace("_", " "), GROUND_TONES[citation.ground]),) if citation.ground else ()


def kind_badge(kind: str) -> Badge:
    """Return the label of a kind of quantity."""
    return Badge(KINDS[kind][0], kind)


def unit_inlines(quantity: Quantity) -> Inlines:
    """Return a quantity's unit, with alternatives."""
    if quantity.alternatives is not None:
        return between((unit_math(unit), f" ({name})") for name, unit in quantity.alternatives.units)
    return (unit_math(quantity.unit),)
