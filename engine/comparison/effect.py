"""What a difference between two specs or two project files moves: results side by side, and the difference divided among edits.

Edits are switched on one by one in a stated order, each adding what it moves on top of those before it; and, where they are
few, the same difference is divided without an order by Shapley values, the mean over all orders. Either way the parts add up
to the whole exactly.

Source: L. S. Shapley, A value for n-person games, Contributions to the Theory of Games 2 (1953) 307-317.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

import numpy as np

from engine.checks.refusal import refuse_faulty
from engine.comparison.compare_specs import Side
from engine.comparison.edit_effects import Between, Edit, Key
from engine.output.progress import following
from engine.plan.plan import Plan
from engine.plan.planner import plan_run
from engine.plan.setting import Setting
from engine.project.project_file import ProjectData
from engine.run.run import Run, run_project
from engine.run.version_gap import Loader, set_aside
from equations.errors import Faults, MethodologyError, RefusalError
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.units.registry import parse_unit

#: Up to so many groups of edits are divided without an order as well: two to this power runs.
MOST_PLAYERS = 7
#: Total, then those of further results that both sides have, then what each year holds.
_Vector = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one edit moves, in the unit of the result.

    Attributes
    ----------
    by_year
        Its part of what each year holds.
    by_result
        What it moves of each further result.
    """

    label: str
    edits: tuple[Key, ...]
    difference: float
    by_year: tuple[tuple[str, float], ...] = ()
    by_result: tuple[tuple[str, float], ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        further = {"by_result": dict(self.by_result)} if self.by_result else {}
        return {"edit": self.label, "difference": self.difference, "by_year": dict(self.by_year), **further}


def _difference(before: float | None, after: float | None) -> float | None:
    """Return after less before, ``None`` where a side has no number; in fractions, so that it is rounded once and not by the subtraction, too."""
    return None if before is None or after is None else float(Fraction(after) - Fraction(before))


@dataclass(frozen=True, slots=True)
class FurtherEffect:
    """A result beside the first: what it comes to under both sides; ``None`` where a side does not have it."""

    result: str
    label: str
    unit: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After less before, in the unit of the result."""
        return _difference(self.before, self.after)

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {"result": self.result, "label": self.label, "unit": self.unit, "a": self.before, "b": self.after, "difference": self.difference}


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One number of a result under both sides; ``None`` where a side does not have it."""

    quantity: str
    unit: str
    labels: tuple[tuple[str, str], ...]
    before: float | None
    after: float | None

    @property
    def name(self) -> str:
        """``A[E, 2018]``."""
        return written_cell(self.quantity, [label for _, label in self.labels])

    @property
    def difference(self) -> float | None:
        """After less before, in the unit of the result."""
        return _difference(self.before, self.after)

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "quantity": self.quantity,
            **dict(self.labels),
            "unit": self.unit,
            "a": self.before,
            "b": self.after,
            "difference": self.difference,
        }


@dataclass(frozen=True)
class Effect:
    """What lies between two runs.

    Attributes
    ----------
    in_order
        Contributions of edits switched on one after the other; edits that cannot stand alone are one contribution.
    shapley
        The same without an order, or empty; ``no_shapley`` then says why.
    idle
        Edits that move nothing in this project.
    """

    result: str
    unit: str
    before: float
    after: float
    lines: tuple[ResultLine, ...]
    in_order: tuple[Contribution, ...]
    shapley: tuple[Contribution, ...] = ()
    no_shapley: str = ""
    idle: tuple[str, ...] = ()
    projects: tuple[str, str] = ("", "")
    #: What ``before`` and ``after`` are: the result, or the one of its cells that stands for all (``R[2026]``).
    label: str = ""
    further: tuple[FurtherEffect, ...] = ()
    #: Names of the two projects, and the quantity that says what each year is credited, if there is one.
    titles: tuple[str, str] = ("", "")
    yearly: str = ""

    @property
    def difference(self) -> float:
        """After less before, the nearest float to the exact difference."""
        return float(Fraction(self.after) - Fraction(self.before))

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "result": self.result,
            "label": self.label or self.result,
            "unit": self.unit,
            "a": self.before,
            "b": self.after,
            "difference": self.difference,
            **({"further": [one.as_record() for one in self.further]} if self.further else {}),
            "projects": list(self.projects),
            "results": [line.as_record() for line in self.lines],
            "attribution": {
                "in_order": [c.as_record() for c in self.in_order],
                "shapley": [c.as_record() for c in self.shapley],
                "why_no_shapley": self.no_shapley,
                "without_effect": list(self.idle),
            },
        }


