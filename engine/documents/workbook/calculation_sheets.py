"""The sheets of the calculation: each quantity a block, its members down and its years across, each number a live formula.

First the places of all numbers are settled, then formulas are written, which may name any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.documents.workbook.book import Book
from engine.documents.workbook.cell_formula import CellFormulas
from engine.documents.workbook.cell_names import CellNames
from engine.documents.workbook.formula_writer import Context
from engine.documents.workbook.parts import Parts
from engine.documents.workbook.piece import number_piece
from engine.documents.workbook.redaction import NOT_SHOWN
from engine.documents.workbook.spots import SheetSpot, Spots
from engine.plan.cells import ABSENT, EXCLUDED, NOT_APPLICABLE
from engine.project.written_numbers import conversion
from engine.run import sheet_text
from engine.run.cell_reads import Cell
from engine.run.run import Run
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record

#: Columns in front of the numbers.
HEADS = ("equation", "id", "meaning", "unit", "for")
FIRST = len(HEADS)
WIDTHS = (13, 16, 50, 14, 26)
#: Sheets of numbers that are given, of parts of formulas, and of equations.
NUMBERS, PARTS, EQUATIONS = "Numbers", "Parts", "Equations"
_TOP = 2


@record(frozen=True)
class CellBlock:
    """A quantity on a sheet.

    Attributes
    ----------
    across
        The index that goes across, -1 for none.
    rows, columns
        Positions on the other indices of each row, and on ``across`` of each column (one, of no index, where there is none).
    """

    quantity: Quantity
    sheet: str
    top: int
    across: int
    rows: tuple[Cell, ...]
    columns: tuple[int, ...]

    def cell(self, row: Cell, column: int) -> Cell:
        """Return the cell of the quantity in a row and a column."""
        return row if self.across < 0 else (*row[: self.across], column, *row[self.across :])

    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        """Yield row and column of the sheet with the cell that stands there."""
        for down, row in enumerate(self.rows):
            for along, column in enumerate(self.columns):
                yield self.top + 1 + down, FIRST + along, self.cell(row, column)

    @property
    def end(self) -> int:
        """The row behind the block."""
        return self.top + 1 + len(self.rows)


@dataclass
class CalculationSheets:
    """Lays out and writes the calculation of a run.

    Attributes
    ----------
    entered
        Quantity and cell -> where the number stands that was written for it.
    hidden
        Quantities that are not shown, and those that follow from them: of results the number stays, of others nothing.
    """

    book: Book
    run: Run
    entered: dict[tuple[str, Cell], SheetSpot]
    hidden: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    one_sheet: str = ""
    spots: Spots = field(default_factory=Spots)
    blocks: list[CellBlock] = field(default_factory=list)
    names: CellNames = field(default_factory=CellNames)
    ends: dict[str, int] = field(default_factory=dict)
    titles: list[tuple[SheetSpot, str]] = field(default_factory=list)
    notes: list[tuple[SheetSpot, str]] = field(default_factory=list)
    #: Equation -> the first cell that it gives.
    first_of: dict[str, SheetSpot] = field(default_factory=dict)
    #: Equation -> its row on the sheet of equations.
    equation_row: dict[str, SheetSpot] = field(default_factory=dict)

    # -- places

    def lay_out(self) -> None:
        """Settle where every number stands, and what it is called."""
        computed = [quantity for stage in self.run.plan.stages for quantity in stage.quantities]
        given = [quantity for quantity in self.run.inputs.values if self.present(quantity)]
        if given:
            sheet = self.sheet(NUMBERS, "Numbers that are given, in the units of the equations")
            for quantity in given:
                self.place(quantity, sheet)
        by_section: dict[str, list[str]] = {}
        for quantity in dict.fromkeys(computed):
            if self.present(quantity):
                by_section.setdefault(self.section_of(quantity), []).append(quantity)
        order = {section.id: at for at, section in enumerate(self.run.methodology.sections)}
        for section, quantities in sorted(by_section.items(), key=lambda pair: order.get(pair[0], len(order))):
            title = next((s.title for s in self.run.methodology.sections if s.id == section), "")
            sheet = self.sheet(self.one_sheet or " ".join((section or "Calculation", *title.split())), f"{section}  {title}".strip())
            for quantity in quantities:
                self.place(quantity, sheet)

    def section_of(self, quantity: str) -> str:
        """Return the section of the publication in which the first equation of a quantity stands that the run used."""
        steps = self.run.values.steps.get(quantity, ())
        return self.run.methodology.equation[steps[0].equation].section if steps else ""

    def present(self, quantity: str) -> bool:
        return bool(self.there(quantity).any())

    def there(self, quantity: str) -> NDArray[np.bool_]:
        """Return which cells of a quantity hold a number. Shape: that of the quantity."""
        is_held = np.isin(self.run.values.states[quantity], (ABSENT, NOT_APPLICABLE), invert=True)
        return np.asarray(is_held & np.isfinite(self.run.values.arrays[quantity]))

    def sheet(self, wanted: str, title: str) -> str:
        """Return a sheet, a new one unless everything goes on one; its title is written where it begins."""
        if wanted not in self.ends:
            name = self.book.add(wanted, widths=(*WIDTHS, *([15] * 40)), freeze=(_TOP, FIRST))
            self.ends[name] = _TOP if wanted != self.one_sheet else 0
            wanted = name
        self.titles.append((SheetSpot(wanted, self.ends[wanted] if self.one_sheet == wanted else 0, 0), title))
        if self.one_sheet == wanted:
            self.ends[wanted] += 1
        return wanted

    def place(self, id_: str, sheet: str) -> None:
        """Settle the place of one quantity: its members down, its years (or whatever lies in time) across."""
        quantity, setting = self.run.methodology.quantity[id_], self.run.setting
        in_time = [at for at, axis in enumerate(quantity.indices) if lies_in_time(axis, self.run.methodology.index_set)]
        across = in_time[-1] if in_time else -1
        sizes = [range(len(setting.members[axis])) for axis in quantity.indices]
        there = self.there(id_)
        columns = tuple(at for at in sizes[across] if there.take(at, axis=across).any()) if across >= 0 else (0,)
        others = [size for at, size in enumerate(sizes) if at != across]
        held = np.asarray(there if across < 0 else there.any(axis=across))
        rows = tuple(row for row in product(*others) if held[row])
        block = CellBlock(quantity, sheet, self.ends[sheet], across, rows, columns)
        self.blocks.append(block)
        self.ends[sheet] = block.end + 1
        for row, column, cell in block.cells():
            if there[cell]:
                self.spots.of[id_, cell] = SheetSpot(sheet, row, column)
        self.name(block, there)

    def name(self, block: CellBlock, there: NDArray[np.bool_]) -> None:
        """Give names: to each number with one class index at most, and to each whole column of members."""
        quantity, setting = block.quantity, self.run.setting
        initials = "".join(word[0] for axis in quantity.indices for word in axis.split("_") if word)
        base = self.names.new(quantity.id, apart=[initials] if initials else ())
        down = len(quantity.indices) - (block.across >= 0)
        if down <= 1:
            for row, column, cell in block.cells():
                if there[cell]:
                    labels = setting.labels(quantity.indices, cell)
                    spot = SheetSpot(block.sheet, row, column)
                    self.spots.names[spot] = self.names.new(base, *labels) if labels else base
                    self.book.name(self.spots.names[spot], spot)
        if down == 0 or len(block.rows) < 2:
            return
        for along, column in enumerate(block.columns):
            if all(there[block.cell(row, column)] for row in block.rows):
                label = setting.members[quantity.indices[block.across]][column] if block.across >= 0 else ""
                name = self.names.new(base, label) if label else base
                first = SheetSpot(block.sheet, block.top + 1, FIRST + along)
                self.spots.columns[block.sheet, first.column, first.row, block.end - 1] = name
                self.book.name(name, first, SheetSpot(block.sheet, block.end - 1, first.column))

    # -- contents

    def write(self) -> None:
        """Write every block, and then the parts that its formulas asked for."""
        for spot, title in self.titles:
            self.book.text(spot, title, "title")
        for sheet in dict.fromkeys(block.sheet for block in self.blocks):
            if sheet != self.one_sheet:
                self.book.heads(sheet, _TOP - 1, HEADS)
        parts = Parts(self.book.sheet_name(PARTS))
        formulas = CellFormulas(Context(self.run, self.spots, parts))
        for block in self.blocks:
            self.head(block)
            self.numbers(block, formulas)
        if parts.rows:
            self.write_parts(parts)

    def head(self, block: CellBlock) -> None:
        quantity, setting = block.quantity, self.run.setting
        axes = [name for at, name in enumerate(quantity.axis_names) if at != block.across]
        steps = self.run.values.steps.get(quantity.id, ())
        texts = ("", quantity.id, quantity.meaning, str(quantity.unit), ", ".join(axes))
        for column, text in enumerate(texts):
            self.book.text(SheetSpot(block.sheet, block.top, column), text, "block")
        if steps and steps[0].equation in self.equation_row:
            equation = self.run.methodology.equation[steps[0].equation]
            self.book.link(SheetSpot(block.sheet, block.top, 0), self.equation_row[equation.id], equation.label)
        for along, column in enumerate(block.columns):
            label = setting.members[quantity.indices[block.across]][column] if block.across >= 0 else ""
            self.book.text(SheetSpot(block.sheet, block.top, FIRST + along), label, "block")

    def numbers(self, block: CellBlock, formulas: CellFormulas) -> None:
        labelled = -1
        for row, column, cell in block.cells():
            spot = SheetSpot(block.sheet, row, column)
            if row != labelled:
                self.row_head(block, row, cell)
                labelled = row
            if self.spots.of.get((block.quantity.id, cell)) == spot:
                self.one(block, spot, cell, formulas)

    def row_head(self, block: CellBlock, row: int, cell: Cell) -> None:
        quantity, setting = block.quantity, self.run.setting
        labels = [label for at, label in enumerate(setting.labels(quantity.indices, cell)) if at != block.across]
        self.book.text(SheetSpot(block.sheet, row, 1), quantity.id, "small")
        self.book.text(SheetSpot(block.sheet, row, 3), self.unit(quantity, cell), "small")
        self.book.text(SheetSpot(block.sheet, row, 4), ", ".join(labels), "line")

    def unit(self, quantity: Quantity, cell: Cell) -> str:
        if quantity.alternatives is None:
            return str(quantity.unit)
        member = self.run.setting.labels(quantity.indices, cell)[quantity.indices.index(quantity.alternatives.by)]
        return str(quantity.unit_for(self.run.inputs.alternatives.get(quantity.alternatives.group, {}).get(member, "")))

    def one(self, block: CellBlock, spot: SheetSpot, cell: Cell, formulas: CellFormulas) -> None:
        """Write one number."""
        id_ = block.quantity.id
        value, state = float(self.run.values.arrays[id_][cell]), int(self.run.values.states[id_][cell])
        if id_ in self.hidden:
            if id_ in self.results:
                self.book.number(spot, value, "fixed")
                self.note(spot, "a number, not a formula: it follows from numbers that are not shown in this copy")
            else:
                self.book.text(spot, NOT_SHOWN, "line")
            return
        step = self.run.values.step_at(id_, cell)
        if step is None:
            self.given(block, spot, cell, value, state)
            return
        found = formulas.of(id_, cell, step, spot.sheet)
        style = "left_out" if state == EXCLUDED else "fixed" if found.note else "number"
        self.book.formula(spot, found.text, value, style)
        self.first_of.setdefault(step.equation, spot)
        if found.note:
            self.note(spot, found.note)

    def note(self, spot: SheetSpot, text: str) -> None:
        """Tell what is no formula, on the cell and on the first sheet."""
        self.book.comment(spot, text)
        self.notes.append((spot, text))

    def given(self, block: CellBlock, spot: SheetSpot, cell: Cell, value: float, state: int) -> None:
        """Write a number that is given: the cell where it was entered, times what its unit is in the unit of the equations.

        A cell that was emptied, or holds a text, gives ``#N/A``: spreadsheet programs take it for zero.
        """
        at, quantity = self.entered.get((block.quantity.id, cell)), block.quantity
        style = "left_out" if state == EXCLUDED else "given"
        if at is None:
            self.book.number(spot, value, style)
            return
        reference = self.spots.text(at, spot.sheet)
        if state == EXCLUDED:
            text = f'IF({reference}="NA",0,NA())'
        elif quantity.type == "yes_no":
            text = sheet_text.statement(reference)
        elif quantity.type == "date":
            text = sheet_text.if_number(reference, f"{reference}-DATE(1970,1,1)")
        else:
            converted = reference + self.factor(quantity, cell)
            text = sheet_text.if_number(reference, converted, *_in_range(quantity, converted))
        self.book.formula(spot, text, value, style)

    def factor(self, quantity: Quantity, cell: Cell) -> str:
        """Return what an entered number is multiplied by."""
        origin = self.run.inputs.origins[quantity.id][cell]
        alternative = ""
        if quantity.alternatives is not None:
            member = self.run.setting.labels(quantity.indices, cell)[quantity.indices.index(quantity.alternatives.by)]
            alternative = self.run.inputs.alternatives.get(quantity.alternatives.group, {}).get(member, "")
        return factor_text(conversion(quantity, self.run.inputs.units[origin.unit], alternative))

    def write_parts(self, parts: Parts) -> None:
        sheet = self.book.add(PARTS, widths=(34, 40, 18, 4), freeze=(parts.head, 0))
        self.book.text(SheetSpot(sheet, 0, 0), "Parts of formulas that are too long for one cell, and what fixed numbers rest on", "title")
        self.book.heads(sheet, parts.head - 1, ("belongs to", "what", "number"))
        for at, part in enumerate(parts.rows, parts.head):
            self.book.text(SheetSpot(sheet, at, 0), part.belongs_to, "line")
            self.book.text(SheetSpot(sheet, at, 1), part.what, "line")
            spot = SheetSpot(sheet, at, parts.column)
            if part.formula:
                self.book.formula(spot, part.formula, part.value)
            else:
                self.book.number(spot, part.value)


def _in_range(quantity: Quantity, text: str) -> list[str]:
    """Return the conditions under which a run takes a number; a range is that of the unit of the equations."""
    if quantity.range is None or quantity.alternatives is not None:
        return []
    bounds = ((">=", quantity.range.least), ("<=", quantity.range.most))
    return [f"{text}{sign}{number_piece(float(bound)).atom}" for sign, bound in bounds if bound is not None]


def factor_text(factor: Fraction) -> str:
    """Return an exact factor as it stands behind a number.

    Examples
    --------
    >>> factor_text(Fraction(1)), factor_text(Fraction(1000)), factor_text(Fraction(44, 12))
    ('', '*1000', '*(11/3)')
    """
    if factor == 1:
        return ""
    over, under = (_digits(part) for part in (factor.numerator, factor.denominator))
    return f"*{over}" if factor.denominator == 1 else f"/{under}" if factor.numerator == 1 else f"*({over}/{under})"


def _digits(number: int) -> str:
    return str(number) if number < 10**15 else repr(float(number)).replace("e+", "E")
