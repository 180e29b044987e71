"""The tables of a format, filled from a run: every cell from a number, a member, a date or a text; what is lacking is a gap with a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from engine.report.registry.recorded_run import Days, RecordedRun, day_of
from engine.report.registry.registry_format import Format, RegistryColumn, RegistryTable, Rows
from engine.report.registry.registry_texts import RegistryTexts
from equations.errors import InputError, listed
from equations.model.cell_labels import written_cell
from equations.records import record

_HOLE = re.compile(r"\{([^{}]*)\}")
_TEXT = re.compile(r"texts\.(\w+)(?:\[(\w+)\])?")
_PARTS = ("first", "last", "day", "year")


@record(frozen=True)
class RegistryGap:
    """A cell that a registry asks for and that nothing fills: table, line counted from 1, head of the column, what would fill it."""

    table: str
    line: int
    column: str
    wanted: str


@record(frozen=True)
class FilledTable:
    """A table with its lines of cells."""

    table: RegistryTable
    lines: tuple[tuple[str, ...], ...]


@record(frozen=True)
class Cell:
    """One number of a run with its members, as a line of a table is made from it."""

    labels: Mapping[str, str]
    #: Index -> the set that it goes over.
    sets: Mapping[str, str]
    value: float | None = None
    unit: str = ""


def fill(format_: Format, run: RecordedRun, rows: Sequence[tuple[str, Rows]], texts: RegistryTexts) -> tuple[list[FilledTable], list[RegistryGap]]:
    """Return the tables of a format and the gaps in them.

    Parameters
    ----------
    rows
        What stands before the names of a tool (nothing, for the methodology itself), and where rows come from.

    Raises
    ------
    InputError
        I502 where the run lacks a quantity or a set, I503 for another unit than the column or a date has, I504 for a number that is not whole where
    it must be.
    """
    tables, gaps = [], []
    for table in format_.tables:
        lines: list[tuple[str, ...]] = []
        for prefix, rule in (pair for pair in rows if pair[1].table == table.id):
            filler = Filler(run, prefix, texts)
            gaps += [RegistryGap(table.title, 0, "every line", f"texts.{key}") for key in rule.only.values() if texts.of(key) is None]
            for cell in filler.cells(rule, table.title, gaps):
                lines.append(tuple(filler.line(table, rule, cell, len(lines) + 1, gaps)))
        tables.append(FilledTable(table, tuple(lines)))
    return tables, gaps


def keys_of(rows: Collection[Rows]) -> set[str]:
    """Return the keys of the texts for which rows ask."""
    holes = [hole for rule in rows for text in rule.columns.values() for hole in _HOLE.findall(text)]
    asked = [_TEXT.fullmatch(hole) for hole in (*holes, *(name for rule in rows for name in rule.only))]
    return {found[1] for found in asked if found} | {key for rule in rows for key in rule.only.values()}


@record(frozen=True)
class Filler:
    """Fills lines from one spec's part of a run: of the methodology, or of a tool under its prefix."""

    run: RecordedRun
    prefix: str
    texts: RegistryTexts

    def cells(self, rule: Rows, table: str, gaps: list[RegistryGap]) -> Iterator[Cell]:
        """Yield the cells from which a rule makes lines: those that are not zero, and of the members that it asks for.

        Where it is not known whether a cell is asked for, its line is left out, and noted as a gap.
        """
        wanted = {name: self.texts.of(key) for name, key in rule.only.items()}
        for cell in self._all_cells(rule) if None not in wanted.values() else ():
            own = {name: self.found(name, cell) for name in wanted} if cell.value != 0 else {}
            lacking = [name for name, text in own.items() if text is None]
            if cell.value == 0 or any(own[name] not in (None, text) for name, text in wanted.items()):
                continue
            if lacking:
                gaps.append(RegistryGap(table, 0, f"the line of {written_cell(self.prefix + rule.of, cell.labels.values())}", listed(lacking, 5)))
            else:
                yield cell

    def _all_cells(self, rule: Rows) -> Iterator[Cell]:
        if rule.whole_units:
            yield from self._whole_units()
        elif not rule.of:
            yield Cell({}, {})
        else:
            yield from self._cells_of(self.prefix + rule.of, rule.where_it_is)

    def _cells_of(self, quantity: str, may_lack: bool) -> Iterator[Cell]:
        known = self.run.quantities.get(quantity)
        if known is None:
            if not may_lack:
                raise InputError("I502", f"the run has no {quantity}", why="a table is made from it",
                                 remedy="write the run without --target")  # fmt: skip
            return
        sets = dict(zip(known["indices"], known["index_sets"], strict=True))
        for found in known["values"]:
            yield Cell({axis: str(found[axis]) for axis in sets}, sets, found["value"], known["unit"])

    def _whole_units(self) -> Iterator[Cell]:
        whole, content = self.run.content.get("whole_units"), self.run.content
        if whole is None:
            raise InputError("I502", "the run has no result in whole units", why="its first result is no amount that is issued",
                             remedy="use a methodology with a quantity of the role `issued`")  # fmt: skip
        total = sum(Fraction(str(found["value"])) for found in whole["values"] if found["value"] is not None)
        if total != Fraction(str(whole["total"])):
            raise InputError("I504", f"the blocks come to {shortest(float(total))} units, and the run to {whole['total']}",
                             why="not every number of its result counts, as of a stock only the last one",
                             remedy="say what is issued in a mapping")  # fmt: skip
        for found in whole["values"]:
            axes = [axis for axis in found if axis not in ("value", "near_whole")]
            yield Cell({axis: str(found[axis]) for axis in axes}, {axis: axis for axis in axes}, found["value"], content[f"{content['result']}_unit"])

    # -- lines

    def line(self, table: RegistryTable, rule: Rows, cell: Cell, number: int, gaps: list[RegistryGap]) -> Iterator[str]:
        """Yield the cells of a line; what is required and lacking is noted as a gap."""
        for column in table.columns:
            template = rule.columns.get(column.id, "")
            text, lacking = self.filled(template, cell)
            if template == "{value}":
                text = number_text(column, cell)
            if column.required and not text:
                gaps.append(RegistryGap(table.title, number, column.head, listed(lacking, 5) or "nothing says it"))
            yield text

    def filled(self, template: str, cell: Cell) -> tuple[str, list[str]]:
        """Return a text with its holes filled, empty where one of them cannot be, and what is lacking."""
        lacking: list[str] = []

        def one(hole: re.Match[str]) -> str:
            found = self.found(hole[1], cell)
            if found is None:
                lacking.append(hole[1])
            return found or ""

        text = _HOLE.sub(one, template)
        return ("" if lacking else text), lacking

    def found(self, name: str, cell: Cell) -> str | None:
        """Return what a hole names, or ``None``."""
        asked = _TEXT.fullmatch(name)
        if asked:
            return self.texts.of(asked[1], self._member(asked[2], name, cell) if asked[2] else "")
        if name == "unit":
            return cell.unit
        if name == "value":
            return None if cell.value is None else shortest(cell.value)
        head, _, part = name.partition(".")
        if head in ("project", "methodology", "operation"):
            return str(self.run.content[head].get(part, "")) or None
        return self._of_member(head, part, cell)

    def _member(self, set_id: str, name: str, cell: Cell) -> str:
        """Return the member of a cell for which a text is asked."""
        axis = self.named(set_id, cell.labels)
        if axis not in cell.labels:
            raise InputError("I502", f"{{{name}}}: the numbers of the line have no {set_id}",
                             why=f"they have {listed(list(cell.labels)) or 'no index'}",
                             remedy="name one of their indices in the mapping")  # fmt: skip
        return cell.labels[axis]

    def _of_member(self, name: str, part: str, cell: Cell) -> str | None:
        """Return a member of the cell, or of a set in time within its days, or the number of another quantity; or a day or year of it."""
        axis = self.named(name, cell.labels)
        quantity = self.named(name, self.run.quantities)
        if axis in cell.labels:
            label, days = cell.labels[axis], self.run.days_of(cell.sets[axis], cell.labels[axis])
        elif quantity in self.run.quantities:
            number = self.run.number(quantity, cell.labels)
            if number is None:
                return None
            day = day_of(quantity, number, self.run.quantities[quantity]["unit"]) if part else None
            label, days = shortest(number), (day, day) if day else None
        else:
            inner = self._within(name, cell)
            label, days = inner if inner is not None else ("", None)
        return (label or None) if not part else _part_of(days, part)

    def _within(self, set_id: str, cell: Cell) -> tuple[str, Days | None] | None:
        """Return the one member of a set in time that has days in common with the members of a cell."""
        for axis, label in cell.labels.items():
            days = self.run.days_of(cell.sets[axis], label)
            found = list(self.run.members_within(set_id, days)) if days else []
            if len(found) == 1:
                return found[0], self.run.days_of(set_id, found[0])
        return None

    def named(self, name: str, known: Collection[str]) -> str:
        """Return a name of the spec as the run knows it: of a tool with its prefix, unless it is shared with the methodology."""
        return self.prefix + name if self.prefix + name in known else name


