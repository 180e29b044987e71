"""What a registry's tables look like, and which numbers of a methodology go into them: both are data, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from equations.errors import SpecError, near_or_all
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import YamlNode, read_yaml_file
from equations.library.data_files import data_files, items_of, mapping_of, read_data_file, text_of, yes_of
from equations.library.places import shown_name
from equations.records import record

FORMATS_FOLDER = "registry_formats"
_COLUMN = ("id", "head", "required", "platform", "unit", "whole")
_TABLE = ("id", "file", "title", "columns")
_ROWS = ("table", "of", "columns", "only", "where_it_is", "whole_units")


@record(frozen=True)
class RegistryColumn:
    """One column: ``required`` of who submits, or filled in by the receiving ``platform``; numbers of a ``unit``, and ``whole`` ones."""

    id: str
    head: str
    required: bool = False
    platform: bool = False
    unit: str = ""
    whole: bool = False


@record(frozen=True)
class RegistryTable:
    """One file of a format."""

    id: str
    file: str
    title: str
    columns: tuple[RegistryColumn, ...]


@record(frozen=True)
class Rows:
    """Where rows of a table come from: the cells of a quantity that are not zero, the first result in whole units, or one row for the run.

    Attributes
    ----------
    of
        Id of the quantity in its own spec; empty for one row.
    columns
        Column -> text with ``{...}`` for what is filled in.
    only
        What a hole can name -> key of a text: rows where it is something else are left out.
    where_it_is
        Whether a run may lack the quantity, as under another choice.
    """

    table: str
    of: str
    columns: Mapping[str, str]
    only: Mapping[str, str]
    where_it_is: bool = False
    whole_units: bool = False


@record(frozen=True)
class Format:
    """A format: its tables, and the rows that every methodology has."""

    id: str
    title: str
    tables: tuple[RegistryTable, ...]
    rows: tuple[Rows, ...]


def format_ids() -> tuple[str, ...]:
    """Return the formats that there are."""
    return tuple(data_files(FORMATS_FOLDER))


def read_format(id_: str) -> Format:
    """Read a format of the library.

    Raises
    ------
    SpecError
        S108 for one that is not there, S103 to S107 for what is wrong in it.
    """
    top = read_data_file(FORMATS_FOLDER, id_, "format", ("format", "title", "tables", "rows"))
    tables = tuple(_table(node) for node in items_of(top.get("tables")))
    return Format(id_, text_of(top, "title"), tables, tuple(_rows(top.get("rows"), tables)))


def read_mapping(path: Path, format_: Format) -> tuple[Rows, ...]:
    """Read which rows a methodology gives to a format: ``export.yaml`` beside its spec; errors as of :func:`read_format`."""
    top = mapping_of(read_yaml_file(path, name=shown_name(path)), "a mapping", format_ids())
    return tuple(_rows(top.get(format_.id), format_.tables))


def _table(node: YamlNode) -> RegistryTable:
    own = mapping_of(node, "a table", _TABLE)
    columns = tuple(_column(mapping_of(item, "a column", _COLUMN)) for item in items_of(own.get("columns")))
    return RegistryTable(text_of(own, "id"), text_of(own, "file"), text_of(own, "title"), columns)


def _column(own: YamlMapping) -> RegistryColumn:
    required, platform = yes_of(own, "required"), yes_of(own, "platform")
    return RegistryColumn(text_of(own, "id"), text_of(own, "head"), required, platform, text_of(own, "unit", ""), yes_of(own, "whole"))


def _rows(node: YamlNode | None, tables: Sequence[RegistryTable]) -> Iterator[Rows]:
    known = {table.id: [column.id for column in table.columns] for table in tables}
    checked = {(table.id, column.id) for table in tables for column in table.columns if column.unit or column.whole}
    for item in items_of(node):
        own = mapping_of(item, "rows of a table", _ROWS)
        table = text_of(own, "table")
        if table not in known:
            raise SpecError("S107", f"there is no table {table!r}", own.place, remedy=near_or_all(table, list(known), "the tables are"))
        columns, only = _texts(own.get("columns"), known[table]), _texts(own.get("only"), None)
        for column, text in columns.items():
            if (table, column) in checked and text != "{value}":
                raise SpecError("S105", f"{column} is {text!r}", own.place, why="numbers of a unit, or whole ones, are looked at in {value} alone",
                                remedy=f"write {column}: '{{value}}', and the quantity as `of`")  # fmt: skip
        yield Rows(table, text_of(own, "of", ""), columns, only, yes_of(own, "where_it_is"), yes_of(own, "whole_units"))


def _texts(node: YamlNode | None, known: Sequence[str] | None) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, YamlMapping):
        raise SpecError("S105", "a block of texts is wanted here", node.place, remedy="write {a: text}")
    mapping_of(node, "the columns of the table", known if known is not None else [key.text for key, _ in node])
    return {key.text: text_of(node, key.text) for key, _ in node}
