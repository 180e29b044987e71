"""What decides the bits of a result on one machine: the program, the versions under it, and how its processor rounds.

Two processes with the same fingerprint give the same numbers to the bit; others may differ in the last place.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path

import numpy as np

_ROOMS = ("engine", "equations")
_SIZE = 4099


@cache
def fingerprint() -> dict[str, str]:
    """Return what is compared between processes -> what it is here."""
    return {"mrvgraph": _program(), "Python": platform.python_version(), "NumPy": np.__version__, "arithmetic": _arithmetic()}


def _program() -> str:
    """Return the hash of our own files."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes() + b"\n")
    return digest.hexdigest()[:16]


def _arithmetic() -> str:
    """Return the hash of numbers whose last bits depend on the processor: functions, products and eigenvectors of matrices."""
    draws = np.random.Generator(np.random.Philox(key=np.array([1, 2], np.uint64))).standard_normal((4, _SIZE))
    with np.errstate(all="ignore"):
        parts = [np.exp(draws), np.log(np.abs(draws)), np.abs(draws) ** 0.37, np.tanh(draws), draws / (1.0 + draws**2)]
    values, vectors = np.linalg.eigh(0.5 * np.eye(4) + 0.5)
    parts += [values, vectors, vectors @ draws, np.array([row.sum() for row in draws])]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()[:16]
