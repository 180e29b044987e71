"""Cells of which a project says that nobody knows their number: nothing stands for them, no blanket and no default."""

from __future__ import annotations

from collections.abc import Mapping

from engine.project.cell_states import UNKNOWN, state_of
from engine.project.written_numbers import Given
from equations.errors import InputError, Place, listed
from equations.model.quantity import Quantity


def is_unknown(quantity: Quantity, given: Given) -> bool:
    """Whether a project says of a cell that its number is not known."""
    return state_of(given.origin.meta).word == UNKNOWN or (quantity.type == "number" and given.text == UNKNOWN)


def unknown_error(quantity: Quantity, shown: Mapping[str, Place | None]) -> InputError:
    """Return the error of a run that needs cells which are unknown.

    Parameters
    ----------
    shown
        What the cells are called -> where that is said.
    """
    allowed = ", ".join(method.id for method in quantity.substitution)
    ways = f"replace it by {allowed} and say `state: substituted by` it" if allowed else "ask whoever keeps the methodology what may stand there"
    return InputError(
        "I532", f"unknown: {listed(list(shown))}", next(iter(shown.values())),
        why=f"the project says so, and the result needs {'it' if len(shown) == 1 else 'them'}: {quantity.meaning}",
        remedy=f"find the number, or {ways}",
    )  # fmt: skip
