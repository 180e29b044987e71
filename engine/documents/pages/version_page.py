"""Version history, and the comparison with each other version."""

from __future__ import annotations

from collections.abc import Iterator

from engine.comparison.compare_specs import Side
from engine.comparison.difference import find_difference
from engine.documents.comparison.comparison_document import ComparisonParts
from engine.documents.model import Badge, Block, Code, Heading, Page, Paragraph, Table, TableRow
from engine.documents.subject import Subject
from equations.model.methodology import Methodology


def version_page(subject: Subject) -> Page:
    """Return the page of versions."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Versions",))]
    if m.history:
        rows = tuple(
            TableRow(
                (
                    (line.version, " ", Badge("this version", "good")) if line.version == m.version else (line.version,),
                    (line.date,),
                    (line.contents,),
                )
            )
            for line in m.history
        )
        blocks += [
            Heading(2, ("History of the document",)),
            Table((("Version",), ("Date",), ("Contents",)), rows, weights=(1, 1, 5)),
        ]
    for other in subject.others:
        blocks += _comparison(other, subject)
    if not subject.others:
        blocks.append(Paragraph(("The library holds no other version to compare with.",), "soft"))
    return Page("versions", "Versions", tuple(blocks), "Versions", "Reading the text")


def _comparison(other: Methodology, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    yield Heading(2, (f"Compared with version {other.version}",))
    compared = ComparisonParts(find_difference(Side(other), Side(m)), subject, level=3)
    yield from compared.blocks(anchors=False)
    command = f"mrvgraph diff {other.reference} {m.reference}"
    yield Paragraph(
        (
            "Equations are matched by their ids, which stay when numbers change. ",
            Code(f"{command} --format pdf"),
            " gives this comparison as a document of its own, and ",
            Code("--project"),
            " adds what it moves in a project, edit by edit and year by year.",
        )
    )
