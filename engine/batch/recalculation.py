"""One project computed again and again for other numbers, with every intermediate: what-if questions from Python, and searches.

The literal form, so the numbers are those of a single run to the bit; but formulas, letters and positions are followed once, and
not for each run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from engine.batch.batchable import Batchable, make_batchable
from engine.batch.numpy_code import BlockCode
from engine.batch.program import Numbers
from engine.plan.cells import cell_name, counted
from engine.plan.plan import Plan
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from engine.run.ranges import limits
from equations.errors import InputError
from equations.model.methodology import Methodology

#: Draws of a block; with one alone, NumPy would add along a sum in an order of its own, and the last bit would differ.
_WIDTH = 2


class Recalculation:
    """A plan with the numbers of a project, of which some can be changed for each calculation. For one thread at a time.

    Parameters
    ----------
    inputs
        As bound to the plan; a calculation without changes gives the numbers of the run.

    Examples
    --------
    ``again = Recalculation(run.methodology, run.plan, run.inputs)``, then ``again({"C": stocks})["ER"]``.
    """

    def __init__(self, methodology: Methodology, plan: Plan, inputs: Inputs) -> None:
        self.methodology, self.plan, self.inputs = methodology, plan, inputs
        computed = tuple(dict.fromkeys(quantity for stage in plan.stages for quantity in stage.quantities))
        made = make_batchable(methodology, plan, computed)
        ready = made.prepared("literal", {name: np.full(np.shape(numbers), np.nan) for name, numbers in inputs.values.items()})
        self._code = BlockCode(ready.block, _WIDTH, ready.results)
        self._open, self._known, self._status = ready.open, ready.numbers, ready.has_status
        self._must = np.nonzero(ready.needed[ready.open])[0]
        self._places: dict[str, tuple[slice, tuple[int, ...]]] = {}
        first = 0
        for name in computed:
            cells = made.literal.outputs[name]
            self._places[name] = (slice(first, first + cells.size), cells.shape)
            first += cells.size
        self._lowest, self._highest = self._ranges(made)
        self._read = {name: (slice(*ready.places[name]), cells) for name, cells in ready.wanted.items()}
        self._base, self._least, self._most = (np.empty(len(self._code.inputs)) for _ in range(3))
        for name, (rows, cells) in self._read.items():
            self._base[rows] = np.ravel(inputs.values[name])[cells]
            self._least[rows], self._most[rows] = limits(methodology.quantity[name])
        self._unused = np.isnan(self._base)  # cells that are read and left out, as the run found
        self._shapes = {name: np.shape(numbers) for name, numbers in inputs.values.items()}

    def __call__(self, changes: Mapping[str, Numbers] | None = None) -> Mapping[str, Numbers]:
        """Compute everything.

        Parameters
        ----------
        changes
            Input -> its numbers, in the quantity's unit. Shape: one axis per index, in declared order. What is not named keeps the
            numbers of the project.

        Returns
        -------
        Mapping
            Computed quantity -> float64 in its unit; NaN where no number is needed. Shape: one axis per index.

        Raises
        ------
        InputError
            I501 for what is no input of the run, I504 or I505 for a number outside the range in which it can be, or not finite.
        EvaluationError
            V6xx as a run of its own would give.
        """
        changed = changes or {}
        column = self._base.copy()
        for name, numbers in changed.items():
            if self._shapes.get(name) != np.shape(numbers):
                raise self._misfit(name, np.shape(numbers))
            if name in self._read:
                place, cells = self._read[name]
                flat = np.asarray(numbers, np.float64).reshape(-1)
                column[place] = flat if len(flat) == len(cells) else flat[cells]
        fit = (self._least <= column) & (column <= self._most)  # not for what is not a number
        fit |= self._unused & np.isnan(column)
        if not fit.all():
            raise self._outside(column, int(np.argmin(fit)))
        self._code.inputs[...] = column[:, None]
        with np.errstate(all="ignore"):
            found = self._code.run()[:, 0]
        if not np.isfinite(found[self._must]).all() or (self._status and not found[-1] >= 0.0):
            return self._step_by_step(changed)
        numbers = self._known.copy()
        numbers[self._open] = found[: len(self._open)] + 0.0
        if ((numbers < self._lowest) | (numbers > self._highest)).any():
            return self._step_by_step(changed)
        return _Quantities(numbers, self._places)

    def _ranges(self, made: Batchable) -> tuple[Numbers, Numbers]:
        """Return the least and the greatest number that each computed cell can be; no bounds where it is not needed, or only by rules."""
        bounds = [np.empty((2, 0))]
        for name in self._places:
            quantity = self.methodology.quantity[name]
            asked = counted(quantity, self.plan, self.methodology, whole=True).ravel() & (name not in self.plan.optional)
            bounds.append(np.where(asked, np.array(limits(quantity))[:, None], np.array([[-np.inf], [np.inf]])))
        joined = np.concatenate(bounds, axis=1)
        return joined[0], joined[1]

    def _step_by_step(self, changed: Mapping[str, Numbers]) -> Mapping[str, Numbers]:
        """Evaluate as a run does: to say which cell has no result, or to find that no cell lacks one."""
        arrays = {name: np.asarray(changed.get(name, numbers), np.float64) for name, numbers in self.inputs.values.items()}
        bound = Inputs(arrays, self.inputs.states, {}, {}, (), ())
        found = evaluate(self.methodology, self.plan, bound).arrays
        return {name: found[name] for name in self._places}

    def _outside(self, column: Numbers, row: int) -> InputError:
        name, place, cells = next((name, p, cells) for name, (p, cells) in self._read.items() if p.start <= row < p.stop)
        quantity, value = self.methodology.quantity[name], float(column[row])
        shown = cell_name(quantity, self.plan.setting, int(cells[row - place.start]))
        if not np.isfinite(value):
            return InputError("I505", f"{shown} is not a finite number", remedy="look at the numbers that were given")
        why = f"its range is {quantity.range}"
        what = f"{shown} = {value:.6g} {quantity.unit} is outside what it can be"
        return InputError("I504", what, why=why, remedy="correct the number")

    def _misfit(self, name: str, shape: tuple[int, ...]) -> InputError:
        if name not in self._shapes:
            return InputError("I501", f"{name} is no input of this run", remedy="change one of " + ", ".join(sorted(self._shapes)))
        axes = ", ".join(self.methodology.quantity[name].indices)
        remedy = f"give an array of shape {self._shapes[name]}"
        return InputError("I501", f"{name} has shape {shape}", why=f"its axes are ({axes})", remedy=remedy)


class _Quantities(Mapping[str, Numbers]):
    """Numbers by quantity, all in one array."""

    def __init__(self, numbers: Numbers, places: Mapping[str, tuple[slice, tuple[int, ...]]]) -> None:
        self._numbers, self._places = numbers, places

    def __getitem__(self, quantity: str) -> Numbers:
        own, shape = self._places[quantity]
        return self._numbers[own].reshape(shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
