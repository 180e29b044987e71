"""Evaluate a batch: blocks of draws shared out among threads, with the literal form at hand for draws that the optimised one does not fit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.batch.batch import Batchable, BlockProgram, Source, block_program
from engine.batch.lanes import LaneCode, can_run, is_at_hand, is_loaded
from engine.batch.machine import cache_bytes, cores, free_memory
from engine.batch.numpy_code import BlockCode, width_for
from engine.batch.program import Cells, Group, Numbers, Program
from engine.batch.rows import Layout, lay_out
from engine.batch.status import STATUS
from engine.evaluate import evaluate
from engine.inputs import Inputs
from equations.errors import EvaluationError, InputError
from equations.quantity import Quantity

BACKENDS = ("auto", "numpy", "numba")
#: Draws of a block; NumPy's calls pay from some hundreds on, and more than some thousands leave the cache.
LEAST_WIDTH, MOST_WIDTH = 256, 4096
_SMALL = 16
_BYTES = 8
#: Operations from which on numba pays: its import takes about a quarter of a second, and it saves about half a nanosecond each.
_PAYS, _PAYS_IF_LOADED = 1_000_000_000, 20_000_000
Progress = Callable[[int], None]


@dataclass(frozen=True)
class BatchValues:
    """Results of a batch.

    Attributes
    ----------
    arrays
        Quantity -> float64. Shape: (draw, *shape of the quantity). A view; draws are next to each other in memory.
    failed
        Draws without a finite result, where these were asked to be kept. Shape: (draw,).
    as_printed
        How many draws were computed as printed because the optimised form does not hold for them.
    """

    arrays: Mapping[str, Numbers]
    failed: np.ndarray
    as_printed: int
    backend: str
    width: int
    workers: int


@dataclass(frozen=True)
class Way:
    """How a batch is evaluated; none of it moves a bit of a result but ``form``.

    Attributes
    ----------
    form
        ``optimised`` or ``literal``.
    width
        Draws of a block; by default as many as fit the cache.
    workers
        Threads; by default one for each core.
    keep_failed
        Leave draws without a finite result in place (as NaN) and mark them, where otherwise the first is an error.
    """

    form: str = "optimised"
    backend: str = "auto"
    width: int | None = None
    workers: int | None = None
    keep_failed: bool = False


def evaluate_batch(batchable: Batchable, source: Source, way: Way = Way(), progress: Progress | None = None) -> BatchValues:  # noqa: B008
    """Evaluate all draws of a source.

    Parameters
    ----------
    progress
        Called with the number of draws that were finished since its last call.

    Raises
    ------
    InputError
        I504 or I505 for a draw outside the range in which a quantity can be, or not finite; I512 where memory would not suffice.
    EvaluationError
        V6xx for a draw without a finite result, with its cell and operands.
    """
    return _Batch(batchable, source, way, progress).run()


@dataclass
class _Batch:
    batchable: Batchable
    source: Source
    way: Way
    progress: Progress | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: int = 0
    as_printed: int = 0
    stopped: bool = False
    refused: dict[int, InputError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        template = self.source.template
        self.main = self.prepared(self.batchable.form(self.way.form), template)
        self.template = template
        self._printed: _Prepared | None = self.main if self.way.form == "literal" else None
        if self.way.backend not in BACKENDS:
            raise InputError("I511", f"there is no backend {self.way.backend!r}", remedy=f"backends are {', '.join(BACKENDS)}")
        self.workers = max(1, min(self.way.workers or cores(), -(-self.source.count // self.main.width)))

    @cached_property
    def backend(self) -> str:
        """``numba`` where it was asked for, or is at hand and saves more than it costs; else ``numpy``."""
        program = self.main.program.program
        if self.way.backend == "numba" and not (is_at_hand() and can_run(program)):
            why = "it has no logarithms, powers and matrix operations" if is_at_hand() else "it is not installed"
            raise InputError("I511", "the numba backend cannot be used", why=why, remedy="install mrvgraph[numba], or use --backend numpy")
        if self.way.backend != "auto":
            return self.way.backend
        operations = program.work * self.source.count
        pays = operations > (_PAYS_IF_LOADED if is_loaded() else _PAYS)
        return "numba" if pays and is_at_hand() and can_run(program) else "numpy"

    def code(self, prepared: _Prepared) -> BlockCode | LaneCode:
        """Return code of one worker."""
        if self.backend == "numba":
            return LaneCode(prepared.program.program, prepared.width, prepared.wanted_cells)
        return BlockCode(prepared.layout, prepared.width, prepared.wanted_cells)

    def prepared(self, program: Program, template: Mapping[str, Numbers], width: int | None = None) -> _Prepared:
        own = block_program(program, template, self.batchable.methodology.quantity)
        return _prepared(own, self.source.count, width or self.way.width, self.batchable.needed)

    def run(self) -> BatchValues:
        self.check_memory()
        count = self.source.count
        results = np.empty((len(self.main.cells), count))
        self.failed = np.zeros(count, bool)
        results[self.main.known] = self.main.numbers[:, None]
        if len(self.main.open) or self.main.checks:
            self.share_out(results)
        self.failed |= self.main.without_result
        if self.failed.any() and not self.way.keep_failed:
            raise self.explained(int(np.argmax(self.failed)))
        arrays, first = {}, 0
        for name, cells in self.batchable.form(self.way.form).outputs.items():
            part = results[first : first + cells.size].reshape(*cells.shape, count)
            arrays[name] = np.moveaxis(part, -1, 0)
            first += cells.size
        return BatchValues(arrays, self.failed, self.as_printed, self.backend, self.main.width, self.workers)

    def share_out(self, results: Numbers) -> None:
        try:
            if self.workers == 1:
                self.work(results)
            else:
                with ThreadPoolExecutor(self.workers) as pool:
                    for done in [pool.submit(self.work, results) for _ in range(self.workers)]:
                        done.result()
        finally:
            self.stopped = True
        if self.refused:
            raise self.refused[min(self.refused)]

    def work(self, results: Numbers) -> None:
        """Take one block after the other until none is left."""
        code, printed = self.code(self.main), None
        with np.errstate(all="ignore"):
            while (block := self.take()) is not None:
                start, stop = block
                self.fill(self.main, code, start, stop)
                found = code.run()[:, : stop - start]
                if self.main.checks:
                    wrong = ~(found[-1] >= 0.0)
                    found = found[:-1]
                    if wrong.any() and self.way.form == "optimised":
                        printed = printed or self.code(self.printed)
                        found, wrong = self.as_is(printed, start, stop, found, wrong)
                    self.failed[start:stop] = wrong
                self.failed[start:stop] |= ~np.isfinite(found).all(axis=0)
                results[self.main.open, start:stop] = found + 0.0
                if self.progress is not None:
                    with self.lock:
                        self.progress(stop - start)

    def take(self) -> tuple[int, int] | None:
        with self.lock:
            start = self.next_start
            if self.stopped or start >= self.source.count:
                return None
            self.next_start = min(start + self.main.width, self.source.count)
            return start, self.next_start

    @property
    def printed(self) -> _Prepared:
        """The literal form, made when the first draw asks for it."""
        with self.lock:
            if self._printed is None:
                self._printed = self.prepared(self.batchable.literal, self.template, self.main.width)
            return self._printed

    def as_is(self, code: BlockCode | LaneCode, start: int, stop: int, found: Numbers, wrong: np.ndarray) -> tuple[Numbers, np.ndarray]:
        """Compute the draws of a block that the optimised form does not fit as printed."""
        literal = self.printed
        self.fill(literal, code, start, stop)
        own = code.run()[:, : stop - start]
        failed = wrong & ~(own[-1] >= 0.0) if literal.checks else np.zeros(len(wrong), bool)
        whole = np.empty((len(literal.cells), stop - start))
        whole[literal.known] = literal.numbers[:, None]
        whole[literal.open] = own[: len(literal.open)]
        with self.lock:
            self.as_printed += int(wrong.sum())
        return np.where(wrong, whole[self.main.open], found), failed

    def fill(self, prepared: _Prepared, code: BlockCode | LaneCode, start: int, stop: int) -> None:
        """Write the inputs of a block; what is left of its width repeats the last draw."""
        rows = {name: code.inputs[a:b, : stop - start] for name, (a, b) in prepared.places.items()}
        self.source.fill(start, stop, prepared.program.wanted, rows)
        for group in prepared.program.varied:
            self.check(group, rows[group.name], start)
        if stop - start < prepared.width:
            code.inputs[:, stop - start :] = code.inputs[:, stop - start - 1 : stop - start]

    def check(self, group: Group, rows: Numbers, start: int) -> None:
        quantity = self.batchable.methodology.quantity[group.name]
        least, most = limits(quantity)
        low, high = rows.min(), rows.max()
        if low >= least and high <= most and np.isfinite(low) and np.isfinite(high):
            return
        inside = (rows >= least) & (rows <= most) & np.isfinite(rows)
        draw = int(np.argmin(inside.all(axis=0)))
        at = int(np.argmin(inside[:, draw]))
        with self.lock:
            self.refused[start + draw] = self.outside(group, at, start + draw, float(rows[at, draw]))
            self.stopped = True

    def outside(self, group: Group, at: int, draw: int, value: float) -> InputError:
        assert group.places is not None
        quantity = self.batchable.methodology.quantity[group.name]
        setting = self.batchable.plan.setting
        shape = [len(setting.members[axis]) for axis in quantity.indices]
        labels = [setting.members[axis][p] for axis, p in zip(quantity.indices, np.unravel_index(group.places[at], shape), strict=True)]
        shown = f"{quantity.id}[{', '.join(labels)}]" if labels else quantity.id
        if not np.isfinite(value):
            return InputError("I505", f"{shown} is not a finite number in draw {draw + 1}", remedy="look at the numbers that were given")
        return InputError("I504", f"{shown} = {value:.6g} {quantity.unit} in draw {draw + 1} is outside what it can be",
                          why=f"its range is {quantity.range}", remedy="correct the numbers, or declare a distribution within the range")  # fmt: skip

    def check_memory(self) -> None:
        needed = (len(self.main.cells) * self.source.count + self.workers * self.main.width * self.main.height) * _BYTES
        free = free_memory()
        if free is not None and needed > free:
            raise InputError("I512", f"{self.source.count} draws of {len(self.main.cells)} numbers need {needed / 1e9:.1f} GB of memory",
                             why=f"{free / 1e9:.1f} GB are free", remedy="take fewer draws, or ask for fewer quantities")  # fmt: skip

    def explained(self, draw: int) -> EvaluationError:
        """Return what is wrong with a draw, by evaluating it alone."""
        rows = {name: np.empty((group.size, 1)) for name, group in self.printed.program.program.inputs.items()}
        self.source.fill(draw, draw + 1, self.printed.program.wanted, rows)
        arrays = {name: np.array(numbers, float) for name, numbers in self.template.items()}
        for group in self.printed.program.varied:
            arrays[group.name].reshape(-1)[group.places] = rows[group.name][:, 0]
        states = {name: np.ones(np.shape(numbers), np.uint8) for name, numbers in arrays.items()}
        try:
            evaluate(self.batchable.methodology, self.batchable.plan, Inputs(arrays, states, {}, {}, (), ()))
        except EvaluationError as error:
            return EvaluationError(error.code, f"draw {draw + 1}: {error.what}", error.place, why=error.why, remedy=error.remedy)
        return EvaluationError("V603", f"draw {draw + 1} has no finite result")


@dataclass(frozen=True)
class _Prepared:
    """A block program with its layout.

    Attributes
    ----------
    cells
        The cells that are asked for, quantity after quantity.
    known, numbers
        Places in ``cells`` whose number all draws share, and these numbers.
    open
        Places in ``cells`` that differ between draws.
    places
        Input -> its rows among the inputs of the code.
    without_result
        Whether what all draws share has no finite result.
    """

    program: BlockProgram
    layout: Layout
    width: int
    cells: Cells
    known: Cells
    numbers: Numbers
    open: Cells
    places: Mapping[str, tuple[int, int]]
    without_result: bool

    @property
    def checks(self) -> bool:
        """Whether the last output is the status."""
        return self.program.has_status and bool(self.layout.rows[self.program.program.outputs[STATUS]][0] >= 0)

    @property
    def height(self) -> int:
        """Rows of a block."""
        return self.layout.height[0]

    @property
    def wanted_cells(self) -> Cells:
        """The cells that a block returns: those that differ between draws, and the status."""
        cells = self.cells[self.open]
        return np.concatenate([cells, self.program.program.outputs[STATUS]]) if self.checks else cells


def _prepared(program: BlockProgram, count: int, asked_width: int | None, needed: np.ndarray) -> _Prepared:
    layout = lay_out(program.program)
    width = asked_width or width_for(layout, cache_bytes(), LEAST_WIDTH, MOST_WIDTH)
    width = max(_SMALL, min(width, -(-count // _SMALL) * _SMALL))
    outputs = {name: cells for name, cells in program.program.outputs.items() if name != STATUS}
    cells = np.concatenate([part.ravel() for part in outputs.values()])
    known = np.nonzero(layout.rows[cells] < 0)[0]
    values = np.full(program.program.size, np.nan)
    for group in program.program.groups:
        if group.op == "const":
            values[group.cells] = group.values
    places, first = {}, 0
    for group in program.varied:
        places[group.name] = (first, first + group.size)
        first += group.size
    numbers, varying = values[cells[known]], np.nonzero(layout.rows[cells] >= 0)[0]
    without_result = bool((needed[known] & ~np.isfinite(numbers)).any())
    return _Prepared(program, layout, width, cells, known, numbers, varying, places, without_result)


def limits(quantity: Quantity) -> tuple[float, float]:
    """Return the least and the greatest value that a quantity can have."""
    least = quantity.range.least if quantity.range is not None else None
    most = quantity.range.most if quantity.range is not None else None
    return float("-inf") if least is None else float(least), float("inf") if most is None else float(most)
