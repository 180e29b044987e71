"""A second opinion on dimensions, by substituting units: do the numbers of an equation scale as its units say?

Measure everything in other units, one drawn at random for each base dimension. If a formula is sound, its value must change by
exactly the factor by which its left side changes. Nothing here follows the rules of :mod:`equations.meaning.dimensions`, so that one can
be held against the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from zlib import crc32

from engine.run.solvers import root_parts
from equations.errors import MethodologyError
from equations.formula.functions import FUNCTIONS
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
    Letter,
    Logic,
    MatrixRef,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Switch,
    Transpose,
    Word,
    walk,
)
from equations.model.equation import BRACKET, Equation, Rule
from equations.model.methodology import Equivalence, Methodology
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN, Unit

_CLOSE = 1e-9
#: A value in the declared units, and the same measured in the drawn ones.
Pair = tuple[float, float]


def is_homogeneous(equation: Equation, methodology: Methodology) -> bool:
    """Whether the two sides of an equation scale alike, under each unit alternative that it touches."""
    return all(_is_sound(equation, _Substitution(methodology, alternative, _equivalences(equation, methodology)))
               for alternative in _alternatives(equation.formula, methodology, equation.quantity))  # fmt: skip


def is_homogeneous_rule(rule: Rule, methodology: Methodology) -> bool:
    """Whether the two sides of each comparison of a rule scale alike."""
    for alternative in _alternatives(rule.condition, methodology):
        substitution = _Substitution(methodology, alternative, _equivalences(rule, methodology))
        substitution.condition(rule.condition)
        if substitution.broken:
            return False
    return True


def _is_sound(equation: Equation, substitution: _Substitution) -> bool:
    formula = equation.formula
    if equation.solver and isinstance(formula, Compare):
        if _is_solvable(equation):
            substitution.compare(formula)
        return not substitution.broken
    value, measured = substitution.pair(formula)
    wanted = value * substitution.factor(substitution.unit_of(equation.quantity, used=False))
    return not substitution.broken and math.isclose(measured, wanted, rel_tol=_CLOSE)


def _is_solvable(equation: Equation) -> bool:
    """Whether an equation has the form that its solver solves; otherwise it has no two sides whose units could be derived."""
    if equation.solver == BRACKET:
        return isinstance(equation.formula, Compare) and equation.formula.op == "=="
    try:
        root_parts(equation)
    except MethodologyError:
        return False
    return True


def _equivalences(owner: Equation | Rule, methodology: Methodology) -> tuple[Equivalence, ...]:
    return tuple(methodology.equivalence[id_] for id_ in owner.equivalences)


def _alternatives(formula: Node, methodology: Methodology, defined: str = "") -> Iterator[dict[str, str]]:
    groups: dict[str, list[str]] = {}
    for id_ in [defined, *(getattr(node, "quantity", "") for node in walk(formula))]:
        alternatives = methodology.quantity[id_].alternatives if id_ else None
        if alternatives is not None:
            groups[alternatives.group] = [name for name, _ in alternatives.units]
    for values in product(*groups.values()):
        yield dict(zip(groups, values, strict=True))


def _drawn(text: str) -> float:
    """Return a number between 1 and 2 that depends on a text alone."""
    return 1 + (crc32(text.encode()) + 0.5) / 2**32


@dataclass
class _Substitution:
    methodology: Methodology
    alternative: Mapping[str, str]
    equivalences: tuple[Equivalence, ...]
    #: Base dimension -> how many drawn units make one base unit.
    sizes: dict[str, float] = field(default_factory=dict)
    #: Whether something must be a plain number and is not, or two sides do not scale alike.
    broken: bool = False
    #: Another one gives other numbers.
    draw: str = ""

    def __post_init__(self) -> None:
        self.substances = self.methodology.own_unit_words
        for equivalence in self.equivalences:  # both of its units count as one
            ((dimension, power),) = equivalence.source_unit.powers[:1] or (("", 1),)
            target = self.factor(equivalence.target_unit) / float(equivalence.source_unit.scale)
            self.sizes[dimension] = target ** (1 / float(power))

    def factor(self, unit: Unit) -> float:
        result = float(unit.scale)
        for dimension, power in unit.powers:
            result *= self.sizes.setdefault(dimension, 1 + _drawn(f"size of {dimension}")) ** float(power)
        return result

    def unit_of(self, id_: str, *, used: bool = True) -> Unit:
        quantity = self.methodology.quantity[id_]
        if used and quantity.acts_as is not None:
            return quantity.acts_as
        return quantity.unit_for(self.alternative.get(quantity.alternatives.group, "")) if quantity.alternatives else quantity.unit

    def drawn(self, text: str, unit: Unit = PLAIN) -> Pair:
        value = _drawn(text + self.draw)
        return value, value * self.factor(unit)

    def pair(self, node: Node) -> Pair:  # noqa: C901 - one arm for each kind of node
        """Return the value of a node under drawn numbers, in the declared and in the drawn units."""
        match node:
            case Number() | Ratio():
                return self.literal(node)
            case Excluded():
                return 0.0, 0.0
            case Element(quantity=id_, indices=indices) | MatrixRef(quantity=id_, indices=indices):
                return self.drawn(f"{id_} {indices}", self.unit_of(id_))
            case DateMark(name=name):
                return self.drawn(name, parse_unit("day"))
            case Negative(operand=operand):
                value, measured = self.pair(operand)
                return -value, -measured
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)
            case Identity():
                return self.drawn("identity")
            case Diagonal(body=inner) | Transpose(operand=inner):
                return self.pair(inner)
            case Reduce(kind=kind, body=body):
                return self.reduction(kind, body)
            case Cases(branches=branches, otherwise=otherwise):
                for condition, _ in branches:
                    self.condition(condition)
                return self.mixed([value for _, value in branches] + ([otherwise] if otherwise is not None else []))
        self.condition(node)
        return 1.0, 1.0

    def literal(self, node: Number | Ratio) -> Pair:
        if node.unit is not None:  # a zero with a unit still has a unit
            return self.drawn(f"{node.text} {node.span}", parse_unit(node.unit, None, self.substances))
        constant = self.methodology.constant.get(node.text)
        value = node.over / node.under if isinstance(node, Ratio) else float(node.text)
        return value, value * (self.factor(constant.unit) if constant is not None else 1.0)

    def mixed(self, nodes: list[Node]) -> Pair:
        """Join values of which a run takes one: they must scale alike, so a weighted sum of them stands for all."""
        pairs = [self.pair(node) for node in nodes]
        weights = [1 + 0.37 * at for at in range(len(pairs))]
        return (sum(w * value for w, (value, _) in zip(weights, pairs, strict=True)),
                sum(w * measured for w, (_, measured) in zip(weights, pairs, strict=True)))  # fmt: skip

    def plain(self, pair: Pair) -> Pair:
        """Note that a value must be a plain number."""
        if not math.isclose(*pair, rel_tol=_CLOSE):
            self.broken = True
        return pair

    def binary(self, node: Binary) -> Pair:
        left, right = self.pair(node.left), self.pair(node.right)
        if node.op == "+":
            return left[0] + right[0], left[1] + right[1]
        if node.op == "-":
            return left[0] - right[0], left[1] - right[1]
        if node.op == "/":
            return (left[0] / right[0], left[1] / right[1]) if 0 not in right else (0.0, 0.0)
        if node.op != "^":
            return left[0] * right[0], left[1] * right[1]
        if not any(isinstance(part, Element | MatrixRef | Call) for part in walk(node.right)):
            return abs(left[0]) ** self.plain(right)[0], abs(left[1]) ** right[0]
        return abs(self.plain(left)[0]) ** self.plain(right)[0], abs(left[1]) ** right[0]

    def call(self, node: Call) -> Pair:
        rule = FUNCTIONS[node.name].rule
        if rule in ("calendar", "date"):
            return self.drawn(f"{node.name} {node.arguments}", parse_unit(FUNCTIONS[node.name].unit))
        if rule == "plain":
            value = sum(abs(self.plain(self.pair(argument))[0]) for argument in node.arguments)
            return 1 + value, 1 + value
        value, measured = self.mixed(list(node.arguments))
        return (math.sqrt(abs(value)), math.sqrt(abs(measured))) if rule == "root" else (value, measured)

    def reduction(self, kind: str, body: Node) -> Pair:
        if kind in ("All", "Any", "Count"):
            self.condition(body)
            return 1.0, 1.0
        if isinstance(body, Points):
            self.compare(Compare("<=", body.numbers, body.at))
            return self.pair(body.values)
        pair = self.pair(body)
        return self.plain(pair) if kind == "Product" else pair

    def compare(self, node: Compare) -> None:
        """Check that both sides scale alike, and by a factor that does not depend on the numbers (which a zero cannot tell)."""
        again = replace(self, draw="again")
        pairs = [on.pair(side) for side in (node.left, node.right) for on in (self, again)]
        scales = [measured / value for value, measured in pairs if value != 0]
        self.broken |= again.broken or any(not math.isclose(scale, scales[0], rel_tol=_CLOSE) for scale in scales)

    def condition(self, node: Node) -> None:
        """Check that the sides of each comparison of numbers scale alike."""
        match node:
            case Compare(left=left, right=right):
                if not any(isinstance(side, Letter | Switch | Word) for side in (left, right)):
                    self.compare(node)
            case Logic(parts=parts):
                for part in parts:
                    self.condition(part)
            case Not(operand=inner) | Reduce(body=inner):
                self.condition(inner)
