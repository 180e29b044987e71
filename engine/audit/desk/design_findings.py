"""What is found of a registered design beside the run: A756 to A764, each with what it moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.audit.desk.comparison import value_of
from engine.audit.desk.design import Design
from engine.audit.desk.estimates import EstimateBeside, expected
from engine.audit.desk.planned import planned_findings
from engine.audit.desk.statement import Cell, StatedNumber, as_stated
from engine.audit.desk.what_moves import Moved, moved
from engine.finding import Finding
from engine.output.terminal import number
from engine.run.run import Run
from engine.run.totals import is_amount
from equations.errors import Place, listed

#: How many cells one finding names.
_MOST = 4


def design_findings(design: Design) -> tuple[Finding, ...]:
    """Return what is found, in the order of the parts of a design."""
    beside = tuple(expected(design))
    parts: tuple[Iterable[Finding], ...] = (
        _fixed(design), _conflicts(design), _above(design, beside), _members(design), planned_findings(design), _apart(design, beside),
        _agreeing(design, beside),
    )  # fmt: skip
    return tuple(finding for part in parts for finding in part)


def _by_quantity(items: Iterable[StatedNumber]) -> dict[str, list[StatedNumber]]:
    found: dict[str, list[StatedNumber]] = {}
    for one in items:
        found.setdefault(one.quantity, []).append(one)
    return found


# -- fixed values


def _fixed(design: Design) -> Iterator[Finding]:
    run = design.run
    changed = [one for one in design.fixed if not one.agrees(value_of(one, run.values.arrays))]
    for id_, stated in _by_quantity(changed).items():
        by = moved(run, {id_: _as_registered(run, stated)})
        shown = [_beside(run, one, value_of(one, run.values.arrays)) for one in stated[:_MOST]]
        more = f" and {len(stated) - _MOST} more" if len(stated) > _MOST else ""
        yield Finding(
            "A756", "warning" if by.first == 0 else "error", id_, f"{id_} is not what the registered design fixes: {'; '.join(shown)}{more}",
            f"with the registered value: {by.text}", "take the registered value, or have the change of the design approved first",
            source=stated[0].source, place=stated[0].place, moves=by.first,
        )  # fmt: skip


def _as_registered(run: Run, stated: Iterable[StatedNumber]) -> dict[Cell, float]:
    """Return cells as the design has them; of a sum each cell keeps its part."""
    array, cells = run.values.arrays[next(iter(stated)).quantity], dict[Cell, float]()
    for one in stated:
        ours = value_of(one, run.values.arrays)
        for cell in one.cells:
            cells[cell] = one.value if len(one.cells) == 1 else float(array[cell]) * one.value / ours if ours else one.value / len(one.cells)
    return cells


def _beside(run: Run, one: StatedNumber, ours: float) -> str:
    unit = run.methodology.quantity[one.quantity].unit
    share = f", {100 * (ours - one.value) / abs(one.value):+.3g} %" if one.value else ""
    return f"{one.shown} registered {as_stated(one.written, one.unit)}, here {as_stated(number(ours), str(unit))}{share}"


def _conflicts(design: Design) -> Iterator[Finding]:
    """Yield what two documents register otherwise."""
    stated: list[tuple[StatedNumber, object]] = [(one, (one.quantity, one.cells)) for one in design.fixed]
    stated += [(one.number, (one.number.quantity, one.labels, one.days, one.count)) for one in design.estimates]
    before: dict[object, StatedNumber] = {}
    for one, key in stated:
        other = before.setdefault(key, one)
        if other is not one and abs(one.value - other.value) > one.half + other.half + 1e-12 * abs(one.value):
            yield Finding(
                "A752", "error", one.quantity,
                f"two documents register {one.shown} otherwise: {as_stated(other.written, other.unit)} and {as_stated(one.written, one.unit)}",
                f"{other.source}; {one.source}", "name the design that is registered, and leave the other out",
                source=one.source, place=one.place,
            )  # fmt: skip


# -- estimates


def _above(design: Design, beside: Iterable[EstimateBeside]) -> Iterator[Finding]:
    run = design.run
    above: dict[str, list[EstimateBeside]] = {}
    for one in beside:
        if one.is_above:
            above.setdefault(one.quantity, []).append(one)
    for id_, those in above.items():
        array = run.values.arrays[id_]
        by = moved(run, {id_: {cell: float(array[cell]) * one.share() for one in those for cell in one.cells}})
        yield _exceeded(design, id_, those, by)


def _exceeded(design: Design, id_: str, those: list[EstimateBeside], by: Moved) -> Finding:
    unit = design.run.methodology.quantity[id_].unit
    shown = []
    for one in those[:_MOST]:
        share = f", {100 * (one.actual / one.allowed - 1):+.3g} %" if one.allowed else ""
        shown.append(f"{one.shown} {number(one.actual)} {unit} in {one.days} days, estimated {number(one.allowed)}{share} (= {one.how})")
    more = f" and {len(those) - _MOST} more" if len(those) > _MOST else ""
    severity, remedy = _said(design, id_, "explain it under `registered: explained:`, or correct what is too large")
    if by.first is not None and by.first >= 0:
        severity, remedy = "note", "nothing; it does not raise the result"
    stated = those[0].estimate.number
    return Finding(
        "A761", severity, id_, f"more than the design expects of as many days: {'; '.join(shown)}{more}",
        _with(f"with what it expects: {by.text}", design, id_), remedy, source=stated.source, place=stated.place, moves=by.first,
    )  # fmt: skip


def _said(design: Design, id_: str, remedy: str) -> tuple[str, str]:
    """Return severity and remedy of what may be explained."""
    return ("warning", "see whether the explanation carries") if id_ in design.explained else ("error", remedy)


def _with(text: str, design: Design, id_: str) -> str:
    return f"{text}; explained: {design.explained[id_]}" if id_ in design.explained else text


# -- members


def _members(design: Design) -> Iterator[Finding]:
    run = design.run
    for axis, (document, words) in design.members.items():
        own, planned = run.setting.members[axis], {word.text for word in words}
        used = {label: cells for label in own if label not in planned and (cells := _used(run, axis, label))}
        if used:
            by = moved(run, _without(run, used.values()))
            yield Finding(
                "A762", "error", axis, f"the design has no {listed(list(used), _MOST)} in {axis}, and the project has", f"without it: {by.text}",
                "leave it out, or have the change of the design approved first", source=document.title, place=words[0].place,
                moves=by.first,
            )  # fmt: skip
        missing = [word for word in words if word.text not in own]
        if missing:
            yield Finding(
                "A762", "warning", axis, f"the design has {listed([word.text for word in missing], _MOST)} in {axis}, and the project has not",
                "what it would add is not known", "say what became of it, or correct its name", source=document.title, place=missing[0].place,
            )  # fmt: skip


def _used(run: Run, axis: str, label: str) -> dict[str, list[Cell]]:
    """Return the cells of inputs that a member has, in its set or in one of its parts, and that are not zero."""
    members, found = run.setting.members, dict[str, list[Cell]]()
    axes = {name for name in members if axis in _with_wholes(run, name)}
    for id_, origins in run.inputs.origins.items():
        indices, array = run.methodology.quantity[id_].indices, run.values.arrays[id_]
        given = [cell for cell, origin in origins.items() if origin.kind == "project" and array[cell] != 0]
        cells = [cell for cell in given if any(name in axes and members[name][at] == label for name, at in zip(indices, cell, strict=True))]
        if cells:
            found[id_] = cells
    return found


def _with_wholes(run: Run, axis: str) -> Iterator[str]:
    """Yield an index set, and the sets of which it is a part."""
    while axis:
        yield axis
        axis = run.methodology.index_set[axis].subset_of


def _without(run: Run, used: Iterable[dict[str, list[Cell]]]) -> dict[str, dict[Cell, float]]:
    """Return the amounts that members have as zero; where they have none, everything."""
    changes: dict[str, dict[Cell, float]] = {}
    for of_member in used:
        amounts = {id_: cells for id_, cells in of_member.items() if is_amount(run.methodology.quantity[id_])}
        for id_, cells in (amounts or of_member).items():
            changes.setdefault(id_, {}).update(dict.fromkeys(cells, 0.0))
    return changes


# -- what is left


def _apart(design: Design, beside: Iterable[EstimateBeside]) -> Iterator[Finding]:
    for one in design.apart:
        if one.is_unknown:
            yield Finding(
                "A759", "error", one.quantity, f"the design has {one.quantity}, and the methodology has no such quantity: nothing reads it",
                "what it would move is not known", one.why or "correct its name, or see why the calculation goes without it",
                source=one.source, place=one.place,
            )  # fmt: skip
        else:
            yield _not_compared(one.quantity, f"what the design says of {one.quantity}", one.why, one.source, one.place)
    for other in beside:
        if other.why_not:
            stated = other.estimate.number
            yield _not_compared(other.quantity, f"the estimate of {other.shown}", other.why_not, stated.source, stated.place)


def _not_compared(subject: str, what: str, why: str, source: str, place: Place) -> Finding:
    remedy = "correct the document, or say why it does not matter"
    return Finding("A755", "warning", subject, f"{what} cannot be compared", why, remedy, source=source, place=place)


def _agreeing(design: Design, beside: Iterable[EstimateBeside]) -> Iterator[Finding]:
    arrays = design.run.values.arrays
    same = sum(one.agrees(value_of(one, arrays)) for one in design.fixed)
    within = sum(not one.is_above and not one.why_not for one in beside)
    parts = [f"{same} fixed value{'' if same == 1 else 's'} as registered"] if same else []
    parts += [f"{within} estimate{' is' if within == 1 else 's are'} not exceeded, day for day"] if within else []
    if parts:
        yield Finding("A764", "note", (design.fixed or [one.number for one in design.estimates])[0].quantity, "; ".join(parts))
