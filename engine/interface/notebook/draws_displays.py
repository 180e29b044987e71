"""Many numbers for one project: a simulation, what a result hangs on, and the input that gives a wanted number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.documents.model import Block, Paragraph, Soft, Strong
from engine.interface.notebook.axis_labels import AxisLabels
from engine.interface.notebook.display import Display, findings_blocks, grid_blocks, lines_block
from engine.interface.notebook.long_table import NUMBER, TEXT, TRUTH, WHOLE, LongTable, columns_of
from engine.interface.notebook.run_numbers import about_run, draws_dataset
from engine.output.markup import Html
from engine.output.terminal import number
from engine.output.text_grid import TextGrid, text_grid
from engine.run.run import Run
from engine.simulate.sensitivity import InputEffect, Sensitivity
from engine.simulate.sensitivity_picture import sensitivity_picture
from engine.simulate.sensitivity_report import effects_grid, shares_grid
from engine.simulate.simulation import Simulation
from engine.simulate.simulation_picture import simulation_picture
from engine.simulate.simulation_report import simulation_remarks, summaries_grid
from engine.simulate.solving import Solved, solved_text
from engine.simulate.statistics import Summary
from engine.typesetting.pictures.rows import Bar, PictureRow, rows_picture
from engine.typesetting.pictures.shapes import BLUE, GREY
from equations.model.cell_labels import written_cell

if TYPE_CHECKING:
    from xarray import Dataset

_STATISTICS = ("single_run", "mean", "median", "standard_error", "skew", "mean_monte_carlo_error")
_EFFECT = {"input": TEXT, "quantity": TEXT, "value": NUMBER, "unit": TEXT, "step": NUMBER, "declared": TRUTH, "derivative": NUMBER,
           "elasticity": NUMBER, "moved_down": NUMBER, "moved_up": NUMBER, "swing": NUMBER, "direction": TEXT, "target": TEXT, "target_unit": TEXT,
           "state": TEXT}  # fmt: skip
_SOLUTION = {"input": TEXT, "value": NUMBER, "unit": TEXT, "nearest": TRUTH, "present": NUMBER, "target": TEXT, "wanted": NUMBER, "reached": NUMBER,
             "target_unit": TEXT, "state": TEXT}  # fmt: skip


class SimulationDisplay(Display[Simulation]):
    """A simulation: statistics as a frame, every draw as labelled arrays."""

    def blocks(self) -> Iterator[Block]:
        found = self.shown
        run = found.run
        yield Paragraph((Strong((run.methodology.reference,)), f"  {run.project.name}"))
        cells = sum(len(variable.names) for variable in found.uncertainty.variables)
        yield Paragraph((f"{found.count:,} draws of {cells} uncertain numbers, seed {found.seed}",), "soft")
        yield from grid_blocks(self.grid())
        if remarks := simulation_remarks(found):
            yield lines_block(remarks)
        yield from findings_blocks(found.findings) if found.findings else ()

    def grid(self) -> TextGrid:
        return summaries_grid(self.shown)

    def picture(self) -> tuple[Html, str]:
        return simulation_picture(self.shown), f"{self.shown.result.name}: {self.shown.count:,} draws"

    def about(self) -> dict[str, str]:
        """Return what the numbers are numbers of."""
        return about_run(self.shown.run) | {"draws": str(self.shown.count), "seed": str(self.shown.seed)}

    def dataset(self) -> Dataset:
        return draws_dataset(self.shown.run, dict(self.shown.draws), self.about())

    def numbers(self) -> LongTable:
        run, summaries = self.shown.run, self.shown.summaries
        levels = [interval.level for interval in self.shown.result.intervals]
        ends = [f"{end}_{level * 100:g}" for level in levels for end in ("low", "high")]
        fixed = {"number": TEXT, "quantity": TEXT, "unit": TEXT, "draws": WHOLE, **dict.fromkeys((*_STATISTICS, *ends), NUMBER), "state": TEXT}
        axes = AxisLabels(run.methodology, fixed)
        cells = {name: (id_, labels) for id_ in self.shown.draws for name, labels in _cells(run, id_, axes)}
        own = {axis: WHOLE if isinstance(label, int) else TEXT for _, labels in cells.values() for axis, label in labels.items()}
        kinds = {"number": TEXT, "quantity": TEXT, **own, **fixed}
        lines = []
        for name, summary in summaries.items():
            quantity, labels = cells.get(name, (name.partition("[")[0], {}))
            lines.append([name, quantity, *(labels.get(axis) for axis in own), *_statistics(summary)])
        return LongTable(columns_of(kinds, lines), self.about())


def _cells(run: Run, quantity: str, axes: AxisLabels) -> Iterator[tuple[str, dict[str, str | int]]]:
    """Yield the name of each cell that has statistics, with its labels by axis."""
    indices = run.methodology.quantity[quantity].indices
    for labels, _, _ in run.cells(quantity):
        shown = (axes.label(axis, label) for axis, label in zip(indices, labels, strict=True))
        yield written_cell(quantity, labels), dict(zip(axes.names(indices), shown, strict=True))


def _statistics(one: Summary) -> list[object]:
    numbers = [one.single, one.mean, one.median, one.se, one.skew, one.mean_error, *(end for i in one.intervals for end in (i.low, i.high))]
    return [one.unit, one.draws, *numbers, "" if all(map(math.isfinite, numbers)) else "not every statistic is a number"]


class SensitivityDisplay(Display[Sensitivity]):
    """What a result hangs on."""

    def blocks(self) -> Iterator[Block]:
        for found in (self.shown, *self.shown.others):
            yield Paragraph((Strong((f"{found.target} = {number(found.value)} {found.unit}",)), Soft((f"  {found.run.project.name}",))))
            yield from grid_blocks(effects_grid(found))
            yield Paragraph(("Each input moved by its declared standard error, or by a tenth (*).",), "soft")
            if found.sobol:
                yield from grid_blocks(shares_grid(found))
            yield from findings_blocks(found.findings) if found.findings else ()

    def grid(self) -> TextGrid:
        return effects_grid(self.shown)

    def picture(self) -> tuple[Html, str]:
        return sensitivity_picture(self.shown), f"what {self.shown.target} hangs on"

    def numbers(self) -> LongTable:
        lines = [_effect(one, found) for found in (self.shown, *self.shown.others) for one in found.effects]
        return LongTable(columns_of(_EFFECT, lines), about_run(self.shown.run))


def _effect(one: InputEffect, found: Sensitivity) -> list[object]:
    apart = [("derivative", one.derivative), ("elasticity", one.elasticity), ("result moved down", one.low), ("result moved up", one.high)]
    lacking = ", ".join(name for name, value in apart if not math.isfinite(value))
    swing = one.swing if math.isfinite(one.high - one.low) else None
    return [one.name, one.quantity, one.value, one.unit, one.step, one.declared, one.derivative, one.elasticity, one.low, one.high, swing,
            one.direction, found.target, found.unit, f"no {lacking}" if lacking else ""]  # fmt: skip


class SolvedDisplay(Display[Solved]):
    """The value of an input that gives a wanted number."""

    def blocks(self) -> Iterator[Block]:
        yield lines_block(solved_text(self.shown).splitlines())

    def grid(self) -> TextGrid:
        found = self.shown
        rows = [[found.input, found.unit, f"{value:.10g}", "" if at else f"{found.target} = {found.reached:.10g} {found.target_unit}"]
                for at, value in enumerate(self.values())]  # fmt: skip
        return text_grid(("input", "unit", "value", "gives"), [[found.input, found.unit, f"{found.present:.10g}", "now"], *rows], (2,))

    def values(self) -> list[float]:
        """Return every value that was found, the nearest to the present one first."""
        return list(dict.fromkeys((self.shown.value, *self.shown.roots.values)))

    def numbers(self) -> LongTable:
        found = self.shown
        lines = [[found.input, value, found.unit, not at, found.present, found.target, found.wanted, None if at else found.reached, found.target_unit,
                  "what it reaches was computed for the nearest alone" if at else ""] for at, value in enumerate(self.values())]  # fmt: skip
        return LongTable(columns_of(_SOLUTION, lines), {})

    def picture(self) -> tuple[Html, str]:
        found = self.shown
        title = f"{found.input}, so that {found.target} = {number(found.wanted)} {found.target_unit}"
        rows = [PictureRow("now", number(found.present), (Bar(None, found.present, GREY),))]
        for at, value in enumerate(self.values()):
            rows.append(PictureRow("found" if not at else "found too", number(value), (Bar(None, value, BLUE),), strong=not at))
        return rows_picture(title, "", found.unit, rows, at=found.present), title
