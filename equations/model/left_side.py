"""The left side of an equation, axis by axis: where its letters stand, and which labels it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from equations.formula.syntax import IndexGroup, IndexLabel, IndexLetter
from equations.model.equation import Equation
from equations.model.quantity import Quantity
from equations.records import record

#: What stands on an axis; ``None`` on the rows and columns of a matrix, which take every member.
OnAxis: TypeAlias = IndexLetter | IndexLabel | IndexGroup | None


@record(frozen=True)
class LeftSide:
    """What an equation defines.

    Attributes
    ----------
    indices
        What stands on each axis of the quantity.
    axes
        The index set of each axis.
    sets
        Letter -> the set that it runs over, which may be a part of its axis.

    Examples
    --------
    >>> left = LeftSide((IndexLabel("CO2"), IndexLetter("i")), ("gas", "vehicle"), {"i": "scooter"})
    >>> left.axis_of["i"], left.letters_at((3, 7))
    ('vehicle', {'i': 7})
    """

    indices: tuple[OnAxis, ...]
    axes: tuple[str, ...]
    sets: Mapping[str, str]

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Letter -> the axis on which it stands, counted from zero."""
        return {index.letter: at for at, index in enumerate(self.indices) if isinstance(index, IndexLetter)}

    @cached_property
    def axis_of(self) -> dict[str, str]:
        """Letter -> the index set of the axis on which it stands."""
        return {letter: self.axes[at] for letter, at in self.place_of.items()}

    def letters_at(self, cell: Sequence[int]) -> dict[str, int]:
        """Return the position of each letter in a cell."""
        return {letter: cell[at] for letter, at in self.place_of.items()}


def left_side(equation: Equation, quantity: Quantity) -> LeftSide:
    """Return the left side of an equation of a quantity."""
    left = equation.defines
    return LeftSide((*(None,) * left.whole, *left.indices), quantity.indices, dict(equation.letters))
