"""Where a statement comes from: document, version, section, equation, table, page. Every number has one (conventions §9)."""

from __future__ import annotations

from dataclasses import replace

from equations.records import record

#: On what ground an entry stands: how sure it is that its source says so.
GROUNDS: dict[str, str] = {
    "stated": "a source that was read states it",
    "derived": "the editor derived it; the note says how",
    "standard_knowledge": "known to the field; the text was not read again",
}


@record(frozen=True)
class Citation:
    """A place in a publication; empty parts are not printed.

    Attributes
    ----------
    ground
        How sure it is that this place says so: one of :data:`GROUNDS`, or empty where the spec does not tell.
    """

    document: str = ""
    version: str = ""
    section: str = ""
    equation: str = ""
    table: str = ""
    page: str = ""
    note: str = ""
    ground: str = ""
    ground_note: str = ""

    def within(self, wider: Citation) -> Citation:
        """Return the citation of an entry that stands in another one; what it does not say itself the wider one says for it."""
        ground = self if self.ground else wider
        return replace(self if self else wider, ground=ground.ground, ground_note=ground.ground_note)

    def weakened(self, by: Citation) -> Citation:
        """Return the citation of an entry in which another one has gone up: it stands on the weaker ground of the two, saying none the weakest."""
        order = (*GROUNDS, "")
        weaker = max(self, by, key=lambda source: order.index(source.ground))
        return replace(self, ground=weaker.ground, ground_note=weaker.ground_note)

    @property
    def ground_words(self) -> str:
        """The ground and the note on it, in words: ``derived: from the two tables``."""
        words = self.ground.replace("_", " ")
        return f"{words}: {self.ground_note}" if self.ground_note else words

    @property
    def in_full(self) -> str:
        """The place, and on what ground it is said to say so."""
        said = str(self)
        return f"{said} ({self.ground_words})" if said and self.ground else said or self.ground_words

    def __str__(self) -> str:
        parts = [" ".join(part for part in (self.document, self.version) if part)]
        parts += [
            f"{word} {value}".strip()
            for word, value in (
                ("section", self.section),
                ("Eq.", self.equation),
                ("", self.table if self.table.lower().startswith("table") else f"Table {self.table}" if self.table else ""),
                ("p.", self.page),
                ("", self.note),
            )
            if value
        ]
        return ", ".join(part for part in parts if part)

    def __bool__(self) -> bool:
        return any((self.document, self.section, self.equation, self.table, self.page, self.note))
