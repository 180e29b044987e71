"""A PDF, or a PNG of one page, from Typst source.

The compiler comes with the package `typst`; fonts are those inside it and those that documents bring, never those of a machine, so
that every machine gives the same bytes.
"""

from __future__ import annotations

import datetime
import importlib
from typing import Any

from engine.typesetting.fonts.bundled import FOLDER
from equations.errors import InputError

#: Dots for an inch of a PNG: two and a half for each point, sharp on any screen and in print.
_DOTS = 180.0
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def pdf_bytes(source: str) -> bytes:
    """Typeset Typst source.

    Raises
    ------
    InputError
        I514 where the package is not installed.
    """
    compiled = _typst("a PDF", "it typesets without a TeX installation").compile(
        source.encode(), format="pdf", font_paths=[str(FOLDER)], ignore_system_fonts=True, timestamp=_EPOCH
    )
    return bytes(compiled)


def png_bytes(source: str) -> bytes:
    """Typeset Typst source of one page as a picture.

    Raises
    ------
    InputError
        I514 where the package is not installed.
    """
    compiled = _typst("a PNG", "it draws without a browser").compile(
        source.encode(), format="png", ppi=_DOTS, font_paths=[str(FOLDER)], ignore_system_fonts=True
    )
    return bytes(compiled)


def _typst(what: str, why: str) -> Any:
    try:
        return importlib.import_module("typst")
    except ImportError as cause:
        raise InputError(
            "I514",
            f"{what} needs the package `typst`, which is not installed",
            why=why,
            remedy='install it with: pip install "mrvgraph[docs]"',
        ) from cause
