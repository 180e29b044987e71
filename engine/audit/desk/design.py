"""What the documents of a project say of its registered design, read against a run: fixed values, estimates with their days, plan, members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.audit.desk.statement import Cell, StatedNumber
from engine.audit.desk.statements import StatementReader, counted_cells
from engine.plan.calendar_labels import PATTERNS
from engine.plan.time_axes import Days, calendar_days, count, days_of, run_of
from engine.project.project_documents import ProjectDocument, StatedBlock
from engine.project.project_file import GAP, ProjectBlock
from engine.project.registered_design import PlannedParameter
from engine.project.values import Reported, UnitReader
from engine.run.run import Run
from engine.run.totals import is_amount
from equations.errors import Place, listed, near, raise_all
from equations.files.strict_yaml import Scalar
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record

#: Where a label of a set in time stands that the run has no member for.
_ELSEWHERE = -2


@record(frozen=True)
class Estimate:
    """A number that the design expects, and the days that it is for.

    Attributes
    ----------
    labels
        A member for each index; empty on axes in time and where all members together are meant.
    days
        Which days it is for; empty where the design says how many only, or nothing.
    count
        How many days; 0 where the design says nothing of it.
    is_per_day
        Whether the design itself says for how many days it is.
    """

    number: StatedNumber
    labels: tuple[str, ...]
    days: Days
    count: float
    is_per_day: bool


@record(frozen=True)
class Apart:
    """What the design says and the run cannot be compared with.

    Attributes
    ----------
    is_unknown
        Whether the methodology has no such quantity at all.
    """

    quantity: str
    why: str
    source: str
    place: Place
    is_unknown: bool = False


@dataclass(frozen=True)
class Design:
    """The registered design of a run, of all documents that hold one.

    Attributes
    ----------
    plan
        Every planned parameter with its document; ``None`` where no document has a monitoring plan.
    members
        Index set -> the members that the design has, and the document that says so.
    explained
        Quantity -> why the project goes beyond the design.
    """

    run: Run
    fixed: tuple[StatedNumber, ...]
    estimates: tuple[Estimate, ...]
    plan: tuple[tuple[ProjectDocument, PlannedParameter], ...] | None
    members: Mapping[str, tuple[ProjectDocument, tuple[Scalar, ...]]]
    explained: Mapping[str, str]
    apart: tuple[Apart, ...]
    files: tuple[tuple[str, str], ...]
    read_unit: UnitReader

    @property
    def is_empty(self) -> bool:
        """Whether the documents say nothing of a design, as where everything is a gap."""
        return not (self.fixed or self.estimates or self.plan or self.members or self.apart)


def read_design(run: Run, read_unit: UnitReader) -> Design | None:
    """Read the registered design of a run, ``None`` where no document holds one.

    Raises
    ------
    MethodologyError
        All faults together: I502 labels and index sets, I503 units, I505 what is no number, I506 shape, I507 dates, I509 and I522 files.
    """
    held = [(document, document.registered) for document in run.project.documents if document.registered is not None]
    if not held:
        return None
    fixed, estimates = FixedReader(run, read_unit), EstimateReader(run, read_unit)
    members: dict[str, tuple[ProjectDocument, tuple[Scalar, ...]]] = {}
    for document, own in held:
        for block in own.fixed:
            fixed.take(document, block)
        for block in own.estimates:
            estimates.take(document, block)
        for axis, words in own.members.items():
            if axis not in run.setting.members:
                fixed.fault("I502", f"the methodology has no index set {axis!r}", words[0].place,
                            remedy=near(axis, run.setting.members) or f"it has {listed(list(run.setting.members))}")  # fmt: skip
            before = members.get(axis, (document, ()))
            members[axis] = (before[0], (*before[1], *words))
    raise_all([*fixed.errors, *estimates.errors])
    plans = [(document, one) for document, own in held for one in own.plan or ()]
    explained = {id_: text for _, own in held for id_, text in own.explained.items()}
    return Design(
        run=run, fixed=tuple(fixed.found), estimates=tuple(estimates.expected), plan=tuple(plans) or None, members=members, explained=explained,
        apart=(*fixed.strange, *estimates.strange), files=(*fixed.files.items(), *estimates.files.items()), read_unit=read_unit,
    )  # fmt: skip


class DesignReader(StatementReader):
    """Reads numbers of a design. A design is written before the project: what it has and the run has not is put aside, and no fault."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.strange: list[Apart] = []

    def take(self, document: ProjectDocument, stated: StatedBlock) -> None:
        """Read one block; a quantity that the methodology does not have is put aside."""
        id_, methodology = stated.quantity.text, self.run.methodology
        if id_ not in methodology.quantity and id_ not in methodology.in_readings:
            self.aside(document, stated, near(id_, methodology.quantity), is_unknown=True)
            return
        super().take(document, stated)
        for block, why in self.apart:
            self.aside(document, block, why)
        self.apart.clear()

    def aside(self, document: ProjectDocument, stated: StatedBlock, why: str, *, is_unknown: bool = False) -> None:
        self.strange.append(Apart(stated.quantity.text, why, document.title, stated.quantity.place, is_unknown))

    def read(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity) -> None:
        block = stated.block.heard_by(self.errors)
        for reported in self.reported(document, quantity, block):
            if reported.scalar.text not in (GAP, ""):
                self.of_number(document, stated, quantity, reported)

    def of_number(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported) -> None:
        """Take one number."""
        raise NotImplementedError

    def position(self, quantity: Quantity, label: str, axis: str, place: Place) -> int | None:
        """Return where a label stands on an axis; -1 for all of them, -2 for a time that the run does not have."""
        members = self.run.setting.members[axis]
        if not label or label in members:
            return members.index(label) if label else -1
        if self.in_time(axis) and any(pattern.match(label) for pattern in PATTERNS.values()):
            return _ELSEWHERE
        return None

    def in_time(self, axis: str) -> bool:
        return lies_in_time(axis, self.run.methodology.index_set)

    def not_there(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported) -> None:
        """Put a number aside whose labels the run does not have."""
        members = self.run.setting.members
        pairs = zip(reported.labels, quantity.indices, strict=True)
        names = [f"{label!r} in {axis}" for label, axis in pairs if label and label not in members[axis]]
        self.aside(document, stated, f"this run has no {listed(names)}" if names else "this run does not have these cells")


