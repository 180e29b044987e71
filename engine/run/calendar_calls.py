"""Functions of the calendar in a formula: what they are worth for the days of each member that their letters take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.plan.time_axes import Days, calendar_days, days_of
from engine.run.functions import FUNCTIONS
from engine.run.letters import Scope, Valued
from equations.formula.syntax import Call, Letter

if TYPE_CHECKING:
    from engine.run.formula import FormulaEvaluator


def calendar_value(walk: FormulaEvaluator, node: Call, scope: Scope) -> Valued:
    """Return what a function of the calendar is worth, a number for each combination of the members of its letters."""
    letters = [letter for letter in node.arguments if isinstance(letter, Letter)]
    axes = scope.order({letter.letter for letter in letters})
    days = [days_of_letter(walk, letter, scope) for letter in letters]
    found = np.empty([len(scope.letters[letter][1]) for letter in axes])
    for at in np.ndindex(*found.shape):
        found[at] = FUNCTIONS[node.name].number(walk.setting, *(own[at[axes.index(x.letter)]] for own, x in zip(days, letters, strict=True)))
    # A setting decides days, so they are the same in every draw: numbers of the arithmetic, and no operation of it.
    return walk.arithmetic.constants(found), axes


def days_of_letter(walk: FormulaEvaluator, letter: Letter, scope: Scope) -> list[Days]:
    """Return the days of each member that a letter takes; a lag may lead beyond the axis, as the calendar goes on."""
    set_id, positions = scope.letters[letter.letter]
    if not letter.offset:
        days = days_of(walk.methodology, walk.setting, set_id)
        return [days[p] for p in positions]
    kind, members = walk.methodology.index_set[set_id].kind, walk.setting.members[set_id]
    return [calendar_days(kind, members[p], walk.setting.start, letter.offset) for p in positions]
