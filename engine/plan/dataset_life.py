"""When datasets are valid, and which of two gives a cell."""

from __future__ import annotations

from datetime import date, timedelta

from engine.plan.cell_days import days_of_cell
from engine.plan.setting import Setting
from engine.plan.time_axes import Days, common, operation
from equations.model.dataset import Dataset
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record

_ALWAYS = (date.min.toordinal(), date.max.toordinal())


@record(frozen=True)
class Life:
    """First and last day on which a dataset is valid, as ordinals."""

    first: int = _ALWAYS[0]
    last: int = _ALWAYS[1]

    @property
    def is_dated(self) -> bool:
        """Whether it has a limit."""
        return (self.first, self.last) != _ALWAYS

    @property
    def days(self) -> Days:
        """As days of an axis in time."""
        return ((self.first, self.last),)

    def __str__(self) -> str:
        first, last = (date.fromordinal(day).isoformat() for day in (self.first, self.last))
        if self.first == _ALWAYS[0]:
            return f"until {last}"
        return f"{first} to {last}" if self.last != _ALWAYS[1] else f"from {first}"


def life_of(methodology: Methodology, dataset: Dataset) -> Life:
    """Return when a dataset is valid; one that is superseded until the day before the next one begins."""
    first = date.fromisoformat(dataset.valid_from).toordinal() if dataset.valid_from else _ALWAYS[0]
    last = date.fromisoformat(dataset.valid_to).toordinal() if dataset.valid_to else _ALWAYS[1]
    later = methodology.dataset.get(dataset.superseded_by)
    if later is not None and later.valid_from:
        last = min(last, (date.fromisoformat(later.valid_from) - timedelta(days=1)).toordinal())
    return Life(first, max(last, first))


def operating_days_of(methodology: Methodology, setting: Setting, quantity: Quantity, cell: tuple[int, ...]) -> Days:
    """Return the days of operation on which a cell lies: all of them where none of its axes is in time."""
    days = days_of_cell(methodology, setting, quantity, cell)
    return operation(setting) if days is None else common(days, operation(setting))


def which_counts(
    methodology: Methodology, setting: Setting, quantity: Quantity, cell: tuple[int, ...], one: str, other: str
) -> str | None:
    """Return which of two datasets gives a cell; ``None`` where neither their lives nor the order of sources says.

    The one that is valid on the first day of operation of the cell; of two that are, the one that stands first among the sources of the
    quantity, else the one whose life began last. Where none is valid any more the one whose life began last counts, before all lives the
    one that begins first.
    """
    days = operating_days_of(methodology, setting, quantity, cell)
    if not days or one == other:
        return None
    lives = {id_: life_of(methodology, methodology.dataset[id_]) for id_ in (one, other)}
    valid = [id_ for id_, life in lives.items() if life.first <= days[0][0] <= life.last]
    if len(valid) == 1:
        return valid[0]
    if valid and one in quantity.sources and other in quantity.sources:
        return min(valid, key=quantity.sources.index)
    begun = [id_ for id_, life in lives.items() if life.first <= days[0][0]]
    if lives[one].first == lives[other].first:
        return None
    return max(begun, key=lambda id_: lives[id_].first) if begun else min(lives, key=lambda id_: lives[id_].first)
