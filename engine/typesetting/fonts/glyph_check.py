"""A letter that no font of the documents has is an error that names it, never an empty box on somebody's desk."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.typesetting.fonts.bundled import with_fonts, without_glyph
from equations.errors import InputError, Place, raise_all

_ROUND, _MOST = 24, 4


def refuse_unshown(written: str, sources: Mapping[str, Path]) -> None:
    """Raise an error for each line whose characters would be empty boxes in a document.

    Parameters
    ----------
    written
        The document as it would be written.
    sources
        Files from which it is made under the names that are shown, looked through for the place of a character.

    Raises
    ------
    InputError
        I516, or several of them as ``Faults``.
    """
    missing = without_glyph(written)
    if not missing:
        return
    texts = [(name, text) for name, path in sources.items() if (text := _text(path)) is not None]
    lines: dict[tuple[str, int], list[tuple[str, Place]]] = {}
    for character in missing:
        place = next((place for name, text in texts if (place := _place(character, name, text))), None)
        place = place or _near(character, written)
        lines.setdefault((place.file, place.line), []).append((character, place))
    raise_all([_error([letter for letter, _ in found], found[0][1]) for found in lines.values()])


def picture_file(svg: str) -> str:
    """Return a picture as a file of its own, which brings its fonts.

    Raises
    ------
    InputError
        I516 for a letter that no font has.
    """
    refuse_unshown(svg, {})
    return with_fonts(svg)


def _error(letters: Sequence[str], place: Place) -> InputError:
    named = [f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})" for letter in letters[:_MOST]]
    more = f" and {len(letters) - _MOST} more" if len(letters) > _MOST else ""
    return InputError(
        "I516",
        f"no font of the documents has the letter{'s' if len(letters) > 1 else ''} {', '.join(named)}{more}",
        place,
        why="it would be an empty box; there are fonts for Latin, Greek, Cyrillic, Khmer and Japanese texts and for mathematics",
        remedy="write it in letters of these, or ask for Markdown (--format md), which brings no fonts",
    )


def _near(character: str, written: str) -> Place:
    at = written.index(character)
    near = " ".join(written[max(0, at - _ROUND) : at + _ROUND].split())
    return Place("in the document", excerpt=near, start=near.index(character))


def _place(character: str, name: str, text: str) -> Place | None:
    at = text.find(character)
    if at < 0:
        return None
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    return Place(name, text.count("\n", 0, at) + 1, at - start + 1, line, at - start)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
