"""Deductions for uncertainty, as programmes of other standards declare them. Each is taken of a quantity that the user names.

A deduction is shown beside the result; it never changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.simulate.statistics import Summary
from equations.errors import InputError, near_or_all

LEVEL = 0.90


@dataclass(frozen=True)
class Deduction:
    """A deduction and what it is taken of.

    Attributes
    ----------
    relative
        Half of the 90 % interval, as a share of the centre.
    share
        What is held back, as a share of the centre.
    centre
        ``mean`` or ``median`` of the draws: what the programme's margin is relative to.
    """

    rule: str
    of: str
    relative: float
    share: float
    amount: float
    after: float
    source: str
    centre: str


def _art_trees(relative: float) -> float:
    return 0.524417 * relative / 1.645006


def _fcpf(relative: float) -> float:
    steps = ((0.15, 0.0), (0.30, 0.04), (0.60, 0.08), (1.00, 0.12))
    return next((share for limit, share in steps if relative <= limit), 0.15)


@dataclass(frozen=True)
class DeductionRule:
    """A programme's rule: the share that it holds back by the relative half-width of the 90 % interval, and of what both are shares."""

    share_of: Callable[[float], float]
    centre: str
    source: str


RULES: dict[str, DeductionRule] = {
    "art-trees": DeductionRule(
        _art_trees,
        "mean",
        "ART TREES 2.0, section 8: 0.524417 x half-width of the 90 % interval, as a share of the mean / 1.645006",
    ),
    "fcpf": DeductionRule(
        _fcpf,
        "median",
        "FCPF Methodological Framework, indicator 22.2: 0, 4, 8, 12, 15 % up to 15, 30, 60, 100 % and above; "
        "the margin is that of its monitoring report, section 5: half-width of the 90 % interval as a share of the median",
    ),
}


def deduct(rule: str, summary: Summary) -> Deduction:
    """Return a deduction of one number.

    Raises
    ------
    InputError
        I510 for a rule that is not known.
    """
    if rule not in RULES:
        raise InputError("I510", f"there is no deduction {rule!r}", remedy=near_or_all(rule, RULES, "deductions:"))
    own = RULES[rule]
    centre = summary.mean if own.centre == "mean" else summary.median
    relative = summary.interval(LEVEL).half_width / abs(centre) if centre else float("inf")
    share = min(max(own.share_of(relative), 0.0), 1.0)
    amount = share * max(centre, 0.0)
    return Deduction(
        rule=rule, of=summary.name, relative=relative, share=share, amount=amount, after=centre - amount, source=own.source,
        centre=own.centre,
    )  # fmt: skip
