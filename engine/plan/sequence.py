"""In which order quantities are computed; those that depend on each other go along an ordered axis, member by member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from engine.plan.guards import word_for
from engine.plan.plan import Loop
from engine.plan.reach import Lag, axis_place, lags_of, ordered_axes
from equations.errors import GraphError
from equations.formula.syntax import quantities_in
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.records import record


@record(frozen=True)
class Read:
    """One use of a quantity by an equation that defines another of the same circle."""

    equation: Equation
    quantity: str
    lags: Mapping[str, Lag]


class CircleError(Exception):
    """Quantities that depend on each other, and no axis along whose order they can be computed."""

    def __init__(self, reads: Sequence[Read]) -> None:
        super().__init__(reads)
        self.reads = reads


@dataclass
class Sequencer:
    """Puts the quantities of a plan in order.

    Attributes
    ----------
    equations
        Those that define cells that are needed.
    place
        Quantity -> where it stands in the publication.
    """

    methodology: Methodology
    equations: Sequence[Equation]
    place: Mapping[str, int]

    def groups(self, quantities: Iterable[str]) -> list[tuple[tuple[str, ...], Loop | None]]:
        """Return quantities in order of evaluation: each alone, or together with those with which it goes along an axis.

        Raises
        ------
        GraphError
            G401 with the circle: every quantity and equation on it.
        """
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(quantities)
        for equation in self.equations:
            graph.add_edges_from((used, equation.quantity) for used in self.used[equation.id] if used in graph)
        found: list[tuple[tuple[str, ...], Loop | None]] = []
        # Most quantities lie on no circle and are computed in one piece. Only what is strongly connected, and what reads itself,
        # needs an axis.
        for part in self.parts(graph):
            if len(part) == 1 and not graph.has_edge(part[0], part[0]):
                found.append((part, None))
                continue
            reads = self.reads(set(part))
            try:
                loop = self.loop(part, reads, self.axes(part))
            except CircleError as circle:
                # The reads that are left over on the way in: a circle within one member of an axis is shorter than all that depends
                # on each other.
                raise self.circle(circle.reads) from None
            found.append((tuple(_quantities(loop)), loop))
        return found

    @cached_property
    def used(self) -> dict[str, tuple[str, ...]]:
        """Equation -> what it reads."""
        return {e.id: tuple(dict.fromkeys(q for q in quantities_in(e.formula) if not (e.solver and q == e.quantity)))
                for e in self.equations}  # fmt: skip

    def parts(self, graph: nx.DiGraph[str]) -> list[tuple[str, ...]]:
        """Return the circles of a graph, and the quantities on none, each behind what it needs; else as published."""
        condensed = nx.condensation(graph)
        members = {node: tuple(sorted(data["members"], key=self.key)) for node, data in condensed.nodes(data=True)}
        # Topological orders are many; by the publication's own order there is one, and the same inputs give the same bytes
        # (conventions §12).
        return [members[node] for node in nx.lexicographical_topological_sort(condensed, key=lambda node: self.key(members[node][0]))]

    def key(self, quantity: str) -> tuple[int, str]:
        """Return where a quantity stands where nothing else decides."""
        return self.place.get(quantity, 0), quantity

    def axes(self, quantities: Sequence[str]) -> list[str]:
        """Return the axes along which all of some quantities lie, project years first."""
        own = [s.id for s in self.methodology.index_sets if s.id in ordered_axes(s.id, self.methodology)]
        found = [axis for axis in own if all(axis_place(q, axis, self.methodology) is not None for q in quantities)]
        # Time first: where two axes would do, a reader expects values to go from year to year.
        return sorted(found, key=lambda axis: self.methodology.index_set[axis].kind != "year")

    def reads(self, part: set[str]) -> list[Read]:
        """Return what the quantities of a circle read of each other."""
        axes = dict.fromkeys(self.axes(sorted(part)))
        return [Read(equation, quantity, lags) for equation in self.equations if equation.quantity in part
                for quantity, lags in lags_of(equation, axes, self.methodology) if quantity in part]  # fmt: skip

    def loop(self, part: Sequence[str], reads: Sequence[Read], axes: Sequence[str]) -> Loop:
        """Return the axes along which a circle is computed: what lies neither back nor ahead on one must follow on its own, or on another."""
        closest: CircleError | None = None
        for axis in axes:
            # Going forwards works if nothing that is read lies ahead, going backwards if nothing lies behind. Reads with a lag of
            # at least one are done by then; those that may be of the same member must be put in order within it, where the same
            # question is asked again with one axis less.
            for is_backward in (False, True):
                spans = [read.lags[axis] for read in reads]
                least = [-most if is_backward else least for least, most in spans]
                if min(least) < 0:
                    continue
                same = [read for read, lag in zip(reads, least, strict=True) if lag == 0]
                try:
                    return Loop(axis, is_backward, self.body(part, same, [other for other in axes if other != axis]))
                except CircleError as circle:
                    # Of several attempts the first is told: it is the one along time.
                    closest = closest or circle
        raise closest or CircleError(reads)

    def body(self, part: Sequence[str], reads: Sequence[Read], axes: Sequence[str]) -> tuple[str | Loop, ...]:
        """Return in which order quantities are computed for one member of an axis."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(part)
        graph.add_edges_from((read.quantity, read.equation.quantity) for read in reads)
        found: list[str | Loop] = []
        for inner in self.parts(graph):
            within = [read for read in reads if read.quantity in inner and read.equation.quantity in inner]
            # No reads of each other: it stood in the larger circle by what is read of other members alone.
            found.append(self.loop(inner, within, axes) if within else inner[0])
        return tuple(found)

    def circle(self, reads: Sequence[Read]) -> GraphError:
        """Return the error that names a circle."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for read in sorted(reads, key=lambda read: (self.key(read.quantity), self.key(read.equation.quantity))):
            if not graph.has_edge(read.quantity, read.equation.quantity):
                graph.add_edge(read.quantity, read.equation.quantity, equation=read.equation)
        cycle = nx.find_cycle(graph)
        equations = [graph.edges[edge]["equation"] for edge in cycle]
        why, remedy = self.advice(reads)
        return GraphError("G401", "quantities define each other in a circle: " + " -> ".join([cycle[0][0], *(t for _, t in cycle)]),
                          equations[0].place, why=f"through {', '.join(e.full_label for e in equations)}, {why}",
                          remedy=remedy, subject=cycle[-1][1])  # fmt: skip

    def advice(self, reads: Sequence[Read]) -> tuple[str, str]:
        """Return why some uses make a circle, and what to write."""
        axes = self.axes(sorted({q for read in reads for q in (read.quantity, read.equation.quantity)}))
        if not axes:
            return "and no ordered axis along which all of them lie", (
                "one of them must be supplied; or give each an index of one set with an order (`ordered: yes`), and use the member before")
        index_set = self.methodology.index_set[axes[0]]
        word, letter = word_for(index_set), (index_set.letters or ("y",))[0]
        if all(read.lags.get(axes[0], (0, 0))[0] == 0 for read in reads):
            return f"all in the same {word}", f"one of them must use the {word} before ({letter}-1) or be supplied"
        return f"back and ahead along {axes[0]}, or over all of it", (
            f"let each use the {word} before ({letter}-1), or earlier ones alone (Sum(... in ..{letter}-1, ...)); or supply one of them")


def _quantities(loop: Loop) -> list[str]:
    return [q for item in loop.body for q in (_quantities(item) if isinstance(item, Loop) else [item])]
