"""The dependency graph as data, and as text that other tools draw; :mod:`engine.typesetting.pictures.graph_picture` draws it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.plan.graph import EquationGraph, publication_order
from engine.typesetting.pictures.graph_layout import section_of
from engine.typesetting.pictures.graph_view import KIND_COLOURS, GraphView, view_of
from engine.typesetting.pictures.shapes import RULE


def graph_record(graph: EquationGraph, quantities: Iterable[str]) -> dict[str, object]:
    """Return nodes and edges as plain data."""
    view = view_of(graph, quantities)
    methodology, wanted = graph.methodology, set(view.quantities)
    nodes = [
        {
            "id": q.id,
            "symbol": q.symbol,
            "meaning": q.meaning,
            "kind": q.kind,
            "unit": str(q.unit),
            "indices": list(q.indices),
            "part_of": q.part_of,
            "section": section_of(q.id, graph, wanted),
            "under": list(view.conditions(q.id)),
            "equations": [e.id for e in methodology.definitions.get(q.id, ())],
        }
        for q in methodology.quantities
        if q.id in wanted
    ]
    edges = [
        {
            "from": source,
            "to": target,
            "equation": data["equation"],
            "number": methodology.equation[data["equation"]].number,
            "lag": data["lag"],
        }
        for source, target, data in graph.edges.edges(data=True)
        if source in wanted and target in wanted
    ]
    return {"methodology": methodology.reference, "nodes": nodes, "edges": sorted(edges, key=lambda e: tuple(map(str, e.values())))}


def graph_mermaid(graph: EquationGraph, quantities: Iterable[str]) -> str:
    """Return the graph in Mermaid's language, grouped by section; a dashed arrow is a lag of years."""
    view = view_of(graph, quantities)
    methodology, wanted = graph.methodology, set(view.quantities)
    lines = ["flowchart LR"]
    for section, members in _by_section(view).items():
        title = next((s.title for s in methodology.sections if s.id == section), "")
        lines.append(f'    subgraph {_mermaid_id("section_" + section)}["{_mermaid(f"{section} {title}")}"]')
        for id_ in members:
            quantity = methodology.quantity[id_]
            shape = ("[", "]") if quantity.kind == "computed" else ("([", "])")
            text = "<br/>".join(
                _mermaid(x) for x in (id_, str(quantity.unit), view.numbers(id_), *view.conditions(id_)) if x and x != "1"
            )
            lines.append(f'        {_mermaid_id(id_)}{shape[0]}"{text}"{shape[1]}:::kind_{quantity.kind}')
        lines.append("    end")
    for source, target, labels, lag in _joined_edges(graph, wanted):
        arrow = "-.->" if lag else "-->"
        lines.append(f'    {_mermaid_id(source)} {arrow}|"{_mermaid(labels)}"| {_mermaid_id(target)}')
    lines += [f"    classDef kind_{kind} fill:{tint},stroke:{colour},color:#111" for kind, (tint, colour) in KIND_COLOURS.items()]
    return "\n".join(lines) + "\n"


def _by_section(view: GraphView) -> dict[str, list[str]]:
    wanted = set(view.quantities)
    found: dict[str, list[str]] = {}
    for id_ in view.quantities:
        found.setdefault(section_of(id_, view.graph, wanted), []).append(id_)
    order = [s.id for s in view.methodology.sections]
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0])))


def _mermaid_id(text: str) -> str:
    """Return a name that Mermaid takes; it has words of its own, such as ``end``."""
    return "n_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" if c != "_" else "_" for c in text)


def _mermaid(text: str) -> str:
    return "".join(c if c.isalnum() or c in " _.,:;()[]/*+-=%" else f"#{ord(c)};" for c in text)


def graph_dot(graph: EquationGraph, quantities: Iterable[str]) -> str:
    """Return the graph in Graphviz' language, with a cluster for each section."""
    view = view_of(graph, quantities)
    methodology, wanted = graph.methodology, set(view.quantities)
    lines = ["digraph methodology {", "  rankdir=LR;", '  node [shape=box, style="filled,rounded", fontname="Helvetica"];']
    for at, (section, members) in enumerate(_by_section(view).items()):
        title = next((s.title for s in methodology.sections if s.id == section), "")
        lines += [f"  subgraph cluster_{at} {{", f'    label="{_dot(f"{section} {title}")}"; color="{RULE}";']
        for id_ in members:
            quantity = methodology.quantity[id_]
            under = "; ".join(view.conditions(id_))
            text = "\\n".join(_dot(x) for x in (id_, str(quantity.unit), view.numbers(id_), under) if x and x != "1")
            tint, colour = KIND_COLOURS[quantity.kind]
            lines.append(
                f'    "{_dot(id_)}" [label="{text}", fillcolor="{tint}", color="{colour}", tooltip="{_dot(quantity.meaning)}"];'
            )
        lines.append("  }")
    for source, target, labels, lag in _joined_edges(graph, wanted):
        style = ", style=dashed" if lag else ""
        lines.append(f'  "{_dot(source)}" -> "{_dot(target)}" [label="{_dot(labels)}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace('"', '\\"').split())


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
