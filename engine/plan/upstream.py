"""What a quantity follows from, and what a supplied quantity cuts off: its equations, and what leads only to them."""

from __future__ import annotations

from engine.plan.plan import Plan
from engine.plan.setting import Setting, may_hold
from equations.formula.syntax import quantities_in
from equations.model.methodology import Methodology


def cut_off(methodology: Methodology, plan: Plan, quantity: str) -> str:
    """Return the supplied quantity that stands in the place of equations to which another one leads, or an empty text.

    What leads only there is not computed, and nobody is asked for it.
    """
    if quantity in plan.required:
        return ""
    for id_ in plan.required:
        if id_ in plan.inputs and id_ in methodology.definitions and quantity in upstream(methodology, plan.setting, id_):
            return id_
    return ""


def upstream(methodology: Methodology, setting: Setting, quantity: str, inputs: frozenset[str] = frozenset()) -> set[str]:
    """Return what a quantity follows from by the equations that choices and readings leave standing, beyond none of ``inputs``."""
    queue, found = [quantity], set[str]()
    while queue:
        id_ = queue.pop()
        for equation in methodology.definitions.get(id_, ()):
            if may_hold(equation.when, setting):
                new = set(quantities_in(equation.formula)) - found
                found |= new
                queue += sorted(new - inputs)
    return found
