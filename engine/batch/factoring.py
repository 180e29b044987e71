"""Algebra that the spec allows: positive parts, factors that leave a sum, products that do not depend on an index.

Each transformation keeps a result in exact arithmetic and moves its last digits in floating point. What it relies on is proven
from declared
ranges, or is left as a condition (``Program.nonnegative``) that is checked for every draw: a draw that fails it is computed as
printed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.batch.program import Builder, Cells, Group, Program, finish, some_runs
from engine.batch.signs import Signs
from equations.model.quantity import Quantity

#: A factor: its cells, and whether it divides.
Factor = tuple[Cells, bool]


# -- positive parts


def name_positive_parts(program: Program) -> Program:
    """Write ``cases(x > 0: x, otherwise: 0)`` and ``cases(x < 0: 0, otherwise: x)`` as the positive part of ``x``."""
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        if group.op != "where":
            moved[group.cells] = builder.copy(group, operands)
            continue
        subject = _positive_part_of(builder, *operands)
        found = subject >= 0
        cells = np.empty(group.size, np.int64)
        cells[found] = builder.add("pos", int(found.sum()), (subject[found],), name=group.name)
        cells[~found] = builder.add("where", int((~found).sum()), tuple(part[~found] for part in operands), name=group.name)
        moved[group.cells] = cells
    return finish(builder, program, moved)


def _positive_part_of(builder: Builder, condition: Cells, there: Cells, otherwise: Cells) -> Cells:
    """Return of which cells these choices are the positive part, or -1."""
    # Both ways to write it give the same number for every x, 0 and NaN included.
    left, right = np.where(condition >= 0, builder.operands[0, condition], -1), builder.operands[1, condition]
    against_zero = (right >= 0) & builder.is_value(right, 0.0)
    above = builder.where(condition, "gt", "ge") & (left == there) & builder.is_value(otherwise, 0.0)
    below = builder.where(condition, "lt", "le") & (left == otherwise) & builder.is_value(there, 0.0)
    return np.where(against_zero & (above | below), left, -1)


# -- factors out of sums


def factor_sums(program: Program, quantities: Mapping[str, Quantity]) -> Program:
    """Take factors that are the same for all addends out of sums, also out of sums of positive parts.

    The positive part of a product is the product of the factors that cannot be negative and the positive part of the rest.

    Parameters
    ----------
    quantities
        Whose ranges tell which inputs cannot be negative.
    """
    work = _Factoring(quantities)
    moved = np.full(program.size, -1, np.int64)
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        moved[group.cells] = work.sums(group, operands[0]) if group.op == "Sum" else work.builder.copy(group, operands)
    return finish(work.builder, program, moved, work.relied_on)


class _Factoring:
    def __init__(self, quantities: Mapping[str, Quantity]) -> None:
        self.builder = Builder()
        self.signs = Signs(self.builder, quantities)
        self.relied_on: list[Cells] = []

    def sums(self, group: Group, operands: Cells) -> Cells:
        """Return the cells of a group of sums, factored where that is possible."""
        assert group.starts is not None
        self.signs.follow()
        kinds = _kind_of_runs(self.builder, operands, group.starts)
        cells = np.full(group.size, -1, np.int64)
        for kind in np.unique(kinds[kinds >= 0]):
            chosen = kinds == kind
            some, starts = some_runs(operands, group.starts, chosen)
            found = self.factored(some, starts, group.name)
            # Runs of one kind share their factors or do not; the others stay sums as they are.
            if found is not None:
                cells[chosen] = found
        rest = cells < 0
        if rest.any():
            cells[rest] = self.builder.reduce("Sum", *some_runs(operands, group.starts, rest), group.name)
        return cells

    def factored(self, operands: Cells, starts: Cells, name: str) -> Cells | None:
        """Return sums with factors before them, or ``None`` where no factor leaves."""
        positive = bool(self.builder.where(operands[:1], "pos")[0])
        factors = factors_of(self.builder, self.builder.operands[0, operands] if positive else operands)
        outside, inside, tied = self.divided(factors, starts, positive=positive)
        # Nothing leaves, or nothing stays: the sum of a constant is left to be done now.
        if not outside or not inside + tied:
            return None
        if tied:
            inside.append((self.builder.apply("pos", product_of(self.builder, tied, name), name=name), False))
        total = self.builder.reduce("Sum", product_of(self.builder, inside, name), starts, name)
        return product_of(self.builder, [(total, False), *((cells[starts[:-1]], over) for cells, over in outside)], name)

    def divided(self, factors: list[Factor], starts: Cells, *, positive: bool) -> tuple[list[Factor], list[Factor], list[Factor]]:
        """Return the factors that leave the sum, those that stay, and those that stay within a positive part."""
        outside: list[Factor] = []
        inside: list[Factor] = []
        tied: list[Factor] = []
        for cells, over in factors:
            constant = bool((cells == np.repeat(cells[starts[:-1]], np.diff(starts))).all())
            # max(0, f x) is f max(0, x) only for an f that is not below zero.
            unproven = cells[~self.signs.proven[cells]] if positive else cells[:0]
            if constant and self.signs.likely[unproven].all():
                # Likely is not proven: the status cell then asks for it in every draw, and a draw where it fails is done as printed.
                self.relied_on.append(np.unique(unproven))
                outside.append((cells, over))
            else:
                (tied if len(unproven) else inside).append((cells, over))
        return outside, inside, tied


def _kind_of_runs(builder: Builder, operands: Cells, starts: Cells) -> Cells:
    """Return the operation that all operands of a run come from if it is a product or a positive part, else -1."""
    codes = builder.op[operands].astype(np.int64)
    # Of other operations there is nothing to take out.
    codes[~builder.where(operands, "mul", "div", "pos")] = -1
    least, most = np.minimum.reduceat(codes, starts[:-1]), np.maximum.reduceat(codes, starts[:-1])
    return np.where(least == most, least, -1)


def flatten_sums(program: Program) -> Program:
    """Write a sum of sums as one sum, where nothing else reads the inner ones."""
    uses = np.zeros(program.size, np.int64)
    uses[program.roots()] = 2
    bounds: dict[int, Cells] = {}
    for group in program.groups:
        for cells in group.operands:
            np.add.at(uses, cells, 1)
        if group.op == "Sum" and group.starts is not None:
            parts = np.split(group.operands[0], group.starts[1:-1])
            bounds |= dict(zip(group.cells.tolist(), parts, strict=True))
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    for group in program.groups:
        if group.op != "Sum":
            moved[group.cells] = builder.copy(group, tuple(moved[cells] for cells in group.operands))
            continue
        runs = [_flat(bounds[cell], bounds, uses) for cell in group.cells.tolist()]
        starts = np.concatenate([[0], np.cumsum([len(run) for run in runs])])
        moved[group.cells] = builder.reduce("Sum", moved[np.concatenate(runs)], starts, group.name)
    return finish(builder, program, moved)


def _flat(run: Cells, runs: Mapping[int, Cells], uses: np.ndarray) -> Cells:
    """Return the addends of a sum, with those of sums inside it that are read once."""
    # All or none: one flat run of sums and single addends would add these in another order than written, and so in other bits.
    if not all(cell in runs and uses[cell] == 1 for cell in run.tolist()):
        return run
    return np.concatenate([_flat(runs[cell], runs, uses) for cell in run.tolist()])


# -- products


def factors_of(builder: Builder, cells: Cells, *, over: bool = False) -> list[Factor]:
    """Return the factors of products, in written order; a place is opened only where all cells are products there."""
    if builder.where(cells, "mul").all():
        first, second = builder.operands[0, cells], builder.operands[1, cells]
        return factors_of(builder, first, over=over) + factors_of(builder, second, over=over)
    # What divides a divisor multiplies: `over` turns with each quotient that is entered.
    if builder.where(cells, "div").all():
        first, second = builder.operands[0, cells], builder.operands[1, cells]
        return factors_of(builder, first, over=over) + factors_of(builder, second, over=not over)
    return [(cells, over)]


def product_of(builder: Builder, factors: list[Factor], name: str = "") -> Cells:
    """Return the product of factors, in their order; divisors come last."""
    ordered = sorted(factors, key=lambda factor: factor[1])
    result, over = ordered[0]
    if over:
        result = builder.apply("div", np.array(builder.constant(1.0)), result, name=name)
    for cells, divides in ordered[1:]:
        result = builder.apply("div" if divides else "mul", result, cells, name=name)
    return result


def regroup_products(program: Program) -> Program:
    """Multiply first what depends on the fewest members, so that it is done once and not for every member of another index."""
    builder = Builder()
    moved = np.full(program.size, -1, np.int64)
    whole = _ends_of_products(program)
    for group in program.groups:
        operands = tuple(moved[cells] for cells in group.operands)
        cells = builder.copy(group, operands)
        ends = whole[group.cells]
        if group.op in ("mul", "div") and ends.any():
            cells = cells.copy()
            cells[ends] = _regrouped(builder, cells[ends], group.name)
        moved[group.cells] = cells
    return finish(builder, program, moved)


def _ends_of_products(program: Program) -> np.ndarray:
    """Return the products that are no factor of another product."""
    ends = np.ones(program.size, bool)
    used = np.zeros(program.size, bool)
    used[program.roots()] = True
    for group in program.groups:
        for cells in group.operands:
            if group.op in ("mul", "div"):
                ends[cells] = False
            else:
                used[cells] = True
    return ends | used


def _regrouped(builder: Builder, cells: Cells, name: str) -> Cells:
    factors = factors_of(builder, cells)
    patterns: dict[bytes, list[Factor]] = {}
    for factor in factors:
        patterns.setdefault(_pattern(factor[0]), []).append(factor)
    # Factors with the same pattern of equal cells depend on the same members. Joined first, their product is done once for each
    # such member, and the fewest members come first.
    groups = sorted(patterns.values(), key=lambda held: len(np.unique(held[0][0])))
    # Nothing is saved by another order of two factors, or where every factor depends on members of its own.
    if len(factors) < 3 or len(groups) == 1 or all(len(held) == 1 for held in groups):
        return cells
    parts: list[Factor] = []
    for held in groups:
        # Divisors alone stay divisors: 1 / x as a factor would round once more.
        if all(over for _, over in held):
            parts += held
            continue
        firsts = np.unique(held[0][0], return_index=True)[1]
        own = product_of(builder, [(column[firsts], over) for column, over in held], name)
        spread = np.unique(held[0][0], return_inverse=True)[1]
        parts.append((own[spread], False))
    return product_of(builder, parts, name)


def _pattern(cells: Cells) -> bytes:
    """Return which places of an array are equal, as bytes."""
    _, first, inverse = np.unique(cells, return_index=True, return_inverse=True)
    return first[inverse].tobytes()
