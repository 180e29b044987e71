"""What is shown of one result: its blocks as HTML, and whatever of table, frame, labelled arrays and picture it has."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.documents.model import (
    Badge,
    Block,
    Break,
    Code,
    Fold,
    Inline,
    Inlines,
    Paragraph,
    Soft,
    Strong,
    Table,
    TableRow,
    Widget,
)
from engine.documents.writers.assets_folder import notebook_sheet
from engine.documents.writers.html_blocks import HtmlWriter
from engine.finding import SEVERITIES, Finding
from engine.interface.notebook.long_table import LongTable
from engine.output.drawing import Drawing
from engine.output.marks import plain
from engine.output.markup import Html, tag
from engine.output.text_grid import TextGrid
from engine.report.findings import counted, sentence

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import Dataset

Result = TypeVar("Result")
#: Lines of a table that a notebook shows; the table itself has them all.
_MOST_LINES = 200


class Display(Generic[Result]):
    """The display of one result.

    A kind of result says what it is as blocks, and as far as it has numbers as a table and as columns; all else follows from these.
    """

    def __init__(self, shown: Result) -> None:
        self.shown = shown

    def blocks(self) -> Iterable[Block]:
        """Yield what a notebook shows."""
        raise NotImplementedError

    def grid(self) -> TextGrid:
        """Return what is read first."""
        raise NotImplementedError

    def numbers(self) -> LongTable:
        """Return every number with its labels, unit and state."""
        raise NotImplementedError

    def picture(self) -> tuple[Html, str]:
        """Return a picture with its title."""
        raise NotImplementedError

    def frame(self) -> DataFrame:
        """Return every number as a frame of pandas."""
        return self.numbers().frame()

    def dataset(self) -> Dataset:
        """Return every number as labelled arrays of xarray."""
        return self.numbers().dataset()

    def drawing(self) -> Drawing:
        """Return a picture that shows itself and can be saved."""
        return Drawing(*self.picture())

    def html(self) -> str:
        """Return what a notebook shows as HTML; every text in it is escaped."""
        blocks = tuple(self.blocks())
        writer = HtmlWriter(lambda ref: None, _no_widget)
        writer.tables = zlib.crc32(repr(blocks).encode("utf-8", "replace"))  # outputs of one notebook share a page, and ids are of a page
        written = writer.blocks(blocks)
        return tag("div", {"class": "mrvgraph"}, tag("style", None, Html(notebook_sheet(written))), written)


def _no_widget(widget: Widget) -> Html:
    raise TypeError(f"a notebook has no script for {widget.name}")


# -- parts of many displays


def grid_blocks(found: TextGrid) -> Iterator[Block]:
    """Yield a table under its title; of a long one the first lines, and how many more there are."""
    if found.title:
        yield Paragraph((Strong((plain(found.title),)),))
    rows = tuple(TableRow(tuple((plain(cell),) for cell in row)) for row in found.shown_rows[:_MOST_LINES])
    yield Table(tuple((plain(name),) for name in found.head), rows, right=found.right, look="plain")
    if len(found.rows) > _MOST_LINES:
        yield Paragraph((f"and {len(found.rows) - _MOST_LINES:,} more",), "soft")


def lines_block(lines: Iterable[str], *, strong: str = "") -> Paragraph:
    """Return lines of text as a paragraph; the one that is ``strong`` stands out."""
    parts: list[Inline] = []
    for line in map(plain, lines):
        parts += [Break()] if parts else []
        parts.append(Strong((line,)) if line == strong else line)
    return Paragraph(tuple(parts))


def findings_blocks(findings: Sequence[Finding]) -> Iterator[Block]:
    """Yield how many findings there are, and under it each of them, the most severe first."""
    if not findings:
        yield Paragraph(("findings: none",))
        return
    rows = [_finding_row(one) for severity in SEVERITIES for one in findings if one.severity == severity]
    yield Fold(("findings: ", counted(findings)), (Table((("",), ("about",), ("what was found",)), tuple(rows), look="plain", first=False),))


def _finding_row(finding: Finding) -> TableRow:
    said: Inlines = (sentence(finding),)
    for word, text in (("", finding.evidence), ("to do: ", finding.remedy), ("source: ", finding.source)):
        if text:
            said = (*said, Break(), Soft((word + text,)))
    return TableRow(((Badge(finding.severity, finding.severity), " ", finding.code), (Code(finding.subject),), said))
