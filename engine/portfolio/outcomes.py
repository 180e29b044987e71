"""What became of each project, and the file that holds it: one line of JSON for each, written when it is found.

A line is written whole. Work that was interrupted goes on where it stopped; a line counts for a project as long as nothing that its
result depends on has changed, and only if a run of this user wrote it: anybody can write a number behind the right key. The hashes of
the lines that were written are kept in the user's cache; a line that is not among them is worked out again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from engine.output.json_text import JsonError, read_json
from engine.output.tabled import Pictured
from engine.output.written_files import locked, target_of, unwritten, whole_file
from engine.run.cache import lines_path, own_bytes, program_fingerprint
from equations.errors import InputError, Place
from equations.files.regular_file import digest_of
from equations.model.methodology import Methodology

_BEGINNING = b'{"errors": '
_FIELDS = {"name", "key", "result", "unit", "numbers", "errors", "files"}
#: What is there where the methodology has several results.
_MORE = "others"
_ERROR_FIELDS = {"code", "severity", "what", "where", "file", "line", "column", "why", "remedy"}
_HASH = 32


@dataclass(frozen=True)
class Outcome:
    """What became of one project: its results, or its errors.

    Attributes
    ----------
    key
        Hash of the methodology, the project file and what was asked for.
    result
        The methodology's first result, summed over its members.
    numbers
        Labels -> the result there.
    others
        Each further result -> ``result``, ``unit`` and ``numbers`` of it; the result is ``None`` where its members do not add up.
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
    others: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def as_record(self) -> dict[str, object]:
        """Return the outcome as plain data."""
        return {"name": self.name, "key": self.key, "result": self.result, "unit": self.unit, "numbers": dict(self.numbers),
                "errors": list(self.errors), "files": dict(self.files), **({_MORE: dict(self.others)} if self.others else {})}  # fmt: skip


class Outcomes(list[Outcome], Pictured):
    """What became of each project, in the order in which they were given."""

    methodology: Methodology

    @classmethod
    def of(cls, methodology: Methodology, outcomes: Iterable[Outcome]) -> Outcomes:
        """Return outcomes with the methodology under which they came about."""
        found = cls(outcomes)
        found.methodology = methodology
        return found

    def __repr__(self) -> str:
        failed = sum(bool(outcome.errors) for outcome in self)
        return f"<Outcomes under {self.methodology.reference}: {len(self):,} projects, {failed:,} with an error>"


