"""Edits of a table of text: cells, rows and columns, each by its label."""

from __future__ import annotations

from dataclasses import dataclass

from equations.errors import Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.revision.edit_log import EditLog, Path
from equations.revision.table_text import LinePlace, TableText, TextRow, read_table


@dataclass
class TableEditor:
    """Applies edits to one table; the result is ``table``."""

    editor: EditLog
    path: Path
    table: TableText

    def replace(self, node: Mapping) -> None:
        """Put another text into cells: ``row: {column: text}``."""
        for row, cells in node:
            if not isinstance(cells, Mapping):
                self.editor.fault("cells of a table stand as row: {column: number}", cells.place, remedy="write {E: {AG: 77.0}}")
                continue
            for column, value in cells:
                held = self.table.cell(row.text, column.text)
                if held is None:
                    known = self.table.labels if row.text not in self.table.labels else self.table.header
                    self.editor.absent(self.path, row if row.text not in self.table.labels else column, list(known))
                elif not isinstance(value, Scalar) or len(value.text.split()) != 1:
                    self.editor.fault("a cell holds one number", value.place, remedy="write column: number")
                elif held == value.text:
                    self.editor.nothing(f"[{row.text}, {column.text}] in {self.path[-2]}", value.place)
                elif self.editor.first((*self.path, row.text, column.text), f"[{row.text}, {column.text}]", value.place):
                    self.table = self.table.with_cell(row.text, column.text, value.text, _line(value))

    def remove(self, node: Mapping) -> None:
        """Take out ``rows`` and ``columns``, by label."""
        for key, value in node:
            known = {"rows": self.table.labels, "columns": self.table.header}.get(key.text)
            if known is None:
                self.editor.fault("remove: of a table takes rows and columns", key.place, remedy="rows: [label]")
                continue
            for item in value.items if isinstance(value, Sequence) else (value,):
                if not isinstance(item, Scalar) or item.text not in known:
                    self.editor.absent((*self.path, key.text), item, list(known))
                elif self.editor.first((*self.path, key.text, item.text), repr(item.text), item.place):
                    without = self.table.without_row if key.text == "rows" else self.table.without_column
                    self.table = without(item.text)

    def add(self, node: Mapping) -> None:
        """Put in ``columns``, then ``rows``, each as a table of its own."""
        for key, _ in node:
            if key.text not in ("rows", "columns"):
                self.editor.fault("add: to a table takes rows and columns", key.place, remedy="rows: | ... or columns: | ...")
        for word in ("columns", "rows"):
            value = node.get(word)
            if value is None:
                continue
            text = value.get("table") if isinstance(value, Mapping) else value
            new = read_table(text) if isinstance(text, Scalar) else None
            if new is None:
                self.editor.fault(f"{word}: takes a table of the new {word}", value.place, remedy=f"{word}: |2 ...")
                continue
            at = self.position(word, value)
            if word == "rows":
                self.add_rows(new, at, value)
            else:
                self.add_columns(new, at, value)

    def position(self, word: str, value: YamlNode) -> int:
        known = self.table.labels if word == "rows" else self.table.header
        for side, shift in (("after", 1), ("before", 0)):
            neighbour = value.get(side) if isinstance(value, Mapping) else None
            if isinstance(neighbour, Scalar):
                if neighbour.text in known:
                    return known.index(neighbour.text) + shift
                self.editor.absent((*self.path, word), neighbour, list(known))
        return len(known)

    def add_rows(self, new: TableText, at: int, node: YamlNode) -> None:
        if sorted(new.header) != sorted(self.table.header):
            self.wrong_labels("columns", new.header, self.table.header, new.place)
            return
        for shift, row in enumerate(new.rows):
            if row.label in self.table.labels:
                self.editor.fault(f"{self.path[-1]} already has the row {row.label!r}", Place(*row.place), remedy="use replace:")
            elif len(row.cells) not in (0, len(new.header)):
                self.editor.fault(
                    f"row {row.label} has {len(row.cells)} numbers, the table {len(new.header)} columns", Place(*row.place),
                    remedy="complete the row (NA for a cell left out)",
                )
            else:
                cells = tuple(row.cells[new.header.index(column)] for column in self.table.header) if row.cells else ()
                self.table = self.table.with_row(TextRow(row.label, cells, row.place), at + shift)

    def add_columns(self, new: TableText, at: int, node: YamlNode) -> None:
        filled = [row.label for row in self.table.rows if row.cells]
        if sorted(new.labels) != sorted(filled) or any(len(row.cells) != len(new.header) for row in new.rows):
            self.wrong_labels("rows", new.labels, tuple(filled), new.place)
            return
        for shift, column in enumerate(new.header):
            if column in self.table.header:
                self.editor.fault(f"{self.path[-1]} already has the column {column!r}", Place(*new.place), remedy="use replace:")
                continue
            cells = {row.label: (row.cells[shift], row.place) for row in new.rows}
            self.table = self.table.with_column(column, cells, at + shift)

    def wrong_labels(self, word: str, given: tuple[str, ...], wanted: tuple[str, ...], place: LinePlace) -> None:
        missing = [label for label in wanted if label not in given]
        unknown = [label for label in given if label not in wanted]
        why = "; ".join(
            part
            for part in (
                f"missing: {', '.join(missing)}" if missing else "",
                f"not in the table: {', '.join(unknown)}" if unknown else "",
            )
            if part
        )
        self.editor.fault(
            f"the new lines need the {word} that the table has",
            Place(*place),
            why=why or "a line is incomplete",
            remedy="give one number for each of them",
        )


def _line(node: Scalar) -> LinePlace:
    return node.file, node.line, node.column
