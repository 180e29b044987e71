"""The line of a file that a message points to, for the caret under it."""

from __future__ import annotations

from dataclasses import replace

from equations.errors import OPTION, Faults, MethodologyError, Place
from equations.library.places import path_of_shown
from equations.patterns import pattern

_WORD = pattern(r""""(?:[^"\\]|\\.)*"|'[^']*'|[^\s,\[\]{}]+|.""")


def with_excerpt(place: Place | None) -> Place | None:
    """Return a place with the line of its file, where it has none yet and the file is at hand."""
    if place is None or place.excerpt or not place.line:
        return place
    line = place.file.partition(" ")[2] if place.file.startswith(OPTION) else _line(place.file, place.line)
    shown = line.strip()
    if not shown:
        return place
    start = max(0, place.column - 1)
    if not place.column or start >= len(line):
        return replace(place, excerpt=shown, start=0, length=len(shown))
    length = word_end(line, start) - start
    return replace(place, excerpt=shown, start=start - (len(line) - len(line.lstrip())), length=length)


def word_end(line: str, start: int) -> int:
    """Return where the word or the quoted text ends that begins at a place of a line, a colon behind it left out."""
    word = _WORD.match(line, start)
    return start + (len(word.group().rstrip(":")) or 1 if word is not None else 1)


def with_excerpts(error: MethodologyError) -> MethodologyError:
    """Return an error, or all of several, with the lines that they point to."""
    if isinstance(error, Faults):
        return Faults([with_excerpts(one) for one in error.errors])
    return type(error)(error.code, error.what, with_excerpt(error.place), why=error.why, remedy=error.remedy)


def _line(file: str, number: int) -> str:
    """Return a line of a file as it is named in messages, or nothing."""
    path = path_of_shown(file)
    if path is None:
        return ""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        return next((line for at, line in enumerate(lines, 1) if at == number), "").rstrip("\n")
