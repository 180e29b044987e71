"""Completeness: under every combination of choices each quantity that the result needs is defined exactly once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding, from_error
from engine.plan.planner import plan_run
from engine.plan.setting import Setting, is_static, switches_of
from engine.plan.spec_setting import choice_combinations, listings, placeholder_setting, spans
from equations.errors import Faults, GraphError, MethodologyError
from equations.model.methodology import Methodology

_MOST_COMBINATIONS = 4096


def check_completeness(methodology: Methodology) -> list[Finding]:
    """Walk the needs of the result under every combination of choices, and under every reading that is not the default.

    Overlaps among all combinations of the switches that one quantity's cases name are the matter of :mod:`engine.checks.overlaps`.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for setting in settings_to_check(methodology):
        for error in plan_errors(methodology, setting):
            key = (error.code, error.subject, str(error.place))
            readings = {r.id: setting.readings[r.id] for r in methodology.rulings if setting.readings[r.id] != r.default}
            where = ", ".join(f"{k} = {v}" for k, v in (*setting.choices.items(), *readings.items()))
            finding = from_error(error, error.subject)
            found.setdefault(
                key,
                Finding(
                    finding.code,
                    "error",
                    finding.subject,
                    finding.what,
                    f"{finding.evidence} (found under {where})" if where else finding.evidence,
                    finding.remedy,
                    place=finding.place,
                ),
            )
    return list(found.values())


def settings_to_check(methodology: Methodology) -> Iterator[Setting]:
    """Yield the settings under which needs are walked."""
    combinations = list(choice_combinations(methodology))[:_MOST_COMBINATIONS]
    for listed in listings(methodology):
        for start, count in spans(methodology):
            for choices in combinations:
                yield placeholder_setting(methodology, choices, start=start, count=count, listed=listed)
    named_with = _choices_named_with(methodology)
    for ruling in methodology.rulings:
        for reading in ruling.readings:
            if reading.id == ruling.default:
                continue
            seen = set()
            for choices in combinations:
                key = tuple(choices[id_] for id_ in sorted(named_with.get(ruling.id, ())))
                if key not in seen:
                    seen.add(key)
                    yield placeholder_setting(methodology, choices, {ruling.id: reading.id})


def _choices_named_with(methodology: Methodology) -> dict[str, set[str]]:
    """Return, for each ruling, the choices that stand in a condition together with it."""
    found: dict[str, set[str]] = {}
    for equation in methodology.equations:
        switches = switches_of(equation.when) if equation.when is not None and is_static(equation.when) else set()
        for kind, id_ in switches:
            if kind == "reading":
                found.setdefault(id_, set()).update(other for k, other in switches if k == "choice")
    return found


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
