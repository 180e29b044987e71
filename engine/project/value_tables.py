"""Read a table of a file as values: which column is what, which codes are which members, which lines are totals, how numbers are written.

What the project says stands in the fields beside ``file:`` (:data:`TABLE_FIELDS`); what a program is known to write is recognised
(:mod:`equations.files.csv_layouts`). Whatever is left out, added or read otherwise than it stands there is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.finding import Finding
from engine.project.file_numbers import FileNumbers
from engine.project.table_labels import TableLabels, code_of
from engine.project.total_rows import TableCell, TotalCell, is_total, totals_of
from equations.errors import Place, listed, near, near_or_all
from equations.files.csv_layouts import FoundLayout, found_layout
from equations.files.csv_table import CsvTable
from equations.files.strict_yaml import Scalar
from equations.model.quantity import Quantity
from equations.spec.block import read_number

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock
    from engine.project.values import ValueReader

#: What a column can be, beside an index.
VALUE, PIXELS, UNIT = "value", "pixels", "unit"
_EXACT = Context(prec=400)
_SIZE = re.compile(r"([0-9.eE+-]+)\s*([^0-9.\s].*)\Z")


class ValueTable:
    """Reads one table for one block of values.

    Parameters
    ----------
    indices
        The indices that the block leaves open, in the order of the quantity.
    """

    def __init__(self, quantity: Quantity, reader: ValueReader, block: ProjectBlock, indices: tuple[str, ...]) -> None:
        self.quantity, self.reader, self.block, self.indices = quantity, reader, block, indices
        node = block.node.get("unit")
        self.unit = node.text if isinstance(node, Scalar) else ""
        self.file = block.text("file")  # as the project names it: messages are the same wherever it lies
        self.chosen = dict(block.texts("columns"))
        self.pixel: tuple[str, str] | None = None
        self.found: FoundLayout | None = None
        members = {axis: reader.members_of(quantity, axis) for axis in indices}
        self.said = TableLabels(quantity, block, indices, members, self.fault)
        self.labels = self.said.of

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.reader.fault(code, what, place, why, remedy)

    def tell(self, code: str, what: str, place: Place, evidence: str = "", remedy: str = "", severity: str = "note") -> None:
        self.reader.tell(Finding(code, severity, self.quantity.id, what, evidence, remedy, place=place))

    def read(self, table: CsvTable) -> list[tuple[TableCell, Scalar]]:
        """Return the labels and the number of every cell that counts."""
        before = len(self.reader.errors)
        is_matrix = self.block.has("layout") and self.block.text("layout") == "matrix"
        cells, table = (self.grid(table), table) if is_matrix else self.long(table)
        if len(self.reader.errors) > before and not cells:
            return []
        cells = self.of_members(cells, table)
        cells = FileNumbers(self.reader, self.quantity.id, self.block, table, self.unit).read(cells)
        # Members first, then totals, then sums of codes: a total is known by a label that is no member, and must not be added to
        # its own lines. Areas of pixels last: what is told is told as it stands in the file.
        cells = [self.as_area(one) for one in self.added(self.without_totals(cells, table), table)]
        return [(one, self.scalar(table, one, column=not is_matrix)) for one in cells]

    def scalar(self, table: CsvTable, one: TableCell, *, column: bool) -> Scalar:
        """Return a number with its place; in a matrix its line."""
        place = table.cell(one.line, one.at) if table.is_typed else Place(table.name, one.line, table.position(one.at) + 1 if column else 0)
        return Scalar(one.text, place.file, place.line, place.column)

    @property
    def is_unit_idle(self) -> bool:
        """Whether the unit of the block would be of nothing, where the file says its own: `otherwise` may need it."""
        return bool(self.unit) and not self.block.has("otherwise")

    # -- two shapes of tables

    def grid(self, table: CsvTable) -> list[TableCell]:
        """Return the numbers of a table with labels on two sides; the first cell of its header stands over the row labels."""
        for name in ("columns", "pixel"):
            if self.block.has(name):
                self.fault("I506", f"`{name}` is about a table with one line a cell", self.block.place_of(name),
                           "a matrix has labels on two sides and numbers alone", "leave it out, or take `layout: matrix` out")  # fmt: skip
                return []
        return self.reader.grid(self.quantity, table, self.indices)

    def long(self, table: CsvTable) -> tuple[list[TableCell], CsvTable]:
        """Return the numbers of a table with one line a cell, and the table as it was read."""
        self.found = found = found_layout(table, len(self.indices))
        table = found.table if found is not None else table
        # What the project says of a column stands over what its head says, and that over what a known layout makes of it.
        roles = self.roles(table, found)
        if roles is None:
            return [], table
        at = {role: position for position, role in enumerate(roles) if role}
        by_pixels = PIXELS in at
        if by_pixels and not self.read_pixel(table):
            return [], table
        column = at[PIXELS if by_pixels else VALUE]
        unit = found.unit if found is not None and table.header[column] in (found.value, *found.alike) else ""
        if found is not None and not by_pixels and table.header[column] == found.counts:
            self.fault("I534", f"{found.program}: {found.counts!r} are pixels, and no areas", table.place, "",
                       f"write `columns: {{{found.counts}: pixels}}`, and how large one is: `pixel: 900 m2`")  # fmt: skip
            return [], table
        cells = []
        for place, row in table.body(self.reader.fault):
            labels = tuple(row[at[index]] for index in self.indices)
            # Programs write "Total" into the first column whatever that is, and leave the labels of the line empty.
            if not all(labels):  # the word may stand in a column that is not read
                labels = tuple(label or next((cell for cell in row if is_total(cell)), "") for label in labels)
            said = tuple((key, row[at[key]]) for key in self.reader.remarks if key in at and row[at[key]])
            cells.append(TableCell(labels, row[column], row[at[UNIT]] if UNIT in at else unit, place.line, column, said))
        return cells, table

    # -- columns

    def roles(self, table: CsvTable, found: FoundLayout | None) -> list[str] | None:
        """Return what each column stands for, an empty text for one that is not read; ``None`` after a fault."""
        if any(self.is_wrong_choice(head, role, table) for head, role in list(self.chosen.items())):
            return None
        own = self.reader.header_axes(table.header, self.quantity)
        chosen = {head: self.reader.axis_of_column(scalar.text, self.quantity) for head, scalar in self.chosen.items()}
        known = (*self.indices, VALUE, PIXELS, UNIT, *self.reader.remarks)
        offered = self.of_layout(found, chosen) if found is not None else {}
        if offered is None:
            return None
        roles = [chosen.get(head) or (offered.get(head, "") if found is not None else role if role in known else "")
                 for head, role in zip(table.header, own, strict=True)]  # fmt: skip
        passed = [head or f"column {table.position(at) + 1}" for at, (head, role) in enumerate(zip(table.header, roles, strict=True)) if not role]
        if found is not None:
            self.tell_layout(found, table, roles)
            self.tell_left(found, table)
        elif passed and self.chosen:
            self.tell("A827", f"columns of {self.file} are not read: {listed(passed)}", table.place,
                      remedy="name them under `columns:` if they count")  # fmt: skip
        elif any(head in table.header for head in passed):
            for head in (head for head in passed if head in table.header):
                self.fault("I502", f"the column {head!r} is not known", table.place, "a long table has one column for each index, and `value`",
                           near(head, known) or f"columns: {', '.join(one for one in known if one != PIXELS)}; `columns:` beside `file:`"
                           " gives columns of other names")  # fmt: skip
            return None
        return roles if self.is_whole(table, roles) else None

    def is_whole(self, table: CsvTable, roles: list[str]) -> bool:
        number = PIXELS if PIXELS in roles and VALUE not in roles else VALUE
        needed = (*self.indices, number)
        kept = [role or (f"({at})" if head else "") for at, (head, role) in enumerate(zip(table.header, roles, strict=True))]
        why = f"a long table has one column for each index of {self.quantity.id}, and `value`"
        if PIXELS in roles and VALUE in roles:
            self.fault("I506", "the table has areas and pixels", table.place, why, "name one of the two under `columns:`")
            return False
        return table.has_columns(kept, needed, self.reader.fault, why, "columns: " + ", ".join((*self.indices, VALUE)))

    def is_wrong_choice(self, head: str, role: Scalar, table: CsvTable) -> bool:
        """Report a column that the table does not have once, or a meaning that no column can have."""
        known, header = (*self.quantity.axis_names, VALUE, PIXELS, UNIT, *self.reader.remarks), table.header
        if header.count(head) != 1:
            self.fault("I502", f"the table has no single column {head!r}", role.place, f"its columns are {listed(header, 12)}",
                       near(head, header) or "name one of them")  # fmt: skip
            return True
        meant = self.reader.axis_of_column(role.text, self.quantity)
        if meant not in known or (meant in self.quantity.axis_names and meant not in self.indices):
            self.fault("I502", f"a column cannot be {role.text!r}", role.place, "`columns:` says of a head of the file what it stands for",
                       near_or_all(role.text, (*self.indices, *known[len(self.quantity.axis_names):]), "it can be"))  # fmt: skip
            return True
        return False

    def of_layout(self, found: FoundLayout, chosen: dict[str, str]) -> dict[str, str] | None:
        """Return what the columns of a known layout stand for, where the project does not say; ``None`` where that is not certain."""
        roles: dict[str, str] = {}
        if not {VALUE, PIXELS} & set(chosen.values()):
            roles = self.measure_of(found)
            if not roles:
                return None
        open_ = [index for index in self.indices if index not in chosen.values()]
        labels = [head for head in found.labels if head not in chosen]
        if len(open_) == 1 and len(labels) == 1:
            return {**roles, labels[0]: open_[0]}
        if open_:
            heads = (*found.zones, *found.labels)
            pairs = ", ".join(f"{head}: {index}" for head, index in zip(heads[-len(self.indices) :], self.indices, strict=False))
            self.fault("I534", f"{found.program}: which column is which index of {self.quantity.id} the file does not say", found.table.place,
                       f"its columns are {listed(heads)}, the indices {listed(self.indices)}",
                       f"write `columns: {{{pairs}}}`, or the other way round")  # fmt: skip
            return None
        return roles

    def measure_of(self, found: FoundLayout) -> dict[str, str]:
        """Return the column of the numbers of a known layout: areas; pixels where the project says how large one is."""
        if self.block.has("pixel"):
            if found.counts and not found.value:
                return {found.counts: PIXELS}
            self.fault("I534", f"{found.program}: the file has areas, and `pixel` says how large one is", self.block.place_of("pixel"), "",
                       "leave `pixel` out, or choose the column of the pixels under `columns:`")  # fmt: skip
            return {}
        if found.value:
            if self.unit != found.unit and (self.is_unit_idle or (self.unit and not found.has_heads)):
                self.fault("I503", f"{found.program}: the areas of the file are in {found.unit}", self.block.place_of("unit"),
                           f"the block says {self.unit}", "leave `unit:` out; areas are converted")  # fmt: skip
                return {}
            return {found.value: VALUE}
        why = "the map is in degrees, which are no areas: a pixel is smaller the farther it is from the equator" if found.in_degrees else (
            "how large a pixel is the file does not say")  # fmt: skip
        remedy = "count in a projection in metres, best one of equal areas" if found.in_degrees else "write `pixel: 900 m2` for 30 m by 30 m"
        self.fault("I534", f"{found.program}: the file has pixels and no areas", found.table.place, why, remedy)
        return {}

    def tell_layout(self, found: FoundLayout, table: CsvTable, roles: list[str]) -> None:
        """Tell as what a file was recognised, and what its columns stand for."""
        meant = ", ".join(f"{head} is {role}" for head, role in zip(table.header, roles, strict=True) if role)
        size = f", {self.block.text('pixel')} a pixel" if PIXELS in roles and self.block.has("pixel") else ""
        unit = f" in {found.unit}" if found.unit and PIXELS not in roles else ""
        warning = found.in_degrees and PIXELS in roles
        evidence = "the map is in degrees: pixels differ in area from parallel to parallel" if warning else ""
        self.tell("A829", f"{self.file} is read as {found.program}: {meant}{unit}{size}", table.place, evidence,
                  "count in a projection in metres" if warning else "", "warning" if warning else "note")  # fmt: skip

    def tell_left(self, found: FoundLayout, table: CsvTable) -> None:
        """Tell where a table ends before its file does; one that goes on there, and a class without its number, are faults."""
        left = found.left
        if left is None:
            return
        place = Place(table.name, left.line)
        if left.goes_on:
            self.fault("I537", f"{found.program}: the table ends at line {left.line} ({left.text!r}), and lines like its own stand below it", place,
                       f"line {left.goes_on} reads like one of the table, and would not count",
                       "take the line out where the table goes on; put a second table into a file of its own")  # fmt: skip
        elif any(code_of(left.label) in (*self.labels[axis], *self.said.left_out[axis], *self.said.known[axis]) for axis in self.indices):
            self.fault("I537", f"{found.program}: the table ends at line {left.line}, where the class {left.text!r} has no number", place,
                       "what is missing is no zero", "write its number, 0 where nothing was found")  # fmt: skip
        else:
            self.tell("A827", f"{self.file} is read up to line {left.line}: from {left.text!r} on nothing counts", place,
                      "a cell alone in its line ends a table of a map program")  # fmt: skip

    def read_pixel(self, table: CsvTable) -> bool:
        """Read how large a pixel is."""
        if not self.block.has("pixel"):
            self.fault("I534", "the file has pixels and no areas", table.place, "how large a pixel is the file does not say",
                       "write `pixel: 900 m2` for 30 m by 30 m")  # fmt: skip
            return False
        text = self.block.text("pixel")
        match = _SIZE.match(text.strip())
        number = read_number(match[1]) if match is not None else None
        if match is None or number is None or number <= 0:
            self.fault("I505", f"{text!r} is not the size of a pixel", self.block.place_of("pixel"), "it is an area", "write it as 900 m2 or 0.09 ha")
            return False
        if self.is_unit_idle:
            self.fault("I503", "`unit:` and `pixel` both say in what the areas are", self.block.place_of("unit"), "", "leave `unit:` out")
            return False
        self.pixel = match[1], match[2].strip()
        return True

    # -- numbers

    def as_area(self, one: TableCell) -> TableCell:
        """Return pixels as an area."""
        if self.pixel is None or read_number(one.text) is None:
            return one
        size, unit = self.pixel
        return replace(one, text=f"{_EXACT.multiply(_decimal(one.text), _decimal(size)).normalize(_EXACT):f}", unit=unit)

    # -- labels

    def of_members(self, cells: Sequence[TableCell], table: CsvTable) -> list[TableCell]:
        """Return cells with members in place of the labels of the file; those that the project leaves out are told with their sum."""
        left_out = self.said.out(cells)
        out = [one for at, one in enumerate(cells) if at in left_out]
        kept = [self.as_members(one, table) for at, one in enumerate(cells) if at not in left_out]
        unknown = self.said.not_there(cells)
        if unknown:
            self.tell("A827", f"{self.file} has no label {listed(unknown)} that `leave_out` names", self.block.place_of("leave_out"),
                      remedy="look for a typing error: what it was meant for counts")  # fmt: skip
        if out:
            self.tell("A827", f"what {self.file} has under labels that do not count is left out: {listed([self.named_out(one) for one in out])}",
                      self.place_of(table, out[0]))  # fmt: skip
        return kept

    def as_members(self, one: TableCell, table: CsvTable) -> TableCell:
        members = tuple(self.member(axis, label, one, table) for axis, label in zip(self.indices, one.labels, strict=True))
        return replace(one, labels=members, own=one.labels)

    def named_out(self, one: TableCell) -> str:
        """Return a cell that does not count in words; of several indices those by which it does not."""
        return _named(one) + (f" (by {' and '.join(self.said.axes_out(one))})" if len(self.indices) > 1 else "")

    def member(self, axis: str, label: str, one: TableCell, table: CsvTable) -> str:
        """Return the member that a label of the file stands for; one that `labels` forgets is told."""
        names = self.labels[axis]
        if code_of(label) in names or not (names or self.found):
            return names.get(code_of(label), label)
        members = self.reader.members_of(self.quantity, axis)
        if members and label not in members and not is_total(label):
            self.fault("I502", f"{self.quantity.id}: no member is named for the label {label!r}", self.place_of(table, one),
                       f"its number is {one.text}", f"say which it is: `labels: {{{_quoted(label)}: {next(iter(members))}}}`,"
                       " or name it under `leave_out:` if it does not count")  # fmt: skip
        return label

    def without_totals(self, cells: Sequence[TableCell], table: CsvTable) -> list[TableCell]:
        """Return cells without totals, which are told; what is not the sum of its lines is a warning."""
        over = {id(one): self.summed(one) for one in cells}
        totals, kept = [one for one in cells if over[id(one)]], [one for one in cells if not over[id(one)]]
        found, last = totals_of(kept, totals, over), max((one.line for one in cells), default=0)
        # A line without any label is a total only where it is the last and exactly the sum of all others; otherwise a label was
        # forgotten, which is told as such.
        no_total = {id(one) for one in found if not any(one.cell.labels) and not (one.is_exact and len(kept) > 1 and one.cell.line == last)}
        kept += [one.cell for one in found if id(one) in no_total]
        found = [one for one in found if id(one) not in no_total]
        for one in (one for one in found if not kept):
            self.fault("I506", f"a total without a line that it sums: {_named(one.cell)}", self.place_of(table, one.cell),
                       "what it is the total of is not known", "list its lines, or give it a label of its own")  # fmt: skip
        held = [one for one in found if one.holds]
        if held:
            self.tell("A827", f"totals of {self.file} are left out: {listed([_named(one.cell) for one in held])}",
                      self.place_of(table, held[0].cell), "they are the sums of their lines")  # fmt: skip
        for one in (one for one in found if not one.holds):
            self.tell_other_total(one, table)
        return kept

    def tell_other_total(self, one: TotalCell, table: CsvTable) -> None:
        gap = f"its lines come to {float(one.sum):.12g}, {abs(float(one.gap)):.6g} {'less' if one.gap > 0 else 'more'}" if (
            one.sum is not None and one.gap is not None) else "its lines cannot be added"  # fmt: skip
        self.tell("A827", f"a total of {self.file} is left out, and is not the sum of its lines: {_named(one.cell)}",
                  self.place_of(table, one.cell), gap, "look whether a line is missing, or stands twice", "warning")  # fmt: skip

    def summed(self, one: TableCell) -> frozenset[int]:
        """Return the indices over which a line sums others: by its label; a line without any label may be their sum."""
        if one.labels and not any(one.labels):
            return frozenset(range(len(one.labels)))
        return frozenset(at for at, label in enumerate(one.labels) if self.sums(self.indices[at], label))

    def sums(self, axis: str, label: str) -> bool:
        return is_total(label) and label not in self.reader.members_of(self.quantity, axis) and label not in self.labels[axis].values()

    def added(self, cells: Sequence[TableCell], table: CsvTable) -> list[TableCell]:
        """Return cells of which those that several codes make one member are added."""
        if not any(self.labels.values()):
            return list(cells)
        groups: dict[tuple[str, ...], list[TableCell]] = {}
        for one in cells:
            groups.setdefault(one.labels, []).append(one)
        return [whole for group in groups.values() for whole in self.as_one(group, table)]

    def as_one(self, group: list[TableCell], table: CsvTable) -> Iterator[TableCell]:
        """Yield the sum of several codes of one member; whatever cannot be added is yielded as it stands, and told as given twice."""
        several = len(group) > 1 and len({one.own for one in group}) == len(group)
        alike = len({(one.unit, dict(one.said).get("state")) for one in group}) == 1 and all(read_number(one.text) is not None for one in group)
        # Shares of two codes do not add up to that of both; only amounts do.
        if not several or not alike or not self.quantity.is_amount:
            yield from group
            return
        if _may_be_of_each(self.quantity):
            self.fault("I506", f"{self.quantity.id}: several labels of {self.file} are {', '.join(group[0].labels)}", self.place_of(table, group[0]),
                       f"numbers in {self.quantity.unit} may be a size of each (a diameter, an age), of which no sum is made:"
                       f" {listed([one.text for one in group], 6)}",
                       "write one number for the member in the file: their sum, or their mean")  # fmt: skip
            return
        added = Decimal(0)
        for one in group:
            added = _EXACT.add(added, _decimal(one.text))
        self.tell("A827", f"several labels of {self.file} are one member, and their numbers are added", self.place_of(table, group[0]),
                  f"{', '.join(group[0].labels)}: {' + '.join(one.text for one in group[:6])}{' + ...' if len(group) > 6 else ''}")  # fmt: skip
        said: dict[str, dict[str, None]] = {}
        for key, words in (pair for one in group for pair in one.said):
            said.setdefault(key, {})[words] = None
        yield replace(group[0], text=f"{added:f}", said=tuple((key, "; ".join(words)) for key, words in said.items()))

    def place_of(self, table: CsvTable, one: TableCell) -> Place:
        return table.cell(one.line, one.at)


def _named(one: TableCell) -> str:
    return " ".join((*dict.fromkeys(label for label in one.labels if label), one.text))


def _quoted(label: str) -> str:
    return label if re.fullmatch(r"\w+", label) else f'"{label}"'


def _may_be_of_each(quantity: Quantity) -> bool:
    """Whether a number may be a size of each (a diameter, an age) instead of an amount of all: a length, a time, a temperature."""
    return any(quantity.unit.powers == ((dimension, Fraction(1)),) for dimension in ("[length]", "[time]", "[year]", "[temperature]"))


def _decimal(text: str) -> Decimal:
    return Decimal(text.strip().replace("\u2212", "-"))
