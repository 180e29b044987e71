"""What keeps a methodology from being planned in a setting without a project."""

from __future__ import annotations

from engine.plan.planner import plan_run
from engine.plan.setting import Setting
from equations.errors import Faults, GraphError, MethodologyError
from equations.model.methodology import Methodology


def plan_errors(methodology: Methodology, setting: Setting) -> list[MethodologyError]:
    """Return what keeps the result from being planned in a setting, computed quantities without an equation included."""
    targets = methodology.reported
    errors: list[MethodologyError] = []
    try:
        plan = plan_run(methodology, setting, targets)
    except Faults as faults:
        return list(faults.errors)
    except MethodologyError as error:
        return [error]
    for id_ in plan.inputs:
        quantity = methodology.quantity[id_]
        if quantity.kind == "computed":
            users = ", ".join(methodology.equation[e].label for e in plan.needed_by.get(id_, ()))
            others = ", ".join(e.label for e in methodology.definitions.get(id_, ()))
            why = f"it is computed, and {users} uses it" if users else "it is computed, and it is a result"
            errors.append(
                GraphError(
                    "G403",
                    f"no equation defines {id_}",
                    quantity.place,
                    subject=id_,
                    why=f"{why}; {others} holds in other cases" if others else why,
                    remedy="add the missing case" if others else "write its equation, or declare it as monitored or fixed_ex_ante",
                )
            )
    return errors
