"""Find out why a result is not finite: the innermost operation whose operands still are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.formula import FormulaEvaluator, Scope
from equations.equation import Equation
from equations.errors import EvaluationError
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


@dataclass(frozen=True)
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
        node = self.culprit(equation.formula, here)
        source = equation.formula_source
        place = source.place(node.span) if source else equation.place
        code, why, remedy = "V603", "the result is too large, or an operand is not a number", "check the inputs it uses"
        if isinstance(node, Binary) and node.op == "/":
            code, why, remedy = "V601", "the divisor is zero", "check the divisor's inputs, or write a case for zero"
        elif isinstance(node, Call) or (isinstance(node, Binary) and node.op == "^"):
            code, why, remedy = "V602", "the operand is outside the function's domain", "check its inputs"
        elif isinstance(node, Reduce):
            why, remedy = "there is nothing to reduce over", "list the members, or write a case"
        where = f"{equation.quantity}[{labels}]" if labels else equation.quantity
        return EvaluationError(code, f"{equation.label} ({equation.id}) has no finite value for {where}", place, why=why, remedy=remedy)

    def culprit(self, node: Node, scope: Scope) -> Node:
        for child, inner in self.inner(node, scope):
            if not _is_value(child):
                continue
            array, _ = self.evaluator.value(child, inner)
            if not np.isfinite(np.asarray(array, float)).all():
                return self.culprit(child, inner)
        return node

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


def _is_value(node: Node) -> bool:
    return not isinstance(node, Binder | IndexLetter | IndexLabel | IndexGroup | Word | Letter | Switch | Supplied)
