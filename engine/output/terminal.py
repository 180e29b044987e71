"""Tables and lines for a terminal: as wide as it is, with bold heads and colours only where a person reads them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from engine.output.escapes import one_line
from engine.output.fitting import TableColumn, broken, fitted_table
from engine.output.marks import marked, seen

#: Width of what no person sees in a terminal, so that it is the same everywhere.
PAGE = 100
#: Lines of prose are hard to read when they are longer.
_PROSE = 100
#: No line is made narrower.
_LEAST = 40
_FOR_A_FILE: ContextVar[bool] = ContextVar("for_a_file", default=False)


def is_terminal(stream: object = None) -> bool:
    """Whether somebody looks at an output, standard output by default."""
    stream = sys.stdout if stream is None else stream
    return bool(getattr(stream, "isatty", lambda: False)())


def is_person(stream: object = None) -> bool:
    """Whether an output is a terminal with colours; ``NO_COLOR`` with anything in it says that there are none."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def bold(text: str) -> str:
    """Return the text marked as bold for a person, unchanged otherwise."""
    return marked(text, "b") if _somebody() else text


def coloured(text: str, severity: str) -> str:
    """Return the text marked with the colour of a severity for a person, unchanged otherwise."""
    mark = severity[:1] if severity in ("error", "warning", "note") else ""
    return marked(text, mark) if mark and _somebody() else text


def _somebody() -> bool:
    """Whether a person reads either output; what is written to the other loses its marks there."""
    return is_person() or is_person(sys.stderr)


def number(value: float) -> str:
    """Return a number for reading: thousands separated, six significant digits below a thousand and where no digit would be known."""
    if value == 0:
        return "0"
    if 1000 <= abs(value) < 1e16:
        return f"{value:,.2f}"
    if abs(value) < 1e-4:
        return f"{value:.4g}"
    return f"{value:.6g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), indent: str = "", *, once: bool = False) -> str:
    """Return an aligned table that fits the width.

    Cells of words are broken between words. Where that is not enough, the last columns of words are written below their rows, and columns of
    numbers for which there is no room stand in a table of their own below.

    Parameters
    ----------
    right
        The columns of numbers, aligned to the right.
    indent
        What every line begins with.
    once
        Whether a name in the first column that repeats the one above it is left out.

    Examples
    --------
    >>> print(table(["year", "tCO2"], [["2018", "12.5"], ["2019", "9"]], right=[1]))
    year  tCO2
    ----  ----
    2018  12.5
    2019     9
    """
    columns = [TableColumn(name, tuple(one_line(str(row[at])) for row in rows), at in right) for at, name in enumerate(head)]
    return "\n".join(f"{indent}{line}" for line in fitted_table(columns, width() - len(indent), bold, once=once))


def width(stream: object = None) -> int:
    """Return how wide lines may be: what ``COLUMNS`` says, else the width of the terminal, else 100; in a file always 100."""
    asked = os.environ.get("COLUMNS", "")
    if _FOR_A_FILE.get():
        return PAGE
    return max(_LEAST, int(asked) if asked.isdecimal() and int(asked) else _columns_of(sys.stdout if stream is None else stream))


def _columns_of(stream: object) -> int:
    """Return the columns of a terminal, or those of a page for what is none."""
    if not is_terminal(stream):
        return PAGE
    try:
        return os.get_terminal_size(getattr(stream, "fileno")()).columns or PAGE  # noqa: B009 - a stream need not have one
    except (OSError, ValueError, AttributeError):
        return PAGE


def is_laid_out(stream: object) -> bool:
    """Whether lines on a stream are broken: a terminal, or a width that was asked for."""
    return is_terminal(stream) or os.environ.get("COLUMNS", "").isdecimal()


@contextmanager
def laid_out(*, for_a_file: bool) -> Iterator[None]:
    """Lay out what is made within for a file, which is the same on every terminal, or for whoever looks."""
    token = _FOR_A_FILE.set(for_a_file)
    try:
        yield
    finally:
        _FOR_A_FILE.reset(token)


def wrapped(text: str, indent: str = "") -> str:
    """Return text wrapped to the width, and to what can be read as one line; later lines indented."""
    return "\n".join(lines_of(text, min(_PROSE, width()), indent, break_on_hyphens=False))


def lines_of(text: str, wide: int, indent: str, *, break_on_hyphens: bool = True) -> list[str]:
    """Return prose in lines of so many columns, no word cut; later lines indented."""
    from textwrap import wrap

    if seen(text) != len(text):  # `textwrap` counts letters, not columns
        return broken(text[: len(text) - len(text.lstrip())] + " ".join(text.split()), wide, indent)
    return wrap(text, wide, subsequent_indent=indent, break_long_words=False, break_on_hyphens=break_on_hyphens)
