"""One number that a document states of cells of a run, and how precisely it is printed."""

from __future__ import annotations

import re
from fractions import Fraction

from engine.project.project_documents import ProjectDocument
from equations.errors import Place
from equations.patterns import pattern
from equations.records import record

Cell = tuple[int, ...]
#: Share of a number by which a float may miss it: no difference.
_NOISE = 1e-12
#: Up to which share of a number roundings on the way count as agreement; what moves it further is a slip, whatever was rounded.
MOST_ROUNDED = 0.005
_WRITTEN = pattern(r"[-+]?(?P<digits>[0-9]*)(\.(?P<decimals>[0-9]*))?([eE](?P<power>[-+]?[0-9]+))?\Z")

#: How a statement stands to a number: the same digits; the same when cut off; otherwise.
AGREES, CUT, DIFFERS = "agrees", "cut off", "differs"


@record(frozen=True)
class StatedNumber:
    """A number as a document states it.

    Attributes
    ----------
    cells
        Positions on the quantity's axes; of several cells their sum is meant.
    shown
        What it is called: ``ER[2019]``, or ``ER_p, all`` for a sum.
    written, unit
        As it stands in the document.
    value
        In the quantity's unit.
    step
        One unit of the last printed digit, in the quantity's unit.
    where
        The place in the document: page, or sheet and cell.
    place
        Where it is typed in.
    """

    document: ProjectDocument
    kind: str
    quantity: str
    cells: tuple[Cell, ...]
    shown: str
    written: str
    unit: str
    value: float
    step: float
    where: str
    place: Place

    @property
    def half(self) -> float:
        """How far the number that was printed may lie from what is printed."""
        return self.step / 2

    @property
    def source(self) -> str:
        """Document and place in it, for reading."""
        return f"{self.document.title}, {self.where}" if self.where else self.document.title

    @property
    def cell(self) -> Cell | None:
        """The one cell that is meant, ``None`` for a sum."""
        return self.cells[0] if len(self.cells) == 1 else None

    def agrees(self, value: float, room: float = 0.0) -> bool:
        """Whether a number prints as what is stated; ``room``: by how much it is not known itself."""
        return abs(value - self.value) <= self.half + room + _NOISE * max(abs(value), abs(self.value))

    def is_near(self, value: float) -> bool:
        """Whether a number lies so near that roundings on the way are no slip."""
        return abs(value - self.value) <= self.half + MOST_ROUNDED * abs(value)

    def judged(self, value: float) -> str:
        """Return how the statement stands to a number."""
        if self.agrees(value):
            return AGREES
        noise = _NOISE * max(abs(value), abs(self.value))
        return CUT if abs(value - self.value) < self.step - noise and abs(value) > abs(self.value) else DIFFERS


def as_stated(written: str, unit: str) -> str:
    """Return a number with its unit as a document writes it; a plain number has none."""
    return written if unit in ("", "1") else f"{written} {unit}"


def printed_step(text: str) -> Fraction:
    """Return one unit of the last digit of a written number.

    Examples
    --------
    >>> [float(printed_step(text)) for text in ("12345", "12.30", "1.2e4", "-.5", "0e9")]
    [1.0, 0.01, 1000.0, 0.1, 1.0]
    """
    found = _WRITTEN.match(text.strip().replace("−", "-"))
    if found is None:
        raise ValueError(f"not a number: {text!r}")
    power = int(found["power"] or 0)
    is_zero = not re.search("[1-9]", found["digits"] + (found["decimals"] or ""))
    return Fraction(10) ** ((min(power, 0) if is_zero else power) - len(found["decimals"] or ""))
