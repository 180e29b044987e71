"""Read what documents state against a run: labels, units, printed digits. Every fault is told at its line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.audit.desk.statement import Cell, StatedNumber, printed_step
from engine.finding import Finding
from engine.plan.cells import EXCLUDED, PRESENT, cell_name, counted
from engine.project.project_documents import ProjectDocument, StatedBlock
from engine.project.project_file import GAP, ProjectBlock
from engine.project.values import Reported, UnitReader, ValueReader
from engine.project.written_numbers import conversion, rewritten
from engine.run.run import Run
from engine.run.totals import is_amount, over_years
from equations.errors import FaultList, InputError, MethodologyError, Place, listed, near, raise_all
from equations.model.cell_labels import written_cell
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record
from equations.spec.block import read_number
from equations.units.unit import Unit


@record(frozen=True)
class StatedNumbers:
    """Everything that the documents of a run state.

    Attributes
    ----------
    apart
        Statements of what the run does not have, each with the reason: they cannot be compared.
    files
        Data files that were read, and their SHA-256.
    """

    statements: tuple[StatedNumber, ...]
    apart: tuple[tuple[StatedBlock, str], ...]
    files: tuple[tuple[str, str], ...]
    #: How the tables of documents were read.
    findings: tuple[Finding, ...] = ()


def read_statements(run: Run, read_unit: UnitReader) -> StatedNumbers:
    """Read what the documents of a project state.

    Raises
    ------
    MethodologyError
        All faults together: I502 names and labels, I503 units, I505 what is no number, I506 shape, I509 and I522 files.
    """
    reader = StatementReader(run, read_unit)
    for document in run.project.documents:
        for stated in document.stated:
            reader.take(document, stated)
    raise_all(reader.errors)
    return StatedNumbers(tuple(reader.found), tuple(reader.apart), tuple(reader.files.items()), tuple(reader.findings))


class StatementBlocks(ValueReader):
    """Reads a block of statements as one of values is read; a number without a unit has that of its quantity."""

    remarks: ClassVar[tuple[str, ...]] = ("place", "comments")
    #: The units in which a run reads the quantity, by member where it has a choice of them.
    own_units: Mapping[str, Unit]

    def units(self, quantity: Quantity, block: ProjectBlock) -> Mapping[str, Unit] | None:
        """Return the block's unit, or those of the quantity."""
        return super().units(quantity, block) if block.has("unit") else self.own_units


