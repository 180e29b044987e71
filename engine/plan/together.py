"""Which members letters can stand for at the same time: what windows, groups and cases say of several letters at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from engine.plan.guards import deciding, known
from engine.plan.setting import Setting
from engine.plan.time_axes import parts_of
from engine.plan.windows import window_span
from equations.formula.syntax import Binder, GroupOf, Node, Window
from equations.model.methodology import Methodology
from equations.records import record

#: Letter -> (index set, positions on that set).
Places = Mapping[str, tuple[str, set[int]]]
#: Letter -> (index set, the one position that it has).
At = Mapping[str, tuple[str, int]]


@record(frozen=True)
class Fact:
    """What must hold of some letters wherever a part of a formula is read."""

    letters: frozenset[str]
    holds: Callable[[At], bool]


def fact_of_binder(binder: Binder, methodology: Methodology, setting: Setting) -> list[Fact]:
    """Return that a letter lies in a window or a group of other letters; nothing where it takes all members."""
    letter = binder.letter
    match binder.within:
        case Window() as window if window.letters:
            return [Fact(frozenset({letter, *window.letters}), lambda at: at[letter][1] in window_span(window, setting, at).inside)]
        case GroupOf(letter=group, set=of):

            def within(at: At) -> bool:
                set_id, place = at[group]
                return at[letter][1] in parts_of(methodology, setting, set_id, of)[place]

            return [Fact(frozenset({letter, group}), within)]
    return []


def facts_of_case(condition: Node | None, passed: list[Node], setting: Setting) -> list[Fact]:
    """Return that a condition can hold, and that none of those before it does; ``None`` is what is left."""

    def open_to(part: Node, wrong: bool) -> Fact:
        def holds(at: At) -> bool:
            labels = {letter: setting.members[set_id][place] for letter, (set_id, place) in at.items()}
            return known(part, setting, labels) is not wrong

        return Fact(frozenset(deciding(part)), holds)

    facts = [open_to(part, True) for part in passed]
    return [fact for fact in (*facts, *([open_to(condition, False)] if condition is not None else [])) if len(fact.letters) > 1]


def combinations(letters: tuple[str, ...], places: Places) -> Iterator[At]:
    """Yield every combination of the positions of some letters, each looked at by itself."""
    for taken in product(*(places[letter][1] for letter in letters)):
        yield {letter: (places[letter][0], at) for letter, at in zip(letters, taken, strict=True)}


def can_meet(at: At, places: Places, facts: tuple[Fact, ...]) -> bool:
    """Whether some letters can have their positions at the same time, with any positions of the letters that facts join to them."""
    joined = set(at)
    # Letters that no chain of facts joins to those asked for cannot rule anything out, and are not tried: the search below grows
    # with the product of the positions of the letters that it takes.
    while more := {x for fact in facts if not fact.letters.isdisjoint(joined) for x in fact.letters if x in places} - joined:
        joined |= more
    mine = [fact for fact in facts if fact.letters <= joined]
    return _extended(dict(at), sorted(joined.difference(at)), places, mine)


def _extended(at: dict[str, tuple[str, int]], rest: list[str], places: Places, facts: list[Fact]) -> bool:
    """Whether positions can be completed so that every fact holds; each is looked at once all its letters have one."""
    if not all(fact.holds(at) for fact in facts if fact.letters <= at.keys()):
        return False
    if not rest:
        return True
    letter, left = rest[0], [fact for fact in facts if not fact.letters <= at.keys()]
    set_id, positions = places[letter]
    return any(_extended({**at, letter: (set_id, place)}, rest[1:], places, left) for place in positions)
