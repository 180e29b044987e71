"""Tables and lines for a terminal: aligned and plain, with bold heads only where a person reads them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.output.escapes import one_line

_BAR = 30


#: Begins what :func:`bold` and :func:`coloured` put into a text. Another sign in each process, so that no text from outside can hold it.
_MARK = chr(0xF0000 + int.from_bytes(os.urandom(2), "big") % 0xFFF0)
_CODES = {"0": "0", "b": "1", "e": "31", "w": "33", "n": "36"}


def is_person(stream: object = None) -> bool:
    """Whether the output is a terminal with colours."""
    stream = sys.stdout if stream is None else stream
    return bool(getattr(stream, "isatty", lambda: False)()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def bold(text: str) -> str:
    """Return the text marked as bold for a person, unchanged otherwise."""
    return f"{_MARK}b{text}{_MARK}0" if is_person() else text


def coloured(text: str, severity: str) -> str:
    """Return the text marked with the colour of a severity for a person, unchanged otherwise."""
    mark = severity[:1] if severity in ("error", "warning", "note") else ""
    return f"{_MARK}{mark}{text}{_MARK}0" if mark and is_person() else text


def coded(text: str) -> str:
    """Return text with its marks as codes of a terminal."""
    return _marked(text, lambda mark: f"\033[{_CODES.get(mark, '0')}m")


def plain(text: str) -> str:
    """Return text without its marks."""
    return _marked(text, lambda mark: "")


def _marked(text: str, code: Callable[[str], str]) -> str:
    first, *parts = text.split(_MARK)
    return first + "".join(code(part[:1]) + part[1:] for part in parts)


def number(value: float) -> str:
    """Return a number for reading: thousands separated, six significant digits below a thousand and where no digit would be known."""
    if value == 0:
        return "0"
    if 1000 <= abs(value) < 1e16:
        return f"{value:,.2f}"
    if abs(value) < 1e-4:
        return f"{value:.4g}"
    return f"{value:.6g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return an aligned table; ``right`` are the columns aligned to the right.

    Examples
    --------
    >>> print(table(["year", "tCO2"], [["2018", "12.5"], ["2019", "9"]], right=[1]))
    year  tCO2
    ----  ----
    2018  12.5
    2019     9
    """
    columns = len(head)
    rows = [[one_line(str(cell)) for cell in row] for row in rows]
    widths = [max(len(str(row[at])) for row in (head, *rows)) for at in range(columns)]

    def line(cells: Sequence[str]) -> str:
        shown = [str(c).rjust(w) if at in right else str(c).ljust(w) for at, (c, w) in enumerate(zip(cells, widths, strict=True))]
        return "  ".join(shown).rstrip()

    return "\n".join([bold(line(head)), line(["-" * w for w in widths]), *(line(row) for row in rows)])


def width() -> int:
    """Return the width to wrap to: the terminal's for a person, 100 otherwise."""
    from shutil import get_terminal_size

    return min(140, get_terminal_size((100, 24)).columns) if is_person() else 100


def wrapped(text: str, indent: str = "") -> str:
    """Return text wrapped to the width, later lines indented."""
    from textwrap import fill

    return fill(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


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
