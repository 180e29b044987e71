"""What became of each equation: divided, joined, changed, only renumbered, the same, added, removed; counted by printed number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from engine.comparison.compare_equations import EquationChange, Regrouping
from engine.comparison.difference import Difference
from engine.comparison.meaning import SAME
from equations.model.equation import Equation
from equations.model.methodology import Methodology


@dataclass(frozen=True)
class ChangeTally:
    """The equations of a comparison, told apart; the editor's, which have no printed number, by themselves."""

    difference: Difference

    @property
    def sides(self) -> tuple[Methodology, Methodology]:
        """Both methodologies as they are read."""
        return self.difference.a.said, self.difference.b.said

    @cached_property
    def regrouped(self) -> tuple[Regrouping, ...]:
        """Printed equations that were divided or joined, be it into equations of the editor."""
        return tuple(g for g in self.difference.equations.regrouped if any(self._is_printed(proof) for proof in g.proofs))

    def _is_printed(self, proof: tuple[str, str, object]) -> bool:
        return any(side.equation[id_].number for side, id_ in zip(self.sides, proof[:2], strict=True))

    @cached_property
    def _grouped(self) -> tuple[set[str], set[str]]:
        """Ids of the equations that were divided or joined, on each side."""
        proofs = [proof for group in self.regrouped for proof in group.proofs]
        return {before for before, _, _ in proofs}, {after for _, after, _ in proofs}

    @cached_property
    def changed(self) -> tuple[EquationChange, ...]:
        """Printed equations whose formula, case or solver changed."""
        return tuple(c for c in self.difference.equations.changed if c.from_number or c.to_number)

    @cached_property
    def moved(self) -> tuple[EquationChange, ...]:
        """Those of them that mean something else than before."""
        return tuple(c for c in self.changed if c.meaning.relation != SAME)

    @cached_property
    def ungrouped(self) -> tuple[EquationChange, ...]:
        """Changed equations that were neither divided nor joined."""
        return tuple(c for c in self.changed if c.id not in self._grouped[1])

    @cached_property
    def added(self) -> tuple[Equation, ...]:
        """Printed equations of the second side that the first does not have."""
        return self._printed(1, self.difference.equations.added)

    @cached_property
    def removed(self) -> tuple[Equation, ...]:
        """Printed equations of the first side that the second does not have."""
        return self._printed(0, self.difference.equations.removed)

    @cached_property
    def editors(self) -> tuple[tuple[EquationChange, ...], tuple[Equation, ...], tuple[Equation, ...]]:
        """The editor's equations that changed, were added, and were removed."""
        found = self.difference.equations
        added, removed = (
            tuple(e for e in (self.sides[at].equation[id_] for id_ in ids) if not e.number and e.id not in self._grouped[at])
            for at, ids in ((1, found.added), (0, found.removed))
        )
        return tuple(c for c in found.changed if not c.from_number and not c.to_number), added, removed

    @cached_property
    def renumbered(self) -> tuple[tuple[str, str, str], ...]:
        """Printed equations with nothing but another number: old, new, id of the first of them."""
        touched = self._touched
        found: dict[tuple[str, str], str] = {}
        for id_, _, _ in self.difference.equations.renumbered:
            old, new = (side.equation[id_].number for side in self.sides)
            if old != new and new not in touched:
                found.setdefault((old, new), id_)
        return tuple((old, new, id_) for (old, new), id_ in found.items())

    @cached_property
    def same(self) -> tuple[str, ...]:
        """Numbers of printed equations that kept number and formula."""
        moved = {new for _, new, _ in self.renumbered} | self._touched
        return tuple(n for n in dict.fromkeys(e.number for e in self.sides[1].equations if e.number) if n not in moved)

    @cached_property
    def _touched(self) -> set[str]:
        """Numbers of the second side under which something was divided, joined, changed or added."""
        grouped = {n for group in self.regrouped for n in group.to_numbers}
        return grouped | {c.to_number for c in self.changed} | {e.number for e in self.added}

    def _printed(self, side: int, ids: Iterable[str]) -> tuple[Equation, ...]:
        return tuple(e for e in (self.sides[side].equation[id_] for id_ in ids) if e.number and e.id not in self._grouped[side])
