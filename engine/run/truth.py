"""What a condition can be: true, false, either (something it reads is missing), or nothing at all (what it reads is not there).

Kept as bits for each cell: which of the three outcomes are still possible. So a part that is decided already decides the whole, and asks
for nothing more; this is Kleene's logic of three values with a fourth one, *away*, for what has no cell to speak of: the year before the
first, a combination outside a relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Possible outcomes; a cell that is not decided holds several.
TRUE, FALSE, AWAY = 1, 2, 4
#: Not known: true or false.
OPEN = TRUE | FALSE
#: Marks a term of a quantifier that takes no part.
_NO_TERM = 0

#: Possible outcomes for each cell, uint8.
Truth = NDArray[np.uint8]
_Mask = NDArray[np.bool_]


def decided(holds: NDArray[Any]) -> Truth:
    """Return the truth of cells that are decided."""
    return np.where(holds, TRUE, FALSE).astype(np.uint8)


def negated(truth: Truth) -> Truth:
    """Return ``not``: true and false change places."""
    swapped = (truth & AWAY) | ((truth & TRUE) << 1) | ((truth & FALSE) >> 1)
    return swapped.astype(np.uint8)


def joined(parts: Sequence[Truth], op: str) -> Truth:
    """Return ``and`` or ``or`` of parts that can be broadcast; what is away stays so unless another part decides."""
    turned = [part if op == "and" else negated(part) for part in parts]
    arrays = np.broadcast_arrays(*turned)
    all_true, any_false = np.ones(arrays[0].shape, bool), np.zeros(arrays[0].shape, bool)
    none_false, any_away = all_true.copy(), any_false.copy()
    for array in arrays:
        all_true &= (array & TRUE) > 0
        any_false |= (array & FALSE) > 0
        none_false &= (array & (TRUE | AWAY)) > 0
        any_away |= (array & AWAY) > 0
    both = _packed(all_true, any_false, none_false & any_away)
    return both if op == "and" else negated(both)


def quantified(truth: Truth, takes_part: _Mask, axis: int, kind: str) -> Truth:
    """Return ``All`` or ``Any`` along an axis.

    Parameters
    ----------
    takes_part
        Terms that are there; the others count for nothing, and so do terms that are away as long as one is not.
    """
    terms = np.where(takes_part, truth if kind == "All" else negated(truth), _NO_TERM)
    there = terms != _NO_TERM
    none = ~there.any(axis=axis)
    can_be_true = (~there | ((terms & (TRUE | AWAY)) > 0)).all(axis=axis) & ((terms & TRUE) > 0).any(axis=axis)
    away = (~there | ((terms & AWAY) > 0)).all(axis=axis) & ~none
    whole = _packed(np.asarray(none | can_be_true), np.asarray(((terms & FALSE) > 0).any(axis=axis)), np.asarray(away))
    return whole if kind == "All" else negated(whole)


def _packed(true: _Mask, false: _Mask, away: _Mask) -> Truth:
    return (true * np.uint8(TRUE) + false * np.uint8(FALSE) + away * np.uint8(AWAY)).astype(np.uint8)
