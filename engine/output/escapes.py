"""Texts of specs, projects and file names where they are shown: nothing in them can steer a terminal, a spreadsheet or Markdown.

Also what stands for a character that an output cannot hold, so that it stays readable and no output ends in an error.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable

from equations.patterns import pattern

#: Control characters without line break and tab, marks that turn the direction of writing, line separators, halves of characters.
_HIDDEN = pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: Cells that a spreadsheet would take for a formula; also in the wide forms of East Asian keyboards.
_FORMULA = pattern(r"\s*[=+\-@＝＋－＠\t\r]")
_NUMBER = pattern(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(inf|nan)", re.IGNORECASE)
#: Signs of Markdown; an underscore within a word and a number sign within a line are none.
_MARKDOWN = pattern(r"([\\`*\[\]|~]|^#|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_SIGNS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "→": "->", "←": "<-",
    "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "×": "x", "·": "*", "⋅": "*", "∑": "Sum", "Σ": "Sum", "√": "sqrt",
    "∞": "inf", "∈": "in", "•": "*", "°": "deg", "±": "+/-", "€": "EUR", "µ": "u", "∂": "d", "Δ": "Delta", "∆": "Delta", "ß": "ss",
    "│": "|", "─": "-", "├": "|", "└": "|",
}  # fmt: skip


def printable(text: str) -> str:
    r"""Return text in which what steers a terminal, or hides, is written out: ``\x1b``, ``\u202e``.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _HIDDEN.sub(lambda found: _backslashed(found[0]), text)


def hides(text: str) -> bool:
    """Whether a text holds what would not show."""
    return _HIDDEN.search(text) is not None


def one_line(text: str) -> str:
    """Return text on one line, as in a cell of a table."""
    return text.replace("\n", "\\n").replace("\t", " ") if "\n" in text or "\t" in text else text


def json_text(text: str) -> str:
    """Return JSON in which what steers a terminal stands as an escape of JSON."""
    return _HIDDEN.sub(lambda found: _of_json(found[0]), text)


def markdown_text(text: str) -> str:
    r"""Return text on one line in which nothing can become markup.

    Examples
    --------
    >>> print(markdown_text("<b> [x](y) | z"))
    &lt;b&gt; \[x\](y) \| z
    """
    plain = _MARKDOWN.sub(r"\\\1", " ".join(printable(text).split()))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code_text(text: str) -> str:
    """Return text as code in Markdown, also in a cell of a table."""
    plain = " ".join(printable(text).split())
    return markdown_text(text) if "`" in plain or "|" in plain or not plain else f"`{plain}`"


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV; a cell that a spreadsheet would take for a formula begins with an apostrophe, numbers stay numbers.

    Examples
    --------
    >>> print(csv_text([["=cmd", -1.5, "-2", "a,b"]]), end="")
    '=cmd,-1.5,-2,"a,b"
    """
    import csv

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_cell(cell: object) -> object:
    """Return a cell of a CSV file; see :func:`csv_text`."""
    if not isinstance(cell, str):
        return cell
    shown = printable(cell)
    return f"'{shown}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else shown


# -- characters that an output cannot hold


def fitted(text: str, encoding: str | None, way: str = "text") -> str:
    """Return text of which an output in ``encoding`` can hold every character.

    Parameters
    ----------
    way
        The format: JSON, SVG, HTML, Markdown, DOT and Mermaid have escapes of their own, which lose nothing.
    """
    name = encoding or "utf-8"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        return text.encode(name, f"mrvgraph-{way if way in _STAND_INS else 'text'}").decode(name)
    except LookupError:
        return fitted(text, "ascii", way)
    return text


def _backslashed(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _of_json(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _of_markup(sign: str) -> str:
    return f"&#{ord(sign)};" if not 0xD800 <= ord(sign) < 0xE000 else _backslashed(sign)


def _readable(sign: str) -> str:
    """Return what stands for a sign in plain text: its letters, the name of a Greek letter, or its number."""
    import unicodedata

    if sign in _SIGNS:
        return _SIGNS[sign]
    letters = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    if letters and letters.isascii():
        return letters
    name = unicodedata.name(sign, "").split(" WITH ")[0].split()
    if len(name) == 4 and name[0] == "GREEK" and name[2] == "LETTER":
        return name[3].lower() if name[1] == "SMALL" else name[3].capitalize()
    return _backslashed(sign)


_STAND_INS: dict[str, Callable[[str], str]] = {
    "text": _readable, "csv": _readable, "json": _of_json, "svg": _of_markup, "html": _of_markup, "md": _of_markup, "dot": _of_markup,
    "mermaid": lambda sign: f"#{ord(sign)};", "yaml": _backslashed,
}  # fmt: skip


def _handler(stand_in: Callable[[str], str]) -> Callable[[UnicodeError], tuple[str, int]]:
    def handled(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(stand_in(sign) for sign in error.object[error.start : error.end]), error.end

    return handled


for _way, _stand_in in _STAND_INS.items():
    codecs.register_error(f"mrvgraph-{_way}", _handler(_stand_in))
