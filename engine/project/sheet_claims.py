"""A calculation sheet of somebody else as claims: cells of a workbook, named by their addresses, as statements of the document that it is.

``claims: {ER: "Summary!H12"}`` says where a number stands, a block where several stand and whose they are by the heads above and beside them.
What is claimed is what the cell shows: the digits of its format. A cell that cannot be found, holds no number or was never calculated is an
error; hidden cells, typed numbers among formulas and empty cells of a range are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.finding import Finding
from engine.project.number_formats import printed_digits
from engine.project.sheet_cells import MOST_COLUMNS, MOST_ROWS, SheetCell, SheetReader, Workbook, twice_percent, why_no_number
from equations.cell_address import column_letters, column_number
from equations.errors import Place, listed, near
from equations.files.csv_table import FaultTaker
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.records import record

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock

_ADDRESS = re.compile(
    r"(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!)?\$?(?P<left>[A-Za-z]{1,3})\$?(?P<top>[0-9]{1,7})"
    r"(?::\$?(?P<right>[A-Za-z]{1,3})\$?(?P<bottom>[0-9]{1,7}))?\Z"
)
#: Fields of a claim that a statement has, too.
_ALIKE = ("unit", "comments")


@record(frozen=True)
class CellRange:
    """Cells of one sheet, from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return self.right - self.left + 1


@record(frozen=True)
class SheetClaim:
    """What is said of one quantity: where its numbers stand, and whose they are.

    Attributes
    ----------
    cells
        Address, range or name.
    across, down
        Index set -> members along the columns, or down the rows: a range with their names, or a list.
    at
        Index set -> member of all cells.
    labels
        Name of the sheet -> member.
    """

    quantity: Scalar
    cells: Scalar
    across: tuple[tuple[Scalar, YamlNode], ...] = ()
    down: tuple[tuple[Scalar, YamlNode], ...] = ()
    at: tuple[tuple[Scalar, Scalar], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[Scalar, Scalar], ...] = ()


