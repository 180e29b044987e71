"""One run of a project: run, explain, audit, verify, and the same project for other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine import api
from engine.audit.commands import verify as verify_receipt
from engine.audit.report import AuditReport
from engine.audit.verification import Verification
from engine.batch.again import Recalculation
from engine.batch.many import Batch
from engine.interface.given import methodology_of, project_of
from engine.pipeline import Run
from engine.project_data import ProjectData
from engine.release import VERSION
from engine.trace import TraceNode, parse_target
from engine.trace import explain as explain_cell
from equations.methodology import Methodology


def run(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
) -> Run:
    """Evaluate a project under a methodology; see :func:`engine.api.run`."""
    return api.run(methodology_of(methodology), project_of(project), choices=choices, readings=readings, targets=targets)


def explain(finished: Run, number: str, *, depth: int = 12) -> tuple[TraceNode, ...]:
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
    return tuple(explain_cell(finished, quantity, cell, depth) for quantity, cell in parse_target(finished, number))


def audit(
    methodology: Methodology | str | Path,
    project: ProjectData | Path | str,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> AuditReport:
    """Evaluate a project and audit the run; see :func:`engine.api.audit_project`."""
    return api.audit_project(methodology_of(methodology), project_of(project), choices=choices, readings=readings)


def verify(receipt: Path | str, *, spec: str | None = None, project: str | None = None) -> Verification:
    """Make the run of a receipt again and compare, to the bit.

    Parameters
    ----------
    spec, project
        Where they are now, if not where the receipt says.

    Raises
    ------
    MethodologyError
        I523 for a receipt that cannot be read or was changed, and whatever the run raises.
    """
    return verify_receipt(Path(receipt), spec, project, VERSION)


def recalculation(finished: Run) -> Recalculation:
    """Return a run made ready to be computed again for other numbers; see :func:`engine.api.recalculation`."""
    return api.recalculation(finished)


def many_draws(finished: Run, targets: tuple[str, ...] = ()) -> Batch:
    """Return a run made ready for many draws at once; see :func:`engine.api.many_draws`."""
    return api.many_draws(finished, targets)
