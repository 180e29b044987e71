"""By how much the results of a run move when some of its inputs are other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import counted
from engine.run.evaluate import evaluate
from engine.run.run import Run
from engine.run.totals import headline
from equations.errors import MethodologyError, listed

#: Share of a result below which it does not move: the last digits of floats.
_STILL = 1e-12


def moves(run: Run, changed: Mapping[str, NDArray[np.float64]]) -> dict[str, float] | None:
    """Return by how much each result of a run moves, in its unit; ``None`` where there is no run with these numbers.

    Parameters
    ----------
    changed
        Input -> its numbers, in the quantity's unit. Shape: that of the input.
    """
    inputs = replace(run.inputs, values={**run.inputs.values, **changed})
    try:
        values = evaluate(run.methodology, run.plan, inputs)
    except MethodologyError:
        return None
    found = {}
    for id_, was in run.results.items():
        declared = run.methodology.quantity[id_]
        now = headline(run.methodology, run.setting, declared, values.arrays[id_], counted(declared, run.plan, run.methodology))
        found[id_] = 0.0 if abs(now.value - was.value) <= _STILL * abs(was.value) else now.value - was.value
    return found


def with_cell(run: Run, quantity: str, cell: tuple[int, ...], value: float) -> dict[str, NDArray[np.float64]]:
    """Return an input with another number in one cell."""
    array = run.inputs.values[quantity].copy()
    array[cell] = value
    return {quantity: array}


def moved_text(run: Run, moved: Mapping[str, float] | None) -> str:
    """Return by how much results move, in words: ``ER_p by -6,540.284 tCO2``."""
    if moved is None:
        return "the results cannot be computed with it"
    of = run.methodology.quantity
    named = [f"{run.results[id_].label} by {value:+,.3f} {of[id_].unit}".removesuffix(" 1") for id_, value in moved.items() if value]
    return listed(named, 4) if named else f"{run.headline.label} not at all"


def first_move(run: Run, moved: Mapping[str, float] | None) -> float:
    """Return by how much the first result that moves does so, nothing where none moves."""
    return next((value for value in (moved or {}).values() if value), 0.0)
