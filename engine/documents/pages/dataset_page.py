"""Datasets: dated, sourced numbers as they were printed; and printed tables that the equations have to reproduce."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Break,
    Code,
    Facts,
    Heading,
    Inlines,
    Link,
    Math,
    Page,
    Paragraph,
    Ref,
    Soft,
    Strong,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.subject import Subject, unit_math
from engine.plan.dataset_life import life_of
from equations.formula.syntax import Node
from equations.model.dataset import Cell, Comparison, Dataset, PublishedResult, ValueBlock
from equations.model.methodology import Methodology
from equations.notation.latex import latex
from equations.notation.plain import condition_text, letters_of, plain_text

_MOST_COLUMNS, _FEW_COLUMNS = 16, 6


def dataset_page(subject: Subject) -> Page:
    """Return the page of datasets, printed results and comparisons."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Datasets and printed tables",))]
    blocks.append(
        Paragraph(
            (
                "Every number that the methodology prints or points to, in the unit in which it was printed. "
                "A value is converted once, when a run binds it.",
            ),
            "lead",
        )
    )
    if len(m.datasets) > 1:
        blocks.append(_contents(subject))
    blocks += [dataset_box(dataset, subject) for dataset in m.datasets]
    if m.published_results:
        blocks += [
            Heading(2, ("Printed tables that the equations reproduce",)),
            Paragraph(
                (
                    "These tables are never used as input. ",
                    Code("mrvgraph check"),
                    " computes them and compares every cell to its printed decimals.",
                )
            ),
        ]
        blocks += [_published(result, subject) for result in m.published_results]
    if m.comparisons:
        rows = tuple(
            TableRow(
                (
                    (x.title,),
                    (_side(x.left, x, m), " against", Break(), _side(x.right, x, m)),
                    (f"{float(x.tolerance):g}",),
                    (Badge(x.severity, x.severity),),
                    (x.why,),
                    subject.source(x.source),
                )
            )
            for x in m.comparisons
        )
        blocks += [
            Heading(2, ("Tables that should agree with each other",)),
            Table(
                (("Comparison",), ("Of",), ("Rounding explains",), ("If larger",), ("Why",), ("Source",)),
                rows,
                weights=(2, 2, 1, 0.9, 3, 1.2),
            ),
        ]
    return Page("datasets", "Datasets", tuple(blocks), "Datasets and tables", "Quantities")


def _side(node: Node, comparison: Comparison, methodology: Methodology) -> Math:
    letters = letters_of(methodology) | dict(comparison.letters)
    return Math(latex(node, methodology, letters), plain_text(node, letters))


def _contents(subject: Subject) -> Table:
    m = subject.methodology
    rows = tuple(
        TableRow(
            (
                (Link((dataset.title,), Ref("dataset", dataset.id)),),
                between(
                    (Link((subject.math(m.quantity[id_]),), Ref("values", f"{dataset.id}/{id_}")),)
                    for id_ in dict.fromkeys(block.quantity for block in dataset.values)
                ),
            )
        )
        for dataset in m.datasets
    )
    return Table((("Dataset",), ("Tables of",)), rows, weights=(3, 4))


def dataset_box(dataset: Dataset, subject: Subject) -> Box:
    """Return one dataset with all its values."""
    use = "used unless the project supplies its own" if dataset.use == "default" else "used where the project names it"
    facts: list[tuple[Inlines, Inlines]] = [(("Id",), (Code(dataset.id),)), (("Use",), (use,))]
    if dataset.date:
        facts.append((("Date",), (dataset.date,)))
    facts += _life(dataset, subject)
    if subject.source(dataset.source):
        facts.append((("Source",), subject.source(dataset.source)))
    blocks: list[Block] = [Heading(2, (dataset.title,)), Facts(tuple(facts))]
    seen: set[str] = set()
    for block in dataset.values:
        anchor = anchor_of(Ref("values", f"{dataset.id}/{block.quantity}")) if block.quantity not in seen else ""
        seen.add(block.quantity)
        blocks.append(Box(tuple(_values(block, subject)), anchor, "values"))
    return Box(tuple(blocks), anchor_of(Ref("dataset", dataset.id)), "dataset")


