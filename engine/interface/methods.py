"""The Python interface: the same work as the command line, as functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.audit.report import AuditReport
from engine.audit.report import audit_project as make_report
from engine.audit.reread import rereader
from engine.audit.severe import with_severe_findings
from engine.batch.again import Recalculation
from engine.batch.many import Batch, batch_of
from engine.checks import CheckResult, check_methodology
from engine.pipeline import Run, run_project
from engine.plan import Plan
from engine.planning import plan_with_rules
from engine.project_data import ProjectData
from engine.refusal import refuse_faulty
from engine.setting import Setting
from equations.methodology import Methodology
from equations.spec_files import load_methodology
from equations.unit_registry import parse_unit


def load(reference: str | Path) -> Methodology:
    """Read a methodology by reference (``KH_AM004@1.1``) or path.

    Raises
    ------
    MethodologyError
        With every fault of the spec.
    """
    return load_methodology(reference)


def check(methodology: Methodology) -> CheckResult:
    """Run every static check of a methodology."""
    return check_methodology(methodology)


def run(
    methodology: Methodology,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
) -> Run:
    """Evaluate a project under a methodology.

    Returns
    -------
    Run
        Values with units and provenance, findings.

    Raises
    ------
    MethodologyError
        With every fault of the input, or of a methodology that does not pass :func:`check`.
    """
    refuse_faulty(methodology)
    found = run_project(methodology, project, parse_unit, _plan, choices=choices, readings=readings, targets=targets, load=load)
    return with_severe_findings(found)


def audit_project(
    methodology: Methodology,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> AuditReport:
    """Evaluate a project and audit the run.

    Returns
    -------
    AuditReport
        ``report.findings``, and ``report.rulings``: the result under every other reading of the text.

    Raises
    ------
    MethodologyError
        With every fault of the input.
    """
    finished = run(methodology, project, choices=choices, readings=readings)
    return make_report(finished, rereader(finished, parse_unit))


def recalculation(finished: Run) -> Recalculation:
    """Return a run made ready to be computed again for other numbers, with every intermediate, in a fraction of a millisecond.

    Returns
    -------
    Recalculation
        ``again({"C": array})`` gives every computed quantity; what is not named keeps the project's numbers.
    """
    return Recalculation(finished.methodology, finished.plan, finished.inputs)


def many_draws(finished: Run, targets: tuple[str, ...] = ()) -> Batch:
    """Return a run made ready to be evaluated for many draws or variants at once.

    Parameters
    ----------
    targets
        Quantities that are wanted; by default the methodology's result.

    Returns
    -------
    Batch
        ``many({"C": array}).arrays["ER"]``, where ``array`` has a leading axis of draws, and so has the result.
    """
    return batch_of(finished, targets or (finished.methodology.result,))


def _plan(methodology: Methodology, setting: Setting, targets: tuple[str, ...], supplied: frozenset[str]) -> Plan:
    wanted = targets or tuple(dict.fromkeys((methodology.result, *methodology.report)))
    return plan_with_rules(methodology, setting, wanted, supplied)
