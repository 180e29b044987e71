"""Static checks: everything that a spec alone can show wrong, before any number of a project is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from engine.finding import Finding, from_error
from engine.placeholder import YEARS, choice_combinations, placeholder_setting, years_named
from engine.planning import plan_run
from engine.setting import Setting, is_static, switches_of
from engine.solvers import root_parts
from equations.dimensions import UnitChecker
from equations.equation import Equation
from equations.errors import Faults, GraphError, MethodologyError
from equations.methodology import Methodology
from equations.syntax import Compare, Element, MatrixRef, Node, walk
from equations.tokens import Source
from equations.units import Unit

_MOST_COMBINATIONS = 4096


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
        return {"id": self.id, "number": self.number, "part": self.part, "status": self.status, "lhs_unit": self.lhs_unit,
                "rhs_unit": self.rhs_unit, "equivalences": list(self.equivalences)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of all static checks."""

    equations: tuple[EquationCheck, ...]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def check_methodology(methodology: Methodology) -> CheckResult:
    """Run every static check.

    Returns
    -------
    CheckResult
        One line for each equation, and the findings in the order of the checks.
    """
    lines, findings = check_dimensions(methodology)
    findings += check_conditions(methodology)
    if not any(finding.severity == "error" for finding in findings):
        findings += check_completeness(methodology)
    findings += check_use(methodology)
    findings += check_published_units(methodology)
    return CheckResult(tuple(lines), tuple(findings))


# -- dimensions


def check_dimensions(methodology: Methodology) -> tuple[list[EquationCheck], list[Finding]]:
    """Check the units of every equation and rule, under each unit alternative."""
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
            shown = (left.in_base_units(), right.in_base_units() if right is not None else "any (zero)")
        findings += faults
    findings += [from_error(error, equation.id) for error in _solver_fault(equation)]
    status = "error" if findings else "equivalence" if used else "ok"
    left_text, right_text = shown or ("", "")
    line = EquationCheck(equation.id, equation.number, equation.part, status, left_text, right_text, tuple(sorted(used)))
    return line, findings


def _right_side(checker: UnitChecker, equation: Equation, left: Unit) -> Unit | None:
    formula = equation.formula
    if equation.solver and isinstance(formula, Compare):
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
    substances = tuple(substance.id for substance in methodology.substances)
    return UnitChecker(methodology.quantity, methodology.constant, source, allowed, substances, alternative)


def _alternatives(methodology: Methodology, formula: Node, defined: str = "") -> Iterator[dict[str, str]]:
    """Yield every combination of the unit alternatives that a formula touches."""
    groups: dict[str, list[str]] = {}
    named = [node.quantity for node in walk(formula) if isinstance(node, Element | MatrixRef)] + ([defined] if defined else [])
    for id_ in named:
        alternatives = methodology.quantity[id_].alternatives
        if alternatives is not None:
            groups[alternatives.group] = [name for name, _ in alternatives.units]
    for values in product(*groups.values()):
        yield dict(zip(groups, values, strict=True))


def _solver_fault(equation: Equation) -> list[MethodologyError]:
    if not equation.solver:
        return []
    try:
        root_parts(equation)
    except MethodologyError as error:
        return [error]
    return []


# -- conditions, completeness


def check_conditions(methodology: Methodology) -> list[Finding]:
    """Cases are decided by choices, readings, years and members, never by numbers."""
    findings = []
    for equation in methodology.equations:
        if equation.when is not None and not is_static(equation.when):
            place = equation.when_source.place(equation.when.span) if equation.when_source else equation.place
            findings.append(Finding("X207", "error", equation.id, "a case that depends on a number", "when: decides by choices, readings, "
                                    "years and members, so that it can be proven complete",
                                    "write cases(condition: a, otherwise: b) in the formula", place=place))  # fmt: skip
    return findings


