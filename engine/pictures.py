"""The dependency graph as a picture, as text that other tools draw, and as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from engine.documents.markup import Html, tag
from engine.documents.svg_text import cut, label, picture, symbol_text, symbol_width, width, wrapped
from engine.graph import EquationGraph, publication_order
from engine.graph_layout import BOX_HIGH, BOX_WIDE, LEFT, Box, Lane, Layout, Line, lay_out, section_of
from engine.placeholder import choice_combinations, placeholder_setting
from engine.setting import may_hold
from equations.methodology import Methodology
from equations.notation_matrix import free_letter
from equations.notation_symbols import letter_latex, symbol_latex

#: Tint and full colour by kind; the full colours remain apart for colour-blind readers (Okabe and Ito).
KIND_COLOURS = {
    "monitored": ("#fbe3b5", "#E69F00"), "fixed_ex_ante": ("#d3ebf9", "#56B4E9"), "default": ("#f0dbe7", "#CC79A7"),
    "computed": ("#ffffff", "#9aa5ad"), "statement": ("#fbf7cf", "#F0E442"),
}  # fmt: skip
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
            e.id: tuple(at for at, setting in enumerate(settings) if e.when is None or may_hold(e.when, setting))
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
        used: set[str] = set()
        declared = self.methodology.quantity[quantity]
        letters = [letter_latex(free_letter(axis, used, self.methodology)) for axis in declared.indices]
        return symbol_latex(declared, letters)

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


# -- data and text ---------------------------------------------------------------------------------------------------


def graph_record(graph: EquationGraph, quantities: Iterable[str]) -> dict[str, object]:
    """Return nodes and edges as plain data."""
    view = view_of(graph, quantities)
    methodology, wanted = graph.methodology, set(view.quantities)
    nodes = [
        {"id": q.id, "symbol": q.symbol, "meaning": q.meaning, "kind": q.kind, "unit": str(q.unit), "indices": list(q.indices),
         "part_of": q.part_of, "section": section_of(q.id, graph, wanted), "under": list(view.conditions(q.id)),
         "equations": [e.id for e in methodology.definitions.get(q.id, ())]}
        for q in methodology.quantities if q.id in wanted
    ]  # fmt: skip
    edges = [
        {"from": source, "to": target, "equation": data["equation"], "number": methodology.equation[data["equation"]].number, "lag": data["lag"]}
        for source, target, data in graph.edges.edges(data=True)
        if source in wanted and target in wanted
    ]
    return {"methodology": methodology.reference, "nodes": nodes, "edges": sorted(edges, key=lambda e: tuple(map(str, e.values())))}


def graph_mermaid(graph: EquationGraph, quantities: Iterable[str], *, names: Mapping[str, str] | None = None) -> str:
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
            text = "<br/>".join(_mermaid(x) for x in (id_, str(quantity.unit), view.numbers(id_), *view.conditions(id_)) if x and x != "1")
            lines.append(f'        {_mermaid_id(id_)}{shape[0]}"{text}"{shape[1]}:::{quantity.kind}')
        lines.append("    end")
    for source, target, labels, lag in _joined_edges(graph, wanted):
        arrow = "-.->" if lag > 0 else "-->"
        lines.append(f'    {_mermaid_id(source)} {arrow}|"{_mermaid(labels)}"| {_mermaid_id(target)}')
    lines += [f"    classDef {kind} fill:{tint},stroke:{colour},color:#111" for kind, (tint, colour) in KIND_COLOURS.items()]
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
        lines += [f"  subgraph cluster_{at} {{", f'    label="{_dot(f"{section} {title}")}"; color="#c5cdd4";']
        for id_ in members:
            quantity = methodology.quantity[id_]
            under = "; ".join(view.conditions(id_))
            text = "\\n".join(_dot(x) for x in (id_, str(quantity.unit), view.numbers(id_), under) if x and x != "1")
            tint, colour = KIND_COLOURS[quantity.kind]
            lines.append(f'    "{_dot(id_)}" [label="{text}", fillcolor="{tint}", color="{colour}", tooltip="{_dot(quantity.meaning)}"];')
        lines.append("  }")
    for source, target, labels, lag in _joined_edges(graph, wanted):
        style = ", style=dashed" if lag > 0 else ""
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


# -- the picture -----------------------------------------------------------------------------------------------------


def graph_svg(graph: EquationGraph, quantities: Iterable[str], *, linked: bool = False) -> str:
    """Return the graph as a picture: lanes by section, inputs on the left, the result on the right.

    Parameters
    ----------
    linked
        Whether boxes are links: to the first equation that makes the quantity (``ref:equation:ID``), or to the quantity
        (``ref:quantity:ID``). A document resolves them.
    """
    view = view_of(graph, quantities)
    layout = lay_out(graph, view.quantities)
    wide = max(layout.wide, _legend_wide(view))
    parts = [
        tag("defs", None, tag("marker", {"id": "arrow", "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "7",
                                         "markerHeight": "7", "orient": "auto"}, tag("path", {"d": "M0,0 L8,4 L0,8 z", "fill": "#48545d"}))),
        tag("rect", {"width": f"{wide:g}", "height": f"{layout.high:g}", "fill": "#fff"}),
        [_lane(lane, wide, at) for at, lane in enumerate(layout.lanes)], _legend(view),
        tag("g", {"class": "lines"}, [_line(view, line) for line in layout.lines]),
        tag("g", {"class": "boxes"}, [_box(view, box, linked) for box in layout.boxes]),
    ]  # fmt: skip
    return picture((wide, layout.high), f"Dependency graph of {graph.methodology.reference}", parts, attributes={"class": "graph"}) + "\n"


def _lane(lane: Lane, wide: float, at: int) -> Html:
    """Draw the stripe of a section with its name at both ends."""
    fill = "#f6f8f9" if at % 2 == 0 else "#ffffff"
    lines = wrapped(lane.title, 11, LEFT - 38, 6)
    text = []
    for x in (16.0, wide - LEFT + 16):
        text.append(label(lane.section, (x, lane.y + 24), 14, font_weight="bold", fill="#1f2a33"))
        text += [label(line, (x, lane.y + 42 + 14 * row), 11, fill="#3a4650") for row, line in enumerate(lines) if 42 + 14 * row < lane.high]
    return tag("g", {"class": "lane", "data-section": lane.section},
               tag("rect", {"x": "0", "y": f"{lane.y:g}", "width": f"{wide:g}", "height": f"{lane.high:g}", "fill": fill}), text)  # fmt: skip


def _line(view: GraphView, line: Line) -> Html:
    labels = ", ".join(dict.fromkeys(view.methodology.equation[e].label for e in line.equations))
    under = sorted({at for e in line.equations for at in view.standing[e]})
    return tag("path", {"d": line.path, "fill": "none", "stroke": "#48545d", "stroke-opacity": "0.6", "stroke-width": "1.3",
                        "stroke-dasharray": "5 3" if line.lag > 0 else None, "marker-end": "url(#arrow)", "data-from": line.source,
                        "data-to": line.target, "data-under": " ".join(map(str, under))},
               tag("title", None, f"{line.source} to {line.target}: {labels}"))  # fmt: skip


def _box(view: GraphView, box: Box, linked: bool) -> Html:
    q = view.methodology.quantity[box.quantity]
    tint, colour = KIND_COLOURS[q.kind]
    sign = view.places.get(q.part_of, "")
    under, latex = "; ".join(view.conditions(q.id)), view.symbol(q.id)
    x, y, inner = box.x, box.y, BOX_WIDE - 26
    earlier = "earlier year" if box.earlier else ""
    beside = cut(earlier or view.numbers(q.id), 10, max(20.0, inner - symbol_width(latex, 14) - 6))
    unit = "" if str(q.unit) == "1" else str(q.unit)
    unit_shown = cut(unit, 10, inner * 0.6)
    text = [
        symbol_text(latex, 14, (x + 13, y + 18), {"font-weight": "bold"}),
        label(beside, (x + BOX_WIDE - 20, y + 17), 10, text_anchor="end", fill="#1f2a33"),
        [label(line, (x + 13, y + 34 + 12 * at), 10, fill="#1f2a33") for at, line in enumerate(wrapped(q.title, 10, inner, 2))],
        label(unit_shown, (x + 13, y + 62), 10, fill="#3a4650"),
        label(cut(under, 10, inner - width(unit_shown, 10) - 6), (x + BOX_WIDE - 9, y + 62), 10, text_anchor="end", fill="#1f2a33",
              font_style="italic"),
    ]  # fmt: skip
    if sign:
        text.append(label(sign, (x + BOX_WIDE - 15, y + 17), 11, fill="#1f2a33"))
    words = f"{q.id}: {q.meaning} [{q.unit}]" + (f"; {under}" if under else "") + (f"; {earlier}" if earlier else "")
    body = tag("g", {"class": "box" + (" earlier" if box.earlier else ""), "data-id": q.id, "data-kind": q.kind, "data-part": q.part_of,
                     "data-under": " ".join(map(str, sorted(view.needed.get(q.id, ()))))},
               tag("title", None, words),
               tag("rect", {"x": f"{x:g}", "y": f"{y:g}", "width": str(BOX_WIDE), "height": str(BOX_HIGH), "rx": "6", "fill": tint,
                            "stroke": "#48545d", "stroke-width": "1.2", "stroke-dasharray": "4 3" if box.earlier else None}),
               tag("path", {"d": f"M{x + 6:g},{y + 1:g} v{BOX_HIGH - 2}", "stroke": colour, "stroke-width": "6"}),
               text)  # fmt: skip
    if not linked:
        return body
    made = [data["equation"] for _, _, data in view.graph.edges.in_edges(q.id, data=True)]
    first = next((e.id for e in view.methodology.definitions.get(q.id, ()) if e.id in made), "")
    return tag("a", {"href": f"ref:equation:{first}" if first else f"ref:quantity:{q.id}"}, body)


def _legend_items(view: GraphView) -> list[tuple[str, str, str]]:
    kinds = {view.methodology.quantity[q].kind for q in view.quantities}
    found = [("kind", kind, kind.replace("_", " ")) for kind in KIND_COLOURS if kind in kinds]
    return found + [("place", sign, place.replace("_", " ")) for place, sign in view.places.items()]


def _legend_wide(view: GraphView) -> float:
    return 40 + sum(34 + width(text, 12) + 14 for _, _, text in _legend_items(view)) + 330


def _legend(view: GraphView) -> list[Html]:
    out, x = [label(f"Dependency graph of {view.methodology.reference}", (16, 30), 17, font_weight="bold")], 16.0
    for what, sign, text in _legend_items(view):
        if what == "kind":
            tint, colour = KIND_COLOURS[sign]
            out += [tag("rect", {"x": f"{x:g}", "y": "50", "width": "22", "height": "16", "rx": "3", "fill": tint, "stroke": "#48545d"}),
                    tag("rect", {"x": f"{x:g}", "y": "50", "width": "6", "height": "16", "fill": colour})]  # fmt: skip
        else:
            out.append(label(sign, (x + 7, 63), 13))
        out.append(label(text, (x + 28, 63), 12))
        x += 34 + width(text, 12) + 14
    return [*out, label("dashed: from an earlier year; in italics: needed only there", (x, 63), 12, fill="#3a4650")]
