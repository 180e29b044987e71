"""Slips in one equation: the small faults of ``mutate``, and those of people at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.audit.desk.slip import Slip
from engine.mutation.formula_faults import formula_faults
from engine.run.run import Run
from equations.formula.functions import FUNCTIONS
from equations.formula.operands import PRODUCT, name_of, parts_of, product_of
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    Element,
    IndexLabel,
    IndexLetter,
    Letter,
    MatrixRef,
    Node,
    Number,
    Points,
    Reduce,
    Word,
    rebuild,
    walk,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology

#: Factors by which a number is mistaken, in words.
FACTORS: tuple[tuple[float, str], ...] = (
    (1000.0, "a thousand times too large"), (1 / 1000, "a thousand times too small"),
    (100.0, "a hundred times too large (percent for a fraction)"), (1 / 100, "a hundred times too small (a fraction for percent)"),
    (10.0, "ten times too large"), (1 / 10, "ten times too small"), (1e6, "a million times too large"), (1e-6, "a million times too small"),
    (12.0, "twelve times too large (a year for a month)"), (1 / 12, "twelve times too small (a month for a year)"),
    (44 / 12, "times 44/12 (carbon turned into CO2 once more)"), (12 / 44, "times 12/44 (CO2 as carbon)"),
    (365.0, "365 times too large (a year for a day)"), (1 / 365, "365 times too small (a day for a year)"),
    (2.0, "counted twice"), (0.5, "halved"),
)  # fmt: skip
YEARS = ("365", "366", "360", "365.25")
#: Members of a set of which each is left out or counted twice in turn; of larger sets none is.
MOST_MEMBERS = 200
_DAY = "[time]"


def formula_slips(run: Run, equation: Equation) -> Iterator[Slip]:
    """Yield every slip in the formula of an equation, as it stands in a run."""
    seen: set[Node] = {equation.formula}
    for kind, what, formula in _all(run, equation):
        if formula not in seen:
            seen.add(formula)
            yield Slip(kind, what, equation.label, equation.quantity, equation.id, formula)


def _all(run: Run, equation: Equation) -> Iterator[tuple[str, str, Node]]:
    formula, letters = equation.formula, dict(equation.letters)
    for fault in formula_faults(formula, letters, run.methodology):
        yield fault.operator, fault.what, fault.formula
    for node in {id(node): node for node in walk(formula)}.values():  # what stands twice may be wrong in one of the two places
        for kind, what, new in _of_node(node, run):
            yield kind, what, rebuild(formula, {id(node): new})
    yield from _other_cases(run, equation)


def _of_node(node: Node, run: Run) -> Iterator[tuple[str, str, Node]]:
    match node:
        case Element() | MatrixRef():
            yield from _scaled(node)
            yield "rounding", f"{name_of(node)} rounded to whole units, here alone", Call("round", (node,))
            yield from _neighbours(node, run.methodology)
            yield from _frozen(node, run)
            if run.methodology.quantity[node.quantity].unit.powers == _powers_of_day(run.methodology):
                yield from _days(node, name_of(node))
        case Call(name=name) if FUNCTIONS[name].rule == "calendar":
            yield from _days(node, name)
        case Reduce(kind="Sum", body=body) if not isinstance(body, Points):
            yield from _means(node)
            yield from _members(node, run)
        case Binary(op="/", left=Reduce(kind="Sum") as over, right=Reduce(kind="Sum") as under):
            yield from _plain_means(over, under)


def _days(node: Node, name: str) -> Iterator[tuple[str, str, Node]]:
    """Yield other days of a year, and the day that is missed or doubled where the first or the last is counted wrongly."""
    yield from (("days of a year", f"{days} for {name}", Number(days)) for days in YEARS)
    yield "days of a year", f"{name} without its first or last day", Binary("-", node, Number("1"))
    yield "days of a year", f"{name} with a day too many", Binary("+", node, Number("1"))


def _powers_of_day(methodology: Methodology) -> tuple[object, ...]:
    day = next((q.unit.powers for q in methodology.quantities if q.unit.text == "day"), None)
    return day if day is not None else ((_DAY, 1),)


def _scaled(node: Element | MatrixRef) -> Iterator[tuple[str, str, Node]]:
    for factor, words in FACTORS:
        yield "factor of a unit", f"{name_of(node)} {words}", Binary("*", node, Number(repr(factor)))


def _neighbours(node: Element | MatrixRef, methodology: Methodology) -> Iterator[tuple[str, str, Node]]:
    """Yield what stands one row or column beside; along an ordered axis that is a lag, which ``mutate`` knows."""
    axes = methodology.quantity[node.quantity].indices[node.whole :]
    for at, (index, axis) in enumerate(zip(node.indices, axes, strict=True)):
        if isinstance(index, IndexLetter) and not methodology.index_set[axis].ordered:
            for step, words in ((-1, "before"), (1, "after")):
                moved = replace(index, offset=index.offset + step)
                indices = (*node.indices[:at], moved, *node.indices[at + 1 :])
                yield "neighbour", f"{name_of(node)} of the {axis} {words}", replace(node, indices=indices)


def _frozen(node: Element | MatrixRef, run: Run) -> Iterator[tuple[str, str, Node]]:
    """Yield the first member of an axis in place of the one that is meant: the cell of a sheet that was not moved on."""
    axes = run.methodology.quantity[node.quantity].indices[node.whole :]
    for at, (index, axis) in enumerate(zip(node.indices, axes, strict=True)):
        members = run.setting.members[axis]
        if isinstance(index, IndexLetter) and len(members) > 1:
            indices = (*node.indices[:at], IndexLabel(members[0]), *node.indices[at + 1 :])
            yield "frozen reference", f"{name_of(node)} of {members[0]} for every {axis}", replace(node, indices=indices)


def _means(node: Reduce) -> Iterator[tuple[str, str, Node]]:
    yield "mean for sum", "the mean for the sum", replace(node, kind="Mean")
    parts = parts_of(node.body, PRODUCT)
    for at, (op, factor) in enumerate(parts):
        if len(parts) > 1 and op in ("*", "/") and not isinstance(factor, Number):
            mean = (op, replace(node, kind="Mean", body=factor))
            rest = replace(node, body=product_of([*parts[:at], *parts[at + 1 :]]))
            yield "mean for sum", f"the mean of {name_of(factor)} before the product", product_of([("*", rest), mean])


def _plain_means(over: Reduce, under: Reduce) -> Iterator[tuple[str, str, Node]]:
    """Yield the plain mean of what a quotient of sums weighs."""
    factors = [factor for op, factor in parts_of(over.body, PRODUCT) if op == "*" and not isinstance(factor, Number)]
    if [b.letter for b in over.binders] == [b.letter for b in under.binders] and len(factors) > 1:
        for factor in factors:
            yield "weighted mean", f"the plain mean of {name_of(factor)} for the weighted one", replace(over, kind="Mean", body=factor)


def _members(node: Reduce, run: Run) -> Iterator[tuple[str, str, Node]]:
    for binder in node.binders:
        set_id = getattr(binder.within, "set", "")
        members = run.setting.members.get(set_id, ())
        for member in members if len(members) <= MOST_MEMBERS else ():
            own = Compare("==", Letter(binder.letter, 0, set_id), Word(member))
            for what, times in (("left out", "0"), ("counted twice", "2")):
                body = Cases(((own, Binary("*", node.body, Number(times))),), node.body)
                yield "member", f"{member} of {set_id} {what}", replace(node, body=body)


def _other_cases(run: Run, equation: Equation) -> Iterator[tuple[str, str, Node]]:
    """Yield the formulas by which the same quantity is computed in other cases."""
    for other in run.methodology.definitions.get(equation.quantity, ()):
        if other.id != equation.id and other.defines == equation.defines and bool(other.solver) == bool(equation.solver):
            yield "other case", f"computed as {other.label} says", other.formula
