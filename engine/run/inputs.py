"""Bind a project's values to what a plan needs: labels, completeness, units, ranges. The last place a unit is converted.

Nothing is filled: a missing value is an error (conventions §1). Behind this no number carries a unit (conventions §2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from engine.finding import Finding
from engine.plan.cells import NOT_APPLICABLE, cell_name, cells_of, existing
from engine.plan.dataset_cells import filled_cells
from engine.plan.dataset_life import which_counts
from engine.plan.plan import Plan, has_cell
from engine.plan.upstream import cut_off
from engine.project.cell_states import FIELD, fault_of
from engine.project.project_file import GAP, ProjectBlock, ProjectData
from engine.project.statements import Blanket, Pattern, Statements, TieError
from engine.project.unit_alternatives import alternatives_taken, mixed_alternatives
from engine.project.values import Said, UnitReader, ValueReader
from engine.project.written_numbers import Given, NumberReader, Origin
from engine.run.apart import stated_apart
from engine.run.arithmetic.samples import SampleEstimate
from engine.run.declared_errors import DeclaredErrors
from engine.run.missing_cells import missing_error
from engine.run.sample_inputs import check_samples, sample_text
from engine.run.set_values import Replaced, SetValues
from engine.run.two_datasets import two_datasets
from engine.run.unknown_cells import is_unknown, unknown_error
from equations.citation import Citation
from equations.errors import FaultList, InputError, MethodologyError, Place, listed, near, raise_all
from equations.model.cell_labels import written_cell
from equations.model.dataset import ValueBlock
from equations.model.index_set import CALENDAR
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record
from equations.units.unit import Unit

#: What a block says of its numbers beside their source.
_SAID_OF = ("monitoring_option", "method", "frequency", "comments", "conservative", "instead_of")


@record(frozen=True)
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
    #: Every unit in which a number was written, by its text.
    units: Mapping[str, Unit] = field(default_factory=dict)
    #: Numbers that were set in place of what is reported.
    replaced: tuple[Replaced, ...] = ()


def bind_inputs(methodology: Methodology, plan: Plan, project: ProjectData, read_unit: UnitReader) -> Inputs:
    """Bind a project's data to the inputs that a plan needs.

    Parameters
    ----------
    plan
        Whose needed inputs are to be supplied.

    Returns
    -------
    Inputs
        Arrays of float64. Unit: the quantity's own. Shape: one axis per index, in declared order.

    Raises
    ------
    MethodologyError
        All faults together: I501 missing, I502 unknown name or label, I503 unit, I504 range, I505 not a number, I506 shape.
    """
    return bind_with_statements(methodology, plan, project, read_unit)[0]


def bind_with_statements(
    methodology: Methodology, plan: Plan, project: ProjectData, read_unit: UnitReader
) -> tuple[Inputs, Mapping[str, Statements]]:
    """Bind as :func:`bind_inputs`, and return beside it quantity -> all that is said of it, also of cells that the plan does not need."""
    return (binder := _Binder(methodology, plan, project, read_unit)).bind(), binder.said_of


@record(frozen=False)
class _Binder:
    methodology: Methodology
    plan: Plan
    project: ProjectData
    read_unit: UnitReader
    errors: list[MethodologyError] = field(default_factory=FaultList)
    findings: list[Finding] = field(default_factory=list)
    said_of: dict[str, Statements] = field(default_factory=dict)
    #: Quantities of which not all that is written could be read; that they lack values would be said twice.
    unread: set[str] = field(default_factory=set)
    units: dict[str, Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        substances = self.methodology.own_unit_words
        letters = {s.id: s.letters for s in self.methodology.index_sets}
        self.reader = ValueReader(self.project.folder, substances, self.read_unit, self.errors, letters, findings=self.findings,
                                  members=self.plan.setting.members)  # fmt: skip
        self.numbers = NumberReader(self.methodology, self.errors, self.findings)

    def statements(self, quantity: str) -> Statements:
        """Return what is said of a quantity, to be added to."""
        return self.said_of.setdefault(quantity, Statements())

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def bind(self) -> Inputs:
        # Names first: a quantity that only a reading knows is a remark, one that nobody knows a typing error.
        for id_ in self.project.values:
            if id_ in self.methodology.quantity:
                continue
            if id_ in self.methodology.in_readings:
                self.findings.append(Finding("A705", "note", id_, f"the supplied {id_} is not used",
                                             f"only {self.methodology.in_readings[id_]} asks for it",
                                             "nothing, or select the reading", place=self.project.value_places[id_]))  # fmt: skip
            else:
                self.fault("I502", f"the methodology has no quantity {id_!r}", self.project.value_places[id_],
                           remedy=near(id_, self.methodology.quantity)
                           or "`mrvgraph needs` lists what can be supplied")  # fmt: skip
        self.take_datasets()
        for id_, blocks in self.project.values.items():
            if id_ in self.methodology.quantity:
                self.take_project(self.methodology.quantity[id_], blocks)
        taken = SetValues(self.methodology, self.plan, self.project, self.reader, self.position, self.statements)
        taken.take()
        self.findings += taken.findings()
        for quantity in map(self.methodology.quantity.__getitem__, self.plan.inputs):
            if quantity.standard_error_of:
                self.take_errors(quantity, self.methodology.quantity[quantity.standard_error_of])
        values, states, origins = {}, {}, {}
        for id_, box in self.plan.inputs.items():
            values[id_], states[id_], origins[id_] = self.fill(self.methodology.quantity[id_], box)
        # Also what is not needed is read: a number that is nonsense must not wait for another choice to be found.
        self.check_the_rest()
        check_samples(self.methodology, self.plan.setting, origins, self.errors, self.findings)
        self.errors += mixed_alternatives(self.methodology, self.plan, self.said_of)
        self.errors += stated_apart(self.methodology, self.plan, self.said_of)
        raise_all(self.errors)
        alternatives = alternatives_taken(self.methodology, self.plan, self.said_of)
        files = tuple({**dict(self.project.files), **self.reader.files}.items())
        return Inputs(
            values=values, states=states, origins=origins, alternatives=alternatives, findings=tuple(self.findings), files=files,
            units={**self.units, **taken.units}, replaced=tuple(taken.replaced),
        )  # fmt: skip

    # -- what is at hand

    def take_datasets(self) -> None:
        # Requested ones last, so that they stand over defaults; what the project says stands over both (`Statements`).
        wanted = [scalar.text for scalar in self.project.datasets]
        defaults = [d for d in self.methodology.datasets if d.use == "default" and d.id not in wanted]
        requested = [d for d in self.methodology.datasets if d.id in wanted]
        for dataset in (*defaults, *requested):
            kind = "dataset" if dataset.id in wanted else "default"
            for block in (b for b in dataset.values if self.project.takes(dataset.id, b.quantity)):
                self.take_block(block, kind, dataset.id, dataset.source)

    def take_block(self, block: ValueBlock, kind: str, name: str, fallback: Citation) -> None:
        if block.quantity not in self.plan.inputs:
            return
        quantity = self.methodology.quantity[block.quantity]
        held = self.statements(quantity.id).published
        source = block.source.within(fallback).in_full
        self.units[block.unit.text] = block.unit
        for labels, text in block.cells:
            origin = Origin(kind, name, text, block.unit.text, source, block.place)
            for cell in filled_cells(self.methodology, self.plan.setting, quantity, labels, block):
                earlier = held.get(cell)
                # Two of one rank: their dates of validity decide, and where these do not it is an error, not the order of the file.
                if earlier is not None and earlier.origin.kind == kind:
                    counts = which_counts(self.methodology, self.plan.setting, quantity, cell, first := earlier.origin.name, name)
                    if counts is None:
                        self.errors.append(two_datasets(self.project, self.shown(quantity, cell), first, name, block))
                    elif counts == first:
                        continue
                held[cell] = Given(text, block.unit, origin, block.place)

    def take_errors(self, quantity: Quantity, of: Quantity) -> None:
        """Take the declared standard errors of a quantity; those of the project stand before numbers of a dataset."""
        declared = DeclaredErrors(self.methodology, self.project, of, self.read_unit, lambda cell: self.stated(of, cell), self.errors)
        held = self.statements(quantity.id).published
        for cell in cells_of(self.plan.inputs[quantity.id]):
            found = declared.of(cell, self.plan.setting.labels(of.indices, cell))
            if found is not None and (found.origin.kind == "project" or cell not in held):
                held[cell] = found
                self.units[found.unit.text] = found.unit

    def take_project(self, quantity: Quantity, blocks: Iterable[ProjectBlock]) -> None:
        seen: dict[tuple[int, ...], Place | None] = {}
        if quantity.kind == "computed" and quantity.id not in self.methodology.definitions:
            self.fault("I502", f"{quantity.id} cannot be supplied", self.project.value_places[quantity.id],
                       why="it is computed", remedy="supply what its equation needs")  # fmt: skip
        if (by := self.outdone(quantity)) or quantity.id not in self.plan.inputs:
            self.unused(quantity, by)
        held = self.statements(quantity.id).listed
        for block in (one.heard_by(self.errors) for one in blocks):
            before = len(self.errors)
            found = self.reader.read(quantity, block)
            unread = len(self.errors) > before
            said = self.said(block) if found else None
            cells = []
            for reported in found:
                place = reported.scalar.place
                cell = self.cell(quantity, reported.labels, place)
                if cell is None:
                    continue
                cells.append(cell)
                if cell in seen:
                    self.fault("I506", f"{written_cell(quantity.id, reported.labels)} is given twice", place,
                               why=f"the first is at {seen[cell]}", remedy="remove one of the two")  # fmt: skip
                seen[cell] = place
                origin = self.origin(block, reported.scalar.text, reported.unit, place, reported.own(said), reported.estimate)
                held[cell] = Given(reported.scalar.text, reported.unit, origin, place, reported.alternative)
            before = len(self.errors)
            self.note_otherwise(quantity, block, cells)
            if unread or len(self.errors) > before:
                self.unread.add(quantity.id)

    def outdone(self, quantity: Quantity) -> str:
        """Return the quantity to which a supplied one leads and for which a dataset gives the number, or an empty text."""
        by = cut_off(self.methodology, self.plan, quantity.id)
        return "" if by in self.project.values else by

    def unused(self, quantity: Quantity, by: str) -> None:
        """Say that what the project supplies is not used; it is a warning where a dataset that it may have forgotten stands in the way."""
        readers = [equation.label for equation in self.methodology.readers.get(quantity.id, ())]
        why = f"it is read by {listed(readers, 4)}, and the result does not ask for that under these choices and supplied values"
        if not readers:
            why = "no equation of the methodology uses it"
        severity, remedy = "note", "remove it, or look whether a choice is wrong"
        if by:
            names = listed(list({given.origin.name: None for given in self.statements(by).published.values()}), 4)
            why = f"it is read by {listed(readers, 4)} and leads to {by}, for which {names} gives the number"
            severity, remedy = "warning", f"supply {by} yourself, or do not take it from {names}"
        self.findings.append(Finding("A705", severity, quantity.id, f"the supplied {quantity.id} is not used", why, remedy,
                                     place=self.project.value_places.get(quantity.id)))  # fmt: skip

    def said(self, block: ProjectBlock) -> Said:
        """Return the source of a block, and what else is said of how it was measured."""
        meta = tuple((key, block.text(key)) for key in _SAID_OF if block.has(key))
        return block.text("source") if block.has("source") else "", meta

    def origin(
        self, block: ProjectBlock, text: str, unit: Unit, place: Place | None, said: Said | None = None, estimate: SampleEstimate | None = None
    ) -> Origin:
        source, meta = self.said(block) if said is None else said
        meta = meta if estimate is None else (*meta, ("sample", sample_text(estimate, str(unit))))
        self.units[unit.text] = unit
        return Origin(
            kind="project", name=self.project.path.name, written=text, unit=unit.text, source=source, place=place, meta=meta, estimate=estimate,
        )  # fmt: skip

    # -- cells

    def cell(self, quantity: Quantity, labels: tuple[str, ...], place: Place) -> tuple[int, ...] | None:
        cell = [self.position(quantity, label, axis, place) for label, axis in zip(labels, quantity.indices, strict=True)]
        return None if None in cell else tuple(at for at in cell if at is not None)

    def position(self, quantity: Quantity, label: str, axis: str, place: Place) -> int | None:
        """Return where a label stands on an axis; report one that does not."""
        if (at := self.plan.setting.places[axis].get(label)) is not None:
            return at
        members = self.plan.setting.members[axis]
        if label in self.plan.setting.beyond.get(axis, {}):
            return None  # a group of years that the project has not come to yet
        kind = self.methodology.index_set[axis].kind
        if kind in CALENDAR:
            word = kind.replace("_", " ")
            self.fault("I507", f"{quantity.id}: {label!r} is not a {word} of the project", place,
                       why=f"its {word}s are {listed(members, 12)}", remedy="remove it, or correct the days of operation")  # fmt: skip
            return None
        self.fault("I502", f"{quantity.id}: {label!r} is not a member of {axis}", place,
                   why=f"its members are {listed(members, 12)}" if members else f"the project lists no member of {axis}",
                   remedy=near(label, members) or "take one of them, or list it under `members:` where the project may")  # fmt: skip
        return None

    def note_otherwise(self, quantity: Quantity, block: ProjectBlock, listed: list[tuple[int, ...]]) -> None:
        scalar = block.scalar("otherwise") if block.has("otherwise") else None
        units = self.reader.units(quantity, block) if scalar is not None else None
        if scalar is None or units is None:
            return
        fixed = dict(block.texts("at"))
        pattern: list[int | None] = []
        for name, index in zip(quantity.axis_names, quantity.indices, strict=True):
            at = self.position(quantity, fixed[name].text, index, fixed[name].place) if name in fixed else None
            if name in fixed and at is None:
                return
            pattern.append(at)
        blankets = self.statements(quantity.id).blankets
        same = next((one for one in blankets if one.pattern == tuple(pattern)), None)
        if same is not None:
            self.fault("I506", f"{quantity.id}: `otherwise` is said twice for the same cells", scalar.place,
                       why=f"the first is at {same.given.place}", remedy="remove one of the two")  # fmt: skip
            return
        for part, unit, alternative in self.otherwise_units(quantity, block, units, pattern):
            origin = self.origin(block, scalar.text, unit, scalar.place, self.said_otherwise(quantity, block))
            given = Given(scalar.text, unit, origin, scalar.place, alternative)
            blankets.append(Blanket(tuple(pattern), part, given))
        self.years_unlisted(quantity, pattern, listed, scalar.text)

    def said_otherwise(self, quantity: Quantity, block: ProjectBlock) -> Said:
        """Return what is said of the cells that a blanket value covers; the state of the block is that of the cells that it lists."""
        source, meta = self.said(block)
        state = block.text("otherwise_state") if block.has("otherwise_state") else ""
        if state and (fault := fault_of(state)) is not None:
            self.fault("I502", f"{quantity.id}: {fault[0]}", block.place_of("otherwise_state"), fault[1], fault[2])
        return source, (*meta, (FIELD, state)) if state else meta

    def years_unlisted(self, quantity: Quantity, pattern: list[int | None], listed: list[tuple[int, ...]], text: str) -> None:
        """Say so where a blanket value stands for whole years of monitoring beside years that are listed."""
        year_set = self.methodology.year_set
        axis = next((at for at, index in enumerate(quantity.indices) if index == year_set and pattern[at] is None), None)
        box = self.plan.inputs.get(quantity.id)
        if axis is None or box is None or not listed or quantity.kind != "monitored":
            return
        named = {cell[axis] for cell in listed}
        silent = [self.plan.setting.members[year_set][at] for at in box[axis] if at not in named]
        if silent:
            self.findings.append(Finding(
                "A718", "warning", quantity.id, f"{quantity.id} lists nothing for {', '.join(silent)}",
                f"`otherwise: {text}` is taken for the whole year", "list the year, or leave `otherwise` out",
                source=str(quantity.source), place=self.project.value_places.get(quantity.id)))  # fmt: skip

    def otherwise_units(
        self, quantity: Quantity, block: ProjectBlock, units: Mapping[str, Unit], pattern: list[int | None]
    ) -> Iterator[tuple[Pattern, Unit, str]]:
        """Yield patterns of cells with the unit of a blanket value there; one for each member that takes a unit of its own."""
        place = block.place_of("unit") if block.has("unit") else block.place_of("otherwise")
        alternatives, labels = quantity.alternatives, [""] * len(quantity.indices)
        if alternatives is None:
            unit, _ = self.reader.unit_of(quantity, units, "", tuple(labels), place)
            if unit is not None:
                yield tuple(pattern), unit, ""
            return
        axis, members = quantity.indices.index(alternatives.by), self.plan.setting.members[alternatives.by]
        for at, member in enumerate(members):
            if pattern[axis] not in (None, at):
                continue
            labels[axis] = member
            unit, alternative = self.reader.unit_of(quantity, units, "", tuple(labels), place)
            if unit is not None:
                yield (*pattern[:axis], at, *pattern[axis + 1 :]), unit, alternative

    def stated(self, quantity: Quantity, cell: tuple[int, ...]) -> Given | None:
        """Return what counts for a cell; report two statements of which neither is the narrower."""
        try:
            return self.statements(quantity.id).of(cell)
        except TieError as tie:
            self.fault("I526", f"{self.shown(quantity, cell)} is stated twice: {tie.first.text} and {tie.second.text}", tie.second.place,
                       why=f"the other statement is at {tie.first.place}, and neither is made for fewer cells than the other",
                       remedy="list the cell, or say `otherwise:` with `at:` for the cells that both mean")  # fmt: skip
            self.unread.add(quantity.id)
            return None

    def fill(
        self, quantity: Quantity, box: tuple[tuple[int, ...], ...]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8], dict[tuple[int, ...], Origin]]:
        setting = self.plan.setting
        shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
        values = np.full(shape, np.nan)
        states = np.zeros(shape, np.uint8)
        origins: dict[tuple[int, ...], Origin] = {}
        missing, unknown = list[tuple[int, ...]](), dict[tuple[int, ...], Given]()
        exists = existing(quantity, setting, self.methodology)
        for cell in cells_of(box):
            if exists is not None and not exists(cell):
                # A number, so that arrays stay finite where somebody adds all of them; no formula reads it.
                values[cell], states[cell] = 0.0, NOT_APPLICABLE
                continue
            given = self.stated(quantity, cell)
            if given is None:
                if self.is_required(quantity.id, cell):
                    missing.append(cell)
                continue
            if is_unknown(quantity, given):
                unknown[cell] = given
                continue
            origins[cell] = given.origin
            values[cell], states[cell] = self.numbers.read(quantity, self.shown(quantity, cell), given)
        # What could not be read was told already, and is not missing.
        if missing and quantity.id not in self.unread:
            partly = bool(self.statements(quantity.id).taken)
            self.errors.append(missing_error(self.methodology, self.plan, self.project, quantity, missing, partly=partly))
        if needed := {self.shown(quantity, cell): given.place for cell, given in unknown.items() if self.is_required(quantity.id, cell)}:
            self.errors.append(unknown_error(quantity, needed))
        return values, states, origins

    def check_the_rest(self) -> None:
        """Look at the numbers that the project gives and the plan does not need: they may be unused, not meaningless."""
        for id_, said in self.said_of.items():
            quantity, box = self.methodology.quantity[id_], self.plan.inputs.get(id_)
            exists = existing(quantity, self.plan.setting, self.methodology)
            own = {cell: given for cell, given in said.listed.items() if given.text not in (GAP, "") and not is_unknown(quantity, given)}
            outside = {cell: None for cell in own if exists is not None and not exists(cell)}
            if outside and box is not None:
                self.outside(quantity, list(outside))
            axes = [frozenset(axis) for axis in box or ()]
            for cell, given in own.items():
                if box is None or cell in outside or not all(at in axis for at, axis in zip(cell, axes, strict=True)):
                    self.numbers.read(quantity, self.shown(quantity, cell), given)
            for blanket in (one for one in said.blankets_not_taken() if not is_unknown(quantity, one.given)):
                NumberReader(self.methodology, self.errors, []).read(quantity, f"{id_}, `otherwise`", blanket.given)

    def outside(self, quantity: Quantity, cells: list[tuple[int, ...]]) -> None:
        self.findings.append(Finding(
            "A705", "warning", quantity.id, f"the supplied {listed([self.shown(quantity, cell) for cell in cells])} is not used",
            f"the project's relation {quantity.on} does not hold there", f"add it under `relations: {quantity.on}:`, or remove it",
            place=self.statements(quantity.id).listed[cells[0]].place))  # fmt: skip

    def is_required(self, quantity: str, cell: tuple[int, ...]) -> bool:
        return not self.plan.required or has_cell(self.plan.required.get(quantity), cell)

    def shown(self, quantity: Quantity, cell: tuple[int, ...]) -> str:
        return cell_name(quantity, self.plan.setting, cell)
