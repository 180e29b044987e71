"""Estimates of a registered design beside the run: day for day, for each unit, each year or period apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.audit.desk.design import Design, Estimate
from engine.audit.desk.statement import Cell
from engine.audit.desk.statements import counted_cells
from engine.output.terminal import number
from engine.plan.time_axes import Days, common, count, days_of, operation
from engine.run.run import Run
from engine.run.totals import is_amount, over_years
from equations.model.cell_labels import written_cell
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record

_NOISE = 1e-12


@record(frozen=True)
class EstimateBeside:
    """What a run has in one stretch of time beside what the design expects of as many days.

    Attributes
    ----------
    actual, allowed
        In the quantity's unit; ``allowed`` is what the design expects.
    days
        How many days ``actual`` is for.
    room
        By how much ``allowed`` may be off, since it is printed.
    how
        How ``allowed`` follows from the design.
    why_not
        Why the two cannot be compared; empty where they can.
    """

    quantity: str
    shown: str
    cells: tuple[Cell, ...]
    actual: float
    days: int
    allowed: float
    room: float
    how: str
    estimate: Estimate
    why_not: str = ""

    @property
    def is_above(self) -> bool:
        """Whether the run has more than the design expects of as many days."""
        return not self.why_not and self.actual > self.allowed + self.room + _NOISE * max(abs(self.actual), abs(self.allowed))

    def share(self) -> float:
        """Return which part of what the run has the design expects."""
        return self.allowed / self.actual if self.actual else 0.0


def expected(design: Design) -> Iterator[EstimateBeside]:
    """Yield every estimate of a design beside the run; estimates of other times than the run's have nothing beside them."""
    of_units: dict[tuple[str, tuple[str, ...]], dict[str, list[Estimate]]] = {}
    for one in design.estimates:
        of_units.setdefault((one.number.quantity, one.labels), {}).setdefault(one.number.document.name, []).append(one)
    for (id_, labels), by_document in of_units.items():
        for estimates in _joined(by_document.values()):
            yield from _Group(design.run, design.run.methodology.quantity[id_], labels, estimates).beside()


def _joined(documents: Iterable[Sequence[Estimate]]) -> list[list[Estimate]]:
    """Return the estimates of several documents, joined where one goes on with the days that another leaves out."""
    groups: list[list[Estimate]] = []
    for own in documents:
        together = next((group for group in groups if all(a.days and b.days and not common(a.days, b.days) for a in group for b in own)), None)
        if together is None:
            groups.append([*own])
        else:
            together += own
    return groups


