"""Which quantities a change in one definition can touch, whatever the choices and readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from equations.formula.syntax import quantities_in
from equations.model.methodology import Methodology


@dataclass(frozen=True)
class Dependencies:
    """What each quantity is computed from, under any choice, and what is computed from it."""

    methodology: Methodology

    @cached_property
    def inputs(self) -> Mapping[str, frozenset[str]]:
        """Quantity -> those that its definitions name."""
        found: dict[str, set[str]] = {quantity.id: set() for quantity in self.methodology.quantities}
        for equation in self.methodology.equations:
            found[equation.quantity] |= set(quantities_in(equation.formula))
        return {id_: frozenset(named) for id_, named in found.items()}

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """Quantity -> those whose definitions name it."""
        found: dict[str, set[str]] = {quantity.id: set() for quantity in self.methodology.quantities}
        for user, named in self.inputs.items():
            for id_ in named:
                found[id_].add(user)
        return {id_: frozenset(named) for id_, named in found.items()}

    def touched(self, quantity: str, read: Iterable[str]) -> frozenset[str]:
        """Return what must be planned again when a definition of ``quantity`` newly reads some quantities.

        These are the quantity and everything that follows from it, and what it reads newly with everything from which that follows.
        """
        return frozenset(_closure(self.users, {quantity})) | self.behind(read)

    def behind(self, quantities: Iterable[str]) -> frozenset[str]:
        """Return quantities with everything from which they follow."""
        return frozenset(_closure(self.inputs, set(quantities)))



def _closure(edges: Mapping[str, frozenset[str]], start: set[str]) -> set[str]:
    found, queue = set(start), sorted(start)
    while queue:
        more = edges[queue.pop()] - found
        found |= more
        queue += sorted(more)
    return found
