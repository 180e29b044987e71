"""A catalogue as HTML: a table whose lines unfold, with a form above it that a script makes work; without scripts all lines are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.documents.model import Blocks, Catalogue, Entry, Inlines, SortedCell
from engine.output.markup import Html, joined, tag

#: Writes parts of a line, and writes blocks.
Inner = Callable[[Inlines], Html]
Unfolded = Callable[[Blocks], Html]


def catalogue_html(catalogue: Catalogue, inlines: Inner, blocks: Unfolded) -> Html:
    """Return form and table; each entry is a body of the table by itself, so that it can be moved and hidden."""
    total = sum(catalogue.weights)
    columns = [tag("col", {"style": f"width:{100 * weight / total:.1f}%"}) for weight in catalogue.weights]
    head = [
        tag("th", {"scope": "col", "data-key": _key(name), "class": "right" if at in catalogue.right else None}, name)
        for at, name in enumerate(catalogue.head)
    ]
    bodies = [_entry(entry, catalogue, inlines, blocks) for entry in catalogue.entries]
    table = tag(
        "table",
        {"class": "catalogue" + (" sized" if columns else "")},
        tag("colgroup", None, columns) if columns else None,
        tag("thead", None, tag("tr", None, head)),
        bodies,
    )
    return joined(_form(catalogue), tag("div", {"class": "table"}, table))


def _entry(entry: Entry, catalogue: Catalogue, inlines: Inner, blocks: Unfolded) -> Html:
    cells = [_cell(at, cell, catalogue, inlines) for at, cell in enumerate(entry.cells)]
    more = tag("details", None, tag("summary", None, tag("span", None, inlines(entry.summary))), blocks(entry.blocks))
    lines = (tag("tr", None, cells), tag("tr", {"class": "more"}, tag("td", {"colspan": str(len(cells))}, more)))
    return tag("tbody", {"id": entry.anchor or None, "class": f"entry {entry.tone}".strip()}, lines)


def _cell(at: int, cell: SortedCell, catalogue: Catalogue, inlines: Inner) -> Html:
    attributes = {
        "scope": None if at else "row",
        "class": "right" if at in catalogue.right else None,
        "data-order": f"{cell.order:g}",
        "data-label": catalogue.head[at],
        "data-values": "|".join(cell.values) or None,
    }
    return tag("td" if at else "th", attributes, inlines(cell.text))


def _form(catalogue: Catalogue) -> Html:
    """Return the form: a field for words, and for each column that is filtered its values with how many entries have them."""
    field = tag("input", {"id": "filter-words", "name": "words", "type": "search", "autocomplete": "off", "spellcheck": "false"})
    parts = [tag("div", None, tag("label", {"for": "filter-words"}, "Words"), field)]
    for at, (name, offered) in enumerate(zip(catalogue.head, catalogue.filters, strict=True)):
        if len(offered) > 1:
            parts.append(_select(at, name, offered, catalogue))
    clear = tag("button", {"type": "reset"}, "Clear")
    return tag(
        "form",
        {"class": "needs-script", "data-widget": "catalogue", "aria-label": "Filter"},
        tag("div", {"class": "tools"}, parts, clear, tag("output", {"aria-live": "polite"})),
    )


def _select(at: int, name: str, offered: Mapping[str, str], catalogue: Catalogue) -> Html:
    counts = {value: sum(value in entry.cells[at].values for entry in catalogue.entries) for value in offered}
    options = [tag("option", {"value": value}, f"{shown} ({counts[value]})") for value, shown in offered.items()]
    key = _key(name)
    control = tag("select", {"id": f"filter-{key}", "name": key}, tag("option", {"value": ""}, "all"), options)
    return tag("div", None, tag("label", {"for": f"filter-{key}"}, name), control)


def _key(name: str) -> str:
    """Return the name of a column as it stands in addresses: its first word."""
    return name.split(",")[0].split()[0].lower()
