r"""From the LaTeX that notation and specs write to the tree of :mod:`engine.typesetting.mathematics.tree`.

A closed part of LaTeX is read: symbols, scripts, fractions, roots, fences, cases and matrices. Nothing is executed and
nothing raises: what is not known is shown as the text that was written, and named in :attr:`Reader.unknown`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from engine.typesetting.mathematics.tree import (
    Accent,
    Fence,
    Fraction,
    Gap,
    Grid,
    Identifier,
    Mathematics,
    Numeral,
    Root,
    Row,
    Scripts,
    Sign,
    Tinted,
    Words,
)

_NAMES = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
_CAPITAL_NAMES = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_GREEK = dict(zip(_NAMES.split(), "αβγδϵζηθικλμνξπρστυϕχψω", strict=True))
_CAPITALS = dict(zip(_CAPITAL_NAMES.split(), "ΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
_SIGNS = {
    "times": "×",
    "cdot": "·",
    "circ": "∘",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "neq": "≠",
    "ne": "≠",
    "in": "∈",
    "notin": "∉",
    "cdots": "⋯",
    "vdots": "⋮",
    "ddots": "⋱",
    "dots": "…",
    "ldots": "…",
    "pm": "±",
    "infty": "∞",
    "approx": "≈",
    "forall": "∀",
    "exists": "∃",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "mid": "|",
    "vert": "|",
    "equiv": "≡",
    "to": "→",
    "subset": "⊂",
    "cup": "∪",
    "cap": "∩",
    "wedge": "∧",
    "vee": "∨",
    "neg": "¬",
    "prime": "′",
    "ast": "∗",
    "div": "÷",
    "lbrace": "{",
    "rbrace": "}",
    "{": "{",
    "}": "}",
    "%": "%",
    "#": "#",
    "&": "&",
    "$": "$",
    "_": "_",
    "langle": "⟨",
    "rangle": "⟩",
    "sim": "∼",
}
_LARGE = {"sum": "∑", "prod": "∏"}
_FUNCTIONS = {
    "max": True,
    "min": True,
    "lim": True,
    "exp": False,
    "ln": False,
    "log": False,
    "det": False,
    "sin": False,
    "cos": False,
}
_GAPS = {",": 3 / 18, ":": 4 / 18, ";": 5 / 18, " ": 1 / 4, "quad": 1.0, "qquad": 2.0, "!": -3 / 18}
_ACCENTS = {"bar": "¯", "overline": "¯", "hat": "^", "tilde": "~", "dot": "˙", "vec": "→"}
_GRIDS = {
    "bmatrix": ("[", "]"),
    "pmatrix": ("(", ")"),
    "vmatrix": ("|", "|"),
    "matrix": ("", ""),
    "aligned": ("", ""),
    "cases": ("{", ""),
}
#: The colours in which parts of a formula can stand.
TINTS = ("red", "blue")
_PLAIN = {"-": "−", "*": "∗", "'": "′", "~": " "}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\[\s\S]|[0-9]+(?:[.,][0-9]+)*|[ \t\r\n]+|[\s\S]")
_DEEPEST = 40


@lru_cache(maxsize=4096)
def mathematics(latex: str) -> Mathematics:
    r"""Read LaTeX of mathematics mode.

    Examples
    --------
    >>> mathematics(r"EF_{ij}").base
    Identifier(text='EF', style='name')
    """
    return Reader(latex).read()


@dataclass
class Reader:
    """Reads one formula; :attr:`unknown` holds the commands that were shown as text."""

    latex: str
    unknown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = _TOKEN.findall(self.latex)
        self.at = 0

    def read(self) -> Mathematics:
        """Return the tree of the whole text; brackets without a partner are passed over."""
        items: list[Mathematics] = []
        while self.at < len(self.tokens):
            items.append(self.row(frozenset(), 0))
            self.at += 1
        return _one(items)

    # -- rows

    def row(self, ends: frozenset[str], depth: int, *, upright: bool = False, script: bool = False) -> Mathematics:
        """Read up to one of ``ends`` (which stays), a closing bracket or the end."""
        items: list[Mathematics] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token in ends or token == "}":
                break
            if token in ("\\right", "\\end", "&", "\\\\") and ends:
                break
            self.at += 1
            if token in "_^":
                self.script(items, token, depth)
            elif not token.isspace():
                found = self.item(token, depth, upright)
                if found is not None:
                    items.append(found)
        return _one(_united(items, script, upright))

    def script(self, items: list[Mathematics], token: str, depth: int) -> None:
        united = _united(items, False, False)
        base = united.pop() if united else Row()
        items[:] = united
        part = self.argument(depth, script=True)
        below, above = (part, None) if token == "_" else (None, part)
        if _scripts_deep(base) > _DEEPEST:
            items += [base, part]
            return
        if isinstance(base, Scripts) and (base.below is None or below is None) and (base.above is None or above is None):
            items.append(Scripts(base.base, base.below or below, base.above or above))
        else:
            items.append(Scripts(base, below, above))

    def argument(self, depth: int, *, upright: bool = False, script: bool = False) -> Mathematics:
        """Read one argument: a group, or one token."""
        self.skip_space()
        if self.at >= len(self.tokens) or depth > _DEEPEST:
            return Row()
        token = self.tokens[self.at]
        if token == "}":
            return Row()
        self.at += 1
        if token == "{":
            return self.group(depth, upright=upright, script=script)
        return self.item(token, depth, upright) or Row()

    def group(self, depth: int, *, upright: bool = False, script: bool = False) -> Mathematics:
        if depth > _DEEPEST:
            return Words(self.raw())
        body = self.row(frozenset(), depth + 1, upright=upright, script=script)
        self.at += 1
        return body

    def skip_space(self) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1

    # -- one thing

    def item(self, token: str, depth: int, upright: bool) -> Mathematics | None:
        if token == "{":
            return self.group(depth, upright=upright)
        if token[0].isdigit():
            return Identifier(token, "upright") if upright else Numeral(token)
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:], depth, upright)
        if token.isalpha():
            return Identifier(token, "upright" if upright else "italic")
        return Words(token) if upright and token in "-/[]%()." else Sign(_PLAIN.get(token, token))

    def command(self, name: str, depth: int, upright: bool) -> Mathematics | None:
        if name in _GREEK:
            return Identifier(_GREEK[name], "upright" if upright else "italic")
        if name in _CAPITALS:
            return Identifier(_CAPITALS[name], "upright")
        if name == " " and upright:
            return Words("\N{NO-BREAK SPACE}")
        if name in _GAPS:
            return Gap(_GAPS[name])
        if name in _LARGE:
            return Sign(_LARGE[name], limits=True)
        if name in _FUNCTIONS:
            return Sign(name, limits=True) if _FUNCTIONS[name] else Identifier(name, "upright")
        if name in _SIGNS:
            return Sign(_SIGNS[name])
        return self.construct(name, depth)

    def construct(self, name: str, depth: int) -> Mathematics | None:
        if name in ("mathrm", "operatorname", "mathsf", "mathbf"):
            return self.argument(depth, upright=True)
        if name in ("mathit", "mathnormal"):
            return self.argument(depth)
        if name in ("text", "textrm", "mbox"):
            return Words(self.words())
        if name == "textcolor":
            return self.tinted(self.words(), self.argument(depth))
        if name in ("frac", "dfrac", "tfrac"):
            return Fraction(self.argument(depth), self.argument(depth))
        if name == "sqrt":
            return Root(self.argument(depth))
        if name in _ACCENTS:
            return Accent(self.argument(depth), _ACCENTS[name])
        if name == "left":
            return self.fence(depth)
        if name == "begin":
            return self.grid(depth)
        if name in ("displaystyle", "textstyle", "limits", "nolimits", "right", "end", "\\"):
            return None
        self.unknown.append(name)
        return Words(f"\\{name}")

    @staticmethod
    def tinted(colour: str, body: Mathematics) -> Mathematics:
        """Return something in a colour that documents know; in any other it is as black as the rest."""
        return Tinted(body, colour) if colour in TINTS else body

    def words(self) -> str:
        r"""Read the argument of ``\text``: escapes are undone, spaces kept."""
        self.skip_space()
        if self.at >= len(self.tokens) or self.tokens[self.at] != "{":
            return ""
        self.at += 1
        return self.raw()

    def raw(self) -> str:
        """Read plain text up to the bracket that closes the group."""
        found, depth = [], 1
        names = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            if token not in "{}":
                found.append(names.get(token[1:], token[1:]) if token.startswith("\\") and len(token) > 1 else token)
        return re.sub(r"\s+", " ", "".join(found))

    def fence(self, depth: int) -> Mathematics:
        left = self.delimiter()
        if depth > _DEEPEST:
            return Row()
        body = self.row(frozenset({"\\right"}), depth + 1)
        right = ""
        if self.at < len(self.tokens) and self.tokens[self.at] == "\\right":
            self.at += 1
            right = self.delimiter()
        return Fence(left, right, body)

    def delimiter(self) -> str:
        self.skip_space()
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        self.at += 1
        return "" if token == "." else _SIGNS.get(token[1:], "") if token.startswith("\\") else token

    def grid(self, depth: int) -> Mathematics:
        name = self.words()
        left, right = _GRIDS.get(name, ("", ""))
        if name not in _GRIDS:
            self.unknown.append(f"begin{{{name}}}")
        rows: list[tuple[Mathematics, ...]] = []
        cells: list[Mathematics] = []
        while self.at < len(self.tokens) and depth <= _DEEPEST:
            cells.append(self.row(frozenset({"&", "\\\\", "\\end"}), depth + 1))
            token = self.tokens[self.at] if self.at < len(self.tokens) else "\\end"
            self.at += 1
            if token == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if token != "\\\\":
                break
        if self.at < len(self.tokens) and self.tokens[self.at - 1] == "\\end":
            self.words()
        return Grid(tuple(rows), left, right, name in ("cases", "aligned"))


# -- putting together what belongs together


def _scripts_deep(node: Mathematics) -> int:
    deep = 0
    while isinstance(node, Scripts):
        node, deep = node.base, deep + 1
    return deep


def _one(items: list[Mathematics]) -> Mathematics:
    return items[0] if len(items) == 1 else Row(tuple(items))


def _united(items: list[Mathematics], script: bool, upright: bool) -> list[Mathematics]:
    """Join letters side by side to names (not in scripts, where each letter is an index), and upright letters to words."""
    found: list[Mathematics] = []
    for item in items:
        last = found[-1] if found else None
        if upright and isinstance(item, Identifier | Words) and isinstance(last, Identifier | Words):
            found[-1] = Identifier(last.text + item.text, "upright")
        elif not script and isinstance(item, Identifier) and isinstance(last, Identifier) and _joins(last) and _joins(item):
            found[-1] = Identifier(last.text + item.text, "name")
        else:
            found.append(item)
    return found


def _joins(item: Identifier) -> bool:
    return item.style in ("italic", "name") and item.text.isascii()
