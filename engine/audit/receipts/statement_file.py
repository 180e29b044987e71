"""The statement of a verification as a file: who verified what and when, what was compared, what is open, the opinion, and the hashes of all files.

Each field has a hash of its own beside that of the whole, so that whoever changes a byte is told which field; a signature over the file
(``ssh-keygen -Y sign``) shows who wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.audit.desk.desk_text import desk_record
from engine.audit.receipts.opinion import RULES, Opinion, open_findings, opinion_of
from engine.audit.receipts.receipt import DIGEST, Asked, Record, receipt_record, receipt_text
from engine.audit.receipts.receipt_file import shape_fault
from engine.audit.receipts.verification import ReceiptDifference, Verification, leaves
from engine.audit.report import AuditReport
from engine.output.json_text import JsonError, read_json
from engine.run.rules import tallied
from equations.errors import InputError, Place
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.records import record

STATEMENT_FORMAT = "mrvgraph-statement/1"
_MOST_BYTES = 50_000_000
#: What a statement takes over from the receipt of its audit.
_FROM_RECEIPT = ("asked", "methodology", "tools", "project", "operation", "choices", "readings", "datasets", "spec_files", "project_files")
_STATED = ("what", "document", "where", "written", "unit", "recomputed", "in", "difference", "state")
_SHAPE: dict[str, Any] = {
    "format": str, "mrvgraph": str, "verifier": str, "date": str, "opinion": {"*": object}, "results": [{"*": object}],
    "compared": {"*": object}, "open_findings": [{"*": object}],
    "asked": {"spec": str, "project": str, "choices": {"*": str}, "readings": {"*": str}}, "methodology": {"*": str}, "tools?": [{"*": str}],
    "project": {"*": str}, "operation": {"*": object}, "choices": {"*": str}, "readings": {"*": str}, "datasets": [str],
    "spec_files": [{"name": str, "sha256": str}], "project_files": [{"name": str, "sha256": str}], "fields": {"*": str},
}  # fmt: skip


@record(frozen=True)
class Verifier:
    """Who states it, on which day, and which share of the result counts as material."""

    name: str
    date: str
    materiality: float


def statement_record(report: AuditReport, asked: Asked, verifier: Verifier, version: str) -> Record:
    """Return the statement of an audit as plain data, without its hash as a whole."""
    receipt = receipt_record(report, asked, version)
    opinion = opinion_of(report, verifier.materiality)
    found: Record = {
        "format": STATEMENT_FORMAT, "mrvgraph": version, "verifier": verifier.name, "date": verifier.date, "opinion": opinion_record(report, opinion),
        "results": [{"quantity": one.label, "value": one.value, "unit": str(report.run.methodology.quantity[id_].unit)}
                    for id_, one in report.run.results.items()],
        "compared": compared_record(report), "open_findings": list(_open(report, receipt)),
        **{name: receipt[name] for name in _FROM_RECEIPT if name in receipt},
    }  # fmt: skip
    return found | {"fields": {name: field_hash(value) for name, value in found.items()}}


def opinion_record(report: AuditReport, opinion: Opinion) -> Record:
    """Return an opinion with what it rests on and its rules."""
    return {
        "opinion": opinion.word, "materiality": opinion.materiality, "threshold": opinion.threshold,
        "unit": str(report.run.methodology.quantity[report.run.methodology.result].unit), "claimed_less_recomputed": opinion.claimed,
        "moved_by_errors": opinion.errors, "moved_by_warnings": opinion.warnings, "errors": opinion.open_errors,
        "errors_not_measured": opinion.not_measured, "warnings_not_measured": opinion.warnings_not_measured, "rules": RULES,
    }  # fmt: skip


def compared_record(report: AuditReport) -> Record:
    """Return what was compared: the questions of the audit with their answers, the rules, and what documents state."""
    stated: Any = desk_record(report.desk)["stated"] if report.desk else []
    return {
        "questions": [{"id": audit.id, "question": audit.question, "answer": report.answer(audit, found)} for audit, found in report.audits],
        "rules": tallied(report.run.verdicts),
        "documents": [{name: one[name] for name in _STATED} for one in stated],
    }


def _open(report: AuditReport, receipt: Record) -> Iterator[Record]:
    written: Any = receipt["findings"]
    known = {(one["code"], one["subject"], one["what"], one["evidence"]): one for one in written}
    for finding in open_findings(report):
        yield known[finding.code, finding.subject, finding.what, finding.evidence]


def field_hash(value: object) -> str:
    """Return the SHA-256 of one field, however it is laid out."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def statement_text(record_: Record) -> str:
    """Return a statement as JSON, closed by the SHA-256 of all before it."""
    return receipt_text(record_)


def is_statement(path: Path) -> bool:
    """Whether a file says that it is a statement; what is wrong with it is told when it is read."""
    try:
        return b'"mrvgraph-statement/' in read_regular(path, _MOST_BYTES)[:200]
    except UnreadableFileError:
        return False


def read_statement(path: Path) -> tuple[Record, list[ReceiptDifference]]:
    """Read a statement; return it with the fields that were changed after it was written.

    Raises
    ------
    InputError
        I523 for a file that is no statement, or has fields that statements do not have.
    """
    try:
        data = read_regular(path, _MOST_BYTES)
        found = read_json(data)
    except (UnreadableFileError, JsonError) as cause:
        raise _no_statement(path, getattr(cause, "what", "") or str(cause)) from cause
    digest = found.pop("digest", "") if isinstance(found, dict) else ""
    fault = shape_fault(found, _SHAPE, "statement")
    if fault or found["format"] != STATEMENT_FORMAT:
        raise _no_statement(path, fault or f"its format is {found['format'][:80]!r}, not {STATEMENT_FORMAT!r}")
    own = {name: value for name, value in found.items() if name != "fields"}
    changed = [_changed(name) for name, value in own.items() if found["fields"].get(name) != field_hash(value)]
    whole = hashlib.sha256(data.rpartition(DIGEST.encode())[0]).hexdigest() == digest and statement_text(found).encode() == data
    return found, changed or ([] if whole else [_changed("layout or hashes")])


def _changed(field: str) -> ReceiptDifference:
    return ReceiptDifference("field of the statement", field, "as it was written", "changed afterwards")


def _no_statement(path: Path, why: str) -> InputError:
    return InputError("I523", "the file is not a statement", Place(path.name), why=why,
                      remedy="write one with `mrvgraph statement SPEC PROJECT -o statement.json`")  # fmt: skip


def compare_statements(outcome: Verification, recorded: Record, found: Record) -> None:
    """Add what a statement says otherwise than one made now."""
    told = {difference.name for difference in outcome.differences}
    for name in dict.fromkeys((*recorded, *found)):
        if name == "fields":
            continue
        old, new = (dict(leaves(side[name])) if name in side else {} for side in (recorded, found))
        equal = [key for key in old if key in new and repr(old[key]) == repr(new[key])]
        outcome.counts[name.replace("_", " ")] = (len(equal), len({*old, *new}))
        for key in dict.fromkeys((*old, *new)):
            if key not in equal and name not in told:
                shown = f"{name}.{key}" if key else name
                outcome.differences.append(ReceiptDifference("statement", shown, str(old.get(key, "nothing")), str(new.get(key, "nothing"))))
