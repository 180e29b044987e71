"""Fault seeding: which check catches a small fault first, before or while a number is computed, or none at all.

The order is that in which a methodology meets them: the reader of specs (``parser``), the dimension check (``dimensions``), the other static
checks (``static``), the rules and errors of a run (``run-time``), and the worked cases of the methodology (``cases``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from engine.case_runs import CaseRun, Result, keys_of, start_case
from engine.checks import (
    check_cases_of,
    check_conditions,
    check_equation,
    check_letters,
    check_recomputed,
    check_tables,
    check_use,
    settings_to_check,
)
from engine.equivalence import is_equivalent
from engine.finding import Finding
from engine.homogeneity import is_homogeneous, is_homogeneous_rule
from engine.inputs import UnitReader
from engine.mutants import Mutant, MutantReader, with_equation
from engine.planning import plan_run
from engine.setting import Setting, switches_of
from engine.worked_cases import WorkedCase
from equations.equation import Equation
from equations.errors import MethodologyError
from equations.methodology import Methodology
from equations.syntax import Binder, Element, MatrixRef, Node, walk

#: What can catch a mutant, in order; ``nothing`` is a survivor.
CHECKS = ("parser", "dimensions", "static", "run-time", "cases", "nothing")
#: The outcome of a mutant that says the same as the spec; it is not counted.
EQUIVALENT = "equivalent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant.

    Attributes
    ----------
    check
        One of :data:`CHECKS`, or :data:`EQUIVALENT`.
    why
        What the check said, or why nothing caught the mutant.
    changes_dimension
        Whether the two sides no longer scale alike when units are substituted (:mod:`engine.homogeneity`).
    """

    mutant: Mutant
    check: str
    why: str
    changes_dimension: bool = False

    def as_record(self) -> dict[str, object]:
        """Return the outcome as plain data."""
        return {**self.mutant.as_record(), "check": self.check, "why": self.why, "changes_dimension": self.changes_dimension}


