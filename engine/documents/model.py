"""The model of a document: pages of blocks, blocks of inline parts, links by what they mean.

Content is written once in these terms; :mod:`engine.documents.writers.html_blocks`, :mod:`engine.documents.writers.markdown` and
:mod:`engine.documents.writers.typst_source` say how it looks. Nothing in a document is markup: every text is plain and is escaped
by the writer of the format.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple, TypeAlias


class Ref(NamedTuple):
    """What a link points at: an entry of the spec by kind and id, or a page."""

    kind: str
    id: str


class Spot(NamedTuple):
    """Where something stands: page and anchor."""

    page: str
    anchor: str


def anchor_of(ref: Ref) -> str:
    """Return an anchor for an entry: safe in addresses, the same on every run, different for different ids.

    Examples
    --------
    >>> anchor_of(Ref("equation", "ref.dcs.start"))
    'equation-ref.dcs.start'
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", ref.id)
    if safe != ref.id or not safe:
        safe += "-" + hashlib.sha256(ref.id.encode()).hexdigest()[:8]
    return f"{ref.kind}-{safe}"


# -- inline parts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Math:
    """Mathematics within a line; ``words`` say it where nothing can be typeset."""

    latex: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an entry; plain text where the document does not hold it."""

    text: Inlines
    to: Ref


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: Inlines


@dataclass(frozen=True, slots=True)
class Soft:
    """Text that stands back."""

    text: Inlines


@dataclass(frozen=True, slots=True)
class Code:
    """A name or a command, as it is typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A short label; ``tone`` is one of the names that the style sheet colours."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a run: its text, and which cell of which quantity it is."""

    text: str
    quantity: str
    cell: int


@dataclass(frozen=True, slots=True)
class Live:
    """A text made of numbers of a run, and the name under which a script makes it anew for other numbers."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new line within a paragraph or a cell."""


Inline: TypeAlias = str | Math | Link | Strong | Soft | Code | Badge | Figure | Live | Break
Inlines: TypeAlias = tuple[Inline, ...]

# -- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the page's."""

    level: int
    text: Inlines
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``tone`` may be ``lead`` or ``soft``."""

    text: Inlines
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Inlines, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table, with an anchor where links lead to it."""

    cells: tuple[Inlines, ...]
    anchor: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    right
        Columns that are aligned to the right (numbers).
    weights
        Relative widths of the columns in print; equal where empty.
    look
        ``cards`` (each line becomes a card on narrow screens), ``contents`` (only its first two columns stay there), ``where`` (the
        symbols of a formula; on paper their first three columns in running text), ``grid`` (a matrix of numbers) or ``plain``.
    first
        Whether the first column names the line.
    """

    head: tuple[Inlines, ...]
    rows: tuple[TableRow, ...]
    caption: Inlines = ()
    right: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    look: str = "cards"
    first: bool = True


@dataclass(frozen=True, slots=True)
class SortedCell:
    """A cell of a catalogue: what it shows, the values by which it is filtered, and its place when the column is sorted."""

    text: Inlines
    values: tuple[str, ...] = ()
    order: float = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a catalogue; ``summary`` stands under its cells, and unfolds its blocks."""

    cells: tuple[SortedCell, ...]
    summary: Inlines
    blocks: Blocks
    anchor: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Many entries as a table that can be sorted by each column and filtered by those with ``filters``: value -> how it is offered."""

    head: tuple[str, ...]
    entries: tuple[Entry, ...]
    filters: tuple[Mapping[str, str], ...]
    weights: tuple[float, ...] = ()
    right: tuple[int, ...] = ()

    @property
    def blocks(self) -> Blocks:
        """What unfolds, of all entries."""
        return tuple(block for entry in self.entries for block in entry.blocks)


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what is said of them."""

    rows: tuple[tuple[Inlines, Inlines], ...]


