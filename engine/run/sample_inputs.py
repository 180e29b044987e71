"""Inputs that samples give: what is said of them in words, in which unit they are, and what a run finds of their precision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from engine.finding import Finding
from engine.plan.cells import cell_name
from engine.plan.setting import Setting
from engine.project.written_numbers import Origin, conversion
from engine.run.arithmetic.samples import LOWER, MEAN, Limits, SampleEstimate, SamplingPlan
from equations.errors import InputError, MethodologyError, listed, near
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import Unit

Cell = tuple[int, ...]
Origins = Mapping[str, Mapping[Cell, Origin]]


def sampled(origins: Origins) -> Iterator[tuple[str, Cell, Origin, SampleEstimate]]:
    """Yield the cells of inputs that samples give."""
    for id_, cells in origins.items():
        for cell, origin in cells.items():
            if origin.estimate is not None:
                yield id_, cell, origin, origin.estimate


def factor_of(
    methodology: Methodology, setting: Setting, quantity: Quantity, cell: Cell, unit: Unit, alternatives: Mapping[str, Mapping[str, str]]
) -> float:
    """Return the factor from the unit of a sample to that in which a run has its quantity."""
    return float(conversion(quantity, unit, alternative_at(setting, quantity, cell, alternatives)))


def alternative_at(setting: Setting, quantity: Quantity, cell: Cell, alternatives: Mapping[str, Mapping[str, str]]) -> str:
    """Return the unit alternative in which a run has a cell; empty for a quantity that has none."""
    if quantity.alternatives is None:
        return ""
    member = setting.members[quantity.alternatives.by][cell[quantity.indices.index(quantity.alternatives.by)]]
    return alternatives.get(quantity.alternatives.group, {}).get(member, "")


# -- words


def sample_text(estimate: SampleEstimate, unit: str) -> str:
    """Return what a sample gives, in words: what is taken, how many were drawn, mean, limits and precision."""
    sample, limits = estimate.sample, estimate.limits
    what = "share" if sample.is_share else "mean"
    taken = what if estimate.taken == MEAN else f"{estimate.taken} limit"
    of = f"{sample.n:,}" + (f" of {sample.population:,}" if sample.population else "")
    of += f" in {len(sample.strata)} strata" if len(sample.strata) > 1 else ""
    of += f" in {len(sample.clusters)} clusters" if sample.clusters else ""
    interval = f"{float(100 * sample.plan.confidence):g} % interval {limits.low:.6g} to {limits.high:.6g}"
    return f"{taken} of a sample of {of}: {what} {float(limits.mean):.6g}, {interval} ({precision_text(estimate, unit)})"


def precision_text(estimate: SampleEstimate, unit: str) -> str:
    """Return the precision that is reached, and the one that the plan asks for."""
    plan = estimate.sample.plan
    reached, asked = _reached(estimate.limits, plan, unit), asked_text(plan, unit)
    return f"{reached}, the plan asks for {asked}" if asked else reached


def asked_text(plan: SamplingPlan, unit: str) -> str:
    """Return the precision that a plan asks for, empty where it asks for none."""
    asked = [f"{float(100 * plan.precision):g} %"] if plan.precision is not None else []
    asked += [f"{float(plan.margin):g} {unit}".removesuffix(" 1")] if plan.margin is not None else []
    return " and ".join(asked)


def _reached(limits: Limits, plan: SamplingPlan, unit: str) -> str:
    reached = [f"{100 * limits.precision:.3g} %"] if plan.precision is not None or plan.margin is None else []
    reached += [f"{limits.half:.3g} {unit}".removesuffix(" 1")] if plan.margin is not None else []
    return " and ".join(reached)


# -- what is found


def check_samples(methodology: Methodology, setting: Setting, origins: Origins, errors: list[MethodologyError], findings: list[Finding]) -> None:
    """Report what a run finds of the samples of its inputs: registers that there are not, precision that is missed."""
    findings += missed_precision(methodology, setting, origins)
    errors += [
        InputError("I502", f"there is no quantity {estimate.sample.register!r}", origin.place, why=f"it is the register of {id_}",
                   remedy=near(estimate.sample.register, methodology.quantity) or "`mrvgraph check --verbose` lists all")
        for id_, _, origin, estimate in sampled(origins)
        if estimate.sample.register and estimate.sample.register not in methodology.quantity
    ]  # fmt: skip


def missed_precision(methodology: Methodology, setting: Setting, origins: Origins) -> Iterator[Finding]:
    """Yield what a run finds of its samples: precision that is missed, an error where the plan allows no limit in place of the mean."""
    for id_, cell, origin, estimate in sampled(origins):
        plan, quantity = estimate.sample.plan, methodology.quantity[id_]
        if not plan.asks or estimate.is_met:
            continue
        name, is_allowed = cell_name(quantity, setting, cell), bool(plan.missed) or plan.takes != MEAN
        asked = f"{float(100 * plan.confidence):g} % confidence and {asked_text(plan, origin.unit)}"
        evidence = [sample_text(estimate, origin.unit)]
        evidence += [f"strata that miss it: {listed(missing, 6)}"] if (missing := missing_strata(estimate)) else []
        if plan.missed:
            evidence.append(f"the {plan.missed} limit stands in place of the {'share' if estimate.sample.is_share else 'mean'}, as the plan allows")
        elif plan.takes != MEAN:
            evidence.append(f"the {plan.takes} limit is taken in any case")
        yield Finding(
            "A765", "note" if is_allowed else "error", id_, f"the sample of {name} does not reach {asked}", "; ".join(evidence),
            "" if is_allowed else _remedy(estimate), source=str(quantity.source), place=origin.place,
        )  # fmt: skip


def missing_strata(estimate: SampleEstimate) -> list[str]:
    """Return the strata that miss a precision which the plan asks of each, with what they reach."""
    plan = estimate.sample.plan
    return [f"{stratum.name} ({100 * limits.precision:.3g} %)" for stratum, limits in zip(estimate.sample.strata, estimate.by_stratum, strict=False)
            if plan.each and not limits.meets(plan)]  # fmt: skip


def _remedy(estimate: SampleEstimate) -> str:
    """Say how large a sample would be about large enough, and what else a plan may allow."""
    plan, limits = estimate.sample.plan, estimate.limits
    over = max(
        limits.precision / float(plan.precision) if plan.precision else 0.0, limits.half / float(plan.margin) if plan.margin else 0.0,
    )  # fmt: skip
    more = f"draw about {int(np.ceil(estimate.sample.n * over**2)):,} in all, or " if 1 < over < 1000 else ""
    return f"{more}say with `missed: {LOWER}` or `upper` that the plan allows the limit in place of the mean"
