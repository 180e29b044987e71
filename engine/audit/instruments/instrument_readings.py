"""Readings of meters beside the numbers of a project: one that counts, the lower or higher of several, their sum, one that is shared out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.statement import printed_step
from engine.audit.desk.what_moves import moved
from engine.audit.instruments.instrument_days import Cell, Serving, without
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.project.cell_states import lists_in, nested_texts
from engine.project.written_numbers import conversion, rewritten
from engine.run.run import Run
from equations.errors import InputError, MethodologyError, listed, near
from equations.model.quantity import Quantity
from equations.records import record
from equations.spec.block import read_number
from equations.units.registry import parse_unit
from equations.units.unit import Unit

_MOST_NAMED = 6


@record(frozen=True)
class MeterReading:
    """A reading in the unit of its quantity, with half of its last digit."""

    value: float
    half: float
    meter: str


def readings_found(run: Run, servings: list[Serving], errors: list[MethodologyError]) -> Iterator[Finding]:
    """Yield findings on readings: A782 for shared meters, A783 for the others."""
    alone: dict[tuple[str, str, tuple[tuple[int, ...], ...]], list[tuple[Serving, dict[tuple[str, ...], MeterReading]]]] = {}
    for one in servings:
        readings = read_readings(one, errors)
        if one.served.use == "apportioned":
            yield from _shared_out(run, one, readings, errors)
        elif one.open_ and (readings or one.served.use == "main"):
            yield from _typed(one)
        else:
            alone.setdefault((one.quantity.id, one.served.use, _members(one)), []).append((one, readings))
    for (_, use, _), own in alone.items():
        if use != "main" or any(readings for _, readings in own):
            yield from _counting(run, use, own)


def _members(one: Serving) -> tuple[tuple[int, ...], ...]:
    return tuple(place for at, place in enumerate(one.places) if at not in one.time)


# -- reading them


def read_readings(one: Serving, errors: list[MethodologyError]) -> dict[tuple[str, ...], MeterReading]:
    """Return the readings of a meter by their labels in time."""
    unit = _unit(one, errors)
    found: dict[tuple[str, ...], MeterReading] = {}
    axes = [one.quantity.indices[at] for at in one.time]
    for wrong_list in lists_in(one.served.readings):
        errors.append(InputError("I506", f"{one.instrument.name}: readings stand as label in time: reading", wrong_list.place,
                                 why="of a list it is not said when each was taken", remedy="write readings: {2019: 1200}"))  # fmt: skip
    for labels, scalar in nested_texts(one.served.readings) if unit is not None else ():
        exact = read_number(scalar.text)
        wrong = next((i for i, (label, axis) in enumerate(zip(labels, axes, strict=False)) if label not in one.run.setting.members[axis]), None)
        if len(labels) != len(axes):
            errors.append(InputError("I506", f"{one.instrument.name}: a reading stands under {len(labels)} labels", scalar.place,
                                     why=f"its indices in time are {', '.join(axes) or 'none'}", remedy="write readings: {2019: 1200}"))  # fmt: skip
        elif wrong is not None:
            errors.append(InputError("I502", f"{one.instrument.name}: {labels[wrong]!r} is not a member of {axes[wrong]}", scalar.place,
                                     remedy=near(labels[wrong], one.run.setting.members[axes[wrong]]) or "take one of them"))  # fmt: skip
        elif exact is None:
            errors.append(InputError("I505", f"{one.instrument.name}: the reading is not a number: {scalar.text!r}", scalar.place,
                                     remedy=rewritten(scalar.text)))  # fmt: skip
        else:
            assert unit is not None
            factor = conversion(one.quantity, unit) if one.quantity.alternatives is None else Fraction(1)
            found[labels] = MeterReading(float(exact * factor), float(printed_step(scalar.text) * abs(factor)) / 2, one.instrument.name)
    return found


def written_amount(one: Serving, errors: list[MethodologyError]) -> float | None:
    """Return the correction that was applied, in the unit of the quantity; ``None`` where none is, or none is said."""
    scalar = one.served.applied
    if scalar is None or scalar.text.strip().lower() in ("yes", "no", "true", "false"):
        return None
    exact, unit = read_number(scalar.text), _unit(one, errors)
    if exact is None:
        errors.append(InputError("I505", f"{one.instrument.name}: what was applied is no amount: {scalar.text!r}", scalar.place,
                                 remedy="write yes, no, or the change of the number, below zero where it takes off"))  # fmt: skip
        return None
    return None if unit is None else float(exact * (conversion(one.quantity, unit) if one.quantity.alternatives is None else 1))


def half_digit(one: Serving) -> float:
    """Return half of the last digit of the correction that was applied, in the unit of the quantity."""
    scalar, unit = one.served.applied, _unit(one, [])
    if scalar is None or unit is None:
        return 0.0
    factor = conversion(one.quantity, unit) if one.quantity.alternatives is None else Fraction(1)
    return float(printed_step(scalar.text) * abs(factor)) / 2


def own_readings(one: Serving) -> dict[Cell, float]:
    """Return what a meter reads by cell; faults of its readings are told where all are looked at."""
    if one.open_:
        return {}
    readings = read_readings(one, [])
    return {served.cell: readings[one.labels(served.cell)].value for served in one.cells if one.labels(served.cell) in readings}


def _unit(one: Serving, errors: list[MethodologyError]) -> Unit | None:
    scalar = one.served.unit
    if scalar is None:
        return one.quantity.unit
    try:
        unit = parse_unit(scalar.text, scalar.place, one.run.methodology.own_unit_words)
    except MethodologyError as error:
        errors.append(InputError("I503", error.what, scalar.place, why=error.why, remedy=error.remedy))
        return None
    if not unit.same_dimension(one.quantity.unit):
        errors.append(InputError("I503", f"{one.instrument.name}: readings in {unit}, and {one.quantity.id} is in {one.quantity.unit}", scalar.place,
                                 remedy="give them in a unit of the same thing"))  # fmt: skip
        return None
    return unit


# -- what counts


def _counting(run: Run, use: str, own: list[tuple[Serving, dict[tuple[str, ...], MeterReading]]]) -> Iterator[Finding]:
    """Yield numbers that are not what their meters say together."""
    first = own[0][0]
    if use != "main" and len(own) < 2:
        what = f"{first.quantity.id} is said to be the {use} of several meters, and there is one: {first.instrument.name}"
        yield _finding(first, "A783", "warning", what, "", "add the others with their readings")
        return
    array, wanted, lacking = run.values.arrays[first.quantity.id], {}, []
    halves: dict[Cell, float] = {}
    for cell in dict.fromkeys(served.cell for one, _ in own for served in one.cells):
        serving = [(one, readings) for one, readings in own if any(served.cell == cell and served.read for served in one.cells)]
        found = [readings[first.labels(cell)] for _, readings in serving if first.labels(cell) in readings]
        if not found or (use != "main" and len(found) < len(serving)):
            lacking += [first.shown(cell)] if use != "main" else []
            continue
        turns = _in_turn(serving, cell) if use == "main" else False
        if turns and len(found) < len(serving):
            continue
        wanted[cell], half = _of_all("sum" if turns else use, found)
        halves[cell] = half + _own_half(run, first, cell)
    if lacking:
        yield _finding(first, "A783", "warning", f"not every meter has a reading for {listed(lacking, _MOST_NAMED)}",
                       f"{first.quantity.id} is the {use} of {listed([one.instrument.name for one, _ in own], 4)}", "add the readings")  # fmt: skip
    wrong = {cell: value for cell, value in wanted.items() if abs(float(array[cell]) - value) > halves[cell] + 1e-9 * abs(value)}
    if wrong:
        what = "the reading of" if use == "main" else "the sum of" if use == "sum" else f"the {use} of"
        yield _apart(run, first, wrong, "A783", f"{what} {listed([one.instrument.name for one, _ in own], 4)}",
                     "take what the plan says, or correct the readings")  # fmt: skip


def _in_turn(serving: list[tuple[Serving, dict[tuple[str, ...], MeterReading]]], cell: Cell) -> bool:
    """Whether meters read a cell one after the other, so that it is their sum: no two on the same day."""
    days = [served.read for one, _ in serving for served in one.cells if served.cell == cell]
    return len(days) > 1 and all(without(own, other) == own for at, own in enumerate(days) for other in days[:at])


def _of_all(use: str, readings: list[MeterReading]) -> tuple[float, float]:
    """Return what readings of several meters come to, and half of its last digit."""
    if use == "sum":
        return sum(one.value for one in readings), sum(one.half for one in readings)
    by_size = sorted(readings, key=lambda one: one.value)
    one = by_size[0] if use == "lower" else by_size[-1] if use == "higher" else readings[0]
    return one.value, one.half


def _own_half(run: Run, one: Serving, cell: Cell) -> float:
    """Return half of the last digit of a number of the project, in the quantity's unit."""
    origin = run.inputs.origins.get(one.quantity.id, {}).get(cell)
    if origin is None or origin.unit not in run.inputs.units or read_number(origin.written) is None or one.quantity.alternatives is not None:
        return 0.0
    return float(printed_step(origin.written) * abs(conversion(one.quantity, run.inputs.units[origin.unit]))) / 2


