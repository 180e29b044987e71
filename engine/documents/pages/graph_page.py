"""The dependency graph as a page: the whole picture, with what the scripts need to lay it out again section by section."""

from __future__ import annotations

import json
from collections.abc import Iterable

from engine.documents.model import Block, Bullets, Code, Heading, Inline, Only, Page, Paragraph, Picture, Widget
from engine.documents.subject import Subject, kind_badge
from engine.plan.graph import EquationGraph, build_graph
from engine.typesetting.mathematics.mathml import inline_mathml
from engine.typesetting.pictures.graph_layout import Line, lay_out, section_of
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_mermaid
from engine.typesetting.pictures.graph_view import KIND_COLOURS, GraphView, view_of
from engine.typesetting.pictures.svg_text import symbol_width, width, wrapped
from equations.model.methodology import Methodology

#: Room for the title of a section in its box, and the size of its letters.
_SECTION_ROOM, _SECTION_SIZE = 162, 12


def graph_page(subject: Subject) -> Page:
    """Return the page of the graph, under the default readings and all choices."""
    graph, wanted = default_graph(subject)
    m, view = subject.methodology, view_of(graph, wanted)
    words = f"Dependency graph of {m.reference}: {len(wanted)} quantities by section, inputs on the left, the result on the right"
    stripes = Paragraph(("From the inputs on the left to the result on the right, one stripe for each section.",), "lead")
    data = json.dumps(graph_data(view), ensure_ascii=False, separators=(",", ":"))
    blocks: list[Block] = [
        Heading(1, ("Dependency graph",)),
        Only(("html",), (Paragraph(("From the inputs on the left to the result on the right, section by section.",), "lead"), Widget("graph", data))),
        Only(("pdf", "markdown"), (stripes,)),
        Only(("pdf",), (_how_to_read(m, view),)),
        Picture(graph_svg(graph, wanted, linked=True), words, graph_mermaid(graph, wanted), kind="graph", wide=True),
        Only(("html",), (_legend(view),)),
        Only(("html", "markdown"), (_how_to_read(m, view),)),
    ]
    return Page("graph", "Dependency graph", tuple(blocks), "Dependency graph", "")


def _how_to_read(m: Methodology, view: GraphView) -> Bullets:
    """Say what is drawn how; of places and choices where there are any."""
    places = "; the sign at the right tells its place" if view.places else ""
    other = "A dashed line brings a value of another year; a dashed box such a value, or one of another case, where a line would run back."
    return Bullets((
        (f"The colour at the left edge and the tint tell the kind of a quantity{places}.",),
        (other,),
        *((("Words in italics name the choices under which alone a quantity is needed.",),) if m.choices else ()),
        ("It is what is read by default; what other readings change stands with the rulings.",),
        (Code(f"mrvgraph graph {m.reference} --target Q --choose choice=value --format svg"), " draws a part of it."),
    ))  # fmt: skip


def _legend(view: GraphView) -> Paragraph:
    """Return the legend of colours and signs; in the picture it scrolls away."""
    kinds = {view.methodology.quantity[q].kind for q in view.quantities}
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


def graph_data(view: GraphView) -> dict[str, object]:
    """Return as plain data what the scripts know of the graph: the picture holds the boxes themselves.

    ``standing`` lists sets of combinations of choices, each once; quantities and lines name theirs by its place. A line is the key of
    the box at which it begins, the quantity to which it runs, its set, its lag, and its equations in words.
    """
    m, graph, wanted = view.methodology, view.graph, set(view.quantities)
    sets = _Sets()
    quantities = [
        {"id": q, "name": m.quantity[q].title, "section": section_of(q, graph, wanted), "kind": m.quantity[q].kind,
         "made": bool(m.definitions.get(q)), "equations": view.numbers(q), "math": str(inline_mathml(view.symbol(q))),
         "wide": round(symbol_width(view.symbol(q), _SECTION_SIZE)), "under": sets.place(view.needed.get(q, ()))}
        for q in view.quantities
    ]  # fmt: skip
    lines = [_line(view, line, sets) for line in lay_out(graph, view.quantities).lines]
    return {
        "result": m.result,
        "reported": [q for q in m.reported if q in wanted],
        "choices": [{"id": c.id, "meaning": c.meaning, "values": [v.id for v in c.values]} for c in m.choices],
        "combinations": [[combination[c.id] for c in m.choices] for combination in view.combinations],
        "sections": _sections(m, {section_of(q, graph, wanted) for q in wanted}),
        "kinds": KIND_COLOURS,
        "quantities": quantities,
        "lines": lines,
        "standing": sets.found,
    }


def _line(view: GraphView, line: Line, sets: _Sets) -> list[object]:
    labels = ", ".join(dict.fromkeys(view.methodology.equation[e].label for e in line.equations))
    under = sets.place({at for e in line.equations for at in view.standing[e]})
    return [line.key, line.target, under, line.lag, labels]


def _sections(m: Methodology, used: set[str]) -> list[dict[str, object]]:
    """Return the sections in which there are quantities, in order, with their titles in lines that fit their boxes."""
    titles = {section.id: section.title for section in m.sections}
    order = [*(id_ for id_ in titles if id_ in used), *sorted(used - set(titles))]
    found: list[dict[str, object]] = []
    for id_ in order:
        title = titles.get(id_) or ("" if id_ else "Quantities without a section")
        lines = wrapped(f"{id_} {title}".strip(), _SECTION_SIZE, _SECTION_ROOM, 3)
        found.append({"id": id_, "title": title, "lines": lines, "wide": round(width(f"{id_} {title}", _SECTION_SIZE))})
    return found


class _Sets:
    """Sets of combinations, each kept once."""

    def __init__(self) -> None:
        self.found: list[list[int]] = []
        self._places: dict[tuple[int, ...], int] = {}

    def place(self, members: Iterable[int]) -> int:
        key = tuple(sorted(members))
        if key not in self._places:
            self._places[key] = len(self.found)
            self.found.append(list(key))
        return self._places[key]
