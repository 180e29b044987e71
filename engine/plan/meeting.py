"""Which equation can use what which other one gives in one project: their conditions must stand together, on choices and on members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from engine.plan.setting import COMPARE, Setting, choices_of, holds, is_static, letters_of, may_hold
from equations.formula.conditions import decided, joined_parts
from equations.formula.syntax import MARKS, Compare, Element, IndexLetter, Letter, MatrixRef, Node, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology

#: So many combinations of choices are looked at; where two conditions name more, they are taken to meet.
_MOST = 4096


def can_use(user: Equation, giver: Equation, methodology: Methodology, base: Setting) -> bool:
    """Whether a project can choose so that one equation uses what another gives, for some members.

    Parameters
    ----------
    base
        Any setting of the methodology; its choices are put aside.
    """
    conditions = [e.when for e in (user, giver) if e.when is not None and is_static(e.when)]
    if len(conditions) < 2:
        return True
    named = sorted(set().union(*map(choices_of, conditions)))
    values = [[value.id for value in methodology.choice[id_].values] for id_ in named]
    for at, chosen in enumerate(product(*values)):
        setting = replace(base, choices=dict(zip(named, chosen, strict=True)))
        if at >= _MOST or (all(may_hold(condition, setting) for condition in conditions) and _on_members(user, giver, setting)):
            return True
    return False


def _on_members(user: Equation, giver: Equation, setting: Setting) -> bool:
    """Whether some mention in the formula of the one can be of a member for which the other holds."""
    mentions = [node for node in walk(user.formula) if isinstance(node, Element | MatrixRef) and node.quantity == giver.quantity]
    return not mentions or any(all(_fits(user, giver, pair, setting) for pair in _pairs(node, giver)) for node in mentions)


def _pairs(mention: Element | MatrixRef, giver: Equation) -> Iterator[tuple[IndexLetter, IndexLetter]]:
    """Yield the letters of a mention with those that stand in the same places where the quantity is defined."""
    defined = dict(enumerate(giver.defines.indices, giver.defines.whole))
    for place, index in enumerate(mention.indices, mention.whole):
        other = defined.get(place)
        if isinstance(index, IndexLetter) and isinstance(other, IndexLetter) and not other.offset:
            yield index, other


def _fits(user: Equation, giver: Equation, pair: tuple[IndexLetter, IndexLetter], setting: Setting) -> bool:
    """Whether there is a member at which both conditions can hold, on an axis of some length that starts somewhere."""
    index, other = pair
    assert user.when is not None and giver.when is not None
    if index.letter not in letters_of(user.when) or other.letter not in letters_of(giver.when):
        return True
    longest = 3 + abs(index.offset) + _offsets(user.when) + _offsets(giver.when)
    for long in range(1, longest + 1):
        for start, at in product(range(long), range(long)):
            there = at + index.offset
            marks = dict(zip(MARKS, (start, long - 1, 0, long - 1), strict=True))
            if 0 <= there < long and _can(user.when, index.letter, at, marks, setting) and _can(giver.when, other.letter, there, marks, setting):
                return True
    return False


def _offsets(condition: Node) -> int:
    sides = [side for part in joined_parts(condition) if isinstance(part, Compare) for side in (part.left, part.right)]
    return sum(abs(side.offset) for side in sides if isinstance(side, Letter))


def _can(condition: Node, letter: str, at: int, marks: dict[str, int], setting: Setting) -> bool:
    """Whether a condition can hold where a letter stands at a place; what compares it with a mark decides, other letters are open."""
    places = marks | {letter: at}

    def known(part: Node) -> bool | None:
        if not letters_of(part):
            return holds(part, setting, {})
        if isinstance(part, Compare) and isinstance(part.left, Letter) and isinstance(part.right, Letter):
            sides = [places[side.letter] + side.offset for side in (part.left, part.right) if side.letter in places]
            return bool(COMPARE[part.op](*sides)) if len(sides) == 2 else None
        return None

    return decided(condition, known) is not False
