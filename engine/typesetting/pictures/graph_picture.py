"""The dependency graph as a picture: lanes by section, inputs on the left, the result on the right."""

from __future__ import annotations

from collections.abc import Iterable

from engine.output.markup import Html, tag
from engine.plan.graph import EquationGraph
from engine.typesetting.pictures.graph_layout import BOX_HIGH, BOX_WIDE, LEFT, MARKS, GraphBox, Lane, Line, lay_out
from engine.typesetting.pictures.graph_view import KIND_COLOURS, GraphView, view_of
from engine.typesetting.pictures.shapes import (
    INK,
    SOFT,
    STRIPE,
    STROKE,
    WHITE,
    bar,
    hint,
    label,
    picture,
    shape,
    stroke,
)
from engine.typesetting.pictures.svg_text import cut, symbol_text, symbol_width, width, wrapped
from equations.model.quantity import Quantity


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
    about = {"viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "7", "markerHeight": "7", "orient": "auto"}
    parts = [
        tag("defs", None, shape("marker", shape("path", d="M0,0 L8,4 L0,8 z", fill=STROKE), id="arrow", **about)),
        bar(0, 0, wide, layout.high, fill=WHITE),
        [_lane(lane, wide, at) for at, lane in enumerate(layout.lanes)],
        _legend(view),
        tag("g", {"class": "lines"}, [_line(view, line) for line in layout.lines]),
        tag("g", {"class": "boxes"}, [_box(view, box, linked) for box in layout.boxes]),
    ]
    return picture((wide, layout.high), f"Dependency graph of {graph.methodology.reference}", parts, class_="graph") + "\n"


def _lane(lane: Lane, wide: float, at: int) -> Html:
    """Draw the stripe of a section with its name at both ends."""
    lines = wrapped(lane.title, 11, LEFT - 38, 6)
    text = []
    for x in (16.0, wide - LEFT + 16):
        text.append(label(lane.section, (x, lane.y + 24), 14, font_weight="bold", fill=INK))
        text += [
            label(line, (x, lane.y + 42 + 14 * row), 11, fill=SOFT) for row, line in enumerate(lines) if 42 + 14 * row < lane.high
        ]
    stripe = bar(0, lane.y, wide, lane.high, fill=WHITE if at % 2 else STRIPE)
    return tag("g", {"class": "lane", "data-section": lane.section}, stripe, text)


def _line(view: GraphView, line: Line) -> Html:
    labels = ", ".join(dict.fromkeys(view.methodology.equation[e].label for e in line.equations))
    look = {
        "stroke_opacity": 0.6,
        "stroke_width": 1.3,
        "stroke_dasharray": "5 3" if line.lag else None,
        "marker_end": "url(#arrow)",
    }
    ends = {"data_from": line.source, "data_to": line.target}
    said = hint(f"{line.source} to {line.target}: {labels}")
    return shape("path", said, d=line.path, fill="none", stroke=STROKE, **look, **ends)


def _box(view: GraphView, box: GraphBox, linked: bool) -> Html:
    q = view.methodology.quantity[box.quantity]
    under = "; ".join(view.conditions(q.id))
    said = [f"{q.id}: {q.meaning} [{q.unit}]", under, MARKS.get(box.mark, "")]
    about = {
        "class": "box" + (" earlier" if box.mark else ""),
        "data-id": q.id,
        "data-key": box.key if box.mark else None,
        "data-kind": q.kind,
        "data-part": q.part_of,
    }
    body = tag("g", about, hint("; ".join(x for x in said if x)), _frame(box, q.kind), _texts(view, box, q, under))
    if not linked:
        return body
    made = [data["equation"] for _, _, data in view.graph.edges.in_edges(q.id, data=True)]
    first = next((e.id for e in view.methodology.definitions.get(q.id, ()) if e.id in made), "")
    return tag("a", {"href": f"ref:equation:{first}" if first else f"ref:quantity:{q.id}"}, body)


def _frame(box: GraphBox, kind: str) -> list[Html]:
    tint, colour = KIND_COLOURS[kind]
    look: dict[str, str | float | None] = {
        "rx": 6,
        "fill": tint,
        "stroke": STROKE,
        "stroke_width": 1.2,
        "stroke_dasharray": "4 3" if box.mark else None,
    }
    return [
        bar(box.x, box.y, BOX_WIDE, BOX_HIGH, **look),
        stroke(f"M{box.x + 6:g},{box.y + 1:g} v{BOX_HIGH - 2}", colour, stroke_width=6),
    ]


def _texts(view: GraphView, box: GraphBox, q: Quantity, under: str) -> list[Html]:
    """Write symbol, equations and place in the first line, then the title, then unit and choices; each is cut to its room."""
    x, y, inner, latex = box.x, box.y, BOX_WIDE - 26, view.symbol(q.id)
    beside = cut(MARKS.get(box.mark) or view.numbers(q.id), 10, max(20.0, inner - symbol_width(latex, 14) - 6))
    unit = cut("" if str(q.unit) == "1" else str(q.unit), 10, inner * 0.6)
    chosen = cut(under, 10, inner - width(unit, 10) - 6)
    return [
        symbol_text(latex, 14, (x + 13, y + 18), font_weight="bold"),
        label(beside, (x + BOX_WIDE - 20, y + 17), 10, text_anchor="end", fill=INK),
        *(label(line, (x + 13, y + 34 + 12 * at), 10, fill=INK) for at, line in enumerate(wrapped(q.title, 10, inner, 2))),
        label(unit, (x + 13, y + 62), 10, fill=SOFT),
        label(chosen, (x + BOX_WIDE - 9, y + 62), 10, text_anchor="end", fill=INK, font_style="italic"),
        label(view.places.get(q.part_of, ""), (x + BOX_WIDE - 15, y + 17), 11, fill=INK),
    ]


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
            out += [bar(x, 50, 22, 16, rx=3, fill=tint, stroke=STROKE), bar(x, 50, 6, 16, fill=colour)]
        else:
            out.append(label(sign, (x + 7, 63), 13))
        out.append(label(text, (x + 28, 63), 12))
        x += 34 + width(text, 12) + 14
    return [*out, label("dashed: from another year or case; in italics: needed only there", (x, 63), 12, fill=SOFT)]
