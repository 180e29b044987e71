"""Tables and lines that fit a width: cells and lines are broken between words, columns without room stand below or in a table of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest

from engine.output.marks import plain, seen
from equations.records import record
from equations.text_width import columns_of, is_without_spaces, word_parts

#: Between two columns.
_GAP = 2
#: A column of words is not made narrower than this before it is written below its row.
_COMFORT = 24
#: How much further in the second line of a broken line begins.
_HANG = 4
_SIGNS = frozenset({"+", "-", "*", "/", "=", "<-", "|"})
_CARET = re.compile(r"\s*\^+\s*")


@record(frozen=True)
class TableColumn:
    """One column of a table: its head, its cells, and whether it is a column of numbers, which is aligned to the right and never broken."""

    head: str
    cells: tuple[str, ...]
    right: bool = False

    @property
    def wide(self) -> int:
        """Characters that it takes where nothing is broken."""
        return max(map(seen, (self.head, *self.cells)))

    @property
    def least(self) -> int:
        """Characters below which it is not made narrower: its longest word, and a line of words that can be read."""
        if self.right:
            return self.wide
        words = (seen(part) for text in (self.head, *self.cells) for word in text.split() for part in word_parts(word))
        return max(max(words, default=0), min(self.wide, _COMFORT))


def fitted_table(columns: Sequence[TableColumn], room: int, strong: Callable[[str], str], *, once: bool = False) -> list[str]:
    """Return the lines of a table that is no wider than ``room`` where its words allow it.

    Parameters
    ----------
    room
        Characters in a line.
    strong
        Marks the line of heads.
    once
        Whether a name in the first column that repeats the one above it is left out, where rows are one line each.
    """
    wide = _room_of(columns, [column.wide for column in columns])
    kept, below = (list(columns), []) if wide <= room else _with_room(columns, room)
    if once and not below:
        first = kept[0]
        names = tuple("" if before == name else name for before, name in zip(("", *first.cells), first.cells, strict=False))
        kept[0] = TableColumn(first.head, names, first.right)
    lines: list[str] = []
    for at, band in enumerate(_bands(kept, room)):
        if at:
            lines += ["", *_further_lines(band, below, room, strong)]
        else:
            lines += _band_lines(band, below, room, strong)
    return lines


def _further_lines(band: Sequence[TableColumn], below: Sequence[TableColumn], room: int, strong: Callable[[str], str]) -> list[str]:
    """Return the lines of a group of columns that had no room beside the first ones: rows that say something, told apart where names repeat."""
    names = band[0].cells
    said = [at for at in range(len(names)) if any(column.cells[at] for column in band[1:])] or range(len(names))
    shown, beside = ([_rows(column, said) for column in columns] for columns in (band, below if len(set(names)) < len(names) else ()))
    return _band_lines(shown, beside, room, strong)


def _rows(column: TableColumn, rows: Sequence[int]) -> TableColumn:
    return TableColumn(column.head, tuple(column.cells[at] for at in rows), column.right)


def _room_of(columns: Sequence[TableColumn], widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(columns) - 1)


def _with_room(columns: Sequence[TableColumn], room: int) -> tuple[list[TableColumn], list[TableColumn]]:
    """Return the columns that stand side by side, and those of words that are written below each row: what takes the fewest lines."""
    able = sorted((at for at, column in enumerate(columns) if at and not column.right and column.wide > _HANG), key=lambda at: -columns[at].wide)
    ways = [([c for x, c in enumerate(columns) if x not in able[:n]], [columns[x] for x in sorted(able[:n])]) for n in range(len(able) + 1)]
    fitting = [(kept, below) for kept, below in ways if _room_of(kept, [column.least for column in kept]) <= room]
    return min(fitting, key=lambda way: _height(way[0], way[1], room)) if fitting else ways[-1]


def _height(kept: Sequence[TableColumn], below: Sequence[TableColumn], room: int) -> int:
    """Return how many lines the rows of a table take."""
    widths = _widths(kept, room)
    words = [(column.cells, wide) for column, wide in zip(kept, widths, strict=True) if not column.right]
    rows = sum(max((len(broken(cells[at], wide)) for cells, wide in words), default=1) for at in range(len(kept[0].cells)))
    return rows + sum(len(_below(column, at, room)) for column in below for at, text in enumerate(column.cells) if text)


def _bands(columns: Sequence[TableColumn], room: int) -> list[list[TableColumn]]:
    """Return the columns in groups that have room side by side; each begins with the first column, which names the rows."""
    first, *rest = columns
    bands = [[first]]
    for column in rest:
        band = [*bands[-1], column]
        if len(bands[-1]) > 1 and _room_of(band, [one.least for one in band]) > room:
            bands.append([first, column])
        else:
            bands[-1] = band
    return bands


def _widths(columns: Sequence[TableColumn], room: int) -> list[int]:
    """Return how wide each column is: the widest ones of words give way first."""
    widths, leasts = [column.wide for column in columns], [column.least for column in columns]
    while _room_of(columns, widths) > room:
        able = [at for at in range(len(columns)) if widths[at] > leasts[at]]
        if not able:
            break
        widest = max(able, key=lambda at: widths[at])
        widths[widest] -= 1
    return widths


def _band_lines(columns: Sequence[TableColumn], below: Sequence[TableColumn], room: int, strong: Callable[[str], str]) -> list[str]:
    widths = _widths(columns, room)

    def lines_of(texts: Sequence[str]) -> list[str]:
        cells = [[text] if column.right else broken(text, wide) for text, column, wide in zip(texts, columns, widths, strict=True)]
        return [_line(parts, columns, widths) for parts in zip_longest(*cells, fillvalue="")]

    lines = [*map(strong, lines_of([column.head for column in columns])), _line(["-" * wide for wide in widths], columns, widths)]
    for at, texts in enumerate(zip(*(column.cells for column in columns), strict=True)):
        lines += lines_of(texts)
        for column in below:
            if column.cells[at]:
                lines += _below(column, at, room)
    return lines


def _line(parts: Sequence[str], columns: Sequence[TableColumn], widths: Sequence[int]) -> str:
    return (" " * _GAP).join(_padded(text, wide, right=one.right) for text, one, wide in zip(parts, columns, widths, strict=True)).rstrip()


def _padded(text: str, wide: int, *, right: bool) -> str:
    space = " " * (wide - seen(text))
    return space + text if right else text + space


def _below(column: TableColumn, at: int, room: int) -> list[str]:
    head = f"{column.head}: " if column.head else ""
    return [" " * _HANG + line for line in broken(head + column.cells[at], room - _HANG, "  ")]


def broken(text: str, wide: int, hang: str = "") -> list[str]:
    """Return a text in lines of at most ``wide`` columns, broken between words only; a longer word has a line of its own.

    Where a script has no spaces between words, a line may end within what stands between two of them.

    A line does not end with a sign that joins what stands on both sides of it.

    Parameters
    ----------
    hang
        What the second and each later line begins with.

    Examples
    --------
    >>> broken("A[y] = A[y-1] + d * A_0", 16, "  ")
    ['A[y] = A[y-1]', '  + d * A_0']
    """
    indent = text[: len(text) - len(text.lstrip(" "))]
    line, used, lines = indent, len(indent), list[str]()
    gap = ""
    for piece in _pieces(text.strip(" ")):
        if not piece.strip(" "):
            gap = piece
            continue
        for part in _parts(piece, used + len(gap), wide, len(hang)):
            size = seen(part)
            if line.strip(" ") and used + len(gap) + size > wide:
                lines.append(line.rstrip(" "))
                line, used = hang + part, len(hang) + size
            else:
                line, used = line + gap + part, used + len(gap) + size
            gap = ""
    return [*lines, line.rstrip(" ")]


def _parts(word: str, used: int, wide: int, hang: int) -> list[str]:
    """Return a word in the parts in which it is written: whole where it fits, and one of Khmer or Thai where it fits on a line of its own."""
    if word.isascii() or used + seen(word) <= wide or (is_without_spaces(word) and hang + seen(word) <= wide):
        return [word]
    return word_parts(word)


def _pieces(text: str) -> list[str]:
    """Return words and the spaces between them; a sign of a formula belongs to the word behind it."""
    found: list[str] = []
    for piece in re.split(r"( +)", text):
        if len(found) > 1 and found[-2] in _SIGNS and found[-1] == " ":
            found[-2:] = [f"{found[-2]} {piece}"]
        else:
            found.append(piece)
    return found


def folded(text: str, wide: int) -> str:
    """Return text in which no line is wider than its words need: a longer one is broken, and goes on further in.

    A line into which the next one points with carets is not broken; of it the part around the carets is shown.
    """
    lines = text.split("\n")
    shown: list[str] = []
    at = 0
    while at < len(lines):
        line, next_ = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        if "^" in next_ and _CARET.fullmatch(next_):
            shown += _window(line, next_, wide)
            at += 2
            continue
        shown += [line] if seen(line) <= wide else broken(line, wide, " " * (len(line) - len(line.lstrip(" ")) + _HANG))
        at += 1
    return "\n".join(shown)


def _window(line: str, carets: str, wide: int) -> list[str]:
    """Return the part of a line around the carets below it, and the carets."""
    line = plain(line)
    if max(columns_of(line), len(carets)) <= wide:
        return [line, carets]
    indent = len(line) - len(line.lstrip(" "))
    body, start, end = line[indent:], max(0, carets.index("^") - indent), len(carets.rstrip()) - indent
    room = max(1, wide - indent - 6)
    if columns_of(body) != len(body):
        start, end, room = _sign_at(body, start), max(1, _sign_at(body, end)), max(1, room * len(body) // columns_of(body))
    left = 0 if start < room // 2 else max(0, min(start - room // 3, len(body) - room))
    before, after = "..." if left else "", "..." if left + room < len(body) else ""
    at = columns_of(before + body[left:start])
    length = max(1, columns_of(body[start : min(end, left + room)]))
    return [" " * indent + before + body[left : left + room] + after, " " * (indent + at) + "^" * length]


def _sign_at(text: str, column: int) -> int:
    """Return which sign of a text stands in a column, both from 0."""
    return next((at for at in range(len(text)) if columns_of(text[: at + 1]) > column), len(text))
