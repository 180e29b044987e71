"""Quantity: every symbol of a methodology, given or computed."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from equations.citation import Citation
from equations.errors import Place
from equations.model.index_set import axis_names
from equations.model.substitution import Substitution
from equations.records import record
from equations.shown import Shown
from equations.units.unit import PLAIN, Unit

#: What years do to a quantity: its values add up, the last one stands for all, or neither.
OVER_YEARS = ("sum", "last", "none")
KINDS = ("monitored", "fixed_ex_ante", "default", "computed", "statement")

@record(frozen=True)
class Range:
    """Least and greatest value, in the quantity's unit; ``None`` is open."""

    least: Fraction | None = None
    most: Fraction | None = None
    source: Citation = Citation()
    note: str = ""

    def holds(self, value: float) -> bool:
        """Whether a finite value lies within (limits included)."""
        return (self.least is None or value >= float(self.least)) and (self.most is None or value <= float(self.most))

    def __str__(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{float(self.least):g} to {float(self.most):g}"
        if self.least is not None:
            return f"at least {float(self.least):g}"
        return f"at most {float(self.most):g}" if self.most is not None else "any"


@record(frozen=True)
class UnitAlternatives:
    """Units of which each member of one index takes one, jointly with the other quantities of ``group``."""

    group: str
    by: str
    units: tuple[tuple[str, Unit], ...]
    plausible: tuple[tuple[str, Range], ...] = ()


@record(frozen=True)
class Quantity(Shown):
    """A declared symbol.

    Attributes
    ----------
    id
        Name in formulas.
    symbol
        LaTeX, with ``<...>`` where each index goes.
    indices
        Ids of index sets, in order.
    unit
        The unit in which the equations read the number.
    kind
        ``monitored``, ``fixed_ex_ante``, ``default``, ``computed`` or ``statement`` (a fact that the project states).
    type
        ``number``, ``yes_no`` (1 or 0) or ``date`` (days).
    acts_as
        The unit with which it counts where it is used, if not ``unit``; ``acts_as_why`` names the equivalence.
    role
        What it is in the accounting, one of :data:`equations.model.roles.ROLES`; audits find quantities by it and by ``part_of``.
    rows_sum_to
        What each row, over the second index, adds up to.
    over_years
        What years do to it, one of :data:`OVER_YEARS`; empty where the spec does not say.
    not_exact
        Why its number is not the exact ratio of its units or molar masses, where it could be taken for one.
    sources
        Where its numbers are taken from, the first before the next: ids of datasets, and ``project``.
    conservative
        Which end of an interval is on the safe side, ``lower`` or ``upper``; empty: the one with which the result is lower.
    substitution
        How its numbers may be replaced where they could not be measured; nothing is allowed where it is empty.
    standard_error_of
        Quantity whose declared standard error it is, where a project does not give its numbers otherwise.
    """

    id: str
    symbol: str
    meaning: str
    indices: tuple[str, ...] = ()
    unit: Unit = PLAIN
    kind: str = "computed"
    type: str = "number"
    published_unit: Unit | None = None
    published_unit_text: str = ""
    unit_note: str = ""
    range: Range | None = None
    plausible: Range | None = None
    source: Citation = Citation()
    supplied_by: str = ""
    matrix: str = ""
    diagonal_matrix: str = ""
    matrix_symbol: str = ""
    diagonal_symbol: str = ""
    on: str = ""
    alternatives: UnitAlternatives | None = None
    acts_as: Unit | None = None
    acts_as_why: str = ""
    role: str = ""
    part_of: str = ""
    name: str = ""
    rows_sum_to: Fraction | None = None
    over_years: str = ""
    editorial: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)
    not_exact: str = ""
    standard_error_of: str = ""
    substitution: tuple[Substitution, ...] = ()
    sources: tuple[str, ...] = ()
    conservative: str = ""

    @property
    def axis_names(self) -> tuple[str, ...]:
        """A name for each index that tells two indices over one set apart: ``zone``, ``zone_2``."""
        return axis_names(self.indices)

    @property
    def is_amount(self) -> bool:
        """Whether it is so much of something (tonnes, kilometres), and no share or rate."""
        return self.type == "number" and bool(self.unit.powers) and all(power > 0 for _, power in self.unit.powers)

    @property
    def title(self) -> str:
        """The short name, or the meaning."""
        return self.name or self.meaning

    @property
    def is_input(self) -> bool:
        """Whether a project may be asked for it."""
        return self.kind != "computed"

    def plausible_for(self, alternative: str = "") -> Range | None:
        """Return what is usual, under one of the unit alternatives if it has any."""
        if self.alternatives is not None and alternative:
            return dict(self.alternatives.plausible).get(alternative, self.plausible)
        return self.plausible

    def unit_for(self, alternative: str = "") -> Unit:
        """Return the unit, under one of the unit alternatives if it has any."""
        if self.alternatives is not None and alternative:
            return dict(self.alternatives.units)[alternative]
        return self.unit
