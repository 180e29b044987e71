"""What the commands audit and verify do; the command line writes what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.audit.direction.materiality import read_threshold
from engine.audit.ready import Readiness, readiness, ready_record, ready_text
from engine.audit.receipts.receipt import Asked, receipt_record, receipt_text, relative_to
from engine.audit.receipts.receipt_file import asked_of, read_receipt
from engine.audit.receipts.verification import Verification, compare_files, compare_receipts, recorded_hashes
from engine.audit.report import AuditReport, audit_markdown, audit_project, audit_record, audit_text, desk_beside
from engine.audit.reread import rereader
from engine.commands.session import loaded, open_session
from engine.project.project_file import read_project
from engine.report.run_report import to_json
from equations.errors import InputError, MethodologyError, Place
from equations.files.regular_file import reading_rule, reading_under
from equations.library.places import find_spec, library_folders


def audited(
    spec: str,
    project: Path,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    set_numbers: Sequence[str] = (),
    *,
    materiality: str | None = None,
) -> AuditReport:
    """Run a project and audit it.

    Parameters
    ----------
    set_numbers
        Numbers in place of those of the project, as ``A[E]=50000 ha``.
    materiality
        A percentage of the result, such as ``5%``: with the plan of what to verify first.

    Raises
    ------
    MethodologyError
        With every fault of the spec or of the input.
    """
    threshold = read_threshold(materiality) if materiality is not None else None
    session = open_session(spec)
    run = session.run(project, choices=choices, readings=readings, set_numbers=set_numbers)
    report = audit_project(run, rereader(run, session.read_unit), desk_beside(run, session.read_unit, loaded), threshold)
    session.save()
    return report


def made_ready(spec: str, project: Path, choices: Mapping[str, str], readings: Mapping[str, str]) -> Readiness:
    """Check whether a submission is complete.

    Raises
    ------
    MethodologyError
        For a file that cannot be read, a spec that does not pass its check, wrong choices; what else is wrong in a project would be returned.
    """
    session, data = open_session(spec), read_project(project)
    found = readiness(
        session.methodology, project.name, lambda: session.run(data, choices=choices, readings=readings), session.read_unit, loaded,
        chosen=bool(choices or readings),
    )  # fmt: skip
    session.save()
    return found


def shown_ready(found: Readiness, way: str) -> str:
    """Return a completeness check as ``text`` or ``json``."""
    return to_json(ready_record(found)) if way == "json" else ready_text(found)


def shown(report: AuditReport, way: str, *, verbose: bool = False) -> str:
    """Return an audit as ``text``, ``md`` or ``json``."""
    if way == "json":
        return to_json(audit_record(report))
    return audit_markdown(report) if way == "md" else audit_text(report, verbose=verbose)


def receipt_for(
    report: AuditReport,
    spec: str,
    project: Path,
    receipt: Path,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    version: str,
    set_numbers: Sequence[str] = (),
) -> str:
    """Return the text of the receipt that is to stand at ``receipt``.

    Parameters
    ----------
    spec, choices, readings, set_numbers
        As asked for.
    version
        Of this program.
    """
    where = relative_to(find_spec(spec), receipt.parent) if Path(spec).exists() else spec
    asked = Asked(where, relative_to(project, receipt.parent), choices, readings, tuple(set_numbers))
    return receipt_text(receipt_record(report, asked, version))


def verify(receipt: Path, spec: str | None, project: str | None, version: str) -> Verification:
    """Run what a receipt stands for again and compare.

    A receipt may come from anybody, and names files. Only those with a recorded hash are looked into, and of others nothing is told.

    Parameters
    ----------
    spec, project
        Where they are, if not where the receipt says.

    Raises
    ------
    MethodologyError
        I523 for a receipt that cannot be read or was changed, I509 for a project file that is not there, S108 for a spec.
    """
    recorded = read_receipt(receipt)
    asked = asked_of(recorded)
    reference, path, main = where_it_is(receipt, asked, spec, project)
    compared = compare_files(receipt.name, recorded, main, path)
    if compared.differences:
        compared.failed = "a file is not the one that was recorded, and is not looked into"
        return compared
    rule = replace(reading_rule(), hashes=recorded_hashes(recorded), library=tuple(library_folders()))
    try:
        with reading_under(rule):
            report = audited(reference, path, asked.choices, asked.readings, asked.set_numbers)
    except MethodologyError as error:
        compared.failed = str(error)
        return compared
    return compare_receipts(receipt.name, recorded, receipt_record(report, asked, version))


def where_it_is(receipt: Path, asked: Asked, spec: str | None, project: str | None) -> tuple[str, Path, Path]:
    """Return the reference of the spec, the project file and the spec's first file that a receipt or statement speaks of.

    Raises
    ------
    InputError
        I509 where the project file is not there.
    """
    by_reference = "@" in asked.spec and "/" not in asked.spec
    reference = spec or (asked.spec if by_reference else str(receipt.parent / asked.spec))
    path = Path(project) if project else receipt.parent / asked.project
    main = find_spec(reference)
    if not path.is_file():
        raise InputError(
            "I509",
            f"the project file {path.name} is not where the receipt says",
            Place(receipt.name),
            why=f"looked for {asked.project}, seen from the receipt",
            remedy="say where it is with --project FILE",
        )
    return reference, path, main
