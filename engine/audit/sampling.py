"""Samples behind inputs: the precision that the plan asks for, what a limit moves, the population against its register, answers left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from engine.audit.desk.what_moves import Moved, between, moved
from engine.finding import Finding
from engine.plan.cells import cell_name
from engine.project.written_numbers import Origin
from engine.run.arithmetic.samples import MEAN, Sample, SampleEstimate, estimated
from engine.run.run import Run
from engine.run.sample_inputs import factor_of, missed_precision, precision_text, sample_text, sampled
from engine.run.totals import is_amount
from equations.errors import listed
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity
from equations.records import record

_MOST_NAMED = 6
#: From how many records on two lists of the same ones are one list.
_MANY_RECORDS = 5


@record(frozen=True)
class SampledInput:
    """One input of a run that a sample gives."""

    run: Run
    quantity: Quantity
    cell: tuple[int, ...]
    origin: Origin
    estimate: SampleEstimate

    @property
    def name(self) -> str:
        """What it is called."""
        return cell_name(self.quantity, self.run.setting, self.cell)

    @property
    def sample(self) -> Sample:
        """The sample."""
        return self.estimate.sample

    def with_value(self, value: Fraction | float) -> Moved:
        """Return by how much results move with another number of the sample, in the unit of its records."""
        run, unit = self.run, self.run.inputs.units[self.origin.unit]
        factor = factor_of(run.methodology, run.setting, self.quantity, self.cell, unit, run.inputs.alternatives)
        return moved(run, {self.quantity.id: {self.cell: float(value) * factor}})

    def finding(self, code: str, severity: str, what: str, evidence: str = "", remedy: str = "", *, moves: float | None = None) -> Finding:
        """Return a finding on it."""
        return Finding(code, severity, self.quantity.id, what, evidence, remedy, source=str(self.quantity.source), place=self.origin.place,
                       moves=moves)  # fmt: skip


def sampled_inputs(run: Run) -> list[SampledInput]:
    """Return the inputs of a run that samples give."""
    return [SampledInput(run, run.methodology.quantity[id_], cell, origin, estimate) for id_, cell, origin, estimate in sampled(run.inputs.origins)]


def audit_sampling(run: Run) -> tuple[Finding, ...]:
    """Look at the samples of a run.

    Returns
    -------
    tuple of Finding
        A765 to A774.
    """
    inputs = sampled_inputs(run)
    if not inputs:
        return ()
    found = [*_missed(run, inputs)]
    for one in inputs:
        found += [*_limit(one), *_register(one), *_claimed(one), *_left_out(one), *_as_drawn(one)]
    return (*found, *_one_survey(run, inputs), *_unplanned(inputs), *_met(inputs))


def _missed(run: Run, inputs: list[SampledInput]) -> Iterator[Finding]:
    """Yield what the run found, with what the limits would move."""
    by_place = {(one.quantity.id, one.origin.place): one for one in inputs}
    for finding in missed_precision(run.methodology, run.setting, run.inputs.origins):
        one = by_place[finding.subject, finding.place]
        if finding.severity != "error":
            yield finding
            continue
        lower, upper = map(one.with_value, (one.estimate.limits.low, one.estimate.limits.high))
        evidence = f"{finding.evidence}; with the lower limit: {lower.text}; with the upper limit: {upper.text}"
        yield replace(finding, evidence=evidence, moves=between(lower, upper))


def _limit(one: SampledInput) -> Iterator[Finding]:
    """Yield what a limit that is taken moves, and an error where it moves the result the favourable way."""
    estimate = one.estimate
    if estimate.taken == MEAN:
        return
    what, at_mean = "share" if one.sample.is_share else "mean", one.with_value(estimate.limits.mean)
    yield one.finding("A766", "note", f"the {estimate.taken} limit of {one.name} is taken in place of its {what}; with the {what}: {at_mean.text}",
                      sample_text(estimate, one.origin.unit), moves=at_mean.first)  # fmt: skip
    if (at_mean.nearest or 0.0) < 0:
        other = "upper" if estimate.taken == "lower" else "lower"
        mended = one.with_value(estimate.limits.high if other == "upper" else estimate.limits.low)
        yield one.finding("A767", "error", f"the {estimate.taken} limit of {one.name} is the favourable one",
                          f"with the {what}: {at_mean.text}; with the {other} limit: {mended.text}",
                          f"take the {other} limit, or say in the methodology why this one is conservative", moves=mended.first)  # fmt: skip


# -- the population


def _register(one: SampledInput) -> Iterator[Finding]:
    name, size = one.sample.register, one.sample.population
    if not name:
        return
    held, why = _held(one, name)
    if held is None or size is None:
        why = why or "the sample does not say its population"
        yield one.finding("A768", "warning", f"the population of the sample of {one.name} cannot be compared with {name}", why,
                          "say both for the same members")  # fmt: skip
        return
    if abs(held - size) <= 0.5:
        return
    evidence, by = f"{100 * (size - held) / held:+.3g} %" if held else "", None
    if len(one.sample.strata) == 1 and one.sample.n <= round(held):
        stratum = replace(one.sample.strata[0], population=round(held))
        other = estimated(replace(one.sample, strata=(stratum,)))
        by = one.with_value(other.value)
        evidence += f"; with that of the register {one.name} is {float(other.value):.6g}: {by.text}"
    yield one.finding("A768", "error", f"the population of the sample of {one.name} is {size:,}, and {name} says {held:,.6g}", evidence,
                      "count both on the same day, and say which of them is right", moves=None if by is None else by.first)  # fmt: skip


def _held(one: SampledInput, name: str) -> tuple[float | None, str]:
    """Return what a register says of the members that a sample is about, or why it says nothing."""
    run, quantity = one.run, one.run.methodology.quantity[name]
    if name not in run.values.arrays:
        return None, f"this run does not have {name}"
    labels = dict(zip(one.quantity.indices, one.cell, strict=True))
    array = run.values.arrays[name]
    open_ = [axis for axis in quantity.indices if axis not in labels]
    if open_ and (not is_amount(quantity) or any(lies_in_time(axis, run.methodology.index_set) for axis in open_)) and array.size > 1:
        return None, f"{name} has the further indices {', '.join(open_)}, over which it does not add up"
    part = array[tuple(labels[axis] if axis in labels else slice(None) for axis in quantity.indices)]
    return (float(np.sum(part)), "") if np.isfinite(part).all() else (None, f"{name} has no number there, or not of every member")


# -- what is said of it


def _claimed(one: SampledInput) -> Iterator[Finding]:
    """Yield an error where a document claims another precision."""
    if one.sample.stated_precision is None:
        return
    (stated, half), reached = one.sample.stated_precision, one.estimate.limits.precision
    if abs(float(stated) - reached) > float(half) * (1 + 1e-9):
        what = f"the document claims a precision of {float(100 * stated):g} % of {one.name}, and the sample has {100 * reached:.3g} %"
        yield one.finding("A769", "error", what, sample_text(one.estimate, one.origin.unit),
                          "correct the document, or give the sample as it was drawn")  # fmt: skip


def _left_out(one: SampledInput) -> Iterator[Finding]:
    sample = one.sample
    if not sample.unanswered or sample.no_for_unanswered:
        return
    evidence, by = f"{sample.n} of {sample.n + sample.unanswered} answered", None
    if sample.is_share and len(sample.strata) == 1 and sample.strata[0].yes is not None:
        counted = Fraction(sample.strata[0].yes, sample.n + sample.unanswered)
        by = one.with_value(counted)
        evidence += f"; counted as no, the share is {float(counted):.6g}: {by.text}"
    yield one.finding("A772", "warning", f"{sample.unanswered} that were asked are left out of {one.name}", evidence,
                      "show that those who did not answer are like those who did", moves=None if by is None else by.first)  # fmt: skip


def _as_drawn(one: SampledInput) -> Iterator[Finding]:
    """Say what the mean of all records would be, where strata are drawn in other shares than they have in the whole."""
    sample = one.sample
    if len(sample.strata) < 2:
        return
    yield from _weighed_otherwise(one)
    sums = (stratum.n * limits.mean for stratum, limits in zip(sample.strata, one.estimate.by_stratum, strict=True))
    plain = sum(sums, Fraction(0)) / sample.n
    shares = [(stratum.name, Fraction(stratum.n, sample.n), weight) for stratum, weight in zip(sample.strata, sample.weights, strict=True)]
    if plain == one.estimate.limits.mean:
        return
    said = [f"{name} {float(100 * drawn):.3g} % of the records and {float(100 * whole):.3g} % of the whole" for name, drawn, whole in shares]
    by = one.with_value(plain)
    yield one.finding("A774", "note", f"the strata of {one.name} are not drawn in the shares that they have in the whole",
                      f"{listed(said, _MOST_NAMED)}; with the mean of all records, {float(plain):.6g}, which is not taken: {by.text}",
                      moves=by.first)  # fmt: skip


def _weighed_otherwise(one: SampledInput) -> Iterator[Finding]:
    """Yield a warning where strata have other weights than their populations give them."""
    sample = one.sample
    if sample.population is None or all(stratum.weight is None for stratum in sample.strata):
        return
    by_size = estimated(replace(sample, strata=tuple(replace(stratum, weight=None) for stratum in sample.strata)))
    pairs = list(zip(sample.strata, sample.weights, by_size.sample.weights, strict=True))
    if all(abs(said - own) <= Fraction(1, 200) for _, said, own in pairs):
        return
    said = [f"{stratum.name} {float(100 * weight):.3g} %, by its population {float(100 * own):.3g} %" for stratum, weight, own in pairs]
    by = one.with_value(by_size.value)
    yield one.finding("A774", "warning", f"the strata of {one.name} weigh otherwise than their populations",
                      f"{listed(said, _MOST_NAMED)}; by populations it is {by_size.text}: {by.text}",
                      "correct the weights or the populations, or say what the weights are of", moves=by.first)  # fmt: skip


def _one_survey(run: Run, inputs: list[SampledInput]) -> Iterator[Finding]:
    """Yield a warning where the same records stand for several times; or members, where they are too many to be alike by chance."""
    groups: dict[object, list[SampledInput]] = {}
    for one in inputs:
        times = [axis for axis in one.quantity.indices if lies_in_time(axis, run.methodology.index_set)]
        rest = tuple((axis, at) for axis, at in zip(one.quantity.indices, one.cell, strict=True) if axis not in times)
        if times or _is_telling(one.sample):
            whose = () if _is_telling(one.sample) else rest
            groups.setdefault((one.quantity.id, whose, one.sample.strata, one.sample.clusters), []).append(one)
    for same in groups.values():
        if len(same) > 1:
            yield same[0].finding("A770", "warning", f"one survey stands for {listed([one.name for one in same], _MOST_NAMED)}",
                                  sample_text(same[0].estimate, same[0].origin.unit),
                                  "show that the plan allows it, or give the survey of each")  # fmt: skip


def _is_telling(sample: Sample) -> bool:
    """Whether two samples that are the same are one: a mean with its deviation, or several records; the same counts of yes may come twice."""
    records = sum(len(stratum.records) for stratum in sample.strata)
    return not sample.is_share and (records >= _MANY_RECORDS or any(stratum.deviation for stratum in sample.strata))


def _unplanned(inputs: list[SampledInput]) -> Iterator[Finding]:
    bare = [one for one in inputs if not one.sample.plan.asks and one.sample.plan.takes == MEAN]
    if bare:
        named = listed([f"{one.name} ({precision_text(one.estimate, one.origin.unit)})" for one in bare], _MOST_NAMED)
        yield bare[0].finding("A773", "warning", "samples are taken of which no plan says the precision",
                              f"reached at the confidence stated, or 90 %: {named}",
                              "add confidence and precision of the plan: plan: 90/10")  # fmt: skip


def _met(inputs: list[SampledInput]) -> Iterator[Finding]:
    good = [one for one in inputs if one.sample.plan.asks and one.estimate.is_met]
    if good:
        named = listed([f"{one.name} ({precision_text(one.estimate, one.origin.unit)})" for one in good], _MOST_NAMED)
        what = f"{len(good)} sample{'' if len(good) == 1 else 's'} as precise as the plan asks"
        yield good[0].finding("A771", "note", what, named)
