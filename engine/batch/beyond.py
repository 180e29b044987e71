"""Draws in which a computed quantity leaves the range in which it can be: counted, since a single run with such numbers is refused.

What the signs of the inputs prove is not looked at again; the rest is computed a second time, as printed, without the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.batch.batchable import Batchable, NumberSource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.forms import literal_form
from engine.batch.kept_programs import digest_of_numbers, kept, key_within
from engine.batch.lowering import lower
from engine.batch.program import Builder, Numbers, Program
from engine.batch.signs import Signs
from engine.batch.skipping import keep_needed, skip_known
from engine.plan.cells import counted
from engine.run.evaluate import magnitudes
from engine.run.magnitudes import NOISE
from engine.run.ranges import limits

#: Numbers that are held at once.
_MOST_HELD = 20_000_000
#: Draws are elsewhere than the single run whose magnitudes are taken: so many times its room for rounding.
_WIDER = 100.0


def shares_beyond(batchable: Batchable, sources: Iterable[NumberSource], arrays: Mapping[str, Numbers], way: Way) -> dict[str, float]:
    """Return, for each computed quantity that leaves its range in some draw, the share of these draws.

    Parameters
    ----------
    sources
        The draws, one source after the other.
    arrays
        The numbers of a single run; they tell how much of a number is rounding.
    """
    sources = list(sources)
    watch = watched(batchable, sources[0].template) if sources else None
    if watch is None:
        return {}
    entered = magnitudes(batchable.methodology, batchable.plan, dict(arrays)).arrays
    counts, total = dict.fromkeys(watch.literal.outputs, 0), 0
    for source in sources:
        total += source.count
        for name, beyond in draws_beyond(watch, source, way, entered):
            counts[name] += int(beyond.sum())
    return {name: count / total for name, count in counts.items() if count}


def draws_beyond(
    watch: Batchable, source: NumberSource, way: Way, entered: Mapping[str, Numbers] | None = None
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield, part by part and quantity by quantity, which draws leave the range. Shape: (draws of the part,).

    Parameters
    ----------
    watch
        As :func:`watched` gives it.
    entered
        Quantity -> magnitudes that entered its cells; without them nothing counts as rounding.
    """
    step = source.chunk or 1024
    step *= max(1, _MOST_HELD // (step * sum(cells.size for cells in watch.literal.outputs.values())))
    for start in range(0, source.count, step):
        part = source.part(start, min(start + step, source.count))
        found = evaluate_batch(watch, part, replace(way, form="literal", keep_failed=True))
        for name in watch.literal.outputs:
            quantity = watch.methodology.quantity[name]
            least, most = limits(quantity)
            room = _WIDER * NOISE * np.nan_to_num(entered[name], posinf=0.0) if entered is not None else 0.0
            beyond = (found.arrays[name] < least - room) | (found.arrays[name] > most + room)
            counts = counted(quantity, watch.plan, watch.methodology).ravel()
            yield name, np.asarray(beyond.reshape(len(beyond), -1)[:, counts].any(axis=1))


def watched(batchable: Batchable, template: Mapping[str, Numbers]) -> Batchable | None:
    """Return what is to be computed for ranges that the signs of the inputs do not prove, or ``None`` where nothing is left."""
    key = key_within(batchable.key, "watched", digest_of_numbers(template))
    literal = kept(key, lambda: _unproven(batchable, template))
    return None if literal is None else Batchable(batchable.methodology, batchable.plan, literal, literal, key=key)


def _unproven(batchable: Batchable, template: Mapping[str, Numbers]) -> Program | None:
    """Return what gives the quantities of which a range is not proven, as printed."""
    methodology, plan = batchable.methodology, batchable.plan
    ranged = tuple(
        id_
        for stage in plan.stages
        for id_ in stage.quantities
        if methodology.quantity[id_].range is not None and id_ not in plan.optional
    )
    if not ranged:
        return None
    made = literal_form(lower(methodology, plan, ranged))
    program = skip_known(made, template)
    builder = Builder()
    for group in program.groups:
        builder.copy(group, group.operands)
    signs = Signs(builder, methodology.quantity)
    signs.follow()
    left = {}
    for name in ranged:
        least, most = limits(methodology.quantity[name])
        cells = program.outputs[name].ravel()
        proven = builder.known[cells]  # the single run has looked at what all draws share
        if least <= 0.0 and most == np.inf:
            proven = proven | signs.proven[cells]
        if not proven.all():
            left[name] = made.outputs[name]
    if not left:
        return None
    return keep_needed(Program(made.groups, left, made.nonnegative, made.finite))
