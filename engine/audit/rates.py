"""Monitored conversion against the projected one, category by category: far apart means a slip, or something to explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.audit.flows import matched
from engine.audit.roles import with_role
from engine.finding import Finding
from engine.output.terminal import number
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.quantity import Quantity

#: How many times one may be the other.
SLIP, STEP = 100.0, 10.0
Areas = NDArray[np.float64]
#: Index sets of the categories, and what leaves each in each year. Shape: (one axis for each set, year).
_ByCategory: TypeAlias = tuple[tuple[str, ...], Areas]


def audit_rates(run: Run) -> tuple[Finding, ...]:
    """Compare, for each place and category, the area monitored to have been converted with the area projected to be.

    Returns
    -------
    tuple of Finding
        A722: a warning where one is a hundred times the other, a note for ten times. Years in which one is not known are left out.
    """
    findings: list[Finding] = []
    for quantity, array in with_role(run, "monitored_conversion"):
        source = _projected(run, quantity.part_of) if run.methodology.year_set in quantity.indices else None
        if source is not None:
            findings += _compared(run, quantity, _leaving(run, quantity, array), source[0], source[1])
    return tuple(findings)


def _leaving(run: Run, quantity: Quantity, array: Areas) -> _ByCategory:
    """Return what leaves each category in each year; of a conversion from one to another what stays is left out."""
    years, indices = run.methodology.year_set, list(quantity.indices)
    twice = next((at for at, set_id in enumerate(indices) if set_id in indices[at + 1 :]), None)
    array = np.array(array, float)
    if twice is not None:
        other = indices.index(indices[twice], twice + 1)
        stays = np.arange(array.shape[twice])
        np.moveaxis(array, (twice, other), (0, 1))[stays, stays] = 0.0
        array = array.sum(axis=other)
        indices.pop(other)
    axis = indices.index(years)
    return tuple(set_id for set_id in indices if set_id != years), np.moveaxis(array, axis, -1)


def _projected(run: Run, place: str) -> tuple[Quantity, _ByCategory] | None:
    """Return what is projected to leave each category in each year, from conversions or else from the change of areas."""
    years = run.methodology.year_set
    for quantity, array in with_role(run, "projected_conversion"):
        if quantity.part_of == place and years in quantity.indices and np.isfinite(array).any():
            return quantity, _leaving(run, quantity, array)
    initial = next(((q, array) for q, array in with_role(run, "initial_area") if q.part_of == place), None)
    for quantity, array in with_role(run, "projected_area"):
        rest = tuple(set_id for set_id in quantity.indices if set_id != years)
        if quantity.part_of == place and initial is not None and years in quantity.indices and rest == initial[0].indices:
            areas = np.moveaxis(array, quantity.indices.index(years), -1)
            before = np.concatenate([initial[1][..., None], areas[..., :-1]], axis=-1)
            return quantity, (rest, before - areas)
    return None


def _on(run: Run, leaving: _ByCategory, wanted: Sequence[str]) -> tuple[list[tuple[str, ...]], Areas]:
    """Return what leaves the categories over some index sets, all others added up, and the labels of these categories."""
    sets, array = leaving
    axes = matched(run, wanted, list(enumerate(sets)))
    kept = [axes[place] for place in range(len(wanted))]
    summed = array.sum(axis=tuple(at for at in range(len(sets)) if at not in kept))
    summed = np.transpose(summed, [*np.argsort(np.argsort(kept)), len(kept)])
    members = [run.setting.members[sets[at]] for at in kept]
    labels = [tuple(own[at] for own, at in zip(members, cell, strict=True)) for cell in np.ndindex(*map(len, members))]
    return labels, summed.reshape(len(labels), array.shape[-1])


def _compared(run: Run, quantity: Quantity, monitored: _ByCategory, source: Quantity, projected: _ByCategory) -> Iterator[Finding]:
    common = matched(run, monitored[0], list(enumerate(projected[0])))
    shared = [monitored[0][place] for place in sorted(common)]
    labels, mine = _on(run, monitored, shared)
    theirs = dict(zip(*_on(run, projected, shared), strict=True))
    far, off = [], []
    for label, real in zip(labels, mine, strict=True):
        expected = theirs.get(label, np.full_like(real, np.nan))
        known = np.isfinite(real) & np.isfinite(expected)
        got, wanted = float(real[known].sum()), float(expected[known].sum())
        if got <= 0 or wanted <= 0:
            continue
        ratio = got / wanted
        text = f"{', '.join(label) or 'all'}: {number(got)} monitored, {number(wanted)} projected {quantity.unit}"
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
                listed_texts(texts),
                "check the numbers behind both and their units (a factor of 1000?), or explain the change",
                source=str(quantity.source),
                place=place,
            )
