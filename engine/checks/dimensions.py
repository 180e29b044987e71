"""Dimension checks: both sides of every equation, rule and comparison, and the units of values, substance by substance.

Scale counts: what gives kg where t is declared is wrong (conventions §3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from engine.checks.written_ratios import ratio_findings
from engine.finding import Finding, from_error
from engine.run.brackets import bracket_fault
from engine.run.solvers import root_parts
from equations.errors import MethodologyError
from equations.formula.syntax import Compare, Node, quantities_in
from equations.formula.tokens import Source
from equations.meaning.dimensions import UnitChecker
from equations.model.dataset import Comparison
from equations.model.equation import BRACKET, Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import PLAIN, Unit


@dataclass(frozen=True, slots=True)
class EquationCheck:
    """What the dimension check says of one equation; units as texts in base dimensions."""

    id: str
    number: str
    part: str
    status: str
    lhs_unit: str
    rhs_unit: str
    equivalences: tuple[str, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "id": self.id,
            "number": self.number,
            "part": self.part,
            "status": self.status,
            "lhs_unit": self.lhs_unit,
            "rhs_unit": self.rhs_unit,
            "equivalences": list(self.equivalences),
        }


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """The unit in which a dataset prints a quantity against the unit in which the equations read it."""

    dataset: str
    quantity: str
    printed_unit: str
    unit: str
    factor: str
    status: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "dataset": self.dataset,
            "quantity": self.quantity,
            "printed_unit": self.printed_unit,
            "unit": self.unit,
            "factor": self.factor,
            "status": self.status,
        }


def check_dimensions(methodology: Methodology) -> tuple[list[EquationCheck], list[Finding]]:
    """Check the units of every equation, rule, comparison and printed result, under each unit alternative."""
    lines: list[EquationCheck] = []
    findings: list[Finding] = []
    for equation in methodology.equations:
        line, faults = check_equation(equation, methodology)
        lines.append(line)
        findings += faults
    for rule in methodology.rules:
        for alternative in _alternatives(methodology, rule.condition):
            checker = _checker(methodology, rule.condition_source or Source(""), rule.equivalences, alternative)
            checker.condition(rule.condition)
            findings += [from_error(error, rule.id) for error in checker.errors]
        findings += ratio_findings(rule.condition, rule.condition_source or Source(""), rule.id, methodology)
    findings += check_weights(methodology)
    for comparison in methodology.comparisons:
        findings += _check_comparison(comparison, methodology)
    for result in methodology.published_results:
        unit = methodology.quantity[result.quantity].unit
        if result.unit is not None and not result.unit.same_dimension(unit):
            findings.append(
                Finding(
                    "U302",
                    "error",
                    result.id,
                    f"{result.quantity} is in {unit}, and the printed result in {result.unit}",
                    "they measure different things",
                    "give the result in the unit in which it is printed",
                    source=str(result.source),
                    place=result.place,
                )
            )
    return lines, findings


def check_equation(equation: Equation, methodology: Methodology) -> tuple[EquationCheck, list[Finding]]:
    """Check one equation; the line shows the units under the first alternative, or under the one that fails."""
    findings: list[Finding] = []
    shown: tuple[str, str] | None = None
    used: set[str] = set()
    for alternative in _alternatives(methodology, equation.formula, equation.quantity):
        checker = _checker(methodology, equation.formula_source or Source(""), equation.equivalences, alternative)
        left = checker.of_quantity(equation.quantity, used=False)
        right = _right_side(checker, equation, left)
        used |= checker.used
        faults = [from_error(error, equation.id) for error in checker.errors]
        if shown is None or (faults and not findings):
            shown = (left.in_words(), _shown_beside(left, right))
        findings += [fault for fault in faults if fault not in findings]
    findings += [from_error(error, equation.id) for error in _solver_fault(equation, methodology.quantity)]
    findings += ratio_findings(equation.formula, equation.formula_source or Source(""), equation.id, methodology)
    status = "error" if any(finding.severity == "error" for finding in findings) else "equivalence" if used else "ok"
    left_text, right_text = shown or ("", "")
    line = EquationCheck(
        id=equation.id, number=equation.number, part=equation.part, status=status, lhs_unit=left_text, rhs_unit=right_text,
        equivalences=tuple(sorted(used)),
    )  # fmt: skip
    return line, findings


def _shown_beside(left: Unit, right: Unit | None) -> str:
    """Return the unit of a right side: in the words of the left side where they are one."""
    return "any (zero)" if right is None else left.in_words() if right == left else right.in_words()


def check_values(methodology: Methodology) -> list[ValueCheck]:
    """Return, for every block of dataset values, its printed unit against the quantity's and the exact factor between them."""
    lines = []
    for dataset in methodology.datasets:
        for block in dataset.values:
            unit = methodology.quantity[block.quantity].unit
            same = block.unit.same_dimension(unit)
            factor = block.unit.scale / unit.scale if same else None
            status = "error" if factor is None else "ok" if factor == 1 else "converted"
            lines.append(
                ValueCheck(dataset.id, block.quantity, str(block.unit), str(unit), "" if factor is None else str(factor), status)
            )
    return lines


