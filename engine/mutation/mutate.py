"""Fault seeding: which check catches a small fault first, before or while a number is computed, or none at all.

The order is that in which a methodology meets them: the reader of specs (``parser``), the dimension check (``dimensions``), the
other static checks (``static``), the rules and errors of a run (``run-time``), and the worked cases of the methodology (``cases``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from engine.checks import (
    check_cases_of,
    check_conditions,
    check_dimensions,
    check_equation,
    check_letters,
    check_recomputed,
    check_tables,
    check_use,
    settings_to_check,
)
from engine.checks.worked_cases import WorkedCase
from engine.finding import Finding
from engine.mutation.affected import Dependencies
from engine.mutation.case_runs import CaseRun, Result, keys_of, start_case
from engine.mutation.equivalence import told_apart
from engine.mutation.homogeneity import is_homogeneous, is_homogeneous_rule
from engine.mutation.mutants import Mutant, MutantReader, with_equation, with_fault
from engine.plan.planner import plan_run
from engine.plan.setting import Setting, is_static, may_hold
from engine.project.values import UnitReader
from equations.errors import MethodologyError
from equations.formula.syntax import Binder, Element, MatrixRef, Node, quantities_in, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.readings.composition import blocks_under, with_readings

#: What can catch a mutant, in order; ``nothing`` is a survivor.
CHECKS = ("parser", "dimensions", "static", "run-time", "cases", "nothing")
#: The outcome of a mutant that says the same as the spec; it is not counted.
EQUIVALENT = "equivalent"
_MOST_MOVED = 3


@dataclass(frozen=True, slots=True)
class MutantOutcome:
    """What became of a mutant.

    Attributes
    ----------
    check
        One of :data:`CHECKS`, or :data:`EQUIVALENT`.
    why
        What the check said, or why nothing caught the mutant.
    changes_dimension
        Whether the two sides no longer scale alike when units are substituted (:mod:`engine.mutation.homogeneity`).
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
        self.runs: list[CaseRun] = []
        for case in cases:
            self.runs.append(start_case(case, methodology, read_unit, self.runs))
        self.judges: dict[tuple[tuple[str, str], ...], _Judge] = {}

    def judge(self, mutant: Mutant) -> MutantOutcome:
        """Say what catches a mutant first."""
        return self.of(mutant).judge(mutant)

    def read(self, mutant: Mutant) -> Equation | Methodology:
        """Return the faulty equation, or the methodology with another unit or other values; errors as of the reader of mutants."""
        return self.of(mutant).reader.read(mutant)

    def of(self, mutant: Mutant) -> _Judge:
        if mutant.under not in self.judges:
            self.judges[mutant.under] = _Judge(self, mutant.under)
        return self.judges[mutant.under]


