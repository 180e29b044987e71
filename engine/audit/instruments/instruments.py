"""Meters beside the numbers that they read: calibrations overdue, lives, members without one, readings of several or shared ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.what_moves import Moved, moved, other_cells, what_moves
from engine.audit.instruments.instrument_days import Cell, Overdue, ServedCell, Serving, cell_days, overdue, span, without
from engine.audit.instruments.instrument_documents import documents_apart
from engine.audit.instruments.instrument_readings import half_digit, own_readings, readings_found, written_amount
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.time_axes import count
from engine.project.project_instruments import Instrument
from engine.project.written_numbers import conversion
from engine.run.run import Run
from equations.errors import FaultList, InputError, MethodologyError, listed, near, raise_all
from equations.formula.syntax import quantities_in
from equations.model.quantity import Quantity
from equations.records import record

_MOST_NAMED = 6
#: Cells up to which each has its own conservative side.
_MOST_SIDES = 60


def audit_instruments(run: Run) -> tuple[Finding, ...]:
    """Look at the instruments of a project.

    Returns
    -------
    tuple of Finding
        A778 to A787.

    Raises
    ------
    MethodologyError
        I502 for quantities and members that there are not, I503, I505 and I506 for readings; all together.
    """
    instruments = list({one.name: one for one in reversed(run.project.instruments)}.values())[::-1]
    errors: list[MethodologyError] = FaultList()
    servings, found = [], list(documents_apart(run.project.instruments))
    for instrument in instruments:
        for served in instrument.serves:
            quantity = run.methodology.quantity.get(served.quantity.text)
            if quantity is None:
                name, known = served.quantity.text, run.methodology.quantity
                errors.append(InputError("I502", f"the methodology has no quantity {name!r}", served.quantity.place,
                                         remedy=near(name, known) or "`mrvgraph check --verbose` lists all"))  # fmt: skip
                continue
            servings.append(Serving(run, instrument, served, quantity, errors))
    raise_all(errors)
    inputs = [one for one in servings if one.quantity.id in run.inputs.values]
    for one in servings:
        found += _overdue(one, errors) if one in inputs else _not_read(one)
    found += [*_lives(run, inputs), *_without(run, inputs), *readings_found(run, inputs, errors)]
    raise_all(errors)
    return (*found, *_in_order(inputs, found))


# -- calibrations


@record(frozen=True)
class _Correction:
    """What overdue days of one cell come to: the largest change of its number."""

    cell: Cell
    size: float


def _overdue(one: Serving, errors: list[MethodologyError]) -> Iterator[Finding]:
    late = [(served, overdue(one.instrument, served.read)) for served in one.cells if served.read]
    days = [stretch for _, stretches in late for stretch in stretches]
    applied = written_amount(one, errors)
    if not days:
        if applied:
            what = f"{one.name}: a correction of {applied:+,.6g} {one.quantity.unit} is applied, and no calibration is overdue"
            by = _shifted(one, -applied)
            yield _finding(one, "A779", "error", what, f"without it: {by.text}", "take it out, or correct the days of calibration", moves=by.first)
        return
    when = f"{sum(count(stretch.days) for stretch in days):,} days in cells of {one.quantity.id}: {listed([span(s.days) for s in days], 4)}"
    if one.instrument.error is None and not one.instrument.calibrations:
        yield _finding(one, "A778", "warning", f"{one.name}: neither the class of the meter nor a calibration is given", when,
                       "add `class:`, `calibrated:` and `interval:`")  # fmt: skip
        return
    if one.instrument.error is None and not any(stretch.error for stretch in days):
        yield _finding(one, "A778", "error", f"{one.name}: the calibration was overdue", f"{when}; the class of the meter is not said",
                       "add `class: 0.5 %`")  # fmt: skip
        return
    shares = {served.cell: _share(one, served, stretches) for served, stretches in late if stretches}
    own = own_readings(one) if one.served.use == "sum" else {}
    raw = _as_read(one, shares, applied, own)
    sizes = [_Correction(cell, abs(own.get(cell, float(raw[cell]))) * share) for cell, share in shares.items()]
    signed = _conservative(one, raw, sizes)
    yield from _compared(one, raw, sizes, signed, when, applied)


def _as_read(one: Serving, shares: Mapping[Cell, float], applied: float | None, own: Mapping[Cell, float]) -> NDArray[np.float64]:
    """Return the numbers without the correction that they hold: of one cell the amount, of several each its share.

    Parameters
    ----------
    own
        What the meter reads alone, of cells that are the sum of several.
    """
    raw = np.array(one.run.values.arrays[one.quantity.id], float)
    if applied and len(shares) == 1:
        raw[next(iter(shares))] -= applied
    elif applied:
        for cell, share in shares.items():
            if cell in own:
                raw[cell] -= np.sign(applied) * abs(own[cell]) * share
            else:
                raw[cell] /= 1 + np.sign(applied) * np.sign(raw[cell]) * share
    return raw


def _share(one: Serving, served: ServedCell, stretches: list[Overdue]) -> float:
    """Return the error of a cell as a share of its number: that of each overdue stretch, by its part of the days.

    The number is that of all days of the cell, also where the meter serves it on some of them; of a sum the meter's own part is of its own days.
    """
    whole = count(served.read if one.served.use == "sum" else served.days)
    return float(sum(Fraction(count(stretch.days), whole) * stretch.error for stretch in stretches))


def _conservative(one: Serving, raw: NDArray[np.float64], sizes: list[_Correction]) -> list[float] | None:
    """Return the change of each cell that lowers the result, ``None`` where the run cannot be made with it."""
    groups = [[size] for size in sizes] if len(sizes) <= _MOST_SIDES else [sizes]
    found: list[float] = []
    for group in groups:
        cases = []
        for sign in (-1.0, 1.0):
            other = raw.copy()
            for size in group:
                other[size.cell] += sign * size.size
            cases.append(other_cells(one.run, one.quantity.id, other))
        known = {sign: by for sign, way in zip((-1.0, 1.0), what_moves(one.run, cases), strict=True) if (by := way.nearest) is not None}
        if not known:
            return None
        side = min(known, key=lambda sign: known[sign])
        found += [side * size.size for size in group]
    return found


def _compared(
    one: Serving, raw: NDArray[np.float64], sizes: list[_Correction], signed: list[float] | None, when: str, applied: float | None
) -> Iterator[Finding]:
    """Yield what overdue days come to, beside what was applied."""
    run, unit = one.run, one.quantity.unit
    if signed is None:
        yield _finding(one, "A778", "error", f"{one.name}: the calibration was overdue", f"{when}; the results cannot be computed with its error", "")
        return
    corrected = raw.copy()
    for size, change in zip(sizes, signed, strict=True):
        corrected[size.cell] += change
    shown = [f"{one.shown(size.cell)} {number(float(raw[size.cell]))} becomes {number(float(corrected[size.cell]))} {unit}" for size in sizes]
    by = moved(run, other_cells(run, one.quantity.id, corrected))
    due = sum(signed)
    evidence = f"{when}; on the conservative side, by days: {listed(shown, _MOST_NAMED)}: {by.text}"
    said = one.served.applied.text.strip().lower() if one.served.applied is not None else "no"
    if said == "yes":
        yield _finding(one, "A779", "warning", f"{one.name}: a correction for overdue days is said to be applied, and not how large it was",
                       f"{when}; on the numbers as they stand it would be {due:+,.6g} {unit}", f"write the amount: applied: {due:.6g}")  # fmt: skip
    elif applied is None:
        yield _finding(one, "A778", "error", f"{one.name}: the calibration was overdue, and its error is not applied", evidence,
                       "apply the error of the class to what the meter reads on these days, and not to a net of several meters",
                       moves=by.first)  # fmt: skip
    elif abs(applied - due) > half_digit(one) + 1e-9 * abs(due):
        what = f"{one.name}: a correction of {applied:+,.6g} {unit} is applied, and overdue days come to {due:+,.6g} {unit}"
        yield _finding(one, "A779", "error", what, evidence,
                       "apply the error of the class to the days that are overdue, on the conservative side", moves=by.first)  # fmt: skip
    else:
        yield _finding(one, "A785", "note", f"{one.name}: the correction for overdue days is applied as it is due", f"{when}; {applied:+,.6g} {unit}")


def _shifted(one: Serving, amount: float) -> Moved:
    """Return by how much results move where the first cell that is served is so much more."""
    cell = one.cells[0].cell
    return moved(one.run, {one.quantity.id: {cell: float(one.run.values.arrays[one.quantity.id][cell]) + amount}})


def _not_read(one: Serving) -> Iterator[Finding]:
    """Yield what is wrong where a meter is said to serve what this run computes, or does not have."""
    run, id_ = one.run, one.quantity.id
    if id_ in run.values.steps:
        read = _read_by(run, one.quantity)
        late = [stretch for served in one.cells for stretch in overdue(one.instrument, served.read)]
        evidence = f"it is computed from {listed(read, _MOST_NAMED) or 'other quantities'}"
        if late and read and one.instrument.error:
            net = sum(abs(float(run.values.arrays[id_][c.cell])) for c in one.cells) * float(one.instrument.error)
            gross = sum(_read_in_all(one, run.methodology.quantity[name]) for name in read) * float(one.instrument.error)
            evidence += f"; {float(100 * one.instrument.error):g} % of the net is {net:,.6g}, of what is read {gross:,.6g} {one.quantity.unit}"
        yield _finding(one, "A786", "error", f"{one.instrument.name} is said to read {id_}, which no meter reads", evidence,
                       "say under `serves:` which of them it reads: an error of a meter counts for each, not for the net")  # fmt: skip
        return
    typed = [name for name in _led_to(run, id_) if any(origin.kind == "project" for origin in run.inputs.origins.get(name, {}).values())]
    if typed:
        yield _finding(one, "A782", "error", f"{listed(typed, 3)} is typed in, and {id_}, which {one.instrument.name} reads, leads to it",
                       "what the methodology computes from the meter cannot be seen from the number that was typed",
                       f"supply {id_} and what else its equation takes, and leave {listed(typed, 3)} out")  # fmt: skip
        return
    yield _finding(one, "A787", "warning", f"what {one.instrument.name} serves cannot be looked at", f"this run does not have {id_}", "")


def _read_in_all(one: Serving, read: Quantity) -> float:
    """Return the sum of an input over the members that an instrument serves, in the unit of what is computed from it."""
    only = {axis: places[0] for axis, places in zip(one.quantity.indices, one.places, strict=True) if len(places) == 1}
    part = one.run.values.arrays[read.id][tuple(only.get(axis, slice(None)) for axis in read.indices)]
    return float(np.nansum(np.abs(part))) * float(conversion(one.quantity, read.unit))


def _read_by(run: Run, quantity: Quantity) -> list[str]:
    """Return the inputs of a quantity's equations that are in its unit."""
    return list(dict.fromkeys(
        name for equation in run.methodology.definitions.get(quantity.id, ()) for name in quantities_in(equation.formula)
        if name in run.inputs.values and run.methodology.quantity[name].unit.same_dimension(quantity.unit)
    ))  # fmt: skip


