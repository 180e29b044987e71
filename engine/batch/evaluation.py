"""Evaluate a batch: blocks of draws shared out among threads; draws that the optimised form does not fit are done as printed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.batch.batchable import ArraySource, Batchable, NumberSource
from engine.batch.lanes import LaneCode, can_run, is_at_hand, is_loaded, why_not_loaded
from engine.batch.machine import cache_bytes, cores, free_memory
from engine.batch.program import Group, Numbers, Program
from engine.batch.specialised import MOST_WIDTH, Code, Prepared
from engine.plan.cells import cell_name, counted
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from engine.run.ranges import limits
from equations.errors import EvaluationError, InputError, MethodologyError

BACKENDS = ("auto", "numpy", "numba")
#: Operations from which on numba pays: its import takes about a quarter of a second, and it saves about half a nanosecond each.
_PAYS, _PAYS_IF_LOADED = 1_000_000_000, 20_000_000
#: Fewer blocks are not worth a further thread, where none is asked for.
_BLOCKS_PER_WORKER = 4
_BYTES = 8
Progress = Callable[[int], None]
#: Batch, source, way, progress -> values: :func:`evaluate_batch`, or the same on a cluster.
Evaluate = Callable[["Batchable", "NumberSource", "Way", "Progress | None"], "BatchValues"]


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
        Mark draws without a finite result, where otherwise the first is an error.
    """

    form: str = "optimised"
    backend: str = "auto"
    width: int | None = None
    workers: int | None = None
    keep_failed: bool = False

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise InputError("I511", f"there is no backend {self.backend!r}", remedy=f"backends are {', '.join(BACKENDS)}")
        for name, number in (("block", self.width), ("workers", self.workers)):
            if number is not None and number < 1:
                raise InputError("I511", f"{number} cannot be a number of {name}", remedy="give 1 or more")


DEFAULT_WAY = Way()


def evaluate_batch(batchable: Batchable, source: NumberSource, way: Way = DEFAULT_WAY, progress: Progress | None = None) -> BatchValues:
    """Evaluate all draws of a source.

    Parameters
    ----------
    progress
        Called with the number of draws that were finished since its last call.

    Raises
    ------
    InputError
        I504 or I505 for a draw outside the range in which a quantity can be, or not finite; I511 for an impossible way and
        where memory would not suffice.
    EvaluationError
        V6xx for a draw without a finite result, with its cell and operands.
    """
    return _Batch(batchable, source, way, progress).run()


def backend_for(program: Program, count: int, way: Way) -> str:
    """Return the backend for so many draws: ``numba`` where it was asked for, or is at hand and saves more than it costs.

    Raises
    ------
    InputError
        I511 if it was asked for and cannot be used.
    """
    if way.backend == "numba" and (why := _why_not(program)):
        raise InputError("I511", "the numba backend cannot be used", why=why,
                         remedy="install mrvgraph[numba], or use the numpy backend")  # fmt: skip
    if way.backend != "auto":
        return way.backend
    pays = program.work * count > (_PAYS_IF_LOADED if is_loaded() else _PAYS)
    return "numba" if pays and not _why_not(program) else "numpy"


def _why_not(program: Program) -> str:
    """Return why numba cannot be used for a program, nothing if it can."""
    if not is_at_hand():
        return "it is not installed, or told to compile nothing"
    return why_not_loaded() if can_run(program) else "it has no logarithms, powers and matrix operations"


def check_memory(needed: int, what: str) -> None:
    """Raise I511 if so many bytes are more than can be had, before any work is done."""
    free = free_memory()
    if free is not None and needed > free:
        raise InputError("I511", f"{what} need {needed / 1e9:.1f} GB of memory", why=f"{free / 1e9:.1f} GB are free",
                         remedy="take fewer draws, or ask for fewer quantities")  # fmt: skip


def without_result(batchable: Batchable, source: NumberSource, draw: int) -> EvaluationError:
    """Return why a draw has no finite result."""
    return _Batch(batchable, source, DEFAULT_WAY, None).explained(draw)


