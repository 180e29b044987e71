"""The numbers of a run with where each comes from: its equation with numbers put in, each of them a link, or its source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

import numpy as np

from engine.documents.model import Figure, Inline, Inlines
from engine.explain.trace import Tracer
from engine.explain.trace_node import TraceNode
from engine.plan.cells import ABSENT, EXCLUDED, NOT_APPLICABLE
from engine.project.written_numbers import Origin
from engine.run.cell_reads import Cell
from engine.run.run import Run
from engine.run.said_values import value_text
from equations.model.cell_labels import written_cell
from equations.model.equation import Equation

_MARK = re.compile("\x01([^\x01\x02]*):([0-9]+)\x02")
_MOST_READS = 60


class _LinkingTracer(Tracer):
    """Writes marks in place of numbers, so that a document can make each of them a link."""

    most_terms = 400

    def written(self, quantity: str, place: Cell) -> str:
        array = self.run.values.arrays[quantity]
        flat = int(np.ravel_multi_index(place, array.shape)) if place else 0
        mark = f"\x01{quantity}:{flat}\x02"
        return f"({mark})" if float(array[place]) < 0 else mark


@dataclass(frozen=True, slots=True)
class TracedNumber:
    """One number of a run.

    Attributes
    ----------
    cell
        Its position when the quantity's cells are counted through, the last index fastest.
    worked
        Its equation with marks for numbers; :meth:`Figures.worked` makes parts of a line of it.
    """

    quantity: str
    cell: int
    labels: tuple[str, ...]
    value: float
    text: str
    state: str = ""
    equation: str = ""
    worked: str = ""
    reads: tuple[tuple[str, int], ...] = ()
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """``A[E, 2018]``."""
        return written_cell(self.quantity, self.labels)


@dataclass(frozen=True)
class Figures:
    """All numbers of a run."""

    run: Run

    @cached_property
    def numbers(self) -> dict[str, tuple[TracedNumber, ...]]:
        """Quantity -> its numbers that exist and were needed."""
        tracer = _LinkingTracer(self.run)
        return {q.id: tuple(self._of(q.id, tracer)) for q in self.run.methodology.quantities if q.id in self.run.values.arrays}

    @cached_property
    def by_cell(self) -> dict[tuple[str, int], TracedNumber]:
        """(quantity, cell) -> number."""
        return {(n.quantity, n.cell): n for numbers in self.numbers.values() for n in numbers}

    def _of(self, quantity: str, tracer: _LinkingTracer) -> Iterator[TracedNumber]:
        run = self.run
        array, states = run.values.arrays[quantity], run.values.states[quantity]
        opaque = {e.id for e in run.methodology.definitions.get(quantity, ()) if tracer.is_opaque(e)}
        for flat, cell in enumerate(np.ndindex(*array.shape)):
            state = int(states[cell])
            value = float(array[cell])
            if state in (ABSENT, NOT_APPLICABLE) or (state != EXCLUDED and not math.isfinite(value)):
                continue  # not needed, not there, or asked for by a rule that goes without it
            # Depth 0: the page links each number to those that it reads, so that no tree is needed and every number is traced once.
            node = tracer.node(quantity, cell, 0)
            text = "NA" if state == EXCLUDED else value_text(run.methodology.quantity[quantity].type, value)
            reads = self._reads(tracer, node, cell) if node.equation_id in opaque else ()
            yield TracedNumber(
                quantity=quantity,
                cell=flat,
                labels=node.labels,
                value=value,
                text=text,
                state="NA" if state == EXCLUDED else "",
                equation=node.equation_id,
                worked=_readable(node.substituted),
                reads=reads,
                origin=node.origin,
            )

    def _reads(self, tracer: _LinkingTracer, node: TraceNode, cell: Cell) -> tuple[tuple[str, int], ...]:
        """Return what an equation reads whose numbers cannot be written into it, such as one that was solved."""
        step = tracer.run.values.step_at(node.quantity, cell)
        if step is None:
            return ()
        equation = self.run.methodology.equation[step.equation]
        scope, formula = tracer.element_form(equation, tracer.scope(step, cell), cell)
        found = tracer.cells.reads(formula, scope)[:_MOST_READS]
        arrays = self.run.values.arrays
        return tuple((q, int(np.ravel_multi_index(place, arrays[q].shape)) if place else 0) for q, place in found)

    def figure(self, quantity: str, cell: int, text: str = "") -> Inline:
        """Return a number as a part of a line that leads to its origin."""
        found = self.by_cell.get((quantity, cell))
        return Figure(text or found.text, quantity, cell) if found is not None else text or "–"

    def worked(self, one: TracedNumber) -> Inlines:
        """Return the equation of a number with numbers in it."""
        parts: list[Inline] = []
        end = 0
        for match in _MARK.finditer(one.worked):
            if match.start() > end:
                parts.append(one.worked[end : match.start()])
            parts.append(self.figure(match[1], int(match[2])))
            end = match.end()
        return (*parts, one.worked[end:]) if end < len(one.worked) else tuple(parts)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """The equations that gave any number, in the order of the spec."""
        used = {n.equation for numbers in self.numbers.values() for n in numbers if n.equation}
        return tuple(e for e in self.run.methodology.equations if e.id in used)

    def of_equation(self, equation: Equation) -> tuple[TracedNumber, ...]:
        """Return the numbers that an equation gave."""
        return tuple(n for n in self.numbers.get(equation.quantity, ()) if n.equation == equation.id)


def _readable(worked: str) -> str:
    """Return a formula with numbers with the signs of print."""
    return worked.replace(" * ", " × ").replace(" - ", " − ").replace("   (", " \N{EM DASH} (").replace(") - ", ") − ")


def place_text(origin: Origin) -> str:
    """Return file, line and column of a value without folders, which differ from machine to machine."""
    if origin.place is None:
        return ""
    parts = [PurePath(origin.place.file).name, *(str(x) for x in (origin.place.line, origin.place.column) if x)]
    return ":".join(parts)
