"""Which known slip gives the stated digits: every slip between the inputs and the place of parting is tried on this project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.alike import alike
from engine.audit.desk.cell_slips import cell_slips, input_slips, roundings, with_cell
from engine.audit.desk.comparison import INPUT, PARTS, Beside, Compared, value_of
from engine.audit.desk.formula_slips import formula_slips
from engine.audit.desk.pairs import SlipPairs
from engine.audit.desk.ranking import MOST_CANDIDATES, Candidate, ranked
from engine.audit.desk.slip import Slip
from engine.audit.desk.variants import Variants, of_all, same_numbers
from engine.plan.cells import PRESENT
from engine.run.run import Run
from equations.formula.syntax import quantities_in
from equations.model.quantity import Quantity
from equations.records import record

Array = NDArray[np.float64]
#: Slips that are computed at once.
_TOGETHER = 256
#: Members of an axis for each of which alone a slip is tried; and kinds of slips that touch one cell anyhow.
_MOST_PARTS, _OF_ONE_CELL = 24, ("one cell", "digits", "warming potential", "stated input")


@record(frozen=True)
class Explained:
    """What is known of one quantity at which statements part from the recomputation.

    Attributes
    ----------
    parting
        The statements of the quantity that part there.
    candidates
        Slips that give stated digits, the best first; none where none is known.
    tried
        How many slips were tried that change what is stated.
    """

    parting: tuple[Beside, ...]
    candidates: tuple[Candidate, ...]
    tried: int

    @property
    def quantity(self) -> str:
        """The quantity at which they part."""
        return self.parting[0].statement.quantity

    #: How far roundings on the way, to the digits that are printed, can move each statement that parts.
    rounding: tuple[float, ...] = ()
    #: Whether one quantity rounded to usual digits leaves no more than that.
    is_rounded_once_more: bool = False

    @property
    def alike(self) -> str:
        """What factor or difference all that parts here has in common, in words."""
        return alike(self.parting)

    @property
    def is_whole(self) -> bool:
        """Whether one slip, or rounding, explains all that parts here and contradicts nothing."""
        return self.is_rounding or any(one.is_whole for one in self.candidates[:1])

    @property
    def is_rounding(self) -> bool:
        """Whether numbers that were rounded on the way explain all of it, and move none of it far; an input is on no way."""
        if self.parting[0].state == INPUT:
            return False
        near = all(one.statement.is_near(one.follows) for one in self.parting)
        if near and (self.is_rounded_once_more or any(one.is_whole and one.slips[0].step for one in self.candidates[:1])):
            return True
        pairs = zip(self.parting, self.rounding, strict=False)
        return bool(self.rounding) and all(abs(one.statement.value - one.follows) <= one.statement.half + room for one, room in pairs)


@dataclass
class Diagnoser:
    """Tries slips on a run whose statements were compared.

    Parameters
    ----------
    whole_runs
        Slips of a whole run (another reading or choice) with the numbers that come out.
    versions
        Other versions of the methodology likewise, asked for where nothing else explains all.
    """

    compared: Compared
    whole_runs: Iterable[tuple[Slip, Mapping[str, Array]]] = ()
    versions: Iterable[tuple[Slip, Mapping[str, Array]]] = ()
    variants: Variants = field(init=False)
    tried: dict[str, list[tuple[Slip, Array]]] = field(default_factory=dict)
    changes: dict[str, list[tuple[Slip, Mapping[str, Array]]]] = field(default_factory=dict)

    @property
    def run(self) -> Run:
        """The run that is compared with."""
        return self.compared.run

    def start_at(self, quantity: str) -> None:
        """Take the run that goes on with what is stated otherwise; only the quantity itself has what comes out from the numbers before it."""
        # Earlier differences are taken as stated, so that a slip is looked for where numbers part and not once more downstream of
        # every earlier one.
        own = np.array(self.compared.arrays[quantity])
        for one in self.compared.comparisons:
            if one.statement.quantity == quantity and one.state == PARTS and one.statement.cell is not None:
                own[one.statement.cell] = one.follows
        stated = {one.statement.quantity for one in self.compared.comparisons}
        self.variants = Variants(self.run, {**self.compared.arrays, quantity: own}, stated)
        self.tried, self.changes = {}, {}

    @cached_property
    def before(self) -> Array:
        """What each statement comes to where nothing slips. Shape: (statement,)."""
        return np.array([one.follows for one in self.compared.comparisons])

    def diagnoses(self) -> list[Explained]:
        """Return what is known of each quantity at which statements part, in the order of computation."""
        found: list[Explained] = []
        explained: set[int] = set()
        for quantity in dict.fromkeys(one.statement.quantity for one in self.compared.parting):
            places = [at for at, one in enumerate(self.compared.comparisons) if one.state == PARTS and one.statement.quantity == quantity]
            # One slip often explains what parts in several quantities; what the best candidate before explains is not asked for
            # again.
            if explained.issuperset(places):
                continue
            diagnosis = self.diagnosis(quantity, places)
            found.append(diagnosis)
            if diagnosis.candidates:
                explained |= set(diagnosis.candidates[0].explained)
        return found

    def of_input(self, place: int) -> Explained:
        """Tell by which slip in a cell of an input the project file and a document differ."""
        one = self.compared.comparisons[place]
        declared, array = self.run.methodology.quantity[one.statement.quantity], self.run.values.arrays[one.statement.quantity]
        before, tried = np.array([other.ours for other in self.compared.comparisons]), []
        for slip in (*input_slips(self.run, declared, array), *self.roundings(declared, array), *cell_slips(self.run, declared, array)):
            assert slip.numbers is not None
            numbers = before.copy()
            numbers[place] = value_of(one.statement, {declared.id: slip.numbers})
            tried.append((slip, numbers))
        return Explained((one,), tuple(ranked(tried, self.compared.comparisons, before, [place])), len(tried))

    def diagnosis(self, quantity: str, places: Sequence[int]) -> Explained:
        """Try every slip from which a quantity can come out otherwise; where none explains all, each in one part of the cells alone."""
        self.start_at(quantity)
        sites = self.sites(quantity)
        tried = [one for site in sites for one in self.at(site)] + self.of_whole_runs
        candidates = ranked(tried, self.compared.comparisons, self.before, places)
        # Dearer attempts only where the cheap ones leave something: parts of the cells, other versions of the methodology, and at
        # last two slips together.
        if not any(one.is_whole for one in candidates):
            tried += [one for site in sites for one in self.in_part(site)] + self.of_versions
            candidates = ranked(tried, self.compared.comparisons, self.before, places)
        rooms = tuple(self.rounding(at, tried) for at in places)
        found = Explained(tuple(self.compared.comparisons[at] for at in places), tuple(candidates), len(tried), rooms,
                          self.is_rounded_once_more(places, tried, rooms))  # fmt: skip
        if found.is_whole:
            return found
        pairs = SlipPairs(self.variants, tried, self.compared.comparisons, self.before, places, change=_changed_first, read=self.read)
        return replace(found, candidates=(*pairs.candidates(), *candidates)[:MOST_CANDIDATES])

    def read(self, arrays: Mapping[str, Array]) -> Array:
        """Return what every statement comes to for some numbers. Shape: (statement,)."""
        known = {**self.variants.arrays, **arrays}
        return np.array([_value(one, known) if one.statement.quantity in arrays else one.follows for one in self.compared.comparisons])

    def is_rounded_once_more(self, places: Sequence[int], tried: Sequence[tuple[Slip, Array]], rooms: Sequence[float]) -> bool:
        """Whether some quantity, rounded, leaves no more than what roundings to the printed digits can do."""
        at, own = list(places), [self.compared.comparisons[place].statement for place in places]
        wanted = np.array([one.value for one in own])
        most = np.array([one.half for one in own]) + np.array(rooms)
        return any(bool((np.abs(numbers[at] - wanted) <= most).all()) for slip, numbers in tried if slip.step)

    def rounding(self, place: int, tried: Sequence[tuple[Slip, Array]]) -> float:
        """Return how far a statement moves if every computed number of its unit is rounded as it is printed itself, one quantity after the other."""
        one = self.compared.comparisons[place].statement
        moved: dict[str, float] = {}
        for slip, numbers in tried:
            alike = slip.quantity in self.run.values.steps and slip.step and self.is_alike(slip.quantity, one.quantity)
            if alike and np.isclose(slip.step * self.scale(slip.quantity, one.quantity), one.step, atol=0.0) and np.isfinite(numbers[place]):
                # Sizes are added up as if no rounding made up for another: what lies within is no proof of rounding and no reproach
                # either.
                moved.setdefault(slip.quantity, abs(float(numbers[place] - self.before[place])))  # rounded comes before cut off
        return sum(moved.values())

    # -- where a slip can be

    def sites(self, quantity: str) -> list[str]:
        """Return the quantity and those behind it, the nearest first; what is behind a quantity whose every cell is stated is known."""
        found, queue = {quantity: None}, [quantity]
        while queue:
            for step in self.run.values.steps.get(queue.pop(0), ()):
                for read in quantities_in(self.run.methodology.equation[step.equation].formula):
                    # A number of which the document states every cell cuts the way: whatever went wrong before it shows there.
                    if read not in found and read in self.run.values.arrays and not self.is_stated(read):
                        found[read] = None
                        queue.append(read)
        return list(found)

    def is_stated(self, quantity: str) -> bool:
        """Whether every cell of a quantity is stated by itself."""
        own = [one for one in self.compared.comparisons if one.statement.quantity == quantity]
        cells = {one.statement.cell for one in own if one.state != INPUT}
        return bool(cells) and all(tuple(map(int, cell)) in cells for cell in np.argwhere(self.run.values.states[quantity] == PRESENT))

    # -- what slips give

    def at(self, quantity: str) -> list[tuple[Slip, Array]]:
        """Return the slips at one quantity that change what is stated, each with what every statement comes to."""
        if quantity not in self.tried:
            self.tried[quantity] = list(self._at(quantity))
        return self.tried[quantity]

    def _at(self, quantity: str) -> Iterator[tuple[Slip, Array]]:
        changes = [(slip, changed) for slip in self.slips(quantity) if (changed := self.changed(slip))]
        self.changes[quantity] = changes
        yield from self.all_of(changes)

    def all_of(self, changes: Iterable[tuple[Slip, Mapping[str, Array]]]) -> Iterator[tuple[Slip, Array]]:
        """Yield what every statement comes to under each slip at one place."""
        rest = iter(changes)
        while together := list(islice(rest, _TOGETHER)):
            yield from self.spread(together)

    def in_part(self, quantity: str) -> list[tuple[Slip, Array]]:
        """Return the slips at one quantity, each for one year or other member of its last axis alone, and those in its numbers for one of any."""
        self.at(quantity)
        whole = ((slip, changed[quantity]) for slip, changed in self.changes[quantity] if quantity in changed and slip.kind not in _OF_ONE_CELL)
        return list(self.all_of(part for slip, changed in whole for part in self.parts(slip, changed)))

    def parts(self, slip: Slip, changed: Array) -> Iterator[tuple[Slip, Mapping[str, Array]]]:
        """Yield what a slip changes, one member of an axis at a time."""
        own, axes = self.variants.arrays[slip.quantity], self.run.methodology.quantity[slip.quantity].indices
        for at, axis in enumerate(axes):
            members = self.run.setting.members[axis]
            if not 1 < len(members) <= _MOST_PARTS or (at < len(axes) - 1 and slip.formula is not None):
                continue
            for place, member in enumerate(members):
                here: tuple[slice | int, ...] = (*(slice(None),) * at, place)
                numbers = own.copy()
                numbers[here] = changed[here]
                if not same_numbers(numbers, own) and not same_numbers(numbers, changed):
                    yield replace(slip, what=f"{slip.what}, for {member} alone", step=0.0), {slip.quantity: numbers}

    def slips(self, quantity: str) -> Iterator[Slip]:
        """Yield the slips at one quantity."""
        declared, array = self.run.methodology.quantity[quantity], self.variants.arrays[quantity]
        if quantity in self.run.inputs.values:
            yield from self.stated_inputs(quantity, array)
            yield from input_slips(self.run, declared, array)
        else:
            for step in {step.equation: step for step in self.run.values.steps[quantity]}.values():
                yield from formula_slips(self.run, self.run.methodology.equation[step.equation])
        if array.dtype == np.float64 and declared.type == "number":
            yield from self.roundings(declared, array)
            yield from cell_slips(self.run, declared, array)

    def roundings(self, quantity: Quantity, array: Array) -> Iterator[Slip]:
        """Yield a quantity rounded to the decimals that are usual, and to those of its unit that are printed."""
        printed = {one.statement.step * self.scale(one.statement.quantity, quantity.id) for one in self.compared.comparisons
                   if self.is_alike(one.statement.quantity, quantity.id)}  # fmt: skip
        return roundings(self.run, quantity, array, printed)

    def is_alike(self, one: str, other: str) -> bool:
        """Whether the numbers of two quantities can stand in one unit."""
        of = self.run.methodology.quantity
        return of[one].unit.same_dimension(of[other].unit)

    def scale(self, one: str, other: str) -> float:
        """Return what one unit of a quantity is in the unit of another."""
        of = self.run.methodology.quantity
        return float(of[one].unit.scale / of[other].unit.scale)

    def stated_inputs(self, quantity: str, array: Array) -> Iterator[Slip]:
        """Yield what documents state for an input, where the run that is compared goes on with another number."""
        for one in self.compared.comparisons:
            cell = one.statement.cell
            if one.statement.quantity == quantity and cell is not None and one.state == INPUT:
                for number, whose in ((one.ours, "the project file"), (one.statement.value, one.statement.document.name)):
                    if number != array[cell]:
                        yield Slip("stated input", f"{one.statement.shown} = {number:g}, as {whose} says", quantity, quantity,
                                   numbers=with_cell(array, cell, number))  # fmt: skip

    def changed(self, slip: Slip) -> Mapping[str, Array] | None:
        """Return the numbers that a slip changes first."""
        return _changed_first(self.variants, slip)

    def spread(self, slips: Sequence[tuple[Slip, Mapping[str, Array]]]) -> Iterator[tuple[Slip, Array]]:
        """Yield what every statement comes to under each of some slips at one place."""
        if not slips:
            return
        names = list(dict.fromkeys(name for _, changed in slips for name in changed))
        varied = {name: np.stack([changed.get(name, self.variants.arrays[name]) for _, changed in slips]) for name in names}
        targets = self.variants.spread(varied)
        found = np.repeat(self.before[None], len(slips), axis=0)
        for at, one in enumerate(self.compared.comparisons):
            if one.statement.quantity in targets:
                own = targets[one.statement.quantity]
                found[:, at] = np.add.accumulate([own[of_all(cell)] for cell in one.statement.cells])[-1]
        for (slip, _), numbers in zip(slips, found, strict=True):
            if not same_numbers(numbers, self.before):
                yield slip, numbers

    @cached_property
    def of_whole_runs(self) -> list[tuple[Slip, Array]]:
        """What every statement comes to in each run of another kind."""
        return list(self.of_runs(self.whole_runs))

    @cached_property
    def of_versions(self) -> list[tuple[Slip, Array]]:
        """What every statement comes to under each other version."""
        return list(self.of_runs(self.versions))

    def of_runs(self, runs: Iterable[tuple[Slip, Mapping[str, Array]]]) -> Iterator[tuple[Slip, Array]]:
        """Yield what every statement comes to in runs; no number where they have none."""
        for slip, arrays in runs:
            numbers = np.array([_value(one, arrays) for one in self.compared.comparisons])
            if not same_numbers(numbers, self.before):
                yield slip, numbers


def _changed_first(variants: Variants, slip: Slip) -> Mapping[str, Array] | None:
    if slip.formula is not None:
        return variants.with_formula(slip.equation, slip.formula)
    assert slip.numbers is not None
    return None if same_numbers(slip.numbers, variants.arrays[slip.quantity]) else {slip.quantity: slip.numbers}


def _value(one: Beside, arrays: Mapping[str, Array]) -> float:
    statement = one.statement
    if statement.quantity not in arrays or any(len(cell) != arrays[statement.quantity].ndim for cell in statement.cells):
        return np.nan
    try:
        return value_of(statement, arrays)
    except IndexError:
        return np.nan
