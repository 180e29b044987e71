"""What is said of each cell of an input, by whom, and which of it counts: the nearer statement holds.

What the project states stands before what a dataset gives, its `otherwise:` included; a statement for some cells before one for more
of them. Two of which neither is the narrower are an error: which counts may not depend on their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from engine.project.project_file import GAP
from engine.project.written_numbers import Given
from equations.records import record

Cell = tuple[int, ...]
#: On each axis the member for which a statement is made, ``None`` for all.
Pattern = tuple[int | None, ...]


class TieError(Exception):
    """Two statements of the project for one cell, of which neither is the narrower."""

    def __init__(self, first: Given, second: Given) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second


@record(frozen=True)
class Blanket:
    """What the project says of all cells of a pattern that it does not list.

    Attributes
    ----------
    pattern
        Cells for which it is said.
    part
        Those of them for which the unit of ``given`` is meant.
    """

    pattern: Pattern
    part: Pattern
    given: Given


@record(frozen=False)
class Statements:
    """All that is said of one quantity.

    Attributes
    ----------
    listed
        Cells that the project lists.
    blankets
        What it says of the rest.
    published
        Cells of datasets.
    taken
        What counts, of the cells that were asked for.
    """

    listed: dict[Cell, Given] = field(default_factory=dict)
    blankets: list[Blanket] = field(default_factory=list)
    published: dict[Cell, Given] = field(default_factory=dict)
    taken: dict[Cell, Given] = field(default_factory=dict)

    def of(self, cell: Cell) -> Given | None:
        """Return what counts for a cell, or ``None`` where nothing is said or the place is left blank.

        Raises
        ------
        TieError
            Where the project makes two statements and neither is the narrower.
        """
        found = self.listed.get(cell) or self.stated(cell) or self.published.get(cell)
        if found is None or found.text in (GAP, ""):
            return None
        self.taken[cell] = found
        return found

    def stated(self, cell: Cell) -> Given | None:
        """Return the narrowest blanket statement that covers a cell."""
        covering = [blanket for blanket in self.blankets if _covers(blanket.part, cell)]
        narrowest = [one for one in covering if not any(_is_narrower(other.pattern, one.pattern) for other in covering)]
        if len(narrowest) > 1:
            raise TieError(narrowest[0].given, narrowest[1].given)
        return narrowest[0].given if narrowest else None

    def blankets_not_taken(self) -> Iterator[Blanket]:
        """Yield the blanket statements that count for no cell that was asked for."""
        taken = {id(given) for given in self.taken.values()}
        for blanket in self.blankets:
            if id(blanket.given) not in taken and blanket.given.text not in (GAP, ""):
                yield blanket


def _covers(pattern: Pattern, cell: Cell) -> bool:
    return all(wanted is None or wanted == at for wanted, at in zip(pattern, cell, strict=True))


def _is_narrower(one: Pattern, other: Pattern) -> bool:
    """Whether a pattern means some of the cells of another, and not all."""
    return one != other and all(wide is None or wide == own for own, wide in zip(one, other, strict=True))
