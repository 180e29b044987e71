"""Slips in the numbers of a quantity, given or computed: all of them in another unit, one cell mistyped, rounded before it is used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.formula_slips import FACTORS
from engine.audit.desk.sample_slips import sample_slips
from engine.audit.desk.series_slips import series_slips
from engine.audit.desk.slip import Slip
from engine.audit.desk.statement import Cell
from engine.audit.desk.trade_units import trade_slips
from engine.audit.desk.warming_slips import warming_slips
from engine.plan.cells import EXCLUDED, PRESENT, cell_name
from engine.plan.dataset_cells import filled_cells
from engine.run.run import Run
from equations.model.quantity import Quantity
from equations.spec.block import read_number

Array = NDArray[np.float64]
#: Quantities with more numbers are changed as a whole only; empty cells of a large table do not count.
MOST_CELLS = 400
_DECIMALS = (0, 1, 2, 3, 4)
#: How far from 0 or 1 a factor without a unit may lie and be rounded to it.
_NEARLY_NOTHING = 1e-4
#: Factors that a single cell is likely to be off by.
_OF_ONE_CELL = (0.0, 2.0, -1.0, 1000.0, 1 / 1000, 100.0, 1 / 100, 10.0, 1 / 10)
_WORDS = {0.0: "left out", 2.0: "counted twice", -1.0: "with the other sign", **dict(FACTORS[:6])}
def cell_slips(run: Run, quantity: Quantity, array: Array) -> Iterator[Slip]:
    """Yield slips in the numbers of a quantity.

    Parameters
    ----------
    array
        Its numbers as they are taken to be right. Shape: one axis per index. Unit: the quantity's.
    """
    subject = _label(run, quantity)
    for factor, words in FACTORS:
        yield Slip("factor of a unit", f"{quantity.id} {words}", subject, quantity.id, numbers=array * factor)
    yield Slip("left out", f"{quantity.id} left out", subject, quantity.id, numbers=np.where(np.isfinite(array), 0.0, array))
    yield Slip("sign", f"{quantity.id} with the other sign", subject, quantity.id, numbers=-array)
    yield Slip("floor at zero", f"{quantity.id} not below zero", subject, quantity.id, numbers=np.maximum(array, 0.0))
    yield from trade_slips(quantity, array, subject)
    yield from _shifted(run, quantity, array, subject)
    yield from series_slips(run, quantity, array, subject)
    for cell in _few(run, quantity):
        yield from _of_cell(run, quantity, array, cell, subject)


def roundings(run: Run, quantity: Quantity, array: Array, printed: Collection[float] = ()) -> Iterator[Slip]:
    """Yield a quantity rounded, and cut off, to each number of decimals that is usual, and to other steps that are ``printed``, in its unit."""
    ways: list[tuple[float, str, Array, Array]] = []
    for decimals in _DECIMALS:
        scale = 10.0**decimals
        words = f"to {decimals} decimals" if decimals else "to whole units"
        ways.append((1 / scale, words, np.round(array, decimals), np.trunc(array * scale) / scale))
    for step in sorted(step for step in printed if not any(np.isclose(step, 10.0**-decimals, atol=0.0) for decimals in _DECIMALS)):
        ways.append((step, f"to steps of {step:g}", np.round(array / step) * step, np.trunc(array / step) * step))
    for step, words, rounded, cut in ways:
        for how, numbers in (("rounded", rounded), ("cut off", cut)):
            own = 0.0 if is_left_out(run, quantity, array, numbers) else step
            yield Slip("rounding", f"{quantity.id} {how} {words}", _label(run, quantity), quantity.id, numbers=numbers, step=own)


def is_left_out(run: Run, quantity: Quantity, array: Array, rounded: Array) -> bool:
    """Whether a rounding makes a factor 0 or 1, which is the same as to leave it out: a loss of 0.2 % is no rounding of nothing.

    An amount that is computed may print as zero, or as one; and what is nearly nothing anyhow, among numbers that stay, may be rounded away.
    """
    if quantity.id in run.values.steps and quantity.is_amount:
        return False
    is_share = not quantity.unit.powers
    if is_share and any(((rounded == number) & (np.abs(array - number) > _NEARLY_NOTHING)).any() for number in (0.0, 1.0)):
        return True
    there = np.isfinite(array) & (array != 0)
    return bool(there.any() and (rounded[there] == 0).all())


def input_slips(run: Run, quantity: Quantity, array: Array) -> Iterator[Slip]:
    """Yield slips that only a given number can have: other datasets, another assessment report, exchanged digits."""
    yield from _of_datasets(run, quantity, array)
    yield from sample_slips(run, quantity, array)
    yield from warming_slips(run, quantity, array, _few(run, quantity))
    for cell in _few(run, quantity):
        yield from _digits(run, quantity, array, cell)


def present(run: Run, quantity: Quantity) -> list[Cell]:
    """Return the cells of a quantity that a run has a number for."""
    states = run.values.states[quantity.id]
    return [tuple(int(at) for at in cell) for cell in np.argwhere((states == PRESENT) | (states == EXCLUDED))]


def _few(run: Run, quantity: Quantity) -> list[Cell]:
    """Return the cells of which each is changed by itself: those with a number, where they are not too many."""
    cells = present(run, quantity)
    return cells if len(cells) <= MOST_CELLS else []


def _label(run: Run, quantity: Quantity) -> str:
    steps = run.values.steps.get(quantity.id, ())
    return run.methodology.equation[steps[0].equation].label if steps else quantity.id


def with_cell(array: Array, cell: Cell, number: float) -> Array:
    """Return the numbers with another one in a cell."""
    changed = array.copy()
    changed[cell] = number
    return changed


def _of_cell(run: Run, quantity: Quantity, array: Array, cell: Cell, subject: str) -> Iterator[Slip]:
    name, own = cell_name(quantity, run.setting, cell), float(array[cell])
    for factor in _OF_ONE_CELL if own and cell else ():
        yield Slip("one cell", f"{name} {_WORDS[factor]}", subject, quantity.id, numbers=with_cell(array, cell, own * factor))
    for at, axis in enumerate(quantity.indices):
        for step in (-1, 1):
            beside = (*cell[:at], cell[at] + step, *cell[at + 1 :])
            if 0 <= beside[at] < array.shape[at] and np.isfinite(array[beside]) and array[beside] != own:
                what = f"{name} with the number of {run.setting.members[axis][beside[at]]}"
                taken = with_cell(array, cell, float(array[beside]))
                yield Slip("one cell", what, subject, quantity.id, numbers=taken)
                if step > 0:
                    what = f"{name} and {cell_name(quantity, run.setting, beside)} exchanged"
                    yield Slip("one cell", what, subject, quantity.id, numbers=with_cell(taken, beside, own))


def _shifted(run: Run, quantity: Quantity, array: Array, subject: str) -> Iterator[Slip]:
    """Yield the numbers one row or column off; at the end the last one stands twice."""
    for at, axis in enumerate(quantity.indices):
        size = array.shape[at]
        for step in (-1, 1) if size > 1 else ():
            places = np.clip(np.arange(size) + step, 0, size - 1)
            what = f"{quantity.id} of the {axis} {'before' if step < 0 else 'after'}"
            yield Slip("neighbour", what, subject, quantity.id, numbers=np.take(array, places, axis=at))


def _of_datasets(run: Run, quantity: Quantity, array: Array) -> Iterator[Slip]:
    """Yield the numbers that each dataset of the methodology gives, in place of those that are taken."""
    for dataset in run.methodology.datasets:
        for block in dataset.values:
            if block.quantity != quantity.id or not block.unit.same_dimension(quantity.unit):
                continue
            changed, factor = array.copy(), block.unit.scale / quantity.unit.scale
            for labels, text in block.cells:
                if (exact := read_number(text)) is None:
                    continue
                for cell in filled_cells(run.methodology, run.setting, quantity, labels, replace(block, when=None)):
                    changed[cell] = float(exact * factor) if np.isfinite(array[cell]) else np.nan
            yield Slip("dataset", f"{quantity.id} of {dataset.id}", quantity.id, quantity.id, numbers=changed)


def _digits(run: Run, quantity: Quantity, array: Array, cell: Cell) -> Iterator[Slip]:
    """Yield a written number with two neighbouring digits exchanged."""
    origin = run.inputs.origins.get(quantity.id, {}).get(cell)
    exact = read_number(origin.written) if origin is not None and not re.search("[eE]", origin.written) else None
    if origin is None or not exact:
        return
    text, name = origin.written, cell_name(quantity, run.setting, cell)
    places = [at for at, char in enumerate(text) if char.isdigit()]
    for one, two in pairwise(places):
        if text[one] != text[two]:
            swapped = text[:one] + text[two] + text[one + 1 : two] + text[one] + text[two + 1 :]
            other = read_number(swapped)
            if other is not None:
                number = float(array[cell]) * float(other / exact)
                yield Slip("digits", f"{name} typed as {swapped} for {text}", quantity.id, quantity.id, numbers=with_cell(array, cell, number))
