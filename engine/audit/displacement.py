"""Leakage: how much of the reductions is taken back by emissions moved elsewhere."""

from __future__ import annotations

from engine.audit.roles import by_year
from engine.finding import Finding
from engine.output.terminal import number
from engine.run.run import Run
from equations.errors import listed_texts

#: Share of the reductions above which leakage is a warning.
LARGE = 0.5


def audit_displacement(run: Run) -> tuple[Finding, ...]:
    """Compare emissions moved elsewhere with the reductions before them.

    Returns
    -------
    tuple of Finding
        A711: a note for each quantity of the role ``leakage`` that is above zero in some year, a warning where it takes
        back more than half of what was reduced.
    """
    reductions: dict[str, float] = {}
    for _, values in by_year(run, "reductions"):
        reductions = values
    findings = []
    for quantity, values in by_year(run, "leakage"):
        moved = {year: value for year, value in values.items() if value > 0}
        if not moved:
            continue
        total, kept = sum(moved.values()), sum(reductions.get(year, 0.0) for year in values)
        share = total / (total + kept) if total + kept > 0 else 1.0
        shown = [f"{year}: {number(value)} {quantity.unit}" for year, value in moved.items()]
        findings.append(
            Finding(
                "A711",
                "warning" if share > LARGE else "note",
                quantity.id,
                f"{quantity.id} takes back {100 * share:.1f} % of the reductions, in {len(moved)} of {len(values)} years",
                listed_texts(shown),
                "look at the causes, and at the evidence for whatever was left out of what is monitored",
                source=str(quantity.source),
            )
        )
    return tuple(findings)
