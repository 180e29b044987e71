"""Rulings, whose readings can be selected, and the register of all other faults of the text."""

from __future__ import annotations

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Code,
    Facts,
    Heading,
    Inlines,
    Link,
    Only,
    Page,
    Paragraph,
    Ref,
    Table,
    TableRow,
    Widget,
    anchor_of,
    between,
)
from engine.documents.subject import SEVERITIES, Subject, unit_text
from engine.plan.register import measured, ranked
from engine.plan.setting import is_static, switches_of
from equations.model.ruling import RegisterEntry, Ruling

#: So many rulings need no table of contents.
_FEW = 6


def ruling_page(subject: Subject) -> Page:
    """Return the page of rulings."""
    blocks: list[Block] = [Heading(1, ("Rulings",))]
    lead = (
        "Places of the text that can be read in more than one way and change numbers. Each names the reading taken, and every "
        "other reading can be selected with "
    )
    blocks.append(Paragraph((lead, Code("--reading ID=READING"), "."), "lead"))
    if len(subject.methodology.rulings) > _FEW:
        blocks.append(_ruling_contents(subject))
    blocks += [ruling_box(ruling, subject) for ruling in subject.methodology.rulings]
    return Page("rulings", "Rulings", tuple(blocks), "Rulings", "Reading the text")


def _ruling_contents(subject: Subject) -> Table:
    rows = tuple(
        TableRow(
            (
                (Link((Code(r.id),), Ref("ruling", r.id)),),
                subject.place_links(r.text_place),
                (Code(r.default),),
                between((Code(other.id),) for other in r.readings if other.id != r.default) or ("–",),
            )
        )
        for r in subject.methodology.rulings
    )
    head = (("Ruling",), ("Place",), ("Reading taken",), ("Other readings",))
    return Table(head, rows, weights=(2.2, 3, 2, 3), look="contents")


def ruling_box(ruling: Ruling, subject: Subject) -> Box:
    """Return one ruling with its readings and the equations that they switch."""
    m = subject.methodology
    switched = [
        e for e in m.equations if e.when is not None and is_static(e.when) and ("reading", ruling.id) in switches_of(e.when)
    ]
    projects = tuple(dict.fromkeys(project for reading in ruling.readings for project, _ in reading.moved))
    readings = tuple(
        TableRow(
            (
                (Code(r.id), " ", Badge("taken", "good")) if r.id == ruling.default else (Code(r.id),),
                (r.meaning,),
                *((_moved(dict(r.moved).get(project)),) for project in projects),
            )
        )
        for r in ruling.readings
    )
    facts: list[tuple[Inlines, Inlines]] = [(("Place",), subject.place_links(ruling.text_place))]
    facts += [
        ((name,), (text,))
        for name, text in (("Evidence", ruling.evidence), ("Why this reading", ruling.why), ("What it moves", ruling.moves))
        if text
    ]
    if switched:
        facts.append((("Switches",), subject.equation_links(switched, every=True)))
    entries = [x for x in m.register if x.ruling == ruling.id]
    if entries:
        facts.append((("In the register",), between((Link((Code(x.id),), Ref("register", x.id)),) for x in entries)))
    if ruling.source:
        facts.append((("Source",), subject.source(ruling.source)))
    blocks: tuple[Block, ...] = (
        Heading(2, (Code(ruling.id),)),
        Paragraph((ruling.issue,)),
        Table(
            (("Reading",), ("What it means",), *((f"Moves {project}, in {_result_unit(subject)}",) for project in projects)),
            readings,
            weights=(1.4, 5, *(1.1 for _ in projects)),
            right=tuple(range(2, 2 + len(projects))),
        ),
        Facts(tuple(facts)),
    )
    return Box(blocks, anchor_of(Ref("ruling", ruling.id)), "ruling")


def _moved(amount: int | None) -> str:
    """Return by how much a reading moves a result, in whole units."""
    return "" if amount is None else "0" if amount == 0 else f"{amount:+,}".replace("-", "\N{MINUS SIGN}")


def _result_unit(subject: Subject) -> str:
    m = subject.methodology
    return unit_text(m.quantity[m.result].unit)


def register_page(subject: Subject) -> Page:
    """Return the page of the register, section by section."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Register of faults in the text",))]
    counts = [
        f"{sum(x.severity == s for x in m.register)} {s} ({meaning})"
        for s, meaning in SEVERITIES.items()
        if any(x.severity == s for x in m.register)
    ]
    blocks.append(
        Paragraph(
            (
                f"{len(m.register)} places of the published text that are wrong, contradict each other or stay open: ",
                f"{'; '.join(counts)}.",
            ),
            "lead",
        )
    )
    critique = sum(x.about == "method" for x in m.register)
    if critique:
        blocks.append(
            Paragraph(
                (
                    f"{critique} of them are ",
                    Badge("on the method", "plain"),
                    ": the text is clear there, and what it prescribes is questioned.",
                )
            )
        )
    blocks += _ranking(subject)
    blocks.append(Only(("html",), (Widget("filter", "register"),)))
    order = [s.id for s in m.sections]
    sections = sorted({x.text_place.section for x in m.register}, key=lambda s: (order.index(s) if s in order else len(order), s))
    if len(sections) > 1:
        blocks.append(Paragraph(("Sections: ", *between((Link((x or "the whole text",), _group(x)),) for x in sections))))
    for section in sections:
        title = next((s.title for s in m.sections if s.id == section), "")
        name = f"Section {section}: {title}" if title else f"Section {section}" if section else "The whole text"
        entries = [x for x in m.register if x.text_place.section == section]
        blocks.append(
            Box((Heading(2, (name,)), *(register_box(entry, subject) for entry in entries)), anchor_of(_group(section)), "group")
        )
    return Page("register", "Register of faults", tuple(blocks), "Register of faults", "Reading the text")


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
                *((_moved(moved.get(project)),) for project in projects),
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
                f", of example projects, in {_result_unit(subject)}; of several readings the one that moves most. "
                f"{rest} further entries can move credits and are not measured, for their other side is another input, a choice or a "
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
    facts: list[tuple[Inlines, Inlines]] = [(("Place",), subject.place_links(entry.text_place))]
    facts += [
        ((name,), (text,))
        for name, text in (("Evidence", entry.evidence), ("Reading taken", entry.reading), ("Why", entry.why))
        if text
    ]
    if entry.alternatives:
        facts.append(
            (
                ("Other readings",),
                between((f"{x}",) for x in entry.alternatives)
                if len(entry.alternatives) == 1
                else between(((x,) for x in entry.alternatives), "; "),
            )
        )
    if entry.moves:
        facts.append((("What it moves",), (entry.moves,)))
    moved = measured(entry, subject.methodology)
    if moved:
        shown = ", ".join(f"{_moved(amount)} in {project}" for project, amount in moved.items())
        facts.append((("Measured",), (f"{shown} ({_result_unit(subject)})",)))
    elif entry.severity == "credit-moving":
        facts.append((("Measured",), ("not measured",)))
    if entry.ruling:
        facts.append((("Ruling",), (Link((Code(entry.ruling),), Ref("ruling", entry.ruling)),)))
    title: Inlines = (Code(entry.id), " ", Badge(entry.severity, entry.severity), " ", Badge(entry.kind, "plain"))
    if entry.about == "method":
        title = (*title, " ", Badge("on the method", "plain"))
    return Box(
        (Heading(3, title), Paragraph((entry.wrong,)), Facts(tuple(facts))),
        anchor_of(Ref("register", entry.id)),
        f"entry {entry.severity}",
    )
