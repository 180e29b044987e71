"""A cross-check: a number held against a second source, another quantity, its parts or its neighbour."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from equations.citation import Citation
from equations.errors import Place, listed
from equations.model.quantity import Quantity
from equations.records import record

#: How the number stands to the other side.
WITH, AT_MOST, AT_LEAST, EQUALS, PARTS, ALONG = "with", "at_most", "at_least", "equals", "parts", "along"
COMPARISONS = (WITH, AT_MOST, AT_LEAST, EQUALS, PARTS, ALONG)
#: Which of two sources counts.
LOWER, HIGHER = "lower", "higher"


@record(frozen=True)
class CrossCheck:
    """One cross-check.

    Attributes
    ----------
    of
        The quantity that takes part in the calculation.
    compare
        One of :data:`COMPARISONS`.
    others
        Quantities of the other side; several are added (``parts``).
    number
        The other side, where it is a number, in ``unit``, that of ``of``.
    use
        Which of the two counts, where they differ: ``lower`` or ``higher``; empty where nothing is said.
    within
        How far the two may be apart, as a share of the other side.
    room
        The same as an amount. Unit: that of ``of``.
    sum_over
        Axes over which both sides are added before they are compared.
    each
        Axes that the other side does not have: it holds for each member.
    along, growth, never
        The axis of neighbours; by which share a number may differ from the one before it; ``falls`` or ``rises``, what it may not do.
    """

    id: str
    of: str
    compare: str
    others: tuple[str, ...] = ()
    number: Fraction | None = None
    unit: str = ""
    use: str = ""
    within: Fraction | None = None
    room: Fraction | None = None
    sum_over: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    along: str = ""
    growth: Fraction | None = None
    never: str = ""
    statement: str = ""
    severity: str = "error"
    remedy: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def left(self) -> str:
        """The number, for reading."""
        return f"{self.of} added over {listed(list(self.sum_over))}" if self.sum_over else self.of

    @property
    def right(self) -> str:
        """The other side, for reading."""
        return " + ".join(self.others) if self.others else self.amount(self.number or Fraction(0))

    def amount(self, number: Fraction) -> str:
        return f"{float(number):.10g}" + ("" if self.unit in ("", "1") else f" {self.unit}")

    @property
    def says(self) -> str:
        """What must hold, for reading."""
        if self.statement:
            return self.statement
        if self.compare == ALONG:
            parts = [f"differs by at most {float(100 * self.growth):g} % from its neighbour"] if self.growth is not None else []
            parts += [f"never {self.never}"] if self.never else []
            return f"{self.left} {' and '.join(parts)} along {self.along}"
        near = f" within {self.tolerance}" if self.tolerance else ""
        if self.compare == WITH:
            counts = f"of {self.left} and {self.right} the {self.use} counts" if self.use else ""
            agrees = f"{self.left} agrees with {self.right}{near}" if near else ""
            return "; ".join(part for part in (counts, agrees) if part)
        word = {AT_MOST: "is at most", AT_LEAST: "is at least", EQUALS: "equals", PARTS: "is the sum of its parts"}[self.compare]
        return f"{self.left} {word} {self.right}{near}"

    @property
    def tolerance(self) -> str:
        """How far the sides may be apart, for reading."""
        parts = [f"{float(100 * self.within):g} %"] if self.within is not None else []
        return " or ".join([*parts, *([self.amount(self.room)] if self.room is not None else [])])


def open_axes(quantity: Quantity, sum_over: tuple[str, ...]) -> tuple[str, ...]:
    """Return the axes of a quantity that are left when it is added over some."""
    return tuple(name for name in quantity.axis_names if name not in sum_over)
