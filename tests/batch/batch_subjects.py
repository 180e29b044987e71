"""A run with what batches need of it: its plan, its inputs, and inputs drawn around these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

import mrvgraph
from engine.batch.batchable import Batchable, make_batchable
from engine.plan.plan import Plan
from engine.plan.planner import plan_run
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from engine.run.ranges import limits
from equations.model.methodology import Methodology


@dataclass(frozen=True)
class Subject:
    """A run whose inputs can be drawn again."""

    methodology: Methodology
    plan: Plan
    numbers: dict[str, np.ndarray]

    @cached_property
    def batchable(self) -> Batchable:
        return make_batchable(self.methodology, self.plan)

    def drawn(self, draws: int, seed: int, spread: float = 0.1) -> dict[str, np.ndarray]:
        """Every input, multiplied with a random factor and kept within its range; leading axis of draws."""
        rng = np.random.default_rng(seed)
        found = {}
        for quantity, numbers in self.numbers.items():
            least, most = limits(self.methodology.quantity[quantity])
            moved = numbers * rng.lognormal(0.0, spread, (draws, *numbers.shape))
            exact = self.methodology.quantity[quantity].type != "number" or quantity in ("T_multi", "T_d_multi", "d", "d_0")
            found[quantity] = np.broadcast_to(numbers, moved.shape).copy() if exact else np.clip(moved, least, most)
        return found

    def alone(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """One evaluation as a run does it."""
        states = {quantity: np.ones(np.shape(a), np.uint8) for quantity, a in arrays.items()}
        values = evaluate(self.methodology, self.plan, Inputs(arrays, states, {}, {}, (), ()))
        return {target: values.arrays[target] for target in self.plan.targets}


def subject_of(run: mrvgraph.Run, targets: tuple[str, ...]) -> Subject:
    plan = plan_run(run.methodology, run.setting, targets, frozenset(run.inputs.values))
    return Subject(run.methodology, plan, {q: np.array(run.inputs.values[q]) for q in plan.inputs})
