"""One slip that somebody at a desk may have made, and what it makes of a quantity."""

from __future__ import annotations

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from equations.formula.syntax import Node
from equations.records import record

#: The kind of two slips together.
PAIR = "two slips"
#: Kinds of slips, with what each does; those of formulas are the operators of ``mutate`` besides.
DESK_SLIPS: dict[str, str] = {
    "factor of a unit": "a number a thousand or a hundred times too large or too small, a month for a year, carbon for CO2",
    "mean for sum": "a mean where a sum is due, or a sum of products made from means",
    "member": "one member left out of a sum, or counted twice",
    "neighbour": "the row or column beside the right one",
    "frozen reference": "the number of the first or last year, or another member, for all of them",
    "mean of all": "the mean over all years, or other members, for each of them",
    "added up": "numbers added up from year to year, or the change for the number",
    "unit of the trade": "pounds for kilograms, short tons for tonnes, acres for ha, watt hours for joules, and the like",
    "sample": "a limit for the mean of a sample, strata that do not count by their size, answers left out",
    "weighted mean": "the plain mean for a weighted one",
    "days of a year": "365, 366 or 360 days whatever the year has, or one day too few or too many",
    "other case": "the equation of another year or case",
    "left out": "a quantity taken as zero",
    "one cell": "one cell left out, counted twice, in another unit, with the other sign, with the number of a neighbour, or exchanged with it",
    "digits": "two digits of a written number exchanged",
    "rounding": "rounded, or cut off, before it is used",
    "floor at zero": "negative numbers taken as zero",
    "dataset": "the numbers of another dataset",
    "warming potential": "the global warming potential of another assessment report",
    "reading": "another reading of the text",
    "choice": "another choice",
    "version": "another version of the methodology",
    "stated input": "the number that a document states for an input",
    PAIR: "two of these together, where one does not do",
}
#: Which kind is named first where several give the same digits; kinds that are not listed stand before the last three.
_ORDER = ("stated input", "warming potential", "dataset", "reading", "version", "choice", "factor dropped", "term dropped", "left out", "sign",
          "member", "factor of a unit", "sample", "factor doubled", "factor inverted", "mean for sum", "weighted mean", "days of a year", "neighbour",
          "lag", "rounding", "index", "constant", "conversion", "molar ratio", "number", "min for max", "condition", "transposition", "floor at zero",
          "frozen reference", "added up", "unit of the trade", "mean of all")  # fmt: skip
_LAST = ("symbol", "one cell", "digits", "other case", "threefold power")


@record(frozen=True)
class Slip:
    """A slip at one quantity, or of a whole run.

    Attributes
    ----------
    kind
        A key of :data:`DESK_SLIPS`, or an operator of ``mutate``.
    what
        In a few words.
    subject
        Where: ``Eq. 11a``, or the quantity.
    quantity
        What it changes first; empty for a slip of a whole run.
    equation, formula
        The formula that stands in place of an equation's own.
    numbers
        The numbers that stand in place of the quantity's own. Shape: one axis per index.
    step
        Of a rounding of every cell, to what; nobody rounds one year alone and means no harm.
    """

    kind: str
    what: str
    subject: str
    quantity: str = ""
    equation: str = ""
    formula: Node | None = field(default=None, compare=False, repr=False)
    numbers: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    step: float = 0.0

    @property
    def text(self) -> str:
        """For reading: ``Eq. 1: 44/12 left out``."""
        return f"{self.subject}: {self.what}" if self.subject else self.what

    @property
    def order(self) -> int:
        """Which is named first where several give the same digits."""
        if self.kind in _LAST:
            return len(_ORDER) + 1 + _LAST.index(self.kind)
        return _ORDER.index(self.kind) if self.kind in _ORDER else len(_ORDER)
