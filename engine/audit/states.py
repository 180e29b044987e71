"""In what state each number is: measured, substituted, not operating; and zeros and blankets that may hide a number that is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.audit.completeness import blanket_places
from engine.audit.desk.what_moves import moved
from engine.audit.roles import serving_result
from engine.audit.running import Running
from engine.audit.series import Cell, GivenCells, given_cells
from engine.audit.substitutes import substitute_findings
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cell_days import is_finer_than_years, is_in_time
from engine.plan.cells import cell_name
from engine.project.cell_states import FIELD, IDLE, MEASURED
from engine.run.run import Run
from equations.errors import listed_texts

_MOST = 6


def audit_states(run: Run) -> tuple[Finding, ...]:
    """Look at the state of each number that a project gives, and at zeros of which none is said.

    Returns
    -------
    tuple of Finding
        A810 to A812 of substituted numbers (:mod:`engine.audit.substitutes`); A813 for plants and periods that stand still and have a number, or run
        beside; A814 for zeros, listed or by a blanket, where a number is due; A815 for blankets that are said to be measured; A816 for numbers that
        say no state beside others that do; A817 (note) for how many numbers are in which state.
    """
    blankets: set[object] = set(blanket_places(run))
    given = [given_cells(run, quantity, blankets) for quantity in serving_result(run) if quantity.id in run.inputs.origins]
    found: list[Finding] = []
    for cells in given:
        running = Running(cells, given)
        found += [*substitute_findings(cells), *_idle(cells, running), *_doubtful(cells, running), *_blankets(cells), *_unsaid(cells), *_tally(cells)]
    return tuple(found)


def stated_wrongly(run: Run) -> tuple[Finding, ...]:
    """Return the same for a run, which is not asked for zeros: nothing where no state is said."""
    given = (origin for cells in run.inputs.origins.values() for origin in cells.values())
    return audit_states(run) if any(FIELD in dict(origin.meta) for origin in given) else ()


# -- what stands still


def _idle(cells: GivenCells, running: Running) -> Iterator[Finding]:
    run, quantity = cells.run, cells.quantity
    wrong = [cell for cell in cells.of_state(IDLE) if cells.value(cell) != 0]
    if wrong:
        by = moved(run, {quantity.id: dict.fromkeys(wrong, 0.0)})
        yield Finding(
            "A813", "error", quantity.id, f"{_count(wrong)} of {quantity.id} {_are(wrong)} said not to operate and {_have(wrong)} a number",
            f"{_numbers(cells, wrong)}; at zero: {by.text}", "correct the number or its state", source=str(quantity.source),
            place=cells.origin(wrong[0]).place, moves=by.first,
        )  # fmt: skip
    ran = {cell: other for cell in cells.of_state(IDLE) if cell not in wrong and (other := running.at(cell)) is not None}
    if ran:
        shown = [f"{cell_name(quantity, run.setting, cell)} stands still, {_number(*other)}" for cell, other in ran.items()]
        first = list(ran)
        yield Finding(
            "A813", "warning", quantity.id, f"{_count(first)} of {quantity.id} {_are(first)} said not to operate, and something ran there",
            f"{listed_texts(shown, _MOST)}; {(said := _at_the_mean(cells, first))[0]}", "see which of the two is right", source=str(quantity.source),
            place=cells.origin(first[0]).place, moves=said[1],
        )  # fmt: skip


# -- zeros


def _doubtful(cells: GivenCells, running: Running) -> Iterator[Finding]:
    """Yield A814 for zeros of which nothing says that they were measured, or that nothing ran, where a number is due."""
    run, quantity = cells.run, cells.quantity
    if quantity.kind != "monitored" or quantity.type != "number" or not quantity.indices:
        return
    zeros = [cell for cell, state in cells.states.items() if not state.word and cells.value(cell) == 0 and cell in cells.monitored]
    why = {cell: text for cell in zeros if (text := _why_doubtful(cells, running, cell))}
    if not why:
        return
    doubtful = list(why)
    ways = ("covered by `otherwise`" if cell in cells.blankets else "written as zero" for cell in doubtful)
    how = " or ".join(dict.fromkeys(ways))
    shown = [f"{cell_name(quantity, run.setting, cell)}: {text}" for cell, text in why.items()]
    said, by = _at_the_mean(cells, doubtful)
    yield Finding(
        "A814", "warning", quantity.id,
        f"{_count(doubtful)} of {quantity.id} {_are(doubtful)} {how} where a number is due, and nothing says why",
        f"{listed_texts(shown, _MOST)}; {said}",
        "say `state: measured` or `state: not operating` where zero is right; else find the number, or say `state: unknown`",
        source=str(quantity.source), place=cells.origin(doubtful[0]).place, moves=by,
    )  # fmt: skip


def _why_doubtful(cells: GivenCells, running: Running, cell: Cell) -> str:
    """Return why a zero is not plain, or an empty text."""
    run, indices = cells.run, cells.quantity.indices
    is_blanket, series = cell in cells.blankets, cells.in_time(cell)
    others = [other for other in series if other != cell and cells.value(other) != 0]
    ran = running.of_another_kind(cell)
    times, devices = [axis for axis in indices if is_in_time(run.methodology, run.setting, axis)], any(_is_listed(run, axis) for axis in indices)
    has_members = len(times) < len(indices)
    if ran is not None and has_members and (others or is_blanket):  # zeros that are written throughout are meant: a plant that burns nothing
        return f"{_number(*ran)} there"
    if not others or not (any(is_finer_than_years(run.methodology, run.setting, axis) for axis in times) or (devices and is_blanket)):
        return ""
    return f"within the days of monitoring, {_number(cells, others[0])}"


def _is_listed(run: Run, axis: str) -> bool:
    """Whether the members of a set are a project's own: plants, meters, vehicles."""
    index_set = run.methodology.index_set[axis]
    return index_set.project != "fixed" and index_set.kind == "members"