def check_weights(methodology: Methodology) -> list[Finding]:
    """Report a part of a member that is no plain number."""
    found: list[Finding] = []
    for index_set in methodology.index_sets:
        for weight in index_set.weights:
            source, formula = weight.source or Source(""), weight.formula
            for alternative in _alternatives(methodology, formula):
                checker = _checker(methodology, source, (), alternative)
                unit = checker.of(formula)
                found += [from_error(error, index_set.id) for error in checker.errors]
                if unit is not None and unit != PLAIN and not checker.errors:
                    found.append(Finding(
                        "U302", "error", index_set.id, f"the part of a {weight.of} that a {index_set.id} has is in {unit.in_words()}",
                        "a part is a plain number, by which an amount is multiplied", "divide it by the whole, as shared days by operating days",
                        place=source.place(formula.span)))  # fmt: skip
            found += ratio_findings(formula, source, index_set.id, methodology)
    return found


def _check_comparison(comparison: Comparison, methodology: Methodology) -> list[Finding]:
    left, right = comparison.left, comparison.right
    sides = [(side, source or Source("")) for side, source in ((left, comparison.left_source), (right, comparison.right_source))]
    units, errors = [], []
    for side, source in sides:
        checker = _checker(methodology, source, (), {})
        units.append(checker.of(side))
        errors += checker.errors
    if not errors:
        checker = _checker(methodology, sides[1][1], (), {})
        checker.joined(units[0], units[1], right, "the two sides")
        errors += checker.errors
    found = [from_error(error, comparison.id) for error in errors]
    for side, source in sides:
        found += ratio_findings(side, source, comparison.id, methodology)
    return found


def _right_side(checker: UnitChecker, equation: Equation, left: Unit) -> Unit | None:
    formula = equation.formula
    if equation.solver and isinstance(formula, Compare):
        if _solver_fault(equation, checker.quantities):  # its sides may then measure anything
            return left
        right = checker.of(formula.right)
        checker.joined(checker.of(formula.left), right, formula, "the two sides")
        return left
    right = checker.of(formula)
    if not checker.errors:
        checker.joined(left, right, formula, f"{equation.quantity} and its formula")
    return right


def _checker(
    methodology: Methodology, source: Source, equivalences: tuple[str, ...], alternative: Mapping[str, str]
) -> UnitChecker:
    allowed = tuple(methodology.equivalence[id_] for id_ in equivalences)
    substances = methodology.own_unit_words
    return UnitChecker(
        quantities=methodology.quantity, constants=methodology.constant, source=source, allowed=allowed, substances=substances,
        alternative=alternative, molecules=methodology.molecules,
    )  # fmt: skip


def _alternatives(methodology: Methodology, formula: Node, defined: str = "") -> Iterator[dict[str, str]]:
    """Yield every combination of the unit alternatives that a formula touches."""
    groups: dict[str, list[str]] = {}
    named = [*quantities_in(formula)] + ([defined] if defined else [])
    for id_ in named:
        alternatives = methodology.quantity[id_].alternatives
        if alternatives is not None:
            groups[alternatives.group] = [name for name, _ in alternatives.units]
    for values in product(*groups.values()):
        yield dict(zip(groups, values, strict=True))


def _solver_fault(equation: Equation, quantities: Mapping[str, Quantity]) -> list[MethodologyError]:
    if equation.solver == BRACKET:
        fault = bracket_fault(equation, quantities[equation.quantity])
        return [fault] if fault is not None else []
    if not equation.solver:
        return []
    try:
        root_parts(equation)
    except MethodologyError as error:
        return [error]
    return []
