"""What was read and planned before, kept between runs so that a run need not load the spec, networkx or pint again.

An entry holds a methodology, the units read with it and the plans made for it. It is valid only for the exact bytes of the spec's files and
of this program. The folder belongs to the user alone; ``MRVGRAPH_CACHE`` names another one, or ``off``.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.finding import Finding
from engine.plan import Plan
from equations.methodology import Methodology
from equations.units import Unit

_MOST_PLANS = 32
_ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Entry:
    """What is kept for one spec; ``files`` are paths with the SHA-256 under which the entry is valid."""

    files: tuple[tuple[str, str], ...]
    methodology: Methodology
    units: dict[tuple[str, tuple[str, ...]], Unit] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    changed: bool = False
    #: Errors of the spec's own check; ``None`` until it is made.
    errors: tuple[Finding, ...] | None = None

    def keep_plan(self, key: str, plan: Plan) -> None:
        """Keep a plan; the oldest goes when there are too many."""
        while len(self.plans) >= _MOST_PLANS:
            del self.plans[next(iter(self.plans))]
        self.plans[key] = plan
        self.changed = True


def cache_folder() -> Path | None:
    """Return the folder of the cache, or ``None`` if it is switched off or not the user's own."""
    named = os.environ.get("MRVGRAPH_CACHE", "")
    if named == "off":
        return None
    base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mrvgraph"
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid") and base.stat().st_uid != os.getuid():
            return None
    except OSError:
        return None
    return base


def program_fingerprint() -> str:
    """Return a text that changes with any file of this program and with the Python version."""
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
    name = hashlib.sha256(f"{spec.resolve()}\n{program_fingerprint()}".encode()).hexdigest()[:32]
    return folder / f"{name}.pickle"


def load_entry(path: Path | None) -> Entry | None:
    """Return the entry if it is there and every file of the spec is unchanged."""
    if path is None:
        return None
    gc.disable()  # it would look through thousands of new objects, of which none can be let go
    try:
        entry = pickle.loads(path.read_bytes())
        if isinstance(entry, Entry) and all(digest(Path(name)) == sha for name, sha in entry.files):
            return entry
    except Exception:
        return None
    finally:
        gc.enable()
    return None


def save_entry(path: Path | None, entry: Entry) -> None:
    """Write an entry whole or not at all; a cache that cannot be written is done without."""
    if path is None:
        return
    entry.changed = False
    try:
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            pickle.dump(entry, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(name).replace(path)
    except OSError:
        return


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
