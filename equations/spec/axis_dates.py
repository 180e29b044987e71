"""Sets whose members carry a date, as a spec declares them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from equations.files.strict_yaml import Mapping, Scalar
from equations.model.index_set import IndexSet
from equations.spec.block import Block


def read_day(text: str) -> date | None:
    """Return the day that a text is, written as 2018-03-12, or ``None``."""
    try:
        return date.fromisoformat(text) if len(text) == len("2018-03-12") else None
    except ValueError:
        return None


def with_dates(block: Block, own: IndexSet) -> IndexSet:
    """Return an index set with the dates of its members, which stand in their order; report what has none, or cannot have one."""
    items = {text.text: item for item in getattr(block.node.get("members"), "items", ())
             if isinstance(item, Mapping) and isinstance(text := item.get("id"), Scalar)}  # fmt: skip
    stated = {id_: node for id_, item in items.items() if isinstance(node := item.get("date"), Scalar)}
    if block.text("dated") != "yes":
        for node in stated.values():
            block.fault("S105", f"a member of {own.id} has a date, and the set is not dated", node.place, why="it would have no meaning",
                        remedy=f"write `dated: yes` at {own.id}, or leave the date out")  # fmt: skip
        return own
    if own.kind != "members" or own.subset_of:
        whose = f"those of {own.subset_of}" if own.subset_of else "those of what it gathers" if own.kind == "group" else "those of the calendar"
        block.fault("S105", f"{own.id} cannot be dated", block.place_of("dated"), why=f"its members have days already: {whose}",
                    remedy="leave `dated:` out")  # fmt: skip
        return own
    days: dict[str, date] = {}
    for id_ in own.members:
        day = read_day(stated[id_].text) if id_ in stated else None
        if day is None:
            block.fault("S105", f"{id_}: {stated[id_].text!r} is not a date" if id_ in stated else f"the member {id_!r} of {own.id} has no date",
                        stated[id_].place if id_ in stated else block.place_of("members"), why=f"{own.id} is dated",
                        remedy=f"write {{id: {id_}, date: 2018-03-12}}")  # fmt: skip
        days[id_] = day or date.min
    order = sorted(range(len(own.members)), key=lambda at: days[own.members[at]])
    return replace(own, dated=True, members=tuple(own.members[at] for at in order), names=tuple(own.names[at] for at in order),
                   dates=tuple(days[own.members[at]].isoformat() for at in order))  # fmt: skip
