"""A receipt against what comes out now: versions, files, choices, every value to the bit, findings; the first difference first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.audit.receipts.receipt import Record, receipt_body
from engine.output.terminal import bold, coloured, table
from equations.files.regular_file import digest_of, may_read
from equations.model.cell_labels import written_cell
from equations.shown import Shown

Cell = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ReceiptDifference:
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
class Verification(Shown):
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
    differences: list[ReceiptDifference] = field(default_factory=list)
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


#: Section of a receipt that is compared field by field -> what a difference in it is called.
_SECTIONS = {
    "methodology": "methodology", "tools": "tool", "project": "project", "choices": "choice", "readings": "reading", "operation": "operation",
    "datasets": "dataset", "set": "number that is set", "result": "result", "results": "result",
}  # fmt: skip


def compare_receipts(name: str, recorded: Record, found: Record) -> Verification:
    """Compare a receipt with one made now, every field; differences stand in the order in which they can cause each other."""
    outcome = Verification(name, _subject(recorded))
    _compare(outcome, "version", {"mrvgraph": recorded.get("mrvgraph")}, {"mrvgraph": found.get("mrvgraph")}, "versions")
    _compare(outcome, "spec file", _hashes(recorded, "spec_files"), _hashes(found, "spec_files"), "spec files")
    _compare(outcome, "project file", _hashes(recorded, "project_files"), _hashes(found, "project_files"), "project files")
    for key, kind in _SECTIONS.items():
        if key not in recorded and key not in found:
            continue
        _compare(outcome, kind, dict(leaves(recorded.get(key))), dict(leaves(found.get(key))), key)
    _compare(outcome, "value", dict(_cells(recorded)), dict(_cells(found)), "values")
    _compare(outcome, "finding", dict(_findings(recorded)), dict(_findings(found)), "findings")
    _compare(outcome, "reading's result", dict(_readings(recorded)), dict(_readings(found)), "rulings")
    if not outcome.differences and _text(recorded) != _text(found):
        outcome.differences.append(ReceiptDifference("receipt", "as a whole", "in one form", "in another, such as another order of its entries"))
    if recorded.get("numpy") != found.get("numpy"):
        outcome.remarks.append(f"made with numpy {_short(recorded.get('numpy'))}, verified with numpy {found.get('numpy')}")
    return outcome


def _text(record: Record) -> str:
    """Return everything that a receipt says of the run; the version of NumPy is only remarked on."""
    return receipt_body({key: value for key, value in record.items() if key != "numpy"})


def recorded_hashes(recorded: Record) -> frozenset[str]:
    """Return the SHA-256 of every file that a receipt rests on."""
    return frozenset([*_hashes(recorded, "spec_files").values(), *_hashes(recorded, "project_files").values()])


def compare_files(name: str, recorded: Record, main: Path, project: Path) -> Verification:
    """Compare the files that a receipt rests on, as far as they can be found without looking into any; of another file nothing is told.

    Parameters
    ----------
    main
        First file of the spec; the others are looked for beside it.
    project
        The project file; data files are looked for where it may read them.
    """
    outcome = Verification(name, _subject(recorded))
    spec, own = _hashes(recorded, "spec_files"), _hashes(recorded, "project_files")
    first = next(iter(spec), "")
    places = {file: main if file == first else main.parent / Path(file).name for file in spec}
    # what the spec is based on stands elsewhere, under names that may be the same
    beside = {file: sha for file, sha in spec.items() if Path(file).parent == Path(first).parent and places[file].is_file()}
    _compare(outcome, "spec file", beside, {file: _told(places[file], sha) for file, sha in beside.items()}, "spec files")
    data = {file: project if at == 0 else project.parent / file for at, file in enumerate(own)}
    allowed = {file: sha for at, (file, sha) in enumerate(own.items()) if at == 0 or may_read(project.parent, file)}
    _compare(outcome, "project file", allowed, {file: _told(data[file], sha) for file, sha in allowed.items()}, "project files")
    return outcome


def _told(path: Path, sha: str) -> str:
    """Return the recorded hash where a file has it, and no more than that it is another one where it has not."""
    if not path.is_file():
        return "missing"
    return sha if digest_of(path) == sha else "another file"


def _compare(outcome: Verification, kind: str, recorded: Mapping[Any, Any], found: Mapping[Any, Any], what: str) -> None:
    equal = 0
    for key in dict.fromkeys((*recorded, *found)):
        old, new = recorded.get(key, "nothing"), found.get(key, "nothing")
        if type(old) is type(new) and repr(old) == repr(new):
            equal += 1
        else:
            outcome.differences.append(ReceiptDifference(kind, _name(key), *_parted(old, new)))
    outcome.counts[what] = (equal, len({*recorded, *found}))


def _parted(old: object, new: object) -> tuple[str, str]:
    """Return two that differ as they are shown; of two that would look alike, the fields in which they part."""
    if isinstance(old, dict) and isinstance(new, dict) and _shown(old) == _shown(new):
        fields = [key for key in dict.fromkeys((*old, *new)) if repr(old.get(key)) != repr(new.get(key))]
        first, second = (", ".join(f"{key} {side.get(key, 'nothing')}" for key in fields) for side in (old, new))
        return _short(first), _short(second)
    return _short(_shown(old)), _short(_shown(new))


def _shown(value: object) -> object:
    return value.get("", value) if isinstance(value, dict) else value


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield everything that stands in a part of a receipt, each with its path."""
    if isinstance(value, (dict, list)) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value, 1):
            yield from leaves(item, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _name(key: object) -> str:
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], tuple):
        return written_cell(str(key[0]), key[1])
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
    """Return the files of a receipt with their hashes; of two that are called alike the second is marked as that."""
    found: dict[str, str] = {}
    for item in _entries(record, key):
        name = str(item.get("name"))
        found[name if name not in found else f"{name} (2)"] = str(item.get("sha256"))
    return found


def _cells(record: Record) -> Iterator[tuple[Cell, dict[str, object]]]:
    """Yield each cell with all that is said of it; under the empty key, how it is shown."""
    for quantity in _entries(record, "values"):
        about = {key: quantity.get(key) for key in ("unit", "indices", "kind")}
        yield (f"{quantity['quantity']} as declared", ()), about
        for cell in quantity["cells"]:
            how = cell.get("equation") or cell.get("given") or "stated"
            state = "" if cell.get("state") == 1 else f" (state {cell.get('state')})"
            shown = f"{cell.get('value')!r} {quantity.get('unit')}{state} by {how}"
            yield (str(quantity["quantity"]), tuple(cell.get("at", ()))), {**cell, "": shown}


def _findings(record: Record) -> Iterator[tuple[str, object]]:
    counted: dict[str, int] = {}
    for finding in _entries(record, "findings"):
        name = f"{finding.get('code')} {finding.get('subject')}"
        counted[name] = counted.get(name, 0) + 1
        yield (name if counted[name] == 1 else f"{name} ({counted[name]})"), repr(sorted(finding.items(), key=repr))


def _readings(record: Record) -> Iterator[tuple[str, object]]:
    rulings = _mapping(record, "rulings")
    yield from leaves({key: value for key, value in rulings.items() if key != "readings"})
    for line in _entries(rulings, "readings"):
        yield f"{line.get('ruling')} = {line.get('reading')}", {**line, "": (line.get("result"), line.get("error", ""))}


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
