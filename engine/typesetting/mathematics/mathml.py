"""Mathematics as MathML, which browsers typeset themselves and readers of the screen can speak."""

from __future__ import annotations

from functools import lru_cache

from engine.output.markup import Html, tag
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

#: Signs before which a line may be broken, and behind which it may not.
_BREAKING = frozenset("=≠<>≤≥+−×·/∘")
_OPENING, _CLOSING = (tuple(map(Sign, signs)) for signs in ("([{⌊⌈⟨", ")]}⌋⌉⟩"))
_BRACKETS = frozenset("()[]{}|⌊⌋⌈⌉⟨⟩")


@lru_cache(maxsize=8192)
def inline_mathml(latex: str) -> Html:
    """Return mathematics within a line."""
    return tag("math", None, row_mathml(mathematics(latex)))


@lru_cache(maxsize=1024)
def flowing_mathml(latex: str) -> Html:
    """Return mathematics in pieces between which a line may be broken: before a relation, then before an operator."""
    shown = [tag("math", {"displaystyle": "true"}, row_mathml(piece)) for piece in pieces(mathematics(latex))]
    # a sign at the start of a piece stands between two things all the same, and the space before it is that of the line
    return Html(" ".join([*shown[:1], *(piece.replace("<mo>", '<mo form="infix" lspace="0" rspace="0.24em">', 1) for piece in shown[1:])]))


@lru_cache(maxsize=4096)
def display_mathml(latex: str) -> Html:
    """Return mathematics on a line of its own; the LaTeX stays with it as an annotation."""
    body = tag("mrow", None, row_mathml(mathematics(latex)))
    note = tag("annotation", {"encoding": "application/x-tex"}, latex)
    return tag("math", {"display": "block"}, tag("semantics", None, body, note))


def pieces(node: Mathematics, *, everywhere: bool = False) -> list[Row]:
    """Cut a line of mathematics before each operator and relation that stands in no bracket, or before every one."""
    found: list[list[Mathematics]] = [[]]
    deep = 0
    for item in node.items if isinstance(node, Row) else (node,):
        if (everywhere or not deep) and _opens(item) and found[-1] and not _is_sign(found[-1][-1]):
            found.append([])
        found[-1].append(item)
        deep += (item in _OPENING) - (item in _CLOSING)
    return [Row(tuple(items)) for items in found]


def _opens(node: Mathematics) -> bool:
    """Whether a line may be broken before something."""
    return _is_sign(node) and (node.body if isinstance(node, Tinted) else node) != Sign("/")


def _is_sign(node: Mathematics) -> bool:
    """Whether something is an operator or a relation, coloured or not."""
    inner = node.body if isinstance(node, Tinted) else node
    return isinstance(inner, Sign) and inner.text in _BREAKING


def row_mathml(node: Mathematics) -> Html:
    """Return what stands in a ``math`` element."""
    return Html("".join(_element(item) for item in (node.items if isinstance(node, Row) else (node,))))


def _element(node: Mathematics) -> Html:  # noqa: C901, PLR0911, PLR0912 - one arm per kind
    match node:
        case Identifier(text=text, style="name"):
            return tag("mi", {"class": "name"}, text)
        case Identifier(text=text, style=style):
            return tag("mi", {"mathvariant": "normal" if len(text) == 1 and style == "upright" else None}, text)
        case Numeral(text=text):
            return tag("mn", None, text)
        case Words(text=text):
            return tag("mtext", None, text.replace(" ", "\N{NO-BREAK SPACE}"))
        case Sign(text="/"):
            return tag("mo", {"lspace": "0.08em", "rspace": "0.08em"}, "/")
        case Sign(text=text, limits=limits):
            return tag(
                "mo", {"stretchy": "false" if text in _BRACKETS else None, "movablelimits": "false" if limits else None}, text
            )
        case Gap(width=width):
            return tag("mspace", {"width": f"{width:.3f}em"})
        case Row():
            return tag("mrow", None, row_mathml(node))
        case Scripts():
            return _scripts(node)
        case Fraction(over=over, under=under):
            return tag("mfrac", None, _single(over), _single(under))
        case Root(body=body):
            return tag("msqrt", None, row_mathml(body))
        case Accent(base=base, mark=mark):
            return tag("mover", {"accent": "true"}, _single(base), tag("mo", None, mark))
        case Fence(left=left, right=right, body=body):
            return tag("mrow", None, _bracket(left), row_mathml(body), _bracket(right))
        case Grid():
            return _grid(node)
        case Tinted(body=body, colour=colour):
            return tag("mrow", {"class": f"tint {colour}" + (" sign" if isinstance(body, Sign) else "")}, row_mathml(body))


def _single(node: Mathematics) -> Html:
    return _element(node)


def _scripts(node: Scripts) -> Html:
    base = _single(node.base)
    large = isinstance(node.base, Sign) and node.base.limits
    names = ("munder", "mover", "munderover") if large else ("msub", "msup", "msubsup")
    if node.above is None:
        return tag(names[0], None, base, _single(node.below or Row()))
    if node.below is None:
        return tag(names[1], None, base, _single(node.above))
    return tag(names[2], None, base, _single(node.below), _single(node.above))


def _bracket(text: str) -> Html | None:
    return tag("mo", {"stretchy": "true", "symmetric": "true"}, text) if text else None


def _grid(node: Grid) -> Html:
    rows = [tag("mtr", None, [tag("mtd", None, row_mathml(cell)) for cell in row]) for row in node.rows]
    table = tag("mtable", {"class": "cases" if node.cases else None}, rows)
    return tag("mrow", None, _bracket(node.left), table, _bracket(node.right))
