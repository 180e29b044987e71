"""The rules of a methodology on a run: each is held, broken, not decided and why, or does not apply and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from engine.finding import Finding
from engine.plan.plan import Plan
from engine.plan.tools_in_use import idle_tools, tool_path
from engine.plan.upstream import cut_off, upstream
from engine.run.evaluate import Entered, Values
from engine.run.formula import Scope, Valued, aligned
from engine.run.rule_formulas import Lack, RuleFormulas
from engine.run.truth import AWAY, FALSE, TRUE, Truth
from equations.errors import listed
from equations.formula.syntax import (
    Compare,
    Element,
    Logic,
    MatrixRef,
    Node,
    Not,
    Number,
    Ratio,
    Supplied,
    Switch,
    walk,
)
from equations.model.equation import Rule
from equations.model.methodology import Methodology
from equations.records import record
from equations.shown import Shown

#: The verdicts, the worst first.
BROKEN, UNDECIDED, HELD, IDLE = "broken", "not decided", "held", "does not apply"
STATES = (BROKEN, UNDECIDED, HELD, IDLE)
_MOST_SHOWN, _MOST_LOOKED_AT, _MOST_LACKS = 6, 24, 40


@record(frozen=True)
class Verdict(Shown):
    """What a run says of one rule.

    Attributes
    ----------
    state
        One of :data:`STATES`.
    why
        What is broken or missing, or why the rule does not apply; empty where it is held.
    partly
        Where the rule does not apply although it does elsewhere, and why.
    findings
        What is reported of it: nothing where it is held or does not apply.
    """

    rule: str
    severity: str
    statement: str
    state: str
    why: str = ""
    partly: str = ""
    source: str = ""
    findings: tuple[Finding, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return the verdict as plain data."""
        return {"rule": self.rule, "severity": self.severity, "statement": self.statement, "verdict": self.state, "why": self.why,
                "not_applied": self.partly, "source": self.source}  # fmt: skip


def tallied(verdicts: tuple[Verdict, ...]) -> str:
    """Return ``30 held, 1 broken``, or ``none``."""
    counts = {state: sum(verdict.state == state for verdict in verdicts) for state in (HELD, BROKEN, UNDECIDED, IDLE)}
    words = {IDLE: "not applicable"}
    return ", ".join(f"{count} {words.get(state, state)}" for state, count in counts.items() if count) or "none"


def judge_rules(methodology: Methodology, plan: Plan, values: Values, supplied: frozenset[str]) -> tuple[Verdict, ...]:
    """Decide every rule on the values of a run.

    Parameters
    ----------
    supplied
        Quantities that the project supplied, for ``supplied(...)``.

    Returns
    -------
    tuple of Verdict
        One for each rule, in order. A rule that does not hold has a finding A701 with the members and the numbers for which it fails;
        one that is not decided has A717 where a statement of the project is missing, else A740, of the severity of the rule.
    """
    arrays = dict(values.arrays)
    formulas = RuleFormulas(
        methodology, plan.setting, arrays, supplied, entered=Entered(methodology, plan, arrays), states=values.states,
        needs=plan.needs, computed=frozenset(values.steps),
    )  # fmt: skip
    with np.errstate(all="ignore"):
        return tuple(_Judge(rule, formulas, plan).verdict() for rule in methodology.rules)


def check_rules(methodology: Methodology, plan: Plan, values: Values, supplied: frozenset[str]) -> tuple[Finding, ...]:
    """Return what is reported of every rule; see :func:`judge_rules`."""
    return tuple(finding for verdict in judge_rules(methodology, plan, values, supplied) for finding in verdict.findings)


