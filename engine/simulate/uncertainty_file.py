"""Read what a project file, and the datasets that it uses, declare as uncertain.

Beside a value::

    EF_direct:
      values: {upland: 0.01, paddy: 0.003}
      uncertainty:
        upland: {distribution: lognormal, low: 0.003, high: 0.03}
        paddy: {distribution: triangular, min: 0, max: 0.006}

or, for values that come from a dataset or a default, and for what concerns several inputs::

    uncertainty:
      level: 95 %                      # what `low` and `high` enclose, unless a distribution says otherwise
      outside: reject                  # reject | truncate | fail: draws outside the range in which a quantity can be
      inputs: {C: {distribution: normal, relative_se: 8 %}}
      correlations: [{between: [C], coefficient: 0.5}]
      deductions: [{rule: art-trees, of: ER}]

A dataset declares its values in the same way. That holds for the cells that a run takes from it, unless the project declares its own
uncertainty for them; ``datasets: no`` leaves all of it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine.finding import Finding
from engine.plan.cells import PRESENT, cell_name
from engine.project.values import UnitReader
from engine.run.inputs import Inputs
from engine.run.run import Run
from engine.simulate.correlations import Correlation, read_correlations
from engine.simulate.distribution import NoSuchDistributionError
from engine.simulate.distribution_reader import DistributionReader, Fields
from engine.simulate.distributions import DISTRIBUTIONS, from_fields
from engine.simulate.fit import check_size, check_value, other_mean
from engine.simulate.sampled_numbers import sampled_numbers
from engine.simulate.shared_rows import NoRowError, rows_of, whole_inputs
from engine.simulate.unknowns import Merging, Variable
from equations.errors import InputError, MethodologyError, Place, listed, near_or_all, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.dataset import ValueBlock
from equations.model.quantity import Quantity
from equations.units.unit import Unit

POLICIES = ("reject", "truncate", "fail")
_TOP = ("level", "outside", "datasets", "inputs", "correlations", "deductions")
_LEVEL = 0.95


@dataclass(frozen=True)
class Uncertainty:
    """All that a project declares for a simulation."""

    variables: tuple[Variable, ...]
    correlations: tuple[Correlation, ...] = ()
    outside: str = "reject"
    #: Rule of deduction -> the quantity it is taken of.
    deductions: tuple[tuple[str, str], ...] = ()
    #: What of the declarations a reader should know: means that are not the values of the run, numbers that stay as they are.
    findings: tuple[Finding, ...] = ()


def read_uncertainty(run: Run, read_unit: UnitReader) -> Uncertainty:
    """Read every declared distribution of a project.

    Parameters
    ----------
    run
        A run of the project: its inputs are the means.

    Raises
    ------
    MethodologyError
        I502 for unknown names, I503 for units, I510 for distributions and correlations that cannot be, I517 for fields that a
        distribution does not take, I518 for one that cannot give the value of the run, I519 for rows; all together.
    """
    reader = _Reader(run, read_unit)
    found = reader.read()
    raise_all(reader.errors)
    return found


@dataclass
class _Reader:
    run: Run
    read_unit: UnitReader
    errors: list[MethodologyError] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: Unit of the values beside which a distribution stands: read already, or as written; the quantity's where there is none.
    beside: Unit | YamlNode | None = None
    #: The block of a dataset that declares it, of which a run may take a part; none where the project does.
    block: ValueBlock | None = None
    #: Quantities drawn row by row -> the inputs with all their cells.
    whole: dict[str, Inputs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        substances = self.run.methodology.own_unit_words
        self.fields = DistributionReader(self.read_unit, substances, self.errors, _LEVEL)

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def read(self) -> Uncertainty:
        top = self.run.project.uncertainty
        held: dict[str, YamlNode] = {}
        if isinstance(top, Mapping):
            held = {key.text: value for key, value in top}
            for key, _ in top:
                if key.text not in _TOP:
                    self.fault(
                        "I502", f"uncertainty has no field {key.text!r}", key.place, remedy=near_or_all(key.text, _TOP, "fields:")
                    )
        elif top is not None and not (isinstance(top, Scalar) and top.is_empty):
            self.fault("I506", "uncertainty must be a mapping", top.place, remedy="write `inputs:` below it")
        self.fields.level = self.fields.share(held.get("level"), _LEVEL)
        for quantity, node, there in self.declarations(held.get("inputs")):
            self.below(quantity, node, there, 0)
        self.of_samples()
        if self.fields.word(held.get("datasets"), ("yes", "no"), "yes") == "yes":
            self.fields.level = _LEVEL
            for quantity, node, there in self.of_datasets():
                self.below(quantity, node, there, 0)
        outside = self.fields.word(held.get("outside"), POLICIES, "reject")
        variables, correlations = self.together(held.get("correlations"))
        deductions = tuple(self.deductions(held.get("deductions")))
        return Uncertainty(variables, correlations, outside, deductions, tuple(self.findings))

    def together(self, node: YamlNode | None) -> tuple[tuple[Variable, ...], tuple[Correlation, ...]]:
        """Return the numbers that are drawn, one for each that was written, and how they go together."""
        stated = read_correlations(node, self.run, self.variables, self.errors)
        merging = Merging(self.run, self.variables, stated.apart, self.errors, self.whole)
        variables = merging.merged()
        return variables, tuple(stated.joined(merging.follows, merging.tied))

    def declarations(self, inputs: YamlNode | None) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        """Yield quantities with what the project declares of them, and the cells that it means."""
        methodology, seen = self.run.methodology, {}
        for id_, blocks in self.run.project.values.items():
            for block in blocks:
                node = block.node.get("uncertainty")
                if node is not None and id_ in methodology.quantity:
                    seen[id_] = node.place
                    self.beside = block.node.get("unit")
                    yield from self.drawn(methodology.quantity[id_], node, {key: scalar.text for key, scalar in block.texts("at")})
        self.beside = None
        if inputs is None:
            return
        if not isinstance(inputs, Mapping):
            self.fault(
                "I506", "inputs must be a mapping of quantities", inputs.place, remedy="write `Q: {distribution: normal, se: ...}`"
            )
            return
        for key, node in inputs:
            if key.text in methodology.in_readings and key.text not in methodology.quantity:
                self.findings.append(_not_asked(key, f"only {methodology.in_readings[key.text]} asks for it"))
            elif key.text not in methodology.quantity:
                self.fault(
                    "I502",
                    f"the methodology has no quantity {key.text!r}",
                    key.place,
                    remedy=near_or_all(key.text, self.run.inputs.values, "inputs of this run:"),
                )
            elif key.text in seen:
                self.fault(
                    "I506", f"the uncertainty of {key.text} is declared twice", key.place, why=f"the first is at {seen[key.text]}"
                )
            else:
                yield from self.drawn(methodology.quantity[key.text], node, {})

    def of_datasets(self) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        """Yield what datasets declare, for the cells whose values were taken from them and of which the project declares nothing."""
        declared = {(variable.quantity, int(place)) for variable in self.variables for place in variable.places}
        for block in (block for dataset in self.run.methodology.datasets for block in dataset.values):
            if block.distributions is None or block.quantity not in self.run.inputs.values:
                continue
            there = np.ones(self.run.inputs.states[block.quantity].shape, bool)
            for place in range(there.size):
                there.reshape(-1)[place] = (block.quantity, place) not in declared
            self.beside = block.unit
            if (there & from_block(self.run.inputs, block)).any():
                self.block = block
                yield self.run.methodology.quantity[block.quantity], block.distributions, there
        self.beside = None

    def of_samples(self) -> None:
        """Take what samples say of the inputs that they give, where the project declares nothing else."""
        declared = {(variable.quantity, int(place)) for variable in self.variables for place in variable.places}
        for drawn in sampled_numbers(self.run):
            if (drawn.quantity.id, drawn.place) not in declared and drawn.where is not None:
                self.keep(drawn.quantity, Fields(drawn.kind, drawn.numbers, _LEVEL, ""), [drawn.place], drawn.where)

    # -- one quantity

    def drawn(self, quantity: Quantity, node: YamlNode, fixed: dict[str, str]) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        """Yield a quantity of which cells can be drawn, with these cells."""
        if quantity.id not in self.run.inputs.values:
            self.fault(
                "I510",
                f"{quantity.id} is no input of this run, so it cannot be drawn",
                node.place,
                why="it is computed, or nothing uses it under these choices",
                remedy="declare the uncertainty of what it is computed from",
            )
            return
        members = [self.run.setting.members[axis] for axis in quantity.indices]
        there = np.ones(self.run.inputs.states[quantity.id].shape, bool)
        for axis, label in fixed.items():
            at = list(quantity.axis_names).index(axis)
            keep = np.array([member == label for member in members[at]])
            there &= keep.reshape([-1 if place == at else 1 for place in range(len(members))])
        yield quantity, node, there

    def below(self, quantity: Quantity, node: YamlNode, there: np.ndarray, depth: int) -> None:
        """Follow labels down to distributions."""
        if not isinstance(node, Mapping):
            self.fault(
                "I506",
                f"the uncertainty of {quantity.id} must be a mapping",
                node.place,
                remedy="write {distribution: normal, se: ...}, or one for each label",
            )
            return
        if node.get("distribution") is not None:
            self.cells(quantity, node, there)
            return
        if depth == len(quantity.indices):
            self.fault(
                "I510",
                f"a distribution of {quantity.id} names none",
                node.place,
                remedy="add `distribution:`, one of " + ", ".join(DISTRIBUTIONS),
            )
            return
        members = self.run.setting.members[quantity.indices[depth]]
        for key, part in node:
            if key.text not in members:
                self.fault(
                    "I502",
                    f"{quantity.id}: {key.text!r} is no member of {quantity.indices[depth]}, and no field of a distribution",
                    key.place,
                    remedy=near_or_all(key.text, members, "members:"),
                )
                continue
            keep = np.array([member == key.text for member in members])
            shape = [-1 if place == depth else 1 for place in range(len(quantity.indices))]
            self.below(quantity, part, there & keep.reshape(shape), depth + 1)

    def cells(self, quantity: Quantity, node: Mapping, there: np.ndarray) -> None:
        found = self.fields.read(quantity, node, self.beside)
        if found is None:
            return
        needed = there & (self.run.inputs.states[quantity.id] == PRESENT)
        if self.block is not None:
            needed &= from_block(self.run.inputs, self.block)
        if not needed.any():
            if self.block is None:
                self.unused(quantity, node.place)
            return
        if DISTRIBUTIONS[found.kind].is_of_rows:
            self.rows(quantity, found, there, node.place)
            return
        numbers = self.run.inputs.values[quantity.id].ravel()
        places = np.flatnonzero(needed).tolist()
        # Of a number that is nothing a share is nothing: it stays.
        still = [place for place in places if numbers[place] == 0.0 and "relative_se" in found.numbers]
        kept = [place for place in places if place not in set(still)]
        if still and not kept:
            self.stays(
                quantity, still, f"its spread is relative, and the value is 0 {quantity.unit}".removesuffix(" 1"), node.place
            )
        self.keep(quantity, found, kept, node.place)

    def keep(self, quantity: Quantity, found: Fields, places: list[int], where: Place) -> None:
        """Declare cells that are drawn one by one."""
        if self.is_declared(quantity, places, where) or not places:
            return
        numbers = self.run.inputs.values[quantity.id].ravel()
        declared = []
        for place in places:
            try:
                declared.append(from_fields(found.kind, float(numbers[place]), found.numbers, found.level))
            except NoSuchDistributionError as cause:
                what = f"{self.name(quantity, place)} cannot be {DISTRIBUTIONS[found.kind].words}"
                self.fault("I510", what, where, cause.why, cause.remedy)
                return
        parameters = {name: np.array([one.parameters[name] for one in declared]) for name in declared[0].parameters}
        names = tuple(self.name(quantity, place) for place in places)
        variable = Variable(quantity.id, found.kind, np.array(places, np.int64), names, parameters, where)
        error = check_size(variable, numbers[places]) or check_value(variable, numbers[places], found.numbers)
        if error is not None:
            self.errors.append(error)
            return
        self.variables.append(variable)
        self.findings += other_mean(variable, numbers[places], quantity, "mean" in found.numbers)

    def is_declared(self, quantity: Quantity, places: list[int], where: Place) -> bool:
        """Report the first of some cells whose uncertainty is declared already."""
        taken = {int(place) for v in self.variables if v.quantity == quantity.id for place in v.places}
        twice = next((place for place in places if place in taken), None)
        if twice is not None:
            self.fault("I506", f"the uncertainty of {self.name(quantity, twice)} is declared twice", where, remedy="remove one")
        return twice is not None

    def stays(self, quantity: Quantity, places: list[int], why: str, where: Place) -> None:
        """Say that numbers for which a distribution is declared are not drawn."""
        names = listed([self.name(quantity, place) for place in places])
        self.findings.append(
            Finding("A731", "warning", quantity.id, f"{names} stays as it is", why, "declare what can vary, or leave it out",
                    source=str(quantity.source), place=where)
        )  # fmt: skip

    def unused(self, quantity: Quantity, where: Place) -> None:
        self.findings.append(
            Finding("A731", "warning", quantity.id, f"a distribution of {quantity.id} is of numbers that this run does not use",
                    "", "leave it out, or look whether a label or a choice is wrong", source=str(quantity.source), place=where)
        )  # fmt: skip

    def rows(self, quantity: Quantity, found: Fields, there: np.ndarray, where: Place) -> None:
        """Declare whole rows."""
        size = found.numbers.get("size", np.nan)
        if size <= 0:
            self.fault("I510", f"the size of the sample behind {quantity.id} must be above zero", where, remedy="write how many")
            return
        try:
            if quantity.id not in self.whole:
                self.whole[quantity.id] = whole_inputs(self.run, quantity, self.read_unit)
            inputs = self.whole[quantity.id]
            if self.block is not None:
                there = there & from_block(inputs, self.block)
            rows = list(rows_of(inputs, self.run.methodology, quantity, found.kind, there, found.over))
        except NoRowError as cause:
            self.fault("I519", cause.what, where, cause.why, cause.remedy)
            return
        if not rows:
            self.fault("I519", f"nothing of the {found.kind} distribution of {quantity.id} can be drawn", where,
                       "no row has two numbers above zero between which the whole is shared out", "leave it out")  # fmt: skip
        for row in rows:
            if self.is_declared(quantity, row.places.tolist(), where):
                return
            names = tuple(self.name(quantity, int(place)) for place in row.places)
            parameters = {"value": row.values, "size": np.full(len(names), size)}
            variable = Variable(quantity.id, found.kind, row.places, names, parameters, where)
            error = check_size(variable, row.values)
            if error is not None:
                self.errors.append(error)
                return
            self.variables.append(variable)
        below = [place for row in rows for place in row.below]
        if below:
            self.stays(quantity, below, f"a {found.kind} number is not below zero; the others of the row share out the rest", where)

    def name(self, quantity: Quantity, place: int) -> str:
        return cell_name(quantity, self.run.setting, place)

    # -- what concerns several inputs

    def deductions(self, node: YamlNode | None) -> Iterator[tuple[str, str]]:
        for item in node.items if isinstance(node, Sequence) else ():
            rule, of = (item.get(name) if isinstance(item, Mapping) else None for name in ("rule", "of"))
            if not isinstance(rule, Scalar) or not isinstance(of, Scalar):
                self.fault("I510", "a deduction has a `rule` and the quantity that it is taken `of`", item.place)
                continue
            yield rule.text, of.text


def _not_asked(key: Scalar, why: str) -> Finding:
    what = f"a distribution of {key.text} is of numbers that this run does not use"
    return Finding("A731", "warning", key.text, what, why, "nothing, or select the reading", place=key.place)


@dataclass
class _AsWritten(_Reader):
    """Reads what is written of distributions, whatever a run uses of it: names, labels, fields and units, and no number of the run."""

    #: Faults of distributions whose standard errors formulas read (``standard_error_of:``).
    heard: list[MethodologyError] = field(default_factory=list)

    def below(self, quantity: Quantity, node: YamlNode, there: np.ndarray, depth: int) -> None:
        before = len(self.errors)
        super().below(quantity, node, there, depth)
        if depth == 0 and any(self.run.methodology.quantity[id_].standard_error_of == quantity.id for id_ in self.run.plan.inputs):
            self.heard += self.errors[before:]

    def drawn(self, quantity: Quantity, node: YamlNode, fixed: dict[str, str]) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        yield quantity, node, np.ones([len(self.run.setting.members[axis]) for axis in quantity.indices], bool)

    def cells(self, quantity: Quantity, node: Mapping, there: np.ndarray) -> None:
        self.fields.read(quantity, node, self.beside)

    def of_datasets(self) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        yield from ()

    def together(self, node: YamlNode | None) -> tuple[tuple[Variable, ...], tuple[Correlation, ...]]:
        return (), ()


def _told(error: MethodologyError, severity: str) -> Finding:
    what = "the formulas that read this standard error cannot rely on it" if severity == "error" else "a simulation would be refused"
    return Finding(error.code, severity, "uncertainty", f"{error.what}: {what}", error.why, error.remedy, place=error.place)


def with_unread_uncertainty(run: Run, read_unit: UnitReader) -> Run:
    """Return a run that warns of what its project declares as uncertain and nobody could draw.

    A simulation would refuse it. What choices leave unused is no fault: only what is written is looked at. A run needs none of it but for the
    standard errors that formulas read: what is wrong beside one of these is an error.
    """
    reader = _AsWritten(run, read_unit)
    reader.read()
    told = tuple(_told(error, "error" if error in reader.heard else "warning") for error in reader.errors)
    return replace(run, findings=(*run.findings, *told)) if told else run


def from_block(inputs: Inputs, block: ValueBlock) -> np.ndarray:
    """Return which cells of a quantity have their numbers from a block of a dataset. Shape: that of the quantity."""
    there = np.zeros(inputs.states[block.quantity].shape, bool)
    for cell, origin in inputs.origins[block.quantity].items():
        there[cell] = origin.kind != "project" and origin.place == block.place
    return there
