"""How far a command has come, told on standard error to whoever waits at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_BAR = 30


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Yield what is told how much more is done; a person who waits for more than a second sees a bar, on standard error."""
    start, done, shown = time.monotonic(), 0, 0.0
    is_watched = sys.stderr is not None and sys.stderr.isatty()

    def tell(more: int) -> None:
        nonlocal done, shown
        done += more
        now = time.monotonic()
        if is_watched and now - start > 1 and now - shown > 0.2:
            shown = now
            bar = "#" * min(_BAR, _BAR * done // max(1, total))
            sys.stderr.write(f"\r[{bar:.<{_BAR}}] {done:,} of {total:,} {what}")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write("\r" + " " * 79 + "\r")
            sys.stderr.flush()
