"""The whole comparison of two sides: what changed in sentences, equations side by side, what it moves, and all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from engine.comparison.difference import Difference
from engine.documents.comparison.declarations import input_blocks, list_blocks, reading_blocks, renumbering_blocks, value_blocks
from engine.documents.comparison.effect_blocks import effect_blocks
from engine.documents.comparison.pairs import COLOURS, Pairs
from engine.documents.comparison.summary import summary_sentences
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, capital, many
from engine.documents.model import (
    Badge,
    Block,
    Bullets,
    Code,
    Document,
    Facts,
    Fold,
    Heading,
    Inlines,
    Math,
    Note,
    Page,
    Paragraph,
    Soft,
)
from engine.documents.subject import Subject
from equations.model.methodology import Methodology

_PAGE = "comparison"


class ShownPart(NamedTuple):
    """A part of a comparison: its anchor, its name in the bar at the top, its heading, and what it holds."""

    anchor: str
    short: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ComparisonParts:
    """Writes a comparison.

    Attributes
    ----------
    subject
        The second side, whose entries links lead to.
    level
        Level of its headings.
    """

    difference: Difference
    subject: Subject
    level: int = 2

    @cached_property
    def tally(self) -> ChangeTally:
        """The equations, told apart."""
        return ChangeTally(self.difference)

    @cached_property
    def wording(self) -> ChangeWording:
        """How things are said."""
        return ChangeWording(self.difference)

    @cached_property
    def parts(self) -> tuple[ShownPart, ...]:
        """Each part that says something, in order."""
        found = (
            ShownPart("changes", "Changes", "What changed", tuple(self.summary())),
            ShownPart("readings", "Readings", "Readings", tuple(reading_blocks(self.difference))),
            ShownPart("inputs", "Inputs", "Inputs that differ", tuple(input_blocks(self.difference, self.wording))),
            ShownPart("effect", "Effect", "What it moves", tuple(self.effect())),
            ShownPart("equations", "Equations", "Equations side by side", tuple(self.equations())),
            ShownPart("numbers", "Numbers", "Equations that were only renumbered", tuple(renumbering_blocks(self.tally, self.wording, self.subject))),
            ShownPart("others", "Other changes", "What else changed", (*value_blocks(self.difference), *list_blocks(self.difference))),
            ShownPart("editor", "Editor", "Equations of the editor", tuple(self.editors())),
        )
        return tuple(part for part in found if part.blocks)

    def blocks(self, *, anchors: bool) -> Iterator[Block]:
        """Yield the comparison without its head; ``anchors`` where a page holds one only."""
        for at, part in enumerate(self.parts):
            if at or anchors:
                yield Heading(self.level, (part.title,), part.anchor if anchors else "")
            yield from part.blocks

    # -- parts

    def summary(self) -> Iterator[Block]:
        """Yield what changed, in sentences."""
        yield from _status_notes(self.difference)
        yield Bullets(tuple(summary_sentences(self.tally, self.wording)))

    def effect(self) -> Iterator[Block]:
        """Yield what is moved in a project."""
        if self.difference.effect is not None:
            yield from effect_blocks(self.difference, self.difference.effect, self.wording)

    def equations(self) -> Iterator[Block]:
        """Yield printed equations that do not say what they said."""
        blocks = tuple(Pairs(self.tally, self.wording, self.subject, self.level + 1).printed())
        if blocks:
            yield Paragraph(_legend(self.wording))
        yield from blocks

    def editors(self) -> Iterator[Block]:
        """Yield the editor's equations that differ, folded."""
        blocks = tuple(Pairs(self.tally, self.wording, self.subject, self.level + 1).editors())
        if blocks:
            count = sum(map(len, self.tally.editors))
            yield Fold((f"{many(count, 'equation')} without a printed number {'differs' if count == 1 else 'differ'}",), blocks)


def _legend(wording: ChangeWording) -> Inlines:
    """Say what the colours mean."""
    one, two = (Math(rf"\textcolor{{{colour}}}{{\text{{in this colour}}}}", "in this colour") for colour in COLOURS)
    return (Soft(("Underlined and ", one, f": what only {wording.names[0]} writes; ", two, f": what only {wording.names[1]} writes. Nothing "
                  "else is coloured. Forms are shown as they are evaluated; how they relate is proven by algebra, not by numbers.")),)  # fmt: skip


def _status_notes(difference: Difference) -> Iterator[Block]:
    """Yield what must be known of a side that is not an official text."""
    for methodology in {m.reference: m for m in (difference.a.methodology, difference.b.methodology)}.values():
        if methodology.status not in ("published", "draft"):
            yield Note(
                "editor",
                (f"{methodology.reference} is {methodology.status}",),
                (Paragraph((methodology.status_note or "It is not the official text.",)),),
            )


def comparison_document(difference: Difference) -> tuple[Document, tuple[tuple[str, str], ...]]:
    """Return a comparison as a document of one page, and the anchors and names of its parts."""
    comparison = ComparisonParts(difference, Subject(difference.b.said))
    one, two = comparison.wording.names
    title = f"{capital(one)} and {two}"
    m = difference.b.methodology
    blocks: list[Block] = [Heading(1, (title,)), Paragraph((m.title,), "lead"), Facts(tuple(_facts(difference)))]
    blocks += comparison.blocks(anchors=True)
    subtitle = f"{difference.a.label} → {difference.b.label}" if difference.a.label != difference.b.label else f"{m.reference}: {one} → {two}"
    page = Page(_PAGE, title, tuple(blocks))
    return Document(title, subtitle, (page,), {}), tuple((part.anchor, part.short) for part in comparison.parts)


def _facts(difference: Difference) -> Iterator[tuple[Inlines, Inlines]]:
    sides = {side.label: side.methodology for side in (difference.a, difference.b)}
    for at, (label, methodology) in enumerate(sides.items()):
        yield ("Second" if at else "First" if len(sides) > 1 else "Methodology",), (Code(label), " ", *_status(methodology))
    effect = difference.effect
    if effect is not None:
        titles = dict.fromkeys(zip(effect.titles, effect.projects, strict=True))
        yield ("Projects" if len(titles) > 1 else "Project",), ("; ".join(f"{title} ({file})" for title, file in titles),)


def _status(methodology: Methodology) -> Inlines:
    tone = "good" if methodology.status == "published" else "warning"
    return (Badge(methodology.status, tone), f" {methodology.date}" if methodology.date else "", Soft((f" · spec {methodology.hash[:12]}",)))
