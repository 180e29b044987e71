"""Dimension algebra on the written tree: the unit of a formula, before any number is read.

Substances are base dimensions, and scale counts: kg where t is declared is an error, as is tC where tCO2 is.
A plain ``0`` takes the unit of what it meets. Two units may be mixed only under an equivalence that the equation names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from equations.errors import MethodologyError, UnitError
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
    Letter,
    Logic,
    MatrixRef,
    Member,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Supplied,
    Switch,
    Transpose,
    Word,
)
from equations.formula.tokens import Source
from equations.meaning.exact_ratios import exact_text, expected_of
from equations.model.methodology import Constant, Equivalence
from equations.model.quantity import Quantity
from equations.units.measures import between
from equations.units.molar_masses import MOLECULES, Molecule
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN, Unit, factor_text

#: The unit of a plain zero: any.
ANY = None
#: Gases that texts count in CO2 by what they do to the climate, and not by their carbon or nitrogen.
_BY_WARMING = ("CH4", "N2O")


def by_warming(left: Unit, right: Unit) -> str:
    """Return what an author probably meant who adds another gas to CO2: its warming potential; an empty text for other pairs."""
    words = (left.in_words(), right.in_words())
    gas = next((gas for gas in _BY_WARMING if any(text.endswith(gas) for text in words)), "")
    return f"; what it does to the climate, by a warming potential in tCO2e/t{gas}" if gas and any(text.endswith("CO2") for text in words) else ""


@dataclass
class UnitChecker:
    """Derives units of one equation; collects every mismatch.

    Attributes
    ----------
    alternative
        Group of unit alternatives -> the alternative under which the equation is checked.
    allowed
        The equivalences that the equation names.
    """

    quantities: Mapping[str, Quantity]
    constants: Mapping[str, Constant]
    source: Source
    allowed: tuple[Equivalence, ...] = ()
    substances: tuple[str, ...] = ()
    alternative: Mapping[str, str] = field(default_factory=dict)
    molecules: Mapping[str, Molecule] = field(default_factory=lambda: MOLECULES)
    errors: list[MethodologyError] = field(default_factory=list)
    #: Equivalences that were needed, by id.
    used: set[str] = field(default_factory=set)

    def fault(self, code: str, what: str, node: Node, why: str = "", remedy: str = "") -> None:
        self.errors.append(UnitError(code, what, self.source.place(node.span), why=why, remedy=remedy))

    # -- units of things

    def of_quantity(self, id_: str, *, used: bool = True) -> Unit:
        """Return the unit with which a quantity counts (``used``) or is defined."""
        quantity = self.quantities[id_]
        if used and quantity.acts_as is not None:
            return quantity.acts_as
        if quantity.alternatives is not None:
            return quantity.unit_for(self.alternative.get(quantity.alternatives.group, ""))
        return quantity.unit

    def of(self, node: Node) -> Unit | None:
        """Return the unit of a value, ``ANY`` for a plain zero."""
        match node:
            case Number() | Ratio():
                return self.literal(node)
            case Excluded():
                return ANY
            case Element(quantity=quantity) | MatrixRef(quantity=quantity):
                return self.of_quantity(quantity)
            case DateMark():
                return parse_unit("day")
            case Negative(operand=inner) | Transpose(operand=inner) | Diagonal(body=inner):
                return self.of(inner)
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)
            case Reduce(kind=kind, body=body):
                return self.reduction(node, kind, body)
            case Cases():
                return self.cases(node)
        self.condition(node)
        return PLAIN

    def literal(self, node: Number | Ratio) -> Unit | None:
        if node.unit is not None:
            return parse_unit(node.unit, self.source.place(node.span), self.substances)
        constant = self.constants.get(node.text)
        if constant is not None:
            return constant.unit
        if isinstance(node, Number) and float(node.text) == 0:
            return ANY
        return PLAIN

    # -- joining

    def joined(self, left: Unit | None, right: Unit | None, node: Node, doing: str) -> Unit | None:
        """Return the common unit of two sides that are added, compared or chosen between."""
        if left is ANY or right is ANY:
            return right if left is ANY else left
        if left == right:
            return left
        for equivalence in self.allowed:
            a, b = counted_as(left, equivalence), counted_as(right, equivalence)
            if a == b:
                self.used.add(equivalence.id)
                return a
        self.mismatch(left, right, node, doing)
        return left

    def mismatch(self, left: Unit, right: Unit, node: Node, doing: str) -> None:
        if left.same_dimension(right):
            shown = factor_text(left.scale / right.scale)
            self.fault("U303", f"{doing}: {left} and {right} differ in scale by {shown}", node,
                       why=f"the left is in {left.in_words()}, the right in {right.in_words()}",
                       remedy=converting(left, right))  # fmt: skip
            return
        self.fault("U302", f"{doing}: {left.in_words()} and {right.in_words()} are different things", node,
                   why="a sum, a comparison and an equality need one unit on both sides",
                   remedy=self.likely_fix(left, right))  # fmt: skip

    def likely_fix(self, left: Unit, right: Unit) -> str:
        """Name the constant, quantity or equivalence by which the two sides part."""
        # From the likeliest slip to the least: a declared constant, a quantity without indices, a ratio of molar masses, a factor
        # between units.
        for constant in self.constants.values():
            if left * constant.unit == right:
                return f"multiply the left side by {constant.written} {constant.unit}"
            if right * constant.unit == left:
                return f"multiply the right side by {constant.written} {constant.unit}"
        for quantity in self.quantities.values():
            if quantity.indices or quantity.unit.is_plain:
                continue
            if left * quantity.unit == right:
                return f"multiply the left side by {quantity.id} ({quantity.unit})"
            if right * quantity.unit == left:
                return f"multiply the right side by {quantity.id} ({quantity.unit})"
        gap = left / right
        for ratio in expected_of(gap, self.molecules):
            unit = gap.in_words().replace(" ", "")
            return f"multiply the right side by {ratio.text} {{{unit}}}, the ratio of the molar masses{by_warming(left, right)}"
        bridge = between(right, left)
        if bridge:
            return f"{bridge} on the right side, or do the reverse on the left"
        return (f"the left side is too large by the unit {gap.in_words()}: a factor is missing or too much, "
                "or one counts as the other and `equivalences:` names why")  # fmt: skip

    # -- operations

    def binary(self, node: Binary) -> Unit | None:
        left, right = self.of(node.left), self.of(node.right)
        if node.op in ("+", "-"):
            return self.joined(left, right, node, "a sum" if node.op == "+" else "a difference")
        if node.op == "^":
            return self.power(node, left, right)
        if left is ANY or right is ANY:
            return ANY
        return left / right if node.op == "/" else left * right

    def power(self, node: Binary, base: Unit | None, exponent: Unit | None) -> Unit | None:
        if exponent is not ANY and not self.counts_as_plain(exponent):
            self.fault("U304", f"the exponent has the unit {exponent}", node.right,
                       why="an exponent is a plain number", remedy="divide it by a number that carries its unit")  # fmt: skip
        # A plain base may have any exponent, data too; of any other the unit of the result would hang on a number.
        if base is ANY or base == PLAIN:
            return base
        value = exact_value(node.right)
        if value is None:
            self.fault("U304", f"a power of {base} whose exponent is not a written number", node,
                       why="the unit of the result would depend on data",
                       remedy="make the base a plain number")  # fmt: skip
            return base
        if not base.can_be_raised_to(value):
            self.fault("U304", f"a power of {base} with the exponent {node.right.text if isinstance(node.right, Number) else value}", node,
                       why="no unit of a number that is measured has such a power", remedy="look for a typing error")  # fmt: skip
            return base
        return base**value

    def counts_as_plain(self, unit: Unit) -> bool:
        if unit == PLAIN:
            return True
        for equivalence in self.allowed:
            if counted_as(unit, equivalence) == PLAIN:
                self.used.add(equivalence.id)
                return True
        return False

    def call(self, node: Call) -> Unit | None:
        function = FUNCTIONS[node.name]
        if function.rule == "calendar":
            return parse_unit(function.unit)
        units = [self.of(argument) for argument in node.arguments]
        if function.rule == "same":
            unit = units[0]
            for other in units[1:]:
                unit = self.joined(unit, other, node, f"the arguments of {node.name}")
            return unit
        unit = units[0]
        if function.rule == "date":
            if unit is not ANY and not (isinstance(unit, Unit) and unit.same_dimension(parse_unit("day"))):
                self.fault("U304", f"{node.name} of a value in {unit}", node, why=f"{node.name} takes a date",
                           remedy="write a date that the project states, project_start or project_end")  # fmt: skip
            return parse_unit(function.unit)
        if function.rule == "root":
            return unit ** Fraction(1, 2) if unit is not ANY else ANY
        for unit in units:
            # Logarithms and the like have no unit: ln of 5 km2 would hang on whether areas are written in km2 or in m2.
            if unit is not ANY and not self.counts_as_plain(unit):
                self.fault("U304", f"{node.name} of a value in {unit}", node, why=f"{node.name} takes a plain number",
                           remedy="divide by a reference value in the same unit")  # fmt: skip
        return PLAIN

    def reduction(self, node: Reduce, kind: str, body: Node) -> Unit | None:
        if kind in ("All", "Any", "Count"):
            self.condition(body)
            return PLAIN
        if isinstance(body, Points):
            self.joined(self.of(body.numbers), self.of(body.at), node, f"the numbers of {kind}")
            return self.of(body.values)
        unit = self.of(body)
        if kind == "Product" and unit is not ANY and unit != PLAIN:
            self.fault("U304", f"a product over members of values in {unit}", node,
                       why="its unit would depend on how many members there are",
                       remedy="divide by a reference value in the same unit")  # fmt: skip
        return unit

    def cases(self, node: Cases) -> Unit | None:
        unit: Unit | None = ANY
        for condition, value in node.branches:
            self.condition(condition)
            unit = self.joined(unit, self.of(value), value, "the cases")
        if node.otherwise is not None:
            unit = self.joined(unit, self.of(node.otherwise), node.otherwise, "the cases")
        return unit

    def condition(self, node: Node) -> None:
        """Check the comparisons of a condition."""
        match node:
            case Compare(left=left, right=right):
                if not isinstance(left, Letter | Switch | Word) and not isinstance(right, Letter | Switch | Word):
                    self.joined(self.of(left), self.of(right), node, "a comparison")
            case Logic(parts=parts):
                for part in parts:
                    self.condition(part)
            case Not(operand=operand):
                self.condition(operand)
            case Reduce(body=body):
                self.condition(body)
            case Member() | Supplied():
                pass


def converting(left: Unit, right: Unit) -> str:
    """Return which number with its unit turns the right of two units of one dimension into the left."""
    over, under, number = left.in_words(), right.in_words(), exact_text(right.scale / left.scale)
    if " " in over + under or "..." in number:
        return "convert one of them with a number that carries its unit, as in 1000 {kg/t}"
    return f"convert one of them with a number that carries its unit: multiply the right by {number} {{{over}/{under}}}"


def counted_as(unit: Unit, equivalence: Equivalence) -> Unit:
    """Return ``unit`` with each power of the equivalence's source counted as its target."""
    source, target = equivalence.source_unit, equivalence.target_unit
    if len(source.powers) != 1:
        return unit
    name, base_power = source.powers[0]
    held = dict(unit.powers).get(name)
    if held is None:
        return unit
    times = held / base_power
    return unit / source**times * target**times


def exact_value(node: Node) -> Fraction | None:
    """Return the value of a written number, ratio or negative of one, or ``None``."""
    match node:
        case Number(text=text, unit=None):
            return Fraction(text)
        case Ratio(over=over, under=under, unit=None):
            return Fraction(over, under)
        case Negative(operand=operand):
            value = exact_value(operand)
            return -value if value is not None else None
    return None
