"""The projects of a portfolio: files, or rows of a table over one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.project.values import MOST_CSV_BYTES
from equations.errors import InputError, MethodologyError, Place, raise_all
from equations.files.regular_file import UnreadableFileError, read_regular

#: Of faults of a table, how many are named.
_MOST_SAID = 20


@dataclass(frozen=True)
class Entry:
    """One project of a portfolio.

    Attributes
    ----------
    changes
        Input (``A_0[E]``) -> what a table says instead of the project file.
    place
        The row of the table, where there is one.
    """

    name: str
    path: Path
    changes: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None


def entries_of_files(paths: Sequence[str]) -> list[Entry]:
    """Return one entry for each project file.

    Raises
    ------
    InputError
        I506 for a file that is named twice.
    """
    twice = [path for at, path in enumerate(paths) if path in paths[:at]] if len(set(paths)) < len(paths) else []
    if twice:
        raise InputError("I506", f"the project {twice[0]!r} is named twice", remedy="name it once")
    return [Entry(str(path), Path(path)) for path in paths]


def entries_of_table(table: Path, base: Path) -> list[Entry]:
    """Return one entry for each row of a CSV table: a column ``name``, and one for each input that differs from the base project.

    Raises
    ------
    InputError
        I506 or I509 for a table that cannot be read.
    """
    try:
        text = read_regular(table, MOST_CSV_BYTES).decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except (UnreadableFileError, UnicodeDecodeError, csv.Error) as cause:
        raise InputError("I509", "the table cannot be read", Place(str(table)), why=str(cause),
                         remedy="write it as CSV in UTF-8, with commas") from cause  # fmt: skip
    head = [cell.strip() for cell in rows[0][1]] if rows else []
    _check_head(table, head)
    errors: list[MethodologyError] = []
    found: dict[str, Entry] = {}
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        place = Place(str(table), line)
        if len(row) != len(head):
            errors.append(InputError("I506", f"this row has {len(row)} cells and the header {len(head)}", place,
                                     remedy="give each column one cell; quote a cell that holds a comma"))  # fmt: skip
            continue
        cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
        name = cells.pop("name")
        if not name or name in found:
            what = f"two rows are called {name!r}" if name else "this row has no name"
            why = f"the first is {found[name].place}" if name else ""
            errors.append(InputError("I506", what, place, why=why, remedy="give each row a name of its own"))
            continue
        found[name] = Entry(name, base, {key: text for key, text in cells.items() if text}, place)
    raise_all(errors[:_MOST_SAID])
    if not found:
        raise InputError("I506", "the table has no rows", Place(str(table), 1), remedy="write one line for each project")
    return list(found.values())


def _check_head(table: Path, head: list[str]) -> None:
    place, remedy = Place(str(table), 1), "write a header such as: name,A_0[E],DF; quote a name that holds a comma"
    if "name" not in head:
        raise InputError("I506", "the table has no column `name`", place, remedy=remedy)
    for at, column in enumerate(head):
        if not column or column in head[:at]:
            what = f"two columns are called {column!r}" if column else f"column {at + 1} has no name"
            raise InputError("I506", what, place, remedy=remedy)
