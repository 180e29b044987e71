"""Units that go to somebody else or into a buffer, against those that there are."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.audit.roles import with_role
from engine.finding import Finding
from engine.output.terminal import number
from engine.run.run import Run
from engine.run.totals import is_amount
from equations.model.quantity import Quantity

#: What goes away -> what it is taken from, the nearest first; a buffer is filled before units are issued.
FROM = {"transferred": ("issued", "credits", "reductions"), "buffer": ("credits", "reductions")}
_EXACT = 1e-9


def audit_transfers(run: Run) -> tuple[Finding, ...]:
    """Compare what is transferred with what is issued, and what goes into the buffer with what is reduced, over the whole project.

    Returns
    -------
    tuple of Finding
        A725 (warning) where more goes away than there is.
    """
    findings = []
    for quantity, gone, source, there in taken_from(run):
        if gone > there + _EXACT * abs(there):
            what = f"{quantity.id} is more than {source.id}, from which it is taken"
            shown = f"{number(gone)} of {number(there)} {quantity.unit} over all years"
            remedy = "look at both, and at what each of them counts"
            findings.append(Finding("A725", "warning", quantity.id, what, shown, remedy, source=str(quantity.source)))
    return tuple(findings)


def taken_from(run: Run) -> Iterator[tuple[Quantity, float, Quantity, float]]:
    """Yield what goes away and what it is taken from, each with its total; several quantities of one role leave open which is meant."""
    for role, sources in FROM.items():
        held = next((found for one in sources if len(found := list(_amounts(run, one))) == 1), None)
        for quantity, gone in _amounts(run, role) if held is not None else ():
            if held is not None and held[0][0].unit == quantity.unit:
                yield quantity, gone, *held[0]


def _amounts(run: Run, role: str) -> Iterator[tuple[Quantity, float]]:
    for quantity, array in with_role(run, role):
        if is_amount(quantity) and quantity.over_years in ("", "sum"):
            yield quantity, math.fsum(array[np.isfinite(array)].tolist())
