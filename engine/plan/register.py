"""The register of a text by what hangs on its entries: measured where a reading can be selected, and how the rest is taken."""

from __future__ import annotations

from collections.abc import Mapping

from engine.plan.setting import Setting, may_hold
from equations.model.methodology import Methodology
from equations.model.ruling import RegisterEntry


def measured(entry: RegisterEntry, methodology: Methodology) -> Mapping[str, int]:
    """Return project -> by how much the entry's readings move its result there at most, or nothing where none is measured.

    A reading counts with its sign; of several the one that moves most, whichever way.
    """
    ruling = methodology.ruling.get(entry.ruling)
    most: dict[str, int] = {}
    for reading in ruling.readings if ruling is not None else ():
        for project, moved in reading.moved if reading.id in entry.readings else ():
            if project not in most or abs(moved) > abs(most[project]):
                most[project] = moved
    return most


def ranked(methodology: Methodology) -> list[tuple[RegisterEntry, Mapping[str, int]]]:
    """Return the measured entries with what moves in each project, those that move most first; ties in the order of the text."""
    found = [(entry, moved) for entry in methodology.register if (moved := measured(entry, methodology))]
    return sorted(found, key=lambda pair: -max(abs(moved) for moved in pair[1].values()))


def taken_by_input(methodology: Methodology, setting: Setting) -> tuple[RegisterEntry, ...]:
    """Return entries that can move the result and whose other side only another input can take.

    Parameters
    ----------
    setting
        Whose choices leave out entries that name equations of which none holds.
    """
    standing = {e.number for e in methodology.equations if e.number and may_hold(e.when, setting)}
    return tuple(
        entry
        for entry in methodology.register
        if entry.severity == "credit-moving"
        and entry.ways - {"none"} == {"input"}
        and (not entry.text_place.equations or standing & set(entry.text_place.equations))
    )
