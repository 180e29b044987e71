"""Quantities by kind; those that are monitored make up the monitoring plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.documents.model import (
    Block,
    Break,
    Code,
    Heading,
    Inlines,
    Link,
    Page,
    Paragraph,
    Ref,
    Soft,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.subject import KINDS, Subject, kind_badge, range_text, unit_inlines, unit_text
from equations.model.methodology import ParameterList
from equations.model.quantity import Quantity
from equations.notation.substitutions import substitution_text

PAGES = {
    "monitored": "monitoring-plan",
    "fixed_ex_ante": "fixed-ex-ante",
    "default": "default-values",
    "computed": "computed-quantities",
    "statement": "statements",
}
_TITLES = {
    "monitored": (
        "Monitoring plan",
        "Everything that a project measures while it runs, with unit, range, source, who supplies it, and the "
        "equations that use it.",
    ),
    "fixed_ex_ante": ("Data fixed ex ante", "What is settled before the project starts and stays as it is."),
    "default": (
        "Default values",
        "Numbers that the methodology itself names. A project may use another number where the methodology allows it; the "
        "run then says so.",
    ),
    "computed": ("Computed quantities", "What the equations give."),
    "statement": ("Statements of the project", "Facts that a project declares; the rules check them."),
}


def quantity_pages(subject: Subject) -> Iterator[Page]:
    """Yield a page for each kind that occurs."""
    m = subject.methodology
    for kind, id_ in PAGES.items():
        quantities = [q for q in m.quantities if q.kind == kind]
        if not quantities:
            continue
        title, lead = _TITLES[kind]
        blocks: list[Block] = [Heading(1, (title,)), Paragraph((lead,), "lead")]
        if kind == "computed":
            blocks.append(computed_table(quantities, subject))
        else:
            blocks.append(quantity_table(quantities, subject, anchored=True))
        blocks += [block for x in m.parameter_lists if x.kind == kind for block in _own_list(x, subject)]
        yield Page(id_, title, tuple(blocks), title, "Quantities")


def quantity_table(quantities: Iterable[Quantity], subject: Subject, *, anchored: bool, kinds: bool = False) -> Table:
    """Return the table of given quantities.

    Parameters
    ----------
    anchored
        Whether links to the quantities lead to these lines.
    kinds
        Whether to show the kind.
    """
    rows = []
    for q in quantities:
        meaning: list[Inlines] = [(q.meaning,), (Soft((Code(q.id), *_indices(q, subject))),), *_unit_notes(q)]
        if kinds:
            meaning.insert(0, (kind_badge(q.kind),))
        if q.editorial:
            meaning.append((Soft((f"Added by the editor: {q.editorial}",)),))
        cells = (
            (subject.math(q) if anchored else subject.quantity_link(q.id),),
            _lines(*meaning),
            unit_inlines(q),
            _lines(*_values(q, subject)),
            (q.supplied_by,),
            subject.source(q.source, linked=False),
            _users(q, subject),
        )
        rows.append(TableRow(cells, anchor_of(Ref("quantity", q.id)) if anchored else ""))
    head = (("Symbol",), ("Meaning",), ("Unit",), ("Range and value",), ("Supplied by",), ("Source",), ("Used by",))
    return Table(head, tuple(rows), weights=(1.4, 3.4, 1.2, 1.6, 1.7, 1.6, 1.2))


def computed_table(quantities: Iterable[Quantity], subject: Subject) -> Table:
    """Return the table of computed quantities with the equations that give and use them."""
    rows = []
    for q in quantities:
        given_by = subject.equation_links(subject.methodology.definitions.get(q.id, ()))
        rows.append(
            TableRow(
                (
                    (subject.math(q),),
                    _lines((q.meaning,), (Soft((Code(q.id), *_indices(q, subject))),), *_unit_notes(q)),
                    unit_inlines(q),
                    given_by or ("nothing",),
                    _users(q, subject),
                    subject.source(q.source, linked=False),
                ),
                anchor_of(Ref("quantity", q.id)),
            )
        )
    head = (("Symbol",), ("Meaning",), ("Unit",), ("Given by",), ("Used by",), ("Source",))
    return Table(head, tuple(rows), weights=(1.2, 3.4, 1.2, 1.6, 1.6, 1.8))


def _lines(*parts: Inlines) -> Inlines:
    """Put runs of inline parts below each other; empty ones are left out."""
    return between((part for part in parts if part and any(part)), Break())


def _indices(q: Quantity, subject: Subject) -> Inlines:
    if not q.indices:
        return ()
    return (" by ", *between((Link((axis.replace("_", " "),), Ref("set", axis)),) for axis in q.indices))


def _unit_notes(q: Quantity) -> list[Inlines]:
    notes: list[Inlines] = []
    if q.published_unit_text and q.published_unit_text != str(q.unit):
        notes.append((Soft((f"Unit as published: {q.published_unit_text}",)),))
    if q.unit_note:
        notes.append((Soft((q.unit_note,)),))
    if q.acts_as is not None and q.acts_as_why:
        notes.append(
            (
                Soft(
                    (
                        f"Counts as {unit_text(q.acts_as).replace('–', 'a plain number')} under ",
                        Link((Code(q.acts_as_why),), Ref("equivalence", q.acts_as_why)),
                    )
                ),
            )
        )
    return notes


def _values(q: Quantity, subject: Subject) -> list[Inlines]:
    found: list[Inlines] = []
    if q.range is not None:
        found.append((range_text(q.range),))
    if q.plausible is not None:
        found.append((Soft((f"usual: {range_text(q.plausible)}",)),))
    found += [(Soft((f"may be replaced by {substitution_text(method)}",)),) for method in q.substitution]
    if q.sources:
        found.append((Soft((f"sources, the first first: {', '.join(q.sources)}",)),))
    if q.conservative:
        found.append((Soft((f"the {q.conservative} end of an interval is the safe side",)),))
    if q.type == "yes_no":
        found.append(("yes or no",))
    if q.type == "date":
        found.append(("a date",))
    for dataset in subject.methodology.datasets:
        for block in dataset.values:
            if block.quantity == q.id:
                unit = "" if str(block.unit) == "1" else f" {block.unit}"
                shown = f"{block.cells[0][1]}{unit}" if len(block.cells) == 1 and not block.cells[0][0] else "table"
                link = Link((shown,), Ref("values", f"{dataset.id}/{q.id}"))
                found.append((link, Soft((f" ({'default' if dataset.use == 'default' else 'on request'}: {dataset.id})",))))
    return list(dict.fromkeys(found))


def _users(q: Quantity, subject: Subject) -> Inlines:
    links = subject.equation_links(subject.users.get(q.id, ()))
    if links:
        return links
    rules = between((Link((Code(rule.id),), Ref("rule", rule.id)),) for rule in subject.rules_of.get(q.id, ()))
    return ("rule " if len(rules) == 1 else "rules ", *rules) if rules else ("nothing",)


def _own_list(listed: ParameterList, subject: Subject) -> Iterator[Block]:
    """Compare a list that the publication prints with the quantities of the kind it lists, both ways."""
    m = subject.methodology
    lines = [line for line in m.monitoring_list if line.list == listed.id]
    named = {line.quantity for line in lines}
    missing = [q for q in m.quantities if q.kind == listed.kind and q.id not in named]
    yield Heading(2, (f"Against the list in the text: {listed.title}",))
    source = subject.source(listed.source)
    yield Paragraph((f"The publication lists {len(lines)} lines (", *source, "). Each is set against the quantity that it means."))
    rows = []
    for line in lines:
        quantity = m.quantity.get(line.quantity)
        meant: Inlines = (
            (subject.quantity_link(line.quantity), " ", kind_badge(quantity.kind)) if quantity is not None else ("none",)
        )
        rows.append(TableRow(((line.printed,), meant, (line.note,))))
    yield Table((("As listed (our words)",), ("Quantity",), ("Remark",)), tuple(rows), weights=(4, 1.6, 3))
    if missing:
        yield Paragraph(
            (
                f"{KINDS[listed.kind][1]} that the list does not name: ",
                *between((subject.quantity_link(q.id),) for q in missing),
                ".",
            )
        )
