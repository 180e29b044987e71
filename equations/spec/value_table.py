"""Values by labels as they are written in specs: nested cells, or a table of text with labels on two sides."""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup
from dataclasses import replace
from datetime import date

from equations.errors import Place, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.model.dataset import EVERY, Cell
from equations.model.index_set import IndexSet, axis_names
from equations.spec.block import Block, read_number

NOT_AVAILABLE = "NA"
#: Words of an answer.
ANSWERS = ("yes", "no", "true", "false")
_TYPES = {
    "number": ("a number", "write a number, or NA for a cell left out"),
    "date": ("a date", "write year-month-day, as 2018-03-12"),
    "yes_no": ("an answer", "write yes or no"),
}


def read_cells(block: Block, indices: tuple[str, ...], sets: Lookup[str, IndexSet], type_: str = "number") -> tuple[Cell, ...]:
    """Read ``value``, ``cells`` or ``table`` of a block of values.

    Parameters
    ----------
    type_
        What the quantity holds: ``number``, ``date`` or ``yes_no``.

    Returns
    -------
    tuple of Cell
        Labels in the order of ``indices`` with what is written (checked to be a number or ``NA``, a date, an answer).
    """
    given = [name for name in ("value", "cells", "table") if block.has(name)]
    if len(given) != 1:
        found_ways = ", ".join(given) or "none"
        block.fault("S104" if not given else "S105", f"values need one of value, cells and table; found {found_ways}", block.place,
                    remedy="write one of the three")  # fmt: skip
        return ()
    held = block.node.get(given[0])
    if isinstance(held, Mapping) and "file" in held and isinstance(held.get("file"), Scalar) and len(held.entries) == 1:
        block.fault("S105", f"{given[0]}: {{file: ...}} is not read in a spec", held.place,
                    why="published numbers stand in the spec, where a revision can edit them; CSV files list members and combinations",
                    remedy="write the numbers as cells or as a table")  # fmt: skip
        return ()
    fixed = {key: scalar.text for key, scalar in block.texts("at")}
    names = axis_names(indices)
    set_of = dict(zip(names, indices, strict=True))
    open_indices = tuple(set_of[name] for name in names if name not in fixed)
    for key, scalar in block.texts("at"):
        if key not in set_of:
            block.fault("S107", f"the quantity has no index {key!r}", scalar.place, remedy=near_or_all(key, names))
        elif scalar.text != EVERY:
            _check_labels(block, (scalar.text,), (set_of[key],), sets, scalar.place)
    found: list[tuple[tuple[str, ...], Scalar]]
    if given[0] == "value":
        single = block.scalar("value")
        found = [((), single)] if single is not None and _is_value(block, single, type_) else []
    elif given[0] == "cells":
        found = _nested(block, block.node.get("cells"), len(open_indices), type_)
    else:
        found = _table(block, len(open_indices), type_)
    cells = []
    seen: set[tuple[str, ...]] = set()
    for labels, scalar in found:
        if len(labels) != len(open_indices):
            wanted = ", ".join(open_indices) or "none"
            block.fault("S105", f"{_counted(len(labels))} where the indices are {wanted}", scalar.place,
                        remedy=f"nest the labels in the order {wanted}" if open_indices else "write `value:`")  # fmt: skip
            continue
        _check_labels(block, labels, open_indices, sets, scalar.place)
        rest = iter(labels)
        full = tuple(fixed[name] if name in fixed else next(rest) for name in names)
        cells.append((full, scalar.text))
        if full in seen:
            block.fault("S106", f"the cell {', '.join(full)} stands twice", scalar.place, remedy="remove one of the two")
        seen.add(full)
    return tuple(cells)


def _check_labels(
    block: Block, labels: tuple[str, ...], indices: tuple[str, ...], sets: Lookup[str, IndexSet], place: Place
) -> None:
    for label, index in zip(labels, indices, strict=True):
        index_set = sets.get(index)
        if index_set and index_set.kind == "members" and index_set.members and label not in index_set.members:
            block.fault("S107", f"{index} has no member {label!r}", place, remedy=near_or_all(label, index_set.members))


def _counted(count: int) -> str:
    return {0: "no label", 1: "1 label"}.get(count, f"{count} labels")


def _nested(block: Block, node: YamlNode | None, depth: int, type_: str) -> list[tuple[tuple[str, ...], Scalar]]:
    if isinstance(node, Scalar):
        return [((), node)] if _is_value(block, node, type_) else []
    if not isinstance(node, Mapping) or depth == 0:
        if node is not None:
            block.fault("S105", "values stand as label: number", node.place,
                        remedy="write {label: 1.5}, nested for several indices")  # fmt: skip
        return []
    found = []
    for key, value in node:
        found += [((key.text, *labels), scalar) for labels, scalar in _nested(block, value, depth - 1, type_)]
    return found


def _is_value(block: Block, scalar: Scalar, type_: str) -> bool:
    """Whether what is written is of the quantity's type; report what is not."""
    if type_ == "number" and (scalar.text == NOT_AVAILABLE or read_number(scalar.text) is not None):
        return True
    if type_ == "yes_no" and scalar.text.lower() in ANSWERS:
        return True
    if type_ == "date" and _is_day(scalar.text):
        return True
    what, remedy = _TYPES[type_]
    block.fault("S105", f"not {what}: {scalar.text!r}", scalar.place, remedy=remedy)
    return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _table(block: Block, depth: int, type_: str) -> list[tuple[tuple[str, ...], Scalar]]:
    scalar = block.scalar("table")
    if scalar is None:
        return []
    if depth != 2:
        block.fault("S105", f"a table shows two indices, and here {depth} are open", scalar.place,
                    remedy="fix the others with `at:`")  # fmt: skip
        return []
    lines = (scalar.raw or scalar.text).splitlines()
    rows = [(scalar.place_of_line(at), line) for at, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")]
    if not rows:
        block.fault("S105", "the table is empty", scalar.place, remedy="write a line of column labels, then a line for each row")
        return []
    header = rows[0][1].split()
    found: list[tuple[tuple[str, ...], Scalar]] = []
    for start, line in rows[1:]:
        label, *numbers = line.split()
        columns = [match.start() + 1 for match in re.finditer(r"\S+", line)][1:]
        place = start if start.column else replace(start, column=len(line) - len(line.lstrip()) + 1)
        if numbers and len(numbers) != len(header):
            block.fault("S105", f"row {label} has {len(numbers)} numbers, the table {len(header)} columns", place,
                        remedy="complete the row (NA for a cell left out), or leave all of it blank")  # fmt: skip
            continue
        for column, text, at in zip(header, numbers, columns, strict=False):
            cell = Scalar(text, start.file, start.line, start.column or at)
            if _is_value(block, cell, type_):
                found.append(((label, column), cell))
    return found
