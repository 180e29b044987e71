"""Published numbers of each cell of a run, with the datasets that give them, and which of them is for the cell's days."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from engine.plan.dataset_cells import filled_cells
from engine.plan.dataset_life import life_of, operating_days_of, which_counts
from engine.plan.setting import holds, letters_of
from engine.plan.time_axes import Days, common, run_of
from engine.project.written_numbers import printed_number
from engine.run.rules import HELD, IDLE
from engine.run.run import Run
from equations.model.dataset import Dataset
from equations.model.quantity import Quantity
from equations.records import record

Cell = tuple[int, ...]


@record(frozen=True)
class PublishedNumber:
    """A number that a dataset gives for a cell, in the quantity's unit; ``bound``: which end of an interval it is."""

    dataset: Dataset
    value: float
    bound: str = ""


class Published:
    """All published numbers of the quantities of a run."""

    def __init__(self, run: Run, quantities: Iterable[Quantity]) -> None:
        self.run = run
        wanted = {quantity.id for quantity in quantities}
        self.of: dict[str, dict[Cell, list[PublishedNumber]]] = {}
        for dataset in sorted(run.methodology.datasets, key=lambda one: one.use != "default"):
            for block in (block for block in dataset.values if block.quantity in wanted):
                quantity = run.methodology.quantity[block.quantity]
                for labels, text in (cell for cell in block.cells if cell[1] != "NA"):
                    number = PublishedNumber(dataset, printed_number(quantity, text, block.unit), block.bound)
                    for cell in filled_cells(run.methodology, run.setting, quantity, labels, block):
                        self.of.setdefault(quantity.id, {}).setdefault(cell, []).append(number)

    def days(self, quantity: Quantity, cell: Cell) -> Days:
        """Return the days of monitoring of a cell; those of operation where none of them is monitored."""
        days = operating_days_of(self.run.methodology, self.run.setting, quantity, cell)
        monitored = tuple(run for period in self.run.project.periods for run in common(days, run_of(str(period.start), str(period.end))))
        return monitored or days

    def outside(self, dataset: Dataset, quantity: Quantity, cell: Cell) -> Days:
        """Return the days of a cell on which a dataset is not valid."""
        life = life_of(self.run.methodology, dataset)
        found = []
        for first, last in self.days(quantity, cell) if life.is_dated else ():
            found += [part for part in ((first, min(last, life.first - 1)), (max(first, life.last + 1), last)) if part[0] <= part[1]]
        return tuple(found)

    def is_allowed(self, dataset: Dataset, quantity: Quantity, cell: Cell) -> bool:
        """Whether the conditions of a dataset hold for a cell: its own, for each member that they leave open, and the rules that it names."""
        verdicts = {verdict.rule: verdict.state for verdict in self.run.verdicts}
        if any(verdicts.get(rule, HELD) not in (HELD, IDLE) for rule in dataset.allowed_by):
            return False
        return dataset.allowed is None or all(holds(dataset.allowed, self.run.setting, at) for at in self.letters(dataset, quantity, cell))

    def letters(self, dataset: Dataset, quantity: Quantity, cell: Cell) -> list[dict[str, str]]:
        """Return what the letters of a condition stand for at a cell; every member where the cell has no such index."""
        assert dataset.allowed is not None
        members, sets = self.run.setting.members, dict(dataset.letters)
        at = {axis: members[axis][place] for axis, place in zip(quantity.indices, cell, strict=True)}
        found: list[dict[str, str]] = [{}]
        for letter in sorted(letters_of(dataset.allowed)):
            labels = (at[sets[letter]],) if sets[letter] in at else members[sets[letter]]
            found = [{**one, letter: label} for one in found for label in labels]
        return found

    def due(self, quantity: Quantity, cell: Cell, without: str = "") -> PublishedNumber | None:
        """Return the published number that is for a cell: valid on its first day, allowed, and first among the sources."""
        fit = [
            one for one in self.of.get(quantity.id, {}).get(cell, ())
            if one.dataset.id != without and self.fits(one.dataset, quantity, cell)
        ]  # fmt: skip
        return reduce(lambda one, other: self.before(quantity, cell, one, other), fit) if fit else None

    def is_valid(self, dataset: Dataset, quantity: Quantity, cell: Cell) -> bool:
        """Whether a dataset is valid on the first day of a cell."""
        life, days = life_of(self.run.methodology, dataset), self.days(quantity, cell)
        return not days or life.first <= days[0][0] <= life.last

    def fits(self, dataset: Dataset, quantity: Quantity, cell: Cell) -> bool:
        """Whether a dataset is valid on the first day of a cell, and allowed there."""
        return self.is_valid(dataset, quantity, cell) and self.is_allowed(dataset, quantity, cell)

    def before(self, quantity: Quantity, cell: Cell, one: PublishedNumber, other: PublishedNumber) -> PublishedNumber:
        """Return which of two published numbers is for a cell; the first where nothing says."""
        found = which_counts(self.run.methodology, self.run.setting, quantity, cell, one.dataset.id, other.dataset.id)
        return other if found == other.dataset.id != one.dataset.id else one
