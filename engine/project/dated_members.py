"""Members that a project lists with a date: events, campaigns, deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.plan.setting import Setting
from engine.plan.time_axes import common, days_of, reach
from engine.project.project_file import ProjectData
from equations.errors import Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.index_set import IndexSet
from equations.model.methodology import Methodology
from equations.spec.axis_dates import read_day

#: Takes code, what, place, why and remedy.
FaultTaker = Callable[[str, str, Place | None, str, str], None]
Dates = tuple[tuple[str, str], ...]


def dated_members(node: YamlNode, own: IndexSet, fault: FaultTaker) -> tuple[tuple[str, ...], Dates]:
    """Return the members that a project lists, by date, and the first and last day of each, which are one.

    ``[{id: e1, date: 2019-03-02}]``, or ``{e1: 2019-03-02}``, or such a list from a CSV file.
    """
    found: dict[str, str] = {}
    for id_, day in _listed(node, own, fault):
        if id_.text in found:
            fault("I506", f"the member {id_.text!r} of {own.id} stands twice", id_.place, "", "remove one of the two")
        elif day is None or read_day(day.text) is None:
            shown = f"{id_.text}: {day.text!r} is not a date" if day is not None else f"the member {id_.text!r} of {own.id} has no date"
            fault("I507", shown, (day or id_).place, f"each member of {own.id} falls into the year, the month, the period of its date",
                  f"write {{id: {id_.text}, date: 2018-03-12}}; of a CSV file say which column holds it, {{file: ..., date: day}}")  # fmt: skip
        else:
            found[id_.text] = day.text
    order = sorted(found, key=lambda member: found[member])
    return tuple(order), tuple((found[member], found[member]) for member in order)


def check_dates(methodology: Methodology, project: ProjectData, setting: Setting, fault: FaultTaker) -> None:
    """Report members with a date on which the project is not in operation: they would fall into nothing, and count nowhere."""
    within = reach(methodology, setting)
    for set_id in (s.id for s in methodology.index_sets if s.dated and s.id in project.members):
        for member, days in zip(setting.members[set_id], days_of(methodology, setting, set_id), strict=True):
            if not common(days, within):
                day = dict(zip(setting.members[set_id], setting.dates[set_id], strict=True))[member][0]
                fault("I507", f"{member} of {set_id} ({day}) lies outside the operation, {setting.start} to {setting.end}",
                      project.members[set_id].place, "it falls into no year of the project, and would count nowhere",
                      "leave it out, or correct its date or the days of operation")  # fmt: skip


def _listed(node: YamlNode, own: IndexSet, fault: FaultTaker) -> Iterator[tuple[Scalar, Scalar | None]]:
    if isinstance(node, Mapping):
        yield from ((key, value if isinstance(value, Scalar) and not value.is_empty else None) for key, value in node)
        return
    if not isinstance(node, Sequence):
        fault("I506", f"the members of {own.id} must be a list", node.place, "", f"write {own.id}: [{{id: a, date: 2018-03-12}}]")
        return
    for item in node.items:
        id_ = item.get("id") if isinstance(item, Mapping) else item
        day = item.get("date") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping):
            for key, _ in item:
                if key.text not in ("id", "date"):
                    fault("I502", f"{key.text!r} is not known of a member", key.place, "a field that is not known would be passed over",
                          "the fields are id and date")  # fmt: skip
        if isinstance(id_, Scalar) and not id_.is_empty:
            yield id_, day if isinstance(day, Scalar) and not day.is_empty else None
        else:
            fault("I506", f"a member of {own.id} without a name", item.place, "", "write {id: a, date: 2018-03-12}")
