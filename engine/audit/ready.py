"""Whether a submission is complete: what would be returned, what will be asked, and what it does not hold; before anybody else sees it.

In the words of the audit's findings, without its table of rulings. A project that cannot be run is not ready; its faults are what would be returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.audit.asked import why_not_asked
from engine.audit.audits import OF_DOCUMENTS, audit_findings
from engine.audit.report import desk_beside
from engine.finding import Finding, from_error
from engine.output.terminal import bold, coloured
from engine.project.values import UnitReader
from engine.report.findings import finding_lines
from engine.report.run_report import head_lines
from engine.run.run import Run
from engine.run.version_gap import Loader
from equations.errors import MethodologyError
from equations.model.methodology import Methodology
from equations.records import record
from equations.shown import Shown

READY_FORMAT = "mrvgraph-ready/1"
#: Warnings for which a submission is returned like for errors: something that it must say is not said.
_RETURNED = frozenset({"A706", "A717", "A721", "A740", "A759", "A763", "A803"})
#: Audit -> what to add where its question could not be asked.
_ADD = {
    "documents": "type in what the submission claims: `mrvgraph needs SPEC --template --with claims`",
    "design": "type in what is registered: `mrvgraph needs SPEC --template --with design`",
    "cross_checks": "hold numbers against their second source under `cross_checks:`",
}
#: A methodology that does not pass its own check: no fault of the project.
_REFUSED = "A741"
#: Choices and readings that are wrong: a fault of the project only where it makes them itself.
_CHOSEN = "I508"


@record(frozen=True)
class Absent:
    """A question that could not be asked since the submission does not hold what it is about."""

    question: str
    why: str
    remedy: str


@dataclass(frozen=True)
class Readiness(Shown):
    """What a completeness check finds.

    Attributes
    ----------
    run
        The run, ``None`` where the project cannot be run.
    returned, asked
        Findings for which it would be returned; those about which questions will come.
    absent
        What the submission does not hold.
    """

    methodology: Methodology
    project: str
    run: Run | None
    returned: tuple[Finding, ...]
    asked: tuple[Finding, ...]
    absent: tuple[Absent, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing would be returned."""
        return not self.returned

    def __repr__(self) -> str:
        return f"<Readiness of {self.project!r} under {self.methodology.reference}: {len(self.returned)} would be returned, {len(self.asked)} asked>"


def readiness(
    methodology: Methodology, project: str, make: Callable[[], Run], read_unit: UnitReader, load: Loader, *, chosen: bool = False
) -> Readiness:
    """Check whether a submission is complete.

    Parameters
    ----------
    project
        Name of the project file.
    make
        Runs the project; its file was read before.
    load
        Reads another version of the methodology, by its reference.
    chosen
        Whether choices or readings stand before those of the project.

    Raises
    ------
    MethodologyError
        For a methodology that does not pass its own check, and for choices that the project did not make.
    """
    try:
        run = make()
    except MethodologyError as error:
        if error.code == _REFUSED or (chosen and error.code == _CHOSEN):
            raise
        return Readiness(methodology, project, None, _faults(error), (), ())
    faults: tuple[Finding, ...] = ()
    try:
        desk = desk_beside(run, read_unit, load)
    except MethodologyError as error:
        desk, faults = None, _faults(error)
    found = [finding for _, findings in audit_findings(run, desk.by_audit if desk else None) for finding in findings]
    returned = tuple(one for one in found if one.severity == "error" or (one.severity == "warning" and one.code in _RETURNED))
    asked = tuple(one for one in found if one not in returned and (one.severity == "warning" or one.code == "A706"))
    questions = [(audit, why_not_asked(run, audit.id) or (desk.why_not_asked(audit.id) if desk else "")) for audit in OF_DOCUMENTS]
    absent = tuple(Absent(audit.question, why, _ADD.get(audit.id, "add it")) for audit, why in questions if why)
    return Readiness(methodology, project, run, (*faults, *returned), asked, absent)


def _faults(error: MethodologyError) -> tuple[Finding, ...]:
    """Return the faults of a project as findings."""
    return tuple(from_error(one, one.subject or "project") for one in getattr(error, "errors", (error,)))


def ready_text(found: Readiness) -> str:
    """Return a completeness check for a terminal."""
    parts = ["\n".join(head_lines(found.run)) if found.run is not None else f"{found.methodology.reference}  {found.project}: it cannot be run"]
    for title, severity, findings in (("would be returned", "error", found.returned), ("will be asked", "warning", found.asked)):
        if findings:
            lines = [coloured(f"{title} ({len(findings)})", severity)]
            parts.append("\n".join([*lines, *(line for finding in findings for line in finding_lines(finding))]))
    if found.absent:
        lines = [bold("the submission does not hold"), *(f"  {one.why}\n    do: {one.remedy}" for one in found.absent)]
        parts.append("\n".join(lines))
    many = len(found.returned)
    parts.append("ready: nothing would be returned" if found.is_ready else f"not ready: {many} thing{'s' if many > 1 else ''} would be returned")
    return "\n\n".join(parts) + "\n"


def ready_record(found: Readiness) -> dict[str, object]:
    """Return a completeness check as plain data."""
    of = found.methodology
    return {
        "format": READY_FORMAT, "methodology": {"id": of.id, "version": of.version, "hash": of.hash}, "project": found.project,
        "ready": found.is_ready, "returned": [one.as_record() for one in found.returned], "asked": [one.as_record() for one in found.asked],
        "absent": [{"question": one.question, "why": one.why, "remedy": one.remedy} for one in found.absent],
    }  # fmt: skip