@dataclass
class SheetClaims:
    """Reads the claims of one workbook into blocks of statements, one a cell."""

    book: Workbook
    fault: FaultTaker
    findings: list[Finding]
    readers: dict[str, SheetReader] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    formulas: int = 0

    def __post_init__(self) -> None:
        self.readers = {sheet.name: sheet for sheet in self.book.sheets()}

    def statements(self, claims: list[SheetClaim]) -> Iterator[tuple[Scalar, Mapping]]:
        """Yield the quantity and the block of a statement for each cell that claims a number."""
        for claim in claims:
            box = self.range_of(claim.cells)
            if box is not None:
                yield from self.of_range(claim, box)
        self.tell_typed()

    def of_range(self, claim: SheetClaim, box: CellRange) -> Iterator[tuple[Scalar, Mapping]]:
        named = [index.text for index, _ in (*claim.at, *claim.across, *claim.down)]
        twice = next((name for at, name in enumerate(named) if name in named[:at]), "")
        if twice:
            self.fault("I535", f"{claim.quantity.text}: the members of {twice} are said twice", claim.cells.place, "",
                       "say them under one of `at`, `across` and `down`")  # fmt: skip
            return
        across, down = self.members(claim, claim.across, box, of_columns=True), self.members(claim, claim.down, box, of_columns=False)
        if across is None or down is None:
            return
        reader, empty = self.readers[box.sheet], 0
        for row in range(box.top, box.bottom + 1):
            for column in range(box.left, box.right + 1):
                own = (*claim.at, *down[row - box.top], *across[column - box.left])
                text = self.number(reader, row, column, claim, alone=box.rows * box.columns == 1)
                empty += text == ""
                if text:
                    yield claim.quantity, self.block(claim, reader, row, column, text, own)
        if empty:
            what = f"{empty} of {box.rows * box.columns} cells of {claim.cells.text} are empty and claim nothing"
            self.findings.append(Finding("A830", "note", claim.quantity.text, what, place=claim.cells.place))

    def block(
        self, claim: SheetClaim, reader: SheetReader, row: int, column: int, text: str, own: tuple[tuple[Scalar, Scalar], ...]
    ) -> Mapping:
        """Return a statement about one cell."""
        place = reader.place(row, column)

        def scalar(words: str) -> Scalar:
            return Scalar(words, place.file, place.line, place.column)

        at = claim.cells
        where = f"{reader.name}!{column_letters(column)}{row}"
        entries: list[tuple[Scalar, YamlNode]] = [(scalar("value"), scalar(text)), (scalar("place"), scalar(where))]
        if own:
            entries.append((scalar("at"), Mapping(own, at.file, at.line, at.column)))
        return Mapping((*entries, *claim.said), at.file, at.line, at.column)

    # -- addresses

    def range_of(self, where: Scalar) -> CellRange | None:
        """Return the cells that a text names, by address or by a name of the workbook, or ``None`` after a fault."""
        text = where.text.strip().lstrip("=")
        named = self.book.stored.defined_names.get(text)
        if named is not None:
            targets = list(named.destinations)
            if len(targets) != 1:
                self.fault("I535", f"the name {text!r} is not of one range of cells", where.place, "", "name the cells, as Sheet1!H12")
                return None
            text = f"'{targets[0][0].replace(chr(39), chr(39) * 2)}'!{targets[0][1]}"
        found = _ADDRESS.match(text)
        if found is None:
            known = list(self.book.stored.defined_names)
            self.fault("I535", f"{where.text!r} is no cell of a workbook", where.place, f"its names are {listed(known)}" if known else "",
                       near(text, known) or "write sheet and cell, as Sheet1!H12, or a range, as Sheet1!C5:E5")  # fmt: skip
            return None
        return self.box(where, found)

    def box(self, where: Scalar, found: re.Match[str]) -> CellRange | None:
        sheet = found["quoted"].replace("''", "'") if found["quoted"] else found["plain"] or ""
        if not sheet and len(self.readers) == 1:
            sheet = next(iter(self.readers))
        if sheet not in self.readers:
            what = f"the workbook has no sheet {sheet!r}" if sheet else "the workbook has several sheets"
            self.fault("I535", what, where.place, f"its sheets are {listed(list(self.readers), 12)}",
                       near(sheet, self.readers) or "name the sheet before the cell, as Sheet1!H12")  # fmt: skip
            return None
        top, left = int(found["top"]), column_number(found["left"])
        bottom, right = int(found["bottom"] or top), column_number(found["right"] or found["left"])
        if not 1 <= top <= bottom <= MOST_ROWS or not 1 <= left <= right <= MOST_COLUMNS:
            self.fault("I535", f"{where.text!r} is no range of cells", where.place, f"up to {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns are read",
                       "write the upper left cell first, as Sheet1!C5:E9")  # fmt: skip
            return None
        return CellRange(sheet, top, left, bottom, right)

    # -- members along the sides

    def members(
        self, claim: SheetClaim, sides: tuple[tuple[Scalar, YamlNode], ...], box: CellRange, *, of_columns: bool
    ) -> list[tuple[tuple[Scalar, Scalar], ...]] | None:
        """Return index and member of every column, or of every row, or ``None`` after a fault."""
        count, word = (box.columns, "column") if of_columns else (box.rows, "row")
        if not sides and count > 1:
            self.fault("I535", f"{claim.quantity.text}: whose the {count} {word}s are is not said", claim.cells.place, "",
                       f"name their heads: `{'across' if of_columns else 'down'}: {{year: 'Sheet1!C4:E4'}}`, or list the members")  # fmt: skip
            return None
        found: list[list[tuple[Scalar, Scalar]]] = [[] for _ in range(count)]
        for index, node in sides:
            heads = self.heads(node, dict(claim.labels))
            if heads is None:
                return None
            if len(heads) != count:
                self.fault("I535", f"{claim.quantity.text}: {len(heads)} members of {index.text} for {count} {word}s", node.place, "",
                           "let both ranges be of one length")  # fmt: skip
                return None
            for own, head in zip(found, heads, strict=True):
                own.append((index, head))
        return [tuple(own) for own in found]

    def heads(self, node: YamlNode, labels: dict[str, str]) -> list[Scalar] | None:
        """Return the members that a range names, or a list."""
        if isinstance(node, Sequence):
            return [item for item in node.items if isinstance(item, Scalar)]
        box = self.range_of(node) if isinstance(node, Scalar) else None
        if box is None:
            return None
        reader, found = self.readers[box.sheet], []
        for row in range(box.top, box.bottom + 1):
            for column in range(box.left, box.right + 1):
                place, text = reader.place(row, column), reader.label(row, column)
                if not text:
                    self.fault("I535", "a head is empty", place, "its numbers would be of no member", "write it, or list the members")
                    return None
                found.append(Scalar(labels.get(text, text), place.file, place.line, place.column))
        return found

    # -- numbers

    def number(self, reader: SheetReader, row: int, column: int, claim: SheetClaim, *, alone: bool) -> str | None:
        """Return the digits that a cell shows, an empty text for an empty cell of a range, ``None`` after a fault."""
        cell, place = reader.cell(row, column), reader.place(row, column)
        if cell.kind == "blank":
            if alone:
                self.fault("I535", f"{claim.quantity.text}: the cell is empty", place, "it is said to hold the number",
                           "look whether it is the right cell")  # fmt: skip
            return None if alone else ""
        if cell.kind == "wrong":
            return None
        why = self.why_not(cell, reader, row, column)
        if why is not None:
            self.fault(*why)
            return None
        unit = next((value.text for key, value in claim.said if key.text == "unit"), "")
        if cell.percent and "%" in unit:
            self.fault("I503", *twice_percent(cell, unit))
            return None
        reader.tell_hidden(cell, row, column)
        self.formulas += bool(cell.formula)
        self.typed += [] if cell.formula else [f"{reader.name}!{column_letters(column)}{row}"]
        return printed_digits(cell.text, reader.format_of(row, column))

    def why_not(self, cell: SheetCell, reader: SheetReader, row: int, column: int) -> tuple[str, str, Place, str, str] | None:
        """Return what to tell of a cell that is no number, or of cells that are merged over several members."""
        if cell.kind == "date":
            return ("I505", f"the cell holds the date {cell.text}, not a number", cell.place, "only numbers are compared",
                    "name the cell of the number")  # fmt: skip
        if cell.kind == "text":
            return "I505", f"the cell holds the text {cell.text!r}, not a number", cell.place, *why_no_number(cell.text)
        if cell.merged and reader.merged[row, column] != (row, column):
            return ("I506", "a number stands in merged cells", cell.place, "which of them it is meant for is not known",
                    "name the first of them, or take the cells apart")  # fmt: skip
        return None

    def tell_typed(self) -> None:
        """Tell which claims are no formulas: nobody can follow how they were found."""
        if self.formulas and not self.book.was_calculated:
            self.note("whether the stored values of its formulas are current cannot be seen", "open it in a spreadsheet program and save it")
        if self.typed and self.formulas:
            cells = listed(self.typed, 6)
            self.note(f"claims are typed in or pasted, beside others that are formulas: {cells}", "ask for the formulas")
        elif self.typed:
            self.note(f"no claim of the workbook is a formula ({len(self.typed)} cells)", "ask for the workbook with its formulas")

    def note(self, what: str, remedy: str) -> None:
        self.findings.append(Finding("A830", "note", self.book.path.name, what, remedy=remedy))


