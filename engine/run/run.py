"""The front door: one function for each thing that can be done with a methodology and a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.finding import Finding
from engine.output.drawing import Drawing
from engine.output.tabled import Pictured
from engine.output.text_grid import TextGrid
from engine.plan.cells import ABSENT, EXCLUDED, NOT_APPLICABLE, counted
from engine.plan.plan import Plan
from engine.plan.setting import Setting
from engine.project.project_file import ProjectData, is_blank, read_project
from engine.project.project_setting import prepare
from engine.project.values import UnitReader
from engine.run.evaluate import Values, evaluate
from engine.run.exact_run import ExactRun
from engine.run.inputs import Inputs, bind_inputs
from engine.run.near_ties import near_ties
from engine.run.rules import Verdict, judge_rules
from engine.run.supplied import supplied_quantities
from engine.run.totals import Headline, headline, no_total, spoken_of
from engine.run.version_gap import Loader, other_version, set_aside
from equations.errors import InputError, listed, near_or_all
from equations.model.index_set import PERIOD_SET
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings
from equations.records import record
from equations.shown import display

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import Dataset

#: Makes the plan of a run; the cache puts itself in between.
Planner = Callable[[Methodology, Setting, tuple[str, ...], frozenset[str]], Plan]


@record(frozen=True)
class Run(Pictured):
    """A finished run: everything that was read, planned and computed.

    Examples
    --------
    ``run.value("X", year="2019")`` is one number, ``run.total`` the methodology's result over all its members.
    """

    methodology: Methodology
    project: ProjectData
    plan: Plan
    inputs: Inputs
    values: Values
    findings: tuple[Finding, ...]
    #: What the run says of each rule of the methodology, in the order of the rules.
    verdicts: tuple[Verdict, ...] = ()

    @property
    def setting(self) -> Setting:
        """Choices, readings, members and years of the run."""
        return self.plan.setting

    @cached_property
    def headline(self) -> Headline:
        """The number by which the run is spoken of: the first result's total, or one of its cells where they do not add up.

        Raises
        ------
        KeyError
            As :meth:`headline_of`.
        """
        return self.headline_of(self.methodology.result)

    @property
    def results(self) -> Mapping[str, Headline]:
        """What each of the methodology's results that the run has comes to, in the order of the spec."""
        return {id_: self.headline_of(id_) for id_ in self.methodology.result_ids if id_ in self.values.arrays}

    def headline_of(self, result: str) -> Headline:
        """Return the number by which one quantity is spoken of.

        Raises
        ------
        KeyError
            If other targets were asked for, from which it does not follow.
        """
        if result not in self.values.arrays:
            raise KeyError(f"{result} is not part of this run; its targets are {', '.join(self.plan.targets)}")
        declared = self.methodology.quantity[result]
        counts = counted(declared, self.plan, self.methodology)
        return headline(self.methodology, self.setting, declared, self.values.arrays[result], counts)

    @property
    def total(self) -> float:
        """The methodology's first result, over all its members (those of all monitoring periods).

        Raises
        ------
        InputError
            I530: the members do not add up, and none of them stands for all (a share by year).
        KeyError
            As :attr:`headline`.
        """
        if not self.headline.is_total:
            raise no_total(self.methodology.quantity[self.methodology.result])
        return self.headline.value

    def value(self, quantity: str, **labels: str | int) -> float:
        """Return one number.

        Parameters
        ----------
        labels
            Name of the index -> member, for every index of the quantity; a second index over one set is called ``zone_2``.

        Raises
        ------
        InputError
            I502 if the quantity or a member is not part of the run, or the cell is not there under the quantity's relation; I506 for an
            index too many or too few.
        """
        cell = self.cell_of(quantity, labels)
        if self.values.states[quantity][cell] == NOT_APPLICABLE:
            declared = self.methodology.quantity[quantity]
            raise InputError("I502", f"{quantity} is not there for {', '.join(map(str, labels.values()))}",
                             why=f"the project's relation {declared.on} does not hold there", remedy="ask for another cell")  # fmt: skip
        return float(self.values.arrays[quantity][cell])

    def declared(self, quantity: str) -> Quantity:
        """Return what the methodology says of a quantity of this run.

        Raises
        ------
        InputError
            I502 if it is not part of the run.
        """
        if quantity not in self.values.arrays:
            known = "it is not part of this run" if quantity in self.methodology.quantity else "the methodology has no such quantity"
            raise InputError("I502", f"there is no {quantity!r}", why=known,
                             remedy=near_or_all(quantity, self.values.arrays, "this run has"))  # fmt: skip
        return self.methodology.quantity[quantity]

    def cell_of(self, quantity: str, labels: Mapping[str, str | int]) -> tuple[int, ...]:
        """Return the positions of a cell that is named by a member for every index; errors as of :meth:`value`."""
        declared = self.declared(quantity)
        if set(labels) != set(declared.axis_names):
            wanted = "".join(f", {name}=..." for name in declared.axis_names)
            raise InputError("I506", f"{quantity} has the indices {', '.join(declared.axis_names) or 'none'}",
                             why=f"given: {', '.join(labels) or 'none'}", remedy=f"write value({quantity!r}{wanted})")  # fmt: skip
        cell = []
        for axis, name in zip(declared.indices, declared.axis_names, strict=True):
            members, label = self.setting.members[axis], str(labels[name])
            if label not in members:
                raise InputError("I502", f"{axis} has no member {label!r}", remedy=near_or_all(label, members, "its members are"))
            cell.append(members.index(label))
        return tuple(cell)

    def __repr__(self) -> str:
        head = f"<Run of {self.project.name!r} under {self.methodology.reference}: "
        of = self.methodology.quantity
        shown = [f"{number.label} = {number.value:,.3f} {of[id_].unit}" for id_, number in self.results.items()]
        return f"{head}{', '.join(shown or self.plan.targets)}>"

    @cached_property
    def exact(self) -> ExactRun:
        """The same run in fractions, computed when it is asked."""
        return ExactRun(self.methodology, self.plan, self.inputs)

    def cells(self, quantity: str) -> list[tuple[tuple[str, ...], float, str]]:
        """Return labels, value and state (``""`` or ``excluded``) of every cell that was needed and applies."""
        axes = self.methodology.quantity[quantity].indices
        states, array = self.values.states[quantity], self.values.arrays[quantity]
        found = []
        for cell in np.ndindex(*array.shape):
            state = int(states[cell])
            if state in (ABSENT, NOT_APPLICABLE):
                continue
            labels = self.setting.labels(axes, cell)
            found.append((labels, float(array[cell]), "excluded" if state == EXCLUDED else ""))
        return found

    def table(self, quantity: str = "") -> TextGrid:
        """Return the yearly table, or every cell of a quantity, with numbers written as everywhere.

        Raises
        ------
        InputError
            I502 for a quantity that the run does not have.
        """
        found: TextGrid = display(self).grid(quantity)
        return found

    def frame(self, *quantities: str) -> DataFrame:
        """Return every number as a long frame of pandas, or those of some quantities.

        Returns
        -------
        pandas.DataFrame
            A line for each cell that was needed: ``quantity``, ``cell`` (as :meth:`explain` takes it), a column for each index, ``value`` in
            ``unit``, ``state`` and ``provenance``. A cell without a number is NaN, and its state says why; it is never nought.

        Raises
        ------
        InputError
            I502 for a quantity that the run does not have, I514 without pandas.
        """
        return display(self).frame(*quantities)

    def to_xarray(self, *quantities: str) -> Dataset:
        """Return every quantity, or some, as an array of xarray over the names of its indices.

        Returns
        -------
        xarray.Dataset
            NaN where there is no number; ``X.state`` then stands beside ``X`` and says why. Units are attributes.

        Raises
        ------
        InputError
            I502 for a quantity that the run does not have, I514 without xarray.
        """
        return display(self).dataset(*quantities)

    def plot(self, quantity: str = "") -> Drawing:
        """Return the charts of the run, or one quantity as a picture.

        Raises
        ------
        InputError
            I502 for a quantity that the run does not have, I508 where there is no number to draw.
        """
        found: Drawing = display(self).drawing(quantity)
        return found

    def explain(self, number: str, *, depth: int = 12) -> tuple[Any, ...]:
        """Return the way from a number to its sources, as :func:`mrvgraph.explain`; errors as there."""
        found: tuple[Any, ...] = display(self).explained(number, depth)
        return found


