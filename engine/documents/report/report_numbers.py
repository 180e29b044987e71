"""The numbers of a report: each equation with numbers in it, each input with what was written and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.documents.model import (
    Block,
    Box,
    Code,
    Facts,
    Fold,
    Formula,
    Heading,
    Inlines,
    Link,
    Only,
    Paragraph,
    Ref,
    Soft,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.pages.equation_block import equation_title
from engine.documents.report.figures import Figures, TracedNumber, place_text
from engine.documents.subject import KINDS, Subject, ground_mark, kind_badge, unit_text
from engine.project.written_numbers import Origin
from engine.run.said_values import given_as
from equations.model.equation import Equation
from equations.model.quantity import Quantity
from equations.notation.latex import equation_latex
from equations.notation.plain import letters_of, plain_text

#: So many numbers are all written out; of more, the largest, and all in tables.
_MOST_WORKED, _SOME_WORKED = 14, 6
_MOST_COLUMNS = 14


def equation_sections(figures: Figures, subject: Subject) -> Iterator[Block]:
    """Yield every equation that gave a number, section by section."""
    titles = {s.id: f"{s.id} {s.title}" for s in subject.methodology.sections}
    section = None
    for equation in figures.equations:
        if equation.section != section:
            section = equation.section
            yield Heading(3, (titles.get(section, section or "Other equations"),))
        yield _equation_box(equation, figures, subject)


def _equation_box(equation: Equation, figures: Figures, subject: Subject) -> Box:
    m = subject.methodology
    quantity = m.quantity[equation.quantity]
    numbers = figures.of_equation(equation)
    letters = letters_of(m, equation)
    words = plain_text(equation.formula, letters)
    number = f"({equation.number}{equation.part})" if equation.number else ""
    blocks: list[Block] = [Heading(4, equation_title(equation, subject)), Formula(equation_latex(equation, m, letters), number, words)]
    about: Inlines = (
        subject.math(quantity),
        f" {quantity.meaning}",
        Soft((f", in {unit_text(quantity.unit)}",)) if quantity.unit.powers else "",
    )
    blocks.append(Paragraph(about, "tight"))
    shown = numbers if len(numbers) <= _MOST_WORKED else sorted(numbers, key=lambda n: (-abs(n.value), n.cell))[:_SOME_WORKED]
    rows = tuple(
        TableRow(((Code(n.name),), (figures.figure(n.quantity, n.cell),), ("= ", *figures.worked(n)) if n.worked else ())) for n in shown
    )
    caption: Inlines = (f"The {len(shown)} largest of {len(numbers)} numbers",) if len(shown) < len(numbers) else ()
    blocks.append(Table((("Number",), ("Value",), ("With numbers",)), rows, caption, (1,), weights=(2.2, 1.5, 6)))
    if len(shown) < len(numbers):
        every = Fold((f"All {len(numbers)} numbers",), tuple(number_tables(numbers, quantity, figures)))
        blocks.append(Only(("html", "markdown"), (every,)))
    return Box(tuple(blocks), anchor_of(Ref("equation", equation.id)), "equation" if equation.number else "editor")


def number_tables(numbers: Sequence[TracedNumber], quantity: Quantity, figures: Figures) -> Iterator[Block]:
    """Yield numbers as grids: the last two indices that vary, or rows and columns of a matrix, one grid for each further label."""
    axes = quantity.indices
    if len(axes) < 2:
        rows = tuple(TableRow(((", ".join(n.labels) or n.quantity,), (figures.figure(n.quantity, n.cell),))) for n in numbers)
        yield Table(((axes[0].replace("_", " ") if axes else "",), ("Value",)), rows, right=(1,), look="plain")
        return
    # Rows and columns of a matrix are its first two indices; of a long second index the last one goes across, which is mostly the
    # year.
    down, across = 0, 1
    if len(axes) > 2 and len({n.labels[1] for n in numbers}) > _MOST_COLUMNS:
        down, across = 1, len(axes) - 1
    rest = [at for at in range(len(axes)) if at not in (down, across)]
    for fixed in dict.fromkeys(tuple(n.labels[at] for at in rest) for n in numbers):
        here = [n for n in numbers if tuple(n.labels[at] for at in rest) == fixed]
        yield _grid(here, (down, across), axes, ", ".join(fixed), figures)


def _grid(numbers: Sequence[TracedNumber], at: tuple[int, int], axes: tuple[str, ...], fixed: str, figures: Figures) -> Block:
    held = {(n.labels[at[0]], n.labels[at[1]]): n for n in numbers}
    rows = [x for x in dict.fromkeys(n.labels[at[0]] for n in numbers) if any(n.value for key, n in held.items() if key[0] == x)]
    columns = [x for x in dict.fromkeys(n.labels[at[1]] for n in numbers) if any(n.value for key, n in held.items() if key[1] == x)]
    if not rows:
        return Paragraph((f"{fixed + ': ' if fixed else ''}all zero",))
    body = tuple(
        TableRow(
            (
                (row,),
                *(
                    (figures.figure(held[row, column].quantity, held[row, column].cell),) if (row, column) in held else ("",)
                    for column in columns
                ),
            )
        )
        for row in rows
    )
    corner = f"{axes[at[0]].replace('_', ' ')} ↓ {axes[at[1]].replace('_', ' ')} →"
    left_out = len({n.labels[at[0]] for n in numbers}) > len(rows) or len({n.labels[at[1]] for n in numbers}) > len(columns)
    caption = ", ".join(x for x in (fixed, "rows and columns of zeros left out" if left_out else "") if x)
    return Table(
        ((corner,), *((c,) for c in columns)), body, (caption,) if caption else (), tuple(range(1, len(columns) + 1)), look="grid"
    )


# -- inputs ------------------------------------------------------------------------------------------------------------


def input_sections(figures: Figures, subject: Subject) -> Iterator[Block]:
    """Yield every input, by kind."""
    given = {q: numbers for q, numbers in figures.numbers.items() if numbers and any(n.origin is not None for n in numbers)}
    for kind, (_, many) in KINDS.items():
        quantities = [q for q in subject.methodology.quantities if q.kind == kind and q.id in given]
        if quantities:
            yield Heading(3, (many if kind != "computed" else "Supplied in place of an equation",))
            for quantity in quantities:
                yield _input_box(quantity, [n for n in given[quantity.id] if n.origin is not None], figures, subject)


def _input_box(quantity: Quantity, numbers: list[TracedNumber], figures: Figures, subject: Subject) -> Box:
    title: Inlines = (subject.math(quantity), f" {quantity.title} ", kind_badge(quantity.kind))
    mark = ground_mark(quantity.source)
    title += (" ", *mark) if mark else ()
    blocks: list[Block] = [Heading(4, title)]
    if quantity.title != quantity.meaning:
        blocks.append(Paragraph((quantity.meaning,), "tight"))
    blocks.append(Facts(tuple(_input_facts(quantity, numbers, subject))))
    if len(numbers) <= _MOST_WORKED:
        blocks.append(_written_table(numbers, figures))
    else:
        blocks += list(number_tables(numbers, quantity, figures))
    return Box(tuple(blocks), anchor_of(Ref("quantity", quantity.id)), "entry")


def _input_facts(quantity: Quantity, numbers: list[TracedNumber], subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    origins = [n.origin for n in numbers if n.origin is not None]
    yield ("Unit",), (unit_text(quantity.unit),)
    yield ("Given by",), between((x,) for x in dict.fromkeys(given_by(o) for o in origins))
    for word, texts in (("Source", [o.source for o in origins]), *_meta(origins)):
        said = [text for text in dict.fromkeys(texts) if text]
        if said:
            yield (word,), between(((text,) for text in said), "; ")
    users = subject.users.get(quantity.id, ())
    if users:
        yield (
            ("Used by",),
            between((Link((e.label,), Ref("equation", e.id)),) for e in users)
            or ("rules",),
        )


def given_by(origin: Origin) -> str:
    """Say who gave a value."""
    return {
        "project": f"project file {origin.name}",
        "dataset": f"dataset {origin.name}",
        "default": f"default, dataset {origin.name}",
    }[origin.kind]


def _meta(origins: list[Origin]) -> list[tuple[str, list[str]]]:
    names = dict.fromkeys(key for origin in origins for key, _ in origin.meta)
    return [(name.replace("_", " ").capitalize(), [dict(o.meta).get(name, "") for o in origins]) for name in names]


def _written_table(numbers: list[TracedNumber], figures: Figures) -> Block:
    rows = []
    for n in numbers:
        origin = n.origin
        written = given_as(origin) if origin is not None else ""
        place: Inlines = (Soft((place_text(origin),)),) if origin is not None else ()
        rows.append(TableRow(((Code(n.name),), (figures.figure(n.quantity, n.cell),), (written,), place)))
    return Table(
        (("Number",), ("Value",), ("As written",), ("Where",)), tuple(rows), right=(1,), look="plain", weights=(3, 1.6, 2, 2)
    )
