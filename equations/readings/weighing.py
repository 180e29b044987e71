"""A methodology in which sums take of each member the part that a set says (``shares:`` of an index set).

It is done once, behind all edits of readings, so that whatever evaluates, shows or compares an equation sees the part; what was written
stays with the equation, and edits are made to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equations.meaning.weights import weighed_formula
from equations.model.equation import Equation, Rule
from equations.model.index_set import IndexSet
from equations.model.methodology import Methodology


def weighed(methodology: Methodology) -> Methodology:
    """Return a methodology whose sums take parts of members; itself where no set says how they are shared."""
    if not any(index_set.weights for index_set in methodology.index_sets):
        return methodology
    sets = methodology.index_set
    equations = tuple(_equation(equation, sets) for equation in methodology.equations)
    return replace(methodology, equations=equations, rules=tuple(_rule(rule, sets) for rule in methodology.rules))


def unweighed(methodology: Methodology) -> Methodology:
    """Return a methodology with its formulas as they were written; one that was changed since stays as it is."""
    if all(equation.written is None for equation in methodology.equations) and all(rule.written is None for rule in methodology.rules):
        return methodology
    sets = methodology.index_set
    equations = tuple(_as_written(equation, sets) for equation in methodology.equations)
    return replace(methodology, equations=equations, rules=tuple(_rule_as_written(rule, sets) for rule in methodology.rules))


def _equation(equation: Equation, sets: Mapping[str, IndexSet]) -> Equation:
    formula = weighed_formula(equation.formula, dict(equation.letters), sets, value=not equation.solver)
    return equation if formula is equation.formula else replace(equation, formula=formula, written=equation.formula, printed="")


def _rule(rule: Rule, sets: Mapping[str, IndexSet]) -> Rule:
    condition = weighed_formula(rule.condition, dict(rule.letters), sets, value=False)
    return rule if condition is rule.condition else replace(rule, condition=condition, written=rule.condition)


def _as_written(equation: Equation, sets: Mapping[str, IndexSet]) -> Equation:
    if equation.written is None:
        return equation
    raw = replace(equation, formula=equation.written, written=None)
    return raw if _equation(raw, sets).formula == equation.formula else replace(equation, written=None)


def _rule_as_written(rule: Rule, sets: Mapping[str, IndexSet]) -> Rule:
    if rule.written is None:
        return rule
    raw = replace(rule, condition=rule.written, written=None)
    return raw if _rule(raw, sets).condition == rule.condition else replace(rule, written=None)
