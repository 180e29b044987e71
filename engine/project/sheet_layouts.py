"""How a workbook is laid out: names of sheets, tables of parameters and their columns. Layouts are data of the library, one file each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, Sequence, YamlNode, read_yaml_file
from equations.records import record

FOLDER = Path(__file__).resolve().parents[2] / "methodology_specs" / "workbook_layouts"
GENERAL = "general"
#: Columns that a program reads, behind those of a layout: the same heads in every layout.
QUANTITY, WHERE, BLOCK, GIVEN_BY, WRITTEN, LABEL = "quantity", "otherwise for", "block", "given by", "as written", "label "
MACHINE = (QUANTITY, WHERE, BLOCK, GIVEN_BY, WRITTEN)
#: Heads that are read in any table, besides those of the layouts.
PLAIN_HEADS = {"value": "value", "unit": "unit", "source": "source", "monitoring_option": "option", "method": "method",
               "frequency": "frequency", "comments": "comments"}  # fmt: skip


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
    found = {path.stem: _layout(path, planned) for path in sorted(FOLDER.glob("*.yaml"))}
    return next((one for one in found.values() if programme in one.programmes), found[GENERAL])


def column_heads() -> dict[str, str]:
    """Return every head of every layout -> what its column holds; machine columns stand for themselves."""
    heads = {**PLAIN_HEADS, **{name: name for name in MACHINE}}
    for path in sorted(FOLDER.glob("*.yaml")):
        for planned in (False, True):
            for table in _layout(path, planned).tables:
                heads |= {head: role for role, head in table.columns}
    return heads


def _layout(path: Path, planned: bool) -> Layout:
    node = read_yaml_file(path)
    assert isinstance(node, YamlMapping)

    def of(name: str, block: YamlMapping = node) -> YamlNode | None:
        own = block.get(f"planned_{name}") if planned else None
        return own if own is not None else block.get(name)

    def text(name: str, block: YamlMapping = node) -> str:
        return _text(of(name, block))

    tables = [
        LayoutTable(tuple(_texts(block.get("kinds"))), text("title", block), tuple(_pairs(of("columns", block))))
        for block in _blocks(node.get("tables"))
    ]
    return Layout(
        id=text("layout"), programmes=tuple(_texts(node.get("programmes"))), inputs=text("inputs"), calculation=text("calculation"),
        heads=tuple(_texts(of("heads"))), tables=tuple(tables), results=text("results"), structure=text("structure"),
        structure_title=text("structure_title"), structure_columns=tuple(_texts(node.get("structure_columns"))),
    )  # fmt: skip


def _text(node: YamlNode | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _texts(node: YamlNode | None) -> Iterator[str]:
    yield from (_text(item) for item in node.items) if isinstance(node, Sequence) else ()


def _blocks(node: YamlNode | None) -> Iterator[YamlMapping]:
    yield from (item for item in node.items if isinstance(item, YamlMapping)) if isinstance(node, Sequence) else ()


def _pairs(node: YamlNode | None) -> Iterator[tuple[str, str]]:
    yield from ((key.text, _text(value)) for key, value in node) if isinstance(node, YamlMapping) else ()
