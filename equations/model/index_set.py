"""What subscripts run over: ordered sets of named members, the year axis, groups of members, and relations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from equations.errors import Place
from equations.formula.syntax import Node
from equations.formula.tokens import Source
from equations.records import record

#: The group whose members are the monitoring periods of a project.
PERIOD_SET = "period"
#: Kinds of axes whose members follow from the days of operation.
CALENDAR = ("year", "month", "project_year", "day")


@record(frozen=True)
class Weight:
    """Which part of a member of another set one of a set's own members has, where two may share it.

    Attributes
    ----------
    of
        The set whose members are shared.
    formula
        A plain number between 0 and 1, in the two letters.
    member, holder
        The letters: of the member that is shared, and of the one that has a part of it.
    """

    of: str
    formula: Node
    member: str
    holder: str
    source: Source | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class IndexSet:
    """A declared index type.

    Attributes
    ----------
    kind
        ``members`` (named things), ``group`` (of the members of ``groups``), or one of :data:`CALENDAR`.
    subset_of
        Id of the larger set, or empty; of project years the set that holds years before them, if there is one.
    ordered
        Whether members have an order: lags, windows, ``first`` and ``last``. Years have one, and monitoring periods by date.
    history
        Of ``kind: year``, how many years before the project's first it holds.
    project
        Who names the members: ``fixed`` (the spec), ``may-replace`` (the project may list those it has) or
        ``must-list`` (only the project can).
    """

    id: str
    letters: tuple[str, ...] = ()
    meaning: str = ""
    members: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    kind: str = "members"
    subset_of: str = ""
    groups: str = ""
    project: str = "fixed"
    #: For a group whose parts the spec lists: the members of ``groups`` in each of its own members.
    parts: tuple[tuple[str, ...], ...] = ()
    ordered: bool = False
    #: Whether each member carries a date, those of ``dates`` where the spec names them; members stand in the order of their dates.
    dated: bool = False
    dates: tuple[str, ...] = ()
    history: int = 0
    #: Sets in time of whose members two of its own may have a part: the years that two monitoring periods share.
    shares: tuple[str, ...] = ()
    #: How they are shared, of those of which the spec says it once for all sums.
    weights: tuple[Weight, ...] = ()
    place: Place | None = field(default=None, compare=False, repr=False)

    def name_of(self, member: str) -> str:
        """Return the full name of a member, or the member itself."""
        names = dict(zip(self.members, self.names, strict=False))
        return names.get(member) or member

    def weight_of(self, set_id: str) -> Weight | None:
        """Return how its members share those of another set, ``None`` where nothing says it."""
        return next((weight for weight in self.weights if weight.of == set_id), None)


def lies_in_time(set_id: str, sets: Mapping[str, IndexSet]) -> bool:
    """Whether the members of a set are days or stretches of days: of the calendar, groups of such, or parts of such a set."""
    own = sets[set_id]
    if own.kind in CALENDAR or own.dated:
        return True
    above = own.groups if own.kind == "group" else own.subset_of
    return above in sets and lies_in_time(above, sets)


def gathers(group: str, own: str, sets: Mapping[str, IndexSet]) -> bool:
    """Whether members of one set lie in those of another: those that a group gathers, or days in a stretch of days."""
    return sets[group].groups == own or (group != own and lies_in_time(group, sets) and lies_in_time(own, sets))


def gathered(group: str, sets: Mapping[str, IndexSet]) -> str:
    """Return in words what a group gathers."""
    return sets[group].groups or f"other sets in time than {group}"


def axis_names(indices: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name for each axis: its index set, and from the second axis over the same set on a number behind it.

    Examples
    --------
    >>> axis_names(("zone", "zone", "year"))
    ('zone', 'zone_2', 'year')
    """
    names: list[str] = []
    for at, index in enumerate(indices):
        turn = indices[:at].count(index)
        names.append(f"{index}_{turn + 1}" if turn else index)
    return tuple(names)


@record(frozen=True)
class Relation:
    """Which combinations of members exist; ``pairs`` where the spec says so, else the project lists them."""

    id: str
    over: tuple[str, ...]
    meaning: str = ""
    pairs: tuple[tuple[str, ...], ...] | None = None
    place: Place | None = field(default=None, compare=False, repr=False)
