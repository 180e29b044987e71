"""Files that are written: regular files only, whole or not at all. All writing to a disk goes through here.

What is written stands beside its place, under a name that ends in ``.mrvgraph-part``, until all of it is there; then it takes the place in
one step. A writer that was killed leaves that part behind; the next one in the same folder removes it, for the lock on it ended with
its writer.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG

from equations.errors import InputError, Place
from equations.files.regular_file import kind_of, reason_of, was_read

try:
    import fcntl
except ImportError:  # pragma: no cover - a system without locks of this kind
    fcntl = None  # type: ignore[assignment]

PART = ".mrvgraph-part"
#: Folders in which a name stands for an open stream of a process, not for a file.
_STREAMS = ("/dev/", "/proc/")
_FILES_IN_MEMORY = ("dev", "shm")
_MOST_LINKS = 40


def refused(path: Path | str, what: str, why: str = "", remedy: str = "") -> InputError:
    """Return the error of an output that is no place for a file."""
    return InputError("I520", what, Place(str(path)), why=why, remedy=remedy or "name another file")


def refused_as_read(path: Path | str) -> InputError:
    """Return the error of an output that the command reads as well."""
    return refused(path, "this file is read by the command itself", "what it says would be lost")


def unwritten(path: Path | str, cause: OSError | ValueError) -> InputError:
    """Return the error of a file that could not be written; nothing of it stands there."""
    full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return InputError("I521", f"the file cannot be written: {reason_of(cause)}", Place(str(path)),
                      why="nothing was written; what stood there before still does" if full else "",
                      remedy="make room, or name a file on another disk" if full
                      else "correct the path or the permissions of its folder")  # fmt: skip


def target_of(path: Path | str) -> Path:
    """Return the regular file that a path means, its links followed; it need not be there yet.

    Raises
    ------
    InputError
        I520 for a folder, device, FIFO or socket, or a name of an open stream; I521 where nothing can be written.
    """
    place = Path(path)
    try:
        # A step at a time and not by realpath alone: links under /dev and /proc lead to what is open, and resolving them would lose
        # that they are none of the disk's files.
        for _ in range(_MOST_LINKS):
            if str(place.absolute()).startswith(_STREAMS) or not place.is_symlink():
                break
            place = place.parent / place.readlink()
        real = Path(os.path.realpath(place))
        _check_kind(path, place, real)
        _check_permission(path, real)
    except (OSError, ValueError) as cause:
        raise unwritten(path, cause) from cause
    return real


def _check_kind(path: Path | str, place: Path, real: Path) -> None:
    out = "leave the option out to write to standard output, or name a file"
    _check_streams(path, place, real, out)
    try:
        mode = real.stat().st_mode
    except FileNotFoundError:
        return
    if not S_ISREG(mode):
        kind = kind_of(mode)
        raise refused(path, f"this is a {kind}, not a file", "a file is replaced as a whole; what is none would be lost",
                      "name a file in it" if kind == "folder" else out)  # fmt: skip


def _check_streams(path: Path | str, place: Path, real: Path, remedy: str) -> None:
    for one in (place.absolute(), real):
        if str(one).startswith(_STREAMS) and one.parts[1:3] != _FILES_IN_MEMORY:
            raise refused(path, "this is no file on a disk", f"what stands in /{one.parts[1]} belongs to the system", remedy)


def _check_permission(path: Path | str, real: Path) -> None:
    """Look before any work is done whether a file could be written."""
    folder = real.parent
    # Of folders that will be made the first one that is there decides.
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(folder, os.W_OK | os.X_OK) or (real.exists() and not os.access(real, os.W_OK)):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    limit = os.pathconf(folder, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    if len(os.fsencode(real.name)) > limit:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))


@contextmanager
def whole_file(path: Path | str, mode: int | None = None) -> Iterator[Path]:
    """Yield the path of a file beside ``path``; what is written there takes its place when the block ends well, with its mode.

    Parameters
    ----------
    mode
        For a file that only its owner may read.

    Raises
    ------
    InputError
        I520 and I521; what stood at ``path`` stays as it was.
    """
    real = target_of(path)
    if was_read(real):
        raise refused_as_read(path)
    with ExitStack() as undone:
        try:
            for folder in _made_folders(real.parent):
                undone.callback(_remove_folder, folder)
            remove_parts(real.parent)
            beside, handle = _part(real)
            # Undone in the opposite order: the part is removed, then its lock let go, then folders that were made for it.
            undone.callback(_close, handle)
            undone.callback(beside.unlink, missing_ok=True)
            yield beside
            # Before the rename: after a power cut a file must not stand in its place with nothing in it.
            _sync(beside)
            _keep_owner_and_mode(beside, real) if mode is None else beside.chmod(mode)
            beside.replace(real)
        except (OSError, ValueError) as cause:
            raise unwritten(path, cause) from cause
        undone.pop_all()
        _close(handle)


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write one file, whole or not at all; see :func:`whole_file`."""
    with whole_file(path) as beside:
        beside.write_bytes(content)


def write_text(path: Path | str, text: str) -> None:
    """Write one file of text in UTF-8, whole or not at all; see :func:`whole_file`."""
    write_bytes(path, encoded(text))


def encoded(text: str) -> bytes:
    """Return text in UTF-8; a byte of a file name that is none stands as an escape, which JSON reads back."""
    return text.encode("utf-8", "backslashreplace")


