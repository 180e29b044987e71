"""Numbers that a project gives of quantities which its run does not read, for who holds them against others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import ABSENT, PRESENT
from engine.project.project_file import GAP
from engine.project.values import UnitReader, ValueReader
from engine.project.written_numbers import conversion
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.model.quantity import Quantity
from equations.spec.block import read_number


def with_given(run: Run, quantities: Iterable[str], read_unit: UnitReader, errors: list[MethodologyError]) -> Run:
    """Return a run that also holds what the project gives of some quantities; those of which it gives nothing are left out.

    Parameters
    ----------
    errors
        Takes faults.
    """
    arrays, states = dict(run.values.arrays), dict(run.values.states)
    for id_ in quantities:
        if id_ in arrays or id_ not in run.methodology.quantity:
            continue
        found, there = _given(run, run.methodology.quantity[id_], read_unit, errors)
        if there.any():
            arrays[id_], states[id_] = found, np.where(there, PRESENT, ABSENT).astype(np.uint8)
    return replace(run, values=replace(run.values, arrays=arrays, states=states))


def _given(
    run: Run, quantity: Quantity, read_unit: UnitReader, errors: list[MethodologyError]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what the blocks of a quantity list, in its unit, and where. Shape: one axis per index."""
    members = [run.setting.members[axis] for axis in quantity.indices]
    array = np.full([len(axis) for axis in members], np.nan)
    letters = {one.id: one.letters for one in run.methodology.index_sets}
    reader = ValueReader(run.project.folder, run.methodology.own_unit_words, read_unit, errors, letters, members=run.setting.members)
    for block in run.project.values.get(quantity.id, ()):
        for one in reader.read(quantity, block.heard_by(errors)):
            number = read_number(one.scalar.text) if one.scalar.text != GAP else None
            if number is not None and all(label in axis for label, axis in zip(one.labels, members, strict=True)):
                cell = tuple(axis.index(label) for label, axis in zip(one.labels, members, strict=True))
                array[cell] = float(number * conversion(quantity, one.unit, one.alternative))
    return array, np.isfinite(array)
