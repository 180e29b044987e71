"""How a workbook is laid out: names of sheets, tables of parameters and their columns. Layouts are data of the library, one file each."""

from __future__ import annotations

from collections.abc import Iterator

from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode
from equations.library.data_files import data_files, items_of, mapping_of, read_data_file, text_of
from equations.records import record

FOLDER = "workbook_layouts"
GENERAL = "general"
#: Columns that a program reads, behind those of a layout: the same heads in every layout.
QUANTITY, WHERE, BLOCK, GIVEN_BY, WRITTEN, LABEL = "quantity", "otherwise for", "block", "given by", "as written", "label "
MACHINE = (QUANTITY, WHERE, BLOCK, GIVEN_BY, WRITTEN)
#: Heads that are read in any table, besides those of the layouts.
PLAIN_HEADS = {"value": "value", "unit": "unit", "source": "source", "monitoring_option": "option", "method": "method",
               "frequency": "frequency", "comments": "comments"}  # fmt: skip


#: What a column of a layout can hold.
ROLES = ("period", "point", "parameter", "description", "value", "unit", "option", "source", "method", "frequency", "comments")
#: Fields of a layout, and those that a plan can say otherwise as ``planned_...``.
_PLANNED = ("inputs", "calculation", "heads")
_TOP = ("layout", "programmes", *_PLANNED, "tables", "results", "structure", "structure_title", "structure_columns")
_TABLE = ("kinds", "title", "planned_title", "columns", "planned_columns")


@record(frozen=True)
class LayoutTable:
    """One table of parameters: their kinds, its title, what each column holds and its head."""

    kinds: tuple[str, ...]
    title: str
    columns: tuple[tuple[str, str], ...]


@record(frozen=True)
class Layout:
    """The layout of one programme, for a run or for a plan."""

    id: str
    programmes: tuple[str, ...]
    inputs: str
    calculation: str
    heads: tuple[str, ...]
    tables: tuple[LayoutTable, ...]
    results: str = ""
    structure: str = ""
    structure_title: str = ""
    structure_columns: tuple[str, ...] = ()


def layout_for(programme: str, *, planned: bool = False) -> Layout:
    """Return the layout of a programme; the general one where it has none."""
    found = {id_: _layout(id_, planned) for id_ in data_files(FOLDER)}
    return next((one for one in found.values() if programme in one.programmes), found[GENERAL])


def column_heads() -> dict[str, str]:
    """Return every head of every layout -> what its column holds; machine columns stand for themselves."""
    heads = {**PLAIN_HEADS, **{name: name for name in MACHINE}}
    for id_ in data_files(FOLDER):
        for planned in (False, True):
            for table in _layout(id_, planned).tables:
                heads |= {head: role for role, head in table.columns}
    return heads


def _layout(id_: str, planned: bool) -> Layout:
    node = read_data_file(FOLDER, id_, "layout", (*_TOP, *(f"planned_{name}" for name in _PLANNED)))

    def name_of(name: str, block: YamlMapping) -> str:
        return f"planned_{name}" if planned and f"planned_{name}" in [key.text for key, _ in block] else name

    def text(name: str, block: YamlMapping = node, missing: str | None = None) -> str:
        return text_of(block, name_of(name, block), missing)

    tables = [
        LayoutTable(tuple(_texts(block.get("kinds"))), text("title", block), tuple(_pairs(block.get(name_of("columns", block)))))
        for block in (mapping_of(item, "a table of a layout", _TABLE) for item in items_of(node.get("tables")))
    ]
    return Layout(
        id=text("layout"), programmes=tuple(_texts(node.get("programmes"))), inputs=text("inputs"), calculation=text("calculation"),
        heads=tuple(_texts(node.get(name_of("heads", node)))), tables=tuple(tables), results=text("results", missing=""),
        structure=text("structure", missing=""), structure_title=text("structure_title", missing=""),
        structure_columns=tuple(_texts(node.get("structure_columns"))),
    )  # fmt: skip


def _texts(node: YamlNode | None) -> Iterator[str]:
    yield from (item.text for item in items_of(node) if isinstance(item, Scalar))


def _pairs(node: YamlNode | None) -> Iterator[tuple[str, str]]:
    roles = mapping_of(node, "the columns of a table", ROLES)
    yield from ((key.text, text_of(roles, key.text)) for key, _ in roles)