def _at_the_mean(cells: GivenCells, doubtful: list[Cell]) -> tuple[str, float | None]:
    """Return in words and as a number by how much the result moves at the mean of what else was measured in time, or at all of it."""
    run, quantity = cells.run, cells.quantity
    means: dict[Cell, float] = {}
    for cell in doubtful:
        others = [cells.value(other) for other in cells.in_time(cell) if other not in doubtful and cells.is_measured(other)]
        whole = [cells.value(other) for other in cells.states if cells.is_measured(other)]
        others = [value for value in others if value] or [value for value in whole if value]
        if others:
            means[cell] = sum(others) / len(others)
    if not means:
        return "nothing else was measured from which a size could be told", None
    taken = ", ".join(dict.fromkeys(number(value) for value in list(means.values())[:3]))
    by = moved(run, {quantity.id: means})
    return f"at the mean of the others ({taken}): {by.text}", by.first


# -- what is said


def _blankets(cells: GivenCells) -> Iterator[Finding]:
    run, quantity = cells.run, cells.quantity
    said = [cell for cell in cells.of_state(MEASURED) if cell in cells.blankets]
    if said:
        yield Finding(
            "A815", "warning", quantity.id, f"{_count(said)} of {quantity.id} {_are(said)} said to be measured, and covered by one `otherwise`",
            f"{listed_texts([cell_name(quantity, run.setting, cell) for cell in said], _MOST)}; {(by := _at_the_mean(cells, said))[0]}",
            "list what was measured, cell by cell", source=str(quantity.source), place=cells.origin(said[0]).place, moves=by[1],
        )  # fmt: skip


def _unsaid(cells: GivenCells) -> Iterator[Finding]:
    run, quantity = cells.run, cells.quantity
    silent = [cell for cell in cells.of_state("") if cell in cells.monitored]
    if silent and any(state.word for state in cells.states.values()):
        yield Finding(
            "A816", "note", quantity.id, f"{_count(silent)} of {quantity.id} {'does' if len(silent) == 1 else 'do'} not say {_its(silent)} state",
            listed_texts([cell_name(quantity, run.setting, cell) for cell in silent], _MOST), "say of each whether it was measured",
            source=str(quantity.source), place=cells.origin(silent[0]).place,
        )  # fmt: skip


def _tally(cells: GivenCells) -> Iterator[Finding]:
    words = Counter(f"{state.word} by {state.method}" if state.method else state.word for state in cells.states.values() if state.word)
    if words:
        yield Finding("A817", "note", cells.quantity.id, f"states: {', '.join(f'{many} {word}' for word, many in words.items())}")


# -- words


def _number(cells: GivenCells, cell: Cell) -> str:
    return f"{cell_name(cells.quantity, cells.run.setting, cell)} = {number(cells.value(cell))} {cells.quantity.unit}".removesuffix(" 1")


def _numbers(cells: GivenCells, of: list[Cell]) -> str:
    return listed_texts([_number(cells, cell) for cell in of], _MOST)


def _count(cells: list[Cell]) -> str:
    return f"{len(cells)} number{'' if len(cells) == 1 else 's'}"


def _are(cells: list[Cell]) -> str:
    return "is" if len(cells) == 1 else "are"


def _have(cells: list[Cell]) -> str:
    return "has" if len(cells) == 1 else "have"


def _its(cells: list[Cell]) -> str:
    return "its" if len(cells) == 1 else "their"


def why_no_states(run: Run) -> str:
    """Return why the states of numbers were not asked for, or an empty text."""
    quantities = [quantity for quantity in serving_result(run) if quantity.id in run.inputs.origins]
    said = any(dict(origin.meta).get(FIELD) for q in quantities for origin in run.inputs.origins[q.id].values())
    monitored = any(q.kind == "monitored" and any(is_in_time(run.methodology, run.setting, axis) for axis in q.indices) for q in quantities)
    return "" if said or monitored else "the project says no state of a number, and nothing is monitored over time"