@dataclass(frozen=True)
class _Group:
    """The estimates of a document, or of several that go on with each other, for one quantity and one unit (or all of them together)."""

    run: Run
    quantity: Quantity
    labels: tuple[str, ...]
    estimates: Sequence[Estimate]

    def beside(self) -> Iterator[EstimateBeside]:
        if why := self.no_sum():
            yield self.apart("", (), 0, why)
            return
        for name, cells, days in self.stretches():
            if self.is_flow(days):
                yield self.per_day(name, cells, days)
            elif any(self.reaches(one, days) for one in self.estimates):
                yield self.as_it_is(name, cells, days)

    def no_sum(self) -> str:
        """Return why members do not add up, or an empty text."""
        sets = self.run.methodology.index_set
        open_ = [axis for axis, label in zip(self.quantity.indices, self.labels, strict=True) if not label and not lies_in_time(axis, sets)]
        several = [axis for axis in open_ if len(self.run.setting.members[axis]) > 1]
        if not several or is_amount(self.quantity):
            return ""
        return f"one number is given for all members of {', '.join(several)}, and shares, rates and factors do not add up"

    def stretches(self) -> Iterator[tuple[str, tuple[Cell, ...], Days]]:
        """Yield each stretch of time that the run has numbers for: what it is called, its cells and its days of operation."""
        setting, sets = self.run.setting, self.run.methodology.index_set
        at = next((at for at, axis in enumerate(self.quantity.indices) if lies_in_time(axis, sets)), None)
        cells = [cell for cell in counted_cells(self.run, self.quantity, whole=True) if self.fits(cell)]
        if at is None:
            yield self.named(""), tuple(cells), operation(setting)
            return
        axis = self.quantity.indices[at]
        found: dict[object, list[tuple[str, tuple[Cell, ...], Days]]] = {}
        for place, days in enumerate(days_of(self.run.methodology, setting, axis)):
            own, within = tuple(cell for cell in cells if cell[at] == place), common(days, operation(setting))
            if own:
                together = self.together(sets[axis].kind, within) if self.is_flow(within) else None
                found.setdefault(place if together is None else together, []).append((setting.members[axis][place], own, within))
        for parts in found.values():
            name = parts[0][0] if len(parts) == 1 else f"{parts[0][0]} to {parts[-1][0]}"
            yield self.named(name), tuple(cell for _, own, _ in parts for cell in own), tuple(run for _, _, days in parts for run in days)

    def together(self, kind: str, days: Days) -> tuple[str, int] | None:
        """Return what months and days are compared together by: the one estimate that is for all their days, or their year.

        A month is not held against a twelfth of a year, since seasons differ; years and monitoring periods are held against as many days.
        """
        if kind not in ("month", "day") or not days:
            return None
        here = [at for at, one in enumerate(self.estimates) if self.reaches(one, days)]
        if len(here) == 1 and self.estimates[here[0]].days:
            return ("estimate", here[0]) if count(common(self.estimates[here[0]].days, days)) == count(days) else None
        return ("year", date.fromordinal(days[0][0]).year) if len(here) == 1 else None

    def fits(self, cell: Cell) -> bool:
        members = self.run.setting.members
        return all(not label or members[axis][at] == label for axis, label, at in zip(self.quantity.indices, self.labels, cell, strict=True))

    def named(self, time: str) -> str:
        """Return what the cells of a stretch of time are called."""
        sets = self.run.methodology.index_set
        labels = [label or (time if lies_in_time(axis, sets) else None) for axis, label in zip(self.quantity.indices, self.labels, strict=True)]
        return written_cell(self.quantity.id, labels)

    def is_flow(self, days: Days) -> bool:
        """Whether twice as many days make twice as much: years add up, or the design says for how many days a number is."""
        return over_years(self.run.methodology, self.quantity) == "sum" or any(one.is_per_day and self.reaches(one, days) for one in self.estimates)

    @staticmethod
    def reaches(one: Estimate, days: Days) -> bool:
        return not one.days or bool(common(one.days, days))

    # -- what is expected

    def per_day(self, name: str, cells: tuple[Cell, ...], days: Days) -> EstimateBeside:
        """Return what the design expects of as many days."""
        here = [one for one in self.estimates if self.reaches(one, days)]
        parts = [(one, self.shared(one, days)) for one in here]
        covered, length = sum(part for _, part in parts), count(days)
        if any(not one.count for one in here):
            return self.apart(name, cells, length, "the design does not say for how many days its number is: add `days:`, or `from:` and `to:`")
        if covered != length:
            why = "the design has no estimate for" if covered < length else "the design has two estimates for"
            return self.apart(name, cells, length, f"{why} {abs(length - covered)} of these {length} days")
        found = self.of_parts(name, cells, length, parts)
        most = self.of_parts(name, cells, length, parts, whole=False)
        if found.is_above is most.is_above:
            return most if most.is_above else found
        why = f"{number(found.actual)} lies between {found.how} and {most.how}: say by `days:` how much of the first year the estimate is for"
        return self.apart(name, cells, length, why)

    def of_parts(
        self, name: str, cells: tuple[Cell, ...], length: int, parts: Sequence[tuple[Estimate, int]], *, whole: bool = True
    ) -> EstimateBeside:
        """Return what parts of estimates come to; not ``whole``: that of the year in which the project starts is for its days from there on."""
        since = ((operation(self.run.setting)[0][0], date.max.toordinal()),)
        of = [(one.number, part, one.count if whole or one.is_per_day else count(common(one.days, since))) for one, part in parts]
        allowed = sum(stated.value * part / days for stated, part, days in of)
        room = sum(stated.half * part / days for stated, part, days in of)
        how = " + ".join(number(stated.value) if part == days else f"{number(stated.value)} * {part} / {days:g} days" for stated, part, days in of)
        return self.found(name, cells, length, parts[0][0], allowed=allowed, room=room, how=how)

    @staticmethod
    def shared(one: Estimate, days: Days) -> int:
        """Return how many of some days an estimate is for."""
        return count(common(one.days, days)) if one.days else count(days)

    def as_it_is(self, name: str, cells: tuple[Cell, ...], days: Days) -> EstimateBeside:
        """Return what the design expects of a stock, a rate or a share: the same number, however many the days."""
        here = [one for one in self.estimates if self.reaches(one, days)]
        if len(here) != 1:
            return self.apart(name, cells, count(days), "the design has several estimates for these days")
        one, own = here[0], count(days)
        found = self.found(name, cells, own, one, allowed=one.number.value, room=one.number.half, how=number(one.number.value))
        if is_amount(self.quantity) and not self.quantity.over_years and one.count not in (0, own):
            by_days = self.of_parts(name, cells, own, [(one, self.shared(one, days))])
            if found.is_above is not by_days.is_above:
                why = f"its spec does not say whether years of it add up, and {own} days stand beside {one.count:g}: add `days:` to the estimate"
                return self.apart(name, cells, own, why)
            return found if found.allowed > by_days.allowed else by_days
        return found

    def found(
        self, name: str, cells: tuple[Cell, ...], days: int, estimate: Estimate, *, allowed: float, room: float, how: str
    ) -> EstimateBeside:
        array = self.run.values.arrays[self.quantity.id]
        actual = float(np.add.accumulate([array[cell] for cell in cells])[-1])
        return EstimateBeside(
            quantity=self.quantity.id, shown=name, cells=cells, actual=actual, days=days, allowed=allowed, room=room, how=how, estimate=estimate,
        )  # fmt: skip

    def apart(self, name: str, cells: tuple[Cell, ...], days: int, why: str) -> EstimateBeside:
        first = self.estimates[0]
        return EstimateBeside(
            quantity=self.quantity.id, shown=name or first.number.shown, cells=cells, actual=0.0, days=days, allowed=0.0, room=0.0, how="",
            estimate=first, why_not=why,
        )  # fmt: skip
