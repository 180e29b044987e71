"""What a row of a quantity is, for distributions that share out a whole: from one category to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.plan.cells import ABSENT, PRESENT
from engine.project.values import UnitReader
from engine.run.inputs import Inputs, bind_inputs
from engine.run.run import Run
from engine.simulate.distributions import DISTRIBUTIONS
from equations.model.index_set import lies_in_time
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import PLAIN


class NoRowError(ValueError):
    """A distribution of rows that cannot be drawn; ``remedy`` says what could."""

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.why, self.remedy = what, why, remedy


@dataclass(frozen=True)
class SharedRow:
    """One row.

    Attributes
    ----------
    places
        Of the cells above zero, counted through the quantity's array.
    values
        Their numbers, which share out the row.
    below
        Places of the cells below zero, which no such distribution can have.
    """

    places: np.ndarray
    values: np.ndarray
    below: tuple[int, ...]


def row_axis(quantity: Quantity, methodology: Methodology, over: str = "") -> int:
    """Return the axis along which the rows of a quantity run.

    A quantity says so itself: by ``rows_sum_to`` (its second index), or by going from one category to another (two indices over one
    set, or over a set and a part of it: the second of them). A quantity with one index that is not a calendar is one row.

    Parameters
    ----------
    over
        Name of the axis, where the distribution gives one.

    Raises
    ------
    NoRowError
        If nothing says what a row is, or both say it and differ.
    """
    names = quantity.axis_names
    if over and over not in names:
        raise NoRowError(f"{quantity.id} has no index {over!r}", "", "its indices: " + ", ".join(names))
    declared = _declared_axis(quantity, methodology)
    if over and declared is not None and quantity.rows_sum_to is not None and names[declared] != over:
        raise NoRowError(f"rows of {quantity.id} do not run over {over}", f"they add up over {names[declared]} (rows_sum_to)",
                         "leave `over` out")  # fmt: skip
    if over:
        return names.index(over)
    if declared is None:
        why = "nothing says over which of its indices a whole is shared out" if names else "it has no index"
        remedy = f"add `over:` to the distribution ({', '.join(names)}), or `rows_sum_to` to the quantity"
        raise NoRowError(f"{quantity.id} has no rows", why, remedy if names else "take another distribution")
    return declared


def _declared_axis(quantity: Quantity, methodology: Methodology) -> int | None:
    indices = quantity.indices
    if quantity.rows_sum_to is not None and len(indices) > 1:
        return 1
    families = [_family(axis, methodology) for axis in indices]
    again = next((at for at, family in enumerate(families) if family in families[:at]), None)
    if again is not None:
        return again
    shared = [at for at, axis in enumerate(indices) if not lies_in_time(axis, methodology.index_set)]
    return shared[0] if len(shared) == 1 else None


def _family(axis: str, methodology: Methodology) -> str:
    """Return the largest set of which an index set is a part."""
    while methodology.index_set[axis].subset_of:
        axis = methodology.index_set[axis].subset_of
    return axis


def whole_inputs(run: Run, quantity: Quantity, read_unit: UnitReader) -> Inputs:
    """Return the inputs of a run with every cell of a quantity that was given, also those that no equation reads.

    A share is one of a whole: the numbers beside it in its row count, whether the run needs them or not.
    """
    if not (run.inputs.states[quantity.id] == ABSENT).any():
        return run.inputs
    box = tuple(tuple(range(len(run.setting.members[axis]))) for axis in quantity.indices)
    # Nothing of it is required: what is not given is no part of the whole.
    plan = replace(run.plan, inputs={quantity.id: box}, required={"": ()})
    return bind_inputs(run.methodology, plan, run.project, read_unit)


def rows_of(
    inputs: Inputs, methodology: Methodology, quantity: Quantity, kind: str, there: np.ndarray, over: str = ""
) -> Iterator[SharedRow]:
    """Yield the rows that are declared; a row with one number above zero cannot vary, and is left out.

    Parameters
    ----------
    inputs
        With every cell of the quantity that was given.
    there
        The cells for which the distribution is declared.

    Raises
    ------
    NoRowError
        For a quantity without rows, for a part of a row, for counts that are none.
    """
    if DISTRIBUTIONS[kind].is_of_counts:
        _check_counts(kind, quantity, inputs.values[quantity.id][there & (inputs.states[quantity.id] == PRESENT)])
    axis = row_axis(quantity, methodology, over)
    numbers = np.moveaxis(inputs.values[quantity.id], axis, -1)
    present = np.moveaxis(inputs.states[quantity.id] == PRESENT, axis, -1)
    declared = np.moveaxis(there, axis, -1)
    places = np.moveaxis(np.arange(numbers.size).reshape(inputs.values[quantity.id].shape), axis, -1)
    for row in np.ndindex(*numbers.shape[:-1]):
        if not (declared[row] & present[row]).any():
            continue
        if (present[row] & ~declared[row]).any():
            raise NoRowError(f"a {kind} distribution of {quantity.id} is of whole rows, and here it is declared for a part of one",
                             f"a row runs over {quantity.axis_names[axis]}", "declare it for the whole row")  # fmt: skip
        own = np.flatnonzero(present[row] & (numbers[row] > 0))
        if len(own) > 1:
            below = np.flatnonzero(present[row] & (numbers[row] < 0))
            yield SharedRow(places[row][own], numbers[row][own], tuple(places[row][below].tolist()))


def _check_counts(kind: str, quantity: Quantity, values: np.ndarray) -> None:
    if quantity.unit != PLAIN or (values != np.round(values)).any() or (values < 0).any():
        raise NoRowError(f"{quantity.id} is no count, so it has no {kind} distribution",
                         "the points of a sample are whole numbers without a unit",
                         "take another distribution, such as dirichlet with the size of the sample")  # fmt: skip
