"""Cases of one quantity: for every combination of the switches that its own cases name, each cell has at most one definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from engine.checks.plans import plan_errors
from engine.finding import Finding
from engine.plan.setting import Setting, holds, is_static, letters_of, switches_of
from engine.plan.spec_setting import choice_combinations, placeholder_setting, spans
from equations.errors import MethodologyError
from equations.formula.syntax import Compare, Element, IndexLabel, IndexLetter, Logic, MatrixRef, Node, Not, Switch, Word, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology

MOST_COMBINATIONS = 4096
_MOST_PLANS = 16
Switches = tuple[tuple[tuple[str, str], str], ...]
Cell = tuple[str, ...]


def check_conditions(methodology: Methodology) -> list[Finding]:
    """Cases are decided by choices, readings, years and members, never by numbers."""
    findings = []
    for equation in methodology.equations:
        if equation.when is not None and not is_static(equation.when):
            place = equation.when_source.place(equation.when.span) if equation.when_source else equation.place
            findings.append(
                Finding(
                    "X207",
                    "error",
                    equation.id,
                    "a case that depends on a number",
                    "when: decides by choices, readings, years and members, so that it can be proven complete",
                    "write cases(condition: a, otherwise: b) in the formula",
                    place=place,
                )
            )
    return findings


def check_cases(methodology: Methodology) -> list[Finding]:
    """Look at the cases of every quantity; see :func:`check_cases_of`."""
    findings: list[Finding] = []
    bases = placeholders(methodology)
    for quantity in methodology.definitions:
        findings += check_cases_of(methodology, quantity, bases)
    return findings


def check_cases_of(methodology: Methodology, quantity: str, bases: tuple[Setting, ...] = ()) -> list[Finding]:
    """Enumerate the switches that the cases of one quantity name.

    Parameters
    ----------
    bases
        What :func:`placeholders` gives; made here if absent.

    Returns
    -------
    list of Finding
        G402 where two cases define one cell, W804 for a case that never holds, G403 for a combination of readings that leaves cells
        without a definition that a run needs.
    """
    cases = methodology.definitions[quantity]
    if all(case.when is None for case in cases) and len(cases) == 1:
        return []
    if any(case.when is not None and not is_static(case.when) for case in cases):
        return []
    table = _CaseTable.of(methodology, quantity, bases or placeholders(methodology))
    if table is None:
        return [
            Finding(
                "G402",
                "note",
                quantity,
                f"the cases of {quantity} name too many choices and readings to go through them all",
                f"more than {MOST_COMBINATIONS} combinations",
            )
        ]
    return [*table.overlaps(), *table.dead(), *table.gaps()]


@dataclass(frozen=True)
class _CaseTable:
    """For each combination of switches and each case, the cells that it defines; axes that no case tells apart are left out."""

    methodology: Methodology
    quantity: str
    cases: tuple[Equation, ...]
    combinations: tuple[Switches, ...]
    cells: tuple[tuple[frozenset[Cell], ...], ...]

    @staticmethod
    def of(methodology: Methodology, quantity: str, bases: tuple[Setting, ...]) -> _CaseTable | None:
        cases = methodology.definitions[quantity]
        named = sorted(set().union(*(switches_of(case.when) for case in cases if case.when is not None)))
        values = [_values(methodology, kind, id_) for kind, id_ in named]
        count = 1
        for options in values:
            count *= len(options)
        if count > MOST_COMBINATIONS:
            return None
        combinations = tuple(tuple(zip(named, chosen, strict=True)) for chosen in product(*values))
        live = _live_axes(methodology, quantity, cases)
        covered = [_Covered(methodology, case, live, bases) for case in cases]
        cells = tuple(tuple(case.cells(combination) for case in covered) for combination in combinations)
        return _CaseTable(methodology, quantity, cases, combinations, cells)

    def overlaps(self) -> Iterator[Finding]:
        """Yield each pair of cases that define one cell, with the first combination where they do."""
        found: dict[tuple[int, int], list[tuple[Switches, Cell]]] = {}
        for combination, covered in zip(self.combinations, self.cells, strict=True):
            for second in range(len(self.cases)):
                for first in range(second):
                    both = covered[first] & covered[second]
                    if both:
                        found.setdefault((first, second), []).append((combination, min(both)))
        for (first, second), places in found.items():
            one, two = self.cases[first], self.cases[second]
            combination, (_, *cell) = places[0]
            shown = f"{self.quantity}[{', '.join(cell)}]" if cell else self.quantity
            where = f"both hold where {_words(combination)}" if combination else "both hold always"
            more = f", and in {len(places) - 1} more of {len(self.combinations)} combinations" if len(places) > 1 else ""
            yield Finding(
                "G402",
                "error",
                self.quantity,
                f"{shown} is defined twice: by {one.label} ({one.id}) and {two.label} ({two.id})",
                where + more,
                "make their `when:` exclude each other",
                place=two.place,
            )

    def dead(self) -> Iterator[Finding]:
        """Yield cases that hold for no cell under any combination."""
        for at, case in enumerate(self.cases):
            if not any(covered[at] for covered in self.cells):
                place = case.when_source.place(case.when.span) if case.when_source and case.when else case.place
                yield Finding(
                    "W804",
                    "warning",
                    case.id,
                    f"{case.label} ({case.id}) never holds",
                    "no choice, reading, year or member makes its `when:` true",
                    "correct the condition, or remove the equation",
                    place=place,
                )

    def gaps(self) -> Iterator[Finding]:
        """Yield combinations of readings that leave out cells which other readings define, where a run needs them."""
        defined: dict[Switches, set[Cell]] = {}
        for combination, covered in zip(self.combinations, self.cells, strict=True):
            chosen = tuple(pair for pair in combination if pair[0][0] == "choice")
            defined.setdefault(chosen, set()).update(*covered)
        for combination, covered in zip(self.combinations, self.cells, strict=True):
            chosen = tuple(pair for pair in combination if pair[0][0] == "choice")
            missing = defined[chosen] - frozenset().union(*covered)
            if missing and (error := self.needed(combination)) is not None:
                where = f"no case holds where {_words(combination)}"
                yield Finding("G403", "error", self.quantity, error.what, where, error.remedy, place=error.place)
                return

    def needed(self, combination: Switches) -> MethodologyError | None:
        """Return the planner's error if a run under a combination lacks a definition of the quantity."""
        if not self.asked_for(dict(combination)):
            return None
        choices = {id_: value for (kind, id_), value in combination if kind == "choice"}
        readings = {id_: value for (kind, id_), value in combination if kind == "reading"}
        agreeing = [c for c in choice_combinations(self.methodology) if all(c[id_] == value for id_, value in choices.items())]
        for whole in agreeing[:_MOST_PLANS]:
            for error in plan_errors(self.methodology, placeholder_setting(self.methodology, whole, readings)):
                if error.code == "G403" and error.what.split("[")[0] == f"no equation defines {self.quantity}":
                    return error
        return None

    def asked_for(self, switches: Mapping[tuple[str, str], str]) -> bool:
        """Whether anything that may hold under some switches uses the quantity."""
        if self.quantity in self.methodology.reported:
            return True
        return any(
            any(isinstance(node, Element | MatrixRef) and node.quantity == self.quantity for node in walk(user.formula))
            for user in self.methodology.equations
            if user.when is None or _decided(user.when, switches) is not False
        )


