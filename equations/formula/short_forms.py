"""Functions over members with several values behind their letter; and those that are read as the formula that they are short for.

A short form is written out when it is read, so that pages and explanations show what is done.
"""

from __future__ import annotations

from equations.formula.functions import TABLES
from equations.formula.syntax import Binder, Cases, Compare, Node, Number, Reduce, Span

_POINTS = "X[*], Y[*], x", "for each member a number and its value, and then the number that is looked up"
_COHORT = "order[*], amount[*], limit, order[m]", "for each member its order and its amount; the limit; the order of the member asked about"
#: What stands behind the letter, with * for the letter, and what it is.
SHAPES = dict.fromkeys(TABLES, _POINTS) | {"FirstUntil": _COHORT}


def first_until(binder: Binder, parts: list[Node], span: Span) -> Node:
    """Return the condition that a member is among the first of an order, until their amounts reach a limit.

    Parameters
    ----------
    parts
        Along the letter the order and the amount; then the limit, and the order of the member that is asked about. A member is among them where the
        amounts before it are below the limit: the one that reaches it counts, and members of equal order are all among them or none.
    """
    order, amount, limit, own = parts
    before = Cases(((Compare("<", order, own, span=order.span), amount),), Number("0", span=amount.span), span=amount.span)
    return Compare("<", Reduce("Sum", (binder,), before, span=span), limit, span=span)
