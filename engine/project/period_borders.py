"""Where monitoring periods begin and end: with whole years of operation, unless the spec says how two periods share one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from engine.plan.setting import Setting
from engine.plan.time_axes import Days, common, days_of, how_shared, operation
from engine.project.project_file import Period, ProjectData
from equations.errors import Place
from equations.model.index_set import CALENDAR, PERIOD_SET
from equations.model.methodology import Methodology

#: Takes code, what, place, why and remedy.
FaultTaker = Callable[[str, str, Place | None, str, str], None]
_WORDS = {"year": "calendar year"}


def check_borders(methodology: Methodology, project: ProjectData, setting: Setting, fault: FaultTaker) -> None:
    """Report periods that begin or end within a year of operation, which equations give one value.

    Where the periods of a methodology gather another axis, its members are meant; where they share them out, no border is a fault.
    """
    own = methodology.index_set.get(PERIOD_SET)
    axis = own.groups if own is not None else methodology.year_set
    if axis not in methodology.index_set or methodology.index_set[axis].kind not in CALENDAR or (own is not None and axis in own.shares):
        return
    kind = methodology.index_set[axis].kind
    members = dict(zip(setting.members[axis], (common(d, operation(setting)) for d in days_of(methodology, setting, axis)), strict=True))
    word, remedy = kind.replace("_", " "), _remedy(methodology, axis)
    for one, other in combinations(sorted(project.periods, key=lambda p: p.place.line if p.place else 0), 2):
        if not (one.start <= other.end and other.start <= one.end) and any(_has(one, d) and _has(other, d) for d in members.values()):
            fault("I507", f"the periods {one.id!r} and {other.id!r} share a {_WORDS.get(kind, word)}", other.place,
                  f"equations give one value a {word}, which cannot be divided between two periods",
                  f"let the periods change at the end of a {word}{remedy}")  # fmt: skip
    for period in project.periods:
        for day, at, turn in ((period.start, 0, "starts"), (period.end, -1, "ends")):
            label, days = next(((x, d) for x, d in members.items() if d and d[0][0] <= day.toordinal() <= d[-1][1]), ("", ()))
            if days and days[at][at] != day.toordinal():
                fault("I507", f"the period {period.id!r} {turn} on {day}, within a {word} of operation", period.place,
                      f"the equations give one value for all operating days of {label}, and the operation goes on "
                      f"{'before' if turn == 'starts' else 'after'} that day",
                      f"let periods change at the end of a {word}, or let the operation start or end on that day{remedy}")  # fmt: skip


def _has(period: Period, days: Days) -> bool:
    return bool(common(((period.start.toordinal(), period.end.toordinal()),), days))


def _remedy(methodology: Methodology, axis: str) -> str:
    """Return how periods may begin and end elsewhere: by a reading of the methodology, or by what its spec would have to say."""
    for ruling in methodology.rulings:
        for reading in ruling.readings:
            sets = (edit.entry for block in reading.edits for edit in block.entries if edit.key == ("index_sets", PERIOD_SET))
            if any(axis in getattr(own, "shares", ()) for own in sets):
                return f"; or take the reading that shares it, readings: {{{ruling.id}: {reading.id}}}"
    return f"; or let the spec say how it is shared ({how_shared(methodology, axis, PERIOD_SET)} at the index set {PERIOD_SET})"
