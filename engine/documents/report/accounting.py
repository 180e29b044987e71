"""The accounting of a run by role: baseline, emissions with the project term by term, reductions and what is credited, year by year."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.run.formula import FormulaEvaluator, Scope
from engine.run.run import Run
from equations.formula.syntax import Binary, Element, IndexLetter, Node, walk
from equations.model.quantity import Quantity

#: A source below this share of the others is too small to be seen beside them.
SMALL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class EmissionSource:
    """One term of the emissions with the project, with its value in each year; NaN where they, or it, have no number."""

    name: str
    values: tuple[float, ...]

    @property
    def total(self) -> float:
        """The sum over the years in which it has a number."""
        return math.fsum(v for v in self.values if math.isfinite(v))


def years_of(run: Run) -> tuple[str, ...]:
    """Return the years of a run."""
    return tuple(run.setting.members.get(run.methodology.year_set, ()))


def of_role(run: Run, role: str) -> Quantity | None:
    """Return the quantity of a role by year: one that the report shows, else the first."""
    m = run.methodology
    found = [q for q in m.quantities if q.role == role and q.indices == (m.year_set,) and q.id in run.values.arrays]
    shown = [q for q in found if q.id in m.report]
    return next(iter(shown or found), None)


def by_year(run: Run, quantity: Quantity) -> tuple[float, ...]:
    """Return the values of a quantity by year, NaN for years in which it has no number, which is not nought."""
    return tuple(float(v) if math.isfinite(v) else math.nan for v in run.values.arrays[quantity.id])


def over_years(run: Run, quantity: Quantity) -> float:
    """Return the sum of a quantity over the years in which it has a number."""
    return math.fsum(v for v in by_year(run, quantity) if math.isfinite(v))


@dataclass(frozen=True, slots=True)
class EmissionTerm:
    """One term of the emissions with the project: its name, its sign, and what it is for every year of a scope."""

    name: str
    sign: int
    formula: Node
    scope: Scope


def emission_sources(run: Run) -> tuple[EmissionSource, ...]:
    """Return the terms of the equation that gives the emissions with the project, in written order."""
    count, has_number = len(years_of(run)), counted_years(run)
    evaluator = FormulaEvaluator(run.methodology, run.setting, dict(run.values.arrays))
    sources = []
    for term in emission_terms(run):
        with np.errstate(all="ignore"):
            values = np.broadcast_to(np.asarray(evaluator.value(term.formula, term.scope)[0], float), (count,))
        sources.append(EmissionSource(term.name, tuple(
            term.sign * float(v) if counts and math.isfinite(v) else math.nan for v, counts in zip(values, has_number, strict=True))))  # fmt: skip
    return tuple(sources)


def counted_years(run: Run) -> tuple[bool, ...]:
    """Return in which years the emissions with the project have a number."""
    quantity = of_role(run, "project")
    return tuple(not math.isnan(v) for v in by_year(run, quantity)) if quantity is not None else ()


def emission_terms(run: Run) -> tuple[EmissionTerm, ...]:
    """Return the terms of the emissions with the project, nothing where there is not one equation by year."""
    quantity = of_role(run, "project")
    steps = run.values.steps.get(quantity.id, ()) if quantity is not None else ()
    equations = list(dict.fromkeys(step.equation for step in steps))
    if len(equations) != 1:
        return ()
    equation = run.methodology.equation[equations[0]]
    letter = next((i.letter for i in equation.defines.indices if isinstance(i, IndexLetter)), "")
    if not letter:
        return ()
    scope = Scope().bound(letter, run.methodology.year_set, np.arange(len(years_of(run))))
    return tuple(EmissionTerm(_name(run, term), sign, term, scope) for sign, term in _terms(equation.formula, 1))


def _terms(node: Node, sign: int) -> Iterator[tuple[int, Node]]:
    if isinstance(node, Binary) and node.op in ("+", "-"):
        yield from _terms(node.left, sign)
        yield from _terms(node.right, sign if node.op == "+" else -sign)
    else:
        yield sign, node


def _name(run: Run, term: Node) -> str:
    """Name a term by the quantity that it is, by one that is defined as just this, or by what stands in it."""
    m = run.methodology
    if isinstance(term, Element):
        return m.quantity[term.quantity].title
    same = next((m.quantity[e.quantity].title for e in m.equations if e.formula == term), "")
    return same or ", ".join(dict.fromkeys(m.quantity[n.quantity].title for n in walk(term) if isinstance(n, Element)))


def balance_steps(run: Run) -> list[tuple[str, float, bool]]:
    """Return the way from the baseline to what is credited as totals over the years, or nothing where it does not add up."""
    level, reductions, credits, leakage = (of_role(run, role) for role in ("baseline", "reductions", "credits", "leakage"))
    sources = [(source.name, -source.total) for source in emission_sources(run)]
    if level is None or reductions is None or not sources:
        return []
    top, cut = (over_years(run, q) for q in (level, reductions))
    if leakage is not None and not _adds_up(top, sources, cut):  # not among the emissions with the project
        sources.append((leakage.title, -over_years(run, leakage)))
    if not _adds_up(top, sources, cut):
        return []
    steps = [(level.title, top, True), *((name, value, False) for name, value in sources), (reductions.title, cut, True)]
    if credits is None:
        return steps
    end = over_years(run, credits)
    if not math.isclose(cut, end, rel_tol=1e-12, abs_tol=1e-9):
        steps.append(("Held back", end - cut, False))
    return [*steps, (credits.title, end, True)]


def _adds_up(top: float, sources: list[tuple[str, float]], cut: float) -> bool:
    return math.isclose(top + math.fsum(value for _, value in sources), cut, rel_tol=1e-9, abs_tol=1e-6)
