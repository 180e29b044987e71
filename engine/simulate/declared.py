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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from engine.cells import PRESENT, cell_name
from engine.pipeline import Run
from engine.reported_values import UnitReader
from engine.simulate.correlations import Correlation, Variable, read_amount, read_correlations
from engine.simulate.distributions import FROM_NORMAL, NEEDS, OF_ROWS, Declared, NoSuchDistributionError, from_fields
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
    #: Unit of the values beside which a distribution stands: read already, or as written; the quantity's where there is none.
    beside: Unit | YamlNode | None = None

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
        for quantity, node, there in self.declarations(held.get("inputs")):
            self.below(quantity, node, there, 0)
        if self.word(held.get("datasets"), ("yes", "no"), "yes") == "yes":
            self.level = _LEVEL
            for quantity, node, there in self.of_datasets():
                self.below(quantity, node, there, 0)
        outside = self.word(held.get("outside"), POLICIES, "reject")
        correlations = tuple(read_correlations(held.get("correlations"), self.variables, self.errors))
        return Uncertainty(
            tuple(self.variables),
            (*correlations, *self.as_one({name for correlation in correlations for name in correlation.names})),
            outside,
            tuple(self.deductions(held.get("deductions"))),
        )

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
                yield from self.drawn(methodology.quantity[key.text], node, {})

    def of_datasets(self) -> Iterator[tuple[Quantity, YamlNode, np.ndarray]]:
        """Yield what datasets declare, for the cells whose values were taken from them and of which the project declares nothing."""
        declared = {(variable.quantity, int(place)) for variable in self.variables for place in variable.places}
        for block in (block for dataset in self.run.methodology.datasets for block in dataset.values):
            if block.distributions is None or block.quantity not in self.run.inputs.values:
                continue
            states = self.run.inputs.states[block.quantity]
            there = np.zeros(states.shape, bool)
            for cell, origin in self.run.inputs.origins[block.quantity].items():
                place = int(np.ravel_multi_index(cell, states.shape)) if cell else 0
                there[cell] = origin.kind != "project" and origin.place == block.place and (block.quantity, place) not in declared
            self.beside = block.unit
            if there.any():
                yield self.run.methodology.quantity[block.quantity], block.distributions, there & (states == PRESENT)
        self.beside = None

    def as_one(self, taken: set[str]) -> Iterator[Correlation]:
        """Yield cells for which one number was written: they are one unknown, and move as one.

        Parameters
        ----------
        taken
            Names of cells for which the project declares a correlation of its own.
        """
        for variable in self.variables:
            name_of = dict(zip(variable.places.tolist(), variable.names, strict=True))
            free = [place for place, name in name_of.items() if variable.kind not in OF_ROWS and name not in taken]
            for places in written_once(self.run, variable.quantity, free):
                names = [name_of[place] for place in places]
                if len(names) > 1 and variable.kind not in FROM_NORMAL:
                    self.fault(
                        "I510",
                        f"{names[0]} and {names[1]} are one number, and cannot be drawn as {variable.kind} one by one",
                        variable.place,
                        remedy="take another distribution, or give each its own number",
                    )
                elif len(names) > 1:
                    yield Correlation(tuple(names), np.ones((len(names), len(names))))

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
        there = self.run.inputs.states[quantity.id] == PRESENT
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
        self.keep(quantity, kind, kept, declared, node.place)

    def keep(self, quantity: Quantity, kind: str, places: list[int], declared: list[Declared], where: Place) -> None:
        if not places:
            return
        taken = {int(place) for v in self.variables if v.quantity == quantity.id for place in v.places}
        for place in places:
            if place in taken:
                self.fault("I506", f"the uncertainty of {self.name(quantity, place)} is declared twice", where, remedy="remove one")
                return
        parameters = {name: np.array([one.parameters[name] for one in declared]) for name in declared[0].parameters}
        names = tuple(self.name(quantity, place) for place in places)
        self.variables.append(Variable(quantity.id, kind, np.array(places, np.int64), names, parameters, where))

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
                self.fault(
                    "I510", f"the size of the sample behind {quantity.id} must be above zero", place, remedy="write how many"
                )
                return
            places = np.ravel_multi_index((*(np.full(len(own), at) for at in row), own), numbers.shape)
            parameters = {"value": values, "size": np.full(len(own), fields.get("size", np.nan))}
            self.variables.append(
                Variable(quantity.id, kind, places, tuple(self.name(quantity, int(p)) for p in places), parameters, place)
            )

    def name(self, quantity: Quantity, place: int) -> str:
        return cell_name(quantity, self.run.setting, place)

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
                if key.text in _IN_UNIT and isinstance(value, Scalar) and value.text.endswith("%") and str(quantity.unit) != "1":
                    remedy = "write relative_se" if key.text == "se" else f"write it in {quantity.unit}, or in a `unit:` of its own"
                    self.fault("I510", f"{key.text} of {quantity.id} is no share: it is in {quantity.unit}", value.place, remedy=remedy)
                found[key.text] = number * (factor if key.text in _IN_UNIT else 1.0)
        return found if len(self.errors) == before else None

    def factor(self, quantity: Quantity, node: Mapping) -> float:
        """Return the factor to the quantity's unit from that of a distribution: its own, or that of the values beside it."""
        written = node.get("unit") or self.beside
        if written is None or not any(name in node for name in _IN_UNIT):
            return 1.0
        unit = written if isinstance(written, Unit) else self.unit(quantity, node, written)
        if unit is None:
            return 1.0
        known = [quantity.unit, *(unit for _, unit in quantity.alternatives.units)] if quantity.alternatives else [quantity.unit]
        wanted = next((one for one in known if unit.same_dimension(one)), None)
        if wanted is None:
            self.fault(
                "I503",
                f"the uncertainty of {quantity.id} is given in {unit}, and the quantity is in {quantity.unit}",
                node.place,
                remedy="give it in the unit of the quantity, or as relative_se",
            )
            return 1.0
        return float(unit.scale / wanted.scale)

    def unit(self, quantity: Quantity, node: Mapping, written: YamlNode) -> Unit | None:
        if not isinstance(written, Scalar):
            self.fault(
                "I503",
                f"it is not said in which unit the uncertainty of {quantity.id} is given",
                node.place,
                why="the values beside it have several",
                remedy="add `unit:` to the distribution, or give relative_se",
            )
            return None
        substances = tuple(substance.id for substance in self.run.methodology.substances)
        try:
            return self.read_unit(written.text, written.place, substances)
        except MethodologyError as error:
            self.fault("I503", error.what, written.place, error.why, error.remedy)
            return None

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


def written_once(run: Run, quantity: str, places: Iterable[int]) -> list[list[int]]:
    """Return cells of an input by the number that was written for them: one number may stand for several cells."""
    origins, shape = run.inputs.origins[quantity], run.inputs.values[quantity].shape
    found: dict[int, list[int]] = {}
    for place in places:
        cell = tuple(int(at) for at in np.unravel_index(place, shape))
        found.setdefault(id(origins[cell]) if cell in origins else -1 - place, []).append(place)
    return list(found.values())
