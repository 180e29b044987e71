"""Audits of a run: one file for each question that a verifier asks, all with one signature, in the order in which they are asked.

An audit takes a finished run and returns findings; it never stops one, and it knows quantities only by their role, place and kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.audit.balance import audit_balance
from engine.audit.careful_side import audit_careful_side
from engine.audit.completeness import audit_completeness
from engine.audit.conversions import audit_conversions
from engine.audit.defaults import audit_defaults
from engine.audit.desk.cross_check_findings import of_methodology
from engine.audit.displacement import audit_displacement
from engine.audit.instruments.instruments import audit_instruments
from engine.audit.periods import audit_periods
from engine.audit.plausibility import audit_plausibility
from engine.audit.rates import audit_rates
from engine.audit.recompute import audit_recompute
from engine.audit.reductions import audit_reductions
from engine.audit.sampling import audit_sampling
from engine.audit.sources import audit_sources
from engine.audit.states import audit_states
from engine.audit.transfers import audit_transfers
from engine.finding import Finding
from engine.run.run import Run

__all__ = ["AUDITS", "Audit", "audit_findings"]


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit: its id, the question that it answers, and the function."""

    id: str
    question: str
    function: Callable[[Run], tuple[Finding, ...]]


def audit_run_findings(run: Run) -> tuple[Finding, ...]:
    """Return what the run itself found: eligibility and other rules, ranges, unused values, implicit equations, readings."""
    return run.findings


AUDITS: tuple[Audit, ...] = (
    Audit("rules", "Do the rules of the methodology hold, and are values within their ranges?", audit_run_findings),
    Audit("completeness", "Was every number given, for each index and year?", audit_completeness),
    Audit("states", "In what state is each number, and may it stand there?", audit_states),
    Audit("sources", "Does every number say where it comes from?", audit_sources),
    Audit("careful_side", "Is what is called conservative on the careful side of the result?", audit_careful_side),
    Audit("defaults", "Which numbers are defaults, or stand in place of an equation?", audit_defaults),
    Audit("plausibility", "Does a number break with its neighbours?", audit_plausibility),
    Audit("balance", "Do areas and shares add up?", audit_balance),
    Audit("conversions", "Is no more converted than there is?", audit_conversions),
    Audit("rates", "Is what was monitored of the size of what was projected?", audit_rates),
    Audit("periods", "Are partial years and periods treated alike on both sides?", audit_periods),
    Audit("reductions", "Are the reductions, and what is credited of them, above zero?", audit_reductions),
    Audit("displacement", "Were emissions moved elsewhere?", audit_displacement),
    Audit("transfers", "Is no more given away or held back than there is?", audit_transfers),
    Audit("samples", "Are samples as precise as the plan asks, and of the whole?", audit_sampling),
    Audit("instruments", "Did instruments read what they are said to, and were they calibrated?", audit_instruments),
    Audit("recompute", "Do the numbers come out again when computed another way?", audit_recompute),
)


#: What the documents beside a project state is asked by :mod:`engine.audit.desk`, which the run alone does not know.
DOCUMENTS = Audit("documents", "Do the documents state what comes out?", lambda run: ())
DESIGN = Audit("design", "Does the project keep to its registered design?", lambda run: ())
CROSS_CHECKS = Audit("cross_checks", "Do second sources, wholes and neighbours agree?", lambda run: of_methodology(run).findings())
OF_DOCUMENTS = (DOCUMENTS, DESIGN, CROSS_CHECKS)


def audit_findings(run: Run, of_documents: Mapping[str, tuple[Finding, ...]] | None = None) -> tuple[tuple[Audit, tuple[Finding, ...]], ...]:
    """Run every audit, in order; what the run reported already is said by the audit that looks for it.

    Parameters
    ----------
    of_documents
        Audit -> what was found of the documents beside the project.
    """
    said = of_documents or {}
    found = [(audit, said[audit.id] if audit.id in said else audit.function(run)) for audit in (*AUDITS, *OF_DOCUMENTS)]
    others = {fact for audit, findings in found if audit.id != "rules" for finding in findings for fact in (finding, _fact(finding))}
    broken = {finding.subject for _, findings in found for finding in findings if finding.code in ("A801", "A802")}
    checks = {check.id for check in run.methodology.cross_checks} & broken

    def is_said(finding: Finding) -> bool:
        return not {finding, _fact(finding)}.isdisjoint(others) or (finding.code == "A701" and finding.subject in checks)

    return tuple((audit, tuple(finding for finding in findings if audit.id != "rules" or not is_said(finding))) for audit, findings in found)


def _fact(finding: Finding) -> tuple[object, ...]:
    """Return what a finding says, whatever further evidence an audit has of it."""
    return finding.code, finding.severity, finding.subject, finding.what, finding.place