class _Judge:
    """Judges the mutants of what is read by default, or of what some readings make of it."""

    def __init__(self, bench: Bench, under: tuple[tuple[str, str], ...]) -> None:
        methodology = with_readings(bench.methodology, dict(under))
        self.base, self.under, self.methodology, self.read_unit = bench.methodology, under, methodology, bench.read_unit
        self.reader = MutantReader.of(methodology)
        self.runs = [run for run in bench.runs if all(run.setting.readings.get(id_) == reading for id_, reading in under)]
        self.settings = _Settings(methodology)
        # What the spec as it is already shows does not count as caught.
        standing = (check_tables, check_recomputed, check_use, check_letters)
        self.known = keys_of(finding for check in standing for finding in check(methodology))
        self.readers = _readers(methodology)
        self.dependencies = Dependencies(methodology)
        self.of_cases = {id(run): Dependencies(run.methodology) for run in self.runs}
        self.recomputed = self.dependencies.behind(_asked_tables(methodology))

    def judge(self, mutant: Mutant) -> MutantOutcome:
        """Say what catches a mutant first."""
        try:
            read = self.reader.read(mutant)
        except MethodologyError as error:
            return MutantOutcome(mutant, "parser", _said(error))
        if isinstance(read, Equation):
            unknown = self.unknown_there(read)
            return MutantOutcome(mutant, "parser", f"X204 there is no quantity {unknown!r}") if unknown else self.judge_equation(mutant, read)
        if mutant.part == "unit":
            return self.judge_unit(mutant, read)
        return self.judge_values(mutant, read)

    def unknown_there(self, equation: Equation) -> str:
        """Return a quantity that a faulty equation cannot name where it stands: what a step computes has a name in that step alone."""
        steps = [step for block in blocks_under(self.base, self.under) for step in block.steps]
        others = {q.id for step in steps if all(e.id != equation.id for e in step.equations) for q in step.quantities}
        news = set(quantities_in(equation.formula)) - set(quantities_in(self.methodology.equation[equation.id].formula))
        return min(news & others, default="")

    # -- an equation with one thing wrong

    def judge_equation(self, mutant: Mutant, equation: Equation) -> MutantOutcome:
        changing = mutant.part == "formula" and not is_homogeneous(equation, self.methodology)
        _, findings = check_equation(equation, self.methodology)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            check = "dimensions" if any(_is_unit_fault(error) for error in errors) else "static"
            return MutantOutcome(mutant, check, _told(errors[0]), changing)
        methodology = with_equation(self.methodology, equation)
        for finding in self.static(methodology, mutant, equation):
            return MutantOutcome(mutant, "static", _told(finding), changing)
        right = self.methodology.equation[equation.id]
        news = self.newly_read(right, equation, mutant)
        same_needs = equation.quantity if news is None else ""
        made = {id(run): self.made(run, equation) for run in self.runs if equation.id in run.equations}
        using = [run for run in self.runs if id(run) in made and made[id(run)].equation.get(equation.id) != run.methodology.equation[equation.id]]

        def again(run: CaseRun) -> Result:
            same = made[id(run)].quantity.keys() == run.methodology.quantity.keys()  # a fault may call in a step that nothing read
            known = self.of_cases[id(run)] if same else Dependencies(made[id(run)])
            touched = known.touched(equation.quantity, self.read_there(run, made[id(run)], equation, news))
            return run.again(made[id(run)], touched, same_needs=same_needs, read_unit=self.read_unit)

        outcome = self.run(mutant, using, again, equation.quantity)
        if outcome.check == "nothing" and mutant.part == "formula" and not equation.solver:
            apart = told_apart(right, equation, self.methodology)
            if not apart:
                return MutantOutcome(mutant, EQUIVALENT, "the same value for all drawn numbers", changing)
            if using:
                outcome = replace(outcome, why=f"{outcome.why}; other numbers would tell: {apart}")
        return replace(outcome, changes_dimension=changing)

    def static(self, methodology: Methodology, mutant: Mutant, equation: Equation) -> Iterator[Finding]:
        """Yield errors and warnings of static checks that the spec as it is does not have."""
        right = self.methodology.equation[equation.id]
        cases = methodology.definitions[equation.quantity]
        news = self.newly_read(right, equation, mutant)
        # Planning is dear, so it is asked only where the faulty equation reads other cells than the right one.
        if news is not None:
            yield from self.settings.faults(methodology, equation, self.dependencies.touched(equation.quantity, news))
        if mutant.part == "when":
            yield from self.new(check_conditions(replace(methodology, equations=cases)))
            yield from self.new(check_cases_of(methodology, equation.quantity))
        yield from self.new(check_letters(replace(methodology, equations=cases)))
        dropped = set(quantities_in(right.formula)) - set(quantities_in(equation.formula))
        if any(self.readers[id_] == {equation.id} for id_ in dropped):
            yield from self.new(check_use(methodology))
        if equation.quantity in self.recomputed:
            yield from self.new(check_recomputed(methodology))

    def newly_read(self, right: Equation, equation: Equation, mutant: Mutant) -> set[str] | None:
        """Return the quantities of which a faulty equation may read other cells than the right one; ``None`` if of none."""
        if mutant.part == "when":
            return set(quantities_in(equation.formula))
        more = _reads(equation.formula) - _reads(right.formula)
        if any(isinstance(part, Binder) for part in more):
            return set(quantities_in(equation.formula))
        return {part.quantity for part in more if isinstance(part, Element | MatrixRef)} or None

    def made(self, run: CaseRun, equation: Equation) -> Methodology:
        """Return the methodology of a case with the fault in it: carried through the steps of its readings."""
        right = self.methodology.equation[equation.id]
        if run.methodology.equation[equation.id] == right:
            return with_equation(run.methodology, equation)
        return with_readings(with_fault(self.base, equation, self.under), run.setting.readings)

    def read_there(self, run: CaseRun, made: Methodology, equation: Equation, news: set[str] | None) -> set[str]:
        """Return what a faulty equation newly reads in a case, where steps of its readings may stand between."""
        if news is None or run.methodology is self.methodology:
            return news or set()
        return set(quantities_in(made.equation[equation.id].formula))

    def new(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for finding in findings:
            if keys_of([finding]) - self.known:
                yield finding

    # -- a quantity or a dataset with one thing wrong

    def judge_unit(self, mutant: Mutant, methodology: Methodology) -> MutantOutcome:
        users = [methodology.equation[id_] for id_ in sorted(self.readers[mutant.subject])]
        users += [e for e in methodology.definitions.get(mutant.subject, ()) if e not in users]
        rules = [rule for rule in methodology.rules if mutant.subject in set(quantities_in(rule.condition))]
        changing = not all(is_homogeneous(equation, methodology) for equation in users)
        changing |= not all(is_homogeneous_rule(rule, methodology) for rule in rules)
        concerned = replace(methodology, equations=tuple(users), rules=tuple(rules), comparisons=())
        for finding in (found for found in check_dimensions(concerned)[1] if found.severity == "error"):
            return MutantOutcome(mutant, "dimensions" if _is_unit_fault(finding) else "static", _told(finding), changing)
        return MutantOutcome(mutant, "nothing", "no equation, rule or value of a dataset tells the two units apart", changing)

    def judge_values(self, mutant: Mutant, methodology: Methodology) -> MutantOutcome:
        for finding in self.new([*check_tables(methodology), *check_recomputed(methodology)]):
            return MutantOutcome(mutant, "static", _told(finding))
        runs = [run for run in self.runs if (mutant.subject, mutant.label) in run.datasets]
        return self.run(mutant, runs, lambda run: run.rebound(replace(run.methodology, datasets=methodology.datasets), self.read_unit), mutant.label)

    # -- a run

    def run(self, mutant: Mutant, runs: list[CaseRun], again: Callable[[CaseRun], Result], quantity: str) -> MutantOutcome:
        """Run the cases: first those that are a project as it stands, with their rules, then all against what is expected."""
        results: list[tuple[CaseRun, Result]] = []
        # Projects as they stand come first, since what a real project would show is worth more than a case that was built to show
        # it.
        for plain in (True, False):
            for run in runs:
                if run.case.is_plain is not plain:
                    continue
                try:
                    result = again(run)
                except MethodologyError as error:
                    return MutantOutcome(mutant, "run-time", f"{run.case.id}: {_said(error)}")
                for code, _, subject in sorted(result.findings - run.result.findings):
                    return MutantOutcome(mutant, "run-time", f"{run.case.id}: {code} {subject}")
                results.append((run, result))
            for run, result in results:
                if run.case.is_plain is plain and (gap := run.case.difference(run.methodology, run.setting, result.values)):
                    return MutantOutcome(mutant, "cases", f"{run.case.id}: {gap}")
        return MutantOutcome(mutant, "nothing", _why_not(results, quantity))


def _why_not(results: list[tuple[CaseRun, Result]], quantity: str) -> str:
    if not results:
        return "no worked case uses it"
    moved = [run.case.id for run, result in results if run.changed(quantity, result.values)]
    if not moved:
        using = f"in all {len(results)} worked cases that use it" if len(results) > 1 else "in the one worked case that uses it"
        return f"{quantity} has the same numbers {using}"
    return f"{quantity} has other numbers in {', '.join(moved[:4])}, and nothing that is compared follows from them"


@dataclass
class _Settings:
    """Settings without a project in which the definitions of a mutant are planned."""

    methodology: Methodology
    #: Each setting with the equations that its plan uses.
    planned: list[tuple[Setting, frozenset[str]]] = field(default_factory=list)
    chosen: dict[str, list[Setting]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.targets = self.methodology.reported
        for setting in settings_to_check(self.methodology):
            plan = plan_run(self.methodology, setting, self.targets)
            self.planned.append((setting, frozenset(step.equation for stage in plan.stages for step in stage.steps)))

    def few(self, equation: str) -> list[Setting]:
        """Return as few settings as have, together, every choice under which an equation is used."""
        if equation not in self.chosen:
            left = [(setting, set(setting.choices.items())) for setting, used in self.planned if equation in used]
            wanted = set().union(*(switches for _, switches in left))
            few = []
            # Greedily: the setting with the most choices that are still wanted, until each was seen once.
            while wanted:
                best, has = max(left, key=lambda one: len(one[1] & wanted))
                few.append(best)
                wanted -= has
            self.chosen[equation] = few
        return self.chosen[equation]

    def moved(self, equation: Equation) -> list[Setting]:
        """Return a few settings in which another condition lets an equation stand, or no longer."""
        right = self.methodology.equation[equation.id]
        if right.when == equation.when or right.when is None or equation.when is None or not is_static(equation.when):
            return []
        both = [(setting, may_hold(right.when, setting), may_hold(equation.when, setting)) for setting, _ in self.planned]
        gone = [setting for setting, before, after in both if before and not after]
        come = [setting for setting, before, after in both if after and not before]
        return [*gone[:_MOST_MOVED], *come[:_MOST_MOVED]]

    def faults(self, methodology: Methodology, equation: Equation, touched: frozenset[str]) -> Iterator[Finding]:
        """Yield what planning a methodology with another version of an equation shows wrong, where it is touched."""
        untouched = frozenset(id_ for id_ in methodology.definitions if id_ not in touched)
        for setting in (*self.moved(equation), *self.few(equation.id)):
            try:
                plan = plan_run(methodology, setting, self.targets, untouched)
            except MethodologyError as error:
                yield Finding(error.code, "error", equation.id, error.what, error.why)
                return
            for id_ in plan.inputs:
                if id_ not in untouched and methodology.quantity[id_].kind == "computed":
                    yield Finding("G403", "error", id_, f"no equation defines {id_}", "", "write its equation")
                    return


def _asked_tables(methodology: Methodology) -> set[str]:
    """Return the quantities that printed tables and comparisons show."""
    found = {result.quantity for result in methodology.published_results}
    for comparison in methodology.comparisons:
        found |= set(quantities_in(comparison.left)) | set(quantities_in(comparison.right))
    return found


def _readers(methodology: Methodology) -> dict[str, set[str]]:
    """Return, for each quantity, the equations whose formula names it."""
    found: dict[str, set[str]] = {quantity.id: set() for quantity in methodology.quantities}
    for equation in methodology.equations:
        for id_ in set(quantities_in(equation.formula)):
            found[id_].add(equation.id)
    return found


def _reads(node: Node) -> set[Node]:
    """Return the elements, matrices and ranges of a formula."""
    return {part for part in walk(node) if isinstance(part, Element | MatrixRef | Binder)}


def _is_unit_fault(finding: Finding) -> bool:
    return finding.code.startswith("U")


def _said(error: MethodologyError) -> str:
    return f"{error.code} {error.what}"


def _told(finding: Finding) -> str:
    return f"{finding.code} {finding.what}"