class FixedReader(DesignReader):
    """Reads values that a design fixes."""

    def of_number(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported) -> None:
        """Take one number: that of each year, of a factor that of each member, of an amount all members together."""
        places = self.positions(quantity, reported)
        if None in places:
            self.not_there(document, stated, quantity, reported)
            return
        groups: dict[tuple[int, ...], list[Cell]] = {}
        apart = [at != -1 or self.in_time(axis) or not is_amount(quantity) for at, axis in zip(places, quantity.indices, strict=True)]
        for cell in counted_cells(self.run, quantity, whole=True):
            if all(at in (-1, own) for at, own in zip(places, cell, strict=True)):
                groups.setdefault(tuple(own if alone else -1 for own, alone in zip(cell, apart, strict=True)), []).append(cell)
        if not groups and _ELSEWHERE not in places:
            self.not_there(document, stated, quantity, reported)
        members = self.run.setting.members
        for place, cells in groups.items():
            labels = tuple(members[axis][at] if at != -1 else "" for axis, at in zip(quantity.indices, place, strict=True))
            self.add(document, stated, quantity, replace(reported, labels=labels), tuple(cells))


class EstimateReader(DesignReader):
    """Reads estimates of a design with the days that they are for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expected: list[Estimate] = []

    def of_number(self, document: ProjectDocument, stated: StatedBlock, quantity: Quantity, reported: Reported) -> None:
        """Take one number."""
        if None in self.positions(quantity, reported):
            self.not_there(document, stated, quantity, reported)
            return
        over = [at for at, axis in enumerate(quantity.indices) if self.in_time(axis)]
        number = self.number(document, stated, quantity, reported, ())
        said = self.said_days(stated.block.heard_by(self.errors))
        if len(over) > 1 or number is None or said is None:
            if len(over) > 1:
                self.aside(document, stated, "it has several axes in time")
            return
        days, length = said
        is_per_day = bool(days or length)
        if over and (label := reported.labels[over[0]]) and not days:
            days = self.days_of_label(quantity.indices[over[0]], label)
        labels = tuple("" if at in over else label for at, label in enumerate(reported.labels))
        self.expected.append(Estimate(number, labels, days, length or count(days), is_per_day))

    def said_days(self, block: ProjectBlock) -> tuple[Days, float] | None:
        """Return the days that a block says itself, and how many; ``None`` where they are wrong."""
        first, last = (block.date(name) if self.says(block, name) else None for name in ("from", "to"))
        length = block.number("days") if self.says(block, "days") else None
        if length is not None and length <= 0:
            self.fault("I505", f"{length} days are none", block.place_of("days"), remedy="write the days that the estimate is for")
        elif first is None and last is None:
            return (), float(length or 0)
        elif first is None or last is None or last < first:
            self.fault("I507", "an estimate has a first and a last day, the first before the last", block.place, remedy="write `from:` and `to:`")
        else:
            return run_of(first.isoformat(), last.isoformat()), float(length or 0)
        return None

    @staticmethod
    def says(block: ProjectBlock, name: str) -> bool:
        """Whether a field is written, and no gap of a template."""
        return block.has(name) and getattr(block.node.get(name), "text", "") != GAP

    def days_of_label(self, axis: str, label: str) -> Days:
        """Return the days of a member of an axis in time, or of a year or month of the calendar."""
        members = self.run.setting.members[axis]
        if label in members:
            return days_of(self.run.methodology, self.run.setting, axis)[members.index(label)]
        kind = next(kind for kind, pattern in PATTERNS.items() if pattern.match(label))
        return calendar_days(kind, label, self.run.setting.start)
