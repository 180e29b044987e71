"""Datasets: dated and sourced numbers, in the units in which they were printed."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from equations.citation import Citation
from equations.errors import Place
from equations.files.strict_yaml import YamlNode
from equations.formula.syntax import Node
from equations.formula.tokens import Source
from equations.records import record
from equations.units.unit import Unit

#: A printed cell: its text, or ``NA`` (excluded by the methodology). Missing cells are absent.
Cell = tuple[tuple[str, ...], str]
#: A label that stands for every member of an index: one number that holds for all of them.
EVERY = "*"
#: Among the sources of a quantity: what a project supplies itself.
PROJECT_SOURCE = "project"


@record(frozen=True)
class ValueBlock:
    """Values of one quantity.

    Attributes
    ----------
    cells
        Labels (one per index, in order) with the number as printed; converted once, when it is bound.
    when
        Condition on choices, readings and the year, or ``None``.
    uncertainty
        The distributions of the values in one line, for reading and comparing; ``distributions`` is what a simulation reads.
    """

    quantity: str
    unit: Unit
    cells: tuple[Cell, ...]
    source: Citation = Citation()
    when: Node | None = None
    letters: tuple[tuple[str, str], ...] = ()
    note: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)
    published_unit: str = ""
    id: str = ""
    uncertainty: str = ""
    distributions: YamlNode | None = field(default=None, compare=False, repr=False)
    #: Which end of an interval the values are: ``lower``, ``central`` or ``upper``; empty where they are no part of one.
    bound: str = ""


@record(frozen=True)
class Dataset:
    """Values that belong together.

    Attributes
    ----------
    use
        ``default`` or ``on-request``.
    valid_from, valid_to
        First and last day for which it holds, ISO; empty: without limit.
    superseded_by
        The dataset that comes after it.
    allowed
        Condition on choices, readings and members under which it may be used, or ``None``.
    allowed_by
        Rules that must hold where it is used.
    """

    id: str
    title: str
    use: str = "on-request"
    date: str = ""
    source: Citation = Citation()
    values: tuple[ValueBlock, ...] = ()
    place: Place | None = field(default=None, compare=False, repr=False)
    valid_from: str = ""
    valid_to: str = ""
    superseded_by: str = ""
    allowed: Node | None = None
    letters: tuple[tuple[str, str], ...] = ()
    allowed_by: tuple[str, ...] = ()


@record(frozen=True)
class PublishedResult:
    """A printed table that the equations must reproduce to its printed decimals."""

    id: str
    quantity: str
    given: tuple[str, ...]
    cells: tuple[Cell, ...]
    unit: Unit | None = None
    choices: tuple[tuple[str, str], ...] = ()
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Comparison:
    """Two formulas that should agree on the numbers of the datasets alone.

    Attributes
    ----------
    tolerance
        Largest difference that the rounding of printed numbers explains, in the unit of both sides.
    severity
        Severity of a larger difference.
    """

    id: str
    title: str
    left: Node
    right: Node
    letters: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()
    tolerance: Fraction = Fraction(0)
    choices: tuple[tuple[str, str], ...] = ()
    severity: str = "warning"
    why: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)
    left_source: Source | None = field(default=None, compare=False, repr=False)
    right_source: Source | None = field(default=None, compare=False, repr=False)
