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
from engine.simulate.distributions import FROM_NORMAL, NEEDS, OF_ROWS, Declared, NoSuchDistributionError, from_fields
from equations.errors import InputError, MethodologyError, Place, near_or_all, raise_all
from equations.quantity import Quantity
from equations.spec_block import read_number
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
class Variable:
    """Uncertain cells of one quantity that are drawn in the same way.

    Attributes
    ----------
    places
        Of the cells, counted through the quantity's array. For distributions of rows: the cells of one row.
    names
        What each cell is called: the key of its draws.
    parameters
        Name -> numbers. Shape of each: (cells,).
    """

    quantity: str
    kind: str
    places: np.ndarray
    names: tuple[str, ...]
    parameters: dict[str, np.ndarray]


@dataclass(frozen=True)
class Correlation:
    """Cells, by name, whose normal numbers are correlated. Shape of ``matrix``: (cell, cell)."""

    names: tuple[str, ...]
    matrix: np.ndarray


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
            tuple(self.correlations(held.get("correlations"))),
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
        text = node.text.strip() if isinstance(node, Scalar) else ""
        percent = text.endswith("%")
        exact = read_number(text.removesuffix("%").strip()) if text else None
        if exact is None:
            self.fault("I505", f"{name} is not a number: {text!r}", node.place, remedy="write it as 12.5 or 8 %")
            return 1.0
        return float(exact) / 100 if percent else float(exact)

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

    def correlations(self, node: YamlNode | None) -> Iterator[Correlation]:
        by_quantity: dict[str, list[str]] = {}
        for variable in self.variables:
            by_quantity.setdefault(variable.quantity, []).extend(variable.names)
        free = {name for v in self.variables if v.kind in FROM_NORMAL for name in v.names}
        taken: set[str] = set()
        for item in node.items if isinstance(node, Sequence) else ():
            correlation = self.correlation(item, by_quantity, free)
            if correlation is None:
                continue
            if taken & set(correlation.names):
                self.fault(
                    "I510",
                    f"{sorted(taken & set(correlation.names))[0]} is in two correlations",
                    item.place,
                    remedy="join them into one matrix",
                )
            taken |= set(correlation.names)
            yield correlation

    def correlation(self, item: YamlNode, by_quantity: dict[str, list[str]], free: set[str]) -> Correlation | None:
        between = item.get("between") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(between, Sequence):
            self.fault(
                "I510", "a correlation names what it is `between`", item.place, remedy="write {between: [A, B], coefficient: 0.5}"
            )
            return None
        names: list[str] = []
        for scalar in between.items:
            text = scalar.text if isinstance(scalar, Scalar) else ""
            own = by_quantity.get(text, [text])
            if not set(own) <= free:
                self.fault(
                    "I510",
                    f"{text} cannot be correlated",
                    scalar.place,
                    why="it is not declared as uncertain, or has a distribution that is not made from normal numbers",
                    remedy="correlate " + ", ".join(sorted(FROM_NORMAL)),
                )
                return None
            names += own
        matrix = self.matrix(
            item,
            len(names),
            len(between.items),
            [len(by_quantity.get(s.text, [""])) for s in between.items if isinstance(s, Scalar)],
        )
        return None if matrix is None else Correlation(tuple(names), matrix)

    def matrix(self, item: Mapping, size: int, listed: int, sizes: list[int]) -> np.ndarray | None:
        coefficient, rows = item.get("coefficient"), item.get("matrix")
        if coefficient is not None:
            matrix = np.full((size, size), self.number(coefficient, "coefficient"))
        elif isinstance(rows, Sequence):
            inner = np.array(
                [[self.number(cell, "matrix") for cell in row.items] for row in rows.items if isinstance(row, Sequence)]
            )
            if inner.shape != (listed, listed) or (inner != inner.T).any():
                self.fault("I510", "a correlation matrix is square and symmetric, with one row for each name", item.place)
                return None
            matrix = np.repeat(np.repeat(inner, sizes, axis=0), sizes, axis=1)
        else:
            self.fault("I510", "a correlation has a coefficient or a matrix", item.place, remedy="write `coefficient: 0.5`")
            return None
        np.fill_diagonal(matrix, 1.0)
        if (np.abs(matrix) > 1).any():
            self.fault("I510", "a correlation lies between -1 and 1", item.place)
            return None
        least = float(np.linalg.eigvalsh(matrix)[0])
        if least < -1e-9:
            self.fault(
                "I510",
                "no numbers can be correlated like this",
                item.place,
                why=f"the matrix is not positive semi-definite: its least eigenvalue is {least:.3g}",
                remedy="lower the correlations in size, or take those of one data set",
            )
            return None
        return matrix

    def deductions(self, node: YamlNode | None) -> Iterator[tuple[str, str]]:
        for item in node.items if isinstance(node, Sequence) else ():
            rule, of = (item.get(name) if isinstance(item, Mapping) else None for name in ("rule", "of"))
            if not isinstance(rule, Scalar) or not isinstance(of, Scalar):
                self.fault("I510", "a deduction has a `rule` and the quantity that it is taken `of`", item.place)
                continue
            yield rule.text, of.text
