"""A second way to every number of a run: one cell at a time, each with its unit, straight from what the project wrote.

It shares the syntax tree with :mod:`engine.run.evaluate` and nothing else: cases are chosen anew for each cell, written numbers are
converted by pint, units are carried through every operation, and sums are Python loops. Slow on purpose;
:mod:`engine.audit.recompute` compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Protocol

from engine.audit.second_computation.scalar_functions import SCALAR_FUNCTIONS, ScalarFunction
from engine.audit.second_computation.scalar_members import of_sample, of_table
from engine.audit.second_computation.scalar_powers import power_of
from engine.audit.second_computation.scalar_roots import root_within
from engine.audit.second_computation.scalar_samples import sampled_again
from engine.audit.second_computation.scalar_scope import OutsideRelationError, ScalarScope, Scope
from engine.audit.second_computation.scalar_units import PathError, Value, magnitude
from engine.plan.cells import EXCLUDED
from engine.run.run import Run
from engine.run.solvers import root_parts
from equations.formula.functions import SAMPLES
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    DateMark,
    Diagonal,
    Element,
    Excluded,
    Identity,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    MatrixRef,
    Negative,
    Node,
    Number,
    Points,
    Ratio,
    Reduce,
    Transpose,
    children,
    walk,
)
from equations.model.cell_labels import written_cell
from equations.model.equation import BRACKET, Equation
from equations.model.quantity import Quantity
from equations.spec.block import read_number
from equations.units.registry import pint_quantity
from equations.units.unit import Unit

_NEAR_STEP, _NEAREST_STEP = 1e-9, 1e-3
Labels = tuple[str, ...]


class ExactValue(Protocol):
    """Who knows what a formula is worth as a fraction."""

    def exactly(self, node: Node, scope: Scope) -> Fraction | None:
        """Return the fraction, ``None`` where it is none."""
        ...


class ScalarPath(ScalarScope):
    """Recomputes cells of a run, each once.

    Attributes
    ----------
    known
        Cells that were recomputed.
    excluded
        Cells that come out as left out by the methodology.
    at_step
        Cells that are no fraction and were rounded so close to a step that either side is right.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.known: dict[tuple[str, Labels], Value] = {}
        self.excluded: set[tuple[str, Labels]] = set()
        self.at_step: set[tuple[str, Labels]] = set()
        self.powers: dict[tuple[int, Decimal, tuple[object, ...]], dict[tuple[str, str], float]] = {}
        self.rounding = False
        #: Tells what a formula is worth as a fraction (:mod:`engine.audit.second_computation.scalar_fractions`).
        self.fractions: ExactValue | None = None

    # -- cells

    def cell(self, quantity: str, labels: Labels) -> Value:
        """Return a cell in the unit in which its quantity is declared.

        Raises
        ------
        PathError
            Where units do not fit, or not exactly one case holds.
        """
        key = (quantity, labels)
        if key not in self.known:
            declared = self.methodology.quantity[quantity]
            given = quantity in self.run.inputs.values
            self.known[key] = self.given(declared, labels) if given else self.computed(declared, labels)
        return self.known[key]

    def used(self, quantity: str, labels: Labels, indices: tuple[Index, ...]) -> Value:
        """Return a cell as it counts in a formula, where it is named by some indices."""
        declared = self.methodology.quantity[quantity]
        self.check_exists(declared, labels, frozenset(x.letter for x in indices if isinstance(x, IndexLetter | IndexGroup)))
        value = self.cell(quantity, labels)
        if declared.acts_as is not None:
            return self.units.of(magnitude(value), str(declared.acts_as))
        return value

    def check_exists(self, quantity: Quantity, labels: Labels, letters: frozenset[str]) -> None:
        pairs = self.setting.relations.get(quantity.on) if quantity.on else None
        if pairs is not None:
            rest = list(zip(quantity.indices, labels, strict=True))
            found = []
            for set_id in self.methodology.relation[quantity.on].over:
                axis, label = next(pair for pair in rest if pair[0] == set_id)
                rest.remove((axis, label))
                found.append(label)
            if tuple(found) not in pairs:
                raise OutsideRelationError((written_cell(quantity.id, labels), letters))

    def given(self, quantity: Quantity, labels: Labels) -> Value:
        """Convert a number as it was written; a left-out cell is zero, a statement is taken as it was read."""
        place, unit = self.place(quantity, labels), str(self.unit_of(quantity, labels))
        if int(self.run.inputs.states[quantity.id][place]) == EXCLUDED:
            self.excluded.add((quantity.id, labels))
            return self.units.of(0.0, unit)
        if quantity.type != "number":
            return self.units.of(float(self.run.inputs.values[quantity.id][place]), unit)
        return self.units.of(float(self.written(quantity, labels)), unit)

    def written(self, quantity: Quantity, labels: Labels) -> Fraction:
        """Return a number as it was written, converted by pint into the unit of its quantity."""
        unit = str(self.unit_of(quantity, labels))
        origin = self.run.inputs.origins[quantity.id].get(self.place(quantity, labels))
        if origin is None:
            raise PathError(f"{written_cell(quantity.id, labels)} is used and was not given")
        number = read_number(origin.written) if origin.estimate is None else sampled_again(origin.estimate)
        assert number is not None
        one = pint_quantity(origin.unit, self.units.substances)
        wanted = pint_quantity(unit, self.units.substances)
        if one.dimensionality != wanted.dimensionality and quantity.published_unit is not None:  # a plainer unit, of its own size
            return number * Fraction(one.to_root_units().magnitude) / Fraction(wanted.to_root_units().magnitude)
        return Fraction((number * one).to(wanted.units).magnitude / wanted.magnitude)

    def place(self, quantity: Quantity, labels: Labels) -> tuple[int, ...]:
        return tuple(self.setting.members[axis].index(label) for axis, label in zip(quantity.indices, labels, strict=True))

    def computed(self, quantity: Quantity, labels: Labels) -> Value:
        fitting = [
            (e, scope) for e in self.methodology.definitions.get(quantity.id, ()) if (scope := self.fits(e, labels)) is not None
        ]
        if len(fitting) != 1:
            cases = ", ".join(equation.id for equation, _ in fitting) or "none"
            raise PathError(f"{written_cell(quantity.id, labels)} has {len(fitting)} definitions: {cases}")
        equation, scope = fitting[0]
        before = self.units.allowed, self.rounding
        self.units.allowed = tuple(self.methodology.equivalence[id_] for id_ in equation.equivalences)
        self.rounding = False
        try:
            try:
                value = self.right_side(equation, quantity, labels, scope)
            except OutsideRelationError as hole:
                names = ", ".join(name for name, _ in hole.cells)
                raise PathError(f"{equation.label} reads {names} outside its relation") from None
            if self.rounding:
                self.at_step.add((quantity.id, labels))
            return self.units.in_unit(
                value, self.unit_of(quantity, labels), f"{equation.label} for {written_cell(quantity.id, labels)}"
            )
        finally:
            self.units.allowed, self.rounding = before

    def right_side(self, equation: Equation, quantity: Quantity, labels: Labels, scope: Scope) -> Value:
        if equation.solver:
            return self.units.of(self.root(equation, scope, labels), str(quantity.unit))
        if isinstance(equation.defines, MatrixRef):
            return self.element(equation.formula, scope, labels[0], labels[0] if equation.defines.diagonal else labels[1])
        if isinstance(equation.formula, Cases) and isinstance(self.branch(equation.formula, scope), Excluded):
            self.excluded.add((quantity.id, labels))
        return self.value(equation.formula, scope)

    def fits(self, equation: Equation, labels: Labels) -> Scope | None:
        """Return the letters of a case for a cell, or ``None`` where the case does not hold."""
        left = equation.defines
        axes = self.methodology.quantity[left.quantity].indices
        skipped = len(axes) - len(left.indices)
        sets, scope = dict(equation.letters), {}
        for index, label, axis in zip(left.indices, labels[skipped:], axes[skipped:], strict=True):
            if isinstance(index, IndexLetter):
                if label not in self.setting.members[sets[index.letter]]:
                    return None
                scope[index.letter] = (sets[index.letter], label)
            elif isinstance(index, IndexLabel) and label != self.label(index, axis, {}):
                return None
        return scope if equation.when is None or self.holds(equation.when, scope) else None

    def unit_of(self, quantity: Quantity, labels: Labels) -> Unit:
        if quantity.alternatives is None:
            return quantity.unit
        member = labels[quantity.indices.index(quantity.alternatives.by)]
        return quantity.unit_for(self.run.inputs.alternatives.get(quantity.alternatives.group, {}).get(member, ""))

    # -- formulas

    def value(self, node: Node, scope: Scope) -> Value:
        match node:
            case Number() | Ratio():
                return self.literal(node)
            case Excluded():
                return 0.0
            case Element(quantity=quantity, indices=indices):
                axes = self.methodology.quantity[quantity].indices
                return self.used(quantity, tuple(self.label(i, axis, scope) for i, axis in zip(indices, axes, strict=True)), indices)
            case DateMark(name=name):
                day = date.fromisoformat(self.setting.start if name == "project_start" else self.setting.end)
                return self.units.of(float((day - date(1970, 1, 1)).days), "day")
            case Negative(operand=operand):
                return -self.value(operand, scope)
            case Binary(op=op, left=left, right=right):
                return self.units.binary(op, *self.each(partial(self.value, left, scope), partial(self.value, right, scope)))
            case Call():
                return self.call(node, scope)
            case Reduce():
                return self.reduction(node, scope)
            case Cases():
                return self.value(self.branch(node, scope), scope)
        raise PathError(f"a {type(node).__name__} stands alone")

    def reduction(self, node: Reduce, scope: Scope) -> Value:
        """Return what a reduction over members is worth."""
        if isinstance(node.body, Points):
            points, at = self.points(node, node.body, scope), self.value(node.body.at, scope)
            return of_table(node.kind, points, at, self.units)
        if node.kind == "Count":
            there = [isinstance(node.body, Number) or self.term(node, inner) for inner in self.bound(node.binders, scope)]
            return self.units.of(float(sum(one is True for one in there)), "1")
        values = list(self.terms(node, scope))
        return of_sample(node.kind, values, self.units) if node.kind in SAMPLES else self.units.folded(node.kind, values)

    def points(self, node: Reduce, points: Points, scope: Scope) -> list[tuple[Value, Value]]:
        """Return the numbers of a table and their values; points outside a relation are passed over."""
        found = []
        for inner in self.bound(node.binders, scope):
            try:
                found.append((self.value(points.numbers, inner), self.value(points.values, inner)))
            except OutsideRelationError as hole:
                if not hole.passed_over_by({node.binders[0].letter}):
                    raise
        return found

    def literal(self, node: Number | Ratio) -> Value:
        number = node.over / node.under if isinstance(node, Ratio) else float(node.text)
        constant = self.methodology.constant.get(node.text)
        unit = node.unit or (str(constant.unit) if constant is not None else "")
        return self.units.of(number, unit) if unit else number

    def branch(self, node: Cases, scope: Scope) -> Node:
        for condition, value in node.branches:
            if self.holds(condition, scope):
                return value
        assert node.otherwise is not None
        return node.otherwise

    def call(self, node: Call, scope: Scope) -> Value:
        if isinstance(node.arguments[0], Letter):
            return self.units.of(*self.calendar.count(node, dict(scope)))
        function = SCALAR_FUNCTIONS.get(node.name)
        if function is None:
            raise PathError(f"{node.name} is unknown to the second computation")
        values = self.each(*(partial(self.value, argument, scope) for argument in node.arguments))
        if function.value is None and len(values) > 1:
            steps = self.units.plain(self.units.binary("/", *values))
            count = self.whole(function, steps, Binary("/", *node.arguments, span=node.span), scope)
            return self.units.binary("*", count, values[1])
        if function.value is None:
            return self.whole(function, values[0], node.arguments[0], scope)
        return function.value(self.units, *values)

    def whole(self, function: ScalarFunction, value: Value, node: Node, scope: Scope) -> Value:
        """Return a number rounded; near a step by the fraction that it is, and where it is none as the step."""
        number, way = magnitude(value), function.whole
        assert way is not None
        rounded, step = float(way(number)), round(number - function.jumps) + function.jumps
        room = min(_NEAR_STEP * max(1.0, abs(number)), _NEAREST_STEP)
        if abs(number - step) <= room:
            exact = self.fractions.exactly(node, scope) if self.fractions is not None else None
            if exact is not None and abs(float(exact) - number) > room:
                exact = None  # a case went another way in fractions
            self.rounding = self.rounding or exact is None
            rounded = float(way(step if exact is None else exact))
        return rounded if isinstance(value, float) else type(value)(rounded, value.units)

    # -- matrices, element by element

    def element(self, node: Node, scope: Scope, row: str, column: str) -> Value:
        """Return one element of a matrix; what a diagonal matrix has beside its diagonal is a plain zero."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal, indices=indices):
                if diagonal and row != column:
                    return 0.0
                head = (row,) if diagonal else (row, column)
                axes = self.methodology.quantity[quantity].indices[len(head) :]
                rest = (self.label(i, axis, scope) for i, axis in zip(indices, axes, strict=True))
                return self.used(quantity, (*head, *rest), indices)
            case Negative(operand=operand):
                return -self.element(operand, scope, row, column)
            case Binary(op="@", left=left, right=right):
                inner = self.setting.members[self.sets(left)[1]]
                pairs = ((self.element(left, scope, row, k), k) for k in inner)
                products = [self.units.binary("*", a, self.element(right, scope, k, column)) for a, k in pairs if not _is_zero(a)]
                return self.units.folded("Sum", products)
            case Binary(op="^", left=base, right=exponent):
                return self.power(base, Decimal(self.units.plain(self.value(exponent, scope))), scope, row, column)
            case Binary(op=op, left=left, right=right):
                sides = self.each(*(partial(self.side, side, scope, row, column) for side in (left, right)))
                return self.units.binary("*" if op == ".*" else op, *sides)
            case Transpose(operand=turned):
                return self.element(turned, scope, column, row)
            case Identity():
                return 1.0 if row == column else 0.0
            case Diagonal(letter=letter, set=set_id, body=body):
                return self.value(body, {**scope, letter: (set_id, row)}) if row == column else 0.0
            case Reduce():
                return self.units.folded("Sum", list(self.elements(node, scope, row, column)))
        raise PathError(f"a {type(node).__name__} where a matrix is meant")

    def side(self, node: Node, scope: Scope, row: str, column: str) -> Value:
        """Return one side of an operation of matrices: of a number that multiplies a matrix the number."""
        return self.element(node, scope, row, column) if self.is_matrix(node) else self.value(node, scope)

    def elements(self, node: Reduce, scope: Scope, row: str, column: str) -> Iterator[Value]:
        """Yield one element of each matrix of a sum."""
        for inner in self.bound(node.binders, scope):
            try:
                yield self.element(node.body, inner, row, column)
            except OutsideRelationError as hole:
                if not hole.passed_over_by({binder.letter for binder in node.binders}):
                    raise

    def power(self, base: Node, exponent: Decimal, scope: Scope, row: str, column: str) -> float:
        """Return one element of a power of a matrix of plain numbers."""
        key = (id(base), exponent, tuple(sorted(scope.items())))
        if key not in self.powers:
            rows, columns = (self.setting.members[set_id] for set_id in self.sets(base))
            raised = power_of([[magnitude(self.element(base, scope, i, j)) for j in columns] for i in rows], exponent)
            self.powers[key] = {(i, j): raised[m][n] for m, i in enumerate(rows) for n, j in enumerate(columns)}
        return self.powers[key][row, column]

    def root(self, equation: Equation, scope: Scope, labels: Labels) -> float:
        """Return one element of the root that an implicit equation asks for: the power with the exponent turned over."""
        if equation.solver == BRACKET:
            return self.root_of_number(equation, scope, labels)
        known, exponent = root_parts(equation)
        times = self.units.plain(self.value(exponent, scope))
        if not times > 0:
            raise PathError(f"a root with the exponent {times:g}")
        return self.power(known, 1 / Decimal(times), scope, labels[0], labels[1])

    def root_of_number(self, equation: Equation, scope: Scope, labels: Labels) -> float:
        """Return the number within the range of a quantity for which both sides of its equation are equal."""
        least, most = self.searched(equation)
        return root_within(lambda number: self.gap(equation, scope, labels, number), least, most)

    def searched(self, equation: Equation) -> tuple[float, float]:
        """Return the range in which the unknown of an equation is looked for, in its unit."""
        within = self.methodology.quantity[equation.quantity].range
        assert within is not None
        return float(within.least or 0), float(within.most or 0)

    def gap(self, equation: Equation, scope: Scope, labels: Labels, number: float) -> float:
        """Return by how much the sides of an equation differ with a number in place of its unknown."""
        relation, place = equation.formula, (equation.quantity, labels)
        assert isinstance(relation, Compare)
        self.known[place] = self.units.of(number, str(self.methodology.quantity[equation.quantity].unit))
        try:
            left, right = self.units.joined(self.value(relation.left, scope), self.value(relation.right, scope))
            return magnitude(self.units.binary("-", left, right))
        finally:
            self.known.pop(place, None)

    def is_matrix(self, node: Node) -> bool:
        return any(isinstance(inner, MatrixRef | Identity | Diagonal) for inner in walk(node))

    def sets(self, node: Node) -> tuple[str, str]:
        """Return the index sets of the rows and the columns of a matrix."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal):
                axes = self.methodology.quantity[quantity].indices
                return (axes[0], axes[0]) if diagonal else (axes[0], axes[1])
            case Binary(op="@", left=left, right=right):
                return self.sets(left)[0], self.sets(right)[1]
            case Transpose(operand=inner):
                rows, columns = self.sets(inner)
                return columns, rows
            case Identity(set=set_id) | Diagonal(set=set_id):
                return set_id, set_id
        for child in children(node):
            if self.is_matrix(child):
                return self.sets(child)
        raise PathError(f"a {type(node).__name__} where a matrix is meant")


def _is_zero(value: Value) -> bool:
    return isinstance(value, float) and value == 0
