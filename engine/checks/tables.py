"""Tables of datasets: values against their declared range, rows that should add up, rows and cells that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from engine.finding import Finding
from engine.run.arithmetic.printed_numbers import decimals
from equations.errors import listed
from equations.model.cell_labels import written_cell
from equations.model.dataset import Dataset, ValueBlock
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

#: How many cells of a printed table one finding names.
MOST_SHOWN = 8
_MOST_ENTRIES = 3
Labels = tuple[str, ...]


def check_tables(methodology: Methodology) -> list[Finding]:
    """Check the printed numbers of every dataset."""
    findings: list[Finding] = []
    for table in tables_of(methodology):
        findings += _ranges(table, methodology)
        findings += _rows(table, methodology)
        findings += _blanks(table, methodology)
    return findings


@dataclass(frozen=True)
class PrintedTable:
    """All printed cells of one quantity in one dataset, with the block in which each stands."""

    dataset: Dataset
    quantity: Quantity
    cells: dict[Labels, tuple[str, ValueBlock]] = field(default_factory=dict)
    blocks: list[ValueBlock] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """``national-data: p``."""
        return f"{self.dataset.id}: {self.quantity.id}"

    def value(self, labels: Labels) -> Fraction | None:
        """Return a number in the quantity's unit, or ``None`` for a cell that is missing or left out, or holds a date or an answer."""
        text, block = self.cells.get(labels, ("NA", None))
        if text == "NA" or block is None or self.quantity.type != "number":
            return None
        return Fraction(text) * block.unit.scale / self.quantity.unit.scale


def tables_of(methodology: Methodology) -> list[PrintedTable]:
    """Return the printed cells by dataset and quantity; conditions on blocks are not looked at."""
    found: dict[tuple[str, str], PrintedTable] = {}
    for dataset in methodology.datasets:
        for block in dataset.values:
            quantity = methodology.quantity[block.quantity]
            table = found.setdefault((dataset.id, quantity.id), PrintedTable(dataset, quantity))
            table.blocks.append(block)
            for labels, text in block.cells:
                table.cells[labels] = (text, block)
    return list(found.values())


def spoken_of(methodology: Methodology, table: str) -> str:
    """Name the rulings that speak of a printed table, and count the register's entries, or return an empty text."""
    numbers = set(_words(table))
    rulings = [ruling.id for ruling in methodology.rulings if numbers & set(ruling.text_place.tables)]
    entries = [entry.id for entry in methodology.register if numbers & set(entry.text_place.tables)]
    parts = ["ruling" + ("s " if len(rulings) > 1 else " ") + ", ".join(rulings)] if rulings else []
    if entries:
        few = len(entries) <= _MOST_ENTRIES
        parts.append(f"register {', '.join(entries)}" if few else f"{len(entries)} entries of the register")
    return "see " + " and ".join(parts) if parts else ""


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").replace("and", " ").split() if word]


# -- ranges


def _ranges(table: PrintedTable, methodology: Methodology) -> Iterator[Finding]:
    quantity = table.quantity
    for limits, severity, word in ((quantity.range, "error", "what it can be"), (quantity.plausible, "warning", "what is usual")):
        if limits is None:
            continue
        outside = []
        for labels in table.cells:
            value = table.value(labels)
            if value is not None and not limits.holds(float(value)) and (severity == "error" or _within(quantity, value)):
                outside.append(f"{written_cell(quantity.id, labels)} = {table.cells[labels][0]}")
        if outside:
            block = table.cells[next(iter(table.cells))][1]
            yield Finding(
                "W807",
                severity,
                table.subject,
                f"{len(outside)} value{'s' if len(outside) > 1 else ''} of {quantity.id} outside {word} "
                f"({limits} {quantity.unit})".replace(" 1)", ")"),
                listed(outside, MOST_SHOWN),
                spoken_of(methodology, block.source.table) or "correct the value, its unit or the range",
                source=str(block.source),
                place=block.place,
            )


def _within(quantity: Quantity, value: Fraction) -> bool:
    return quantity.range is None or quantity.range.holds(float(value))


# -- row sums


