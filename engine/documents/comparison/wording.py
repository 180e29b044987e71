"""How a comparison is said: the names of its two sides, and what changed in a formula, in words and mathematics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.comparison.difference import Difference
from engine.comparison.meaning import CONDITIONAL, SAME, Change, Meaning
from engine.comparison.written_parts import WrittenParts
from engine.documents.model import Code, Inline, Inlines, Math, between
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Element, Name, Node, Reduce, rebuild, walk
from equations.model.methodology import Methodology
from equations.notation.latex import latex
from equations.notation.plain import plain_text
from equations.notation.symbols import letter_latex

#: So many places of a formula are named one by one.
_MOST_PLACES = 6
_DONE = {"Sum": "summed", "Product": "multiplied", "Mean": "averaged"}
Letters = Mapping[str, str]


@dataclass(frozen=True)
class ChangeWording:
    """Words for a comparison."""

    difference: Difference

    @property
    def sides(self) -> tuple[Methodology, Methodology]:
        """Both methodologies as they are read."""
        return self.difference.a.said, self.difference.b.said

    @cached_property
    def names(self) -> tuple[str, str]:
        """Short names of the two sides: versions, else readings, else project files."""
        a, b, effect = self.difference.a, self.difference.b, self.difference.effect
        one, two = a.methodology, b.methodology
        if one.id == two.id and one.version != two.version:
            return f"version {one.version}", f"version {two.version}"
        if one.id != two.id:
            return one.reference, two.reference
        readings = self.difference.readings
        if len(readings) == 1:
            return f"reading {readings[0][1]}", f"reading {readings[0][2]}"
        if readings:
            return "the first readings", "the second readings"
        if effect is not None and effect.projects[0] != effect.projects[1]:
            return effect.projects
        return (a.label, b.label) if a.label != b.label else ("the first", "the second")

    # -- mathematics

    def expression(self, text: str, first: int = 1) -> Inline:
        """Return an expression of the spec as mathematics, or as it is written.

        Parameters
        ----------
        first
            The side whose symbols are looked for first.
        """
        try:
            node = parse_formula(text)
        except MethodologyError:
            return Code(text)
        for methodology in (self.sides[first], self.sides[1 - first]):
            known = _resolved(node, methodology)
            if known is not None:
                return Math(latex(known, methodology), text)
        return Code(text)

    # -- what changed

    def relation(self, meaning: Meaning) -> Inlines:
        """Say how two formulas relate."""
        if meaning.relation == CONDITIONAL:
            return ("equal where ", self.expression(meaning.condition))
        return ("algebraically the same",) if meaning.relation == SAME else ("different",)

    def changes(self, changes: Iterable[Change]) -> Inlines:
        """Say what was added, dropped or replaced."""
        return between((self.change(one) for one in changes), "; ")

    def change(self, change: Change, *, within: bool = True) -> Inlines:
        """Say one thing that changed."""
        old, new = (self.expression(text, side) if text else "" for side, text in enumerate((change.old, change.new)))
        if change.kind == "multiple":
            said: Inlines = ("it is multiplied by ", new)
        elif change.old and change.new:
            said = (f"the {change.kind} ", old, " became ", new)
        else:
            said = (f"the {change.kind} ", new or old, " was added" if change.new else " was dropped")
        place: Inlines = (" in the term ", self.expression(change.within, 0)) if change.within and within else ()
        return (*said, *place)

    def places(self, parts: WrittenParts, letters: tuple[Letters, Letters]) -> Inlines:
        """Say what is written in place of what, where nothing simpler can be said."""
        said = [words for old, new in parts.swaps for words in self._swap(old, new, letters)]
        shown = between(said[:_MOST_PLACES], "; ")
        return (*shown, f"; and {len(said) - _MOST_PLACES} more places") if len(said) > _MOST_PLACES else shown

    def _swap(self, old: Node | None, new: Node | None, letters: tuple[Letters, Letters]) -> Iterator[Inlines]:
        sums = [node for node in (old, new) if isinstance(node, Reduce)]
        if sums and (len(sums) == 2 or old is None or new is None):
            yield from (_reduction(node, when) for node, when in ((old, "before"), (new, "now")) if isinstance(node, Reduce))
            return
        parts = [self._node(node, at, letters[at]) for at, node in enumerate((old, new)) if node is not None]
        if len(parts) == 2:
            yield (parts[0], " became ", parts[1])
        else:
            yield (parts[0], " was added" if old is None else " was dropped")

    def _node(self, node: Node, side: int, letters: Letters) -> Inline:
        try:
            return Math(latex(node, self.sides[side], letters), plain_text(node, letters))
        except TypeError:  # an index by itself has no notation
            return Code(plain_text(node, letters))


def _reduction(node: Reduce, when: str) -> Inlines:
    letters = between((Math(letter_latex(binder.letter), binder.letter),) for binder in node.binders)
    return (f"{_DONE.get(node.kind, node.kind.lower())} over ", *letters, f" {when}")


def _resolved(node: Node, methodology: Methodology) -> Node | None:
    """Return a parsed expression with its names known as quantities, or ``None`` where one is none."""
    names = {
        id(part): Element(part.name, part.indices)
        for part in walk(node)
        if isinstance(part, Name) and part.name in methodology.quantity
    }
    if any(isinstance(part, Name) and id(part) not in names for part in walk(node)):
        return None
    parts: dict[int, Node] = dict(names)
    return rebuild(node, parts)


def numbered(numbers: Sequence[str]) -> str:
    """Return printed numbers as they are spoken of: ``Eq. 2, 3 and 5``; what has none is named by its id."""
    shown = [f"Eq.\N{NO-BREAK SPACE}{n}" if n[:1].isdigit() and not at else n for at, n in enumerate(dict.fromkeys(numbers))]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def capital(name: str) -> str:
    """Return the name of a side as it stands at the start of a line; names of files and specs stay as they are."""
    return name[:1].upper() + name[1:] if name.startswith(("version ", "reading ", "the ")) else name


def many(count: int, one: str, several: str = "") -> str:
    """Return ``1 equation``, ``4 equations``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
