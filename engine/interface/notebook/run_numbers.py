"""The numbers of a run, each with its labels, unit, state and provenance, for frames and labelled arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.interface.notebook.axis_labels import AxisLabels
from engine.interface.notebook.long_table import NUMBER, TEXT, LongTable, columns_of
from engine.interface.notebook.packages import xarray
from engine.plan.cells import ABSENT, EXCLUDED, NOT_APPLICABLE, PRESENT
from engine.report.run_report import provenance
from engine.run.run import Run
from engine.run.said_values import unit_in_tables
from equations.model.cell_labels import written_cell
from equations.model.quantity import Quantity

if TYPE_CHECKING:
    from xarray import Dataset

#: What is said of a cell without a number.
STATES = {ABSENT: "not needed or not given", EXCLUDED: "excluded", NOT_APPLICABLE: "not applicable"}
NO_NUMBER = "no number"
#: The dimension of draws in a simulation.
DRAW = "draw"
_FIXED = ("quantity", "cell", "value", "unit", "state", "provenance")


def about_run(run: Run) -> dict[str, str]:
    """Return what the numbers of a run are numbers of."""
    m = run.methodology
    said = {
        "methodology": m.reference, "methodology_sha256": m.hash, "project": run.project.name, "project_sha256": run.project.sha256,
        "operation": f"{run.setting.start} to {run.setting.end}",
        "choices": ", ".join(f"{id_} = {value}" for id_, value in run.setting.choices.items()),
        "readings": ", ".join(f"{r.id} = {run.setting.readings[r.id]}" for r in m.rulings if run.setting.readings[r.id] != r.default),
        "numbers_that_were_set": "; ".join(one.said for one in run.inputs.replaced),
    }  # fmt: skip
    return {name: text for name, text in said.items() if text}


def wanted(run: Run, quantities: Iterable[str]) -> list[Quantity]:
    """Return the quantities of a run, or those that are named, in the order of the spec.

    Raises
    ------
    InputError
        I502 for a quantity that the run does not have.
    """
    asked = {run.declared(id_).id for id_ in quantities}
    return [q for q in run.methodology.quantities if q.id in run.values.arrays and (not asked or q.id in asked)]


def states_in_words(run: Run, id_: str) -> NDArray[np.object_]:
    """Return why a cell has no number, an empty text where it has one. Shape: that of the quantity."""
    states, array = run.values.states[id_], run.values.arrays[id_]
    found = np.full(array.shape, "", dtype=object)
    for state, words in STATES.items():
        found[states == state] = words
    found[(states == PRESENT) & ~np.isfinite(array)] = NO_NUMBER
    return found


def run_table(run: Run, quantities: Sequence[Quantity]) -> LongTable:
    """Return a line for each cell that was needed and applies."""
    axes = AxisLabels(run.methodology, _FIXED)
    names = {name: axes.kind(index) for q in quantities for name, index in zip(axes.names(q.indices), q.indices, strict=True)}
    kinds = {"quantity": TEXT, "cell": TEXT, **names, "value": NUMBER, "unit": TEXT, "state": TEXT, "provenance": TEXT}
    lines = [line for quantity in quantities for line in _lines(run, quantity, axes, tuple(names))]
    return LongTable(columns_of(kinds, lines), about_run(run))


def _lines(run: Run, quantity: Quantity, axes: AxisLabels, names: Sequence[str]) -> Iterator[list[object]]:
    array, words = run.values.arrays[quantity.id], states_in_words(run, quantity.id)
    origins, whole, unit = run.inputs.origins.get(quantity.id, {}), provenance(run, quantity.id), unit_in_tables(quantity)
    own = axes.names(quantity.indices)
    for cell in np.ndindex(*array.shape):
        if words[cell] in (STATES[ABSENT], STATES[NOT_APPLICABLE]):
            continue
        labels = run.setting.labels(quantity.indices, cell)
        at = dict(zip(own, (axes.label(axis, label) for axis, label in zip(quantity.indices, labels, strict=True)), strict=True))
        origin = origins.get(cell)
        given = whole if origin is None else "project" if origin.kind == "project" else f"{origin.kind}:{origin.name}"
        value = None if words[cell] else float(array[cell])
        yield [quantity.id, written_cell(quantity.id, labels), *(at.get(name) for name in names), value, unit, words[cell], given]


# -- labelled arrays


def run_dataset(run: Run, quantities: Sequence[Quantity]) -> Dataset:
    """Return each quantity over the names of its indices; NaN where there is no number, and then its states beside it."""
    axes = AxisLabels(run.methodology, [q.id for q in run.methodology.quantities])
    arrays: dict[str, Any] = {}
    for quantity in quantities:
        words = states_in_words(run, quantity.id)
        numbers = np.where(words == "", run.values.arrays[quantity.id], np.nan)
        arrays |= _variables(run, quantity, axes.names(quantity.indices), numbers, words)
    return xarray().Dataset(arrays, coords=_coordinates(run, quantities, axes), attrs=about_run(run))


def draws_dataset(run: Run, draws: dict[str, NDArray[np.float64]], about: dict[str, str]) -> Dataset:
    """Return draws of quantities over ``draw``, counted from 1 as in files of draws, and the names of their indices."""
    axes = AxisLabels(run.methodology, [DRAW, *(q.id for q in run.methodology.quantities)])
    quantities = wanted(run, draws)
    arrays: dict[str, Any] = {}
    for quantity in quantities:
        words, numbers = states_in_words(run, quantity.id), draws[quantity.id]
        if (words != "").any():
            numbers = np.where(words == "", numbers, np.nan)
        arrays |= _variables(run, quantity, axes.names(quantity.indices), numbers, words, (DRAW,))
    count = len(next(iter(draws.values()), ()))
    coordinates = {DRAW: np.arange(1, count + 1), **_coordinates(run, quantities, axes)}
    return xarray().Dataset(arrays, coords=coordinates, attrs=about)


def _variables(
    run: Run, quantity: Quantity, names: tuple[str, ...], numbers: NDArray[np.float64], words: NDArray[np.object_], before: tuple[str, ...] = ()
) -> dict[str, Any]:
    about = {"units": unit_in_tables(quantity), "long_name": quantity.title, "kind": quantity.kind, "provenance": provenance(run, quantity.id)}
    found: dict[str, Any] = {quantity.id: ((*before, *names), numbers, about)}
    if (words != "").any():
        states = f"{quantity.id}.state"
        about["ancillary_variables"] = states
        found[states] = names, words, {"long_name": f"why {quantity.id} has no number; empty where it has one"}
    return found


def _coordinates(run: Run, quantities: Sequence[Quantity], axes: AxisLabels) -> dict[str, Any]:
    found = {}
    for quantity in quantities:
        for name, axis in zip(axes.names(quantity.indices), quantity.indices, strict=True):
            labels = [axes.label(axis, label) for label in run.setting.members[axis]]
            meaning = run.methodology.index_set[axis].meaning
            found[name] = (name,), labels, {"long_name": meaning} if meaning else {}
    return found
