"""The words of a project file and of its CSV files in one list, and where each of them stands."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.project.total_rows import is_total
from engine.project.values import table_rows
from equations.errors import Place
from equations.files.csv_layouts import found_layout
from equations.files.csv_table import CsvTable, read_bytes, read_table
from equations.files.strict_yaml import Scalar, WrittenForm

#: End what stands in one line, in one table, in one file; no word of a file is one of them.
_LINE, _TABLE, _FILE = "\n", "\n\n", "\n\n\n"


@dataclass
class WordPlaces:
    """Where words stand: a cell by file, line and column, the words of a line behind its label by file and line."""

    cells: dict[tuple[str, int, int], int] = field(default_factory=dict)
    lines: dict[tuple[str, int], range] = field(default_factory=dict)

    def of(self, place: Place) -> int | None:
        """Return which word stands at a place."""
        return self.cells.get((place.file, place.line, place.column))


def yaml_words(form: WrittenForm, tables: Collection[int]) -> list[str]:
    """Return the texts of a project file, those whose numbers are ``tables`` word by word."""
    found = list(form.texts)
    for at in sorted(tables, reverse=True):
        found[at : at + 1] = [*_of_rows(words for _, words in table_rows(found[at])), _TABLE]
    return found


def place_yaml(scalars: Sequence[Scalar], tables: Collection[int], places: WordPlaces) -> None:
    """Note where the words of a project file stand, in the order of :func:`yaml_words`."""
    at = 0
    for number, scalar in enumerate(scalars):
        if number not in tables:
            if scalar.text or scalar.raw:  # what is empty may seem to stand where the next word does
                places.cells[scalar.file, scalar.line, scalar.column] = at
            at += 1
            continue
        for line, words in table_rows(scalar.raw or scalar.text):
            places.lines[scalar.file, scalar.line + line] = range(at + 1, at + len(words))
            at += len(words) + 1
        at += 1


@dataclass(frozen=True)
class CsvWords:
    """The words of a CSV file, which ends where the next one begins, and its hash."""

    words: list[str]
    sha: str
    rows: list[tuple[int, list[str]]]

    def place(self, file: str, start: int, places: WordPlaces) -> None:
        """Note where the words stand of which the first is the word ``start`` of all."""
        for line, cells in self.rows:
            places.lines[file, line] = range(start + 1, start + len(cells))
            places.cells |= {(file, line, column): start + column - 1 for column in range(1, len(cells) + 1)}
            start += len(cells) + 1


def csv_words(path: Path) -> CsvWords | None:
    """Return the words of a CSV file, or ``None`` where it is none, or one of which more is to be told than its cells.

    What stands between other marks than commas may be numbers in other signs, a table of a known program may be in other units, a line
    without a label or with that of a total may be the sum of others: of these the whole reading decides, by all of their numbers.
    """
    faults: list[str] = []

    def fault(code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        faults.append(code)

    data = read_bytes(path, path.name, None, fault)
    table = None if data is None else read_table(data, path.name, None, fault)
    if data is None or table is None or faults or table.told or _must_be_looked_at(table):
        return None
    return CsvWords([*_of_rows(cells for _, cells in table.rows), _FILE], hashlib.sha256(data).hexdigest(), table.rows)


def _must_be_looked_at(table: CsvTable) -> bool:
    cells = [cell for _, row in table.rows for cell in row]
    return not all(cells) or any(map(is_total, cells)) or any(found_layout(table, indices) for indices in range(1, len(table.header) + 1))


def _of_rows(rows: Iterable[Sequence[str]]) -> list[str]:
    return [word for row in rows for word in (*row, _LINE)]
