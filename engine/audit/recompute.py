"""Every number of a run a second time: scalar pint quantities through the same tree, compared with the fast arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.audit.second_computation.scalar_fractions import ScalarFractions
from engine.audit.second_computation.scalar_parts import ScalarParts
from engine.audit.second_computation.scalar_path import Labels, ScalarPath
from engine.audit.second_computation.scalar_samples import differs
from engine.audit.second_computation.scalar_size import ScalarSize
from engine.audit.second_computation.scalar_units import PathError, magnitude
from engine.finding import Finding
from engine.plan.cells import EXCLUDED, PRESENT
from engine.run.run import Run
from engine.run.sample_inputs import sampled
from engine.run.solvers import root_parts
from equations.formula.syntax import IndexLetter
from equations.model.cell_labels import written_cell
from equations.model.equation import BRACKET, Equation

#: Largest relative difference between the two ways.
TOLERANCE = 1e-9
#: Differences below this share of the largest value of a quantity, or of what went into a cell, are rounding where large numbers cancel.
_CANCELLATION = 1e-12
_MOST_SHOWN = 4
_MOST_PRODUCTS = 1000


@dataclass
class _Tally:
    cells: int = 0
    worst: float = 0.0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    sizes: ScalarSize | None = None

    def note(self, quantity: str, text: str) -> None:
        self.wrong.setdefault(quantity, []).append(text)


def audit_recompute(run: Run) -> tuple[Finding, ...]:
    """Compare every computed cell with an independent recomputation from the written inputs.

    Returns
    -------
    tuple of Finding
        A713: an error for each quantity that differs (value, unit or left-out state), and a note that says how much was compared.
    """
    path, tally = ScalarPath(run), _Tally()
    path.fractions = ScalarFractions(run)
    parts = ScalarParts(path)
    for quantity, labels in _cells(run):
        _compare(run, path, quantity, labels, tally)
        if quantity in parts.concerned:
            _compare_parts(parts, quantity, labels, tally)
    for equation, labels in _solved(run):
        _check_solution(run, path, equation, labels, tally)
    for id_, cell, _, estimate in sampled(run.inputs.origins):
        if gap := differs(estimate):
            tally.note(id_, f"the sample of {', '.join(run.setting.labels(run.methodology.quantity[id_].indices, cell)) or id_} {gap}")
    findings = [
        Finding(
            "A713",
            "error",
            quantity,
            f"{len(texts)} cells of {quantity} come out otherwise when they are recomputed with units",
            "; ".join(texts[:_MOST_SHOWN]) + (f" and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""),
            "this is a fault of the program or of the spec, not of the project: report it",
            source=str(run.methodology.quantity[quantity].source),
        )
        for quantity, texts in tally.wrong.items()
    ]
    if not findings:
        findings.append(
            Finding(
                "A713",
                "note",
                run.methodology.result,
                f"{tally.cells:,} computed cells agree with an independent recomputation",
                f"one cell at a time, with units carried along, from the numbers as written; {_closeness(tally)}",
            )
        )
    return tuple(findings)


def _closeness(tally: _Tally) -> str:
    return f"largest relative difference {tally.worst:.1g}" if tally.worst else "equal to the last bit"


def _cells(run: Run) -> list[tuple[str, Labels]]:
    """Return every computed cell that has a number, earlier years first."""
    found = []
    for quantity in run.methodology.quantities:
        if quantity.id not in run.values.steps:
            continue
        years = [at for at, axis in enumerate(quantity.indices) if axis == run.methodology.year_set]
        array, states = run.values.arrays[quantity.id], run.values.states[quantity.id]
        for cell in np.ndindex(*array.shape):
            if int(states[cell]) in (PRESENT, EXCLUDED) and np.isfinite(array[cell]):
                labels = run.setting.labels(quantity.indices, cell)
                found.append((max((cell[at] for at in years), default=-1), quantity.id, labels))
    return [(quantity, labels) for _, quantity, labels in sorted(found, key=lambda item: item[0])]


def _compare(run: Run, path: ScalarPath, quantity: str, labels: Labels, tally: _Tally) -> None:
    declared = run.methodology.quantity[quantity]
    cell = path.place(declared, labels)
    name = written_cell(quantity, labels)
    fast = float(run.values.arrays[quantity][cell])
    try:
        slow = magnitude(path.cell(quantity, labels))
    except PathError as fault:
        tally.note(quantity, f"{name}: {fault}")
        return
    tally.cells += 1
    left_out = int(run.values.states[quantity][cell]) == EXCLUDED
    if left_out != ((quantity, labels) in path.excluded):
        tally.note(quantity, f"{name} is {'left out' if left_out else 'a number'} in one and not in the other")
    gap = abs(slow - fast)
    largest = float(np.nanmax(np.abs(run.values.arrays[quantity])))
    if gap <= _CANCELLATION * largest or ((quantity, labels) in path.at_step and gap <= 1):
        return
    if gap > TOLERANCE * max(abs(slow), abs(fast)) and gap <= _CANCELLATION * _entered(tally, path, quantity, labels):
        return
    relative = gap / max(abs(slow), abs(fast))
    tally.worst = max(tally.worst, relative)
    if relative > TOLERANCE:
        tally.note(quantity, f"{name} is {fast!r} in one and {slow!r} in the other")


def _compare_parts(parts: ScalarParts, quantity: str, labels: Labels, tally: _Tally) -> None:
    """Compare a cell with what its formula gives as written, where sums in it take parts of members that two share."""
    path, name = parts.path, written_cell(quantity, labels)
    try:
        one, other = magnitude(path.cell(quantity, labels)), magnitude(parts.again(quantity, labels))
    except PathError as fault:
        tally.note(quantity, f"{name}: {fault}")
        return
    gap, jumps = abs(one - other), {(quantity, labels)} & (path.at_step | parts.at_step)
    if gap > TOLERANCE * max(abs(one), abs(other)) and gap > _CANCELLATION * _entered(tally, path, quantity, labels) and not (jumps and gap <= 1):
        tally.note(quantity, f"{name} is {one!r} with the parts in its formula, and {other!r} with the parts that its sets say")


def _entered(tally: _Tally, path: ScalarPath, quantity: str, labels: Labels) -> float:
    """Return the size of what went into a cell and may have cancelled there."""
    tally.sizes = tally.sizes or ScalarSize(path)
    try:
        return tally.sizes.entered(quantity, labels)
    except (PathError, OverflowError):
        return 0.0


# -- implicit equations: beside the cells of the solution, it is put in where it can be multiplied out


def _solved(run: Run) -> list[tuple[Equation, Labels]]:
    """Return each matrix that a solver gave, by the labels behind its row and column."""
    found = []
    for quantity, steps in run.values.steps.items():
        for step in steps:
            equation = run.methodology.equation[step.equation]
            if equation.solver and equation.solver != BRACKET:
                axes = run.methodology.quantity[quantity].indices[2:]
                shape = tuple(len(run.setting.members[axis]) for axis in axes)
                for cell in np.ndindex(*shape):
                    if np.isfinite(run.values.arrays[quantity][(slice(None), slice(None), *cell)]).all():
                        found.append((equation, run.setting.labels(axes, cell)))
    return found


def _check_solution(run: Run, path: ScalarPath, equation: Equation, rest: Labels, tally: _Tally) -> None:
    known, exponent = root_parts(equation)
    sets = dict(equation.letters)
    scope = {
        index.letter: (sets[index.letter], label)
        for index, label in zip(equation.defines.indices, rest, strict=True)
        if isinstance(index, IndexLetter)
    }
    axes = run.methodology.quantity[equation.quantity].indices
    rows, columns = (run.setting.members[axis] for axis in axes[:2])
    place = tuple(run.setting.members[axis].index(label) for axis, label in zip(axes[2:], rest, strict=True))
    path.units.allowed = tuple(run.methodology.equivalence[id_] for id_ in equation.equivalences)
    try:
        times = path.units.plain(path.value(exponent, scope))
        wanted = [[magnitude(path.element(known, scope, i, j)) for j in columns] for i in rows]
    except PathError as fault:
        tally.note(equation.quantity, str(fault))
        return
    finally:
        path.units.allowed = ()
    if not times.is_integer() or times > _MOST_PRODUCTS:
        return  # nothing to multiply out; the cells of the solution were compared with a root found in another way
    held = run.values.arrays[equation.quantity]
    solution = [[float(held[(m, n, *place)]) for n in range(len(columns))] for m in range(len(rows))]
    power = solution
    for _ in range(int(times) - 1):
        power = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*solution, strict=True)] for row in power]
    residual = max(abs(a - b) for left, right in zip(power, wanted, strict=True) for a, b in zip(left, right, strict=True))
    if residual > TOLERANCE:
        tally.note(
            equation.quantity, f"{equation.label} for {', '.join(rest) or 'its matrix'} is not solved: residual {residual:.2g}"
        )
