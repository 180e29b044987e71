"""The fonts that documents bring, so that every machine shows the same: text, code, signs, Khmer and Japanese.

They stand in ``files`` with their licences, made by ``.ci/make_fonts.py``. A page holds them cut to its letters; Khmer, whose
letters change by their neighbours, is held whole.
"""

from __future__ import annotations

import base64
import unicodedata
from functools import cache, cached_property
from pathlib import Path

from engine.typesetting.fonts.truetype import TrueType
from equations.records import record

FOLDER = Path(__file__).parent / "files"
#: Every printable character of ASCII is in each cut, for what scripts write.
_ASCII = frozenset(range(0x20, 0x7F))


@record(frozen=True)
class Face:
    """One file of a font: the family that it belongs to, its weight, and whether it slants or is held whole."""

    name: str
    family: str
    bold: bool = False
    slanted: bool = False
    whole: bool = False

    @cached_property
    def font(self) -> TrueType:
        """The file, read when a text needs it."""
        return TrueType((FOLDER / f"{self.name}.ttf").read_bytes())


#: In the order in which a character is looked for.
FACES = (
    Face("text-regular", "Document Text"),
    Face("text-bold", "Document Text", bold=True),
    Face("text-italic", "Document Text", slanted=True),
    Face("code-regular", "Document Code"),
    Face("mathematics-regular", "Document Signs"),
    Face("shapes-regular", "Document Shapes"),
    Face("khmer-regular", "Document Khmer", whole=True),
    Face("khmer-bold", "Document Khmer", bold=True, whole=True),
    Face("japanese-regular", "Document Japanese"),
)
FAMILIES = tuple(dict.fromkeys(face.family for face in FACES))
CODE = "Document Code"
#: What a picture says of its letters.
FONT = ", ".join(f"'{family}'" for family in FAMILIES if family != CODE) + ", sans-serif"


def without_glyph(text: str) -> tuple[str, ...]:
    """Return the characters of a text that no font here can show, in the order of the text.

    Examples
    --------
    >>> without_glyph("CO₂ ភ្នំពេញ 東京 Ꭰ")
    ('Ꭰ',)
    """
    return tuple(character for character in dict.fromkeys(text) if not (_is_unseen(character) or _home(ord(character))))


def font_rules(text: str) -> str:
    """Return the rules of a style sheet that bring the fonts for a text, each cut to its letters."""
    return "\n".join(_rule(face, part) for face, part in cut_faces(text))


def with_fonts(svg: str) -> str:
    """Return a picture that is a file of its own with its fonts in it; weights and slants only where it has them."""
    used = [
        _rule(face, part)
        for face, part in cut_faces(svg)
        if face.family != CODE and (not face.bold or "bold" in svg) and (not face.slanted or "italic" in svg)
    ]
    end = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:end]}<style>{' '.join(used)}</style>{svg[end:]}"


def cut_faces(text: str) -> list[tuple[Face, bytes]]:
    """Return the faces that a text needs, each as a font file with the letters of the text."""
    wanted = frozenset(map(ord, text)) | _ASCII
    homes: dict[str, set[int]] = {}
    for code in wanted:
        family = _home(code)
        if family:
            homes.setdefault(family, set()).add(code)
    found = []
    for face in FACES:
        codes = wanted if face.family == CODE else homes.get(face.family)
        if codes:
            found.append((face, face.font.data if face.whole else face.font.cut(codes)))
    return found


@cache
def _home(code: int) -> str:
    """Return the first family, of those that texts use, that has a character; code has no letter that text lacks."""
    return next((face.family for face in FACES if face.family != CODE and not face.bold and code in face.font.glyph_of), "")


def _is_unseen(character: str) -> bool:
    """Say whether a character has no picture of its own: ends of lines, joiners, marks of direction, choices of a variant."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") or unicodedata.name(character, "").startswith(
        "VARIATION SEL"
    )


def _rule(face: Face, part: bytes) -> str:
    weight, style = ("700" if face.bold else "400"), ("italic" if face.slanted else "normal")
    data = base64.b64encode(part).decode()
    return (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("data:font/ttf;base64,{data}") format("truetype"); }}'
    )
