"""CSV files as everybody hands them in: values and members of a project, lists of a spec, rows of a portfolio. One set of rules.

UTF-8 with or without a mark at its start, commas between cells, quotes around a cell that holds one, a header, blank lines anywhere.
A cell is text without the spaces around it; a file that a lenient reader would guess at is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from equations.errors import Place
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.patterns import pattern
from equations.records import record

if TYPE_CHECKING:
    from _csv import Reader

    from equations.files.strict_yaml import Scalar

MOST_BYTES = 60_000_000
#: A cell of a line: what stands between two commas, in quotes or without.
_CELL = pattern(r"""(?:^|,)[ \t]*("(?:[^"]|"")*"|[^,]*)""")
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
    """

    name: str
    rows: list[tuple[int, list[str]]]
    lines: tuple[str, ...] = ()

    @property
    def header(self) -> list[str]:
        """The cells of the first line."""
        return self.rows[0][1]

    @property
    def place(self) -> Place:
        """Where the header stands."""
        return Place(self.name, self.rows[0][0])

    def cell(self, line: int, at: int) -> Place:
        """Return where a cell stands, counted from 0 in its line; of a cell behind one that is spread over lines, the line."""
        starts = [match.start(1) for match in _CELL.finditer(self.lines[line - 1])] if line <= len(self.lines) else []
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
                what = f"the column {column!r} stands twice" if column else f"column {at + 1} has no name"
        if what:
            fault("I506", what, self.place, why, remedy)
        return not what

    def body(self, fault: FaultTaker) -> Iterator[tuple[Place, list[str]]]:
        """Yield every line below the header that has as many cells; the others are reported."""
        for line, row in self.rows[1:]:
            if len(row) == len(self.header):
                yield Place(self.name, line), row
                continue
            fault("I506", f"line {line} has {len(row)} cells and the header {len(self.header)}", Place(self.name, line), "",
                  "complete the line; put a text that holds a comma in quotes")  # fmt: skip


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
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        fault("I509", f"the file {name!r} is not UTF-8 text", place or Place(name), str(cause), "save it as CSV, as UTF-8")
        return None
    # strict: a lenient reader takes `"1"5` for 15, and all lines after a quote that nobody closes for one cell.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(_rows(reader))
    except csv.Error as cause:
        fault("I509", f"the CSV file cannot be read: {cause}", Place(name, reader.line_num), "",
              "close every quote, and save it as CSV with commas, as UTF-8")  # fmt: skip
        return None
    if not rows:
        fault("I509", "the CSV file is empty", Place(name), "", "look whether it is the right file")
        return None
    if len(rows[0][1]) == 1 and any(mark in rows[0][1][0] for mark in ";\t"):
        fault("I509", "the cells of the CSV file are not divided by commas", Place(name, rows[0][0]),
              "its first line is one cell that holds semicolons or tabs", "save it as CSV with commas")  # fmt: skip
        return None
    return CsvTable(name, rows, tuple(text.splitlines()))


def _rows(reader: Reader) -> Iterator[tuple[int, list[str]]]:
    line = 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield line, cells
        # A quoted cell may hold line ends: a row begins where the one before it has ended.
        line = reader.line_num + 1
