"""The legend of grounds, and how many entries stand on each: of a whole methodology, or of what entered one result."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Badge, Block, Bullets, Heading, Table, TableRow
from engine.documents.subject import GROUND_TONES
from engine.report.grounds import WORDS, Tally, unread
from equations.citation import GROUNDS


def ground_blocks(counted: tuple[Tally, ...], heading: Heading) -> Iterator[Block]:
    """Yield legend and counts under a heading, with the names of what no source that was read states; nothing where nothing is counted."""
    if not counted:
        return
    yield heading
    yield Bullets(tuple((Badge(WORDS[ground], GROUND_TONES[ground]), f" {meaning}") for ground, meaning in GROUNDS.items()))
    rows = tuple(TableRow(((tally.name,), *((str(tally.count(ground) or "–"),) for ground in WORDS))) for tally in counted)
    head = (("Of",), *((word,) for word in WORDS.values()))
    yield Table(head, rows, right=tuple(range(1, len(head))), look="plain")
    named = tuple((line,) for line in unread(counted))
    if named:
        yield Bullets(named)
