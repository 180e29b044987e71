"""Numbers that stand in place of ones that were not measured: whether the methodology allows it, and whether they are what its method gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from engine.audit.desk.statement import printed_step
from engine.audit.desk.what_moves import between, moved, what_moves
from engine.audit.series import Cell, GivenCells
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.plan.setting import holds
from engine.project.cell_states import SUBSTITUTED
from engine.project.written_numbers import conversion
from engine.run.sample_inputs import alternative_at
from equations.errors import listed_texts
from equations.model.substitution import Substitution
from equations.notation.substitutions import substitution_text

_MOST, _NOISE = 6, 1e-9


def substitute_findings(cells: GivenCells) -> Iterator[Finding]:
    """Yield what is found of the substituted numbers of one quantity.

    Yields
    ------
    Finding
        A810 (error): no method of the methodology allows it; A811 (error): the number is not what the method gives; A812 (error): more of them
        than the method allows. Each says by how much the result moves.
    """
    methods = {method.id: method for method in cells.quantity.substitution}
    found: dict[str, list[Cell]] = {}
    for cell in cells.of_state(SUBSTITUTED):
        found.setdefault(cells.states[cell].method, []).append(cell)
    for id_, own in found.items():
        method = methods.get(id_)
        if method is None:
            how = f"by {id_}, which the methodology does not allow" if id_ else "by a method that is not said"
            yield _not_allowed(cells, own, how, list(methods.values()))
            continue
        outside = [cell for cell in own if not _holds(cells, method, cell)]
        if outside:
            yield _not_allowed(cells, outside, f"by {id_} where the methodology does not allow it", [method])
        yield from _other_numbers(cells, [cell for cell in own if cell not in outside], method)
        yield from _too_many(cells, own, method)


def _holds(cells: GivenCells, method: Substitution, cell: Cell) -> bool:
    if method.when is None:
        return True
    members, indices = cells.run.setting.members, cells.quantity.indices
    at = {letter: members[axis][own] for letter, set_id in method.letters for axis, own in zip(indices, cell, strict=True) if axis == set_id}
    return holds(method.when, cells.run.setting, at)


def _not_allowed(cells: GivenCells, own: list[Cell], how: str, known: list[Substitution]) -> Finding:
    quantity = cells.quantity
    allowed = "; ".join(substitution_text(method) for method in known)
    bounds, by = _bounds(cells, own)
    return Finding(
        "A810", "error", quantity.id, f"{_count(own)} of {quantity.id} {_are(own)} substituted {how}",
        f"{_shown(cells, own)}; {bounds}",
        f"measure, or replace by what is allowed: {allowed}" if allowed else "the methodology allows no substitute: find the number",
        source=str(quantity.source), place=cells.origin(own[0]).place, moves=by,
    )  # fmt: skip


def _other_numbers(cells: GivenCells, own: list[Cell], method: Substitution) -> Iterator[Finding]:
    """Yield A811 for numbers that are not what a method gives from those that were measured."""
    quantity, right, nothing = cells.quantity, dict[Cell, float](), list[Cell]()
    for cell in own if method.takes else ():
        expected = substitute(cells, method, cell)
        if expected is None:
            nothing.append(cell)
        elif abs(expected - cells.value(cell)) > _half(cells, cell) + _NOISE * abs(expected):
            right[cell] = expected
    if right:
        shown = [f"{_shown(cells, [cell])}, by the method {number(value)}" for cell, value in right.items()]
        mended = moved(cells.run, {quantity.id: right})
        yield Finding(
            "A811", "error", quantity.id, f"{_count(list(right))} of {quantity.id} {_are(list(right))} not what {method.id} gives",
            f"{listed_texts(shown, _MOST)}; with what it gives: {mended.text}", f"take what it gives ({substitution_text(method)})",
            source=str(quantity.source), place=cells.origin(next(iter(right))).place, moves=mended.first,
        )  # fmt: skip
    if nothing:
        bounds, by = _bounds(cells, nothing)
        yield Finding(
            "A811", "error", quantity.id, f"{method.id} gives nothing for {_count(nothing)} of {quantity.id}: nothing was measured in the series",
            f"{_shown(cells, nothing)}; {bounds}", "measure, or replace it otherwise", source=str(quantity.source),
            place=cells.origin(nothing[0]).place, moves=by,
        )  # fmt: skip


def substitute(cells: GivenCells, method: Substitution, cell: Cell) -> float | None:
    """Return what a method gives for a cell from what was measured in its series, in the quantity's unit; ``None`` where nothing was.

    Parameters
    ----------
    method
        One that says what it takes.
    """
    if method.takes == "zero":
        return 0.0
    axes = cells.axes_of(method)
    measured = [other for other in cells.series(cell, axes) if other != cell and cells.is_measured(other)]
    if method.takes in ("before", "after"):
        place = [cell[at] for at in axes]
        before = [other for other in measured if [other[at] for at in axes] < place]
        after = [other for other in measured if [other[at] for at in axes] > place]
        measured = before[-1:] if method.takes == "before" else after[:1]
    values = [cells.value(other) for other in measured]
    if not values:
        return None
    from statistics import fmean

    return min(values) if method.takes == "least" else max(values) if method.takes == "most" else fmean(values)


def _half(cells: GivenCells, cell: Cell) -> float:
    """Return half of one unit of the last digit of a number as it is written, in the quantity's unit."""
    origin = cells.origin(cell)
    try:
        step = printed_step(origin.written)
    except ValueError:
        return 0.0
    run, quantity = cells.run, cells.quantity
    alternative = alternative_at(run.setting, quantity, cell, run.inputs.alternatives)
    return float(step * conversion(quantity, run.inputs.units[origin.unit], alternative)) / 2


