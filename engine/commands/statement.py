"""What the command statement does, and how a statement is verified."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.audit.direction.materiality import read_threshold
from engine.audit.receipts.opinion import opinion_of
from engine.audit.receipts.receipt import Asked, relative_to
from engine.audit.receipts.receipt_file import asked_of
from engine.audit.receipts.statement_file import (
    Verifier,
    compare_statements,
    is_statement,
    read_statement,
    statement_record,
    statement_text,
)
from engine.audit.receipts.verification import Verification, compare_files, recorded_hashes
from engine.audit.report import AuditReport
from engine.commands.audit import audited, verify, where_it_is
from engine.commands.documents import Written
from engine.documents.report.statement_document import PARTS, statement_document
from engine.documents.writers.pdf import pdf_bytes
from engine.documents.writers.single_page import single_page
from engine.documents.writers.typst_source import typst_source
from engine.output.written_files import write_bytes
from engine.report.run_report import to_json
from engine.report.set_report import refuse_set
from engine.typesetting.fonts.glyph_check import refuse_unshown
from equations.errors import InputError, MethodologyError
from equations.files.regular_file import reading_rule, reading_under
from equations.library.places import find_spec, library_folders

_FOOTER = "Made by mrvgraph. The file of this statement is what is signed; `mrvgraph verify` makes it again and tells which field or file differs."


def read_day(text: str) -> str:
    """Return a day as it is written, today where nothing is.

    Raises
    ------
    InputError
        I507 for what is no day.
    """
    try:
        return date.fromisoformat(text).isoformat() if text else date.today().isoformat()
    except ValueError as cause:
        raise InputError("I507", f"{text!r} is no day", why=str(cause), remedy="write year-month-day, as 2018-03-12") from cause


def statement(
    report: AuditReport, spec: str, project: Path, output: str, *, verifier: Verifier, version: str,
    choices: Mapping[str, str] | None = None, readings: Mapping[str, str] | None = None,
) -> Written:  # fmt: skip
    """Write the statement of an audited run: JSON to be signed and verified, HTML or PDF to be read and filed.

    Parameters
    ----------
    spec, project, choices, readings
        As asked for.
    output
        A file that ends in ``.json``, ``.html`` or ``.pdf``.

    Raises
    ------
    InputError
        I520 for another ending, I508 for a run of numbers that were set.
    """
    refuse_set(report.run, "a statement is of the project as it is reported")
    path = Path(output)
    if path.suffix not in (".json", ".html", ".pdf"):
        raise InputError("I520", f"the ending of {path.name} says no format of a statement", why="it is written as JSON, HTML or PDF",
                         remedy="write -o statement.json, statement.html or statement.pdf")  # fmt: skip
    where = relative_to(find_spec(spec), path.parent) if Path(spec).exists() else spec
    asked = Asked(where, relative_to(project, path.parent), choices or {}, readings or {})
    content = statement_bytes(report, asked, verifier, path.suffix, version)
    write_bytes(path, content)
    return Written(f"{path.name} written", ((path.name, hashlib.sha256(content).hexdigest()),))


def issued(options: Namespace, choices: Mapping[str, str], readings: Mapping[str, str], version: str) -> tuple[Written, str]:
    """Audit a project and write its statement; return what was written, and the opinion.

    Parameters
    ----------
    options
        As parsed: spec, project, output, verifier, date, materiality.
    """
    verifier = Verifier(options.verifier, read_day(options.date), read_threshold(options.materiality))
    report = audited(options.spec, Path(options.project), choices, readings)
    written = statement(report, options.spec, Path(options.project), options.output, verifier=verifier, version=version,
                        choices=choices, readings=readings)  # fmt: skip
    return written, opinion_of(report, verifier.materiality).word


def shown_statement(written: Written, word: str, *, json: bool) -> str:
    """Return what was written and the opinion, for reading or as JSON."""
    return to_json(written.as_record() | {"opinion": word}) if json else f"{written.text.rstrip()}; opinion: {word}\n"


def statement_bytes(report: AuditReport, asked: Asked, verifier: Verifier, ending: str, version: str) -> bytes:
    """Return a statement as the bytes of a file with an ending."""
    record = statement_record(report, asked, verifier, version)
    text = statement_text(record)
    if ending == ".json":
        return text.encode()
    document = statement_document(record, hashlib.sha256(text.encode()).hexdigest())
    shown = typst_source(document, report.run.methodology.reference) if ending == ".pdf" else single_page(document, PARTS, _FOOTER)
    refuse_unshown(shown, {report.run.project.path.name: report.run.project.path})
    return pdf_bytes(shown) if ending == ".pdf" else shown.encode()


def verify_file(path: Path, spec: str | None, project: str | None, version: str) -> Verification:
    """Verify what a file says that it is: a statement, or else a receipt."""
    return (verify_statement if is_statement(path) else verify)(path, spec, project, version)


def verify_statement(path: Path, spec: str | None, project: str | None, version: str) -> Verification:
    """Make a statement again and compare: its own hashes, the files that it rests on, then every field.

    Parameters
    ----------
    spec, project
        Where they are, if not where the statement says.

    Raises
    ------
    MethodologyError
        I523 for a file that is no statement, I509 for a project file that is not there, S108 for a spec.
    """
    recorded, changed = read_statement(path)
    asked = asked_of(recorded)
    reference, own, main = where_it_is(path, asked, spec, project)
    compared = compare_files(path.name, recorded, main, own)
    files = list(compared.differences)
    compared.differences[:0] = changed
    if files:
        compared.failed = "a file is not the one that was recorded, and is not looked into"
        return compared
    rule = replace(reading_rule(), hashes=recorded_hashes(recorded), library=tuple(library_folders()))
    try:
        with reading_under(rule):
            report = audited(reference, own, asked.choices, asked.readings)
            found = statement_record(report, asked, _verifier_of(recorded), version)
    except MethodologyError as error:
        compared.failed = str(error)
        return compared
    compare_statements(compared, recorded, found)
    return compared


def _verifier_of(recorded: Mapping[str, object]) -> Verifier:
    opinion = recorded["opinion"]
    share = opinion.get("materiality") if isinstance(opinion, dict) else None
    return Verifier(str(recorded["verifier"]), str(recorded["date"]), share if isinstance(share, float) and 0 < share < 1 else 0.05)
