"""Printed tables against the equations that produce them, and printed numbers against each other, from the datasets alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.checks.tables import MOST_SHOWN, spoken_of
from engine.finding import Finding
from engine.plan.cells import EXCLUDED
from engine.plan.plan import Plan
from engine.plan.planner import plan_run
from engine.plan.setting import Setting
from engine.plan.spec_setting import choice_combinations, placeholder_setting
from engine.project.project_file import Period, ProjectData
from engine.run.arithmetic.printed_numbers import decimals
from engine.run.evaluate import Values, evaluate
from engine.run.formula import Scope, aligned
from engine.run.inputs import bind_inputs
from engine.run.rule_formulas import RuleFormulas
from equations.errors import MethodologyError, listed
from equations.files.strict_yaml import Scalar
from equations.formula.syntax import quantities_in
from equations.model.cell_labels import written_cell
from equations.model.dataset import Comparison, PublishedResult
from equations.model.methodology import Methodology
from equations.units.registry import parse_unit

_TINY = 1e-9


def check_recomputed(methodology: Methodology) -> list[Finding]:
    """Recompute every printed result and every comparison."""
    findings: list[Finding] = []
    for result in methodology.published_results:
        findings += _published(result, methodology)
    for comparison in methodology.comparisons:
        findings += _compared(comparison, methodology)
    return findings


# -- a run of datasets


def values_of_datasets(
    methodology: Methodology, given: tuple[str, ...], targets: tuple[str, ...], choices: dict[str, str], without: str = ""
) -> tuple[Setting, Values]:
    """Evaluate targets as far as the numbers of some datasets reach; what does not follow is NaN.

    Parameters
    ----------
    given
        Datasets whose numbers are used; no others are.
    choices
        Choices that are made; the others take the first values under which the targets can be planned.
    without
        A quantity that is computed although a dataset holds it.

    Raises
    ------
    MethodologyError
        If no choices let the targets be planned, or the numbers cannot be used.
    """
    only = replace(methodology, datasets=tuple(replace(methodology.dataset[id_], use="on-request") for id_ in given))
    supplied = frozenset(block.quantity for dataset in only.datasets for block in dataset.values) - {without}
    setting, plan = _planned(only, targets, choices, supplied)
    project = _project(given, setting)
    inputs = bind_inputs(only, replace(plan, optional=frozenset(plan.needs), required={"": ()}), project, parse_unit)
    return setting, evaluate(only, replace(plan, optional=frozenset(plan.needs)), inputs)


def _planned(
    methodology: Methodology, targets: tuple[str, ...], choices: dict[str, str], supplied: frozenset[str]
) -> tuple[Setting, Plan]:
    last: MethodologyError | None = None
    for combination in choice_combinations(methodology):
        if any(combination[id_] != value for id_, value in choices.items() if id_ in combination):
            continue
        setting = placeholder_setting(methodology, combination)
        try:
            plan = plan_run(methodology, setting, targets, supplied)
        except MethodologyError as error:
            last = error
            continue
        if all(target in supplied or target not in plan.inputs for target in targets):
            return setting, plan
    raise last or MethodologyError("G403", f"no choices let {', '.join(targets)} follow")


def _project(given: tuple[str, ...], setting: Setting) -> ProjectData:
    """Return a project that supplies nothing but requests datasets."""
    start, end = date.fromisoformat(setting.start), date.fromisoformat(setting.end)
    return ProjectData(
        path=Path("datasets"),
        name="datasets",
        identity={},
        methodology="",
        start=start,
        end=end,
        periods=(Period("all", start, end),),
        choices={},
        readings={},
        datasets=tuple(Scalar(id_, "", 0, 0) for id_ in given),
        members={},
        relations={},
        values={},
        value_places={},
        uncertainty=None,
        sha256="",
    )


# -- printed results


def _published(result: PublishedResult, methodology: Methodology) -> Iterator[Finding]:
    place, source = result.place, str(result.source)
    try:
        setting, values = values_of_datasets(methodology, result.given, (result.quantity,), dict(result.choices), result.quantity)
    except MethodologyError as error:
        yield Finding(
            "W806",
            "warning",
            result.id,
            f"{result.id} cannot be recomputed",
            error.what,
            "name the datasets from which it follows under `given:`",
            source=source,
            place=place,
        )
        return
    quantity = methodology.quantity[result.quantity]
    unit = result.unit or quantity.unit
    places = max((decimals(text) for _, text in result.cells if text != "NA"), default=0)
    scale = unit.scale / quantity.unit.scale
    rounding = Fraction(1, 2 * 10**places)
    wrong, unknown, worst = [], [], (0.0, "")
    for labels, text in result.cells:
        cell = tuple(setting.members[axis].index(label) for axis, label in zip(quantity.indices, labels, strict=True))
        value = float(values.arrays[result.quantity][cell]) / float(scale)
        excluded = int(values.states[result.quantity][cell]) == EXCLUDED
        name = written_cell("", labels)
        if not np.isfinite(value):
            unknown.append(name)
        elif excluded != (text == "NA"):
            wrong.append(f"{name} printed {text}, computed {'NA' if excluded else format(value, f'.{places}f')}")
        elif text != "NA" and abs(value - float(Fraction(text))) > float(rounding) * (1 + _TINY) + _TINY:
            wrong.append(f"{name} printed {text}, computed {value:.{places + 2}f}")
            worst = max(worst, (abs(value - float(Fraction(text))), name))
    if wrong:
        largest = f"; largest difference {worst[0]:.4g} at {worst[1]}" if worst[1] else ""
        yield Finding(
            "W806",
            "error",
            result.id,
            f"the equations of {quantity.id} do not give {result.id}: {len(wrong)} of {len(result.cells)} cells differ",
            listed(wrong, 4) + largest,
            f"compare {', '.join(e.label for e in methodology.definitions.get(quantity.id, ()))} and the table with the text",
            source=source,
            place=place,
        )
    if unknown:
        yield Finding(
            "W806",
            "warning",
            result.id,
            f"{len(unknown)} of {len(result.cells)} cells of {result.id} cannot be recomputed",
            listed(unknown, MOST_SHOWN),
            "name the datasets from which they follow under `given:`",
            source=source,
            place=place,
        )


# -- comparisons


def _compared(comparison: Comparison, methodology: Methodology) -> Iterator[Finding]:
    named = [q for side in (comparison.left, comparison.right) for q in quantities_in(side)]
    try:
        setting, values = values_of_datasets(methodology, comparison.given, tuple(dict.fromkeys(named)), dict(comparison.choices))
    except MethodologyError as error:
        yield Finding(
            "W813",
            "warning",
            comparison.id,
            f"{comparison.title}: cannot be compared",
            error.what,
            "name the datasets from which both sides follow under `given:`",
            source=str(comparison.source),
            place=comparison.place,
        )
        return
    scope = Scope()
    for letter, set_id in comparison.letters:
        scope = scope.bound(letter, set_id, np.arange(len(setting.members[set_id]), dtype=np.intp))
    formulas = RuleFormulas(methodology, setting, dict(values.arrays))
    letters = tuple(letter for letter, _ in comparison.letters)
    shape = tuple(len(setting.members[set_id]) for _, set_id in comparison.letters)
    with np.errstate(all="ignore"):
        left, right = (
            np.broadcast_to(aligned(formulas.value(side, scope), letters), shape) for side in (comparison.left, comparison.right)
        )
        gap = left - right
        away = [np.broadcast_to(aligned(formulas.away(side, scope), letters), shape) for side in (comparison.left, comparison.right)]
    known = np.isfinite(gap) | away[0] | away[1]  # where there is no year before, nothing is compared
    if not known.all():
        yield Finding(
            "W813",
            "warning",
            comparison.id,
            f"{comparison.title}: {int((~known).sum())} of {gap.size} cells do not follow from {', '.join(comparison.given)}",
            "",
            source=str(comparison.source),
            place=comparison.place,
        )
    off = np.isfinite(gap) & (np.abs(gap) > float(comparison.tolerance) * (1 + _TINY))
    if not off.any():
        return
    order = sorted((tuple(int(at) for at in cell) for cell in np.argwhere(off)), key=lambda cell: -abs(float(gap[cell])))
    shown = []
    for cell in order:
        labels = [setting.members[set_id][at] for (_, set_id), at in zip(comparison.letters, cell, strict=True)]
        shown.append(f"{written_cell('', labels)} {float(left[cell]):.4g} against {float(right[cell]):.4g}")
    yield Finding(
        "W813",
        comparison.severity,
        comparison.id,
        f"{comparison.title}: {int(off.sum())} of {gap.size} cells differ by more than {float(comparison.tolerance):g}",
        f"largest differences: {'; '.join(shown[:4])}. {comparison.why}".strip(),
        spoken_of(methodology, comparison.source.table),
        source=str(comparison.source),
        place=comparison.place,
    )
