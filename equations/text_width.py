"""How many columns a text takes where every letter has one or two, as in a terminal, and where a word may be broken that has no spaces within."""

from __future__ import annotations

import unicodedata

_NOT_FIRST = frozenset("、。，．・：；？！）］｝〉》」』】〕ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%’”")
_NOT_LAST = frozenset("（［｛〈《「『【〔([{‘“$￥")
#: Thai and Lao, Tibetan, Myanmar, Khmer: written without spaces between words.
_NO_SPACES = ((0x0E01, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF))
#: Vowels that are written before the consonant to which they belong, and signs that join the next one below.
_JOINS_NEXT = frozenset("เแโใไເແໂໃໄ\u17d2\u1039")
#: Vowels and marks with a place of their own that belong to the letter before them.
_JOINS_LAST = frozenset("ะาำๅๆฯະາຳໆຯ")
_ZERO_WIDTH_SPACE = "\u200b"


def columns_of(text: str) -> int:
    """Return how many columns a text takes: marks on letters and signs of format none, wide letters of East Asia two.

    Examples
    --------
    >>> columns_of("ha"), columns_of("木"), columns_of("ព្រៃ"), columns_of("ป่า")
    (2, 2, 3, 2)
    """
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf") or "\u1160" <= sign <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def padded(text: str, wide: int, *, right: bool = False) -> str:
    """Return a text with spaces so that it takes so many columns; a wider one as it is."""
    space = " " * (wide - columns_of(text))
    return space + text if right else text + space


def is_without_spaces(word: str) -> bool:
    """Whether a word has letters of a script that is written without spaces between words and has narrow letters: Thai, Khmer."""
    return not word.isascii() and any(low <= ord(sign) <= high for sign in word for low, high in _NO_SPACES)


def word_parts(word: str) -> list[str]:
    """Return the parts of a word between which a line may end: the word itself in scripts with spaces between words.

    Examples
    --------
    >>> word_parts("carbon"), word_parts("森林、土地"), len(word_parts("ป่าไม้")), word_parts("ព្រៃ")
    (['carbon'], ['森', '林、', '土', '地'], 2, ['ព្រៃ'])
    """
    if word.isascii():
        return [word]
    parts = [""]
    for sign in word:
        if parts[-1] and _may_break(parts[-1][-1], sign):
            parts.append("")
        parts[-1] += sign
    return parts


def _may_break(before: str, sign: str) -> bool:
    if before == _ZERO_WIDTH_SPACE:
        return True
    if not _width(sign) or sign in _NOT_FIRST or sign in _JOINS_LAST or before in _NOT_LAST or before in _JOINS_NEXT:
        return False
    if 2 in (_width(sign), _width(before)):
        return True
    return is_without_spaces(sign) and unicodedata.category(sign) in ("Lo", "Nd") and is_without_spaces(before)
