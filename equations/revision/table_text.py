"""Tables of text as a revision edits them: single cells, rows and columns by their labels.

Nothing is read as a number here; the edited text goes to :mod:`equations.spec.value_table` as one that an author wrote.
"""

from __future__ import annotations

from dataclasses import replace

from equations.files.strict_yaml import Scalar
from equations.records import record
from equations.text_width import columns_of, padded

#: Where a line of a table stands: file, line, column.
LinePlace = tuple[str, int, int]


@record(frozen=True)
class TextRow:
    """One line: its label, its cells as written (none where the publication left the row blank), where it stands."""

    label: str
    cells: tuple[str, ...]
    place: LinePlace


@record(frozen=True)
class TableText:
    """A table with labels on two sides.

    Attributes
    ----------
    header
        Labels of the columns.
    place
        Where the header stands.
    """

    header: tuple[str, ...]
    rows: tuple[TextRow, ...]
    place: LinePlace

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the rows."""
        return tuple(row.label for row in self.rows)

    def row(self, label: str) -> TextRow | None:
        """Return a row by its label."""
        return next((row for row in self.rows if row.label == label), None)

    def cell(self, label: str, column: str) -> str | None:
        """Return the text of a cell, or ``None`` where there is none."""
        row = self.row(label)
        if row is None or column not in self.header or not row.cells:
            return None
        return row.cells[self.header.index(column)]

    def with_cell(self, label: str, column: str, text: str, place: LinePlace) -> TableText:
        """Return the table with another text in one cell."""
        at = self.header.index(column)
        rows = tuple(
            TextRow(label, (*row.cells[:at], text, *row.cells[at + 1 :]), place) if row.label == label else row for row in self.rows
        )
        return replace(self, rows=rows)

    def with_row(self, row: TextRow, at: int) -> TableText:
        """Return the table with one more row."""
        return replace(self, rows=(*self.rows[:at], row, *self.rows[at:]))

    def with_column(self, column: str, cells: dict[str, tuple[str, LinePlace]], at: int) -> TableText:
        """Return the table with one more column; ``cells`` has a text for every row that is not blank."""
        rows = tuple(
            TextRow(row.label, (*row.cells[:at], cells[row.label][0], *row.cells[at:]), cells[row.label][1]) if row.cells else row
            for row in self.rows
        )
        return TableText((*self.header[:at], column, *self.header[at:]), rows, self.place)

    def without_row(self, label: str) -> TableText:
        """Return the table without a row."""
        return replace(self, rows=tuple(row for row in self.rows if row.label != label))

    def without_column(self, column: str) -> TableText:
        """Return the table without a column."""
        at = self.header.index(column)
        rows = tuple(replace(row, cells=row.cells[:at] + row.cells[at + 1 :]) for row in self.rows)
        return TableText(self.header[:at] + self.header[at + 1 :], rows, self.place)

    def scalar(self, like: Scalar) -> Scalar:
        """Return the table as a text in aligned columns that keeps the place of each line."""
        lines = [("", self.header), *((row.label, row.cells) for row in self.rows)]
        wide = max(columns_of(label) for label, _ in lines)
        widths = [
            max([columns_of(column), *(columns_of(row.cells[at]) for row in self.rows if len(row.cells) == len(self.header))])
            for at, column in enumerate(self.header)
        ]
        shown = [
            "  ".join(
                [padded(label, wide), *(padded(c, w, right=True) for c, w in zip(cells, widths, strict=False)), *cells[len(widths) :]]
            ).rstrip()
            for label, cells in lines
        ]
        places = (self.place, *(row.place for row in self.rows))
        return Scalar("\n".join(shown), like.file, like.line, like.column, lines=places)


def read_table(scalar: Scalar) -> TableText | None:
    """Return the table that a text holds, or ``None`` if it is empty. Comments and empty lines fall away."""
    found = [
        (text.split(), scalar.place_of_line(at))
        for at, text in enumerate((scalar.raw or scalar.text).splitlines())
        if text.strip() and not text.strip().startswith("#")
    ]
    if not found:
        return None
    places = [(place.file, place.line, place.column) for _, place in found]
    rows = tuple(TextRow(words[0], tuple(words[1:]), place) for (words, _), place in zip(found[1:], places[1:], strict=True))
    return TableText(tuple(found[0][0]), rows, places[0])
