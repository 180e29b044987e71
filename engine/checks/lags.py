"""Lags of rules and comparisons: where there is no year before, neither applies; one that never applies is a fault of the spec."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from engine.finding import Finding
from engine.plan.setting import MOST_YEARS, Setting
from engine.plan.spec_setting import YEARS, choice_combinations, open_orders, placeholder_setting
from engine.run.formula import Scope, Valued, aligned
from engine.run.rule_formulas import RuleFormulas
from engine.run.truth import AWAY, FALSE, TRUE
from equations.formula.syntax import Binder, Element, IndexLetter, MatrixRef, Node, Window, walk
from equations.formula.tokens import Source
from equations.model.dataset import Comparison
from equations.model.equation import Rule
from equations.model.methodology import Methodology

_FIRST = 2001
_MOST_SETTINGS = 256


def check_lags(methodology: Methodology) -> list[Finding]:
    """Report rules and comparisons whose lag no year can have (an error), and rules that do not apply to the first or last years."""
    findings: list[Finding] = []
    for rule in methodology.rules:
        lags = _lags(rule.condition, rule.when)
        if lags:
            findings += _rule(rule, lags, methodology)
    for comparison in methodology.comparisons:
        lags = _lags(comparison.left, comparison.right)
        if lags and not any(_compares(comparison, RuleFormulas(methodology, s, {})) for s in _settings(methodology, lags)):
            source = comparison.left_source if lags[0] in set(_lags(comparison.left)) else comparison.right_source
            findings.append(_never(comparison.id, "comparison", lags[0], source, str(comparison.source)))
    return findings


def _lags(*nodes: Node | None) -> list[IndexLetter]:
    """Return the indices and the ends of windows with an offset, those that reach farthest first."""
    found = [end for node in nodes if node is not None for part in walk(node) for end in _ends(part) if end.offset]
    return sorted(found, key=lambda index: -abs(index.offset))


def _ends(part: Node) -> list[IndexLetter]:
    """Return the letters with which an element is read, or with which a window begins and ends."""
    if isinstance(part, Element | MatrixRef):
        return [index for index in part.indices if isinstance(index, IndexLetter)]
    window = part.within if isinstance(part, Binder) else None
    is_open = isinstance(window, Window) and not window.within
    return [end for end in (window.first, window.last) if isinstance(end, IndexLetter)] if is_open and isinstance(window, Window) else []


def _settings(methodology: Methodology, lags: list[IndexLetter]) -> Iterator[Setting]:
    """Yield settings with more years, and more members of sets that projects list in order, than any lag reaches, under every choice."""
    years = abs(lags[0].offset) + YEARS
    if years >= MOST_YEARS:
        return
    sizes = {s.id: years for s in open_orders(methodology)}
    for choices in islice(choice_combinations(methodology), _MOST_SETTINGS):
        yield placeholder_setting(methodology, choices, start=_FIRST, count=years, sizes=sizes, from_january=True)


def _rule(rule: Rule, lags: list[IndexLetter], methodology: Methodology) -> Iterator[Finding]:
    applies, skipped, asked = False, "", False
    for setting in _settings(methodology, lags):
        formulas, scope = RuleFormulas(methodology, setting, {}), Scope()
        for letter, set_id in rule.letters:
            scope = scope.bound(letter, set_id, np.arange(len(setting.members[set_id]), dtype=np.intp))
        with np.errstate(all="ignore"):
            when: Valued = (np.array(TRUE, np.uint8), ()) if rule.when is None else formulas.decided(rule.when, scope)
            truth = formulas.decided(rule.condition, scope)
        axes = scope.order({*truth[1], *when[1]})
        may, can_be = np.broadcast_arrays(aligned(when, axes), aligned(truth, axes))
        asked |= bool((may != FALSE).any())
        here = (may != FALSE) & (can_be != AWAY)
        applies |= bool(here.any())
        gone = np.argwhere((may != FALSE) & (can_be == AWAY))
        if len(gone) and not skipped:
            skipped = "first" if lags[0].offset < 0 else "last"
    if (asked and not applies) or (not asked and abs(lags[0].offset) + YEARS >= MOST_YEARS):
        yield _never(rule.id, "rule", lags[0], rule.condition_source, str(rule.source))
    elif skipped:
        count = abs(lags[0].offset)
        years = f"the {skipped} year" if count == 1 else f"the {skipped} {count} years"
        yield Finding(
            "G405", "note", rule.id, f"the rule {rule.id} does not apply to {years} of a project",
            f"it reads {lags[0].letter}{lags[0].offset:+d}",
            f"write `{lags[0].letter} == start or ...` with what holds there, if anything does", source=str(rule.source),
            place=rule.place,
        )  # fmt: skip


def _compares(comparison: Comparison, formulas: RuleFormulas) -> bool:
    """Whether a comparison has a cell for which both sides are there."""
    scope = Scope()
    for letter, set_id in comparison.letters:
        scope = scope.bound(letter, set_id, np.arange(len(formulas.setting.members[set_id]), dtype=np.intp))
    sides = [formulas.away(side, scope) for side in (comparison.left, comparison.right)]
    axes = scope.order({x for _, letters in sides for x in letters})
    return not bool((aligned(sides[0], axes) | aligned(sides[1], axes)).all())


def _never(id_: str, what: str, lag: IndexLetter, source: Source | None, cited: str) -> Finding:
    return Finding(
        "G405", "error", id_,
        f"the {what} {id_} never applies: no year has {lag.letter}{lag.offset:+d} among those that it runs over",
        "a lag does not stop at the first year; where there is no such year, nothing is compared",
        "take a smaller lag, or limit the years so that it can be reached", source=cited,
        place=source.place(lag.span) if source else None,
    )  # fmt: skip
