"""One cell that tells whether a draw meets what a program relies on."""

from __future__ import annotations

import numpy as np

from engine.batch.program import Builder, Cells, Program, finish

#: Name of the output that :func:`with_status` adds.
STATUS = "#status"


def with_status(program: Program) -> Program:
    """Add an output that is zero or above where all of ``program.nonnegative`` is so and all of ``program.finite`` is finite.

    It is below zero or not a number elsewhere, and never a constant. A program that relies on nothing is returned as it is.
    """
    if not len(program.nonnegative) and not len(program.finite):
        return program
    watched = {False: program.nonnegative, True: program.finite}
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    least = np.zeros(0, np.int64)
    for group in program.groups:
        moved[group.cells] = builder.copy(group, tuple(moved[cells] for cells in group.operands))
        for is_finite, cells in watched.items():
            # Joined as soon as they are there, and not at the end: a row that only waits to be looked at would keep its place for
            # the whole block.
            here = moved[cells[(cells >= group.first) & (cells < group.first + group.size)]]
            # x - x is zero for a finite x and no number for any other, so one comparison with zero asks for both kinds at once.
            least = _joined(builder, least, builder.apply("sub", here, here) if is_finite else here)
    while len(least) > 1:
        half = len(least) // 2
        least = np.concatenate([builder.apply("min", least[:half], least[half : 2 * half]), least[2 * half :]])
    # One that is a cell of the program itself may be written over or known; the status must be a cell of its own.
    if not builder.where(least, "min", "sub").all():
        least = builder.apply("min", least, least)
    done = finish(builder, program, moved)
    return Program(done.groups, {**done.outputs, STATUS: least})


def _joined(builder: Builder, least: Cells, more: Cells) -> Cells:
    """Return the smaller of each pair, and what is left over."""
    if not len(more):
        return least
    both = min(len(least), len(more))
    joined = builder.apply("min", least[:both], more[:both]) if both else least[:0]
    return np.concatenate([joined, least[both:], more[both:]])
