"""What a registry's tables look like, and which numbers of a methodology go into them: both are data, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from equations.errors import SpecError, near_or_all
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode, read_yaml_file
from equations.files.strict_yaml import Sequence as YamlSequence
from equations.library.places import INSTALLED, library_folders, shown_name
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


def _folders() -> list[Path]:
    """Return where formats are: of the folders that are searched before the library, and of the program."""
    return [folder / FORMATS_FOLDER for folder in dict.fromkeys((*library_folders(), INSTALLED))]


def format_ids() -> tuple[str, ...]:
    """Return the formats that there are."""
    return tuple(sorted({path.stem for folder in _folders() for path in folder.glob("*.yaml")}))


def read_format(id_: str) -> Format:
    """Read a format of the library.

    Raises
    ------
    SpecError
        S108 for one that is not there, S103 to S107 for what is wrong in it.
    """
    path = next((path for folder in _folders() for path in folder.glob("*.yaml") if path.stem == id_), None)
    if path is None:
        raise SpecError("S108", f"there is no format {id_!r}", remedy=near_or_all(id_, format_ids(), "the formats are"))
    top = _mapping(read_yaml_file(path, name=shown_name(path)), "a format", ("format", "title", "tables", "rows"))
    tables = tuple(_table(node) for node in _items(top.get("tables")))
    return Format(id_, _text(top, "title"), tables, tuple(_rows(top.get("rows"), tables)))


def read_mapping(path: Path, format_: Format) -> tuple[Rows, ...]:
    """Read which rows a methodology gives to a format: ``export.yaml`` beside its spec; errors as of :func:`read_format`."""
    top = _mapping(read_yaml_file(path, name=shown_name(path)), "a mapping", format_ids())
    return tuple(_rows(top.get(format_.id), format_.tables))


def _table(node: YamlNode) -> RegistryTable:
    own = _mapping(node, "a table", _TABLE)
    columns = tuple(_column(_mapping(item, "a column", _COLUMN)) for item in _items(own.get("columns")))
    return RegistryTable(_text(own, "id"), _text(own, "file"), _text(own, "title"), columns)


def _column(own: YamlMapping) -> RegistryColumn:
    required, platform = _yes(own, "required"), _yes(own, "platform")
    return RegistryColumn(_text(own, "id"), _text(own, "head"), required, platform, _text(own, "unit", ""), _yes(own, "whole"))


def _rows(node: YamlNode | None, tables: Sequence[RegistryTable]) -> Iterator[Rows]:
    known = {table.id: [column.id for column in table.columns] for table in tables}
    checked = {(table.id, column.id) for table in tables for column in table.columns if column.unit or column.whole}
    for item in _items(node):
        own = _mapping(item, "rows of a table", _ROWS)
        table = _text(own, "table")
        if table not in known:
            raise SpecError("S107", f"there is no table {table!r}", own.place, remedy=near_or_all(table, list(known), "the tables are"))
        columns, only = _texts(own.get("columns"), known[table]), _texts(own.get("only"), None)
        for column, text in columns.items():
            if (table, column) in checked and text != "{value}":
                raise SpecError("S105", f"{column} is {text!r}", own.place, why="numbers of a unit, or whole ones, are looked at in {value} alone",
                                remedy=f"write {column}: '{{value}}', and the quantity as `of`")  # fmt: skip
        yield Rows(table, _text(own, "of", ""), columns, only, _yes(own, "where_it_is"), _yes(own, "whole_units"))


# -- fields


def _mapping(node: YamlNode | None, what: str, fields: Sequence[str]) -> YamlMapping:
    if not isinstance(node, YamlMapping):
        place = node.place if node is not None else None
        raise SpecError("S105", f"{what} is a block of fields", place, remedy=f"its fields are {', '.join(fields)}")
    for key, _ in node:
        if key.text not in fields:
            raise SpecError("S103", f"{key.text!r} is not known of {what}", key.place, remedy=near_or_all(key.text, list(fields), "there are"))
    return node


def _items(node: YamlNode | None) -> tuple[YamlNode, ...]:
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return ()
    if not isinstance(node, YamlSequence):
        raise SpecError("S105", "a list is wanted here", node.place, remedy="begin each entry with `- `")
    return node.items


def _text(own: YamlMapping, field: str, missing: str | None = None) -> str:
    found = own.get(field)
    if isinstance(found, Scalar):
        return found.text
    if found is None and missing is not None:
        return missing
    raise SpecError("S104" if found is None else "S105", f"{field} must be a text", own.place, remedy=f"write {field}: ...")


def _yes(own: YamlMapping, field: str) -> bool:
    text = _text(own, field, "no")
    if text not in ("yes", "no"):
        raise SpecError("S105", f"{field} is yes or no, not {text!r}", own.place, remedy=f"write {field}: yes")
    return text == "yes"


def _texts(node: YamlNode | None, known: Sequence[str] | None) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, YamlMapping):
        raise SpecError("S105", "a block of texts is wanted here", node.place, remedy="write {a: text}")
    _mapping(node, "the columns of the table", known if known is not None else [key.text for key, _ in node])
    return {key.text: _text(node, key.text) for key, _ in node}
