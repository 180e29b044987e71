"""Everything that a formula of one methodology can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equations.index_set import IndexSet
from equations.quantity import Quantity


@dataclass(frozen=True)
class Names:
    """Everything that a formula of one methodology can name."""

    index_sets: Mapping[str, IndexSet]
    quantities: Mapping[str, Quantity]
    #: Matrix name -> (quantity, whether it is the diagonal matrix).
    matrices: Mapping[str, tuple[str, bool]]
    #: Choice id -> its values.
    choices: Mapping[str, Sequence[str]]
    #: Ruling id -> its readings.
    rulings: Mapping[str, Sequence[str]]
    #: Letter -> index set, where an equation does not say otherwise.
    letters: Mapping[str, str]
    #: Names whose declaration has a fault that is reported there.
    faulty: frozenset[str] = frozenset()

    def within(self, smaller: str, larger: str) -> bool:
        """Whether one index set is another or a subset of it."""
        while smaller != larger:
            smaller = self.index_sets[smaller].subset_of if smaller in self.index_sets else ""
            if not smaller:
                return False
        return True

    def year_letters(self) -> list[str]:
        """Letters of the year axis."""
        return [letter for letter, set_id in self.letters.items() if self.index_sets[set_id].kind == "year"]