@record(frozen=False)
class _Judge:
    rule: Rule
    formulas: RuleFormulas
    plan: Plan
    scope: Scope = field(default_factory=Scope)

    def verdict(self) -> Verdict:
        """Return the verdict on the rule."""
        methodology = self.formulas.methodology
        if (path := tool_path(methodology, self.rule.id)) and path in idle_tools(methodology, self.plan.required):
            return self.said(IDLE, f"nothing of the tool {path} is needed")
        formulas, setting = self.formulas, self.formulas.setting
        for letter, set_id in self.rule.letters:
            self.scope = self.scope.bound(letter, set_id, np.arange(len(setting.members[set_id]), dtype=np.intp))
        applies: Valued = (np.array(TRUE, np.uint8), ()) if self.rule.when is None else formulas.decided(self.rule.when, self.scope)
        # Only where one answer holds for all members; a condition on members is joined to the rule cell by cell below.
        if not applies[1] and int(applies[0]) == FALSE:
            return self.said(IDLE, self.under())
        for _, set_id in self.rule.letters:
            if not setting.members[set_id]:
                if formulas.methodology.base_set(set_id) in setting.unlisted:
                    return self.said(IDLE, f"the project lists no members of {set_id}, and no number needs them")
                return self.said(IDLE, f"{set_id} has no members")
        return self.of_cells(*self.cells(applies))

    def cells(self, applies: Valued) -> tuple[Truth, tuple[str, ...]]:
        """Return what the rule can be for each of its members; away where it does not apply."""
        held, letters = self.formulas.decided(self.rule.condition, self.scope)
        union = self.scope.order({*letters, *applies[1]})
        truth, when = aligned((held, letters), union), aligned(applies, union)
        # A truth is a set of bits: what it can be. Where `when` itself is open the rule may both apply, with what it says, and be
        # away.
        truth = np.where(when & TRUE, truth, 0) | np.where(when & (FALSE | AWAY), AWAY, 0)
        for letter, _ in self.rule.letters:
            truth = self.formulas.unmonitored(truth, letter, union, self.scope)
        return np.asarray(truth, np.uint8), union

    def of_cells(self, truth: Truth, letters: tuple[str, ...]) -> Verdict:
        # Open is what might be broken and need not be; what is true or away in every case needs no number that is missing.
        away, open_ = truth == AWAY, ((truth & FALSE) > 0) & (truth != FALSE)
        reasons = self.lacks(np.argwhere(open_), letters)
        excuse = self.excuse([lack for _, lacks in reasons for lack in lacks]) if open_.any() else ""
        # Nobody was asked for what is missing here, as something in its place is supplied: the rule does not apply, and is no open
        # question.
        if excuse:
            away, open_ = away | open_, np.zeros_like(open_)
        broken = np.argwhere(truth == FALSE)
        partly = self.partly(np.argwhere(away), letters, excuse) if away.any() else ""
        if away.all():
            return self.said(IDLE, partly.partition(": ")[2] or partly if letters else partly)
        findings = []
        if len(broken):
            findings.append(self.broken(broken, letters))
        if open_.any():
            findings.append(self.open(reasons, letters))
        if not findings:
            return self.said(HELD, partly=partly)
        return self.said(BROKEN if len(broken) else UNDECIDED, findings[0].evidence, partly, tuple(findings))

    def said(self, state: str, why: str = "", partly: str = "", findings: tuple[Finding, ...] = ()) -> Verdict:
        rule = self.rule
        return Verdict(
            rule=rule.id, severity=rule.severity, statement=rule.statement, state=state, why=why, partly=partly,
            source=str(rule.source), findings=findings,
        )  # fmt: skip

    # -- where it does not apply

    def under(self) -> str:
        """Say under which choices, readings and supplied quantities a rule is left out."""
        assert self.rule.when is not None
        setting, parts = self.formulas.setting, dict[str, None]()
        for node in walk(self.rule.when):
            if isinstance(node, Switch):
                values = setting.choices
                parts[f"under {node.id} = {values[node.id]}"] = None
            elif isinstance(node, Supplied):
                parts[f"{node.quantity} is {'' if node.quantity in self.formulas.supplied else 'not '}supplied"] = None
        return ", ".join(parts) or "its condition `when` does not hold"

    def partly(self, cells: NDArray[np.intp], letters: tuple[str, ...], excuse: str) -> str:
        """Say where a rule does not apply, and why."""
        why: dict[str, None] = {excuse: None} if excuse else {}
        for _, lacks in self.lacks(cells, letters):
            why |= dict.fromkeys(lack.text for lack in lacks if lack.away)
        reason = "; ".join(list(why)[:_MOST_SHOWN]) or (self.under() if self.rule.when is not None else "it reads nothing there")
        names = [self.name(cell, letters) for cell in cells[: _MOST_SHOWN + 1]]
        more = f" and {len(cells) - _MOST_SHOWN} more" if len(cells) > _MOST_SHOWN else ""
        return f"{' | '.join(names[:_MOST_SHOWN])}{more}: {reason}" if letters else reason

    def excuse(self, lacks: list[Lack]) -> str:
        """Say why nobody is asked for what a rule lacks, or nothing: what was computed from it is supplied, or not wanted at all."""
        if known := self.plan.unplanned.get(self.rule.id):
            return known[1] if known[0] else ""
        lacking = list(dict.fromkeys(lack.quantity for lack in lacks if not lack.away))
        if not lacking or "" in lacking:
            return ""
        methodology, plan = self.formulas.methodology, self.plan
        if not set(methodology.result_ids) & set(plan.targets) and not any(id_ in plan.required for id_ in lacking):
            return f"{', '.join(plan.targets)} {'does' if len(plan.targets) == 1 else 'do'} not need {', '.join(lacking)}"
        cut = {id_: cut_off(methodology, plan, id_) for id_ in lacking}
        if not all(cut.values()):
            return ""
        return "; ".join(f"{id_} was not computed, since {by} is supplied" if id_ in methodology.definitions
                         else f"{id_} is not needed, since {by} is supplied" for id_, by in cut.items())  # fmt: skip

    # -- what is reported

    def lacks(self, cells: NDArray[np.intp], letters: tuple[str, ...]) -> list[tuple[NDArray[np.intp], list[Lack]]]:
        found = []
        for cell in cells[:_MOST_LOOKED_AT]:
            here, lacks = self.at(cell, letters), list[Lack]()
            if self.rule.when is not None:
                lacks += islice(self.formulas.lacks(self.rule.when, here), _MOST_LACKS)
            if not (self.rule.when is not None and int(np.ravel(self.formulas.decided(self.rule.when, here)[0])[0]) == FALSE):
                lacks += islice(self.formulas.lacks(self.rule.condition, here), _MOST_LACKS)
            found.append((cell, list(dict.fromkeys(lacks))))
        return found

    def open(self, reasons: list[tuple[NDArray[np.intp], list[Lack]]], letters: tuple[str, ...]) -> Finding:
        """Report that a rule is not decided."""
        rule, methodology = self.rule, self.formulas.methodology
        missing = {lack.quantity: None for _, lacks in reasons for lack in lacks if not lack.away and lack.quantity}
        statements = [id_ for id_ in missing if methodology.quantity[id_].kind == "statement"]
        shown = []
        for cell, lacks in reasons[:_MOST_SHOWN]:
            where, texts = self.name(cell, letters), [lack.text for lack in lacks if not lack.away]
            shown.append(f"{where}: {listed(texts)}" if where and len(reasons) > 1 else listed(texts))
        evidence = " | ".join(dict.fromkeys(shown)) + (" and more" if len(reasons) > _MOST_SHOWN else "")
        if rule.id in self.plan.unplanned:
            evidence = self.plan.unplanned[rule.id][1]
        if statements:
            names = ", ".join(statements)
            return Finding("A717", rule.severity, rule.id, f"not stated by the project: {names}", rule.statement,
                           f"add it under `values:` ({methodology.quantity[statements[0]].meaning})", source=str(rule.source),
                           place=rule.place)  # fmt: skip
        inputs = [id_ for quantity in missing for id_ in self.inputs_behind(quantity)]
        named = ", ".join(dict.fromkeys(inputs))
        remedy = f"supply {named} under `values:`" if named else "look at the numbers that it compares"
        return Finding(
            "A740", rule.severity, rule.id, f"cannot be decided: {rule.statement}", f"missing: {evidence}" if missing else evidence,
            remedy, source=str(rule.source), place=rule.place,
        )  # fmt: skip

    def inputs_behind(self, quantity: str) -> list[str]:
        """Return the inputs whose lack keeps a quantity from having a number."""
        inputs = self.plan.inputs
        if quantity in inputs:
            return [quantity]
        # Whoever reads the message can supply inputs only, and of these those that are missing.
        lacking = {id_ for id_, box in inputs.items() if np.isnan(self.formulas.held(id_)[np.ix_(*box)]).any()}
        behind = upstream(self.formulas.methodology, self.plan.setting, quantity, frozenset(inputs))
        return [id_ for id_ in inputs if id_ in lacking & behind] or [quantity]

    def broken(self, cells: NDArray[np.intp], letters: tuple[str, ...]) -> Finding:
        rule, shown = self.rule, []
        for cell in cells[:_MOST_SHOWN]:
            where = self.name(cell, letters)
            numbers = "; ".join(_numbers(rule.condition, self.formulas, self.at(cell, letters)))
            shown.append(f"{where}: {numbers}".strip(": ") if where else numbers)
        if len(cells) > _MOST_SHOWN:
            shown.append(f"and {len(cells) - _MOST_SHOWN} more")
        return Finding(
            "A701", rule.severity, rule.id, rule.statement, " | ".join(shown), rule.remedy, source=str(rule.source),
            place=rule.place,
        )  # fmt: skip

    def name(self, cell: NDArray[np.intp], letters: tuple[str, ...]) -> str:
        here = self.at(cell, letters)
        return ", ".join(self.formulas.labels(letter, here)[0] for letter in letters)

    def at(self, cell: NDArray[np.intp], letters: tuple[str, ...]) -> Scope:
        """Return the scope of one cell."""
        narrowed = {}
        for letter, (set_id, positions) in self.scope.letters.items():
            place = int(cell[letters.index(letter)]) if letter in letters else 0
            narrowed[letter] = (set_id, positions[place : place + 1])
        return Scope(narrowed)


# -- numbers of a rule that is broken


def _comparisons(node: Node) -> Iterator[Compare]:
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, Logic):
        for part in node.parts:
            yield from _comparisons(part)
    elif isinstance(node, Not):
        yield from _comparisons(node.operand)


def _numbers(node: Node, formulas: RuleFormulas, scope: Scope) -> Iterator[str]:
    """Yield both sides of each comparison that does not hold, as numbers."""
    opposite: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
    for part in _comparisons(node):
        sides = []
        for side in (part.left, part.right):
            if not (isinstance(side, Number | Ratio) or any(isinstance(inner, Element | MatrixRef) for inner in walk(side))):
                break
            sides.append(f"{float(np.ravel(formulas.value(side, scope)[0])[0]):.6g}")
        if len(sides) == 2 and int(np.ravel(formulas.decided(part, scope)[0])[0]) == FALSE:
            yield f"{sides[0]} {opposite[part.op]} {sides[1]}"
