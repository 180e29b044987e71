"""Read what a project file declares as uncertain.

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
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from engine.cells import PRESENT
from engine.pipeline import Run
from engine.reported_values import UnitReader
from engine.simulate.correlations import Correlation, Variable, read_amount, read_correlations
from engine.simulate.distributions import NEEDS, OF_ROWS, Declared, NoSuchDistributionError, from_fields
from equations.errors import InputError, MethodologyError, Place, near_or_all, raise_all
from equations.quantity import Quantity
from equations.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.units import Unit

POLICIES = ("reject", "truncate", "fail")
_FIELDS = (
    "distribution",
    "mean",
    "se",
    "relative_se",
    "low",
    "high",
    "min",
    "max",
    "mode",
    "alpha",
    "beta",
    "size",
    "level",
    "unit",
    "source",
)
_IN_UNIT = ("mean", "se", "low", "high", "min", "max", "mode")
_TOP = ("level", "outside", "inputs", "correlations", "deductions")
_LEVEL = 0.95


@dataclass(frozen=True)
class Uncertainty:
    """All that a project declares for a simulation."""

    variables: tuple[Variable, ...]
    correlations: tuple[Correlation, ...] = ()
    outside: str = "reject"
    #: Rule of deduction -> the quantity it is taken of.
    deductions: tuple[tuple[str, str], ...] = ()


def read_uncertainty(run: Run, read_unit: UnitReader) -> Uncertainty:
    """Read every declared distribution of a project.

    Parameters
    ----------
    run
        A run of the project: its inputs are the means.

    Raises
    ------
    MethodologyError
        I502 for unknown names, I503 for units, I510 for distributions and correlations that cannot be; all together.
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
    level: float = _LEVEL

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
        self.level = self.share(held.get("level"), _LEVEL)
        for quantity, node, fixed in self.declarations(held.get("inputs")):
            self.quantity(quantity, node, fixed)
        outside = self.word(held.get("outside"), POLICIES, "reject")
        return Uncertainty(
            tuple(self.variables),
            tuple(read_correlations(held.get("correlations"), self.variables, self.errors)),
            outside,
            tuple(self.deductions(held.get("deductions"))),
        )

    def declarations(self, inputs: YamlNode | None) -> Iterator[tuple[Quantity, YamlNode, dict[str, str]]]:
        """Yield quantities with their node, and the labels to which it is limited."""
        methodology, seen = self.run.methodology, {}
        for id_, blocks in self.run.project.values.items():
            for block in blocks:
                node = block.node.get("uncertainty")
                if node is not None and id_ in methodology.quantity:
                    seen[id_] = node.place
                    yield methodology.quantity[id_], node, {key: scalar.text for key, scalar in block.texts("at")}
        if inputs is None:
            return
        if not isinstance(inputs, Mapping):
            self.fault(
                "I506", "inputs must be a mapping of quantities", inputs.place, remedy="write `Q: {distribution: normal, se: ...}`"
            )
            return
        for key, node in inputs:
            if key.text not in methodology.quantity:
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
                yield methodology.quantity[key.text], node, {}

    # -- one quantity

    def quantity(self, quantity: Quantity, node: YamlNode, fixed: dict[str, str]) -> None:
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
        there = self.run.inputs.states[quantity.id] == PRESENT
        for axis, label in fixed.items():
            at = list(quantity.axis_names).index(axis)
            keep = np.array([member == label for member in members[at]])
            there &= keep.reshape([-1 if place == at else 1 for place in range(len(members))])
        self.below(quantity, node, there, 0)

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
                remedy="add `distribution:`, one of " + ", ".join(NEEDS),
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
        kind = self.word(node.get("distribution"), tuple(NEEDS), "")
        fields = self.fields(quantity, node)
        if not kind or fields is None:
            return
        if not any(set(needed) <= set(fields) for needed in NEEDS[kind]):
            wanted = ", or ".join(" and ".join(needed) for needed in NEEDS[kind])
            self.fault(
                "I510", f"the distribution of {quantity.id} lacks {wanted}", node.place, remedy="declare it beside `distribution:`"
            )
            return
        places = np.flatnonzero(there)
        if kind in OF_ROWS:
            self.rows(quantity, kind, fields, there, node.place)
            return
        numbers = self.run.inputs.values[quantity.id].ravel()
        declared, kept = [], []
        for place in places.tolist():
            value = float(numbers[place])
            if value == 0.0 and "relative_se" in fields:
                continue
            try:
                declared.append(from_fields(kind, value, fields, fields.get("level", self.level)))
                kept.append(place)
            except NoSuchDistributionError as cause:
                self.fault(
                    "I510", f"{self.name(quantity, place)} cannot be {kind.replace('_', ' ')}", node.place, cause.why, cause.remedy
                )
                return
        self.keep(quantity, kind, kept, declared)

    def keep(self, quantity: Quantity, kind: str, places: list[int], declared: list[Declared]) -> None:
        if not places:
            return
        taken = {int(place) for v in self.variables if v.quantity == quantity.id for place in v.places}
        for place in places:
            if place in taken:
                self.fault("I506", f"the uncertainty of {self.name(quantity, place)} is declared twice", None)
                return
        parameters = {name: np.array([one.parameters[name] for one in declared]) for name in declared[0].parameters}
        names = tuple(self.name(quantity, place) for place in places)
        self.variables.append(Variable(quantity.id, kind, np.array(places, np.int64), names, parameters))

    def rows(self, quantity: Quantity, kind: str, fields: dict[str, float], there: np.ndarray, place: Place) -> None:
        """Declare whole rows: along the last index."""
        numbers = self.run.inputs.values[quantity.id]
        if not quantity.indices:
            self.fault("I510", f"{quantity.id} has no index, and a {kind} distribution is of a whole row", place)
            return
        for row in np.ndindex(*numbers.shape[:-1]):
            own = np.flatnonzero(there[row] & (numbers[row] > 0))
            if len(own) < 2:
                continue
            values = numbers[row][own]
            if kind == "multinomial" and (values != np.round(values)).any():
                self.fault(
                    "I510",
                    f"{quantity.id} is no count, so it has no multinomial distribution",
                    place,
                    remedy="take another distribution",
                )
                return
            if kind == "dirichlet" and not fields["size"] > 0:
                self.fault("I510", f"the size of the sample behind {quantity.id} must be above zero", place)
                return
            places = np.ravel_multi_index((*(np.full(len(own), at) for at in row), own), numbers.shape)
            parameters = {"value": values, "size": np.full(len(own), fields.get("size", np.nan))}
            self.variables.append(
                Variable(quantity.id, kind, places, tuple(self.name(quantity, int(p)) for p in places), parameters)
            )

    def name(self, quantity: Quantity, place: int) -> str:
        members = [self.run.setting.members[axis] for axis in quantity.indices]
        cell = np.unravel_index(place, [len(own) for own in members])
        labels = ", ".join(own[at] for own, at in zip(members, cell, strict=True))
        return f"{quantity.id}[{labels}]" if labels else quantity.id

    # -- fields

    def fields(self, quantity: Quantity, node: Mapping) -> dict[str, float] | None:
        found: dict[str, float] = {}
        before = len(self.errors)
        factor = self.factor(quantity, node)
        for key, value in node:
            if key.text not in _FIELDS:
                self.fault(
                    "I502", f"a distribution has no field {key.text!r}", key.place, remedy=near_or_all(key.text, _FIELDS, "fields:")
                )
            elif key.text == "level":
                found["level"] = self.share(value, self.level)
            elif key.text not in ("distribution", "unit", "source"):
                number = self.number(value, key.text)
                found[key.text] = number * (factor if key.text in _IN_UNIT else 1.0)
        return found if len(self.errors) == before else None

    def factor(self, quantity: Quantity, node: Mapping) -> float:
        """Return the factor from the unit in which a distribution is written to the quantity's."""
        written = node.get("unit")
        if not isinstance(written, Scalar):
            return 1.0
        substances = tuple(substance.id for substance in self.run.methodology.substances)
        try:
            unit = self.read_unit(written.text, written.place, substances)
        except MethodologyError as error:
            self.fault("I503", error.what, written.place, error.why, error.remedy)
            return 1.0
        wanted: Unit = quantity.unit
        if not unit.same_dimension(wanted):
            self.fault(
                "I503", f"the uncertainty of {quantity.id} is given in {unit}, and the quantity is in {wanted}", written.place
            )
            return 1.0
        return float(unit.scale / wanted.scale)

    def number(self, node: YamlNode, name: str) -> float:
        return read_amount(node, name, self.errors)

    def share(self, node: YamlNode | None, otherwise: float) -> float:
        """Return a share of probability, written as 95 %, 95 or 0.95."""
        if node is None:
            return otherwise
        share = self.number(node, "level")
        share = share / 100 if share > 1 else share
        if not 0 < share < 1:
            self.fault("I510", "a level must lie between 0 and 100 %", node.place)
            return otherwise
        return share

    def word(self, node: YamlNode | None, known: tuple[str, ...], otherwise: str) -> str:
        if node is None:
            return otherwise
        text = node.text if isinstance(node, Scalar) else ""
        if text not in known:
            self.fault("I510", f"{text!r} is not known here", node.place, remedy=near_or_all(text, known, "it is one of"))
            return otherwise
        return text

    # -- what concerns several inputs

    def deductions(self, node: YamlNode | None) -> Iterator[tuple[str, str]]:
        for item in node.items if isinstance(node, Sequence) else ():
            rule, of = (item.get(name) if isinstance(item, Mapping) else None for name in ("rule", "of"))
            if not isinstance(rule, Scalar) or not isinstance(of, Scalar):
                self.fault("I510", "a deduction has a `rule` and the quantity that it is taken `of`", item.place)
                continue
            yield rule.text, of.text
