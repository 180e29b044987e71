"""What the cells of a quantity come to: whether years add up, which one number speaks for a result, and that number in whole units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.plan.setting import Setting
from equations.errors import InputError
from equations.formula.syntax import All, Binary, Element, GroupOf, IndexLetter, Negative, Node, Reduce, Window, walk
from equations.model.index_set import CALENDAR, lies_in_time
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.roles import FLOWS
from equations.records import record


@record(frozen=True)
class Headline:
    """The one number by which a run is spoken of.

    Attributes
    ----------
    label
        What it is: ``R`` for a total, ``S[2003]`` where the cells do not add up and one of them stands for all.
    is_total
        Whether it stands for every cell of the result.
    """

    label: str
    value: float
    is_total: bool


def over_years(methodology: Methodology, quantity: Quantity) -> str:
    """Return what years do to a quantity: ``sum``, ``last`` or ``none``.

    The spec says it (``over_years:``). Where it does not, amounts add up that have the role of a flow or that an equation of the methodology
    itself adds over years; of anything else (a stock, a rate, a share) no total is made.
    """
    if quantity.over_years:
        return quantity.over_years
    if not is_amount(quantity):
        return "none"
    if quantity.role in FLOWS:
        return "sum"
    axes = [axis for axis in quantity.indices if methodology.index_set[axis].kind in CALENDAR or methodology.index_set[axis].dated]
    if not axes:  # by group of years: results of monitoring periods are amounts of their own
        return "sum"
    formulas = [e.as_written for e in methodology.equations]  # a part of a year is a part of an amount
    return "sum" if all(any(_adds(formula, quantity, axis, methodology) for formula in formulas) for axis in axes) else "none"


def is_amount(quantity: Quantity) -> bool:
    """Whether a quantity is so much of something (tonnes, kilometres), and no share or rate."""
    return quantity.is_amount


def _adds(formula: Node, quantity: Quantity, axis: str, methodology: Methodology) -> bool:
    """Whether a formula adds a quantity over years, or another axis: a sum over a letter of them with the quantity as a term of its body."""
    for node in walk(formula):
        if isinstance(node, Reduce) and node.kind == "Sum":
            bound = {b.letter: b.within.set for b in node.binders if isinstance(b.within, All | GroupOf | Window)}
            letters = {letter for letter, set_id in bound.items() if methodology.is_within(set_id, axis)}
            if any(_is_at(term, quantity, letters) for term in _terms(node.body)):
                return True
    return False


def _terms(node: Node) -> list[Node]:
    if isinstance(node, Binary) and node.op in ("+", "-"):
        return [*_terms(node.left), *_terms(node.right)]
    return _terms(node.operand) if isinstance(node, Negative) else [node]


def _is_at(node: Node, quantity: Quantity, letters: set[str]) -> bool:
    return (
        isinstance(node, Element)
        and node.quantity == quantity.id
        and any(isinstance(index, IndexLetter) and index.letter in letters and not index.offset for index in node.indices)
    )


@record(frozen=True)
class Spoken:
    """What a quantity is spoken of by.

    Attributes
    ----------
    label
        As in :class:`Headline`.
    cells
        The cells whose sum it is. Shape: one axis per index of the quantity.
    is_total
        As in :class:`Headline`.
    """

    label: str
    cells: NDArray[np.bool_]
    is_total: bool


def spoken_of(methodology: Methodology, setting: Setting, quantity: Quantity, counts: NDArray[np.bool_]) -> Spoken:
    """Return which cells stand for a quantity: all that count, or one where they do not add up.

    Parameters
    ----------
    counts
        Which cells count (:func:`engine.plan.cells.counted`). Shape: one axis per index of the quantity.
    """
    cells = np.argwhere(counts)
    if counts.size == 1 or not len(cells):
        return Spoken(quantity.id, counts, True)
    timed = [at for at, axis in enumerate(quantity.indices) if _is_time(methodology, axis)]
    way = over_years(methodology, quantity) if timed else "sum" if is_amount(quantity) else "none"
    if way == "sum":
        return Spoken(quantity.id, counts, True)
    axis = timed[0] if timed else len(quantity.indices) - 1
    last = cells[cells[:, axis] == cells[:, axis].max()]
    all_of_last = way == "last" and is_amount(quantity)
    meant = last if all_of_last else last[-1:]
    mask = np.zeros_like(counts)
    mask[tuple(meant.T)] = True
    labels = setting.labels(quantity.indices, tuple(meant[-1].tolist()))
    shown = labels[axis] if len(meant) > 1 else ", ".join(labels)
    return Spoken(f"{quantity.id}[{shown}]", mask, all_of_last or (way == "last" and len(last) == 1))


def headline(
    methodology: Methodology, setting: Setting, quantity: Quantity, array: NDArray[np.float64], counts: NDArray[np.bool_]
) -> Headline:
    """Return the number by which a quantity is spoken of.

    Parameters
    ----------
    array
        Shape: one axis per index of the quantity, in declared order. Unit: the quantity's.
    counts
        As for :func:`spoken_of`.
    """
    spoken = spoken_of(methodology, setting, quantity, counts)
    values = array[spoken.cells]
    # one number after the other, as sums of formulas are made
    return Headline(spoken.label, float(np.add.accumulate(values)[-1]) if len(values) else 0.0, spoken.is_total)


def _is_time(methodology: Methodology, set_id: str) -> bool:
    return lies_in_time(set_id, methodology.index_set)


def no_total(quantity: Quantity) -> InputError:
    """Return the error of a total that nobody has given a meaning."""
    return InputError(
        "I530", f"{quantity.id} has no total: its spec does not say what years do to it", quantity.place,
        why="amounts of years add up; of a stock the last year counts; shares and rates do neither",
        remedy=f"ask for one of its members, or declare `over_years: sum`, `last` or `none` for {quantity.id}",
    )  # fmt: skip
