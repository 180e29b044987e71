"""What keeps a lag or a window on its axis: cases that letters decide, and how a message asks for one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.plan.setting import Setting, holds, is_static, letters_of
from equations.formula.conditions import decided
from equations.formula.syntax import IndexLabel, IndexLetter, Logic, Node, Not
from equations.model.index_set import IndexSet
from equations.model.methodology import Methodology
from equations.notation.plain import window_text

__all__ = ["deciding", "guard", "known", "narrowed", "runs_over", "window_text", "word_for"]

#: Letter -> (index set, positions on that set).
Places = Mapping[str, tuple[str, set[int]]]


def narrowed(scope: Places, condition: Node | None, passed: list[Node], setting: Setting) -> dict[str, tuple[str, set[int]]] | None:
    """Return the positions of letters for which a case can be taken, or ``None`` where it never is; each letter is looked at by itself.

    Parameters
    ----------
    condition
        That of the case; ``None`` for what is left.
    passed
        The conditions before it, none of which holds then.
    """
    conditions = [*passed, condition] if condition is not None else passed

    def can_be(labels: Mapping[str, str]) -> bool:
        if any(known(part, setting, labels) is True for part in passed):
            return False
        return condition is None or known(condition, setting, labels) is not False

    # Letter by letter, and so with more members than can be taken together: narrowing must never leave one out that a case can
    # have.
    letters = set().union(*map(deciding, conditions)) if conditions else set()
    found = dict(scope)
    for letter in letters & scope.keys():
        set_id, places = scope[letter]
        members = setting.members[set_id]
        found[letter] = set_id, {at for at in places if can_be({letter: members[at]})}
        if not found[letter][1]:
            return None
    return found if letters or can_be({}) else None


def deciding(node: Node) -> set[str]:
    """Return the letters on which the parts of a condition depend that no number decides."""
    match node:
        case Logic(parts=parts):
            return set().union(*map(deciding, parts))
        case Not(operand=operand):
            return deciding(operand)
    return letters_of(node) if is_static(node) else set()


def known(node: Node, setting: Setting, labels: Mapping[str, str]) -> bool | None:
    """Decide as much of a condition as some letters do; ``None`` where the rest decides."""
    return decided(node, lambda part: holds(part, setting, labels) if is_static(part) and letters_of(part) <= labels.keys() else None)


# -- messages


def word_for(index_set: IndexSet) -> str:
    """Return what one member of a set is called."""
    return "year" if index_set.kind == "year" else index_set.id.replace("_", " ")


def runs_over(index_set: IndexSet) -> str:
    """Return where an axis begins and ends, in words."""
    if index_set.kind != "year":
        return f"{index_set.id} runs from its first to its last member"
    if index_set.history:
        years = f"{index_set.history} years" if index_set.history > 1 else "one year"
        return f"{index_set.id} runs from {years} before the start year of the project to its last monitored year"
    return "the year axis runs from the start year of the project to its last monitored year"


def guard(end: IndexLetter | IndexLabel, side: str, scope: Places, methodology: Methodology) -> str:
    """Return which case keeps a letter from reaching beyond the first or last member, for a message."""
    if not isinstance(end, IndexLetter) or end.letter not in scope:
        return "add a case with what holds there"
    is_year = methodology.index_set[scope[end.letter][0]].kind == "year"
    edge = {("first", True): "start", ("last", True): "end"}.get((side, is_year), side)
    more = abs(end.offset) - 1
    edge += (f" {'+' if side == 'first' else '-'} {more}" if more > 0 else "")
    here, rest = ("==" if more <= 0 else "<=" if side == "first" else ">="), (">" if side == "first" else "<")
    return f"add a case `when: {end.letter} {here} {edge}` with what holds there, and limit this one to `{end.letter} {rest} {edge}`"
