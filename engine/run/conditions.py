"""The walk over conditions: whether they hold, or are undecided where they compare what is no number.

A comparison with a cell that is not there, or with a quotient over zero, decides nothing. ``and`` and ``or`` are decided by their other
parts where those suffice, as ``i in measured and A[i] > 3`` is for a class that was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.plan.setting import COMPARE, Setting
from engine.run.functions import ELEMENTWISE
from engine.run.letters import Array, Scope, Valued, aligned
from engine.run.numbers import OPERATION, Numbers
from engine.run.truth import FALSE, TRUE
from equations.formula.functions import SAMPLES, TABLES
from equations.formula.syntax import (
    MARKS,
    Binary,
    Call,
    Compare,
    Letter,
    Logic,
    Member,
    Node,
    Not,
    Reduce,
    Supplied,
    Switch,
    Word,
    walk,
)
from equations.model.methodology import Methodology
from equations.records import record

#: Share of the largest number of a run above which no difference is rounding.
_CLOSE = 1e-6


@record(frozen=True)
class Hole:
    """Cells that a formula reads and that may not be there.

    Attributes
    ----------
    there
        Whether a cell is there, or is not read at all: a mask of the arithmetic.
    letters
        The axes of ``there``.
    own
        The letters by which the cell is named: a reduction over one of them passes over it.
    """

    there: Array
    letters: tuple[str, ...]
    own: frozenset[str]


@record(frozen=False)
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
    #: Comparisons of numbers that differ, with the least difference, where somebody asks (:mod:`engine.run.near_ties`).
    gaps: list[tuple[Compare, Scope, float]] | None = None
    #: What stands in the arrays, and what is done with it.
    arithmetic: Numbers = field(default_factory=Numbers)

    def value(self, node: Node, scope: Scope) -> Valued:
        """Return what a formula is worth under a scope."""
        raise NotImplementedError

    def quantified(self, node: Reduce, scope: Scope) -> Valued:
        """Return where ``All`` or ``Any`` holds."""
        raise NotImplementedError

    def condition(self, node: Node, scope: Scope) -> Valued:
        """Return where a condition holds; what is undecided does not. A mask along the letters."""
        return self.holding(self.decided(node, scope))

    def decided(self, node: Node, scope: Scope) -> Valued:
        """Return a condition along its letters, as the arithmetic keeps it."""
        match node:
            case Logic(op=op, parts=parts):
                return self.logic(op, parts, scope)
            case Not(operand=operand):
                array, letters = self.decided(operand, scope)
                return self.arithmetic.negated(array), letters
            case Member(letter=letter, set=set_id, negated=negated):
                wanted = set(self.setting.members[set_id])
                found = np.array([(label in wanted) is not negated for label in self.labels(letter, scope)], bool)
                return self.arithmetic.sure(found), (letter,)
            case Supplied(quantity=quantity):
                return self.arithmetic.sure(np.array(quantity in self.supplied)), ()
            case Compare(left=Switch(id=id_), right=Word(text=text), op=op):
                return self.arithmetic.sure(np.array((self.setting.choices[id_] == text) is (op == "=="))), ()
            case Compare(left=Letter()):
                holds, letters = self.compare_letters(node, scope)
                return self.arithmetic.sure(holds), letters
            case Compare():
                return self.comparison(node, scope)
            case Reduce():
                return self.quantified(node, scope)
        raise TypeError(f"not a condition: {node!r}")

    def comparison(self, node: Compare, scope: Scope) -> Valued:
        """Compare numbers; where one of the two is none, nothing is decided."""
        sides = self.value(node.left, scope), self.value(node.right, scope)
        if self.arithmetic.asks_apart:
            for side, value in zip((node.left, node.right), sides, strict=True):
                # A batch cannot say that a comparison with no number is undecided; it asks instead that the side be finite wherever
                # the comparison decides anything.
                if any(_is_partial(part) for part in walk(side)):  # a hole that nothing passes over
                    size = self.arithmetic.apply("abs", value[0])
                    finite = self.arithmetic.compared("<", size, self.arithmetic.constants(np.array(np.inf)))
                    self.pass_on([Hole(finite, value[1], frozenset())])
        axes = scope.order({*sides[0][1], *sides[1][1]})
        held = self.arithmetic.compared(node.op, aligned(sides[0], axes), aligned(sides[1], axes)), axes
        if self.gaps is not None:
            self.note_gap(node, sides, axes, scope)
        return held if self.entered is None else self.within_rounding(node, sides, held, scope)

    def note_gap(self, node: Compare, sides: tuple[Valued, Valued], axes: tuple[str, ...], scope: Scope) -> None:
        """Keep a comparison of numbers that are not the same."""
        gap = np.abs(aligned(sides[0], axes) - aligned(sides[1], axes))
        if (apart := gap > 0).any() and self.gaps is not None:
            self.gaps.append((node, scope, float(np.min(gap, where=apart, initial=np.inf))))

    def within_rounding(self, node: Compare, sides: tuple[Valued, Valued], held: Valued, scope: Scope) -> Valued:
        """Count two numbers as equal that differ by no more than rounding may have moved them (:mod:`engine.run.magnitudes`)."""
        assert self.entered is not None
        truth, axes = held
        # Equality is in favour of whoever wrote the rule only where it counts as holding: of `<` and `!=` two numbers that are
        # equal but for rounding make it false.
        wrong, right = (FALSE, TRUE) if node.op in ("==", "<=", ">=") else (TRUE, FALSE)
        if not (truth == wrong).any():
            return held
        gap = np.abs(aligned(sides[0], axes) - aligned(sides[1], axes))
        # A cheap look first: what entered a number is computed only where two are close at all.
        close = (truth == wrong) & (gap > 0) & (gap <= _CLOSE * self.largest)
        if not close.any():
            return held
        share, formulas = self.entered(node)
        room = [aligned(formulas.value(side, scope), axes) for side in (node.left, node.right)]
        return np.where(close & (gap <= share * (room[0] + room[1])), np.uint8(right), truth), axes

    @cached_property
    def largest(self) -> float:
        """The largest number of all, at least 1."""
        return max((float(np.max(np.abs(x), initial=1.0, where=np.isfinite(x))) for x in self.arrays.values()), default=1.0)

    def logic(self, op: str, parts: tuple[Node, ...], scope: Scope) -> Valued:
        """Join conditions by ``and`` or ``or``; a part that no letter moves may decide alone."""
        values: list[Valued] = []
        holes: list[list[Hole]] = []
        for part in parts:
            (array, letters), found = self.heard(self.decided, part, scope)
            values.append((array, letters))
            holes.append(found)
            if not letters and self.arithmetic.is_surely(array, op == "or"):
                return values[-1]
        if self.arithmetic.asks_apart:
            self.pass_on(self.read_beside(op, values, holes, scope))
            return self.arithmetic.joined(op, values, scope)
        result, axes = self.arithmetic.joined(op, values, scope)
        # What one part decides makes cells of the others unread, as in `i in measured and A[i] > 3`.
        decided = (result == TRUE) | (result == FALSE), axes
        self.pass_on([self.read_where(hole, decided, scope) for found in holes for hole in found])
        return result, axes

    def read_beside(self, op: str, values: list[Valued], holes: list[list[Hole]], scope: Scope) -> list[Hole]:
        """Return the holes of parts that are joined, each read only where no other part decides the whole.

        A condition of cells is 1 or 0 and cannot be undecided, so that what decides is put together from the parts.
        """
        seen: list[Hole] = []
        for at, found in enumerate(holes):
            for other, value in enumerate(values) if found else ():
                decides = self.decides(value if op == "or" else self.failing(value), holes[other], scope)
                found = found if other == at else [self.read_where(hole, decides, scope) for hole in found]
            seen += found
        return seen

    def decides(self, one: Valued, holes: list[Hole], scope: Scope) -> Valued:
        """Return where a part of a condition decides the whole: it holds, and compares nothing that is no number."""
        for hole in holes:
            one = self.failing(self.either(self.failing(one), self.failing((hole.there, hole.letters)), scope))
        return one

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

    def read_where(self, hole: Hole, passed: Valued, scope: Scope) -> Hole:
        """Return a hole that is not read where ``passed`` holds."""
        there, letters = self.either((hole.there, hole.letters), passed, scope)
        return replace(hole, there=there, letters=letters)

    def either(self, one: Valued, other: Valued, scope: Scope) -> Valued:
        """Return where one of two masks lets something through."""
        return self.arithmetic.either(one, other, scope)

    def failing(self, one: Valued) -> Valued:
        """Return where a condition, or a mask, is decided and does not hold."""
        return self.arithmetic.failing(one[0]), one[1]

    def holding(self, one: Valued) -> Valued:
        """Return where a condition is decided and holds."""
        return self.arithmetic.holding(one[0]), one[1]

    # -- letters

    def labels(self, letter: str, scope: Scope) -> list[str]:
        """Return the members that a letter takes."""
        set_id, positions = scope.letters[letter]
        return [self.setting.members[set_id][p] for p in positions]

    def compare_letters(self, node: Compare, scope: Scope) -> Valued:
        """Compare the members that letters stand for: by name, or by where they stand in the order of their set."""
        assert isinstance(node.left, Letter)
        sides = [(side, *self.texts(side, node.left.set, scope)) for side in (node.left, node.right)]
        axes = scope.order({x for _, _, letters in sides for x in letters})
        if node.op in ("==", "!=") and not any(getattr(side, "offset", 0) for side, _, _ in sides):
            a, b = (aligned((np.array(texts), letters), axes) for _, texts, letters in sides)
            return (a == b) == (node.op == "=="), axes
        a, b = (aligned((self.ranks(side, node.left.set, texts), letters), axes) for side, texts, letters in sides)
        return np.asarray(COMPARE[node.op](a, b)), axes

    def texts(self, side: Node, axis: str, scope: Scope) -> tuple[Any, tuple[str, ...]]:
        """Return the names of the members for which one side of a comparison stands, and its letter."""
        if not isinstance(side, Letter):
            return getattr(side, "text", ""), ()
        return (self.setting.mark(side.letter, axis), ()) if side.letter in MARKS else (self.labels(side.letter, scope), (side.letter,))

    def ranks(self, side: Node, axis: str, texts: Any) -> Array:
        """Return where members stand on an ordered axis, NaN for what has no place there."""
        found = [self.setting.rank(axis, text) for text in ([texts] if isinstance(texts, str) else texts)]
        ranks = np.array([np.nan if at is None else at + getattr(side, "offset", 0) for at in found], float)
        return ranks[0] if isinstance(texts, str) else ranks


def _is_partial(node: Node) -> bool:
    """Whether an operation can leave the finite numbers."""
    if isinstance(node, Reduce) and node.kind in (*SAMPLES, *TABLES):
        return True
    op = OPERATION.get(node.op, "") if isinstance(node, Binary) else node.name if isinstance(node, Call) else ""
    return op in ELEMENTWISE and ELEMENTWISE[op].partial
