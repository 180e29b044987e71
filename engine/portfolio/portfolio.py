"""Many projects under one methodology: those of the same shape are one batch, and a faulty one does not stop the others.

Results are written line by line as they are found, so that work that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.batch.batch import ArraySource, Batchable, make_batchable
from engine.batch.run import Way, evaluate_batch
from engine.inputs import Inputs, bind_inputs, supplied_quantities
from engine.plan import Plan
from engine.planning import plan_run
from engine.prepare import prepare
from engine.project_data import ProjectData, read_project
from engine.reported_values import UnitReader
from engine.simulate.normal import Numbers
from engine.simulate.solving import named_cell
from equations.errors import Faults, InputError, MethodologyError, Place
from equations.methodology import Methodology
from equations.spec_block import read_number

#: Projects that are read before they are evaluated and written.
CHUNK = 64


@dataclass(frozen=True)
class Entry:
    """One project of a portfolio.

    Attributes
    ----------
    changes
        Input (``A_0[E]``) -> what a table says instead of the project file.
    """

    name: str
    path: Path
    changes: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one project: its result, or its errors."""

    name: str
    key: str
    result: float | None
    unit: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    errors: tuple[Mapping[str, object], ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return the outcome as plain data."""
        return {"name": self.name, "key": self.key, "result": self.result, "unit": self.unit, "numbers": dict(self.numbers),
                "errors": list(self.errors)}  # fmt: skip


def entries_of_table(table: Path, base: Path) -> list[Entry]:
    """Return one entry for each row of a CSV table: a column ``name``, and one for each input that differs from the base project.

    Raises
    ------
    InputError
        I506 or I509 for a table that cannot be read.
    """
    try:
        rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise InputError("I509", f"the table {table.name!r} cannot be read", Place(table.name), why=str(cause)) from cause
    if not rows or "name" not in rows[0]:
        raise InputError("I506", "the table has no column `name`", Place(table.name, 1), remedy="name, A_0[E], DF, ...")
    head = [cell.strip() for cell in rows[0]]
    found = []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            raise InputError("I506", f"line {line} has {len(row)} cells and the header {len(head)}", Place(table.name, line))
        cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
        found.append(Entry(cells.pop("name"), base, {key: text for key, text in cells.items() if text}, line))
    return found


def run_portfolio(
    methodology: Methodology,
    read_unit: UnitReader,
    entries: Sequence[Entry],
    output: Path | None,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    way: Way,
    progress: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """Evaluate every project.

    Parameters
    ----------
    output
        Lines of JSON, one for each project; what stands there already for the same project and methodology is not done again.

    Returns
    -------
    list of Outcome
        In the order of the entries.
    """
    work = _Portfolio(methodology, read_unit, dict(choices), dict(readings), replace(way, keep_failed=True))
    held = _held(output)
    written = output.read_bytes() if output is not None and output.exists() else b""
    if written and not written.endswith(b"\n") and output is not None:
        output.write_bytes(written + b"\n")
    found: dict[int, Outcome] = {}
    for start in range(0, len(entries), CHUNK):
        chunk = list(enumerate(entries))[start : start + CHUNK]
        keys = {at: work.key(entry) for at, entry in chunk}
        known = {at: held[keys[at]] for at, _ in chunk if keys[at] in held}
        new = work.outcomes([(at, entry, keys[at]) for at, entry in chunk if at not in known])
        if output is not None and new:
            with output.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(new[at].as_record(), sort_keys=True) + "\n" for at in sorted(new))
        found |= known | new
        if progress is not None:
            progress(len(chunk))
    return [found[at] for at in range(len(entries))]


def _held(output: Path | None) -> dict[str, Outcome]:
    """Return what an earlier, interrupted run has written; a line that was cut off is done again."""
    if output is None or not output.exists():
        return {}
    found = {}
    for line in output.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
            found[record["key"]] = Outcome(record["name"], record["key"], record["result"], record["unit"], record["numbers"],
                                           tuple(record["errors"]))  # fmt: skip
        except (ValueError, KeyError):
            continue
    return found


@dataclass
class _Portfolio:
    methodology: Methodology
    read_unit: UnitReader
    choices: dict[str, str]
    readings: dict[str, str]
    way: Way
    projects: dict[Path, ProjectData | MethodologyError] = field(default_factory=dict)
    batchables: dict[str, Batchable] = field(default_factory=dict)

    def project(self, path: Path) -> ProjectData:
        if path not in self.projects:
            try:
                self.projects[path] = read_project(path)
            except MethodologyError as error:
                self.projects[path] = error
        found = self.projects[path]
        if isinstance(found, MethodologyError):
            raise found
        return found

    def key(self, entry: Entry) -> str:
        """Return what tells one project under one methodology from every other."""
        try:
            sha = self.project(entry.path).sha256
        except MethodologyError:
            sha = "unreadable"
        asked = json.dumps([self.choices, self.readings, dict(entry.changes)], sort_keys=True)
        return f"{self.methodology.hash[:16]}/{entry.name}/{sha[:16]}/{asked}"

    def outcomes(self, chunk: list[tuple[int, Entry, str]]) -> dict[int, Outcome]:
        groups: dict[str, list[tuple[int, Entry, str, dict[str, Numbers]]]] = {}
        found: dict[int, Outcome] = {}
        for at, entry, key in chunk:
            try:
                shape, numbers = self.bound(entry)
                groups.setdefault(shape, []).append((at, entry, key, numbers))
            except MethodologyError as error:
                found[at] = _failed(entry, key, error)
        for shape, members in groups.items():
            found |= self.evaluated(self.batchables[shape], members)
        return found

    def bound(self, entry: Entry) -> tuple[str, dict[str, Numbers]]:
        """Return which projects this one can be evaluated with, and its inputs."""
        project = self.project(entry.path)
        setting = prepare(self.methodology, project, choices=self.choices, readings=self.readings)
        supplied = supplied_quantities(self.methodology, project, setting)
        shape = repr((setting.key(), sorted(supplied)))
        if shape not in self.batchables:
            plan = plan_run(self.methodology, setting, (self.methodology.result,), supplied)
            self.batchables[shape] = make_batchable(self.methodology, plan)
        plan = self.batchables[shape].plan
        inputs = bind_inputs(self.methodology, plan, project, self.read_unit)
        numbers = {quantity: np.array(inputs.values[quantity]) for quantity in plan.inputs}
        for name, text in entry.changes.items():
            self.change(plan, inputs, numbers, name, text, entry)
        return shape, numbers

    def change(self, plan: Plan, inputs: Inputs, numbers: dict[str, Numbers], name: str, text: str, entry: Entry) -> None:
        """Put a number of the table in the place of that of the project, in the quantity's unit."""
        quantity, places = named_cell(self.methodology, plan.setting, name, tuple(inputs.values))
        exact = read_number(text)
        place = Place(entry.name, entry.line)
        if len(places) != 1:
            raise InputError("I506", f"{name} is not one number", place, remedy="name one label for each index")
        if exact is None:
            raise InputError("I505", f"{name} is not a number: {text!r}", place)
        value = float(exact)
        limits = self.methodology.quantity[quantity].range
        if limits is not None and not limits.holds(value):
            raise InputError("I504", f"{name} = {text} is outside what it can be", place, why=f"its range is {limits}")
        numbers[quantity].reshape(-1)[places] = value

    def evaluated(self, batchable: Batchable, members: list[tuple[int, Entry, str, dict[str, Numbers]]]) -> dict[int, Outcome]:
        arrays = {quantity: np.stack([numbers[quantity] for *_, numbers in members]) for quantity in batchable.plan.inputs}
        values = evaluate_batch(batchable, ArraySource(arrays), self.way)
        result = self.methodology.quantity[self.methodology.result]
        labels = list(_labels(batchable, result.indices))
        found = {}
        for row, (at, entry, key, numbers) in enumerate(members):
            if values.failed[row]:
                found[at] = _failed(entry, key, self.explained(batchable, numbers))
                continue
            own = values.arrays[result.id][row].ravel()
            total = float(np.add.accumulate(own)[-1]) if len(own) else 0.0
            found[at] = Outcome(entry.name, key, total, str(result.unit), dict(zip(labels, own.tolist(), strict=True)))
        return found

    def explained(self, batchable: Batchable, numbers: dict[str, Numbers]) -> MethodologyError:
        try:
            evaluate_batch(batchable, ArraySource({}, numbers), Way())
        except MethodologyError as error:
            return error
        return InputError("I505", "the project has no finite result")


def _labels(batchable: Batchable, indices: tuple[str, ...]) -> Iterator[str]:
    members = [batchable.plan.setting.members[axis] for axis in indices]
    for cell in np.ndindex(*(len(own) for own in members)):
        yield ", ".join(own[at] for own, at in zip(members, cell, strict=True)) or "all"


def _failed(entry: Entry, key: str, error: MethodologyError) -> Outcome:
    errors = error.errors if isinstance(error, Faults) else (error,)
    return Outcome(entry.name, key, None, "", {}, tuple(e.as_record() for e in errors))
