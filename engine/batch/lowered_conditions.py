"""Conditions written down for a batch: as bool where members and switches decide, as cells where numbers do.

Where a condition compares what can be no number, the program asks for it apart: a hole that no reduction passes over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.batch.program import Builder
from engine.run.conditions import Hole
from engine.run.formula import FormulaEvaluator, Scope, Valued, aligned
from engine.run.functions import ELEMENTWISE
from equations.formula.syntax import Binary, Call, Compare, Letter, Logic, Member, Node, Not, Reduce, Supplied, Switch, walk

ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", ".*": "mul", "/": "div", "^": "power"}
_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


@dataclass
class LoweredConditions(FormulaEvaluator):
    """Writes conditions down; numbers are left to :class:`engine.batch.lowering.LoweredFormulas`."""

    builder: Builder = field(default_factory=Builder)
    defining: str = ""

    def emit(self, op: str, *values: Valued, scope: Scope) -> Valued:
        """Write down an operation along the letters of its operands."""
        raise NotImplementedError

    def number(self, value: float) -> Valued:
        """Return the cell of a constant."""
        return np.array(self.builder.constant(value)), ()

    def as_cells(self, value: Valued) -> Valued:
        """Return a condition as cells of 1 and 0."""
        array, letters = value
        if np.asarray(array).dtype != bool:
            return value
        return self.builder.constants(np.asarray(array, np.float64)), letters

    def decided(self, node: Node, scope: Scope) -> Valued:
        """Return where a condition holds: as bool where members and switches decide, as cells otherwise.

        Where it compares what can be no number, that is passed on as a hole that nothing passes over.
        """
        match node:
            case Logic(op=op, parts=parts):
                return self.logic(op, parts, scope)
            case Not(operand=operand):
                return self.negated(self.decided(operand, scope))
            case Compare(left=Switch()) | Compare(left=Letter()) | Member() | Supplied():
                return super().decided(node, scope)
            case Compare(op=op, left=left, right=right):
                sides = self.value(left, scope), self.value(right, scope)
                for side, value in zip((left, right), sides, strict=True):
                    if any(isinstance(part, Binary | Call) and _is_partial(part) for part in walk(side)):
                        size = self.emit("abs", value, scope=scope)
                        array, letters = self.emit("lt", size, self.number(np.inf), scope=scope)
                        self.pass_on([Hole(array, letters, frozenset())])
                return self.emit(_COMPARISONS[op], *sides, scope=scope)
            case Reduce():
                return self.reduced(node, scope)
        raise TypeError(f"not a condition: {node!r}")

    def logic(self, op: str, parts: tuple[Node, ...], scope: Scope) -> Valued:
        """Join conditions; a part that no letter moves may decide alone."""
        values: list[Valued] = []
        holes: list[list[Hole]] = []
        for part in parts:
            (array, letters), found = self.heard(self.decided, part, scope)
            values.append((array, letters))
            holes.append(found)
            if not letters and np.asarray(array).dtype == bool and bool(array) is (op == "or"):
                return values[-1]
        for at, found in enumerate(holes):
            for other, value in enumerate(values) if found else ():
                decides = self.decides(value if op == "or" else self.negated(value), holes[other], scope)
                found = found if other == at else [self.read_where(hole, self.negated(decides), scope) for hole in found]
            self.pass_on(found)
        return self.either_or_both(op, values, scope)

    def decides(self, one: Valued, holes: list[Hole], scope: Scope) -> Valued:
        """Return where a part of a condition decides the whole: it holds, and compares nothing that is no number."""
        for hole in holes:
            one = self.negated(self.either(self.negated(one), self.negated((hole.there, hole.letters)), scope))
        return one

    def either_or_both(self, op: str, values: list[Valued], scope: Scope) -> Valued:
        """Join conditions by ``or`` or ``and``: as bool where all are, as cells otherwise."""
        if all(np.asarray(array).dtype == bool for array, _ in values):
            axes = scope.order({x for _, letters in values for x in letters})
            arrays = [aligned(value, axes) for value in values]
            result = arrays[0]
            for array in arrays[1:]:
                result = np.logical_and(result, array) if op == "and" else np.logical_or(result, array)
            return result, axes
        joined = self.as_cells(values[0])
        for value in values[1:]:
            joined = self.emit(op, joined, self.as_cells(value), scope=scope)
        return joined

    def either(self, one: Valued, other: Valued, scope: Scope) -> Valued:
        """Return where one of two conditions holds."""
        return self.either_or_both("or", [one, other], scope)

    def negated(self, one: Valued) -> Valued:
        """Return where a condition does not hold."""
        if np.asarray(one[0]).dtype == bool:
            return np.logical_not(one[0]), one[1]
        return self.builder.apply("not", np.asarray(one[0], np.int64), name=self.defining), one[1]

    def holding(self, one: Valued) -> Valued:
        """Return the condition itself: what it cannot decide is passed on apart."""
        return one


def _is_partial(node: Binary | Call) -> bool:
    op = ARITHMETIC.get(node.op, "") if isinstance(node, Binary) else node.name
    return op in ELEMENTWISE and ELEMENTWISE[op].partial
