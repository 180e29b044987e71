"""Slips of a whole run: another reading of the text, another choice, another version, every number rounded on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.rounded_runs import rounded_runs
from engine.audit.desk.slip import Slip
from engine.plan.planner import plan_run
from engine.project.values import UnitReader
from engine.run.evaluate import evaluate
from engine.run.inputs import bind_inputs
from engine.run.run import Run
from engine.run.supplied import supplied_quantities
from equations.errors import MethodologyError
from equations.library.places import versions_of
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

Arrays = Mapping[str, NDArray[np.float64]]
#: Gives the other versions of a methodology, by reference.
Versions = Callable[[], Iterable[tuple[str, Methodology]]]
#: Runs a project under other readings (ruling -> reading); and makes such a function for some targets.
Rerun = Callable[[Mapping[str, str]], Run]
Reread = Callable[[tuple[str, ...]], Rerun]


def run_slips(run: Run, wanted: Iterable[str], read_unit: UnitReader, reread: Reread) -> Iterator[tuple[Slip, Arrays]]:
    """Yield runs of another kind with the numbers that come out; those that cannot be made are passed over.

    Parameters
    ----------
    wanted
        Quantities that are compared.
    reread
        Runs the project under other readings.
    """
    targets = tuple(dict.fromkeys(wanted))
    yield from rounded_runs(run)
    yield from _reread(run, reread(targets))
    for slip, methodology, choices in _kinds(run):
        if (arrays := _numbers(run, methodology, choices, targets, read_unit)) is not None:
            yield slip, arrays


def version_slips(run: Run, wanted: Iterable[str], read_unit: UnitReader, versions: Versions) -> Iterator[tuple[Slip, Arrays]]:
    """Yield what comes out under the other versions of the methodology; a version takes long to read."""
    for reference, other in versions():
        if (arrays := _numbers(run, other, dict(run.setting.choices), tuple(wanted), read_unit)) is not None:
            yield Slip("version", f"computed as {reference} says", ""), arrays


def other_versions(methodology: Methodology, load: Callable[[str], Methodology]) -> Versions:
    """Return what gives the other versions of a methodology that are in the library; those that cannot be read are passed over."""

    def versions() -> Iterator[tuple[str, Methodology]]:
        for reference in versions_of(methodology.reference):
            if reference != methodology.reference:
                with suppress(MethodologyError):
                    yield reference, load(reference)

    return versions


def _reread(run: Run, again: Rerun) -> Iterator[tuple[Slip, Arrays]]:
    for ruling in run.methodology.rulings:
        for reading in ruling.readings:
            if reading.id == run.setting.readings[ruling.id]:
                continue
            with suppress(MethodologyError):
                yield Slip("reading", f"{ruling.id} read as {reading.id}", ""), again({ruling.id: reading.id}).values.arrays


def _kinds(run: Run) -> Iterator[tuple[Slip, Methodology, dict[str, str]]]:
    choices = dict(run.setting.choices)
    for choice in run.methodology.choices:
        for value in choice.values:
            if value.id != choices[choice.id]:
                yield Slip("choice", f"{choice.id} = {value.id}", ""), run.methodology, {**choices, choice.id: value.id}


def _numbers(run: Run, methodology: Methodology, choices: dict[str, str], targets: tuple[str, ...], read_unit: UnitReader) -> Arrays | None:
    """Return what comes out of the same project under other choices or another methodology, or ``None`` where nothing does."""
    own = {ruling.id: run.setting.readings.get(ruling.id, ruling.default) for ruling in methodology.rulings}
    readings = {ruling.id: own[ruling.id] if own[ruling.id] in {x.id for x in ruling.readings} else ruling.default for ruling in methodology.rulings}
    setting = replace(run.setting, choices=choices, readings=readings)
    try:
        made = with_readings(methodology, readings)
        known = tuple(id_ for id_ in targets if id_ in made.quantity)
        plan = plan_run(made, setting, known, supplied_quantities(made, run.project, setting))
        return evaluate(made, plan, bind_inputs(made, plan, run.project, read_unit)).arrays
    except (MethodologyError, KeyError):
        return None