def total_cells(run: Run, target: str) -> NDArray[np.bool_]:
    """Return the cells whose sum is the total of a quantity of a run. Shape: one axis per index of the quantity.

    Raises
    ------
    InputError
        I530 where its members do not add up.
    """
    quantity = run.methodology.quantity[target]
    spoken = spoken_of(run.methodology, run.setting, quantity, counted(quantity, run.plan, run.methodology))
    if not spoken.is_total:
        raise no_total(quantity)
    return spoken.cells


def run_project(
    methodology: Methodology,
    project: ProjectData | Path | str,
    read_unit: UnitReader,
    planner: Planner,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
    load: Loader | None = None,
) -> Run:
    """Evaluate a project under a methodology.

    Parameters
    ----------
    project
        The project, or the path of its file.
    choices, readings
        Stand before those of the project file.
    targets
        What to compute; by default the results and the quantities of the yearly table.
    load
        Reads the version that the project file names, where that is another one (:mod:`engine.run.version_gap`).

    Raises
    ------
    MethodologyError
        For bad input, with every fault found.
    """
    data = project if isinstance(project, ProjectData) else read_project(project)
    data, aside = set_aside(methodology, data, load)
    setting = prepare(methodology, data, choices=choices, readings=readings)
    methodology = with_readings(methodology, setting.readings)
    supplied = supplied_quantities(methodology, data, setting)
    plan = planner(methodology, setting, targets, supplied)
    inputs = bind_inputs(methodology, plan, data, read_unit)
    exact = ExactRun(methodology, plan, inputs)
    values = evaluate(methodology, plan, inputs, exact)
    verdicts = judge_rules(methodology, plan, values, stated_quantities(methodology, data))
    broken = (finding for verdict in verdicts for finding in verdict.findings)
    ties = near_ties(methodology, plan, inputs, values, exact)
    findings = (*aside, *data.findings, *inputs.findings, *broken, *ties, *_about(methodology, data, plan, values, load))
    return Run(methodology=methodology, project=data, plan=plan, inputs=inputs, values=values, findings=findings, verdicts=verdicts)


