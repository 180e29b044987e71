"""The first page: what the methodology is, how its result comes about, and where everything is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import (
    Badge,
    Block,
    Bullets,
    Code,
    Facts,
    Formula,
    Heading,
    Inlines,
    Link,
    Note,
    Page,
    Paragraph,
    Ref,
    Table,
    TableRow,
    between,
)
from engine.documents.pages.ground_table import ground_blocks
from engine.documents.pages.quantity_pages import PAGES
from engine.documents.subject import KINDS, Subject
from engine.report.grounds import tallies
from equations.model.grounded import says_grounds
from equations.model.tool import Tool
from equations.notation.latex import equation_latex
from equations.notation.plain import letters_of

_READ = "Symbols, numbers and tables are those of the publication; the words are the editor's."
_UNREAD = "Not everything here was read in the publication: each entry is marked by the ground on which it stands."


def overview_page(subject: Subject) -> Page:
    """Return the first page."""
    return Page("index", subject.methodology.reference, tuple(_overview(subject)), "Overview", "")


def _overview(subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    marked = says_grounds(m)
    yield Heading(1, (m.title,))
    programme = f"{m.programme} methodology " if m.programme else "Methodology "
    yield Paragraph(
        (
            f"{programme}{m.id}, version {m.version}",
            f", {m.date}" if m.date else "",
            ". ",
            Badge(m.status, "good" if m.status == "published" else "warning"),
        ),
        "lead",
    )
    if m.status_note:
        yield Note("editor", (f"This version is {m.status}",), (Paragraph((m.status_note,)),))
    yield Paragraph(
        (
            "Every page here is made from the spec of the methodology, the same files that are checked and run. "
            + (_UNREAD if marked else _READ)
            + " It does not replace the official text.",
        )
    )
    yield Heading(2, ("At a glance",))
    yield Facts((*overview_facts(subject), (("Picture",), (Link(("Dependency graph",), Ref("page", "graph")),))))
    yield from ground_blocks(tallies(m), Heading(2, ("On what this rests",)))
    chain = result_chain(subject)
    if chain:
        yield Heading(2, ("How the result comes about",))
        yield from chain
    if subject.methodology.sections:
        yield Heading(2, ("Sections",))
        yield _section_table(subject)
    yield Heading(2, ("How to read these pages",))
    yield Bullets(
        (
            ("A symbol leads to its entry, an equation's name to the equation, a place of the text to its section.",),
            (
                Badge("Eq. 1", "number"),
                " is a number that the publication prints; ",
                Badge("editor", "editor"),
                " marks an equation that the editor had to add, with the reason. It has no number and is named by its id, as in ",
                Code("part.of.the.text"),
                ".",
            ),
            (
                "A ",
                Badge("ruling", "fault"),
                " is a place of the text that can be read in more than one way; the reading taken and the others stand with it.",
            ),
            ("Units are checked substance by substance: carbon, carbon dioxide and its equivalent are different things.",),
        )
    )
    yield Facts(((("Spec",), (Code(m.reference),)), (("Hash of the spec",), (Code(m.hash),))))


def overview_facts(subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    """Yield how much of what a methodology has, its tools and its results."""
    m = subject.methodology
    own = [e for e in m.equations if m.tool_of(e.id) is None]
    printed = len({e.number for e in own if e.number})
    added = sum(not e.number for e in own)
    yield ("Equations",), (f"{printed} {'numbered' if m.status == 'draft' else 'printed'}", f", {added} added by the editor" if added else "")
    for kind, (_, many) in KINDS.items():
        found = sum(q.kind == kind for q in m.quantities)
        if found:
            yield (many,), (Link((f"{found}",), Ref("page", PAGES[kind])),)
    for name, entries, page in (
        ("Datasets", m.datasets, "datasets"),
        ("Choices", m.choices, "choices-and-rules"),
        ("Rules", m.rules, "choices-and-rules"),
        ("Rulings", m.rulings, "rulings"),
        ("Faults of the text", m.register, "register"),
    ):
        if entries:
            yield (name,), (Link((f"{len(entries)}",), Ref("page", page)),)
    for tool in m.tools:
        yield (f"Tool: {tool.path}",), (Link((f"{tool.reference}, {tool.title}",), Ref("section", tool.path)), *_given(tool))
    for result in m.results:
        quantity, meaning = m.quantity[result.quantity], f": {result.meaning}" if result.meaning else ""
        name = f"Result: {result.name}" if result.name else "Result"
        yield (name,), (subject.quantity_link(quantity.id), f" {quantity.title}, in {quantity.unit}{meaning}")


def _given(tool: Tool) -> Inlines:
    """Return what a tool is given by the methodology, and what is taken of its choices and readings."""
    found: Inlines = ()
    for word, pairs in ((": given ", tool.binds), ("; settled " if tool.binds else ": settled ", tool.settles)):
        found = (*found, word, *between((Code(f"{own} = {said}"),) for own, said in pairs)) if pairs else found
    return found


def result_chain(subject: Subject) -> list[Block]:
    """Return the equations of the results and of the report that hold under every choice, from the results down."""
    m = subject.methodology
    found: list[Block] = []
    for id_ in dict.fromkeys((*m.result_ids, *reversed(m.report))):
        for equation in m.definitions.get(id_, ()):
            if equation.number and (equation.when is None or len([e for e in m.definitions[id_] if e.number]) == 1):
                found.append(Paragraph((subject.equation_link(equation), f" {equation.title}"), "tight"))
                shown = equation_latex(equation, m, letters_of(m, equation), printed=True)
                found.append(Formula(shown, f"({equation.number}{equation.part})", equation.id))
    return found


def _section_table(subject: Subject) -> Table:
    m = subject.methodology
    rows = []
    for section in m.sections:
        equations = [e for e in m.equations if e.section == section.id]
        numbers = list(dict.fromkeys(e.number for e in equations if e.number))
        rows.append(TableRow(((Link((section.id,), Ref("section", section.id)),), (section.title,), (_ranges(numbers),))))
    return Table((("Section",), ("Title",), ("Equations",)), tuple(rows), weights=(0.8, 5, 1.5), look="plain")


def _ranges(numbers: list[str]) -> str:
    """Return numbers in order, whole runs joined: ``1–9, 12``."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and number.isdecimal() and runs[-1][-1].isdecimal() and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
