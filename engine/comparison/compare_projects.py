"""Compare two project files as reported: dates, choices, members, datasets, and values cell by cell with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.project.cell_states import FIELD
from engine.project.project_file import ProjectBlock, ProjectData
from engine.project.project_lists import named_members
from engine.project.values import ValueReader
from equations.errors import FaultList, MethodologyError, raise_all
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode
from equations.model.methodology import Methodology
from equations.spec.block import read_number
from equations.units.registry import parse_unit
from equations.units.unit import Unit

#: Label of the number that a project states for every cell it does not list.
OTHERWISE = "otherwise"
_META = ("source", "monitoring_option", "method", "frequency", "comments")


@dataclass(frozen=True, slots=True)
class InputChange:
    """One entry of a project file that differs: where it stands, and what it says in the first and in the second file.

    ``part`` is ``dates``, ``choices``, ``readings``, ``datasets``, ``members``, ``relations``, ``values``, ``sources`` or
    ``project``.
    """

    part: str
    name: str
    labels: tuple[str, ...]
    before: str
    after: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {"part": self.part, "name": self.name, "labels": list(self.labels), "from": self.before, "to": self.after}


def compare_projects(methodology: Methodology, first: ProjectData, second: ProjectData) -> tuple[InputChange, ...]:
    """Compare two project files under one methodology.

    Returns
    -------
    tuple of InputChange
        Values are compared as amounts: the same amount in another unit is no change.
    """
    found = [
        InputChange("dates", name, (), str(old), str(new))
        for name, old, new in (
            ("start", first.start, second.start),
            ("end", first.end, second.end),
            ("periods", _periods(first), _periods(second)),
        )
        if old != new
    ]
    found += _texts("project", first.identity, second.identity)
    found += _texts("choices", _scalars(first.choices), _scalars(second.choices))
    found += _texts("readings", _scalars(first.readings), _scalars(second.readings))
    found += _texts("datasets", _datasets(first), _datasets(second))
    for part in ("members", "relations"):
        found += _texts(part, *({k: said(v) for k, v in getattr(p, part).items()} for p in (first, second)))
    before, after = _amounts(methodology, first), _amounts(methodology, second)
    for name, labels in dict.fromkeys((*before, *after)):
        left, right = before.get((name, labels)), after.get((name, labels))
        if left is None or right is None or left[1] != right[1]:
            found.append(InputChange("values", name, labels, left[0] if left else "", right[0] if right else ""))
    return (*found, *_sources(first, second))


def _datasets(project: ProjectData) -> dict[str, str]:
    parts = {id_: "only " + ", ".join(scalar.text for scalar in named) for id_, named in project.only.items()}
    return {scalar.text: parts.get(scalar.text, "used") for scalar in project.datasets}


def _texts(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[InputChange]:
    names = dict.fromkeys((*before, *after))
    return [InputChange(part, n, (), before.get(n, ""), after.get(n, "")) for n in names if before.get(n, "") != after.get(n, "")]


def _scalars(held: Mapping[str, Scalar]) -> dict[str, str]:
    return {name: scalar.text for name, scalar in held.items()}


def _periods(project: ProjectData) -> str:
    return ", ".join(f"{p.id} ({p.start} to {p.end})" for p in project.periods)


_Amounts = dict[tuple[str, tuple[str, ...]], tuple[str, object]]


def _amounts(methodology: Methodology, project: ProjectData) -> _Amounts:
    """Return every reported number as written and as an exact amount in base units."""
    errors: list[MethodologyError] = FaultList()
    members = named_members(methodology, project.members)
    letters = {one.id: one.letters for one in methodology.index_sets}
    reader = ValueReader(project.folder, methodology.own_unit_words, parse_unit, errors, letters, members=members)
    found: _Amounts = {}
    for id_, blocks in project.values.items():
        quantity = methodology.quantity.get(id_)
        for block in blocks if quantity is not None else ():
            assert quantity is not None
            for cell in reader.read(quantity, block):
                state = dict(cell.said).get(FIELD, "")
                found[id_, cell.labels] = (_with_state(_written(cell.scalar.text, cell.unit), state), (_amount(cell.scalar.text, cell.unit), state))
            scalar = block.scalar("otherwise") if block.has("otherwise") else None
            if scalar is not None:
                units = reader.units(quantity, block) or {}
                unit = units.get("") or quantity.unit
                fixed = tuple(s.text for _, s in block.texts("at"))
                state = block.text("otherwise_state") if block.has("otherwise_state") else ""
                found[id_, (*fixed, OTHERWISE)] = (_with_state(_written(scalar.text, unit), state), (_amount(scalar.text, unit), state))
    raise_all(errors)
    return found


def _amount(text: str, unit: Unit) -> object:
    number = read_number(text)
    return text if number is None else (number * unit.scale, unit.powers if number else ())


def _with_state(written: str, state: str) -> str:
    return f"{written}, {state}" if state else written


def _written(text: str, unit: Unit) -> str:
    return text if str(unit) in ("", "1") else f"{text} {unit}"


def _sources(first: ProjectData, second: ProjectData) -> list[InputChange]:
    """Return what is said of the values: sources, options, methods."""
    found = []
    for id_ in first.values:
        if id_ in second.values:
            for name in _META:
                old, new = (_said_of(p.values[id_], name) for p in (first, second))
                if old != new:
                    found.append(InputChange("sources", id_, (name,), old, new))
    return found


def _said_of(blocks: tuple[ProjectBlock, ...], name: str) -> str:
    return "; ".join(dict.fromkeys(block.text(name) for block in blocks if block.has(name)))


def said(node: YamlNode) -> str:
    """Return what a part of a project file says, in one line."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, YamlMapping):
        return ", ".join(f"{key.text}: {said(value)}" for key, value in node)
    return "[" + ", ".join(said(item) for item in node.items) + "]"
