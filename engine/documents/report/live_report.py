"""What a report holds so that a reader's browser can compute it anew: program, inputs, what is shown of what follows, and the project file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.batch.batchable import Batchable
from engine.batch.forms import literal_form
from engine.batch.lowering import lower
from engine.batch.program import Cells
from engine.batch.script_program import Record, ScriptProgram, runs
from engine.documents.report.accounting import SMALL_SHARE, balance_steps, counted_years, emission_terms, of_role, years_of
from engine.documents.report.live_inputs import LiveInputs, range_of
from engine.plan.cells import counted
from engine.project.project_tree import is_workbook
from engine.project.set_room import SetRoom, set_room
from engine.report.whole_units import issued_of, whole_units
from engine.report.yearly_table import yearly_table
from engine.run.evaluate import magnitudes
from engine.run.formula import FormulaEvaluator
from engine.run.magnitudes import NOISE
from engine.run.ranges import limits
from engine.run.run import Run
from engine.run.totals import spoken_of
from engine.typesetting.pictures.shapes import BLUE, GREEN, PALETTE, VERMILION
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.units.unit import with_unit

#: Of more cells a page would grow by megabytes; such a report is read as it is.
MOST_CELLS = 200_000
#: Other numbers may leave room for more rounding than those of the run.
_WIDER = 100.0
_MOST_BYTES = 2_000_000
#: Stands before the names of cells that no quantity has: the terms of the emissions with the project.
SOURCE = "#source:"


def live_record(run: Run) -> Record | None:
    """Return what a page computes with as plain data, or ``None`` where nothing is computed or there is too much of it."""
    live = LiveReport(run)
    if not live.computed or live.scripted.program.size > MOST_CELLS:
        return None
    numbers = list(live.entries.numbers())
    return live.as_record(numbers) if any("lock" not in number for number in numbers) else None


@dataclass(frozen=True)
class LiveReport:
    """The parts of a live report."""

    run: Run

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """What is computed, in order."""
        return tuple(dict.fromkeys(quantity for stage in self.run.plan.stages for quantity in stage.quantities))

    @cached_property
    def scripted(self) -> ScriptProgram:
        """The program of the run, with the emissions of each source beside its quantities."""
        run = self.run
        return ScriptProgram(literal_form(lower(run.methodology, run.plan, self.computed, self.sources)), run.inputs.values)

    @cached_property
    def entries(self) -> LiveInputs:
        """What can be changed."""
        return LiveInputs(self.run, self.scripted)

    def sources(self, formulas: FormulaEvaluator) -> Mapping[str, Cells]:
        """Return the cells of each term of the emissions with the project, year by year."""
        count = len(years_of(self.run))
        return {
            f"{SOURCE}{at}": np.array(np.broadcast_to(np.asarray(formulas.value(term.formula, term.scope)[0], np.int64), (count,)))
            for at, term in enumerate(emission_terms(self.run))
        }

    def as_record(self, numbers: list[Record]) -> Record:
        """Return everything as plain data."""
        held = {name: [_written(value) for value in self.run.inputs.values[name].ravel().tolist()] for name in self.scripted.moving.inputs}
        own = dict.fromkeys(str(number["of"]) for number in numbers)
        return {
            "program": self.scripted.as_record(),
            "inputs": held,
            "numbers": numbers,
            "limits": {id_: found for id_ in own if (found := range_of(self.run.methodology.quantity[id_])) is not None},
            "must": self.must(),
            "computed": dict(self.ranges()),
            "inexact": [name for name in self.scripted.inexact if not name.startswith(SOURCE)],
            "results": list(self.results()),
            "years": {row.quantity.id: row.over_years for row in yearly_table(self.run).rows},
            "labels": list(years_of(self.run)),
            "charts": self.charts(),
            "project": self.project(),
        }

    def must(self) -> dict[str, list[int]]:
        """Return the cells that must have a number, by quantity."""
        only = {name: cells for name, cells in self.scripted.program.outputs.items() if not name.startswith(SOURCE)}
        program = replace(self.scripted.program, outputs=only)
        needed = Batchable(self.run.methodology, self.run.plan, program, program).needed
        ends = np.cumsum([cells.size for cells in only.values()])
        return {name: runs(np.flatnonzero(part)) for name, part in zip(only, np.split(needed, ends[:-1]), strict=True) if part.any()}

    def ranges(self) -> Iterator[tuple[str, list[object]]]:
        """Yield each computed quantity that has a range: least, greatest, room for rounding, how it is said, and its cells."""
        run = self.run
        ranged = [id_ for id_ in self.computed if run.methodology.quantity[id_].range is not None and id_ not in run.plan.optional]
        if not ranged:
            return
        entered = magnitudes(run.methodology, run.plan, dict(run.values.arrays)).arrays
        for id_ in ranged:
            quantity = run.methodology.quantity[id_]
            asked = counted(quantity, run.plan, run.methodology, whole=True)
            room = float(np.nanmax(np.nan_to_num(entered[id_], posinf=0.0), initial=0.0)) * NOISE * _WIDER
            bounds = [limit if np.isfinite(limit) else None for limit in limits(quantity)]
            yield id_, [*bounds, room, with_unit(quantity.range, quantity.unit), runs(np.flatnonzero(asked))]

    def results(self) -> Iterator[Record]:
        """Yield each result: the cells that stand for it, and how it is counted in whole units."""
        run, m = self.run, self.run.methodology
        for id_, headline in run.results.items():
            quantity = m.quantity[id_]
            cells = np.flatnonzero(spoken_of(m, run.setting, quantity, counted(quantity, run.plan, m)).cells)
            whole, issued = whole_units(run, id_), issued_of(m, quantity)
            yield {
                "of": id_, "name": m.called(id_), "label": headline.label, "unit": str(quantity.unit), "cells": runs(cells), "value": headline.value,
                "whole": None if whole is None else {"of": issued.id if issued is not None else "", "words": whole.words},
            }  # fmt: skip

    def charts(self) -> Record:
        """Return what the charts show: quantities by year, and the terms of the emissions with the project."""
        run = self.run
        level, emissions, credits_, reductions, leakage = (
            of_role(run, role) for role in ("baseline", "project", "credits", "reductions", "leakage")
        )
        terms = emission_terms(run)
        record: Record = {"colours": [BLUE, VERMILION, GREEN], "palette": list(PALETTE), "small": SMALL_SHARE}
        record |= {"counted": list(counted_years(run)), "sources": [{"name": term.name, "sign": term.sign} for term in terms]}
        record |= {"pair": [[q.id, q.title, str(q.unit)] for q in (level, emissions) if q is not None]}
        record |= {"credits": [[q.id, q.title, str(q.unit)] for q in (credits_,) if q is not None]}
        if balance_steps(run) and level is not None and reductions is not None:
            steps = balance_steps(run)
            behind = steps[1 + len(terms)]
            with_leakage = leakage is not None and not behind[2] and behind[0] == leakage.title
            record["balance"] = {
                "level": [level.id, level.title], "reductions": [reductions.id, reductions.title],
                "leakage": [leakage.id, leakage.title] if leakage is not None and with_leakage else None,
                "credits": [credits_.id, credits_.title] if credits_ is not None else None,
                "unit": " and ".join(dict.fromkeys(str(q.unit) for q in (level, emissions, credits_) if q is not None)),
            }  # fmt: skip
        return record

    def project(self) -> Record:
        """Return the project file as it is read, without what it sets, and what it sets."""
        project = self.run.project
        room = _room_of(self.run)
        around = {} if room is None else {"text": room.before, "behind": room.behind, "indent": room.indent, "joint": room.joint}
        return {"file": project.path.name, **around, "set": [[one.name, one.text] for one in project.set_numbers]}


def _written(value: float) -> float | str:
    return value if np.isfinite(value) else repr(value)


def _room_of(run: Run) -> SetRoom | None:
    """Return the text of the project file around its ``set:``, or nothing where it is no longer the file that was run."""
    path = run.project.path
    if is_workbook(path.name):
        return None
    try:
        data = read_regular(path, _MOST_BYTES)
    except UnreadableFileError:
        return None
    if hashlib.sha256(data).hexdigest() != run.project.sha256:
        return None
    return set_room(data.decode("utf-8-sig"))
