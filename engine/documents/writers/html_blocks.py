"""Blocks of a document as HTML. Every text is escaped; pictures and mathematics are markup that this package made."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Break,
    Bullets,
    Catalogue,
    Code,
    Columns,
    Facts,
    Figure,
    Fold,
    Formula,
    Heading,
    Inline,
    Inlines,
    Link,
    Listing,
    Live,
    Math,
    Note,
    Only,
    Paragraph,
    Picture,
    Ref,
    Soft,
    Strong,
    Table,
    TableRow,
    Tiles,
    Widget,
    plain,
)
from engine.documents.writers.catalogue_html import catalogue_html
from engine.output.markup import BREAKS, Html, joined, tag
from engine.typesetting.mathematics.broken_mathml import broken_mathml, narrow_mathml
from engine.typesetting.mathematics.mathml import flowing_mathml, inline_mathml

#: Tables whose columns have widths, and whose lines do not stand side by side on narrow screens.
_SIZED = ("cards", "contents", "where")
_LABELLED = ("cards", "where")
#: Gives the address of an entry, or ``None`` where the document does not hold it.
Address = Callable[[Ref], "str | None"]
_REFERENCE = re.compile(r'<a href="ref:([a-z]+):([^"]*)">')


@dataclass
class HtmlWriter:
    """Writes the blocks of one page.

    Attributes
    ----------
    address
        Resolves links.
    widget
        Writes what only a script can fill.
    """

    address: Address
    widget: Callable[[Widget], Html]
    tables: int = 0
    narrow: bool = False

    def blocks(self, blocks: Iterable[Block], level: int = 0) -> Html:
        """Return blocks one after the other; ``level`` is how deep they stand below the page's own headings."""
        return joined(*(self.block(block, level) for block in blocks))

    def block(self, block: Block, level: int = 0) -> Html:  # noqa: C901, PLR0911, PLR0912 - one arm per block
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph(text=text, tone=tone):
                return tag("p", {"class": tone or None}, self.inlines(text))
            case Bullets(items=items):
                return tag("ul", None, [tag("li", None, self.inlines(item)) for item in items])
            case Table():
                return self.table(block)
            case Catalogue():
                return catalogue_html(block, self.inlines, lambda blocks: self.blocks(blocks, level + 1))
            case Facts(rows=rows):
                return tag(
                    "dl",
                    {"class": "facts"},
                    [
                        tag("div", None, tag("dt", None, self.inlines(name)), tag("dd", None, self.inlines(said)))
                        for name, said in rows
                    ],
                )
            case Tiles(items=items):
                return tag(
                    "ul",
                    {"class": "tiles"},
                    [
                        tag(
                            "li",
                            {"class": None if at else "first"},
                            tag("span", {"class": "name"}, name),
                            tag("span", {"class": "value"}, self.inlines(value)),
                            tag("span", {"class": "soft"}, self.inlines(remark)) if remark else None,
                        )
                        for at, (name, value, remark) in enumerate(items)
                    ],
                )
            case Formula():
                return self.formula(block)
            case Note(tone=tone, title=title, blocks=blocks, anchor=anchor):
                head = tag("p", {"class": "title"}, self.inlines(title))
                return tag(
                    "div", {"class": f"note {tone}", "role": "note", "id": anchor or None}, head, self.blocks(blocks, level + 1)
                )
            case Fold(summary=summary, blocks=blocks, anchor=anchor):
                return tag(
                    "details", {"id": anchor or None}, tag("summary", None, self.inlines(summary)), self.blocks(blocks, level + 1)
                )
            case Box():
                return self.box(block, level)
            case Columns(heads=heads, sides=sides):
                return tag("div", {"class": "columns"}, [
                    tag("div", None, tag("p", {"class": "side"}, self.inlines(head)), self.blocks(side, level + 1))
                    for head, side in zip(heads, sides, strict=True)
                ])  # fmt: skip
            case Listing(text=text):
                return tag("pre", {"class": "listing scrolls"}, tag("code", None, text))
            case Picture():
                return self.picture(block)
            case Only(formats=formats, blocks=blocks):
                return self.blocks(blocks, level) if "html" in formats else Html("")
            case Widget():
                return self.widget(block)
        raise TypeError(f"not a block: {block!r}")

    # -- blocks

    def heading(self, block: Heading, beside: Html | None = None) -> Html:
        return tag(f"h{min(6, max(1, block.level))}", {"id": block.anchor or None}, self.inlines(block.text), beside)

    def box(self, block: Box, level: int) -> Html:
        blocks = list(block.blocks)
        parts: list[Html] = [tag("span", {"id": alias}) for alias in block.aliases]
        if blocks and isinstance(blocks[0], Heading) and block.anchor:
            name = plain(blocks[0].text).strip()
            here = tag("a", {"class": "here", "href": f"#{block.anchor}", "aria-label": f"Link to {name}"}, "#")
            parts.append(self.heading(blocks[0], here))
            del blocks[0]
        return tag(
            "section", {"class": f"box {block.tone}".strip(), "id": block.anchor or None}, parts, self.blocks(blocks, level + 1)
        )

    def formula(self, block: Formula) -> Html:
        if block.flows:
            number = tag("span", {"class": "number"}, block.number) if block.number else None
            return tag("div", {"class": "flowing"}, flowing_mathml(block.latex), number)
        math = tag("div", {"class": "math scrolls"}, tag("div", {"class": "breaks"}, broken_mathml(block.latex)))
        number = tag("span", {"class": "number"}, block.number) if block.number else None
        copy = tag("button", {"type": "button", "class": "copy"}, "Copy")
        latex = tag(
            "details",
            {"class": "latex"},
            tag("summary", None, "LaTeX"),
            tag("div", None, tag("pre", {"class": "scrolls"}, tag("code", None, block.latex)), copy),
        )
        return tag("div", {"class": "formula"}, tag("div", {"class": "line"}, math, number), latex)

    def picture(self, block: Picture) -> Html:
        svg = self.linked(block.svg, block.words)
        caption = tag("figcaption", None, self.inlines(block.caption)) if block.caption else None
        about = {"class": f"picture {block.kind}".strip(), "data-live": block.live or None}
        return tag("figure", about, tag("div", {"class": "scrolls"}, svg), caption)

    def linked(self, svg: str, words: str) -> Html:
        """Resolve the links of a picture; a picture with links is a group, for what is inside can be reached."""

        def resolved(match: re.Match[str]) -> str:
            href = self.address(Ref(match[1], html.unescape(match[2])))
            return str(tag("a", {"href": href or "#"}))[: -len("</a>")]

        text = _REFERENCE.sub(resolved, svg)
        role = tag("x", {"role": "group" if text != svg else "img", "aria-label": words})
        return Html(text.replace(' role="img"', str(role)[2 : -len("></x>")], 1))

    # -- tables

    def table(self, table: Table) -> Html:
        head = [
            tag("th", {"scope": "col", "class": "right" if at in table.right else None}, self.inlines(cell))
            for at, cell in enumerate(table.head)
        ]
        labels = [plain(cell) for cell in table.head]
        body = [self.row(row, table, labels) for row in table.rows]
        name = f"table-{self.tables}"
        self.tables += 1
        caption = tag("p", {"class": "caption", "id": name}, self.inlines(table.caption)) if table.caption else None
        look = "cards where" if table.look == "where" else table.look
        total = sum(table.weights)
        columns = [
            tag("col", {"style": f"width:{100 * weight / total:.1f}%"})
            for weight in table.weights
            if table.look in _SIZED
        ]
        element = tag(
            "table",
            {"class": look + (" sized" if columns else ""), "aria-labelledby": name if caption else None},
            tag("colgroup", None, columns) if columns else None,
            tag("thead", None, tag("tr", None, head)),
            tag("tbody", None, body),
        )
        return joined(
            caption, tag("div", {"class": f"table {look}" + (" scrolls" if table.look in ("grid", "plain") else "")}, element)
        )

    def row(self, row: TableRow, table: Table, labels: Sequence[str]) -> Html:
        cells = []
        for at, cell in enumerate(row.cells):
            first = at == 0 and table.first
            attributes = {
                "scope": "row" if first else None,
                "class": "right" if at in table.right else None,
                "data-label": labels[at] if table.look in _LABELLED and at < len(labels) else None,
            }
            self.narrow = table.look != "grid"
            inner = self.inlines(cell)
            self.narrow = False
            if table.look in _SIZED:
                attributes["class"] = " ".join(x for x in (attributes["class"], "" if inner.strip() else "empty") if x) or None
                inner = tag("div", {"class": "scrolls"}, inner)
            cells.append(tag("th" if first else "td", attributes, inner))
        return tag("tr", {"id": row.anchor or None, "class": row.tone or None}, cells)

    # -- parts of a line

    def text(self, text: str) -> Html | str:
        """Return a text; in a cell, long names and units may be broken behind their signs."""
        parts = BREAKS.split(text) if self.narrow else [text]
        return joined(parts[0], *(part for after in parts[1:] for part in (tag("wbr"), after))) if len(parts) > 1 else text

    def inlines(self, inlines: Inlines) -> Html:
        return joined(*(self.inline(part) for part in inlines))

    def inline(self, part: Inline) -> Html | str:
        match part:
            case str():
                return self.text(part)
            case Math(latex=latex):
                return narrow_mathml(latex) if self.narrow else inline_mathml(latex)
            case Link(text=text, to=to):
                href = self.address(to)
                if href is None:
                    return self.inlines(text)
                symbol = isinstance(text[0], Math) and len(text) == 1 if text else False
                return tag("a", {"href": href, "aria-label": plain(text) if symbol else None}, self.inlines(text))
            case Strong(text=text):
                return tag("strong", None, self.inlines(text))
            case Soft(text=text):
                return tag("span", {"class": "soft"}, self.inlines(text))
            case Code(text=text):
                return tag("code", None, self.text(text))
            case Badge(text=text, tone=tone):
                return tag("span", {"class": f"badge {tone}"}, text)
            case Figure(text=text, quantity=quantity, cell=cell):
                return tag("a", {"class": "n", "href": f"#n={quantity}:{cell}", "data-n": f"{quantity}:{cell}"}, text)
            case Live(text=text, key=key):
                return tag("span", {"data-live": key}, text)
            case Break():
                return tag("br")
        raise TypeError(f"not a part of a line: {part!r}")
