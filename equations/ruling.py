"""Rulings and the register: where the published text is open or wrong, and how it is read."""

from __future__ import annotations

from dataclasses import field

from equations.citation import Citation
from equations.errors import Place
from equations.records import record


@record(frozen=True)
class TextPlace:
    """A place in the publication."""

    section: str = ""
    equations: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    lines: str = ""

    def __str__(self) -> str:
        parts = [f"section {self.section}"] if self.section else []
        parts += [f"Eq. {', '.join(self.equations)}"] if self.equations else []
        parts += [f"Table {', '.join(self.tables)}"] if self.tables else []
        return "; ".join(parts)


@record(frozen=True)
class Reading:
    """One way to read an open place."""

    id: str
    meaning: str


@record(frozen=True)
class Ruling:
    """An open place whose reading changes numbers; each reading can be selected."""

    id: str
    issue: str
    default: str
    readings: tuple[Reading, ...]
    text_place: TextPlace = TextPlace()
    evidence: str = ""
    why: str = ""
    moves: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class RegisterEntry:
    """A fault of the text, numeric or not."""

    id: str
    wrong: str
    text_place: TextPlace = TextPlace()
    kind: str = ""
    evidence: str = ""
    reading: str = ""
    why: str = ""
    alternatives: tuple[str, ...] = ()
    moves: str = ""
    severity: str = "editorial"
    ruling: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)
