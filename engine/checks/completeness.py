"""Completeness: under every combination of choices each quantity that the result needs is defined exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from engine.checks.plans import plan_errors
from engine.finding import Finding, from_error
from engine.output.progress import following
from engine.plan.covering import covering
from engine.plan.setting import Setting
from engine.plan.shapes import Shape, shapes
from engine.plan.spec_setting import choice_combinations, listings, placeholder_setting
from equations.model.methodology import Methodology

#: Settings up to which every combination is tried.
_MOST_SETTINGS = 1024
#: How a project lists its members, and its years.
Project = tuple[Mapping[str, tuple[str, ...]], Shape]


def check_completeness(methodology: Methodology) -> list[Finding]:
    """Walk the needs of the result under every combination of choices; what readings change is looked at by :mod:`engine.checks.readings`.

    Overlaps among all combinations of the switches that one quantity's cases name are the matter of :mod:`engine.checks.overlaps`.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for setting in following(list(settings_to_check(methodology)), "combinations of choices"):
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
    """Yield the settings under which needs are walked: every combination of choices, on both sides of every year that is named.

    Where that would be more than a few hundred, each way in which a project may list its members, and each span of years, meets every value
    of every choice, and the combinations of choices are those of :func:`choice_combinations`.
    """
    choices = list(choice_combinations(methodology))
    projects = list(product(listings(methodology), shapes(methodology)))
    if len(choices) * len(projects) <= _MOST_SETTINGS:
        pairs = [(project, made) for project in projects for made in choices]
    else:
        pairs = [*_met_once(methodology, projects), *((projects[at % len(projects)], made) for at, made in enumerate(choices))]
    for (listed, shape), made in pairs:
        yield placeholder_setting(methodology, made, start=shape.start, count=shape.count, listed=listed, sizes=shape.sizes)


def _met_once(methodology: Methodology, projects: list[Project]) -> Iterator[tuple[Project, dict[str, str]]]:
    """Yield projects and choices so that each kind of project meets each value of each choice, and any two choices meet."""
    values = [[value.id for value in choice.values] for choice in methodology.choices]
    for kind, *row in covering((len(projects), *map(len, values)), 2):
        yield projects[kind], {choice.id: options[at] for choice, options, at in zip(methodology.choices, values, row, strict=True)}
