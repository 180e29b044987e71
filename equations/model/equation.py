"""Equation and rule: what a methodology says about its quantities. Ids are stable, printed numbers are labels (conventions §7)."""

from __future__ import annotations

from dataclasses import field

from equations.citation import Citation
from equations.errors import Place
from equations.formula.syntax import Element, MatrixRef, Node
from equations.formula.tokens import Source
from equations.records import record
from equations.shown import Shown

#: The solver of one unknown (:mod:`engine.run.brackets`).
BRACKET = "bracket"
#: Greatest printed number of an equation; a span of numbers is written out, and a typing error could have no end.
MOST_NUMBER = 9999


@record(frozen=True)
class Equation(Shown):
    """One equality, or one case of one.

    Attributes
    ----------
    id
        Stable across versions; ``number`` is only the label that this version prints.
    defines
        The left side: an element (``Element``) or a matrix (``MatrixRef``).
    formula
        The right side. For an equation that must be solved: the whole relation (a ``Compare`` with ``==``).
    solver
        Name of the solver, or empty.
    when
        Condition on choices, readings, the year and members of the left side's indices, or ``None``.
    letters
        Letter -> index set, for every letter of the equation that is not bound inside the formula, and those that are.
    said
        Letter -> index set as the spec says it with ``for:``, for letters that are bound inside the formula, too.
    written
        The right side as it was written, where sums in it take parts of members (:mod:`equations.readings.weighing`).
    """

    id: str
    defines: Element | MatrixRef
    formula: Node
    number: str = ""
    part: str = ""
    section: str = ""
    title: str = ""
    when: Node | None = None
    letters: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    solver: str = ""
    printed: str = ""
    equivalences: tuple[str, ...] = ()
    editorial: str = ""
    note: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)
    formula_source: Source | None = field(default=None, compare=False, repr=False)
    when_source: Source | None = field(default=None, compare=False, repr=False)
    defines_source: Source | None = field(default=None, compare=False, repr=False)
    written: Node | None = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, object]:
        # only what it says: not the methodology that holds it (`home_of`)
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __repr__(self) -> str:
        return f"<Equation {self.full_label}: defines {self.quantity}>"

    @property
    def quantity(self) -> str:
        """Id of the quantity that it defines."""
        return self.defines.quantity

    @property
    def as_written(self) -> Node:
        """The right side without the parts of members that sums take (:mod:`equations.readings.weighing`)."""
        return self.formula if self.written is None else self.written

    @property
    def label(self) -> str:
        """How the equation is named to a reader: ``Eq. 11a`` or its id."""
        return f"Eq. {self.number}{self.part}" if self.number else self.id

    @property
    def full_label(self) -> str:
        """Label and id, as errors name it: ``Eq. 11a (pe.dcs.class)``; an equation without a number has its id alone."""
        return f"{self.label} ({self.id})" if self.number else self.id


@record(frozen=True)
class Rule:
    """A condition that is evaluated on every run.

    Attributes
    ----------
    section
        Where it stands in the publication.
    editorial
        Why the editor asks it, where the text has no such condition.
    written
        The condition as it was written, where sums in it take parts of members.
    """

    id: str
    statement: str
    condition: Node
    when: Node | None = None
    letters: tuple[tuple[str, str], ...] = ()
    severity: str = "error"
    remedy: str = ""
    equivalences: tuple[str, ...] = ()
    source: Citation = Citation()
    section: str = ""
    editorial: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)
    condition_source: Source | None = field(default=None, compare=False, repr=False)
    written: Node | None = field(default=None, compare=False, repr=False)
