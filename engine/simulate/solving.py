"""Find the value of one input that gives a target a wanted number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.output.tabled import Pictured
from engine.plan.cells import PRESENT, cell_name
from engine.plan.setting import Setting
from engine.run.ranges import limits
from engine.run.run import Run, total_cells
from engine.simulate.normal import Numbers
from engine.simulate.root_search import Results, Roots, find_roots
from engine.simulate.unknowns import written_once
from equations.errors import InputError, near_or_all
from equations.model.cell_labels import NAME, read_labels
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

_MOST_LISTED = 12


@dataclass(frozen=True)
class Solved(Pictured):
    """What was found.

    Attributes
    ----------
    present
        The input's number now.
    roots
        Every value that was found, and where was looked.
    """

    input: str
    unit: str
    present: float
    value: float
    target: str
    target_unit: str
    wanted: float
    reached: float
    roots: Roots

    def __repr__(self) -> str:
        return f"<Solved {self.input} = {self.value:.10g} {self.unit}: gives {self.target} = {self.reached:.10g} {self.target_unit}>"


def solve(run: Run, name: str, so_that: str) -> Solved:
    """Find the value of an input.

    Parameters
    ----------
    name
        ``DF`` or ``A_0[E]``.
    so_that
        ``X = 100000`` or ``X[2019] = 0``; without labels the sum over all members is meant, and a number alone is
        the methodology's first result.

    Raises
    ------
    InputError
        I502 for names, I508 for the wish, I510 where none of the values within the input's range that were looked at gives the number.
    """
    left, sign, right = so_that.partition("=") if "=" in so_that else (run.methodology.result, "=", so_that)
    try:
        wanted = float(right)
    except ValueError:
        sign = ""
    if not sign or not np.isfinite(wanted):
        raise InputError("I508", f"{so_that!r} is not a wish", remedy=f"write --so-that '{run.methodology.result} = 100000'")
    quantity, place = named_cell(run.methodology, run.setting, name, run.inputs.values)
    target, at = named_cell(run.methodology, run.setting, left, run.values.arrays)
    if len(at) > 1:
        at = np.flatnonzero(total_cells(run, target))
    cells = _one_number(run, quantity, place, name)
    results = _results(run, quantity, cells, target, at)
    present = float(run.inputs.values[quantity].ravel()[cells[0]])
    roots = find_roots(results, limits(run.methodology.quantity[quantity]), present, wanted)
    of = run.methodology.quantity
    shown = called(of[quantity], run, cells)
    value = nearest(roots, present)
    if value is None:
        raise _none_found(shown, left.strip(), wanted, roots)
    reached = float(results(np.array([value]))[0])
    return Solved(
        input=shown, unit=str(of[quantity].unit), present=present, value=value, target=left.strip(),
        target_unit=str(of[target].unit), wanted=wanted, reached=reached, roots=roots,
    )  # fmt: skip


def _one_number(run: Run, quantity: str, place: NDArray[np.int64], name: str) -> list[int]:
    """Return the cells of the number that is named: all for which it was written."""
    present = np.flatnonzero(run.inputs.states[quantity] == PRESENT).tolist()
    numbers = written_once(run, quantity, present)
    meant = [places for places in numbers if set(places) & set(place.tolist())]
    if run.methodology.quantity[quantity].type != "number" or len(meant) != 1:
        if len(place) == 1 and not meant:
            raise InputError("I502", f"{name} is not used in this run", remedy="name another input")
        one = cell_name(run.methodology.quantity[quantity], run.setting, int(place[0]))
        raise InputError("I502", f"{name} is not one number", remedy=f"name one: {one}")
    return meant[0]


def _results(run: Run, quantity: str, cells: list[int], target: str, at: NDArray[np.int64]) -> Results:
    """Return what gives the target for some values of the input; NaN where it has none."""
    batchable = batchable_of(run, (target,))
    numbers = {q: np.array(run.inputs.values[q]) for q in batchable.plan.inputs}
    if quantity not in numbers:
        raise InputError("I510", f"{target} does not depend on {quantity}", remedy="name another input")

    def results(values: Numbers) -> Numbers:
        array = np.repeat(numbers[quantity][None], len(values), axis=0)
        array.reshape(len(values), -1)[:, cells] = values[:, None]
        found = evaluate_batch(batchable, ArraySource({quantity: array}, numbers), Way("literal", "numpy", keep_failed=True))
        flat = found.arrays[target].reshape(len(values), -1)[:, at]
        return np.where(found.failed, np.nan, np.add.accumulate(flat, axis=1)[:, -1])

    return results


def nearest(roots: Roots, present: float) -> float | None:
    """Return the value nearest to the present one, also within a stretch."""
    near = [*roots.values[:1], *(min(max(present, low), high) for low, high in roots.stretches)]
    return min(near, key=lambda value: abs(value - present)) if near else None


def called(quantity: Quantity, run: Run, places: list[int]) -> str:
    """Return what a number is called, with the count of the cells in which it stands."""
    more = f" and {len(places) - 1} more with this number" if len(places) > 1 else ""
    return cell_name(quantity, run.setting, places[0]) + more


def _none_found(shown: str, target: str, wanted: float, roots: Roots) -> InputError:
    if np.isnan(roots.least):
        why = f"of {roots.looked:,} values none gives a number"
    else:
        why = f"{roots.looked:,} values were looked at; they give {roots.least:g} to {roots.most:g}"
    if roots.jumps:
        why += f"; at {', '.join(f'{x:g}' for x in roots.jumps[:3])} it is passed over in a jump, and not taken"
    return InputError("I510", f"no value of {shown} was found from {roots.low:g} to {roots.high:g} that gives {target} = {wanted:g}",
                      why=why, remedy="wish for a number in between, or move another input")  # fmt: skip


def named_cell(methodology: Methodology, setting: Setting, text: str, known: Collection[str]) -> tuple[str, NDArray[np.int64]]:
    """Return a quantity and the places that are named, as in ``A_0[E]`` (all where no labels are).

    Raises
    ------
    InputError
        I502 or I506 for names and labels that are not there.
    """
    found = NAME.match(text)
    names = list(known)
    if found is None or found[1] not in names:
        raise InputError(
            "I502", f"this run has no {text.strip()!r}", remedy=near_or_all(found[1] if found else text, names, "it has")
        )
    quantity = methodology.quantity[found[1]]
    members = [setting.members[axis] for axis in quantity.indices]
    shape = [len(own) for own in members]
    if found[2] is None:
        return quantity.id, np.arange(int(np.prod(shape, dtype=np.int64)), dtype=np.int64)
    labels = [label for label, _, _ in read_labels(found[2])]
    if len(labels) != len(members):
        raise InputError(
            "I506", f"{quantity.id} has {len(members)} indices", remedy="name one label for each: " + ", ".join(quantity.indices)
        )
    for label, own in zip(labels, members, strict=True):
        if label not in own:
            raise InputError("I502", f"{quantity.id} has no member {label!r}", remedy=near_or_all(label, own, "members:"))
    cell = [own.index(label) for label, own in zip(labels, members, strict=True)]
    return quantity.id, np.array([int(np.ravel_multi_index(cell, shape))], np.int64)


def solved_text(found: Solved) -> str:
    """Return what was found for a terminal."""
    lines = [
        f"{found.input} = {found.value:.10g} {found.unit} (now {found.present:.10g})",
        f"gives {found.target} = {found.reached:.10g} {found.target_unit}",
    ]
    further = _further(found)
    if further:
        shown = ", ".join(f"{value:.10g}" for value in further[:_MOST_LISTED])
        left = f" and {len(further) - _MOST_LISTED} more" if len(further) > _MOST_LISTED else ""
        lines.append(f"so do {shown}{left} {found.unit}; the nearest to the present one is shown".replace("  ", " "))
    lines += [f"so does every value from {low:.10g} to {high:.10g} that was looked at" for low, high in found.roots.stretches]
    if found.roots.jumps:
        lines.append(
            f"at {', '.join(f'{x:.10g}' for x in found.roots.jumps[:_MOST_LISTED])} it is passed over in a jump, and not taken"
        )
    searched = found.roots
    lines.append(
        f"looked at: {searched.looked:,} values from {searched.low:g} to {searched.high:g}, and closer where it comes near"
    )
    return "\n".join(lines) + "\n"


def _further(found: Solved) -> tuple[float, ...]:
    return tuple(value for value in found.roots.values if value != found.value)


def solved_record(found: Solved) -> dict[str, object]:
    """Return what was found as plain data."""
    return {
        "input": found.input, "unit": found.unit, "present": found.present, "value": found.value, "target": found.target,
        "target_unit": found.target_unit, "wanted": found.wanted, "reached": found.reached, "further_values": list(_further(found)),
        "stretches": [list(stretch) for stretch in found.roots.stretches], "passed_in_a_jump": list(found.roots.jumps),
        "searched": {"from": found.roots.low, "to": found.roots.high, "values": found.roots.looked},
    }  # fmt: skip
