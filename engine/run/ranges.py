"""Ranges of what was computed: they hold as for what is supplied, with room for rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.plan.cells import PRESENT, cell_name
from engine.plan.plan import Plan
from engine.run.magnitudes import NOISE
from equations.errors import EvaluationError, listed, raise_all
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import with_unit

_MOST_SHOWN = 6


def check_ranges(
    methodology: Methodology,
    plan: Plan,
    arrays: Mapping[str, NDArray[np.float64]],
    states: Mapping[str, NDArray[np.uint8]],
    entered: Callable[[], Mapping[str, NDArray[np.float64]]],
) -> None:
    """Raise V608 if a computed number lies outside the range in which its quantity can be.

    Parameters
    ----------
    arrays, states
        Of a run, or of its beginning.
    entered
        Gives, where it is asked, quantity -> magnitudes that went into its cells.
    """
    outside = [(quantity, cells) for quantity in _computed(methodology, plan, arrays) if (cells := _outside(quantity, arrays, states))]
    if not outside:
        return
    sizes, errors = entered(), []
    for quantity, cells in outside:
        least, most = limits(quantity)
        room = NOISE * np.nan_to_num(sizes[quantity.id], posinf=0.0)
        found = [cell for cell in cells if not least - room[cell] <= arrays[quantity.id][cell] <= most + room[cell]]
        if found:
            errors.append(_error(methodology, plan, quantity, arrays[quantity.id], found))
    raise_all(errors)


def limits(quantity: Quantity) -> tuple[float, float]:
    """Return the least and the greatest value that a quantity can have."""
    least = quantity.range.least if quantity.range is not None else None
    most = quantity.range.most if quantity.range is not None else None
    return float("-inf") if least is None else float(least), float("inf") if most is None else float(most)


def _computed(methodology: Methodology, plan: Plan, arrays: Mapping[str, NDArray[np.float64]]) -> Iterator[Quantity]:
    for stage in plan.stages:
        for id_ in stage.quantities:
            quantity = methodology.quantity[id_]
            if quantity.range is not None and id_ in arrays and id_ not in plan.optional:
                yield quantity


def _outside(
    quantity: Quantity, arrays: Mapping[str, NDArray[np.float64]], states: Mapping[str, NDArray[np.uint8]]
) -> list[tuple[int, ...]]:
    least, most = limits(quantity)
    array = arrays[quantity.id]
    beyond = ((array < least) | (array > most)) & (states[quantity.id] == PRESENT)
    return [tuple(int(at) for at in cell) for cell in np.argwhere(beyond)] if beyond.any() else []


def _error(
    methodology: Methodology, plan: Plan, quantity: Quantity, array: NDArray[np.float64], cells: list[tuple[int, ...]]
) -> EvaluationError:
    steps = {step.equation: None for stage in plan.stages for step in stage.steps if step.quantity == quantity.id}
    equations = [methodology.equation[id_] for id_ in steps]
    names = [
        f"{cell_name(quantity, plan.setting, cell)} = "
        f"{with_unit(f'{float(array[cell]):.6g}', quantity.unit)}"
        for cell in cells
    ]
    return EvaluationError(
        "V608", f"{listed(names, _MOST_SHOWN)}: outside what {quantity.id} can be", equations[0].place if equations else quantity.place,
        why=f"its range is {with_unit(quantity.range, quantity.unit)}, and {', '.join(e.label for e in equations)} "
        f"compute{'s' if len(equations) == 1 else ''} it",
        remedy="correct the numbers from which it follows, or their units",
    )  # fmt: skip
