"""On which days an instrument reads, on which its calibration was overdue, and what it reads on them: cells of a run and their days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product

import numpy as np

from engine.plan.cells import cell_name
from engine.plan.time_axes import Days, common, count, days_of, operation
from engine.project.project_instruments import Instrument, Served
from engine.run.run import Run
from equations.errors import InputError, MethodologyError, listed, near
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record

Cell = tuple[int, ...]


@record(frozen=True)
class ServedCell:
    """A cell that an instrument serves.

    Attributes
    ----------
    days
        Of the cell, in operation.
    served
        Those on which the instrument is said to serve it.
    read
        Those of them on which it is installed.
    """

    cell: Cell
    days: Days
    served: Days
    read: Days


@record(frozen=True)
class Overdue:
    """Days on which a calibration held no more, and the error that counts on them."""

    days: Days
    error: Fraction


class Serving:
    """One thing that an instrument serves, in a run.

    Attributes
    ----------
    quantity
        What it reads.
    time
        The axes of the quantity that lie in time.
    open_
        Axes not in time that `at:` leaves open.
    cells
        Cells with a number that it serves.
    """

    def __init__(self, run: Run, instrument: Instrument, served: Served, quantity: Quantity, errors: list[MethodologyError]) -> None:
        self.run, self.instrument, self.served, self.quantity = run, instrument, served, quantity
        sets = run.methodology.index_set
        self.time = tuple(at for at, axis in enumerate(quantity.indices) if lies_in_time(axis, sets))
        self.places = self._places(errors)
        self.open_ = tuple(at for at, place in enumerate(self.places) if at not in self.time and len(place) > 1)
        self.cells = tuple(self._cells()) if quantity.id in run.values.arrays else ()

    @property
    def name(self) -> str:
        """The meter and the quantity."""
        return f"{self.instrument.name}, {self.quantity.id}"

    def shown(self, cell: Cell) -> str:
        """Return what a cell is called."""
        return cell_name(self.quantity, self.run.setting, cell)

    def _places(self, errors: list[MethodologyError]) -> list[tuple[int, ...]]:
        """Return on each axis the members that are meant."""
        fixed = dict(self.served.at)
        found: list[tuple[int, ...]] = []
        for name, named in fixed.items():
            if name not in self.quantity.axis_names:
                errors.append(InputError("I502", f"{self.quantity.id} has no index {name!r}", named.place,
                                         remedy=f"its indices are {listed(self.quantity.axis_names) or 'none'}"))  # fmt: skip
        for name, axis in zip(self.quantity.axis_names, self.quantity.indices, strict=True):
            members, scalar = self.run.setting.members[axis], fixed.get(name)
            if scalar is not None and scalar.text not in members:
                what = f"{self.instrument.name}: {scalar.text!r} is not a member of {axis}"
                errors.append(InputError("I502", what, scalar.place, why=f"its members are {listed(members, 12)}",
                                         remedy=near(scalar.text, members) or "take one of them"))  # fmt: skip
                found.append(())
            else:
                found.append(tuple(range(len(members))) if scalar is None else (members.index(scalar.text),))
        return found

    def _cells(self) -> Iterator[ServedCell]:
        array = self.run.values.arrays[self.quantity.id]
        first = self.served.first.toordinal() if self.served.first else 0
        last = self.served.last.toordinal() if self.served.last else date.max.toordinal()
        life = _life(self.instrument)
        for cell in product(*self.places):
            days = cell_days(self.run, self.quantity, cell)
            served = common(days, ((first, last),))
            if np.isfinite(array[cell]) and served:
                yield ServedCell(cell, days, served, common(served, life))

    def labels(self, cell: Cell) -> tuple[str, ...]:
        """Return the labels in time of a cell."""
        return tuple(self.run.setting.members[self.quantity.indices[at]][cell[at]] for at in self.time)


def cell_days(run: Run, quantity: Quantity, cell: Cell) -> Days:
    """Return the days of operation that a cell is about: all of them where no index lies in time."""
    days = operation(run.setting)
    for at, axis in zip(cell, quantity.indices, strict=True):
        if lies_in_time(axis, run.methodology.index_set):
            days = common(days, days_of(run.methodology, run.setting, axis)[at])
    return days


def _life(instrument: Instrument) -> Days:
    first = instrument.installed.toordinal() if instrument.installed else 1
    return ((first, instrument.removed.toordinal() if instrument.removed else date.max.toordinal()),)


def overdue(instrument: Instrument, within: Days) -> list[Overdue]:
    """Return the stretches of days on which no calibration holds, each with the error that counts on it.

    The error is that of the class, or what the calibration that ended the stretch found, where that is more.
    """
    found, since = [], 1
    own = instrument.error or Fraction(0)
    for calibration in instrument.calibrations:
        on = calibration.on.toordinal()
        stretch = common(within, ((since, on - 1),)) if since < on else ()
        if stretch:
            found.append(Overdue(stretch, max(own, calibration.found or Fraction(0))))
        since = (calibration.due.toordinal() if calibration.due else on) + 1
    stretch = common(within, ((since, date.max.toordinal()),))
    return [*found, Overdue(stretch, own)] if stretch else found


def without(days: Days, other: Days) -> Days:
    """Return the days of one that are not in the other.

    Examples
    --------
    >>> without(((1, 10),), ((3, 4), (8, 20)))
    ((1, 2), (5, 7))
    """
    left = list(days)
    for first, last in other:
        left = [part for a, b in left for part in ((a, min(b, first - 1)), (max(a, last + 1), b)) if part[0] <= part[1]]
    return tuple(left)


def span(days: Days) -> str:
    """Return the first and the last of some days, and how many they are."""
    if not days:
        return "no day"
    first, last = date.fromordinal(days[0][0]), date.fromordinal(days[-1][1])
    many = count(days)
    return f"{first}" if many == 1 else f"{first} to {last}" + (f" ({many} days)" if len(days) > 1 else "")
