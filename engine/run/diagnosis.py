"""Find out why a result is not finite: the innermost operation whose operands still are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np

from engine.plan.cells import cell_name
from engine.run.arithmetic.matrix_powers import powers
from engine.run.brackets import bracketed, ends_of
from engine.run.cell_reads import CellReads
from engine.run.formula import ROW, FormulaEvaluator, Scope
from engine.run.functions import FUNCTIONS
from engine.run.single_terms import single_scopes, terms_of
from engine.run.solvers import why_without
from engine.run.tables import evaluated_table
from engine.run.truth import TRUE
from equations.errors import EvaluationError, Place, listed
from equations.formula.syntax import (
    Binary,
    Binder,
    Call,
    Cases,
    Diagonal,
    Element,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    MatrixRef,
    Node,
    Points,
    Reduce,
    Supplied,
    Switch,
    Word,
    children,
)
from equations.formula.tokens import Source
from equations.model.cell_labels import written_cell
from equations.model.equation import BRACKET, Equation
from equations.records import record

#: Cells without a value into which one message looks.
_MOST_CELLS = 200


@record(frozen=True)
class Diagnosis:
    """Looks into one equation with the values that an evaluator holds."""

    evaluator: FormulaEvaluator

    def error(self, equation: Equation, scope: Scope, axes: tuple[str, ...], cells: list[tuple[int, ...]]) -> EvaluationError:
        """Find the innermost operation that is not finite although its operands are, for the first of some cells.

        Where a cell is read that is not there, all that these cells read are named.
        """
        here = _at(scope, axes, cells[0])
        if equation.solver == BRACKET:
            return self.without_root(equation, here)
        node, inner = self.culprit(equation.formula, here)
        source = equation.formula_source
        place = source.place(node.span) if source else equation.place
        if self.not_there(node, inner):
            found = (self.culprit(equation.formula, _at(scope, axes, cell)) for cell in cells[:_MOST_CELLS])
            return self.hole(equation, node, list(dict.fromkeys(name for one in found for name in self.not_there(*one))), place)
        code, why, remedy = self.reason(node, inner, source or Source(""))
        where = written_cell(equation.quantity, [self.evaluator.labels(letter, here)[0] for letter in here.letters])
        what = f"{equation.full_label} has no finite value for {where}"
        return EvaluationError(code, what, place, why=why, remedy=remedy)

    def without_root(self, equation: Equation, scope: Scope) -> EvaluationError:
        """Return the error that an equation has not exactly one root for one cell."""
        found, ends = bracketed(self.evaluator, equation, scope), ends_of(self.evaluator.methodology.quantity[equation.quantity])
        changes, low, high, left = (float(np.ravel(part)[0]) for part in (found.changes, *found.ends, found.left))
        where = ", ".join(self.evaluator.labels(letter, scope)[0] for letter in scope.letters) or equation.quantity
        within = f"within {ends[0]:g} to {ends[1]:g}"
        code, why = "V604", f"the sides differ by {low:g} at {ends[0]:g} and by {high:g} at {ends[1]:g}, and are equal nowhere in between"
        if changes > 1:
            why = f"the two sides are equal {changes:g} times {within}, and one of these is meant"
        elif changes == 1 and low * high > 0:
            why = f"the sides touch {within} and do not change order, so that a root is not found to the last digits"
        elif changes == 1:
            code, why = "V606", f"where the sides change order {within} they differ by {left:g}: a jump or a pole, and no root"
        elif not np.isfinite([changes, low, high, left]).all():
            why = f"a side is no finite number everywhere {within}"
        return EvaluationError(code, f"{equation.full_label} has no solution for {where}", equation.place, why=why,
                               remedy=f"check what it reads, or narrow the range of {equation.quantity}")  # fmt: skip

    def hole(self, equation: Equation, node: Node, names: list[str], place: Place | None) -> EvaluationError:
        """Return the error that an equation reads cells that are not there."""
        assert isinstance(node, Element | MatrixRef)
        relation = self.evaluator.methodology.quantity[node.quantity].on
        return EvaluationError(
            "V607", f"{equation.full_label} reads {listed(names, 12)}, which {'is' if len(names) == 1 else 'are'} not there", place,
            why=f"the project's relation {relation} does not hold there; a sum passes over such a cell, and elsewhere it is no number",
            remedy=f"add it under `relations: {relation}:` with its value; if {equation.quantity} is not there either, "
            f"the spec declares it `on: {relation}` or limits the equation by `when:`",
        )  # fmt: skip

    def not_there(self, node: Node, scope: Scope) -> list[str]:
        """Return the names of the cells outside a relation that an element or a matrix reads."""
        if not isinstance(node, Element | MatrixRef) or (exists := self.evaluator.exists(node.quantity)) is None:
            return []
        quantity = self.evaluator.methodology.quantity[node.quantity]
        whole = len(quantity.indices) - len(node.indices)
        rows = [range(len(self.evaluator.setting.members[axis])) for axis in quantity.indices[:whole]]
        letters = [index.letter for index in node.indices if isinstance(index, IndexLetter | IndexGroup)]
        reader = CellReads(self.evaluator)
        found = []
        for one in single_scopes(scope, letters):
            rest = reader.place(node.quantity, node.indices, one, quantity.indices[whole:])
            found += [(*head, *rest) for head in product(*rows) if not exists[(*head, *rest)]]
        return [cell_name(quantity, self.evaluator.setting, cell) for cell in found]

    def reason(self, node: Node, scope: Scope, source: Source) -> tuple[str, str, str]:
        """Return code, reason and remedy for an operation whose operands are finite and whose result is not."""
        if isinstance(node, Binary) and node.op == "/" and self.least(node.right, scope) == 0:
            divisor = _text(node.right, source)
            return "V601", f"the divisor {divisor} is zero", "check the divisor's inputs, or write a case for zero"
        if isinstance(node, Call) and FUNCTIONS[node.name].domain and len(node.arguments) > 1:
            values = ", ".join(f"{_text(part, source)} is {self.least(part, scope, signed=True):g}" for part in node.arguments)
            return "V602", f"{node.name} takes {FUNCTIONS[node.name].domain}, and {values}", "check its inputs"
        if isinstance(node, Call) and FUNCTIONS[node.name].domain and self.least(node.arguments[0], scope, signed=True) <= 0:
            value = self.least(node.arguments[0], scope, signed=True)
            operand = _text(node.arguments[0], source)
            return "V602", f"{node.name} takes {FUNCTIONS[node.name].domain}, and {operand} is {value:g}", "check its inputs"
        if isinstance(node, Binary) and node.op == "^" and ROW in self.evaluator.value(node.left, scope)[1]:
            return "V605", self.no_matrix_power(node, scope), "check the matrix and the exponent"
        if isinstance(node, Binary) and node.op == "^" and self.least(node.left, scope, signed=True) <= 0:
            value = self.least(node.left, scope, signed=True)
            return "V602", f"{_text(node.left, source)} is {value:g} and has no such power", "check the base and the exponent"
        if isinstance(node, Reduce) and isinstance(node.body, Points):
            return self.no_place(node, node.body, scope, source)
        if isinstance(node, Reduce):
            few = "fewer than two members" if node.kind in ("StdDev", "StdErr") else "no members at all"
            why = f"{node.kind} over {few}, or the result is too large"
            return "V603", why, "list the members, or check the inputs it uses"
        return "V603", "the result is too large for a number, or a value that it uses is missing", "check the inputs it uses"

    def no_place(self, node: Reduce, points: Points, scope: Scope, source: Source) -> tuple[str, str, str]:
        """Say why a table has no value for a number, of which one cell was asked for."""
        table = evaluated_table(self.evaluator, node, points, scope)
        numbers = [float(np.ravel(x.number)[0]) for x in table.points if np.ravel(x.there)[0] == TRUE]
        letter, at, name = node.binders[0].letter, float(np.ravel(table.at)[0]), _text(points.numbers, source)
        falls = next(((a, b) for a, b in pairwise(numbers) if not a < b), None)
        if falls is not None:
            return "V602", f"{name} does not ascend along {letter}: {falls[1]:g} stands behind {falls[0]:g}", "order the points by their number"
        least = 2 if node.kind == "Interpolate" else 1
        if len(numbers) < least:
            return "V602", f"{node.kind} goes through {len(numbers)} points", f"list at least {least}"
        end = f" to {numbers[-1]:g}" if node.kind == "Interpolate" else " on"
        what = f"{_text(points.at, source)} is {at:g}, and the table goes from {numbers[0]:g}{end}"
        return "V602", what, "extend the table, or say what holds outside: max(x, least), min(x, most), or cases"

    def no_matrix_power(self, node: Binary, scope: Scope) -> str:
        """Say why a matrix, of which one cell was asked for, has no such power."""
        base, exponent = self.evaluator.value(node.left, scope)[0], self.evaluator.value(node.right, scope)[0]
        matrix, number = np.reshape(base, np.shape(base)[-2:]), float(np.reshape(exponent, -1)[0])
        found = powers(matrix[..., None], np.array([number]))
        why = why_without(int(found.outcome[0]), matrix, number, float(found.residuals[0]))
        return f"the matrix has no power with the exponent {number:g}: {why}"

    def least(self, node: Node, scope: Scope, *, signed: bool = False) -> float:
        """Return the least value of an operand, by its size or as it is."""
        array = np.asarray(self.evaluator.value(node, scope)[0], float)
        return float(np.min(array if signed else np.abs(array), initial=np.inf))

    def culprit(self, node: Node, scope: Scope) -> tuple[Node, Scope]:
        for child, inner in self.inner(node, scope):
            if not _is_value(child):
                continue
            array, _ = self.evaluator.value(child, inner)
            if not np.isfinite(np.asarray(array, float)).all():
                return self.culprit(child, inner)
        return node, scope

    def inner(self, node: Node, scope: Scope) -> Iterator[tuple[Node, Scope]]:
        if isinstance(node, Reduce) and isinstance(node.body, Points):
            yield node.body.at, scope
        if isinstance(node, Reduce):
            yield from ((node.body, one) for one, value in terms_of(self.evaluator, node, scope) if value is not None)
        elif isinstance(node, Cases):
            for condition, value in node.branches:
                yield condition, scope
                if np.all(self.evaluator.condition(condition, scope)[0]):
                    yield value, scope
                    return
            if node.otherwise is not None:
                yield node.otherwise, scope
        elif isinstance(node, Diagonal):
            yield node.body, self.evaluator.bound_to_all(node.letter, node.set, scope)
        else:
            for child in children(node):
                yield child, scope


def _at(scope: Scope, axes: tuple[str, ...], cell: tuple[int, ...]) -> Scope:
    """Return the scope of one cell."""
    letters = {}
    for letter, (set_id, positions) in scope.letters.items():
        at = cell[axes.index(letter)] if letter in axes else 0
        letters[letter] = (set_id, positions[at : at + 1])
    return Scope(letters)


def _text(node: Node, source: Source) -> str:
    return source.text[node.span[0] : node.span[1]] or "the operand"


def _is_value(node: Node) -> bool:
    return not isinstance(node, Binder | IndexLetter | IndexLabel | IndexGroup | Word | Letter | Switch | Supplied)
