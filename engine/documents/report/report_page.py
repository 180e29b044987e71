"""The report of a run as one HTML file that needs nothing else: style, script, fonts and the origin of every number are in it."""

from __future__ import annotations

import json

from engine.batch.script_program import Record, script_operations
from engine.documents.model import Document
from engine.documents.report.figures import Figures, TracedNumber, place_text
from engine.documents.report.live_report import live_record
from engine.documents.report.report_document import PARTS
from engine.documents.report.report_numbers import given_by
from engine.documents.subject import KINDS, Subject, unit_text
from engine.documents.writers.assets_folder import asset
from engine.documents.writers.single_page import Moving, single_page
from engine.output.markup import Html, script_data, tag
from engine.run.said_values import given_as, has_unit, value_text
from engine.typesetting.mathematics.mathml import display_mathml, inline_mathml
from equations.model.quantity import Quantity
from equations.notation.latex import equation_latex
from equations.notation.plain import letters_of

#: What is said of an input: names with texts.
Said = tuple[tuple[str, str], ...]
#: Parts of the script of a report that can be computed anew, in their order; what operations do stands before them.
_LIVE = ("live_numbers.js", "live_charts.js", "live.js")
#: What every report has.
_ALWAYS = ("report.js", "table_keys.js")


def report_html(document: Document, figures: Figures, subject: Subject) -> str:
    """Return the whole file."""
    live = live_record(figures.run)
    script = "\n".join((*((script_operations(), *map(asset, _LIVE)) if live is not None else ()), *map(asset, _ALWAYS)))
    data = script_data(json.dumps(report_data(figures, subject), ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    panel = tag("aside", {"id": "origin", "aria-label": "Where a number comes from", "hidden": "", "tabindex": "-1"})
    held = tag("script", {"type": "application/json", "id": "numbers"}, data), _live_data(live)
    footer = f"{document.subtitle}. Made by mrvgraph; a number in dotted underline leads to where it comes from."
    return single_page(document, PARTS, footer, title=document.subtitle, named="Parts of the report", moving=Moving(script, panel, held))


def _live_data(live: Record | None) -> Html | None:
    """Return what the page computes with; letters of the project file that nothing shows are escaped."""
    if live is None:
        return None
    return tag("script", {"type": "application/json", "id": "live-data"}, script_data(json.dumps(live, separators=(",", ":"), allow_nan=False)))


def report_data(figures: Figures, subject: Subject) -> dict[str, object]:
    """Return every number with its origin as plain data, keyed as the script reads it."""
    m = subject.methodology
    equations = {e.id: at for at, e in enumerate(figures.equations)}
    origins: dict[Said, int] = {}
    quantities = {}
    for id_, numbers in figures.numbers.items():
        quantity = m.quantity[id_]
        quantities[id_] = {
            "name": quantity.title,
            "meaning": quantity.meaning,
            "unit": unit_text(quantity.unit) if has_unit(quantity.type, str(quantity.unit)) else "",
            "kind": KINDS[quantity.kind][0],
            "symbol": str(inline_mathml(subject.symbol(quantity))),
            "source": str(quantity.source),
            "cells": {n.cell: _cell(n, quantity, equations, origins) for n in numbers},
        }
    said = [
        {
            "label": e.label,
            "title": e.title,
            "formula": str(display_mathml(equation_latex(e, m, letters_of(m, e)))),
            "source": str(e.source),
            "editorial": e.editorial,
            "anchor": "",
        }
        for e in figures.equations
    ]
    return {"quantities": quantities, "equations": said, "origins": [dict(said) for said in origins]}


def _cell(n: TracedNumber, quantity: Quantity, equations: dict[str, int], origins: dict[Said, int]) -> list[object]:
    """Return labels, text, exact value, equation, worked text, further reads and origin of a number."""
    exact = n.state or value_text(quantity.type, n.value, repr)
    origin = -1
    if n.origin is not None:
        o = n.origin
        said: Said = (
            ("by", given_by(o)),
            ("written", given_as(o)),
            ("source", o.source),
            ("where", place_text(o)),
            *((key.replace("_", " "), value) for key, value in o.meta),
        )
        origin = origins.setdefault(said, len(origins))
    return [", ".join(n.labels), n.text, exact, equations.get(n.equation, -1), n.worked, [f"{q}:{c}" for q, c in n.reads], origin]
