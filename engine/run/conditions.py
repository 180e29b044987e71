"""Whether conditions hold on arrays of numbers: yes, no, or undecided where they compare what is no number.

A comparison with a cell that is not there, or with a quotient over zero, decides nothing. ``and`` and ``or`` are decided by their other
parts where those suffice, as ``i in measured and A[i] > 3`` is for a class that was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.plan.setting import Setting
from engine.run.letters import Array, Scope, Valued, aligned
from equations.formula.syntax import Compare, Letter, Logic, Member, Node, Not, Reduce, Supplied, Switch, Word
from equations.model.methodology import Methodology

#: Share of the largest number of a run above which no difference is rounding.
_CLOSE = 1e-6


@dataclass(frozen=True)
class Hole:
    """Cells that a formula reads and that may not be there.

    Attributes
    ----------
    there
        Whether a cell is there, or is not read at all. An array of bool (of conditions, where they are written down).
    letters
        The axes of ``there``.
    own
        The letters by which the cell is named: a reduction over one of them passes over it.
    """

    there: Array
    letters: tuple[str, ...]
    own: frozenset[str]


@dataclass
class ConditionEvaluator:
    """Evaluates conditions; what a formula is worth is left to :class:`engine.run.formula.FormulaEvaluator`."""

    methodology: Methodology
    setting: Setting
    arrays: dict[str, Array]
    supplied: frozenset[str] = frozenset()
    #: Cells outside a relation that were read, collected for the reductions around them, the innermost last.
    holes: list[list[Hole]] = field(default_factory=list)
    existing: dict[str, Array | None] = field(default_factory=dict)
    #: For rules: gives the share of what entered a number by which rounding may have moved it, and who tells what entered.
    entered: Callable[[Node], tuple[float, ConditionEvaluator]] | None = None

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return what a formula is worth under a scope."""
        raise NotImplementedError

    def reduced(self, node: Reduce, scope: Scope) -> Valued:
        """Return what a reduction comes to; of conditions 1, 0 or NaN where one is undecided."""
        raise NotImplementedError

    def condition(self, node: Node, scope: Scope) -> Valued:
        """Return where a condition holds; what is undecided does not. Array of bool along the letters."""
        return self.holding(self.decided(node, scope))

    def decided(self, node: Node, scope: Scope) -> Valued:
        """Return where a condition holds: an array of bool, or of 1, 0 and NaN where some of it is undecided."""
        match node:
            case Logic(op=op, parts=parts):
                return self.joined(op, parts, scope)
            case Not(operand=operand):
                array, letters = self.decided(operand, scope)
                return (np.logical_not(array) if array.dtype == bool else 1.0 - array), letters
            case Member(letter=letter, set=set_id, negated=negated):
                wanted = set(self.setting.members[set_id])
                found = np.array([(label in wanted) is not negated for label in self.labels(letter, scope)], bool)
                return found, (letter,)
            case Supplied(quantity=quantity):
                return np.array(quantity in self.supplied), ()
            case Compare(left=Switch(kind=kind, id=id_), right=Word(text=text), op=op):
                value = (self.setting.choices if kind == "choice" else self.setting.readings)[id_]
                return np.array((value == text) is (op == "==")), ()
            case Compare(left=Letter()):
                return self.compare_letters(node, scope)
            case Compare(op=op, left=left, right=right):
                sides = self.value(left, scope), self.value(right, scope)
                held = self.compared(op, *sides, scope)
                return held if self.entered is None else self.within_rounding(node, sides, held, scope)
            case Reduce():
                return self.reduced(node, scope)
        raise TypeError(f"not a condition: {node!r}")

    def compared(self, op: str, left: Valued, right: Valued, scope: Scope) -> Valued:
        """Compare numbers; where one of the two is none, nothing is decided."""
        axes = scope.order({*left[1], *right[1]})
        a, b = aligned(left, axes), aligned(right, axes)
        held = np.asarray(COMPARE[op](a, b), bool)
        known = np.isfinite(np.asarray(a, float)) & np.isfinite(np.asarray(b, float))  # they may be fractions (engine.run.exact_run)
        return (held if known.all() else np.where(known, held, np.nan)), axes

    def within_rounding(self, node: Compare, sides: tuple[Valued, Valued], held: Valued, scope: Scope) -> Valued:
        """Count two numbers as equal that differ by no more than rounding may have moved them (:mod:`engine.run.magnitudes`)."""
        assert self.entered is not None
        array, axes = held
        if node.op not in ("==", "<=", ">=") or not (array == 0).any():
            return held
        gap = np.abs(aligned(sides[0], axes) - aligned(sides[1], axes))
        close = (array == 0) & (gap > 0) & (gap <= _CLOSE * self.largest)
        if not close.any():
            return held
        share, formulas = self.entered(node)
        room = [aligned(formulas.value(side, scope), axes) for side in (node.left, node.right)]
        return np.where(close & (gap <= share * (room[0] + room[1])), True, array), axes

    @cached_property
    def largest(self) -> float:
        """The largest number of all, at least 1."""
        return max((float(np.max(np.abs(x), initial=1.0, where=np.isfinite(x))) for x in self.arrays.values()), default=1.0)

    def joined(self, op: str, parts: tuple[Node, ...], scope: Scope) -> Valued:
        """Join conditions by ``and`` or ``or``; a part that no letter moves may decide alone."""
        values: list[Valued] = []
        holes: list[Hole] = []
        for part in parts:
            (array, letters), found = self.heard(self.decided, part, scope)
            values.append((array, letters))
            holes += found
            if not letters and array == (op == "or"):
                return values[-1]
        axes = scope.order({x for _, letters in values for x in letters})
        result = kleene(op, [aligned(value, axes) for value in values])
        if holes:
            undecided = np.isnan(result) if result.dtype != bool else np.zeros_like(result)
            self.pass_on([self.read_where(hole, (undecided, axes), scope) for hole in holes])
        return result, axes

    # -- cells that are not there

    def heard(self, evaluate: Callable[[Any, Scope], Valued], node: Node, scope: Scope) -> tuple[Valued, list[Hole]]:
        """Evaluate a part of a formula; return its value and the holes that it reads."""
        self.holes.append([])
        try:
            return evaluate(node, scope), self.holes[-1]
        finally:
            self.holes.pop()

    def pass_on(self, holes: Iterable[Hole]) -> None:
        """Tell who asks (:meth:`heard`) of cells that are read and not there."""
        if self.holes:
            self.holes[-1] += holes

    def read_where(self, hole: Hole, read: Valued, scope: Scope) -> Hole:
        """Return a hole that is read only where ``read`` holds."""
        there, letters = self.either((hole.there, hole.letters), self.negated(read), scope)
        return replace(hole, there=there, letters=letters)

    def either(self, one: Valued, other: Valued, scope: Scope) -> Valued:
        """Return where one of two decided conditions holds."""
        axes = scope.order({*one[1], *other[1]})
        return aligned(one, axes) | aligned(other, axes), axes

    def negated(self, one: Valued) -> Valued:
        """Return where a condition is decided and does not hold."""
        return (np.logical_not(one[0]) if one[0].dtype == bool else one[0] == 0), one[1]

    def holding(self, one: Valued) -> Valued:
        """Return where a condition is decided and holds."""
        return (one[0] if one[0].dtype == bool else one[0] == 1), one[1]

    # -- letters

    def labels(self, letter: str, scope: Scope) -> list[str]:
        """Return the members that a letter takes."""
        set_id, positions = scope.letters[letter]
        return [self.setting.members[set_id][p] for p in positions]

    def compare_letters(self, node: Compare, scope: Scope) -> Valued:
        """Compare the members that letters stand for."""
        left, right = node.left, node.right
        assert isinstance(left, Letter)
        a: list[object] = list(self.labels(left.letter, scope))
        is_year = self.methodology.index_set[scope.letters[left.letter][0]].kind == "year"
        if isinstance(right, Letter) and right.letter not in ("start", "end"):
            b: list[object] = list(self.labels(right.letter, scope))
            letters: tuple[str, ...] = (left.letter, right.letter)
        else:
            mark = isinstance(right, Letter) and self.setting.members[self.methodology.year_set][0 if right.letter == "start" else -1]
            b, letters = [mark if isinstance(right, Letter) else getattr(right, "text", "")], (left.letter,)
        if is_year:
            a = [int(str(x)) + left.offset for x in a]
            b = [int(str(x)) + (right.offset if isinstance(right, Letter) else 0) for x in b]
        grid = np.array([[COMPARE[node.op](x, y) for y in b] for x in a], bool).reshape(len(a), len(b))
        if len(letters) == 1:
            return grid[:, 0], letters
        if letters[0] == letters[1]:
            return np.diagonal(grid).copy(), letters[:1]
        order = scope.order(set(letters))
        return (grid if order == letters else grid.T), order


def kleene(op: str, parts: list[Array]) -> Array:
    """Join conditions of 1, 0 and NaN: one that decides does so whatever the others are."""
    if all(part.dtype == bool for part in parts):
        result = parts[0]
        for part in parts[1:]:
            result = np.logical_and(result, part) if op == "and" else np.logical_or(result, part)
        return result
    decisive = 1.0 if op == "or" else 0.0
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    open_, done = np.zeros(shape, bool), np.zeros(shape, bool)
    for part in parts:
        open_ = open_ | np.isnan(part)
        done = done | (part == decisive)
    return np.where(done, decisive, np.where(open_, np.nan, 1.0 - decisive))


COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