def find_effect(a: Side, b: Side, first: ProjectData, second: ProjectData, load: Loader | None = None) -> Effect:
    """Run a project under each side, or two projects, and attribute the difference of the result.

    Parameters
    ----------
    first, second
        The project under ``a`` and the one under ``b``; the same object where there is one project.
    load
        Reads the version that a project file names (:mod:`engine.run.version_gap`).

    Raises
    ------
    MethodologyError
        Where either side cannot be run; the message says which.
    """
    runs = [_whole_run(side, project, load) for side, project in ((a, first), (b, second))]
    one = set_aside(b.methodology, set_aside(a.methodology, first, load)[0], load)[0] if first is second else runs[0].project
    two = one if first is second else runs[1].project
    between = Between(a, b, one, two)
    needed = set(runs[0].plan.needs) | {between.old_name(q) for q in runs[1].plan.needs}
    attribution = _Attribution(between, needed)
    return attribution.effect(runs[0], runs[1], first, second)


def _whole_run(side: Side, project: ProjectData, load: Loader | None) -> Run:
    try:
        refuse_faulty(side.methodology)
        return run_project(side.methodology, project, parse_unit, _plan, readings=side.readings, load=load)
    except MethodologyError as error:
        head = RefusalError(
            "I513",
            f"{project.path.name} cannot be run under {side.label}",
            remedy="`mrvgraph migrate` carries a project file over and marks what is missing; with it filled in, name both files: --project twice",
        )
        raise Faults([head, *getattr(error, "errors", (error,))]) from error


def _plan(methodology: Methodology, setting: Setting, targets: tuple[str, ...], supplied: frozenset[str]) -> Plan:
    return plan_run(methodology, setting, targets or methodology.reported, supplied)


