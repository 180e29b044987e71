"""How members of a set share those of another: plain numbers, which add up to no more than the whole wherever the calendar decides it."""

from __future__ import annotations

from engine.checks.dimensions import check_weights
from engine.finding import Finding, from_error
from engine.plan.spec_setting import choice_combinations, placeholder_setting
from engine.run.formula import FormulaEvaluator
from engine.run.shared_parts import check_parts
from equations.errors import MethodologyError
from equations.formula.syntax import quantities_in
from equations.model.methodology import Methodology


def check_shared_parts(methodology: Methodology) -> list[Finding]:
    """Return what keeps parts of members from being parts, in a project of which nothing is known."""
    if not any(index_set.weights for index_set in methodology.index_sets) or check_weights(methodology):
        return []
    if any(quantities_in(weight.formula) for index_set in methodology.index_sets for weight in index_set.weights):
        return []  # a run decides
    setting = placeholder_setting(methodology, next(iter(choice_combinations(methodology))), dict(methodology.taken))
    try:
        check_parts(FormulaEvaluator(methodology, setting, {}))
    except MethodologyError as error:
        return [from_error(one, error.subject) for one in getattr(error, "errors", (error,))]
    return []
