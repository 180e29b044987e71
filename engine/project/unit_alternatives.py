"""Unit alternatives: quantities of one group are given by mass or by volume, and for one member all of them in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.plan.cells import cell_name
from engine.plan.plan import Plan
from engine.project.statements import Cell, Statements
from engine.project.written_numbers import Given
from equations.errors import InputError
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

#: Quantity, the member that decides, the cell, and what is given there.
_Taken = tuple[Quantity, str, Cell, Given]


def alternatives_taken(methodology: Methodology, plan: Plan, said: Mapping[str, Statements]) -> dict[str, dict[str, str]]:
    """Return group -> member -> the alternative that its values take: that of the first of them."""
    found: dict[str, dict[str, str]] = {}
    for quantity, member, _, given in _taken(methodology, plan, said):
        assert quantity.alternatives is not None
        found.setdefault(quantity.alternatives.group, {}).setdefault(member, given.alternative)
    return found


def mixed_alternatives(methodology: Methodology, plan: Plan, said: Mapping[str, Statements]) -> Iterator[InputError]:
    """Yield I503 once for each quantity that gives a member otherwise than its partners do."""
    chosen = alternatives_taken(methodology, plan, said)
    reported = set()
    for quantity, member, cell, given in _taken(methodology, plan, said):
        assert quantity.alternatives is not None
        wanted = chosen[quantity.alternatives.group][member]
        if given.alternative != wanted and quantity.id not in reported:
            reported.add(quantity.id)
            name = cell_name(quantity, plan.setting, cell)
            yield InputError("I503", f"{name} is given by {given.alternative}, its partners by {wanted}", given.place,
                             why=f"all of {member} is counted in one way",
                             remedy=f"give it in {quantity.unit_for(wanted)}")  # fmt: skip


def _taken(methodology: Methodology, plan: Plan, said: Mapping[str, Statements]) -> Iterator[_Taken]:
    """Yield what counts for the cells that are needed, and what else the project lists."""
    for id_ in plan.inputs:
        quantity = methodology.quantity[id_]
        if quantity.alternatives is None or id_ not in said:
            continue
        axis = quantity.indices.index(quantity.alternatives.by)
        members = plan.setting.members[quantity.alternatives.by]
        for cell, given in {**said[id_].taken, **said[id_].listed}.items():
            yield quantity, members[cell[axis]], cell, given
