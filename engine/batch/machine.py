"""What the machine offers: cores, cache and memory."""

from __future__ import annotations

import os
from pathlib import Path

_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
_MEMORY = Path("/proc/meminfo")
_USUAL_CACHE = 1 << 20


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cache_bytes() -> int:
    """Return the size of a core's own cache, or what is usual where it is not told."""
    try:
        text = _CACHE.read_text().strip()
        return int(text.rstrip("KM")) * {"K": 1 << 10, "M": 1 << 20}.get(text[-1], 1)
    except (OSError, ValueError):
        return _USUAL_CACHE


def free_memory() -> int | None:
    """Return how many bytes can still be taken, or ``None`` where it is not told."""
    try:
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return None
