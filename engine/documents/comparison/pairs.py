"""Equations side by side, typeset, with what the other side does not have in colour, and what that means in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.comparison.compare_equations import EquationChange, Regrouping, case_text, letters_beside
from engine.comparison.meaning import DIFFERENT, SAME, Meaning
from engine.comparison.written_parts import WrittenParts, written_parts
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, capital, numbered
from engine.documents.model import (
    Badge,
    Block,
    Blocks,
    Box,
    Columns,
    Facts,
    Formula,
    Heading,
    Inlines,
    Paragraph,
    Soft,
    Strong,
    between,
)
from engine.documents.subject import Subject, unit_inlines
from equations.formula.syntax import quantities_in
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.latex import Marks, equation_latex, latex
from equations.notation.plain import letters_of

#: Colours of what only the first side has, and only the second.
COLOURS = ("red", "blue")


@dataclass(frozen=True)
class Pairs:
    """Writes pairs of equations."""

    tally: ChangeTally
    wording: ChangeWording
    subject: Subject
    level: int

    @property
    def sides(self) -> tuple[Methodology, Methodology]:
        """Both methodologies as they are read."""
        return self.tally.sides

    def printed(self) -> Iterator[Block]:
        """Yield every printed equation that does not say what it said."""
        for group in self.tally.regrouped:
            yield self.regrouped(group)
        for change in self.tally.ungrouped:
            yield self.pair(change)
        for equation in self.tally.added:
            yield self.alone(equation, 1)
        for equation in self.tally.removed:
            yield self.alone(equation, 0)

    def editors(self) -> Iterator[Block]:
        """Yield the equations without a printed number."""
        changed, added, removed = self.tally.editors
        yield from map(self.pair, changed)
        for side, equations in ((1, added), (0, removed)):
            yield from (self.alone(equation, side) for equation in equations)

    # -- one box each

    def regrouped(self, group: Regrouping) -> Box:
        """Return equations that were divided or joined: each case against the one equation, and what changed in it."""
        is_split = group.kind == "split"
        verb = "was divided into" if is_split else "were joined to"
        title = f"{numbered(group.from_numbers)} {verb} {numbered(group.to_numbers)}"
        proofs = between((self._proof(proof, is_split) for proof in group.proofs), "; ")
        blocks: list[Block] = [Heading(self.level, (title,)), Paragraph((*proofs, "."))]
        forms: list[tuple[Equation, Equation]] = []
        for proof in group.proofs:
            blocks += self._member(proof, is_split, forms)
        return Box((*blocks, *self._symbols(forms)), tone="equation")

    def _symbols(self, forms: list[tuple[Equation, Equation]]) -> Iterator[Block]:
        """Yield the symbols that only one side of some pairs reads."""
        only = tuple(self._only(forms))
        if only:
            yield Facts(only)

    def _proof(self, proof: tuple[str, str, Meaning], is_split: bool) -> Inlines:
        before, after, meaning = proof
        case, one = (self.sides[1].equation[after], self.sides[0].equation[before])
        if not is_split:
            case, one = one, case
        return (Strong((case.label,)), f" and {one.label} {'before' if is_split else 'now'}: ", *self.wording.relation(meaning))

    def _member(self, proof: tuple[str, str, Meaning], is_split: bool, forms: list[tuple[Equation, Equation]]) -> Iterator[Block]:
        """Yield one case of an equation that was divided or joined, beside its counterpart; both are put down in ``forms``."""
        changes = self.tally.difference.equations.changed
        id_ = proof[1] if is_split else proof[0]
        change = next((c for c in changes if (c.id if is_split else c.from_id) == id_), None)
        if change is not None:
            yield from self._pair(change, self.level + 1)
            forms.append(self._forms(change))
            return
        both = all(id_ in methodology.equation for methodology in self.sides)
        ids = (id_, id_) if both else proof[:2]
        one, two = (methodology.equation[each] for methodology, each in zip(self.sides, ids, strict=True))
        parts = written_parts(one.formula, two.formula)
        yield Heading(self.level + 1, self._title(one, two))
        if parts.swaps:
            yield Paragraph(self._sentence([self._what(proof[2], one, two, parts)]))
        yield self.columns(one, two, parts)
        forms.append((one, two))

    def pair(self, change: EquationChange) -> Box:
        """Return an equation as it was and as it is."""
        blocks = (*self._pair(change, self.level), *self._symbols([self._forms(change)]))
        return Box(blocks, tone="equation" if change.from_number or change.to_number else "editor")

    def _forms(self, change: EquationChange) -> tuple[Equation, Equation]:
        return self.sides[0].equation[change.from_id], self.sides[1].equation[change.id]

    def _pair(self, change: EquationChange, level: int) -> Iterator[Block]:
        one, two = self._forms(change)
        parts = written_parts(one.formula, two.formula)
        yield Heading(level, self._title(one, two))
        yield Paragraph(self._said(change, one, two, parts))
        yield self.columns(one, two, parts)

    def alone(self, equation: Equation, side: int) -> Box:
        """Return an equation that one side does not have."""
        tone = "equation" if equation.number else "editor"
        subject = self.subject if side else Subject(self.sides[0])
        name = Badge(equation.label, "number") if equation.number else Badge("editor", "editor")
        badge = Badge("added", "good") if side else Badge("removed", "error")
        blocks: list[Block] = [
            Heading(self.level, (name, " ", subject.title(equation), " ", badge)),
            *self._formula(equation, side, frozenset()),
            Paragraph((Soft((f"Holds {subject.when(equation)}." if equation.when is not None else "Holds always.",)),)),
        ]
        return Box(tuple(blocks), tone=tone)

    # -- parts of a pair

    def _title(self, one: Equation, two: Equation) -> Inlines:
        old, new = one.number + one.part, two.number + two.part
        name = f"Eq. {old} → {new}" if old and new and old != new else two.label if two.number or not old else f"Eq. {old} → {two.id}"
        badge = Badge(name, "number") if old or new else Badge("editor", "editor")
        return (badge, " ", self.subject.title(two) if two.id in self.subject.methodology.equation else two.title)

    def _said(self, change: EquationChange, one: Equation, two: Equation, parts: WrittenParts) -> Inlines:
        """Say what changed, and how the two forms relate."""
        meaning = change.meaning
        said = [self._what(meaning, one, two, parts)]
        if "case" in change.parts:
            said.append((f"it holds {case_text(two, self.sides[1])} and not {case_text(one, self.sides[0])} as before",))
        said += [(f"its {part} changed",) for part in ("left side", "solver", "units") if part in change.parts]
        if "formula" in change.parts or meaning.relation != DIFFERENT:
            said.append(("the two forms are ", *self.wording.relation(meaning)))
        return self._sentence(said)

    def _what(self, meaning: Meaning, one: Equation, two: Equation, parts: WrittenParts) -> Inlines:
        """Say what was added or dropped; where algebra has no words for it, what is written otherwise."""
        changes = self.wording.changes(meaning.changes) if meaning.relation != SAME else ()
        letters = dict(letters_of(self.sides[0], one)), dict(letters_of(self.sides[1], two))
        return changes or self.wording.places(parts, letters)

    @staticmethod
    def _sentence(said: list[Inlines]) -> Inlines:
        """Return what is said as one sentence."""
        text = between((part for part in said if part), "; ")
        first = text[0] if text else ""
        return ((first[:1].upper() + first[1:] if isinstance(first, str) else first), *text[1:], ".")

    def columns(self, one: Equation, two: Equation, parts: WrittenParts | None) -> Columns:
        """Return both forms side by side."""
        marks = (parts.gone, parts.new) if parts is not None else (set[int](), set[int]())
        letters = letters_beside(one, self.sides[0], two, self.sides[1])
        shown: list[Blocks] = []
        for side, (equation, marked) in enumerate(zip((one, two), marks, strict=True)):
            formula = (parts.after if side else parts.before) if parts is not None else None
            shown.append(self._formula(equation, side, frozenset(marked), formula, letters[side]))
        heads: tuple[Inlines, ...] = tuple(
            (f"{capital(name)}, {e.label}",) for name, e in zip(self.wording.names, (one, two), strict=True)
        )
        return Columns(heads, tuple(shown))

    def _formula(
        self, equation: Equation, side: int, marked: frozenset[int], formula: object = None, letters: Mapping[str, str] | None = None
    ) -> Blocks:
        """Return a form as it is evaluated, and as it is printed where that is another."""
        m = self.sides[side]
        letters = letters_of(m, equation) if letters is None else letters
        right = latex(formula or equation.formula, m, letters, Marks(marked, COLOURS[side]))  # type: ignore[arg-type]
        written = right if equation.solver else f"{latex(equation.defines, m)} = {right}"
        found: list[Block] = [Formula(written, flows=True)]
        if equation.printed and _plain(equation.printed) != _plain(equation_latex(equation, m)):
            found += [Paragraph((Soft(("As it is printed:",)),), "tight"), Formula(equation.printed, flows=True)]
        return tuple(found)

    def _only(self, forms: list[tuple[Equation, Equation]]) -> Iterator[tuple[Inlines, Inlines]]:
        """Yield the symbols that only one side of some pairs reads, with what they mean."""
        change = self.tally.difference.lists.get("quantities")
        renamed = dict(change.renamed) if change is not None else {}
        reads = [dict.fromkeys(q for pair in forms for q in quantities_in(pair[side].formula)) for side in (0, 1)]
        known = [{renamed.get(q, q) for q in reads[0]}, set(reads[1])]
        for side, own in enumerate(reads):
            m = self.sides[side]
            subject = self.subject if side else Subject(m)
            for id_ in own:
                if (id_ if side else renamed.get(id_, id_)) not in known[1 - side]:
                    quantity = m.quantity[id_]
                    symbol = subject.quantity_link(id_) if id_ in self.subject.methodology.quantity else subject.math(quantity)
                    yield (symbol,), (quantity.meaning, " [", *unit_inlines(quantity), "]", Soft((f", only in {self.wording.names[side]}",)))


def _plain(latex: str) -> str:
    """Return LaTeX without its spaces, and with one sign for a product, so that only what says something else counts as another form."""
    return re.sub(r"\s+|\\[,;!]", "", re.sub(r"\\times(?![A-Za-z])|\\cdot(?![A-Za-z])", "*", latex))
