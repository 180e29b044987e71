"""Bind a project's values to what a plan needs: labels, completeness, units, ranges. The last place a unit is converted."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.finding import Finding
from engine.plan import Plan
from engine.project_data import ProjectBlock, ProjectData, read_date
from engine.setting import Setting, holds
from equations.citation import Citation
from equations.dataset import ValueBlock
from equations.errors import InputError, MethodologyError, Place, near, raise_all
from equations.methodology import Methodology
from equations.quantity import Quantity
from equations.spec_block import read_number
from equations.strict_yaml import Mapping as YamlMapping
from equations.strict_yaml import Scalar, YamlNode
from equations.units import Unit

MOST_CSV_BYTES = 60_000_000
EPOCH = date(1970, 1, 1)
UnitReader = Callable[[str, Place | None, tuple[str, ...]], Unit]
#: States of a cell.
ABSENT, PRESENT, EXCLUDED, NOT_APPLICABLE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a cell was given.

    Attributes
    ----------
    kind
        ``project``, ``dataset`` (on request) or ``default`` (a dataset used without being asked for).
    name
        Id of the dataset, or the project file's name.
    written, unit
        As it stands there.
    """

    kind: str
    name: str
    written: str
    unit: str
    source: str = ""
    place: Place | None = field(default=None, compare=False)
    meta: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Inputs:
    """Bound inputs.

    Attributes
    ----------
    values
        Quantity -> float64 array in the quantity's unit. Shape: one axis per index, in declared order; NaN where not needed.
    states
        Quantity -> uint8 array of the same shape.
    origins
        Quantity -> {cell positions -> origin}.
    """

    values: Mapping[str, NDArray[np.float64]]
    states: Mapping[str, NDArray[np.uint8]]
    origins: Mapping[str, Mapping[tuple[int, ...], Origin]]
    alternatives: Mapping[str, Mapping[str, str]]
    findings: tuple[Finding, ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """One number as written, for one cell."""

    text: str
    unit: Unit
    origin: Origin
    place: Place | None
    alternative: str = ""


def supplied_quantities(methodology: Methodology, project: ProjectData, setting: Setting) -> frozenset[str]:
    """Return the quantities for which the project, a dataset on request or a default holds numbers."""
    found = {id_ for id_ in project.values if id_ in methodology.quantity}
    wanted = {scalar.text for scalar in project.datasets}
    for dataset in methodology.datasets:
        if dataset.use == "default" or dataset.id in wanted:
            found |= {block.quantity for block in dataset.values if _may_hold(block, setting)}
    return frozenset(found)


def _may_hold(block: ValueBlock, setting: Setting) -> bool:
    """Whether a block of values is not ruled out by choices and readings."""
    if block.when is None:
        return True
    try:
        return holds(block.when, setting, {}, "")
    except KeyError:
        return True


def bind_inputs(
    methodology: Methodology, plan: Plan, project: ProjectData, read_unit: UnitReader
) -> Inputs:
    """Bind a project's data to the inputs that a plan needs.

    Parameters
    ----------
    plan
        Whose needed inputs are to be supplied.
    read_unit
        Reads the text of a unit.

    Returns
    -------
    Inputs
        Arrays of float64. Unit: the quantity's own. Shape: one axis per index, in declared order.

    Raises
    ------
    MethodologyError
        All faults together: I501 missing, I502 unknown name or label, I503 unit, I504 range, I505 not a number, I506 shape.
    """
    binder = _Binder(methodology, plan, project, read_unit)
    return binder.bind()


@dataclass
class _Binder:
    methodology: Methodology
    plan: Plan
    project: ProjectData
    read_unit: UnitReader
    errors: list[MethodologyError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    given: dict[str, dict[tuple[int, ...], _Given]] = field(default_factory=dict)
    otherwise: dict[str, list[tuple[tuple[int | None, ...], _Given]]] = field(default_factory=dict)

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def bind(self) -> Inputs:
        for id_ in self.project.values:
            if id_ not in self.methodology.quantity:
                self.fault("I502", f"the methodology has no quantity {id_!r}", self.project.value_places[id_],
                           remedy=near(id_, self.methodology.quantity)
                           or "`mrvgraph needs` lists what can be supplied")  # fmt: skip
        self.take_datasets()
        for id_, blocks in self.project.values.items():
            if id_ in self.methodology.quantity:
                self.take_project(self.methodology.quantity[id_], blocks)
        values, states, origins = {}, {}, {}
        for id_, box in self.plan.inputs.items():
            values[id_], states[id_], origins[id_] = self.fill(self.methodology.quantity[id_], box)
        self.check_alternatives()
        raise_all(self.errors)
        return Inputs(values, states, origins, self.alternatives, tuple(self.findings), tuple(self.files.items()))

    # -- what is at hand

    def take_datasets(self) -> None:
        wanted = [scalar.text for scalar in self.project.datasets]
        defaults = [d for d in self.methodology.datasets if d.use == "default" and d.id not in wanted]
        requested = [d for d in self.methodology.datasets if d.id in wanted]
        for dataset in (*defaults, *requested):
            kind = "dataset" if dataset.id in wanted else "default"
            taken: dict[str, set[tuple[int, ...]]] = {}
            for block in dataset.values:
                self.take_block(block, kind, dataset.id, dataset.source, taken)

    def take_block(
        self, block: ValueBlock, kind: str, name: str, fallback: Citation, taken: dict[str, set[tuple[int, ...]]]
    ) -> None:
        if block.quantity not in self.plan.inputs:
            return
        quantity = self.methodology.quantity[block.quantity]
        held = self.given.setdefault(quantity.id, {})
        source = str(block.source or fallback)
        for labels, text in block.cells:
            for cell in self.cells_of(quantity, labels, block):
                earlier = held.get(cell)
                if earlier is not None and earlier.origin.kind == kind == "dataset" and earlier.origin.name != name:
                    self.fault("I508", f"two requested datasets give {quantity.id}[{', '.join(labels)}]",
                               self.project.datasets[0].place, why=f"{earlier.origin.name} and {name}",
                               remedy="request one of them, or supply the value yourself")  # fmt: skip
                origin = Origin(kind, name, text, block.unit.text, source, block.place)
                held[cell] = _Given(text, block.unit, origin, block.place)

    def cells_of(self, quantity: Quantity, labels: tuple[str, ...], block: ValueBlock) -> list[tuple[int, ...]]:
        """Return the cells that a line of a dataset fills in this run; members that the project does not have are passed over."""
        setting = self.plan.setting
        cell = []
        for label, axis in zip(labels, quantity.indices, strict=True):
            members = setting.members[axis]
            if label not in members:
                return []
            cell.append(members.index(label))
        if block.when is not None:
            at = {letter: label for (letter, set_id) in block.letters
                  for label, axis in zip(labels, quantity.indices, strict=True) if axis == set_id}  # fmt: skip
            if not holds(block.when, setting, at, self.methodology.year_set):
                return []
        return [tuple(cell)]

    def take_project(self, quantity: Quantity, blocks: Iterable[ProjectBlock]) -> None:
        seen: dict[tuple[int, ...], Place | None] = {}
        if quantity.kind == "computed" and quantity.id not in self.methodology.definitions:
            self.fault("I502", f"{quantity.id} cannot be supplied", self.project.value_places[quantity.id])
        if quantity.id not in self.plan.inputs:
            self.unused(quantity)
        held = self.given.setdefault(quantity.id, {})
        for block in blocks:
            for labels, scalar, unit, alternative in self.read_block(quantity, block):
                cell = self.cell(quantity, labels, scalar.place)
                if cell is None:
                    continue
                if cell in seen:
                    self.fault("I506", f"{quantity.id}[{', '.join(labels)}] is given twice", scalar.place,
                               why=f"the first is at {seen[cell]}", remedy="remove one of the two")  # fmt: skip
                seen[cell] = scalar.place
                origin = self.origin(block, scalar.text, unit, scalar.place)
                held[cell] = _Given(scalar.text, unit, origin, scalar.place, alternative)

    def unused(self, quantity: Quantity) -> None:
        why = "no equation uses it under these choices and supplied values"
        self.findings.append(
            Finding("A705", "note", quantity.id, f"the supplied {quantity.id} is not used", why,
                    "remove it, or look whether a choice is wrong", place=self.project.value_places.get(quantity.id))  # fmt: skip
        )

    def origin(self, block: ProjectBlock, text: str, unit: Unit, place: Place | None) -> Origin:
        meta = tuple((key, block.text(key)) for key in ("monitoring_option", "method", "frequency", "comments") if block.has(key))
        source = block.text("source") if block.has("source") else ""
        return Origin("project", self.project.path.name, text, unit.text, source, place, meta)

    # -- reading a block of values

    def read_block(self, quantity: Quantity, block: ProjectBlock) -> list[tuple[tuple[str, ...], Scalar, Unit, str]]:
        """Return labels, written number, unit and unit alternative of each cell of a block."""
        units = self.units(quantity, block)
        if units is None:
            return []
        fixed = {key: scalar for key, scalar in block.texts("at")}
        for key, scalar in fixed.items():
            if key not in quantity.indices:
                self.fault("I502", f"{quantity.id} has no index {key!r}", scalar.place, remedy=near(key, quantity.indices))
                return []
        open_indices = tuple(index for index in quantity.indices if index not in fixed)
        found = []
        for labels, scalar, own_unit in self.written(quantity, block, open_indices):
            if len(labels) != len(open_indices):
                wanted = ", ".join(open_indices) or "none"
                self.fault("I506", f"{quantity.id}: {len(labels)} label(s) where the indices are {wanted}", scalar.place,
                           remedy=f"nest the labels in the order {wanted}")  # fmt: skip
                continue
            rest = iter(labels)
            full = tuple(fixed[index].text if index in fixed else next(rest) for index in quantity.indices)
            unit, alternative = self.unit_of(quantity, units, own_unit, full, scalar.place)
            if unit is not None:
                found.append((full, scalar, unit, alternative))
        self.note_otherwise(quantity, block, units, fixed)
        return found

    def written(
        self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...]
    ) -> list[tuple[tuple[str, ...], Scalar, str]]:
        ways = [name for name in ("value", "values", "table", "file") if block.has(name)]
        if len(ways) > 1 or (not ways and not block.has("otherwise")):
            self.fault("I506", f"{quantity.id} needs one of value, values, table and file", block.place,
                       why=f"found {', '.join(ways) or 'none'}")  # fmt: skip
            return []
        if not ways:
            return []
        if ways[0] == "value":
            scalar = block.scalar("value")
            return [((), scalar, "")] if scalar is not None else []
        if ways[0] == "values":
            return [(labels, scalar, "") for labels, scalar in self.nested(block.node.get("values"), quantity)]
        if ways[0] == "table":
            scalar = block.scalar("table")
            return self.text_table(scalar, quantity, indices) if scalar is not None else []
        return self.csv_file(quantity, block, indices)

    def nested(self, node: YamlNode | None, quantity: Quantity) -> list[tuple[tuple[str, ...], Scalar]]:
        if isinstance(node, Scalar):
            return [((), node)]
        if not isinstance(node, YamlMapping):
            if node is not None:
                self.fault("I506", f"{quantity.id}: values stand as label: number", node.place)
            return []
        found = []
        for key, value in node:
            found += [((key.text, *labels), scalar) for labels, scalar in self.nested(value, quantity)]
        return found

    def text_table(
        self, scalar: Scalar, quantity: Quantity, indices: tuple[str, ...]
    ) -> list[tuple[tuple[str, ...], Scalar, str]]:
        lines = [(scalar.line + at, line) for at, line in enumerate((scalar.raw or scalar.text).splitlines())]
        rows = [(number, line.split()) for number, line in lines if line.strip() and not line.strip().startswith("#")]
        return self.grid(quantity, scalar.file, rows, indices, corner=False)

    def grid(
        self, quantity: Quantity, file: str, rows: list[tuple[int, list[str]]], indices: tuple[str, ...], *, corner: bool
    ) -> list[tuple[tuple[str, ...], Scalar, str]]:
        """Read labels on two sides; ``corner``: the first cell of the header stands over the row labels."""
        if len(indices) != 2 or not rows:  # noqa: PLR2004
            self.fault("I506", f"a table shows two indices, and {quantity.id} has {', '.join(indices) or 'none'} open",
                       Place(file, rows[0][0] if rows else 0), remedy="fix the others with `at:`, or nest the labels")  # fmt: skip
            return []
        header = rows[0][1][1:] if corner else rows[0][1]
        found: list[tuple[tuple[str, ...], Scalar, str]] = []
        if len(set(header)) != len(header):
            self.fault("I506", f"{quantity.id}: a column label stands twice", Place(file, rows[0][0]))
        for number, (label, *cells) in rows[1:]:
            if len(cells) != len(header):
                self.fault("I506", f"{quantity.id}: row {label} has {len(cells)} numbers and the header {len(header)}",
                           Place(file, number), remedy="complete the row; write 0 where nothing was found")  # fmt: skip
                continue
            found += [((label, column), Scalar(text, file, number, 0), "") for column, text in zip(header, cells, strict=True)]
        return found

    def csv_file(
        self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...]
    ) -> list[tuple[tuple[str, ...], Scalar, str]]:
        name = block.text("file")
        path = self.project.folder / name
        text = self.read_text(path, name, block)
        if text is None:
            return []
        try:
            rows = [(at, [cell.strip() for cell in row]) for at, row in enumerate(csv.reader(io.StringIO(text)), 1)]
        except csv.Error as cause:
            self.fault("I509", f"the CSV file cannot be read: {cause}", Place(name))
            return []
        rows = [(at, row) for at, row in rows if any(row)]
        if not rows:
            self.fault("I509", "the CSV file is empty", Place(name), remedy="look whether it is the right file")
            return []
        if block.has("layout") and block.text("layout") == "matrix":
            return self.grid(quantity, name, rows, indices, corner=True)
        return self.long_table(quantity, name, rows, indices)

    def read_text(self, path: Path, name: str, block: ProjectBlock) -> str | None:
        try:
            if path.stat().st_size > MOST_CSV_BYTES:
                self.fault("I509", f"the file has {path.stat().st_size / 1e6:.0f} MB", Place(name),
                           why=f"CSV files up to {MOST_CSV_BYTES // 10**6} MB are read")  # fmt: skip
                return None
            data = path.read_bytes()
            self.files[name] = hashlib.sha256(data).hexdigest()
            return data.decode("utf-8-sig")
        except OSError as cause:
            self.fault("I509", f"the file {name!r} cannot be read: {cause.strerror}", block.place_of("file"),
                       remedy="file names are read from the folder of the project file")  # fmt: skip
        except UnicodeDecodeError as cause:
            self.fault("I509", f"the file {name!r} is not UTF-8 text", block.place_of("file"), why=str(cause))
        return None

    def long_table(
        self, quantity: Quantity, name: str, rows: list[tuple[int, list[str]]], indices: tuple[str, ...]
    ) -> list[tuple[tuple[str, ...], Scalar, str]]:
        header = rows[0][1]
        known = (*indices, "value", "unit", "source", "comments")
        for column in header:
            if column not in known:
                self.fault("I502", f"the column {column!r} is not known", Place(name, rows[0][0]),
                           why="a long table has one column for each index, and `value`",
                           remedy=near(column, known) or "columns: " + ", ".join(known))  # fmt: skip
        missing = [column for column in (*indices, "value") if column not in header]
        if missing or any(column not in known for column in header):
            if missing:
                self.fault("I506", f"the column {missing[0]!r} is missing", Place(name, rows[0][0]),
                           remedy="columns: " + ", ".join((*indices, "value")))  # fmt: skip
            return []
        at = {column: position for position, column in enumerate(header)}
        found = []
        for number, row in rows[1:]:
            if len(row) != len(header):
                self.fault("I506", f"line {number} has {len(row)} cells and the header {len(header)}", Place(name, number))
                continue
            labels = tuple(row[at[index]] for index in indices)
            unit = row[at["unit"]] if "unit" in at else ""
            found.append((labels, Scalar(row[at["value"]], name, number, at["value"] + 1), unit))
        return found

    # -- units

    def units(self, quantity: Quantity, block: ProjectBlock) -> Mapping[str, Unit] | None:
        """Return the block's unit under ``""``, or one for each member of the index that decides between alternatives."""
        node = block.node.get("unit")
        if isinstance(node, YamlMapping):
            if quantity.alternatives is None:
                self.fault("I503", f"{quantity.id} has one unit for all its members", node.place, remedy=f"unit: {quantity.unit}")
                return None
            found = {key: self.unit(scalar) for key, scalar in block.texts("unit")}
            return None if None in found.values() else {key: unit for key, unit in found.items() if unit is not None}
        scalar = block.scalar("unit") if node is not None else None
        if scalar is None:
            if quantity.type != "number" or quantity.unit.powers == () and quantity.unit.scale == 1:
                return {"": quantity.unit}
            if block.has("file"):
                return {}
            self.fault("I503", f"{quantity.id} is given without a unit", block.place, why=f"the equations read it in {quantity.unit}",
                       remedy=f"add `unit: {quantity.unit}`, or the unit in which it was measured")  # fmt: skip
            return None
        unit = self.unit(scalar)
        return None if unit is None else {"": unit}

    def unit(self, scalar: Scalar) -> Unit | None:
        try:
            return self.read_unit(scalar.text, scalar.place, tuple(s.id for s in self.methodology.substances))
        except MethodologyError as error:
            self.fault("I503", error.what, scalar.place, error.why, error.remedy)
            return None

    def unit_of(
        self, quantity: Quantity, units: Mapping[str, Unit], own: str, labels: tuple[str, ...], place: Place
    ) -> tuple[Unit | None, str]:
        """Return the unit of a cell and the alternative it belongs to, checked against the quantity."""
        unit = self.unit(Scalar(own, place.file, place.line, place.column)) if own else units.get("")
        if unit is None and quantity.alternatives is not None:
            unit = units.get(labels[quantity.indices.index(quantity.alternatives.by)])
        if unit is None:
            if not own:
                self.fault("I503", f"{quantity.id}[{', '.join(labels)}] is given without a unit", place,
                           remedy=f"the equations read it in {quantity.unit}")  # fmt: skip
            return None, ""
        if quantity.alternatives is not None:
            for name, allowed in quantity.alternatives.units:
                if unit.same_dimension(allowed):
                    return unit, name
        elif unit.same_dimension(quantity.unit) or self.is_published(quantity, unit):
            return unit, ""
        allowed_text = " or ".join(str(u) for _, u in quantity.alternatives.units) if quantity.alternatives else str(quantity.unit)
        self.fault("I503", f"{quantity.id} is given in {unit}, and is in {allowed_text}", place,
                   why=f"{unit.in_base_units()} is another thing than {quantity.unit.in_base_units()}",
                   remedy="convert the number to that substance or dimension yourself and say how in `source`")  # fmt: skip
        return None, ""

    def is_published(self, quantity: Quantity, unit: Unit) -> bool:
        """Whether a unit is that of the publication, where it prints a plainer one than ours (t for t_urea)."""
        return quantity.published_unit is not None and unit.same_dimension(quantity.published_unit)

    def factor(self, quantity: Quantity, given: _Given) -> Fraction:
        """Return the exact factor from the given unit to the quantity's."""
        wanted = quantity.unit_for(given.alternative)
        if given.unit.same_dimension(wanted):
            return given.unit.scale / wanted.scale
        assert quantity.published_unit is not None
        return given.unit.scale / quantity.published_unit.scale

    # -- cells

    def cell(self, quantity: Quantity, labels: tuple[str, ...], place: Place) -> tuple[int, ...] | None:
        cell = []
        for label, axis in zip(labels, quantity.indices, strict=True):
            members = self.plan.setting.members[axis]
            if label not in members:
                is_year = self.methodology.index_set[axis].kind == "year"
                self.fault("I507" if is_year else "I502",
                           f"{quantity.id}: {label!r} is not a {'year of the project' if is_year else axis}", place,
                           why=f"the {'years' if is_year else 'members'} are {', '.join(members) or 'none'}",
                           remedy=near(label, members))  # fmt: skip
                return None
            cell.append(members.index(label))
        return tuple(cell)

    def note_otherwise(
        self, quantity: Quantity, block: ProjectBlock, units: Mapping[str, Unit], fixed: Mapping[str, Scalar]
    ) -> None:
        scalar = block.scalar("otherwise") if block.has("otherwise") else None
        if scalar is None:
            return
        unit = units.get("") or quantity.unit
        pattern: list[int | None] = []
        for index in quantity.indices:
            members = self.plan.setting.members[index]
            label = fixed[index].text if index in fixed else None
            if label is not None and label not in members:
                return
            pattern.append(None if label is None else members.index(label))
        given = _Given(scalar.text, unit, self.origin(block, scalar.text, unit, scalar.place), scalar.place)
        self.otherwise.setdefault(quantity.id, []).append((tuple(pattern), given))

    def stated_otherwise(self, quantity: str, cell: tuple[int, ...]) -> _Given | None:
        for pattern, given in self.otherwise.get(quantity, ()):
            if all(wanted is None or wanted == at for wanted, at in zip(pattern, cell, strict=True)):
                return given
        return None

    def fill(
        self, quantity: Quantity, box: tuple[tuple[int, ...], ...]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8], dict[tuple[int, ...], Origin]]:
        setting = self.plan.setting
        shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
        values = np.full(shape, np.nan)
        states = np.zeros(shape, np.uint8)
        origins: dict[tuple[int, ...], Origin] = {}
        missing: list[tuple[int, ...]] = []
        held = self.given.get(quantity.id, {})
        exists = _existing(quantity, setting, self.methodology)
        for cell in _cells(box):
            if exists is not None and not exists(cell):
                values[cell], states[cell] = 0.0, NOT_APPLICABLE
                continue
            given = held.get(cell) or self.stated_otherwise(quantity.id, cell)
            if given is None:
                if self.is_required(quantity.id, cell):
                    missing.append(cell)
                continue
            origins[cell] = given.origin
            values[cell], states[cell] = self.number(quantity, cell, given)
        if missing:
            self.missing(quantity, missing, bool(held))
        return values, states, origins

    def is_required(self, quantity: str, cell: tuple[int, ...]) -> bool:
        if not self.plan.required:
            return True
        box = self.plan.required.get(quantity)
        return box is not None and all(at in axis for at, axis in zip(cell, box, strict=True))

    def labels(self, quantity: Quantity, cell: tuple[int, ...]) -> str:
        return ", ".join(self.plan.setting.members[axis][at] for axis, at in zip(quantity.indices, cell, strict=True))

    def shown(self, quantity: Quantity, cell: tuple[int, ...]) -> str:
        return f"{quantity.id}[{self.labels(quantity, cell)}]" if cell else quantity.id

    def number(self, quantity: Quantity, cell: tuple[int, ...], given: _Given) -> tuple[float, int]:
        """Convert one written number, once and exactly, and check its range."""
        if quantity.type != "number":
            return self.statement(quantity, given), PRESENT
        if given.text == "NA":
            if self.may_be_excluded(quantity):
                return 0.0, EXCLUDED
            self.fault("I505", f"{self.shown(quantity, cell)} is NA", given.place,
                       why="only a cell that the methodology leaves out can be NA", remedy="write the number; 0 is a number")  # fmt: skip
            return math.nan, ABSENT
        exact = read_number(given.text)
        if exact is None:
            self.fault("I505", f"{self.shown(quantity, cell)} is not a number: {given.text!r}", given.place,
                       why="it must be a finite number with a decimal point", remedy="write it as 1234.5 or 1.2e3")  # fmt: skip
            return math.nan, ABSENT
        try:
            value = float(exact * self.factor(quantity, given))
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fault("I505", f"{self.shown(quantity, cell)} is too large for a number: {given.text}", given.place)
            return math.nan, ABSENT
        if quantity.range is not None and not quantity.range.holds(value):
            self.fault("I504", f"{self.shown(quantity, cell)} = {given.text} {given.unit} is outside what it can be", given.place,
                       why=f"its range is {quantity.range} {quantity.unit}".rstrip(" 1"),
                       remedy="correct the number or its unit")  # fmt: skip
        elif quantity.plausible is not None and not quantity.plausible.holds(value):
            self.unusual(quantity, cell, given, value)
        return value, PRESENT

    def unusual(self, quantity: Quantity, cell: tuple[int, ...], given: _Given, value: float) -> None:
        assert quantity.plausible is not None
        evidence = f"{value:g} {quantity.unit}; usual: {quantity.plausible} {quantity.unit}"
        if quantity.plausible.source:
            evidence += f" ({quantity.plausible.source})"
        self.findings.append(
            Finding("A702", "warning", quantity.id, f"{self.shown(quantity, cell)} = {given.text} {given.unit} is unusual", evidence,
                    "check the unit (kg for t? a factor of 1000?) and the number", str(quantity.source), given.place)  # fmt: skip
        )

    def may_be_excluded(self, quantity: Quantity) -> bool:
        from_equations = self.methodology.definitions.get(quantity.id, ())
        return any("Excluded(" in repr(e.formula) for e in from_equations)

    def statement(self, quantity: Quantity, given: _Given) -> float:
        if quantity.type == "yes_no":
            value = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}.get(given.text.lower())
            if value is None:
                self.fault("I505", f"{quantity.id} is {given.text!r}", given.place, remedy="write yes or no")
                return math.nan
            return value
        place = given.place or Place(self.project.path.name)
        day = read_date(Scalar(given.text, place.file, place.line, place.column), quantity.id, self.errors)
        return float((day - EPOCH).days) if day is not None else math.nan

    def missing(self, quantity: Quantity, cells: list[tuple[int, ...]], partly: bool) -> None:
        users = [self.methodology.equation[e].label for e in self.plan.needed_by.get(quantity.id, ()) if e in self.methodology.equation]
        shown = [self.shown(quantity, cell) for cell in cells]
        listed = ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")  # noqa: PLR2004
        datasets = [d.id for d in self.methodology.datasets if d.use != "default"
                    and any(b.quantity == quantity.id for b in d.values)]  # fmt: skip
        ways = [f"supply it under `values: {quantity.id}:` ({quantity.unit})"]
        ways += [f"request the dataset {d} under `datasets:`" for d in datasets]
        equations = self.methodology.definitions.get(quantity.id, ())
        if equations and not partly:
            ways.append(f"supply what {equations[0].label} needs")
        place = self.project.value_places.get(quantity.id) or Place(self.project.path.name)
        self.fault("I501", f"missing: {listed}", place,
                   why=f"{quantity.meaning}; needed by {', '.join(users) or 'the target'}", remedy=", or ".join(ways))  # fmt: skip

    # -- unit alternatives

    @property
    def alternatives(self) -> dict[str, dict[str, str]]:
        """Return group -> member -> the alternative that its values take."""
        found: dict[str, dict[str, str]] = {}
        for id_ in self.plan.inputs:
            quantity = self.methodology.quantity[id_]
            if quantity.alternatives is None:
                continue
            axis = quantity.indices.index(quantity.alternatives.by)
            members = self.plan.setting.members[quantity.alternatives.by]
            for cell, given in self.given.get(id_, {}).items():
                found.setdefault(quantity.alternatives.group, {}).setdefault(members[cell[axis]], given.alternative)
        return found

    def check_alternatives(self) -> None:
        chosen = self.alternatives
        for id_ in self.plan.inputs:
            quantity = self.methodology.quantity[id_]
            if quantity.alternatives is None:
                continue
            axis = quantity.indices.index(quantity.alternatives.by)
            members = self.plan.setting.members[quantity.alternatives.by]
            for cell, given in self.given.get(id_, {}).items():
                wanted = chosen[quantity.alternatives.group][members[cell[axis]]]
                if given.alternative != wanted:
                    self.fault("I503", f"{self.shown(quantity, cell)} is given by {given.alternative}, its partners by {wanted}",
                               given.place, why=f"all of {members[cell[axis]]} is counted in one way",
                               remedy=f"give it in {quantity.unit_for(wanted)}")  # fmt: skip
                    break


def _cells(box: tuple[tuple[int, ...], ...]) -> Iterable[tuple[int, ...]]:
    if not box:
        yield ()
        return
    for first in box[0]:
        for rest in _cells(box[1:]):
            yield (first, *rest)


def _existing(quantity: Quantity, setting: Setting, methodology: Methodology) -> Callable[[tuple[int, ...]], bool] | None:
    """Return whether a cell exists under the quantity's relation, or ``None`` where all do."""
    pairs = setting.relations.get(quantity.on) if quantity.on else None
    if pairs is None:
        return None
    axes = [quantity.indices.index(axis) for axis in methodology.relation[quantity.on].over]
    members = [setting.members[quantity.indices[axis]] for axis in axes]
    return lambda cell: tuple(names[cell[axis]] for names, axis in zip(members, axes, strict=True)) in pairs


def existing_cells(quantity: Quantity, setting: Setting, methodology: Methodology) -> NDArray[np.bool_] | None:
    """Return a mask of the cells that exist under the quantity's relation, or ``None`` where all do."""
    exists = _existing(quantity, setting, methodology)
    if exists is None:
        return None
    shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
    return np.array([exists(cell) for cell in np.ndindex(*shape)], bool).reshape(shape)