@dataclass
class _Covered:
    """The cells for which one case holds, kept for each combination of the switches that the case itself names."""

    methodology: Methodology
    case: Equation
    live: tuple[int, ...]
    bases: tuple[Setting, ...]
    known: dict[Switches, frozenset[Cell]] = field(default_factory=dict)

    def cells(self, combination: Switches) -> frozenset[Cell]:
        named = switches_of(self.case.when) if self.case.when is not None else set()
        own = tuple(pair for pair in combination if pair[0] in named)
        if own not in self.known:
            self.known[own] = frozenset(
                (str(at), *cell)  # cells of one project are not those of another that starts in another year
                for at, base in enumerate(self.bases)
                for cell in _cells(self.case, self.live, _with(base, own), self.methodology)
            )
        return self.known[own]


def placeholders(methodology: Methodology) -> tuple[Setting, ...]:
    """Return settings without a project, on both sides of every year that a condition names."""
    choices = next(choice_combinations(methodology))
    return tuple(placeholder_setting(methodology, choices, start=start, count=count) for start, count in spans(methodology))


def _decided(node: Node, switches: Mapping[tuple[str, str], str]) -> bool | None:
    """Decide as much of a condition as some switches can; ``None`` where anything else decides."""
    match node:
        case Logic(op=op, parts=parts):
            values = [_decided(part, switches) for part in parts]
            decisive = op == "or"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case Not(operand=operand):
            inner = _decided(operand, switches)
            return None if inner is None else not inner
        case Compare(op=op, left=Switch(kind=kind, id=id_), right=Word(text=text)) if (kind, id_) in switches:
            return (switches[kind, id_] == text) is (op == "==")
    return None


