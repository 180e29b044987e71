"""Files that are read: regular ones, once, up to a size; what is read is what is hashed.

A FIFO would wait for a writer for ever, a device may have no end, and a file that is read twice may be another one the second time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG, S_ISSOCK

from equations.records import record

_PART = 1 << 20


class UnreadableFileError(Exception):
    """A file that is not read, and why; the reader of the file makes a coded error of it."""

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.remedy = what, why, remedy


@record(frozen=True)
class ReadingRule:
    """What may be read while something is done.

    Attributes
    ----------
    hashes
        Only files with one of these SHA-256 are looked into; ``None``: all.
    library
        Folders whose files are part of the program, whatever their hash.
    folders
        Folders from which projects may take data files, beside their own.
    texts
        Real path of a file -> what is read in its place: what stands in an editor and is not saved yet.
    """

    hashes: frozenset[str] | None = None
    library: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)


_EVERYTHING = ReadingRule()
_RULE: ContextVar[ReadingRule] = ContextVar("reading_rule", default=_EVERYTHING)
_NOTED: ContextVar[set[str] | None] = ContextVar("noted_reads", default=None)


def reading_rule() -> ReadingRule:
    """Return what may be read now."""
    return _RULE.get()


@contextmanager
def reading_under(rule: ReadingRule) -> Iterator[None]:
    """Read only what a rule allows, as long as the block lasts."""
    token = _RULE.set(rule)
    try:
        yield
    finally:
        _RULE.reset(token)


@contextmanager
def noting_reads(*, active: bool = True) -> Iterator[None]:
    """Note every file that is read as long as the block lasts, so that nothing is written over it (:func:`was_read`)."""
    token = _NOTED.set(set() if active else None)
    try:
        yield
    finally:
        _NOTED.reset(token)


def was_read(real: Path) -> bool:
    """Whether a file, by its real path, was read in the block of :func:`noting_reads` in which this is asked."""
    return str(real) in (_NOTED.get() or ())


def _note(path: Path) -> None:
    if (noted := _NOTED.get()) is not None:
        noted.add(os.path.realpath(path))


def kind_of(mode: int) -> str:
    """Return what stands in a folder: ``file``, ``folder``, ``FIFO``, ``device`` or ``socket``."""
    for kind, fits in (("file", S_ISREG), ("folder", S_ISDIR), ("FIFO", S_ISFIFO), ("socket", S_ISSOCK)):
        if fits(mode):
            return kind
    return "device" if S_ISCHR(mode) or S_ISBLK(mode) else "special file"


def reason_of(cause: OSError | ValueError) -> str:
    """Return why the system refused a file, in its words."""
    return (cause.strerror or str(cause)) if isinstance(cause, OSError) else "a path cannot hold such a character"


def read_regular(path: Path, most_bytes: int, remedy_if_large: str = "look whether it is the right file") -> bytes:
    """Read a file once; where an editor holds another text of it, that text.

    Raises
    ------
    UnreadableFileError
        For what is no regular file, is larger than ``most_bytes``, cannot be opened, or is not allowed by the rule in force.
    """
    if (texts := reading_rule().texts) and (held := texts.get(os.path.realpath(path))) is not None:
        return held
    try:
        _check_kind(path.stat().st_mode)
        # O_NONBLOCK: what was a file a moment ago may be a FIFO now
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            _check_kind(status.st_mode)
            data = file.read(most_bytes + 1) if status.st_size <= most_bytes else b""
            size = max(status.st_size, len(data))
    except (OSError, ValueError) as cause:
        raise UnreadableFileError(f"the file cannot be read: {reason_of(cause)}", "", "correct the path or the permissions") from cause
    _note(path)
    if size > most_bytes:
        raise UnreadableFileError(f"the file has {size / 1e6:.0f} MB", f"files up to {most_bytes // 10**6} MB are read", remedy_if_large)
    _check_rule(path, data)
    return data


def _check_kind(mode: int) -> None:
    if S_ISDIR(mode):
        raise UnreadableFileError("this is a folder, not a file", "", "name the file itself")
    if not S_ISREG(mode):
        raise UnreadableFileError("this is not a file on a disk", f"it is a {kind_of(mode)}, which cannot be read twice to the same end",
                                  "name the file itself")  # fmt: skip


def _check_rule(path: Path, data: bytes) -> None:
    rule = reading_rule()
    if rule.hashes is None or hashlib.sha256(data).hexdigest() in rule.hashes:
        return
    if not any(is_within(path, folder) for folder in rule.library):
        raise UnreadableFileError("this is not a file of which the hash is recorded", "only recorded files are looked into",
                                  "put the file there that was recorded")  # fmt: skip


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder once every link is followed."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return os.path.commonpath([real, root]) == root if os.path.splitdrive(real)[0] == os.path.splitdrive(root)[0] else False


def may_read(folder: Path, name: str) -> bool:
    """Whether a project may read a file: it lies in the folder of the project, or in one that the command line names."""
    return any(is_within(folder / name, root) for root in (folder, *reading_rule().folders))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a regular file, empty where there is none or it cannot be read."""
    try:
        if not S_ISREG(path.stat().st_mode):
            return ""
        found = hashlib.sha256()
        _note(path)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not S_ISREG(os.fstat(handle).st_mode):
                return ""
            while part := file.read(_PART):
                found.update(part)
    except (OSError, ValueError):
        return ""
    return found.hexdigest()
