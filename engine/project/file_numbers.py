"""The numbers of a table in a file with a decimal point: read by the signs that the project states, or that fit no other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.finding import Finding
from engine.project.total_rows import TableCell
from equations.errors import Place
from equations.files.csv_numbers import NumberSigns, UncertainSignsError, signs_beside
from equations.files.csv_table import CsvTable

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock
    from engine.project.values import ValueReader

SIGNS = ("decimal", "thousands")


class FileNumbers:
    """Reads the numbers of one table.

    Parameters
    ----------
    subject
        What messages name.
    block
        Where ``decimal`` and ``thousands`` may stand.
    unit
        Unit of numbers whose line has none.
    """

    def __init__(self, reader: ValueReader, subject: str, block: ProjectBlock, table: CsvTable, unit: str) -> None:
        self.reader, self.subject, self.block, self.table, self.unit = reader, subject, block, table, unit

    def read(self, cells: Sequence[TableCell]) -> list[TableCell]:
        """Return cells with numbers that have a decimal point; faults and what is worth saying go to the reader."""
        if self.table.is_typed:
            return self.typed(cells)
        signs = self.signs(cells)
        if signs is None:
            return []
        self.tell(cells, signs)
        return [found for one in cells if (found := self.plain(one, signs)) is not None]

    def typed(self, cells: Sequence[TableCell]) -> list[TableCell]:
        """Return the numbers of a workbook, read by the rules of cells."""
        for name in (name for name in SIGNS if self.block.has(name)):
            self.reader.fault("I506", f"`{name}` is about a text file", self.block.place_of(name),
                              "the numbers of a workbook are numbers", "leave it out")  # fmt: skip
        return [replace(one, text=self.reader.scalar(self.table, one.line, one.at, one.text, one.unit or self.unit, column=0).text) for one in cells]

    def signs(self, cells: Sequence[TableCell]) -> NumberSigns | None:
        """Return the signs in the numbers, ``None`` after a fault."""
        said = {name: self.block.text(name) if self.block.has(name) else "" for name in SIGNS}
        try:
            return signs_beside(said["thousands"], said["decimal"], [one.text for one in cells], self.table.separator)
        except UncertainSignsError as error:
            self.reader.fault("I533", f"{self.subject}: what the signs in {error.text!r} mean is not certain", self.place_of(cells, error.text),
                              error.why, "write beside `file:` `decimal: comma` or `decimal: point`; `thousands:` where there are any")
        except ValueError as error:
            place = next(self.block.place_of(name) for name, text in said.items() if text)
            self.reader.fault("I506", f"{self.subject}: {error}", place, "", "say which of the two it is")
        return None

    def plain(self, one: TableCell, signs: NumberSigns) -> TableCell | None:
        """Return a cell with its number, ``None`` after a fault."""
        text = signs.plain(one.text)
        if text is not None:
            said = tuple((key, signs.plain(words) or words if key == "instead_of" else words) for key, words in one.said)
            return replace(one, text=text, said=said)
        thousands = f"thousands are divided by {signs.thousands!r}" if signs.thousands else "nothing divides thousands"
        self.reader.fault("I505", f"{self.subject}: {one.text!r} is not written as the project says", self.table.cell(one.line, one.at),
                          f"its decimal sign is {signs.decimal!r}, and {thousands}", "correct it, or `decimal:` and `thousands:`")  # fmt: skip
        return None

    def tell(self, cells: Sequence[TableCell], signs: NumberSigns) -> None:
        """Tell which sign was found, and which number could be read otherwise."""
        changed = next((one for one in cells if signs.plain(one.text) not in (one.text, None)), None)
        if changed is not None:
            said = f"how the numbers of {self.block.text('file')} are read: {changed.text} is {signs.plain(changed.text)}"
            self.note("A826", said, changed.text, cells)
        if signs.doubt:
            why = f"every number of the file with a point has three digits behind it: it could be {signs.doubt.replace('.', '')}"
            self.note("A828", f"{signs.doubt} is read as a number with decimals", signs.doubt, cells, why)

    def note(self, code: str, what: str, text: str, cells: Sequence[TableCell], why: str = "") -> None:
        remedy = "look whether the point divides thousands; `decimal: point` or `thousands: point` says what it does" if why else ""
        self.reader.tell(Finding(code, "warning" if why else "note", self.subject, what, why, remedy, place=self.place_of(cells, text)))

    def place_of(self, cells: Sequence[TableCell], text: str) -> Place:
        """Return where a number stands first."""
        one = next((one for one in cells if text.lstrip("+-") in one.text), cells[0])
        return self.table.cell(one.line, one.at)
