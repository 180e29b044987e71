"""A document as Typst source, from which a PDF is made.

Every text is a string of Typst's code, so nothing in it is read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Break,
    Bullets,
    Catalogue,
    Code,
    Columns,
    Document,
    Facts,
    Figure,
    Fold,
    Formula,
    Found,
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
    anchor_of,
    between,
    plain,
    walk_blocks,
)
from engine.documents.writers.assets_folder import asset
from engine.output.markup import BREAKS, clean
from engine.typesetting.fonts.bundled import FONT
from engine.typesetting.mathematics.typst import string, typst_mathematics

#: What is shorter than this stays on one page.
_MOST_ROWS, _MOST_LETTERS = 14, 1100

#: Kinds of entries that the index names, and what is said beside a name that says not by itself what it is.
_INDEXED = {
    "monitored": "", "fixed ex ante": "", "default": "", "computed": "", "statement": "", "member": "", "subscript": "subscript",
    "dataset": "dataset", "constant": "constant", "choice": "choice", "rule": "rule", "ruling": "ruling",
}  # fmt: skip

_TONES = {
    "number": "dbe8f1",
    "monitored": "fbe3b5",
    "fixed_ex_ante": "d3ebf9",
    "default": "f0dbe7",
    "statement": "fbf3bf",
    "good": "d9efe4",
    "warning": "fdebc8",
    "credit-moving": "fdebc8",
    "error": "f9d9d6",
    "fault": "f9d9d6",
    "note": "d3ebf9",
    "checkable": "d3ebf9",
    "editor": "e9e4f5",
}
_NOTES = {
    "ruling": ("d08600", "fff8ea"),
    "fault": ("c0392b", "fdf3f2"),
    "editor": ("6f5bb0", "f6f3fc"),
    "good": ("1f8a5b", "f0f9f4"),
}


def typst_source(document: Document, short: str) -> str:
    """Return the source of the whole document.

    Parameters
    ----------
    short
        A short name for the head of each page.
    """
    anchors = {spot.anchor for spot in document.places.values() if spot.anchor}

    def resolved(ref: Ref) -> str | None:
        spot = document.places.get(ref)
        if spot is None:
            return None
        return spot.anchor if spot.anchor in anchors else page_label(spot.page)

    writer = TypstWriter(resolved)
    preamble = (
        asset("preamble.typ")
        .replace("TITLE-SHORT", string(clean(short)))
        .replace("SUBTITLE", string(clean(document.subtitle)))
        .replace("TITLE", string(clean(document.title)))
    )
    parts, group = [preamble], ""
    for at, page in enumerate(document.pages):
        if page.group != group:
            parts.append("#pagebreak(weak: true)")
        group = page.group
        parts.append(f"#anchor({string(page_label(page.id))})")
        body = writer.blocks(page.blocks)
        wide = any(isinstance(block, Picture) and block.wide for block in walk_blocks(page.blocks))
        parts.append(f"#wide-page[\n{body}\n]" if wide else body)
        if at == 0 and len(document.pages) > 1:
            parts.append('#outline(title: "Contents", depth: 1, indent: auto)')
    parts.append(index_source(document, writer))
    return "\n".join(parts) + "\n"


def page_label(page: str) -> str:
    """Return the label at which a page starts."""
    return anchor_of(Ref("page", page))


def index_source(document: Document, writer: TypstWriter) -> str:
    """Return the index: symbols and names in the order of the alphabet, each with the page on which its entry stands."""
    lines = []
    for entry in sorted(document.entries, key=lambda found: (_first(found).lower(), found.kind)):
        spot = document.places.get(entry.ref)
        if spot is not None and spot.anchor in writer.set_anchors and entry.kind in _INDEXED:
            name = writer.content((Math(entry.latex),) if entry.latex else (_first(entry),))
            about = f", {entry.title}" if entry.latex else f", {_INDEXED[entry.kind]}" if _INDEXED[entry.kind] else ""
            lines.append(f"index-line({name}, {string(clean(about))}, {string(spot.anchor)})")
    return f'#pagebreak(weak: true)\n#heading(level: 1, "Index")\n#index({", ".join(lines)})' if lines else ""


def _first(entry: Found) -> str:
    """Return the name by which an entry stands in the index."""
    return entry.words.split(" ")[0] if entry.latex else entry.title


def _breaks(blocks: Iterable[Block]) -> str:
    """Say whether blocks may go on on the next page; a few lines stay together."""
    every = [block for block in walk_blocks(blocks) if not isinstance(block, Only) or "pdf" in block.formats]
    rows = sum(len(block.rows) for block in every if isinstance(block, Table | Facts))
    letters = sum(len(plain((part,))) if not isinstance(part, str) else len(part) for block in every for part in _texts(block))
    return "true" if rows > _MOST_ROWS or letters > _MOST_LETTERS else "false"


def _texts(block: Block) -> Iterable[Inline]:
    match block:
        case Paragraph(text=text) | Heading(text=text):
            yield from text
        case Table(rows=rows):
            yield from (part for row in rows for cell in row.cells for part in cell)
        case Facts(rows=rows):
            yield from (part for row in rows for cell in row for part in cell)
        case Bullets(items=items):
            yield from (part for item in items for part in item)


def _unbroken(cell: Inlines) -> Inlines:
    """Return a cell in one line; symbols lead nowhere, for the lists of quantities are near."""
    parts = (part.text if isinstance(part, Link) else (" " if isinstance(part, Break) else part,) for part in cell)
    return tuple(part for run in parts for part in run)


def _bracketed(unit: Inlines) -> Inlines:
    return () if plain(unit) in ("", "–") else (" (", *unit, ")")


@dataclass
class TypstWriter:
    """Writes blocks; every anchor is set once, where it first comes."""

    address: Callable[[Ref], str | None]
    set_anchors: set[str] = field(default_factory=set)
    narrow: bool = False
    boxed: bool = False

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Return blocks one after the other; charts that follow each other stand side by side."""
        parts: list[str] = []
        for charts, run in groupby(blocks, lambda block: isinstance(block, Picture) and block.kind == "chart"):
            written = [self.block(block) for block in run]
            parts += [f"#grid(columns: (1fr, 1fr), gutter: 14pt, {', '.join(f'[{x}]' for x in written)})"] if charts else written
        return "\n".join(parts)

    def block(self, block: Block) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm per block
        match block:
            case Heading(level=level, text=text):
                return f"#heading(level: {level}, {self.content(text)})"
            case Paragraph(text=text, tone=tone):
                body = self.content(text)
                if tone == "tight":  # it belongs to what follows
                    return f"#block(sticky: true, par({body}))"
                return f"#par(text(11pt, soft({body})))" if tone == "lead" else f"#par({body})"
            case Bullets(items=items):
                return f"#list({', '.join(map(self.content, items))})" if items else ""
            case Table():
                return self.table(block)
            case Catalogue():
                return self.catalogue(block)
            case Facts(rows=rows):
                return self.facts(rows)
            case Tiles(items=items):
                cells = ", ".join(
                    f"tile({string(clean(name))}, {self.content(value)}, {self.content(remark)})" for name, value, remark in items
                )
                return f"#grid(columns: (1fr,) * {min(5, max(1, len(items)))}, column-gutter: 6pt, row-gutter: 6pt, {cells})"
            case Formula(latex=latex, number=number):
                return f"#formula($ {typst_mathematics(clean(latex))} $, {string(number)})"
            case Note(tone=tone, title=title, blocks=blocks, anchor=anchor):
                if self.boxed and len(blocks) == 1 and isinstance(blocks[0], Paragraph):
                    return f"{self.anchor(anchor)}#par({self.content((Strong((*title, ': ')), *blocks[0].text))})"
                edge, fill = _NOTES.get(tone, ("9aa5ad", "f4f7f9"))
                body = f"[\n{self.blocks(blocks)}\n]"
                return (
                    f"{self.anchor(anchor)}#note({self.content(title)}, {body}, {string(edge)}, {string(fill)}, {_breaks(blocks)})"
                )
            case Fold(summary=summary, blocks=blocks, printed=printed):
                head = f"#par({self.content(summary)})"
                return f"{head}\n{self.blocks(blocks)}" if printed else head
            case Box():
                return self.box(block)
            case Columns(heads=heads, sides=sides):
                cells = ", ".join(
                    f"[#soft({self.content(head)})\n{self.blocks(side)}]" for head, side in zip(heads, sides, strict=True)
                )
                return f"#grid(columns: (1fr,) * {len(sides)}, column-gutter: 12pt, {cells})"
            case Listing(text=text):
                return f"#block(raw({string(clean(text))}, block: true))"
            case Picture():
                return self.picture(block)
            case Only(formats=formats, blocks=blocks):
                return self.blocks(blocks) if "pdf" in formats else ""
            case Widget():
                return ""
        raise TypeError(f"not a block: {block!r}")

    def facts(self, rows: Iterable[tuple[Inlines, Inlines]]) -> str:
        """Return names with what is said of them: side by side, within a box one after the other."""
        if self.boxed:
            said = between(((Soft((*name, "\N{NO-BREAK SPACE}")), *text) for name, text in rows), " \N{MIDDLE DOT} ")
            return f"#par(text(0.94em, {self.content(said)}))" if said else ""
        cells = ", ".join(f"soft({self.content(name)}), {self.content(text)}" for name, text in rows)
        return f"#facts({cells})" if cells else ""

    def anchor(self, name: str) -> str:
        if not name or name in self.set_anchors:
            return ""
        self.set_anchors.add(name)
        return f"#anchor({string(name)})"

    def box(self, block: Box) -> str:
        anchors = "".join(self.anchor(name) for name in (block.anchor, *block.aliases))
        outside, self.boxed = self.boxed, True
        body = self.blocks(block.blocks)
        self.boxed = outside
        if block.tone in ("equation", "editor"):
            return f"{anchors}#card([\n{body}\n], {'true' if block.tone == 'editor' else 'false'}, {_breaks(block.blocks)})"
        if block.tone.startswith("entry"):
            return f"{anchors}#entry([\n{body}\n], {_breaks(block.blocks)})"
        return f"{anchors}\n{body}"

    def picture(self, block: Picture) -> str:
        svg = clean(block.svg).replace(f'font-family="{FONT.replace(chr(39), "&#x27;")}"', 'font-family="Libertinus Serif"')
        size = 'width: 100%, height: 100%, fit: "contain"' if block.wide else f"width: {80 if 'wide' in block.kind.split() else 100}%"
        image = f'image(bytes({string(svg)}), format: "svg", {size}, alt: {string(clean(block.words))})'
        return f"#block(height: 1fr, width: 100%, {image})" if block.wide else f"#block(breakable: false, {image})"

    # -- tables

    def where(self, table: Table) -> str:
        """Return the symbols of a formula in running text: each with its meaning, and its unit in brackets."""
        said = between(((*_unbroken(row.cells[0]), " ", *row.cells[1], *_bracketed(row.cells[2])) for row in table.rows), "; ")
        return f"#par(text(0.94em, {self.content((Soft((plain(table.caption).lower(), ' ')), *said))}))"

    def table(self, table: Table) -> str:
        if table.look == "where":
            return self.where(table)
        count = len(table.head)
        numbers = table.look == "grid"
        columns = ", ".join(f"{w:g}fr" for w in table.weights) if table.weights and not numbers else ", ".join(["auto"] * count)
        align = ", ".join("right" if at in table.right else "left" for at in range(count))
        size = "7.2pt" if numbers and count > 9 else "7.5pt"
        head = ", ".join(f"strong({self.content(cell)})" if cell else "[]" for cell in table.head)
        cells = ", ".join(self.row(row, count) for row in table.rows)
        caption = f"#block(sticky: true, below: 0.5em, strong({self.content(table.caption)}))\n" if table.caption else ""
        call = f"grid-table(({columns},), ({align},), {size}, ({head},), {cells})"
        return caption + (f"#fitted({call})" if numbers else f"#{call}")

    def catalogue(self, catalogue: Catalogue) -> str:
        """Return entries one after the other, each with its cells before its summary; what unfolds is not printed."""
        lines = []
        for entry in catalogue.entries:
            first, *rest = (_unbroken(cell.text) for cell in entry.cells)
            said = between((part for part in rest if plain(part) not in ("", "–")), " \N{MIDDLE DOT} ")
            lines.append(f"{self.anchor(entry.anchor)}#catalogue-line({self.content((Strong(first), ' ', Soft((*said, ': ')), *entry.summary))})")
        return "\n".join(lines)

    def row(self, row: TableRow, count: int) -> str:
        cells: Sequence[Inlines] = (*row.cells, *((),) * (count - len(row.cells)))
        self.narrow = True
        written = [self.content(cell) for cell in cells]
        self.narrow = False
        if row.tone in ("sum", "result"):
            written = [f"strong({cell})" for cell in written]
        if row.anchor:
            written[0] = f"[{self.anchor(row.anchor)}#{written[0]}]"
        return ", ".join(written)

    # -- parts of a line

    def content(self, inlines: Inlines) -> str:
        """Return inline parts as one expression of Typst's code."""
        return "[" + "".join(f"#{self.inline(part)};" for part in inlines) + "]"

    def inline(self, part: Inline) -> str:
        match part:
            case str():
                return string(clean(part))
            case Math(latex=latex):
                return f"${typst_mathematics(clean(latex))}$"
            case Link(text=text, to=to):
                label = self.address(to)
                if label is None:
                    return self.content(text)
                shown = f"box({self.content(text)})" if isinstance(text[0], Math) else self.content(text)  # in one box it is one link
                return f"link(label({string(label)}), {shown})"
            case Strong(text=text):
                return f"strong({self.content(text)})"
            case Soft(text=text):
                return f"soft({self.content(text)})"
            case Code(text=text):
                pieces = [f"raw({string(piece)})" for piece in (BREAKS.split(clean(text)) if self.narrow else [clean(text)])]
                return pieces[0] if len(pieces) == 1 else f"({' + sym.zws + '.join(pieces)})"
            case Badge(text=text, tone=tone):
                return f"badge({string(clean(text))}, {string(_TONES.get(tone, 'e7edf1'))})"
            case Figure(text=text) | Live(text=text):
                return string(clean(text))
            case Break():
                return "linebreak()"
        raise TypeError(f"not a part of a line: {part!r}")
