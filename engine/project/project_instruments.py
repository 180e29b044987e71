"""Instruments as a project or a document declares them: class, life, calibrations, and what they serve. Days are read here, cells at the audit."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from equations.errors import Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.patterns import pattern
from equations.records import record
from equations.spec.block import read_number

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock

_INTERVAL = pattern(r"([1-9][0-9]{0,3}) (day|week|month|year)s?\Z")
_MONTHS = {"month": 1, "year": 12}


@record(frozen=True)
class Calibration:
    """One calibration: its day, the last day on which it holds, and the error that it found."""

    on: date
    due: date | None
    found: Fraction | None = None


@record(frozen=True)
class Served:
    """What an instrument reads: a quantity, some of its members, some days.

    Attributes
    ----------
    readings
        Labels in time -> what is written.
    applied
        What is written of a correction; empty where nothing is.
    """

    quantity: Scalar
    at: tuple[tuple[str, Scalar], ...]
    first: date | None
    last: date | None
    use: str
    by: Scalar | None
    unit: Scalar | None
    readings: YamlNode | None
    applied: Scalar | None


@record(frozen=True)
class Instrument:
    """A meter.

    Attributes
    ----------
    error
        The largest error of its class as a share of the reading, ``None`` where none is said.
    calibrations
        By their days.
    document
        Where it is declared; empty for the project file itself.
    """

    name: str
    document: str
    error: Fraction | None
    installed: date | None
    removed: date | None
    calibrations: tuple[Calibration, ...]
    serves: tuple[Served, ...]
    place: Place


def read_instruments(block: ProjectBlock, document: str, gap: str) -> list[Instrument]:
    """Read the instruments of a project file or of a document; faults go to its list.

    Parameters
    ----------
    gap
        What a template writes where something is still missing: it says nothing, and a meter without a name is none.
    """
    node, found = block.node.get("instruments"), list[Instrument]()
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return []
    if not isinstance(node, Sequence):
        block.fault("S105", "instruments must be a list", node.place, remedy="begin each with `- `: - {meter: M1, class: 0.5 %, serves: [...]}")
        return []
    for item in (_filled(item, gap) for item in node.items if not _is_unnamed(item, gap)):
        one = _instrument(block.inner(item, "instrument"), document)
        if one.name in {other.name for other in found}:
            block.fault("S106", f"two instruments are called {one.name!r}", one.place, remedy="give each its own name")
        found.append(one)
    return found


def _is_unnamed(item: YamlNode, gap: str) -> bool:
    name = item.get("meter") if isinstance(item, Mapping) else None
    return isinstance(name, Scalar) and name.text == gap


def _filled(node: YamlNode, gap: str) -> YamlNode:
    """Return what is said, without the fields and items that are still gaps."""
    if isinstance(node, Mapping):
        kept = tuple((key, _filled(value, gap)) for key, value in node if not _is_gap(value, gap))
        return Mapping(kept, node.file, node.line, node.column)
    if isinstance(node, Sequence):
        return Sequence(tuple(_filled(item, gap) for item in node.items if not _is_gap(item, gap)), node.file, node.line, node.column)
    return node


def _is_gap(node: YamlNode, gap: str) -> bool:
    return isinstance(node, Scalar) and node.text == gap


def _instrument(block: ProjectBlock, document: str) -> Instrument:
    installed, removed = (block.date(name) if block.has(name) else None for name in ("installed", "removed"))
    if installed is not None and removed is not None and removed < installed:
        block.fault("I507", "the instrument is removed before it is installed", block.place_of("removed"),
                    why=f"{installed} to {removed}", remedy="correct one of the two days")  # fmt: skip
    serves = block.node.get("serves")
    items = serves.items if isinstance(serves, Sequence) else () if serves is None else (serves,)
    read = [one for item in items if (one := _served(block.inner(item, "served"))) is not None]
    return Instrument(
        block.text("meter"), document, _share(block, "class"), installed=installed, removed=removed, calibrations=_calibrations(block),
        serves=tuple(read), place=block.place,
    )  # fmt: skip


def _served(block: ProjectBlock) -> Served | None:
    quantity = block.scalar("quantity") if block.has("quantity") else None
    first, last = (block.date(name) if block.has(name) else None for name in ("from", "to"))
    if first is not None and last is not None and last < first:
        block.fault("I507", "it serves to a day before it begins", block.place_of("to"), why=f"{first} to {last}",
                    remedy="correct one of the two days")  # fmt: skip
    by, unit, applied = (block.scalar(name) if block.has(name) else None for name in ("by", "unit", "applied"))
    use = block.text("use") if block.has("use") else "main"
    if (by is not None) != (use == "apportioned"):
        block.fault("I506", "a reading that is shared out needs the quantity by which, and only such a one", block.place,
                    remedy="write use: apportioned and by: QUANTITY, or neither")  # fmt: skip
    if quantity is None:
        return None
    return Served(
        quantity, block.texts("at"), first=first, last=last, use=use, by=by, unit=unit, readings=block.node.get("readings"), applied=applied
    )  # fmt: skip


def _calibrations(block: ProjectBlock) -> tuple[Calibration, ...]:
    node, interval = block.node.get("calibrated"), _interval(block)
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return ()
    found: list[Calibration] = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar):
            inner = block.inner(Mapping(((Scalar("on", item.file, item.line, item.column), item),), item.file, item.line, item.column), "calibration")
        else:
            inner = block.inner(item, "calibration")
        on, due = (inner.date(name) if inner.has(name) else None for name in ("on", "due"))
        if on is None:
            continue
        if due is not None and due < on:
            inner.fault("I507", "a calibration is due before it was made", inner.place_of("due"), why=f"{on}, due {due}",
                        remedy="correct one of the two days")  # fmt: skip
        if on in {other.on for other in found}:
            inner.fault("I506", f"the calibration of {on} stands twice", inner.place, remedy="take one of the two out")
        if due is None and not interval:
            inner.fault("I501", "it is not said how long a calibration holds", inner.place,
                        remedy="add `interval: 1 year` to the instrument, or `due:`")  # fmt: skip
        found.append(Calibration(on, due or (_after(on, *interval) if interval else None), _share(inner, "found")))
    return tuple(sorted(found, key=lambda one: one.on))


def _interval(block: ProjectBlock) -> tuple[int, str] | None:
    if not block.has("interval"):
        return None
    match = _INTERVAL.match(block.text("interval"))
    if match is None:
        block.fault("I507", f"the interval {block.text('interval')!r} is no length of time", block.place_of("interval"),
                    remedy="write it as 183 days, 6 months or 1 year")  # fmt: skip
        return None
    return int(match[1]), match[2]


def _after(day: date, count: int, what: str) -> date:
    """Return the day so much later: of months and years the same day of the month, or the last one there is; no calendar goes beyond 9999."""
    if what in ("day", "week"):
        return day + min(timedelta(days=count * (7 if what == "week" else 1)), date.max - day)
    months = day.month - 1 + count * _MONTHS[what]
    year, month = day.year + months // 12, months % 12 + 1
    return date.max if year > date.max.year else date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _share(block: ProjectBlock, name: str) -> Fraction | None:
    """Return a share that is written in percent: of a plain number it would not be known whether it is one."""
    if not block.has(name):
        return None
    text = block.text(name)
    number = read_number(text.removesuffix("%").strip())
    if number is None or not text.endswith("%") or number < 0:
        block.fault("I505", f"{name} is no share in percent: {text!r}", block.place_of(name), remedy="write it as 0.5 %")
        return None
    return number / 100