def check_completeness(methodology: Methodology) -> list[Finding]:
    """Show for every combination of choices that each needed quantity is defined exactly once.

    Overlaps are looked for among all choices and readings that a quantity's cases name; needs are walked from the result under every
    combination of choices, and under every reading that is not the default.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for setting in settings_to_check(methodology):
        for error in _plan_errors(methodology, setting):
            key = (error.code, error.what.split("[")[0], str(error.place))
            where = ", ".join(f"{k} = {v}" for k, v in setting.choices.items())
            finding = from_error(error, error.what.split("[")[0].split()[-1])
            found.setdefault(key, Finding(finding.code, "error", finding.subject, finding.what,
                                          f"{finding.evidence} (found under {where})", finding.remedy, place=finding.place))  # fmt: skip
    return list(found.values())


def settings_to_check(methodology: Methodology) -> Iterator[Setting]:
    """Yield the settings under which needs are walked."""
    starts = [2001]
    for year in years_named(methodology):
        starts += [year - YEARS // 2, year + 1]
    combinations = list(choice_combinations(methodology))[:_MOST_COMBINATIONS]
    for start in dict.fromkeys(starts):
        for choices in combinations:
            yield placeholder_setting(methodology, choices, start=start)
    named_with = _choices_named_with(methodology)
    for ruling in methodology.rulings:
        for reading in ruling.readings:
            if reading.id == ruling.default:
                continue
            seen = set()
            for choices in combinations:
                key = tuple(choices[id_] for id_ in sorted(named_with.get(ruling.id, ())))
                if key not in seen:
                    seen.add(key)
                    yield placeholder_setting(methodology, choices, {ruling.id: reading.id})


def _choices_named_with(methodology: Methodology) -> dict[str, set[str]]:
    """Return, for each ruling, the choices that stand in a condition together with it."""
    found: dict[str, set[str]] = {}
    for equation in methodology.equations:
        switches = switches_of(equation.when) if equation.when is not None and is_static(equation.when) else set()
        for kind, id_ in switches:
            if kind == "reading":
                found.setdefault(id_, set()).update(other for k, other in switches if k == "choice")
    return found


def _plan_errors(methodology: Methodology, setting: Setting) -> list[MethodologyError]:
    targets = tuple(dict.fromkeys((methodology.result, *methodology.report)))
    errors: list[MethodologyError] = []
    try:
        plan = plan_run(methodology, setting, targets)
    except Faults as faults:
        return list(faults.errors)
    except MethodologyError as error:
        return [error]
    for id_ in plan.inputs:
        quantity = methodology.quantity[id_]
        if quantity.kind == "computed":
            users = ", ".join(methodology.equation[e].label for e in plan.needed_by.get(id_, ()))
            errors.append(GraphError("G403", f"no equation defines {id_}", quantity.place, why=f"it is computed, and {users} uses it",
                                     remedy="write its equation, or declare it as monitored or fixed_ex_ante"))  # fmt: skip
    return errors


# -- use


def check_use(methodology: Methodology) -> list[Finding]:
    """Report what is declared and never used, and letters of a left side that its formula does not use."""
    used = {methodology.result, *methodology.report}
    for formula in _formulas(methodology):
        used |= {node.quantity for node in walk(formula) if isinstance(node, Element | MatrixRef)}
        used |= {getattr(node, "quantity", "") for node in walk(formula)}
    findings = [
        Finding("W801", "warning", quantity.id, f"{quantity.id} is declared and no equation or rule uses it", quantity.meaning,
                "use it, or remove it", str(quantity.source), quantity.place)  # fmt: skip
        for quantity in methodology.quantities
        if quantity.id not in used and quantity.id not in methodology.definitions
    ]
    for quantity in methodology.quantities:
        if not quantity.source:
            findings.append(Finding("W812", "note", quantity.id, f"{quantity.id} cites no source", "", "add `source:`",
                                    place=quantity.place))  # fmt: skip
    return findings


def _formulas(methodology: Methodology) -> Iterator[Node]:
    for equation in methodology.equations:
        yield equation.formula
    for rule in methodology.rules:
        yield rule.condition
        if rule.when is not None:
            yield rule.when


def check_published_units(methodology: Methodology) -> list[Finding]:
    """Report, as notes, where ours and the published unit differ, and where an equivalence is used."""
    findings = []
    for quantity in methodology.quantities:
        if quantity.published_unit_text and quantity.published_unit != quantity.unit:
            findings.append(
                Finding("W802", "note", quantity.id, f"{quantity.id}: published as {quantity.published_unit_text}, read in {quantity.unit}",
                        quantity.unit_note, source=str(quantity.source), place=quantity.place)  # fmt: skip
            )
    for equation in methodology.equations:
        for id_ in equation.equivalences:
            reason = methodology.equivalence[id_].reason
            findings.append(Finding("W803", "note", equation.id, f"{equation.label} mixes units under {id_}", reason,
                                    source=str(equation.source), place=equation.place))  # fmt: skip
    return findings
