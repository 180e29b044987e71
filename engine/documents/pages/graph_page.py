"""The dependency graph as a page: the whole picture, with what the scripts need to filter, search and zoom it."""

from __future__ import annotations

import json

from engine.documents.model import Block, Bullets, Code, Heading, Inline, Only, Page, Paragraph, Picture, Widget
from engine.documents.subject import Subject, kind_badge
from engine.plan.graph import EquationGraph, build_graph
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_mermaid
from engine.typesetting.pictures.graph_view import KIND_COLOURS, view_of


def graph_page(subject: Subject) -> Page:
    """Return the page of the graph, under the default readings and all choices."""
    graph, wanted = default_graph(subject)
    m = subject.methodology
    words = f"Dependency graph of {m.reference}: {len(wanted)} quantities by section, inputs on the left, the result on the right"
    reading = Bullets(
        (
            ("The colour at the left edge and the tint tell the kind of a quantity; the sign at the right tells its place.",),
            ("A dashed line brings a value of an earlier year; a dashed box is such a value where a line would run backwards.",),
            ("Words in italics name the choices under which alone a quantity is needed.",),
            (Code(f"mrvgraph graph {m.reference} --target Q --choose choice=value --format svg"), " draws a part of it."),
        )
    )
    blocks: list[Block] = [
        Heading(1, ("Dependency graph",)),
        Paragraph(
            (
                "From the inputs on the left to the result on the right, one stripe for each section. "
                "It is what is read by default; what other readings change stands with the rulings.",
            ),
            "lead",
        ),
        Only(
            ("html",),
            (
                _legend(subject, graph, wanted),
                Widget("graph", json.dumps(graph_data(subject, graph, wanted), ensure_ascii=False, separators=(",", ":"))),
            ),
        ),
        Only(("pdf",), (reading,)),
        Picture(graph_svg(graph, wanted, linked=True), words, graph_mermaid(graph, wanted), kind="graph", wide=True),
        Only(("html", "markdown"), (reading,)),
    ]
    return Page("graph", "Dependency graph", tuple(blocks), "Dependency graph", "")


def _legend(subject: Subject, graph: EquationGraph, wanted: set[str]) -> Paragraph:
    """Return the legend of colours and signs; in the picture it scrolls away."""
    view = view_of(graph, wanted)
    kinds = {subject.methodology.quantity[q].kind for q in wanted}
    parts: list[Inline] = []
    for kind in KIND_COLOURS:
        if kind in kinds:
            parts += [kind_badge(kind), " "]
    parts += [f" {sign}\N{NO-BREAK SPACE}{place.replace('_', chr(0xA0))} " for place, sign in view.places.items()]
    return Paragraph(tuple(parts))


def default_graph(subject: Subject) -> tuple[EquationGraph, set[str]]:
    """Return the graph under the default readings, and what the result and the report need of it."""
    m = subject.methodology
    graph = build_graph(m)
    wanted: set[str] = set()
    for target in m.reported:
        wanted |= {target} | graph.inputs_of(target)
    return graph, wanted


def graph_data(subject: Subject, graph: EquationGraph, wanted: set[str]) -> dict[str, object]:
    """Return choices, combinations and names as plain data; lines and boxes carry the rest themselves."""
    m, view = subject.methodology, view_of(graph, wanted)
    return {
        "result": m.result,
        "choices": [{"id": c.id, "meaning": c.meaning, "values": [v.id for v in c.values]} for c in m.choices],
        "combinations": [[combination[c.id] for c in m.choices] for combination in view.combinations],
        "quantities": [
            {"id": q, "name": m.quantity[q].title, "made": bool(m.definitions.get(q)), "equations": view.numbers(q)}
            for q in view.quantities
        ],
    }