def _apart(run: Run, one: Serving, wanted: Mapping[Cell, float], code: str, what: str, remedy: str) -> Finding:
    by, now = moved(run, {one.quantity.id: wanted}), run.values.arrays[one.quantity.id]
    said = [f"{one.shown(cell)} {number(float(now[cell]))}, and {number(value)} {one.quantity.unit}" for cell, value in wanted.items()]
    return _finding(one, code, "error", f"{one.quantity.id} is not {what}: {listed(said, _MOST_NAMED)}",
                    f"with that: {by.text}", remedy, moves=by.first)  # fmt: skip


def _typed(one: Serving) -> Iterator[Finding]:
    """Yield a warning where one meter serves several members and nothing says how its reading is shared out."""
    axes = [one.quantity.indices[at] for at in one.open_]
    members = [[one.run.setting.members[one.quantity.indices[at]][place] for place in one.places[at]] for at in one.open_]
    yield _finding(one, "A782", "warning", f"{one.instrument.name} serves several members of {', '.join(axes)}, and their numbers are typed in",
                   f"{'; '.join(listed(names, 6) for names in members)}: how the reading is shared out is not said",
                   "write use: apportioned, by: QUANTITY and the readings of the shared meter; or a meter for each with `at:`")  # fmt: skip


def _shared_out(run: Run, one: Serving, readings: dict[tuple[str, ...], MeterReading], errors: list[MethodologyError]) -> Iterator[Finding]:
    """Yield numbers that are not their part of a shared reading."""
    scalar = one.served.by
    assert scalar is not None
    keys = run.values.arrays.get(scalar.text)
    key = run.methodology.quantity.get(scalar.text)
    if key is None:
        errors.append(InputError("I502", f"the methodology has no quantity {scalar.text!r}", scalar.place,
                                 remedy=near(scalar.text, run.methodology.quantity) or "`mrvgraph check --verbose` lists all"))  # fmt: skip
        return
    if keys is None or key.indices != one.quantity.indices or not readings:
        why = "no readings are given" if keys is not None and not readings else f"{scalar.text} has other indices"
        why = f"this run does not have {scalar.text}" if keys is None else why
        yield _finding(one, "A787", "warning", f"how the reading of {one.instrument.name} is shared out cannot be looked at", why)
        return
    wanted: dict[Cell, float] = {}
    for labels, reading in readings.items():
        cells = [served.cell for served in one.cells if one.labels(served.cell) == labels]
        if cells and (why := _no_key(run, key, keys, cells)):
            yield _finding(one, "A787", "warning", f"how the reading of {one.instrument.name} is shared out cannot be looked at", why)
            continue
        whole = sum(float(keys[cell]) for cell in cells)
        for cell in cells:
            part = reading.value * float(keys[cell]) / whole
            if abs(part - float(run.values.arrays[one.quantity.id][cell])) > reading.half + _own_half(run, one, cell) + 1e-9 * abs(part):
                wanted[cell] = part
    if wanted:
        yield _apart(run, one, wanted, "A782", f"its part of the reading of {one.instrument.name} by {scalar.text}",
                     "share the reading of the shared meter out; numbers of single meters lack the losses between")  # fmt: skip


def _no_key(run: Run, key: Quantity, keys: NDArray[np.float64], cells: list[Cell]) -> str:
    """Return why nothing can be shared out by a key: a part of it is blank, or all of it comes to zero; else an empty text."""
    blank = [cell_name(key, run.setting, cell) for cell in cells if not np.isfinite(keys[cell])]
    if blank:
        return f"this run has no number of {listed(blank, _MOST_NAMED)}"
    nothing = sum(float(keys[cell]) for cell in cells) == 0
    return f"{listed([cell_name(key, run.setting, cell) for cell in cells], _MOST_NAMED)} come to zero" if nothing else ""


def _finding(one: Serving, code: str, severity: str, what: str, evidence: str = "", remedy: str = "", *, moves: float | None = None) -> Finding:
    return Finding(code, severity, one.quantity.id, what, evidence, remedy, source=str(one.quantity.source), place=one.served.quantity.place,
                   moves=moves)  # fmt: skip
