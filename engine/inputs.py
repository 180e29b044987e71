"""Bind a project's values to what a plan needs: labels, completeness, units, ranges. The last place a unit is converted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.cells import ABSENT, EXCLUDED, NOT_APPLICABLE, PRESENT, cells_of, existing
from engine.finding import Finding
from engine.plan import Plan
from engine.project_data import GAP, ProjectBlock, ProjectData, read_date
from engine.reported_values import UnitReader, ValueReader
from engine.setting import Setting, holds
from equations.citation import Citation
from equations.dataset import EVERY, ValueBlock
from equations.errors import GraphError, InputError, MethodologyError, Place, near, raise_all
from equations.methodology import Methodology
from equations.quantity import Quantity
from equations.spec_block import read_number
from equations.strict_yaml import Scalar
from equations.syntax import Excluded, walk
from equations.units import Unit, with_unit

EPOCH = date(1970, 1, 1)


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
    given: dict[str, dict[tuple[int, ...], _Given]] = field(default_factory=dict)
    otherwise: dict[str, list[tuple[tuple[int | None, ...], _Given]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        substances = tuple(substance.id for substance in self.methodology.substances)
        self.reader = ValueReader(self.project.folder, substances, self.read_unit, self.errors)

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
        return Inputs(values, states, origins, self.alternatives, tuple(self.findings), tuple(self.reader.files.items()))

    # -- what is at hand

    def take_datasets(self) -> None:
        wanted = [scalar.text for scalar in self.project.datasets]
        defaults = [d for d in self.methodology.datasets if d.use == "default" and d.id not in wanted]
        requested = [d for d in self.methodology.datasets if d.id in wanted]
        for dataset in (*defaults, *requested):
            kind = "dataset" if dataset.id in wanted else "default"
            for block in dataset.values:
                self.take_block(block, kind, dataset.id, dataset.source)

    def take_block(self, block: ValueBlock, kind: str, name: str, fallback: Citation) -> None:
        if block.quantity not in self.plan.inputs:
            return
        quantity = self.methodology.quantity[block.quantity]
        held = self.given.setdefault(quantity.id, {})
        source = str(block.source or fallback)
        for labels, text in block.cells:
            for cell in self.cells_of(quantity, labels, block):
                earlier = held.get(cell)
                if earlier is not None and earlier.origin.kind == kind:
                    self.twice(quantity, cell, earlier.origin.name, name, block)
                origin = Origin(kind, name, text, block.unit.text, source, block.place)
                held[cell] = _Given(text, block.unit, origin, block.place)

    def twice(self, quantity: Quantity, cell: tuple[int, ...], first: str, second: str, block: ValueBlock) -> None:
        """Report a cell for which datasets of one standing hold two numbers: which counts may not depend on their order."""
        shown = self.shown(quantity, cell)
        if first != second and first in {scalar.text for scalar in self.project.datasets}:
            self.fault("I508", f"two requested datasets give {shown}", self.project.datasets[0].place, why=f"{first} and {second}",
                       remedy="request one of them, or supply the value yourself")  # fmt: skip
            return
        where = f"dataset {first}" if first == second else f"the datasets {first} and {second}, both used by default,"
        remedy = "make their `when:` exclude each other" if first == second else "let one of them be `use: on-request`"
        self.errors.append(GraphError("G402", f"{where} give {shown} twice", block.place, why="one number can count", remedy=remedy))

    def cells_of(self, quantity: Quantity, labels: tuple[str, ...], block: ValueBlock) -> list[tuple[int, ...]]:
        """Return the cells that a line of a dataset fills in this run; members that the project does not have are passed over."""
        members = [self.plan.setting.members[axis] for axis in quantity.indices]
        meant = [own if label == EVERY else (label,) for label, own in zip(labels, members, strict=True)]
        return [
            tuple(own.index(label) for label, own in zip(cell, members, strict=True))
            for cell in product(*meant)
            if all(label in own for label, own in zip(cell, members, strict=True)) and self.block_holds(quantity, cell, block)
        ]

    def block_holds(self, quantity: Quantity, labels: tuple[str, ...], block: ValueBlock) -> bool:
        if block.when is None:
            return True
        at = {letter: label for (letter, set_id) in block.letters
              for label, axis in zip(labels, quantity.indices, strict=True) if axis == set_id}  # fmt: skip
        return holds(block.when, self.plan.setting, at, self.methodology.year_set)

    def take_project(self, quantity: Quantity, blocks: Iterable[ProjectBlock]) -> None:
        seen: dict[tuple[int, ...], Place | None] = {}
        if quantity.kind == "computed" and quantity.id not in self.methodology.definitions:
            self.fault("I502", f"{quantity.id} cannot be supplied", self.project.value_places[quantity.id])
        if quantity.id not in self.plan.inputs:
            self.unused(quantity)
        held = self.given.setdefault(quantity.id, {})
        for block in blocks:
            for reported in self.reader.read(quantity, block):
                place = reported.scalar.place
                cell = self.cell(quantity, reported.labels, place)
                if cell is None:
                    continue
                if cell in seen:
                    self.fault("I506", f"{quantity.id}[{', '.join(reported.labels)}] is given twice", place,
                               why=f"the first is at {seen[cell]}", remedy="remove one of the two")  # fmt: skip
                seen[cell] = place
                origin = self.origin(block, reported.scalar.text, reported.unit, place)
                held[cell] = _Given(reported.scalar.text, reported.unit, origin, place, reported.alternative)
            self.note_otherwise(quantity, block)

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

    # -- numbers

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

    def note_otherwise(self, quantity: Quantity, block: ProjectBlock) -> None:
        scalar = block.scalar("otherwise") if block.has("otherwise") else None
        units = self.reader.units(quantity, block) if scalar is not None else None
        if scalar is None or units is None:
            return
        unit, fixed = units.get("") or quantity.unit, dict(block.texts("at"))
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
        exists = existing(quantity, setting, self.methodology)
        for cell in cells_of(box):
            if exists is not None and not exists(cell):
                values[cell], states[cell] = 0.0, NOT_APPLICABLE
                continue
            given = held.get(cell) or self.stated_otherwise(quantity.id, cell)
            if given is None or given.text == GAP:
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
            self.fault("I504", f"{self.shown(quantity, cell)} = {with_unit(given.text, given.unit)} is outside what it can be",
                       given.place, why=f"its range is {with_unit(quantity.range, quantity.unit)}",
                       remedy="correct the number or its unit")  # fmt: skip
        elif given.origin.kind == "project" and quantity.plausible is not None and not quantity.plausible.holds(value):
            self.unusual(quantity, cell, given, value)
        return value, PRESENT

    def unusual(self, quantity: Quantity, cell: tuple[int, ...], given: _Given, value: float) -> None:
        assert quantity.plausible is not None
        evidence = f"{with_unit(value, quantity.unit)}; usual: {with_unit(quantity.plausible, quantity.unit)}"
        if quantity.plausible.source:
            evidence += f" ({quantity.plausible.source})"
        self.findings.append(
            Finding("A702", "warning", quantity.id, f"{self.shown(quantity, cell)} = {with_unit(given.text, given.unit)} is unusual",
                    evidence, "check the unit (kg for t? a factor of 1000?) and the number", str(quantity.source), given.place)  # fmt: skip
        )

    def may_be_excluded(self, quantity: Quantity) -> bool:
        from_equations = self.methodology.definitions.get(quantity.id, ())
        return any(isinstance(node, Excluded) for equation in from_equations for node in walk(equation.formula))

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
        listed = ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")
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
