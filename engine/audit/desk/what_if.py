"""By how much the result of a run moves where some of its inputs are other numbers; only what follows from them is computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.audit.desk.variants import Variants
from engine.output.terminal import number
from engine.plan.cells import counted
from engine.run.run import Run
from engine.run.totals import headline

#: Quantity -> cell -> another number for it, in the quantity's unit.
Changed = Mapping[str, Mapping[tuple[int, ...], float]]


def moves(run: Run, cases: Sequence[Changed]) -> list[float | None]:
    """Return by how much the first result of a run moves under each of some changes of its inputs.

    Parameters
    ----------
    cases
        Every one a change by itself.

    Returns
    -------
    list of float
        Result under the change less that of the run, in the result's unit; ``None`` where it has no number then, or the run no result.
    """
    result = run.methodology.result
    if not cases or result not in run.values.arrays:
        return [None] * len(cases)
    names = {id_ for case in cases for id_ in case if id_ in run.values.arrays}
    varied = {id_: np.repeat(run.values.arrays[id_][None], len(cases), axis=0) for id_ in sorted(names)}
    for at, case in enumerate(cases):
        for id_ in names.intersection(case):
            for cell, value in case[id_].items():
                varied[id_][(at, *cell)] = value
    if not varied:
        return [0.0] * len(cases)
    found = Variants(run, run.values.arrays, [result]).spread(varied).get(result, varied.get(result))
    if found is None:
        return [0.0] * len(cases)
    declared = run.methodology.quantity[result]
    counts, ours = counted(declared, run.plan, run.methodology), run.headline.value
    totals = [headline(run.methodology, run.setting, declared, array, counts).value for array in found]
    return [total - ours if np.isfinite(total) else None for total in totals]


def moved_text(run: Run, by: float | None) -> str:
    """Return by how much a result moves, in words."""
    if by is None:
        return f"{run.methodology.result} has no number then"
    unit = str(run.methodology.quantity[run.methodology.result].unit)
    return f"{'+' if by > 0 else ''}{number(by)} {unit} of {run.headline.label}" if by else f"{run.headline.label} does not move"
