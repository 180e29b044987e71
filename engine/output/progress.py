"""How far a command has come: one line on standard error, for a person at a terminal who waits for more than two seconds.

A piece of work says how much of it there is (:func:`progress`, :func:`following`) and knows nothing of who is told. Somebody is told only while
a command is watched (:func:`watched`); functions that are called from Python stay silent.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

from engine.output.terminal import is_terminal, width

_BAR = 30
#: Seconds after which a wait is a long one, and between two looks at the clock.
_LONG, _TICK = 2.0, 0.25
_Item = TypeVar("_Item")


class PieceOfWork:
    """A piece of work of which is known how much there is."""

    def __init__(self, total: int, what: str) -> None:
        self.total, self.what, self.done, self.start = total, what, 0, time.monotonic()

    def text(self, now: float, room: int) -> str:
        """Return a bar where there is room for it, how much is done, and how long the rest takes where nothing changes."""
        done = min(self.done, self.total)
        left = f", {duration((now - self.start) * (self.total - done) / done)} left" if done else ""
        said = f"{self.done:,} of {self.total:,} {self.what}{left}"
        bar = "#" * (_BAR * done // max(1, self.total))
        return f"[{bar:.<{_BAR}}] {said}" if len(said) + _BAR + 3 <= room else said


def duration(seconds: float) -> str:
    """Return a time for reading.

    Examples
    --------
    >>> duration(0.2), duration(75), duration(5400)
    ('1 s', '1 min 15 s', '1 h 30 min')
    """
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class Watch:
    """The line on a terminal, which is taken away before anything else is written there."""

    def __init__(self, command: str, stream: TextIO) -> None:
        self.command, self.stream, self.start = command, stream, time.monotonic()
        self.stages: list[PieceOfWork] = []  # the first is the work as a whole, the others are parts of it
        self.line = ""
        self.lock = threading.RLock()
        self.ended = threading.Event()

    def draw(self) -> None:
        """Write the line anew, once the wait is a long one."""
        now = time.monotonic()
        if now - self.start < _LONG:
            return
        with self.lock:
            room = width(self.stream) - len(self.command) - 3
            said = self.stages[0].text(now, room) if self.stages else duration(now - self.start)
            line = f"{self.command}: {said[:room]}"
            if line != self.line:
                self._write(f"\r{line.ljust(len(self.line))}")
            self.line = line

    def clear(self) -> None:
        """Take the line away."""
        if self.line:
            self._write("\r" + " " * len(self.line) + "\r")
            self.line = ""

    def run(self) -> None:
        """Look at the clock until the command ends."""
        while not self.ended.wait(_TICK):
            self.draw()

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            self.ended.set()


_watches: list[Watch] = []
os.register_at_fork(after_in_child=_watches.clear)


@contextmanager
def watched(command: str) -> Iterator[None]:
    """Tell on standard error how far a command has come, where that is a terminal; of one without a name nothing."""
    if not command or sys.stderr is None or not is_terminal(sys.stderr):
        yield
        return
    watch = Watch(command, sys.stderr)
    thread = threading.Thread(target=watch.run, daemon=True)
    _watches.append(watch)
    thread.start()
    try:
        yield
    finally:
        watch.ended.set()
        thread.join()
        watch.clear()
        _watches.remove(watch)


@contextmanager
def aside_of_progress() -> Iterator[None]:
    """Write within what is to stand alone: the line is taken away, and not drawn before that is written."""
    if not _watches:
        yield
        return
    with _watches[-1].lock:
        _watches[-1].clear()
        yield


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Yield what is told how much more of a piece of work is done.

    Parameters
    ----------
    total
        How much there is.
    what
        Of what, in the plural: ``draws``.
    """
    stage = PieceOfWork(total, what)

    def more(count: int) -> None:
        stage.done += count

    stages = _watches[-1].stages if _watches else []
    stages.append(stage)
    try:
        yield more
    finally:
        stages.remove(stage)


def following(items: Collection[_Item], what: str) -> Iterator[_Item]:
    """Yield items, and tell of each that it is done once the next one is asked for."""
    with progress(len(items), what) as more:
        for item in items:
            yield item
            more(1)
