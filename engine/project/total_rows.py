"""Rows and columns of totals in tables: recognised by their label in the languages in which people keep them, and held against the lines they sum."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from equations.records import record
from equations.spec.block import read_number

_WORDS = """total, totals, subtotal, sub total, grand total, sum, sums, overall, all classes, totaux, somme, sous total, ensemble,
summe, summen, gesamt, gesamtsumme, insgesamt, zwischensumme, suma, totales, soma, totais, totale, totali, somma, totaal, jumlah, jumlah total,
tổng, tổng cộng, tổng số, cộng, សរុប, សរុបរួម, ផលបូក, รวม, รวมทั้งหมด, ผลรวม, ລວມ, ລວມທັງໝົດ, 合计, 总计, 小计, 合計, 總計, 総計, 小計,
합계, 총계, 소계, итого, всего, сумма, нийт, дүн, মোট, कुल, المجموع, jumla, toplam, razem"""
#: What stands in place of a label in a line that sums others, in the languages of inventories.
WORDS = frozenset(word.strip() for word in _WORDS.split(","))
#: A unit behind such a word; what else stands in brackets may be a member.
_BRACKETS = re.compile(r"[(\[]\s*(ha|km2|km²|km\^2|m2|m²|m\^2|metre\^2|t|tco2e?|kg|px|pixels?|%)\s*[)\]]")
#: What may stand behind such a word: ``Total area``.
_BEHIND = frozenset(("area", "areas", "surface", "superficie", "fläche", "luas", "ha", "general", "général", "all"))


@record(frozen=True)
class TableCell:
    """One number of a table before it is read: the labels as they stand there, and what it says."""

    labels: tuple[str, ...]
    text: str
    unit: str
    line: int
    at: int
    said: tuple[tuple[str, str], ...] = ()
    #: The labels of the file, where members stand in their place.
    own: tuple[str, ...] = ()


@record(frozen=True)
class TotalCell:
    """A number that is a total, and how far it is from the sum of its lines; ``None`` where they cannot be added."""

    cell: TableCell
    sum: Fraction | None
    gap: Fraction | None

    @property
    def is_exact(self) -> bool:
        """Whether it is the sum of its lines to the last digit."""
        return self.sum is not None and read_number(self.cell.text) == self.sum

    @property
    def holds(self) -> bool:
        """Whether it is the sum of its lines, within what printing rounds."""
        return self.gap == 0


@lru_cache(4096)
def is_total(label: str) -> bool:
    """Whether a label says that its line sums others.

    Examples
    --------
    >>> [is_total(label) for label in ("Total (ha)", "TOTAL:", "Tổng cộng", "សរុប", "Total area", "Total wetland", "E")]
    [True, True, True, True, True, False, False]
    """
    words = re.sub(r"[\s.:=_-]+", " ", _BRACKETS.sub(" ", unicodedata.normalize("NFC", label).casefold())).strip()
    first, _, rest = words.partition(" ")
    return words in WORDS or (first in WORDS and rest in _BEHIND)


def totals_among(rows: Sequence[tuple[int, Sequence[str]]]) -> list[tuple[int, str]]:
    """Return the lines of a list that say of themselves that they sum the others, each with its label: the word stands once in its column.

    Examples
    --------
    >>> totals_among([(2, ["A", "1"]), (3, ["Soma", "2"]), (4, ["Soma", "3"]), (5, ["Total", "6"])])
    [(5, 'Total')]
    """
    counts = Counter((at, cell) for _, row in rows for at, cell in enumerate(row) if cell[:1].isalpha() and is_total(cell))
    own = ((line, next((cell for at, cell in enumerate(row) if counts[at, cell] == 1), "")) for line, row in rows)
    return [(line, label) for line, label in own if label]


def totals_of(cells: Sequence[TableCell], totals: Sequence[TableCell], where: dict[int, frozenset[int]]) -> list[TotalCell]:
    """Return totals with the lines that they sum: all, or those since the total before them.

    Parameters
    ----------
    cells
        The lines that are no totals.
    where
        Line and column of a total, as ``id`` of its cell -> the indices over which it sums.
    """
    found: list[TotalCell] = []
    before: dict[tuple[frozenset[int], tuple[str, ...]], int] = {}
    for total in totals:
        over = where[id(total)]
        kept = tuple("" if at in over else label for at, label in enumerate(total.labels))
        alike = (one for one in cells if total.unit in ("", one.unit))
        own = [one for one in alike if all(label in ("", mine) for label, mine in zip(kept, one.labels, strict=True))]
        since = [one for one in own if before.get((over, kept), 0) < one.line < total.line]
        before[over, kept] = total.line
        found.append(_nearest(total, (own, since)))
    return found


def _nearest(total: TableCell, choices: Sequence[Sequence[TableCell]]) -> TotalCell:
    """Return a total with the sum that it is, or the first one where it is none."""
    tried = [_against(total, cells) for cells in choices]
    return next((one for one in tried if one.holds), tried[0])


def _against(total: TableCell, cells: Sequence[TableCell]) -> TotalCell:
    numbers = [read_number(one.text) for one in cells]
    stated = read_number(total.text)
    if stated is None or not cells or None in numbers or len({one.unit for one in cells}) > 1:
        return TotalCell(total, None, None)
    added = sum((number for number in numbers if number is not None), Fraction(0))
    room = (sum(_step(one.text) for one in cells) + _step(total.text)) / 2
    gap = stated - added
    return TotalCell(total, added, Fraction(0) if abs(gap) <= room else gap)


def _step(text: str) -> Fraction:
    """Return one unit of the last digit, of a number with a point."""
    return Fraction(1, 10 ** len(re.split("[eE]", text)[0].partition(".")[2]))
