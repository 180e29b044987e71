"""Compare the equations of two specs: which are new, gone, renumbered, split and merged, and what the changed ones mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.comparison.compare_specs import Side, common_numbers, renamed_quantities
from engine.comparison.entry_text import FieldChange, Wording, entry_changes, with_names
from engine.comparison.meaning import CONDITIONAL, DIFFERENT, SAME, Meaning, compare_formulas
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.plain import condition_text, letters_of, plain_text

#: Fields that are compared by what they mean.
_COMPARED = ("id", "when", "solver", "equivalences", "quantity")


@dataclass(frozen=True, slots=True)
class EquationChange:
    """An equation that both have and that says something else.

    Attributes
    ----------
    parts
        What changed: ``formula``, ``case``, ``left side``, ``solver``, ``units`` (equivalences).
    before, after
        The whole equation as text: left side, formula, case.
    """

    id: str
    from_id: str
    from_number: str
    to_number: str
    meaning: Meaning
    parts: tuple[str, ...]
    before: str
    after: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {
            "id": self.id,
            "from_number": self.from_number,
            "to_number": self.to_number,
            "relation": self.meaning.relation,
            "condition": self.meaning.condition,
            "difference": self.meaning.difference,
            "parts": list(self.parts),
            "from": self.before,
            "to": self.after,
        }
        return record if self.id == self.from_id else {**record, "from_id": self.from_id}


@dataclass(frozen=True, slots=True)
class Regrouping:
    """Equations that were one and are several, or the reverse.

    Attributes
    ----------
    proofs
        (equation of the one, equation of the several, how they relate): each case against the one formula.
    """

    kind: str
    from_numbers: tuple[str, ...]
    to_numbers: tuple[str, ...]
    proofs: tuple[tuple[str, str, Meaning], ...]

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        proofs = [{"from_id": a, "to_id": b, "relation": m.relation, "condition": m.condition} for a, b, m in self.proofs]
        return {"kind": self.kind, "from_numbers": list(self.from_numbers), "to_numbers": list(self.to_numbers), "cases": proofs}


@dataclass(frozen=True)
class EquationComparison:
    """Everything that differs between the equations of two sides."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[EquationChange, ...] = ()
    renumbered: tuple[tuple[str, str, str], ...] = ()
    regrouped: tuple[Regrouping, ...] = ()
    reworded: tuple[tuple[str, tuple[FieldChange, ...]], ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [change.as_record() for change in self.changed],
            "renumbered": [{"id": id_, "from_number": old, "to_number": new} for id_, old, new in self.renumbered],
            "split": [r.as_record() for r in self.regrouped if r.kind == "split"],
            "merged": [r.as_record() for r in self.regrouped if r.kind == "merged"],
            "reworded": [{"id": id_, "changes": [c.as_record() for c in changes]} for id_, changes in self.reworded],
        }


def compare_equations(a: Side, b: Side) -> EquationComparison:
    """Compare the equations of two sides.

    Each side is what its readings make of it; without readings the text as it is read by default.

    Returns
    -------
    EquationComparison
        Equations are matched by id; one that is gone and one that is new pair up where they define the same cells.
    """
    return _Matcher(a, b).compared()


