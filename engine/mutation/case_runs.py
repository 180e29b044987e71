"""Worked cases at work: each is planned, bound and evaluated once, and then again for a methodology with one thing changed.

Only what the change touches is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from engine.checks.worked_cases import WorkedCase
from engine.finding import Finding
from engine.plan.plan import Box, Plan
from engine.plan.planner import plan_run, plan_with_rules
from engine.plan.setting import Setting
from engine.project.project_file import ProjectData
from engine.project.project_setting import prepare
from engine.project.values import UnitReader
from engine.run.evaluate import Values, evaluate, evaluate_again
from engine.run.inputs import Inputs, bind_inputs
from engine.run.rules import check_rules
from engine.run.run import stated_quantities
from engine.run.supplied import supplied_quantities
from equations.formula.syntax import quantities_in
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

#: What tells one finding of a run from another: code, severity, subject.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Result:
    """What a changed methodology gives for a case."""

    values: Values
    findings: frozenset[Key]


@dataclass(frozen=True)
class RuleReads:
    """What each rule reads, by its id."""

    read: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, methodology: Methodology) -> RuleReads:
        """Look at the rules of a methodology."""
        return cls({rule.id: frozenset(quantities_in(rule.condition)) for rule in methodology.rules})


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
    rules: RuleReads
    #: Under the readings of the case.
    methodology: Methodology
    #: Inputs that the first run did not need, as they were bound later.
    bound: dict[str, Inputs] = field(default_factory=dict)

    def again(self, methodology: Methodology, touched: frozenset[str], *, same_needs: str, read_unit: UnitReader) -> Result:
        """Run a methodology in which one definition differs.

        Parameters
        ----------
        touched
            What must be planned again (:class:`engine.mutation.affected.Dependencies`); all else keeps its numbers.
        same_needs
            The quantity that is defined otherwise, if its definition reads no cell that it did not read before; else empty.

        Raises
        ------
        MethodologyError
            If the case can no longer be planned, bound or evaluated.
        """
        held = self.result.values
        if same_needs:
            return self.checked(methodology, self.plan, self.inputs, evaluate_again(methodology, self.plan, held, same_needs))
        kept = {id_: self.plan.needs[id_] for id_ in held.steps if id_ not in touched}
        plan = self.planned(methodology, self.supplied | frozenset(kept))
        if any(not _is_held(plan.inputs[id_], box) for id_, box in kept.items() if id_ in plan.inputs):
            kept, plan = {}, self.planned(methodology, self.supplied)
        have = {**self.plan.inputs, **kept}
        more = {id_: box for id_, box in plan.inputs.items() if id_ not in have or not _is_held(box, have[id_])}
        inputs = replace(self.inputs, values=held.arrays, states=held.states)
        if more:
            new = self.bind_more(methodology, plan, more, read_unit)
            inputs = replace(inputs, values={**inputs.values, **new.values}, states={**inputs.states, **new.states},
                             findings=(*inputs.findings, *new.findings))  # fmt: skip
        return self.checked(methodology, plan, inputs, evaluate(methodology, plan, inputs))

    def bind_more(self, methodology: Methodology, plan: Plan, more: dict[str, Box], read_unit: UnitReader) -> Inputs:
        """Bind inputs that the first run did not need; once for each set of cells."""
        key = repr((more, sorted(set(more) & plan.optional)))
        if key not in self.bound:
            self.bound[key] = bind_inputs(methodology, replace(plan, inputs=more), self.data, read_unit)
        return self.bound[key]

    def rebound(self, methodology: Methodology, read_unit: UnitReader) -> Result:
        """Run a methodology with other values of datasets."""
        inputs = bind_inputs(methodology, self.plan, self.data, read_unit)
        return self.checked(methodology, self.plan, inputs, evaluate(methodology, self.plan, inputs))

    def planned(self, methodology: Methodology, supplied: frozenset[str]) -> Plan:
        """Plan the case again, with what rules read."""
        plan = plan_with_rules(methodology, self.setting, self.plan.targets, supplied)
        required = {**self.plan.required, **plan.required}
        return replace(plan, required=required, optional=frozenset(plan.needs) - frozenset(required))

    def checked(self, methodology: Methodology, plan: Plan, inputs: Inputs, values: Values) -> Result:
        """Evaluate the rules that name a number which has changed; the others find what they found before."""
        changed = {id_ for id_ in values.arrays if self.changed(id_, values)}
        rules = tuple(rule for rule in methodology.rules if not changed.isdisjoint(self.rules.read[rule.id]))
        stated = stated_quantities(methodology, self.data)
        found = check_rules(replace(methodology, rules=rules), plan, values, stated) if rules else ()
        return Result(values, keys_of((*inputs.findings, *found)))

    def changed(self, quantity: str, values: Values) -> bool:
        """Whether a quantity has other numbers than in the first run."""
        one, two = self.result.values.arrays.get(quantity), values.arrays.get(quantity)
        if one is None or two is None:
            return one is not two
        return one is not two and not np.array_equal(one, two, equal_nan=True)


def start_case(
    case: WorkedCase, methodology: Methodology, read_unit: UnitReader, others: Iterable[CaseRun] = ()
) -> CaseRun:
    """Run a worked case under the methodology as it is.

    Parameters
    ----------
    others
        Cases that were started before; bound inputs of the same project are taken from them.

    Raises
    ------
    MethodologyError
        If the case cannot be run.
    """
    data = case.data()
    setting = prepare(methodology, data, choices=case.choices, readings=case.readings)
    methodology = with_readings(methodology, setting.readings)
    supplied = supplied_quantities(methodology, data, setting)
    targets = methodology.reported
    reached = plan_run(methodology, setting, targets, supplied).needs
    targets += tuple(id_ for id_ in case.expect if id_ not in reached)
    plan = plan_with_rules(methodology, setting, targets, supplied)
    inputs = _bound_before(case, setting, plan, methodology, others) or bind_inputs(methodology, plan, data, read_unit)
    values = evaluate(methodology, plan, inputs)
    origins = [(id_, origin) for id_, cells in inputs.origins.items() for origin in cells.values()]
    taken = frozenset((origin.name, id_) for id_, origin in origins if origin.kind != "project")
    equations = frozenset(step.equation for stage in plan.stages for step in stage.steps)
    stated = stated_quantities(methodology, data)
    findings = keys_of((*inputs.findings, *check_rules(methodology, plan, values, stated)))
    return CaseRun(
        case=case, data=data, setting=setting, supplied=supplied, plan=plan, inputs=inputs, result=Result(values, findings),
        equations=equations, datasets=taken, rules=RuleReads.of(methodology), methodology=methodology,
    )  # fmt: skip


def _bound_before(
    case: WorkedCase, setting: Setting, plan: Plan, methodology: Methodology, others: Iterable[CaseRun]
) -> Inputs | None:
    """Return inputs bound for another case of the same project, if they hold all cells and no value depends on a switch."""
    if any(block.when is not None for dataset in methodology.datasets for block in dataset.values):
        return None
    for other in others:
        have, theirs = other.plan.inputs, other.case
        same = (theirs.project, theirs.datasets, other.setting.members) == (case.project, case.datasets, setting.members)
        same &= other.methodology.datasets == methodology.datasets
        if same and all(id_ in have and _is_held(box, have[id_]) for id_, box in plan.inputs.items()):
            return other.inputs
    return None


def keys_of(findings: Iterable[Finding]) -> frozenset[Key]:
    """Return what tells errors and warnings apart."""
    return frozenset((f.code, f.severity, f.subject) for f in findings if f.severity != "note")


def _is_held(need: Box, have: Box) -> bool:
    """Whether all cells of one box are among those of another."""
    return all(set(wanted) <= set(places) for wanted, places in zip(need, have, strict=True))
