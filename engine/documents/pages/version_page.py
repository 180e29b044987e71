"""Version history, and what another version says differently: numbering, equations, quantities, rulings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.comparison.compare_equations import EquationChange, Regrouping, compare_equations
from engine.comparison.compare_specs import Side
from engine.comparison.meaning import Meaning
from engine.documents.model import (
    Badge,
    Block,
    Code,
    Fold,
    Heading,
    Inline,
    Inlines,
    Link,
    Math,
    Note,
    Page,
    Paragraph,
    Ref,
    Soft,
    Strong,
    Table,
    TableRow,
    between,
)
from engine.documents.subject import Subject, unit_text
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Element, Name, Node, rebuild, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.latex import equation_latex, latex


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
    if other.status != "published":
        yield Note(
            "editor",
            (f"Version {other.version} is {other.status}",),
            (Paragraph((other.status_note or "It is not the official text.",)),),
        )
    command = f"mrvgraph diff {other.reference} {m.reference}"
    yield Paragraph(
        (
            "Equations are matched by their ids, which stay when numbers change. ",
            Code(command),
            " tells whether two forms are algebraically the same, and ",
            Code("--project"),
            " adds the difference in results.",
        )
    )
    compared = compare_equations(Side(other), Side(m))
    changes = {change.id: change for change in compared.changed}
    for group in compared.regrouped:
        yield Paragraph(
            (Strong((_regrouped(group),)), " ", *between(_proof(a, b, meaning, subject) for a, b, meaning in group.proofs))
        )
    printed = [e for e in m.equations if e.number] + [e for e in other.equations if e.id in compared.removed and e.number]
    yield _equation_table(printed, other, changes, subject)
    rest = [e for e in m.equations if not e.number and (e.id in changes or e.id in compared.added)]
    rest += [e for e in other.equations if not e.number and e.id in compared.removed]
    if rest:
        yield Fold((f"{len(rest)} equations of the editor differ",), (_equation_table(rest, other, changes, subject),))
    yield from _other_changes(other, subject)


def _regrouped(group: Regrouping) -> str:
    before, after = (
        " and ".join(f"Eq.\N{NO-BREAK SPACE}{n}" for n in numbers) for numbers in (group.from_numbers, group.to_numbers)
    )
    return f"{before} {'was divided into' if group.kind == 'split' else 'were merged into'} {after}:"


def _proof(before: str, after: str, meaning: Meaning, subject: Subject) -> Inlines:
    equation = subject.methodology.equation.get(after)
    name = subject.equation_link(equation) if equation is not None else Code(after)
    if meaning.relation == "conditional":
        return (name, " is equal where ", _condition(meaning.condition, subject.methodology))
    return (name, " is algebraically the same" if meaning.relation == "same" else " is different")


def _condition(text: str, methodology: Methodology) -> Inline:
    """Return a condition under which two forms agree as mathematics, or as it is written."""
    try:
        node = parse_formula(text)
    except MethodologyError:
        return Code(text)
    names: dict[int, Node] = {
        id(part): Element(part.name, part.indices)
        for part in walk(node)
        if isinstance(part, Name) and part.name in methodology.quantity
    }
    if any(isinstance(part, Name) and id(part) not in names for part in walk(node)):
        return Code(text)
    return Math(latex(rebuild(node, names), methodology), text)


def _equation_table(
    equations: list[Equation], other: Methodology, changes: Mapping[str, EquationChange], subject: Subject
) -> Table:
    m = subject.methodology
    rows = []
    for equation in equations:
        here, there, change = m.equation.get(equation.id), other.equation.get(equation.id), changes.get(equation.id)
        link = (subject.equation_link(here),) if here is not None else ("–",)
        form: Inlines = (
            (Math(equation_latex(there, other, printed=True), there.id),)
            if there is not None and (here is None or (change is not None and change.meaning.relation != "same"))
            else ()
        )
        rows.append(
            TableRow((link, (there.label if there is not None else "–",), (equation.title,), _change(here, there, change, m), form))
        )
    head = (
        (f"In {m.version}",),
        (f"In {other.version}",),
        ("Equation",),
        ("Change",),
        (f"Form in {other.version} where it differs",),
    )
    return Table(head, tuple(rows), weights=(0.9, 0.9, 2.6, 2.8, 2.9))


def _change(here: Equation | None, there: Equation | None, change: EquationChange | None, methodology: Methodology) -> Inlines:
    if here is None or there is None:
        return (Badge("added", "good"),) if there is None else (Badge("removed", "error"),)
    renumbered: Inlines = (Badge("renumbered", "note"), " ") if here.number != there.number else ()
    if change is None:
        return renumbered or (Badge("same", "plain"),)
    meaning = change.meaning
    if meaning.relation == "conditional":
        said: Inlines = (Badge("equal where", "warning"), " ", _condition(meaning.condition, methodology))
    else:
        said = (Badge("same formula", "plain"),) if meaning.relation == "same" else (Badge("different", "error"),)
    if meaning.difference:
        said += (Soft((f"; {meaning.difference}",)),)
    if meaning.relation == "same" and "case" in change.parts:
        said += (Soft(("; its case is worded otherwise",)),)
    return renumbered + said


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
            rows.append(TableRow(((name,), added or (Soft(("none",)),), removed or (Soft(("none",)),))))
    units = [q for q in m.quantities if q.id in other.quantity and other.quantity[q.id].unit != q.unit]
    if units:
        changed = between(
            (subject.quantity_link(q.id), f" {unit_text(other.quantity[q.id].unit)} → {unit_text(q.unit)}") for q in units
        )
        rows.append(TableRow((("Units",), changed, ())))
    if rows:
        yield Table(
            (("What",), (f"Only in {m.version}",), (f"Only in {other.version}",)),
            tuple(rows),
            ("What else differs",),
            weights=(1, 3, 3),
        )
