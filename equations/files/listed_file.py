"""Lists that stand in CSV files: members of a set, what groups gather, combinations of a relation.

What is read is put in place of ``{file: members.csv}`` as if it stood there, each text with its own line and column, so that
whoever reads it afterwards needs to know nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equations.errors import Place, near_or_all
from equations.files.csv_table import CsvTable, FaultTaker
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.files.strict_yaml import Sequence as YamlSequence

#: Reads the file that a text names, or reports why not.
TableReader = Callable[[Scalar], CsvTable | None]
#: What stands beside ``file``: which columns hold ids, names, the members that a group gathers, dates; which those of a relation.
MEMBER_COLUMNS, PAIR_COLUMNS = ("id", "name", "of", "date"), "columns"


def named_file(node: YamlNode | None) -> Scalar | None:
    """Return the text that names a file, where a list is written as ``{file: ...}``."""
    file = node.get("file") if isinstance(node, Mapping) else None
    return file if isinstance(file, Scalar) and not file.is_empty else None


def _fields_fit(node: Mapping, known: Sequence[str], fault: FaultTaker) -> bool:
    """Report what stands beside ``file`` and is not known there."""
    wrong = [key for key, _ in node if key.text not in ("file", *known)]
    for key in wrong:
        fault("I502", f"{key.text!r} beside `file:` is not known", key.place, "a field that is not known would be passed over",
              near_or_all(key.text, known, "the fields are"))  # fmt: skip
    return not wrong


def listed_members(node: Mapping, set_id: str, read: TableReader, fault: FaultTaker, *, only_ids: bool = False) -> YamlSequence:
    """Return the members that a CSV file lists.

    Parameters
    ----------
    node
        ``{file: strata.csv, id: stratum, name: label}``. Without ``id:`` the ids stand in the column ``id``, or in that of the set's own
        name; names in the column ``name``, if there is one. With ``of:`` a line says what a group gathers, and a group has many lines.
    set_id
        The set whose members they are.
    only_ids
        Whether names are passed over: a subset has those of the larger set.
    """
    empty = YamlSequence((), node.file, node.line, node.column)
    file = named_file(node)
    table = read(file) if file is not None and _fields_fit(node, MEMBER_COLUMNS, fault) else None
    if table is None:
        return empty
    wanted = {key.text: value.text for key, value in node if key.text in MEMBER_COLUMNS and isinstance(value, Scalar)}
    id_ = wanted.get("id") or next((name for name in ("id", set_id) if name in table.header), "id")
    name = "" if only_ids else wanted.get("name", "name" if "name" in table.header else "")
    of, day = wanted.get("of", ""), wanted.get("date", "")
    needed = [column for column in (id_, name, of, day) if column]
    if not table.has_columns(table.header, needed, fault, f"members of {set_id} are listed by {', '.join(needed)}", _columns(table)):
        return empty
    rows = _scalars(table, needed, fault)
    items = _groups(rows) if of else [_member(row, name, day) for row in _once(rows, set_id, fault)]
    return YamlSequence(tuple(items), node.file, node.line, node.column)


def listed_pairs(node: Mapping, over: Sequence[str], read: TableReader, fault: FaultTaker) -> tuple[YamlNode, tuple[str, ...]]:
    """Return the combinations that a CSV file lists, nested, and the columns in the order in which they are nested.

    Parameters
    ----------
    node
        ``{file: uses.csv, columns: [vehicle, fuel]}``; without ``columns:`` those of ``over``, or all.
    over
        The names of the axes of the relation, where they are known.
    """
    file = named_file(node)
    table = read(file) if file is not None and _fields_fit(node, (PAIR_COLUMNS,), fault) else None
    if table is None:
        return Mapping((), node.file, node.line, node.column), ()
    asked = node.get(PAIR_COLUMNS)
    named = [item.text for item in asked.items if isinstance(item, Scalar)] if isinstance(asked, YamlSequence) else []
    columns = tuple(named or over or table.header)
    if not table.has_columns(table.header, columns, fault, f"a combination has one cell in each of {', '.join(columns)}", _columns(table)):
        return Mapping((), node.file, node.line, node.column), ()
    rows = _once(_scalars(table, columns, fault), "the relation", fault, len(columns))
    return _nested(rows, node), columns


def _columns(table: CsvTable) -> str:
    return "its columns are " + ", ".join(table.header)


def _scalars(table: CsvTable, columns: Sequence[str], fault: FaultTaker) -> list[tuple[Scalar, ...]]:
    """Return the cells of some columns, line by line; an empty cell is reported."""
    at = [table.header.index(column) for column in columns]
    found = []
    for where, row in table.body(fault):
        places = [table.cell(where.line, position) for position in at]
        cells = tuple(Scalar(row[p], where.file, where.line, place.column) for p, place in zip(at, places, strict=True))
        empty = next((n for n, cell in enumerate(cells) if not cell.text), None)
        if empty is not None:
            fault("I506", f"the column {columns[empty]!r} is empty here", places[empty], "a line names one member in each column",
                  "write it, or remove the line")  # fmt: skip
        else:
            found.append(cells)
    return found


def _once(rows: list[tuple[Scalar, ...]], what: str, fault: FaultTaker, width: int = 1) -> list[tuple[Scalar, ...]]:
    """Return the rows whose first cells stand once; report the others."""
    seen: dict[tuple[str, ...], Place] = {}
    kept = []
    for row in rows:
        key = tuple(cell.text for cell in row[:width])
        if key in seen:
            fault("I506", f"{', '.join(key)!r} stands twice among the lines of {what}", row[0].place, f"the first is at {seen[key]}",
                  "remove one of the two")  # fmt: skip
            continue
        seen[key] = row[0].place
        kept.append(row)
    return kept


def _member(row: tuple[Scalar, ...], name: str, day: str) -> YamlNode:
    fields = ("id", *(("name",) if name else ()), *(("date",) if day else ()))
    return row[0] if len(fields) == 1 else _block(row[0], tuple(zip(fields, row, strict=True)))


def _groups(rows: list[tuple[Scalar, ...]]) -> list[YamlNode]:
    """Return a block for each group with all that it gathers; the last cell of a row is gathered, one between is the group's name."""
    first: dict[str, tuple[Scalar, ...]] = {}
    gathered: dict[str, list[Scalar]] = {}
    for row in rows:
        first.setdefault(row[0].text, row)
        gathered.setdefault(row[0].text, []).append(row[-1])
    return [
        _block(row[0], (("id", row[0]), *((("name", row[1]),) if len(row) > 2 else ()),
                        ("of", YamlSequence(tuple(gathered[key]), row[0].file, row[0].line, row[0].column))))
        for key, row in first.items()
    ]  # fmt: skip


def _block(at: Scalar, fields: Sequence[tuple[str, YamlNode]]) -> Mapping:
    return Mapping(tuple((Scalar(key, at.file, at.line, at.column), value) for key, value in fields), at.file, at.line, at.column)


def _nested(rows: list[tuple[Scalar, ...]], node: YamlNode, depth: int = 0) -> YamlNode:
    """Return rows as nested blocks: the first cell above the second, the last ones in a list."""
    if not rows or depth + 1 == len(rows[0]):
        return YamlSequence(tuple(row[depth] for row in rows), node.file, node.line, node.column)
    below: dict[str, list[tuple[Scalar, ...]]] = {}
    for row in rows:
        below.setdefault(row[depth].text, []).append(row)
    return Mapping(tuple((part[0][depth], _nested(part, part[0][depth], depth + 1)) for part in below.values()),
                   node.file, node.line, node.column)  # fmt: skip
