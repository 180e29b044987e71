"""The numbers of a run that a reader of its report can change: each as it was written, with its units, ranges, and what datasets give instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.batch.script_program import Record, ScriptProgram
from engine.documents.report.report_numbers import given_by
from engine.plan.cells import PRESENT, cell_name
from engine.project.written_numbers import STATEMENTS, Given, conversion
from engine.run.run import Run
from engine.run.set_values import published_numbers
from engine.simulate.unknowns import written_once
from equations.formula.syntax import quantities_in
from equations.model.quantity import Quantity, Range
from equations.spec.block import read_number
from equations.units.unit import Unit, with_unit


@dataclass(frozen=True)
class LiveInputs:
    """The numbers of the inputs that a program reads."""

    run: Run
    scripted: ScriptProgram

    def numbers(self) -> Iterator[Record]:
        """Yield each written number once: where it stands, what it is called, its units, and why it cannot be changed where it cannot."""
        for name, places in self.read.items():
            quantity = self.run.methodology.quantity[name]
            present = [place for place in places if self.run.inputs.states[name].flat[place] == PRESENT]
            if quantity.type == "date":
                continue
            for cells in written_once(self.run, name, present):
                yield self.number(quantity, cells)

    @cached_property
    def read(self) -> dict[str, list[int]]:
        """Input -> places of the cells that anything reads."""
        found = {group.name: group.places.tolist() for group in self.scripted.program.groups if group.op == "input" and group.places is not None}
        return {name: found[name] for name in self.run.inputs.values if name in found}

    def number(self, quantity: Quantity, cells: list[int]) -> Record:
        cell = tuple(int(at) for at in np.unravel_index(cells[0], self.run.inputs.values[quantity.id].shape))
        origin = self.run.inputs.origins[quantity.id].get(cell)
        names = [cell_name(quantity, self.run.setting, place) for place in cells]
        record: Record = {"of": quantity.id, "cells": cells, "names": names, "text": origin.written if origin is not None else ""}
        if quantity.type == "yes_no":
            record |= {"type": "yes_no"}
        else:
            record |= self.measured(quantity, cell, alone=len(cells) == 1)
        reasons = [reason for place in cells if (reason := self.why_locked(quantity, place))]
        if origin is None or not self.is_read_back(quantity, cells, record):
            reasons.append("it was not written as one number")
        if reasons:
            record["lock"] = reasons[0]
        return record | ({"by": given_by(origin)} if origin is not None else {})

    def measured(self, quantity: Quantity, cell: tuple[int, ...], *, alone: bool) -> Record:
        """Return unit, units that can be written, the range of what is usual, and for a number of one cell what datasets give."""
        alternative, inputs = self.alternative(quantity, cell), self.run.inputs
        own = quantity.unit_for(alternative)
        origin = inputs.origins[quantity.id].get(cell)
        written = inputs.units.get(origin.unit, own) if origin is not None else own
        found: Record = {"unit": _text(written), "own": _text(own), "units": {
            _text(unit): [str(factor.numerator), str(factor.denominator)]
            for unit in (written, own) for factor in (conversion(quantity, unit, alternative),)
        }}  # fmt: skip
        usual = quantity.plausible_for(alternative)
        if usual is not None:
            found["usual"] = _range(usual, own)
        offers = list(self.offers(quantity, cell, alternative)) if alone else []
        return found | ({"offers": offers} if offers else {})

    def alternative(self, quantity: Quantity, cell: tuple[int, ...]) -> str:
        if quantity.alternatives is None:
            return ""
        labels = self.run.setting.labels(quantity.indices, cell)
        by = labels[quantity.indices.index(quantity.alternatives.by)]
        return self.run.inputs.alternatives.get(quantity.alternatives.group, {}).get(by, "")

    def offers(self, quantity: Quantity, cell: tuple[int, ...], alternative: str) -> Iterator[list[object]]:
        """Yield the numbers that datasets of the methodology give for a cell: dataset, text, unit and factor."""
        own = quantity.unit_for(alternative)
        for dataset in self.run.methodology.datasets:
            given = self.published[quantity.id, dataset.id].get(cell) if (quantity.id, dataset.id) in self.published else None
            if given is not None and read_number(given.text) is not None and given.unit.same_dimension(own):
                factor = conversion(quantity, given.unit, alternative)
                yield [dataset.id, given.text, _text(given.unit), str(factor.numerator), str(factor.denominator)]

    @cached_property
    def published(self) -> dict[tuple[str, str], dict[tuple[int, ...], Given]]:
        m = self.run.methodology
        return {
            (id_, dataset.id): dict(published_numbers(m, self.run.plan, m.quantity[id_], dataset.id))
            for dataset in m.datasets for id_ in {block.quantity for block in dataset.values} & set(self.read)
        }  # fmt: skip

    def is_read_back(self, quantity: Quantity, cells: list[int], record: Record) -> bool:
        """Whether the written text gives the number of the run to the bit: only then does a change of it give what a run would."""
        held = self.run.inputs.values[quantity.id].flat[cells[0]]
        if quantity.type == "yes_no":
            return bool(STATEMENTS.get(str(record["text"]).lower()) == held)
        exact = read_number(str(record["text"]))
        factor = record["units"][record["unit"]]  # type: ignore[index]
        return exact is not None and float(exact * int(factor[0]) / int(factor[1])) == held

    def why_locked(self, quantity: Quantity, place: int) -> str:
        """Return why a number is not to be changed, or an empty text."""
        held = self.scripted.locked.get(quantity.id, {}).get(place, "")
        if held:
            return held
        if quantity.id in self.with_errors:
            return "its declared standard error enters, which is stated for the number as it is"
        return self.in_shares.get((quantity.id, place), "")

    @cached_property
    def with_errors(self) -> frozenset[str]:
        """Quantities of which a standard error enters the run."""
        of = self.run.methodology.quantity
        return frozenset(of[id_].standard_error_of for id_ in self.run.plan.inputs if of[id_].standard_error_of)

    @cached_property
    def in_shares(self) -> dict[tuple[str, int], str]:
        """Numbers by which members are shared, which a run checks by itself."""
        weights = [weight for own in self.run.methodology.index_sets for weight in own.weights]
        named = {id_ for weight in weights for id_ in quantities_in(weight.formula)}
        outputs = [self.scripted.program.outputs[id_].ravel() for id_ in named if id_ in self.scripted.program.outputs]
        reason = "shares of members follow from it, which a run checks"
        found = {(id_, place): reason for id_ in named & set(self.read) for place in self.read[id_]}
        if outputs:
            found |= dict.fromkeys(self.scripted.inputs_of(self.scripted.above(np.concatenate(outputs))), reason)
        return found


def _range(found: Range, unit: Unit) -> list[object]:
    """Return the limits of a range and how it is said."""
    limits = [None if limit is None else float(limit) for limit in (found.least, found.most)]
    return [*limits, with_unit(found, unit)]


def range_of(quantity: Quantity) -> list[object] | None:
    """Return the range in which a quantity can be: least, greatest (``None`` where it is open) and how it is said."""
    return None if quantity.range is None else _range(quantity.range, quantity.unit)


def _text(unit: Unit) -> str:
    return "" if str(unit) == "1" else str(unit)