class Bench:
    """A methodology with its worked cases, ready to judge mutants.

    Parameters
    ----------
    cases
        Its worked cases; each is run once as it is.
    """

    def __init__(self, methodology: Methodology, cases: Iterable[WorkedCase], read_unit: UnitReader) -> None:
        self.methodology = methodology
        self.read_unit = read_unit
        self.reader = MutantReader.of(methodology)
        self.runs = sorted((start_case(case, methodology, read_unit) for case in cases), key=lambda run: not run.case.is_plain)
        self.settings = _Settings(methodology)
        self.known = keys_of([*check_tables(methodology), *check_recomputed(methodology), *check_use(methodology), *check_letters(methodology)])
        self.readers = _readers(methodology)

    def judge(self, mutant: Mutant) -> Outcome:
        """Say what catches a mutant first."""
        try:
            read = self.reader.read(mutant)
        except MethodologyError as error:
            return Outcome(mutant, "parser", _said(error))
        if isinstance(read, Equation):
            return self.judge_equation(mutant, read)
        if mutant.part == "unit":
            return self.judge_unit(mutant, read)
        return self.judge_values(mutant, read)

    # -- an equation with one thing wrong

    def judge_equation(self, mutant: Mutant, equation: Equation) -> Outcome:
        changing = mutant.part == "formula" and not is_homogeneous(equation, self.methodology)
        _, findings = check_equation(equation, self.methodology)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            check = "dimensions" if any(_is_unit_fault(error) for error in errors) else "static"
            return Outcome(mutant, check, _told(errors[0]), changing)
        methodology = with_equation(self.methodology, equation)
        for finding in self.static(methodology, mutant, equation):
            return Outcome(mutant, "static", _told(finding), changing)
        right = self.methodology.equation[equation.id]
        same_needs = mutant.part == "formula" and _reads(equation.formula) <= _reads(right.formula)
        outcome = self.run(mutant, [run for run in self.runs if equation.id in run.equations],
                           lambda run: run.again(methodology, equation.quantity, same_needs=same_needs, read_unit=self.read_unit),
                           equation.quantity)  # fmt: skip
        if outcome.check == "nothing" and mutant.part == "formula" and not equation.solver:
            if is_equivalent(right, equation, self.methodology, self.settings.all):
                return Outcome(mutant, EQUIVALENT, "the same value for all drawn numbers", changing)
        return replace(outcome, changes_dimension=changing)

    def static(self, methodology: Methodology, mutant: Mutant, equation: Equation) -> Iterator[Finding]:
        """Yield errors and warnings of static checks that the spec as it is does not have."""
        right = self.methodology.equation[equation.id]
        cases = methodology.definitions[equation.quantity]
        if mutant.part == "when" or not _reads(equation.formula) <= _reads(right.formula):
            yield from self.settings.faults(methodology, equation)
        if mutant.part == "when":
            yield from self.new([*check_conditions(replace(methodology, equations=cases)), *check_cases_of(methodology, equation.quantity)])
        yield from self.new(check_letters(replace(methodology, equations=cases)))
        dropped = _quantities(right.formula) - _quantities(equation.formula)
        if any(self.readers[id_] == {equation.id} for id_ in dropped):
            yield from self.new(check_use(methodology))
        if self.settings.is_recomputed(equation.quantity):
            yield from self.new(check_recomputed(methodology))

    def new(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for finding in findings:
            if keys_of([finding]) - self.known:
                yield finding

    # -- a quantity or a dataset with one thing wrong

    def judge_unit(self, mutant: Mutant, methodology: Methodology) -> Outcome:
        users = [methodology.equation[id_] for id_ in sorted(self.readers[mutant.subject])]
        users += [e for e in methodology.definitions.get(mutant.subject, ()) if e not in users]
        rules = [rule for rule in methodology.rules if mutant.subject in _quantities(rule.condition)]
        changing = not all(is_homogeneous(e, methodology) for e in users) or not all(is_homogeneous_rule(r, methodology) for r in rules)
        for equation in users:
            for finding in check_equation(equation, methodology)[1]:
                return Outcome(mutant, "dimensions" if _is_unit_fault(finding) else "static", _told(finding), changing)
        return Outcome(mutant, "nothing", "no equation, and no value of a dataset, tells the two units apart", changing)

    def judge_values(self, mutant: Mutant, methodology: Methodology) -> Outcome:
        for finding in self.new([*check_tables(methodology), *check_recomputed(methodology)]):
            return Outcome(mutant, "static", _told(finding))
        runs = [run for run in self.runs if (mutant.subject, mutant.label) in run.datasets]
        return self.run(mutant, runs, lambda run: run.rebound(methodology, self.read_unit), mutant.label)

    # -- a run

    def run(self, mutant: Mutant, runs: list[CaseRun], again: object, quantity: str) -> Outcome:
        """Run the cases: first those that are a project as it stands, with their rules, then all against what is expected."""
        results: list[tuple[CaseRun, Result]] = []
        for plain in (True, False):
            for run in runs:
                if run.case.is_plain is not plain:
                    continue
                try:
                    result = again(run)  # type: ignore[operator]
                except MethodologyError as error:
                    return Outcome(mutant, "run-time", f"{run.case.id}: {_said(error)}")
                for code, _, subject in sorted(result.findings - run.result.findings):
                    return Outcome(mutant, "run-time", f"{run.case.id}: {code} {subject}")
                results.append((run, result))
            for run, result in results:
                if run.case.is_plain is plain and (gap := run.case.difference(self.methodology, run.setting, result.values)):
                    return Outcome(mutant, "cases", f"{run.case.id}: {gap}")
        return Outcome(mutant, "nothing", _why_not(results, quantity))


def _why_not(results: list[tuple[CaseRun, Result]], quantity: str) -> str:
    if not results:
        return "no worked case uses it"
    moved = [run.case.id for run, result in results if run.differs(quantity, result)]
    if not moved:
        return f"{quantity} has the same numbers in all {len(results)} worked cases that use it"
    return f"{quantity} has other numbers in {', '.join(moved[:4])}, and nothing that is compared follows from them"


@dataclass
class _Settings:
    """Settings without a project in which the definitions of a mutant are planned."""

    methodology: Methodology
    #: Each setting with the equations that its plan uses.
    planned: list[tuple[Setting, frozenset[str]]] = field(default_factory=list)
    chosen: dict[tuple[str, frozenset[str]], list[Setting]] = field(default_factory=dict)
    recomputed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.targets = tuple(dict.fromkeys((self.methodology.result, *self.methodology.report)))
        self.all = list(settings_to_check(self.methodology))
        for setting in self.all:
            plan = plan_run(self.methodology, setting, self.targets)
            self.planned.append((setting, frozenset(step.equation for stage in plan.stages for step in stage.steps)))
        self.recomputed = frozenset(_feeding(self.methodology))

    def is_recomputed(self, quantity: str) -> bool:
        """Whether a printed table or a comparison follows from a quantity."""
        return quantity in self.recomputed

    def few(self, equation: str, readings: frozenset[str]) -> list[Setting]:
        """Return as few settings as have, together, every choice and every one of some readings under which an equation is used."""
        key = (equation, readings)
        if key not in self.chosen:
            left = [(setting, _switches(setting, readings)) for setting, used in self.planned if equation in used]
            wanted = set().union(*(switches for _, switches in left))
            few = []
            while wanted:
                best, has = max(left, key=lambda one: len(one[1] & wanted))
                few.append(best)
                wanted -= has
            self.chosen[key] = few
        return self.chosen[key]

    def faults(self, methodology: Methodology, equation: Equation) -> Iterator[Finding]:
        """Yield what planning a methodology with another version of an equation shows wrong."""
        named = [equation, *(e for id_ in _quantities(equation.formula) for e in methodology.definitions.get(id_, ()))]
        readings = frozenset(id_ for e in named if e.when is not None for kind, id_ in switches_of(e.when) if kind == "reading")
        for setting in self.few(equation.id, readings):
            try:
                plan = plan_run(methodology, setting, self.targets)
            except MethodologyError as error:
                yield Finding(error.code, "error", equation.id, error.what, error.why)
                return
            for id_ in plan.inputs:
                if methodology.quantity[id_].kind == "computed":
                    yield Finding("G403", "error", id_, f"no equation defines {id_}")
                    return


def _switches(setting: Setting, readings: frozenset[str]) -> set[tuple[str, str]]:
    return {*setting.choices.items(), *((id_, setting.readings[id_]) for id_ in readings)}


def _feeding(methodology: Methodology) -> set[str]:
    """Return the quantities from which printed tables and comparisons follow."""
    found = {result.quantity for result in methodology.published_results}
    for comparison in methodology.comparisons:
        found |= _quantities(comparison.left) | _quantities(comparison.right)
    queue = sorted(found)
    while queue:
        for equation in methodology.definitions.get(queue.pop(), ()):
            more = _quantities(equation.formula) - found
            found |= more
            queue += sorted(more)
    return found


def _readers(methodology: Methodology) -> dict[str, set[str]]:
    """Return, for each quantity, the equations whose formula names it."""
    found: dict[str, set[str]] = {quantity.id: set() for quantity in methodology.quantities}
    for equation in methodology.equations:
        for id_ in _quantities(equation.formula):
            found[id_].add(equation.id)
    return found


def _quantities(node: Node) -> set[str]:
    return {part.quantity for part in walk(node) if isinstance(part, Element | MatrixRef)}


def _reads(node: Node) -> set[Node]:
    """Return the elements, matrices and ranges of a formula."""
    return {part for part in walk(node) if isinstance(part, Element | MatrixRef | Binder)}


def _is_unit_fault(finding: Finding) -> bool:
    return finding.code.startswith("U")


def _said(error: MethodologyError) -> str:
    return f"{error.code} {error.what}"


def _told(finding: Finding) -> str:
    return f"{finding.code} {finding.what}"


