"""One page for each section of the publication, in its order: equations, choices, rules and data that stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.documents.model import (
    Badge,
    Block,
    Blocks,
    Box,
    Bullets,
    Code,
    Heading,
    Inlines,
    Link,
    Only,
    Page,
    Paragraph,
    Picture,
    Ref,
    Soft,
    Strong,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.pages.choice_page import choice_box, rule_box
from engine.documents.pages.context_blocks import context_blocks
from engine.documents.pages.equation_block import equation_box
from engine.documents.pages.quantity_pages import quantity_table
from engine.documents.subject import Subject
from engine.plan.graph import build_graph
from engine.typesetting.pictures.graph_text import graph_mermaid
from equations.model.equation import Equation
from equations.model.methodology import Section


def section_page_id(section: str) -> str:
    """Return the id of a section's page."""
    return anchor_of(Ref("section", section))


def section_pages(subject: Subject) -> Iterator[Page]:
    """Yield the pages; equations whose section is not declared stand on a page at the end."""
    known = {section.id for section in subject.methodology.sections}
    for section in subject.methodology.sections:
        depth = section.id.count(".")
        yield Page(
            section_page_id(section.id),
            f"{section.id} {section.title}",
            tuple(_section(section, subject)),
            f"{section.id} {section.title}",
            "Sections",
            depth,
        )
    rest = [e for e in subject.methodology.equations if e.section not in known]
    if rest:
        blocks: list[Block] = [Heading(1, ("Equations without a section",)), *equation_boxes(rest, subject)]
        yield Page("section-other", "Equations without a section", tuple(blocks), "Other equations", "Sections")


def _section(section: Section, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    yield Heading(1, (Badge(f"Section {section.id}", "number"), " ", section.title))
    below = [s for s in m.sections if s.id.startswith(section.id + ".")]
    equations = [e for e in m.equations if e.section == section.id]
    if below:
        yield Paragraph(("This section has parts of its own:",))
        yield Bullets(tuple((Link((f"{s.id} {s.title}",), Ref("section", s.id)),) for s in below))
    if equations:
        yield Only(("html", "markdown"), (_contents(equations, subject),))
        yield Only(("markdown",), (_section_graph(section, equations, subject),))
        yield from equation_boxes(equations, subject)
    before = bool(equations)
    for block in _beside_equations(section, subject):
        before = True
        yield block
    if not before and not below:
        yield Paragraph(("The spec declares nothing that stands in this section alone.",), "soft")


def _contents(equations: list[Equation], subject: Subject) -> Table:
    """Return the table of the section's equations with what each gives and when."""
    rows = []
    for equation in equations:
        number: Inlines = (Badge(equation.label, "number"),) if equation.number else (Badge("editor", "editor"),)
        rows.append(
            TableRow(
                (
                    number,
                    (Link((subject.title(equation),), Ref("equation", equation.id)),),
                    (subject.quantity_link(equation.quantity),),
                    (Soft((subject.when(equation),)),),
                )
            )
        )
    longest = max((len(equation.label) for equation in equations if equation.number), default=0)  # of a tool, its path is in it
    weights = (max(0.9, 0.12 * longest), 3.6, 1.4, 3)
    return Table((("Number",), ("Equation",), ("Gives",), ("Holds",)), tuple(rows), look="contents", weights=weights)


def _section_graph(section: Section, equations: list[Equation], subject: Subject) -> Picture:
    """Return the graph of the section's own equations, for readers of Markdown."""
    m = subject.methodology
    wanted = {e.quantity for e in equations} | {q for e in equations for q in subject.used_by_equation[e.id]}
    words = f"What the equations of section {section.id} use and give"
    return Picture("", words, graph_mermaid(build_graph(m, equations), wanted))


def equation_boxes(equations: list[Equation], subject: Subject) -> Iterator[Box]:
    """Yield the equations; the first with a printed number also carries the number's own anchor."""
    seen: set[str] = set()
    for equation in equations:
        first = next((e for e in subject.methodology.equations if e.number == equation.number), equation)
        aliases: tuple[str, ...] = ()
        if equation.number and equation.number not in seen and first.id == equation.id:
            seen.add(equation.number)
            aliases = (anchor_of(Ref("number", equation.number)),)
        yield equation_box(equation, subject, aliases)


def _beside_equations(section: Section, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    choices = [c for c in m.choices if c.source.section == section.id]
    if choices:
        boxes = tuple(choice_box(choice, subject, anchored=False) for choice in choices)
        yield from _once_on_paper("Choices made here", boxes, (Link((Code(c.id),), Ref("choice", c.id)) for c in choices))
    yield from context_blocks(section, subject)
    rules = [r for r in m.rules if section.id in (r.section, r.source.section)]
    if rules:
        boxes = tuple(rule_box(rule, subject, anchored=False) for rule in rules)
        yield from _once_on_paper("Rules of this section", boxes, (Link((Code(r.id),), Ref("rule", r.id)) for r in rules))
    inputs = [q for q in m.quantities if q.is_input and q.source.section == section.id]
    if inputs:
        table = quantity_table(inputs, subject, anchored=False, kinds=True)
        yield from _once_on_paper("Data and parameters of this section", (table,), (subject.quantity_link(q.id) for q in inputs))
    for listed in (x for x in m.parameter_lists if x.source.section == section.id):
        lines = [line for line in m.monitoring_list if line.list == listed.id]
        table = Table(
            (("As listed",), ("Quantity",), ("Remark",)),
            tuple(
                TableRow(
                    (
                        (line.printed,),
                        (subject.quantity_link(line.quantity),) if line.quantity in m.quantity else ("none",),
                        (line.note,),
                    )
                )
                for line in lines
            ),
            weights=(4, 1.4, 3),
        )
        yield Only(("html", "markdown"), (Heading(2, (f"List in the text: {listed.title}",)), table))
    yield from _open_places(section, subject)


def _once_on_paper(title: str, blocks: Blocks, links: Iterable[Link]) -> Iterator[Block]:
    """Yield what has a page of its own too: on paper it stands there only, and is named here."""
    yield Only(("html", "markdown"), (Heading(2, (title,)), *blocks))
    yield Only(("pdf",), (Paragraph((Strong((f"{title}: ",)), *between((link,) for link in links))),))


def _open_places(section: Section, subject: Subject) -> Iterator[Block]:
    """Name the rulings and faults of the section that no equation of it shows."""
    m = subject.methodology
    shown = {r.id for e in m.equations if e.section == section.id for r in subject.rulings_of[e.id]}
    shown |= {x.id for e in m.equations if e.section == section.id for x in subject.faults_of[e.id]}
    rulings = [r for r in m.rulings if r.text_place.section == section.id and r.id not in shown]
    if rulings:
        listed = Bullets(tuple((Link((Code(r.id),), Ref("ruling", r.id)), f" {r.issue}") for r in rulings))
        yield from _once_on_paper("Rulings of this section", (listed,), (Link((Code(r.id),), Ref("ruling", r.id)) for r in rulings))
    faults = [x for x in m.register if x.text_place.section == section.id and x.id not in shown]
    if faults:
        listed = Bullets(
            tuple((Link((Code(x.id),), Ref("register", x.id)), " ", Badge(x.severity, x.severity), f" {x.wrong}") for x in faults)
        )
        yield from _once_on_paper("Faults of the text", (listed,), (Link((Code(x.id),), Ref("register", x.id)) for x in faults))