def _led_to(run: Run, id_: str) -> list[str]:
    """Return the quantities that are computed from one, nearest first."""
    found: dict[str, None] = {}
    wanted = [id_]
    while wanted:
        for equation in run.methodology.readers.get(wanted.pop(0), ()):
            if equation.quantity not in found:
                found[equation.quantity] = None
                wanted.append(equation.quantity)
    return list(found)


# -- lives and members


def _by_quantity(inputs: list[Serving]) -> dict[str, list[Serving]]:
    found: dict[str, list[Serving]] = {}
    for one in inputs:
        found.setdefault(one.quantity.id, []).append(one)
    return found


def _lives(run: Run, inputs: list[Serving]) -> Iterator[Finding]:
    """Yield numbers for days on which no instrument that serves them was there."""
    for id_, own in _by_quantity(inputs).items():
        array, gone = run.values.arrays[id_], []
        for cell in dict.fromkeys(served.cell for one in own for served in one.cells):
            if array[cell] == 0:
                continue
            days, read = cell_days(run, own[0].quantity, cell), [s.read for one in own for s in one.cells if s.cell == cell]
            for part in read:
                days = without(days, part)
            if days:
                gone.append((cell, days))
        if not gone:
            continue
        by = moved(run, {id_: {cell: float(array[cell]) * (1 - count(days) / count(cell_days(run, own[0].quantity, cell))) for cell, days in gone}})
        said = [f"{own[0].shown(cell)}: {span(days)}" for cell, days in gone]
        lives = [f"{one.instrument.name} {one.instrument.installed or '...'} to {one.instrument.removed or '...'}" for one in own]
        yield _finding(own[0], "A780", "error", f"{id_} has numbers for days on which no meter was there to read it",
                       f"{listed(said, _MOST_NAMED)}; {listed(list(dict.fromkeys(lives)), 4)}; without them, by days: {by.text}",
                       "give the meter that read them, or take the readings out", moves=by.first)  # fmt: skip


