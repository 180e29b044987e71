"""Computed values against what they can be, and against what is usual."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.run.evaluate import Entered
from engine.run.magnitudes import NOISE
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.quantity import Quantity, Range


def _beyond_rounding(run: Run, quantity: Quantity, limits: Range, cells: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the cells that lie further outside a range than rounding may have moved them, as a run takes it (V608)."""
    if not cells:
        return cells
    array, arrays = run.values.arrays[quantity.id], dict(run.values.arrays)
    entered = Entered(run.methodology, run.plan, arrays).evaluator({quantity.id}).arrays.get(quantity.id)
    if entered is None:
        return cells
    room = NOISE * np.nan_to_num(entered, posinf=0.0)
    return [
        cell
        for cell in cells
        if not any(limits.holds(float(moved)) for moved in (array[cell] - room[cell], array[cell] + room[cell]))
    ]


def outside_ranges(run: Run, quantity: Quantity) -> Iterator[Finding]:
    """Yield A702 for computed values that cannot be (error), or that are unusual (warning)."""
    array = run.values.arrays[quantity.id]
    for limits, severity, word in ((quantity.range, "error", "what it can be"), (quantity.plausible, "warning", "what is usual")):
        known = array[np.isfinite(array)]
        if limits is None or not known.size or (limits.holds(float(known.min())) and limits.holds(float(known.max()))):
            continue  # a range has no holes: with its ends all are within
        bad = [
            tuple(int(at) for at in cell) for cell in np.argwhere(np.isfinite(array)) if not limits.holds(float(array[tuple(cell)]))
        ]
        if severity == "error":
            bad = _beyond_rounding(run, quantity, limits, bad)
        if bad:
            shown = [f"{cell_name(quantity, run.setting, cell)} = {number(float(array[cell]))}" for cell in bad]
            yield Finding(
                "A702",
                severity,
                quantity.id,
                f"{len(bad)} computed value{'s' if len(bad) > 1 else ''} of {quantity.id} "
                f"outside {word}: {limits} {quantity.unit}".removesuffix(" 1"),
                listed_texts(shown),
                "explain the number and look at the inputs behind it",
                source=str(quantity.source),
            )
            return
