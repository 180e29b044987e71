"""A picture of a result: a notebook shows it, and it can be saved."""

from __future__ import annotations

from pathlib import Path

from equations.records import record
from equations.shown import display


@record(frozen=True, repr=False)
class Drawing:
    """A picture (SVG) with what it shows in words.

    Attributes
    ----------
    svg
        The picture without its fonts; what a notebook shows and what is saved has them.
    title
        What it shows.
    """

    svg: str
    title: str

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"

    def _repr_svg_(self) -> str | None:
        """Return the picture on white with its fonts, or nothing where it cannot be made."""
        try:
            found: str = display(self).svg()
        except Exception:  # as in `Shown`
            return None
        return found

    def save(self, path: Path | str) -> None:
        """Write the picture, as SVG or PNG by the ending of the file.

        Raises
        ------
        InputError
            I520 for another ending, I521 for a file that cannot be written, I514 for PNG without the package that draws it, I516 for a letter
            that no font has.
        """
        display(self).save(path)
