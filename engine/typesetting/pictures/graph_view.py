"""Some quantities of the dependency graph with what tells them apart: place, kind, and the choices that need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.plan.graph import EquationGraph, publication_order
from engine.plan.setting import may_hold
from engine.plan.spec_setting import choice_combinations, placeholder_setting
from engine.typesetting.pictures import shapes
from engine.typesetting.pictures.symbols import letters_as_written, symbol_of
from equations.model.methodology import Methodology

#: Tint and full colour by kind.
KIND_COLOURS = {
    "monitored": (shapes.PALE_ORANGE, shapes.ORANGE),
    "fixed_ex_ante": (shapes.PALE_SKY, shapes.SKY),
    "default": (shapes.PALE_PURPLE, shapes.PURPLE),
    "computed": (shapes.WHITE, shapes.GREY),
    "statement": (shapes.PALE_YELLOW, shapes.YELLOW),
}
_SHAPES = ("●", "■", "▲", "◆", "✚", "★")
_MOST_COMBINATIONS = 256


@dataclass(frozen=True)
class GraphView:
    """Some quantities of a graph, with what tells them apart: section, place, and the choices under which they are needed."""

    graph: EquationGraph
    quantities: tuple[str, ...]
    targets: tuple[str, ...] = ()

    @property
    def methodology(self) -> Methodology:
        """The methodology."""
        return self.graph.methodology

    @cached_property
    def combinations(self) -> tuple[Mapping[str, str], ...]:
        """Every combination of choices, or none where there are too many to look at."""
        found = []
        for combination in choice_combinations(self.methodology):
            found.append(combination)
            if len(found) > _MOST_COMBINATIONS:
                return ()
        return tuple(found)

    @cached_property
    def standing(self) -> dict[str, tuple[int, ...]]:
        """Equation -> the positions of the combinations under which it can stand."""
        ids = {data["equation"] for _, _, data in self.graph.edges.edges(data=True)}
        settings = [placeholder_setting(self.methodology, c) for c in self.combinations]
        return {
            e.id: tuple(at for at, setting in enumerate(settings) if may_hold(e.when, setting))
            for e in self.methodology.equations
            if e.id in ids
        }

    @cached_property
    def needed(self) -> dict[str, set[int]]:
        """Quantity -> the combinations under which something that was asked for needs it."""
        found: dict[str, set[int]] = {q: set() for q in self.quantities}
        before: dict[str, list[tuple[str, str]]] = {}
        for source, target, data in self.graph.edges.edges(data=True):
            before.setdefault(target, []).append((source, data["equation"]))
        ends = self.targets or tuple(q for q in self.quantities if not set(self.graph.edges.successors(q)) - {q} & set(found))
        for at in range(len(self.combinations)):
            open_, seen = [q for q in ends if q in found], set()
            while open_:
                quantity = open_.pop()
                if quantity not in seen and quantity in found:
                    seen.add(quantity)
                    found[quantity].add(at)
                    open_ += [source for source, equation in before.get(quantity, ()) if at in self.standing[equation]]
        return found

    def conditions(self, quantity: str) -> tuple[str, ...]:
        """Return the choices that a quantity depends on: ``option 1``, ``fuel direct or both``."""
        said = []
        for choice in self.methodology.choices:
            every = [value.id for value in choice.values]
            under = {self.combinations[at][choice.id] for at in self.needed.get(quantity, ())}
            if under and len(under) < len(every):
                said.append(f"{choice.id.replace('_', ' ')} {' or '.join(v for v in every if v in under)}")
        return tuple(said)

    def symbol(self, quantity: str) -> str:
        """Return the LaTeX of a symbol with a letter for each index."""
        return symbol_of(self.methodology.quantity[quantity], self.methodology, self._letters)

    @cached_property
    def _letters(self) -> dict[str, tuple[str, ...]]:
        return letters_as_written(self.methodology)

    def numbers(self, quantity: str) -> str:
        """Return the printed numbers of the equations that give a quantity and stand in the graph: ``Eq. 2, 3``."""
        numbers = dict.fromkeys(e.number for e in self.methodology.definitions.get(quantity, ()) if e.number)
        return f"Eq. {', '.join(numbers)}" if numbers else ""

    @cached_property
    def places(self) -> dict[str, str]:
        """Place (``part_of``) -> the sign that marks it."""
        found = dict.fromkeys(q.part_of for q in self.methodology.quantities if q.part_of and q.id in set(self.quantities))
        return {place: _SHAPES[at % len(_SHAPES)] for at, place in enumerate(found)}


def view_of(graph: EquationGraph, quantities: Iterable[str], targets: Iterable[str] = ()) -> GraphView:
    """Return a view of some quantities, in the order of the publication."""
    order, wanted = publication_order(graph.methodology), set(quantities)
    return GraphView(graph, tuple(sorted(wanted, key=lambda q: (order[q], q))), tuple(targets))
