"""Version history, and what another version says differently: numbering, equations, quantities, rulings."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Badge, Block, Code, Fold, Heading, Inlines, Link, Math, Note, Page, Paragraph, Ref, Row, Soft, Table, between
from engine.documents.subject import Subject, unit_text
from equations.equation import Equation
from equations.methodology import Methodology
from equations.notation_latex import equation_latex


def version_page(subject: Subject) -> Page:
    """Return the page of versions."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Versions",))]
    if m.history:
        rows = tuple(Row(((line.version, " ", Badge("this version", "good")) if line.version == m.version else (line.version,), (line.date,), (line.contents,)))
                     for line in m.history)  # fmt: skip
        blocks += [Heading(2, ("History of the document",)), Table((("Version",), ("Date",), ("Contents",)), rows, weights=(1, 1, 5))]
    for other in subject.others:
        blocks += _comparison(other, subject)
    if not subject.others:
        blocks.append(Paragraph(("The library holds no other version to compare with.",), "soft"))
    return Page("versions", "Versions", tuple(blocks), "Versions", "Reading the text")


def _comparison(other: Methodology, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    yield Heading(2, (f"Compared with version {other.version}",))
    if other.status != "published":
        yield Note("editor", (f"Version {other.version} is {other.status}",), (Paragraph((other.status_note or "It is not the official text.",)),))
    command = f"mrvgraph diff {other.reference} {m.reference}"
    yield Paragraph(("Equations are matched by their ids, which stay when numbers change. ", Code(command),
                     " tells whether two forms are algebraically the same, and ", Code("--project"), " adds the difference in credits."))  # fmt: skip
    printed = [e for e in m.equations if e.number] + [e for e in other.equations if e.id not in m.equation and e.number]
    yield _equation_table(printed, other, subject)
    ids = {e.id for e in printed}
    rest = [e for e in (*m.equations, *other.equations) if e.id not in ids and _difference(e, other, subject) not in ("same", "number")]
    rest = list({e.id: e for e in reversed(rest)}.values())[::-1]
    if rest:
        yield Fold((f"{len(rest)} equations of the editor differ",), (_equation_table(rest, other, subject),))
    yield from _other_changes(other, subject)


def _equation_table(equations: list[Equation], other: Methodology, subject: Subject) -> Table:
    m = subject.methodology
    rows = []
    for equation in equations:
        here, there = m.equation.get(equation.id), other.equation.get(equation.id)
        what = _difference(equation, other, subject)
        form: Inlines = (Math(equation_latex(there, other, printed=True), there.id),) if there is not None and what in ("formula", "only there") else ()
        link = (subject.equation_link(here),) if here is not None else ("–",)
        rows.append(Row((link, (there.label if there is not None else "–",), (equation.title,), _marked(what), form)))
    head = ((f"In {m.version}",), (f"In {other.version}",), ("Equation",), ("Change",), (f"Form in {other.version} where it differs",))
    return Table(head, tuple(rows), weights=(1, 1, 3.2, 1.2, 3))


def _difference(equation: Equation, other: Methodology, subject: Subject) -> str:
    m = subject.methodology
    here, there = m.equation.get(equation.id), other.equation.get(equation.id)
    if here is None or there is None:
        return "only here" if there is None else "only there"
    if equation_latex(here, m) != equation_latex(there, other):
        return "formula"
    if subject.when(here) != Subject(other).when(there):
        return "condition"
    return "same" if here.number == there.number else "number"


def _marked(what: str) -> Inlines:
    names = {"same": ("same", "plain"), "number": ("renumbered", "note"), "formula": ("changed", "warning"), "condition": ("holds elsewhere", "warning"),
             "only here": ("added", "good"), "only there": ("removed", "error")}  # fmt: skip
    text, tone = names[what]
    return (Badge(text, tone),)


def _other_changes(other: Methodology, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    rows = []
    for kind, name, here, there in (
        ("quantity", "Quantities", m.quantity, other.quantity),
        ("rule", "Rules", {r.id: r for r in m.rules}, {r.id: r for r in other.rules}),
        ("ruling", "Rulings", m.ruling, other.ruling),
        ("dataset", "Datasets", m.dataset, other.dataset),
        ("choice", "Choices", m.choice, other.choice),
    ):
        added = between((Link((Code(id_),), Ref(kind, id_)),) for id_ in here if id_ not in there)
        removed = between((Code(id_),) for id_ in there if id_ not in here)
        if added or removed:
            rows.append(Row(((name,), added or (Soft(("none",)),), removed or (Soft(("none",)),))))
    units = [q for q in m.quantities if q.id in other.quantity and other.quantity[q.id].unit != q.unit]
    if units:
        changed = between((subject.quantity_link(q.id), f" {unit_text(other.quantity[q.id].unit)} → {unit_text(q.unit)}") for q in units)
        rows.append(Row((("Units",), changed, ())))
    if rows:
        yield Table((("What",), (f"Only in {m.version}",), (f"Only in {other.version}",)), tuple(rows), ("What else differs",), weights=(1, 3, 3))
