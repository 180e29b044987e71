"""Which cells the rules of a methodology read, as far as choices, readings, labels and what is supplied do not decide them already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Protocol

from engine.plan.needed_cells import NeedKeeper, NeedWalk
from engine.plan.setting import COMPARE, holds, is_static, letters_of
from engine.plan.time_axes import group_of_each, monitored
from equations.formula.conditions import decided
from equations.formula.syntax import (
    Binder,
    Compare,
    Element,
    IndexGroup,
    IndexLetter,
    Letter,
    Logic,
    Member,
    Node,
    Not,
    Number,
    Reduce,
    Span,
    Supplied,
    Switch,
    Window,
    walk,
)
from equations.model.equation import Equation, Rule
from equations.records import record

_MOST_COMBINATIONS = 4096


@record(frozen=True)
class Known:
    """What is known before any number is bound.

    Attributes
    ----------
    supplied
        Whether a quantity counts as supplied; ``None`` where that is open.
    stated
        Quantity without indices -> its number, where a project is at hand.
    """

    supplied: Callable[[str], bool | None] = lambda _: None
    stated: Mapping[str, float] = field(default_factory=dict)


class RuleNeedKeeper(NeedKeeper, Protocol):
    """Who asks for a walk of rules."""

    def definable(self, quantity: str) -> list[set[int]]:
        """Return, for each axis of a quantity, the positions for which there can be a number."""
        ...


def reader_of(rule: Rule) -> str:
    """Return the id under which a rule stands among the users of a quantity."""
    return f"rule {rule.id}"


def decide(node: Node, planner: NeedKeeper, known: Known, labels: Mapping[str, str]) -> bool | None:
    """Decide a condition without numbers; ``None`` where a number decides it, or a letter that has no label."""

    def beforehand(part: Node) -> bool | None:
        match part:
            case Supplied(quantity=quantity):
                return known.supplied(quantity)
            case Compare(op=op, left=Element(quantity=quantity), right=Number(text=text, unit=None)) if quantity in known.stated:
                return bool(COMPARE[op](known.stated[quantity], float(text)))
            case Member() | Compare(left=Switch()) | Compare(left=Letter()) if letters_of(part) <= labels.keys():
                return holds(part, planner.setting, labels)
        return None

    return decided(node, beforehand)


@dataclass(kw_only=True)
class RuleWalk(NeedWalk):
    """Notes what one rule reads. What an axis does not have is not read: of that the verdict of the rule speaks."""

    known: Known
    #: Gives, for each axis of a quantity, the positions for which there can be a number.
    definable: Callable[[str], list[set[int]]]
    labels: dict[str, str] = field(default_factory=dict)
    #: Whether the letters that are bound next are those of ``All`` or ``Any``.
    quantifies: bool = False

    def __post_init__(self) -> None:
        self.scope = {letter: (set_id, set(self.left[letter])) for letter, set_id in self.equation.letters}

    def walk(self, node: Node) -> None:
        match node:
            case Logic(parts=parts):
                if self.decided(node) is None:
                    for part in parts:
                        self.walk(part)
            case Not(operand=operand):
                self.walk(operand)
            case Compare(left=Switch()) | Compare(left=Letter()) | Member() | Supplied():
                return
            case Reduce(kind="All" | "Any"):
                held, self.quantifies = self.quantifies, True
                super().walk(node)
                self.quantifies = held
            case Reduce():
                held, self.quantifies = self.quantifies, False
                super().walk(node)
                self.quantifies = held
            case _:
                super().walk(node)

    def decided(self, node: Node) -> bool | None:
        return decide(node, self.planner, self.known, self.labels)

    def bound(self, binder: Binder, kind: str) -> tuple[str, set[int]]:
        set_id, places = super().bound(binder, kind)
        inside = monitored(self.planner.methodology, self.planner.setting, set_id) if self.quantifies else None
        if inside is not None:
            places &= inside
        return set_id, places


    def check_listed(self, set_id: str) -> None:
        """A rule over a set that nobody listed does not apply."""

    def outside(self, what: IndexLetter | Window, side: str, shown: str, span: Span, read: tuple[str, str] = ("", "")) -> None:
        """A rule does not apply where there is no year before."""

    def empty(self, window: Window, kind: str, shown: str, span: Span) -> None:
        """A rule does not apply where a greatest or a mean is one of no members."""

    def group_places(self, index: IndexGroup, axis: str) -> set[int]:
        setting = self.planner.setting
        set_id, positions = self.scope[index.letter]
        self.check_whole(axis, set_id)
        groups = group_of_each(self.planner.methodology, setting, axis, set_id)
        return {group for place in positions if (group := groups[place]) is not None}

    def read(self, quantity: str, indices: tuple[object, ...], whole: int) -> None:
        planner = self.planner
        axes = planner.methodology.quantity[quantity].indices
        places = [set(range(len(planner.setting.members[axis]))) for axis in axes[:whole]]
        for index, axis in zip(indices, axes[whole:], strict=True):
            places.append(self.places(index, axis, quantity))
        wanted = [here & there for here, there in zip(places, self.definable(quantity), strict=True)]
        if all(wanted) and planner.need(self.equation, quantity, wanted):
            self.grown.append(quantity)


def walk_rule(planner: RuleNeedKeeper, rule: Rule, known: Known) -> list[str]:
    """Note what a rule reads, for every combination of the letters that decide parts of it; return what grew."""
    setting, methodology = planner.setting, planner.methodology
    positions: dict[str, tuple[int, ...]] = {}
    for letter, set_id in rule.letters:
        inside = monitored(methodology, setting, set_id)
        positions[letter] = tuple(range(len(setting.members[set_id])) if inside is None else sorted(inside))
    if not all(positions.values()):
        return []
    reader = Equation(reader_of(rule), Element(methodology.result), rule.condition, letters=rule.letters)
    grown: list[str] = []
    for labels, places in _combinations(rule, positions, planner):
        walk_ = RuleWalk(planner, reader, places, known=known, definable=planner.definable, labels=labels)
        if rule.when is not None:
            if walk_.decided(rule.when) is False:
                continue
            walk_.walk(rule.when)
        walk_.walk(rule.condition)
        grown += walk_.grown
    return grown


def _combinations(
    rule: Rule, positions: Mapping[str, tuple[int, ...]], planner: NeedKeeper
) -> Iterator[tuple[dict[str, str], dict[str, tuple[int, ...]]]]:
    """Yield labels for the letters on which conditions without numbers depend, with the positions of all letters."""
    conditions = [rule.condition] if rule.when is None else [rule.when, rule.condition]
    deciding = {x for c in conditions for node in walk(c) if is_static(node) for x in letters_of(node)}
    named = [letter for letter in positions if letter in deciding]
    count = 1
    for letter in named:
        count *= len(positions[letter])
    if count > _MOST_COMBINATIONS:
        yield {}, dict(positions)
        return
    sets = dict(rule.letters)
    for combination in product(*(positions[letter] for letter in named)):
        labels = {x: planner.setting.members[sets[x]][at] for x, at in zip(named, combination, strict=True)}
        yield labels, {**positions, **{x: (at,) for x, at in zip(named, combination, strict=True)}}


def standing_rules(rules: tuple[Rule, ...], planner: NeedKeeper, known: Known) -> tuple[Rule, ...]:
    """Return the rules that choices, readings and what is supplied do not rule out."""
    return tuple(rule for rule in rules if rule.when is None or decide(rule.when, planner, known, {}) is not False)
