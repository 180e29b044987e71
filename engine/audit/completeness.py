"""Completeness by index and year: what was listed cell by cell, what a blanket statement covers, and what is zero throughout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.audit.monitored_cells import MonitoredCells
from engine.audit.roles import serving_result
from engine.finding import Finding
from engine.plan.cells import PRESENT
from engine.project.written_numbers import Origin
from engine.run.run import Run
from equations.errors import Place, listed_texts
from equations.model.quantity import Quantity


def audit_completeness(run: Run) -> tuple[Finding, ...]:
    """Say how each needed cell was given. A cell that is missing stops a run before any audit.

    Returns
    -------
    tuple of Finding
        A718: a note for cells that `otherwise:` covers with zero, a warning where it covers them with another number; a note for
        members that the project lists and that have nothing but zeros.
    """
    stated = blanket_places(run)
    findings: list[Finding] = []
    for quantity in serving_result(run):
        findings += _blanket(run, quantity, run.inputs.origins.get(quantity.id, {}), stated)
    findings += _idle_members(run)
    return tuple(findings)


def blanket_places(run: Run) -> set[Place]:
    """Return where the project file says `otherwise:`."""
    found = set()
    for blocks in run.project.values.values():
        for block in blocks:
            scalar = block.scalar("otherwise") if block.has("otherwise") else None
            if scalar is not None:
                found.add(scalar.place)
    return found


def _blanket(run: Run, quantity: Quantity, given: Mapping[tuple[int, ...], Origin], stated: set[Place]) -> Iterator[Finding]:
    covered = {cell: origin for cell, origin in given.items() if origin.kind == "project" and origin.place in stated}
    if not covered or not quantity.indices:
        return
    written = sorted({origin.written for origin in covered.values()})
    zero = all(float(run.values.arrays[quantity.id][cell]) == 0 for cell in covered)
    whole = len(covered) == len(given)
    severity = "note" if zero else "warning"
    share = f"all {len(given)}" if whole else f"{len(covered)} of {len(given)}"
    monitored = MonitoredCells(run, quantity)
    outside = sum(cell not in monitored for cell in covered)
    yield Finding(
        "A718",
        severity,
        quantity.id,
        f"{share} needed values of {quantity.id} are stated by `otherwise: {', '.join(written)}`",
        _members(run, quantity, covered) + (f"; {outside} of them outside the days of monitoring" if outside else ""),
        "see that the statement is meant for every one of them",
        source=str(quantity.source),
        place=next(iter(covered.values())).place,
    )


def _members(run: Run, quantity: Quantity, covered: dict[tuple[int, ...], Origin]) -> str:
    parts = []
    for at, axis in enumerate(quantity.indices):
        names = list(dict.fromkeys(run.setting.members[axis][cell[at]] for cell in covered))
        parts.append(f"{axis}: {listed_texts(names, 12)}".replace("; ", ", "))
    return "; ".join(parts)


def _idle_members(run: Run) -> Iterator[Finding]:
    """Yield members that only a project can name and for which every supplied number is zero."""
    for index_set in run.methodology.index_sets:
        if index_set.project == "fixed" or index_set.kind != "members":
            continue
        seen: dict[str, bool] = {}
        for id_, states in run.inputs.states.items():
            quantity = run.methodology.quantity[id_]
            if index_set.id not in quantity.indices or quantity.kind != "monitored":
                continue
            axis = quantity.indices.index(index_set.id)
            for cell, origin in run.inputs.origins.get(id_, {}).items():
                if int(states[cell]) == PRESENT and origin.kind == "project":
                    label = run.setting.members[index_set.id][cell[axis]]
                    seen[label] = seen.get(label, False) or float(run.values.arrays[id_][cell]) != 0
        idle = [label for label, active in seen.items() if not active]
        if idle:
            yield Finding(
                "A718",
                "note",
                index_set.id,
                f"{', '.join(idle)} of {index_set.id} has nothing but zeros",
                index_set.meaning,
                "leave the member out, or see that nothing is missing",
            )
