"""Many projects under one methodology: those of the same shape are one batch, and a faulty one does not stop the others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.batch.batchable import ArraySource, Batchable, batchable_of_setting
from engine.batch.beyond import draws_beyond, watched
from engine.batch.evaluation import Way, evaluate_batch, refused_alone, why_without_result
from engine.plan.cells import counted
from engine.plan.plan import plan_key
from engine.plan.setting import Setting, giving
from engine.portfolio.alike import Alike, ReadWhole
from engine.portfolio.entries import ProjectEntry
from engine.portfolio.outcomes import Outcome, OutcomesFile
from engine.project.project_file import ProjectData, is_blank, read_project
from engine.project.project_setting import prepare
from engine.project.project_tree import files_in, is_workbook, project_tree
from engine.project.statements import Statements
from engine.project.values import UnitReader
from engine.run.inputs import Inputs, bind_with_statements
from engine.run.supplied import supplied_quantities
from engine.run.totals import no_total, spoken_of
from engine.simulate.normal import Numbers
from engine.simulate.solving import named_cell
from equations.errors import EvaluationError, Faults, InputError, MethodologyError, near_or_all, raise_all
from equations.files.regular_file import ReadingRule, digest_of, may_read, reading_rule, reading_under
from equations.files.strict_yaml import WrittenForm, read_spec_bytes, written_form
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings
from equations.spec.block import read_number

#: Projects that are read before they are evaluated and written.
CHUNK = 64
_MOST_SHAPES = 16

#: What calls ``function(job, part)`` for each part, in order: this process, or a cluster.
Each = Callable[[Callable[[Any, Any], Any], Any, Iterable[Any]], Iterator[Any]]


@dataclass(frozen=True)
class Numbered:
    """An entry with its place in the portfolio, its key and the hash of its file."""

    at: int
    entry: ProjectEntry
    key: str
    sha: str


def one_after_the_other(function: Callable[[Any, Any], Any], job: Any, parts: Iterable[Any]) -> Iterator[Any]:
    """Do each part in this process."""
    return (function(job, part) for part in parts)


def run_portfolio(
    methodology: Methodology,
    read_unit: UnitReader,
    entries: Sequence[ProjectEntry],
    output: Path | None,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    way: Way,
    progress: Callable[[int], None] | None = None,
    each: Each = one_after_the_other,
    remark: Callable[[str], None] = lambda said: None,
) -> list[Outcome]:
    """Evaluate every project.

    Parameters
    ----------
    output
        Lines of JSON, one for each project; what stands there already, and still holds, is not done again.
    each
        What does the work: this process, or a cluster.
    remark
        Is told of lines in the output that do not count.

    Returns
    -------
    list of Outcome
        In the order of the entries.

    Raises
    ------
    InputError
        I502 for columns of a table that the methodology does not know; for the output see :class:`OutcomesFile`.
    """
    _check_columns(methodology, entries)
    with ExitStack() as opened:
        file = OutcomesFile(output) if output is not None else None
        if file is not None:
            opened.callback(file.close)
            _remark_on(file, remark)
        asked = json.dumps([methodology.hash, dict(choices), dict(readings)], sort_keys=True)
        found: dict[int, Outcome] = {}
        missing: list[Numbered] = []
        hashes: dict[Path, str] = {}
        for at, entry in enumerate(entries):
            sha = hashes[entry.path] if entry.path in hashes else hashes.setdefault(entry.path, digest_of(entry.path))
            # All that decides an outcome, but for files that the project names: these are held against their hashes when a line is
            # read back.
            wanted = json.dumps([asked, entry.name, sha, dict(entry.changes)], sort_keys=True)
            numbered = Numbered(at, entry, hashlib.sha256(wanted.encode()).hexdigest()[:32], sha)
            held = file.current(numbered.key, entry.path.parent) if file is not None else None
            if held is None:
                missing.append(numbered)
            else:
                found[at] = held
        if progress is not None:
            progress(len(found))
        chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
        work = Portfolio(methodology, read_unit, dict(choices), dict(readings), replace(way, keep_failed=True))
        for chunk, new in zip(chunks, each(outcomes_of, work, chunks) if chunks else (), strict=True):
            if file is not None:
                file.add(new)
            found |= {numbered.at: outcome for numbered, outcome in zip(chunk, new, strict=True)}
            if progress is not None:
                progress(len(chunk))
        outcomes = [found[at] for at in range(len(entries))]
        if file is not None:
            file.tidy(outcomes)
        return outcomes


def _remark_on(file: OutcomesFile, remark: Callable[[str], None]) -> None:
    if file.unbelieved:
        lines, were = (f"{file.unbelieved} lines", "were") if file.unbelieved > 1 else ("1 line", "was")
        remark(f"{lines} of {file.path.name} {were} not written by a run of yours here: what is asked for is worked out again")


def _check_columns(methodology: Methodology, entries: Sequence[ProjectEntry]) -> None:
    """Look once whether the names of columns can mean anything."""
    errors = []
    for column in dict.fromkeys(column for entry in entries for column in entry.changes):
        name = column.partition("[")[0].strip()
        if name not in methodology.quantity and name not in methodology.in_readings:
            row = next(entry.place for entry in entries if column in entry.changes)
            place = replace(row, line=1) if row else None
            remedy = near_or_all(name, methodology.quantity, "quantities:")
            errors.append(InputError("I502", f"there is no quantity {name!r}", place, why=f"of column {column!r}", remedy=remedy))
    raise_all(errors)


def outcomes_of(work: Portfolio, chunk: Sequence[Numbered]) -> list[Outcome]:
    """Evaluate some projects, here or in a worker; outcomes are in their order."""
    return work.outcomes(chunk)


@dataclass(frozen=True)
class _Bound:
    """A project that was read: what it is evaluated with, and its inputs."""

    batchable: Batchable
    known: tuple[str, ...]
    numbers: Mapping[str, Numbers]


@dataclass(frozen=True)
class _Read:
    """A project file that was read, or why it could not be."""

    where: tuple[Path, str]
    files: Mapping[str, str]
    bound: _Bound | MethodologyError


@dataclass
class Portfolio:
    """What all projects of a portfolio share; :func:`outcomes_of` does some of them. Threads of a worker may share it."""

    methodology: Methodology
    read_unit: UnitReader
    choices: dict[str, str]
    readings: dict[str, str]
    way: Way
    #: Which files may be read; a worker is told.
    rule: ReadingRule = field(default_factory=reading_rule)
    batchables: dict[str, Batchable] = field(default_factory=dict)
    #: Batchable, by its id -> itself, and what is to be computed to see whether ranges hold.
    watches: dict[int, tuple[Batchable, Batchable | None]] = field(default_factory=dict)
    #: The file that was read last: rows of a table start from the same one.
    last: _Read | None = None
    #: What is known of files that are written alike, and with what they are evaluated; the last one first.
    patterns: list[tuple[Alike, _Bound]] = field(default_factory=list)

    def __getstate__(self) -> dict[str, object]:
        """What a worker is told: not what was read here."""
        return {**self.__dict__, "batchables": {}, "watches": {}, "last": None, "patterns": []}

    def outcomes(self, chunk: Sequence[Numbered]) -> list[Outcome]:
        """Evaluate some projects; the outcomes are in their order."""
        groups: dict[int, tuple[Batchable, list[_Ready]]] = {}
        found: dict[int, Outcome] = {}
        for one in chunk:
            with reading_under(self.rule):
                read = self.read(one)
            try:
                if isinstance(read.bound, MethodologyError):
                    raise read.bound
                ready = _Ready(one, self.changed(one.entry, read.bound), read.files)
                groups.setdefault(id(read.bound.batchable), (read.bound.batchable, []))[1].append(ready)
            except MethodologyError as error:
                found[one.at] = _failed(one, read.files, error)
        for batchable, members in groups.values():
            found |= self.evaluated(batchable, members)
        return [found[one.at] for one in chunk]

    def read(self, one: Numbered) -> _Read:
        """Read a project file, once for all rows that start from it."""
        where, last = (one.entry.path, one.sha), self.last
        # A table has a thousand rows that start from one file, one after the other.
        if last is not None and last.where == where:
            return last
        self.last = None
        # The key of the outcome holds the hash of the file as it was: what is read now must be that file.
        if digest_of(one.entry.path) != one.sha:
            raise InputError("I515", f"{one.entry.path} is not what it was when the work began",
                             why="it was changed meanwhile, or a worker on another machine finds another file there",
                             remedy="start again; name projects for workers by paths that hold on all machines")  # fmt: skip
        form = _form(one.entry.path)
        self.last = found = (None if form is None else self.read_alike(where, form)) or self.read_whole(where, form)
        return found

    def read_alike(self, where: tuple[Path, str], form: WrittenForm) -> _Read | None:
        """Read the numbers of a file that is written as one that was read before."""
        for alike, bound in self.patterns:
            found = alike.read(form, where[0].parent)
            if found is not None:
                return _Read(where, found.files, replace(bound, numbers=found.numbers))
        return None

    def read_whole(self, where: tuple[Path, str], form: WrittenForm | None) -> _Read:
        """Read a file from its first line to its last."""
        files: dict[str, str] = {}
        try:
            project = read_project(where[0])
            files = _files(project)
            bound, inputs, said = self.bound(project)
        except MethodologyError as error:
            return _Read(where, files, error)
        tree = project_tree(where[0]) if form is not None else None
        if form is not None and tree is not None:
            own = bound.batchable
            whole = ReadWhole(
                form=form, tree=tree, project=project, methodology=own.methodology, plan=own.plan, inputs=inputs, said=said
            )
            if whole.is_pattern:
                self.patterns = [(Alike(whole, files), bound), *self.patterns][:_MOST_SHAPES]
        return _Read(where, files, bound)

    def bound(self, project: ProjectData) -> tuple[_Bound, Inputs, Mapping[str, Statements]]:
        """Return the inputs of a project and what projects of its shape are evaluated with, and what was read on the way."""
        setting = prepare(self.methodology, project, choices=self.choices, readings=self.readings)
        methodology = with_readings(self.methodology, setting.readings)
        supplied = supplied_quantities(methodology, project, setting)
        self.check_result(project, setting)
        wanted = methodology.result_ids
        shape = plan_key(methodology, setting, wanted, supplied)
        batchable = self.batchables.get(shape)
        if batchable is None:
            batchable = batchable_of_setting(methodology, setting, wanted, frozenset(supplied))
            # All at once and not the oldest: `watches` knows them by id, which must not be given to another one meanwhile.
            if len(self.batchables) >= _MOST_SHAPES:
                self.batchables.clear()
                self.watches.clear()
            self.batchables[shape] = batchable
        inputs, said = bind_with_statements(methodology, batchable.plan, project, self.read_unit)
        numbers = {quantity: np.array(inputs.values[quantity]) for quantity in batchable.plan.inputs}
        return _Bound(batchable, tuple(inputs.values), numbers), inputs, said

    def check_result(self, project: ProjectData, setting: Setting) -> None:
        """Refuse a project that states a result itself; a run of it alone shows the number, with the error."""
        for result in self.methodology.result_ids:
            equations = giving(result, self.methodology, setting)
            if not equations or result not in project.values or all(map(is_blank, project.values[result])):
                continue
            raise InputError("A704", f"{result} is supplied by the project in place of {equations[0].label}", project.value_places.get(result),
                             remedy=f"supply what {equations[0].label} needs, and let the equation give {result}")  # fmt: skip

    def changed(self, entry: ProjectEntry, bound: _Bound) -> Mapping[str, Numbers]:
        """Put the numbers of a row in the place of those of the project, in the unit of the quantity."""
        numbers = dict(bound.numbers)
        errors: list[MethodologyError] = []
        said: dict[tuple[str, int], str] = {}
        for name, text in entry.changes.items():
            try:
                quantity, place, value = self.change(entry, bound, name, text)
                if (before := said.setdefault((quantity, place), name)) != name:
                    raise InputError("I506", f"{before!r} and {name!r} are one number", entry.place, remedy="keep one of the two columns")
            except MethodologyError as error:
                errors.append(error)
                continue
            if numbers[quantity] is bound.numbers[quantity]:
                numbers[quantity] = bound.numbers[quantity].copy()
            numbers[quantity].reshape(-1)[place] = value
        raise_all(errors)
        return numbers

    def change(self, entry: ProjectEntry, bound: _Bound, name: str, text: str) -> tuple[str, int, float]:
        """Return where a cell of the table goes, and its number."""
        try:
            quantity, places = named_cell(bound.batchable.methodology, bound.batchable.plan.setting, name, bound.known)
        except InputError as error:
            raise InputError(error.code, error.what, entry.place, why=error.why, remedy=error.remedy) from error
        if len(places) != 1:
            raise InputError("I506", f"{name} is not one number", entry.place, remedy="name one label for each index")
        exact = read_number(text)
        if exact is None:
            raise InputError("I505", f"{name} is not a number: {text!r}", entry.place, remedy="write it as 12.5, without a unit")
        value = float(exact)
        limits = bound.batchable.methodology.quantity[quantity].range
        if limits is not None and not limits.holds(value):
            raise InputError("I504", f"{name} = {text} is outside what it can be", entry.place, why=f"its range is {limits}",
                             remedy="correct the number, or its unit: it is that of the quantity")  # fmt: skip
        return quantity, int(places[0]), value

    def evaluated(self, batchable: Batchable, members: Sequence[_Ready]) -> dict[int, Outcome]:
        """Evaluate projects of one shape as a batch."""
        arrays = {quantity: np.stack([ready.numbers[quantity] for ready in members]) for quantity in batchable.plan.inputs}
        # Projects of one shape are the draws of one batch; a failed one keeps its place and is explained by a run of its own
        # numbers.
        values = evaluate_batch(batchable, ArraySource(arrays), self.way)
        methodology = batchable.methodology
        first, *further = [_Counted.of(batchable, id_) for id_ in methodology.result_ids]
        if not first.is_total:
            raise no_total(first.result)
        found = {}
        doubtful = self.doubtful(batchable, ArraySource(arrays))
        for row, ready in enumerate(members):
            one = ready.one
            why = refused_alone(batchable, ready.numbers) if doubtful[row] and not values.failed[row] else None
            if values.failed[row] or why is not None:
                found[one.at] = _failed(one, ready.files, why or why_without_result(batchable, ready.numbers))
                continue
            lacking = [c.result.id for c in (first, *further) if not np.isfinite(c.cells(values.arrays)[row][c.mask & c.stands]).all()]
            if lacking:
                found[one.at] = _failed(one, ready.files, _no_number(lacking[0]))
                continue
            others = {c.result.id: c.as_record(c.cells(values.arrays)[row]) for c in further}
            own = first.cells(values.arrays)[row]
            found[one.at] = Outcome(
                name=one.entry.name, key=one.key, result=first.total(own), unit=str(first.result.unit), numbers=first.numbers(own),
                errors=(), files=ready.files, others=others,
            )  # fmt: skip
        return found

    def doubtful(self, batchable: Batchable, source: ArraySource) -> NDArray[np.bool_]:
        """Return which projects compute a number outside its range, rounding not looked at. Shape: (project,)."""
        if id(batchable) not in self.watches:
            self.watches[id(batchable)] = batchable, watched(batchable, source.template)
        found, watch = np.zeros(source.count, bool), self.watches[id(batchable)][1]
        at = 0
        if watch is not None:
            names = len(watch.literal.outputs)
            for turn, (_, beyond) in enumerate(draws_beyond(watch, source, self.way)):
                found[at : at + len(beyond)] |= beyond
                at += len(beyond) if (turn + 1) % names == 0 else 0
        return found


@dataclass(frozen=True)
class _Counted:
    """A result of projects of one shape: its labels, which cells count, and which of them stand for all. Shape: one for each cell."""

    result: Quantity
    labels: tuple[str, ...]
    mask: NDArray[np.bool_]
    stands: NDArray[np.bool_]
    is_total: bool

    @classmethod
    def of(cls, batchable: Batchable, id_: str) -> _Counted:
        methodology = batchable.methodology
        result = methodology.quantity[id_]
        counts = counted(result, batchable.plan, methodology)
        spoken = spoken_of(methodology, batchable.plan.setting, result, counts)
        return cls(result, tuple(_labels(batchable, result.indices)), counts.ravel(), spoken.cells.ravel(), spoken.is_total)

    def cells(self, arrays: Mapping[str, Numbers]) -> Numbers:
        """Return the cells of each project. Shape: (project, cell)."""
        return arrays[self.result.id].reshape(len(arrays[self.result.id]), -1)

    def total(self, own: Numbers) -> float:
        counts = own[self.mask & self.stands]
        return float(np.add.accumulate(counts)[-1]) if len(counts) else 0.0

    def numbers(self, own: Numbers) -> dict[str, float]:
        return {label: number for label, number, there in zip(self.labels, own.tolist(), self.mask, strict=True) if there}

    def as_record(self, own: Numbers) -> dict[str, object]:
        return {"result": self.total(own) if self.is_total else None, "unit": str(self.result.unit), "numbers": self.numbers(own)}


@dataclass(frozen=True)
class _Ready:
    one: Numbered
    numbers: Mapping[str, Numbers]
    files: Mapping[str, str]


def _form(path: Path) -> WrittenForm | None:
    """Return how a project file is written, ``None`` of a workbook and of what cannot be read."""
    try:
        return None if is_workbook(path) else written_form(read_spec_bytes(path))
    except MethodologyError:
        return None


def _files(project: ProjectData) -> dict[str, str]:
    """Return the files that a project reads beside its own, with their hashes."""
    names = {node.text for blocks in project.values.values() for block in blocks for node in files_in(block.node)}
    names |= {name for name, _ in project.files}
    return {name: digest_of(project.folder / name) if may_read(project.folder, name) else "" for name in sorted(names)}


def _labels(batchable: Batchable, indices: tuple[str, ...]) -> Iterator[str]:
    setting = batchable.plan.setting
    for cell in np.ndindex(*(len(setting.members[axis]) for axis in indices)):
        yield ", ".join(setting.labels(indices, cell)) or "all"


def _no_number(result: str) -> EvaluationError:
    return EvaluationError("V603", f"{result} is not a finite number", why="a cell of it has no value",
                           remedy="run the project alone, which names the cell")  # fmt: skip


def _failed(one: Numbered, files: Mapping[str, str], error: MethodologyError) -> Outcome:
    errors = error.errors if isinstance(error, Faults) else (error,)
    return Outcome(
        name=one.entry.name, key=one.key, result=None, unit="", numbers={}, errors=tuple(e.as_record() for e in errors),
        files=files,
    )  # fmt: skip
