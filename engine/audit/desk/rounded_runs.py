"""Whole runs in which every computed number is rounded before anything reads it, by the rules that people and sheets follow.

A rule counts only where its own run gives the stated digits: how far a rounding of some unknown kind could move them is never guessed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.cell_slips import is_left_out
from engine.audit.desk.slip import Slip
from engine.plan.plan import Step
from engine.run.conditions import Hole
from engine.run.evaluate import StepEvaluator
from engine.run.formula import FormulaEvaluator, Scope, Valued
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.model.equation import Equation

Array = NDArray[np.float64]
#: Decimals of every number; decimals of amounts, with how many more those below :data:`_SMALL` have; and digits that count.
_DECIMALS, _OF_AMOUNTS, _MORE, _DIGITS = (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3), (2, 3, 4), (4, 5, 6)
_SMALL = 100.0


@dataclass(frozen=True)
class RoundingRule:
    """To how many places numbers are rounded.

    Attributes
    ----------
    decimals
        Places after the point; ``more``: further places of numbers below a hundred, which would lose their digits.
    digits
        In place of decimals: how many digits that count each number keeps; 0 for none.
    is_cut
        Whether numbers are cut off.
    """

    decimals: int = 0
    more: int = 0
    digits: int = 0
    is_cut: bool = False

    @property
    def words(self) -> str:
        """The rule, for reading."""
        how = "cut off" if self.is_cut else "rounded"
        if self.digits:
            return f"every computed number {how} to {self.digits} digits"
        small = f", and to {self.decimals + self.more} where they are below {_SMALL:g}" if self.more else ""
        return f"every computed number {how} to {self.decimals} decimals{small}"

    def places(self, numbers: Array) -> Array:
        """Return to how many decimals numbers that are computed together are rounded. Shape: that of the numbers, or none."""
        sizes = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
        if self.digits:
            return np.asarray(self.digits - 1 - np.floor(np.log10(np.where(sizes > 0, sizes, 1.0))))
        is_small = 0 < sizes.max(initial=0.0) < _SMALL
        return np.asarray(float(self.decimals + self.more * is_small))

    def rounded(self, numbers: Array) -> Array:
        """Return numbers as the rule leaves them. Shape: that of the numbers."""
        scale = 10.0 ** self.places(numbers)
        found: Array = (np.trunc if self.is_cut else np.round)(numbers * scale) / scale
        return found


RULES = (
    *(RoundingRule(decimals, is_cut=cut) for decimals, cut in product(_DECIMALS, (False, True))),
    *(RoundingRule(decimals, more, is_cut=cut) for decimals, more, cut in product(_OF_AMOUNTS, _MORE, (False, True))),
    *(RoundingRule(digits=digits, is_cut=cut) for digits, cut in product(_DIGITS, (False, True))),
)


def rounded_runs(run: Run) -> Iterator[tuple[Slip, Mapping[str, Array]]]:
    """Yield the run under every rule, with the numbers that come out; one that cannot be made is passed over."""
    for rule in RULES:
        steps = _RoundedSteps(run.plan, FormulaEvaluator(run.methodology, run.setting, dict(run.inputs.values)), dict(run.inputs.states), rule=rule)
        try:
            with np.errstate(all="ignore"):
                for stage in run.plan.stages:
                    steps.stage(stage)
        except MethodologyError:
            continue
        yield Slip("rounding", rule.words, "", step=0.0 if _leaves_out(run, steps.arrays) else 10.0**-rule.decimals), steps.arrays


def _leaves_out(run: Run, arrays: Mapping[str, Array]) -> bool:
    """Whether a run that is rounded on the way makes a factor 0 or 1."""
    of = run.methodology.quantity
    return any(is_left_out(run, of[id_], run.values.arrays[id_], arrays[id_]) for id_ in run.values.steps if of[id_].type == "number")


@dataclass
class _RoundedSteps(StepEvaluator):
    """Evaluates steps, each number rounded or cut off before anything reads it."""

    rule: RoundingRule = RoundingRule()

    def store(self, step: Step, equation: Equation, scope: Scope, value: Valued, holes: list[Hole]) -> None:
        """Put a rounded result in its place."""
        super().store(step, equation, scope, (self.rule.rounded(np.asarray(value[0])), value[1]), holes)
