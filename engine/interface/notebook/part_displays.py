"""Tables, pictures and single findings by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.documents.model import Badge, Block, Break, Code, Inlines, Paragraph, Soft, Strong
from engine.documents.writers.picture_file import on_white, picture_bytes
from engine.finding import Finding
from engine.interface.notebook.display import Display, grid_blocks
from engine.output.destination import ENDINGS
from engine.output.drawing import Drawing
from engine.output.text_grid import TextGrid
from engine.output.written_files import refused, write_bytes
from engine.report.findings import sentence
from engine.run.rules import Verdict
from engine.typesetting.fonts.bundled import with_fonts

_WAYS = ("svg", "png")


class GridDisplay(Display[TextGrid]):
    """A table."""

    def blocks(self) -> Iterator[Block]:
        return grid_blocks(self.shown)


class DrawingDisplay(Display[Drawing]):
    """A picture, which brings its fonts; a letter that they do not have is left to the reader's."""

    def svg(self) -> str:
        """Return the picture on white."""
        return with_fonts(on_white(self.shown.svg))

    def save(self, path: Path | str) -> None:
        """Write the picture in the format that the ending says."""
        ending = Path(path).suffix.lower()
        way = next((way for way in _WAYS if ending in ENDINGS[way]), "")
        if not way:
            raise refused(path, f"{ending or 'no ending'} does not say how to write a picture", remedy="name a file that ends in .svg or .png")
        write_bytes(path, picture_bytes(self.shown.svg, way))


class FindingDisplay(Display[Finding]):
    """One finding with its evidence."""

    def blocks(self) -> Iterator[Block]:
        one = self.shown
        said: Inlines = (Badge(one.severity, one.severity), f" {one.code} ", Code(one.subject), ": ", sentence(one))
        for word, text in (("", one.evidence), ("to do: ", one.remedy), ("source: ", one.source), ("at: ", str(one.place or ""))):
            if text:
                said = (*said, Break(), Soft((word + text,)))
        yield Paragraph(said)


class VerdictDisplay(Display[Verdict]):
    """What a run says of one rule."""

    def blocks(self) -> Iterator[Block]:
        one = self.shown
        said: Inlines = (Code(one.rule), ": ", Strong((one.state,)), Break(), one.statement)
        for word, text in (("", one.why), ("does not apply to ", one.partly), ("source: ", one.source)):
            if text:
                said = (*said, Break(), Soft((word + text,)))
        yield Paragraph(said)
