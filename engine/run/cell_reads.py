"""The cells that a formula reads for one cell of its left side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.run.formula import FormulaEvaluator, Scope
from engine.run.single_terms import single_scopes, terms_of
from equations.formula.functions import SAMPLES, TABLES
from equations.formula.syntax import Cases, Element, Index, IndexGroup, IndexLetter, Node, Points, Reduce, children
from equations.records import record

Cell = tuple[int, ...]


@record(frozen=True)
class CellReads:
    """Finds them with the values that an evaluator holds: of cases the one that is taken, of sums the terms that are not zero."""

    evaluator: FormulaEvaluator

    def reads(self, formula: Node, scope: Scope) -> list[tuple[str, Cell]]:
        """Return the cells that a formula reads for one cell of its left side, each once, in written order."""
        found: dict[tuple[str, Cell], None] = {}
        with np.errstate(all="ignore"):
            for item in self._reads(formula, scope):
                found[item] = None
        return list(found)

    def _reads(self, node: Node, scope: Scope) -> Iterator[tuple[str, Cell]]:
        match node:
            case Element():
                for inner in single_scopes(scope, [i.letter for i in node.indices if isinstance(i, IndexLetter | IndexGroup)]):
                    yield node.quantity, self.place(node.quantity, node.indices, inner)
            case Reduce(body=Points(at=at)):
                yield from self.reduced_reads(node, scope)
                yield from self._reads(at, scope)
            case Reduce():
                yield from self.reduced_reads(node, scope)
            case Cases(branches=branches, otherwise=otherwise):
                for condition, value in branches:
                    yield from self._reads(condition, scope)
                    if bool(np.all(self.evaluator.condition(condition, scope)[0])):
                        yield from self._reads(value, scope)
                        return
                if otherwise is not None:
                    yield from self._reads(otherwise, scope)
            case _:
                for child in children(node):
                    yield from self._reads(child, scope)

    def reduced_reads(self, node: Reduce, scope: Scope) -> Iterator[tuple[str, Cell]]:
        body, passed = node.body, (None,) if node.kind in (*SAMPLES, *TABLES) else (None, 0)  # a record that is zero is a record
        for one, value in terms_of(self.evaluator, node, scope):
            if value not in passed:
                for part in (body.numbers, body.values) if isinstance(body, Points) else (body,):
                    yield from self._reads(part, one)

    def place(self, quantity: str, indices: tuple[Index, ...], scope: Scope, axes: tuple[str, ...] | None = None) -> Cell:
        axes = self.evaluator.methodology.quantity[quantity].indices if axes is None else axes
        return tuple(
            int(np.ravel(self.evaluator.positions(index, axis, scope, (getattr(index, "letter", ""),)))[0])
            for index, axis in zip(indices, axes, strict=True)
        )
