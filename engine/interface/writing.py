"""Documents: of a methodology, and of an audited run."""

from __future__ import annotations

from pathlib import Path

from engine.audit.report import AuditReport
from engine.commands.documents import Written
from engine.commands.documents import document as write_document
from engine.commands.documents import report as write_report
from engine.output.release import VERSION


def document(reference: str, output: Path | str, *, form: str | None = None, audit: AuditReport | None = None) -> Written:
    """Write the documentation of a methodology.

    Parameters
    ----------
    output
        A folder, or a file that ends in ``.pdf``.
    form
        ``site``, ``md`` or ``pdf``; by what ``output`` ends in where it is not said.
    audit
        An audited run, whose report the site then holds.

    Raises
    ------
    MethodologyError
        I502, I514 and those of files that cannot be written.
    """
    return write_document(reference, str(output), form, audit=audit, version=VERSION)


def report(audit: AuditReport, output: Path | str, *, form: str | None = None) -> Written:
    """Write the report of an audited run as one file: HTML, PDF or Markdown by its ending.

    Raises
    ------
    MethodologyError
        I514 without the package for PDF, and those of files that cannot be written.
    """
    return write_report(audit, str(output), form, VERSION)