def write_folder(folder: Path | str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, all of them or none; what else stands there is not touched.

    All are written beside their places before the first takes its own; where one then cannot, those before it are put back.

    Raises
    ------
    InputError
        I520 and I521, as for one file.
    """
    root = folder_of(folder)
    with ExitStack() as undone:
        try:
            for made in (made for name in files for made in _made_folders((root / name).parent)):
                undone.callback(_remove_folder, made)
            remove_parts(root)
            # One disk for parts and places, so that each rename is one step that succeeds or does nothing; what was there is kept
            # until the last has succeeded.
            with _part_folder(root) as stage, ExitStack() as placed:
                staged = [_staged(stage, at, root / name, content) for at, (name, content) in enumerate(files.items())]
                for at, (beside, real) in enumerate(staged):
                    _take_place(beside, real, stage / f"before{at}", placed)
                placed.pop_all()
        except (OSError, ValueError) as cause:
            raise unwritten(folder, cause) from cause
        undone.pop_all()


def _take_place(beside: Path, real: Path, before: Path, undone: ExitStack) -> None:
    """Put a file in its place, and note how to undo that."""
    if real.exists():
        _copy(real, before)
        undone.callback(_put_back, before, real)
    else:
        undone.callback(real.unlink, missing_ok=True)
    beside.replace(real)


def folder_of(path: Path | str) -> Path:
    """Return the folder that a path means; it need not be there yet.

    Raises
    ------
    InputError
        I520 for something else, I521 where nothing can be written.
    """
    try:
        real = Path(os.path.realpath(path))
        _check_streams(path, Path(path), real, "name a folder on a disk")
        if real.exists() and not real.is_dir():
            raise refused(path, f"this is a {kind_of(real.stat().st_mode)}, not a folder", "several files are written", "name a folder")
        _check_permission(path, real / "x")
    except (OSError, ValueError) as cause:
        raise unwritten(path, cause) from cause
    return real


def _staged(stage: Path, at: int, path: Path, content: bytes) -> tuple[Path, Path]:
    """Write one of several files to where all are gathered first; return it, and the place that it is to take."""
    real, beside = target_of(path), stage / f"new{at}"
    beside.write_bytes(content)
    _keep_owner_and_mode(beside, real)
    return beside, real


@contextmanager
def _part_folder(root: Path) -> Iterator[Path]:
    """Yield a folder in another one, locked as long as its writer lives and gone afterwards."""
    from shutil import rmtree
    from tempfile import mkdtemp

    while True:
        stage = Path(mkdtemp(PART, ".", root))
        handle = os.open(stage, os.O_RDONLY) if fcntl is not None else -1
        # Between making and locking it another writer may have taken the folder for one that was left behind.
        if (handle < 0 or _lock(handle)) and stage.exists():
            break
        _close(handle)
    try:
        yield stage
    finally:
        rmtree(stage, ignore_errors=True)
        _close(handle)


def _copy(path: Path, to: Path) -> None:
    """Keep a file under a second name; as a copy where the disk knows no second names."""
    try:
        os.link(path, to)
    except OSError:
        from shutil import copy2

        copy2(path, to)


# -- parts


def _part(real: Path) -> tuple[Path, int]:
    """Make the file beside another one, and lock it as long as its writer lives."""
    from tempfile import mkstemp

    while True:
        handle, name = mkstemp(PART, f".{real.name[:40]}.", real.parent)
        _lock(handle)
        if Path(name).exists():  # another writer may have taken it for one that was left behind
            return Path(name), handle
        _close(handle)


def remove_parts(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder."""
    if fcntl is None:
        return
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.name.startswith(".") and entry.name.endswith(PART) and not entry.is_symlink():
                _remove_if_left(Path(entry.path))


def _remove_if_left(path: Path) -> None:
    from shutil import rmtree

    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            status = os.fstat(handle)
            if status.st_uid == os.geteuid() and _lock(handle):
                rmtree(path, ignore_errors=True) if S_ISDIR(status.st_mode) else path.unlink()
        finally:
            _close(handle)


def _lock(handle: int) -> bool:
    """Lock an open file unless another process holds it; return whether it is ours now."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Yield a handle on a file for adding at its end, which no other process has at the same time; it is made where it is not there.

    Raises
    ------
    BlockingIOError
        If another process has it.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666)
        if not _lock(handle):
            _close(handle)
            raise BlockingIOError(errno.EAGAIN, "another process has it open")
        if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            break
        _close(handle)  # it was replaced while we waited for nothing: what is locked is no longer what stands there
    try:
        yield handle
    finally:
        _close(handle)


def _close(handle: int) -> None:
    with suppress(OSError):
        os.close(handle)


# -- folders, modes


def _made_folders(folder: Path) -> Iterator[Path]:
    """Make a folder with those above it; yield each that was not there."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for made in reversed(missing):
        made.mkdir(exist_ok=True)
        yield made


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _put_back(before: Path, real: Path) -> None:
    with suppress(OSError):
        before.replace(real)


def _keep_owner_and_mode(beside: Path, real: Path) -> None:
    """Give a file the mode and, where that may be, the owner of the one whose place it takes; a new one those of any new file."""
    try:
        status = real.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        return
    own = beside.stat()
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid) and hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(beside, status.st_uid, status.st_gid)
    beside.chmod(S_IMODE(status.st_mode))


def _sync(path: Path) -> None:
    """Wait until a file is on its disk: some file systems say only then that it did not fit."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
