"""The text of a formula, where it stands, and the words that it is made of."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import takewhile

from equations.errors import ExpressionError, Place
from equations.formula.syntax import Span
from equations.patterns import pattern
from equations.records import record

_WORD = pattern(
    r"""(?P<space>\s+)
      | (?P<ratio>[0-9]+/[0-9]+(?![\d.eE\w]))
      | (?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<unit>\{[^{}\n]*\})
      | (?P<op>\.\*|\.\.|==|!=|<=|>=|\*\*|[-+*/^@<>()\[\],:])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

MOST_DIGITS = 60

#: What authors bring along from elsewhere, and what to write here.
_FOREIGN = {
    "**": "write ^ for a power",
    "=": "write == for 'is equal to'; an equation's left side stands under `defines`",
    ".": "names have no dots; write .* for the element-wise product of matrices",
    "−": "write the plain minus sign -",
    "–": "write the plain minus sign -",
    "×": "write *",
    "÷": "write /",
    "²": "write ^2",
    "³": "write ^3",
    "√": "write sqrt(x)",
    "π": "write the number, 3.141592653589793",
    "?": "write cases(condition: a, otherwise: b)",
    "\\": "LaTeX stands under `printed:` and `symbol:`; write a fraction as a / b, a product as a * b",
    "$": "LaTeX stands under `printed:` and `symbol:`, and a cell has no $",
    "∈": "write in",
    "Π": "write Product(i, ...)",
    "∏": "write Product(i, ...)",
    "·": "write * for a product, .* for the element-wise product of matrices",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "Σ": "write Sum(i, ...)",
    "∑": "write Sum(i, ...)",
    "!": "write `not`",
    "&": "write `and`",
    "|": "write `or`",
    "%": "write the unit behind the number, as in 20 {%}",
    ";": "one field holds one formula",
    "{": "a unit stands in braces behind its number, as in 731 {day}",
    '"': "close the quotes",
    "'": "close the quotes",
}


@record(frozen=True)
class Source:
    """The text of a formula and where it stands.

    ``line`` and ``column`` are those of its first character. A text that the file spreads over several lines keeps the
    file's own characters in ``raw``, so that a part of the text can be found there.
    """

    text: str
    file: str = "<formula>"
    line: int = 1
    column: int = 1
    raw: str = ""

    def place(self, span: Span) -> Place:
        """Return the place of a part of the text, with the line it is on as excerpt."""
        text, start, end = self.text, span[0], span[1]
        if self.raw:
            text, start, end = self.raw, self._in_raw(start), self._in_raw(end - 1) + 1
        start = min(start, len(text))
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        number = text.count("\n", 0, start)
        column = start - line_start + (self.column if number == 0 else 1)
        excerpt = text[line_start:line_end]
        indent = len(excerpt) - len(excerpt.lstrip())
        return Place(self.file, self.line + number, column, excerpt.strip(), start - line_start - indent,
                     max(1, min(end, line_end) - start))  # fmt: skip

    def _in_raw(self, position: int) -> int:
        """Find a character of the text in the raw text, where only white space may differ."""
        wanted = sum(not c.isspace() for c in self.text[: max(0, position)])
        for at, character in enumerate(self.raw):
            if not character.isspace():
                if wanted == 0:
                    return at
                wanted -= 1
        return len(self.raw)


@record(frozen=True)
class Token:
    """One word: its kind (number, ratio, name, text, unit, op or end), its text and its place."""

    kind: str
    text: str
    span: Span


def read_tokens(source: Source) -> list[Token]:
    """Divide a text into words; the last one is of kind ``end``.

    Raises
    ------
    ExpressionError
        X201 for a character that has no meaning, X202 for a number that is too long or too large.
    """
    tokens = loose_tokens(source.text)
    for token in tokens:
        if token.kind == "other" or token.text == "**":
            raise ExpressionError(
                "X201", f"unexpected {token.text!r}", source.place(token.span),
                why="this character has no meaning in a formula",
                remedy=_remedy(source.text, token.span[0]) or
                _FOREIGN.get(token.text, "see the table of what may be written in docs/reference/spec_language.md"),
            )  # fmt: skip
        if token.kind in ("number", "ratio"):
            _check_number(token, source)
    return tokens


def loose_tokens(text: str) -> list[Token]:
    """Divide a text that may be no formula yet; what has no meaning is of kind ``other``, the last word of kind ``end``."""
    found = [Token(match.lastgroup or "other", match.group(), match.span()) for match in _WORD.finditer(text) if match.lastgroup != "space"]
    return [*found, Token("end", "", (len(text), len(text) + 1))]


def _remedy(text: str, at: int) -> str:
    """Return what to write for a sign that says more beside its neighbours, or nothing."""
    if re.match(r"=[<>]", text[at:]):
        return "write <= or >="
    if text[at] == "'" and (match := re.match(r"(.*?)([0-9]+)'([0-9]{3})(?![0-9])", text, re.DOTALL)) and match.end(2) == at:
        return f"write {match[2]}{match[3]}: no sign stands between thousands"
    return ""


def _check_number(token: Token, source: Source) -> None:
    parts = token.text.split("/")
    if max(map(len, parts)) > MOST_DIGITS or not all(math.isfinite(float(part)) for part in parts):
        shown = token.text if len(token.text) <= 20 else token.text[:20] + "..."
        raise ExpressionError("X202", f"the number {shown} is too large", source.place(token.span),
                              why=f"a number has at most {MOST_DIGITS} digits and is below 1.8e308",
                              remedy="look for a typing error")  # fmt: skip


def starts_binder(tokens: Sequence[Token]) -> bool:
    """Whether a further letter comes before the body of a sum: a bare name followed by a comma, or by `in` ... comma."""
    if tokens[0].kind != "name":
        return False
    following = tokens[1]
    if following.text == "," or following.text != "in" or following.kind != "name":
        return following.text == ","
    ahead = (token.text for token in tokens[2:])
    return any(text == "," for text in takewhile(lambda text: text not in ("(", "[", ")"), ahead))
