"""Which equations can hold in one project: those whose conditions some combination of choices lets stand together."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from engine.plan.setting import Setting, choices_of, is_static, may_hold
from equations.model.equation import Equation
from equations.model.methodology import Methodology

#: So many combinations of choices are looked at; where two conditions name more, they are taken to meet.
_MOST = 4096


def can_meet(first: Equation, second: Equation, methodology: Methodology, base: Setting) -> bool:
    """Whether a project can choose so that both equations hold, each for some of its members.

    Parameters
    ----------
    base
        Any setting of the methodology; its choices are put aside.
    """
    conditions = [e.when for e in (first, second) if e.when is not None and is_static(e.when)]
    if len(conditions) < 2:
        return True
    named = sorted(set().union(*map(choices_of, conditions)))
    values = [[value.id for value in methodology.choice[id_].values] for id_ in named]
    ways = product(*values)
    for at, chosen in enumerate(ways):
        setting = replace(base, choices=dict(zip(named, chosen, strict=True)))
        if at >= _MOST or all(may_hold(condition, setting) for condition in conditions):
            return True
    return False
