"""A table as it is shown, every cell written out: the one table behind a terminal, a page and a notebook."""

from __future__ import annotations

from collections.abc import Sequence

from engine.output.escapes import printable
from engine.output.marks import plain
from engine.output.terminal import table
from equations.records import record
from equations.shown import Shown


@record(frozen=True, repr=False)
class TextGrid(Shown):
    """A table of texts; printing it gives what a terminal shows.

    Attributes
    ----------
    right
        Columns that are aligned to the right.
    title
        What it shows, for where it stands alone.
    once
        Whether a name in the first column that repeats the one above it is left out.

    Examples
    --------
    >>> TextGrid(("year", "tCO2"), (("2018", "12.5"), ("2019", "9")), (1,))
    year  tCO2
    ----  ----
    2018  12.5
    2019     9
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    title: str = ""
    once: bool = False

    @property
    def text(self) -> str:
        """The table for a terminal, its head marked as bold for a person."""
        return self.indented("")

    def indented(self, indent: str) -> str:
        """Return the table for a terminal, further in."""
        return table(self.head, self.rows, self.right, indent, once=self.once)

    @property
    def shown_rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows where each is one line: a name that is left out where it repeats is empty."""
        if not self.once:
            return self.rows
        before = ("", *(row[0] for row in self.rows))
        return tuple(("" if row[0] == name else row[0], *row[1:]) for name, row in zip(before, self.rows, strict=False))

    def __repr__(self) -> str:
        return printable(plain(self.text))

    def without_empty_columns(self) -> TextGrid:
        """Return it without the columns in which nothing stands."""
        kept = [at for at in range(len(self.head)) if any(row[at] for row in self.rows)]
        rows = tuple(tuple(row[at] for at in kept) for row in self.rows)
        right = tuple(new for new, at in enumerate(kept) if at in self.right)
        return TextGrid(tuple(self.head[at] for at in kept), rows, right, self.title, self.once)


def text_grid(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), title: str = "", *, once: bool = False) -> TextGrid:
    """Return a table of the head and the lines that are given."""
    return TextGrid(tuple(head), tuple(map(tuple, rows)), tuple(right), title, once)
