"""The projects of a portfolio: files, or rows of a table over one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.project.total_rows import is_total
from equations.errors import InputError, MethodologyError, Place, raise_all
from equations.files.csv_numbers import NumberSigns, UncertainSignsError, signs_of
from equations.files.csv_table import CsvTable, FaultTaker, read_bytes, read_table

#: Of faults of a table, how many are named.
_MOST_SAID = 20


@dataclass(frozen=True)
class ProjectEntry:
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


def entries_of_files(paths: Sequence[str]) -> list[ProjectEntry]:
    """Return one entry for each project file.

    Raises
    ------
    InputError
        I506 for a file that is named twice.
    """
    twice = [path for at, path in enumerate(paths) if path in paths[:at]] if len(set(paths)) < len(paths) else []
    if twice:
        raise InputError("I506", f"the project {twice[0]!r} is named twice", remedy="name it once")
    return [ProjectEntry(str(path), Path(path)) for path in paths]


def entries_of_table(table: Path, base: Path) -> list[ProjectEntry]:
    """Return one entry for each row of a CSV table: a column ``name``, and one for each input that differs from the base project.

    Raises
    ------
    InputError
        I506 or I509 for a table that cannot be read.
    """
    errors: list[MethodologyError] = []

    def fault(code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        errors.append(InputError(code, what, place, why=why, remedy=remedy))

    data = read_bytes(table, str(table), None, fault)
    read = None if data is None else read_table(data, str(table), None, fault)
    raise_all(errors)
    assert read is not None
    read.has_columns(read.header, ("name",), fault, "one column has the name of each row, each other one an input",
                     "write a header such as: name,A_0[E],DF; quote a name that holds a comma")  # fmt: skip
    raise_all(errors)
    found: dict[str, ProjectEntry] = {}
    signs = _signs(read, fault)
    for place, row in read.body(fault):
        cells = {head: signs[head].plain(cell) or cell if head in signs else cell for head, cell in zip(read.header, row, strict=True)}
        name = cells.pop("name")
        if not name or name in found:
            fault("I506", f"two rows are called {name!r}" if name else "this row has no name", place,
                  f"the first is {found[name].place}" if name else "", "give each row a name of its own")  # fmt: skip
            continue
        if is_total(name):
            fault("I506", f"{name!r} is a total and no project", place, "what it sums would count twice",
                  "remove the line; if it is a project, give it another name")  # fmt: skip
            continue
        found[name] = ProjectEntry(name, base, {key: text for key, text in cells.items() if text}, place)
    raise_all(errors[:_MOST_SAID])
    if not found:
        raise InputError("I506", "the table has no rows", read.place, remedy="write one line for each project")
    return list(found.values())


def _signs(table: CsvTable, fault: FaultTaker) -> dict[str, NumberSigns]:
    """Return the signs in the numbers of each column but that of names; numbers that can be read in two ways are faults."""
    found: dict[str, NumberSigns] = {}
    for at, head in enumerate(table.header):
        texts = [row[at] for _, row in table.rows[1:] if at < len(row)]
        try:
            if head != "name":
                found[head] = signs_of(texts, table.separator)
        except UncertainSignsError as error:
            fault("I533", f"{head}: what the signs in {error.text!r} mean is not certain", table.place, error.why,
                  "write the numbers with a decimal point, and divide the cells by commas")  # fmt: skip
    return found
