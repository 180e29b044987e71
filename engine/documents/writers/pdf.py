"""A PDF from Typst source.

The compiler comes with the package `typst`; fonts are those inside it and those that documents bring, never those of a machine, so
that every machine gives the same bytes.
"""

from __future__ import annotations

import datetime
import importlib

from engine.typesetting.fonts.bundled import FOLDER
from equations.errors import InputError

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def pdf_bytes(source: str) -> bytes:
    """Typeset Typst source.

    Raises
    ------
    InputError
        I514 where the package is not installed.
    """
    try:
        typst = importlib.import_module("typst")
    except ImportError as cause:
        raise InputError(
            "I514",
            "a PDF needs the package `typst`, which is not installed",
            why="it typesets without a TeX installation",
            remedy='install it with: pip install "mrvgraph[docs]"',
        ) from cause
    return bytes(
        typst.compile(source.encode(), format="pdf", font_paths=[str(FOLDER)], ignore_system_fonts=True, timestamp=_EPOCH)
    )
