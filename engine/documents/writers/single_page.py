"""A document of one page as an HTML file that needs nothing else: style and fonts are in it, and no script but what it is given."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.model import Document, Ref, Widget
from engine.documents.writers.assets_folder import style_sheet
from engine.documents.writers.html_blocks import HtmlWriter
from engine.documents.writers.site import document_text
from engine.output.markup import Child, Html, joined, tag


@dataclass(frozen=True)
class Moving:
    """What a page has beside its content: its script, and the parts of the page that the script fills or reads."""

    script: str
    panel: Child = None
    data: Sequence[Child] = ()


def single_page(
    document: Document, parts: Sequence[tuple[str, str]], footer: str, *, title: str = "", named: str = "Parts", moving: Moving | None = None
) -> str:
    """Return the whole file.

    Parameters
    ----------
    parts
        Anchors and names of the parts, for the bar at the top.
    title, named
        What a browser calls the page, where it is not title and subtitle of the document; how the bar is announced to who does not see it.
    moving
        The script of a page that has one; without it nothing in the file runs.
    """
    blocks = HtmlWriter(lambda ref: _here(document, ref), _no_widget).blocks(document.pages[0].blocks)
    head = _head(title or f"{document.title} · {document.subtitle}", moving.script if moving is not None else "")
    body = joined(
        tag("a", {"class": "skip", "href": "#main"}, "Skip to the content"),
        _top(document, parts, named),
        tag("main", {"id": "main", "tabindex": "-1"}, blocks),
        moving.panel if moving is not None else None,
        tag("footer", None, tag("p", None, footer)),
        *((*moving.data, tag("script", None, Html(moving.script))) if moving is not None else ()),
    )
    style = tag("style", None, Html(style_sheet(head + body)))
    look = "report" if moving is not None else "report single"
    return document_text(tag("html", {"lang": "en"}, tag("head", None, head, style), tag("body", {"class": look}, body)))


def _top(document: Document, parts: Sequence[tuple[str, str]], named: str) -> Html:
    links = [tag("li", None, tag("a", {"href": f"#{anchor}"}, name)) for anchor, name in parts]
    home = tag("a", {"class": "home", "href": "#main"}, document.subtitle)
    return tag("header", {"class": "top"}, home, tag("nav", {"aria-label": named}, tag("ul", {"class": "parts"}, links)))


def _head(title: str, script: str) -> Html:
    return joined(
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(script)}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("title", None, title),
        tag("link", {"rel": "icon", "href": "data:,"}),
    )


def _policy(script: str) -> str:
    """Allow this very script, if any, and nothing else; styles and fonts are in the file, and there is no network."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = (
        ("default-src", "'none'"),
        *((("script-src", f"'sha256-{digest}'"),) if script else ()),
        ("style-src", "'unsafe-inline'"),
        ("font-src", "data:"),
        ("img-src", "data:"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    )
    return "; ".join(f"{what} {where}" for what, where in allowed)


def _here(document: Document, ref: Ref) -> str | None:
    spot = document.places.get(ref)
    return f"#{spot.anchor}" if spot is not None else None


def _no_widget(widget: Widget) -> Html:
    return Html("")
