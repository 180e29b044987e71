"""Lags of rules and comparisons: where there is no year before, neither applies; one that never applies is a fault of the spec."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from engine.finding import Finding
from engine.plan.guards import word_for
from engine.plan.setting import MOST_YEARS, Setting
from engine.plan.spec_setting import YEARS, choice_combinations, open_orders, placeholder_setting
from engine.run.formula import Scope, Valued, aligned
from engine.run.rule_formulas import RuleFormulas
from engine.run.truth import AWAY, FALSE, TRUE
from equations.formula.syntax import Binder, Element, IndexLabel, IndexLetter, MatrixRef, Node, Window, walk
from equations.formula.tokens import Source
from equations.model.dataset import Comparison
from equations.model.equation import Rule
from equations.model.index_set import IndexSet
from equations.model.methodology import Methodology
from equations.notation.plain import end_text
from equations.records import record

_FIRST = 2001
_MOST_SETTINGS = 256


def check_lags(methodology: Methodology) -> list[Finding]:
    """Report rules and comparisons whose lag no year can have (an error), and rules that do not apply to the first or last years."""
    findings: list[Finding] = []
    for rule in methodology.rules:
        lags = _lags(methodology, rule.condition, rule.when)
        if lags:
            findings += _rule(rule, lags, methodology)
    for comparison in methodology.comparisons:
        lags = _lags(methodology, comparison.left, comparison.right)
        if lags and not any(_compares(comparison, RuleFormulas(methodology, s, {})) for s in _settings(methodology, lags)):
            source = comparison.left_source if lags[0] in _lags(methodology, comparison.left) else comparison.right_source
            findings.append(_never(comparison.id, "comparison", lags[0], source, str(comparison.source)))
    return findings


@record(frozen=True)
class Lagged:
    """An index or an end of a window that lies some members before or behind a letter of an ordered axis."""

    index: IndexLetter | IndexLabel
    axis: IndexSet

    @property
    def count(self) -> int:
        """By how many members."""
        return abs(self.index.offset)


def _lags(methodology: Methodology, *nodes: Node | None) -> list[Lagged]:
    """Return the indices and the ends of windows with an offset, those that reach farthest first."""
    parts = (part for node in nodes if node is not None for part in walk(node))
    found = [Lagged(end, methodology.index_set[axis]) for part in parts for end, axis in _ends(part, methodology) if end.offset]
    return sorted(found, key=lambda reach: -reach.count)


def _ends(part: Node, methodology: Methodology) -> list[tuple[IndexLetter | IndexLabel, str]]:
    """Return the letters with which an element is read, or with which a window begins and ends, and the axis of each."""
    if isinstance(part, Element | MatrixRef):
        pairs = zip(part.indices, methodology.quantity[part.quantity].indices[part.whole :], strict=True)
        return [(index, axis) for index, axis in pairs if isinstance(index, IndexLetter)]
    window = part.within if isinstance(part, Binder) else None
    if not isinstance(window, Window) or window.within:
        return []
    return [(end, window.set) for end in (window.first, window.last)]


def _settings(methodology: Methodology, lags: list[Lagged]) -> Iterator[Setting]:
    """Yield settings with more years, and more members of sets that projects list in order, than any lag reaches, under every choice."""
    years = lags[0].count + YEARS
    if years >= MOST_YEARS:
        return
    sizes = {s.id: years for s in open_orders(methodology)}
    for choices in islice(choice_combinations(methodology), _MOST_SETTINGS):
        yield placeholder_setting(methodology, choices, start=_FIRST, count=years, sizes=sizes, from_january=True)


def _rule(rule: Rule, lags: list[Lagged], methodology: Methodology) -> Iterator[Finding]:
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
            skipped = "first" if lags[0].index.offset < 0 else "last"
    if (asked and not applies) or (not asked and lags[0].count + YEARS >= MOST_YEARS):
        yield _never(rule.id, "rule", lags[0], rule.condition_source, str(rule.source))
    elif skipped:
        word = word_for(lags[0].axis)
        members = f"the {skipped} {word}" if lags[0].count == 1 else f"the {skipped} {lags[0].count} {word}s"
        yield Finding(
            "G405", "note", rule.id, f"the rule {rule.id} does not apply to {members} of a project",
            f"it reads {_shown(lags[0])}",
            _case_for(lags[0], skipped),
            source=str(rule.source), place=rule.place,
        )  # fmt: skip


def _compares(comparison: Comparison, formulas: RuleFormulas) -> bool:
    """Whether a comparison has a cell for which both sides are there."""
    scope = Scope()
    for letter, set_id in comparison.letters:
        scope = scope.bound(letter, set_id, np.arange(len(formulas.setting.members[set_id]), dtype=np.intp))
    sides = [formulas.away(side, scope) for side in (comparison.left, comparison.right)]
    axes = scope.order({x for _, letters in sides for x in letters})
    return not bool((aligned(sides[0], axes) | aligned(sides[1], axes)).all())


def _shown(reach: Lagged) -> str:
    return end_text(reach.index)


def _case_for(reach: Lagged, side: str) -> str:
    if isinstance(reach.index, IndexLabel):
        return f"cut the window there, `within {reach.axis.id}`, if the rule means so"
    edge = {"first": "start", "last": "end"}[side] if reach.axis.kind == "year" else side
    return f"write `{reach.index.letter} == {edge} or ...` with what holds there, if anything does"


def _never(id_: str, what: str, lag: Lagged, source: Source | None, cited: str) -> Finding:
    return Finding(
        "G405", "error", id_,
        f"the {what} {id_} never applies: no {word_for(lag.axis)} has {_shown(lag)} among those that it runs over",
        f"a lag does not stop at the first {word_for(lag.axis)}; where there is no such {word_for(lag.axis)}, nothing is compared",
        f"take a smaller lag, or limit the {word_for(lag.axis)}s so that it can be reached", source=cited,
        place=source.place(lag.index.span) if source else None,
    )  # fmt: skip
