"""Quantities that are the declared standard error of another one: what the two must have in common."""

from __future__ import annotations

from collections.abc import Iterator

from equations.errors import Place, SpecError, near_or_all
from equations.model.quantity import Quantity


def standard_errors(quantities: tuple[Quantity, ...]) -> Iterator[SpecError]:
    """Yield what is wrong with ``standard_error_of:``: another shape than that of its quantity, or none such."""
    known = {quantity.id: quantity for quantity in quantities}
    for quantity in quantities:
        if not quantity.standard_error_of:
            continue
        of, place = known.get(quantity.standard_error_of), quantity.place or Place("")
        if of is None:
            yield SpecError("S107", f"there is no quantity {quantity.standard_error_of!r}", place,
                            remedy=near_or_all(quantity.standard_error_of, known, "there are"))  # fmt: skip
        elif quantity.kind == "computed" or (of.indices, of.unit, of.type) != (quantity.indices, quantity.unit, "number"):
            yield SpecError("S105", f"{quantity.id} cannot be the standard error of {of.id}", place,
                            why="a standard error is an input with the indices and the unit of its quantity, which is a number",
                            remedy=f"declare it with indices: [{', '.join(of.indices)}], unit: {of.unit} and the kind of {of.id}")  # fmt: skip
