"""Find the value of one input that gives a target a wanted number."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.batch import ArraySource
from engine.batch.many import batchable_of
from engine.batch.run import Way, evaluate_batch
from engine.cells import cell_name
from engine.pipeline import Run
from engine.ranges import limits
from engine.setting import Setting
from engine.simulate.normal import Numbers
from equations.errors import InputError, near_or_all
from equations.methodology import Methodology

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\[(.*)\])?\s*\Z")
_POINTS, _ROUNDS = 65, 14
#: Multiples of the present value that are looked at where a quantity has no range of its own.
_REACH = 1e4


@dataclass(frozen=True)
class Solved:
    """What was found.

    Attributes
    ----------
    present
        The input's number now.
    others
        How many further values give the same number within the range that was looked at.
    """

    input: str
    unit: str
    present: float
    value: float
    target: str
    target_unit: str
    wanted: float
    reached: float
    others: int


def solve(run: Run, name: str, so_that: str) -> Solved:
    """Find the value of an input.

    Parameters
    ----------
    name
        ``DF`` or ``A_0[E]``.
    so_that
        ``ER_credit_p = 100000`` or ``ER[2019] = 0``; without labels the sum over all members is meant.

    Raises
    ------
    InputError
        I502 for names, I508 for the wish, I510 where no value within the input's range gives the number.
    """
    left, sign, right = so_that.partition("=")
    try:
        wanted = float(right)
    except ValueError:
        sign = ""
    if not sign or not np.isfinite(wanted):
        raise InputError("I508", f"{so_that!r} is not a wish", remedy="write --so-that 'ER_credit_p = 100000'")
    quantity, place = named_cell(run.methodology, run.setting, name, run.inputs.values)
    target, at = named_cell(run.methodology, run.setting, left, run.values.arrays)
    if run.methodology.quantity[quantity].type != "number" or len(place) != 1:
        one = cell_name(run.methodology.quantity[quantity], run.setting, int(place[0]))
        raise InputError("I502", f"{name} is not one number", remedy=f"name one: {one}")
    search = _Search(run, quantity, int(place[0]), target, at)
    value, reached, others = search.find(wanted)
    of = run.methodology.quantity
    return Solved(
        cell_name(run.methodology.quantity[quantity], run.setting, int(place[0])),
        str(of[quantity].unit),
        search.present,
        value,
        left.strip(),
        str(of[target].unit),
        wanted,
        reached,
        others,
    )


def named_cell(methodology: Methodology, setting: Setting, text: str, known: Collection[str]) -> tuple[str, NDArray[np.int64]]:
    """Return a quantity and the places that are named, as in ``A_0[E]`` (all where no labels are).

    Raises
    ------
    InputError
        I502 or I506 for names and labels that are not there.
    """
    found = _NAME.match(text)
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
    labels = [label.strip().strip("\"'") for label in found[2].split(",")]
    if len(labels) != len(members):
        raise InputError(
            "I506", f"{quantity.id} has {len(members)} indices", remedy="name one label for each: " + ", ".join(quantity.indices)
        )
    for label, own in zip(labels, members, strict=True):
        if label not in own:
            raise InputError("I502", f"{quantity.id} has no member {label!r}", remedy=near_or_all(label, own, "members:"))
    cell = [own.index(label) for label, own in zip(labels, members, strict=True)]
    return quantity.id, np.array([int(np.ravel_multi_index(cell, shape))], np.int64)


class _Search:
    """Looks at many values of the input at once, and again closer where the target passes the wanted number."""

    def __init__(self, run: Run, quantity: str, place: int, target: str, at: NDArray[np.int64]) -> None:
        self.batchable = batchable_of(run, (target,))
        self.quantity, self.place, self.target, self.at = quantity, place, target, at
        self.numbers = {q: np.array(run.inputs.values[q]) for q in self.batchable.plan.inputs}
        if quantity not in self.numbers:
            raise InputError("I510", f"{target} does not depend on {quantity}", remedy="name another input")
        self.present = float(self.numbers[quantity].ravel()[place])
        least, most = limits(run.methodology.quantity[quantity])
        reach = _REACH * (abs(self.present) or 1.0)
        self.bounds = (max(least, -reach), min(most, reach))

    def results(self, values: Numbers) -> Numbers:
        """Return the target for some values of the input; NaN where it has none."""
        array = np.repeat(self.numbers[self.quantity][None], len(values), axis=0)
        array.reshape(len(values), -1)[:, self.place] = values
        found = evaluate_batch(
            self.batchable, ArraySource({self.quantity: array}, self.numbers), Way("literal", "numpy", keep_failed=True)
        )
        flat = found.arrays[self.target].reshape(len(values), -1)[:, self.at]
        return np.where(found.failed, np.nan, np.add.accumulate(flat, axis=1)[:, -1])

    def find(self, wanted: float) -> tuple[float, float, int]:
        values = self.grid()
        brackets = self.brackets(values, wanted)
        if not brackets:
            reached = self.results(values)
            least, most = np.nanmin(reached), np.nanmax(reached)
            raise InputError(
                "I510",
                f"no value of {self.quantity} from {values[0]:g} to {values[-1]:g} gives {self.target} = {wanted:g}",
                why=f"it gives {least:g} to {most:g}",
                remedy="wish for a number in between, or move another input",
            )
        nearest = min(brackets, key=self.distance)
        low, high = nearest
        for _ in range(_ROUNDS):
            inner = self.brackets(np.linspace(low, high, _POINTS), wanted)
            if not inner or inner[0] == (low, high):
                break
            low, high = inner[0]
        ends = np.array([low, high])
        reached = self.results(ends)
        best = int(np.nanargmin(np.abs(reached - wanted)))
        return float(ends[best]), float(reached[best]), len(brackets) - 1

    def distance(self, bracket: tuple[float, float]) -> float:
        """Return how far the present value lies from a bracket."""
        low, high = bracket
        return max(low - self.present, self.present - high, 0.0)

    def grid(self) -> Numbers:
        """Return values to look at first: evenly between the bounds, and closer around the present one."""
        low, high = self.bounds
        around = self.present * (1 + np.linspace(-1, 1, 201)) if self.present else np.zeros(0)
        wide = np.linspace(low, high, 401)
        return np.unique(np.clip(np.concatenate([around, wide]), low, high))

    def brackets(self, values: Numbers, wanted: float) -> list[tuple[float, float]]:
        """Return neighbours between which the target passes the wanted number."""
        above = self.results(values) - wanted
        crosses = (above[:-1] * above[1:] <= 0) & (above[:-1] != above[1:])
        found = [(float(values[at]), float(values[at + 1])) for at in np.flatnonzero(crosses)]
        return [b for at, b in enumerate(found) if at == 0 or found[at - 1][1] != b[0] or above[np.searchsorted(values, b[0])] != 0]


def solved_text(found: Solved) -> str:
    """Return what was found for a terminal."""
    lines = [
        f"{found.input} = {found.value:.10g} {found.unit} (now {found.present:.10g})",
        f"gives {found.target} = {found.reached:.10g} {found.target_unit}",
    ]
    if found.others:
        lines.append(f"{found.others} further value(s) of {found.input} give the same; the nearest to the present one is shown")
    return "\n".join(lines) + "\n"


def solved_record(found: Solved) -> dict[str, object]:
    """Return what was found as plain data."""
    return {
        "input": found.input, "unit": found.unit, "present": found.present, "value": found.value, "target": found.target,
        "target_unit": found.target_unit, "wanted": found.wanted, "reached": found.reached, "further_values": found.others,
    }  # fmt: skip
