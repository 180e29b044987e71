"""Where a statement comes from: document, version, section, equation, table, page. Every number has one (conventions §9)."""

from __future__ import annotations

from equations.records import record


@record(frozen=True)
class Citation:
    """A place in a publication; empty parts are not printed."""

    document: str = ""
    version: str = ""
    section: str = ""
    equation: str = ""
    table: str = ""
    page: str = ""
    note: str = ""

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
