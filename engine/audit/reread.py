"""Compute the result of a run again under other readings, from the inputs that were bound already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.plan.plan import Box, Plan
from engine.plan.planner import plan_run
from engine.plan.setting import switches_of
from engine.project.values import UnitReader
from engine.run.evaluate import evaluate
from engine.run.exact_run import ExactRun
from engine.run.inputs import bind_inputs, supplied_quantities
from engine.run.run import Run


def rereader(run: Run, read_unit: UnitReader) -> Callable[[Mapping[str, str]], Run]:
    """Return a function that runs the same project under the run's readings, of which some are exchanged.

    Only the methodology's result is computed, without rules and findings. Inputs are bound anew only where readings need others.

    Parameters
    ----------
    read_unit
        Reads the text of a unit.
    """

    def again(readings: Mapping[str, str]) -> Run:
        setting = replace(run.setting, readings={**run.setting.readings, **readings})
        supplied = supplied_quantities(run.methodology, run.project, setting)
        plan = plan_run(run.methodology, setting, (run.methodology.result,), supplied)
        held = _values_are_fixed(run) and _covers(run.plan, plan)
        inputs = run.inputs if held else bind_inputs(run.methodology, plan, run.project, read_unit)
        return Run(run.methodology, run.project, plan, inputs, evaluate(run.methodology, plan, inputs, ExactRun(run.methodology, plan, inputs)), ())

    return again


def _values_are_fixed(run: Run) -> bool:
    """Whether no reading decides which values of a dataset hold."""
    conditions = [block.when for dataset in run.methodology.datasets for block in dataset.values if block.when is not None]
    return not any(kind == "reading" for condition in conditions for kind, _ in switches_of(condition))


def _covers(held: Plan, wanted: Plan) -> bool:
    """Whether every input that a plan needs was bound for another one, in all its cells."""
    required = held.required or held.inputs
    return all(id_ in held.inputs and _within(box, required.get(id_, ())) for id_, box in wanted.inputs.items())


def _within(box: Box, whole: Box) -> bool:
    return len(box) == len(whole) and all(set(part) <= set(axis) for part, axis in zip(box, whole, strict=True))
