"""The dependency graph of a methodology: which quantity follows from which, through which equation, at which lag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import networkx as nx

from equations.errors import GraphError
from equations.formula.syntax import (
    All,
    Element,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    MatrixRef,
    Node,
    Reduce,
    Window,
    children,
    walk,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.records import record


@record(frozen=True)
class Use:
    """One use of a quantity by an equation.

    ``lag`` is by how many years the use lies back at least (0: the same year, or no year at all; negative: later years).
    """

    quantity: str
    lag: int


def uses(equation: Equation, methodology: Methodology) -> tuple[Use, ...]:
    """Return what an equation uses, in written order, each (quantity, lag) once."""
    year = next((letter for letter, set_id in equation.letters
                 if methodology.index_set[set_id].kind == "year"), "")  # fmt: skip
    found: dict[Use, None] = {}
    lags: dict[str, int] = {year: 0} if year else {}
    for use in _uses(equation.formula, methodology, lags):
        if equation.solver and use.quantity == equation.quantity:
            continue
        found[use] = None
    return tuple(found)


def _uses(node: Node, methodology: Methodology, lags: dict[str, int]) -> Iterator[Use]:
    """Yield uses; ``lags`` maps each year letter in scope to the least lag of what it stands for."""
    if isinstance(node, Element | MatrixRef):
        yield Use(node.quantity, _lag(node, methodology, lags))
        return
    if isinstance(node, Reduce):
        inner = dict(lags)
        for binder in node.binders:
            last = binder.within.last if isinstance(binder.within, Window) else None
            inner[binder.letter] = lags.get(last.letter, 0) - last.offset if last is not None else 0
        yield from _uses(node.body, methodology, inner)
        return
    for child in children(node):
        yield from _uses(child, methodology, lags)


def _lag(node: Element | MatrixRef, methodology: Methodology, lags: Mapping[str, int]) -> int:
    axes = methodology.quantity[node.quantity].indices
    for index, axis in zip(node.indices, axes[node.whole :], strict=True):
        if methodology.index_set[axis].kind != "year":
            continue
        if isinstance(index, IndexLetter):
            return lags.get(index.letter, 0) - index.offset
        if isinstance(index, IndexLabel):
            return 0
    return 0


def gathered_sets(equation: Equation) -> set[str]:
    """Return the index sets over which a formula gathers: those of its sums and the groups that it names."""
    found: set[str] = set()
    for node in walk(equation.formula):
        if isinstance(node, Reduce):
            found |= {binder.within.set for binder in node.binders if isinstance(binder.within, All)}
        elif isinstance(node, Element | MatrixRef):
            found |= {index.group for index in node.indices if isinstance(index, IndexGroup)}
    return found


@record(frozen=True)
class EquationGraph:
    """Quantities as nodes; an edge from each used quantity to the one defined, with the lag and the equations.

    Attributes
    ----------
    edges
        ``networkx.MultiDiGraph``; edge attributes ``equation`` (id) and ``lag``.
    """

    methodology: Methodology
    edges: nx.MultiDiGraph[str]

    def inputs_of(self, target: str) -> set[str]:
        """Return everything from which ``target`` can follow."""
        return set(nx.ancestors(self.edges, target)) if target in self.edges else set()


def build_graph(methodology: Methodology, equations: Iterable[Equation] | None = None) -> EquationGraph:
    """Build the graph of all equations, or of some.

    Parameters
    ----------
    methodology
        Declares the nodes.
    equations
        Those that hold in one setting; all by default.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(quantity.id for quantity in methodology.quantities)
    for equation in methodology.equations if equations is None else equations:
        for use in uses(equation, methodology):
            graph.add_edge(use.quantity, equation.quantity, equation=equation.id, lag=use.lag)
    return EquationGraph(methodology, graph)


def publication_order(methodology: Methodology) -> dict[str, int]:
    """Return the place of each quantity: that of the first equation that defines it, inputs in the order declared."""
    order = {quantity.id: at - len(methodology.quantities) for at, quantity in enumerate(methodology.quantities)}
    for at, equation in reversed(list(enumerate(methodology.equations))):
        order[equation.quantity] = at
    return order


def same_year_order(graph: EquationGraph, quantities: Iterable[str]) -> list[str]:
    """Order quantities so that each stands behind what it needs of the same year.

    Raises
    ------
    GraphError
        G401 with the circle: every quantity and equation on it.
    """
    wanted = set(quantities)
    place = publication_order(graph.methodology)
    same: nx.DiGraph[str] = nx.DiGraph()
    nodes = sorted(wanted, key=lambda quantity: (place.get(quantity, 0), quantity))
    same.add_nodes_from(nodes)
    for source, target, data in graph.edges.edges(data=True):
        if source in wanted and target in wanted and data["lag"] <= 0:
            same.add_edge(source, target, equation=data["equation"])
    order = publication_order(graph.methodology)
    try:
        return list(nx.lexicographical_topological_sort(same, key=lambda q: order.get(q, 0)))
    except nx.NetworkXUnfeasible:
        raise _cycle_error(graph.methodology, same) from None


def recurrent_groups(graph: EquationGraph, quantities: Iterable[str]) -> list[list[str]]:
    """Group quantities that depend on each other through lags; all others stand alone. In order of evaluation."""
    wanted = set(quantities)
    part: nx.DiGraph[str] = nx.DiGraph(graph.edges.subgraph(wanted))
    condensed = nx.condensation(part)
    place = {q: at for at, q in enumerate(same_year_order(graph, wanted))}
    members = {node: sorted(data["members"], key=place.__getitem__) for node, data in condensed.nodes(data=True)}
    order = nx.lexicographical_topological_sort(condensed, key=lambda node: min(place[q] for q in members[node]))
    return [members[node] for node in order]


def _cycle_error(methodology: Methodology, graph: nx.DiGraph[str]) -> GraphError:
    cycle = nx.find_cycle(graph)
    path = [cycle[0][0]]
    labels = []
    for source, target in cycle:
        equation = methodology.equation[graph.edges[source, target]["equation"]]
        labels.append(equation)
        path.append(target)
    through = ", ".join(f"{equation.full_label}" for equation in labels)
    return GraphError("G401", "quantities define each other in a circle: " + " -> ".join(path), labels[0].place,
                      why=f"through {through}, all in the same year",
                      remedy="one of them must use the year before (y-1) or be supplied", subject=path[-1])  # fmt: skip
