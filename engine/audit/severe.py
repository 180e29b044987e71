"""What a run says of what an audit would call an error; the second computation, which takes longer than the run, is left to the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.audit.balance import uneven_rows
from engine.audit.conversions import audit_conversions
from engine.audit.dataset_lives import at_issue, lives_findings
from engine.audit.defaults import in_place_of_equations
from engine.audit.published import Published
from engine.audit.ranges import outside_ranges
from engine.audit.roles import serving_result
from engine.audit.states import stated_wrongly
from engine.finding import Finding
from engine.run.run import Run


def with_severe_findings(run: Run) -> Run:
    """Return a run that also reports the errors which an audit of it would find, except those of the second computation."""
    severe = tuple(finding for finding in _severe(run) if finding.severity == "error" and finding not in run.findings)
    return replace(run, findings=(*run.findings, *severe)) if severe else run


def _severe(run: Run) -> Iterator[Finding]:
    yield from in_place_of_equations(run)
    yield from audit_conversions(run)
    yield from stated_wrongly(run)
    yield from lives_findings(run, Published(run, at_issue(run)))
    for quantity in serving_result(run):
        if quantity.id in run.values.steps and quantity.range is not None:
            yield from outside_ranges(run, quantity)
        yield from uneven_rows(run, quantity)
