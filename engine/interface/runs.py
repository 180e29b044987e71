"""One run of a project: run, explain, audit, diagnose, verify, and the same project for other numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.audit.desk.desk import Desk
from engine.audit.ready import Readiness, readiness
from engine.audit.receipts.verification import Verification
from engine.audit.report import AuditReport, audit_project, desk_beside
from engine.audit.reread import rereader
from engine.audit.severe import with_severe_findings
from engine.batch.many_draws import Batch, batch_of
from engine.batch.recalculation import Recalculation
from engine.checks.refusal import refuse_faulty
from engine.commands.desk import desk_of_documents
from engine.explain.trace import explain as explain_cell
from engine.explain.trace import parse_target
from engine.explain.traces import Traces
from engine.interface.given import methodology_of, project_of
from engine.output.release import VERSION
from engine.plan.planner import plan_with_rules
from engine.project.project_file import ProjectData, read_project
from engine.project.set_numbers import with_set
from engine.run.run import Run, run_project
from engine.simulate.uncertainty_file import with_unread_uncertainty
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology
from equations.units.registry import parse_unit


def run(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
    set_numbers: Sequence[str] = (),
) -> Run:
    """Evaluate a project under a methodology.

    Parameters
    ----------
    choices, readings
        In place of what the project file chooses.
    targets
        Quantities that are asked for; by default the result and what is reported.
    set_numbers
        Numbers in place of those of the project, each as ``A[E]=50000 ha``, ``A[*]=...`` or ``A=dataset:ID``.

    Returns
    -------
    Run
        Values with units and provenance, verdicts of the rules, findings.

    Raises
    ------
    MethodologyError
        With every fault of the input, or of a methodology that does not pass :func:`mrvgraph.check`.
    """
    found = methodology_of(methodology)
    refuse_faulty(found)
    given = project_of(project)
    if set_numbers:
        given = with_set(given if isinstance(given, ProjectData) else read_project(given), set_numbers)
    finished = run_project(
        found, given, parse_unit, plan_with_rules,
        choices=choices, readings=readings, targets=targets, load=load_methodology,
    )  # fmt: skip
    finished = with_severe_findings(finished)
    return with_unread_uncertainty(finished, parse_unit) if finished.project.declares_uncertainty else finished


def explain(finished: Run, number: str, *, depth: int = 12) -> Traces:
    """Return the way from a number to its sources.

    Parameters
    ----------
    number
        ``ER[2019]``; without labels, every cell of the quantity.

    Raises
    ------
    MethodologyError
        X201, X204, I502 for what the run does not have.
    """
    return Traces(explain_cell(finished, quantity, cell, depth) for quantity, cell in parse_target(finished, number))


def audit(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    materiality: float | None = None,
) -> AuditReport:
    """Evaluate a project and audit the run.

    Parameters
    ----------
    materiality
        A share of the result, such as 0.05: with ``report.plan``, how wrong each input must be to move the result by so much.

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
    return audit_project(finished, rereader(finished, parse_unit), desk_beside(finished, parse_unit, load_methodology), materiality)


def diagnose(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Desk:
    """Evaluate a project, set beside it what its documents state, and look for the slips that give their digits.

    Returns
    -------
    Desk
        ``desk.compared.comparisons``: each stated number beside the recomputed one; ``desk.diagnoses``: where they part first, and why.

    Raises
    ------
    MethodologyError
        With every fault of the input; I501 for a project that names no document and claims nothing.
    """
    return desk_of_documents(run(methodology, project, choices=choices, readings=readings), parse_unit, load_methodology)


def ready(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Readiness:
    """Check whether a submission is complete, before it is handed in.

    Returns
    -------
    Readiness
        ``found.is_ready``; ``found.returned``: the findings for which it would be returned, faults of the project among them.

    Raises
    ------
    MethodologyError
        For files that cannot be read, wrong choices, and a methodology that does not pass :func:`mrvgraph.check`.
    """
    found, given = methodology_of(methodology), project_of(project)
    data = given if isinstance(given, ProjectData) else read_project(given)
    return readiness(
        found, data.path.name, lambda: run(found, data, choices=choices, readings=readings), parse_unit, load_methodology,
        chosen=bool(choices or readings),
    )  # fmt: skip


def verify(receipt: Path | str, *, spec: str | None = None, project: str | None = None) -> Verification:
    """Make the run of a receipt, or of a statement, again and compare, to the bit.

    Parameters
    ----------
    spec, project
        Where they are now, if not where the receipt says.

    Raises
    ------
    MethodologyError
        I523 for a receipt that cannot be read or was changed, and whatever the run raises.
    """
    from engine.commands.statement import verify_file  # brings the writers of documents, which a run does not need

    return verify_file(Path(receipt), spec, project, VERSION)


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
        Quantities that are wanted; by default the methodology's results.

    Returns
    -------
    Batch
        ``many({"C": array}).arrays["ER"]``, where ``array`` has a leading axis of draws, and so has the result.
    """
    return batch_of(finished, targets or finished.methodology.result_ids)
