"""The dependency graph as text that other tools draw, as data, and as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import networkx as nx

from engine.graph import EquationGraph, publication_order
from equations.methodology import Methodology

#: Colours that remain apart for colour-blind readers (Okabe and Ito), by kind.
COLOURS = {
    "monitored": "#E69F00", "fixed_ex_ante": "#56B4E9", "default": "#CC79A7", "computed": "#FFFFFF", "statement": "#F0E442",
}  # fmt: skip


def graph_record(graph: EquationGraph, quantities: Iterable[str]) -> dict[str, object]:
    """Return nodes and edges as plain data."""
    methodology, wanted = graph.methodology, set(quantities)
    nodes = [
        {"id": q.id, "symbol": q.symbol, "kind": q.kind, "unit": str(q.unit), "indices": list(q.indices), "part_of": q.part_of,
         "equations": [e.id for e in methodology.definitions.get(q.id, ())]}
        for q in methodology.quantities if q.id in wanted
    ]  # fmt: skip
    edges = [
        {"from": source, "to": target, "equation": data["equation"], "number": methodology.equation[data["equation"]].number, "lag": data["lag"]}
        for source, target, data in graph.edges.edges(data=True)
        if source in wanted and target in wanted
    ]
    return {"methodology": methodology.reference, "nodes": nodes, "edges": sorted(edges, key=lambda e: tuple(map(str, e.values())))}


def graph_mermaid(graph: EquationGraph, quantities: Iterable[str]) -> str:
    """Return the graph in Mermaid's language; a dashed arrow is a lag of years."""
    methodology, wanted = graph.methodology, set(quantities)
    lines = ["flowchart LR"]
    for quantity in methodology.quantities:
        if quantity.id in wanted:
            shape = ("[", "]") if quantity.kind == "computed" else ("([", "])")
            lines.append(f'    {quantity.id}{shape[0]}"{quantity.id}<br/>{escape(str(quantity.unit))}"{shape[1]}:::{quantity.kind}')
    for source, target, labels, lag in _joined_edges(graph, wanted):
        arrow = "-.->" if lag > 0 else "-->"
        lines.append(f'    {source} {arrow}|"{labels}"| {target}')
    lines += [f"    classDef {kind} fill:{colour},stroke:#333,color:#000" for kind, colour in COLOURS.items()]
    return "\n".join(lines) + "\n"


