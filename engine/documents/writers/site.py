"""A document as a static site: pages that work from a disk without a network, with search, and one style sheet and script."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.documents.model import Catalogue, Document, Page, Ref, Widget, walk_blocks
from engine.documents.writers.assets_folder import FOLDER, asset, style_sheet
from engine.documents.writers.html_blocks import HtmlWriter
from engine.output.markup import Html, joined, script_data, tag
from engine.typesetting.mathematics.mathml import inline_mathml

#: Every script of a site; a page names those that it needs.
_SCRIPTS = ("site.js", "search.js", "table_keys.js", "catalogue.js", "graph_layout.js", "graph.js")


def site_files(document: Document, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the files of the site: name -> text.

    Parameters
    ----------
    extra
        Further pages to link to from the navigation: name -> file.
    """
    found = {f"{page.id}.html": _page(document, page, extra or {}) for page in document.pages}
    found |= {f"{FOLDER}/{name}": asset(name) for name in _SCRIPTS}
    found[f"{FOLDER}/search-index.js"] = search_index(document)
    found[f"{FOLDER}/style.css"] = style_sheet("".join(found.values()))
    return found


def search_index(document: Document) -> str:
    """Return the search index as a script, for a page on a disk may not fetch data."""
    entries = []
    for entry in document.entries:
        spot = document.places.get(entry.ref)
        if spot is not None:
            math = str(inline_mathml(entry.latex)) if entry.latex else ""
            where = address(spot.page, spot.anchor)
            entries.append([entry.kind, entry.title, where, entry.words, math, entry.also, entry.text, entry.rank])
    said = {"entries": entries, "synonyms": document.synonyms}
    return "window.SEARCH_INDEX = " + script_data(json.dumps(said, ensure_ascii=False, separators=(",", ":"))) + ";\n"


def address(page: str, anchor: str = "", here: str = "") -> str:
    """Return the address of a page or of an anchor, as seen from a page of the same folder."""
    if page == here and anchor:
        return f"#{anchor}"
    return f"{page}.html" + (f"#{anchor}" if anchor else "")


def _page(document: Document, page: Page, extra: Mapping[str, str]) -> str:
    def resolved(ref: Ref) -> str | None:
        spot = document.places.get(ref)
        return address(spot.page, spot.anchor, page.id) if spot is not None else None

    writer = HtmlWriter(resolved, widget_html)
    main = tag("main", {"id": "main", "tabindex": "-1"}, writer.blocks(page.blocks), _onward(document, page))
    title = page.title if page.id == "index" else f"{page.title} · {document.subtitle}"
    head = joined(
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("title", None, title),
        tag("link", {"rel": "stylesheet", "href": f"{FOLDER}/style.css"}),
        tag("link", {"rel": "icon", "href": "data:,"}),
        tag("script", {"defer": "", "src": f"{FOLDER}/search-index.js"}),
        tag("script", {"defer": "", "src": f"{FOLDER}/site.js"}),
        tag("script", {"defer": "", "src": f"{FOLDER}/search.js"}),
        tag("script", {"defer": "", "src": f"{FOLDER}/table_keys.js"}),
        [tag("script", {"defer": "", "src": f"{FOLDER}/{name}"}) for name in _own_scripts(page)],
    )
    body = joined(
        tag("a", {"class": "skip", "href": "#main"}, "Skip to the content"),
        _top(document),
        tag("div", {"class": "frame"}, _navigation(document, page, extra), main),
        tag("footer", None, tag("p", None, f"{document.subtitle}. Made by mrvgraph from the spec; not the official text.")),
    )
    return document_text(tag("html", {"lang": "en"}, tag("head", None, head), tag("body", {"class": f"site page-{page.id}"}, body)))


def _own_scripts(page: Page) -> list[str]:
    """Return the scripts that not every page needs."""
    blocks = list(walk_blocks(page.blocks))
    found = ["catalogue.js"] if any(isinstance(block, Catalogue) for block in blocks) else []
    return found + (["graph_layout.js", "graph.js"] if any(isinstance(block, Widget) and block.name == "graph" for block in blocks) else [])


def document_text(html: Html) -> str:
    """Return a whole HTML document."""
    return f"<!doctype html>\n{html}\n"


def _top(document: Document) -> Html:
    field = tag(
        "input",
        {
            "id": "search",
            "type": "search",
            "role": "combobox",
            "aria-expanded": "false",
            "aria-controls": "search-results",
            "aria-autocomplete": "list",
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "Search equations, symbols, words",
        },
    )
    results = tag("ul", {"id": "search-results", "role": "listbox", "aria-label": "Search results", "hidden": ""})
    form = tag(
        "form",
        {"class": "search", "role": "search"},
        tag("label", {"class": "unseen", "for": "search"}, "Search equations and symbols"),
        field,
        results,
    )
    menu = tag("button", {"type": "button", "class": "menu", "aria-expanded": "false", "aria-controls": "pages"}, "Menu")
    return tag("header", {"class": "top"}, tag("a", {"class": "home", "href": "index.html"}, document.subtitle), form, menu)


def _navigation(document: Document, here: Page, extra: Mapping[str, str]) -> Html:
    groups: dict[str, list[Html]] = {}
    for page in document.pages:
        attributes = {
            "href": f"{page.id}.html",
            "aria-current": "page" if page is here else None,
            "class": f"depth-{page.depth}" if page.depth else None,
        }
        groups.setdefault(page.group, []).append(tag("li", None, tag("a", attributes, page.short or page.title)))
    for name, file in extra.items():
        groups.setdefault("", []).append(tag("li", None, tag("a", {"href": file}, name)))
    parts = [joined(tag("h2", None, group) if group else None, tag("ul", None, items)) for group, items in groups.items()]
    return tag("nav", {"id": "pages", "aria-label": "Pages"}, parts)


def _onward(document: Document, here: Page) -> Html:
    at = document.pages.index(here)
    links = []
    if at > 0:
        links.append(
            tag(
                "a",
                {"rel": "prev", "href": f"{document.pages[at - 1].id}.html"},
                "← ",
                document.pages[at - 1].short or document.pages[at - 1].title,
            )
        )
    if at + 1 < len(document.pages):
        links.append(
            tag(
                "a",
                {"rel": "next", "href": f"{document.pages[at + 1].id}.html"},
                document.pages[at + 1].short or document.pages[at + 1].title,
                " →",
            )
        )
    return tag("div", {"class": "onward"}, links)


def widget_html(widget: Widget) -> Html:
    """Return the place that a script fills; without scripts it stays empty and hidden."""
    data = tag("script", {"type": "application/json", "class": "data"}, script_data(widget.data))
    return tag("div", {"class": "widget needs-script", "data-widget": widget.name}, data)
