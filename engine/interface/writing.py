"""What is written: documents of a methodology, and of an audited run; its workbook, and tables for registries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.audit.direction.materiality import read_threshold
from engine.audit.receipts.statement_file import Verifier
from engine.audit.report import AuditReport
from engine.commands.documents import Written
from engine.commands.documents import document as write_document
from engine.commands.documents import report as write_report
from engine.commands.export import Exported
from engine.commands.export import export as write_tables
from engine.commands.statement import read_day
from engine.commands.statement import statement as write_statement
from engine.commands.workbook import write_run
from engine.documents.workbook.workbook import Wanted
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


def statement(
    audit: AuditReport, output: Path | str, *, verifier: str = "", date: str = "", materiality: str = "5 %", spec: str = "", project: Path | str = "",
) -> Written:  # fmt: skip
    """Write the statement of a verification: JSON to be signed and verified, HTML or PDF to be read and filed.

    Parameters
    ----------
    output
        A file that ends in ``.json``, ``.html`` or ``.pdf``.
    date
        Of the statement, as 2018-03-12; today where absent.
    materiality
        Share of the result that is material.
    spec, project
        Where whoever verifies the statement finds them; the reference of the methodology and the project file of the run where absent.

    Raises
    ------
    MethodologyError
        I520 for another ending, I511 and I507 for what is no share and no day, I508 for numbers that were set, I514 without the package for PDF.
    """
    who = Verifier(verifier, read_day(date), read_threshold(materiality))
    run = audit.run
    return write_statement(audit, spec or run.methodology.reference, Path(project or run.project.path), str(output), verifier=who,
                           version=VERSION, choices=dict(run.setting.choices), readings=dict(run.setting.readings))  # fmt: skip


def workbook(audit: AuditReport, output: Path | str, *, planned: bool = False, redact: Sequence[str] = ()) -> Written:
    """Write an audited run as a workbook with live formulas.

    Parameters
    ----------
    planned
        Whether it is the sheets of a plan and not those of monitoring, where the programme tells them apart.
    redact
        Quantities whose numbers are left out of the copy, with what follows from them; what the methodology reports stays.

    Raises
    ------
    MethodologyError
        I514 without the packages for workbooks, I502 for a quantity that the project does not give, I508 for numbers that were set, and those of
        files that cannot be written.
    """
    return write_run(audit, str(output), Wanted(planned, frozenset(redact)), VERSION)


def export(run: Path | str, to: str, output: Path | str, *, texts: Path | str | None = None, mapping: Path | str | None = None) -> Exported:
    """Write a finished run as the tables of a registry, with a table of what they lack.

    Parameters
    ----------
    run
        A run, as ``mrvgraph run SPEC PROJECT -o RUN.json`` writes it.
    to
        ``aef``, the agreed electronic format of Article 6.2, or ``units``, blocks of units to issue.
    output
        A folder.
    texts
        YAML with what no run knows.
    mapping
        Where numbers go, in place of ``export.yaml`` beside the specs.

    Raises
    ------
    MethodologyError
        I509 for a file that cannot be read, I502 to I504 for what does not fit, and those of files that cannot be written.
    """
    return write_tables(run, to, output, texts, mapping)