@dataclass
class _Batch:
    batchable: Batchable
    source: NumberSource
    way: Way
    progress: Progress | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: int = 0
    as_printed: int = 0
    stopped: bool = False
    refused: dict[int, InputError] = field(default_factory=dict)
    standing: dict[int, tuple[np.ndarray, np.ndarray] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.template = self.source.template
        # What all draws share is computed here once; only what differs is left for the blocks.
        self.main = self.batchable.prepared(self.way.form, self.template)
        self.width = self.main.width(self.backend, self.source.count, self.way.width or self.source.chunk or self.wide, cache_bytes())
        blocks = -(-self.source.count // self.width)
        self.workers = max(1, min(self.way.workers or cores(), blocks if self.way.workers else blocks // _BLOCKS_PER_WORKER))
        self.failed = np.zeros(self.source.count, bool)

    @property
    def wide(self) -> int | None:
        """The width that suits several threads of NumPy, where there are draws for all of them: short calls would wait for each other."""
        threads = self.way.workers or cores()
        enough = self.source.count >= threads * _BLOCKS_PER_WORKER * MOST_WIDTH
        return MOST_WIDTH if threads > 1 and enough and self.backend == "numpy" else None

    @cached_property
    def backend(self) -> str:
        """What evaluates the blocks: numba only where it saves more than it costs."""
        return backend_for(self.main.program, self.source.count, self.way)

    def run(self) -> BatchValues:
        """Evaluate all draws and put the results together."""
        self.check_memory()
        count = self.source.count
        results = np.empty((len(self.main.cells), count))
        # Numbers that no draw moves are not computed again.
        results[self.main.is_known] = self.main.numbers[self.main.is_known, None]
        self.failed |= self.main.without_result
        if len(self.main.results):
            self.share_out(results)
        if self.failed.any() and not self.way.keep_failed:
            raise self.explained(int(np.argmax(self.failed)))
        arrays, first = {}, 0
        for name, cells in self.batchable.form(self.way.form).outputs.items():
            part = results[first : first + cells.size].reshape(*cells.shape, count)
            arrays[name] = np.moveaxis(part, -1, 0)
            first += cells.size
        return BatchValues(arrays, self.failed, self.as_printed, self.backend, self.width, self.workers)

    def share_out(self, results: Numbers) -> None:
        """Let the workers take blocks until none is left, and raise what the first refused draw was refused for."""
        try:
            if self.workers == 1:
                self.work(results)
            else:
                from concurrent.futures import ThreadPoolExecutor  # of one worker nobody waits for it

                with ThreadPoolExecutor(self.workers) as pool:
                    # Threads, not processes: NumPy and the compiled machine let go of the lock, and results need no copies.
                    tasks = [pool.submit(self.work, results) for _ in range(self.workers)]
                    try:
                        for task in tasks:
                            task.result()
                    # Also after Ctrl-C: the others end with the block that they have.
                    finally:
                        self.stopped = True
        finally:
            self.stopped = True
        # Of several refusals that of the first draw is told, whichever thread was faster.
        if self.refused:
            raise self.refused[min(self.refused)]

    def work(self, results: Numbers) -> None:
        """Take one block after the other until none is left."""
        code, printed = self.code(self.main), None
        with np.errstate(all="ignore"):
            while (block := self.take()) is not None:
                start, stop = block
                found = self.computed(self.main, code, start, stop)
                failed = self.kept(found[: len(self.main.open)], results, start, stop, known_finite=code.is_finite(stop - start))
                if self.main.has_status:
                    # Written so that a NaN counts as wrong.
                    wrong = ~(found[-1] >= 0.0)
                    failed |= wrong
                    # The optimised form may overflow where the printed one does not: only the printed form refuses a draw.
                    if wrong.any() and self.way.form == "optimised":
                        printed = printed or self.code(self.printed)
                        failed[wrong] = self.as_is(printed, start, stop, wrong, results)
                self.failed[start:stop] |= failed
                self.tell(stop - start)

    def kept(self, found: Numbers, results: Numbers, start: int, stop: int, *, known_finite: bool) -> np.ndarray:
        """Keep what a block gives, and return which of its draws have no finite result."""
        # -0.0 + 0.0 is 0.0, as a run writes it.
        np.add(found, 0.0, out=found)
        places = self.main.open
        # A stretch is written in one piece; places one by one would be copied twice.
        even = len(places) > 0 and bool((places == np.arange(places[0], places[0] + len(places))).all())
        results[slice(int(places[0]), int(places[0]) + len(places)) if even else places, start:stop] = found
        if known_finite:
            return np.zeros(stop - start, bool)
        return np.asarray(~np.isfinite(found).all(axis=0))

    def take(self) -> tuple[int, int] | None:
        """Return the next block, or ``None`` where there is none or somebody stopped."""
        with self.lock:
            start = self.next_start
            if self.stopped or start >= self.source.count:
                return None
            self.next_start = min(start + self.width, self.source.count)
            return start, self.next_start

    def tell(self, done: int) -> None:
        """Report progress, one worker at a time."""
        if self.progress is not None:
            with self.lock:
                self.progress(done)

    @property
    def printed(self) -> Prepared:
        """The literal form, made when the first draw asks for it."""
        with self.lock:
            return self.batchable.prepared("literal", self.template)

    def as_is(self, code: Code, start: int, stop: int, wrong: np.ndarray, results: Numbers) -> np.ndarray:
        """Compute draws of a block that the optimised form does not fit as printed; return which of them have no finite result."""
        literal = self.printed
        own = self.computed(literal, code, start, stop)[:, wrong]
        whole = np.repeat(literal.numbers[:, None], own.shape[1], axis=1)
        whole[literal.open] = own[: len(literal.open)] + 0.0
        results[:, np.nonzero(wrong)[0] + start] = whole
        failed: np.ndarray = ~np.isfinite(whole[literal.needed]).all(axis=0)
        with self.lock:
            self.as_printed += int(wrong.sum())
        if literal.has_status:
            failed = failed | ~(own[-1] >= 0.0)
        return failed

    def code(self, prepared: Prepared) -> Code:
        """Return code for one worker."""
        made = prepared.code(self.backend, self.width)
        if isinstance(made, LaneCode):
            quantity = self.batchable.methodology.quantity
            made.hold(np.array([limits(quantity[group.name]) for group in prepared.varied for _ in range(group.size)]).reshape(-1, 2))
        return made

    def where(self, prepared: Prepared) -> tuple[np.ndarray, np.ndarray] | None:
        """Return where the machine finds the inputs, if they stand in memory and it is the machine that computes."""
        if self.backend != "numba" or not isinstance(self.source, ArraySource):
            return None
        if id(prepared) not in self.standing:
            self.standing[id(prepared)] = self.source.where(prepared.wanted)
        return self.standing[id(prepared)]

    def computed(self, prepared: Prepared, code: Code, start: int, stop: int) -> Numbers:
        """Compute a block, and refuse a draw whose inputs are outside what they can be. Shape: (results, stop - start)."""
        place = self.where(prepared)
        if place is None:
            self.fill(prepared, code, start, stop)
            return code.run()[:, : stop - start]
        # The machine reads the numbers where they stand, and looks at their ranges on the way; only what is refused is looked at again.
        addresses, steps = place
        assert isinstance(code, LaneCode)
        found = code.run_on(addresses + start * steps, steps, stop - start)
        if not code.are_inside:
            self.fill(prepared, code, start, stop)
        return found

    # -- inputs

    def fill(self, prepared: Prepared, code: Code, start: int, stop: int) -> None:
        """Write the inputs of a block; what is left of its width repeats the last draw."""
        rows = {name: code.inputs[a:b, : stop - start] for name, (a, b) in prepared.places.items()}
        self.source.fill(start, stop, prepared.wanted, rows)
        for group in prepared.varied:
            self.check(group, rows[group.name], start)
        # The code always computes a whole width; the rest must hold numbers that raise no fault of their own.
        if stop - start < self.width:
            code.inputs[:, stop - start :] = code.inputs[:, stop - start - 1 : stop - start]

    def check(self, group: Group, rows: Numbers, start: int) -> None:
        """Refuse a draw of an input outside its range, as a run would."""
        least, most = limits(self.batchable.methodology.quantity[group.name])
        low, high = rows.min(), rows.max()
        # Two passes over the block, without an array of conditions, where all is well.
        if least <= low and high <= most and np.isfinite(low) and np.isfinite(high):
            return
        inside = (rows >= least) & (rows <= most) & np.isfinite(rows)
        draw = int(np.argmin(inside.all(axis=0)))
        at = int(np.argmin(inside[:, draw]))
        with self.lock:
            # Kept and raised at the end: another thread may be at an earlier draw.
            self.refused[start + draw] = self.outside(group, at, start + draw, float(rows[at, draw]))
            self.stopped = True

    def outside(self, group: Group, at: int, draw: int, value: float) -> InputError:
        """Return the error of a run for one cell of one draw."""
        assert group.places is not None
        quantity = self.batchable.methodology.quantity[group.name]
        name, unit = f"draw {draw + self.source.first + 1}", "" if str(quantity.unit) == "1" else f" {quantity.unit}"
        shown = cell_name(quantity, self.batchable.plan.setting, int(group.places[at]))
        where = self.source.declared_at(quantity.id, int(group.places[at]))
        if not np.isfinite(value):
            return InputError("I505", f"{shown} is not a finite number in {name}", where, remedy="look at the numbers that were given")
        return InputError(
            "I504",
            f"{shown} = {value:.6g}{unit} in {name} is outside what it can be",
            where,
            why=f"its range is {quantity.range}",
            remedy="correct the numbers, or declare a distribution within the range",
        )

    # -- what can go wrong as a whole

    def check_memory(self) -> None:
        """Refuse before any work what could not be held at the end."""
        rows = self.main.instructions.height if self.backend == "numba" else self.main.layout.height[0]
        needed = (len(self.main.cells) * self.source.count + self.workers * self.width * rows) * _BYTES
        check_memory(needed, f"{self.source.count:,} draws of {len(self.main.cells)} numbers")

    def explained(self, draw: int) -> EvaluationError:
        """Return what is wrong with a draw, by evaluating it alone."""
        name = f"draw {draw + self.source.first + 1}"
        arrays = {name: np.array(numbers, float) for name, numbers in self.template.items()}
        wanted = {name: places for name in self.batchable.plan.inputs if len(places := self.differing(name))}
        rows = {name: np.empty((len(places), 1)) for name, places in wanted.items()}
        self.source.fill(draw, draw + 1, wanted, rows)
        for quantity, places in wanted.items():
            arrays[quantity].reshape(-1)[places] = rows[quantity][:, 0]
        error = why_without_result(self.batchable, arrays)
        return EvaluationError(error.code, f"{name}: {error.what}", error.place, why=error.why, remedy=error.remedy)


    def differing(self, name: str) -> np.ndarray:
        """Return the needed cells of an input that differ between draws, whether the program reads them or not."""
        quantity = self.batchable.methodology.quantity[name]
        needed = counted(quantity, self.batchable.plan, self.batchable.methodology, whole=True)
        return np.nonzero(np.isnan(np.ravel(self.template[name])) & needed.ravel())[0]


def why_without_result(batchable: Batchable, numbers: Mapping[str, Numbers]) -> MethodologyError:
    """Return what is wrong with the numbers of one draw or project, by evaluating them alone."""
    return refused_alone(batchable, numbers) or EvaluationError("V603", "there is no finite result")


def refused_alone(batchable: Batchable, numbers: Mapping[str, Numbers]) -> MethodologyError | None:
    """Return why a run with the numbers of one draw or project is refused, or ``None`` where it is not."""
    arrays = {name: np.array(array, float) for name, array in numbers.items()}
    states = {name: np.ones(np.shape(array), np.uint8) for name, array in arrays.items()}
    try:
        evaluate(batchable.methodology, batchable.plan, Inputs(arrays, states, {}, {}, (), ()))
    except MethodologyError as error:
        return error
    return None