@dataclass
class _Matcher:
    a: Side
    b: Side
    one: Methodology = field(init=False)
    two: Methodology = field(init=False)
    renamed: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.one, self.two = self.a.said, self.b.said
        self.renamed = renamed_quantities(self.one, self.two)

    def compared(self) -> EquationComparison:
        left, right = dict(self.one.equation), dict(self.two.equation)
        pairs = self.pairs(left, right)
        changed, reworded, renumbered = [], [], []
        numbers = common_numbers((left[old].number, right[new].number) for new, old in pairs.items())
        words = Wording(self.one, numbers[0], {}), Wording(self.two, numbers[1], self.renamed)
        for id_ in right:
            if id_ not in pairs:
                continue
            before, after = left[pairs[id_]], right[id_]
            change = self.change(before, after)
            if change is not None:
                changed.append(change)
            if pairs[id_] != id_:
                continue
            said = tuple(c for c in entry_changes(before, after, words) if c.field not in _COMPARED)
            if said:
                reworded.append((id_, said))
            if (before.number, before.part) != (after.number, after.part) and (before.number or after.number):
                renumbered.append((id_, before.number + before.part, after.number + after.part))
        return EquationComparison(
            tuple(id_ for id_ in right if id_ not in pairs and id_ not in left),
            tuple(id_ for id_ in left if id_ not in pairs.values() and id_ not in right),
            tuple(changed),
            tuple(renumbered),
            (*self.by_number(left, right, pairs), *self.by_quantity(left, right, pairs)),
            tuple(reworded),
        )

    def pairs(self, left: dict[str, Equation], right: dict[str, Equation]) -> dict[str, str]:
        """Return equation of the second side -> its counterpart: of the same id, or what it stands in place of."""
        pairs = {id_: id_ for id_ in right if id_ in left}
        gone = {id_: e for id_, e in left.items() if id_ not in pairs}
        new = {id_: e for id_, e in right.items() if id_ not in pairs}
        return pairs | self.replaced(gone, new)

    def replaced(self, gone: dict[str, Equation], new: dict[str, Equation]) -> dict[str, str]:
        """Pair equations of other ids that define the same quantity in the same case."""
        found: dict[str, str] = {}
        for id_, after in new.items():
            for old, before in gone.items():
                same = self.renamed.get(after.quantity, after.quantity) == before.quantity and self.when(before) == self.when(after)
                if same and old not in found.values():
                    found[id_] = old
                    break
        return found

    def change(self, before: Equation, after: Equation) -> EquationChange | None:
        renamed = self.renamed
        parts = []
        if with_names(after.formula, renamed) != before.formula:
            parts.append("formula")
        if with_names(after.defines, renamed) != before.defines or before.letters != after.letters:
            parts.append("left side")
        case = self.when(before) != self.when(after)
        if case:
            parts.append("case")
        if before.solver != after.solver:
            parts.append("solver")
        if before.equivalences != after.equivalences:
            parts.append("units")
        if not parts:
            return None
        meaning = compare_formulas(before, self.one, after, self.two, renamed)
        if case:
            meaning = self.other_case(before, after, meaning)
        letters = letters_beside(before, self.one, after, self.two)
        return EquationChange(
            id=after.id,
            from_id=before.id,
            from_number=before.number,
            to_number=after.number,
            meaning=meaning,
            parts=tuple(parts),
            before=equation_text(before, self.one, letters[0]),
            after=equation_text(after, self.two, letters[1]),
        )

    def when(self, equation: Equation) -> str:
        return plain_text(with_names(equation.when, self.renamed)) if equation.when is not None else ""

    def other_case(self, before: Equation, after: Equation, meaning: Meaning) -> Meaning:
        """Say that an equation holds elsewhere than before; its formula may be the same."""
        said = [f"holds in another case: {case_text(before, self.one)} became {case_text(after, self.two)}"]
        if meaning.relation == SAME:
            said.append("the formula is the same")
        elif meaning.difference:
            said.append(meaning.difference)
        return Meaning(DIFFERENT, meaning.condition, "; ".join(said), meaning.changes)

    # -- one that became several

    def by_number(self, left: dict[str, Equation], right: dict[str, Equation], pairs: dict[str, str]) -> list[Regrouping]:
        """Find printed equations that were divided or joined: one number here, several there, by the equations that both have."""
        found = []
        both = [(left[old], right[new]) for new, old in pairs.items() if left[old].number and right[new].number]
        for kind in ("split", "merged"):
            groups: dict[str, list[tuple[Equation, Equation]]] = {}
            for before, after in both:
                groups.setdefault(before.number if kind == "split" else after.number, []).append((before, after))
            for members in groups.values():
                olds = tuple(dict.fromkeys(b.number for b, _ in members))
                news = tuple(dict.fromkeys(a.number for _, a in members))
                if len(news if kind == "split" else olds) > 1:
                    found.append(Regrouping(kind, olds, news, self.proofs(members, kind)))
        return found

    def proofs(self, members: list[tuple[Equation, Equation]], kind: str) -> tuple[tuple[str, str, Meaning], ...]:
        """Compare every case on the side of the several with the most general formula of the one."""
        ones = [pair[0 if kind == "split" else 1] for pair in members]
        general = max(ones, key=lambda e: plain_text(e.formula).count("-1]"))
        found = []
        for before, after in members:
            own = (general, after) if kind == "split" else (before, general)
            meaning = compare_formulas(own[0], self.one, own[1], self.two, self.renamed)
            found.append((own[0].id, own[1].id, meaning))
        return tuple(found)

    def by_quantity(self, left: dict[str, Equation], right: dict[str, Equation], pairs: dict[str, str]) -> list[Regrouping]:
        """Find equations that were taken out for several of the same quantity, or several that were taken out for one."""
        gone = [e for id_, e in left.items() if id_ not in pairs.values()]
        new = [e for id_, e in right.items() if id_ not in pairs]
        found = []
        for quantity in dict.fromkeys(e.quantity for e in gone):
            olds = [e for e in gone if e.quantity == quantity]
            news = [e for e in new if self.renamed.get(e.quantity, e.quantity) == quantity]
            if min(len(olds), len(news)) == 1 < max(len(olds), len(news)):
                kind = "split" if len(olds) == 1 else "merged"
                members = [(before, after) for before in olds for after in news]
                found.append(
                    Regrouping(
                        kind,
                        tuple(e.number or e.id for e in olds),
                        tuple(e.number or e.id for e in news),
                        self.proofs(members, kind),
                    )
                )
        return found


def letters_beside(one: Equation, a: Methodology, two: Equation, b: Methodology) -> tuple[dict[str, str], dict[str, str]]:
    """Return what letters stand for in two equations that are shown side by side, so that they look different where they are.

    A sum over another set than its letter stands for names the set, so the letters that go over another set in the second equation than in
    the first one are given as the methodology declares them.
    """
    before, after = letters_of(a, one), letters_of(b, two)
    other = {letter for letter in before.keys() & after.keys() if before[letter] != after[letter]}
    declared = letters_of(a) | dict(one.letters), letters_of(b) | dict(two.letters)

    def named(letters: dict[str, str], own: dict[str, str]) -> dict[str, str]:
        return {letter: own.get(letter, "") if letter in other else set_id for letter, set_id in letters.items()}

    return named(before, declared[0]), named(after, declared[1])


def equation_text(equation: Equation, methodology: Methodology, letters: Mapping[str, str] | None = None) -> str:
    """Return a whole equation as text, left side and formula; ``letters`` are those of :func:`letters_beside`, if it stands beside another."""
    letters = letters_of(methodology, equation) if letters is None else letters
    formula = plain_text(equation.formula, letters)
    left = "" if equation.solver else plain_text(equation.defines, letters) + " = "
    return left + formula


def case_text(equation: Equation, methodology: Methodology) -> str:
    """Return the case in which an equation holds, in words."""
    return condition_text(equation.when, methodology) if equation.when is not None else "always"


__all__ = [
    "CONDITIONAL",
    "DIFFERENT",
    "SAME",
    "EquationChange",
    "EquationComparison",
    "Regrouping",
    "case_text",
    "compare_equations",
    "equation_text",
]
