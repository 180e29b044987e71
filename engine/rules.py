"""Evaluate the rules of a methodology on a run: each becomes findings where it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import Values, entered_in
from engine.finding import Finding
from engine.formula import FormulaEvaluator, Scope
from engine.plan import Plan
from engine.setting import Setting, is_static, may_hold
from equations.equation import Rule
from equations.methodology import Methodology
from equations.syntax import Compare, Element, Logic, MatrixRef, Node, Not, Number, Ratio, Supplied, Switch, walk

_MOST_SHOWN = 6


def asked_quantities(methodology: Methodology, setting: Setting | None = None) -> tuple[str, ...]:
    """Return the quantities that conditions of rules name, in the order of the rules.

    Parameters
    ----------
    setting
        Whose choices and readings leave rules out; none by default.
    """
    found: dict[str, None] = {}
    for rule in methodology.rules:
        if setting is not None and rule.when is not None and is_static(rule.when) and not may_hold(rule.when, setting):
            continue
        for node in walk(rule.condition):
            if isinstance(node, Element | MatrixRef):
                found[node.quantity] = None
    return tuple(found)


def check_rules(methodology: Methodology, plan: Plan, values: Values, supplied: frozenset[str]) -> tuple[Finding, ...]:
    """Evaluate every rule on the values of a run.

    Parameters
    ----------
    supplied
        Quantities that the project supplied, for ``supplied(...)``.

    Returns
    -------
    tuple of Finding
        A701 for each rule that does not hold, with the members and the numbers for which it fails; A717 for a rule that asks for a
        statement that the project does not make.
    """
    arrays = dict(values.arrays)
    evaluator = FormulaEvaluator(methodology, plan.setting, arrays, supplied, entered=entered_in(methodology, plan, arrays))
    findings: list[Finding] = []
    with np.errstate(all="ignore"):
        for rule in methodology.rules:
            findings += _check(rule, evaluator)
    return tuple(findings)


def _check(rule: Rule, evaluator: FormulaEvaluator) -> Iterator[Finding]:
    scope = Scope()
    for letter, set_id in rule.letters:
        members = evaluator.setting.members[set_id]
        scope = scope.bound(letter, set_id, np.arange(len(members), dtype=np.intp))
    if rule.when is not None:
        applies, when_letters = evaluator.condition(rule.when, scope)
        if not when_letters and not bool(applies):
            return
    unknown = [q for q in _needed(rule.condition, evaluator) if q not in evaluator.arrays]
    if unknown:
        yield from _not_stated(rule, unknown, evaluator)
        return
    held, letters = evaluator.condition(rule.condition, scope)
    shape = tuple(len(scope.letters[letter][1]) for letter in letters)
    failing = ~np.broadcast_to(held, shape)
    if rule.when is not None and when_letters:
        union = scope.order({*letters, *when_letters})
        failing = _align(failing, letters, union) & _align(applies, when_letters, union)
        letters = union
    cells = [cell for cell in np.argwhere(failing) if _is_known(rule.condition, evaluator, _at(scope, letters, cell))]
    if cells:
        yield _broken(rule, evaluator, scope, letters, cells)


def _align(array: NDArray[np.bool_], letters: tuple[str, ...], union: tuple[str, ...]) -> NDArray[np.bool_]:
    sizes = dict(zip(letters, np.shape(array), strict=True))
    return np.reshape(array, [sizes.get(letter, 1) for letter in union])


def _at(scope: Scope, letters: tuple[str, ...], cell: NDArray[np.intp]) -> Scope:
    """Return the scope of one cell."""
    narrowed = {}
    for letter, (set_id, positions) in scope.letters.items():
        if letter in letters:
            place = int(cell[letters.index(letter)])
            narrowed[letter] = (set_id, positions[place : place + 1])
        else:
            narrowed[letter] = (set_id, positions)
    return Scope(narrowed)


def _needed(node: Node, evaluator: FormulaEvaluator) -> Iterator[str]:
    """Yield the quantities without which a condition cannot be decided, given what is supplied and chosen."""
    if isinstance(node, Logic):
        for part in node.parts:
            if _decided(part, evaluator) is (node.op == "or"):
                return
        for part in node.parts:
            yield from _needed(part, evaluator)
        return
    for inner in walk(node):
        if isinstance(inner, Element | MatrixRef):
            yield inner.quantity


def _decided(node: Node, evaluator: FormulaEvaluator) -> bool | None:
    if isinstance(node, Supplied):
        return node.quantity in evaluator.supplied
    if isinstance(node, Not):
        inner = _decided(node.operand, evaluator)
        return None if inner is None else not inner
    if isinstance(node, Compare) and isinstance(node.left, Switch):
        return bool(evaluator.condition(node, Scope())[0])
    return None


def _is_known(node: Node, evaluator: FormulaEvaluator, scope: Scope) -> bool:
    """Whether the numbers that a condition compares are there (cells that a run does not need are not)."""
    for part, inner in _comparisons(node, evaluator, scope):
        for side in (part.left, part.right):
            if isinstance(side, Element | Number | Ratio) or _is_number(side):
                array, _ = evaluator.value(side, inner)
                if not np.isfinite(np.asarray(array, float)).all():
                    return False
    return True


def _comparisons(node: Node, evaluator: FormulaEvaluator, scope: Scope) -> Iterator[tuple[Compare, Scope]]:
    if isinstance(node, Compare):
        yield node, scope
    elif isinstance(node, Logic):
        for part in node.parts:
            yield from _comparisons(part, evaluator, scope)
    elif isinstance(node, Not):
        yield from _comparisons(node.operand, evaluator, scope)


def _is_number(node: Node) -> bool:
    return any(isinstance(inner, Element | MatrixRef) for inner in walk(node))


def _not_stated(rule: Rule, unknown: list[str], evaluator: FormulaEvaluator) -> Iterator[Finding]:
    statements = [q for q in unknown if evaluator.methodology.quantity[q].kind == "statement"]
    if statements:
        listed = ", ".join(statements)
        yield Finding("A717", "warning" if rule.severity == "error" else "note", rule.id,
                      f"not stated by the project: {listed}", rule.statement,
                      f"add it under `values:` ({evaluator.methodology.quantity[statements[0]].meaning})", str(rule.source),
                      rule.place)  # fmt: skip


def _broken(
    rule: Rule, evaluator: FormulaEvaluator, scope: Scope, letters: tuple[str, ...], cells: list[NDArray[np.intp]]
) -> Finding:
    shown = []
    for cell in cells[:_MOST_SHOWN]:
        here = _at(scope, letters, cell)
        where = ", ".join(evaluator.labels(letter, here)[0] for letter in letters)
        numbers = "; ".join(_numbers(rule.condition, evaluator, here))
        shown.append(f"{where}: {numbers}".strip(": ") if where else numbers)
    if len(cells) > _MOST_SHOWN:
        shown.append(f"and {len(cells) - _MOST_SHOWN} more")
    return Finding("A701", rule.severity, rule.id, rule.statement, " | ".join(shown), rule.remedy, str(rule.source), rule.place)


def _numbers(node: Node, evaluator: FormulaEvaluator, scope: Scope) -> Iterator[str]:
    """Yield both sides of each comparison that does not hold, as numbers."""
    for part, inner in _comparisons(node, evaluator, scope):
        sides = []
        for side in (part.left, part.right):
            if not (_is_number(side) or isinstance(side, Number | Ratio)):
                break
            sides.append(f"{float(np.ravel(evaluator.value(side, inner)[0])[0]):.6g}")
        if len(sides) == 2 and not bool(np.all(evaluator.condition(part, inner)[0])):
            opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[part.op]
            yield f"{sides[0]} {opposite} {sides[1]}"
