"""Text of a CSV file and what divides its cells, as spreadsheet and map programs write them: found where only one way fits."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

#: What may stand between two cells, and what it is called.
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "blanks"}
_IN_LINES = ",;\t|"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
#: First line of a file that says what divides its cells, as Excel writes and reads it.
_SAID = re.compile(r'"?sep=(.)"?[,;\t|]*(?:\r\n|\r|\n|\Z)')
_CODE = re.compile(r"([0-9]+|\*)\Z")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")


def text_of(data: bytes) -> tuple[str, str]:
    """Return the text of a file, and what there is to say of how it is written.

    Raises
    ------
    UnicodeDecodeError
        If it is neither UTF-8, nor UTF-16 with the mark at its start with which Excel writes it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16").replace("\r\r\n", "\r\n"), "its text is UTF-16"
    # "\r\r\n": a program wrote the ends of lines of Windows twice
    return data.decode("utf-8-sig").replace("\r\r\n", "\r\n"), ""


def said_separator(text: str) -> tuple[str, int]:
    """Return what the first line of a file (``sep=;``) says, and how many characters that line has; an empty text and 0 without one."""
    said = _SAID.match(text)
    return (said[1], said.end()) if said is not None and said[1] in _IN_LINES else ("", 0)


def separators_of(text: str) -> list[str]:
    """Return what divides the cells: one mark where it is certain, several where each would give a whole table.

    A mark of the first line counts, outside quotes; of several those with which every line has as many cells. Where the first line has
    none it is a title, or a table of one column.
    """
    written = [line for line in text.splitlines() if line.strip()]
    head = _QUOTED.sub("", written[0]) if written else ","
    marks = [mark for mark in _IN_LINES if mark in head]
    if len(marks) == 1:
        return marks
    lines = [_QUOTED.sub("", line) for line in written]
    if not marks:
        return [_of_a_title(lines)]
    whole = [mark for mark in marks if all(line.count(mark) == lines[0].count(mark) for line in lines)]
    # of a ragged file every line is told; the mark that fits most lines tells the fewest
    return whole or [max(marks, key=lambda mark: sum(line.count(mark) == lines[0].count(mark) for line in lines))]


def _of_a_title(lines: Sequence[str]) -> str:
    """Return what divides the cells of a file whose first line is one cell."""
    most = max(_IN_LINES, key=lambda mark: sum(line.count(mark) for line in lines))
    if most in "".join(lines):
        return most
    return " " if _is_of_codes(lines) else ","


def _is_of_codes(lines: Sequence[str]) -> bool:
    """Whether every line is codes and numbers with blanks between them, as a program without heads writes it."""
    rows = [line.split() for line in lines]
    width = len(rows[0])
    return width > 1 and all(len(row) == width and _CODE.match(row[0]) and _NUMBER.match(row[-1]) for row in rows)
