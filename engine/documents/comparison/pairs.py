"""Equations side by side, typeset, with what the other side does not have in colour, and what that means in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.comparison.compare_equations import EquationChange, Regrouping, case_text
from engine.comparison.written_parts import WrittenParts, written_parts
from engine.documents.comparison.tally import Tally
from engine.documents.comparison.wording import Wording, numbered
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
    Math,
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

    tally: Tally
    wording: Wording
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
        new: dict[Inlines, Inlines] = {}
        for id_ in dict.fromkeys(after if is_split else before for before, after, _ in group.proofs):
            blocks += self._member(id_, 1 if is_split else 0, new)
        if new:
            blocks.append(Facts(tuple(new.items())))
        return Box(tuple(blocks), tone="equation")

    def _proof(self, proof: tuple[str, str, object], is_split: bool) -> Inlines:
        before, after, meaning = proof
        case, one = (self.sides[1].equation[after], self.sides[0].equation[before])
        if not is_split:
            case, one = one, case
        return (Strong((case.label,)), f" and {'the former ' if is_split else ''}{one.label}: ", *self.wording.relation(meaning))  # type: ignore[arg-type]

    def _member(self, id_: str, side: int, new: dict[Inlines, Inlines]) -> Iterator[Block]:
        """Yield one case of an equation that was divided or joined, beside its counterpart; what is new in it is put down in ``new``."""
        changes = self.tally.difference.equations.changed
        change = next((c for c in changes if (c.id if side else c.from_id) == id_), None)
        if change is not None:
            yield from self._pair(change, self.level + 1)
            new |= dict(self._only(*self._forms(change)))
        elif all(id_ in methodology.equation for methodology in self.sides):
            one, two = (methodology.equation[id_] for methodology in self.sides)
            yield Heading(self.level + 1, self._title(one, two))
            yield self.columns(one, two, None)

    def pair(self, change: EquationChange) -> Box:
        """Return an equation as it was and as it is."""
        blocks = [*self._pair(change, self.level)]
        new = tuple(self._only(*self._forms(change)))
        if new:
            blocks.append(Facts(new))
        return Box(tuple(blocks), tone="equation" if change.from_number or change.to_number else "editor")

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
        letters = tuple(dict(letters_of(m, e)) for m, e in zip(self.sides, (one, two), strict=True))
        said: list[Inlines] = []
        changes = self.wording.changes(meaning.changes) if meaning.relation != "same" else ()
        written = () if changes else self.wording.places(parts, letters)  # type: ignore[arg-type]
        said += [sentence for sentence in (changes, written) if sentence]
        if "case" in change.parts:
            said.append((f"it holds {case_text(two, self.sides[1])} and not {case_text(one, self.sides[0])} as before",))
        said += [(f"its {part} changed",) for part in ("left side", "solver", "units") if part in change.parts]
        if "formula" in change.parts or meaning.relation != "different":
            said.append(("the two forms are ", *self.wording.relation(meaning)))
        text = between(said, "; ")
        first = text[0] if text else ""
        return ((first[:1].upper() + first[1:] if isinstance(first, str) else first), *text[1:], ".")

    def columns(self, one: Equation, two: Equation, parts: WrittenParts | None) -> Columns:
        """Return both forms side by side."""
        marks = (parts.gone, parts.new) if parts is not None else (set[int](), set[int]())
        shown: list[Blocks] = []
        for side, (equation, marked) in enumerate(zip((one, two), marks, strict=True)):
            formula = (parts.after if side else parts.before) if parts is not None else None
            shown.append(self._formula(equation, side, frozenset(marked), formula))
        heads: tuple[Inlines, ...] = tuple(
            (f"{name[:1].upper()}{name[1:]}, {e.label}",) for name, e in zip(self.wording.names, (one, two), strict=True)
        )
        return Columns(heads, tuple(shown))

    def _formula(self, equation: Equation, side: int, marked: frozenset[int], formula: object = None) -> Blocks:
        """Return a form as it is evaluated, and as it is printed where that is another."""
        m = self.sides[side]
        right = latex(formula or equation.formula, m, marks=Marks(marked, COLOURS[side]))  # type: ignore[arg-type]
        written = right if equation.solver else f"{latex(equation.defines, m)} = {right}"
        found: list[Block] = [Formula(written, flows=True)]
        if equation.printed and _plain(equation.printed) != _plain(equation_latex(equation, m)):
            found += [Paragraph((Soft(("As it is printed:",)),), "tight"), Formula(equation.printed, flows=True)]
        return tuple(found)

    def _only(self, one: Equation, two: Equation) -> Iterator[tuple[Inlines, Inlines]]:
        """Yield the symbols that only one of the two forms reads, with what they mean."""
        reads = [quantities_in(e.formula) for e in (one, two)]
        renamed = dict(self.tally.difference.lists["quantities"].renamed) if "quantities" in self.tally.difference.lists else {}
        known = [{renamed.get(q, q) for q in reads[0]}, set(reads[1])]
        for side, own in enumerate(reads):
            m = self.sides[side]
            subject = self.subject if side else Subject(m)
            for id_ in own:
                if (id_ if side else renamed.get(id_, id_)) not in known[1 - side]:
                    quantity = m.quantity[id_]
                    symbol = subject.quantity_link(id_) if side and id_ in subject.methodology.quantity else Math(subject.symbol(quantity), id_)
                    yield (symbol,), (quantity.meaning, " [", *unit_inlines(quantity), "]", Soft((f", only in {self.wording.names[side]}",)))


def _plain(latex: str) -> str:
    """Return LaTeX without its spaces, and with one sign for a product, so that only what says something else counts as another form."""
    return re.sub(r"\s+|\\[,;!]", "", re.sub(r"\\times(?![A-Za-z])|\\cdot(?![A-Za-z])", "*", latex))