@dataclass
class _Attribution:
    between: Between
    needed: set[str]
    held: dict[frozenset[Key], _Vector | None] = field(default_factory=dict)
    years: tuple[str, ...] = ()
    #: Results beside the first that both sides have: name of the first side -> name of the second.
    further: dict[str, str] = field(default_factory=dict)

    def effect(self, before: Run, after: Run, first: ProjectData, second: ProjectData) -> Effect:
        active = [edit for edit in self.between.edits if not edit.quantity or edit.quantity in self.needed]
        self.years = tuple(y for y in before.setting.members.get(before.methodology.year_set, ()))
        theirs = {self.between.old_name(id_): id_ for id_ in after.results}
        self.further = {id_: theirs[id_] for id_ in list(before.results)[1:] if id_ in theirs and theirs[id_] != after.methodology.result}
        groups, in_order = self.ordered(
            active,
            _vector(before, self.between.left, self.further, self.years),
            _vector(after, self.between.right, self.further.values(), self.years),
        )
        moving = [group for group, vector in zip(groups, in_order, strict=True) if any(vector)]
        shapley, why = self.without_order(groups, moving, before, after)
        idle = [e.label for e in self.between.edits if e not in active]
        ways = [in_order, shapley] if shapley else [in_order]
        idle += [_label(group) for group, *vectors in zip(groups, *ways, strict=True) if not any(map(any, vectors))]
        kept = [at for at, group in enumerate(groups) if _label(group) not in idle]
        result = before.methodology.quantity[before.methodology.result]
        ends = after.headline.value, before.headline.value

        def parts(vectors: Sequence[_Vector]) -> tuple[Contribution, ...]:
            return self.contributions([groups[at] for at in kept], [vectors[at] for at in kept], *ends)

        return Effect(
            result=after.methodology.result, unit=str(result.unit), before=before.headline.value, after=after.headline.value,
            lines=tuple(_lines(before, after)), in_order=parts(in_order), shapley=parts(shapley) if shapley else (),
            no_shapley=why, idle=tuple(idle), projects=(first.path.name, second.path.name),
            label=after.headline.label, further=tuple(_further(before, after, theirs)), titles=(first.name, second.name),
            yearly=_yearly(after.methodology),
        )  # fmt: skip

    def ordered(self, edits: Sequence[Edit], start: _Vector, end: _Vector) -> tuple[list[list[Edit]], list[_Vector]]:
        """Switch edits on one by one; those whose mixture does not hold together are joined with the next."""
        groups: list[list[Edit]] = []
        parts: list[_Vector] = []
        done: list[Key] = []
        waiting: list[Edit] = []
        last = start
        for edit in edits:
            waiting.append(edit)
            value = self.value([*done, *(e.key for e in waiting)])
            # A mixture that does not hold together is no fault of the project: this edit waits for the next, and they are told as
            # one.
            if value is None:
                continue
            groups.append(waiting)
            parts.append(tuple(x - y for x, y in zip(value, last, strict=True)))
            done += [e.key for e in waiting]
            waiting, last = [], value
        rest = tuple(x - y for x, y in zip(end, last, strict=True))
        # The parts add up to the whole difference in every case, so that nothing of it is lost without a name.
        if waiting or any(rest):
            groups.append(waiting or [Edit(("rest", ""), "what cannot be told apart")])
            parts.append(rest)
        return groups, parts

    def without_order(
        self, groups: list[list[Edit]], moving: list[list[Edit]], before: Run, after: Run
    ) -> tuple[list[_Vector], str]:
        """Return the mean contribution of each group over all orders, or why there is none."""
        if len(moving) < 2:
            return [], "a single edit has no order" if moving else "no edit moves a number"
        if any(edit.key[0] == "rest" for group in groups for edit in group):
            return [], "some edits cannot be told apart"
        if len(groups) > MOST_PLAYERS:
            return [], f"{len(groups)} edits are more than the {MOST_PLAYERS} that are divided without an order"
        size = len(groups)
        width = 1 + len(self.further) + len(self.years)
        sums = [[Fraction(0)] * width for _ in groups]
        for count in range(size):
            # Shapley's weights: the share of all orders in which exactly the chosen edits come before one (L. S. Shapley, A value
            # for n-person games, 1953). In fractions, as these parts have to add up to the last bit, too.
            weight = Fraction(math.factorial(count) * math.factorial(size - count - 1), math.factorial(size))
            for chosen in following(list(combinations(range(size), count)), f"sets of {count} of {size} edits"):
                base = self.value([e.key for at in chosen for e in groups[at]])
                for at in set(range(size)) - set(chosen):
                    more = self.value([e.key for x in (*chosen, at) for e in groups[x]])
                    if base is None or more is None:
                        return [], "some edits only hold together with others"
                    for place in range(width):
                        sums[at][place] += weight * (more[place] - base[place])
        return [tuple(part) for part in sums], ""

    def value(self, keys: Sequence[Key]) -> _Vector | None:
        """Return the result of a mixture, or ``None`` where it does not hold together."""
        chosen = frozenset(keys)
        if chosen not in self.held:
            self.held[chosen] = self.run(chosen)
        return self.held[chosen]

    def run(self, chosen: frozenset[Key]) -> _Vector | None:
        try:
            state = self.between.state(chosen)
            yearly = _yearly(state.methodology)
            run = run_project(
                state.methodology,
                state.project,
                parse_unit,
                _plan,
                readings=state.readings,
                targets=(state.methodology.result, *self.further, *([yearly] if yearly else [])),
            )
        except MethodologyError:
            return None
        return _vector(run, state.methodology, self.further, self.years)

    def contributions(
        self, groups: Sequence[Sequence[Edit]], parts: Sequence[_Vector], after: float, before: float
    ) -> tuple[Contribution, ...]:
        totals = exact_parts([part[0] for part in parts])
        return tuple(
            Contribution(
                _label(group),
                tuple(e.key for e in group),
                total,
                tuple((year, float(x)) for year, x in zip(self.years, part[1 + len(self.further) :], strict=False)),
                tuple((result, float(x)) for result, x in zip(self.further, part[1:], strict=False)),
            )
            for group, part, total in zip(groups, parts, totals, strict=True)
        )


