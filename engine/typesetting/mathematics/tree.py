"""Mathematics as a small tree, from which MathML, Typst and the text of pictures are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Identifier:
    """A letter (``italic``), a name of several letters (``name``), or upright letters such as a label (``upright``)."""

    text: str
    style: str = "italic"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator, relation, bracket or punctuation; ``limits`` puts scripts above and below where there is room."""

    text: str
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words between the mathematics."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A space, in em."""

    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side."""

    items: tuple[Mathematics, ...] = ()


@dataclass(frozen=True, slots=True)
class Scripts:
    """A base with something below, above, or both."""

    base: Mathematics
    below: Mathematics | None = None
    above: Mathematics | None = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """One thing over another."""

    over: Mathematics
    under: Mathematics


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Mathematics


@dataclass(frozen=True, slots=True)
class Accent:
    """A base with a mark above it."""

    base: Mathematics
    mark: str


@dataclass(frozen=True, slots=True)
class Fence:
    """Brackets that grow with what they hold; an empty side is not drawn."""

    left: str
    right: str
    body: Mathematics


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells between brackets; ``cases`` are aligned to the left."""

    rows: tuple[tuple[Mathematics, ...], ...]
    left: str = ""
    right: str = ""
    cases: bool = False


@dataclass(frozen=True, slots=True)
class Tinted:
    """Something in a colour, by the name that LaTeX gives it."""

    body: Mathematics
    colour: str


Mathematics: TypeAlias = Identifier | Numeral | Sign | Words | Gap | Row | Scripts | Fraction | Root | Accent | Fence | Grid | Tinted
