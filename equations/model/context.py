"""What a publication says around its equations: terms, activities, pools and gases, boundaries. No number follows from it."""

from __future__ import annotations

from dataclasses import field

from equations.citation import Citation
from equations.errors import Place
from equations.records import record


@record(frozen=True)
class Term:
    """A term that the publication defines, in the editor's words."""

    id: str
    name: str
    meaning: str
    note: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Activity:
    """What a project does under the methodology."""

    id: str
    meaning: str
    note: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Pool:
    """A carbon pool or a source of gases, and whether the methodology counts it.

    Attributes
    ----------
    side
        Where it is counted or left out, as the publication divides it; one pool may stand on several sides.
    included
        ``yes``, ``no`` or ``conditional``; ``only_where`` then says when.
    quantities
        The quantities in which it is counted.
    """

    id: str
    name: str
    kind: str
    included: str
    side: str = ""
    gases: tuple[str, ...] = ()
    only_where: str = ""
    why: str = ""
    quantities: tuple[str, ...] = ()
    note: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Boundary:
    """An area or a period that the methodology has a project draw, or draws itself.

    Attributes
    ----------
    required
        ``yes``, ``no`` or ``open`` (left to the project).
    rests_on
        Passages of other documents that the publication points to.
    """

    id: str
    name: str
    meaning: str
    kind: str = "area"
    required: str = "yes"
    rests_on: tuple[Citation, ...] = ()
    note: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)