def _without(run: Run, inputs: list[Serving]) -> Iterator[Finding]:
    """Yield members that no instrument serves, of quantities of which others are served."""
    for id_, own in _by_quantity(inputs).items():
        array, served = run.values.arrays[id_], {s.cell for one in own for s in one.cells}
        time = set(own[0].time)

        def member(cell: Cell, time: set[int] = time) -> Cell:
            return tuple(at for place, at in enumerate(cell) if place not in time)

        known = {member(cell) for cell in served}
        given = [tuple(int(at) for at in cell) for cell in np.argwhere(np.isfinite(array) & (array != 0))] if array.ndim else []
        bare = [cell for cell in given if member(cell) not in known]
        missed = [cell for cell in given if member(cell) in known and cell not in served]
        if bare or missed:
            by = moved(run, {id_: dict.fromkeys((*bare, *missed), 0.0)})
            what = f"no instrument serves {listed([own[0].shown(cell) for cell in (*bare, *missed)], _MOST_NAMED)}"
            meters = listed(sorted({one.instrument.name for one in own}), 4)
            yield _finding(own[0], "A781", "warning", what, f"{meters} serve others of {id_}; without these numbers: {by.text}",
                           "add the meter that reads them, or say that another one does", moves=by.first)  # fmt: skip


def _in_order(inputs: list[Serving], found: list[Finding]) -> Iterator[Finding]:
    """Say which meters were within their calibration on every day."""
    late = {id(one) for one in inputs for served in one.cells if served.read and overdue(one.instrument, served.read)}
    good: dict[str, Instrument] = {one.instrument.name: one.instrument for one in inputs if one.cells and id(one) not in late}
    if good:
        one = next(one for one in inputs if one.instrument.name in good)
        yield _finding(one, "A785", "note", f"{len(good)} instrument{'' if len(good) == 1 else 's'} within calibration on all days that are read",
                       listed(list(good), _MOST_NAMED))  # fmt: skip


def _finding(one: Serving, code: str, severity: str, what: str, evidence: str = "", remedy: str = "", *, moves: float | None = None) -> Finding:
    return Finding(code, severity, one.quantity.id, what, evidence, remedy, source=str(one.quantity.source), place=one.served.quantity.place,
                   moves=moves)  # fmt: skip


