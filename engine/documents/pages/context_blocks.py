"""What a section says around its equations: terms, activities, boundaries and periods, carbon pools and sources of gases."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Badge, Block, Heading, Inlines, Soft, Table, TableRow, between
from engine.documents.subject import Subject
from equations.model.context import Pool
from equations.model.methodology import Section

_REQUIRED = {"yes": "required", "no": "not required", "open": "the project decides"}
_INCLUDED = {"yes": Badge("counted", "good"), "no": Badge("left out", "plain"), "conditional": Badge("counted where used", "note")}


def context_blocks(section: Section, subject: Subject) -> Iterator[Block]:
    """Yield what stands in a section beside equations, choices and rules."""
    m = subject.methodology
    terms = [term for term in m.terms if term.source.section == section.id]
    if terms:
        yield Heading(2, ("Terms that are defined here",))
        rows = tuple(TableRow(((term.name,), _noted(term.meaning, term.note))) for term in terms)
        yield Table((("Term",), ("Meaning",)), rows, weights=(1.6, 5))
    activities = [activity for activity in m.activities if activity.source.section == section.id]
    if activities:
        yield Heading(2, ("What projects do",))
        rows = tuple(TableRow((_noted(activity.meaning, activity.note), subject.source(activity.source))) for activity in activities)
        yield Table((("Activity",), ("Source",)), rows, weights=(5, 1.6), first=False)
    yield from _boundaries(section, subject)
    yield from _pools(section, subject)


def _boundaries(section: Section, subject: Subject) -> Iterator[Block]:
    found = [boundary for boundary in subject.methodology.boundaries if boundary.source.section == section.id]
    for kind, title in (("area", "Boundaries"), ("period", "Periods")):
        rows = tuple(
            TableRow(
                (
                    (boundary.name,),
                    (_REQUIRED[boundary.required],),
                    _noted(boundary.meaning, boundary.note),
                    between(((str(passage),) for passage in boundary.rests_on), "; ") or ("–",),
                )
            )
            for boundary in found
            if boundary.kind == kind
        )
        if rows:
            yield Heading(2, (title,))
            yield Table((("Name",), ("Needed",), ("Meaning",), ("Rests on",)), rows, weights=(1.4, 1, 4.5, 1.8))


def _pools(section: Section, subject: Subject) -> Iterator[Block]:
    found = [pool for pool in subject.methodology.pools if pool.source.section == section.id]
    for side in dict.fromkeys(pool.side for pool in found):
        yield Heading(2, (f"Carbon pools and sources of gases: {side}" if side else "Carbon pools and sources of gases",))
        rows = tuple(
            TableRow(
                (
                    (pool.name, *((Soft((f" ({', '.join(pool.gases)})",)),) if pool.gases else ())),
                    (_INCLUDED[pool.included],),
                    _explained(pool),
                    between((subject.quantity_link(id_),) for id_ in pool.quantities) or ("–",),
                )
            )
            for pool in found
            if pool.side == side
        )
        yield Table((("Pool or source",), ("Counted",), ("Explanation",), ("Counts in",)), rows, weights=(2, 1.2, 4, 1.2))


def _explained(pool: Pool) -> Inlines:
    return _noted(". ".join(text for text in (pool.only_where, pool.why) if text), pool.note)


def _noted(text: str, note: str) -> Inlines:
    if not note:
        return (text or "–",)
    return (f"{text}. " if text else "", Soft((f"Editor's note: {note}",)))
