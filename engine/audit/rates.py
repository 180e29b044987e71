"""Monitored conversion against the projected one, category by category: far apart means a slip, or something to explain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.roles import listed, with_role
from engine.finding import Finding
from engine.pipeline import Run
from engine.terminal import number
from equations.quantity import Quantity

#: How many times one may be the other.
SLIP, STEP = 100.0, 10.0
Areas = NDArray[np.float64]


def audit_rates(run: Run) -> tuple[Finding, ...]:
    """Compare, for each place and category, the area monitored to have been converted with the area projected to be.

    Returns
    -------
    tuple of Finding
        A722: a warning where one is a hundred times the other, a note for ten times. Years in which one is not known are left out.
    """
    findings: list[Finding] = []
    for quantity, array in with_role(run, "monitored_conversion"):
        if quantity.indices[-1:] != (run.methodology.year_set,):
            continue
        projected = _projected(run, quantity.part_of, quantity.indices[0])
        if projected is not None:
            findings += _compared(run, quantity, _leaving(array, quantity), *projected)
    return tuple(findings)


def _leaving(array: Areas, quantity: Quantity) -> Areas:
    """Return what leaves each category in each year. Shape: (category, year)."""
    if len(quantity.indices) == 2:
        return array
    stays = np.moveaxis(np.diagonal(array), -1, 0)
    return np.asarray(array.sum(axis=1) - stays, float)


def _projected(run: Run, place: str, axis: str) -> tuple[Quantity, Areas] | None:
    """Return what is projected to leave each category in each year, from conversions or else from the change of areas."""
    for quantity, array in with_role(run, "projected_conversion"):
        if quantity.part_of == place and np.isfinite(array).any():
            return quantity, _taken(run, quantity, axis, _leaving(array, quantity))
    initial = next((array for q, array in with_role(run, "initial_area") if q.part_of == place), None)
    for quantity, array in with_role(run, "projected_area"):
        if quantity.part_of == place and initial is not None and quantity.indices[-1:] == (run.methodology.year_set,):
            before = np.concatenate([initial[:, None], array[:, :-1]], axis=1)
            return quantity, _taken(run, quantity, axis, before - array)
    return None


def _taken(run: Run, quantity: Quantity, axis: str, array: Areas) -> Areas:
    """Return the rows of the categories of ``axis``."""
    members = run.setting.members[quantity.indices[0]]
    return array[[members.index(label) for label in run.setting.members[axis] if label in members]]


def _compared(run: Run, quantity: Quantity, monitored: Areas, source: Quantity, projected: Areas) -> Iterator[Finding]:
    if monitored.shape != projected.shape:
        return
    far, off = [], []
    for label, real, expected in zip(run.setting.members[quantity.indices[0]], monitored, projected, strict=True):
        known = np.isfinite(real) & np.isfinite(expected)
        got, wanted = float(real[known].sum()), float(expected[known].sum())
        if got <= 0 or wanted <= 0:
            continue
        ratio = got / wanted
        text = f"{label}: {number(got)} monitored, {number(wanted)} projected {quantity.unit}"
        if max(ratio, 1 / ratio) >= SLIP:
            far.append(text)
        elif max(ratio, 1 / ratio) >= STEP:
            off.append(text)
    for texts, severity in ((far, "warning"), (off, "note")):
        if texts:
            place = next((o.place for o in run.inputs.origins.get(quantity.id, {}).values()), None)
            yield Finding(
                "A722",
                severity,
                quantity.id,
                f"{quantity.id} is far from what {source.id} projects for {len(texts)} categor{'ies' if len(texts) > 1 else 'y'}",
                listed(texts),
                "check areas, probabilities and their units (a factor of 1000?), or explain the change",
                str(quantity.source),
                place,
            )