def _part_of(days: Days | None, part: str) -> str | None:
    if days is None or part not in _PARTS:
        return None
    day = days[1] if part == "last" else days[0]
    return str(day.year) if part == "year" else day.isoformat()


def number_text(column: RegistryColumn, cell: Cell) -> str:
    """Return the number of a cell for a column; errors as of :func:`fill`."""
    at = listed(list(cell.labels.values()), 5)
    if cell.value is None:
        return ""
    if column.unit and cell.unit != column.unit:
        raise InputError("I503", f"{column.head}: {at} is in {cell.unit}, and the column in {column.unit}", why="nothing is converted in silence",
                         remedy="map a quantity of that unit")  # fmt: skip
    if column.whole and cell.value != round(cell.value):
        raise InputError("I504", f"{column.head}: {at} is {shortest(cell.value)}, not a whole number", why="registries hold whole units",
                         remedy="map a quantity in whole units")  # fmt: skip
    if column.whole and cell.value < 0:
        raise InputError("I504", f"{column.head}: {at} is {shortest(cell.value)}, below zero", why="nobody can hold less than nothing",
                         remedy="look at the rules that the run breaks")  # fmt: skip
    return shortest(cell.value)


def shortest(value: float) -> str:
    """Return a number in the fewest digits that give it back, whole ones without a point.

    Examples
    --------
    >>> shortest(17400.0), shortest(1e22), shortest(0.5)
    ('17400', '10000000000000000000000', '0.5')
    """
    exact = Fraction(value)
    return str(exact.numerator) if exact.denominator == 1 else repr(float(value))