def stated_quantities(methodology: Methodology, project: ProjectData) -> frozenset[str]:
    """Return the quantities of which a project says something; an entry that is blank, or a gap of the template, says nothing."""
    said = [id_ for id_, blocks in project.values.items() if not all(map(is_blank, blocks))]
    return frozenset(id_ for id_ in (*said, *project.set_quantities) if id_ in methodology.quantity)


def _about(methodology: Methodology, data: ProjectData, plan: Plan, values: Values, load: Loader | None) -> list[Finding]:
    """Return findings on the run as a whole: version, readings, implicit equations."""
    setting = plan.setting
    found = []
    if other := other_version(methodology, data.methodology, data.folder, load):
        found.append(Finding("A715", "warning", methodology.reference, other))
    for ruling in methodology.rulings:
        if setting.readings[ruling.id] != ruling.default:
            found.append(Finding("A714", "note", ruling.id, f"read as {setting.readings[ruling.id]!r}, not as {ruling.default!r}",
                                 ruling.issue))  # fmt: skip
    found += [*_unmonitored(methodology, data, values), *_unlisted_relations(methodology, plan), *_beyond(plan)]
    for near in dict.fromkeys(values.near_whole):
        counted = f"the whole number {near.counts_as:,.0f}" if near.counts_as.is_integer() else f"{near.counts_as:,.1f}, halfway between two"
        found.append(Finding("A746", "note", methodology.result, f"{near.function} of {near.value!r} counts as {counted}",
                             "it is known as a float only: a root, a power or a logarithm enters it"))  # fmt: skip
    for solution in values.solutions:
        equation = methodology.equation[solution.equation]
        if equation.quantity in plan.optional:
            continue
        found.append(Finding("A707", "note", equation.id, f"{equation.label} solved for {solution.where or equation.quantity}",
                             str(solution), source=str(equation.source)))  # fmt: skip
    return found


def _unlisted_relations(methodology: Methodology, plan: Plan) -> list[Finding]:
    """Warn where a run reads cells on a relation that nobody lists: every combination of members is then taken to exist."""
    found = []
    for relation in methodology.relations:
        on = [q.id for q in methodology.quantities if q.on == relation.id and q.id in plan.needs]
        count = prod(len(plan.setting.members[set_id]) for set_id in relation.over)
        if on and count > 1 and plan.setting.relations.get(relation.id) is None:
            found.append(Finding(
                "A724", "warning", relation.id, f"the project does not list {relation.id}, so all {count} combinations of "
                f"{', '.join(relation.over)} count", f"{relation.meaning or 'the combinations that exist'}; read by {listed(on, 4)}",
                f"list those that exist under `relations: {relation.id}: {{a: [b, c]}}`, or all of them if all do"))  # fmt: skip
    return found


def _beyond(plan: Plan) -> list[Finding]:
    """Say so where a project states a group of years that goes on behind its last year."""
    return [
        Finding("A747", "note", set_id, f"{group} of {set_id} goes on behind the last year of the project"
                + ("" if group in plan.setting.members[set_id] else ", and takes no part"),
                f"{listed(years, 4)} {'is' if len(years) == 1 else 'are'} left out", "nothing, if the project has not come so far")
        for set_id, groups in plan.setting.beyond.items() for group, years in groups.items()
    ]  # fmt: skip


def _unmonitored(methodology: Methodology, data: ProjectData, values: Values) -> list[Finding]:
    """Warn where a result by year, and so its total, has years in which nothing was monitored and a methodology without periods counts them."""
    if PERIOD_SET in methodology.index_set:
        return []
    by_year = [id_ for id_ in methodology.result_ids if methodology.year_set in methodology.quantity[id_].indices and id_ in values.arrays]
    monitored = {year for period in data.periods for year in range(period.start.year, period.end.year + 1)}
    outside = [str(year) for year in range(data.start.year, data.end.year + 1) if year not in monitored]
    if not outside:
        return []
    return [
        Finding("A723", "warning", id_, f"its total counts {listed(outside, 12)}, in no monitoring period",
                "the methodology gives its result by year, for every year of operation",
                "add the monitoring periods, or let the operation begin and end with them")
        for id_ in by_year
    ]  # fmt: skip