def _too_many(cells: GivenCells, own: list[Cell], method: Substitution) -> Iterator[Finding]:
    quantity, run, axes, seen, texts, over = cells.quantity, cells.run, cells.axes_of(method), set[Cell](), list[str](), list[Cell]()
    for cell in own:
        series = [other for other in cells.series(cell, axes) if cells.is_due(other)]
        if cell in seen:
            continue
        seen.update((cell, *series))
        replaced = [other for other in series if other in own]
        share, row = len(replaced) / max(len(series), 1), _longest(replaced, series)
        names = [cell_name(quantity, run.setting, one) for one in ((replaced[0], replaced[-1]) if len(replaced) > 1 else (cell,))]
        where = " to ".join(names)
        too_many = method.at_most is not None and len(replaced) > method.at_most * len(series)
        if too_many and method.at_most is not None:
            texts.append(f"{where}: {len(replaced)} of {len(series)} ({100 * share:.3g} %, at most {100 * float(method.at_most):g} %)")
        too_long = method.in_a_row is not None and row > method.in_a_row
        if too_long:
            texts.append(f"{where}: {row} in a row (at most {method.in_a_row})")
        over += replaced if too_many or too_long else []
    if texts:
        bounds, by = _bounds(cells, over)
        yield Finding(
            "A812", "error", quantity.id, f"more of {quantity.id} is substituted by {method.id} than the methodology allows",
            f"{listed_texts(texts, _MOST)}; {bounds}", "measure more, or leave out what was not measured", source=str(quantity.source),
            place=cells.origin(over[0]).place, moves=by,
        )  # fmt: skip


def _longest(replaced: list[Cell], series: list[Cell]) -> int:
    """Return how many neighbours of a series are replaced together at most."""
    return max((len(list(run)) for is_replaced, run in groupby(series, lambda cell: cell in replaced) if is_replaced), default=0)


def _bounds(cells: GivenCells, own: list[Cell]) -> tuple[str, float | None]:
    """Return in words how far the result moves at the least and the most that was measured in their series, and the lower of the two."""
    quantity = cells.quantity
    held = {cell: [cells.value(other) for other in cells.in_time(cell) if other not in own and cells.is_measured(other)] for cell in own}
    if not all(held.values()):
        at_zero = moved(cells.run, {quantity.id: dict.fromkeys(own, 0.0)})
        return f"at zero: {at_zero.text}", at_zero.first
    least, most = ({cell: pick(values) for cell, values in held.items()} for pick in (min, max))
    low, high = what_moves(cells.run, [{quantity.id: least}, {quantity.id: most}])
    text = (
        f"at the least that was measured ({number(min(least.values()))}): {low.text}; "
        f"at the most ({number(max(most.values()))}): {high.text}"
    )
    return text, between(low, high)


def _shown(cells: GivenCells, own: list[Cell]) -> str:
    unit = f" {cells.quantity.unit}" if str(cells.quantity.unit) != "1" else ""
    return listed_texts([f"{cell_name(cells.quantity, cells.run.setting, cell)} = {number(cells.value(cell))}{unit}" for cell in own], _MOST)


def _count(cells: list[Cell]) -> str:
    return f"{len(cells)} number{'' if len(cells) == 1 else 's'}"


def _are(cells: list[Cell]) -> str:
    return "is" if len(cells) == 1 else "are"
