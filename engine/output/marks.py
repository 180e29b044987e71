"""Marks of bold and of colours within a text, and how wide a text is when it is seen."""

from __future__ import annotations

import os
from collections.abc import Callable

from equations.text_width import columns_of

#: Begins every mark. Another sign in each process, so that no text from outside can hold it.
MARK = chr(0xF0000 + int.from_bytes(os.urandom(2), "big") % 0xFFF0)
_CODES = {"0": "0", "b": "1", "e": "31", "w": "33", "n": "36"}


def marked(text: str, kind: str) -> str:
    """Return a text between a mark and its end; ``kind``: ``b`` bold, ``e``, ``w``, ``n`` the colours of errors, warnings and notes."""
    return f"{MARK}{kind}{text}{MARK}0"


def coded(text: str) -> str:
    """Return text with its marks as codes of a terminal."""
    return _replaced(text, lambda mark: f"\033[{_CODES.get(mark, '0')}m")


def plain(text: str) -> str:
    """Return text without its marks."""
    return _replaced(text, lambda mark: "")


def _replaced(text: str, code: Callable[[str], str]) -> str:
    first, *parts = text.split(MARK)
    return first + "".join(code(part[:1]) + part[1:] for part in parts)


def seen(text: str) -> int:
    """Return how many columns of a terminal a text takes, marks none; see :func:`equations.text_width.columns_of`.

    Examples
    --------
    >>> seen(marked("ER", "b")), seen("木"), seen("ha")
    (2, 2, 2)
    """
    return len(text) if text.isascii() else columns_of(plain(text))
