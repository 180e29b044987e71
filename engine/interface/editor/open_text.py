"""The text of a file as an editor holds it: its lines, its tree however broken it is, and where the parts of its scalars stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from equations.files.strict_yaml import Mapping, Scalar, YamlNode, read_as_far
from equations.records import record

#: How many lines are left out before a text is given up: somebody who types breaks one or two.
_MOST_LEFT_OUT = 12
_MOST_PARTS = 5
_ENTRY = re.compile(r"\s*(- |[^:#]+:(\s|$))")


@record(frozen=True)
class Stretch:
    """Part of a line, counted from 0 in characters; ``end`` is that of the first character behind it."""

    line: int
    start: int
    end: int

    def holds(self, line: int, column: int) -> bool:
        """Whether a position lies within, or directly behind its last character, where a cursor is put that follows it."""
        return self.line == line and self.start <= column <= self.end


class OpenText:
    """A text with its tree.

    Parameters
    ----------
    text
        What stands in the editor, or on the disk.
    file
        What the file is called in places.
    before
        The lines of the file when it could last be read: of one that is broken, what is new is left out first.
    """

    def __init__(self, text: str, file: str, before: Sequence[str] = ()) -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.file, self.before = file, before

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    @cached_property
    def tree(self) -> Mapping:
        """What the text says as far as it is YAML: lines that break it are left out. An empty block where nothing is left."""
        node, broken = self._read
        for lines, most in _without_new(self.lines, self.before) if broken and self.before else ():
            node = self.mended(lines, most) if node is None else node
        for lines in (self.lines, self.lines[: broken - 1]) if broken else ():
            node = self.mended(lines, _MOST_LEFT_OUT) if node is None else node
        return node if isinstance(node, Mapping) else Mapping((), self.file, 1, 1)

    @cached_property
    def _read(self) -> tuple[YamlNode | None, int]:
        return read_as_far(self.text, self.file)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is YAML."""
        return not self._read[1]

    def mended(self, lines: Sequence[str], most: int) -> YamlNode | None:
        """Return what lines say once those are left out that break them; ``None`` where they are more than ``most``."""
        left = list(lines)
        for _ in range(most + 1):
            node, broken = read_as_far("\n".join(left), self.file)
            if not broken:
                return node
            at = _broken_line(left, broken)
            if at < 0:
                break
            left[at] = ""
        return None

    def stretch(self, scalar: Scalar, start: int = 0, end: int | None = None) -> Stretch | None:
        """Return where a part of a scalar's text stands, or ``None`` where the file spells it otherwise.

        Parameters
        ----------
        start, end
            Of the part, in the text that the scalar says: in a formula that the file folds over lines, that of the one line.
        """
        word = scalar.text[start:end]
        if not word or "\n" in word:
            return None
        place = scalar.source.place((start, start + len(word)))
        found = Stretch(place.line - 1, place.column - 1, place.column - 1 + len(word))
        if self.says(found) == word:
            return found
        return self._counted(scalar, word, scalar.text[:start])

    def says(self, stretch: Stretch) -> str:
        """Return what stands in a part of a line."""
        return self.lines[stretch.line][stretch.start : stretch.end] if 0 <= stretch.line < len(self.lines) else ""

    def _counted(self, scalar: Scalar, word: str, before: str) -> Stretch | None:
        """Find a word by how often it stands before: in quotes, signs that are written as two shift everything behind them."""
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        wanted, line, column = len(pattern.findall(before)), scalar.line - 1, scalar.column - 1
        last = line + scalar.raw.count("\n")
        while line <= last and line < len(self.lines):
            for match in pattern.finditer(self.lines[line], max(0, column)):
                if wanted == 0:
                    return Stretch(line, match.start(), match.end())
                wanted -= 1
            line, column = line + 1, 0
        return None

    def word(self, line: int, column: int) -> Stretch:
        """Return the word at a position; an empty part where there is none."""
        text = self.lines[line] if 0 <= line < len(self.lines) else ""
        column = min(column, len(text))
        start, end = column, column
        while start > 0 and _is_word(text[start - 1]):
            start -= 1
        while end < len(text) and _is_word(text[end]):
            end += 1
        return Stretch(line, start, end)


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _without_new(lines: Sequence[str], before: Sequence[str]) -> Iterator[tuple[Sequence[str], int]]:
    """Yield lines without those that were not there before: without one part of them, the last part first, then without all.

    Beside them stands how many more may be left out.
    """
    changed = [(c, d) for what, _, _, c, d in SequenceMatcher(None, before, lines, autojunk=False).get_opcodes() if what != "equal" and c < d]
    ways = [[part] for part in reversed(changed[-_MOST_PARTS:])] if len(changed) > 1 else []
    for parts in (*ways, changed):
        left = list(lines)
        for start, end in parts:
            left[start:end] = [""] * (end - start)
        yield left, _MOST_LEFT_OUT if parts is changed else 0


def _broken_line(lines: list[str], broken: int) -> int:
    """Return the line to leave out, counted from 0: the one before where that is no entry, else the one that is named, or a filled one above."""
    at = min(broken, len(lines)) - 1
    above = next((n for n in range(at - 1, -1, -1) if lines[n].strip()), -1)
    if above >= 0 and not _ENTRY.match(lines[above]) and not lines[above].lstrip().startswith("#"):
        return above
    return at if at >= 0 and lines[at].strip() else above