def _rows(table: PrintedTable, methodology: Methodology) -> Iterator[Finding]:
    wanted = table.quantity.rows_sum_to
    if wanted is None or len(table.quantity.indices) < 2:
        return
    columns = methodology.index_set[table.quantity.indices[1]].members
    by_block: dict[int, tuple[ValueBlock, list[str], list[str], int]] = {}
    for labels in {(key[0], *key[2:]): None for key in table.cells}:
        cells = [(labels[0], column, *labels[1:]) for column in columns]
        values = [table.value(cell) for cell in cells]
        if not cells or None in values:
            continue
        block = table.cells[cells[0]][1]
        total = sum((value for value in values if value is not None), Fraction(0))
        places = max(decimals(table.cells[cell][0]) for cell in cells)
        rounding = Fraction(len(cells), 2 * 10**places) * block.unit.scale / table.quantity.unit.scale
        _, within, beyond, rows = by_block.setdefault(id(block), (block, [], [], 0))
        by_block[id(block)] = (block, within, beyond, rows + 1)
        if total != wanted:
            shown = f"{', '.join(labels)}: {float(total):.6g}"
            (within if abs(total - wanted) <= rounding else beyond).append(shown)
    for block, within, beyond, rows in by_block.values():
        for off, severity, word in (
            (within, "note", "within the rounding of the printed numbers"),
            (beyond, "warning", "beyond rounding"),
        ):
            if off:
                yield Finding(
                    "W808",
                    severity,
                    table.subject,
                    f"{len(off)} of {rows} rows of {table.quantity.id} do not add up to {float(wanted):g}, {word}",
                    listed(off, MOST_SHOWN),
                    spoken_of(methodology, block.source.table) or "compare the row with its source",
                    source=str(block.source),
                    place=block.place,
                )


# -- missing rows and cells


def _blanks(table: PrintedTable, methodology: Methodology) -> Iterator[Finding]:
    quantity = table.quantity
    axes = [methodology.index_set[axis].members for axis in quantity.indices]
    if not axes or not all(axes):
        return
    block = table.blocks[0]
    given = set(table.cells)
    absent = [[m for m in members if not any(labels[at] == m for labels in given)] for at, members in enumerate(axes)]
    for axis, members in zip(quantity.indices, absent, strict=True):
        if members:
            yield Finding(
                "W809",
                "note",
                table.subject,
                f"no number of {quantity.id} for {axis} {listed(members, MOST_SHOWN)}",
                "a project supplies it, or an equation gives the quantity",
                source=str(block.source),
                place=block.place,
            )
    present = [[m for m in members if m not in gone] for members, gone in zip(axes, absent, strict=True)]
    holes = [written_cell(quantity.id, labels) for labels in product(*present) if labels not in given]
    if holes:
        yield Finding(
            "W809",
            "warning",
            table.subject,
            f"{len(holes)} cell{'s' if len(holes) > 1 else ''} of {quantity.id} {'are' if len(holes) > 1 else 'is'} missing",
            listed(holes, MOST_SHOWN),
            "print them, or write NA for a cell that the methodology leaves out",
            source=str(block.source),
            place=block.place,
        )
    yield from _completed(table, methodology)


def _completed(table: PrintedTable, methodology: Methodology) -> Iterator[Finding]:
    """Yield rows that one block of the dataset leaves blank and another one fills."""
    if len(table.blocks) < 2 or not table.quantity.indices:
        return
    members = methodology.index_set[table.quantity.indices[0]].members
    for block in table.blocks:
        rows = {labels[0] for labels, _ in block.cells}
        blank = [member for member in members if member not in rows]
        if not blank or len(rows) < len(blank):
            continue
        fillers = _fillers(table, block, blank)
        for row, filler in fillers.items():
            yield Finding(
                "W809",
                "note",
                table.subject,
                f"the row {row} of {table.quantity.id} is blank in print and filled by the editor",
                filler.note or block.note,
                spoken_of(methodology, block.source.table),
                source=str(block.source),
                place=block.place,
            )


def _fillers(table: PrintedTable, block: ValueBlock, blank: list[str]) -> Mapping[str, ValueBlock]:
    rest = {labels[2:] for labels, _ in block.cells}
    found = {}
    for other in table.blocks:
        for labels, _ in other.cells:
            if other is not block and labels[0] in blank and labels[2:] in rest:
                found[labels[0]] = other
    return found
