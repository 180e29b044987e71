"""Functions of the calendar: their letters stand for stretches of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import Call, Letter, Span
from equations.model.index_set import CALENDAR, IndexSet, lies_in_time
from equations.records import record


@record(frozen=True)
class CallFault:
    """Why a letter cannot stand where it does."""

    span: Span
    what: str
    why: str
    remedy: str


def calendar_call(
    node: Call, letters: list[Letter | None], bound: Mapping[str, str], sets: Mapping[str, IndexSet]
) -> Call | CallFault:
    """Return a function of the calendar with its letters resolved, or what is wrong with one of them.

    Parameters
    ----------
    letters
        What the arguments are, ``None`` where one is no letter.
    bound
        Letter -> index set, of the letters that are bound.
    """
    wanted = FUNCTIONS[node.name].axis
    for letter, argument in zip(letters, node.arguments, strict=True):
        own = bound.get(letter.letter) if letter is not None else None
        if letter is None or own is None or not lies_in_time(own, sets) or (wanted and sets[own].kind != wanted):
            taken = f"a {wanted} letter" if wanted else "a letter of a set in time"
            why = "" if wanted else "years, monitoring periods and other sets whose members are days or stretches of days"
            return CallFault(argument.span, f"{node.name} takes {taken}", why, f"write {node.name}({', '.join(['y', 'q'][: len(letters)])})")
        if letter.offset and sets[own].kind not in CALENDAR:
            return CallFault(argument.span, f"a lag on {own} in {node.name}", "its members do not follow from the calendar",
                             f"define a quantity by {own} as {node.name}({letter.letter}), and read that with the lag")  # fmt: skip
    return replace(node, arguments=tuple(letter for letter in letters if letter is not None))
