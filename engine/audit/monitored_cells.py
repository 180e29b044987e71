"""Which cells of a quantity lie on days that are monitored."""

from __future__ import annotations

from engine.plan.cell_days import days_of_cell, is_in_time
from engine.plan.time_axes import common, run_of
from engine.run.run import Run
from equations.model.quantity import Quantity


class MonitoredCells:
    """Which cells of a quantity have a day of a monitoring period; one that lies on no days has."""

    def __init__(self, run: Run, quantity: Quantity) -> None:
        self.run, self.quantity = run, quantity
        self.times = [at for at, axis in enumerate(quantity.indices) if is_in_time(run.methodology, run.setting, axis)]
        self.known: dict[tuple[int, ...], bool] = {}

    def __contains__(self, cell: tuple[int, ...]) -> bool:
        key = tuple(cell[at] for at in self.times)
        if key not in self.known:
            days = days_of_cell(self.run.methodology, self.run.setting, self.quantity, cell)
            self.known[key] = days is None or any(common(days, run_of(str(p.start), str(p.end))) for p in self.run.project.periods)
        return self.known[key]
