"""Cases of one quantity: for every combination of the switches that its own cases name, each cell has at most one definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from engine.finding import Finding
from engine.plan.setting import Setting, choices_of, holds, is_static, letters_of
from engine.plan.shapes import shapes
from engine.plan.spec_setting import choice_combinations, listings, placeholder_setting
from equations.formula.syntax import IndexLabel, IndexLetter, Member, walk
from equations.model.cell_labels import written_cell
from equations.model.equation import Equation
from equations.model.left_side import LeftSide, left_side
from equations.model.methodology import Methodology

MOST_COMBINATIONS = 4096
_MOST_PLANS = 16
Switches = tuple[tuple[str, str], ...]
Cell = tuple[str, ...]


def check_conditions(methodology: Methodology) -> list[Finding]:
    """Cases are decided by choices, years and members, never by numbers."""
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
                    "when: decides by choices, years and members, so that it can be proven complete",
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
        G402 where two cases define one cell, W804 for a case that never holds.
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
                f"the cases of {quantity} name too many choices to go through them all",
                f"more than {MOST_COMBINATIONS} combinations",
                "divide the quantity into several, each with fewer switches",
            )
        ]
    return [*table.overlaps(), *table.dead()]


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
        named = sorted(set().union(*(choices_of(case.when) for case in cases if case.when is not None)))
        values = [[value.id for value in methodology.choice[id_].values] for id_ in named]
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
            shown = written_cell(self.quantity, cell)
            asked = [self.methodology.index_set[set_id] for case in (one, two) for set_id in _sets_asked(case)]
            listed = sorted({s.id for s in asked if s.subset_of and s.project != "fixed"})
            always = f"both hold where a project lists {' or '.join(listed)} so" if listed else "both hold always"
            where = f"both hold where {_words(combination)}" if combination else always
            more = f", and in {len(places) - 1} more of {len(self.combinations)} combinations" if len(places) > 1 else ""
            yield Finding(
                "G402",
                "error",
                self.quantity,
                f"{shown} is defined twice: by {one.full_label} and {two.full_label}",
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
                    f"{case.full_label} never holds",
                    "no choice, year or member makes its `when:` true",
                    "correct the condition, or remove the equation",
                    place=place,
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
        named = choices_of(self.case.when) if self.case.when is not None else set()
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
    return tuple(placeholder_setting(methodology, choices, start=shape.start, count=shape.count, listed=listed, sizes=shape.sizes)
                 for listed, shape in product(listings(methodology), shapes(methodology)))  # fmt: skip


def _with(base: Setting, combination: Switches) -> Setting:
    return replace(base, choices={**base.choices, **dict(combination)})


def _words(combination: Switches) -> str:
    return ", ".join(f"{id_} = {value}" for id_, value in combination)


def _sets_asked(case: Equation) -> set[str]:
    return {node.set for node in walk(case.when) if isinstance(node, Member)} if case.when is not None else set()


def _live_axes(methodology: Methodology, quantity: str, cases: tuple[Equation, ...]) -> tuple[int, ...]:
    """Return the axes on which cases differ: by a condition, a subset or a label."""
    live: set[int] = set()
    for case in cases:
        left = left_side(case, methodology.quantity[quantity])
        named = letters_of(case.when) if case.when is not None else set[str]()
        for at, (index, axis) in enumerate(zip(left.indices, left.axes, strict=True)):
            part = isinstance(index, IndexLetter) and (index.letter in named or left.sets[index.letter] != axis)
            live |= {at} if part or isinstance(index, IndexLabel) else set()
    return tuple(sorted(live))


def _cells(case: Equation, live: tuple[int, ...], setting: Setting, methodology: Methodology) -> Iterator[Cell]:
    """Yield the cells, by their labels on the live axes, for which a case holds."""
    left = left_side(case, methodology.quantity[case.quantity])
    for cell in product(*(_labels(left, at, setting) for at in live)):
        labels = {letter: cell[live.index(at)] for letter, at in left.place_of.items() if at in live}
        if case.when is None or holds(case.when, setting, labels):
            yield cell


def _labels(left: LeftSide, at: int, setting: Setting) -> tuple[str, ...]:
    index, members = left.indices[at], setting.members[left.axes[at]]
    if isinstance(index, IndexLetter):
        own = set(setting.members[left.sets[index.letter]])
        return tuple(member for member in members if member in own)
    return (setting.label(index, left.axes[at]),) if isinstance(index, IndexLabel) else members
