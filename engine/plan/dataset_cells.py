"""Which cells the datasets of a methodology fill in a setting."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from engine.plan.setting import Setting, holds
from equations.formula.syntax import Excluded, walk
from equations.model.dataset import EVERY, ValueBlock
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

Cell = tuple[int, ...]


def filled_cells(
    methodology: Methodology, setting: Setting, quantity: Quantity, labels: tuple[str, ...], block: ValueBlock
) -> list[Cell]:
    """Return the cells that a line of a dataset fills; members that the setting does not have are passed over."""
    members = [setting.members[axis] for axis in quantity.indices]
    meant = [own if label == EVERY else (label,) for label, own in zip(labels, members, strict=True)]
    places = [setting.places[axis] for axis in quantity.indices]
    return [
        tuple(own[label] for label, own in zip(cell, places, strict=True))
        for cell in product(*meant)
        if all(label in own for label, own in zip(cell, places, strict=True))
        and _block_holds(methodology, setting, quantity, cell, block)
    ]


def _block_holds(methodology: Methodology, setting: Setting, quantity: Quantity, labels: tuple[str, ...], block: ValueBlock) -> bool:
    if block.when is None:
        return True
    at = {letter: label for (letter, set_id) in block.letters
          for label, axis in zip(labels, quantity.indices, strict=True) if axis == set_id}  # fmt: skip
    return holds(block.when, setting, at)


def may_be_excluded(methodology: Methodology, quantity: str) -> bool:
    """Whether the methodology itself leaves out cells of a quantity, so that NA is what one of them can hold."""
    equations = methodology.definitions.get(quantity, ())
    return any(isinstance(node, Excluded) for equation in equations for node in walk(equation.formula))


def given_cells(methodology: Methodology, setting: Setting, quantity: Quantity, datasets: Iterable[str]) -> set[Cell]:
    """Return the cells of a quantity that some datasets fill; NA fills one only where the methodology leaves cells out.

    Parameters
    ----------
    datasets
        Their ids.
    """
    wanted, excluded = set(datasets), may_be_excluded(methodology, quantity.id)
    return {
        cell
        for dataset in methodology.datasets
        if dataset.id in wanted
        for block in dataset.values
        if block.quantity == quantity.id
        for labels, text in block.cells
        if excluded or text != "NA"
        for cell in filled_cells(methodology, setting, quantity, labels, block)
    }
