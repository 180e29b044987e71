"""Substitution: how a methodology lets numbers be replaced that could not be measured."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from equations.citation import Citation
from equations.errors import Place
from equations.formula.syntax import Node
from equations.records import record

#: What stands in place of a number, of the measured numbers of its series.
TAKES = ("zero", "least", "most", "mean", "before", "after")


@record(frozen=True)
class Substitution:
    """One method by which numbers of a quantity may be replaced.

    Attributes
    ----------
    id
        How a project names it: ``state: substituted by ID``.
    takes
        One of :data:`TAKES`; empty where the method stands in words alone, and no number can be computed from it.
    along
        Index set along which a series runs; empty: the last one in time or in order, else all cells are one series.
    at_most
        Largest share of a series that may be replaced.
    in_a_row
        Most neighbours that may be replaced together.
    when
        Condition on choices, readings and members under which it is allowed, or ``None``.
    """

    id: str
    statement: str = ""
    takes: str = ""
    along: str = ""
    at_most: Fraction | None = None
    in_a_row: int | None = None
    when: Node | None = None
    letters: tuple[tuple[str, str], ...] = ()
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)
