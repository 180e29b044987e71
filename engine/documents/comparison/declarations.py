"""What changed beside the equations: entries of the lists of the spec, values of datasets, inputs of project files, numbers."""

from __future__ import annotations

from collections.abc import Iterator

from engine.comparison.compare_specs import EntryChange, ListChange
from engine.comparison.difference import Difference
from engine.comparison.difference_text import LIST_WORDS
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, many
from engine.documents.model import (
    Badge,
    Block,
    Bullets,
    Code,
    Fold,
    Inlines,
    Link,
    Paragraph,
    Ref,
    Soft,
    Table,
    TableRow,
)
from engine.documents.subject import Subject
from equations.model.cell_labels import written_cell

#: A list of more lines is folded.
_MOST_OPEN = 12
#: Lists that have entries in the documents, and the kind by which links lead to them.
_KINDS = {"quantities": "quantity", "rules": "rule", "rulings": "ruling", "datasets": "dataset", "choices": "choice", "register": "register",
          "index_sets": "set", "equivalences": "equivalence", "published_results": "printed", "constants": "constant"}  # fmt: skip
_MOST_TEXT = 240


def list_blocks(difference: Difference) -> Iterator[Block]:
    """Yield what changed in each list, and the words of equations that say the same; what is long is folded."""
    for name, change in difference.lists.items():
        title = LIST_WORDS.get(name, name.replace("_", " "))
        yield from _folded(f"{title[:1].upper()}{title[1:]}", _list(name, change))
    if difference.equations.reworded:
        rows = [
            TableRow(((Code(id_),), (item.field.replace("_", " "),), (_short(item.before),), (_short(item.after),)))
            for id_, changes in difference.equations.reworded
            for item in changes
        ]
        said = f"{many(len(difference.equations.reworded), 'equation')} with the same formula and other words"
        yield Fold((said,), (_changes_table("Equation", rows),), printed=False)


def _folded(title: str, rows: list[TableRow]) -> Iterator[Block]:
    if not rows:
        return
    table = _changes_table("Entry", rows)
    if len(rows) > _MOST_OPEN:
        yield Fold((f"{title}: {many(len(rows), 'change')}",), (table,), printed=False)
    else:
        yield Table(table.head, table.rows, (title,), weights=table.weights)


def _changes_table(first: str, rows: list[TableRow]) -> Table:
    return Table(((first,), ("What",), ("Was",), ("Is",)), tuple(rows), weights=(1.6, 1.3, 3, 3))


def _list(name: str, change: ListChange) -> list[TableRow]:
    kind = _KINDS.get(name, "")
    rows = [TableRow(((_named(kind, id_),), (Badge("added", "good"),), (), ())) for id_ in change.added]
    rows += [TableRow(((Code(id_),), (Badge("removed", "error"),), (), ())) for id_ in change.removed]
    rows += [TableRow(((Code(new),), (Badge("renamed", "note"),), (Code(old),), (Code(new),))) for old, new in change.renamed]
    return rows + [row for entry in change.changed for row in _entry(kind, entry)]


def _entry(kind: str, entry: EntryChange) -> Iterator[TableRow]:
    for at, item in enumerate(entry.changes):
        name: Inlines = (_named(kind, entry.id),) if not at else (Soft((Code(entry.id),)),)
        yield TableRow((name, (item.field.replace("_", " "),), (_short(item.before),), (_short(item.after),)))


def _named(kind: str, id_: str) -> Link | Code:
    return Link((Code(id_),), Ref(kind, id_)) if kind else Code(id_)


def _short(text: str) -> str:
    return "nothing" if not text else text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 2].rstrip() + " …"


def value_blocks(difference: Difference) -> Iterator[Block]:
    """Yield the values of datasets that differ."""
    if not difference.values:
        return
    rows = tuple(
        TableRow(((Code(written_cell(v.quantity, v.labels)),), (v.dataset,), (v.before or "–",),
                  (v.after or "–",), (v.when,)))
        for v in difference.values
    )  # fmt: skip
    table = Table((("Value",), ("Dataset",), ("Was",), ("Is",), ("Where",)), rows, weights=(2, 1.6, 1.4, 1.4, 2))
    title = f"{many(len(rows), 'value')} of datasets"
    yield Fold((title,), (table,)) if len(rows) > _MOST_OPEN else Table(table.head, rows, (title,), weights=table.weights)


def input_blocks(difference: Difference, wording: ChangeWording) -> Iterator[Block]:
    """Yield what two project files say differently."""
    if not difference.inputs:
        return
    rows = tuple(
        TableRow(((Code(written_cell(c.name, c.labels)),), (c.part,), (_short(c.before),), (_short(c.after),)))
        for c in difference.inputs
    )
    heads: tuple[Inlines, ...] = (("Entry",), ("Part",), *((f"In {name}",) for name in wording.names))
    table = Table(heads, rows, weights=(1.6, 1, 3, 3))
    if len(rows) > 2 * _MOST_OPEN:
        yield Fold((f"{many(len(rows), 'entry', 'entries')} that differ",), (table,))
    else:
        yield table


def renumbering_blocks(tally: ChangeTally, wording: ChangeWording, subject: Subject) -> Iterator[Block]:
    """Yield the equations with nothing but another number, folded."""
    if not tally.renumbered:
        return
    rows = tuple(
        TableRow(((f"Eq. {old}" if old else "–",), (_number_link(new, id_),), (subject.title(tally.sides[1].equation[id_]),)))
        for old, new, id_ in tally.renumbered
    )
    heads: tuple[Inlines, ...] = (*((f"In {name}",) for name in wording.names), ("Equation",))
    count = len(rows)
    said = f"{many(count, 'equation')} with the same formula and another number"
    yield Fold((said,), (Table(heads, rows, weights=(1, 1, 5)),), printed=count <= 2 * _MOST_OPEN)


def _number_link(number: str, id_: str) -> Link:
    return Link((f"Eq. {number}" if number else "–",), Ref("equation", id_))


def reading_blocks(difference: Difference) -> Iterator[Block]:
    """Yield the rulings that are read otherwise, with what each reading means."""
    for id_, old, new in difference.readings:
        ruling = difference.b.methodology.ruling[id_]
        meaning = {reading.id: reading.meaning for reading in ruling.readings}
        yield Paragraph((Link((Code(id_),), Ref("ruling", id_)), f": {ruling.issue}"))
        yield Bullets(tuple((Code(reading), f": {meaning.get(reading, '')}") for reading in (old, new)))