class OutcomesFile:
    """The outcomes that stand in a file, and those that are added; no other run adds to it meanwhile.

    Attributes
    ----------
    unbelieved
        How many lines no run of this user wrote, as far as can be seen here.

    Raises
    ------
    InputError
        I520 for what is no file, I521 for a file that cannot be written, I524 for one that holds something else or that another run
        writes to.
    """

    def __init__(self, path: Path) -> None:
        self.shown, self.path = path, target_of(path)
        self.kept = lines_path(self.path)
        self.lines: list[tuple[bytes, Outcome]] = []
        self.opened = ExitStack()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.handle = self.opened.enter_context(locked(self.path))
            self.take(self.path.read_bytes())
        except BlockingIOError as cause:
            raise InputError("I524", "another run writes to this file", Place(str(path)), why="two would mix their lines",
                             remedy="wait for it, or name another file") from cause  # fmt: skip
        except OSError as cause:
            raise unwritten(path, cause) from cause
        own = own_bytes(self.kept) if self.kept is not None else b""
        written = {own[at : at + _HASH] for at in range(0, len(own), _HASH)}
        believed = [outcome for line, outcome in self.lines if _hash(line) in written]
        self.unbelieved = len(self.lines) - len(believed)
        self.held = {outcome.key: outcome for outcome in believed}

    def take(self, data: bytes) -> None:
        """Read the lines; one that was cut off while it was written goes, for its project is done again."""
        whole, end, cut = data.rpartition(b"\n")
        if not end and cut and cut[: len(_BEGINNING)] != _BEGINNING[: len(cut)]:
            raise self.foreign(1)
        for number, line in enumerate(whole.split(b"\n") if end else (), 1):
            self.lines.append((line + b"\n", self.read(line, number)))
        if cut:
            os.ftruncate(self.handle, len(data) - len(cut))

    def read(self, line: bytes, number: int) -> Outcome:
        try:
            record = read_json(line)
        except JsonError as cause:
            raise self.foreign(number, str(cause)) from cause
        if not _is_outcome(record):
            raise self.foreign(number)
        return Outcome(**{**record, "errors": tuple(record["errors"])})

    def foreign(self, line: int, why: str = "") -> InputError:
        return InputError("I524", "this line is no result of a portfolio, so nothing is added to the file",
                          Place(str(self.shown), line), why=why, remedy="name another file, or remove this one")  # fmt: skip

    def current(self, key: str, folder: Path) -> Outcome | None:
        """Return what stands there for a key, unless a file that the project reads has changed."""
        held = self.held.get(key)
        seen = cache(digest_of)
        return held if held and all(seen(folder / name) == sha for name, sha in held.files.items()) else None

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes at the end, in one piece; where the disk is full, none of them."""
        new = [(_line(outcome), outcome) for outcome in outcomes]
        before = os.fstat(self.handle).st_size
        self.keep(line for line, _ in new)  # first, so that an interruption leaves no line that is not known as ours
        try:
            _append(self.handle, b"".join(line for line, _ in new))
        except OSError as cause:
            os.ftruncate(self.handle, before)
            raise unwritten(self.shown, cause) from cause
        self.lines += new

    def keep(self, lines: Iterable[bytes]) -> None:
        """Note the hashes of lines as our own; where that cannot be, they are worked out again next time."""
        if self.kept is None:
            return
        try:
            handle = os.open(self.kept, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            try:
                _append(handle, b"".join(map(_hash, lines)))
            finally:
                os.close(handle)
        except OSError:
            return

    def tidy(self, outcomes: Iterable[Outcome]) -> None:
        """Once all is done, remove what stood there for an earlier state of a project."""
        current = {outcome.name: _line(outcome) for outcome in outcomes}
        kept = list(dict.fromkeys(line for line, held in self.lines if current.get(held.name, line) == line))
        if len(kept) == len(self.lines):
            return
        with whole_file(self.path) as beside:
            beside.write_bytes(b"".join(kept))

    def close(self) -> None:
        """Let other runs write to the file."""
        self.opened.close()


def _append(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _hash(line: bytes) -> bytes:
    """Return the hash of a line as this program wrote it; another state of the program may come to another number."""
    return hashlib.sha256(_program() + line).digest()


@cache
def _program() -> bytes:
    return program_fingerprint().encode()


def _is_outcome(record: object) -> bool:
    """Whether a record has the fields of an outcome, each with what can stand in it."""
    if not isinstance(record, dict) or set(record) - {_MORE} != _FIELDS or not _are_others(record.get(_MORE, {})):
        return False
    texts = all(isinstance(record[name], str) for name in ("name", "key", "unit"))
    result, numbers, errors, files = (record[name] for name in ("result", "numbers", "errors", "files"))
    return (
        texts
        and (result is None or _is_number(result))
        and isinstance(numbers, dict)
        and all(_is_number(value) for value in numbers.values())
        and isinstance(files, dict)
        and all(isinstance(value, str) for value in files.values())
        and isinstance(errors, list)
        and all(isinstance(error, dict) and set(error) == _ERROR_FIELDS and all(map(_is_said, error.values())) for error in errors)
        and (result is None) == bool(errors)
    )


def _are_others(others: object) -> bool:
    """Whether further results stand as they are written."""
    return isinstance(others, dict) and all(
        isinstance(one, dict)
        and set(one) == {"result", "unit", "numbers"}
        and (one["result"] is None or _is_number(one["result"]))
        and isinstance(one["unit"], str)
        and isinstance(one["numbers"], dict)
        and all(_is_number(value) for value in one["numbers"].values())
        for one in others.values()
    )


def _is_number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _is_said(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _line(outcome: Outcome) -> bytes:
    return json.dumps(outcome.as_record(), sort_keys=True).encode() + b"\n"
