"""Find out why a result is not finite: the innermost operation whose operands still are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.formula import ROW, FormulaEvaluator, Scope
from engine.matrix_powers import powers
from engine.solvers import why_without
from equations.equation import Equation
from equations.errors import EvaluationError
from equations.records import record
from equations.syntax import (
    Binary,
    Binder,
    Call,
    Cases,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    Node,
    Reduce,
    Supplied,
    Switch,
    Word,
    children,
)
from equations.tokens import Source


@record(frozen=True)
class Diagnosis:
    """Looks into one equation with the values that an evaluator holds."""

    evaluator: FormulaEvaluator

    def error(self, equation: Equation, scope: Scope, axes: tuple[str, ...], cell: tuple[int, ...]) -> EvaluationError:
        """Find the innermost operation that is not finite although its operands are, for one cell."""
        letters = {}
        for letter, (set_id, positions) in scope.letters.items():
            at = cell[axes.index(letter)] if letter in axes else 0
            letters[letter] = (set_id, positions[at : at + 1])
        here = Scope(letters)
        labels = ", ".join(self.evaluator.labels(letter, here)[0] for letter in letters)
        node, inner = self.culprit(equation.formula, here)
        source = equation.formula_source
        place = source.place(node.span) if source else equation.place
        code, why, remedy = self.reason(node, inner, source or Source(""))
        where = f"{equation.quantity}[{labels}]" if labels else equation.quantity
        what = f"{equation.label} ({equation.id}) has no finite value for {where}"
        return EvaluationError(code, what, place, why=why, remedy=remedy)

    def reason(self, node: Node, scope: Scope, source: Source) -> tuple[str, str, str]:
        """Return code, reason and remedy for an operation whose operands are finite and whose result is not."""
        if isinstance(node, Binary) and node.op == "/" and self.least(node.right, scope) == 0:
            divisor = _text(node.right, source)
            return "V601", f"the divisor {divisor} is zero", "check the divisor's inputs, or write a case for zero"
        if isinstance(node, Call) and node.name in _DOMAINS and self.least(node.arguments[0], scope, signed=True) <= 0:
            value = self.least(node.arguments[0], scope, signed=True)
            operand = _text(node.arguments[0], source)
            return "V602", f"{node.name} takes {_DOMAINS[node.name]}, and {operand} is {value:g}", "check its inputs"
        if isinstance(node, Binary) and node.op == "^" and ROW in self.evaluator.value(node.left, scope)[1]:
            return "V605", self.no_matrix_power(node, scope), "check the matrix and the exponent"
        if isinstance(node, Binary) and node.op == "^" and self.least(node.left, scope, signed=True) <= 0:
            value = self.least(node.left, scope, signed=True)
            return "V602", f"{_text(node.left, source)} is {value:g} and has no such power", "check the base and the exponent"
        if isinstance(node, Reduce):
            why = f"{node.kind} over no members at all, or the result is too large"
            return "V603", why, "list the members, or check the inputs it uses"
        return "V603", "the result is too large for a number, or a value that it uses is missing", "check the inputs it uses"

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
        if isinstance(node, Reduce):
            inner = scope
            for binder in node.binders:
                inner, _ = self.evaluator.bind(binder, inner)
            yield node.body, inner
        elif isinstance(node, Cases):
            for condition, value in node.branches:
                if np.all(self.evaluator.condition(condition, scope)[0]):
                    yield value, scope
                    return
            if node.otherwise is not None:
                yield node.otherwise, scope
        elif not (isinstance(node, Call) and node.name == "diag"):
            for child in children(node):
                yield child, scope


_DOMAINS = {"sqrt": "a number not below zero", "ln": "a number above zero", "log10": "a number above zero"}


def _text(node: Node, source: Source) -> str:
    return source.text[node.span[0] : node.span[1]] or "the operand"


def _is_value(node: Node) -> bool:
    return not isinstance(node, Binder | IndexLetter | IndexLabel | IndexGroup | Word | Letter | Switch | Supplied)
