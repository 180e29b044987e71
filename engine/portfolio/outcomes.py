"""What became of each project, and the file that holds it: one line of JSON for each, written when it is found.

A line is written whole. Work that was interrupted goes on where it stopped; a line counts for a project as long as nothing that its
result depends on has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from equations.errors import InputError, Place

_BEGINNING = b'{"errors": '
_FIELDS = {"name", "key", "result", "unit", "numbers", "errors", "files"}


@dataclass(frozen=True)
class Outcome:
    """What became of one project: its result, or its errors.

    Attributes
    ----------
    key
        Hash of the methodology, the project file and what was asked for.
    result
        The methodology's result, summed over its members.
    numbers
        Labels -> the result there.
    files
        File that the project reads beside its own -> its hash, empty where it could not be read.
    """

    name: str
    key: str
    result: float | None
    unit: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    errors: tuple[Mapping[str, object], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def as_record(self) -> dict[str, object]:
        """Return the outcome as plain data."""
        return {"name": self.name, "key": self.key, "result": self.result, "unit": self.unit, "numbers": dict(self.numbers),
                "errors": list(self.errors), "files": dict(self.files)}  # fmt: skip


def content_hash(path: Path) -> str:
    """Return the hash of a file, empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


class OutcomesFile:
    """The outcomes that stand in a file, and those that are added.

    Raises
    ------
    InputError
        I509 for a file that cannot be read or written, or that holds something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[tuple[bytes, Outcome]] = []
        try:
            data = path.read_bytes() if path.exists() else b""
            whole, end, cut = data.rpartition(b"\n")
            if not end and cut and cut[: len(_BEGINNING)] != _BEGINNING[: len(cut)]:
                raise self.foreign(1)
            for number, line in enumerate(whole.split(b"\n") if end else (), 1):
                self.lines.append((line + b"\n", self.read(line, number)))
            if cut:
                # a line that was cut off while it was written; its project is done again
                os.truncate(path, len(data) - len(cut))
            with path.open("ab"):
                pass
        except OSError as cause:
            raise self.failure(cause) from cause
        self.held = {outcome.key: outcome for _, outcome in self.lines}

    def read(self, line: bytes, number: int) -> Outcome:
        try:
            record = json.loads(line)
            if not isinstance(record, dict) or set(record) != _FIELDS:
                raise ValueError
            return Outcome(**{**record, "errors": tuple(record["errors"])})
        except (ValueError, TypeError) as cause:
            raise self.foreign(number) from cause

    def foreign(self, line: int) -> InputError:
        return InputError("I509", "this line is no result of a portfolio, so nothing is added to the file",
                          Place(str(self.path), line), remedy="name another file, or remove this one")  # fmt: skip

    def failure(self, cause: OSError) -> InputError:
        return InputError("I509", f"the file cannot be written: {cause.strerror}", Place(str(self.path)),
                          remedy="correct the path, or make room")  # fmt: skip

    def current(self, key: str, folder: Path) -> Outcome | None:
        """Return what stands there for a key, unless a file that the project reads has changed."""
        held = self.held.get(key)
        seen = cache(content_hash)
        return held if held and all(seen(folder / name) == sha for name, sha in held.files.items()) else None

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes at the end, in one piece."""
        new = [(_line(outcome), outcome) for outcome in outcomes]
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                data = b"".join(line for line, _ in new)
                while data:
                    data = data[os.write(handle, data) :]
            finally:
                os.close(handle)
        except OSError as cause:
            raise self.failure(cause) from cause
        self.lines += new

    def tidy(self, outcomes: Iterable[Outcome]) -> None:
        """Once all is done, remove what stood there for an earlier state of a project."""
        current = {outcome.name: _line(outcome) for outcome in outcomes}
        kept = list(dict.fromkeys(line for line, held in self.lines if current.get(held.name, line) == line))
        if len(kept) == len(self.lines):
            return
        beside = None
        try:
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name[:40]}.")
            beside = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(b"".join(kept))
            beside.chmod(0o644)
            beside.replace(self.path)
        except OSError as cause:
            raise self.failure(cause) from cause
        finally:
            if beside is not None:
                beside.unlink(missing_ok=True)


def _line(outcome: Outcome) -> bytes:
    return json.dumps(outcome.as_record(), sort_keys=True).encode() + b"\n"
