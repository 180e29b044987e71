"""The dependency graph of a methodology: which quantity follows from which, through which equation, at which lag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

import networkx as nx

from engine.plan.reach import Lag, lags_of, ordered_axes
from equations.formula.syntax import (
    All,
    Element,
    IndexGroup,
    MatrixRef,
    Reduce,
    walk,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.records import record
from equations.shown import Shown


@record(frozen=True)
class Use:
    """One use of a quantity by an equation.

    ``lag`` is by how many years, or members of another ordered axis, the use lies back at least (0: the same one, or none at all;
    negative: later ones).
    """

    quantity: str
    lag: int


def uses(equation: Equation, methodology: Methodology) -> tuple[Use, ...]:
    """Return what an equation uses, in written order, each (quantity, lag) once."""
    axes = {axis: None for set_id in methodology.quantity[equation.quantity].indices for axis in ordered_axes(set_id, methodology)}
    return tuple(dict.fromkeys(Use(quantity, _shown(lags)) for quantity, lags in lags_of(equation, axes, methodology)))


def _shown(lags: Mapping[str, Lag]) -> int:
    """Return by how many members a use lies back, along the axis on which it lies back farthest; else by how many it lies ahead."""
    back = max((int(least) for least, _ in lags.values() if isfinite(least)), default=0)
    return back if back > 0 else min((int(most) for _, most in lags.values() if isfinite(most) and most < 0), default=0)


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
class EquationGraph(Shown):
    """Quantities as nodes; an edge from each used quantity to the one defined, with the lag and the equations.

    Attributes
    ----------
    edges
        ``networkx.MultiDiGraph``; edge attributes ``equation`` (id) and ``lag``.
    """

    methodology: Methodology
    edges: nx.MultiDiGraph[str]

    def __repr__(self) -> str:
        return f"<EquationGraph of {self.methodology.reference}: {self.edges.number_of_nodes()} quantities, {self.edges.number_of_edges()} uses>"

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
