"""The two forms of a program: literal, as printed, and optimised. Each is a list of named transformations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.batch.factoring import factor_sums, flatten_sums, name_positive_parts, regroup_products
from engine.batch.merging import merge_equal
from engine.batch.ordering import nearby, part_by_reader
from engine.batch.program import Numbers, Program
from engine.batch.signs import drop_positive_parts, drop_proven
from engine.batch.skipping import keep_needed, skip_known
from equations.model.quantity import Quantity

FORMS = ("literal", "optimised")
#: Transformations that move no bit of a result.
EXACT: tuple[Callable[[Program], Program], ...] = (keep_needed, skip_known, merge_equal, keep_needed)


def exact(program: Program) -> Program:
    """Leave out and merge, without moving a bit."""
    for transformation in EXACT:
        program = transformation(program)
    return program


def literal_form(program: Program) -> Program:
    """Return each element as it is printed, less what moves no bit: the form to which all others are compared (conventions §4)."""
    return exact(program)


def optimised_form(program: Program, quantities: Mapping[str, Quantity]) -> Program:
    """Return the same results by less work; they agree with the literal form to about the last digit.

    Parameters
    ----------
    program
        As lowered, or in its literal form.
    quantities
        Whose declared ranges are relied on.
    """
    program = drop_positive_parts(name_positive_parts(exact(program)), quantities)
    program = exact(flatten_sums(exact(factor_sums(program, quantities))))
    return exact(regroup_products(program))


def specialised(program: Program, numbers: Mapping[str, Numbers], quantities: Mapping[str, Quantity]) -> Program:
    """Return the program for one batch: what all draws share is computed here, once.

    Parameters
    ----------
    numbers
        Input -> its numbers, NaN in the cells that differ between draws.
    """
    program = merge_equal(drop_positive_parts(skip_known(program, numbers), quantities))
    return nearby(part_by_reader(keep_needed(drop_proven(program, quantities))))
