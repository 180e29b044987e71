"""The register of faults of the text: a table that can be sorted and filtered, in Markdown section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Break,
    Catalogue,
    Code,
    Entry,
    Facts,
    Heading,
    Inlines,
    Link,
    Only,
    Page,
    Paragraph,
    Ref,
    SortedCell,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.pages.ruling_pages import moved_text, result_unit
from engine.documents.subject import SEVERITIES, Subject
from engine.plan.register import measured, ranked
from equations.model.ruling import RegisterEntry

#: How the other side of an entry is taken, as it is shown.
_WAYS = {"reading": "a reading", "input": "an input", "choice": "a choice", "data set": "a dataset", "none": "no way"}
_UNSAID = "not said"
#: What is known of the tonnes of an entry, what weighs most first.
_MOVES = {
    "moves": "measured, moves a result",
    "nothing": "measured, moves nothing",
    "unmeasured": "can move a result, not measured",
    "never": "cannot move a result",
}
_ON_METHOD = "on the method"


def register_page(subject: Subject) -> Page:
    """Return the page of the register."""
    m = subject.methodology
    counts = [
        f"{sum(x.severity == s for x in m.register)} {s} ({meaning})"
        for s, meaning in SEVERITIES.items()
        if any(x.severity == s for x in m.register)
    ]
    blocks: list[Block] = [
        Heading(1, ("Register of faults in the text",)),
        Paragraph(
            (
                f"{len(m.register)} places of the published text that are wrong, contradict each other or stay open: ",
                f"{'; '.join(counts)}.",
            ),
            "lead",
        ),
    ]
    critique = sum(x.about == "method" for x in m.register)
    if critique:
        said = ": the text is clear there, and what it prescribes is questioned."
        blocks.append(Paragraph((f"{critique} of them are ", Badge(_ON_METHOD, "plain"), said)))
    blocks.append(Only(("html", "pdf"), (*_measure(subject), register_catalogue(subject))))
    blocks.append(Only(("markdown",), (*_ranking(subject), *_by_section(subject))))
    return Page("register", "Register of faults", tuple(blocks), "Register of faults", "Reading the text")


# -- the table


def register_catalogue(subject: Subject) -> Catalogue:
    """Return all entries as lines that unfold: those that move most first, then those that can move a result, then the rest."""
    m = subject.methodology
    sections = _sections(subject)
    titles = {s.id: f"{s.id} {s.title}" for s in m.sections}
    filters: tuple[Mapping[str, str], ...] = (
        {},
        {section or "text": titles.get(section, section or "the whole text") for section in sections},
        {s: s for s in SEVERITIES if any(x.severity == s for x in m.register)},
        {kind: kind for kind in sorted({kind for x in m.register for kind in _kinds(x)})},
        {word: shown for word, shown in _MOVES.items() if any(_weight(x, subject) == word for x in m.register)},
        {way: shown for way, shown in (*_WAYS.items(), (_UNSAID, _UNSAID)) if any(way in _ways(x) for x in m.register)},
    )
    places = {entry.id: (sections.index(entry.text_place.section), at) for at, entry in enumerate(m.register)}
    in_text = {id_: at for at, id_ in enumerate(sorted(places, key=lambda id_: places[id_]))}
    order = sorted(m.register, key=lambda x: (list(_MOVES).index(_weight(x, subject)), -_most(x, subject), in_text[x.id]))
    heaviest = {entry.id: at for at, entry in enumerate(order)}
    names = {id_: at for at, id_ in enumerate(sorted(places))}
    rows = tuple(_entry(x, subject, filters, (names[x.id], in_text[x.id], heaviest[x.id])) for x in order)
    head = ("Entry", "Section", "Severity", "Kind", f"Moves the result, {result_unit(subject)}", "Other side taken by")
    return Catalogue(head, rows, filters, weights=(2.6, 2, 1.3, 1.3, 2, 1.6), right=(4,))


def _entry(x: RegisterEntry, subject: Subject, filters: tuple[Mapping[str, str], ...], orders: tuple[int, int, int]) -> Entry:
    name, place, heaviest = orders

    def by_filter(at: int, values: tuple[str, ...]) -> int:
        return list(filters[at]).index(values[0]) if values else len(filters[at])

    kinds, ways = _kinds(x), _ways(x)
    cells = (
        SortedCell((Code(x.id),), (), name),
        SortedCell((str(x.text_place).removeprefix("section ") or "the whole text",), (x.text_place.section or "text",), place),
        SortedCell((Badge(x.severity, x.severity),), (x.severity,), by_filter(2, (x.severity,))),
        SortedCell((", ".join(kinds) or "–",), kinds, by_filter(3, kinds)),
        SortedCell(_moves(x, subject), (_weight(x, subject),), heaviest),
        SortedCell((_taken(ways),), ways, by_filter(5, ways)),
    )
    return Entry(cells, (x.wrong,), (Facts(tuple(_facts(x, subject))),), anchor_of(Ref("register", x.id)), x.severity)


def _kinds(entry: RegisterEntry) -> tuple[str, ...]:
    return tuple(kind for kind in (entry.kind, _ON_METHOD if entry.about == "method" else "") if kind)


def _ways(entry: RegisterEntry) -> tuple[str, ...]:
    return tuple(way for way in _WAYS if way in entry.ways) or (_UNSAID,)


def _taken(ways: tuple[str, ...]) -> str:
    """Say how the other sides of an entry are taken, and whether some cannot be."""
    some = [_WAYS[way] for way in ways if way in _WAYS and way != "none"]
    if "none" in ways:
        return f"{', '.join(some)}; some not" if some else _WAYS["none"]
    return ", ".join(some) or "–"


def _most(entry: RegisterEntry, subject: Subject) -> int:
    return max((abs(amount) for amount in measured(entry, subject.methodology).values()), default=0)


def _weight(entry: RegisterEntry, subject: Subject) -> str:
    """Say what is known of the tonnes of an entry, as a word of ``_MOVES``."""
    if measured(entry, subject.methodology):
        return "moves" if _most(entry, subject) else "nothing"
    return "unmeasured" if entry.severity == "credit-moving" else "never"


def _moves(entry: RegisterEntry, subject: Subject) -> Inlines:
    """Return by how much an entry moves the result of each example project, one below the other."""
    moved = measured(entry, subject.methodology)
    if not moved:
        return ("not measured",) if entry.severity == "credit-moving" else ("–",)
    return between(((f"{project} {moved_text(amount)}".replace(" ", "\N{NO-BREAK SPACE}"),) for project, amount in moved.items()), Break())


def _measure(subject: Subject) -> list[Block]:
    """Say what the tonnes of the table are, where some are measured."""
    m = subject.methodology
    if not ranked(m):
        return []
    return [
        Paragraph(
            (
                "Tonnes are by how much the other readings of an entry move the result, ",
                subject.quantity_link(m.result),
                ", of example projects; of several readings the one that moves most. Where they are not measured, the other side is "
                "another input, a choice or a dataset, or nothing can be selected.",
            )
        )
    ]


# -- section by section


def _sections(subject: Subject) -> list[str]:
    """Return the sections that the register names, in the order of the publication; what names none comes last."""
    order = [s.id for s in subject.methodology.sections]
    return sorted(
        {x.text_place.section for x in subject.methodology.register},
        key=lambda s: (order.index(s) if s in order else len(order), s),
    )


def _by_section(subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    sections = _sections(subject)
    if len(sections) > 1:
        yield Paragraph(("Sections: ", *between((Link((x or "the whole text",), _group(x)),) for x in sections)))
    for section in sections:
        title = next((s.title for s in m.sections if s.id == section), "")
        name = f"Section {section}: {title}" if title else f"Section {section}" if section else "The whole text"
        entries = [x for x in m.register if x.text_place.section == section]
        yield Box((Heading(2, (name,)), *(register_box(entry, subject) for entry in entries)), anchor_of(_group(section)), "group")


def _ranking(subject: Subject) -> list[Block]:
    """Return the entries whose other readings are measured, those that move most first; what is not measured is counted."""
    m = subject.methodology
    entries = ranked(m)
    if not entries:
        return []
    projects = tuple(dict.fromkeys(project for _, moved in entries for project in moved))
    rows = tuple(
        TableRow(
            (
                (Link((Code(entry.id),), Ref("register", entry.id)),),
                between((Code(id_),) for id_ in entry.readings),
                *((moved_text(moved.get(project)),) for project in projects),
            )
        )
        for entry, moved in entries
    )
    known = {entry.id for entry, _ in entries}
    rest = sum(x.severity == "credit-moving" and x.id not in known for x in m.register)
    return [
        Heading(2, ("What hangs on them",)),
        Paragraph(
            (
                "By how much the other readings of an entry move the result, ",
                subject.quantity_link(m.result),
                f", of example projects, in {result_unit(subject)}; of several readings the one that moves most. "
                f"{rest} further entries can move the result and are not measured, for their other side is another input, a choice or a "
                "dataset, or nothing can be selected.",
            )
        ),
        Table(
            (("Entry",), ("Other readings",), *((project,) for project in projects)),
            rows,
            right=tuple(range(2, 2 + len(projects))),
            weights=(2.4, 3.2, *(1.2 for _ in projects)),
            look="plain",
        ),
    ]


def _group(section: str) -> Ref:
    return Ref("registered", section or "text")


def register_box(entry: RegisterEntry, subject: Subject) -> Box:
    """Return one entry of the register."""
    title: Inlines = (Code(entry.id), " ", Badge(entry.severity, entry.severity), " ", Badge(entry.kind, "plain"))
    if entry.about == "method":
        title = (*title, " ", Badge(_ON_METHOD, "plain"))
    return Box(
        (Heading(3, title), Paragraph((entry.wrong,)), Facts(tuple(_facts(entry, subject)))),
        anchor_of(Ref("register", entry.id)),
        f"entry {entry.severity}",
    )


def _facts(entry: RegisterEntry, subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    """Yield what is said of an entry: where, why it is one, how it is read, and what hangs on it."""
    yield ("Place",), subject.place_links(entry.text_place)
    for name, text in (("Evidence", entry.evidence), ("Reading taken", entry.reading), ("Why", entry.why)):
        if text:
            yield (name,), (text,)
    if entry.alternatives:
        yield ("Other readings",), between(((x,) for x in entry.alternatives), "; ")
    if entry.moves:
        yield ("What it moves",), (entry.moves,)
    moved = measured(entry, subject.methodology)
    if moved:
        shown = ", ".join(f"{moved_text(amount)} in {project}" for project, amount in moved.items())
        yield ("Measured",), (f"{shown} ({result_unit(subject)})",)
    elif entry.severity == "credit-moving":
        yield ("Measured",), ("not measured",)
    if entry.ruling:
        yield ("Ruling",), (Link((Code(entry.ruling),), Ref("ruling", entry.ruling)),)
