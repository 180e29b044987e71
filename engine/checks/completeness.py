"""Completeness: under every combination of choices each quantity that the result needs is defined exactly once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.plans import plan_errors
from engine.finding import Finding, from_error
from engine.plan.setting import Setting
from engine.plan.shapes import shapes
from engine.plan.spec_setting import choice_combinations, listings, placeholder_setting
from equations.model.methodology import Methodology

_MOST_COMBINATIONS = 4096


def check_completeness(methodology: Methodology) -> list[Finding]:
    """Walk the needs of the result under every combination of choices; what readings change is looked at by :mod:`engine.checks.readings`.

    Overlaps among all combinations of the switches that one quantity's cases name are the matter of :mod:`engine.checks.overlaps`.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for setting in settings_to_check(methodology):
        for error in plan_errors(methodology, setting):
            key = (error.code, error.subject, str(error.place))
            where = ", ".join(f"{k} = {v}" for k, v in setting.choices.items())
            finding = from_error(error, error.subject)
            found.setdefault(
                key,
                Finding(
                    finding.code,
                    "error",
                    finding.subject,
                    finding.what,
                    f"{finding.evidence} (found under {where})" if where else finding.evidence,
                    finding.remedy,
                    place=finding.place,
                ),
            )
    return list(found.values())


def settings_to_check(methodology: Methodology) -> Iterator[Setting]:
    """Yield the settings under which needs are walked: every combination of choices, on both sides of every year that is named."""
    combinations = list(choice_combinations(methodology))[:_MOST_COMBINATIONS]
    for listed in listings(methodology):
        for shape in shapes(methodology):
            for choices in combinations:
                yield placeholder_setting(
                    methodology, choices, start=shape.start, count=shape.count, listed=listed, sizes=shape.sizes
                )
