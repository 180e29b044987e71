"""The result itself: years without reductions, and what a negative year does to its period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.audit.roles import by_year, with_role
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.run.run import Run
from equations.errors import listed_texts


def audit_reductions(run: Run) -> tuple[Finding, ...]:
    """Look for negative reductions and credits.

    Returns
    -------
    tuple of Finding
        A710: a warning for years with negative reductions (they count against the other years unless a ruling says otherwise), a
        warning for credits below zero.
    """
    return (*_years(run), *_credits(run))


def _years(run: Run) -> Iterator[Finding]:
    for quantity, values in by_year(run, "reductions"):
        negative = {year: value for year, value in values.items() if value < 0}
        if negative:
            shown = [f"{year}: {number(value)} {quantity.unit}" for year, value in negative.items()]
            lost = -sum(negative.values())
            gained = sum(value for value in values.values() if value > 0)
            yield Finding(
                "A710",
                "warning",
                quantity.id,
                f"reductions are negative in {len(negative)} of {len(values)} years",
                f"{listed_texts(shown)}. Together {number(lost)} against {number(gained)} {quantity.unit} in the other years",
                "see what the rulings on negative years say, and explain the year",
                source=str(quantity.source),
            )


def _credits(run: Run) -> Iterator[Finding]:
    for quantity, array in with_role(run, "credits"):
        if run.methodology.year_set in quantity.indices:
            continue
        below = [tuple(int(at) for at in cell) for cell in np.argwhere(array < 0)]
        if below:
            shown = [f"{cell_name(quantity, run.setting, cell)} = {number(float(array[cell]))} {quantity.unit}" for cell in below]
            yield Finding(
                "A710",
                "warning",
                quantity.id,
                f"{quantity.id} is below zero",
                listed_texts(shown),
                "nothing can be claimed for the period",
                source=str(quantity.source),
            )
