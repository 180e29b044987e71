"""One project with many numbers: the front door of batches for Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batch.batchable import ArraySource, Batchable, batchable_of_setting
from engine.batch.beyond import draws_beyond, watched
from engine.batch.evaluation import DEFAULT_WAY, BatchValues, Progress, Way, evaluate_batch
from engine.batch.program import Numbers
from engine.run.run import Run
from equations.errors import InputError, near_or_all


@dataclass(frozen=True)
class Batch:
    """A run made ready to be evaluated for many draws; what does not differ between draws has the numbers of the run."""

    batchable: Batchable
    shared: Mapping[str, Numbers]

    def __call__(self, arrays: Mapping[str, Numbers], way: Way = DEFAULT_WAY, progress: Progress | None = None) -> BatchValues:
        """Evaluate every draw.

        Parameters
        ----------
        arrays
            Input -> its numbers, in the quantity's unit. Shape: (draw, one axis per index in declared order). Arrays whose draws are next to
            each other in memory are read fastest.
        way
            Form, backend, width of a block, workers: none of them but the form moves a bit.

        Returns
        -------
        BatchValues
            ``found.arrays["ER"]``, with a leading axis of draws.

        Raises
        ------
        InputError
            I501 for what is no input or has another shape; I504 or I505 for a draw outside the range in which a quantity can be, or not
            finite; I511 where memory would not suffice.
        EvaluationError
            V6xx for a draw without a finite result.

        Notes
        -----
        What is computed on the way is not held against its range; :meth:`beyond` does that.
        """
        given = self.checked(arrays)
        return evaluate_batch(self.batchable, ArraySource(given, self.shared), way, progress)

    def beyond(self, arrays: Mapping[str, Numbers], way: Way = DEFAULT_WAY) -> Mapping[str, NDArray[np.bool_]]:
        """Tell in which draws a computed quantity leaves the range in which it can be, which a run of its own would refuse.

        Parameters
        ----------
        arrays
            As for a call.

        Returns
        -------
        Mapping
            Quantity -> draws that leave its range. Shape: (draw,). Rounding counts as leaving it.
        """
        source = ArraySource(self.checked(arrays), self.shared)
        watch = watched(self.batchable, source.template)
        found: dict[str, list[NDArray[np.bool_]]] = {}
        for name, beyond in draws_beyond(watch, source, way) if watch is not None else ():
            found.setdefault(name, []).append(beyond)
        return {name: draws for name, parts in found.items() if (draws := np.concatenate(parts)).any()}

    def checked(self, arrays: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Return arrays that fit the inputs, or raise I501."""
        counts = {name: len(array) for name, array in arrays.items() if np.ndim(array)}
        for name, array in arrays.items():
            if name not in self.shared:
                remedy = near_or_all(name, self.shared, "inputs that these results need:")
                raise InputError("I501", f"{name} is no input of this batch", remedy=remedy)
            if np.shape(array)[1:] != np.shape(self.shared[name]) or name not in counts:
                axes = ", ".join(("draw", *self.batchable.methodology.quantity[name].indices))
                wanted = ", ".join(map(str, ("n", *np.shape(self.shared[name]))))
                raise InputError("I501", f"{name} has shape {np.shape(array)}", why=f"its axes are ({axes})", remedy=f"give shape ({wanted})")
        if len(set(counts.values())) > 1:
            said = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise InputError("I501", f"the inputs have different numbers of draws: {said}", remedy="give each as many")
        return {name: np.asarray(array, np.float64) for name, array in arrays.items()}


def batch_of(run: Run, targets: tuple[str, ...]) -> Batch:
    """Return a run made ready for many draws.

    Parameters
    ----------
    targets
        Quantities that are wanted, and nothing else is computed.
    """
    made = batchable_of(run, targets)
    return Batch(made, {name: run.inputs.values[name] for name in made.plan.inputs})


def batchable_of(run: Run, targets: tuple[str, ...]) -> Batchable:
    """Return the part of a run that some targets need, ready for batches."""
    return batchable_of_setting(run.methodology, run.setting, targets, frozenset(run.inputs.values))
