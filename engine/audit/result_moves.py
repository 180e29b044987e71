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

    Of a result whose cells do not add up it is the cell that moves most.

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
        counts = counted(declared, run.plan, run.methodology)
        if was.is_total:
            now = headline(run.methodology, run.setting, declared, values.arrays[id_], counts).value
            found[id_] = _apart(was.value, now)
        else:  # its cells do not add up: the one that moves most
            pairs = zip(run.values.arrays[id_][counts].tolist(), values.arrays[id_][counts].tolist(), strict=True)
            found[id_] = max((_apart(one, other) for one, other in pairs), key=abs, default=0.0)
    return found


def _apart(was: float, now: float) -> float:
    return 0.0 if not np.isfinite(now) or abs(now - was) <= _STILL * abs(was) else now - was


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
    label = {id_: one.label if one.is_total else f"a cell of {id_}" for id_, one in run.results.items()}
    named = [f"{label[id_]} by {value:+,.3f} {of[id_].unit}".removesuffix(" 1") for id_, value in moved.items() if value]
    return listed(named, 4) if named else f"{run.headline.label} not at all"


def first_move(run: Run, moved: Mapping[str, float] | None) -> float:
    """Return by how much the first result that moves does so, nothing where none moves."""
    return next((value for value in (moved or {}).values() if value), 0.0)
