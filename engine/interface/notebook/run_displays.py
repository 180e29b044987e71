"""A run: its yearly table and results, every number, its charts; and the way from a number to its sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.documents.model import Badge, Block, Break, Code, Fold, Inline, Inlines, Paragraph, Soft, Strong
from engine.documents.report.flow_charts import flow_charts
from engine.explain.trace import explain, parse_target
from engine.explain.trace_node import TraceNode, given_text
from engine.explain.traces import Traces
from engine.interface.notebook.cell_picture import quantities_picture
from engine.interface.notebook.display import Display, findings_blocks, grid_blocks, lines_block
from engine.interface.notebook.long_table import LongTable
from engine.interface.notebook.run_numbers import run_dataset, run_table, wanted
from engine.output.drawing import Drawing
from engine.output.markup import Html
from engine.output.text_grid import TextGrid, text_grid
from engine.report.run_report import decimals, head_lines, result_lines, yearly_grid
from engine.report.yearly_table import yearly_table
from engine.run.run import Run
from engine.typesetting.pictures.shapes import below
from equations.model.cell_labels import written_cell

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import Dataset


class RunDisplay(Display[Run]):
    """A run."""

    def blocks(self) -> Iterator[Block]:
        run = self.shown
        yield lines_block(head_lines(run), strong=f"{run.methodology.reference}  {run.methodology.title}")
        yield from result_blocks(run)
        yield from findings_blocks(run.findings)

    def grid(self, quantity: str = "") -> TextGrid:
        run = self.shown
        yearly = yearly_table(run)
        if not quantity and yearly.rows:
            return yearly_grid(yearly)
        rows = []
        for id_ in (run.declared(quantity).id,) if quantity else tuple(id_ for id_ in run.plan.targets if id_ in run.values.arrays):
            own = run.methodology.quantity[id_]
            unit = str(own.unit) if own.type == "number" else ""
            rows += [[written_cell(id_, labels), state or decimals(own.type, value), unit] for labels, value, state in run.cells(id_)]
        return text_grid(("number", "value", "unit"), rows, (1,))

    def numbers(self) -> LongTable:
        return run_table(self.shown, wanted(self.shown, ()))

    def frame(self, *quantities: str) -> DataFrame:
        return run_table(self.shown, wanted(self.shown, quantities)).frame()

    def dataset(self, *quantities: str) -> Dataset:
        return run_dataset(self.shown, wanted(self.shown, quantities))

    def drawing(self, quantity: str = "") -> Drawing:
        return Drawing(*(quantities_picture(self.shown, (self.shown.declared(quantity).id,)) if quantity else self.picture()))

    def picture(self) -> tuple[Html, str]:
        return run_picture(self.shown)

    def explained(self, name: str, depth: int) -> Traces:
        """Return the way from a number to its sources."""
        return Traces(explain(self.shown, quantity, cell, depth) for quantity, cell in parse_target(self.shown, name))


def result_blocks(run: Run) -> Iterator[Block]:
    """Yield the yearly table of a run and its results."""
    yearly = yearly_table(run)
    if yearly.rows:
        yield from grid_blocks(yearly_grid(yearly))
        if yearly.note:
            yield Paragraph((yearly.note,), "soft")
    if lines := list(result_lines(run)):
        yield lines_block(lines)


def run_picture(run: Run) -> tuple[Html, str]:
    """Return the charts of a run one below the other; where its methodology gives no roles, its results.

    Raises
    ------
    InputError
        I508 where there is no number to draw.
    """
    charts = [Html(chart.svg) for chart in flow_charts(run)]
    if not charts:
        return quantities_picture(run, tuple(run.results) or tuple(id_ for id_ in run.plan.targets if id_ in run.values.arrays))
    title = f"{run.project.name}, {run.methodology.reference}"
    return below(title, *charts), title


class TracesDisplay(Display[Traces]):
    """Numbers with their origins."""

    def blocks(self) -> Iterator[Block]:
        for node in self.shown:
            yield from _trace_blocks(node)


class TraceDisplay(Display[TraceNode]):
    """One number with its origin."""

    def blocks(self) -> Iterator[Block]:
        return _trace_blocks(self.shown)


def _trace_blocks(node: TraceNode) -> Iterator[Block]:
    """Yield a number, its formula with numbers in it, and under it what it follows from; each of these opens on a click."""
    yield Paragraph(_trace_head(node))
    yield from _trace_body(node)


def _trace_head(node: TraceNode) -> Inlines:
    head: Inlines = (Code(node.name), " = ", Strong((node.said,)), " ")
    if not node.equation:
        return (*head, Soft((given_text(node),)))
    said = "; ".join(text for text in (node.tool, node.ground) if text)
    return (*head, Badge(node.equation, "number"), Soft((f" {said}" if said else "", " (shown above)" if node.repeated else "")))


def _trace_body(node: TraceNode) -> Iterator[Block]:
    if not node.equation or node.repeated:
        return
    written = [f"= {text}" for text in dict.fromkeys((node.formula, node.substituted)) if text]
    parts: list[Inline] = [part for text in written for part in (Break(), Code(text))]
    yield Paragraph(tuple(parts[1:]))
    for child in node.uses:
        below_it = tuple(_trace_body(child))
        yield Fold(_trace_head(child), below_it) if below_it else Paragraph(_trace_head(child))
    if node.zeros:
        yield Paragraph((f"({'1 cell that is zero is' if node.zeros == 1 else f'{node.zeros} cells that are zero are'} not shown)",), "soft")
