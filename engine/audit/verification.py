"""A receipt against what comes out now: versions, files, choices, every value to the bit, findings; the first difference first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.audit.receipt import Record
from engine.terminal import bold, coloured, table

Cell = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what it is in, its name, what the receipt holds and what was found."""

    kind: str
    name: str
    recorded: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: recorded {self.recorded}, found {self.found}"

    def as_record(self) -> Record:
        """Return plain data."""
        return {"kind": self.kind, "name": self.name, "recorded": self.recorded, "found": self.found}


@dataclass
class Verification:
    """Outcome of a verification.

    Attributes
    ----------
    counts
        What was compared -> how many agree, of how many.
    failed
        Why the run cannot be made again, or empty.
    remarks
        What differs without touching the result, such as the version of a library.
    """

    receipt: str
    subject: str
    differences: list[Difference] = field(default_factory=list)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    failed: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything is the same."""
        return not self.differences and not self.failed

    def as_record(self) -> Record:
        """Return plain data."""
        return {
            "receipt": self.receipt,
            "subject": self.subject,
            "verified": self.holds,
            "compared": {what: {"equal": equal, "of": total} for what, (equal, total) in self.counts.items()},
            "first": self.differences[0].as_record() if self.differences else None,
            "differences": [difference.as_record() for difference in self.differences],
            "failed": self.failed,
            "remarks": self.remarks,
        }


def compare_receipts(name: str, recorded: Record, found: Record) -> Verification:
    """Compare a receipt with one made now; differences stand in the order in which they can cause each other."""
    outcome = Verification(name, _subject(recorded))
    _compare(outcome, "version", {"mrvgraph": recorded.get("mrvgraph")}, {"mrvgraph": found.get("mrvgraph")}, "versions")
    _compare(outcome, "spec file", _hashes(recorded, "spec_files"), _hashes(found, "spec_files"), "spec files")
    _compare(outcome, "project file", _hashes(recorded, "project_files"), _hashes(found, "project_files"), "project files")
    for kind, key in (("choice", "choices"), ("reading", "readings"), ("operation", "operation")):
        _compare(outcome, kind, _mapping(recorded, key), _mapping(found, key), key)
    _compare(outcome, "value", dict(_cells(recorded)), dict(_cells(found)), "values")
    _compare(outcome, "finding", dict(_findings(recorded)), dict(_findings(found)), "findings")
    _compare(outcome, "reading's result", dict(_readings(recorded)), dict(_readings(found)), "rulings")
    if recorded.get("numpy") != found.get("numpy"):
        outcome.remarks.append(f"made with numpy {recorded.get('numpy')}, verified with numpy {found.get('numpy')}")
    return outcome


def compare_files(name: str, recorded: Record, spec_files: Mapping[str, str], project: Path, reason: str) -> Verification:
    """Compare what can be compared where the run cannot be made again."""
    outcome = Verification(name, _subject(recorded), failed=reason)
    if spec_files:
        _compare(outcome, "spec file", _hashes(recorded, "spec_files"), spec_files, "spec files")
    now = {}
    for file in _hashes(recorded, "project_files"):
        path = project if file == project.name else project.parent / file
        now[file] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
    _compare(outcome, "project file", _hashes(recorded, "project_files"), now, "project files")
    return outcome


def _compare(outcome: Verification, kind: str, recorded: Mapping[Any, Any], found: Mapping[Any, Any], what: str) -> None:
    equal = 0
    for key in dict.fromkeys((*recorded, *found)):
        old, new = recorded.get(key, "nothing"), found.get(key, "nothing")
        if type(old) is type(new) and repr(old) == repr(new):
            equal += 1
        else:
            outcome.differences.append(Difference(kind, _name(key), _short(old), _short(new)))
    outcome.counts[what] = (equal, len({*recorded, *found}))


def _name(key: object) -> str:
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], tuple):
        return f"{key[0]}[{', '.join(key[1])}]" if key[1] else str(key[0])
    return str(key)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    is_digest = len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
    return f"{text[:12]}..." if is_digest else text if len(text) <= 200 else text[:197] + "..."


def _subject(record: Record) -> str:
    methodology, project = _mapping(record, "methodology"), _mapping(record, "project")
    return f"{methodology.get('id')}@{methodology.get('version')} on {project.get('name')}"


def _mapping(record: Record, key: str) -> dict[str, Any]:
    value = record.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _entries(record: Record, key: str) -> list[dict[str, Any]]:
    value = record.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _hashes(record: Record, key: str) -> dict[str, str]:
    return {str(item.get("name")): str(item.get("sha256")) for item in _entries(record, key)}


def _cells(record: Record) -> Iterator[tuple[Cell, str]]:
    for quantity in _entries(record, "values"):
        for cell in quantity["cells"]:
            how = cell.get("equation") or cell.get("given") or "stated"
            state = "" if cell.get("state") == 1 else f" (state {cell.get('state')})"
            yield (
                (str(quantity["quantity"]), tuple(cell.get("at", ()))),
                f"{cell.get('value')!r} {quantity.get('unit')}{state} by {how}",
            )


def _findings(record: Record) -> Iterator[tuple[str, str]]:
    counted: dict[str, int] = {}
    for finding in _entries(record, "findings"):
        name = f"{finding.get('code')} {finding.get('subject')}"
        counted[name] = counted.get(name, 0) + 1
        yield (name if counted[name] == 1 else f"{name} ({counted[name]})"), repr(sorted(finding.items()))


def _readings(record: Record) -> Iterator[tuple[str, object]]:
    for line in _entries(_mapping(record, "rulings"), "readings"):
        yield f"{line.get('ruling')} = {line.get('reading')}", (line.get("result"), line.get("error", ""))


def verification_text(outcome: Verification) -> str:
    """Return the outcome for reading in a terminal."""
    head = coloured("verified", "note") if outcome.holds else coloured("NOT verified", "error")
    lines = [bold(f"{head}: {outcome.receipt}, {outcome.subject}")]
    if outcome.differences:
        lines.append(f"first difference: {outcome.differences[0]}")
        kinds = dict.fromkeys(difference.kind for difference in outcome.differences[1:])
        for kind in kinds:
            if kind != outcome.differences[0].kind:
                lines.append(f"first difference in a {kind}: {next(d for d in outcome.differences if d.kind == kind)}")
    if outcome.failed:
        lines.append(f"the run cannot be made again: {outcome.failed}")
    rows = [[what, f"{equal:,} of {total:,}"] for what, (equal, total) in outcome.counts.items()]
    lines += ["", table(["compared, to the bit", "the same"], rows, right=(1,))]
    lines += ["", *outcome.remarks] if outcome.remarks else []
    return "\n".join(lines) + "\n"
