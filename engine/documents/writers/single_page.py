"""A document of one page as an HTML file that needs nothing else: style and fonts are in it, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.documents.model import Document, Ref, Widget
from engine.documents.writers.assets_folder import style_sheet
from engine.documents.writers.html_blocks import HtmlWriter
from engine.documents.writers.site import document_text
from engine.output.markup import Html, joined, tag

#: Styles and fonts of the file itself; no script, no network.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"


def single_page(document: Document, parts: Sequence[tuple[str, str]], footer: str) -> str:
    """Return the whole file.

    Parameters
    ----------
    parts
        Anchors and names of the parts, for the bar at the top.
    """

    def resolved(ref: Ref) -> str | None:
        spot = document.places.get(ref)
        return f"#{spot.anchor}" if spot is not None else None

    main = tag("main", {"id": "main", "tabindex": "-1"}, HtmlWriter(resolved, _no_widget).blocks(document.pages[0].blocks))
    links = [tag("li", None, tag("a", {"href": f"#{anchor}"}, name)) for anchor, name in parts]
    top = tag(
        "header",
        {"class": "top"},
        tag("a", {"class": "home", "href": "#main"}, document.subtitle),
        tag("nav", {"aria-label": "Parts"}, tag("ul", {"class": "parts"}, links)),
    )
    head = joined(
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("title", None, f"{document.title} · {document.subtitle}"),
        tag("link", {"rel": "icon", "href": "data:,"}),
    )
    body = joined(tag("a", {"class": "skip", "href": "#main"}, "Skip to the content"), top, main, tag("footer", None, tag("p", None, footer)))
    style = tag("style", None, Html(style_sheet(head + body)))
    return document_text(tag("html", {"lang": "en"}, tag("head", None, head, style), tag("body", {"class": "report single"}, body)))


def _no_widget(widget: Widget) -> Html:
    return Html("")
