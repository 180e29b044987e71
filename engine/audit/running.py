"""What else ran at the members and on the days of a number: another measured quantity that is not zero there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from engine.audit.series import Cell, GivenCells
from engine.plan.cell_days import days_of_cell, is_in_time
from engine.plan.time_axes import Days, common
from equations.formula.operands import PRODUCT, parts_of
from equations.formula.syntax import Element, walk


class Running:
    """Quantities that tell whether something ran where a quantity has a number.

    They are measured at the same members, and are amounts (power beside fuel) or factors of one product with it (the share of stoves in use beside
    how many there are): the stock of a piece of land says nothing of whether wood was cut there.
    """

    def __init__(self, cells: GivenCells, all_: Iterable[GivenCells]) -> None:
        self.cells = cells
        self.beside = tuple(other for other in all_ if other is not cells and self.tells(other))

    def tells(self, other: GivenCells) -> bool:
        """Whether another quantity says something of this one."""
        members = [axis for axis in self.cells.quantity.indices if not self.is_time(axis)]
        shared = members == [axis for axis in other.quantity.indices if not self.is_time(axis)] and bool(self.cells.quantity.indices)
        is_same = other.quantity.indices == self.cells.quantity.indices
        measured = other.quantity.kind == "monitored" and other.quantity.type == "number"
        return measured and (is_same or (shared and bool(members))) and (other.quantity.is_amount or other.quantity.id in self.factors)

    @cached_property
    def factors(self) -> frozenset[str]:
        """What the quantity is multiplied by somewhere."""
        own, found = self.cells.quantity.id, set[str]()
        for equation in self.cells.run.methodology.equations:
            for node in walk(equation.formula):
                names = {part.quantity for op, part in parts_of(node, PRODUCT) if op == "*" and isinstance(part, Element)}
                found |= names if own in names else set()
        return frozenset(found - {own})

    def at(self, cell: Cell) -> tuple[GivenCells, Cell] | None:
        """Return the first number that is measured at the members of a cell and on its days, and is not zero."""
        return next(((other, own) for other in self.beside for own in self.places(other, cell)
                     if own in other.states and other.is_measured(own) and other.value(own) != 0), None)  # fmt: skip

    def of_another_kind(self, cell: Cell) -> tuple[GivenCells, Cell] | None:
        """Return the same of what measures something else, as fuel and power: that one is zero says something of the other."""
        found = [other for other in self.beside if not other.quantity.unit.same_dimension(self.cells.quantity.unit)]
        return Running(self.cells, found).at(cell) if found else None

    def places(self, other: GivenCells, cell: Cell) -> Iterable[Cell]:
        """Return the cells of another quantity at the same members whose days all lie in those of a cell: a year says nothing of one month."""
        if other.quantity.indices == self.cells.quantity.indices:
            return (cell,)
        labels, days = self.labels(self.cells, cell), self.days(self.cells, cell)
        return (own for own in other.states if self.labels(other, own) == labels and self.lies_in(self.days(other, own), days))

    def labels(self, cells: GivenCells, cell: Cell) -> tuple[int, ...]:
        return tuple(at for at, axis in zip(cell, cells.quantity.indices, strict=True) if not self.is_time(axis))

    def days(self, cells: GivenCells, cell: Cell) -> Days | None:
        return days_of_cell(cells.run.methodology, cells.run.setting, cells.quantity, cell)

    @staticmethod
    def lies_in(one: Days | None, other: Days | None) -> bool:
        return one is not None and (other is None or common(one, other) == tuple(one))

    def is_time(self, axis: str) -> bool:
        return is_in_time(self.cells.run.methodology, self.cells.run.setting, axis)