def open_claims(data: bytes, path: Path, place: Place, fault: FaultTaker, findings: list[Finding]) -> SheetClaims | None:
    """Return a workbook with its claims still unread, or ``None`` after a fault.

    Raises
    ------
    InputError
        I514 where the package that reads workbooks is not installed.
    """
    book = Workbook(data, path, place, fault, findings)
    return None if book.stored is None else SheetClaims(book, fault, findings)


def read_claims(block: ProjectBlock) -> list[SheetClaim]:
    """Return what a document says of the cells of its workbook; faults of shape go to the block's list."""
    node = block.node.get("claims")
    if not isinstance(node, Mapping):
        if node is not None:
            block.fault("S105", "claims must be a mapping of quantities", node.place, remedy="write claims: {ER: 'Sheet1!H12'}")
        return []
    found = []
    for quantity, value in node:
        for item in value.items if isinstance(value, Sequence) else (value,):
            claim = SheetClaim(quantity, item) if isinstance(item, Scalar) else _of_block(quantity, block.inner(item, "claim"))
            found += [claim] if claim is not None else []
    return found


def _of_block(quantity: Scalar, block: ProjectBlock) -> SheetClaim | None:
    block.check_fields()
    cells = block.scalar("cells")
    if cells is None:
        return None
    named = {key.text: key for key, _ in block.node}
    at = block.node.get("at")
    return SheetClaim(
        quantity, cells, _sides(block, "across"), _sides(block, "down"),
        at=tuple((key, value) for key, value in at if isinstance(value, Scalar)) if isinstance(at, Mapping) else (),
        labels=tuple((key, value.text) for key, value in block.texts("labels")),
        said=tuple((named[key], value) for key in _ALIKE if isinstance(value := block.node.get(key), Scalar)),
    )  # fmt: skip


def _sides(block: ProjectBlock, name: str) -> tuple[tuple[Scalar, YamlNode], ...]:
    """Return index set -> range or list of members, of one side."""
    node = block.node.get(name)
    if node is not None and not isinstance(node, Mapping):
        block.fault("S105", f"{name} says for an index where its members stand", node.place, remedy=f"write {name}: {{year: 'Sheet1!C4:E4'}}")
    return tuple(node) if isinstance(node, Mapping) else ()