def graph_dot(graph: EquationGraph, quantities: Iterable[str]) -> str:
    """Return the graph in Graphviz' language."""
    wanted = set(quantities)
    lines = ["digraph methodology {", "  rankdir=LR;", '  node [shape=box, style="filled,rounded", fontname="Helvetica"];']
    for quantity in graph.methodology.quantities:
        if quantity.id in wanted:
            lines.append(f'  "{quantity.id}" [fillcolor="{COLOURS[quantity.kind]}", tooltip="{quantity.kind}"];')
    for source, target, labels, lag in _joined_edges(graph, wanted):
        style = ", style=dashed" if lag > 0 else ""
        lines.append(f'  "{source}" -> "{target}" [label="{labels}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _joined_edges(graph: EquationGraph, wanted: set[str]) -> list[tuple[str, str, str, int]]:
    """Return one edge for each pair, with the labels of its equations and the least lag."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for source, target, data in graph.edges.edges(data=True):
        if source in wanted and target in wanted:
            equation = graph.methodology.equation[data["equation"]]
            found.setdefault((source, target), []).append((equation.label, data["lag"]))
    order = publication_order(graph.methodology)
    return [
        (source, target, ", ".join(dict.fromkeys(label for label, _ in uses)), min(lag for _, lag in uses))
        for (source, target), uses in sorted(found.items(), key=lambda item: (order[item[0][1]], order[item[0][0]]))
    ]


_WIDE, _HIGH, _GAP_X, _GAP_Y = 150, 34, 70, 12


def graph_svg(graph: EquationGraph, quantities: Iterable[str]) -> str:
    """Return the graph as a picture: inputs on the left, the result on the right, one column for each step."""
    methodology = graph.methodology
    columns = _columns(graph, set(quantities))
    place = {
        q: (20 + x * (_WIDE + _GAP_X), 60 + y * (_HIGH + _GAP_Y)) for x, column in enumerate(columns) for y, q in enumerate(column)
    }
    width = 40 + len(columns) * (_WIDE + _GAP_X)
    height = 80 + max((len(c) for c in columns), default=1) * (_HIGH + _GAP_Y)
    title = f"Dependency graph of {methodology.reference}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="12"><title>{escape(title)}</title>',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>', *_legend(),
    ]  # fmt: skip
    for source, target, labels, lag in _joined_edges(graph, set(place)):
        (x1, y1), (x2, y2) = place[source], place[target]
        start, end = (x1 + _WIDE, y1 + _HIGH / 2), (x2, y2 + _HIGH / 2)
        bend = max(30, abs(end[0] - start[0]) / 2)
        dash = ' stroke-dasharray="4 3"' if lag > 0 else ""
        out.append(
            f'<path d="M{start[0]},{start[1]} C{start[0] + bend},{start[1]} {end[0] - bend},{end[1]} {end[0]},{end[1]}" fill="none" '
            f'stroke="#777" stroke-opacity="0.55"{dash} marker-end="url(#arrow)"><title>{escape(f"{source} to {target}: {labels}")}</title></path>'
        )
    for q, (x, y) in place.items():
        out += _box(methodology, q, x, y)
    return "\n".join([*out, "</svg>"]) + "\n"


def _legend() -> list[str]:
    out, x = [], 20
    for kind, colour in COLOURS.items():
        name = kind.replace("_", " ")
        out.append(f'<rect x="{x}" y="16" width="14" height="14" rx="3" fill="{colour}" stroke="#333"/><text x="{x + 20}" y="28">{name}</text>')
        x += 40 + 8 * len(name)
    return [*out, f'<text x="{x}" y="28" fill="#555">dashed: from an earlier year</text>']


def _box(methodology: Methodology, quantity: str, x: float, y: float) -> list[str]:
    q = methodology.quantity[quantity]
    numbers = dict.fromkeys(e.number for e in methodology.definitions.get(quantity, ()) if e.number)
    label = quantity + (f" (Eq. {', '.join(numbers)})" if numbers and len(numbers) <= 2 else "")
    size = 12 if len(label) <= 21 else max(7.5, 12 * 21 / len(label))
    return [
        f'<g><title>{escape(f"{quantity}: {q.meaning} [{q.unit}]")}</title>'
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="6" fill="{COLOURS[q.kind]}" stroke="#333"/>'
        f'<text x="{x + _WIDE / 2}" y="{y + 15}" text-anchor="middle" font-size="{size:.1f}">{escape(label)}</text>'
        f'<text x="{x + _WIDE / 2}" y="{y + 28}" text-anchor="middle" font-size="10" fill="#333">{escape(str(q.unit))}</text></g>'
    ]


def _columns(graph: EquationGraph, wanted: set[str]) -> list[list[str]]:
    """Put quantities in columns: each right of all it needs; within a column near what it needs."""
    part = nx.DiGraph(graph.edges.subgraph(wanted))
    condensed = nx.condensation(part)
    level: dict[int, int] = {}
    for node in nx.topological_sort(condensed):
        level[node] = max((level[p] + 1 for p in condensed.predecessors(node)), default=0)
    for node in reversed(list(nx.topological_sort(condensed))):
        after = [level[s] for s in condensed.successors(node)]
        if after and not condensed.in_degree(node):
            level[node] = min(after) - 1
    order = publication_order(graph.methodology)
    columns: list[list[str]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for node, data in condensed.nodes(data=True):
        columns[level[node]] += sorted(data["members"], key=order.__getitem__)
    for column in columns:
        column.sort(key=lambda q: order[q])
    for _ in range(4):
        for at in range(1, len(columns)):
            rank = {q: y for y, q in enumerate(columns[at - 1])}
            columns[at].sort(key=lambda q: _mean([rank[p] for p in part.predecessors(q) if p in rank], order[q]))
    return columns


def _mean(ranks: list[int], fallback: float) -> float:
    return sum(ranks) / len(ranks) if ranks else fallback