def _life(dataset: Dataset, subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    """Yield when a dataset is valid, what comes after it, and where it is allowed."""
    m = subject.methodology
    if (life := life_of(m, dataset)).is_dated:
        yield ("Valid",), (str(life),)
    if later := m.dataset.get(dataset.superseded_by):
        yield ("Superseded by",), (Link((later.title,), Ref("dataset", later.id)),)
    if dataset.allowed is not None:
        yield ("Allowed",), (condition_text(dataset.allowed, m, letters_of(m)),)
    if dataset.allowed_by:
        yield ("Allowed where these hold",), between((Link((Code(rule),), Ref("rule", rule)),) for rule in dataset.allowed_by)


def _values(block: ValueBlock, subject: Subject) -> Iterator[Block]:
    m = subject.methodology
    quantity = m.quantity[block.quantity]
    title: Inlines = (Link((subject.math(quantity),), Ref("quantity", quantity.id)), f" {quantity.title}")
    unit = unit_math(block.unit)
    about: list[Inlines] = [("in ", unit) if unit != "–" else ("a plain number",)]
    if block.published_unit:
        about.append((f"printed as {block.published_unit}",))
    if block.bound:
        about.append((f"{block.bound} end of an interval",))
    if block.when is not None:
        about.append((f"holds for {condition_text(block.when, m, letters_of(m))}",))
    if subject.source(block.source):
        about.append(subject.source(block.source))
    if block.note:
        about.append((block.note,))
    if block.uncertainty:
        about.append((f"uncertainty: {block.uncertainty[1:-1]}",))
    yield from value_tables(block.cells, quantity.indices, subject, title, (Soft((" – ", *between(about, "; "))),))


def value_tables(
    cells: tuple[Cell, ...], axes: tuple[str, ...], subject: Subject, title: Inlines, about: Inlines
) -> Iterator[Block]:
    """Yield cells as a line, a list, or one grid for each combination of the further labels."""
    if not axes:
        yield Paragraph((*title, ": ", Strong((", ".join(text for _, text in cells),)), *about))
        return
    caption = (*title, *about)
    varying = [at for at in range(len(axes)) if len({labels[at] for labels, _ in cells}) > 1] or [0]
    fixed = [at for at in range(len(axes)) if at not in varying]
    rest = tuple(f"{axes[at].replace('_', ' ')} {cells[0][0][at]}" for at in fixed) if cells else ()
    caption = (*caption, Soft((f" ({', '.join(rest)})",))) if rest else caption
    if len(varying) == 2 and len({labels[varying[1]] for labels, _ in cells}) <= _MOST_COLUMNS:
        yield _grid(cells, (varying[0], varying[1]), axes, subject, caption)
        return
    rows = tuple(TableRow((*((_member(axes[at], labels[at], subject),) for at in varying), (text,))) for labels, text in cells)
    head = (*((axes[at].replace("_", " "),) for at in varying), ("Value",))
    yield Table(head, rows, caption, right=(len(varying),), look="plain")


def _grid(cells: tuple[Cell, ...], at: tuple[int, int], axes: tuple[str, ...], subject: Subject, caption: Inlines) -> Table:
    down, across = (list(dict.fromkeys(labels[x] for labels, _ in cells)) for x in at)
    held = {(labels[at[0]], labels[at[1]]): text for labels, text in cells}
    named = len(across) <= _FEW_COLUMNS
    rows = tuple(
        TableRow(((_member(axes[at[0]], row, subject) if named else row,), *((held.get((row, column), ""),) for column in across)))
        for row in down
    )
    corner = f"{axes[at[0]].replace('_', ' ')} ↓ {axes[at[1]].replace('_', ' ')} →" if at[0] != at[1] else ""
    return Table(
        ((corner,), *((column,) for column in across)),
        rows,
        caption,
        tuple(range(1, 1 + len(across))),
        look="grid",
        weights=(1.6, *(1.0 for _ in across)),
    )


def _member(axis: str, label: str, subject: Subject) -> str:
    name = subject.methodology.index_set[subject.methodology.base_set(axis)].name_of(label)
    return label if name == label else f"{label} {name}"


def _published(result: PublishedResult, subject: Subject) -> Box:
    quantity = subject.methodology.quantity[result.quantity]
    given = subject.equation_links(subject.methodology.definitions.get(quantity.id, ()))
    about: list[Inlines] = [("computed by ", *given)] if given else []
    about.append(("from ", *between((Link((Code(d),), Ref("dataset", d)),) for d in result.given)))
    if result.choices:
        about.append((", ".join(f"{k} {v}" for k, v in result.choices),))
    if subject.source(result.source):
        about.append(subject.source(result.source))
    title: Inlines = (Link((subject.math(quantity),), Ref("quantity", quantity.id)), f" {quantity.title}")
    said: Inlines = (Soft((" – ", *between(about, "; "))),)
    return Box(
        tuple(value_tables(result.cells, quantity.indices, subject, title, said)), anchor_of(Ref("printed", result.id)), "values"
    )
