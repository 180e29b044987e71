"""Cases that the last digits of floats decide: 0.3 - 0.2 - 0.1 is nothing as people count, and below zero as a float.

A comparison takes two numbers that agree to twelve digits for equal. Of a difference that cancels nothing agrees with zero, so what it was
made of is asked (:mod:`engine.run.magnitudes`). Where a run comes out otherwise by that, the run says so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.finding import Finding
from engine.plan.cells import PRESENT, cell_name
from engine.plan.plan import Plan
from engine.run.evaluate import Entered, StepEvaluator, Values
from engine.run.formula import Exactly, FormulaEvaluator
from engine.run.inputs import Inputs
from engine.run.magnitudes import NOISE
from equations.errors import EvaluationError
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import with_unit

#: No magnitude that enters a number is so many times the largest number of a run.
_ABOVE = 1e3
#: Relative difference from which a number is another one.
_MOVED = 1e-9


def near_ties(methodology: Methodology, plan: Plan, inputs: Inputs, values: Values, exact: Exactly | None = None) -> list[Finding]:
    """Report computed quantities that are others where numbers count as equal that rounding alone parts.

    Parameters
    ----------
    exact
        Decides roundings, as in the run itself: so that the two differ by ties alone.

    Returns
    -------
    list of Finding
        A875, an error for the first quantity that a case decides so, with the number that it has as people count.
    """
    arrays = dict(values.arrays)
    entered = Entered(methodology, plan, arrays)
    if not _suspected(methodology, plan, values, FormulaEvaluator(methodology, plan.setting, arrays, entered=entered)):
        return []
    formulas = FormulaEvaluator(methodology, plan.setting, dict(inputs.values), entered=entered, exact=exact)
    again = StepEvaluator(plan, formulas, dict(inputs.states))
    try:
        with np.errstate(all="ignore"):
            for stage in plan.stages:
                again.stage(stage)
    except EvaluationError as error:
        result = methodology.quantity[methodology.result]
        return [_finding(result, result.id, f"counted as equal they end the run: {error.what}")]
    sizes = entered.evaluator(plan.needs).arrays
    for id_ in (quantity for stage in plan.stages for quantity in stage.quantities):
        quantity = methodology.quantity[id_]
        if cells := _moved(arrays[id_], again.arrays[id_], sizes.get(id_), values.states[id_]):
            at = cells[0]
            name = cell_name(quantity, plan.setting, int(np.ravel_multi_index(at, arrays[id_].shape)) if at else 0)
            now, meant = (with_unit(f"{float(found[id_][at]):,.6g}", quantity.unit) for found in (arrays, again.arrays))
            return [_finding(quantity, name, f"{now}, and {meant} where they are equal")]
    return []


def _suspected(methodology: Methodology, plan: Plan, values: Values, formulas: FormulaEvaluator) -> bool:
    """Whether a comparison of the run is decided otherwise once what entered it is known."""
    plain = FormulaEvaluator(methodology, plan.setting, dict(values.arrays))
    least = NOISE * _ABOVE * plain.largest
    with np.errstate(all="ignore"):
        return any(
            bool((plain.comparison(node, scope)[0] != formulas.comparison(node, scope)[0]).any())
            for node, scope, gap in values.gaps if gap <= least
        )  # fmt: skip


def _moved(
    one: NDArray[np.float64], other: NDArray[np.float64], size: NDArray[np.float64] | None, states: NDArray[np.uint8]
) -> list[tuple[int, ...]]:
    room = _MOVED * np.maximum(np.abs(one), np.abs(other))
    if size is not None:
        room = room + _ABOVE * NOISE * np.nan_to_num(size, posinf=0.0)
    return [tuple(map(int, cell)) for cell in np.argwhere((np.abs(one - other) > room) & (states == PRESENT))]


def _finding(quantity: Quantity, name: str, evidence: str) -> Finding:
    return Finding(
        "A875", "error", quantity.id, f"{name} hangs on the last digit of a difference that is nothing as people count", evidence,
        "compare the numbers themselves (`a < b`), not their difference with zero: they are equal where twelve digits agree",
        source=str(quantity.source),
    )  # fmt: skip
