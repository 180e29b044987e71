"""Instruments as several documents have them: two that say of one meter other days, another class or another life."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.finding import Finding
from engine.project.project_instruments import Instrument
from equations.errors import listed


def documents_apart(instruments: Sequence[Instrument]) -> Iterator[Finding]:
    """Yield a finding for each thing that two documents say otherwise of one meter."""
    before: dict[str, Instrument] = {}
    for one in instruments:
        first = before.setdefault(one.name, one)
        for what, said, again in _differing(first, one) if first is not one else ():
            sources = f"{first.document or 'project file'}; {one.document or 'project file'}"
            whose = what if one.name in what else f"{what} of {one.name}"
            yield Finding("A784", "error", one.name, f"two documents give {whose} otherwise: {said} and {again}", sources,
                          "ask for the certificate; the first of them counts here", place=one.place)  # fmt: skip


def _differing(one: Instrument, other: Instrument) -> Iterator[tuple[str, str, str]]:
    if one.error is not None and other.error is not None and one.error != other.error:
        yield "the class", f"{float(100 * one.error):g} %", f"{float(100 * other.error):g} %"
    for what, said, again in (("the day of installation", one.installed, other.installed), ("the day of removal", one.removed, other.removed)):
        if said is not None and again is not None and said != again:
            yield what, str(said), f"{again}{_exchanged(said, [again])}"
    mine, theirs = [c.on for c in one.calibrations], [c.on for c in other.calibrations]
    if mine and theirs and mine != theirs:
        only = [day for day in mine if day not in theirs]
        extra = [day for day in theirs if day not in mine]
        hint = next((text for day in only if (text := _exchanged(day, extra))), "")
        yield "the calibrations", listed([str(day) for day in mine], 6), f"{listed([str(day) for day in theirs], 6)}{hint}"
    yield from _of_one_calibration(one, other)


def _of_one_calibration(one: Instrument, other: Instrument) -> Iterator[tuple[str, str, str]]:
    """Yield until when a calibration of one day holds, and what it found, where the documents say otherwise."""
    again = {calibration.on: calibration for calibration in other.calibrations}
    for mine, theirs in ((c, again[c.on]) for c in one.calibrations if c.on in again):
        if mine.due is not None and theirs.due is not None and mine.due != theirs.due:
            again_due = f"{theirs.due}{_exchanged(mine.due, [theirs.due])}"
            yield f"the day until which the calibration of {mine.on} of {one.name} holds", str(mine.due), again_due
        if mine.found is not None and theirs.found is not None and mine.found != theirs.found:
            what = f"the error that the calibration of {mine.on} of {one.name} found"
            yield what, f"{float(100 * mine.found):g} %", f"{float(100 * theirs.found):g} %"


def _exchanged(day: date, others: Sequence[date]) -> str:
    """Say so where one of some days is another with day and month exchanged."""
    if any((day.year, day.month, day.day) == (other.year, other.day, other.month) and day != other for other in others):
        return " (day and month exchanged?)"
    return ""
