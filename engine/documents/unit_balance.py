"""The unit balance of an equation, factor by factor and substance by substance, as a verifier would write it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from engine.checks import check_equation
from engine.solvers import root_parts
from equations.dimensions import UnitChecker, exact_value
from equations.equation import Equation
from equations.methodology import Methodology
from equations.notation_latex import latex
from equations.syntax import Binary, Call, Cases, Excluded, Negative, Node, Number, Ratio, Reduce, walk
from equations.tokens import Source
from equations.units import BASE_NAMES, PLAIN, Unit


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
class Term:
    """One term of a sum or one case; ``unit`` is that of the whole term, ``None`` for a plain zero."""

    latex: str
    factors: tuple[Factor, ...]
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of an equation in units.

    Attributes
    ----------
    dimensions
        Base dimensions that occur anywhere, in order; their names as shown are in :func:`dimension_name`.
    status
        ``ok``, ``equivalence`` (mixed under a named equivalence) or ``error``.
    alternatives
        Under which unit alternative the terms are written out, for instance ``usage: distance``.
    """

    left: Unit
    terms: tuple[Term, ...]
    dimensions: tuple[str, ...]
    status: str
    equivalences: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


def dimension_name(name: str) -> str:
    """Return a base dimension as shown: ``ha`` for land, and a substance by its own name."""
    return BASE_NAMES.get(name, name)


def unit_balance(equation: Equation, methodology: Methodology) -> Balance:
    """Return the balance of an equation, under the first of each group of unit alternatives."""
    line, _ = check_equation(equation, methodology)
    writer = _Writer(equation, methodology)
    left = writer.checker.of_quantity(equation.quantity, used=False)
    terms = tuple(writer.terms(writer.right_side()))
    found: dict[str, None] = {name: None for name, _ in left.powers}
    for term in terms:
        for factor in term.factors:
            found |= dict.fromkeys(factor.powers)
        found |= dict.fromkeys(name for name, _ in (term.unit.powers if term.unit is not None else ()))
    named = tuple(f"{group}: {alternative}" for group, alternative in sorted(writer.chosen.items()))
    return Balance(left, terms, tuple(found), line.status, line.equivalences, named)


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
        self.checker = UnitChecker(m.quantity, m.constant, Source(""), allowed, tuple(s.id for s in m.substances), self.chosen)

    def reads(self, quantity: str) -> bool:
        return quantity == self.equation.quantity or any(
            getattr(node, "quantity", "") == quantity for node in walk(self.equation.formula)
        )

    def right_side(self) -> Node:
        """Return the side that gives the quantity; of a solved relation the known side."""
        return root_parts(self.equation)[0] if self.equation.solver else self.equation.formula

    def terms(self, node: Node) -> Iterator[Term]:
        """Yield the terms of a sum, of a sum over members, and the values of cases."""
        match node:
            case Binary(op="+" | "-", left=left, right=right):
                yield from self.terms(left)
                yield from self.terms(right)
            case Reduce(body=body):
                yield from self.terms(body)
            case Cases(branches=branches, otherwise=otherwise):
                for _, value in branches:
                    yield from self.terms(value)
                if otherwise is not None:
                    yield from self.terms(otherwise)
            case Negative(operand=operand):
                yield from self.terms(operand)
            case Call(name="max" | "min" | "pos" | "abs" | "floor" | "ceil" | "transpose", arguments=arguments):
                for argument in arguments:
                    yield from self.terms(argument)
            case Number() | Excluded() if self.unit(node) is None:
                return
            case _:
                factors = tuple(self.factors(node, Fraction(1)))
                yield Term(self.latex(node), factors, self.unit(node))

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
        return latex(node, self.methodology)
