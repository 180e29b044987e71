"""A result in whole units, as it is issued: by the rule that the spec declares, else whole tonnes rounded down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from engine.run.arithmetic.whole_numbers import is_near, near_whole
from engine.run.run import Run, total_cells
from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import Call, quantities_in
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.notation.plain import plain_text
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
        Labels of a cell of the result -> its whole units (or steps, where the rule of the spec rounds to smaller ones).
    total
        The sum of those that count (of a stock the last year): what can be issued for all cells together.
    how
        Words behind the total where it is not the rounded total.
    near
        Cells that count as the whole number beside them because a root, a power or a logarithm enters and their last digits would decide.
    """

    quantity: str
    words: str
    cells: Mapping[tuple[str, ...], int | float]
    total: int | float
    how: str
    near: frozenset[tuple[str, ...]] = frozenset()

    def of_cell(self, labels: tuple[str, ...]) -> str:
        """Return a cell for reading: ``whole units, rounded down: 77,506``."""
        near = " (it lies so near that it counts as this whole number)" if labels in self.near else ""
        return f"{self.words}: {self.cells[labels]:,}{near}"

    def as_record(self, axes: tuple[str, ...]) -> dict[str, object]:
        """Return them as plain data: ``values`` hold a key for each index of the result, and ``value``."""
        values = [
            {**dict(zip(axes, labels, strict=True)), "value": value, **({"near_whole": True} if labels in self.near else {})}
            for labels, value in self.cells.items()
        ]
        return {"quantity": self.quantity, "how": self.words + self.how, "values": values, "total": self.total}


def whole_units(run: Run, of: str = "") -> WholeUnits | None:
    """Return a result of a run in whole units, or ``None`` where that is not what people count in.

    Parameters
    ----------
    of
        Which result; the first if nothing is said.
    """
    methodology = run.methodology
    result = methodology.quantity[of or methodology.result]
    if result.id not in run.values.arrays or not run.headline_of(result.id).is_total:
        return None
    issued = issued_of(methodology, result)
    if issued is not None:
        return _declared(run, issued, result) if issued.id in run.values.arrays else None
    if not _in_tonnes(result):
        return None
    cells: dict[tuple[str, ...], int | float] = {}
    near = set()
    for labels, value, _ in run.cells(result.id):
        cells[labels], decided = _rounded_down(run, result, labels, value)
        if not decided:
            near.add(labels)
    return _counted(run, result, "", FUNCTIONS["floor"].rounds, cells, frozenset(near))


def issued_of(methodology: Methodology, result: Quantity) -> Quantity | None:
    """Return the quantity that holds a result in whole units: of its indices, with the role ``issued``.

    Where there are several results it is the result itself, or what is made from it and from no other.
    """
    found = [q for q in methodology.quantities if q.role == "issued" and q.indices == result.indices]
    if len(methodology.results) > 1:
        results = set(methodology.result_ids)
        found = [q for q in found if q.id == result.id or (q.id not in results and _read_by(methodology, q) & results == {result.id})]
    return found[0] if found else None


def _read_by(methodology: Methodology, quantity: Quantity) -> set[str]:
    """Return what the equations of a quantity read."""
    return set().union(*(quantities_in(equation.formula) for equation in methodology.definitions.get(quantity.id, ())))


def _declared(run: Run, issued: Quantity, result: Quantity) -> WholeUnits:
    """Return what the spec's own rule gives; its rounding was decided where it was computed."""
    ways = {_in_words(e.formula) for e in run.methodology.definitions.get(issued.id, ()) if isinstance(e.formula, Call)}
    words = ways.pop() if len(ways) == 1 else ""
    return _counted(run, result, issued.id, words or "whole units", {labels: _whole(value) for labels, value, _ in run.cells(issued.id)})


def _in_words(call: Call) -> str:
    """Return what a function makes of an amount: ``whole units, rounded down``, or ``rounded down to steps of 0.1``."""
    words = FUNCTIONS[call.name].rounds
    return words if len(call.arguments) < 2 or not words else f"{words.split(', ')[1]} to steps of {plain_text(call.arguments[1])}"


def _whole(value: float) -> int | float:
    """Return a whole number as one; where the steps are smaller than a unit the number stays as it is."""
    return int(value) if value.is_integer() else value


def _counted(
    run: Run, result: Quantity, quantity: str, words: str, cells: Mapping[tuple[str, ...], int | float],
    near: frozenset[tuple[str, ...]] = frozenset(),
) -> WholeUnits:
    meant = {
        run.setting.labels(result.indices, tuple(cell))
        for cell in np.argwhere(total_cells(run, result.id)).tolist()
    }
    total = _whole(float(sum(Fraction(str(value)) for labels, value in cells.items() if labels in meant)))
    exact = float(np.round(run.headline_of(result.id).value, 6))
    how = " (each rounded by itself)" if len(meant) > 1 and total != math.floor(exact) else ""
    return WholeUnits(quantity, words, cells, total, how, near)


def _in_tonnes(quantity: Quantity) -> bool:
    powers = quantity.unit.powers
    return quantity.unit.scale == _TONNE and len(powers) == 1 and powers[0][1] == 1


def _rounded_down(run: Run, quantity: Quantity, labels: tuple[str, ...], value: float) -> tuple[int, bool]:
    """Return a cell rounded down, near a whole number in fractions; and whether that is decided, or it counts as the whole number."""
    if not bool(near_whole(np.array(value))):
        return math.floor(value), True
    cell = tuple(run.setting.members[axis].index(label) for axis, label in zip(quantity.indices, labels, strict=True))
    fraction = run.exact.cell(quantity.id, cell)
    if fraction is None or not is_near(value, fraction):
        return round(value), False
    return math.floor(fraction), True
