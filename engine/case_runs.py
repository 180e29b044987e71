"""Worked cases at work: each is planned, bound and evaluated once, and then again for a methodology with one thing changed.

Only what the change touches is done again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from engine.evaluate import Values, evaluate, evaluate_again
from engine.finding import Finding
from engine.inputs import Inputs, UnitReader, bind_inputs, supplied_quantities
from engine.plan import Box, Plan
from engine.planning import plan_run, plan_with_rules
from engine.prepare import prepare
from engine.project_data import ProjectData
from engine.rules import asked_quantities, check_rules
from engine.setting import Setting
from engine.worked_cases import WorkedCase
from equations.errors import MethodologyError
from equations.methodology import Methodology

#: What tells one finding of a run from another: code, severity, subject.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Result:
    """What a changed methodology gives for a case."""

    values: Values
    findings: frozenset[Key]


@dataclass(frozen=True)
class CaseRun:
    """A worked case with its run under the methodology as it is.

    Attributes
    ----------
    equations
        Ids of the equations that the run evaluates.
    datasets
        Datasets from which the run takes numbers, as (dataset, quantity).
    """

    case: WorkedCase
    data: ProjectData
    setting: Setting
    supplied: frozenset[str]
    plan: Plan
    inputs: Inputs
    result: Result
    equations: frozenset[str]
    datasets: frozenset[tuple[str, str]]

    def again(self, methodology: Methodology, quantity: str, *, same_needs: bool, read_unit: UnitReader) -> Result:
        """Run a methodology in which one definition of ``quantity`` differs.

        Parameters
        ----------
        same_needs
            Whether the definition reads no cell that it did not read before.

        Raises
        ------
        MethodologyError
            If the case can no longer be planned, bound or evaluated.
        """
        if same_needs:
            return self.checked(methodology, self.plan, self.inputs, evaluate_again(methodology, self.plan, self.result.values, quantity))
        plan = self.planned(methodology)
        inputs = self.inputs
        if not _holds(inputs_of(self.plan), plan):
            inputs = bind_inputs(methodology, plan, self.data, read_unit)
        return self.checked(methodology, plan, inputs, evaluate(methodology, plan, inputs))

    def rebound(self, methodology: Methodology, read_unit: UnitReader) -> Result:
        """Run a methodology with other values of datasets."""
        inputs = bind_inputs(methodology, self.plan, self.data, read_unit)
        return self.checked(methodology, self.plan, inputs, evaluate(methodology, self.plan, inputs))

    def planned(self, methodology: Methodology) -> Plan:
        """Plan the case again, with what rules ask for as far as the first plan had it."""
        asked = [id_ for id_ in asked_quantities(methodology) if id_ in self.plan.needs]
        plan = plan_run(methodology, self.setting, self.plan.targets, self.supplied)
        try:
            joint = plan_run(methodology, self.setting, (*self.plan.targets, *asked), self.supplied)
        except MethodologyError:
            return plan
        optional = frozenset(joint.needs) - frozenset(plan.needs)
        return replace(joint, targets=plan.targets, optional=optional, required=plan.needs)

    def checked(self, methodology: Methodology, plan: Plan, inputs: Inputs, values: Values) -> Result:
        stated = frozenset(id_ for id_ in self.data.values if id_ in methodology.quantity)
        findings = (*inputs.findings, *check_rules(methodology, plan, values, stated))
        return Result(values, keys_of(findings))

    def differs(self, quantity: str, result: Result) -> bool:
        """Whether a quantity has other numbers than in the first run."""
        one, two = self.result.values.arrays.get(quantity), result.values.arrays.get(quantity)
        if one is None or two is None:
            return one is not two
        return not np.array_equal(one, two, equal_nan=True)


def start_case(case: WorkedCase, methodology: Methodology, read_unit: UnitReader) -> CaseRun:
    """Run a worked case under the methodology as it is.

    Raises
    ------
    MethodologyError
        If the case cannot be run.
    """
    data = case.data()
    setting = prepare(methodology, data, choices=case.choices, readings=case.readings)
    supplied = supplied_quantities(methodology, data, setting)
    plan = plan_with_rules(methodology, setting, case.expect, supplied, asked_quantities(methodology))
    inputs = bind_inputs(methodology, plan, data, read_unit)
    values = evaluate(methodology, plan, inputs)
    taken = frozenset((origin.name, id_) for id_, cells in inputs.origins.items() for origin in cells.values() if origin.kind != "project")
    equations = frozenset(step.equation for stage in plan.stages for step in stage.steps)
    run = CaseRun(case, data, setting, supplied, plan, inputs, Result(values, frozenset()), equations, taken)
    return replace(run, result=run.checked(methodology, plan, inputs, values))


def keys_of(findings: Iterable[Finding]) -> frozenset[Key]:
    """Return what tells errors and warnings apart."""
    return frozenset((f.code, f.severity, f.subject) for f in findings if f.severity != "note")


def inputs_of(plan: Plan) -> dict[str, Box]:
    """Return the input cells that a plan binds."""
    return dict(plan.inputs)


def _holds(held: dict[str, Box], plan: Plan) -> bool:
    """Whether all input cells that a plan needs are among those held."""
    return all(
        id_ in held and all(set(need) <= set(have) for need, have in zip(box, held[id_], strict=True)) for id_, box in plan.inputs.items()
    )
