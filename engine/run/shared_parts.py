"""Parts of members that two share: none is below zero, and those of one member are no more than the whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.plan.time_axes import parts_of
from engine.run.formula import FormulaEvaluator, Scope, aligned
from equations.errors import EvaluationError, listed, raise_all
from equations.model.index_set import IndexSet, Weight

#: Room for rounding, in parts of a whole.
_ROOM = 1e-9
_MOST_SHOWN = 4


def check_parts(formulas: FormulaEvaluator) -> None:
    """Raise V609 where the parts of a member add up to more than one, or one of them is below zero.

    Parameters
    ----------
    formulas
        With the numbers of a run, or without any: parts that hang on a number that it does not have are passed over.
    """
    with np.errstate(all="ignore"):
        errors = [error for own in formulas.methodology.index_sets for weight in own.weights for error in _of(own, weight, formulas)]
    raise_all(errors)


def _of(own: IndexSet, weight: Weight, formulas: FormulaEvaluator) -> Iterator[EvaluationError]:
    setting = formulas.setting
    members, holders = setting.members[weight.of], setting.members[own.id]
    scope = Scope().bound(weight.member, weight.of, np.arange(len(members))).bound(weight.holder, own.id, np.arange(len(holders)))
    table = np.array(np.broadcast_to(aligned(formulas.value(weight.formula, scope), (weight.member, weight.holder)), (len(members), len(holders))))
    for at, part in enumerate(parts_of(formulas.methodology, setting, own.id, weight.of)):
        table[[place for place in range(len(members)) if place not in part], at] = 0.0
    below, above = np.argwhere(table < -_ROOM), np.flatnonzero(np.nansum(table, axis=1) > 1 + _ROOM)
    shown = [f"{table[y, q]:g} of {members[y]} in {holders[q]}" for y, q in below]
    if shown:
        yield _error(own, weight, f"a part of a {weight.of} is below zero: {listed(shown, _MOST_SHOWN)}")
    sums = [" + ".join(f"{part:g} in {holder}" for part, holder in zip(table[y], holders, strict=True) if part) for y in above]
    shown = [f"{members[y]} = {text}" for y, text in zip(above, sums, strict=True)]
    if shown:
        yield _error(own, weight, f"the parts of a {weight.of} are more than the whole: {listed(shown, _MOST_SHOWN)}")


def _error(own: IndexSet, weight: Weight, what: str) -> EvaluationError:
    place = weight.source.place(weight.formula.span) if weight.source is not None else own.place
    return EvaluationError("V609", what, place, why=f"what a {weight.of} gives would be counted more than once, or against what there is",
                           remedy=f"correct `shares:` of {own.id}, or the numbers that it names", subject=own.id)  # fmt: skip
