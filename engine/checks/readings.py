"""Readings: each alone, pairs that meet, and some combinations drawn by a seed. Only what they change is looked at again.

The text is checked as it is read by default; what a reading edits is held against that. Steps nest by declared units, so what holds for
each pair of steps holds for all of them, and the combinations are tried on top.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from engine.checks.dimensions import check_dimensions
from engine.checks.overlaps import check_cases_of, check_conditions, placeholders
from engine.checks.plans import plan_errors
from engine.checks.shared_parts import check_shared_parts
from engine.checks.use import check_letters
from engine.finding import Finding, from_error
from engine.plan.setting import Setting, choices_of
from engine.plan.spec_setting import choice_combinations, placeholder_setting
from equations.errors import MethodologyError, listed
from equations.formula.syntax import quantities_in
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.reading import Adjustment
from equations.readings.composition import blocks_under, with_readings

#: How many combinations are drawn, and by which seed.
DRAWN, SEED = 24, 1
#: Patterns of choices that are tried for one reading, of those on which its equations depend; more are met by a run.
_MOST_PLANS = 256
#: Fields of a quantity that decide whether formulas which read it hold together.
_DECISIVE = ("indices", "unit", "kind", "type", "on", "alternatives", "acts_as")
Taken = tuple[tuple[str, str], ...]


def check_readings(methodology: Methodology) -> list[Finding]:
    """Look at a methodology under each reading that edits it, under pairs that meet, and under combinations of all."""
    edited = [(r.id, x.id) for r in methodology.rulings for x in r.readings if x.edits]
    if not edited:
        return []
    work = _Readings(methodology)
    work.note(_readers(methodology), "")
    for one in edited:
        work.look((one,), whole=True)
    for pair in combinations(edited, 2):
        if pair[0][0] != pair[1][0] and (meets := work.meet(*pair)):
            work.look(pair, whole=meets == "definition")
    for taken in drawn(methodology):
        work.look(taken)
    return [*work.found.values(), *_meetings(methodology)]


def drawn(methodology: Methodology) -> Iterator[Taken]:
    """Yield combinations of readings, by a fixed seed."""
    draw = random.Random(SEED)
    several = [ruling for ruling in methodology.rulings if sum(bool(reading.edits) for reading in ruling.readings)]
    for _ in range(DRAWN if len(several) > 2 else 0):
        taken = [(ruling.id, draw.choice(ruling.readings).id) for ruling in several]
        yield tuple((id_, reading) for id_, reading in taken if reading != methodology.ruling[id_].default)


@dataclass
class _Readings:
    base: Methodology
    found: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    #: Equations that were looked at.
    seen: set[Equation] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.bases = placeholders(self.base)
        self.held = {id(entry) for entry in (*self.base.equations, *self.base.rules)}
        self.touched: dict[tuple[str, str], tuple[set[str], set[str], set[str]]] = {}

    def look(self, taken: Taken, *, whole: bool = False) -> None:
        """Look at what some readings change.

        Parameters
        ----------
        whole
            Whether cases, needs and uses are looked at too, and not only whether the edits fit each other and the units.
        """
        under = ", ".join(f"{ruling} = {reading}" for ruling, reading in taken)
        try:
            methodology = with_readings(self.base, dict(taken))
        except MethodologyError as error:
            self.note([from_error(one, taken[-1][0]) for one in getattr(error, "errors", (error,))], under, alone=len(taken) > 1)
            return
        changed = [e for e in methodology.equations if id(e) not in self.held and e not in self.seen]
        self.seen |= set(changed)
        self.note(self.of_equations(methodology, changed), under)
        if whole and self.note(self.of_sets(methodology), under) and self.note(self.of_cases(methodology), under):
            self.note(self.of_needs(methodology, dict(taken)), under)
            self.note(self.of_uses(methodology, changed), under)

    def note(self, findings: Iterable[Finding], under: str, *, alone: bool = False) -> bool:
        """Keep what was not said before; return whether there was no error."""
        well = True
        for finding in findings:
            well &= finding.severity != "error"
            where = f"found under {under}" if not alone else f"where {under}"
            said = (f"{finding.evidence} ({where})" if finding.evidence else where) if under else finding.evidence
            self.found.setdefault((finding.code, finding.subject, finding.what), replace(finding, evidence=said))
        return well

    # -- what is looked at

    def of_equations(self, methodology: Methodology, changed: list[Equation]) -> list[Finding]:
        """Return what the units of changed equations, rules and declarations show."""
        declared = {q.id for q in methodology.quantities if self.declares_otherwise(q)}
        concerned = [e for e in methodology.equations if e.quantity in declared or not declared.isdisjoint(_named(e))] if declared else []
        rules = tuple(r for r in methodology.rules if id(r) not in self.held or not declared.isdisjoint(quantities_in(r.condition)))
        part = replace(methodology, equations=tuple(dict.fromkeys((*changed, *concerned))), rules=rules, comparisons=(), published_results=())
        return [f for f in check_dimensions(part)[1] if f.severity == "error" or f.code == "W820"]

    def declares_otherwise(self, quantity: Quantity) -> bool:
        held = self.base.quantity.get(quantity.id)
        return held is not None and held is not quantity and any(getattr(held, n) != getattr(quantity, n) for n in _DECISIVE)

    def of_sets(self, methodology: Methodology) -> list[Finding]:
        """Return what is wrong with parts of members, where the readings say how they are shared."""
        return check_shared_parts(methodology) if methodology.index_sets != self.base.index_sets else []

    def of_cases(self, methodology: Methodology) -> list[Finding]:
        found = check_conditions(methodology)
        if found:
            return found
        for quantity, cases in methodology.definitions.items():
            before = self.base.definitions.get(quantity, ())
            if len(cases) != len(before) or any(_case(a) != _case(b) for a, b in zip(cases, before, strict=True) if a is not b):
                found += check_cases_of(methodology, quantity, self.bases)
        return found

    def of_needs(self, methodology: Methodology, readings: dict[str, str]) -> list[Finding]:
        """Return what walking the needs shows, under the choices on which the changed definitions depend."""
        kept = {id(e) for e in methodology.equations}
        quantities = {e.quantity for e in methodology.equations if id(e) not in self.held}
        quantities |= {e.quantity for e in self.base.equations if id(e) not in kept}
        cases = [e for e in (*self.base.equations, *methodology.equations) if e.quantity in quantities and e.when is not None]
        named = sorted({id_ for case in cases if case.when is not None for id_ in choices_of(case.when)})
        found = []
        for choices in _combinations(methodology, named):
            setting: Setting = placeholder_setting(methodology, choices, readings)
            for error in plan_errors(methodology, setting):
                found.append(from_error(error, error.subject))
        return found

    def of_uses(self, methodology: Methodology, changed: list[Equation]) -> list[Finding]:
        """Return what readings declare and nothing uses, and letters that a changed equation forgets."""
        own = [e for e in methodology.equations if id(e) not in self.held]
        read = set(methodology.reported).union(*(set(quantities_in(e.formula)) - ({e.quantity} if e.solver else set()) for e in own))
        read = read.union(*(quantities_in(rule.condition) for rule in methodology.rules if id(rule) not in self.held))
        unused = [
            Finding("W801", "warning", q.id, f"{q.id} is declared and no equation or rule uses it", q.meaning, "use it, or remove it",
                    source=str(q.source), place=q.place)
            for q in methodology.quantities if q.id not in self.base.quantity and q.id not in read
        ]  # fmt: skip
        defined = {e.quantity for e in changed}
        of_them = replace(methodology, equations=tuple(e for id_ in defined for e in methodology.definitions[id_]))
        ids = {e.id for e in changed}
        return [*unused, *(f for f in check_letters(of_them) if f.subject in ids)]

    def meet(self, one: tuple[str, str], other: tuple[str, str]) -> str:
        """Say where two readings meet: at the ``definition`` of a quantity, at a ``step`` behind one or a name, or nowhere."""
        defined, stepped, named = zip(*(self.touches(taken) for taken in (one, other)), strict=True)
        both = len(blocks_under(self.base, (one, other))) > sum(len(blocks_under(self.base, (taken,))) for taken in (one, other))
        if both or not defined[0].isdisjoint(defined[1]):
            return "definition"
        return "step" if not stepped[0].isdisjoint(stepped[1] | named[1]) or not named[0].isdisjoint(stepped[1] | named[1]) else ""

    def touches(self, taken: tuple[str, str]) -> tuple[set[str], set[str], set[str]]:
        """Return the quantities that a reading defines otherwise, those behind which it puts steps with their readers, and all that it names."""
        if taken not in self.touched:
            blocks = blocks_under(self.base, (taken,))
            entries = [edit for block in blocks for edit in block.entries]
            steps = [step for block in blocks for step in block.steps]
            defined = {edit.entry.quantity for edit in entries if isinstance(edit.entry, Equation)}
            defined |= {self.base.equation[edit.id].quantity for edit in entries if edit.list == "equations" and edit.id in self.base.equation}
            defined |= {step.of for step in steps if not step.readers}
            stepped = {name for step in steps if step.readers for name in (step.of, *step.readers)}
            named = {edit.id for edit in entries} | {q.id for step in steps for q in step.quantities}
            self.touched[taken] = defined, stepped, named
        return self.touched[taken]


def _case(equation: Equation) -> tuple[object, ...]:
    return equation.id, equation.when, equation.defines, equation.letters


def _combinations(methodology: Methodology, named: list[str]) -> Iterator[dict[str, str]]:
    """Yield combinations of choices, each pattern of those that are named once."""
    seen: set[tuple[str, ...]] = set()
    for choices in choice_combinations(methodology):
        key = tuple(choices[id_] for id_ in named)
        if key not in seen and len(seen) < _MOST_PLANS:
            seen.add(key)
            yield choices


def _named(equation: Equation) -> set[str]:
    return {equation.quantity, *quantities_in(equation.formula)}


def _readers(methodology: Methodology) -> Iterator[Finding]:
    """Report names under ``in:`` that do not read the quantity behind which a step stands."""
    forms: dict[str, list[Equation]] = {equation.id: [equation] for equation in methodology.equations}
    steps: dict[str, list[Adjustment]] = {}
    blocks = [block for ruling in methodology.rulings for reading in ruling.readings for block in reading.edits]
    for block in blocks:
        for equation in block.equations:
            forms.setdefault(equation.id, []).append(equation)
        for step in block.steps:
            steps.setdefault(block.under[0][0], []).append(step)
    for step in (step for block in blocks for step in block.steps):
        for reader in step.readers:
            own = forms.get(reader) or [e for other in steps.get(reader, ()) for e in other.equations]
            if not any(step.of in quantities_in(e.formula) for e in own):
                yield Finding("G408", "error", reader, f"{reader} does not read {step.of}, behind which a step for it stands",
                              "what does not read a quantity is not changed by a step", "name the equations that read it, or take it out",
                              place=step.place)  # fmt: skip


def _meetings(methodology: Methodology) -> Iterator[Finding]:
    """Say of each quantity behind which several rulings put steps in which order they stand."""
    steps: dict[str, dict[str, Adjustment]] = {}
    for ruling in methodology.rulings:
        for reading in ruling.readings:
            for block in reading.edits:
                for step in block.steps:
                    steps.setdefault(step.of, {}).setdefault(ruling.id, step)
    for of, own in steps.items():
        unsaid = [b for a, b in combinations(own, 2) if a not in own[b].after and b not in own[a].after]
        if len(own) > 1 and unsaid:
            yield Finding(
                "W830", "note", of, f"steps of several rulings stand behind {of}: {listed(list(own), 8)}",
                "where `after:` says nothing they stand in the order of the file", "look whether the order is meant, and say it by `after:`",
                place=next(iter(own.values())).place,
            )  # fmt: skip
