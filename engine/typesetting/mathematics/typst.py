"""Mathematics as Typst source, for print."""

from __future__ import annotations

from functools import lru_cache

from engine.typesetting.mathematics.from_latex import mathematics
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

_ACCENTS = {"¯": "macron", "^": "hat", "~": "tilde", "˙": "dot", "→": "arrow"}
#: Signs that mean something in Typst's mathematics and have to be escaped.
_ESCAPED = frozenset("()[]{}|/,;:_^&#$\"'\\`.!*@<>=~?-+%")


def string(text: str) -> str:
    """Return a text as a string of Typst's code."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", "\\t") + '"'


@lru_cache(maxsize=8192)
def typst_mathematics(latex: str) -> str:
    r"""Return LaTeX as what stands between two ``$`` in Typst.

    Examples
    --------
    >>> typst_mathematics(r"EF_{i}")
    'attach(italic("EF"), b: italic(i))'
    """
    return _items(mathematics(latex))


def _items(node: Mathematics) -> str:
    items = node.items if isinstance(node, Row) else (node,)
    return "".join(_element(item) for item in items) or '""'


def _element(node: Mathematics) -> str:  # noqa: C901, PLR0912 - one arm per kind
    match node:
        case Identifier(text=text, style=style):
            return f"{'upright' if style == 'upright' else 'italic'}({text if len(text) == 1 and text.isalpha() else string(text)})"
        case Numeral(text=text):
            return f"upright({string(text)})"
        case Words(text=text):
            return f"upright({string(text)})"
        case Sign():
            return _sign(node)
        case Gap(width=width):
            return f"#h({width:.3f}em)"
        case Row():
            return _items(node)
        case Scripts():
            return _scripts(node)
        case Fraction(over=over, under=under):
            return f"frac({_items(over)}, {_items(under)})"
        case Root(body=body):
            return f"sqrt({_items(body)})"
        case Accent(base=base, mark=mark):
            return f"accent({_items(base)}, {_ACCENTS.get(mark, 'macron')})"
        case Fence(left=left, right=right, body=body):
            return f"lr({_plain(left)} {_items(body)} {_plain(right)})"
        case Grid():
            return _grid(node)
        case Tinted(body=body, colour=colour):
            return f"{'tintsign' if isinstance(body, Sign) else 'tint'}({string(colour)}, {_items(body)})"


def _sign(node: Sign) -> str:
    if node.limits:
        return f"op({string(node.text)}, limits: #true)" if node.text.isalpha() and node.text.isascii() else node.text
    return _plain(node.text)


def _plain(text: str) -> str:
    return "".join("\\" + c if c in _ESCAPED else c for c in text)


def _scripts(node: Scripts) -> str:
    base = _items(node.base)
    parts = [f"{place}: {_items(part)}" for place, part in (("t", node.above), ("b", node.below)) if part is not None]
    return f"attach({base}, {', '.join(parts)})"


def _grid(node: Grid) -> str:
    rows = "; ".join(", ".join(_items(cell) for cell in row) for row in node.rows)
    if node.cases:
        lines = ", ".join(" & ".join(_items(cell) for cell in row) for row in node.rows)
        return f"cases({lines})"
    delimiter = f"delim: #({string(node.left)}, {string(node.right)})" if node.left or node.right else "delim: #none"
    return f"mat({delimiter}, {rows})"
