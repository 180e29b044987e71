"""Puts the numbers that are set (:mod:`engine.project.set_numbers`) in the place of those that are stated, and keeps what stood there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import product

from engine.finding import Finding
from engine.plan.cells import existing
from engine.plan.dataset_cells import filled_cells
from engine.plan.plan import Plan, has_cell
from engine.project.cell_states import FIELD, UNKNOWN, state_of
from engine.project.project_file import ProjectData
from engine.project.set_numbers import SetNumber, names_every
from engine.project.statements import Statements, TieError
from engine.project.values import ValueReader
from engine.project.written_numbers import Given, Origin
from equations.errors import InputError, Place, near, near_or_all
from equations.files.strict_yaml import Scalar
from equations.model.cell_labels import EVERY
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record
from equations.units.unit import Unit, with_unit

Cell = tuple[int, ...]


@record(frozen=True)
class Replaced:
    """A number that was set, and what it stands for.

    Attributes
    ----------
    text
        What was set, as written.
    instead
        What stood in its cells before, as written, each text once; empty where nothing did.
    by
        The option or the file that set it.
    """

    name: str
    text: str
    instead: tuple[str, ...]
    by: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {"number": self.name, "set": self.text, "instead_of": list(self.instead), "by": self.by}

    @property
    def said(self) -> str:
        """``A[E] = 50000 ha (52400 ha)``."""
        return f"{self.name} = {self.text} (instead of {', '.join(self.instead[:3]) or 'nothing'}{' and others' * (len(self.instead) > 3)})"


@record(frozen=False)
class SetValues:
    """Takes the numbers that are set.

    Attributes
    ----------
    position
        Gives the place of a label on an axis, and reports one that is not there.
    statements
        Gives what is said of a quantity, to be changed.
    """

    methodology: Methodology
    plan: Plan
    project: ProjectData
    reader: ValueReader
    position: Callable[[Quantity, str, str, Place], int | None]
    statements: Callable[[str], Statements]
    replaced: list[Replaced] = field(default_factory=list)
    taken: dict[tuple[str, Cell], SetNumber] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.reader.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def take(self) -> None:
        """Take all of them, collecting faults: I502, I503, I506, I508."""
        for one in self.project.set_numbers:
            quantity = self.quantity(one)
            cells = self.cells(quantity, one) if quantity is not None else []
            if quantity is not None and cells:
                self.put(quantity, one, cells)

    def quantity(self, one: SetNumber) -> Quantity | None:
        found = self.methodology.quantity.get(one.quantity)
        if found is None:
            remedy = near(one.quantity, self.methodology.quantity) or "`mrvgraph needs` lists what can be supplied"
            self.fault("I502", f"the methodology has no quantity {one.quantity!r}", one.scalar.place, remedy=remedy)
        elif found.kind == "computed" and found.id not in self.methodology.definitions:
            self.fault("I502", f"{found.id} cannot be set", one.scalar.place, "it is computed", "set what its equation needs")
            return None
        return found

    def cells(self, quantity: Quantity, one: SetNumber) -> list[Cell]:
        """Return the cells that are meant."""
        if len(one.labels) != len(quantity.indices):
            every = f"{quantity.id}[{', '.join([EVERY] * len(quantity.indices))}]"
            self.fault("I506", f"{one.name} is no number: {quantity.id} has the indices {', '.join(quantity.axis_names) or 'none'}",
                       one.labels[0].place if one.labels else one.scalar.place,
                       remedy=f"name a label for each, or {every} for all" if quantity.indices else f"write {quantity.id}=...")  # fmt: skip
            return []
        places = [list(self.places(quantity, label, axis)) for label, axis in zip(one.labels, quantity.indices, strict=True)]
        exists = existing(quantity, self.plan.setting, self.methodology)
        found = [cell for cell in product(*places) if exists is None or exists(cell)]
        if not found and all(places):
            self.fault("I502", f"{one.name} is not there", one.scalar.place, f"the project's relation {quantity.on} does not hold there",
                       "name another cell")  # fmt: skip
        return found

    def places(self, quantity: Quantity, label: Scalar, axis: str) -> Iterator[int]:
        if names_every(label):
            yield from range(len(self.plan.setting.members[axis]))
        elif (at := self.position(quantity, label.text, axis, label.place)) is not None:
            yield at

    def put(self, quantity: Quantity, one: SetNumber, cells: Sequence[Cell]) -> None:
        said, instead = self.statements(quantity.id), []
        for cell in cells:
            earlier = _stated(said, cell)
            given = self.given(quantity, one, cell, earlier)
            if given is None:
                return
            if (other := self.taken.get((quantity.id, cell))) is not None:
                self.fault("I506", f"{one.name} is set twice", one.scalar.place, f"{other.name} sets it, too", "set it once")
                return
            self.taken[quantity.id, cell] = one
            said.listed[cell] = given
            self.units[given.unit.text] = given.unit
            instead += [] if earlier is None else [earlier.text if quantity.type != "number" else with_unit(earlier.text, earlier.unit)]
        self.replaced.append(Replaced(one.name, one.text, tuple(dict.fromkeys(instead)), one.by or self.project.path.name))

    def given(self, quantity: Quantity, one: SetNumber, cell: Cell, earlier: Given | None) -> Given | None:
        """Return what is set as what a project states."""
        if one.dataset:
            return self.published(quantity, one, cell)
        found = self.unit(quantity, one, cell)
        if found is None:
            return None
        before = f"set in place of {with_unit(earlier.text, earlier.unit)}" if earlier is not None else "set; nothing was stated"
        by = one.by or self.project.path.name
        origin = Origin("project", by, one.scalar.text, found[0].text, before, place=one.scalar.place, meta=_state_kept(earlier))
        return Given(one.scalar.text, found[0], origin, one.scalar.place, found[1])

    def unit(self, quantity: Quantity, one: SetNumber, cell: Cell) -> tuple[Unit, str] | None:
        """Return the unit of a number that is set, and the alternative to which it belongs."""
        plain = quantity.alternatives is None and quantity.unit.powers == () and quantity.unit.scale == 1
        if one.unit is None and (quantity.type != "number" or plain or one.scalar.text == "NA"):
            return quantity.unit, ""
        if one.unit is None:
            known = " or ".join(map(str, dict(quantity.alternatives.units).values() if quantity.alternatives else [quantity.unit]))
            self.fault("I503", f"{one.name} is set without a unit", one.scalar.place, f"the equations read it in {known}",
                       f"write the unit behind the number: {one.scalar.text} {known}")  # fmt: skip
            return None
        labels = self.plan.setting.labels(quantity.indices, cell)
        unit, alternative = self.reader.unit_of(quantity, {}, one.unit.text, labels, one.unit.place)
        return None if unit is None else (unit, alternative)

    def published(self, quantity: Quantity, one: SetNumber, cell: Cell) -> Given | None:
        """Return what a dataset gives for a cell."""
        offered = {dataset.id: dict(published_numbers(self.methodology, self.plan, quantity, dataset.id)) for dataset in self.methodology.datasets}
        if cell in offered.get(one.dataset, {}):
            return offered[one.dataset][cell]
        holders = [id_ for id_, cells in offered.items() if cell in cells]
        remedy = near_or_all(one.dataset, holders, "datasets that do:") if holders else "none does; write the number itself"
        self.fault("I508", f"the dataset {one.dataset!r} gives no number for {one.name}", one.scalar.place, remedy=remedy)
        return None

    def findings(self) -> Iterator[Finding]:
        """Yield that numbers were set, and which of them nothing uses."""
        if self.replaced:
            yield Finding("A749", "warning", self.methodology.result, f"{_count(self.replaced)} set in place of what is reported",
                          "; ".join(one.said for one in self.replaced), "leave them out for the project as it is reported")  # fmt: skip
        idle = {one.name: one for (id_, cell), one in self.taken.items() if not self.is_read(id_, cell)}
        used = {one.name for (id_, cell), one in self.taken.items() if self.is_read(id_, cell)}
        for name, one in idle.items():
            if name not in used:
                yield Finding("A705", "warning", one.quantity, f"the {name} that is set is not used",
                              "the result does not ask for it under these choices and supplied values", "set another number",
                              place=one.scalar.place)  # fmt: skip

    def is_read(self, quantity: str, cell: Cell) -> bool:
        return has_cell(self.plan.inputs.get(quantity), cell)


def _count(replaced: Sequence[Replaced]) -> str:
    return "one number is" if len(replaced) == 1 else f"{len(replaced)} numbers are"


def _state_kept(earlier: Given | None) -> tuple[tuple[str, str], ...]:
    """Return the state of a cell, which stays as it was said whatever its number; one that is not known has a number now."""
    kept = tuple(pair for pair in earlier.origin.meta if pair[0] == FIELD) if earlier is not None else ()
    return () if state_of(kept).word == UNKNOWN else kept


def _stated(said: Statements, cell: Cell) -> Given | None:
    """Return what would count for a cell; of two statements that contradict each other none does."""
    try:
        found = said.of(cell)
    except TieError:
        return None
    said.taken.pop(cell, None)
    return found


def published_numbers(methodology: Methodology, plan: Plan, quantity: Quantity, dataset: str) -> Iterator[tuple[Cell, Given]]:
    """Yield the numbers that a dataset gives for the cells of a quantity, whether it is used or not."""
    declared = methodology.dataset[dataset]
    kind = "default" if declared.use == "default" else "dataset"
    for block in (b for b in declared.values if b.quantity == quantity.id):
        source = block.source.within(declared.source).in_full
        for labels, text in block.cells:
            given = Given(text, block.unit, Origin(kind, dataset, text, block.unit.text, source, block.place), block.place)
            for cell in filled_cells(methodology, plan.setting, quantity, labels, block):
                yield cell, given
