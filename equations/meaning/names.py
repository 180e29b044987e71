"""Everything that a formula of one methodology can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equations.model.index_set import IndexSet
from equations.model.quantity import Quantity
from equations.records import record


@record(frozen=True)
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

    def letters_for(self, axes: Sequence[str], own: Mapping[str, str]) -> list[str]:
        """Return a letter for each axis: of ``own``, of the set itself, of a part of it; the name of the set where there is none left."""
        letters = {**own, **{letter: set_id for letter, set_id in self.letters.items() if letter not in own}}
        found: list[str] = []
        for axis in axes:
            fitting = [x for x, set_id in letters.items() if x not in found and self.within(set_id, axis)]
            found.append(min(fitting, key=lambda x: (x not in own, letters[x] != axis)) if fitting else axis)
        return found