@dataclass(frozen=True, slots=True)
class Tiles:
    """Key figures: a name, the figure, and a remark under it. The first stands out."""

    items: tuple[tuple[str, Inlines, Inlines], ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """Mathematics on a line of its own; ``number`` stands at its side, ``words`` is the formula as the spec writes it.

    One that ``flows`` may go on on the next line where it is narrow, and comes without its LaTeX.
    """

    latex: str
    number: str = ""
    words: str = ""
    flows: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A remark with a title, set apart; ``tone`` is ``ruling``, ``fault``, ``editor`` or ``plain``."""

    tone: str
    title: Inlines
    blocks: Blocks
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """What is shown when it is asked for; on paper the summary alone stands where it is not ``printed``."""

    summary: Inlines
    blocks: Blocks
    anchor: str = ""
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """Blocks that belong together, such as everything about one equation."""

    blocks: Blocks
    anchor: str = ""
    tone: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Things side by side, each under its head; one below the other where it is narrow."""

    heads: tuple[Inlines, ...]
    sides: tuple[Blocks, ...]

    @property
    def blocks(self) -> Blocks:
        """The blocks of all sides."""
        return tuple(block for side in self.sides for block in side)


@dataclass(frozen=True, slots=True)
class Listing:
    """Text as it is typed, line by line."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes
    ----------
    svg
        The picture itself, made by this package.
    words
        What it shows, for those who do not see it.
    mermaid
        The same for Markdown, or empty.
    kind
        A name that the style sheet and the scripts know.
    wide
        Whether it needs a landscape page of its own in print.
    live
        The name under which a script draws it anew for other numbers.
    """

    svg: str
    words: str
    mermaid: str = ""
    caption: Inlines = ()
    kind: str = ""
    wide: bool = False
    live: str = ""


@dataclass(frozen=True, slots=True)
class Only:
    """Blocks for some formats: ``html``, ``markdown``, ``pdf``."""

    formats: tuple[str, ...]
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Widget:
    """Something that only a script can fill: ``name`` is known to the scripts, ``data`` is JSON."""

    name: str
    data: str = ""


Block: TypeAlias = (
    Heading | Paragraph | Bullets | Table | Catalogue | Facts | Tiles | Formula | Note | Fold | Box | Columns | Listing | Picture | Only | Widget
)
Blocks: TypeAlias = tuple[Block, ...]

# -- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A page; ``group`` is the heading under which navigation lists it, ``short`` its name there."""

    id: str
    title: str
    blocks: Blocks
    short: str = ""
    group: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the search index: ``words`` are its names, ``also`` what else it is called, the lowest ``rank`` comes first."""

    kind: str
    title: str
    ref: Ref
    words: str = ""
    latex: str = ""
    also: str = ""
    text: str = ""
    rank: int = 0


@dataclass(frozen=True)
class Document:
    """Pages in order, where everything stands, what can be searched, and groups of words of one meaning."""

    title: str
    subtitle: str
    pages: tuple[Page, ...]
    places: Mapping[Ref, Spot]
    entries: tuple[Found, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()

    def page(self, id_: str) -> Page:
        """Return a page by its id."""
        return next(page for page in self.pages if page.id == id_)


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks and everything inside them."""
    for block in blocks:
        yield block
        inner = getattr(block, "blocks", ())
        yield from walk_blocks(inner)


def inlines_in(block: Block) -> Iterator[Inline]:
    """Yield the inline parts of one block, those within links too."""
    for part in fields(block):
        if part.name != "blocks":
            yield from _inlines(getattr(block, part.name))


def _inlines(value: object) -> Iterator[Inline]:
    if isinstance(value, Math | Link | Strong | Soft | Code | Badge | Figure | Live | Break):
        yield value
        yield from _inlines(getattr(value, "text", ()))
    elif isinstance(value, TableRow | Entry):
        yield from _inlines((*value.cells, *getattr(value, "summary", ())))
    elif isinstance(value, SortedCell):
        yield from _inlines(value.text)
    elif isinstance(value, tuple):
        for item in value:
            yield from _inlines(item)


def plain(inlines: Inlines) -> str:
    """Return inline parts as plain text.

    Examples
    --------
    >>> plain(("see ", Strong(("Eq. 1",))))
    'see Eq. 1'
    """
    parts = []
    for inline in inlines:
        match inline:
            case str():
                parts.append(inline)
            case Math(latex=latex, words=words):
                parts.append(words or latex)
            case Link(text=text) | Strong(text=text) | Soft(text=text):
                parts.append(plain(text))
            case Code(text=text) | Badge(text=text) | Figure(text=text) | Live(text=text):
                parts.append(text)
            case Break():
                parts.append(" ")
    return "".join(parts)


def between(parts: Iterable[Inlines], separator: Inline = ", ") -> Inlines:
    """Join runs of inline parts with a text, or a new line, between them."""
    found: list[Inline] = []
    for part in parts:
        if found:
            found.append(separator)
        found.extend(part)
    return tuple(found)
