"""A result in whole units, as credits are issued: by the rule that the spec declares, else whole tonnes rounded down."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.run.arithmetic.whole_numbers import near_whole
from engine.run.run import Run
from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import Call
from equations.model.quantity import Quantity
from equations.records import record

#: A tonne of anything, in the base unit of masses.
_TONNE = 10**6


@record(frozen=True)
class WholeUnits:
    """The result in whole units.

    Attributes
    ----------
    quantity
        The quantity of the spec that says how (role ``issued``), or empty where whole tonnes are only shown beside the result.
    words
        What was done: ``whole units, rounded down``.
    cells
        Labels of a cell of the result -> its whole units.
    total
        Their sum: what can be issued for all cells together.
    how
        Words behind the total where it is not the rounded total.
    """

    quantity: str
    words: str
    cells: Mapping[tuple[str, ...], int]
    total: int
    how: str


def whole_units(run: Run) -> WholeUnits | None:
    """Return the result of a run in whole units, or ``None`` where that is not what people count in."""
    methodology = run.methodology
    result = methodology.quantity[methodology.result]
    if result.id not in run.values.arrays or not run.headline.is_total:
        return None
    issued = next((q for q in methodology.quantities if q.role == "issued" and q.indices == result.indices), None)
    if issued is not None:
        return _declared(run, issued) if issued.id in run.values.arrays else None
    if not _in_tonnes(result):
        return None
    cells = {labels: _rounded_down(run, result, labels, value) for labels, value, _ in run.cells(result.id)}
    return _counted(run, "", FUNCTIONS["floor"].rounds, cells)


def _declared(run: Run, issued: Quantity) -> WholeUnits:
    """Return what the spec's own rule gives; its rounding was decided where it was computed."""
    names = {e.formula.name for e in run.methodology.definitions.get(issued.id, ()) if isinstance(e.formula, Call)}
    words = FUNCTIONS[names.pop()].rounds if len(names) == 1 else ""
    return _counted(run, issued.id, words or "whole units", {labels: round(value) for labels, value, _ in run.cells(issued.id)})


def _counted(run: Run, quantity: str, words: str, cells: dict[tuple[str, ...], int]) -> WholeUnits:
    total = sum(cells.values())
    exact = float(np.round(run.headline.value, 6))
    how = " (each rounded by itself)" if len(cells) > 1 and total != math.floor(exact) else ""
    return WholeUnits(quantity, words, cells, total, how)


def _in_tonnes(quantity: Quantity) -> bool:
    powers = quantity.unit.powers
    return quantity.unit.scale == _TONNE and len(powers) == 1 and powers[0][1] == 1


def _rounded_down(run: Run, quantity: Quantity, labels: tuple[str, ...], value: float) -> int:
    """Return a cell rounded down; near a whole number in fractions, and where none is known as the whole number."""
    if not bool(near_whole(np.array(value))):
        return math.floor(value)
    cell = tuple(run.setting.members[axis].index(label) for axis, label in zip(quantity.indices, labels, strict=True))
    fraction = run.exact.cell(quantity.id, cell)
    return round(value) if fraction is None else math.floor(fraction)
