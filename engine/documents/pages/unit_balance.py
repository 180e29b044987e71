"""The unit balance of an equation, factor by factor and substance by substance, as a verifier would write it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.checks import check_equation
from engine.run.solvers import root_parts
from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    Excluded,
    Negative,
    Node,
    Number,
    Points,
    Ratio,
    Reduce,
    Transpose,
    walk,
)
from equations.formula.tokens import Source
from equations.meaning.dimensions import UnitChecker, exact_value
from equations.model.equation import BRACKET, Equation
from equations.model.methodology import Methodology
from equations.notation.latex import latex
from equations.notation.plain import letters_of
from equations.units.unit import PLAIN, Unit, base_name


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a term: its LaTeX, its unit, and its power (-1 where it divides)."""

    latex: str
    unit: Unit
    power: Fraction = Fraction(1)

    @property
    def powers(self) -> dict[str, Fraction]:
        """Base dimension -> power with which the factor brings it in."""
        return {name: power * self.power for name, power in self.unit.powers}


@dataclass(frozen=True, slots=True)
class UnitTerm:
    """One term of a sum or one case; ``unit`` is that of the whole term, ``None`` for a plain zero."""

    latex: str
    factors: tuple[Factor, ...]
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Column:
    """A base dimension under the unit in which an equation shows it: an area in ``ha`` is the second power of a length."""

    name: str
    dimension: str
    power: Fraction = Fraction(1)

    def power_in(self, powers: Mapping[str, Fraction]) -> Fraction:
        """Return with which power the column's unit stands in a unit."""
        return powers.get(self.dimension, Fraction(0)) / self.power


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of an equation in units.

    Attributes
    ----------
    columns
        One for each base dimension that occurs anywhere, in order.
    status
        ``ok``, ``equivalence`` (mixed under a named equivalence) or ``error``.
    alternatives
        Under which unit alternative the terms are written out, for instance ``usage: distance``.
    """

    left: Unit
    terms: tuple[UnitTerm, ...]
    columns: tuple[Column, ...]
    status: str
    equivalences: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


def unit_balance(equation: Equation, methodology: Methodology) -> Balance:
    """Return the balance of an equation, under the first of each group of unit alternatives."""
    line, _ = check_equation(equation, methodology)
    writer = _Writer(equation, methodology)
    left = writer.checker.of_quantity(equation.quantity, used=False)
    terms = tuple(writer.terms(writer.right_side()))
    units = [left, *(factor.unit for term in terms for factor in term.factors), *(term.unit for term in terms if term.unit)]
    named = tuple(f"{group}: {alternative}" for group, alternative in sorted(writer.chosen.items()))
    return Balance(left, terms, _columns(units), line.status, line.equivalences, named)


def _columns(units: list[Unit]) -> tuple[Column, ...]:
    """Return a column for each base dimension, headed by the one word that all units have for it, else by the base unit."""
    found: dict[str, dict[tuple[str, Fraction], None]] = {}
    for unit in units:
        for dimension, _ in unit.powers:
            words = found.setdefault(dimension, {})
            for word in unit.words:
                if dimension in dict(word.powers):
                    words[word.shown, dict(word.powers)[dimension] if len(word.powers) == 1 else Fraction(0)] = None
    columns = []
    for dimension, named in found.items():
        shown, power = next(iter(named)) if len(named) == 1 else ("", Fraction(0))
        columns.append(Column(shown, dimension, power) if power else Column(base_name(dimension), dimension))
    return tuple(columns)


@dataclass
class _Writer:
    equation: Equation
    methodology: Methodology
    chosen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        m = self.methodology
        for quantity in m.quantities:
            if quantity.alternatives is not None and self.reads(quantity.id):
                self.chosen.setdefault(quantity.alternatives.group, quantity.alternatives.units[0][0])
        allowed = tuple(m.equivalence[id_] for id_ in self.equation.equivalences if id_ in m.equivalence)
        self.checker = UnitChecker(
            quantities=m.quantity, constants=m.constant, source=Source(""), allowed=allowed,
            substances=m.own_unit_words, alternative=self.chosen, molecules=m.molecules,
        )  # fmt: skip

    def reads(self, quantity: str) -> bool:
        return quantity == self.equation.quantity or any(
            getattr(node, "quantity", "") == quantity for node in walk(self.equation.formula)
        )

    def right_side(self) -> Node:
        """Return the side that gives the quantity; of a solved relation the known side."""
        formula = self.equation.formula
        if self.equation.solver == BRACKET and isinstance(formula, Compare):
            return formula.left
        return root_parts(self.equation)[0] if self.equation.solver else formula

    def terms(self, node: Node) -> Iterator[UnitTerm]:
        """Yield the terms of a sum, of a sum over members, and the values of cases."""
        match node:
            case Binary(op="+" | "-", left=left, right=right):
                yield from self.terms(left)
                yield from self.terms(right)
            case Reduce(body=Points(values=values)):  # of a table the values go on, which the number only finds
                yield from self.terms(values)
            case Reduce(body=body):
                yield from self.terms(body)
            case Cases(branches=branches, otherwise=otherwise):
                for _, value in branches:
                    yield from self.terms(value)
                if otherwise is not None:
                    yield from self.terms(otherwise)
            case Negative(operand=operand) | Transpose(operand=operand):
                yield from self.terms(operand)
            case Call(name=name, arguments=arguments) if FUNCTIONS[name].rule == "same":
                for argument in arguments[:1] if FUNCTIONS[name].rounds else arguments:
                    yield from self.terms(argument)
            case Number() | Excluded() if self.unit(node) is None:
                return
            case _:
                factors = tuple(self.factors(node, Fraction(1)))
                yield UnitTerm(self.latex(node), factors, self.unit(node))

    def factors(self, node: Node, power: Fraction) -> Iterator[Factor]:
        match node:
            case Binary(op="*" | ".*" | "@", left=left, right=right):
                yield from self.factors(left, power)
                yield from self.factors(right, power)
            case Binary(op="/", left=left, right=right):
                yield from self.factors(left, power)
                yield from self.factors(right, -power)
            case Binary(op="^", left=left, right=right) if exact_value(right) is not None:
                yield from self.factors(left, power * (exact_value(right) or 0))
            case _:
                unit = self.unit(node)
                yield Factor(self.latex(node), PLAIN if unit is None else unit, power)

    def unit(self, node: Node) -> Unit | None:
        return self.checker.of(node)

    def latex(self, node: Node) -> str:
        if isinstance(node, Ratio):
            return rf"\frac{{{node.over}}}{{{node.under}}}"
        return latex(node, self.methodology, letters_of(self.methodology, self.equation))
