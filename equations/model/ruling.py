"""Rulings and the register: where the published text is open or wrong, and how it is read."""

from __future__ import annotations

from dataclasses import field

from equations.citation import Citation
from equations.errors import Place
from equations.model.reading import EditBlock
from equations.patterns import pattern
from equations.records import record

#: How an alternative of the register is taken, at the end of its text.
_TAKEN = pattern(r"\((?P<how>reading|input|choice|none): (?P<what>[^()]+)\)$|\(data set (?P<dataset>[^()]+)\)$")


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
    """One way to read an open place.

    Attributes
    ----------
    moved
        Project and by how much the reading moves its result against the default one, in whole units.
    edits
        What it changes: its own edits first, then those that hold where other readings are taken with it.
    """

    id: str
    meaning: str
    moved: tuple[tuple[str, int], ...] = ()
    edits: tuple[EditBlock, ...] = ()


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
    """A fault of the text, numeric or not; ``about`` tells it from a remark on the method that the text describes."""

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
    about: str = "text"
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def ways(self) -> frozenset[str]:
        """How its other readings can be taken: ``reading``, ``input``, ``choice``, ``data set``, ``none``."""
        return frozenset(how for how, _ in self._taken())

    @property
    def readings(self) -> tuple[str, ...]:
        """The readings of its ruling that are its alternatives."""
        return tuple(what for how, what in self._taken() if how == "reading")

    @property
    def inputs(self) -> tuple[str, ...]:
        """The quantities by which an alternative is taken, each once."""
        listed = (what.partition(";")[0].split(", ") for how, what in self._taken() if how == "input")
        return tuple(dict.fromkeys(name for names in listed for name in names))

    def _taken(self) -> list[tuple[str, str]]:
        found = (_TAKEN.search(text) for text in self.alternatives)
        return [("data set", match["dataset"]) if match["dataset"] else (match["how"], match["what"]) for match in found if match]
