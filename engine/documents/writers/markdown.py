"""A document as Markdown that GitHub shows: mathematics, Mermaid pictures, links between files. All text is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

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
    Heading,
    Inline,
    Inlines,
    Link,
    Listing,
    Live,
    Math,
    Note,
    Only,
    Page,
    Paragraph,
    Picture,
    Ref,
    Soft,
    Strong,
    Table,
    Tiles,
    Widget,
)
from engine.output.markup import clean

_SPECIAL = re.compile(r"([\\`*{}\[\]$~|])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_AT_START = re.compile(r"^(\s*)([#>+=-]|\d+[.)])")
_QUOTED_BADGES = frozenset({"number"})


def markdown_files(document: Document, prefix: str) -> dict[str, str]:
    """Return the files: name -> text; ``prefix`` starts every name."""
    names = {page.id: file_name(prefix, page.id) for page in document.pages}
    return {names[page.id]: _page(document, page, names) for page in document.pages}


def file_name(prefix: str, page: str) -> str:
    """Return the name of a page's file; the first page has the bare prefix."""
    return f"{prefix}.md" if page == "index" else f"{prefix}_{page}.md"


def _page(document: Document, page: Page, names: dict[str, str]) -> str:
    def resolved(ref: Ref) -> str | None:
        spot = document.places.get(ref)
        if spot is None:
            return None
        return ("" if spot.page == page.id and spot.anchor else names[spot.page]) + (f"#{spot.anchor}" if spot.anchor else "")

    writer = MarkdownWriter(resolved)
    head = "<!-- Made by `mrvgraph docs` from the spec; not to be edited. -->\n"
    body = writer.blocks(page.blocks)
    if page.id == "index":
        body += "\n## Pages\n\n" + "".join(
            f"- [{text_markdown(p.title)}]({names[p.id]})\n" for p in document.pages if p is not page
        )
    else:
        head += f"\n[{text_markdown(document.subtitle)}]({names['index']})\n"
    return f"{head}\n{body.strip()}\n"


def text_markdown(text: str) -> str:
    r"""Return plain text as Markdown that shows just that text.

    Examples
    --------
    >>> text_markdown("a_b <i> *x* _y_")
    'a_b &lt;i&gt; \\*x\\* \\_y\\_'
    """
    text = escape(" ".join(clean(text).split(" ")), quote=False).replace("\n", " ")
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)


