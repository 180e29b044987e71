"""What a project file says of its numbers as rows of a table, one number a row, and everything else as rows of fields.

A row keeps the text of a number as it was written and the block in which it stood, so that the rows make the same project file again
(:mod:`engine.project.sheet_project`).
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.project.cell_states import FIELD
from engine.project.project_file import ProjectBlock, ProjectData
from engine.project.project_lists import named_members
from engine.project.value_fields import TABLE_FIELDS
from engine.project.values import UnitReader, ValueReader
from equations.errors import FaultList, InputError, MethodologyError, near, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record

#: Stands for every member that is not listed.
OTHERWISE = "otherwise"
#: What a row says beside its number, in the order of the columns: fields of a block of values.
SAID = ("source", "monitoring_option", "method", "frequency", "comments")


@record(frozen=True)
class InputRow:
    """One number as a project file writes it.

    Attributes
    ----------
    labels
        One for each index; :data:`OTHERWISE` for every member that is not listed.
    text
        As written; empty where it is still missing.
    block
        Which block of its quantity it stands in, from 1; empty for a number that a dataset gives.
    given_by
        ``project``, or the id of a dataset.
    """

    quantity: str
    labels: tuple[str, ...]
    text: str
    unit: str
    said: tuple[tuple[str, str], ...] = ()
    block: str = ""
    given_by: str = "project"


def project_rows(methodology: Methodology, data: ProjectData, read_unit: UnitReader) -> list[InputRow]:
    """Return the numbers that a project file writes.

    Raises
    ------
    MethodologyError
        For values that cannot be read.
    """
    errors: list[MethodologyError] = FaultList()
    letters = {s.id: s.letters for s in methodology.index_sets}
    members = named_members(methodology, data.members)
    reader = ValueReader(data.folder, methodology.own_unit_words, read_unit, errors, letters, members=members)
    found: list[InputRow] = []
    for id_, blocks in data.values.items():
        quantity = methodology.declared(id_)
        if quantity is None:
            errors.append(InputError("I502", f"the methodology has no quantity {id_!r}", data.value_places[id_],
                                     remedy=near(id_, methodology.quantity) or "`mrvgraph needs` lists what can be supplied"))  # fmt: skip
            continue
        for turn, block in enumerate(blocks, 1):
            found += _rows_of(quantity, block.heard_by(errors), reader, str(turn))
    raise_all(errors)
    return found


def _rows_of(quantity: Quantity, block: ProjectBlock, reader: ValueReader, turn: str) -> Iterator[InputRow]:
    own = {key: block.text(key) for key in SAID if block.has(key)}
    by_line = block.has("file")  # else the states of the cells are a field of the block, and stand among the fields
    for one in reader.read(quantity, block):
        said = {**own, **{key: text for key, text in one.said if by_line or key != FIELD}}
        unit = one.unit.text if quantity.type == "number" and _has_unit(block, quantity) else ""
        yield InputRow(quantity.id, one.labels, one.scalar.text, unit, tuple(said.items()), turn)
    if (rest := block.scalar(OTHERWISE)) is not None:
        for unit, fixed in _blankets(quantity, block):
            labels = tuple(fixed.get(name, OTHERWISE) for name in quantity.axis_names)
            said = {**own, **({FIELD: block.text("otherwise_state")} if by_line and block.has("otherwise_state") else {})}
            yield InputRow(quantity.id, labels, rest.text, unit, tuple(said.items()), turn)


def _blankets(quantity: Quantity, block: ProjectBlock) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the units of a statement for all members that are not listed, with the members for which each is meant."""
    fixed, node = {key: scalar.text for key, scalar in block.texts("at")}, block.node.get("unit")
    if not isinstance(node, Mapping) or quantity.alternatives is None:
        yield node.text if isinstance(node, Scalar) else "", fixed
        return
    axis = quantity.axis_names[quantity.indices.index(quantity.alternatives.by)]
    for member, unit in block.texts("unit"):
        if fixed.get(axis, member) == member:
            yield unit.text, {**fixed, axis: member}


def _has_unit(block: ProjectBlock, quantity: Quantity) -> bool:
    return block.has("unit") or block.has("file") or bool(quantity.unit.powers) or quantity.unit.scale != 1


@record(frozen=True)
class FieldRow:
    """One text of a project file, with the names and places of the fields around it."""

    path: tuple[str, ...]
    text: str


#: Fields of a block of values that stand in the table of numbers.
_IN_TABLE = frozenset({"unit", "value", "values", "table", "file", "layout", "at", "sheet", "range", OTHERWISE, *SAID})
_IN_TABLE |= {name for name, *_ in TABLE_FIELDS}


def field_rows(tree: Mapping) -> Iterator[FieldRow]:
    """Yield everything that a project file says beside its numbers; an item of a list has its place, from 1, as a name in brackets."""
    for key, node in tree:
        if key.text != "values" or not isinstance(node, Mapping):
            yield from _flat(node, (key.text,))
            continue
        for quantity, blocks in node:
            listed = blocks.items if isinstance(blocks, Sequence) else (blocks,)
            for turn, block in enumerate(listed, 1):
                if isinstance(block, Mapping):
                    yield from _beside_numbers(block, ("values", quantity.text, f"[{turn}]"))


def _beside_numbers(block: Mapping, path: tuple[str, ...]) -> Iterator[FieldRow]:
    """Yield what a block of values says beside its numbers; a sample takes the members along that the block fixes, as rows of numbers do."""
    by_line = "file" in block
    for name, value in block:
        if name.text not in _IN_TABLE and not (by_line and name.text in (FIELD, "otherwise_state")):
            yield from _flat(value, (*path, name.text))
        if name.text == "sample" and (at := block.get("at")) is not None:
            yield from _flat(at, (*path, "sample", "at"))


def _flat(node: YamlNode, path: tuple[str, ...]) -> Iterator[FieldRow]:
    match node:
        case Scalar():
            yield FieldRow(path, node.text)
        case Mapping() if node.entries:
            for key, value in node:
                yield from _flat(value, (*path, key.text))
        case Sequence() if node.items:
            for at, item in enumerate(node.items, 1):
                yield from _flat(item, (*path, f"[{at}]"))
        case _:
            yield FieldRow(path, "[]" if isinstance(node, Sequence) else "{}")