@dataclass
class StatementReader:
    """Reads blocks of statements against a run; what the run does not have is put aside, faults are collected."""

    run: Run
    read_unit: UnitReader

    def __post_init__(self) -> None:
        self.errors: list[MethodologyError] = FaultList()
        self.found: list[StatedNumber] = []
        self.apart: list[tuple[StatedBlock, str]] = []
        self.files: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.letters = {s.id: s.letters for s in self.run.methodology.index_sets}

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def take(self, document: ProjectDocument, stated: StatedBlock) -> None:
        """Read one block."""
        id_, methodology = stated.quantity.text, self.run.methodology
        quantity = methodology.quantity.get(id_)
        if quantity is None and id_ not in methodology.in_readings:
            self.fault("I502", f"the methodology has no quantity {id_!r}", stated.quantity.place,
                       remedy=near(id_, methodology.quantity) or "`mrvgraph check --verbose` lists all")  # fmt: skip
        elif quantity is None or id_ not in self.run.values.arrays:
            self.apart.append((stated, "this run does not have it, under these choices, readings and targets"))
        elif quantity.type != "number":
            self.fault("I505", f"{id_} is {quantity.type.replace('_', ' ')}, and only numbers are compared", stated.quantity.place,
                       remedy="leave it out")  # fmt: skip
        else:
            self.read(document, stated, quantity)

    def read(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity) -> None:
        block = stated.block.heard_by(self.errors)
        for reported in self.reported(document, quantity, block):
            if reported.scalar.text in (GAP, ""):
                self.positions(quantity, reported)  # a gap states nothing, but `4,8` in braces is the number 4 and a gap for a member 8
                continue
            cells = self.cells(stated, quantity, reported)
            if cells:
                self.add(document, stated, quantity, reported, cells)

    def reported(self, document: ProjectDocument, quantity: Quantity, block: ProjectBlock) -> list[Reported]:
        """Return what a block lists; a single value stands for all that its labels leave open."""
        folder = self.run.project.folder / document.folder
        blocks = StatementBlocks(folder, self.run.methodology.own_unit_words, self.read_unit, self.errors, self.letters,
                                 findings=self.findings, members=self.run.setting.members)  # fmt: skip
        blocks.own_units = self.own_units(quantity)
        if block.has("value") and not any(block.has(name) for name in ("values", "table", "file")):
            return self.whole(quantity, block, blocks)
        found = blocks.read(quantity, block)
        self.files |= {(Path(document.folder) / name).as_posix(): sha for name, sha in blocks.files.items()}
        return found

    def whole(self, quantity: Quantity, block: ProjectBlock, blocks: StatementBlocks) -> list[Reported]:
        """Return the one number of a block, with a label for each index that is named and an empty text for the others."""
        fixed, units = dict(block.texts("at")), blocks.units(quantity, block)
        unknown = [scalar for key, scalar in fixed.items() if key not in quantity.axis_names]
        if unknown:
            self.fault("I502", f"{quantity.id} has no such index", unknown[0].place,
                       remedy=f"its indices are {listed(quantity.axis_names) or 'none'}")  # fmt: skip
        scalar = block.scalar("value")
        if unknown or units is None or scalar is None:
            return []
        labels = tuple(fixed[name].text if name in fixed else "" for name in quantity.axis_names)
        unit, alternative = blocks.unit_of(quantity, units, "", labels, block.place_of("unit")) if "" in units else (None, "")
        if unit is None and "" not in units:
            self.fault("I503", f"{quantity.id} has a unit for each {quantity.alternatives.by if quantity.alternatives else 'member'}", block.place,
                       remedy="say which one is meant with `unit:`, or name the members")  # fmt: skip
        return [Reported(labels, scalar, unit, alternative)] if unit is not None else []

    def own_units(self, quantity: Quantity) -> Mapping[str, Unit]:
        """Return the units in which a run has a quantity."""
        if quantity.alternatives is None:
            return {"": quantity.unit}
        taken = self.run.inputs.alternatives.get(quantity.alternatives.group, {})
        return {member: quantity.unit_for(taken.get(member, "")) for member in self.run.setting.members[quantity.alternatives.by]}

    # -- cells

    def cells(self, stated: StatedBlock, quantity: Quantity, reported: Reported) -> tuple[Cell, ...]:
        """Return the cells that are meant; those that the run does not have are put aside, or told."""
        places = self.positions(quantity, reported)
        if None in places:
            return ()
        there = counted_cells(self.run, quantity, whole=-1 not in places)
        found = tuple(cell for cell in there if all(at in (-1, own) for at, own in zip(places, cell, strict=True)))
        name = _shown(quantity, reported.labels)
        if not found:
            self.apart.append((stated, f"this run does not have {name}"))
        elif len(found) > 1 and (why := self.no_sum(quantity, places)):
            self.fault("I530", f"{name} has no total", reported.scalar.place, why=why,
                       remedy="name the member that is meant under `at:` or `values:`")  # fmt: skip
            return ()
        return found

    def positions(self, quantity: Quantity, reported: Reported) -> list[int | None]:
        """Return where the labels of a number stand, each on its axis."""
        return [self.position(quantity, label, axis, reported.scalar.place) for label, axis in zip(reported.labels, quantity.indices, strict=True)]

    def position(self, quantity: Quantity, label: str, axis: str, place: Place) -> int | None:
        """Return where a label stands on an axis, -1 for all of them; report one that does not."""
        members = self.run.setting.members[axis]
        if not label or label in members:
            return members.index(label) if label else -1
        self.fault("I502", f"{quantity.id}: {label!r} is not a member of {axis}", place,
                   why=f"its members are {listed(members, 12)}" if members else f"the project lists no member of {axis}",
                   remedy=near(label, members) or "take one of them")  # fmt: skip
        return None

    def no_sum(self, quantity: Quantity, places: list[int | None]) -> str:
        """Return why cells of a quantity do not add up, or an empty text."""
        if not is_amount(quantity):
            return "shares, rates and factors do not add up"
        sets = self.run.methodology.index_set
        over_time = any(lies_in_time(axis, sets) for at, axis in zip(places, quantity.indices, strict=True) if at == -1)
        return "its spec does not say that its years add up" if over_time and over_years(self.run.methodology, quantity) != "sum" else ""

    # -- numbers

    def add(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported, cells: tuple[Cell, ...]) -> None:
        found = self.number(document, stated, quantity, reported, cells)
        self.found += [found] if found is not None else []

    def number(
        self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported, cells: tuple[Cell, ...]
    ) -> StatedNumber | None:
        """Return a number that is stated of some cells, or tell that it is none."""
        text, place = reported.scalar.text, reported.scalar.place
        exact = read_number(text)
        name = _shown(quantity, reported.labels)
        if exact is None:
            self.fault("I505", f"{name} is not a number: {text!r}", place, why="a number is compared within the digits with which it is printed",
                       remedy=rewritten(text))  # fmt: skip
            return None
        factor = conversion(quantity, reported.unit, reported.alternative)
        said = dict(reported.said)
        block = stated.block
        where = said.get("place", block.text("place") if block.has("place") else "")
        where = "" if where == GAP else where
        return StatedNumber(
            document=document, kind=stated.kind, quantity=quantity.id, cells=cells,
            shown=cell_name(quantity, self.run.setting, cells[0]) if len(cells) == 1 else name, written=text, unit=str(reported.unit),
            value=float(exact * factor), step=float(printed_step(text) * abs(factor)), where=where, place=place,
        )  # fmt: skip


def counted_cells(run: Run, quantity: Quantity, *, whole: bool) -> list[Cell]:
    """Return the cells of a quantity that a run has; without ``whole`` those that a total counts."""
    states = run.values.states[quantity.id]
    mask = (states == PRESENT) | (states == EXCLUDED)
    if not whole and quantity.id in run.plan.needs:
        mask = mask & counted(quantity, run.plan, run.methodology)
    return [tuple(int(at) for at in cell) for cell in np.argwhere(mask)] if mask.ndim else [()] if mask else []


def _shown(quantity: Quantity, labels: tuple[str, ...]) -> str:
    if not any(labels):
        return f"{quantity.id}, all" if labels else quantity.id
    return written_cell(quantity.id, [label or None for label in labels])
