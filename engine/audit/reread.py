"""Compute the result of a run again under other readings, from the inputs that were bound already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.plan.plan import Box, Plan
from engine.plan.planner import plan_run
from engine.project.values import UnitReader
from engine.run.evaluate import evaluate
from engine.run.exact_run import ExactRun
from engine.run.inputs import bind_inputs
from engine.run.run import Run
from engine.run.supplied import supplied_quantities
from equations.readings.composition import with_readings


def rereader(run: Run, read_unit: UnitReader, targets: tuple[str, ...] = ()) -> Callable[[Mapping[str, str]], Run]:
    """Return a function that runs the same project under the run's readings, of which some are exchanged.

    Only the methodology's results are computed, or ``targets``, without rules and findings. Inputs are bound anew only where readings need others.

    Parameters
    ----------
    read_unit
        Reads the text of a unit.
    """

    def again(readings: Mapping[str, str]) -> Run:
        setting = replace(run.setting, readings={**run.setting.readings, **readings})
        methodology = with_readings(run.methodology, setting.readings)
        supplied = supplied_quantities(methodology, run.project, setting)
        wanted = tuple(id_ for id_ in targets if id_ in methodology.quantity) or methodology.result_ids
        plan = plan_run(methodology, setting, wanted, supplied)
        held = methodology.datasets == run.methodology.datasets and _covers(run.plan, plan)
        inputs = run.inputs if held else bind_inputs(methodology, plan, run.project, read_unit)
        return Run(methodology, run.project, plan, inputs, evaluate(methodology, plan, inputs, ExactRun(methodology, plan, inputs)), ())

    return again


def _covers(held: Plan, wanted: Plan) -> bool:
    """Whether every input that a plan needs was bound for another one, in all its cells."""
    required = held.required or held.inputs
    return all(id_ in held.inputs and _within(box, required.get(id_, ())) for id_, box in wanted.inputs.items())


def _within(box: Box, whole: Box) -> bool:
    return len(box) == len(whole) and all(set(part) <= set(axis) for part, axis in zip(box, whole, strict=True))
