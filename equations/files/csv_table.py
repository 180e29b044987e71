"""CSV files as everybody hands them in: values and members of a project, lists of a spec, rows of a portfolio. One set of rules.

UTF-8 with or without a mark at its start (or UTF-16 with it), quotes around a cell that holds what divides cells, a header, blank lines
anywhere. Commas, semicolons, tabs or bars between cells are found (:mod:`equations.files.csv_text`) and told. A cell is text without the spaces
around it; columns that are empty from head to foot are left out, and told; a file that a lenient reader would guess at is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from equations.errors import Place
from equations.files.csv_text import SEPARATORS, said_separator, separators_of, text_of
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.records import record

if TYPE_CHECKING:
    from equations.files.strict_yaml import Scalar

MOST_BYTES = 60_000_000
#: Where faults go: code, what, place, why, remedy. The codes are those of input; who reads a spec turns them into its own.
FaultTaker = Callable[[str, str, Place, str, str], None]


@record(frozen=True)
class CsvTable:
    """A CSV file as text.

    Attributes
    ----------
    name
        What the file is called in messages.
    rows
        The number of the line and its cells, the header first. There is at least one.
    lines
        The lines as they stand in the file.
    separator
        What divides their cells.
    at
        Which cell of its line each column is, from 0; empty where that is its own place.
    told
        What is worth saying of how the file is written.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    lines: tuple[str, ...] = ()
    separator: str = ","
    at: tuple[int, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def header(self) -> list[str]:
        """The cells of the first line."""
        return self.rows[0][1]

    @property
    def place(self) -> Place:
        """Where the header stands."""
        return Place(self.name, self.rows[0][0])

    @property
    def is_typed(self) -> bool:
        """Whether its cells are numbers, dates and texts, as those of a workbook are, and not all texts."""
        return False

    def position(self, at: int) -> int:
        """Return which cell of its line a column is, from 0."""
        return self.at[at] if at < len(self.at) else at

    def cell(self, line: int, at: int) -> Place:
        """Return where a cell stands, counted from 0 in its line; of a cell behind one that is spread over lines, the line."""
        at = self.position(at)
        starts = [match.start(1) for match in _cells(self.separator).finditer(self.lines[line - 1])] if line <= len(self.lines) else []
        return Place(self.name, line, starts[at] + 1 if at < len(starts) else 0)

    def number(self, line: int, at: int, unit: str, fault: FaultTaker) -> Scalar | None:
        """Return a number where a table knows more of its cells than their text, as one of a workbook does."""
        return None

    def has_columns(self, header: Sequence[str], needed: Sequence[str], fault: FaultTaker, why: str, remedy: str) -> bool:
        """Report the first column that is missing, stands twice or has no name.

        Parameters
        ----------
        header
            What each column stands for.
        needed
            Columns that must be there.
        """
        what = next((f"the column {name!r} is missing" for name in needed if name not in header), "")
        for at, column in enumerate(header):
            if not what and (not column or column in header[:at]):
                what = f"the column {column!r} stands twice" if column else f"column {self.position(at) + 1} has no name"
        if what:
            fault("I506", what, self.place, why, remedy)
        return not what

    def body(self, fault: FaultTaker) -> Iterator[tuple[Place, list[str]]]:
        """Yield every line below the header that has as many cells; the others are reported."""
        for line, row in self.rows[1:]:
            if len(row) == len(self.header):
                yield Place(self.name, line), row
                continue
            mark = {",": "a comma", ";": "a semicolon", "\t": "a tab"}.get(self.separator, "such a mark")
            fault("I506", f"line {line} has {len(row)} cells and the header {len(self.header)}", Place(self.name, line), "",
                  f"complete the line; put a text that holds {mark} in quotes")  # fmt: skip


def read_bytes(path: Path, name: str, place: Place | None, fault: FaultTaker, if_large: str = "") -> bytes | None:
    """Return what a CSV file holds, or ``None`` after a fault.

    Parameters
    ----------
    name
        What the file is called in messages.
    place
        Where it is named, if in a file.
    if_large
        What could make the file smaller.
    """
    try:
        return read_regular(path, MOST_BYTES, if_large + "look whether it is the right file")
    except UnreadableFileError as cause:
        what = cause.what.replace("the file", f"the file {name!r}", 1).replace("this is", f"{name!r} is", 1)
        fault("I509", what, place or Place(name), cause.why, cause.remedy)
        return None


def read_table(data: bytes, name: str, place: Place | None, fault: FaultTaker) -> CsvTable | None:
    """Return a CSV file as a table, or ``None`` after a fault; ``name`` and ``place`` as in :func:`read_bytes`."""
    try:
        text, encoding = text_of(data)
    except UnicodeDecodeError as cause:
        fault("I509", f"the file {name!r} is not UTF-8 text", place or Place(name), str(cause),
              "save it as CSV, as UTF-8 (Excel calls it `CSV UTF-8`)")  # fmt: skip
        return None
    if "\0" in text:
        fault("I509", f"the file {name!r} is not UTF-8 text", place or Place(name), "it holds the character NUL; it may be UTF-16",
              "save it as CSV, as UTF-8 (Excel calls it `CSV UTF-8`)")  # fmt: skip
        return None
    said, begins = said_separator(text)
    marks = [said] if said else separators_of(text)
    if len(marks) > 1:
        fault("I533", "what divides the cells of the CSV file is not certain", Place(name, 1),
              f"with {' and with '.join(SEPARATORS[mark] for mark in marks)} alike every line has as many cells as the first",
              f"write sep={marks[0]} as its first line, or put the texts that hold the other mark in quotes")  # fmt: skip
        return None
    rows = _rows(text, begins, marks[0], name, fault)
    if rows is None:
        return None
    if not rows:
        fault("I509", "the CSV file is empty", Place(name), "", "look whether it is the right file")
        return None
    kept, empty = _kept_columns(rows)
    told = [encoding, f"its cells are divided by {SEPARATORS[marks[0]]}" if marks[0] != "," else "",
            f"columns that are empty from head to foot are left out ({empty})" if empty else ""]  # fmt: skip
    if empty:
        rows = [(line, _of_columns(row, kept)) for line, row in rows]
    return CsvTable(name, rows, tuple(text.splitlines()), marks[0], kept if empty else (), tuple(one for one in told if one))


def _rows(text: str, begins: int, mark: str, name: str, fault: FaultTaker) -> list[tuple[int, list[str]]] | None:
    """Return the lines that hold something, or ``None`` after a fault."""
    first = 1 + text[:begins].count("\n")
    if mark == " ":
        return [(line, row.split()) for line, row in enumerate(text.splitlines(), 1) if row.strip()]
    # strict: a lenient reader takes `"1"5` for 15, and all lines after a quote that nobody closes for one cell.
    reader = csv.reader(io.StringIO(text[begins:], newline=""), delimiter=mark, strict=True)
    found, line = [], first
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((line, cells))
            # A quoted cell may hold line ends: a row begins where the one before it has ended.
            line = first + reader.line_num
    except csv.Error as cause:
        fault("I509", f"the CSV file cannot be read: {cause}", Place(name, first - 1 + reader.line_num), "",
              "close every quote, and save it as CSV, as UTF-8")  # fmt: skip
        return None
    return found


def _kept_columns(rows: list[tuple[int, list[str]]]) -> tuple[tuple[int, ...], int]:
    """Return the cells of lines that are columns, from 0, and how many of the header are empty like all below them.

    What stands in a line behind the last head counts as empty only where every line has nothing there.
    """
    width, header = max(len(row) for _, row in rows), rows[0][1]
    empty = {at for at in range(width) if at >= len(header) or not header[at]}
    for _, row in rows[1:]:
        empty -= {at for at in empty if at < len(row) and row[at]}
        if not empty:
            break
    return tuple(at for at in range(width) if at not in empty), len(empty)


def _of_columns(row: list[str], kept: tuple[int, ...]) -> list[str]:
    """Return the cells of a line that are in some columns; what is missing at its end stays missing."""
    return [row[at] for at in kept if at < len(row)]


@cache
def _cells(separator: str) -> re.Pattern[str]:
    """Return what finds the cells of a line: what stands between two marks, in quotes or without."""
    if separator == " ":
        return re.compile(r"(?:^|\s)\s*(\S+)")
    mark, blanks = re.escape(separator), " *" if separator == "\t" else r"[ \t]*"
    return re.compile(rf"""(?:^|{mark}){blanks}("(?:[^"]|"")*"|[^{mark}]*)""")