@dataclass
class MarkdownWriter:
    """Writes the blocks of one page."""

    address: Callable[[Ref], str | None]

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Return blocks with a blank line between them."""
        written = (self.block(block) for block in blocks)
        return "\n".join(text.rstrip("\n") + "\n" for text in written if text.strip())

    def block(self, block: Block) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm per block
        match block:
            case Heading(level=level, text=text):
                return f"{'#' * level} {self.inlines(text)}"
            case Paragraph(text=text):
                return _guarded(self.inlines(text))
            case Bullets(items=items):
                return "\n".join(f"- {self.inlines(item)}" for item in items)
            case Table():
                return self.table(block)
            case Catalogue():
                return self.catalogue(block)
            case Facts(rows=rows):
                return "\n".join(f"- **{self.inlines(name)}**: {self.inlines(said)}" for name, said in rows)
            case Tiles(items=items):
                return "\n".join(
                    f"- {text_markdown(name)}: **{self.inlines(value)}** {self.inlines(remark)}".rstrip()
                    for name, value, remark in items
                )
            case Formula(latex=latex, number=number):
                tagged = latex + (rf" \tag{{{number.strip('()')}}}" if number else "")
                return f"```math\n{_fenced(tagged)}\n```"
            case Note(title=title, blocks=blocks):
                inner = f"**{self.inlines(title)}**\n\n{self.blocks(blocks)}"
                return "\n".join(f"> {line}".rstrip() for line in inner.rstrip("\n").split("\n"))
            case Fold(summary=summary, blocks=blocks):
                return f"<details>\n<summary>{self.summary(summary)}</summary>\n\n{self.blocks(blocks)}\n</details>"
            case Box(blocks=blocks, anchor=anchor, aliases=aliases):
                anchors = "".join(f'<a id="{name}"></a>' for name in (anchor, *aliases) if name)
                return (f"{anchors}\n\n" if anchors else "") + self.blocks(blocks)
            case Columns(heads=heads, sides=sides):
                cells = ["<br>".join(self.in_cell(inner) for inner in side) for side in sides]
                return f"{self.line(heads)}\n|{'---|' * len(heads)}\n| {' | '.join(cells)} |"
            case Listing(text=text, language=language):
                return f"```{language}\n{_fenced(text)}\n```"
            case Picture(mermaid=mermaid, words=words):
                return f"```mermaid\n{_fenced(mermaid.rstrip())}\n```" if mermaid else f"*{text_markdown(words)}*"
            case Only(formats=formats, blocks=blocks):
                return self.blocks(blocks) if "markdown" in formats else ""
            case Widget():
                return ""
        raise TypeError(f"not a block: {block!r}")

    def in_cell(self, block: Block) -> str:
        """Return a block that stands in a cell of a table: a formula or a line."""
        if isinstance(block, Formula):
            return inline_math(rf"\displaystyle {block.latex}", in_table=True)
        if isinstance(block, Paragraph):
            return self.inlines(block.text, in_table=True)
        raise TypeError(f"no block for a cell: {block!r}")

    def table(self, table: Table) -> str:
        marks = ["---:" if at in table.right else "---" for at in range(len(table.head))]
        lines = [self.line(table.head), "|" + "|".join(marks) + "|"]
        for row in table.rows:
            cells = [self.inlines(cell, in_table=True) for cell in row.cells]
            if row.anchor:
                cells[0] = f'<a id="{row.anchor}"></a>{cells[0]}'
            lines.append("| " + " | ".join(cells) + " |")
        caption = f"**{self.inlines(table.caption)}**\n\n" if table.caption else ""
        return caption + "\n".join(lines)

    def catalogue(self, catalogue: Catalogue) -> str:
        """Return entries one after the other, each with its cells in one line."""
        return "\n\n".join(
            (f'<a id="{entry.anchor}"></a>\n\n' if entry.anchor else "")
            + f"- {' · '.join(self.inlines(cell.text).replace('  ' + chr(10), ', ') for cell in entry.cells)}: {self.inlines(entry.summary)}\n\n"
            + self.blocks(entry.blocks)
            for entry in catalogue.entries
        )

    def line(self, cells: Sequence[Inlines]) -> str:
        return "| " + " | ".join(self.inlines(cell, in_table=True) for cell in cells) + " |"

    def summary(self, inlines: Inlines) -> str:
        """Return a summary, which is HTML in Markdown."""
        shown = (text_markdown(part.words or part.latex) if isinstance(part, Math) else self.inline(part, False) for part in inlines)
        return "".join(text.replace("**", "").replace("*", "") for text in shown)

    def inlines(self, inlines: Inlines, *, in_table: bool = False) -> str:
        return "".join(self.inline(part, in_table) for part in inlines)

    def inline(self, part: Inline, in_table: bool) -> str:
        match part:
            case str():
                return text_markdown(part)
            case Math(latex=latex):
                return inline_math(latex, in_table)
            case Link():
                return self.link(part, in_table)
            case Strong(text=text):
                return f"**{self.inlines(text, in_table=in_table)}**"
            case Soft(text=text):
                return self.inlines(text, in_table=in_table)
            case Code(text=text):
                return _code(text, in_table)
            case Badge(text=text, tone=tone):
                return f"**{text_markdown(text)}**" if tone in _QUOTED_BADGES else f"*{text_markdown(text)}*"
            case Figure(text=text) | Live(text=text):
                return text_markdown(text)
            case Break():
                return "<br>" if in_table else "  \n"
        raise TypeError(f"not a part of a line: {part!r}")

    def link(self, part: Link, in_table: bool) -> str:
        """Write a link; a symbol stands before its link, for mathematics inside links is not shown everywhere."""
        href = self.address(part.to)
        text = self.inlines(part.text, in_table=in_table)
        if href is None:
            return text
        if len(part.text) == 1 and isinstance(part.text[0], Math):
            name = _code(part.text[0].words or part.to.id, in_table)
            return f"{text} [{name}]({href})" if in_table else f"[{name}]({href})"
        return f"[{text}]({href})"


def inline_math(latex: str, in_table: bool = False) -> str:
    """Return mathematics within a line, in the form that keeps Markdown away from it."""
    latex = clean(latex).replace("`", "'").replace("\n", " ")
    if in_table:
        latex = latex.replace("|", r"\vert ")
    return f"$`{latex}`$"


def _code(text: str, in_table: bool) -> str:
    text = " ".join(clean(text).split())
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    if in_table:
        text = text.replace("|", r"\|")
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def _fenced(text: str) -> str:
    """Return text for a fenced block: nothing in it may end the fence."""
    return clean(text).replace("```", "'''")


def _guarded(text: str) -> str:
    """Return a paragraph whose first characters do not start a list, heading or quotation."""
    return _AT_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", text)