def _with(base: Setting, combination: Switches) -> Setting:
    choices = {id_: value for (kind, id_), value in combination if kind == "choice"}
    readings = {id_: value for (kind, id_), value in combination if kind == "reading"}
    return replace(base, choices={**base.choices, **choices}, readings={**base.readings, **readings})


def _values(methodology: Methodology, kind: str, id_: str) -> list[str]:
    if kind == "choice":
        return [value.id for value in methodology.choice[id_].values]
    return [reading.id for reading in methodology.ruling[id_].readings]


def _words(combination: Switches) -> str:
    return ", ".join(f"{id_} = {value}" for (_, id_), value in combination)


def _left(case: Equation) -> tuple[object, ...]:
    """Return the index on each axis of the left side; ``None`` for the row and the column of a matrix."""
    left = case.defines
    if isinstance(left, Element):
        return left.indices
    return (*((None,) if left.diagonal else (None, None)), *left.indices)


def _live_axes(methodology: Methodology, quantity: str, cases: tuple[Equation, ...]) -> tuple[int, ...]:
    """Return the axes on which cases differ: by a condition, a subset or a label."""
    axes = methodology.quantity[quantity].indices
    live = []
    for at, axis in enumerate(axes):
        for case in cases:
            index = _left(case)[at]
            if isinstance(index, IndexLabel):
                live.append(at)
                break
            if isinstance(index, IndexLetter):
                named = case.when is not None and index.letter in letters_of(case.when)
                if named or dict(case.letters)[index.letter] != axis:
                    live.append(at)
                    break
    return tuple(live)


def _cells(case: Equation, live: tuple[int, ...], setting: Setting, methodology: Methodology) -> Iterator[Cell]:
    """Yield the cells, by their labels on the live axes, for which a case holds."""
    axes = methodology.quantity[case.quantity].indices
    left = _left(case)
    allowed = [_labels(left[at], axes[at], case, setting) for at in live]
    for cell in product(*allowed):
        labels = {}
        for at, label in zip(live, cell, strict=True):
            index = left[at]
            if isinstance(index, IndexLetter):
                labels[index.letter] = label
        if case.when is None or holds(case.when, setting, labels, methodology.year_set):
            yield cell


def _labels(index: object, axis: str, case: Equation, setting: Setting) -> tuple[str, ...]:
    members = setting.members[axis]
    if isinstance(index, IndexLetter):
        own = set(setting.members[dict(case.letters)[index.letter]])
        return tuple(member for member in members if member in own)
    if isinstance(index, IndexLabel):
        return (members[0 if index.label == "start" else -1],) if index.mark else (index.label,)
    return members
