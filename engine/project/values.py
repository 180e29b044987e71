"""Read the blocks of values of a project file: nested labels, tables of text, CSV files; units by text.

Labels and numbers come out as written, each with its place; :mod:`engine.run.inputs` converts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from engine.finding import Finding
from engine.project.cell_states import FIELD, UNKNOWN, BlockStates, fault_of
from engine.project.project_file import ProjectBlock
from engine.project.project_tree import is_workbook
from engine.project.total_rows import TableCell
from engine.project.value_tables import ValueTable
from equations.errors import InputError, MethodologyError, Place, near_or_all
from equations.files.csv_table import CsvTable, read_bytes, read_table
from equations.files.regular_file import may_read
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode
from equations.model.cell_labels import written_cell
from equations.model.quantity import Quantity
from equations.records import record
from equations.units.measures import between, told_apart
from equations.units.unit import Unit

if TYPE_CHECKING:
    from engine.run.arithmetic.samples import SampleEstimate

#: Source, and field -> text, of a block of values or of a line of a CSV file.
Said = tuple[str, tuple[tuple[str, str], ...]]
UnitReader = Callable[[str, Place | None, tuple[str, ...]], Unit]


@record(frozen=True)
class Reported:
    """One number as reported.

    Attributes
    ----------
    labels
        One for each index.
    scalar
        What is written.
    alternative
        The unit alternative that it takes.
    said
        What its own line of a CSV file says of it: ``source``, ``comments``.
    """

    labels: tuple[str, ...]
    scalar: Scalar
    unit: Unit
    alternative: str
    said: tuple[tuple[str, str], ...] = ()
    #: The sample that gives the number.
    estimate: SampleEstimate | None = None

    def own(self, of_block: Said | None) -> Said | None:
        """Return what is said of the number: what its own line says stands before what its block says."""
        if of_block is None or not self.said:
            return of_block
        meta = {**dict(of_block[1]), **dict(self.said)}
        return meta.pop("source", of_block[0]), tuple(meta.items())


@record(frozen=True)
class WrittenCell:
    """One number as it stands in a block: labels of the open indices, the text, and what its line of a CSV file says beside it."""

    labels: tuple[str, ...]
    scalar: Scalar
    unit: str = ""
    said: tuple[tuple[str, str], ...] = ()
    estimate: SampleEstimate | None = None


@record(frozen=False)
class ValueReader:
    """Reads blocks of values; collects errors and the files that were read (name -> SHA-256)."""

    folder: Path
    substances: tuple[str, ...]
    read_unit: UnitReader
    errors: list[MethodologyError]
    #: Index set -> its letters, which may head the columns of a CSV file.
    letters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    #: Columns of a CSV file that say something beside a number.
    remarks: ClassVar[tuple[str, ...]] = ("source", "comments", "state", "conservative", "instead_of")
    #: What a person may see otherwise in the cells of workbooks.
    findings: list[Finding] = field(default_factory=list)
    #: Index set -> its members, where they are known: what is a member is no word for a total.
    members: Mapping[str, Collection[str]] = field(default_factory=dict)

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def tell(self, finding: Finding) -> None:
        """Take a finding; of several blocks about one file it is taken once."""
        if finding not in self.findings:
            self.findings.append(finding)

    def read(self, quantity: Quantity, block: ProjectBlock) -> list[Reported]:
        """Return every cell that a block lists."""
        units = self.units(quantity, block)
        if units is None:
            return []
        fixed = dict(block.texts("at"))
        for key, scalar in fixed.items():
            if key not in quantity.axis_names:
                self.fault("I502", f"{quantity.id} has no index {key!r}", scalar.place,
                           remedy=near_or_all(key, quantity.axis_names, "its indices are"))  # fmt: skip
                return []
        open_indices = tuple(name for name in quantity.axis_names if name not in fixed)
        found = []
        states = BlockStates(block)
        for wrong in states.lists:
            self.fault("I506", f"{quantity.id}: states stand as label: state", wrong.place, "of a list it is not said which cell is meant",
                       "write one state for all, or {label: measured}")  # fmt: skip
        written = self.written(quantity, block, open_indices)
        for one in (*written, *self.not_listed(quantity, states, written, open_indices)):
            labels, scalar, own_unit = one.labels, one.scalar, one.unit
            if len(labels) != len(open_indices):
                wanted = ", ".join(open_indices) or "none"
                count = {0: "no label", 1: "1 label"}.get(len(labels), f"{len(labels)} labels")
                self.fault("I506", f"{quantity.id}: {count} where the indices are {wanted}", scalar.place,
                           remedy=f"nest the labels in the order {wanted}" if open_indices else "write `value:`")  # fmt: skip
                continue
            rest = iter(labels)
            full = tuple(fixed[name].text if name in fixed else next(rest) for name in quantity.axis_names)
            written_at = scalar.place if own_unit or not block.has("unit") else block.place_of("unit")
            unit, alternative = self.unit_of(quantity, units, own_unit, full, written_at)
            if unit is not None:
                found.append(Reported(full, scalar, unit, alternative, self.with_state(quantity, one, states), one.estimate))
        return found

    def with_state(self, quantity: Quantity, one: WrittenCell, states: BlockStates) -> tuple[tuple[str, str], ...]:
        """Return what is said of a cell with its state: that of its own line before that of the block."""
        scalar = states.of(one.labels)
        own = dict(one.said).get(FIELD)
        if own is not None:
            scalar = Scalar(own, one.scalar.file, one.scalar.line, 0)
        if scalar is None:
            return one.said
        if (fault := fault_of(scalar.text)) is not None:
            self.fault("I502", f"{quantity.id}: {fault[0]}", scalar.place, fault[1], fault[2])
        return (*(pair for pair in one.said if pair[0] != FIELD), (FIELD, " ".join(scalar.text.split())))

    def not_listed(
        self, quantity: Quantity, states: BlockStates, written: list[WrittenCell], indices: tuple[str, ...]
    ) -> list[WrittenCell]:
        """Return cells that are said to be unknown and have no number; of any other state without a number it is told."""
        listed = {one.labels[:length] for one in written for length in range(len(one.labels) + 1)}
        found = []
        for labels, scalar in states.said.items():
            if labels in listed:
                continue
            if " ".join(scalar.text.split()) == UNKNOWN and len(labels) == len(indices):
                found.append(WrittenCell(labels, Scalar(UNKNOWN, scalar.file, scalar.line, scalar.column)))
                continue
            self.fault("I506", f"{quantity.id}: a state is said of {', '.join(labels) or 'every cell'}, and no number is listed there", scalar.place,
                       why="a state stands beside a number; only one cell after the other can be unknown without one",
                       remedy="list the numbers that count, 0 where nothing flows, and keep the state")  # fmt: skip
        return found

    def written(self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...]) -> list[WrittenCell]:
        ways = [name for name in ("value", "values", "table", "file") if block.has(name)]
        if block.has("sample"):
            return self.sampled(quantity, block, indices, beside=bool(ways))
        if len(ways) > 1 or (not ways and not block.has("otherwise")):
            self.fault("I506", f"{quantity.id} needs one of value, values, table and file", block.place,
                       why=f"found {', '.join(ways) or 'none'}", remedy="write one of them, or `otherwise:` for all cells")  # fmt: skip
            return []
        return self.listed(quantity, block, indices, ways[0]) if ways else []

    def sampled(self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...], *, beside: bool) -> list[WrittenCell]:
        """Return what samples give; numbers beside them must say the same."""
        from engine.project.sample_blocks import SampleBlocks

        blocks = SampleBlocks(quantity, self)
        found = [WrittenCell(one.labels, Scalar(one.estimate.text, one.place.file, one.place.line, one.place.column), estimate=one.estimate)
                 for one in blocks.read(block, indices)]  # fmt: skip
        if beside and found:
            ways = [name for name in ("value", "values", "table", "file") if block.has(name)]
            blocks.compare(found, self.listed(quantity, block, indices, ways[0]))
        return found

    def listed(self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...], way: str) -> list[WrittenCell]:
        """Return what a block lists in one of the ways."""
        if way == "value":
            scalar = block.scalar("value")
            return [WrittenCell((), scalar)] if scalar is not None else []
        if way == "values":
            return [WrittenCell(labels, scalar) for labels, scalar in self.nested(block.node.get("values"), quantity)]
        if way == "table":
            scalar = block.scalar("table")
            return self.text_table(scalar, quantity, indices) if scalar is not None else []
        return self.csv_file(quantity, block, indices)

    def nested(self, node: YamlNode | None, quantity: Quantity) -> list[tuple[tuple[str, ...], Scalar]]:
        if isinstance(node, Scalar):
            return [((), node)]
        if not isinstance(node, YamlMapping):
            if node is not None:
                self.fault("I506", f"{quantity.id}: values stand as label: number", node.place,
                           remedy="write {label: 1.5}, nested for several indices")  # fmt: skip
            return []
        found = []
        for key, value in node:
            found += [((key.text, *labels), scalar) for labels, scalar in self.nested(value, quantity)]
        return found

    def text_table(self, scalar: Scalar, quantity: Quantity, indices: tuple[str, ...]) -> list[WrittenCell]:
        rows = [(scalar.line + at, words) for at, words in table_rows(scalar.raw or scalar.text)]
        table = CsvTable(scalar.file, rows)
        cells = self.grid(quantity, table, indices, corner=False)
        return [WrittenCell(one.labels, Scalar(one.text, table.name, one.line, 0)) for one in cells]

    def grid(self, quantity: Quantity, table: CsvTable, indices: tuple[str, ...], *, corner: bool = True) -> list[TableCell]:
        """Return the cells of a table with labels on two sides.

        Parameters
        ----------
        corner
            The first cell of the header stands over the row labels.
        """
        file, rows = table.name, table.rows
        if len(indices) != 2 or not rows:
            self.fault("I506", f"a table shows two indices, and {quantity.id} has {', '.join(indices) or 'none'} open",
                       Place(file, rows[0][0] if rows else 0), remedy="fix the others with `at:`, or nest the labels")  # fmt: skip
            return []
        header = rows[0][1][1:] if corner else rows[0][1]
        found: list[TableCell] = []
        if len(set(header)) != len(header):
            self.fault("I506", f"{quantity.id}: a column label stands twice", Place(file, rows[0][0]),
                       why=f"the columns are {', '.join(header)}", remedy="remove one of the two")  # fmt: skip
        for number, (label, *cells) in rows[1:]:
            if len(cells) != len(header):
                self.fault("I506", f"{quantity.id}: row {label} has {len(cells)} numbers and the header {len(header)}",
                           Place(file, number), remedy="complete the row; write 0 where nothing was found")  # fmt: skip
                continue
            found += [TableCell((label, column), text, "", number, at) for at, (column, text) in enumerate(zip(header, cells, strict=True), 1)]
        return found

    def scalar(self, table: CsvTable, line: int, at: int, text: str, unit: str, *, column: int) -> Scalar:
        """Return a number of a table with its place; one of a workbook is read by the rules of cells."""
        found = table.number(line, at, unit, self.fault)
        return Scalar(text, table.name, line, column) if found is None else found

    def csv_file(self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...]) -> list[WrittenCell]:
        table = self.table_of(block, quantity.id)
        if table is None:
            return []
        cells = ValueTable(quantity, self, block, indices).read(table)
        return [WrittenCell(one.labels, scalar, one.unit, one.said) for one, scalar in cells]

    def table_of(self, block: ProjectBlock, subject: str) -> CsvTable | None:
        """Return the table that a block names, ``None`` after a fault; ``subject`` is what messages name."""
        name, place = block.text("file"), block.place_of("file")
        own = Path(block.node.file).parent  # of the file in which the block stands, which need not be the one that is run
        if "\0" not in name and not may_read(own, name):
            self.fault("I522", f"the file {name!r} lies outside the folder of the project", place,
                       why="a project file from elsewhere could otherwise read any file of this machine",
                       remedy="put it beside the project file, or allow its folder with --data-folder DIR")  # fmt: skip
            return None
        path = self.folder / name
        data = read_bytes(path, name, place, self.fault, "leave out cells that are zero and write `otherwise: 0`, or ")
        if data is None:
            return None
        self.files[name] = hashlib.sha256(data).hexdigest()
        if is_workbook(name):
            table = self.sheet_table(data, path, block)
        else:
            table = read_table(data, path.as_posix(), place, self.fault)
            for only in (one for one in ("sheet", "range") if block.has(one)):
                self.fault("I506", f"{subject}: `{only}` is about a workbook, and {name!r} is none", block.place_of(only),
                           remedy="leave it out, or name a file that ends in .xlsx")  # fmt: skip
        if table is not None and table.told:
            self.tell(Finding("A826", "note", subject, f"how {name} is read: {'; '.join(table.told)}", place=table.place))
        return table

    def sheet_table(self, data: bytes, path: Path, block: ProjectBlock) -> CsvTable | None:
        """Return the cells of a workbook that a block names, or ``None`` after a fault."""
        from engine.project.sheet_file import SheetWish, sheet_table

        wish = SheetWish(*(block.scalar(name) if block.has(name) else None for name in ("sheet", "range")))
        return sheet_table(data, path, block.place_of("file"), wish, self.fault, self.findings)

    def header_axes(self, columns: list[str], quantity: Quantity) -> list[str]:
        """Return what each column stands for; a second column of the same name is the second index over that set."""
        header: list[str] = []
        for column in columns:
            name = self.axis_of_column(column, quantity)
            second = f"{name}_{1 + sum(known == name or known.startswith(f'{name}_') for known in header)}"
            header.append(second if name in header and second in quantity.axis_names else name)
        return header

    def axis_of_column(self, column: str, quantity: Quantity) -> str:
        """Return the index that a column stands for: its name, or a letter of its set (the first letter for the first index over it)."""
        for at, (name, index) in enumerate(zip(quantity.axis_names, quantity.indices, strict=True)):
            letters = self.letters.get(index, ())
            turn = quantity.indices[:at].count(index)
            if column == name or (turn < len(letters) and column == letters[turn]):
                return name
        return column

    def members_of(self, quantity: Quantity, axis: str) -> Collection[str]:
        """Return the members of an axis of a quantity, none where they are not known."""
        return self.members.get(quantity.indices[quantity.axis_names.index(axis)], ())

    # -- units

    def units(self, quantity: Quantity, block: ProjectBlock) -> Mapping[str, Unit] | None:
        """Return the block's unit under ``""``, or one for each member of the index that decides between alternatives."""
        node = block.node.get("unit")
        if isinstance(node, YamlMapping):
            if quantity.alternatives is None:
                self.fault("I503", f"{quantity.id} has one unit for all its members", node.place, remedy=f"unit: {quantity.unit}")
                return None
            found = {key: self.unit(scalar, quantity) for key, scalar in block.texts("unit")}
            return None if None in found.values() else {key: unit for key, unit in found.items() if unit is not None}
        scalar = block.scalar("unit") if node is not None else None
        if scalar is None:
            if quantity.type != "number" or (quantity.unit.powers == () and quantity.unit.scale == 1):
                return {"": quantity.unit}
            if block.has("file"):
                return {}
            self.fault("I503", f"{quantity.id} is given without a unit", block.place, why=f"the equations read it in {quantity.unit}",
                       remedy=f"add `unit: {quantity.unit}`, or the unit in which it was measured")  # fmt: skip
            return None
        unit = self.unit(scalar, quantity)
        return None if unit is None else {"": unit}

    def unit(self, scalar: Scalar, quantity: Quantity) -> Unit | None:
        try:
            return self.read_unit(scalar.text, scalar.place, self.substances)
        except MethodologyError as error:
            hint = f"{error.remedy}; ".replace("?; ", "? ") if error.subject != "substance" else ""
            self.fault("I503", error.what, scalar.place, error.why, f"{hint}the equations read {quantity.id} in {_units(quantity)}")
            return None

    def unit_of(
        self, quantity: Quantity, units: Mapping[str, Unit], own: str, labels: tuple[str, ...], place: Place
    ) -> tuple[Unit | None, str]:
        """Return the unit of a cell and the alternative it belongs to, checked against the quantity."""
        unit = self.unit(Scalar(own, place.file, place.line, place.column), quantity) if own else units.get("")
        if unit is None and quantity.alternatives is not None:
            unit = units.get(labels[quantity.indices.index(quantity.alternatives.by)])
        if unit is None:
            if not own:
                self.fault("I503", f"{written_cell(quantity.id, labels)} is given without a unit", place,
                           why=f"the equations read it in {_units(quantity)}",
                           remedy="write `unit:`, for each member where they differ")  # fmt: skip
            return None, ""
        if quantity.alternatives is not None:
            for name, allowed in quantity.alternatives.units:
                if unit.same_dimension(allowed):
                    return unit, name
        elif unit.same_dimension(quantity.unit) or self.is_published(quantity, unit):
            return unit, ""
        self.fault("I503", f"{quantity.id} is given in {unit}, and is in {_units(quantity)}", place,
                   why=told_apart(unit, quantity.unit),
                   remedy=f"{between(unit, quantity.unit) or 'convert the number to that substance or dimension'}"
                   " yourself and say how in `source`")  # fmt: skip
        return None, ""

    def is_published(self, quantity: Quantity, unit: Unit) -> bool:
        """Whether a unit is that of the publication, where it prints a plainer one than ours (t for t_urea)."""
        return quantity.published_unit is not None and unit.same_dimension(quantity.published_unit)


def table_rows(text: str) -> list[tuple[int, list[str]]]:
    r"""Return the rows of a table of text: the line in which each stands, counted from 0, and its words; blank lines and remarks are none.

    Examples
    --------
    >>> table_rows("   E D\n# remark\nE 1 2")
    [(0, ['E', 'D']), (2, ['E', '1', '2'])]
    """
    rows = [(at, line.split()) for at, line in enumerate(text.splitlines())]
    return [(at, words) for at, words in rows if words and not words[0].startswith("#")]


def _units(quantity: Quantity) -> str:
    """Return the unit of a quantity, or its alternatives, for messages."""
    return " or ".join(str(unit) for _, unit in quantity.alternatives.units) if quantity.alternatives else str(quantity.unit)
