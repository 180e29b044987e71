"""Rulings: places of the text whose readings can be selected."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Code,
    Facts,
    Heading,
    Inlines,
    Link,
    Math,
    Only,
    Page,
    Paragraph,
    Ref,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.subject import Subject, unit_text
from equations.model.equation import Rule
from equations.model.index_set import IndexSet
from equations.model.reading import EditBlock
from equations.model.ruling import Ruling
from equations.notation.latex import equation_latex, latex
from equations.notation.plain import letters_of, plain_text
from equations.readings.composition import taking_parts, with_readings

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
        blocks.append(Only(("html", "markdown"), (_ruling_contents(subject),)))
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
    """Return one ruling with its readings and what they change."""
    m = subject.methodology
    changed = [m.equation[id_] for id_ in subject.edited[ruling.id]]
    projects = tuple(dict.fromkeys(project for reading in ruling.readings for project, _ in reading.moved))
    readings = tuple(
        TableRow(
            (
                (Code(r.id), " ", Badge("taken", "good")) if r.id == ruling.default else (Code(r.id),),
                (r.meaning,),
                *((moved_text(dict(r.moved).get(project)),) for project in projects),
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
    if changed:
        facts.append((("Changes",), subject.equation_links(changed)))
    entries = [x for x in m.register if x.ruling == ruling.id]
    if entries:
        facts.append((("In the register",), between((Link((Code(x.id),), Ref("register", x.id)),) for x in entries)))
    if ruling.source:
        facts.append((("Source",), subject.source(ruling.source)))
    blocks: tuple[Block, ...] = (
        Heading(2, (Code(ruling.id),)),
        Paragraph((ruling.issue,)),
        Table(
            (("Reading",), ("What it means",), *((f"Moves {project}, in {result_unit(subject)}",) for project in projects)),
            readings,
            weights=(1.4, 5, *(1.1 for _ in projects)),
            right=tuple(range(2, 2 + len(projects))),
        ),
        Only(("html", "markdown"), tuple(edit_tables(ruling, subject))),
        Facts(tuple(facts)),
    )
    return Box(blocks, anchor_of(Ref("ruling", ruling.id)), "ruling")


def edit_tables(ruling: Ruling, subject: Subject) -> Iterator[Block]:
    """Yield, for each reading, what it puts in the place of the text, or between a quantity and those that read it."""
    for reading in ruling.readings:
        for block in reading.edits:
            rows = tuple(_edit_rows(block, subject))
            if rows:
                others = [f"{id_} = {value}" for id_, value in block.under[1:]]
                where = f" with {', '.join(others)}" if others else ""
                yield Paragraph(("What ", Code(reading.id), f"{where} changes:"), "tight")
                yield Table((("Equation",), ("What it is for",), ("Form",)), rows, weights=(2, 3, 5))


def _edit_rows(block: EditBlock, subject: Subject) -> Iterator[TableRow]:
    m = subject.methodology
    made = with_readings(m, dict(block.under))
    ids = dict.fromkeys(equation.id for equation in block.equations if equation.id in made.equation)
    inside = [e.id for step in block.steps if not step.readers for e in m.definitions.get(step.of, ()) if e.id in made.equation]
    shared = [edit.entry for edit in block.entries if isinstance(edit.entry, IndexSet)]
    for own in shared:
        for weight in own.weights:
            form = latex(weight.formula, made, {weight.member: weight.of, weight.holder: own.id})
            yield TableRow(((Code(own.id),), (f"The part of a {weight.of.replace('_', ' ')} that each has, in all sums",), (Math(form, own.id),)))
    for id_ in dict.fromkeys((*ids, *inside, *taking_parts(m, block))):
        equation = made.equation[id_]
        name = (subject.equation_link(m.equation[id_]),) if id_ in m.equation else (Code(id_),)
        why = equation.title if not equation.editorial else f"{equation.title}. {equation.editorial}" if equation.title else equation.editorial
        yield TableRow((name, (why,), (Math(equation_latex(equation, made, letters_of(made, equation)), id_),)))
    for edit in block.entries:
        if edit.entry is None:
            shown = (subject.equation_link(m.equation[edit.id]),) if edit.list == "equations" else (Code(edit.id),)
            yield TableRow((shown, ("taken out",), ("\N{EN DASH}",)))
        elif isinstance(edit.entry, Rule):
            yield TableRow(((Code(edit.id),), (edit.entry.statement,), (Code(plain_text(edit.entry.condition)),)))


def moved_text(amount: int | None) -> str:
    """Return by how much a reading moves a result, in whole units."""
    return "" if amount is None else "0" if amount == 0 else f"{amount:+,}".replace("-", "\N{MINUS SIGN}")


def result_unit(subject: Subject) -> str:
    """Return the unit in which the result moves."""
    m = subject.methodology
    return unit_text(m.quantity[m.result].unit)
