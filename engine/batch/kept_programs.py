"""Programs that were made before, kept on disk: making one takes longer than running it for some thousand draws.

The folder, its owner and what makes an entry void are those of :mod:`engine.run.cache`: an entry holds for the exact bytes of the spec and of
this program. Of a methodology that was changed in memory nothing is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.run.cache import cache_folder, keep, program_fingerprint, unpickled
from equations.model.methodology import Methodology
from equations.readings.composition import source_of

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """What was made, under its key."""

    key: str
    made: Any


def key_of(methodology: Methodology, *parts: str) -> str:
    """Return the name under which something that follows from a methodology and some texts is kept; empty where nothing is to be kept."""
    source = source_of(methodology)
    if not source or cache_folder() is None:
        return ""
    # NumPy takes part since what is known is computed while a program is made, and its functions may differ in the last bit between
    # versions.
    return key_within(repr((source, program_fingerprint(), np.__version__)), *parts)


def key_within(key: str, *parts: str) -> str:
    """Return the name for a part of what is kept under another one."""
    return hashlib.sha256(repr((key, parts)).encode()).hexdigest()[:32] if key else ""


def digest_of_numbers(numbers: Mapping[str, NDArray[np.float64]]) -> str:
    """Return a hash of arrays with their names and shapes."""
    found = hashlib.sha256(repr([(name, np.shape(numbers[name])) for name in sorted(numbers)]).encode())
    for name in sorted(numbers):
        found.update(np.ascontiguousarray(numbers[name], np.float64).tobytes())
    return found.hexdigest()


def kept(key: str, make: Callable[[], T]) -> T:
    """Return what was made before under a key, or make and keep it; it must not be changed by whoever takes it."""
    folder = cache_folder() if key else None
    if folder is None:
        return make()
    path = folder / f"{key}.program"
    found = unpickled(path)
    # A name of a file is a shortened hash and anybody can rename a file: what is inside says what it is.
    if isinstance(found, Kept) and found.key == key:
        return found.made  # type: ignore[no-any-return]
    made = make()
    keep(path, Kept(key, made))
    return made
