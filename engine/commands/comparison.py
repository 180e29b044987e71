"""What `mrvgraph diff` writes for reading: a difference as a document, and the picture of what it moves."""

from __future__ import annotations

from pathlib import Path

from engine.comparison.difference import Difference
from engine.comparison.difference_text import changes_said
from engine.comparison.waterfall import effect_waterfall
from engine.documents.comparison.comparison_document import comparison_document
from engine.documents.comparison.effect_blocks import about
from engine.documents.comparison.wording import ChangeWording
from engine.documents.model import Document
from engine.documents.writers.markdown import MarkdownWriter
from engine.documents.writers.pdf import pdf_bytes
from engine.documents.writers.picture_file import picture_bytes
from engine.documents.writers.single_page import single_page
from engine.documents.writers.typst_source import typst_source
from engine.output.destination import say
from engine.output.markup import Html
from engine.output.written_files import write_bytes
from engine.typesetting.fonts.glyph_check import refuse_unshown
from equations.errors import InputError

_FOOTER = "Made by mrvgraph from the two specs; not an official text. The same command on the same files gives the same document."


def diff_document(difference: Difference, way: str) -> bytes:
    """Return a difference as a document, ``html``, ``pdf`` or ``md``: one content, three looks.

    Raises
    ------
    InputError
        I514 where a package that the format needs is not installed, I516 for a letter that no font has.
    """
    document, parts = comparison_document(difference)
    if way == "md":
        return _markdown(document).encode()
    text = typst_source(document, difference.b.methodology.reference) if way == "pdf" else single_page(document, parts, _FOOTER)
    refuse_unshown(text, {})
    return pdf_bytes(text) if way == "pdf" else text.encode()


def write_document(difference: Difference, way: str, output: str | None) -> None:
    """Write a difference as a document into a file, or show it where none is named; errors as of :func:`diff_document`."""
    document = diff_document(difference, way)
    if output is None:
        say(document.decode(), way)
        return
    write_bytes(output, document)
    say(f"{Path(output).name} written\n")


def _markdown(document: Document) -> str:
    return MarkdownWriter(lambda ref: None).blocks(document.pages[0].blocks)


def diff_picture(difference: Difference, way: str = "svg") -> bytes:
    """Return the attribution of a difference as a picture, ``svg`` or ``png``; errors as of :func:`effect_picture`."""
    return picture_bytes(effect_picture(difference), way)


def effect_picture(difference: Difference) -> Html:
    """Return the attribution of a difference as a picture.

    Raises
    ------
    InputError
        I508 without a project, since only a run moves anything.
    """
    effect = difference.effect
    if effect is None:
        raise InputError("I508", "a waterfall shows what is moved in a project", remedy="add --project FILE")
    names = ChangeWording(difference).names
    return effect_waterfall(effect, f"From {names[0]} to {names[1]}", about(effect), changes_said(difference), names)
