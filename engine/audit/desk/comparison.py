"""What documents state beside what is recomputed: what agrees, what follows from a difference before it, and where they part first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.claimed_run import claimed_run
from engine.audit.desk.statement import CUT, DIFFERS, Cell, StatedNumber
from engine.run.run import Run
from equations.formula.syntax import quantities_in
from equations.records import record

Arrays = Mapping[str, NDArray[np.float64]]
#: What a statement is beside the recomputation.
ROUNDED, FOLLOWS, PARTS, INPUT = "rounded before", "follows", "parts", "another input"
#: Patterns of signs by which it is tried how far printed digits carry; and how much more is allowed for.
_PATTERNS, _MARGIN = 4, 3.0


@record(frozen=True)
class Beside:
    """One statement beside the recomputation.

    Attributes
    ----------
    ours
        What the run has, in the quantity's unit; ``follows`` what comes out from the stated numbers before it.
    state
        :data:`AGREES`; :data:`CUT` where it agrees cut off; ``rounded before`` where it is near and agrees if what it reads is rounded as printed;
        ``follows`` from a difference before it; ``parts`` here; ``another input``.
    room
        How far ``follows`` may be off, since the numbers before it are printed.
    """

    statement: StatedNumber
    ours: float
    follows: float
    state: str
    room: float = 0.0

    @property
    def distance(self) -> float:
        """Stated less recomputed, in the quantity's unit."""
        return self.statement.value - self.ours

    @property
    def is_different(self) -> bool:
        """Whether the stated digits are not those that come out."""
        return self.state in (FOLLOWS, PARTS, INPUT)


@dataclass(frozen=True)
class Compared:
    """All statements of a run beside it.

    Attributes
    ----------
    comparisons
        In the order of computation.
    arrays
        The numbers of the run that goes on with every stated number that differs.
    """

    run: Run
    comparisons: tuple[Beside, ...]
    arrays: Arrays

    @cached_property
    def parting(self) -> tuple[Beside, ...]:
        """Where statements part from the recomputation first."""
        return tuple(one for one in self.comparisons if one.state == PARTS)


def compare(run: Run, statements: Sequence[StatedNumber], *, go_on_with_inputs: bool = True) -> Compared:
    """Set statements beside a run.

    Parameters
    ----------
    go_on_with_inputs
        Whether an input that is stated otherwise counts for what is computed from it; else the project's own does.
    """
    order = {quantity: at for at, quantity in enumerate((*run.inputs.values, *(q for stage in run.plan.stages for q in stage.quantities)))}
    ordered = sorted(statements, key=lambda one: (order.get(one.quantity, 0), one.cells[0], len(one.cells)))
    found = [Beside(one, ours := value_of(one, run.values.arrays), ours, one.judged(ours)) for one in ordered]
    if all(one.state != DIFFERS for one in found):
        return Compared(run, tuple(found), run.values.arrays)
    return _Parting(run, found, go_on_with_inputs).compared()


def value_of(statement: StatedNumber, arrays: Arrays) -> float:
    """Return the number that a statement means, one cell after the other."""
    array = arrays[statement.quantity]
    return float(np.add.accumulate([array[cell] for cell in statement.cells])[-1])


def _by_cell(statements: Iterable[StatedNumber]) -> dict[tuple[str, Cell], float]:
    """Return the stated number of each cell; of two documents the first counts."""
    found: dict[tuple[str, Cell], float] = {}
    for one in statements:
        if one.cell is not None:
            found.setdefault((one.quantity, one.cell), one.value)
    return found


@dataclass(frozen=True)
class _Parting:
    """Finds where statements part, of which those that differ from the run are known."""

    run: Run
    found: Sequence[Beside]
    go_on_with_inputs: bool

    @cached_property
    def forced(self) -> dict[tuple[str, Cell], float]:
        """Cells for which another number is stated, and that number."""
        counts = (one.statement for one in self.found if self.go_on_with_inputs or one.statement.quantity not in self.run.inputs.values)
        differing = {id(one.statement) for one in self.found if one.state == DIFFERS}
        return _by_cell(one for one in counts if id(one) in differing)

    def compared(self) -> Compared:
        """Return every statement with its state."""
        claimed = claimed_run(self.run, self.forced)
        # Two runs: one goes on with what is stated otherwise, the other with every stated number as it is printed. What the second
        # gives and the first does not was rounded on the way.
        printed = claimed_run(self.run, {**_by_cell(one.statement for one in self.found if one.state != DIFFERS), **self.forced})
        moved = self.moved()
        found = []
        for one in self.found:
            then = _then(one.statement, claimed)
            gaps = [abs(_then(one.statement, other) - then) for other in moved]
            room = _MARGIN * max((gap for gap in gaps if np.isfinite(gap)), default=0.0)
            state = self.state(one.statement, then, _then(one.statement, printed), room) if one.state == DIFFERS else one.state
            found.append(replace(one, follows=then, state=state, room=room))
        return Compared(self.run, tuple(found), claimed[0])

    def state(self, one: StatedNumber, then: float, printed: float, room: float) -> str:
        """Return the state of a statement that differs from the recomputation."""
        if one.quantity in self.run.inputs.values:
            return INPUT
        behind = self.is_behind(one)
        if behind and (one.agrees(then, room) or one.judged(then) == CUT):
            return FOLLOWS
        if one.judged(printed) != DIFFERS and one.is_near(then):
            return FOLLOWS if behind else ROUNDED
        return PARTS

    def is_behind(self, one: StatedNumber) -> bool:
        """Whether a statement may follow from a number that is stated otherwise."""
        before = read_before(self.run, one.quantity)
        return any(quantity in before or quantity == one.quantity for quantity, cell in self.forced if (quantity, cell) != (one.quantity, one.cell))

    def moved(self) -> list[tuple[Arrays, Mapping[tuple[str, Cell], float]]]:
        """Return runs from stated numbers that lie at the ends of what is printed, by signs that are drawn."""
        halves: dict[tuple[str, Cell], float] = {}
        for one in self.found:
            if one.statement.cell is not None:
                halves.setdefault((one.statement.quantity, one.statement.cell), one.statement.half)
        draw = random.Random(0)
        # The seed is fixed: the same inputs give the same bytes (conventions §12). A few patterns of signs show how far printed
        # digits carry; all ends at once would need 2^n runs.
        ends = [{cell: number + draw.choice((-1, 1)) * halves[cell] for cell, number in self.forced.items()} for _ in range(_PATTERNS)]
        return [claimed_run(self.run, numbers) for numbers in ends if numbers]


def _then(one: StatedNumber, claimed: tuple[Arrays, Mapping[tuple[str, Cell], float]]) -> float:
    """Return what comes out for a statement from the stated numbers before it."""
    arrays, follows = claimed
    own = follows.get((one.quantity, one.cell)) if one.cell is not None else None
    return value_of(one, arrays) if own is None else own


def read_before(run: Run, quantity: str) -> frozenset[str]:
    """Return the quantities of a run from which one follows, by the steps that the run did (:mod:`engine.plan.upstream` asks the methodology)."""
    found: set[str] = set()
    for stage in reversed(run.plan.stages):
        if quantity in stage.quantities or not found.isdisjoint(stage.quantities):
            found |= {read for step in stage.steps for read in quantities_in(run.methodology.equation[step.equation].formula)}
    return frozenset(found)