def exact_parts(parts: Sequence[Fraction]) -> list[float]:
    """Return floats that add up (``math.fsum``) to the float nearest to the sum of exact parts.

    Examples
    --------
    >>> exact_parts([Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)])
    [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]
    >>> math.fsum(exact_parts([Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]))
    1.0
    """
    floats = [float(part) for part in parts]
    wanted = float(sum(parts, Fraction(0)))
    if math.fsum(floats) == wanted:
        return floats
    missing = float(Fraction(wanted) - sum((Fraction(x) for x in floats), Fraction(0)))
    # Rounded one by one they may miss the sum by a last bit, and a reader who adds the column would find it.
    for at in sorted(
        range(len(floats)), key=lambda i: -abs(floats[i])
    ):  # the largest part that is fine enough takes what is missing
        tried = [*floats[:at], floats[at] + missing, *floats[at + 1 :]]
        if math.fsum(tried) == wanted:
            return tried
    return floats


def _label(group: Sequence[Edit]) -> str:
    return " and ".join(edit.label for edit in group)


def _yearly(methodology: Methodology) -> str:
    """Return the quantity that holds what each year is credited, else a result by year, or an empty text."""
    yearly = [q for q in methodology.quantities if q.indices == (methodology.year_set,)]
    credited = next((q.id for q in yearly if q.role == "credits"), "")
    return credited or next((q.id for q in yearly if q.id in methodology.result_ids), "")


def _further(before: Run, after: Run, theirs: Mapping[str, str]) -> Iterator[FurtherEffect]:
    """Yield what every result but the first comes to under both sides."""
    old, new = before.results, after.results
    for id_ in dict.fromkeys((*list(old)[1:], *(name for name, own in theirs.items() if own != after.methodology.result))):
        one, two = old.get(id_), new.get(theirs.get(id_, ""))
        if id_ == before.methodology.result and theirs.get(id_) == after.methodology.result:
            continue
        unit = str((before.methodology.quantity.get(id_) or after.methodology.quantity[theirs[id_]]).unit)
        label = two.label if two is not None else one.label if one is not None else id_
        yield FurtherEffect(id_, label, unit, one.value if one is not None else None, two.value if two is not None else None)


def _vector(run: Run, methodology: Methodology, further: Iterable[str], years: Sequence[str]) -> _Vector:
    yearly = _yearly(methodology)
    array = run.values.arrays.get(yearly)
    members = run.setting.members.get(methodology.year_set, ())
    by_year = [
        Fraction(float(array[members.index(y)]))
        if array is not None and y in members and np.isfinite(array[members.index(y)])
        else Fraction(0)
        for y in years
    ]
    return (Fraction(run.headline.value), *(Fraction(run.headline_of(id_).value) for id_ in further), *by_year)


def _lines(before: Run, after: Run) -> list[ResultLine]:
    found = []
    names = dict.fromkeys(q for run in (before, after) for q in (*run.methodology.report, *run.methodology.result_ids))
    for quantity in names:
        cells: dict[tuple[tuple[str, str], ...], list[float | None]] = {}
        unit = ""
        for at, run in enumerate((before, after)):
            if quantity in run.values.arrays:
                axes = run.methodology.quantity[quantity].axis_names
                unit = unit or str(run.methodology.quantity[quantity].unit)
                for labels, value, _ in run.cells(quantity):
                    cells.setdefault(tuple(zip(axes, labels, strict=True)), [None, None])[at] = value
        found += [ResultLine(quantity, unit, labels, *pair) for labels, pair in cells.items()]
    return found
