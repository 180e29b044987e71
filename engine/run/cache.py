"""What was read and planned before, kept between runs so that a run need not load the spec, networkx or pint again.

An entry holds a methodology, the units read with it and the plans made for it. It is valid only for the exact bytes of the spec's files and
of this program. Folder and entries belong to the user alone, for what is unpickled can do anything: what somebody else owns or may write
is not looked at. ``MRVGRAPH_CACHE`` names another folder, or ``off``. Entries that nobody used for a month are removed.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import field
from functools import cache
from pathlib import Path
from stat import S_ISREG

from engine.finding import Finding
from engine.output.written_files import whole_file
from engine.plan.plan import Plan
from equations.errors import InputError
from equations.files.regular_file import digest_of
from equations.library.places import library_folders
from equations.model.methodology import Methodology
from equations.patterns import pattern
from equations.records import record
from equations.units.unit import Unit

_MOST_PLANS = 32
_DAY = 86_400.0
_UNUSED = 30 * _DAY
_NAME = pattern(r"[0-9a-f]{32}\.(pickle|lines|program)")
_MOST_PROGRAMS = 256
_ROOT = Path(__file__).resolve().parents[2]


@record(frozen=False)
class CacheEntry:
    """What is kept for one spec; ``files`` are paths with the SHA-256 under which the entry is valid."""

    files: tuple[tuple[str, str], ...]
    methodology: Methodology
    units: dict[tuple[str, tuple[str, ...]], Unit] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    changed: bool = False
    #: Errors of the spec's own check; ``None`` until it is made.
    errors: tuple[Finding, ...] | None = None
    #: Projects, by a hash, of which all that they declare as uncertain can be read.
    readable: dict[str, None] = field(default_factory=dict)

    def keep_plan(self, key: str, plan: Plan) -> None:
        """Keep a plan; the oldest goes when there are too many."""
        while len(self.plans) >= _MOST_PLANS:
            del self.plans[next(iter(self.plans))]
        self.plans[key] = plan
        self.changed = True


    def keep_readable(self, project: str) -> None:
        """Keep that the uncertainty of a project can be read; the oldest goes when there are too many."""
        while len(self.readable) >= _MOST_PLANS:
            del self.readable[next(iter(self.readable))]
        self.readable[project] = None
        self.changed = True


def cache_folder() -> Path | None:
    """Return the folder of the cache, or ``None`` if it is switched off or not the user's own."""
    named = os.environ.get("MRVGRAPH_CACHE", "")
    if named == "off":
        return None
    try:
        base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mrvgraph"
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        return base if _is_own(base.stat()) else None
    except (OSError, ValueError, RuntimeError):  # the last where nobody says where the user's folder is
        return None


def _is_own(status: os.stat_result) -> bool:
    """Whether a file or folder is the user's, and nobody else may write to it."""
    # What is unpickled is run: an entry that somebody else could write would be their program with this user's rights.
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


@cache
def program_fingerprint() -> str:
    """Return a text that changes with any file of this program and with the Python version: as they were when this process first asked."""
    # Size and time and not the bytes: this is asked for at every start, and reading a thousand files would take longer than the run
    # that the cache saves.
    parts = sorted(part for room in ("equations", "engine") for part in _files_of(_ROOT / room))
    return hashlib.sha256("\n".join([sys.version, *parts]).encode()).hexdigest()


def _files_of(folder: Path | str) -> Iterator[str]:
    """Yield path, size and time of each file of the program; by :func:`os.scandir`, for every run asks for them."""
    for entry in os.scandir(folder):
        if entry.name.endswith((".py", ".txt")):
            status = entry.stat()
            yield f"{entry.path}:{status.st_size}:{status.st_mtime_ns}"
        elif entry.name != "__pycache__" and entry.is_dir():
            yield from _files_of(entry.path)


def entry_path(spec: Path) -> Path | None:
    """Return the file in which a spec's entry is kept."""
    folder = cache_folder()
    if folder is None:
        return None
    # Where tools and other versions are looked for decides what a spec says.
    places = "\n".join(str(place.resolve()) for place in library_folders())
    name = hashlib.sha256(f"{spec.resolve()}\n{places}\n{program_fingerprint()}".encode()).hexdigest()[:32]
    return folder / f"{name}.pickle"


def lines_path(outcomes: Path) -> Path | None:
    """Return the file in which the hashes of the lines are kept that this user's runs have written to a file of outcomes."""
    folder = cache_folder()
    return folder / f"{hashlib.sha256(os.fsencode(outcomes.resolve())).hexdigest()[:32]}.lines" if folder is not None else None


def own_bytes(path: Path) -> bytes:
    """Return what stands in a file of the cache; nothing where it is not there, or not the user's alone."""
    try:
        # neither waiting for a FIFO nor following a link that stands in its place
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            return file.read() if S_ISREG(status.st_mode) and _is_own(status) else b""
    except OSError:
        return b""


def load_entry(path: Path | None) -> CacheEntry | None:
    """Return the entry if it is there and every file of the spec is unchanged."""
    entry = unpickled(path) if path is not None else None
    return entry if isinstance(entry, CacheEntry) and all(digest_of(Path(name)) == sha for name, sha in entry.files) else None


def unpickled(path: Path) -> object:
    """Return what is kept in a file of the cache, ``None`` where nothing is that can be used."""
    was_enabled = gc.isenabled()
    gc.disable()  # it would look through thousands of new objects, of which none can be let go
    try:
        found: object = pickle.loads(own_bytes(path))
        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)  # it is in use; see `_remove_unused`
    # Anything may stand in a file that was cut short or written by another version: whatever it is, the entry is made anew.
    except Exception:
        return None
    finally:
        if was_enabled:
            gc.enable()
    return found


def save_entry(path: Path | None, entry: CacheEntry) -> None:
    """Write an entry whole or not at all; a cache that cannot be written is done without."""
    if path is None:
        return
    entry.changed = False
    keep(path, entry)


def keep(path: Path, what: object) -> None:
    """Write something into a file of the cache, whole or not at all."""
    try:
        data = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
        with whole_file(path, 0o600) as beside:
            beside.write_bytes(data)
        _remove_unused(path.parent)
    except (OSError, InputError):
        return


def _remove_unused(folder: Path) -> None:
    """Remove what was kept for a spec or a state of this program that nobody has used for long, and the oldest of many programs."""
    own = [(entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in list(os.scandir(folder)) if _NAME.fullmatch(entry.name)]
    programs = sorted((one for one in own if one[1].endswith(".program")), reverse=True)
    unused = [one for one in own if time.time() - one[0] > _UNUSED]
    for _, path in (*unused, *programs[_MOST_PROGRAMS:]):
        Path(path).unlink(missing_ok=True)
