"""Random programs of all operations that the compiled machine has."""

from __future__ import annotations

import random

import numpy as np

from engine.batch.arithmetic import apply, reduce_runs
from engine.batch.lane_operations import OPS
from engine.batch.program import CONDITIONS, ELEMENTWISE, REDUCTIONS, Builder, Cells, Program

_NUMBERS = sorted(name for name in OPS if name in ELEMENTWISE and name not in CONDITIONS and name != "where")
_COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")


class RandomProgram:
    """A program, and how many inputs it has."""

    def __init__(self, seed: int, steps: int) -> None:
        self.draw, self.builder = random.Random(seed), Builder()
        self.inputs = self.draw.randint(1, 9)
        self.numbers = [int(cell) for cell in self.builder.add("input", self.inputs, name="X", places=np.arange(self.inputs))]
        self.known = [int(cell) for cell in self.builder.constants(np.array([self.draw.uniform(-3, 3) for _ in range(5)]))]
        self.conditions = [int(self.builder.add("lt", 1, tuple(self.some(1) for _ in range(2)))[0])]
        for _ in range(steps):
            self.step()
        made = sorted({*self.draw.sample(self.numbers, min(len(self.numbers), 4)), self.numbers[-1]})
        self.outputs = np.array(made, np.int64)
        self.program = Program(tuple(self.builder.groups), {"R": self.outputs})

    def some(self, count: int) -> Cells:
        """Return some cells, those made last more often."""
        recent = self.numbers[-12:]
        return np.array([self.draw.choice(recent if self.draw.random() < 0.7 else self.numbers) for _ in range(count)], np.int64)

    def step(self) -> None:
        """Add a group of cells."""
        size, kind = self.draw.randint(1, 4), self.draw.random()
        if kind < 0.45:
            self.sums(self.draw.randint(1, 3))
        elif kind < 0.55:
            name = self.draw.choice([name for name in ("Max", "Min") if name in REDUCTIONS])
            self.numbers += self.builder.reduce(name, self.some(5), np.array([0, 3, 5])).tolist()
        elif kind < 0.65:
            pair = self.builder.add(self.draw.choice(_COMPARED), size, (self.some(size), self.some(size)))
            self.conditions += pair.tolist()
            self.conditions += self.builder.add(self.draw.choice(("and", "or")), 1, tuple(self.condition() for _ in range(2))).tolist()
            self.conditions += self.builder.add("not", 1, (self.condition(),)).tolist()
        elif kind < 0.72:
            self.numbers += self.builder.add("where", 1, (self.condition(), self.some(1), self.some(1))).tolist()
        elif kind < 0.8:
            known = np.array(self.draw.choices(self.known, k=size))
            self.numbers += self.builder.add("mul", size, (self.some(size), known)).tolist()
            self.numbers += self.builder.add("pos", size, (self.builder.add("sub", size, (self.some(size), self.some(size))),)).tolist()
        else:
            name = self.draw.choice(_NUMBERS)
            self.numbers += self.builder.add(name, size, tuple(self.some(size) for _ in range(ELEMENTWISE[name].operands))).tolist()

    def condition(self) -> Cells:
        """Return one condition."""
        return np.array([self.draw.choice(self.conditions)], np.int64)

    def sums(self, count: int) -> None:
        """Add sums of plain cells, products with known numbers and products, often of the same rows."""
        same, rows = self.draw.random() < 0.6, self.some(self.draw.randint(2, 7))
        runs = []
        for _ in range(count):
            read = rows if same else self.some(len(rows))
            kind = self.draw.random()
            if kind < 0.8:
                other = np.array(self.draw.choices(self.known, k=len(read))) if kind < 0.6 else self.some(len(read))
                read = self.builder.add("mul", len(read), (read, other) if self.draw.random() < 0.7 else (other, read))
            if self.draw.random() < 0.3:
                read = np.concatenate([self.some(1), read])
            runs.append(read)
        self.numbers += self.builder.reduce("Sum", np.concatenate(runs), np.cumsum([0, *map(len, runs)])).tolist()

    def draws(self, count: int) -> np.ndarray:
        """Return numbers for the inputs, among them some that are not any. Shape: (input, draw)."""
        rng = np.random.default_rng(self.draw.randrange(2**32))
        found = rng.lognormal(0.0, 1.0, (self.inputs, count)) * rng.choice([-1.0, 1.0], (self.inputs, count))
        odd = rng.random((self.inputs, count))
        for share, number in ((0.004, np.nan), (0.01, 0.0), (0.015, np.inf), (0.02, 2.5)):
            found[(odd < share) & (odd >= share - 0.006)] = number
        return found

    def in_numpy(self, data: np.ndarray) -> np.ndarray:
        """Return the outputs, one operation after the other. Shape: (output, draw)."""
        rows = np.empty((self.program.size, data.shape[1]))
        for group in self.program.groups:
            if group.op in ("input", "const"):
                made = data if group.op == "input" else group.values[:, None]
            elif group.op in REDUCTIONS:
                made = reduce_runs(group.op, rows[group.operands[0]], group.starts)
            else:
                made = apply(group.op, [rows[cells] for cells in group.operands])
            rows[group.cells] = made
        self.whole = rows
        # As a run writes it.
        return rows[self.outputs] + 0.0
