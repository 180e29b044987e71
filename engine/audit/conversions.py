"""Monitored conversions against the area that they come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.audit.flows import areas_of, flow_of
from engine.audit.roles import with_role
from engine.finding import Finding
from engine.output.terminal import number
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.quantity import Quantity

#: Share by which two sources may disagree.
_SLACK = 1e-6


def audit_conversions(run: Run) -> tuple[Finding, ...]:
    """Follow the areas of each place through the monitored conversions.

    Conversions are those with the role ``monitored_conversion`` that were supplied: by category (what leaves it), or from one to
    another, and by year or interval. They are compared with the quantity of the role ``initial_area`` of the same place.

    Returns
    -------
    tuple of Finding
        A720: an error where one year converts more than the whole place holds, a warning where a category loses more than it had.
    """
    findings: list[Finding] = []
    for quantity, array in with_role(run, "monitored_conversion"):
        if quantity.id in run.inputs.values and np.isfinite(array).any():
            for initial, areas in with_role(run, "initial_area"):
                if initial.part_of == quantity.part_of:
                    findings += _followed(run, quantity, array, initial, areas)
    return tuple(findings)


def _followed(run: Run, quantity: Quantity, array: np.ndarray, initial: Quantity, areas: np.ndarray) -> Iterator[Finding]:
    flow = flow_of(run, quantity, array, initial)
    held = areas_of(run, initial, areas, flow, quantity) if flow.axes else {}
    total = float(np.nansum(areas))
    beyond, whole = [], []
    for at, when in enumerate(flow.times):
        leaving, arriving = flow.leaving[:, at], flow.arriving[:, at]
        if float(leaving.sum()) > total * (1 + _SLACK):
            whole.append(f"{when}: {number(float(leaving.sum()))} of {number(total)} {quantity.unit}".removeprefix(": "))
        for label, gone, come in zip(flow.labels, leaving.tolist(), arriving.tolist(), strict=True):
            if label in held:
                if gone > held[label] * (1 + _SLACK) + _SLACK:
                    where = f"{', '.join(label)} in {when}".removesuffix(" in ")
                    beyond.append(f"{where}: {number(gone)} of {number(held[label])} {quantity.unit}")
                held[label] = max(0.0, held[label] - gone + come)
    step = f" in one {flow.time_set.replace('_', ' ')}" if flow.time_set else ""
    for texts, severity, what in (
        (whole, "error", f"{quantity.id} converts more{step} than the whole area"),
        (beyond, "warning", f"{quantity.id} converts more of a category than there is"),
    ):
        if texts:
            place = next((o.place for o in run.inputs.origins.get(quantity.id, {}).values()), None)
            yield Finding(
                "A720",
                severity,
                quantity.id,
                f"{what} ({initial.id})",
                listed_texts(texts),
                "compare the sources of both: boundary, dates, unit of area",
                source=str(quantity.source),
                place=place,
            )
