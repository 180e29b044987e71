"""What shows itself in a notebook: methodologies, equations, and every result of the Python interface.

How it looks is no business of what is shown. The room that knows it stands above all others, and is named here instead of imported: a
run does not wait for documents, and nothing below knows them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Above every room: tables, frames, pictures and HTML of whatever :class:`Shown` is the base of.
_ROOM = "mrvgraph.notebook"


def display(shown: object) -> Any:
    """Return the display of something that is shown (:class:`engine.interface.notebook.display.Display`)."""
    return import_module(_ROOM).display_of(shown)


class Shown:
    """Something that a notebook shows as more than its text."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        """Return HTML, or nothing where there is none: a notebook then shows the text."""
        try:
            found: str = display(self).html()
        except Exception:  # what is shown of a result never stands in its way
            return None
        return found
